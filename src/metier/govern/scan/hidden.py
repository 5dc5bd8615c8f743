"""Is something called by a name that had to be decoded, or run as a command that was?

A name that is put together, called with a text that is put together, is a hidden run, whatever the two say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.seen import Seen, is_quoted
from metier.govern.scan.variables import NAME
from metier.verdict import Severity

_GOT = re.compile(
    r"^(?:const |let |var |my )?\$?(\w+)\s*=\s*(?:await\s+)?(?:__import__|importlib\.import_module|import_module|getattr|require|import|Reflect\.get)\s*\((?P<by>.*)"
)
"""Something is fetched by a name."""
_GIVEN = re.compile(r"^(?:const |let |var |my )?\$?(\w+)\s*=\s*(?:await\s+)?(?P<by>.*)")
_AT_ONCE = re.compile(
    r"(?:getattr|Reflect\.get)\s*\([^,()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?,\s*(?P<by>.*?)\)\s*\(\s*[\w\"']"
)
_INDEXED = re.compile(
    r"(?:globalThis|window|global|self|this|module|process|require\(\w+\)|(?P<of>\w+))\s*\[\s*(?P<by>[^\]]*\w[^\]]*)\]\s*\(\s*[\w\"'`.]"
)
_CODES = re.compile(
    r"\bchr\b|fromC(?:har|ode)|decode\(|fromhex|unhexlify|\batob\b|Buffer\.from|\[::-1\]|reverse\(|charCodeAt"
)
_CALL = re.compile(r"\b(\w+)\s*\(")
_LITERAL_RUN = re.compile(
    r"^(?:\w+\s*=\s*)?(?:os\.(?:system|popen)|subprocess\.(?:run|call|Popen|check_\w+|getoutput)|exec|eval)\(\s*b?[\"'].* # (?:\w+\s*=\s*)?[\w.]+\(\s*(?:bytes|bytearray|base64|codecs|zlib|[\"']{2}\.join|chr)\b"
)
"""A command that a call put together, in Python, with what it says."""


def hidden_runs(steps: Sequence[Step]) -> Iterator[Seen]:
    """Calls by names that were decoded, in the steps of one program.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["def d(s):", "return bytes(b ^ 7 for b in s).decode()", "m = __import__(d(a))", "getattr(m, d(b))(d(c))"]
    >>> scopes = ["d", "d", "", ""]
    >>> steps = [Step(Statement("a.py", 1, one, scope=at), frozenset({"decode"} if "bytes" in one else ())) for one, at in zip(lines, scopes)]
    >>> [seen.step.text for seen in hidden_runs(steps)]
    ['getattr(m, d(b))(d(c))']
    """
    decoders = {
        step.statement.scope for step in steps if "decode" in step.labels and step.text.startswith("return")
    } - {""}
    decoders |= {
        name for step in steps if "decode" in step.labels for name in step.statement.assigns if "=>" in step.text
    }
    names: set[str] = set()

    def is_coded(text: str) -> bool:
        called = set(_CALL.findall(text))
        return _CODES.search(text) is not None or not called.isdisjoint(decoders)

    things: set[str] = set()
    for step in steps:
        text = step.text
        if step.statement.is_shell or "=" not in text:
            continue
        if (got := _GOT.match(text)) and (is_coded(got["by"]) or not names.isdisjoint(_words(got["by"]))):
            things.add(got[1])
        elif (given := _GIVEN.match(text)) and is_coded(given["by"]) and "=>" not in text:
            names.add(given[1])
    for step in steps:
        if not step.statement.is_shell and _is_hidden(step.text, names, things, is_coded) and not is_quoted(step):
            yield Seen("run-encoded", Severity.BLOCK, step, "by a name that is put together")
        elif "decode" in step.labels and _LITERAL_RUN.search(step.text) and not is_quoted(step):
            yield Seen("run-encoded", Severity.BLOCK, step)


def _words(text: str) -> set[str]:
    return set(NAME.findall(text))


def _is_hidden(text: str, names: set[str], things: set[str], is_coded: Callable[[str], bool]) -> bool:
    if "getattr" in text or "Reflect.get" in text:
        if (at_once := _AT_ONCE.search(text)) and (is_coded(at_once["by"]) or _words(at_once["by"]) <= names):
            return True
    if "[" in text:
        for found in _INDEXED.finditer(text):
            by = found["by"].strip()
            hidden = by in names or (is_coded(by) and by[0] not in "\"'`")
            if hidden and (found["of"] is None or found["of"] in things):
                return True
    called = re.match(r"(?:\w+\s*=\s*)?(?:await\s+)?(\w+)\(\s*(?P<by>.+)", text)
    return bool(
        called and called[1] in things and (is_coded(called["by"]) or not names.isdisjoint(_words(called["by"])))
    )
