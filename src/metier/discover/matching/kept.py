"""How is a matcher kept in a file, so that it is ready again in milliseconds? Plain data: nothing in the file is run.

The first line names the format, its version and the SHA-256 of the rest; the second is JSON with rules, concepts and
sizes. Then come the forms, a line each, and columns of little-endian numbers: the first concept of each form, and what
`table` knows of them. A file of another version is refused; make it anew from the taxonomy.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from array import array
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.border import load
from metier.discover.match import Matcher
from metier.discover.matching.rules import Forms, Rules
from metier.errors import CorruptStore, InputError, NotStored, StoreError

if TYPE_CHECKING:
    from metier.discover.matching.table import Index

_FORMAT = b"metier-matcher 1 "
_DTYPES = {"hashes": "<u8", "numbers": "<i4", "goes_on": "<u4"}
_FOUR = 4
_LONGEST_HEAD = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What the second line of a file says; `shared` has places in `concepts`, `names` and `columns` have bytes."""

    rules: Rules
    engine: str
    concepts: tuple[str, ...]
    shared: Mapping[int, tuple[int, ...]]
    ways: Mapping[int, frozenset[str]]
    written: int
    forms: int
    names: int
    columns: Mapping[str, int]


def dump(matcher: Matcher, path: Path) -> str:
    """Keep a matcher in a file, which appears whole or not at all; the same matcher gives the same bytes.

    Returns:
        The SHA-256 of its content, 64 digits.

    Raises:
        StoreError: The file cannot be written.

    >>> from tempfile import TemporaryDirectory
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> trade = Taxonomy(name="t", concepts=(Concept(id="w", label="welding"),))
    >>> with TemporaryDirectory() as folder:
    ...     digest = dump(Matcher(trade), Path(folder, "kept"))
    ...     [mention.concept for mention in load_matcher(Path(folder, "kept")).find("arc welding")]
    ['w']
    """
    body = _body(matcher)
    digest = hashlib.sha256(body).hexdigest()
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(_FORMAT + digest.encode() + b"\n" + body)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"Cannot write the matcher {str(path)!r}: {error.strerror}.") from error
    return digest


def load_matcher(path: Path) -> Matcher:
    """Read a matcher that `dump` kept; it finds what it found before.

    Raises:
        NotStored: The file cannot be read.
        CorruptStore: It is no matcher, one of another version, or not what was written.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotStored(f"Cannot read the matcher {str(path)!r}: {error.strerror}.") from error
    begin = data.find(b"\n", 0, _LONGEST_HEAD) + 1
    head = data[: begin - 1]
    anew = "Make the file anew from the taxonomy."
    if not head.startswith(_FORMAT):
        raise CorruptStore(f"Expected {str(path)!r} to begin with {_FORMAT!r}, got {data[:30]!r}.", hint=anew)
    if head[len(_FORMAT) :] != hashlib.sha256(memoryview(data)[begin:]).hexdigest().encode():
        raise CorruptStore(f"The matcher {str(path)!r} is torn or was altered.", hint=anew)
    try:
        return _matcher(data, begin)
    except (ValueError, KeyError, IndexError, RecursionError, InputError) as error:
        said = str(error).rstrip(".")
        raise CorruptStore(f"The matcher {str(path)!r} does not hold what it says: {said}.", hint=anew) from error


def _body(matcher: Matcher) -> bytes:
    forms = matcher.forms
    places = {one: place for place, one in enumerate(dict.fromkeys(one for named in forms.owners for one in named))}
    names = "\n".join(forms.names).encode("utf-8", "surrogatepass")
    columns = _columns(matcher)
    head = {
        "rules": asdict(matcher.rules) | {"stop_forms": sorted(matcher.rules.stop_forms)},
        "engine": matcher.engine,
        "concepts": list(places),
        "shared": {n: [places[one] for one in named] for n, named in enumerate(forms.owners) if len(named) > 1},
        "ways": {number: sorted(ways) for number, ways in forms.ways.items()},
        "written": forms.written,
        "forms": len(forms.names),
        "names": len(names),
        "columns": {name: len(column) for name, column in columns.items()},
    }
    firsts = array("I", (places[named[0]] for named in forms.owners))
    return b"".join((json.dumps(head).encode(), b"\n", names, _little(firsts).tobytes(), *columns.values()))


def _matcher(data: bytes, begin: int) -> Matcher:
    at = data.index(b"\n", begin) + 1
    head = load(_Head, json.loads(data[begin:at]), where="its second line")
    sizes = (head.names, _FOUR * head.forms, *head.columns.values())
    if min(sizes) < 0 or sum(sizes) != len(data) - at:
        raise ValueError(f"expected {sum(sizes)} bytes behind its second line, got {len(data) - at}")
    names = data[at : at + head.names].decode("utf-8", "surrogatepass").split("\n") if head.forms else []
    at += head.names
    firsts = _little(array("I", data[at : at + _FOUR * head.forms]))
    alone = [(concept,) for concept in head.concepts]
    owners: list[tuple[str, ...]] = list(map(alone.__getitem__, firsts))
    if len(names) != head.forms or min((*head.shared, *chain.from_iterable(head.shared.values())), default=0) < 0:
        raise ValueError(f"expected {head.forms} forms and no number below 0")
    for number, named in head.shared.items():
        owners[number] = tuple(head.concepts[place] for place in named)
    forms = Forms(names=tuple(names), owners=tuple(owners), ways=head.ways, written=head.written)
    index = _index(data, at + _FOUR * head.forms, head)
    return Matcher.of_forms(forms, head.rules, engine=head.engine, index=index)


def _columns(matcher: Matcher) -> dict[str, bytes]:
    """What `table` knows of the forms; nothing where it is not to be had."""
    if matcher.engine == "lookup" or find_spec("numpy") is None:
        return {}
    from metier.discover.matching.table import index_of

    index = matcher.index or index_of(matcher.forms.names)
    return {name: getattr(index, name).astype(dtype).tobytes() for name, dtype in _DTYPES.items()}


def _index(data: bytes, at: int, head: _Head) -> Index | None:
    if not head.columns or find_spec("numpy") is None:
        return None
    import numpy as np

    from metier.discover.matching.table import Index

    columns: dict[str, Any] = {}
    for name, dtype in _DTYPES.items():
        columns[name] = np.frombuffer(data[at : at + head.columns[name]], dtype)
        at += head.columns[name]
    index = Index(**columns)
    hashes, numbers = index.hashes, index.numbers
    if len(hashes) != len(numbers) or np.any(hashes[1:] < hashes[:-1]):
        raise ValueError("expected sorted hashes, each with a number")
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < head.forms:
        raise ValueError(f"expected numbers of {head.forms} forms")
    return index


def _little(numbers: array[int]) -> array[int]:
    """The same numbers with the bytes of each in the order of the file, or back."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
