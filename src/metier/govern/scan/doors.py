r"""Does a program let somebody in whose key stands in the program itself?

Honest programs put the user's key where a machine looks for those whom it lets in: one that is read from a file, an argument or an
answer. A key that is written out, plain or encoded, under a name, in a row or handed to a function, is that of whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.encoded import decoded_blobs
from metier.govern.scan.flow import Step
from metier.govern.scan.seen import Seen
from metier.govern.scan.statement import Statement
from metier.govern.scan.variables import NAME, used
from metier.verdict import Severity

_KEY = re.compile(
    r"AAAA(?:B3NzaC1(?:yc2E|kc3M)|C3NzaC1lZDI1NTE5|E2VjZHNhLXNoYTIt|G(?:nNrLX|nNzaC1))[A-Za-z0-9+/]{20,}|c3NoLWVkMjU1MTkgQUFBQ|c3NoLXJzYSBBQUFB[A-Za-z0-9+/]{20}"
)
"""A public key as it is written out, or in base64 once more."""
_TELLS_KEY = ("AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "AAAAGn", "c3NoLW", "c3NoLX")
_PLACE = re.compile(
    r"authorized_keys|AuthorizedKeysFile|\buser/keys\b|\bssh-key\s+add\b|ssh-copy-id|/(?:deploy_)?keys\b(?=[\"'`])|\bssh-keys\b|import[-_]key[-_]pair"
)
"""Where a key opens a machine or an account."""
_TELLS_PLACE = ("authorized_keys", "AuthorizedKeys", "user/keys", "ssh-key", "ssh-copy-id", "keys", "import")
_PUTS = re.compile(
    r">>?\s*\S|\btee\b|\bopen\w*\(|\.open\b|\bwrite\w*\b|\bappend\w*\(|\b(?:File|IO|os|ioutil|fs|fopen|Files)\b\W{1,3}\w*(?:[Ww]rite|[Aa]ppend|open|Open)|\b(?:puts|print|echo|printf|fputs|fwrite|file_put_contents|Add-Content|Set-Content|Out-File|WriteString|Fprint\w*|lineinfile)\b|<<|\bpost\(|\bPOST\b|\bgh\s|\bcopy_id\b|ssh-copy-id|\bsed\b[^\n]{0,40}-i|\b(?:input|stdin_data)\s*[:=](?!=)|\.communicate\(|\.[sS]tdin\b",
)
"""Something is put there, or handed to a shell of another machine."""
_CHOOSES = re.compile(
    r"\bnot in\b|\bif\b[^\n]{0,80}\sin\s|!==?|===?|\.include\?|\.includes\(|\bcontains\(|Contains\(|\bgrep\b|\breject\b|\bfilter\b|\.replace\(|\.delete\(|\bstrpos\(|str_contains\(|startswith|start_with|\bunless\b|\bsed\b[^\n]{0,80}/d\b"
)
"""A key is looked for, or left out."""
_SLOT = re.compile(r"(?:[#$%@]|\$\()?\{\s*\$?([A-Za-z_]\w{0,60})|[$@]([A-Za-z_]\w{0,60})|%\(([A-Za-z_]\w{0,60})\)")
_BEGINS = re.compile(
    r"^(?:def|class|module|if|unless|while|until|case|begin|for)\b(?!.*\bend$)|\bdo(?:\s*\|[^|]*\|)?$|=\s*(?:if|unless|case|begin)\b"
)
_ENDS = re.compile(r"end\b")
"""What begins a stretch of Ruby, and what ends one."""
_EACH = re.compile(r"\.(?:each|map)\w{0,20}\s*(?:do|\{)\s*\|\s*(\w{1,40})")
_DEFAULT = re.compile(r"[(,]\s*\$?(\w{1,60})\s*(?::[^=,()]{1,40})?=\s*([^,()]{1,600})")
_CALL = r"(?<![\w.>]){0}\s*\(?((?:[^()\n]|\([^()\n]*\)){{0,300}})"
_BETWEEN = re.compile(r",\s|[\]\"'`)\w]\s\+\s|\s\.\s")
"""What stands between things that are put together."""
_BELOW, _ROUNDS, _MAX_STEPS, _MAX_FUNCTIONS = 6, 4, 4000, 60

_Held = set[tuple[str, str]]
"""Names, each with the function in which it is known."""


def let_in(steps: Sequence[Step], text: str) -> Iterator[Seen]:
    """A key that a program holds is put where a machine looks for those whom it lets in.

    Args:
        steps: Every step of a program.
        text: The steps, a line each.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = [f"SPARE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{'a' * 43}'", "run(h, f'echo {SPARE} >> ~/.ssh/authorized_keys')"]
    >>> steps = [Step(Statement("a.py", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> [(seen.rule, seen.step.statement.line) for seen in let_in(steps, "\\n".join(lines))]
    [('plant-key', 1)]
    """
    if not any(word in text for word in _TELLS_KEY) or not any(word in text for word in _TELLS_PLACE):
        return
    if len(steps) > _MAX_STEPS or not _PLACE.search(text):
        return
    keyed = {number for number, step in enumerate(steps) if _holds_key(step)}
    if not keyed:
        return
    scopes, read = _scopes(steps), [_names(step) for step in steps]
    keys = _carried(steps, scopes, read, keyed, is_key=True)
    placed = {number for number, step in enumerate(steps) if _PLACE.search(step.text)}
    places = _carried(steps, scopes, read, placed, is_key=False)
    opened: tuple[int, str] | None = None
    for number, step in enumerate(steps):
        text, scope = step.text, scopes[number]
        if step.statement.parameters[:1] and not _PUTS.search(text):
            continue
        names = read[number]
        has_key = number in keyed or any(_knows(keys, scope, name) for name in names)
        has_place = _PLACE.search(text) is not None or any(_knows(places, scope, name) for name in names)
        if has_place:
            opened = (number, scope)
        is_near = opened is not None and number - opened[0] <= _BELOW and opened[1] == scope
        if "tmp_path" in text or "read_only" in text:
            continue
        if has_key and (has_place or is_near) and _PUTS.search(text) and not _CHOOSES.search(text):
            yield Seen("plant-key", Severity.BLOCK, step, "one that is written out in a program")
            return


def _holds_key(step: Step) -> bool:
    text = step.text
    if any(word in text for word in _TELLS_KEY) and _KEY.search(text):
        return True
    return "decode" in step.labels and any(_KEY.search(said) for said in decoded_blobs(text))


def _scopes(steps: Sequence[Step]) -> list[str]:
    """The function that each step stands in; in Ruby that is told by how what is begun ends."""
    if not steps[0].statement.path.lower().endswith(".rb"):
        return [step.statement.scope for step in steps]
    found: list[str] = []
    begun: list[str] = []
    for step in steps:
        text = step.text
        if text.startswith("end") and begun and _ENDS.match(text):
            begun.pop()
        elif _BEGINS.search(text):
            begun.append(step.statement.parameters[0] if text.startswith("def ") and step.statement.parameters else "")
        found.append(next(filter(None, reversed(begun)), ""))
    return found


def _carried(
    steps: Sequence[Step], scopes: Sequence[str], read: Sequence[set[str]], begins: set[int], *, is_key: bool
) -> _Held:
    """The names under which a key or a place is known that stands in some steps: given on, and handed to functions."""
    held: _Held = set()
    functions = [
        (step.statement.parameters[0], step.statement.parameters[1:])
        for step in steps
        if len(step.statement.parameters) > 1
    ][:_MAX_FUNCTIONS]
    for _ in range(_ROUNDS):
        before = len(held)
        for number, step in enumerate(steps):
            statement, scope = step.statement, scopes[number]
            if number not in begins and not any(_knows(held, scope, name) for name in read[number]):
                continue
            if is_key and _CHOOSES.search(step.text) and not _joins(step, scope, held):
                continue
            held |= {(scope, name.lstrip(".$@")) for name in _given(statement)}
            if statement.parameters:
                held |= {*_defaults(statement, held)}
            elif "(" in step.text or " " in step.text:
                held |= {*_handed(step, scope, functions, held, has_all=number in begins)}
        if len(held) == before:
            break
    return held


def _joins(step: Step, scope: str, held: _Held) -> bool:
    """Whether a key is one of several things that are put together, whatever is chosen of the others."""
    pieces = _BETWEEN.split(step.text)
    return len(pieces) > 1 and any(
        (_KEY.search(piece) or any(_knows(held, scope, name) for name in _words(piece))) and not _CHOOSES.search(piece)
        for piece in pieces
    )


def _given(statement: Statement) -> Iterator[str]:
    """The names that a step gives what it holds; a function that gives it back goes by its name."""
    yield from (name.removesuffix("()") for name in statement.assigns)
    if "|" in statement.text and (each := _EACH.search(statement.text)):
        yield each[1]


def _defaults(statement: Statement, held: _Held) -> Iterator[tuple[str, str]]:
    """The parameters of a function that stand for what is known if nothing is given for them."""
    for name, value in _DEFAULT.findall(statement.text):
        if name in statement.parameters and (_KEY.search(value) or any(_knows(held, "", one) for one in _words(value))):
            yield statement.parameters[0], name


def _handed(
    step: Step, scope: str, functions: Sequence[tuple[str, tuple[str, ...]]], held: _Held, *, has_all: bool
) -> Iterator[tuple[str, str]]:
    for name, parameters in functions:
        if name not in step.text or step.statement.parameters[:1] == (name,):
            continue
        for call in re.finditer(_CALL.format(re.escape(name)), step.text):
            for parameter, given in zip(parameters, _split(call[1]), strict=False):
                known = any(_knows(held, scope, one) for one in _words(given))
                if known or (has_all and (_KEY.search(given) or _PLACE.search(given))):
                    yield name, parameter.lstrip("$@")


def _split(arguments: str) -> list[str]:
    return re.split(r",(?![^()\[\]]*[)\]])", arguments)


def _names(step: Step) -> set[str]:
    """The names that a step reads, those that stand in its texts to be filled in too."""
    return _words(step.text) if not step.statement.is_shell else _slots(step.text)


def _words(text: str) -> set[str]:
    return {name.lstrip("$") for name in used(text)} | _slots(text)


def _slots(text: str) -> set[str]:
    if "{" not in text and "$" not in text and "%(" not in text and "@" not in text:
        return set()
    found = {one or two or three for one, two, three in _SLOT.findall(text)}
    return found.union(*(NAME.findall(slot) for slot in re.findall(r"[#$]\{([^{}]{1,80})\}", text)))


def _knows(held: _Held, scope: str, name: str) -> bool:
    name = name.lstrip("$@")
    return (scope, name) in held or ("", name) in held
