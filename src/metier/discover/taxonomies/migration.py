"""Which of my records still say what they said? Identifiers of one version carried over to another, with a report.

A concept that is still there is kept. One that the source itself says is replaced is replaced. For any other, near
concepts are proposed and nothing is changed: whether they mean the same is for a person to say.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.discover.taxonomies.history import replacements
from metier.errors import DocumentError, StoreError
from metier.taxonomy import Taxonomy
from metier.whole import whole

KINDS = ("kept", "replaced", "proposed", "lost", "unknown")
_PROPOSALS = 3
_LOOKED_AT = 50
_LEAST_LIKENESS = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of one identifier.

    Attributes:
        kind: `kept`, `replaced` (the data says by what), `proposed` (near labels, nothing is changed), `lost` (nothing
            is near), or `unknown` (it looks like a concept, and the old version has none of it either).
        to: The identifiers that stand for it: one if kept, at least one if replaced, else none.
        proposals: (identifier, label, likeness 0 to 1) of near concepts, the nearest first.
        records: In how many records it stands.
    """

    concept: str
    kind: str
    label: str = ""
    to: tuple[str, ...] = ()
    proposals: tuple[tuple[str, str, float], ...] = ()
    records: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """The records after the move, and the fate of every identifier in them."""

    records: tuple[Any, ...]
    fates: tuple[Fate, ...]

    def count(self, kind: str) -> int:
        """How many identifiers met this fate.

        >>> Migrated(records=(), fates=(Fate(concept="a", kind="kept", to=("a",)),)).count("kept")
        1
        """
        return sum(fate.kind == kind for fate in self.fates)


def migrate(
    records: Iterable[Any], old: Taxonomy, new: Taxonomy, *, history: Mapping[str, Sequence[str]] | None = None
) -> Migrated:
    """Carry records from one version to another: every string in them that is an identifier of `old`.

    Where a list holds an identifier with several replacements, all of them stand in its place, each once; where a
    single value does, it is left as it is and its fate says by what it is replaced.

    Args:
        records: Plain data, as JSON has it. Keys are not looked at.
        history: What stands for an identifier, beside what the taxonomies say themselves (`isReplacedBy`);
            see `read_history`.

    >>> from metier.taxonomy import Concept
    >>> old = Taxonomy(name="t", concepts=(Concept(id="a", label="weld"), Concept(id="b", label="cut metal")))
    >>> new = Taxonomy(name="t", concepts=(Concept(id="c", label="weld"), Concept(id="d", label="cutting metal")))
    >>> made = migrate([{"skills": ["a", "b"]}], old, new, history={"a": ["c"]})
    >>> made.records
    ({'skills': ['c', 'b']},)
    >>> [(fate.concept, fate.kind, [near for near, _, _ in fate.proposals]) for fate in made.fates]
    [('a', 'replaced', []), ('b', 'proposed', ['d'])]
    """
    listed = list(records)
    uses: Counter[str] = Counter()
    for record in listed:
        uses.update(dict.fromkeys(_identifiers(record, old, new), 1))
    forms = _forms(new)
    fates = {c: _fate(c, old, new, history or {}, forms, records=count) for c, count in uses.items()}
    moved = {concept: fate.to for concept, fate in fates.items() if fate.kind == "replaced"}
    return Migrated(records=tuple(_moved(record, moved) for record in listed), fates=tuple(fates.values()))


def read_records(text: str, *, where: str) -> list[Any]:
    r"""JSON lines, or a CSV whose rows become objects.

    Raises:
        DocumentError: A line is no JSON, or a row no CSV; the message names it.

    >>> read_records("text,skill\nweld,a\n", where="ads.csv"), read_records('{"skill": "a"}\n', where="ads.jsonl")
    ([{'text': 'weld', 'skill': 'a'}], [{'skill': 'a'}])
    """
    if where.endswith(".csv"):
        reader = csv.reader(io.StringIO(text), strict=True)
        try:
            columns, *rows = [row for row in reader if row] or [[]]
        except csv.Error as error:
            raise DocumentError(f"{where}, line {reader.line_num}: this row is no CSV: {error}.") from error
        for row in rows:
            if len(row) != len(columns):
                raise DocumentError(f"{where}: expected {len(columns)} fields, got {len(row)}: {row[0]!r}, ….")
        return [dict(zip(columns, row, strict=True)) for row in rows]
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except ValueError as error:
                raise DocumentError(f"{where}, line {number}: this is no JSON: {error}.") from error
    return records


def write_records(records: Sequence[Any], path: Path) -> None:
    """Write records in the form that `read_records` reads under this name; the file appears whole or not at all.

    Raises:
        StoreError: The file cannot be written.
    """
    text = _as_csv(records) if path.suffix == ".csv" else _as_lines(records)
    try:
        with whole(path, mode=0o644) as file:
            file.write(text.encode())
    except OSError as error:
        raise StoreError(f"Cannot write {str(path)!r}: {error.strerror}.") from error


def _as_csv(records: Sequence[Any]) -> str:
    if any(not isinstance(value, str) for record in records for value in record.values()):
        raise StoreError("Expected rows of text to write as CSV, got JSON records.", hint="Name the file .jsonl.")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(records[0] if records else ())
    writer.writerows(record.values() for record in records)
    return out.getvalue()


def _as_lines(records: Sequence[Any]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _identifiers(value: Any, old: Taxonomy, new: Taxonomy) -> Iterable[str]:
    if isinstance(value, str):
        if value in old or value in new or _looks_alike(value, old):
            yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _identifiers(item, old, new)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _identifiers(item, old, new)


def _looks_alike(value: str, old: Taxonomy) -> bool:
    """Whether it is a URI in the manner of the taxonomy: so a concept of neither version is told, not passed over."""
    stem, cut, _ = value.rpartition("/")
    first = next(iter(old), None)
    return bool(cut) and "://" in stem and first is not None and first.id.rpartition("/")[0] == stem


def _fate(
    concept: str,
    old: Taxonomy,
    new: Taxonomy,
    history: Mapping[str, Sequence[str]],
    forms: Mapping[str, Mapping[str, str]],
    *,
    records: int,
) -> Fate:
    label = (old if concept in old else new)[concept].label if concept in old or concept in new else ""
    if concept in new and not new[concept].replaced_by:
        return Fate(concept=concept, kind="kept", label=label, to=(concept,), records=records)
    to = replacements(concept, old, new, history)
    if to:
        return Fate(concept=concept, kind="replaced", label=label, to=to, records=records)
    if concept in new:
        return Fate(concept=concept, kind="kept", label=label, to=(concept,), records=records)
    if concept not in old:
        return Fate(concept=concept, kind="unknown", records=records)
    near = _near(old[concept].labels, new, forms)
    return Fate(concept=concept, kind="proposed" if near else "lost", label=label, proposals=near, records=records)


def _forms(new: Taxonomy) -> dict[str, dict[str, str]]:
    """The beginning of a word → the forms that hold such a word → their concepts; preferred labels win."""
    forms = {
        label.casefold(): concept.id for concept in reversed(new.concepts) for label in reversed(concept.alt_labels)
    }
    forms |= {concept.label.casefold(): concept.id for concept in reversed(new.concepts)}
    found: dict[str, dict[str, str]] = {}
    for form, concept_id in forms.items():
        for start in _starts(form):
            found.setdefault(start, {})[form] = concept_id
    return found


def _starts(text: str) -> set[str]:
    return {word[:4] for word in text.split()} or {""}


def _near(
    labels: Sequence[str], new: Taxonomy, forms: Mapping[str, Mapping[str, str]]
) -> tuple[tuple[str, str, float], ...]:
    """The nearest concepts by label: Ratcliff and Obershelp's likeness of at least 0.7 among forms that share a word.

    Of the many forms that share a word only the 50 with the most shared beginnings are looked at.
    """
    scores: dict[str, float] = {}
    for text in map(str.casefold, labels):
        shared: Counter[str] = Counter()
        to: dict[str, str] = {}
        for start in _starts(text):
            shared.update(forms.get(start, {}).keys())
            to |= forms.get(start, {})
        likely = sorted(shared, key=lambda form: (-shared[form] / len(_starts(form + " " + text)), form))[:_LOOKED_AT]
        for form in difflib.get_close_matches(text, likely, n=_PROPOSALS, cutoff=_LEAST_LIKENESS):
            likeness = difflib.SequenceMatcher(None, form, text).ratio()
            scores[to[form]] = max(likeness, scores.get(to[form], 0.0))
    ranked = sorted(scores.items(), key=lambda item: -item[1])[:_PROPOSALS]
    return tuple((near, new[near].label, round(score, 3)) for near, score in ranked)


def _moved(value: Any, moved: Mapping[str, tuple[str, ...]]) -> Any:
    if isinstance(value, str):
        to = moved.get(value, (value,))
        return to[0] if len(to) == 1 else value
    if isinstance(value, list | tuple):
        made: list[Any] = []
        for item in value:
            for new in moved.get(item, (item,)) if isinstance(item, str) else (_moved(item, moved),):
                # Two concepts that became one stand once; what stood twice before stays as it was.
                if not (isinstance(item, str) and item in moved and (new in made or new in value)):
                    made.append(new)
        return made
    if isinstance(value, Mapping):
        return {key: _moved(item, moved) for key, item in value.items()}
    return value
