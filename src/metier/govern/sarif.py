"""How are findings told to tools that show those of many scanners? SARIF 2.1.0 (OASIS standard, 27 March 2020).

Pure: scans in, plain data out, no clock, and no path of this machine but where a package lies outside of the root. The
same scans give the same document, and a finding keeps its fingerprint when lines above it come or go. What lies in a
package inside another one is told once, of the inner one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from metier import __version__
from metier.digest import digest
from metier.govern.scan.rules import rules
from metier.verdict import Decision, Finding, Scan, Severity

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.BLOCK: "error", Severity.REVIEW: "warning", Severity.NOTE: "note"}
_SECURITY = {Severity.BLOCK: "9.0", Severity.REVIEW: "5.0", Severity.NOTE: "1.0"}
"""Code scanning services sort by this score; from 9.0 on they call it critical, from 4.0 on medium."""

_OPENED = re.compile(
    r"\.(?:ipynb|pdf|do[ct][xm]|xls[xm]|pptx|pptm|od[tsp]|pkl|pickle|joblib|pt|pth|ckpt|bin|npy|npz)$", re.IGNORECASE
)
"""What is read as a text that was made of it, whose lines are none of the file."""


def sarif(
    scans: Iterable[tuple[str, Scan]],
    *,
    errors: Mapping[str, str] | None = None,
    is_there: Callable[[str], bool] = lambda path: False,
) -> dict[str, Any]:
    """Write the scans of packages as one SARIF log with one run.

    Args:
        scans: Where each package lies, relative to the root of the repository or absolute, and what its scan saw.
        errors: Why one could not be read as a package, by where it lies: its run is then told as no success.
        is_there: Whether a path, told as those of the scans, is a file or folder: one whose name ends in `!` is then
            taken for no archive.

    >>> log = sarif([("packages/tidy", Scan(findings=(Finding(rule="unread", severity=Severity.REVIEW,
    ...     message="Is no text.", path="a b.bin"),), unread=("a b.bin",)))])
    >>> log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    'packages/tidy/a%20b.bin'
    """
    scans, errors = list(scans), errors or {}
    found = [finding for _, scan in scans for finding in scan.findings]
    ids = sorted({finding.rule for finding in found})
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "metier",
                        "version": __version__,
                        "rules": [_rule(name, [one for one in found if one.rule == name]) for name in ids],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not errors,
                        "toolExecutionNotifications": [*_failed(errors), *_unread(scans, is_there)],
                    }
                ],
                "results": list(_results(scans, ids, is_there)),
                "properties": {"packages": [_coverage(place, scan, errors.get(place, "")) for place, scan in scans]},
            }
        ],
    }


def _rule(name: str, found: Sequence[Finding]) -> dict[str, Any]:
    """A rule of ours with its reason; one of somebody else's with what its first finding says of it."""
    known = rules().get(name)
    severity = known.severity if known else found[0].severity
    behaviour = known.behaviour if known else found[0].message
    codes = known.codes if known else found[0].codes
    rule = {
        "id": name,
        "name": "".join(part.capitalize() for part in name.replace(":", "-").replace("_", "-").split("-")),
        "shortDescription": _message(behaviour),
        "fullDescription": _message(f"{behaviour} {known.why}" if known else behaviour),
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {
            "tags": _tags("security", *codes),
            "precision": "high",
            "security-severity": _SECURITY[severity],
        },
        "help": _message(behaviour),  # code scanning services show no rule without one
    }
    if known:
        rule["help"] = {
            **_message(f"{known.behaviour}\n\nWhy it matters: {known.why}\n\nInstead: {known.fix}"),
            "markdown": f"**{known.behaviour}**\n\n*Why it matters.* {known.why}\n\n*Instead.* {known.fix}",
        }
    return rule


def _results(
    scans: Sequence[tuple[str, Scan]], ids: Sequence[str], is_there: Callable[[str], bool]
) -> Iterator[dict[str, Any]]:
    times: Counter[str] = Counter()
    inner = _inmost((place, _told_of(place, finding)) for place, scan in scans for finding in scan.findings)
    for place, scan in scans:
        for finding in scan.findings:
            if inner[_told_of(place, finding)] != place:
                continue
            key = digest([place, finding.path, finding.rule, finding.evidence or finding.message])
            times[key] += 1
            yield {
                "ruleId": finding.rule,
                "ruleIndex": ids.index(finding.rule),
                "level": _LEVELS[finding.severity],
                "message": _message(f"{finding.message} {finding.evidence}".strip()),
                "locations": [_location(place, finding, is_there)],
                "partialFingerprints": {"finding/v1": f"{key.removeprefix('sha256:')}:{times[key]}"},
                "properties": {"tags": _tags(*finding.codes), "severity": finding.severity.value},
            }


def _inmost(told: Iterable[tuple[str, Hashable]]) -> dict[Hashable, str]:
    """Which of the packages that tell the same lies deepest."""
    found: dict[Hashable, str] = {}
    for place, what in told:
        found[what] = max(found.get(what, place), place, key=len)
    return found


def _told_of(place: str, finding: Finding) -> Hashable:
    whole = _whole(place, finding.path)
    return whole, finding.line, finding.rule, finding.severity, finding.message, finding.evidence


def _location(place: str, finding: Finding, is_there: Callable[[str], bool]) -> dict[str, Any]:
    """A line of a member is no line of the archive it lies in, so there the member is named and the line told of it."""
    path, member = _split(place, finding.path, is_there)
    physical: dict[str, Any] = {"artifactLocation": _artifact(place, path)}
    is_of_text = bool(finding.line and _OPENED.search(path) and not finding.rule.startswith("yara:"))
    if member or is_of_text:
        line = f", line {finding.line}{' of its text' if not member else ''}" if finding.line else ""
        name = member or path
        return {
            "physicalLocation": physical,
            "logicalLocations": [{"name": name, "fullyQualifiedName": f"{finding.path}{line}", "kind": "resource"}],
        }
    if finding.line:
        physical["region"] = {"startLine": finding.line}
        if finding.evidence:
            physical["region"]["snippet"] = {"text": finding.evidence}
    return {"physicalLocation": physical}


def _failed(errors: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for place, error in errors.items():
        yield {
            "level": "error",
            "message": _message(f"{place} could not be read as a package, so it is not known to be clean: {error}"),
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(place, "SKILL.md")}}],
        }


def _split(place: str, path: str, is_there: Callable[[str], bool]) -> tuple[str, str]:
    """The file of a package and the member of it, which is empty if the file itself is meant."""
    if is_there(_whole(place, path)):
        return path, ""
    marks = [mark.start() for mark in re.finditer("!/", path)]
    for mark in marks:
        if not is_there(_whole(place, path[: mark + 1])):
            return path[:mark], path[mark + 2 :]
    return path, ""


def _unread(scans: Sequence[tuple[str, Scan]], is_there: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    inner = _inmost((place, _whole(place, path)) for place, scan in scans for path in scan.unread)
    for place, scan in scans:
        for path in scan.unread:
            if inner[_whole(place, path)] != place:
                continue
            yield {
                "level": "warning",
                "message": _message(f"{path} was not read, or not to its end, so {place} is not known to be clean."),
                "locations": [
                    {"physicalLocation": {"artifactLocation": _artifact(place, _split(place, path, is_there)[0])}}
                ],
            }


def _coverage(place: str, scan: Scan, error: str) -> dict[str, Any]:
    is_unknown = error and scan.decision in (Decision.CLEAN, Decision.REVIEW)
    return {
        "path": place,
        "decision": (Decision.INCOMPLETE if is_unknown else scan.decision).value,
        "observed": [capability.value for capability in scan.observed],
        "numFiles": scan.num_files,
        "numBytes": scan.num_bytes,
        "unread": list(scan.unread),
    }


def _artifact(place: str, path: str) -> dict[str, str]:
    whole = _whole(place, path)
    uri = quote(whole.encode("utf-8", "surrogateescape"))
    if PurePath(whole).is_absolute():
        return {"uri": f"file:///{uri.lstrip('/')}"}
    return {"uri": uri or ".", "uriBaseId": "%SRCROOT%"}


def _whole(place: str, path: str) -> str:
    parts = [part for part in f"{place}/{path}".split("/") if part not in ("", ".")]
    return "/" * place.startswith("/") + "/".join(parts)


def _message(text: str) -> dict[str, str]:
    """A text in which nothing is a link (section 3.11.6 of the standard) or a placeholder (3.11.5)."""
    text = text.replace("{", "{{").replace("}", "}}")
    return {"text": re.sub(r"(\\*)([\[\]])", r"\1\1\\\2", text)}


def _tags(*tags: str) -> list[str]:
    return list(dict.fromkeys(tags))
