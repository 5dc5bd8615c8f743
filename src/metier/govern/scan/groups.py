"""Where does what a group, a loop or a function of the shell prints go, and what is a function called with?

`{ echo a; echo b; } >> ~/.bashrc` puts both lines there; `up() { curl -d "$1" …; }; up "$key"` sends the key.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_KEYWORDS = frozenset({"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "case", "esac", "in", "time", "function"})  # fmt: skip
_OPENS = frozenset({"{", "if", "while", "until", "case", "for"})
_CLOSES = frozenset({"}", "fi", "done", "esac"})
_BEGINS = _KEYWORDS | {"for"}
_PRINTS = frozenset({"echo", "printf", "cat"})
_TELLING = re.compile(
    r"/bin/|hooks/|\.(?:sh|bash|command|md|mdc)$|\.(?:bash|zsh)rc$|\.z?profile$|\.(?:bash|zsh)_profile$|\.zshenv$|config\.fish$|cron|autostart|LaunchAgents|settings|rules|authorized_keys"
)
"""What is put there is run later, or read by an agent."""
_START_FILE = re.compile(r"\.\$(?:\{\w*SHELL\b[^}]*\}|\(\s*basename[^)]*SHELL[^)]*\))rc$")
"""The start file of whatever shell it is."""
_GIVEN = re.compile(r"\$(?:\{([0-9@*])(?:[:#%/][^}]*)?\}|([0-9@*]))")
_CALLED = re.compile(r"\$\( (\w+)(?: [^()]*)?\)")
_NARROWS = frozenset({"jq", "grep", "awk", "wc", "sed", "cut", "head", "tail", "stat", "date", "python3"})
"""What tells a little of something, and does not give all of it."""
_MATTERS = re.compile(
    r"(?:\S*/)?(?:curl|wget|nc|ncat|dig|nslookup|host|drill|ssh|scp|rsync|socat|openssl|eval|source|\.|sudo|(?:ba|z|da)?sh|python3?|node|perl|ruby|crontab|tee|base64|gh|aws|mail)"
)
_MAX_BODY = 24
_MAX_CALLS = 200

Printed = tuple[int, list[str], str]
"""Line, words and here-document of a command."""


@dataclass(slots=True)
class Groups:
    """The groups that are open, and the functions that are known."""

    frames: list[tuple[str, list[Printed]]] = field(default_factory=list)
    functions: dict[str, list[Printed]] = field(default_factory=dict)
    sent_to: str = ""
    calls: int = 0

    def enter(self, words: list[str]) -> list[Printed]:
        """Take the keywords off a command; tells what the group printed that it closes."""
        closed: list[Printed] = []
        if not words or (words[0] not in _BEGINS and (len(words) == 1 or words[1] != "{")):
            return closed
        keywords = list(itertools.takewhile(_KEYWORDS.__contains__, words))
        del words[: len(keywords)]
        for word in keywords:
            if word in _OPENS:
                self.frames.append(("", []))
            elif word in _CLOSES and self.frames:
                name, closed = self.frames.pop()
                if name:
                    self.functions[name] = closed[:_MAX_BODY]
                elif self.frames:
                    self.frames[-1][1].extend(closed)
        if words[:1] == ["for"]:
            self.frames.append(("", []))
        elif words[1:2] == ["{"]:
            self.frames.append((words[0], []))
        return closed

    def note(self, printed: Printed) -> None:
        """Keep a command of the group that is open."""
        if self.frames and len(kept := self.frames[-1][1]) < 200:
            line, words, heredoc = printed
            kept.append((line, words[2:] if words[1:2] == ["{"] else words, heredoc))

    def called(self, words: Sequence[str]) -> Iterator[Printed]:
        """The commands of a function that is called, with what it is called with."""
        if not self.functions or self.calls > _MAX_CALLS:
            return
        for place, word in enumerate(words):
            if word not in self.functions or (place and words[place - 1] != "|"):
                continue
            self.calls += 1
            given = [*words[place + 1 :]]
            rest = given[given.index("|") :] if "|" in given else []
            given = given[: given.index("|")] if "|" in given else given
            for line, body, heredoc in self.functions[word]:
                if any(map(_MATTERS.fullmatch, body)) and (place or rest or any("$" in one for one in body)):
                    told = [*words[:place], *_given(body, [word, *given]), *rest]
                    inlined(told, self.functions)
                    yield line, told, heredoc


def inlined(words: list[str], functions: dict[str, list[Printed]]) -> None:
    """Put what a function does in the place of a substitution that calls it.

    >>> words = ["eval", "$( get )"]
    >>> inlined(words, {"get": [(1, ["curl", "-s", "x.invalid"], "")]})
    >>> words
    ['eval', '$( curl -s x.invalid )']
    """
    for place, word in enumerate(words):
        if "$( " in word and (found := _CALLED.search(word)) and (body := functions.get(found[1])) and len(body) < 4:
            if any(word in _NARROWS for one in body for word in one[1]):
                continue
            said = " ; ".join(" ".join(_given(one[1], found[0].split())) for one in body)
            words[place] = f"{word[: found.start()]}$( {said} ){word[found.end() :]}"


def _given(body: Sequence[str], given: Sequence[str]) -> list[str]:
    """The words of a function with its parameters put in."""

    def put(found: re.Match[str]) -> str:
        which = found[1] or found[2]
        if which in "@*":
            return " ".join(given[1:])
        return given[int(which)] if int(which) < len(given) else ""

    return [_GIVEN.sub(put, word) if "$" in word else word for word in body]


def is_telling(name: str) -> bool:
    """Whether what is put into a file is run later, or read by an agent.

    >>> is_telling("$HOME/.zshrc"), is_telling("report.txt")
    (True, False)
    """
    return _TELLING.search(name) is not None


def loop_value(words: Sequence[str]) -> str:
    """The value of a loop that tells most, if any does.

    >>> loop_value(["for", "rc", "in", "a", "$HOME/.bashrc", "$HOME/.zshrc"])
    '$HOME/.bashrc'
    """
    return next((word for word in words[3:] if is_telling(word)), "") if words[2:3] == ["in"] else ""


def start_file(value: str) -> str:
    """A value, or the start file that it leads to whatever the shell is called.

    >>> start_file("$HOME/.$( basename $SHELL )rc")
    '$HOME/.bashrc'
    """
    return _START_FILE.sub(".bashrc", value) if "SHELL" in value else value


def said_in(group: Sequence[Printed], called: dict[str, list[Printed]]) -> Iterator[Printed]:
    """What the commands of a group print, in the order of the group."""
    for line, words, heredoc in group:
        if words and words[0] in _PRINTS and "|" not in words:
            if heredoc or words[0] != "cat":
                yield line, words, heredoc
        elif words and words[0] in called:
            yield from (one for one in called[words[0]] if one[1] and one[1][0] in _PRINTS)
