"""What does an expansion of the shell come to, and what does a command start, as far as that is told without running it?

`cu$@rl`, `/usr/b?n/c?rl`, `$(echo lruc | rev)`, `${t/Z}`, `nice -n 9 curl`, `alias f=curl` and `| env -S 'bash -s'` are ways to write
`curl` and `| bash`. They are written out, so that what reads commands need know one form.
"""

from __future__ import annotations

import re
import shlex
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase, translate
from functools import lru_cache

TOOLS = frozenset(
    "curl wget bash sh zsh dash ksh ash nc ncat socat base64 base32 xxd openssl python python3 node perl ruby php eval source cat tar zip env "
    "printenv crontab chmod sudo ssh scp rsync tr rev gunzip zcat printf echo tee awk sed find xargs aria2c dig nslookup rm security git gpg "
    "powershell pwsh osascript launchctl systemctl docker kubectl npm npx pip pip3 aws gh sqlite3 grep head tail mail".split()
)
"""Programs whose names are worth hiding."""
ALIASED = "alias"
"""Is known where a program goes by another name, `alias NAME`."""
_FETCHES = frozenset({"curl", "wget", "base64", "openssl", "xxd", "aria2c"})
_NOTHING = re.compile(r"\$(?:[@*!#?]|\d|\{(?:\w+|[@*])\}|\(\s*(?:true|:)?\s*\))")
"""What comes to nothing within a word: parameters that nobody gave, a command that prints nothing."""
_DEFAULT = re.compile(r"\$\{\w+:?-([\w./]*)\}")
_ABOVE = re.compile(r"(?:\.\./)+(?:usr/)?(?:local/)?s?bin/(\w+)")
_PARAMETER = re.compile(
    r"(?P<name>[A-Za-z_]\w*)(?:(?P<default>:?[-=])(?P<other>[^{}]*)|:(?P<from>\s?-?\d+)(?::(?P<length>-?\d+))?"
    r"|(?P<all>//?)(?P<old>[^/]+)(?:/(?P<new>.*))?|(?P<cut>##?|%%?)(?P<pattern>.+)|(?P<case>,,?|\^\^?))",
    re.S,
)
_WORD = re.compile(r"[\w./+-]{1,60}|https?://[\w./+:?=&%~-]{4,200}")
_MAX_CONSTANT = 400
_PRINTS = ("echo ", "printf ", "which ", "command -v ", "type -")
_SINK = re.compile(
    r"(?:\{\s*)?(?:(?:sudo|nohup|setsid|exec|command|env)\s+)*(?:(?:\.|source)\s+/(?:dev/stdin|dev/fd/0|proc/self/fd/0)$|\w*sh\s+/(?:dev/stdin|proc/self/fd/0|dev/fd/0)$"
    r"|parallel$|env\s+-S\s+\w*sh\b|-S\s+\w*sh\b|su\b(?!.*\s-c\b)|ssh\s+[^|]*$|(?:docker|podman)\s+(?:run|exec)\s[^|]*\b\w?a?sh$|\$\{?(?:SHELL|BASH|0)\b\S*$"
    r"|(?:/\S+/)?(?:(?:k|a|fi|mk|pdk|rba|tc|c)sh|(?:ba|z|k|da)?sh-?\d[\d.]*|nu)(?:\s+-\w+|\s+--stdin)*$|at\s+now|batch$|make\s+-f\s*-"
    r"|python[\d.]*\s+-c\s.*(?:system|popen|exec|run|call)\(.*stdin|perl\s+-\w*[en]\w*\s.*(?:\bsystem\b|\bexec\b|\beval\b|`)"
    r"|ruby\s+-e\s.*(?:\bsystem\b|\bexec\b|\beval\b|`).*(?:STDIN|\$<|gets|ARGF)|g?awk\s.*(?:\bsystem\(|\|\s*\"(?:/bin/)?\w?a?sh\")|sed\s+(?:-\w+\s+)*(?:\d*e|s(\W).*\1.*\1\w*e\w*)$"
    r"|node\s+-e\s.*(?:exec|eval|spawn).*(?:readFileSync\(0|stdin)|php\s+-r\s.*(?:system|exec|eval).*STDIN|(?:vi|vim|ex)\s.*!\s*\w*sh\b)",
    re.S,
)
"""What takes a program from a pipe and runs it, beside a plain shell."""
_GIVES_ALL = re.compile(r"xargs\s+(?:-\S+\s+(?:\{\}\s+|X\s+)?)*(?:/\S+/)?\w?a?sh\s+-c(?:\s+\S+)?$")
_WRAPPERS: dict[str, frozenset[str]] = {
    "env": frozenset({"-u", "-C"}), "time": frozenset({"-f", "-o"}), "nice": frozenset({"-n"}), "timeout": frozenset({"-k", "-s"}),
    "stdbuf": frozenset(), "command": frozenset(), "ionice": frozenset({"-c", "-n"}), "proxychains": frozenset({"-f"}),
    "proxychains4": frozenset({"-f"}), "torsocks": frozenset(), "torify": frozenset(), "strace": frozenset({"-o", "-e", "-s"}),
    "ltrace": frozenset({"-o"}), "sudo": frozenset({"-u", "-g", "-h", "-p", "-C"}), "unbuffer": frozenset(), "chrt": frozenset(), "setarch": frozenset(),
}  # fmt: skip
"""Programs that start another, with their options that take a value."""
_TIMES = re.compile(r"\d+(?:\.\d+)?[smhd]?")


def parameter(said: str, known: dict[str, str]) -> str | None:
    """What stands for `${…}`; None if that cannot be told.

    >>> [parameter(said, {"t": "cuZrl", "p": "t"}) for said in ("t/Z", "t:0:2", "t#cu", "!p", "x:-curl", "x:-a.b")]
    ['curl', 'cu', 'Zrl', 'cuZrl', 'curl', None]
    """
    if said[:1] == "!":
        return known.get(known.get(said[1:], ""))
    found = _PARAMETER.fullmatch(said)
    if found is None:
        return None
    value = known.get(found["name"])
    if found["default"]:
        if value is None and "=" in found["default"]:
            known[found["name"]] = found["other"]
        is_told = found["other"].rpartition("/")[2] in TOOLS or found["other"] in ("", "http", "https", "ftp")
        return found["other"] if value is None and is_told else value
    if value is None or "\x00" in value:
        return None
    if found["from"]:
        begin = int(found["from"])
        end = None if found["length"] is None else int(found["length"])
        rest = value[begin:]
        return rest if end is None else rest[:end]
    if found["all"]:
        if set(found["old"]) & set("*?["):
            return None
        return value.replace(found["old"], found["new"] or "", -1 if found["all"] == "//" else 1)
    if found["cut"]:
        return _cut(value, found["cut"], found["pattern"])
    return value.lower() if "," in found["case"] else value.upper()


def _cut(value: str, how: str, pattern: str) -> str:
    ends = range(len(value) + 1) if how in ("#", "%%") else range(len(value), -1, -1)
    for end in ends:
        if fnmatchcase(value[:end] if how[0] == "#" else value[end:], pattern):
            return value[end:] if how[0] == "#" else value[:end]
    return value


def printed(command: str) -> str | None:
    """What a command prints that only writes out, or names, what it is given; None if that cannot be told, or is no one word.

    >>> [printed(one) for one in ("echo lruc | rev", "printf %s%s cu rl", "command -v wget", "echo Y3VybA== | base64 -d", "date")]
    ['curl', 'curl', 'wget', 'curl', None]
    """
    if len(command) > _MAX_CONSTANT or not command.lstrip().startswith(_PRINTS):
        return None
    try:
        parts = [shlex.split(part) for part in re.split(r"\|(?![^']*'[^']*$)", command)]
    except ValueError:
        return None
    said = _written(parts[0]) if parts and parts[0] else None
    for words in parts[1:]:
        said = None if said is None or not words else _filtered(said, words)
    return said if said is not None and _WORD.fullmatch(said) else None


def _written(words: Sequence[str]) -> str | None:
    command, rest = words[0], [word for word in words[1:] if word not in ("-n", "-e", "-E", "--")]
    if any("$" in word or "`" in word for word in rest):
        return None
    if command == "echo":
        return " ".join(rest)
    if command == "printf" and rest:
        return formatted(rest)
    if (command == "which" and len(rest) == 1) or words[:2] in (["command", "-v"], ["type", "-p"], ["type", "-P"]):
        return rest[-1] if rest and rest[-1] in TOOLS else None
    return None


def formatted(words: Sequence[str]) -> str | None:
    """What `printf` makes of a format and its values, where the format holds nothing but texts; None of any other."""
    form, values = words[0], list(words[1:])
    if re.search(r"%(?![sb%])", form):
        return None
    said = re.sub(r"%([sb%])", lambda found: "%" if found[1] == "%" else values.pop(0) if values else "", form)
    said += "".join(values) if form in ("%s", "%b") else ""
    said = re.sub(r"\\x([0-9a-fA-F]{1,2})", lambda found: chr(int(found[1], 16)), said)
    return re.sub(r"\\0?([0-7]{3})", lambda found: chr(int(found[1], 8) % 256), said).replace("\\n", "\n").rstrip("\n")


def _filtered(said: str, words: Sequence[str]) -> str | None:
    if words == ["rev"]:
        return said[::-1]
    if words[0] == "tr" and len(words) == 3:
        before, after = map(_letters, words[1:])
        return said.translate(str.maketrans(before, after)) if len(before) == len(after) else None
    if words[:1] == ["xxd"] and "-r" in words and "-p" in words:
        try:
            return bytes.fromhex(said.strip()).decode()
        except ValueError:
            return None
    if words[0] == "base64" and len(words) == 2 and words[1] in ("-d", "-D", "--decode"):
        try:
            return b64decode(said, validate=True).decode().rstrip("\n")
        except (Error, ValueError):
            return None
    return None


def _letters(signs: str) -> str:
    """The letters of a set of `tr`, ranges written out."""
    return re.sub(
        r"(\w)-(\w)", lambda found: "".join(map(chr, range(ord(found[1]), min(ord(found[2]) + 1, 0x250)))), signs
    )


@lru_cache(maxsize=4096)
def tool_of(word: str) -> str:
    """The program that a word comes to once what comes to nothing is taken out of it, and its pattern is looked up; the word else.

    >>> [tool_of(word) for word in ("cu$@rl", "ba${z}sh", "/usr/b?n/c?rl", "$HOME/x", "/tmp/*.csv")]
    ['curl', 'bash', 'curl', '$HOME/x', '/tmp/*.csv']
    """
    if "$" in word:
        bare = _DEFAULT.sub(r"\1", _NOTHING.sub("", word))
        return bare if bare != word and bare.rpartition("/")[2] in TOOLS else word
    if above := _ABOVE.fullmatch(word):
        return above[1]
    base = word.rpartition("/")[2]
    if word[:1] not in ("/", ".") or not set(base) & set("?*[") or sum(map(str.isalpha, base)) < 2:
        return word
    pattern = re.compile(translate(base))
    matching = [tool for tool in TOOLS if pattern.match(tool)]
    return min(matching) if len(matching) in (1, 2) else word


def written_out(words: list[str], known: Mapping[str, str]) -> None:
    """Write a command out in place: programs under other names, what starts another, and shells that take what a pipe brings.

    >>> words = ["timeout", "-k", "5", "30s", "curl", "-s", "https://x.invalid", "|", "env", "-S", "bash -s"]
    >>> written_out(words, {})
    >>> words
    ['curl', '-s', 'https://x.invalid', '|', 'sh']
    """
    said = " ".join(words)
    if "$" in said or "?" in said or "*" in said or "[" in said or "../" in said:
        words[:] = map(tool_of, words)
    begins = (
        [place + 1 for place, word in enumerate(words[:-1]) if word in ("|", "{")] if "|" in said or "{" in said else []
    )
    # From the last on, as what is written out may be longer or shorter.
    for place in reversed([0, *begins]):
        word = words[place]
        if word in _WRAPPERS:
            _unwrap(words, place)
        elif word == "{" and place and len(words) == place + 2 and words[-1] in TOOLS:
            del words[place]
        elif word[:1] == "{" and word[-1:] == "}" and "," in word:
            pieces = [piece for piece in word[1:-1].split(",") if piece]
            words[place : place + 1] = pieces if pieces and pieces[0] in TOOLS else [word]
        if ALIASED in known and place < len(words) and (other := known.get(f"alias {words[place]}")):
            words[place : place + 1] = other.split()
    if begins and "|" in words:
        _ends_in_shell(words)


def _unwrap(words: list[str], place: int) -> None:
    """Take off what starts another program, if it starts one that matters."""
    end, with_value = place + 1, _WRAPPERS[words[place]]
    while end < len(words) and words[end] != "|":
        word = words[end]
        if word.rpartition("/")[2] in TOOLS:
            # That something is run as root is told.
            del words[place + (words[place] == "sudo") : end]
            return
        is_option = word[:1] == "-" or ("=" in word and words[place] in ("env", "sudo")) or _TIMES.fullmatch(word)
        if not is_option or word == "-S":
            return
        end += 2 if word in with_value else 1


def _ends_in_shell(words: list[str]) -> None:
    """Write what runs what a pipe brings as a shell, where something is fetched or decoded, or a text is handed on whole."""
    last = len(words) - 1 - words[::-1].index("|")
    sink = " ".join(words[last + 1 :])
    is_fetched = any(word.rpartition("/")[2] in _FETCHES for word in words[:last])
    is_text = words[0] in ("echo", "printf") and _GIVES_ALL.match(sink) is not None
    if (is_fetched and _SINK.match(sink)) or is_text:
        words[last + 1 :] = ["sh"]


def aliases(words: Sequence[str]) -> dict[str, str]:
    """The programs that a command gives another name: by an alias, a link, a copy, or the table of the shell.

    >>> aliases(["alias", "f=curl -s"]), aliases(["ln", "-sf", "/bin/bash", "./b"])
    ({'f': 'curl -s'}, {'./b': 'bash'})
    """
    if words[:1] == ["alias"]:
        pairs = (word.partition("=") for word in words[1:] if "=" in word)
        return {name: value.strip() for name, _, value in pairs if (value.split() or [""])[0] in TOOLS}
    if words[:2] == ["hash", "-p"] and len(words) == 4:
        return {words[3]: words[2].rpartition("/")[2]}
    if words[:1] in (["ln"], ["cp"]):
        given = [word for word in words[1:] if word[:1] != "-"]
        tool = given[0].removeprefix("$( ").removesuffix(" )").rpartition(" ")[2].rpartition("/")[2] if given else ""
        return {given[1]: tool} if len(given) == 2 and tool in TOOLS and "/" in given[1] else {}
    return {}
