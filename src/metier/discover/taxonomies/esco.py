"""How is ESCO read? The CSV files of versions 1.0 to 1.2, one or a folder of them, told apart by their columns.

The files are those of the download page of ESCO (https://esco.ec.europa.eu/en/use-esco/download), as they are or
compressed. A hierarchy of another version may lie over the skills: what does not fit is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from metier.discover.taxonomies.draft import Draft, finish
from metier.discover.taxonomies.report import Loaded, note
from metier.discover.taxonomies.table import Table, header
from metier.errors import DocumentError

NOTICE = "This service uses the ESCO classification of the European Commission."
_ALT_LABELS = re.compile(r"\n| \| ")
_VERSION = re.compile(r"v?(\d+\.\d+(?:\.\d+)?)(?=\D|$)")
_LANGUAGE = re.compile(r"_([a-z]{2})(?=[_.]|$)")
_ISCO = "http://data.europa.eu/esco/isco/C"


def shape(text: str) -> str:
    """Which file of ESCO this is, told by its columns; empty if it is none.

    One of `skills`, `groups`, `occupations`, `collection`, `hierarchy`, `broader`, `relations`, `labels`.

    >>> shape("conceptType,conceptUri,broaderType,broaderUri"), shape("id,label")
    ('broader', '')
    """
    columns = set(header(text))
    second = next(iter(text.lstrip().split("\n", 2)[1:2]), "").split(",", 1)[0]
    if {"Level 0 URI", "Level 0 preferred term"} <= columns:
        return "hierarchy"
    if {"originalSkillUri", "relatedSkillUri", "relationType"} <= columns:
        return "relations"
    if "conceptUri" not in columns:
        return ""
    if "broaderUri" in columns:
        return "broader"
    if "preferredLabel" not in columns:
        languages = [name for name in columns - {"conceptUri"} if re.fullmatch(r"[a-z]{2}(_alt)?", name)]
        return "labels" if languages and len(languages) == len(columns) - 1 else ""
    if "broaderConceptUri" in columns:
        return "collection"
    if "iscoGroup" in columns:
        return "occupations"
    if second in ("SkillGroup", "ISCOGroup"):
        return "groups" if second == "SkillGroup" else "isco"
    return "" if second == "ConceptScheme" else "skills"


def read_esco(
    tables: Sequence[tuple[str, Table]], *, name: str, languages: Sequence[str] = (), pillar: str = "skills"
) -> Loaded:
    """Lay the files of one download over each other.

    Args:
        tables: The shape of each file, and the file.
        name: What the taxonomy is called.
        languages: The language of the labels first, then those of which translations are kept; all by default, English
            first if it is there.
        pillar: `skills` or `occupations`.

    Raises:
        DocumentError: A language was asked for that no file holds, or there is no file of concepts.
    """
    of = {kind: [table for shaped, table in tables if shaped == kind] for kind, _ in tables}
    main = [*of.get("occupations", ()), *of.get("isco", ())] if pillar == "occupations" else of.get("skills", [])
    if not main and pillar == "skills":
        main = of.get("collection") or of.get("groups") or of.get("hierarchy") or []
    if not main:
        raise DocumentError(
            f"Expected a file with the {pillar} of ESCO in {name!r}, got {_names(t for _, t in tables)}."
        )
    wanted = _languages(tables, languages, name)
    draft = Draft()
    draft.counts.update(f"files: {kind}" for kind, _ in tables)
    _skills(draft, [t for t in main if t in of.get("skills", []) + of.get("occupations", [])], language=wanted[0])
    if pillar == "skills":
        _groups(draft, of.get("groups", []), wanted[0], kind="group")
        _levels(draft, [t for t in of.get("hierarchy", []) if _language(t) == wanted[0]])
        _relations(draft, of.get("relations", []))
        _collections(
            draft, [t for t in of.get("collection", []) if _language(t) == wanted[0]], whole=not of.get("skills")
        )
    else:
        _groups(draft, of.get("isco", []), wanted[0], kind="group")
    known = draft.concepts
    edges = [
        (row["conceptUri"], row["broaderUri"])
        for table in of.get("broader", [])
        for row in table
        if (row.get("conceptType") in ("Occupation", "ISCOGroup")) == (pillar == "occupations")
    ]
    if of.get("broader") and of.get("skills") and pillar == "skills":
        placed = {child for child, _ in edges}
        bare = (key for key, fields in known.items() if key not in placed and fields.get("kind") != "group")
        draft.notes += note("skills that the hierarchy does not place", bare)
    draft.edges += edges
    _translations(draft, tables, wanted)
    versions = dict.fromkeys(v for table in [*main, *of.get("broader", [])] if (v := _version(table.path)))
    return finish(draft, name=name, version="+".join(versions) or "1", language=wanted[0], attribution=NOTICE)


def _skills(draft: Draft, tables: Iterable[Table], *, language: str) -> None:
    for table in (table for table in tables if _language(table) == language):
        for row in table:
            _add(draft, row, kind=row.get("skillType") or ("occupation" if "iscoGroup" in row else ""))
            if row.get("iscoGroup"):
                draft.edges.append((row["conceptUri"], _ISCO + row["iscoGroup"]))


def _groups(draft: Draft, tables: Iterable[Table], language: str, *, kind: str) -> None:
    for table in (table for table in tables if _language(table) == language):
        for row in table:
            # ESCO lists some groups among the skills as well: the group has the code.
            if row["conceptUri"] in draft.concepts:
                draft.concepts[row["conceptUri"]]["codes"] = (row["code"],) if row.get("code") else ()
            else:
                _add(draft, row, kind=kind)


def _levels(draft: Draft, tables: Iterable[Table]) -> None:
    """The tree of groups, of four levels: what the file of groups does not hold is made, and the edges are taken."""
    for table in tables:
        for row in table:
            above = ""
            for level in range(4):
                uri = row.get(f"Level {level} URI", "")
                if not uri:
                    break
                if uri not in draft.concepts:
                    code = row.get(f"Level {level} code", "")
                    draft.add(uri, label=row[f"Level {level} preferred term"], kind="group", codes=(code,) * bool(code))
                if above:
                    draft.edges.append((uri, above))
                above = uri


def _relations(draft: Draft, tables: Iterable[Table]) -> None:
    for table in tables:
        for row in table:
            draft.relations.append((row["originalSkillUri"], row["relationType"], row["relatedSkillUri"]))


def _collections(draft: Draft, tables: Sequence[Table], *, whole: bool) -> None:
    """Mark the members of curated subsets; without a file of skills the subsets are the taxonomy."""
    strangers: dict[str, None] = {}
    for table in tables:
        collection = re.split(r"SkillsCollection|_\w\w\.csv", table.path.name)[0].rpartition("_")[2] or table.path.stem
        for row in table:
            uri = row["conceptUri"]
            if whole and uri not in draft.concepts:
                _add(draft, row, kind=row.get("skillType", ""))
            if uri in draft.concepts:
                fields = draft.concepts[uri]
                fields["collections"] = (*fields.get("collections", ()), collection)
            else:
                strangers[uri] = None
    for row in (row for table in tables if whole for row in table):
        _named_parents(draft, row)
    draft.notes += note("members of collections that are not among the skills, left out", strangers)


def _named_parents(draft: Draft, row: dict[str, str]) -> None:
    """Collections name the parents of a skill, groups and skills alike, and so hold a part of the hierarchy."""
    uris, labels = (row.get(column, "").split(" | ") for column in ("broaderConceptUri", "broaderConceptPT"))
    if len(uris) == len(labels):
        for uri, label in zip(uris, labels, strict=True):
            if uri and label and uri not in draft.concepts:
                draft.add(uri, label=label)
    draft.edges += [(row["conceptUri"], uri) for uri in uris if uri]


def _add(draft: Draft, row: dict[str, str], *, kind: str) -> None:
    code = row.get("code", "")
    draft.add(
        row["conceptUri"],
        label=row["preferredLabel"],
        alt_labels=_alts(row.get("altLabels", ""), row["preferredLabel"]),
        definition=row.get("description") or row.get("definition", ""),
        kind=kind,
        status=row.get("status", ""),
        codes=(code,) if code else (),
    )


def _alts(cell: str, label: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for p in _ALT_LABELS.split(cell) if (part := p.strip()) and part != label))


def _translations(draft: Draft, tables: Iterable[tuple[str, Table]], wanted: Sequence[str]) -> None:
    """Labels in the further languages, from files in these languages and from files of many languages."""
    strangers: dict[str, None] = {}
    for kind, table in tables:
        if kind == "labels":
            pairs = [(code, code, f"{code}_alt") for code in wanted[1:] if code in table.columns]
        elif kind in ("skills", "groups", "occupations", "isco") and _language(table) in wanted[1:]:
            pairs = [(_language(table), "preferredLabel", "altLabels")]
        else:
            continue
        for row in table:
            if row["conceptUri"] not in draft.concepts:
                strangers[row["conceptUri"]] = None
                continue
            fields = draft.concepts[row["conceptUri"]]
            made = tuple(
                (code, (row[label], *_alts(row.get(alts, ""), row[label]))) for code, label, alts in pairs if row[label]
            )
            fields["translations"] = (*fields.get("translations", ()), *made)
    if "skill" in {fields.get("kind", "")[:5] for fields in draft.concepts.values()}:
        draft.notes += note("translated concepts that are not there, left out", strangers)


def _languages(tables: Sequence[tuple[str, Table]], wanted: Sequence[str], name: str) -> list[str]:
    own = dict.fromkeys(_language(t) for kind, t in tables if kind not in ("labels", "broader", "relations"))
    more = dict.fromkeys(c for kind, t in tables if kind == "labels" for c in t.columns if len(c) == 2)
    there = [*sorted(own, key=lambda code: code != "en"), *(code for code in more if code not in own)]
    for code in wanted:
        if code not in there:
            raise DocumentError(f"Expected labels in {code!r} in {name!r}, got {', '.join(there)}.")
    if wanted and wanted[0] not in own:
        raise DocumentError(f"Expected a file of concepts in {wanted[0]!r}, got {', '.join(own)}.")
    return list(dict.fromkeys(wanted)) or there


def _language(table: Table) -> str:
    """The language in the name of a file: `skills_de.csv`; English if it names none."""
    found = _LANGUAGE.findall(table.path.name)
    return str(found[-1]) if found else "en"


def _version(path: Path) -> str:
    found = _VERSION.search(path.name) or _VERSION.search(path.parent.name)
    return found[1] if found else ""


def _names(tables: Iterable[Table]) -> str:
    return ", ".join(repr(table.path.name) for table in tables) or "none"
