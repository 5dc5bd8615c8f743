"""How do the bytes of a noun become that noun again, exactly?

`metier.digest.canonical` writes; this module reads. It does not check as `metier.border` does: these bytes were written
by us and guarded by a digest or a checksum, and text from a model may hold lone surrogates, which pydantic refuses.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Hashable
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, cast

T = TypeVar("T")
_Maker = Callable[[Any], Any]


def revive(noun: type[T], data: bytes) -> T:
    """Make a noun from its canonical bytes.

    Raises:
        ValueError: The bytes are not JSON, or a value does not fit its field.
        TypeError: The JSON is not an object with the fields of the noun.

    >>> from metier.attempt import Cost
    >>> revive(Cost, b'{"input_tokens":3,"output_tokens":0,"usd":0.1}')
    Cost(input_tokens=3, output_tokens=0, usd=0.1)
    """
    maker: Callable[[Any], T] = _maker(cast(Hashable, noun))
    return maker(json.loads(data.decode("utf-8", "surrogatepass")))


@lru_cache(maxsize=256)
def _maker(hint: Any) -> _Maker:
    """How plain data becomes what a type hint says; what JSON already gives is left as it is."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass_maker(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    arguments = [argument for argument in typing.get_args(hint) if argument is not type(None)]
    if typing.get_origin(hint) is tuple:
        return _tuple_maker(_maker(arguments[0]))
    if typing.get_origin(hint) in (typing.Union, types.UnionType) and len(arguments) == 1:
        return _optional_maker(_maker(arguments[0]))
    return _as_it_is


def _dataclass_maker(noun: type) -> _Maker:
    hints = typing.get_type_hints(noun)
    makers = {field.name: _maker(hints[field.name]) for field in dataclasses.fields(noun) if field.init}
    changing = [(name, maker) for name, maker in makers.items() if maker is not _as_it_is]

    def make(data: Any) -> Any:
        for name, maker in changing:
            if name in data:
                data[name] = maker(data[name])
        return noun(**data)

    return make


def _tuple_maker(maker: _Maker) -> _Maker:
    return tuple if maker is _as_it_is else lambda values: tuple(map(maker, values))


def _optional_maker(maker: _Maker) -> _Maker:
    return maker if maker is _as_it_is else lambda value: None if value is None else maker(value)


def _as_it_is(value: Any) -> Any:
    return value
