"""How does a `Skill` become the text of a SKILL.md, and a SKILL.md a `Skill`?

The three parts C, π and T become sections of the body; what only metier knows stands below `metadata`, where every
tool lets it be. The text of a package is data: nothing here runs it or fills it in. This module does not know files.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from metier.digest import plain
from metier.errors import InputError, PackageError
from metier.skill import File, Interface, Representation, Scope, Skill
from metier.stores.checks import MAX_DESCRIPTION, MAX_NAME, MAX_NAME_BYTES, is_text, is_version, refuse_unplaceable
from metier.stores.fault import Fault
from metier.stores.frontmatter import Frontmatter, read_frontmatter

T = TypeVar("T")

_SECTIONS = {"applicability": "## When to use", "policy": "## Instructions", "termination": "## When it is done"}
_EXACT_FIELDS = ("description", "licence", *_SECTIONS)
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FIRST_VERSION = "1.0.0"
_READ_AS_OTHER = re.compile(r"[0-9.e-]+|true|false|yes|no|on|off|y|n|null")
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_CODE = (".py", ".sh", ".bash", ".js", ".mjs", ".ts", ".rb", ".pl", ".ps1", ".go", ".rs", ".java", ".r", ".lua")


def render(skill: Skill) -> str:
    """Write the SKILL.md of a skill. Reading it back gives a skill with the same content, its files aside.

    Concepts are left out: where a skill is placed is a matter of the library that holds it.

    Raises:
        PackageError: The name or the description would be refused by strict tools, or the version names no folder.

    >>> print(render(Skill(name="reverse", description="Write letters backwards.", policy="Start at the end.")))
    ---
    name: reverse
    description: "Write letters backwards."
    metadata:
      metier-version: "1.0.0"
      metier-representation: "natural-language"
      metier-scope: "single-tool"
    ---
    <BLANKLINE>
    # reverse
    <BLANKLINE>
    ## Instructions
    <BLANKLINE>
    Start at the end.
    <BLANKLINE>
    """
    _refuse(skill)
    text = _text(skill, extra={})
    back = skill_of(read_frontmatter(text, where=skill.name), folder=skill.name)[0]
    lost = {name: getattr(skill, name) for name in _EXACT_FIELDS if getattr(skill, name) != getattr(back, name)}
    if not lost:
        return text
    # Such as a policy that holds one of our headings, or a character that no YAML may hold.
    return _text(skill, extra={"metier-exact": _json(lost)})


def skill_of(front: Frontmatter, *, folder: str) -> tuple[Skill, list[Fault]]:
    """Make a skill of what was read, leniently, and list what had to be guessed.

    A package that metier did not write gives its whole body as the policy.

    Raises:
        PackageError: There is no description.

    >>> front = read_frontmatter("---\\ndescription: Add numbers.\\n---\\nAdd them.", where="SKILL.md")
    >>> skill_of(front, folder="Sum Up")[0].name
    'sum-up'
    """
    fields, faults = front.fields, list[Fault]()
    metadata = fields.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    skill = Skill(
        name=_name(fields.get("name"), folder),
        description=_description(front, folder),
        licence=_flat(fields.get("license")),
        version=_version(front, metadata, faults),
        representation=_choice(Representation, metadata.get("metier-representation"), front, faults),
        scope=_choice(Scope, metadata.get("metier-scope"), front, faults),
        concepts=_read(tuple[str, ...], metadata, "metier-concepts", (), front, faults),
        provenance=_read(tuple[str, ...], metadata, "metier-provenance", (), front, faults),
        interface=_read(Interface, metadata, "metier-interface", Interface(), front, faults),
        **_parts(front.body, ours="metier-version" in metadata),
    )
    if "metier-exact" not in metadata:
        return skill, faults
    return _exact(skill, metadata, front, faults), faults


def representation_of(files: tuple[File, ...]) -> Representation:
    """Guess what the policy of a foreign package is made of: text, or text with programs.

    >>> representation_of((File(path="scripts/fill.py", size=1, digest="sha256:0"),)).value
    'hybrid'
    """
    has_code = any(file.path.lower().endswith(_CODE) for file in files)
    return Representation.HYBRID if has_code else Representation.NATURAL_LANGUAGE


def scalar(text: str) -> str:
    """Write a text as YAML on one line: a name as it is, anything else in double quotes.

    Raises:
        PackageError: It holds a character that YAML may not hold.

    >>> scalar("pdf-forms"), scalar("Use when: asked"), scalar("1.0")
    ('pdf-forms', '"Use when: asked"', '"1.0"')
    """
    if odd := _UNSAFE.search(text):
        raise PackageError(
            f"The text {text[:40]!r} holds the character {odd[0]!r}, which YAML may not hold.", hint="Leave it out."
        )
    return text if _NAME.fullmatch(text) and not _READ_AS_OTHER.fullmatch(text) else _quoted(text)


def _refuse(skill: Skill) -> None:
    refuse_unplaceable(skill.name, skill.version)
    if not _NAME.fullmatch(skill.name):
        raise PackageError(
            f"A package cannot be named {skill.name!r}.",
            hint=f"Use lower-case letters, digits and single hyphens, at most {MAX_NAME}, as in pdf-forms.",
        )
    if not skill.description.strip() or len(skill.description) > MAX_DESCRIPTION:
        raise PackageError(
            f"The description of skill {skill.name!r} must have 1 to {MAX_DESCRIPTION} characters, "
            f"it has {len(skill.description)}.",
            hint="Say in one or two sentences what the skill does and when to use it; move the rest to the policy.",
        )


def _text(skill: Skill, *, extra: Mapping[str, str]) -> str:
    metadata = {
        "metier-version": skill.version,
        "metier-representation": skill.representation.value,
        "metier-scope": skill.scope.value,
        "metier-interface": _json(skill.interface) if skill.interface != Interface() else "",
        "metier-provenance": _json(skill.provenance) if skill.provenance else "",
        **extra,
    }
    lines = [
        "---",
        f"name: {scalar(skill.name)}",
        f"description: {_quoted(skill.description)}",
        *([f"license: {_quoted(skill.licence)}"] if skill.licence else []),
        "metadata:",
        *(f"  {key}: {_quoted(value)}" for key, value in metadata.items() if value),
        "---",
        f"\n# {skill.name}",
    ]
    for name, heading in _SECTIONS.items():
        if part := _UNSAFE.sub("\ufffd", getattr(skill, name)).strip():
            lines.append(f"\n{heading}\n\n{part}")
    return "\n".join(lines) + "\n"


def _parts(body: str, *, ours: bool) -> dict[str, Any]:
    if not ours:
        return {"policy": body}
    parts: dict[str, list[str]] = {name: [] for name in _SECTIONS}
    names = {heading: name for name, heading in _SECTIONS.items()}
    current = "policy"
    for number, line in enumerate(body.split("\n")):
        if line in names:
            current = names[line]
        elif number or not line.startswith("# "):
            parts[current].append(line)
    return {name: "\n".join(lines).strip() for name, lines in parts.items()}


def _exact(skill: Skill, metadata: Mapping[str, Any], front: Frontmatter, faults: list[Fault]) -> Skill:
    """Put back the characters that Markdown could not carry, unless the text was edited since."""
    exact = _read(dict[str, str], metadata, "metier-exact", {}, front, faults)
    given: dict[str, Any] = {name: value for name, value in exact.items() if name in _EXACT_FIELDS}
    whole = replace(skill, **given)
    if _shows(whole, front):
        return whole
    message = "The text was edited since metier wrote it, so it counts, and metier-exact does not."
    faults.append(_fault(front, message, "Remove the line metier-exact."))
    return skill


def _shows(skill: Skill, front: Frontmatter) -> bool:
    """Whether what was read is, but for metier-exact and the concepts it states, what is written of this skill."""
    written = read_frontmatter(_text(skill, extra={}), where=skill.name)
    not_written = ("metier-exact", "metier-concepts")
    others = {key: value for key, value in front.fields["metadata"].items() if key not in not_written}
    return written.body == front.body and written.fields == {**front.fields, "metadata": others}


def _read(
    noun: type[T], metadata: Mapping[str, Any], key: str, default: T, front: Frontmatter, faults: list[Fault]
) -> T:
    from metier.border import load

    if not metadata.get(key):
        return default
    try:
        return load(noun, json.loads(metadata[key]), where=key)
    except (InputError, ValueError, TypeError, RecursionError) as failure:
        faults.append(_fault(front, f"The metadata {key!r} was ignored: {failure}", "Mend it or remove it."))
        return default


def _choice(kind: Any, value: Any, front: Frontmatter, faults: list[Fault]) -> Any:
    default = next(iter(kind))
    if value is None:
        return default
    try:
        return kind(value.strip() if isinstance(value, str) else value)
    except ValueError:
        fix = f"Use one of {', '.join(kind)}."
        faults.append(_fault(front, f"{value!r} is no {kind.__name__.lower()}, {default.value!r} is taken.", fix))
        return default


def _fault(front: Frontmatter, message: str, fix: str) -> Fault:
    return Fault(level="warning", line=front.lines.get("metadata", 1), message=message, fix=fix)


def _name(value: Any, folder: str) -> str:
    """A name as a library wants it; the fault is already listed with the checks."""
    for text in (value if is_text(value) else "", folder, "skill"):
        name = unicodedata.normalize("NFKC", text).lower()
        name = re.sub(r"-+", "-", "".join(c if c.isalnum() else "-" for c in name)).strip("-")[:MAX_NAME].strip("-")
        if name := name.encode()[:MAX_NAME_BYTES].decode("utf-8", "ignore").strip("-"):
            return name
    raise AssertionError("the last name is never empty")


def _version(front: Frontmatter, metadata: Mapping[str, Any], faults: list[Fault]) -> str:
    """A version that may name a folder. What strangers write may be a path out of the library."""
    version = _flat(metadata.get("metier-version") or metadata.get("version") or front.fields.get("version"))
    if not version or is_version(version):
        return version or _FIRST_VERSION
    message = f"The version {version[:64]!r} cannot name a folder, {_FIRST_VERSION!r} is taken."
    faults.append(_fault(front, message, "Use digits, letters, single dots, + and -, at most 64, as in 1.4.2."))
    return _FIRST_VERSION


def _description(front: Frontmatter, folder: str) -> str:
    text = _flat(front.fields.get("description"))
    if not text:
        line = front.lines.get("description")
        fault = next((fault for fault in front.faults if fault.line == line), None)
        raise PackageError(
            f"The package {folder!r} has no description.",
            hint=f"Line {line}: {fault.message} {fault.fix}"
            if fault
            else "Add a line description: that says what the skill does and when to use it.",
        )
    return text


def _flat(value: Any) -> str:
    """A field as one text, also where a list or a mapping was written."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_flat(part)}" for key, part in value.items())
    if isinstance(value, list):
        return " ".join(map(_flat, value))
    return "" if value is None else str(value).strip()


def _json(value: Any) -> str:
    return json.dumps(plain(value), sort_keys=True)


def _quoted(text: str) -> str:
    """A YAML scalar in double quotes that also tools which look for three hyphens by themselves read whole."""
    safe = _UNSAFE.sub("\ufffd", text)
    return re.sub("(?<=-)-", r"\\x2d", json.dumps(safe, ensure_ascii=False))
