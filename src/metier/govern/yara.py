"""What do the user's own YARA rules see in a package? Each match is a finding beside those of the scan.

A rule may say in its `meta` what it weighs (`severity = "block"`, "review" or "note"; review without it), which
behaviour it shows (`description`) and which codes it has (`codes = "AST01, AITech-9.1"`). It is matched against the raw
bytes of every file. Compiling is strict and matching is bounded: what could not be matched to its end is unread, never
clean.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from metier.errors import ConfigError, MissingExtra
from metier.govern.scan.keys import veiled
from metier.verdict import Finding, Scan, Severity

MAX_FILE_BYTES = 64 * 1024 * 1024
TIMEOUT_S = 10
"""For one file; the clock of yara-x counts whole seconds."""
MAX_PACKAGE_S = 60
"""For all files of a package; those that are left then are not matched."""
_SHOWN = 80
_AROUND = 400
_MOST_LINES = 20
"""Told of one rule and file; more would say no more to who reads it."""


def with_yara(path: Path, scan: Callable[[Path], Scan]) -> Callable[[Path], Scan]:
    """Add what the YARA rules of a file, or of every `.yar` and `.yara` of a folder, see to a scan.

    Raises:
        MissingExtra: `yara-x` is not installed.
        ConfigError: A rule cannot be compiled, or says what no rule may; the message names file and line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "own.yar").write_text('rule greets { strings: $a = "hello" condition: $a }')
    ...     found = with_yara(Path(folder) / "own.yar", lambda _: Scan())(Path(folder))
    >>> [(finding.rule, finding.severity.value, finding.line) for finding in found.findings]
    [('yara:greets', 'review', 1)]
    """
    compiled = _compiled(path)
    return lambda folder: _added(scan(folder), compiled, folder)


def _compiled(path: Path) -> Any:
    try:
        import yara_x
    except ImportError:
        raise MissingExtra("yara-x", extra="govern", needed_for="Matching YARA rules") from None
    compiler = yara_x.Compiler()
    # Nothing but what is named is read: a rule may not include other files.
    compiler.enable_includes(False)
    try:
        sources = _sources(path)
        for source in sources:
            _add(compiler, source)
        rules = compiler.build()
    finally:
        del compiler  # an error keeps this frame, and the compiler may only be given up in the thread that made it
    num_rules = 0
    for rule in rules:
        num_rules += 1
        try:
            _severity(rule)
        except ConfigError as error:
            raise ConfigError(f"{error} {_place_of(rule.identifier, sources)}") from None
    if not num_rules:
        raise ConfigError(f"Expected YARA rules in {str(path)!r}, found none.")
    return rules


def _place_of(rule: str, sources: Iterable[Path]) -> str:
    """Where a rule begins, as a sentence; empty if nothing looks like it."""
    begin = re.compile(rf"\brule\s+{re.escape(rule)}\b")
    for source in sources:
        text = source.read_text(encoding="utf-8-sig", errors="replace")
        if found := begin.search(text):
            return f"It begins in {str(source)!r}, line {text.count(chr(10), 0, found.start()) + 1}."
    return ""


def _add(compiler: Any, source: Path) -> None:
    import yara_x

    try:
        compiler.add_source(source.read_bytes().decode("utf-8-sig"), origin=str(source))
    except yara_x.CompileError as error:
        fault = compiler.errors()[0]
        raise ConfigError(
            f"Cannot compile {str(source)!r}, line {fault.get('line', 1)}: {fault.get('title', error)}.",
            hint=str(error),
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"Cannot read the YARA rules in {str(source)!r}, line {line}: they are not UTF-8.",
            hint="Save the file as UTF-8; bytes in a pattern are written as { E9 } or \\xe9.",
        ) from error
    except OSError as error:
        raise ConfigError(f"Cannot read the YARA rules in {str(source)!r}: {error.strerror}.") from error
    finally:
        del compiler


def _sources(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in (".yar", ".yara"))
    if not found:
        raise ConfigError(f"Expected .yar or .yara files in {str(path)!r}, found none.")
    return found


def _added(scan: Scan, rules: Any, folder: Path) -> Scan:
    import yara_x

    scanner = yara_x.Scanner(rules)
    scanner.set_timeout(TIMEOUT_S)
    findings, unread = list(scan.findings), set(scan.unread)
    end = time.monotonic() + MAX_PACKAGE_S
    for path, name in _files(folder):
        try:
            is_read = path.stat().st_size <= MAX_FILE_BYTES and time.monotonic() < end
            data = path.read_bytes() if is_read else None
            found = list(_findings(scanner.scan(data).matching_rules, data, name)) if data is not None else None
        except (OSError, yara_x.TimeoutError, yara_x.ScanError):
            found = None
        if found is None and name not in unread:
            unread.add(name)
            findings.append(_not_matched(name))
        findings += found or ()
    findings.sort(key=lambda finding: (finding.path, finding.line, finding.rule))
    return replace(scan, findings=tuple(findings), unread=tuple(sorted(unread)))


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every ordinary file; links are not followed, pipes not waited for, and closed folders are the scan's to tell."""
    pending = [folder]
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield Path(entry.path), Path(entry.path).relative_to(folder).as_posix()


def _findings(matched: Iterable[Any], data: bytes, name: str) -> Iterator[Finding]:
    for rule in matched:
        meta = _meta(rule)
        for line, offset, length in _places(rule, data):
            yield Finding(
                rule=f"yara:{rule.identifier}",
                severity=_severity(rule),
                message=meta.get("description") or f"Matches the YARA rule {rule.identifier}.",
                path=name,
                line=line,
                evidence=" ".join(_shown(data, offset, min(length, _SHOWN)).split()),
                codes=tuple(dict.fromkeys(meta.get("codes", "").replace(",", " ").split())),
            )


def _shown(data: bytes, offset: int, length: int) -> str:
    """Some bytes as text; a key that reaches into them is veiled whole."""
    before, shown, after = (
        part.decode("utf-8", "backslashreplace")
        for part in (
            data[max(0, offset - _AROUND) : offset],
            data[offset : offset + length],
            data[offset + length : offset + length + _AROUND],
        )
    )
    return veiled(before + shown + after, len(before), len(before) + len(shown))


def _places(rule: Any, data: bytes) -> list[tuple[int, int, int]]:
    """Line, offset and length of the first match of each of the first lines; (0, 0, 0) for the whole file."""
    found: list[tuple[int, int, int]] = []
    line, last = 1, 0
    for offset, length in sorted((m.offset, m.length) for p in rule.patterns for m in p.matches):
        line, last = line + data.count(b"\n", last, offset), offset
        if not found or found[-1][0] != line:
            found.append((line, offset, length))
        if len(found) == _MOST_LINES:
            break
    return found or [(0, 0, 0)]


def _meta(rule: Any) -> dict[str, str]:
    """What a rule says of itself, as text; yara-x gives bytes for what is written with an escape."""
    return {
        key: said.decode("utf-8", "backslashreplace") if isinstance(said, bytes) else str(said)
        for key, said in rule.metadata
    }


def _severity(rule: Any) -> Severity:
    said = _meta(rule).get("severity", "review")
    if said not in list(Severity):
        raise ConfigError(
            f"YARA rule {rule.identifier!r}: expected severity 'block', 'review' or 'note' in its meta, got {said!r}."
        )
    return Severity(said)


def _not_matched(name: str) -> Finding:
    return Finding(
        rule="unread",
        severity=Severity.REVIEW,
        message="The YARA rules could not be matched to its end.",
        path=name,
        codes=("AST08",),
    )
