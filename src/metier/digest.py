"""When are two things the same? One canonical form of any noun, and its SHA-256.

The canonical form is JSON with sorted keys, no spaces, UTF-8 and no NaN; dataclass fields named in a noun's
`__digest_skip__` do not count (the lifecycle state of a skill is not part of what the skill is). Fields named in its
`__omit_empty__` are left out while they are empty, so that a field added later changes no digest of before.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def plain(value: Any) -> Any:
    """Turn nouns, enums, tuples and paths into what JSON knows.

    Raises:
        TypeError: The value holds something that has no canonical form, such as a set.

    >>> from metier.attempt import Cost
    >>> plain(Cost(input_tokens=3))
    {'input_tokens': 3, 'output_tokens': 0, 'usd': 0.0}
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        made = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}
        for name in getattr(value, "__omit_empty__", ()):
            if not made[name]:
                del made[name]
        return made
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, PurePath):
        return value.as_posix()
    raise TypeError(f"Expected a noun or plain data, got {type(value).__name__}.")


def canonical(value: Any) -> bytes:
    """Write the one byte string that stands for a value.

    >>> canonical({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "surrogatepass"
    )


def digest(value: Any) -> str:
    """Name a value by its content: `sha256:` and 64 hexadecimal digits. Bytes are hashed as they are.

    >>> digest(b"")[:17]
    'sha256:e3b0c44298'
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    data = value if isinstance(value, bytes) else canonical(_without_skipped(value))
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _without_skipped(value: Any) -> Any:
    skipped = getattr(type(value), "__digest_skip__", ())
    if not skipped:
        return value
    return {key: item for key, item in plain(value).items() if key not in skipped}
