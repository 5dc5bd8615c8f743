"""Does a package keep to the Agent Skills format (agentskills.io)? Every fault is listed; none stops the reading.

An error is what `skills-ref` 0.1.1, the validator of the format, refuses; a warning is what the format advises.
"""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from metier.errors import PackageError
from metier.stores.fault import Fault
from metier.stores.frontmatter import FIELDS, Frontmatter

MAX_NAME, MAX_DESCRIPTION, MAX_COMPATIBILITY = 64, 1024, 500
MAX_BODY_LINES, MAX_BODY_TOKENS = 500, 5000
MAX_NAME_BYTES = 200
"""A file system takes names of 255 bytes, and a folder in the making has a longer name than its package."""

_CHARACTERS_A_TOKEN = 4
"""As English has them: advice need not be on the safe side, as a budget must."""
_VERSION = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.+-]{0,62}[0-9A-Za-z+-])?")


def format_faults(front: Frontmatter, *, folder: str) -> Iterator[Fault]:
    """List where the fields and the body of a SKILL.md leave the format.

    Args:
        front: What was read.
        folder: The name of the folder it lies in.

    >>> from metier.stores.frontmatter import read_frontmatter
    >>> front = read_frontmatter("---\\nname: Sum\\ndescription: Add.\\n---\\n", where="sum/SKILL.md")
    >>> [fault.message for fault in format_faults(front, folder="sum")]
    ["The name 'Sum' must be lower case.", "The name 'Sum' must equal the name of its folder, 'sum'."]
    """
    yield from _unknown_faults(front)
    yield from _name_faults(front, folder)
    yield from _description_faults(front)
    yield from _compatibility_faults(front)
    yield from _metadata_faults(front)
    yield from _body_faults(front)


def is_text(value: Any) -> bool:
    """Whether a field holds text that is not blank.

    >>> is_text("x"), is_text("  "), is_text(["x"])
    (True, False, False)
    """
    return isinstance(value, str) and bool(value.strip())


def is_name(text: str) -> bool:
    """Whether a text may name the folder of a package: letters, digits and hyphens, which no path is made of.

    >>> is_name("pdf-forms"), is_name("../pdf"), is_name("")
    (True, False, False)
    """
    fits = 0 < len(text) <= MAX_NAME and len(text.encode("utf-8", "surrogatepass")) <= MAX_NAME_BYTES
    return fits and all(c.isalnum() or c == "-" for c in text)


def is_version(text: str) -> bool:
    """Whether a text may be a version, which names a folder: 1 to 64 of `0-9A-Za-z.+-`.

    A letter or digit comes first, no dot comes last (some systems drop it), and no two dots in a row.

    >>> is_version("1.0.0-rc.1+build"), is_version("../.."), is_version("1.0.")
    (True, False, False)
    """
    return bool(_VERSION.fullmatch(text)) and ".." not in text


def lies_inside(path: str) -> bool:
    """Whether a path, whoever names it, lies plainly inside a package: forward slashes, and no way up or out.

    >>> lies_inside("scripts/fill.py"), lies_inside("../pdf/SKILL.md"), lies_inside("/etc/passwd")
    (True, False, False)
    """
    is_plain = "\x00" not in path and "\\" not in path and all(part not in ("", ".", "..") for part in path.split("/"))
    with contextlib.suppress(UnicodeEncodeError):
        return is_plain and bool(os.fsencode(path))
    return False


def refuse_unplaceable(name: str, version: str) -> None:
    """Refuse a name or a version that cannot be the name of a folder.

    Raises:
        PackageError: It could lead outside a library.

    >>> refuse_unplaceable("pdf", "../..")
    Traceback (most recent call last):
    metier.errors.PackageError: The package 'pdf' cannot have the version '../..'.
    Use digits, letters, single dots, + and -, at most 64, as in 1.4.2.
    """
    if not is_name(name):
        raise PackageError(
            f"A package cannot be named {name[:MAX_NAME]!r}.",
            hint=f"Use lower-case letters, digits and single hyphens, at most {MAX_NAME}, as in pdf-forms.",
        )
    if not is_version(version):
        raise PackageError(
            f"The package {name!r} cannot have the version {version[:MAX_NAME]!r}.",
            hint="Use digits, letters, single dots, + and -, at most 64, as in 1.4.2.",
        )


def _unknown_faults(front: Frontmatter) -> Iterator[Fault]:
    for name in front.fields:
        if name not in FIELDS:
            fix = f"Move it below metadata:, or remove it; the format knows {', '.join(FIELDS)}."
            yield _fault("error", front, name, f"The field {name!r} is not of the format.", fix)


def _name_faults(front: Frontmatter, folder: str) -> Iterator[Fault]:
    value = front.fields.get("name")
    if not is_text(value):
        came = "is missing" if value is None else f"must be a text that is not blank, got {value!r}"
        yield _fault("error", front, "name", f"The name {came}.", f"Write name: {folder}")
        return
    name = unicodedata.normalize("NFKC", str(value).strip())
    for broken, rule in _broken_rules(name, unicodedata.normalize("NFKC", folder)):
        if broken:
            fix = "Use lower-case letters, digits and single hyphens, as in pdf-forms, and name the folder the same."
            yield _fault("error", front, "name", f"The name {name!r} must {rule}.", fix)


def _broken_rules(name: str, folder: str) -> Iterator[tuple[bool, str]]:
    yield len(name) > MAX_NAME, f"have at most {MAX_NAME} characters, it has {len(name)}"
    yield name != name.lower(), "be lower case"
    yield name.startswith("-") or name.endswith("-"), "not begin or end with a hyphen"
    yield "--" in name, "not hold two hyphens in a row"
    yield not all(c.isalnum() or c == "-" for c in name), "hold letters, digits and hyphens only"
    yield name != folder, f"equal the name of its folder, {folder!r}"


def _description_faults(front: Frontmatter) -> Iterator[Fault]:
    value = front.fields.get("description")
    fix = "Say in one or two sentences what the skill does and when to use it."
    if not is_text(value):
        came = "is missing" if value is None else f"must be a text that is not blank, got {str(value)[:60]!r}"
        yield _fault("error", front, "description", f"The description {came}.", fix)
    elif len(str(value)) > MAX_DESCRIPTION:
        rule = f"must have at most {MAX_DESCRIPTION} characters, it has {len(str(value))}"
        yield _fault("error", front, "description", f"The description {rule}.", fix)


def _compatibility_faults(front: Frontmatter) -> Iterator[Fault]:
    value = front.fields.get("compatibility", "")
    fix = "Name the environment in one short text."
    if not isinstance(value, str):
        yield _fault("error", front, "compatibility", "The field 'compatibility' must be a text.", fix)
    elif len(value) > MAX_COMPATIBILITY:
        rule = f"must have at most {MAX_COMPATIBILITY} characters, it has {len(value)}"
        yield _fault("error", front, "compatibility", f"The field 'compatibility' {rule}.", fix)


def _metadata_faults(front: Frontmatter) -> Iterator[Fault]:
    for name in ("allowed-tools", "license"):
        if not isinstance(front.fields.get(name, ""), str):
            fix = "Write it as one text, with spaces between the parts."
            yield _fault("warning", front, name, f"The field {name!r} must be a text.", fix)
    metadata = front.fields.get("metadata", {})
    fix = "Write metadata as lines of key: text."
    if not isinstance(metadata, Mapping):
        yield _fault("warning", front, "metadata", "The field 'metadata' must be a mapping of texts.", fix)
        return
    for key, value in metadata.items():
        if not isinstance(value, str):
            yield _fault("warning", front, "metadata", f"The metadata {key!r} must be a text.", fix)


def _body_faults(front: Frontmatter) -> Iterator[Fault]:
    num_lines = front.body.count("\n") + 1
    num_tokens = len(front.body) // _CHARACTERS_A_TOKEN
    fix = "Keep the steps here and move the details to files of the package that the body names."
    for number, limit, unit in ((num_lines, MAX_BODY_LINES, "lines"), (num_tokens, MAX_BODY_TOKENS, "tokens or so")):
        if number >= limit:
            message = f"The body should have less than {limit} {unit}, it has {number}."
            yield Fault(level="warning", line=front.body_line, message=message, fix=fix)


def _fault(level: Literal["error", "warning"], front: Frontmatter, name: str, message: str, fix: str) -> Fault:
    return Fault(level=level, line=front.lines.get(name, 1), message=message, fix=fix)
