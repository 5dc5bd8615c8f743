"""Does skills-ref 0.1.1 accept this package? The same verdict, in the same words.

The order of the checks, and what each says, is that of `skills_ref/validator.py` and `parser.py`.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from pathlib import Path
from typing import Any

from metier.stores.strict.marks import StrictYamlCrash, StrictYamlError
from metier.stores.strict.plain import plain_fields

_FIELDS = ("allowed-tools", "compatibility", "description", "license", "metadata", "name")
_MAX_NAME, _MAX_DESCRIPTION, _MAX_COMPATIBILITY = 64, 1024, 500
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_BYTES = 1 << 24
_TOO_MANY_LINKS = errno.ELOOP
_READER_CRASH = "AttributeError: 'ReaderError' object has no attribute 'context_mark'"


class Refusal(Exception):
    """Why a frontmatter is not read: the words of the one error, and whether skills-ref itself ends in an exception."""

    def __init__(self, message: str, *, is_crash: bool = False) -> None:
        super().__init__(message)
        self.is_crash = is_crash


def validate(path: str | Path) -> list[str]:
    """List the errors that skills-ref 0.1.1 finds in the package in a folder.

    Args:
        path: The folder.

    Returns:
        The strings of `skills_ref.validate(Path(path))`, in its order; none for a valid package. Where skills-ref ends
        in an exception (a SKILL.md that is a folder or not UTF-8, a control character), the one string is the name of
        its type and its text. A SKILL.md that is a pipe, a device or larger than 16 MiB is not read, and the one string
        says so; skills-ref may read those without end.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "pdf").mkdir()
    ...     _ = (Path(folder) / "pdf" / "SKILL.md").write_text("---\\nname: PDF\\n---\\n")
    ...     validate(Path(folder) / "pdf")  # doctest: +NORMALIZE_WHITESPACE
    ["Skill name 'PDF' must be lowercase",
     "Directory name 'pdf' must match skill name 'PDF'",
     'Missing required field in frontmatter: description']
    """
    folder = Path(path)
    text = _manifest(str(folder) + "/SKILL.md")
    if text is None:
        if not folder.exists():
            return [f"Path does not exist: {folder}"]
        if not folder.is_dir():
            return [f"Not a directory: {folder}"]
        text = _manifest(str(folder) + "/skill.md")
        if text is None:
            return ["Missing required file: SKILL.md"]
    if isinstance(text, list):
        return text
    return validate_text(text, folder=folder.name)


def validate_text(text: str, *, folder: str) -> list[str]:
    """List the errors that skills-ref 0.1.1 finds in a SKILL.md.

    Args:
        text: The file. Line ends of any kind are read as line feeds, as when a file is opened as text.
        folder: The name of the folder it lies in.

    >>> validate_text("---\\nname: pdf\\ndescription: Fill in forms.\\n---\\n", folder="pdf")
    []
    >>> validate_text("Fill in forms.", folder="pdf")
    ['SKILL.md must start with YAML frontmatter (---)']
    """
    try:
        fields = load_fields(text)
    except Refusal as refusal:
        return [str(refusal)]
    return [
        *_field_errors(fields),
        *(_name_errors(fields["name"], folder) if "name" in fields else [_missing("name")]),
        *(_description_errors(fields["description"]) if "description" in fields else [_missing("description")]),
        *(_compatibility_errors(fields["compatibility"]) if "compatibility" in fields else []),
    ]


def load_fields(text: str) -> dict[str, Any]:
    """Read the fields of a SKILL.md as skills-ref 0.1.1 does: every scalar is text.

    Raises:
        Refusal: There is no frontmatter, it is not closed, or it is not the YAML that strictyaml reads.

    >>> load_fields("---\\nname: 1\\nmetadata:\\n  since: 2026\\n---\\n")
    {'name': '1', 'metadata': {'since': '2026'}}
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.startswith("---"):
        raise Refusal("SKILL.md must start with YAML frontmatter (---)")
    end = text.find("---", 3)
    if end < 0:
        raise Refusal("SKILL.md frontmatter not properly closed with ---")
    block = text[3:end]
    fields = plain_fields(block)
    if fields is not None:
        return fields
    return _strict_fields(block)


def _strict_fields(block: str) -> dict[str, Any]:
    from metier.stores.strict.parser import parse

    if _UNPRINTABLE.search(block):
        raise Refusal(_READER_CRASH, is_crash=True)
    try:
        fields = parse(block)
    except StrictYamlError as failure:
        raise Refusal(f"Invalid YAML in frontmatter: {failure}") from failure
    except StrictYamlCrash as failure:
        raise Refusal(str(failure), is_crash=True) from failure
    if not isinstance(fields, dict):
        raise Refusal("SKILL.md frontmatter must be a YAML mapping")
    return fields


def _manifest(path: str) -> str | list[str] | None:
    """The text of a file as Python reads text; None where there is none, and the error in a list where it fails."""
    try:
        info = os.stat(path)  # noqa: PTH116 - as below
        if not stat.S_ISREG(info.st_mode) and not stat.S_ISDIR(info.st_mode):
            return [f"Not a plain file: {path}"]
        if info.st_size > _MAX_BYTES:
            return [f"Larger than {_MAX_BYTES} bytes: {path}"]
        with open(path, "rb", opener=_at_once) as file:
            return file.read().decode()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as failure:
        if failure.errno == _TOO_MANY_LINKS:
            return None
        return [f"{type(failure).__name__}: {failure}"]
    except UnicodeDecodeError as failure:
        return [f"UnicodeDecodeError: {failure}"]


def _at_once(path: str, flags: int) -> int:
    # What was a file a moment ago may be a pipe by now, on which a reader would wait.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _field_errors(fields: dict[str, Any]) -> list[str]:
    extra = fields.keys() - set(_FIELDS)
    if not extra:
        return []
    return [f"Unexpected fields in frontmatter: {', '.join(sorted(extra))}. Only {list(_FIELDS)} are allowed."]


def _missing(name: str) -> str:
    return f"Missing required field in frontmatter: {name}"


def _name_errors(value: Any, folder: str) -> list[str]:
    if not isinstance(value, str) or not value.strip():
        return ["Field 'name' must be a non-empty string"]
    name = unicodedata.normalize("NFKC", value.strip())
    errors = []
    if len(name) > _MAX_NAME:
        errors.append(f"Skill name '{name}' exceeds {_MAX_NAME} character limit ({len(name)} chars)")
    if name != name.lower():
        errors.append(f"Skill name '{name}' must be lowercase")
    if name.startswith("-") or name.endswith("-"):
        errors.append("Skill name cannot start or end with a hyphen")
    if "--" in name:
        errors.append("Skill name cannot contain consecutive hyphens")
    if not name.replace("-", "a").isalnum():
        errors.append(
            f"Skill name '{name}' contains invalid characters. Only letters, digits, and hyphens are allowed."
        )
    if unicodedata.normalize("NFKC", folder) != name:
        errors.append(f"Directory name '{folder}' must match skill name '{name}'")
    return errors


def _description_errors(value: Any) -> list[str]:
    if not isinstance(value, str) or not value.strip():
        return ["Field 'description' must be a non-empty string"]
    if len(value) > _MAX_DESCRIPTION:
        return [f"Description exceeds {_MAX_DESCRIPTION} character limit ({len(value)} chars)"]
    return []


def _compatibility_errors(value: Any) -> list[str]:
    if not isinstance(value, str):
        return ["Field 'compatibility' must be a string"]
    if len(value) > _MAX_COMPATIBILITY:
        return [f"Compatibility exceeds {_MAX_COMPATIBILITY} character limit ({len(value)} chars)"]
    return []
