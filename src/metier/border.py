"""How does data from outside become a noun? Checked once, here, and refused with a suggestion.

Nouns are plain dataclasses that forbid unknown keys; pydantic reads them. Inside the house data is trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

from metier.errors import InputError, nearest

T = TypeVar("T")
_LONGEST = 200
"""So many characters of a value or of a place are shown in a message."""
_MOST_TOLD = 20
"""So many faults are told one by one."""


def load(noun: type[T], data: object, *, where: str, error: type[InputError] = InputError) -> T:
    """Make a noun from plain data.

    Args:
        noun: The dataclass to make, or a type such as `list[Item]`.
        data: Plain data, as a parser of JSON, TOML or YAML gives it.
        where: What to name in the message, such as a path.
        error: Which error to raise.

    Raises:
        InputError: The data does not fit; the message names the first fault and where it is, the note lists the others,
            19 at most.

    >>> from metier.item import Item
    >>> load(Item, {"prompt": "1 + 1 =", "reference": "2"}, where="sums.jsonl").reference
    '2'
    >>> load(Item, {"promt": "1 + 1 ="}, where="sums.jsonl")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    metier.errors.InputError: sums.jsonl: unknown key 'promt'. Did you mean 'prompt'?
    ...
    """
    from pydantic import ValidationError

    try:
        return cast(T, _adapter(noun).validate_python(data))
    except ValidationError as failure:
        raise _refusal(failure, noun, where, error) from None


def load_json(noun: type[T], text: str | bytes, *, where: str, error: type[InputError] = InputError) -> T:
    """Make a noun from JSON text; as `load`, and a fault of the JSON itself is reported the same way.

    >>> from metier.item import Item
    >>> load_json(Item, '{"prompt": "1 + 1 =", "reference": "2"}', where="sums.jsonl, line 1").reference
    '2'
    """
    from pydantic import ValidationError

    try:
        return cast(T, _adapter(noun).validate_json(text))
    except ValidationError as failure:
        raise _refusal(failure, noun, where, error) from None


def _adapter(noun: Any) -> Any:
    return _made_adapter(noun)


@lru_cache(maxsize=256)
def _made_adapter(noun: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(noun)


def _refusal(failure: Any, noun: Any, where: str, error: type[InputError]) -> InputError:
    # An unknown key explains the missing one beside it, so it is named first.
    faults = sorted(failure.errors(include_url=False), key=lambda f: "unexpected" not in f["type"])
    sentences = [_sentence(fault, noun) for fault in faults[:_MOST_TOLD]]
    if len(faults) > _MOST_TOLD:
        sentences.append(f"{len(faults) - _MOST_TOLD} more faults.")
    refusal = error(f"{where}: {sentences[0]}", hint="\n".join(sentences[1:]))
    refusal.key = tuple(faults[0]["loc"])
    return refusal


def _sentence(fault: dict[str, Any], noun: Any) -> str:
    place = _short(".".join(str(part) for part in fault["loc"]))
    if fault["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"unknown key {place!r}. {nearest(str(fault['loc'][-1]), _keys(noun, fault['loc'][:-1]))}"
    if fault["type"] == "missing":
        return f"the key {place!r} is missing."
    came = "" if isinstance(fault["input"], dict | list) else f", got {_short(repr(fault['input']))}"
    return f"{place or 'the value'}: {fault['msg']}{came}."


def _short(text: str) -> str:
    """What comes from outside may be of any length, and a message is read by a person."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _keys(noun: Any, path: Sequence[str | int]) -> list[str]:
    """The keys a noun knows at a path inside it; empty when the path leaves dataclasses."""
    import dataclasses
    import typing

    names = [part for part in path if isinstance(part, str)]
    for part in [None, *names]:
        if part is not None and dataclasses.is_dataclass(noun) and isinstance(noun, type):
            noun = typing.get_type_hints(noun).get(part)
        while noun is not None and not dataclasses.is_dataclass(noun):
            inner = [a for a in typing.get_args(noun) if a is not type(None) and a is not Ellipsis]
            if not inner:
                return []
            noun = inner[-1]
    return [f.name for f in dataclasses.fields(noun) if f.init] if noun is not None else []
