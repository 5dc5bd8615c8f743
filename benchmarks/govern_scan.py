"""How many hostile packages does the scan stop, how many honest ones does it disturb, and at what cost of CPU?

    python benchmarks/govern_scan.py SET.jsonl[.gz] …
    python benchmarks/govern_scan.py SET.jsonl.gz --peers /path/to/python
    python benchmarks/govern_scan.py SET.jsonl --list
    python benchmarks/govern_scan.py SET.jsonl --light

A set holds one package a line: `files` (path to text) or `skill_md`, and `label` where somebody knows it; a list of
skills of a vendor (`skill_md`, no label) counts as benign by provenance. Markers that say which benchmark a specimen is
from are removed. Packages are written once, into a folder that goes away; nothing in them is executed.

Peers run in the interpreter given, on the same folders, in their static mode: no network, no model. Their findings of
HIGH and above count as block, MEDIUM as review; our `incomplete` counts as review. Intervals are Wilson's at 95 %; CPU
time is `time.process_time` over the scans alone, after one warm-up package, so that start-up and imports are left out.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import math
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from metier.govern.scan import scan

MARKER_LINE = re.compile(r"(?m)^.*SKILLFORTIFYBENCH.*\n?|^.*_skillfortifybench_\w+.*\n?")
NAME = re.compile(r"(?m)^name:\s*[\"']?([A-Za-z0-9][\w.-]{0,63})[\"']?\s*$")

PEERS = {
    "cisco-ai-skill-scanner": """
from skill_scanner import SkillScanner
from skill_scanner.core.analyzer_factory import build_core_analyzers
from skill_scanner.core.scan_policy import ScanPolicy
policy = ScanPolicy.default()
scanner = SkillScanner(analyzers=build_core_analyzers(policy), policy=policy)
def severities(root, package):
    return [str(getattr(f.severity, "value", f.severity)) for f in scanner.scan_skill(package).findings]
""",
    "skillfortify": """
from skillfortify.core.analyzer import StaticAnalyzer
from skillfortify.parsers.registry import default_registry
registry, analyzer = default_registry(), StaticAnalyzer()
def severities(root, package):
    found = [f for skill in registry.discover(root) for f in analyzer.analyze(skill).findings]
    return [str(f.severity.name) for f in found]
""",
}
RUNNER = """
import json, logging, sys, time, contextlib, io
from importlib.metadata import version
from pathlib import Path
logging.disable(logging.CRITICAL)
{adapter}
def decide(root, package):
    found = {{s.upper() for s in severities(root, package)}}
    return "block" if found & {{"HIGH", "CRITICAL"}} else "review" if "MEDIUM" in found else "clean"
places = json.load(sys.stdin)
out, spent, quiet = [], 0.0, io.StringIO()
with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
    for number, place in enumerate(places[:1] + places):
        started = time.process_time()
        try:
            decision = decide(Path(place[0]), Path(place[1]))
        except Exception as problem:
            decision = "error"
        if number:
            spent += time.process_time() - started
            out.append(decision)
print(json.dumps({{"version": version({name!r}), "decisions": out, "cpu_s": spent}}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """One package of a set, on disk."""

    id: str
    group: str
    root: Path
    package: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one tool decided about each specimen, in order."""

    tool: str
    decisions: list[str]
    cpu_s: float


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("sets", nargs="*", type=Path)
    options.add_argument("--peers", type=Path, help="interpreter that has the peers installed")
    options.add_argument("--list", action="store_true", help="name what we missed and what we disturbed")
    options.add_argument("--families", action="store_true", help="one row more for each family of a set")
    options.add_argument("--light", action="store_true", help="scan as if the extra `govern` were not installed")
    asked = options.parse_args()
    if asked.light:
        sys.modules["ahocorasick_rs"] = None  # type: ignore[assignment]
    if not asked.sets:
        print("No set of packages was given, so nothing was scanned: govern_scan.py SET.jsonl.gz …")
        return
    print(f"metier {version('metier')}, Python {platform.python_version()}, {platform.machine()}\n")
    summaries = []
    for path in asked.sets:
        with tempfile.TemporaryDirectory() as folder:
            rows = list(read(path))
            specimens = [write(row, Path(folder) / str(number)) for number, row in enumerate(rows)]
            outcomes = [ours(specimens), *(peers(specimens, asked.peers) if asked.peers else [])]
        name = path.name.removesuffix(".gz").removesuffix(".jsonl")
        print(f"### {name}\n\n{table(specimens, outcomes)}\n")
        summaries += [summary(name, specimens, outcome) for outcome in outcomes]
        if asked.families:
            print(families(rows, specimens, outcomes[0]) + "\n")
        if asked.list:
            print("\n".join(wrong(specimens, outcomes[0])) + "\n")
    print("### Summary\n\n| set | tool | F1, block | F1, review or block | packages / CPU s |\n|---|---|---|---|---|")
    print("\n".join(summaries))


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Read the packages of a set, whichever of the layouts it has."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def group(row: dict[str, Any]) -> str:
    """Name what a package is known to be; attacks in prose alone are counted by themselves."""
    label = row.get("label") or ("benign" if "skill_md" in row else "unlabelled")
    return f"{label}, prose only" if str(row.get("family", "")).startswith("prose_") else str(label)


def write(row: dict[str, Any], root: Path) -> Specimen:
    """Write one package where every tool finds it: below `.claude/skills`, unless it brings its own layout."""
    files: dict[str, str] = row.get("files") or {"SKILL.md": row["skill_md"]}
    own = next((path for path in files if path.lower().endswith("skill.md") and path.startswith(".")), None)
    if own is not None:
        base, package = root, root / PurePosixPath(own).parent
    elif any(PurePosixPath(path).name.lower() == "skill.md" for path in files):
        skill = next(text for path, text in files.items() if PurePosixPath(path).name.lower() == "skill.md")
        name = row.get("dir") or (found[1] if (found := NAME.search(skill)) else "skill")
        base = package = root / ".claude" / "skills" / str(name)
    else:
        base = package = root
    for path, text in files.items():
        target = base / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(IsADirectoryError, FileExistsError):
            target.write_bytes(MARKER_LINE.sub("", text).encode("utf-8", "surrogatepass"))
    package.mkdir(parents=True, exist_ok=True)
    return Specimen(id=str(row.get("id", root.name)), group=group(row), root=root, package=package)


def ours(specimens: list[Specimen]) -> Outcome:
    """Scan each package in this process."""
    scan(specimens[0].package)
    decisions, started = [], time.process_time()
    for specimen in specimens:
        decision = scan(specimen.package).decision.value
        decisions.append("review" if decision == "incomplete" else decision)
    return Outcome(tool="metier", decisions=decisions, cpu_s=time.process_time() - started)


def peers(specimens: list[Specimen], interpreter: Path) -> Iterator[Outcome]:
    """Scan the same folders with each peer, in its own process; a peer that cannot run is left out and said so."""
    places = json.dumps([[str(specimen.root), str(specimen.package)] for specimen in specimens])
    for name, adapter in PEERS.items():
        code = RUNNER.format(adapter=adapter, name=name)
        run = subprocess.run([str(interpreter), "-c", code], input=places, capture_output=True, text=True)
        if run.returncode:
            reason = (run.stderr.strip().splitlines() or ["no reason given"])[-1]
            print(f"{name} left out: {reason}\n")
            continue
        found = json.loads(run.stdout.splitlines()[-1])
        yield Outcome(tool=f"{name} {found['version']}", decisions=found["decisions"], cpu_s=found["cpu_s"])


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Bound a proportion at 95 % (Wilson, 1927).

    >>> [round(bound, 3) for bound in wilson(0, 100)]
    [0.0, 0.037]
    """
    if not count:
        return 0.0, 1.0
    z, share = 1.959964, hits / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, centre - half), min(1.0, centre + half)


def rate(hits: int, count: int) -> str:
    low, high = wilson(hits, count)
    return f"{hits} = {hits / count:.1%} [{low:.1%}, {high:.1%}]".replace("%", " %") if count else "-"


def table(specimens: list[Specimen], outcomes: Iterable[Outcome]) -> str:
    """Show, for each group and tool, what was blocked, what was only to be reviewed and what the tool gave up on."""
    lines = ["| group | n | tool | block | review only | block or review | error |", "|---|---|---|---|---|---|---|"]
    outcomes = list(outcomes)
    for name in sorted({specimen.group for specimen in specimens}):
        for outcome in outcomes:
            pairs = zip(specimens, outcome.decisions, strict=True)
            seen = Counter(decision for specimen, decision in pairs if specimen.group == name)
            count, block, review = seen.total(), seen["block"], seen["review"]
            cells = (rate(block, count), rate(review, count), rate(block + review, count), str(seen["error"]))
            lines.append(f"| {name} | {count} | {outcome.tool} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def summary(name: str, specimens: list[Specimen], outcome: Outcome) -> str:
    """One row: F1 where there are both labels, and packages per CPU second."""
    speed = f"{len(specimens) / outcome.cpu_s:.1f}" if outcome.cpu_s else "-"
    return f"| {name} | {outcome.tool} | {f1(specimens, outcome, {'block'})} | " + (
        f"{f1(specimens, outcome, {'block', 'review'})} | {speed} |"
    )


def f1(specimens: list[Specimen], outcome: Outcome, flags: set[str]) -> str:
    """F1 of `malicious` (prose included) at a threshold; a dash for a set with one label."""
    kinds = [(s.group.split(",")[0], d in flags) for s, d in zip(specimens, outcome.decisions, strict=True)]
    seen = Counter(kinds)
    hits, missed, false = seen["malicious", True], seen["malicious", False], seen["benign", True]
    if not hits + missed or not false + seen["benign", False]:
        return "-"
    return f"{2 * hits / (2 * hits + missed + false):.3f}"


def families(rows: list[dict[str, Any]], specimens: list[Specimen], outcome: Outcome) -> str:
    """Show our decisions by family."""
    seen: dict[tuple[str, str], Counter[str]] = {}
    for row, specimen, decision in zip(rows, specimens, outcome.decisions, strict=True):
        family = str(row.get("family") or row.get("attack_type") or row.get("source") or "-")
        seen.setdefault((specimen.group, family), Counter())[decision] += 1
    lines = ["| group | family | n | block | review | clean |", "|---|---|---|---|---|---|"]
    for (kind, family), found in sorted(seen.items()):
        cells = (found.total(), found["block"], found["review"], found["clean"])
        lines.append(f"| {kind} | {family} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def wrong(specimens: list[Specimen], outcome: Outcome) -> Iterator[str]:
    """Name what was not blocked though hostile, or not clean though benign."""
    for specimen, decision in zip(specimens, outcome.decisions, strict=True):
        if (specimen.group.startswith("malicious") and decision != "block") or (
            specimen.group == "benign" and decision != "clean"
        ):
            yield f"- {specimen.group}: {specimen.id}: {decision}"


if __name__ == "__main__":
    main()
