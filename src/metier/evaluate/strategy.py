"""How is a question put to a model? The promise of a prompting strategy, and its kinds.

A strategy turns one Item into one or several model calls: it yields requests, is sent the replies, and returns the
text that is graded. It never sees a failed call: the runner ends a sample at the first one. It does not know stores,
transcripts or graders.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from metier.client import Message, Reply, Request
from metier.digest import digest
from metier.errors import ConfigError, SandboxError, nearest
from metier.item import ExamProtocol, Item
from metier.sandbox import Grant, Limits, Outcome, Sandbox

THINK = "Let's think step by step."
THEREFORE = "Therefore, the answer is"
WRITE_PROGRAM = (
    "Write a Python program that computes the answer and prints the answer alone. "
    "Put the program between ``` and ```, and write nothing after it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a strategy made of the replies.

    Attributes:
        text: What is graded.
        unscored: Why it cannot be graded, as a short code such as `no_sandbox`; empty for an answer to be graded.
        evidence: What happened on the way, such as how a program ended; kept with the grade.

    >>> Answer(text="4").unscored
    ''
    """

    text: str
    unscored: str = ""
    evidence: str = ""


Turns = Generator[Request, Reply, Answer]
"""One sample under way: requests out, replies in, the answer at the end."""


@runtime_checkable
class Strategy(Protocol):
    """A way to put a question."""

    @property
    def name(self) -> str:
        """Which way this is, parameters and all: two strategies that ask differently have different names."""
        ...

    def turns(self, item: Item, protocol: ExamProtocol) -> Turns:
        """Begin one sample.

        Args:
            protocol: The conditions, with the text of the skills in hand in its system message. The runner sets the
                epoch of each request.
        """
        ...


def ask(protocol: ExamProtocol, *messages: Message) -> Request:
    """Write a request under a protocol, its system message first.

    >>> ask(ExamProtocol(system="Be brief."), said("user", "1 + 1 =")).messages[0].content
    'Be brief.'
    """
    system = (Message(role="system", content=protocol.system),) if protocol.system else ()
    return Request(
        messages=(*system, *messages),
        max_tokens=protocol.max_tokens,
        temperature=protocol.temperature,
        stop=protocol.stop,
        seed=protocol.seed,
    )


def said(role: str, content: str) -> Message:
    """Write one turn: `user` or `assistant`.

    >>> said("assistant", "2").role
    'assistant'
    """
    return Message(role=role, content=content)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """Ask the question as it is.

    >>> next(Direct().turns(Item(prompt="1 + 1 =", reference="2"), ExamProtocol())).messages[0].content
    '1 + 1 ='
    """

    name: str = "direct"

    def turns(self, item: Item, protocol: ExamProtocol) -> Turns:
        """Ask once."""
        reply = yield ask(protocol, said("user", item.prompt))
        return Answer(text=reply.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainOfThought:
    """Ask once, with the words that make a model think aloud (Kojima et al. 2022, arXiv 2205.11916).

    >>> next(ChainOfThought().turns(Item(prompt="1 + 1 =", reference="2"), ExamProtocol())).messages[0].content
    "1 + 1 =\\n\\nLet's think step by step."
    """

    words: str = THINK

    @property
    def name(self) -> str:
        """`chain_of_thought`, and which words if they are not the usual ones."""
        return _named("chain_of_thought", self.words, usual=THINK)

    def turns(self, item: Item, protocol: ExamProtocol) -> Turns:
        """Ask once."""
        reply = yield ask(protocol, said("user", f"{item.prompt}\n\n{self.words}"))
        return Answer(text=reply.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStep:
    """Let the model think, then ask for the answer alone: zero-shot CoT in two calls (Kojima et al. 2022, section 3.1).

    >>> under_way = TwoStep().turns(Item(prompt="1 + 1 =", reference="2"), ExamProtocol())
    >>> _ = next(under_way)
    >>> [message.content for message in under_way.send(Reply(text="One and one.")).messages][1:]
    ['One and one.', 'Therefore, the answer is']
    """

    first: str = THINK
    second: str = THEREFORE

    @property
    def name(self) -> str:
        """`two_step`, and which words if they are not the usual ones."""
        return _named("two_step", [self.first, self.second], usual=[THINK, THEREFORE])

    def turns(self, item: Item, protocol: ExamProtocol) -> Turns:
        """Ask twice; the second reply is graded."""
        question = said("user", f"{item.prompt}\n\n{self.first}")
        thought = yield ask(protocol, question)
        reply = yield ask(protocol, question, said("assistant", thought.text), said("user", self.second))
        return Answer(text=reply.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class FewShot:
    """Show solved questions first, as earlier turns of the conversation (Brown et al. 2020, arXiv 2005.14165).

    Args:
        shots: Questions and their answers, in order. With reasoning in the answers this is few-shot CoT.

    >>> strategy = FewShot(shots=(("1 + 1 =", "2"),))
    >>> request = next(strategy.turns(Item(prompt="2 + 2 =", reference="4"), ExamProtocol()))
    >>> [message.content for message in request.messages]
    ['1 + 1 =', '2', '2 + 2 =']
    """

    shots: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """`few_shot` and which shots."""
        return _named("few_shot", self.shots)

    def turns(self, item: Item, protocol: ExamProtocol) -> Turns:
        """Ask once, after the shots."""
        before = [
            said(role, text) for shot in self.shots for role, text in zip(("user", "assistant"), shot, strict=True)
        ]
        reply = yield ask(protocol, *before, said("user", item.prompt))
        return Answer(text=reply.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Ask for a program; what it prints is the answer. It runs in a sandbox or not at all, never in this process.

    The first fenced block of the reply is the program (Chen et al. 2022, arXiv 2211.12588). Where no sandbox can run,
    the answer is unscored with the reason `no_sandbox`. A program that fails has printed what it has printed.

    Args:
        sandbox: Where it runs; by default the first kind that can keep its promise here.
        limits: What one program may use up.
        packages: Whether it may import what is installed beside this package.
    """

    words: str = WRITE_PROGRAM
    sandbox: Sandbox | None = None
    limits: Limits = Limits()
    packages: bool = False

    @property
    def name(self) -> str:
        """`program`, and which options if they are not the usual ones."""
        usual = [WRITE_PROGRAM, Limits(), False]
        return _named("program", [self.words, self.limits, self.packages], usual=usual)

    def turns(self, item: Item, protocol: ExamProtocol) -> Turns:
        """Ask once, and run what comes."""
        reply = yield ask(protocol, said("user", f"{item.prompt}\n\n{self.words}"))
        source = first_block(reply.text)
        if source is None:
            return Answer(text="", evidence="no program in the reply")
        return answer_of_program(source, sandbox=self.sandbox, limits=self.limits, packages=self.packages)


def first_block(text: str) -> str | None:
    r"""Find the first fenced block of a reply, without the name of its language.

    >>> first_block("Here:\n```python\nprint(4)\n```\nand\n```\nprint(5)\n```")
    'print(4)\n'
    >>> first_block("```import math\nprint(math.pi)```")
    'import math\nprint(math.pi)'
    """
    found = re.search(r"```[ \t]*([\w+-]*)[ \t]*\n?(.*?)(?:```|\Z)", text, re.DOTALL)
    if not found:
        return None
    # Without a line break after it, the first word is the program's own: ```print(4)```.
    is_language = "\n" in text[found.start() : found.start(2)] or not found[1]
    return found[2] if is_language else text[found.start(1) : found.end(2)]


def answer_of_program(
    source: str, *, sandbox: Sandbox | None = None, limits: Limits = Limits(), packages: bool = False
) -> Answer:
    """Run a Python program in a sandbox; its standard output, stripped, is the answer.

    Returns:
        An unscored answer with the reason `no_sandbox` where none can run; nothing was run then.

    >>> answer_of_program("print(2 + 2)").text
    '4'
    """
    try:
        ended = run_python(source, sandbox=sandbox, limits=limits, packages=packages)
    except SandboxError as fault:
        return Answer(text="", unscored="no_sandbox", evidence=str(fault)[:400])
    last = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    how = f"program killed by {ended.killed_by.value}" if ended.killed_by else f"program exit {ended.exit_code}"
    return Answer(
        text=ended.stdout.decode(errors="replace").strip(),
        evidence="" if ended.ok else f"{how}: {last}"[:400],
    )


def run_python(source: str, *, sandbox: Sandbox | None, limits: Limits = Limits(), packages: bool = False) -> Outcome:
    """Run Python source in a sandbox, in an empty folder of its own.

    Raises:
        SandboxError: No sandbox can run here; nothing was run.
    """
    from metier.sandboxes import open_sandbox, python_grant

    chosen = sandbox or open_sandbox()
    try:
        with tempfile.TemporaryDirectory(prefix="metier-answer-") as folder:
            path = Path(folder) / "answer.py"
            path.write_text(source, encoding="utf-8", errors="replace")
            flags = ["-I"] if packages else ["-I", "-S"]
            grant = python_grant(packages=packages) | Grant(write=(folder,))
            return chosen.run([sys.executable, *flags, str(path)], grant=grant, limits=limits, cwd=folder, trace=False)
    finally:
        if sandbox is None:
            chosen.close()


KINDS: dict[str, type[Direct] | type[ChainOfThought] | type[TwoStep] | type[Program]] = {
    "direct": Direct,
    "chain_of_thought": ChainOfThought,
    "two_step": TwoStep,
    "program": Program,
}
"""The kinds that need no parameters, by name."""


def strategy_of(name: str) -> Strategy:
    """Make a strategy by its name, with its usual words.

    Raises:
        ConfigError: There is none of that name.

    >>> strategy_of("two_step").name
    'two_step'
    """
    if name not in KINDS:
        raise ConfigError(f"No strategy {name!r}.", hint=nearest(name, KINDS))
    return KINDS[name]()


def _named(kind: str, parameters: object, *, usual: object = None) -> str:
    return kind if parameters == usual else f"{kind}-{digest(parameters)[7:15]}"
