"""How is what a scan saw shown: as data for programs, as a log for other tools, as text, and as a page for a reviewer?

Gravest first. Nothing is decided here, and whatever comes from a package is text, with what cannot be seen spelt out.
"""

from __future__ import annotations

import io
import itertools
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from metier import __version__
from metier.capability import Capability
from metier.faces import show, words
from metier.faces.show import one_line
from metier.govern.look import LookedAt
from metier.stores.package import NOT_LOOKED_INTO
from metier.verdict import Decision, Finding, Severity

_GRAVEST = tuple(reversed(Decision))
_HEAVIEST = tuple(reversed(Severity))
_SHOWN = 100
"""So many findings of one package stand on a page, or it would drown what was found in the others."""
_COLOURS = {"block": "bold red", "incomplete": "yellow", "review": "yellow", "clean": "green", "note": "dim"}


def written(looked: Sequence[LookedAt], form: str, *, title: str, coloured: bool = False) -> str:
    """The whole text of one of the forms "pretty", "json", "sarif" and "html"."""
    if form == "html":
        return as_page(looked, title=title)
    if form == "pretty":
        return as_text(looked, coloured=coloured)
    return show.as_text(as_sarif(looked) if form == "sarif" else as_data(looked)) + "\n"


def as_data(looked: Sequence[LookedAt]) -> list[dict[str, Any]]:
    """Every package with its decision, findings, capabilities, coverage and verdict, in the order it was found."""
    return [
        {
            "path": one.path,
            "decision": one.decision,
            "findings": one.scan.findings,
            "declared": one.verdict.declared if one.verdict else (),
            "observed": one.scan.observed,
            "coverage": {
                "num_files": one.scan.num_files,
                "num_bytes": one.scan.num_bytes,
                "unread": one.scan.unread,
            },
            "verdict": one.verdict,
            "error": one.error,
        }
        for one in looked
    ]


def as_sarif(looked: Sequence[LookedAt]) -> dict[str, Any]:
    """A SARIF log, its places told from the current folder, as those who call from the root of a repository expect.

    What lies outside of it is told by its whole path.
    """
    from metier.govern.sarif import sarif

    errors = {_place(one): one.error for one in looked if one.error and one.error != NOT_LOOKED_INTO}
    return sarif(((_place(one), one.scan) for one in looked), errors=errors, is_there=os.path.lexists)


def as_text(looked: Sequence[LookedAt], *, coloured: bool = False) -> str:
    """Every package with its findings, and counts at the end; in colour only if a terminal reads it."""
    from rich.console import Console
    from rich.text import Text

    out = Console(file=io.StringIO(), width=100, highlight=False, force_terminal=coloured and show.is_terminal())
    for one in _in_order(looked):
        decision = one.decision.value
        head = Text.assemble((f"{decision:<10} ", _COLOURS[decision]), (one_line(one.path), "bold"))
        out.print(head + Text(f"  {_tiers(one)}", style="dim"), soft_wrap=True)
        for finding in _gravest_first(one.scan.findings):
            weight = finding.severity.value
            out.print(Text.assemble("  ", (f"{weight:<7}", _COLOURS[weight]), one_line(_at(finding))), soft_wrap=True)
            out.print(Text(f"         {_said(finding)}"), soft_wrap=True)
            if finding.evidence:
                out.print(Text(f"         {one_line(words.seen(finding.evidence))}", style="dim"), soft_wrap=True)
    out.print(Text(told(looked)), soft_wrap=True)
    return out.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def as_page(looked: Sequence[LookedAt], *, title: str) -> str:
    """One HTML page that needs nothing but itself."""
    from metier.faces import charts
    from metier.faces.page import render
    from metier.govern.scan.rules import rules

    counts = Counter(one.decision for one in looked)
    parts = [(decision.value, counts[decision]) for decision in _GRAVEST]
    fired = Counter(finding.rule for one in looked for finding in one.scan.findings)
    known = rules()
    page = {
        "title": title,
        "version": __version__,
        "told": told(looked),
        "parts": parts,
        "plot": charts.stack(parts, title=told(looked)),
        "num_packages": len(looked),
        "num_findings": fired.total(),
        "num_files": sum(one.scan.num_files for one in looked),
        "num_bytes": sum(one.scan.num_bytes for one in looked),
        "num_unread": sum(len(one.scan.unread) for one in looked),
        "num_rules": len(known),
        "packages": [_row(one, number) for number, one in enumerate(_in_order(looked), start=1)],
        "rules": [
            (name, known.get(name), fired[name]) for name in sorted(fired, key=lambda name: (-fired[name], name))
        ],
    }
    return render("scan.html.j2", page)


def told(looked: Sequence[LookedAt]) -> str:
    """What a scan came to, in one sentence.

    >>> told([])
    'No package was scanned.'
    """
    if not looked:
        return "No package was scanned."
    counts = Counter(one.decision for one in looked)
    num_unread = sum(one.decision == Decision.INCOMPLETE and bool(one.scan.unread) for one in looked)
    parts = (
        (counts[Decision.BLOCK], "blocked"),
        (num_unread, "not read whole"),
        (counts[Decision.INCOMPLETE] - num_unread, "not readable as a package"),
        (counts[Decision.REVIEW], "to be reviewed"),
        (counts[Decision.CLEAN], "clean"),
    )
    said = ", ".join(f"{count} {what}" for count, what in parts if count)
    return f"{len(looked)} {'package' if len(looked) == 1 else 'packages'}: {said}."


def _in_order(looked: Sequence[LookedAt]) -> list[LookedAt]:
    return sorted(looked, key=lambda one: (_GRAVEST.index(one.decision), one.path))


def _gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (_HEAVIEST.index(f.severity), f.path, f.line, f.rule))


def _of_every_rule(findings: list[Finding]) -> list[Finding]:
    """As many as a page shows of one package, in their order; of each rule the gravest is among them."""
    first: dict[str, int] = {}
    for number, finding in enumerate(findings):
        first.setdefault(finding.rule, number)
    kept = set(first.values())
    others = (number for number in range(len(findings)) if number not in kept)
    shown = [*first.values(), *itertools.islice(others, max(0, _SHOWN - len(first)))]
    return [findings[number] for number in sorted(shown)]


def _row(one: LookedAt, number: int) -> dict[str, Any]:
    scan, verdict = one.scan, one.verdict
    declared = verdict.declared if verdict else ()
    weights = Counter(finding.severity for finding in scan.findings)
    findings = _gravest_first(scan.findings)
    return {
        "id": f"package-{number}",
        "path": one.path,
        "description": one.skill.description if one.skill else "",
        "digest": verdict.digest if verdict else "",
        "error": one.error,
        "decision": one.decision.value,
        "counts": [(severity.value, weights[severity]) for severity in _HEAVIEST],
        "findings": (shown := _of_every_rule(findings)),
        "num_more": len(findings) - len(shown),
        "rules": list(dict.fromkeys(finding.rule for finding in findings)),
        "capabilities": [
            (c.value, c in declared, c in scan.observed) for c in Capability if c in (*declared, *scan.observed)
        ],
        "num_files": scan.num_files,
        "num_bytes": scan.num_bytes,
        "unread": scan.unread,
        "vetting": verdict.vetting if verdict else None,
        "exposure": verdict.exposure if verdict else None,
        "reasons": verdict.reasons if verdict else (),
    }


def _tiers(one: LookedAt) -> str:
    if one.verdict is None:
        return one_line(one.error)
    return f"vetting {one.verdict.vetting.name.lower()}, exposure {one.verdict.exposure.name.lower()}"


def _at(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}" if finding.line else finding.path


def _said(finding: Finding) -> str:
    return one_line(f"{finding.message} ({', '.join((finding.rule, *finding.codes))})")


def _place(one: LookedAt) -> str:
    place = one.place.resolve()
    with suppress(ValueError):
        return place.relative_to(Path.cwd()).as_posix()
    return place.as_posix()
