"""What is said of a file that cannot be read, and what is the way out?"""

from __future__ import annotations

from pathlib import Path

from metier.errors import InputError, nearest


def unreadable(path: str | Path, fault: Exception | None = None, *, hint: str = "") -> InputError:
    """Make the error for a file that is missing, may not be read, or is no text.

    Args:
        fault: What reading it raised; without it the file is missing.
        hint: The way out where it is no text; a missing file has its own.

    >>> error = unreadable("nowhere.jsonl")
    >>> str(error), error.hint
    ("Cannot read 'nowhere.jsonl': No such file or directory.", 'Check the path; it is taken from the current folder.')
    """
    if fault is None or isinstance(fault, FileNotFoundError):
        return InputError(f"Cannot read {str(path)!r}: No such file or directory.", hint=_near(Path(path)))
    if isinstance(fault, OSError) and fault.strerror:
        return InputError(f"Cannot read {str(path)!r}: {fault.strerror}.", hint="Name a file that you may read.")
    if isinstance(fault, UnicodeDecodeError):
        place = f"byte {fault.start} is no text in {fault.encoding}"
        return InputError(f"Cannot read {str(path)!r}: {place}.", hint=hint or "Expected a text file in UTF-8.")
    return InputError(f"Cannot read {str(path)!r}: {fault}.", hint=hint)


def _near(path: Path) -> str:
    """The name in that folder which was perhaps meant."""
    if not path.parent.is_dir():
        return f"There is no folder {str(path.parent)!r}."
    near = nearest(path.name, [one.name for one in path.parent.iterdir()])
    return near if "Did you mean" in near else "Check the path; it is taken from the current folder."
