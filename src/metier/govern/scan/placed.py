"""Which texts of a package are to stand in files elsewhere: settings of agents, shells and package managers, rules, services?

A document says "put this into ~/.npmrc", a program holds the text of a unit and writes it: neither is such a file, and both make
one. What they hold is read once more as the file that it becomes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import NamedTuple

from metier.govern.scan.markdown import Block
from metier.govern.scan.parts import LANGUAGES, Contents, Part, kind_of
from metier.govern.scan.triggers import places_of

_FOLDERS = (
    r"\.cursor/rules|\.(?:claude|codex|openclaw|gemini)/(?:rules|commands|agents|hooks|memory)|\.github/workflows|\.git/hooks|"
    r"systemd/(?:user|system)|Library/Launch(?:Agents|Daemons)|etc/cron\.\w{1,9}|etc/sudoers\.d|config/autostart|policies/managed"
)
"""Folders whose every file is obeyed."""
_FILES = (
    r"(?:\.claude|\.gemini)/settings(?:\.local)?\.json|\.vscode/(?:settings|tasks|mcp)\.json|\.cursor/mcp\.json|\.mcp\.json|\.codex/config\.toml|"
    r"\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|pip/pip\.conf|\.pip/pip\.conf|pip\.(?:conf|ini)|uv\.toml|\.condarc|\.gemrc|\.cargo/config(?:\.toml)?|\.m2/settings\.xml|init\.gradle|"
    r"\.gitconfig|\.git/config|\.ssh/(?:config|authorized_keys)|\.(?:bash|zsh)rc|\.(?:z|bash_)?profile|\.zshenv|\.env(?:\.local)?|\.envrc|\.curlrc|\.wgetrc|"
    r"\.vimrc|\.tmux\.conf|\.aws/config|\.kube/config|\.docker/(?:config|daemon)\.json|etc/(?:hosts|sudoers|resolv\.conf|crontab|rc\.local)|"
    r"docker-compose\.ya?ml|\.pre-commit-config\.yaml|devcontainer\.json|conftest\.py|setup\.py|sitecustomize\.py|Makefile|Dockerfile|package\.json|"
    r"(?:SOUL|MEMORY|IDENTITY|HEARTBEAT|USER|TOOLS|AGENTS?|CLAUDE|GEMINI)\.md|copilot-instructions\.md|\.cursorrules|\.windsurfrules|\.clinerules"
)
_TARGET = re.compile(
    rf"(?<![\w.$-])(?:(?P<home>(?:\$\{{?HOME\}}?|\$env:USERPROFILE|~)/)|(?P<root>/)|\./)?(?P<at>(?:[\w.$-]+/){{0,6}}?(?:(?:{_FOLDERS})(?:/[\w.@-]+)?|(?:{_FILES})|[\w-]+\.pth))(?![\w/-])/?"
)
"""A file that others obey, by the end of its path."""
_WORDS = (
    ".cursor", ".claude", ".codex", ".openclaw", ".gemini", ".github/", ".git/", ".gitconfig", "systemd/", "Library/Launch", "etc/", "autostart", "policies/managed",
    ".vscode", ".mcp.json", "npmrc", "yarnrc", ".pypirc", ".pip/", "pip/", "pip.", "uv.toml", "condarc", "gemrc", ".cargo", ".m2", "init.gradle", ".ssh", "shrc",
    "profile", ".zshenv", ".env", "curlrc", "wgetrc", "vimrc", ".tmux", ".aws", ".kube", ".docker", "docker-compose", ".pre-commit", "devcontainer", "conftest.py",
    "setup.py", "customize.py", "Makefile", "Dockerfile", "package.json", "SOUL.md", "MEMORY.md", "IDENTITY.md", "HEARTBEAT.md", "USER.md", "TOOLS.md", "AGENT",
    "CLAUDE.md", "GEMINI.md", "copilot-", "windsurfrules", "clinerules", ".pth",
)  # fmt: skip
"""What the pattern matches holds one of them."""
_JOINS = re.compile(r"[\"'`]\s*[,/+]\s*[\"'`]")
"""Where the names of a path are joined."""
_PUTS = re.compile(
    r"\b(?:put|add|paste|save|write|creat|copy|copies|merg|append|plac|set|updat|insert|drop|into|following|install|extend|edit|contents?|with|looks?)",
    re.I,
)
_AGAINST = re.compile(
    r"\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|cannot|avoid)\s+(?:\w+\s+){0,2}?(?:put|add|paste|sav|writ|creat|cop|merg|append|plac|set|updat|insert|us|install|commit|keep)"
    r"|\b(?:remove|delete)\s+(?:it|this|that|these|those|them|any|the\s+\w+)\b|\b(?:malicious|attack\w*|suspicious|insecure)\b|[❌✗⛔🚫]",
    re.I,
)
"""What stands there is not to be put there."""
_COPIES = re.compile(
    r"\b(?:cp|mv|ln|install|rsync|cat|[Cc]op(?:y|ies)\w*|[Pp]ut|[Pp]lace|[Mm]ove\w*|[Ss]ave|[Rr]eplace|[Ii]nstall|[Ll]ink|symlink\w*|Copy-Item)\b"
)
_NAME = re.compile(r"[\w.@/-]*[\w@-]")
_OF_SHELL = re.compile(r"rc$|profile$|zshenv$|hooks/|cron|Makefile$|Dockerfile$|\.pth$|\.conf$|\.local$|systemd")
_READS = re.compile(r"\bread\w*\(|readFile|\.read\(|\bloads?\(|exists\(|\bstat\(|\bis_file\(|access\(")
_IS_FOLDER = re.compile(rf"(?:{_FOLDERS})/?$")
_WRITES = re.compile(
    r"write_?[tT]ext\(|write_?[fF]ile\w*\(|append_?[fF]ile\w*\(|WriteAll\w+\(|WriteFile\(|\.write(?:lines)?\(|json\.dump\(|F(?<!\wF)ile\.(?:write|open)|Set-Content|Add-Content|Out-File|\.puts\b|file_put_contents|fs::write|createWriteStream|outputFile\w*\("
)
_HEREDOC = re.compile(
    r"^(?P<before>[^\n<]{0,300})<<[-~]?[ \t]*\\?[\"']?(?P<end>\w{1,30})[\"']?(?P<after>[^\n]{0,300})$", re.M
)
_ASSIGNED = re.compile(r"^[ \t]*(?:export[ \t]+|local[ \t]+|readonly[ \t]+)?(\w{1,40})=([^\n]{1,200})$", re.M)
_USED = re.compile(r"\$\{?(\w{1,40})")
_KEPT = re.compile(
    r"\"\"\"(?P<a>[\s\S]{12,4000}?)\"\"\"|'''(?P<b>[\s\S]{12,4000}?)'''|`(?P<c>[^`]{12,4000})`|@[\"']\n(?P<d>[\s\S]{12,4000}?)\n[\"']@"
    r"|(?<![\w\"'])[rfb]?\"(?P<e>(?:[^\"\\\n]|\\.){24,2000})\"|(?<![\w\"'])[rfb]?'(?P<f>(?:[^'\\\n]|\\.){24,2000})'"
)
"""Texts of a program that are long enough to be files, or lines of one."""
_ESCAPED = re.compile(r"\\([ntr\"'`\\$])")
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}
_PATH = re.compile(r"[\w./~$*-]+")
_IS_ITEM = re.compile(r"[ \t]*(?:>|[-*+]|\d+[.)])[ \t]+")
_SPAN = re.compile(r"`([^`\n]{2,400})`")
_COMMENT = re.compile(r"[ \t]*(?:#|//|--|;|<!--)[ \t]*(?P<said>[^\n]{2,120})\n")
_MAX_LEAD, _MAX_PLACED, _MAX_TARGETS, _MAX_TEXT, _MAX_LINE = 300, 300, 4, 20_000, 5000
_MAX_LETTERS, _MAX_PROGRAM = 400_000, 300_000


class Placed(NamedTuple):
    """A text as the file that it becomes, and where it stands in the package.

    Attributes:
        contents: The one part that it becomes; its path is `ORIGIN!/TARGET`.
        order: The command that would put it there.
        path: The file in which it stands.
        line: The line on which it begins, from 1.
        is_shown: A document shows it to whoever reads.
    """

    contents: Contents
    order: str
    path: str
    line: int
    is_shown: bool


def placed(contents: Contents, documents: Sequence[list[Block] | None]) -> list[Placed]:
    """The texts that are to stand in files which others obey, each once.

    >>> from metier.govern.scan.parts import read_text
    >>> from metier.govern.scan.read import documents_of
    >>> said = read_text("Put this into `~/.npmrc`:\\n\\n```ini\\nregistry=https://npm.notes.invalid\\n```", "SKILL.md")
    >>> [(one.contents.parts[0].path, one.line) for one in placed(said, documents_of(said))]
    [('SKILL.md!/.npmrc', 4)]
    """
    found: dict[tuple[str, str], Placed] = {}
    num_letters = 0
    for part, document in zip(contents.parts, documents, strict=True):
        if part.is_example or not (lines := _naming(part.plain)):
            continue
        stands = ((target, text, part.path, line) for target, text, line in _of_part(part, document))
        for target, text, path, line in itertools.chain(stands, _copied(lines, part, contents)):
            num_letters += len(text)
            if len(text) > _MAX_TEXT:
                contents.unread.append(
                    (path, f"The end of a text that is to stand in {target} was not read as that file.")
                )
                text = text[:_MAX_TEXT]
            if (target, text) in found or text.isspace():
                continue
            if len(found) == _MAX_PLACED or num_letters > _MAX_LETTERS:
                contents.unread.append(
                    (path, "So many texts are to stand in files elsewhere that the last were not read as files.")
                )
                return list(found.values())
            name = f"{path}!/{target.removeprefix('~').lstrip('/')}"
            mark = next(mark for mark in map("END_{}".format, itertools.count()) if mark not in text)
            order = f"cat > {target} <<'{mark}'\n{text}\n{mark}"
            becomes = Part(name, kind_of(name, text), text)
            found[target, text] = Placed(Contents(parts=[becomes]), order, path, line, document is not None)
    return list(found.values())


def _naming(text: str) -> list[str]:
    """The lines of a text in which such a file is named, with the pieces of its path joined; each once."""
    lines, last = [], -1
    for place in _named()(text):
        if place > last:
            begin, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
            last = end if end >= 0 else len(text)
            line = _JOINS.sub("/", text[begin:last]) if last - begin < _MAX_LINE else text[begin:last]
            if _TARGET.search(line):
                lines.append(line)
    return list(dict.fromkeys(lines))


def _of_part(part: Part, document: Sequence[Block] | None) -> Iterator[tuple[str, str, int]]:
    if document is not None:
        yield from _of_document(document)
    elif part.kind in LANGUAGES:
        yield from _of_program(part)
    if part.kind == "shell":
        yield from _here(part.plain, 1)


@cache
def _named() -> Callable[[str], Iterable[int]]:
    return places_of(_WORDS)


def _targets(text: str) -> list[str]:
    """The files that others obey which a text names.

    >>> _targets("Copy it to ~/.ssh/config and $HOME/.npmrc, not to a.md.")
    ['~/.ssh/config', '~/.npmrc']
    """
    return list(dict.fromkeys(_path(found) for found in _TARGET.finditer(text)))


def _path(found: re.Match[str]) -> str:
    return f"{'~/' if found['home'] else found['root'] or ''}{found['at']}"


def _of_document(document: Sequence[Block]) -> Iterator[tuple[str, str, int]]:
    lead = ""
    for block in document:
        if block.kind == "prose" and not block.language:
            lead = block.text.rstrip().rpartition("\n\n")[2][-_MAX_LEAD:]
            yield from _inline(block)
            yield from _below(block)
            continue
        if block.kind == "shell":
            yield from _here(block.text, block.line)
        above = _COMMENT.match(block.text)
        named = _targets(above["said"]) if above and len(above["said"].split()) < 4 else []
        if not named and _PUTS.search(lead) and not _AGAINST.search(lead):
            named = _targets(lead)[-_MAX_TARGETS:]
        # Commands are what a shell, a hook or a schedule will hold, and no settings.
        named = [target for target in named if block.kind != "shell" or _OF_SHELL.search(target)]
        yield from ((target, block.text, block.line) for target in named)


def _lines_naming(text: str) -> Iterator[tuple[int, str]]:
    """The lines, by number from 0, that may name such a file."""
    last = number = 0
    for place in _named()(text):
        if place >= last:
            begin, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
            number += text.count("\n", last, begin)
            yield number, text[begin : end if end >= 0 else None]
            last = end if end >= 0 else len(text)


def _below(block: Block) -> Iterator[tuple[str, str, int]]:
    """The lines of a quotation or a list below a line that ends in a colon and names the file."""
    lines: list[str] = []
    for number, line in _lines_naming(block.text):
        if not line.rstrip().endswith(":") or not _PUTS.search(line) or _AGAINST.search(line):
            continue
        named, lines = _targets(line), lines or block.text.split("\n")
        first = number + 1 + (number + 1 < len(lines) and not lines[number + 1].strip())
        if below := [*itertools.takewhile(_IS_ITEM.match, lines[first:])]:
            text = "\n".join(_IS_ITEM.sub("", one) for one in below)
            yield from ((target, text, block.line + first) for target in named[:_MAX_TARGETS])


def _inline(block: Block) -> Iterator[tuple[str, str, int]]:
    """The line of a file between back-ticks, in a sentence that names the file."""
    for number, line in _lines_naming(block.text) if "`" in block.text else ():
        if line.count("`") < 4 or not _PUTS.search(line) or _AGAINST.search(line):
            continue
        spans = _SPAN.findall(line)
        named = [target for span in spans if len(span) < 80 for target in _targets(span)[:1]]
        for target in named[:1]:
            told = (span for span in spans if len(span) >= 12 and not _PATH.fullmatch(span))
            yield from ((target, span, block.line + number) for span in told)


def _here(text: str, line: int) -> Iterator[tuple[str, str, int]]:
    """What a shell is given in a here-document to put into such a file."""
    if "<<" not in text:
        return
    given = dict(_ASSIGNED.findall(text))
    place, number = 0, line
    while (found := _HEREDOC.search(text, place)) is not None:
        begin = found.end() + 1
        end = _end_of(text, begin, found["end"])
        number, place = number + text.count("\n", place, begin), begin
        order = f"{found['before']} {found['after']}"
        if ">" in order or "tee" in order:
            told = _USED.sub(lambda used: given.get(used[1], used[0]).strip("\"'"), order)
            yield from ((target, text[begin:end], number) for target in _targets(told)[-1:])
        number, place = number + text.count("\n", place, end), max(begin, end)


def _end_of(text: str, begin: int, word: str) -> int:
    """Where the line begins that ends a here-document, or where no more is read of it."""
    last = min(len(text), begin + _MAX_TEXT + 1)
    place = text.find(word, begin, last)
    while place >= 0:
        start, end = text.rfind("\n", begin - 1, place) + 1, text.find("\n", place)
        if text[start : end if end >= 0 else None].strip(" \t") == word:
            return start
        place = text.find(word, place + len(word), last)
    return last


def _of_program(part: Part) -> Iterator[tuple[str, str, int]]:
    """The long texts of a program that writes, each as every such file that it names; those of one line are lines of one file."""
    if not _WRITES.search(part.plain):
        return
    named = [line for line in _naming(part.plain) if _WRITES.search(line) or not _READS.search(line)]
    targets = _targets("\n".join(named))[:_MAX_TARGETS]
    lines: dict[int, str] = {}
    last, number = 0, 1
    for found in _KEPT.finditer(part.plain, 0, _MAX_PROGRAM) if targets else ():
        group = str(found.lastgroup)
        said = found[group]
        text = _ESCAPED.sub(lambda sign: _SIGNS.get(sign[1], sign[1]), said)
        above = len(text) - len(text.lstrip("\n"))
        text = text.strip("\n")
        number, last = number + part.plain.count("\n", last, found.start(group)), found.start(group)
        if _TARGET.fullmatch(text):
            continue
        if group in ("e", "f") and "\n" not in text and text[:1] not in ("{", "["):
            lines[number] = f"{lines[number]} {text}" if number in lines else text
        else:
            is_json = text.lstrip()[:1] == "{"
            at = number + above
            yield from ((target, text, at) for target in targets if target.endswith(".json") == is_json)
    if lines:
        first, end = min(lines), max(lines)
        text = "\n".join([lines.get(one, "") for one in range(first, end + 1)])
        # A key in a text of one line may be looked for as well; what is done with it is told in `doors`.
        yield from ((target, text, first) for target in targets if not target.endswith("authorized_keys"))


def _copied(lines: Sequence[str], part: Part, contents: Contents) -> Iterator[tuple[str, str, str, int]]:
    """Files of the package that a line has copied to where they are obeyed."""
    lines = [
        line for line in lines if len(line) <= 2 * _MAX_LEAD and _COPIES.search(line) and not _AGAINST.search(line)
    ]
    by_name: dict[str, list[Part]] = {}
    for one in contents.parts if lines else ():
        if one is not part:
            by_name.setdefault(one.path.rsplit("/", 1)[-1], []).append(one)
    for line in lines:
        target = next(reversed([*_TARGET.finditer(line)]))
        for word in dict.fromkeys(
            _NAME.findall(line, 0, target.start()) if _COPIES.search(line, 0, target.start()) else ()
        ):
            name = word.rsplit("/", 1)[-1]
            near = by_name.get(name, [])
            for source in [one for one in near if one.path.endswith(word)] or near:
                at = _path(target)
                at = f"{at.rstrip('/')}/{name}" if _IS_FOLDER.search(at) else at
                ending = PurePosixPath(source.path).suffix
                if PurePosixPath(at).suffix in ("", ending) or not ending:
                    yield at, source.plain, source.path, 1
