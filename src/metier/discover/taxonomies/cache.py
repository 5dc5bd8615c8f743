"""How is a taxonomy that was read once read again at no cost? One file for each content, under its digest.

The key is the SHA-256 of the bytes that were read, of what was asked for and of the version of these readers; so a file
is never out of date. It is JSON under a checksum: nothing in it is run. A file that is torn or altered
counts as none and is written anew; writers never meet, since each writes a file of its own and renames it.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from metier.discover.taxonomies.report import Loaded, Note
from metier.errors import MetierError
from metier.taxonomy import Concept, Taxonomy
from metier.whole import whole

READERS = 4  # to be raised with every change of what a reader makes of a file
_FIELDS = (
    "id", "label", "alt_labels", "definition", "parents", "kind", "codes", "status", "replaced_by", "translations",
    "related", "collections",
)  # fmt: skip


def default_cache() -> Path | None:
    """`METIER_CACHE`, or the folder for caches of this user; none if `METIER_CACHE` is `off`.

    >>> default_cache() is None or default_cache().is_absolute()
    True
    """
    named = os.environ.get("METIER_CACHE", "")
    if named == "off":
        return None
    if named:
        return Path(named).absolute()
    with contextlib.suppress(RuntimeError):
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "metier"
    return None


def key_of(files: list[tuple[str, bytes]], asked: Any) -> str:
    """The name of a cache file: what was read, by name and content, and what was asked for.

    >>> key_of([("a", b"1")], None) == key_of([("a", b"1")], None) != key_of([("a", b"2")], None)
    True
    """
    parts = [[name, hashlib.sha256(data).hexdigest()] for name, data in files]
    return hashlib.sha256(json.dumps([READERS, _FIELDS, parts, asked]).encode()).hexdigest()


def read_cached(folder: Path, key: str) -> Loaded | None:
    """What was kept under a key; None if there is nothing, or nothing whole."""
    try:
        head, _, body = (folder / "taxonomies" / f"{key}.json").read_bytes().partition(b"\n")
        if head != hashlib.sha256(key.encode() + body).hexdigest().encode():
            return None
        with _no_collection():
            return _loaded(json.loads(body))
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, MetierError):
        return None


def write_cached(folder: Path, key: str, loaded: Loaded) -> None:
    """Keep a sound taxonomy; where it cannot be written, nothing is kept and nothing is said."""
    if loaded.taxonomy is None:
        return
    body = json.dumps(_plain(loaded, loaded.taxonomy), ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    head = hashlib.sha256(key.encode() + body).hexdigest().encode()
    with contextlib.suppress(OSError):
        place = folder / "taxonomies"
        place.mkdir(parents=True, exist_ok=True)
        with whole(place / f"{key}.json", is_synced=False) as out:
            out.write(head + b"\n" + body)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Spare the collector of garbage a hundred thousand new objects without a circle: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _plain(loaded: Loaded, taxonomy: Taxonomy) -> dict[str, Any]:
    """One column for each field, parents by number: a third of the size, and so of the time."""
    number = {concept.id: n for n, concept in enumerate(taxonomy)}
    columns: dict[str, Any] = {name: [getattr(concept, name) for concept in taxonomy] for name in _FIELDS}
    columns["parents"] = [[number[parent] for parent in parents] for parents in columns["parents"]]
    return {
        "name": taxonomy.name,
        "version": taxonomy.version,
        "language": taxonomy.language,
        "attribution": taxonomy.attribution,
        "digest": taxonomy.digest,
        "columns": columns,
        "counts": dict(loaded.counts),
        "notes": [[note.what, note.count, list(note.examples)] for note in loaded.notes],
    }


def _loaded(data: dict[str, Any]) -> Loaded:
    columns = data["columns"]
    ids = columns["id"]
    columns["parents"] = [tuple([ids[n] for n in numbers]) for numbers in columns["parents"]]
    for name in ("alt_labels", "codes", "replaced_by", "collections"):
        columns[name] = map(tuple, columns[name])
    columns["related"] = [tuple([(r, other) for r, other in pairs]) for pairs in columns["related"]]
    columns["translations"] = [tuple([(c, tuple(ls)) for c, ls in pairs]) for pairs in columns["translations"]]
    rows = zip(*(columns[name] for name in _FIELDS), strict=True)
    taxonomy = Taxonomy(
        name=data["name"],
        version=data["version"],
        language=data["language"],
        attribution=data["attribution"],
        concepts=tuple([Concept(**dict(zip(_FIELDS, row, strict=True))) for row in rows]),
    )
    # As much as to read the rest would it cost to work out again, and the checksum covers it.
    taxonomy._digest.append(data["digest"])
    notes = tuple(Note(what=what, count=count, examples=tuple(examples)) for what, count, examples in data["notes"])
    return Loaded(taxonomy=taxonomy, notes=notes, counts=data["counts"], cached=True)
