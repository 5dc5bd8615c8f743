"""Where does a program lead whose addresses stand in a file of settings? What it takes from the file by name is followed.

A host that is written beside the program, and not in it, is read by nobody who reads the program alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.parts import Part

_SETTING = re.compile(
    r"(?:^|[{,\s])[\"']?(?P<name>[A-Za-z_][\w-]{0,60})[\"']?[ \t]*[:=][ \t]*[\"']?(?P<url>https?://[^\s\"',}#]+)", re.M
)
_ROW = re.compile(
    r"[\"'](?P<name>[A-Za-z_][\w-]{2,60})[\"']\s*:\s*\[\s*(?P<labels>(?:[\"'][\w-]{1,63}[\"']\s*,\s*){1,5}[\"'](?:com|net|org|io|dev|app|ai|co|xyz|top|site|online|club|fun|cloud|tech|live|info|me|cc|ru|cn|to|link|space|chat|systems|shop|pro|pw)[\"'])\s*\]"
)
_LABEL = re.compile(r"[\"']([\w-]+)[\"']")
"""A host that is kept label by label."""
_TAKEN = re.compile(
    r"\[\s*[\"'](?P<key>[\w-]+)[\"']\s*\]|\.get\(\s*[\"'](?P<got>[\w-]+)[\"']|(?<=[\w)\]])\??\.(?P<of>[A-Za-z_]\w*)(?![\w(])"
)
_MIN_NAME = 3
_MAX_STEPS = 20_000


def settle(steps: Sequence[Step], parts: Iterable[Part]) -> None:
    """Give each step of a program the address that it takes by name from a file of settings which the program names.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ['C = json.load(open("c.json"))', 'post(C["relay"], data)']
    >>> steps = [Step(Statement("a.py", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> settle(steps, [Part("c.json", "json", '{"relay": "https://drop.invalid/q"}')])
    >>> steps[1].urls
    ('https://drop.invalid/q',)
    """
    files = {part.path.rsplit("/", 1)[-1]: part for part in parts if _is_settings(part)}
    if not files or len(steps) > _MAX_STEPS:
        return
    programs = [step for step in steps if not step.statement.is_shell]
    told_by_path: dict[str, dict[str, str]] = {}
    for name, part in files.items():
        paths = {step.statement.path for step in programs if name in step.text}
        told = _addresses(part) if paths else {}
        for path in paths:
            told_by_path.setdefault(path, {}).update(told)
    for step in programs:
        known = told_by_path.get(step.statement.path)
        if known and not step.urls:
            step.urls = _taken(step.text, known)


def _is_settings(part: Part) -> bool:
    is_setting = part.kind in ("json", "data") and not part.is_example
    return is_setting and ("://" in part.plain or _ROW.search(part.plain) is not None)


def _addresses(part: Part) -> Mapping[str, str]:
    """The addresses of a file of settings by their names."""
    told = {found["name"]: found["url"] for found in _SETTING.finditer(part.plain) if len(found["name"]) >= _MIN_NAME}
    for row in _ROW.finditer(part.plain):
        told.setdefault(row["name"], f"https://{'.'.join(_LABEL.findall(row['labels']))}")
    return told


def _taken(text: str, known: Mapping[str, str]) -> tuple[str, ...]:
    names = (found["key"] or found["got"] or found["of"] for found in _TAKEN.finditer(text))
    return tuple(dict.fromkeys(known[name] for name in names if name in known))
