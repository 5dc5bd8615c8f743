"""What does a model get that loads or runs a skill by the plain tools, and how far may it go?

For hosts without the extension. Every answer is bounded by a number of tokens, every text of a skill is marked as data
with its origin, and running goes as far as the exposure tier and no further: metadata, text, a script after somebody
approved this very call, or a script within preset bounds. Nothing is executed here; a `Runner` is handed in.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from pathlib import Path

from metier.digest import digest
from metier.errors import InputError, NotStored, nearest
from metier.skill import File
from metier.stores.served.offer import Offer
from metier.stores.served.quote import quoted
from metier.stores.served.shelf import Shelf
from metier.stores.served.uris import MANIFEST
from metier.verdict import ExposureTier

Runner = Callable[[Path, str, Sequence[str], threading.Event], "Ran"]
"""Runs a script of a package, by its path in it, in a sandbox, and ends it once the event is set.

Raises MetierError if it must not or cannot.
"""

ORIGIN = "metier"
_INTERPRETED = (".py", ".sh", ".bash")
_MAX_ARGUMENTS, _MAX_ARGUMENT = 64, 4096
CHARACTERS_A_TOKEN = 3
"""Few enough that a text cut by it is not longer in tokens than it was allowed to be, in most languages."""

_SAID_OF_THE_REST = 28
"""Characters that saying how much is left out takes at most."""

_LEAST_SHOWN = 32
"""Characters of a text that are shown even where its marks alone, by long names, would fill the answer."""


_MAX_DENIED = 300
"""Characters that are shown of one thing that a script was denied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a script ended.

    Attributes:
        denied: What it tried to touch without being allowed to.
        ended_by: The bound that ended it, or an empty string.
        whole: Whether all that it touched was seen; what it was denied may be more otherwise.
    """

    exit_code: int
    output: str
    errors: str = ""
    denied: tuple[str, ...] = ()
    ended_by: str = ""
    whole: bool = True

    @property
    def is_good(self) -> bool:
        """Whether it ended well.

        >>> Ran(exit_code=0, output="", ended_by="wall").is_good
        False
        """
        return self.exit_code == 0 and not self.ended_by


Recorder = Callable[["Call", Ran], None]
"""Keeps how a run went, and what it was denied, where the standing of its skill is kept."""


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
    return _loaded(shelf, handle, path, start, budget * CHARACTERS_A_TOKEN)


def _loaded(shelf: Shelf, handle: str, path: str, start: int, room: int) -> str:
    offer = shelf.find(handle)
    if not offer.readable:
        return _metadata_text(offer, room)
    if path in ("", MANIFEST):
        text, others = shelf.body(offer), [file for file in offer.files if file.path.lower() != MANIFEST.lower()]
    else:
        text, others = _decoded(shelf.read_file(offer, _file(offer, path))), []
    note = f"{offer.exposure.name.lower()}, {offer.skill.version}"
    marks = len(quoted("", origin=ORIGIN, skill=offer.handle, path=path, note=note))
    left = room - marks - len(_more_text(len(text), len(text))) - 4
    # The names of the files have what the text leaves, and a quarter where it leaves less.
    files = "" if start else _files_text(offer, others, max(left // 4, left - len(text)))
    end = start + max(_LEAST_SHOWN, left - len(files))
    shown = quoted(text[start:end], origin=ORIGIN, skill=offer.handle, path=path, note=note)
    more = _more_text(len(text) - end, end) if end < len(text) else ""
    return "\n\n".join(part for part in (shown, files, more) if part)


def _more_text(num_more: int, start: int) -> str:
    return f"{num_more} characters follow: load_skill with start={start}."


def _metadata_text(offer: Offer, room: int) -> str:
    """Show a skill by its metadata, and say that its text may not be read."""
    why = "This skill is exposed by its metadata alone: its text is not served and nothing of it is run."
    return f"{_quoted_within(offer.skill.description, room - len(why) - 2, offer, note='metadata')}\n\n{why}"


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
    return Step.ASK, f"run {call.script!r} of the skill {offer.handle!r} with {list(call.arguments)!r} in the sandbox?"


def told_text(shelf: Shelf, call: Call, why: str, *, budget: int) -> str:
    """Show what may be seen of a skill that was to be run, and say why it was not."""
    head = f"Nothing was run: {why}.\n\n"
    return head + _loaded(shelf, call.offer.path, "", 0, budget * CHARACTERS_A_TOKEN - len(head))


def run_text(
    shelf: Shelf,
    call: Call,
    runner: Runner,
    *,
    recorder: Recorder | None = None,
    budget: int = 4000,
    stop: threading.Event | None = None,
) -> tuple[str, bool]:
    """Run a call whose step is `Step.RUN` and show how it ended; also whether it ended well.

    Args:
        recorder: Is told of the run before it is shown; nothing is recorded without one.
        stop: Ends the run once set; what it did until then is recorded.

    Raises:
        StoreError: A file changed since it was judged; nothing was run. Or the run cannot be recorded.
        MetierError: The sandbox refused; nothing was run.
    """
    with tempfile.TemporaryDirectory(prefix="metier-skill-") as scratch:
        # Run what was judged and approved, not what lies there by the time the script starts.
        copy = write_copy(shelf, call.offer, Path(scratch))
        ran = runner(copy, call.script, call.arguments, stop or threading.Event())
    if recorder is not None:
        recorder(call, ran)
    return _ran_text(call, ran, budget * CHARACTERS_A_TOKEN), ran.is_good


def _ran_text(call: Call, ran: Ran, room: int) -> str:
    """What a script said within so many characters; where one stream alone has room, what tells how it ended."""
    ended = f"exit code {ran.exit_code}" + (f", ended by its bound on {ran.ended_by}" if ran.ended_by else "")

    def shown(name: str, text: str, room: int) -> str:
        return _quoted_within(text, room, call.offer, path=call.script, note=f"{name}, {ended}")

    marks = len(shown("output", "", room))
    denied = _denied_text(call, ran.denied, (room - marks) // 4)
    room -= len(denied) + 4
    if not ran.output or not ran.errors:
        parts = [shown("errors" if ran.errors else "output", ran.errors or ran.output, room)]
    elif room // 2 >= marks + _LEAST_SHOWN:
        output = shown("output", ran.output, max(room // 2, room - marks - len(ran.errors)))
        parts = [output, shown("errors", ran.errors, room - len(output))]
    else:
        streams = [("output", ran.output), ("errors", ran.errors)]
        (name, text), (other, left_out) = streams if ran.is_good else reversed(streams)
        said = f"Left out: {other}, {len(left_out)} characters."
        parts = [shown(name, text, room - len(said)), said]
    return "\n\n".join([*parts, denied] if denied else parts)


def _denied_text(call: Call, denied: Sequence[str], room: int) -> str:
    """What a script was denied, as data: it chose the names of what it tried."""
    if not denied:
        return ""

    def shown(text: str) -> str:
        return quoted(text, origin=ORIGIN, skill=call.offer.handle, path=call.script, note="what it was denied")

    lines = [f"{one[:_MAX_DENIED]!r}\n" for one in denied]
    kept, num_left = _fitting(lines, room - len(shown("")))
    if not kept:
        return f"It was denied {len(denied)} times."
    return shown("".join(kept) + (f"and {num_left} more" if num_left else ""))


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


def _files_text(offer: Offer, files: Sequence[File], room: int) -> str:
    """The names of a skill's files, as data: its author chose them."""
    if not files:
        return ""

    def shown(text: str) -> str:
        head = "Its other files, shown by load_skill with path:"
        return f"{head}\n{quoted(text, origin=ORIGIN, skill=offer.handle, note='names of its files')}"

    names = [f"- {file.path!r}, {file.size} bytes\n" for file in files]
    lines, num_left = _fitting(names, room - len(shown("")))
    if not lines:
        return f"It has {len(files)} other files."
    return shown("".join(lines) + (f"- and {num_left} more" if num_left else ""))


def _fitting(texts: Sequence[str], room: int) -> tuple[Sequence[str], int]:
    """As many of the texts as fit into so many characters, in their order, and how many do not."""
    if sum(map(len, texts)) <= room:
        return texts, 0
    ends = accumulate(map(len, texts), initial=_SAID_OF_THE_REST)
    num_kept = sum(end <= room for end in ends) - 1
    return texts[: max(0, num_kept)], len(texts) - max(0, num_kept)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            f"The file is not text; it has {len(data)} bytes.", hint="Read it as a resource: it is sent as base64."
        ) from None


def _quoted_within(text: str, room: int, offer: Offer, *, path: str = "", note: str) -> str:
    """Quote as much of a text as fits into so many characters with its marks, and say how much does not."""
    marks = len(quoted("", origin=ORIGIN, skill=offer.handle, path=path, note=note))
    limit = max(_LEAST_SHOWN, room - marks)
    if len(text) > limit:
        text = f"{text[: limit - _SAID_OF_THE_REST]}\n[{len(text) - limit + _SAID_OF_THE_REST} more characters]"
    return quoted(text, origin=ORIGIN, skill=offer.handle, path=path, note=note)
