"""How fast and how exactly are packages judged strictly, and how many load leniently? Beside skills-ref itself.

    python benchmarks/store_packages.py FILE.jsonl.gz… [--mutations 20000]

Each line of a file is an object with `files` (text by path) or `skill_md`, and `dir` or `id` (the name of the folder).
What skills-ref says is asked here and now; where a line carries `skills_ref_errors`, that is compared too. A verdict is
whether there are errors; an error set is the set of the literal strings. Where skills-ref ends in an exception, the
name of its type is compared. `--mutations` also compares as many seeded mutations of the files.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from metier.errors import PackageError
from metier.stores.package import read_manifest, read_package
from metier.stores.strict import validate, validate_text

PIECES = (
    "\n", "\n\n", "  ", "\t", ": ", ":", " #x", "# c\n", "- ", "? ", "'", '"', "{", "}", "[", "]", ",", "&a ", "*a",
    "!t ", "|\n", ">-\n", "|2-\n", "<<: ", "%YAML 1.2\n", "...\n", "\x85", "\u2028", "\ufeff", "\\", "\x00", "=", "@",
    "metadata:\n  a: b\n", "- a\n- b\n", "\n    ", "\n\n# c\n\n", "a: |\n  x\n\n  y\n # c\n", "x" * 1030, "k:\n",
)  # fmt: skip


def packages(path: Path) -> Iterator[tuple[str, dict[str, str], Any]]:
    """The name of the folder of each package, its files, and what the file says that skills-ref said."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            said = row.get("skills_ref_errors")
            files = row["files"] if "files" in row else {"SKILL.md": row["skill_md"]}
            yield row.get("dir", row.get("id")), files, json.loads(said) if isinstance(said, str) else said


def lay_out(path: Path, top: Path) -> list[tuple[Path, Any]]:
    """Write every package below a folder of its own."""
    folders = []
    for number, (name, files, said) in enumerate(packages(path)):
        folder = top / str(number) / name
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8", newline="")
        folders.append((folder, said))
    return folders


def reference(act: Callable[[], list[str]]) -> list[str]:
    """What skills-ref says, or the exception in which it ends."""
    try:
        return act()
    except Exception as failure:
        return [f"{type(failure).__name__}: {failure}"]


def comparable(errors: list[str]) -> frozenset[str]:
    """The set of the strings; of an exception, the name of its type."""
    name = errors[0].partition(":")[0] if errors else ""
    return frozenset([name] if name.endswith("Error") and " " not in name else errors)


def timed(act: Callable[[Any], Any], given: list[Any]) -> tuple[list[Any], float]:
    """The results, and how many a CPU second gives."""
    start = time.process_time()
    results = [act(one) for one in given]
    return results, len(given) / (time.process_time() - start)


def measure(path: Path) -> tuple[str, str]:
    """Two rows for a file: how exact and how fast the strict verdict is, and what loads leniently."""
    import skills_ref
    from skills_ref.parser import find_skill_md

    with tempfile.TemporaryDirectory() as top:
        laid = lay_out(path, Path(top))
        folders = [folder for folder, _ in laid]
        ours, our_speed = timed(validate, folders)
        theirs, their_speed = timed(lambda folder: reference(lambda: list(skills_ref.validate(folder))), folders)
        manifests = {folder: find_skill_md(folder) for folder in folders}
        texts = [(file.read_text(encoding="utf-8"), folder.name) for folder, file in manifests.items() if file]
        _, text_speed = timed(lambda one: validate_text(one[0], folder=one[1]), texts)
        recorded = [
            (comparable(own), comparable(said)) for own, (_, said) in zip(ours, laid, strict=True) if said is not None
        ]
        loaded, load_speed = timed(load, folders)
        _, read_speed = timed(read, folders)
    verdicts = sum(bool(own) == bool(their) for own, their in zip(ours, theirs, strict=True))
    sets = sum(comparable(own) == comparable(their) for own, their in zip(ours, theirs, strict=True))
    strict = (
        f"| {path.name} | {len(folders)} | {sum(not errors for errors in theirs)} | {verdicts} | {sets} | "
        f"{sum(own == said for own, said in recorded)} of {len(recorded)} | {our_speed:,.0f} | {text_speed:,.0f} | "
        f"{their_speed:,.0f} |"
    )
    counts = Counter(loaded)
    kinds = ("loaded", "no frontmatter", "no description", "no SKILL.md", "other", "crash")
    cells = " | ".join(str(counts[kind]) for kind in kinds)
    lenient = f"| {path.name} | {len(folders)} | {cells} | {read_speed:,.0f} | {load_speed:,.0f} |"
    return strict, lenient


def read(folder: Path) -> None:
    """Read the SKILL.md alone."""
    try:
        read_manifest(folder)
    except PackageError:
        return


def load(folder: Path) -> str:
    """What came of loading a package."""
    try:
        read_package(folder)
    except PackageError as failure:
        for kind in ("no description", "No SKILL.md"):
            if kind in str(failure):
                return kind.replace("No", "no")
        return "no frontmatter" if "begin with YAML frontmatter" in str(failure) else "other"
    except Exception:
        return "crash"
    return "loaded"


def mutated(rng: random.Random, blocks: list[str]) -> str:
    """The frontmatter of a package with a few changes at random."""
    block = rng.choice(blocks)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        at, kind, lines = rng.randrange(len(block) + 1), rng.random(), block.split("\n")
        if kind < 0.5:
            block = block[:at] + rng.choice(PIECES) + block[at:]
        elif kind < 0.65:
            block = block[:at] + block[at + rng.randrange(1, 6) :]
        elif kind < 0.8:
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            block = "\n".join(lines)
        else:
            number = rng.randrange(len(lines))
            lines[number] = rng.choice((" ", "  ", "\t")) + lines[number] if kind < 0.9 else lines[number].lstrip()
            block = "\n".join(lines)
    return f"---{block}---\nBody."


def measure_mutations(paths: list[Path], count: int, seed: int) -> str:
    """A row: how many mutations get the same verdict and the same error set, and how many of them load without harm."""
    from skills_ref.errors import ParseError
    from skills_ref.parser import parse_frontmatter
    from skills_ref.validator import validate_metadata

    texts = [files.get("SKILL.md", files.get("skill.md", "")) for path in paths for _, files, _ in packages(path)]
    blocks = [text.split("---", 2)[1] for text in texts if text.startswith("---") and text.count("---") > 1]
    blocks = [block.replace("\r\n", "\n").replace("\r", "\n") for block in blocks if len(block) < 4000]

    def their(text: str) -> list[str]:
        try:
            fields, _ = parse_frontmatter(text)
        except ParseError as failure:
            return [str(failure)]
        return list(validate_metadata(fields, Path("/x")))

    rng, verdicts, sets, valid = random.Random(seed), 0, 0, 0
    for _ in range(count):
        text = mutated(rng, blocks)
        own, said = validate_text(text, folder="x"), reference(lambda text=text: their(text))
        verdicts += bool(own) == bool(said)
        sets += comparable(own) == comparable(said)
        valid += not any(error.startswith("Invalid YAML") for error in said)
    return f"| {count:,} mutations, seed {seed} | {valid:,} | {verdicts:,} | {sets:,} |"


def main() -> None:
    """Measure and print the tables of docs/store.md."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", type=Path, nargs="*", help="nothing is measured without one")
    parser.add_argument("--mutations", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if not options.files:
        print("Left out: name a file of packages, as in store_packages.py packages.jsonl.gz.")
        return
    warnings.simplefilter("ignore")
    rows = [measure(path) for path in options.files]
    print(
        "| | packages | valid | same verdict | same error set | as recorded | /CPU-s, from disk | /CPU-s, from text | ",
        end="",
    )
    print("skills-ref /CPU-s |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    print("\n".join(strict for strict, _ in rows))
    print("\n| | packages | loaded | no frontmatter | no description | no SKILL.md | other | crashes | ", end="")
    print("head read /CPU-s | loaded /CPU-s |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    print("\n".join(lenient for _, lenient in rows))
    if options.mutations:
        print("\n| | YAML for skills-ref | same verdict | same error set |\n| --- | ---: | ---: | ---: |")
        print(measure_mutations(options.files, options.mutations, options.seed))
    print(
        f"\n{platform.machine()}, {os.cpu_count()} cores (shared), Python {platform.python_version()}, "
        f"skills-ref {version('skills-ref')}, strictyaml {version('strictyaml')}, PyYAML {version('PyYAML')}, "
        f"metier {version('metier')}."
    )


if __name__ == "__main__":
    main()
