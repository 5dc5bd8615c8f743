r"""How does SciBench put its questions? The seven published settings as prompting strategies.

The words and their order are those of the released `eval/` (MIT licence; Wang et al., arXiv 2307.10635): prompts are
data here, so that scores are comparable. Programs run in a sandbox or not at all; Wolfram programs are text.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from metier.client import Message
from metier.digest import digest
from metier.errors import ConfigError, nearest
from metier.evaluate.scibench.load import Problem
from metier.evaluate.strategy import Answer, Turns, answer_of_program, ask, first_block, said
from metier.evaluate.unreadable import unreadable
from metier.item import ExamProtocol, Item
from metier.sandbox import Sandbox

SETTINGS = ("zero_nosys", "zero", "zeroCot", "few", "fewCot", "python", "wolfram")
"""The names the released code gives its settings."""

PROGRAMS = ("python", "wolfram")
"""The settings in which the answer is what a program prints."""

_TASK = (
    "\nPlease provide a clear and step-by-step solution for a scientific problem in the categories of Chemistry, "
    "Physics, or Mathematics. The problem will specify the unit of measurement"
)
BOXED = (
    _TASK + ", which should not be included in the answer. Express the final answer as a decimal number with three "
    "digits after the decimal point. Conclude the answer by stating "
    '"The answer is therefore \\boxed{[ANSWER]}."\n'
)
"""The system message of the settings whose answer is in a box."""

WRITTEN = {
    "python": _TASK + ". Please translate the solution steps into Python code and encase the Python code within triple "
    "backticks for clarity.\n",
    "wolfram": _TASK + ". Please translate the solution steps into Wolfram code and encase the Wolfram Language code "
    "within triple backticks for clarity.\n",
}
"""The system messages of the settings that ask for a program."""

_SHOTS = 5
_NUMBER = "\0"
"""Stands for the number of a worked problem: no text of the data set holds it, while `{i}` is LaTeX."""

Shot = tuple[str, str, str]
"""The source of a worked problem, its question and its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Ask as one setting of SciBench does; `published` makes it from the data.

    Args:
        shots: Worked problems by book: the source of the item, the question and the answer, in which `_NUMBER` stands
            for the number of the problem. A problem is never shown to itself.
        images: Pictures as `data:` URLs, by the source of the item.
        sandbox: Where Python programs run; by default the first kind that works here.
        wolfram: Evaluates a Wolfram program. Without it the setting is unscored, `no_wolfram`, and the program kept.
    """

    setting: str
    shots: Mapping[str, tuple[Shot, ...]] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    sandbox: Sandbox | None = None
    wolfram: Callable[[str], str] | None = None

    @property
    def name(self) -> str:
        """`scibench-` and the setting, and which shots and pictures if there are any."""
        given = {"shots": self.shots, "images": self.images} if self.shots or self.images else None
        return f"scibench-{self.setting}" + (f"-{digest(given)[7:15]}" if given else "")

    def turns(self, item: Item, protocol: ExamProtocol) -> Turns:
        """Ask once, or twice in `zeroCot`."""
        system = "" if self.setting == "zero_nosys" else WRITTEN.get(self.setting, BOXED)
        under = replace(protocol, system="\n\n".join(part for part in (system, protocol.system) if part))
        if self.setting.startswith("zero"):
            return (yield from self._zero(item, under))
        known = self.shots.get(item.concepts[0] if item.concepts else "", ())
        shots = [shot for shot in known if shot[0] != item.source][:_SHOTS]
        turns: list[Message] = []
        for number, (_, question, answer) in enumerate(shots, start=1):
            turns.append(said("user", f"Problem {number}.   {question}\n"))
            turns.append(said("assistant", answer.replace(_NUMBER, str(number))))
        reply = yield ask(under, *turns, self._shown(item, f"Problem {len(shots) + 1}.   {item.prompt}\n"))
        return self._answer(reply.text)

    def _zero(self, item: Item, protocol: ExamProtocol) -> Turns:
        question = f"Q: {item.prompt}\nA: "
        if self.setting != "zeroCot":
            reply = yield ask(protocol, self._shown(item, question + "The answer is"))
            return Answer(text=reply.text)
        thinking = question + "Let's think step by step."
        thought = yield ask(protocol, self._shown(item, thinking))
        # One message of the user, as published, and no turn of the assistant between.
        reply = yield ask(protocol, self._shown(item, f"{thinking}{thought.text.strip()}Therefore, the answer is"))
        return Answer(text=reply.text)

    def _shown(self, item: Item, text: str) -> Message:
        image = self.images.get(item.source)
        return Message(role="user", content=text, images=(image,) if image else ())

    def _answer(self, reply: str) -> Answer:
        if self.setting not in PROGRAMS:
            return Answer(text=reply)
        program = first_block(reply)
        if program is None:
            return Answer(text="", evidence="no program in the reply")
        if self.setting == "python":
            return answer_of_program(program, sandbox=self.sandbox)
        if self.wolfram is None:
            return Answer(text="", unscored="no_wolfram", evidence=f"N[{program}]"[:400])
        return Answer(text=self.wolfram(f"N[{program}]"))


def published(
    setting: str, problems: Iterable[Problem] = (), *, programs: Path | None = None, sandbox: Sandbox | None = None
) -> Published:
    """Make a setting from the problems that were read.

    Few-shot settings show up to five other problems of the same book from its `_sol` file. The program settings show
    those of them for which `programs/BOOK_I.txt` exists: the released code wants the first four and fails, as some
    are missing.

    Args:
        programs: The folder `dataset/original/python` or `.../wolfram`.

    Raises:
        ConfigError: There is no such setting, or no worked problem to show.

    >>> published("zeroCot").name
    'scibench-zeroCot'
    """
    if setting not in SETTINGS:
        raise ConfigError(f"No setting {setting!r} of SciBench.", hint=nearest(setting, SETTINGS))
    read = list(problems)
    images = {f"scibench {p.key}": _as_url(p.image) for p in read if p.image}
    shots: dict[str, tuple[Shot, ...]] = {}
    if not setting.startswith("zero"):
        for book in {problem.book for problem in read}:
            solved = [p for p in read if p.key.startswith(f"{book}_sol:")][: _SHOTS + 1]
            made = (_shot(setting, p, i, programs) for i, p in enumerate(solved))
            shots[book] = tuple(
                (f"scibench {p.key}", *shot) for p, shot in zip(solved, made, strict=True) if shot is not None
            )
        if not any(shots.values()):
            raise ConfigError(
                f"Expected worked problems to show in the setting {setting!r}, found none.",
                hint="They are in the BOOK_sol.json files, programs in dataset/original/python and wolfram.",
            )
    return Published(setting=setting, shots=shots, images=images, sandbox=sandbox)


def _shot(setting: str, problem: Problem, place: int, programs: Path | None) -> tuple[str, str] | None:
    answer = f"The answer is \\boxed{{{problem.gold}}} {problem.unit}"
    question = f"{problem.text} The unit of the answer is {problem.unit}."
    if setting == "few":
        return question, answer
    explained = f"Explanation for Problem {_NUMBER}:   {problem.solution}\n"
    if setting == "fewCot":
        return question, explained + answer
    path = programs / f"{problem.book}_{place}.txt" if programs else None
    if path is None or not path.is_file():
        return None
    program = path.read_text(encoding="utf-8")
    return question, f"{explained}{setting} language for Problem {_NUMBER}: ```{program}``` \n {answer}"


def _as_url(path: Path) -> str:
    try:
        return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
    except OSError as error:
        raise unreadable(path, error) from error
