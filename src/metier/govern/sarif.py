"""How are findings told to tools that show those of many scanners? SARIF 2.1.0 (OASIS standard, 27 March 2020).

Pure: scans in, plain data out, no clock and no path of this machine. The same scans give the same document, and a
finding keeps its fingerprint when lines above it come or go.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def sarif(scans: Iterable[tuple[str, Scan]], *, errors: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Write the scans of packages as one SARIF log with one run.

    Args:
        scans: Where each package lies, relative to the root of the repository, and what its scan saw.
        errors: Why one could not be read as a package, by where it lies: its run is then told as no success.

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
                        "toolExecutionNotifications": [*_failed(errors), *_unread(scans)],
                    }
                ],
                "results": list(_results(scans, ids)),
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
        "properties": {"tags": _tags("security", *codes), "precision": "high", "security-severity": _SECURITY[severity]},
    }
    if known:
        rule["help"] = {
            **_message(f"{known.behaviour}\n\nWhy it matters: {known.why}\n\nInstead: {known.fix}"),
            "markdown": f"**{known.behaviour}**\n\n*Why it matters.* {known.why}\n\n*Instead.* {known.fix}",
        }
    return rule


def _results(scans: Iterable[tuple[str, Scan]], ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    times: Counter[str] = Counter()
    for place, scan in scans:
        for finding in scan.findings:
            key = digest([place, finding.path, finding.rule, finding.evidence or finding.message])
            times[key] += 1
            yield {
                "ruleId": finding.rule,
                "ruleIndex": ids.index(finding.rule),
                "level": _LEVELS[finding.severity],
                "message": _message(f"{finding.message} {finding.evidence}".strip()),
                "locations": [_location(place, finding)],
                "partialFingerprints": {"finding/v1": f"{key.removeprefix('sha256:')}:{times[key]}"},
                "properties": {"tags": _tags(*finding.codes), "severity": finding.severity.value},
            }


def _location(place: str, finding: Finding) -> dict[str, Any]:
    """A line of a member is no line of the archive it lies in, so there the member is named and the line told of it."""
    path, _, member = finding.path.partition("!/")
    physical: dict[str, Any] = {"artifactLocation": _artifact(place, path)}
    if member:
        line = f", line {finding.line}" if finding.line else ""
        return {
            "physicalLocation": physical,
            "logicalLocations": [{"name": member, "fullyQualifiedName": f"{finding.path}{line}", "kind": "resource"}],
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


def _unread(scans: Iterable[tuple[str, Scan]]) -> Iterator[dict[str, Any]]:
    for place, scan in scans:
        for path in scan.unread:
            yield {
                "level": "warning",
                "message": _message(f"{path} was not read, or not to its end, so {place} is not known to be clean."),
                "locations": [{"physicalLocation": {"artifactLocation": _artifact(place, path.partition("!/")[0])}}],
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
    whole = "/".join(part for part in f"{place}/{path}".split("/") if part not in ("", "."))
    return {"uri": quote(whole.encode("utf-8", "surrogateescape")) or ".", "uriBaseId": "%SRCROOT%"}


def _message(text: str) -> dict[str, str]:
    """A text in which nothing is a link (section 3.11.6 of the standard) or a placeholder (3.11.5)."""
    text = text.replace("{", "{{").replace("}", "}}")
    return {"text": re.sub(r"(\\*)([\[\]])", r"\1\1\\\2", text)}


def _tags(*tags: str) -> list[str]:
    return list(dict.fromkeys(tags))
