"""What does a real taxonomy hold, what of it does not fit, and what does it cost to read, cold and from the cache?

On files of ESCO (https://esco.ec.europa.eu/en/use-esco/download) in one folder: a file of skills and a hierarchy, if
you like with groups, relations, collections, occupations and a file of labels in many languages.

    python benchmarks/discover_taxonomy.py FOLDER

CPU seconds are the median of five fresh processes, imports of the readers not counted. A damaged copy is made of the
file of skills by moving its alternative labels one row down.
"""

from __future__ import annotations

import csv
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from metier.discover.taxonomies import diff, load_taxonomy, migrate, read_taxonomy
from metier.discover.taxonomies.draft import overlap
from metier.discover.taxonomies.esco import shape
from metier.discover.taxonomies.table import parse_table, read_text
from metier.taxonomy import Taxonomy

ROUNDS = 5
MEASURE = """
import json, sys, time
from pathlib import Path
from metier.discover.taxonomies import read_taxonomy
path, asked, cache = Path(sys.argv[1]), json.loads(sys.argv[2]), Path(sys.argv[3])
if asked.get("hierarchy"): asked["hierarchy"] = Path(asked["hierarchy"])
began = time.process_time()
loaded = read_taxonomy(path, cache=cache, **asked)
loaded.taxonomy.digest
print(json.dumps([time.process_time() - began, loaded.cached]))
"""


def seconds(path: Path, asked: dict[str, object], *, warm: bool) -> float:
    """CPU seconds to read and to ask for the digest: the median of fresh processes."""
    rows = list[float]()
    with tempfile.TemporaryDirectory() as kept:
        for round_ in range(ROUNDS + warm):
            cache = kept if warm else f"{kept}/{round_}"
            command = [sys.executable, "-c", MEASURE, str(path), json.dumps(asked), cache]
            spent, cached = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            if cached == warm:
                rows.append(spent)
    assert len(rows) == ROUNDS
    return statistics.median(rows)


def inputs(folder: Path) -> list[tuple[str, Path, dict[str, object]]]:
    """What is read: the folder in one language and in all, and each kind of file alone."""
    kinds = {shape(read_text(path)[:4000]): path for path in sorted(folder.glob("*.csv*"), reverse=True)}
    rows: list[tuple[str, Path, dict[str, object]]] = [
        ("the folder, English", folder, {"languages": ["en"]}),
        ("the folder, all languages", folder, {}),
    ]
    rows += [("skills alone", kinds["skills"], {})]
    rows += [("skills, hierarchy laid over", kinds["skills"], {"hierarchy": str(folder)})]
    return rows + [(f"{kind} alone", kinds[kind], {}) for kind in ("occupations", "collection") if kind in kinds]


def shifted(path: Path, to: Path) -> None:
    """The same skills with the alternative labels of the row above."""
    table = parse_table(read_text(path), path)
    rows = list(table)
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.columns)
        writer.writeheader()
        for row, above in zip(rows, [rows[-1], *rows], strict=False):
            writer.writerow({**row, "altLabels": above["altLabels"]})


def compared(old: Taxonomy, new: Taxonomy) -> str:
    """Changes between two taxonomies, and what becomes of a record for each old concept."""
    kinds: dict[str, int] = {}
    for change in diff(old, new):
        kinds[change.kind] = kinds.get(change.kind, 0) + 1
    made = migrate([{"skill": concept.id} for concept in old][:1000], old, new)
    fates = {kind: made.count(kind) for kind in ("kept", "replaced", "proposed", "lost", "unknown")}
    return f"changes {kinds}; of the first 1,000 concepts {fates}"


def main(arguments: list[str]) -> None:
    """Print three tables: what is there and what it costs, what does not fit, and what is refused."""
    folder = Path(arguments[0])
    print(f"Python {platform.python_version()}, {platform.machine()}, median of {ROUNDS}\n")
    print("| read | version | concepts | edges | relations | alt labels | cold s | warm s |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    notes = []
    for name, path, asked in inputs(folder):
        options = {**asked, "hierarchy": folder} if "hierarchy" in asked else asked
        loaded = read_taxonomy(path, **options)  # type: ignore[arg-type]
        count, tree = loaded.counts, loaded.taxonomy
        cold, warm = (seconds(path, asked, warm=warm) for warm in (False, True))
        cells = [tree.version if tree else "refused", *(f"{count[k]:,}" for k in ("concepts", "edges", "relations"))]
        print(f"| {name} | {' | '.join(cells)} | {count['alternative labels']:,} ", end="")
        print(f"| {cold:.2f} | {warm:.3f} |")
        notes += [(name, note.count, note.what) for note in loaded.notes]
    print("\n| read | count | did not fit |\n| --- | ---: | --- |")
    for name, number, what in notes:
        print(f"| {name} | {number:,} | {what} |")
    skills = next(path for name, path, _ in inputs(folder) if name == "skills alone")
    with tempfile.TemporaryDirectory() as made:
        damaged = Path(made) / "skills_en.csv"
        shifted(skills, damaged)
        print("\n| copy | share a word with an alternative label | verdict |\n| --- | ---: | --- |")
        for name, path in (("as it is", skills), ("alternative labels one row down", damaged)):
            table = parse_table(read_text(path), path)
            share = overlap((row["preferredLabel"], row["altLabels"].split("\n")) for row in table if row["altLabels"])
            refused = bool(read_taxonomy(path).refusals)
            print(f"| {name} | {share:.1%} | {'refused' if refused else 'read'} |")
    for name, path, _ in inputs(folder):
        if name == "collection alone":
            print(f"\nskills → {path.name}: {compared(load_taxonomy(skills), load_taxonomy(path))}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    main(sys.argv[1:])
