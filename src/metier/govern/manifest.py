"""What does a package declare that it touches, and does that agree with what was observed?

Declarations stand in many places: `allowed-tools`, a list or mapping of `permissions`, what openclaw packages
require, `metier-capabilities` below metadata, and plain words in the description or `compatibility`.
Words only explain what was observed; the other places grant something, and an unused grant is a deviation too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from metier.capability import Capability
from metier.govern.programs import touched_by
from metier.govern.tools import TOOLS, WORDS_OF_TOOLS
from metier.govern.words import declared_in_words

_COVERS = {
    Capability.RUN_SHELL: {Capability.RUN_PROGRAMS},
    Capability.READ_OUTSIDE: {Capability.READ_FILES},
    Capability.WRITE_OUTSIDE: {Capability.WRITE_FILES},
}
_NEVER_TOO_MUCH = frozenset({Capability.READ_FILES})
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|_PAT$|AUTH", re.IGNORECASE)
_TOOL = re.compile(r"[^\s,()]+(?:\([^)]*\))?")
_NO = ("", "false", "no", "none", "off", "denied", "deny", "never", "0", "null", "~")
_CLAWS = ("openclaw", "clawdbot", "moltbot", "clawdis")
_MAX_TOOLS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One capability that a manifest declares.

    Attributes:
        source: The field that says so.
        grants: Whether the field asks for it, rather than tells of it.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    capability: Capability
    source: str
    grants: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """Where declared and observed part: observed and not declared, and granted and not observed."""

    under: tuple[Capability, ...] = ()
    over: tuple[Capability, ...] = ()


def declared(fields: Mapping[str, Any]) -> tuple[Declaration, ...]:
    """List what the frontmatter of a SKILL.md declares, each capability once a field.

    Args:
        fields: As `Package.fields` gives them; whatever they hold, nothing is raised.

    >>> [one.capability.value for one in declared({"allowed-tools": "Read Bash(curl:*)"})]
    ['fetch', 'read-files', 'run-programs']
    """
    found: list[Declaration] = []
    for key in ("allowed-tools", "allowed_tools", "tools"):
        found += _each(key, _tools(fields.get(key)))
    for key in ("permissions", "capabilities"):
        found += _each(key, _permissions(fields.get(key)))
    metadata = fields.get("metadata")
    if isinstance(metadata, Mapping):
        found += _each("metadata.metier-capabilities", _own(metadata.get("metier-capabilities")))
        found += _each("metadata.permissions", _permissions(metadata.get("permissions")))
        for name in _CLAWS:
            found += _each(f"metadata.{name}", _claw(metadata.get(name)))
    for key in ("description", "compatibility"):
        said = declared_in_words(str(fields.get(key) or ""), programs=key == "compatibility")
        found += [Declaration(capability=c, source=key, grants=False) for c in sorted(said)]
    return tuple(found)


def deviation(declared: Collection[Declaration], observed: Collection[Capability]) -> Deviation:
    """Compare what is declared with what was observed.

    >>> granted = Declaration(capability=Capability.SEND, source="permissions")
    >>> apart = deviation([granted], [Capability.FETCH])
    >>> apart.under, apart.over
    ((<Capability.FETCH: 'fetch'>,), (<Capability.SEND: 'send'>,))
    """
    said = {one.capability for one in declared}
    allowed = said | {c for one in said for c in _COVERS.get(one, ())}
    used = set(observed) | {c for one in observed for c in _COVERS.get(one, ())}
    granted = {one.capability for one in declared if one.grants}
    return Deviation(under=tuple(sorted(set(observed) - allowed)), over=tuple(sorted(granted - used - _NEVER_TOO_MUCH)))


def _each(source: str, capabilities: Iterable[Capability]) -> list[Declaration]:
    return [Declaration(capability=c, source=source) for c in sorted(set(capabilities))]


def _tools(value: Any) -> Iterator[Capability]:
    """`Read, Bash(git:*)`, a list of such, with spaces or commas between them."""
    text = " ".join(_scalars(value))
    for tool in islice(_TOOL.finditer(text), _MAX_TOOLS):
        name, _, pattern = tool[0].rstrip(")").partition("(")
        yield from _tool(name.strip("\"'[]"), pattern)


def _tool(name: str, pattern: str) -> Iterator[Capability]:
    known = TOOLS.get(name.lower().replace("-", "_"), ())
    commands = [part for part in re.split(r"\s*(?:\||;|&&)\s*", pattern.rstrip("*").rstrip(":")) if part.strip(" *")]
    if Capability.RUN_SHELL in known and commands:
        # A pattern narrows a shell to programs.
        yield Capability.RUN_PROGRAMS
        for command in commands:
            yield from touched_by(re.split(r"[\s:]+", command))
    else:
        yield from known
    if not known and ("__" in name or "." in name):
        yield from _foreign(name)


def _foreign(name: str) -> Iterator[Capability]:
    """A tool of a server, by the words of its name: `mcp__slack__post_message`."""
    words = set(re.split(r"[_.\-]+|(?<=[a-z])(?=[A-Z])", name))
    lower = {word.lower() for word in words}
    for keys, capability in WORDS_OF_TOOLS:
        if keys & lower:
            yield capability
            return


def _permissions(value: Any) -> Iterator[Capability]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, Mapping):
                granted = [how for how, value in inner.items() if str(value).strip().lower() not in _NO]
                yield from (c for how in granted for c in _permission(f"{key}:{how}"))
            elif isinstance(inner, list | tuple):
                yield from (c for word in _scalars(inner) for c in _permission(f"{key}:{word}"))
            elif str(inner).strip().lower() not in _NO:
                yield from _permission(f"{key}:{inner}")
        return
    for text in _scalars(value):
        for word in re.split(r"[\s,]+", text):
            yield from _permission(word)


def _permission(word: str) -> Iterator[Capability]:
    """`network`, `filesystem:read-write`, `clipboard:true`, or the name of a capability."""
    name, _, how = word.strip().lower().partition(":")
    name = name.replace("_", "-")
    if how in _NO[1:]:
        return
    if name in set(Capability):
        yield Capability(name)
    elif name in ("filesystem", "files", "file", "fs", "disk"):
        is_plain = not re.search(r"read|write|delete|rw?\b", how)
        yield from [Capability.READ_FILES] if is_plain or "r" in re.sub("write|delete", "", how) else []
        yield from [Capability.WRITE_FILES] if is_plain or "w" in how else []
        yield from [Capability.DELETE_FILES] if "delete" in how else []
    else:
        yield from TOOLS.get(f"permission.{name}", ())


def _own(value: Any) -> Iterator[Capability]:
    known = set(Capability)
    for text in _scalars(value):
        yield from (Capability(word) for word in re.split(r"[\s,]+", text.lower()) if word in known)


def _claw(value: Any) -> Iterator[Capability]:
    """What an openclaw package requires: programs, variables, and what it installs."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    if not isinstance(value, Mapping):
        return
    requires = value.get("requires")
    if isinstance(requires, Mapping):
        for key in ("bins", "anyBins"):
            for program in _scalars(requires.get(key)):
                yield Capability.RUN_PROGRAMS
                yield from touched_by([program])
        for variable in _scalars(requires.get("env")):
            yield from _variable(variable)
    for variable in _scalars(value.get("primaryEnv")):
        yield from _variable(variable)
    if value.get("install"):
        yield Capability.INSTALL_PACKAGES


def _variable(name: str) -> Iterator[Capability]:
    if name:
        yield Capability.READ_ENVIRONMENT
        if _SECRET.search(name):
            yield Capability.READ_CREDENTIALS


def _scalars(value: Any) -> list[str]:
    """Every text inside a value, in its order, however deep: JSON in a text may be deeper than Python calls go."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += reversed(list(value.values()))
        elif isinstance(value, list | tuple):
            waiting += reversed(value)
        elif value is not None:
            found.append(str(value))
    return found
