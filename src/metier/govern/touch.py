"""Which capabilities does one step of a program use? What its labels say, made precise by its text.

A label of the scan is broad on purpose, as it only counts in a chain. A capability is compared with a manifest and must
be exact: to open a file for writing is no reading, to evaluate a text starts no program.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from metier.capability import Capability

_PROGRAMS = (".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".rb", ".go", ".rs", ".php", ".pl", ".java", ".ipynb")
_PROGRAM = re.compile(
    r"subprocess\.(?:run|call|Popen|check_\w+)\s*\(|os\.(?:exec[lv]|spawn)\w*\s*\(|create_subprocess_exec"
    r"|\bexecFile(?:Sync)?\s*\(|\bspawn(?:Sync)?\s*\(|ProcessBuilder|exec\.Command\(|process::Command|Start-Process"
    r"|Bun\.spawn|Deno\.(?:run|Command)|proc_open",
)
_WRITING_OPEN = re.compile(
    r"(?:\bopen\s*\([^()]*,\s*(?:mode\s*=\s*)?|\.open\s*\(\s*(?:mode\s*=\s*)?)[\"'][wax][+bt]*[\"'][^()]*\)"
)
_READING = re.compile(
    r"\bopen\s*\(|\.read_(?:text|bytes)\(|\.read\(|readFile|\b(?:cat|head|tail|less|grep)\s|Get-Content|read_csv\(|json\.load\("
    r"|os\.(?:walk|listdir|scandir)|\.r?glob\(|readdir|\bfind\s+[./~]"
)
_WRITING = re.compile(r"\.write_(?:text|bytes)\(|writeFile|appendFile|(?<!\d)>>?\s*[\w~./$\"'{]|\btee\s|\b(?:cp|mv)\s")
_ELSEWHERE = re.compile(
    r"Path\.home\(\)|expanduser\(|homedir\(\)|[\"'\s](?:~|\$HOME|/(?:etc|usr|var|opt|home|root|Users))/"
)
_VARIABLE = re.compile(r"os\.environ\b|os\.getenv\s*\(|process\.env\b|Deno\.env\.|\bENV\[|\$env:", re.IGNORECASE)
_AGENT_FILE = re.compile(
    r"(?:CLAUDE|AGENTS|GEMINI|MEMORY|SOUL)\.md|\.cursorrules|copilot-instructions|claude_desktop_config"
    r"|\.(?:claude|codex|cursor|openclaw|clawdbot)[/\\\"', ]+(?:settings|skills|rules|hooks|memory|mcp)"
)
_READ = frozenset({Capability.READ_FILES, Capability.READ_OUTSIDE})
_CURL = re.compile(r"\bcurl\b")
_CURL_SENDS = re.compile(
    r"\s(?:-\w*[dFT]\b|--data\S*|--form\S*|--upload-file|--json)|(?:-X\s*|--request[ =])[\"']?P(?:OST|UT|ATCH)"
)


TOUCHES = ("open", "env", ".md", "cursor", "copilot", "claude", "codex", "clawdbot")
"""A step without labels that has a capability holds one of them, in lower case; most do not."""


def _may_name_agent(text: str) -> bool:
    """Each agent file holds one of these."""
    return (
        ".md" in text
        or "cursor" in text
        or "copilot" in text
        or "claude" in text
        or "codex" in text
        or "openclaw" in text
        or "clawdbot" in text
    )


def touched(
    text: str, labels: Collection[str], found: Collection[Capability], *, path: str, is_shell: bool
) -> frozenset[Capability]:
    """The capabilities of one step.

    Args:
        labels: What the scan calls it.
        found: The capabilities of these labels.
        path: The file it stands in: a command line inside a program in another language goes to no shell by itself.
        is_shell: Whether it is a command line.

    >>> labels, found = ["read", "write"], [Capability.READ_FILES]
    >>> sorted(touched('open("a", "w")', labels, found, path="x.py", is_shell=False))
    [<Capability.WRITE_FILES: 'write-files'>]
    """
    kept = set(found)
    if is_shell and not path.endswith(_PROGRAMS):
        kept.add(Capability.RUN_SHELL)
    if Capability.RUN_PROGRAMS in kept and (Capability.RUN_SHELL in kept or not _PROGRAM.search(text)):
        kept.discard(Capability.RUN_PROGRAMS)
    kept = _files(text, kept)
    if "secret-variable" in labels or ("env" in text.lower() and _VARIABLE.search(text)):
        kept.add(Capability.READ_ENVIRONMENT)
    if "secret-variable" in labels:
        kept.add(Capability.READ_CREDENTIALS)
    if Capability.SEND in kept and ("message" in labels or (_CURL.search(text) and not _CURL_SENDS.search(text))):
        kept.discard(Capability.SEND)
    return frozenset(kept)


def _files(text: str, kept: set[Capability]) -> set[Capability]:
    """Tell reading from writing, and where."""
    opens = "open" in text and _WRITING_OPEN.search(text) is not None
    is_agent = _may_name_agent(text) and _AGENT_FILE.search(text) is not None
    if opens:
        kept.add(Capability.WRITE_FILES)
    if not is_agent and kept.isdisjoint(_READ):
        return kept
    writes = Capability.WRITE_FILES in kept or _WRITING.search(text) is not None
    if writes and not _READING.search(_WRITING_OPEN.sub("", text) if opens else text):
        kept.discard(Capability.READ_FILES)
        if Capability.READ_OUTSIDE in kept and _ELSEWHERE.search(text):
            kept.discard(Capability.READ_OUTSIDE)
            kept.add(Capability.WRITE_OUTSIDE)
    if writes and is_agent:
        kept.add(Capability.CHANGE_AGENT)
    return kept
