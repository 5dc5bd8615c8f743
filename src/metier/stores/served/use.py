"""What does a model get that loads or runs a skill by the plain tools, and how far may it go?

For hosts without the extension. Every answer is bounded by a number of tokens, every text of a skill is marked as data
with its origin, and running goes as far as the exposure tier and no further: metadata, text, a script after somebody
approved this very call, or a script within preset bounds. Nothing is executed here; a `Runner` is handed in.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from metier.digest import digest
from metier.errors import InputError, NotStored, nearest
from metier.skill import File
from metier.stores.served.offer import Offer
from metier.stores.served.quote import quoted
from metier.stores.served.shelf import Shelf
from metier.stores.served.uris import MANIFEST
from metier.verdict import ExposureTier

Runner = Callable[[Path, str, Sequence[str]], "Ran"]
"""Runs a script of a package, by its path in it, in a sandbox. Raises MetierError if it must not or cannot."""

ORIGIN = "metier"
_INTERPRETED = (".py", ".sh", ".bash")
_MAX_ARGUMENTS, _MAX_ARGUMENT = 64, 4096
_CHARACTERS_A_TOKEN = 3
"""Few enough that a text cut by it is not longer in tokens than it was allowed to be, in most languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a script ended.

    Attributes:
        denied: What it tried to touch without being allowed to.
        ended_by: The bound that ended it, or an empty string.
    """

    exit_code: int
    output: str
    errors: str = ""
    denied: tuple[str, ...] = ()
    ended_by: str = ""


class Step(StrEnum):
    """What follows when a skill is to be run."""

    TELL = "tell"
    ASK = "ask"
    RUN = "run"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A script of a skill with its arguments, as it is to be run; `bound_to` names exactly this call of these bytes."""

    offer: Offer
    script: str
    arguments: tuple[str, ...]

    @property
    def bound_to(self) -> str:
        """The digest of the call and of every byte of the package."""
        files = [[file.path, file.digest] for file in self.offer.files]
        return digest([self.offer.path, files, self.script, list(self.arguments)])


def load_text(shelf: Shelf, handle: str, *, path: str = "", start: int = 0, budget: int = 8000) -> str:
    """Show the instructions of a skill, or one of its files, from a character on, within a number of tokens.

    A skill that may not be read is shown by its metadata.

    Raises:
        NotStored: No such skill, or no such file in it; the hint names the nearest.
        StoreError: The file changed since it was judged.

    >>> import tempfile
    >>> from metier.verdict import Verdict, VettingTier
    >>> library = Path(tempfile.mkdtemp())
    >>> (library / "sum").mkdir()
    >>> _ = (library / "sum" / "SKILL.md").write_text("---\\nname: sum\\ndescription: Add.\\n---\\nOne by one.")
    >>> def judge(folder, skill, tier=ExposureTier.INSTRUCTIONS):
    ...     return Verdict(skill="sum", digest=skill.digest, vetting=VettingTier(tier), exposure=tier, reasons=())
    >>> shelf = Shelf(library, judge)
    >>> load_text(shelf, "sum").splitlines()[1]
    'One by one.'
    """
    offer = shelf.find(handle)
    if not offer.readable:
        return metadata_text(offer)
    if path in ("", MANIFEST):
        text = shelf.body(offer)
        files = "" if start else _files_text(offer)
    else:
        text, files = _decoded(shelf.read_file(offer, _file(offer, path))), ""
    end = start + max(1, budget * _CHARACTERS_A_TOKEN - len(files))
    note = f"{offer.exposure.name.lower()}, {offer.skill.version}"
    shown = quoted(text[start:end], origin=ORIGIN, skill=offer.handle, path=path, note=note)
    more = f"{len(text) - end} characters follow: load_skill with start={end}." if end < len(text) else ""
    return "\n\n".join(part for part in (shown, files, more) if part)


def metadata_text(offer: Offer) -> str:
    """Show a skill by its metadata, and say that its text may not be read."""
    shown = quoted(offer.skill.description, origin=ORIGIN, skill=offer.handle, note="metadata")
    return f"{shown}\n\nThis skill is exposed by its metadata alone: its text is not served and nothing of it is run."


def call_of(shelf: Shelf, handle: str, script: str, arguments: Sequence[str]) -> Call:
    """Check what is to be run.

    Raises:
        NotStored: No such skill, or no such file in it; the hint names the nearest.
        InputError: The arguments are not at most 64 texts of at most 4,096 characters.
    """
    offer = shelf.find(handle)
    if len(arguments) > _MAX_ARGUMENTS or any(
        not isinstance(one, str) or len(one) > _MAX_ARGUMENT or "\x00" in one for one in arguments
    ):
        raise InputError(f"Expected at most {_MAX_ARGUMENTS} arguments of at most {_MAX_ARGUMENT} characters.")
    if script:
        _file(offer, script)
    return Call(offer=offer, script=script, arguments=tuple(arguments))


def next_step(call: Call, *, can_run: bool, can_ask: bool, approved: bool | None = None) -> tuple[Step, str]:
    """What follows for a call at the exposure of its skill, and why.

    Args:
        can_run: Whether there is a sandbox.
        can_ask: Whether somebody can be asked.
        approved: What they answered to this very call; None if nobody was asked yet.

    >>> import tempfile
    >>> from metier.verdict import Verdict, VettingTier
    >>> library = Path(tempfile.mkdtemp())
    >>> (library / "sum").mkdir()
    >>> _ = (library / "sum" / "SKILL.md").write_text("---\\nname: sum\\ndescription: Add.\\n---\\nOne by one.")
    >>> def judge(folder, skill, tier=ExposureTier.INSTRUCTIONS):
    ...     return Verdict(skill="sum", digest=skill.digest, vetting=VettingTier(tier), exposure=tier, reasons=())
    >>> shelf = Shelf(library, judge)
    >>> next_step(call_of(shelf, "sum", "", ()), can_run=True, can_ask=True, approved=True)
    (<Step.TELL: 'tell'>, 'its verdict lets it be read, not run')
    """
    offer = call.offer
    if offer.exposure == ExposureTier.METADATA:
        return Step.TELL, "its verdict lets it be shown by its metadata alone"
    if offer.exposure == ExposureTier.INSTRUCTIONS:
        return Step.TELL, "its verdict lets it be read, not run"
    if not call.script:
        return Step.TELL, "no script was named"
    if not call.script.endswith(_INTERPRETED):
        return Step.REFUSE, f"{call.script!r} is no script that can be run; expected one of {', '.join(_INTERPRETED)}"
    if not can_run:
        return Step.REFUSE, "this server has no sandbox to run it in"
    if offer.exposure == ExposureTier.AUTONOMOUS or approved:
        return Step.RUN, ""
    if approved is False:
        return Step.REFUSE, "it was not approved"
    if not can_ask:
        return Step.REFUSE, "it needs the approval of a person, and this client can ask nobody"
    return Step.ASK, f"run {call.script} of the skill {offer.handle} with {list(call.arguments)!r} in the sandbox?"


def told_text(shelf: Shelf, call: Call, why: str, *, budget: int) -> str:
    """Show what may be seen of a skill that was to be run, and say why it was not."""
    shown = load_text(shelf, call.offer.path, budget=budget)
    return f"Nothing was run: {why}.\n\n{shown}"


def run_text(shelf: Shelf, call: Call, runner: Runner, *, budget: int = 4000) -> tuple[str, bool]:
    """Run a call whose step is `Step.RUN` and show how it ended; also whether it ended well.

    Raises:
        StoreError: A file changed since it was judged; nothing was run.
        MetierError: The sandbox refused; nothing was run.
    """
    with tempfile.TemporaryDirectory(prefix="metier-skill-") as scratch:
        # Run what was judged and approved, not what lies there by the time the script starts.
        copy = write_copy(shelf, call.offer, Path(scratch))
        ran = runner(copy, call.script, call.arguments)
    limit = budget * _CHARACTERS_A_TOKEN // 2
    note = f"exit code {ran.exit_code}" + (f", ended by its bound on {ran.ended_by}" if ran.ended_by else "")
    parts = [
        quoted(_cut(text, limit), origin=ORIGIN, skill=call.offer.handle, path=call.script, note=f"{name}, {note}")
        for name, text in (("output", ran.output), ("errors", ran.errors))
        if text or name == "output"
    ]
    denied = f"It was denied: {', '.join(ran.denied[:20])}." if ran.denied else ""
    return "\n\n".join([*parts, denied] if denied else parts), ran.exit_code == 0 and not ran.ended_by


def write_copy(shelf: Shelf, offer: Offer, folder: Path) -> Path:
    """Write the judged bytes of a package below a folder, without any right to execute.

    Raises:
        StoreError: A file changed since it was judged.
    """
    top = folder / offer.skill.name
    for file in offer.files:
        place = top / file.path
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_bytes(shelf.read_file(offer, file))
        place.chmod(0o400)
    return top


def _file(offer: Offer, path: str) -> File:
    known = {file.path: file for file in offer.files}
    if path not in known:
        raise NotStored(f"The skill {offer.handle!r} has no file {path[:200]!r}.", hint=nearest(path[:200], known))
    return known[path]


def _files_text(offer: Offer) -> str:
    others = [file for file in offer.files if file.path.lower() != MANIFEST.lower()]
    if not others:
        return ""
    shown = [f"- {file.path!r}, {file.size} bytes" for file in others[:50]]
    more = [f"- and {len(others) - 50} more"] if len(others) > 50 else []
    return "\n".join(["Its other files, shown by load_skill with path:", *shown, *more])


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            f"The file is not text; it has {len(data)} bytes.", hint="Read it as a resource: it is sent as base64."
        ) from None


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}\n[{len(text) - limit} more characters]"
