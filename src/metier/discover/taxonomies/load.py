"""Which reader does a path need? A file or folder is told by what it holds, read, checked and kept."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

from metier.discover.taxonomies.cache import default_cache, key_of, read_cached, write_cached
from metier.discover.taxonomies.draft import Draft, finish
from metier.discover.taxonomies.esco import read_esco, shape
from metier.discover.taxonomies.lists import is_list, read_lines, read_list
from metier.discover.taxonomies.own import parse_taxonomy
from metier.discover.taxonomies.report import Loaded
from metier.discover.taxonomies.skos import FORMATS, read_skos
from metier.discover.taxonomies.table import parse_table, unpacked
from metier.errors import DocumentError
from metier.taxonomy import Taxonomy

# Below this a taxonomy is read as fast as a cache of it would be.
_WORTH_A_CACHE_BYTES = 200_000


def load_taxonomy(
    path: Path,
    *,
    languages: Sequence[str] = (),
    hierarchy: Path | None = None,
    pillar: str = "skills",
    cache: Path | None = None,
) -> Taxonomy:
    """Read a taxonomy, whoever wrote it: ESCO, SKOS, a CSV of our own, a list of labels, or a folder of skills.

    Args:
        path: A file or a folder. Files may be compressed (`.gz`).
        languages: The language of the labels, then those of which translations are kept; all by default.
        hierarchy: A file or folder of ESCO whose hierarchy is laid over the skills of `path`.
        pillar: Of ESCO, `skills` or `occupations`.
        cache: Where to keep what was read. By default `METIER_CACHE` or the user's folder for caches, and only for
            inputs large enough.

    Raises:
        DocumentError: It cannot be read, or what was read is refused; all reasons are told, not only the first.
        MissingExtra: The file is SKOS and pyoxigraph is not installed.
    """
    loaded = read_taxonomy(path, languages=languages, hierarchy=hierarchy, pillar=pillar, cache=cache)
    if loaded.taxonomy is None:
        raise DocumentError(f"The taxonomy {str(path)!r} is refused: {'; '.join(map(str, loaded.refusals))}.")
    return loaded.taxonomy


def read_taxonomy(
    path: Path,
    *,
    languages: Sequence[str] = (),
    hierarchy: Path | None = None,
    pillar: str = "skills",
    cache: Path | None = None,
) -> Loaded:
    """As `load_taxonomy`, but with counts and notes, and without an exception for what is refused."""
    files = _files(path)
    if path.is_dir() and not files:
        from metier.discover.taxonomies.packages import read_packages_as_taxonomy

        return read_packages_as_taxonomy(path, name=path.resolve().name)
    laid_over = _files(hierarchy) if hierarchy is not None else []
    folder = cache
    if folder is None and sum(len(data) for _, data in files + laid_over) > _WORTH_A_CACHE_BYTES:
        folder = default_cache()
    named = [(f"{place.parent.name}/{place.name}", data) for place, data in files + laid_over]
    key = key_of(named, [path.is_dir(), path.name, len(files), list(languages), pillar])
    kept = read_cached(folder, key) if folder is not None else None
    if kept is not None:
        return kept
    loaded = _read(path, files, laid_over, languages=languages, pillar=pillar)
    if folder is not None:
        write_cached(folder, key, loaded)
    return loaded


def _read(
    path: Path,
    files: list[tuple[Path, bytes]],
    laid_over: list[tuple[Path, bytes]],
    *,
    languages: Sequence[str],
    pillar: str,
) -> Loaded:
    name = path.resolve().name.removesuffix(".gz")
    name = name if path.is_dir() else Path(name).stem
    texts = [(place, unpacked(place, data)) for place, data in files]
    tables = [(kind, parse_table(text, place)) for place, text in texts if (kind := shape(text))]
    if tables and (path.is_dir() or len(tables) == len(files)):
        over = [(place, unpacked(place, data)) for place, data in laid_over]
        shaped = [(kind, parse_table(text, place)) for place, text in over if (kind := shape(text))]
        tables += [(kind, table) for kind, table in shaped if kind in ("broader", "hierarchy", "groups", "relations")]
        only = {kind for kind, _ in tables}
        alone = "occupations" if only <= {"occupations", "isco", "broader"} and "occupations" in only else pillar
        return read_esco(tables, name=name, languages=languages, pillar=alone)
    if laid_over:
        raise DocumentError(f"Expected skills of ESCO to lay the hierarchy over, got {str(path)!r}.")
    place, text = texts[0]
    if Path(place.name.removesuffix(".gz")).suffix in FORMATS:
        return read_skos(text, place, name=name, languages=languages)
    if place.name.removesuffix(".gz").endswith(".txt"):
        return read_lines(text, name=name)
    if is_list(text):
        return read_list(text, place, name=name)
    taxonomy = parse_taxonomy(text, name=name, where=place.name)
    told = ("label", "alt_labels", "definition", "kind")
    counted = Draft(uris=False, concepts={c.id: {field: getattr(c, field) for field in told} for c in taxonomy})
    counted.edges = [(concept.id, parent) for concept in taxonomy for parent in concept.parents]
    return Loaded(taxonomy=taxonomy, counts=finish(counted, name=name).counts)


def _files(path: Path) -> list[tuple[Path, bytes]]:
    """The file, or the files of a folder that may be tables of ESCO, by name; their bytes as they are on disk."""
    try:
        if not path.is_dir():
            return [(path, path.read_bytes())]
        places = sorted(p for p in path.iterdir() if p.name.endswith((".csv", ".csv.gz")) and p.is_file())
        return [(p, data) for p in places if shape(_head(data := p.read_bytes()))]
    except OSError as error:
        raise DocumentError(f"Cannot read the taxonomy {str(path)!r}: {error}.") from error


def _head(data: bytes) -> str:
    """The first lines of a file that may be packed."""
    if data[:2] == b"\x1f\x8b":
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, 4000)
        except zlib.error:
            return ""
    return data[:4000].decode("utf-8-sig", "ignore")
