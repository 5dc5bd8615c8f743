"""Which settings does a file hold, and under which names do they stand?

Read line by line, as configurations and programs of many kinds write them; no file is parsed by its own grammar. What
stands deeper than a line that opens something stands under its name: `enabled: true` below `auth:` is `auth.enabled`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from metier.govern.units import Unit


@dataclass(frozen=True, slots=True)
class Setting:
    """A name with its value.

    Attributes:
        name: With the names that it stands under where those are known: `auth.enabled`.
        value: Without its quotes; a list as it is written.
    """

    name: str
    value: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Held:
    """The settings of a file, and what its lists hold that stand over several lines, both by full name."""

    settings: Mapping[str, list[Setting]] = field(default_factory=lambda: defaultdict(list))
    items: Mapping[str, dict[str, Unit]] = field(default_factory=lambda: defaultdict(dict))


_SUFFIXES = frozenset(
    ".yaml .yml .json .jsonc .json5 .toml .ini .cfg .conf .cnf .config .tf .tfvars .hcl .properties .env .xml .service"
    " .plist .example .j2 .tmpl .tpl".split()
)
_DIRECTIVES = frozenset(["", ".conf", ".cnf", ".cfg", ".config", ".j2"])
"""Files of which a line may be a name and a value with a blank between."""
_VALUE = r"f?\"[^\"\n]{0,300}\"|f?'[^'\n]{0,300}'|\[[^\]\n]{0,300}\]|(?!\{\s?[\"'\w])[^\s,;#()\]}\"'|&:/=][^\s,;()\]}|&]{0,200}"
_SETTING = re.compile(
    rf"(?<![\w.$-])(?P<key>[A-Za-z_][\w.-]{{1,60}})[\"']?\]?(?:\s?:\s?[A-Za-z][\w\[\]|. ]{{0,30}}=|\s{{0,8}}(?:=>|:=|[:=](?![=>])))\s{{0,8}}(?P<value>{_VALUE})"
)
_OPTION = re.compile(
    rf"(?:add_argument|option|flag|arg)\w*\(\s*[\"'](?:-\w[\"'],\s*[\"'])?(?P<key>--?[\w-]+)[\"'].{{0,200}}?\bdefault\s*[=:]\s*(?P<value>{_VALUE})",
    re.I,
)
_FALLBACK = re.compile(
    r"(?:environ\.get|getenv|get_env|env|config\.get)\(\s*[\"'](?P<key>\w+)[\"']\s*,\s*(?P<value>\"[^\"]{0,300}\"|'[^']{0,300}')"
    r"|process\.env\.(?P<key2>\w+)\s*(?:\|\||\?\?)\s*(?P<value2>\"[^\"]{0,300}\"|'[^']{0,300}'|\w+)"
    r"|\$\{(?P<key3>\w+):[-=](?P<value3>[^}\n]{1,300})\}"
)
"""What holds where the user sets nothing."""
_ELEMENT = re.compile(
    r"\b(?:name|key)=\"(?P<key>[\w.-]{2,60})\"\s+value=\"(?P<value>[^\"\n]{0,200})\"|<(?P<key2>[\w.-]{2,60})>(?P<value2>[^<>\n]{1,200})</"
)
_DIRECTIVE = re.compile(r"^(?P<key>[A-Za-z_][\w.-]{1,60})\s+(?P<value>[^\s{=:#][^{;\n]{0,200}?)\s*;?$")
"""`PermitRootLogin no`, `proxy_ssl_verify on;`"""
_SECTION = re.compile(r"^\[{1,2}\s{0,4}(?P<name>[A-Za-z_][^\[\]{},]{0,80}?)\s{0,4}\]{1,2}$")
_OPENER = re.compile(
    r"^(?:-\s{1,4})?(?:\w+\s{1,4}){0,3}[\"']?(?P<name>[A-Za-z_.][\w.$@/-]{0,60})[\"']?\s{0,4}(?:[:=]\s{0,4}(?:[|>][+-]?|\w{0,20}[(]?[\[{][(\[{]?)?|[\[{])$"
)
"""A line that others stand under: `auth:`, `"auth": {`, `deny = [`, `lifecycle {`."""
_LABELLED = re.compile(r"^\w+(?:\s+\"[\w./-]{1,60}\")*\s+\"(?P<name>[\w./-]{1,60})\"\s*\{$")
_ITEM = re.compile(
    r"^(?:-\s{1,4}(?P<item>(?:[^:{}\[\]]|:(?!\s)){1,200}|\"[^\"]{1,200}\"|'[^']{1,200}')|(?P<quote>[\"'])(?P<text>[^\"']{1,200})(?P=quote)),?$"
)
_WORD = re.compile(r"^[\"']?[\w.*-]{1,40}[\"']?$")
_REMARK = ("#", "//", ";", "<!--")
_PARENT = re.compile(r"(?<![\w.-])(?P<name>[\w.-]{1,60})[\"']?\s{0,4}[:=]?\s{0,4}\{")
"""What opens within a line: `{"refund": {`."""


def is_settings(path: str) -> bool:
    """Whether a file holds settings and no program or prose, by its name.

    >>> [is_settings(path) for path in ("app.yaml", ".env", "run.py", "ssh/sshd_config")]
    [True, True, False, True]
    """
    name = PurePosixPath(path)
    return name.suffix.lower() in _SUFFIXES or bool(re.search(r"^\.env\b|rc$|config$|\.conf\b", name.name))


def pairs(unit: Unit) -> Iterator[tuple[str, str]]:
    """Names with their values in one line, without what they stand under.

    >>> from metier.govern.units import text_units
    >>> [list(pairs(unit)) for unit in text_units('verify: "no"\\nx = env("MODE", "deny")', "app.yaml")]
    [[('verify', 'no')], [('MODE', 'deny')]]
    """
    text = unit.text
    for form in (_OPTION, _FALLBACK, _ELEMENT):
        for found in form.finditer(text):
            yield _named(found)
    for found in _SETTING.finditer(text):
        yield _named(found)
    directive = _DIRECTIVE.match(text) if unit.is_code else None
    if directive and PurePosixPath(unit.path).suffix.lower() in _DIRECTIVES:
        yield _named(directive)


def held(units: Sequence[Unit]) -> Held:
    """The settings and lists of one file, with the names that they stand under.

    Args:
        units: Its lines, in order.

    >>> from metier.govern.units import text_units
    >>> found = held(list(text_units("auth:\\n  enabled: true\\n  deny:\\n    - rm\\n    - curl\\n", "app.yaml")))
    >>> list(found.settings), [(name, list(items)) for name, items in found.items.items()]
    (['auth.enabled'], [('auth.deny', ['rm', 'curl'])])
    """
    found = Held()
    section: tuple[str, ...] = ()
    above: list[tuple[int, str]] = []
    opened: Unit | None = None
    for unit in units:
        if not unit.is_code or unit.text.startswith(_REMARK):
            continue
        if header := _SECTION.match(unit.text):
            section, above, opened = (header["name"],), [], None
            continue
        item = _ITEM.match(unit.text)
        is_dash = unit.text.startswith("- ")
        while above and (above[-1][0] > unit.indent or (above[-1][0] == unit.indent and not is_dash)):
            above.pop()
        names = (*section, *(name for _, name in above[-_DEEP:]))
        if item:
            found.items[".".join(names)][(item["item"] or item["text"]).strip("\"',")] = unit
        elif opener := _LABELLED.match(unit.text) or _OPENER.match(unit.text):
            above.append((unit.indent + 2 * is_dash, opener["name"]))
            opened = unit
            continue
        elif opened is not None and names and _WORD.match(unit.text):
            found.settings[".".join(names)].append(Setting(".".join(names), unit.text.strip("\"'"), unit))
        for name, value in _within(unit, names):
            found.settings[name].append(Setting(name, value, unit))
        opened = None
    return found


_DEEP = 6
"""So many names at most stand before a setting."""


def _within(unit: Unit, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The settings of a line with what they stand under, in it or above it."""
    if "{" not in unit.text:
        yield from ((".".join((*names, name)), value) for name, value in pairs(unit))
        return
    opened = {found.end(): found["name"] for found in _PARENT.finditer(unit.text)}
    for found in _SETTING.finditer(unit.text):
        name, value = _named(found)
        brace = unit.text.rfind("{", 0, found.start()) + 1
        is_open = brace > unit.text.rfind("}", 0, found.start()) + 1
        parent = (opened[brace],) if is_open and brace in opened else ()
        yield ".".join((*names, *parent, name)), value


def _named(found: re.Match[str]) -> tuple[str, str]:
    groups = found.groupdict()
    name = next(groups[key] for key in ("key", "key2", "key3") if groups.get(key))
    value = next((groups[key] for key in ("value", "value2", "value3") if groups.get(key) is not None), "")
    return name, _bare(value)


def _bare(value: str) -> str:
    is_quoted = value[:1] in "\"'f" and value[-1:] in "\"'"
    return value.strip().lstrip("f").strip("\"'").strip() if is_quoted else value.strip()
