"""What lies in this package, and what of it can be read? Every file becomes text under a kind, or a reason why not.

Nothing is executed, no link is followed and nothing is fetched. All reading is bounded: what is over a bound is unread,
and what is unread makes a scan incomplete, never clean. Archives and office documents are opened in `unpack`.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from metier.govern.scan.bundled import bundled
from metier.govern.scan.kinds import INTERPRETERS, SHEBANG, is_settings, program_kind, run_as, tells_people
from metier.govern.scan.normal import plain_text
from metier.govern.scan.pickles import program_of
from metier.govern.scan.rendered import rendered
from metier.govern.scan.unpack import Unpacked, begin_of_zip, text_within, unpack

MAX_FILE_BYTES = 8 * 1024 * 1024
MAX_PACKAGE_BYTES = 64 * 1024 * 1024
MAX_FILES = 5000
LANGUAGES = frozenset({"python", "script", "hash-script"})
"""Kinds of parts that are programs in a language of their own, and no shell."""
MAX_NESTING = 6
"""How deep archives inside archives are opened."""

AS_WORDS, AS_PROGRAM, AS_TEXT = "!/its words", "!/as it is run", "!/its texts"
"""Behind the path of a file that is read in another way than its name says: its words, a program, the texts in it."""

_KINDS = {
    "markdown": (".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc", ".html", ".htm", ".xml", ".svg"),
    "shell": (".sh", ".bash", ".zsh", ".fish", ".ksh", ".command", ".envrc", ".bashrc", ".zshrc", ".profile"),
    "python": (".py", ".pyw", ".pyi", ".pth"),
    "script": (
        ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".mts", ".cts", ".vue", ".svelte", ".php", ".go", ".rs", ".java",
        ".kt", ".kts", ".swift", ".c", ".cc", ".cpp", ".h", ".cs", ".scala", ".dart", ".groovy", ".gradle", ".applescript", ".scpt", ".aspx", ".ashx", ".asmx", ".jsp", ".jspx",
    ),
    "hash-script": (".ps1", ".psm1", ".rb", ".pl", ".pm", ".r", ".jl", ".lua", ".tcl", ".awk", ".ex", ".exs", ".bat", ".cmd", ".vbs", ".vb", ".vba", ".bas", ".cls", ".frm", ".nu"),
    "json": (".json", ".json5", ".jsonc", ".jsonl", ".webmanifest"),
    "data": (".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".env", ".properties", ".csv", ".tsv", ".css", ".lock", ".service", ".timer",
             ".plist", ".desktop", ".sql", ".graphql", ".proto", ".tf", ".mk", ".dockerfile", ".gyp", ".gypi", ".targets", ".props", ".csproj", ".fsproj", ".vbproj"),
}  # fmt: skip
_BY_SUFFIX = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes}
_BY_NAME = {
    "dockerfile": "shell-lines",
    "makefile": "shell-lines",
    "gnumakefile": "shell-lines",
    "justfile": "shell-lines",
    "procfile": "data",
    "config": "data",
}
_TEMPLATES = frozenset(
    {".tpl", ".tmpl", ".j2", ".jinja", ".jinja2", ".erb", ".ejs", ".mustache", ".hbs", ".template", ".dist", ".in"}
)
_OF_LINES = frozenset({"shell", "script", "hash-script"})
"""Kinds that are read line by line, so that what a template leaves open keeps nothing from being read."""
_OPENS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CODING = re.compile(rb"(?:[ \t\f]*#[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_STRAY = re.compile("[\udc80-\udcff]")
_ODD = bytes(byte for byte in range(32) if not 9 <= byte <= 13)
_PIECE = 2048
_OF_GIT = re.compile(
    r"(?:.*/)?\.git/(?:(?:modules|worktrees)/[\w./-]+/)?"
    r"(?:objects/(?:[0-9a-f]{2}/[0-9a-f]{38,62}|pack/[\w.-]+|info/[\w/.-]+)|index)"
)
"""Where git keeps what it packs and counts, in its own folder, wherever that lies."""
_HEAD_OF_GIT = re.compile(
    rb"PACK\0\0\0[\x02\x03]|DIRC\0\0\0[\x02-\x04]|\xfftOc\0\0\0\x02|(?:RIDX|MTME)\0\0\0\x01|BITM\0\x01|(?:MIDX|CGPH)\x01"
)
_OBJECT_OF_GIT = re.compile(rb"(?:blob|tree|commit|tag) \d+\0")
_EXAMPLE = re.compile(
    r"(?:^|/)(?:tests?|evals?|examples?|fixtures?|samples?|__tests__|spec|testdata)(?:/|$)|(?:^|/|[._-])(?:test|spec)[._-]",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One readable text of a package.

    Attributes:
        path: Its place; a member of an archive follows after `!/`.
        kind: markdown, shell, shell-lines, python, script, hash-script, json, data or text.
        is_example: It lies where tests and examples lie.
        is_executable: Its mode or its shebang says that it is run.
        plain: The text without disguise; its lines have the same numbers.
    """

    path: str
    kind: str
    text: str
    is_example: bool = False
    is_executable: bool = False
    plain: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plain", plain_text(rendered(self.text) if self.kind == "markdown" else self.text))


def manifest_of(parts: Iterable[Part]) -> Part | None:
    """The SKILL.md of a package, if it has one."""
    return next((part for part in parts if part.path.rsplit("/", 1)[-1].lower() == "skill.md"), None)


@dataclass(slots=True)
class Contents:
    """Everything that was read of a package, and what was not."""

    parts: list[Part] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    programs: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str, bool]] = field(default_factory=list)
    disguised: list[tuple[str, str]] = field(default_factory=list)
    num_files: int = 0
    num_bytes: int = 0


def read_parts(folder: Path) -> Contents:
    """Read every file below a folder."""
    contents = Contents()
    for path, name in _files(folder, contents):
        found = _bytes(path, name, contents)
        if found is not None:
            data, mode = found
            _take(name, data, contents, executable=bool(mode & 0o111), depth=0)
    contents.parts = _as_run(contents.parts)
    return contents


def read_text(text: str, name: str) -> Contents:
    """Take one text as if it were a file of a package.

    >>> read_text("#!/bin/sh\\nls", "run").parts[0].kind
    'shell'
    """
    contents = Contents()
    _take(name, text.encode("utf-8", "surrogatepass"), contents, executable=False, depth=0)
    return contents


def kind_of(name: str, text: str) -> str:
    """What sort of text a file holds, by its ending, its name or what it says.

    >>> kind_of("a/run.sh", ""), kind_of("run", "#!/usr/bin/env python3"), kind_of("Dockerfile", ""), kind_of("notes", "")
    ('shell', 'python', 'shell-lines', 'text')
    """
    path = name.rsplit("!/", 1)[-1].lower()
    file = PurePosixPath(path).name if path.endswith(("/", "/.")) else path.rsplit("/", 1)[-1]
    if file in _BY_NAME or file.startswith("dockerfile."):
        return _BY_NAME.get(file, "shell-lines")
    suffix = file[file.rfind(".") :] if "." in file else ""
    if suffix in _TEMPLATES and "." in file[: -len(suffix)]:
        inner = file[: -len(suffix)]
        inner = inner[inner.rfind(".") :]
        suffix = inner if _BY_SUFFIX.get(inner) in _OF_LINES else suffix
    by_suffix = _BY_SUFFIX.get(suffix, "")
    if by_suffix and by_suffix != "markdown" and by_suffix != "data":
        return by_suffix
    shebang = SHEBANG.match(text)
    if shebang and shebang[1] in INTERPRETERS:
        return INTERPRETERS[shebang[1]]
    if not by_suffix or suffix == ".txt":
        return program_kind(text) or by_suffix or ("data" if is_settings(text) else "text")
    return by_suffix


def _as_run(parts: list[Part]) -> list[Part]:
    """The parts; one that is handed to an interpreter is a program besides what it is by its name, and no document."""
    kinds = run_as({part.path: (part.kind, part.text) for part in parts})
    found: list[Part] = []
    for part in parts:
        kind, path = kinds.get(part.path, ""), part.path
        if kind and part.kind not in ("text", "data", "json") and path.rsplit("/", 1)[-1].lower() != "skill.md":
            path = f"{path}{AS_PROGRAM}"
            part = replace(part, path=f"{part.path}{AS_WORDS}" if part.kind == "markdown" else path)
        found.append(part)
        if kind and part.path != path:
            found.append(replace(part, kind=kind, path=path))
        elif kind and part.path == path and part.kind in ("markdown", "text", "data", "json"):
            found.append(replace(part, kind=kind))
    return found


def _files(folder: Path, contents: Contents) -> Iterator[tuple[str, str]]:
    """Where each file lies, and its name in the package."""
    pending = [""]
    while pending:
        below = pending.pop()
        try:
            with os.scandir(f"{folder}{os.sep}{below}") as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            name = below.rstrip("/") or "."
            contents.unread.append((name, f"Could not be read: {error.strerror}."))
            continue
        for entry in listed:
            name = f"{below}{entry.name}"
            if entry.is_symlink():
                contents.links.append((name, _target(entry.path), _is_within(entry.path, folder)))
            elif entry.is_dir(follow_symlinks=False):
                pending.append(f"{name}/")
            elif not entry.is_file(follow_symlinks=False):
                contents.unread.append((name, "Is a pipe, a socket or a device, so it was not read."))
            elif _OF_GIT.fullmatch(name) and _is_kept_by_git(entry.path):
                continue
            elif contents.num_files >= MAX_FILES:
                contents.unread.append((name, f"More than {MAX_FILES} files, so the rest was not read."))
                return
            else:
                contents.num_files += 1
                yield f"{folder}{os.sep}{name}", name


def _is_kept_by_git(path: str) -> bool:
    """Whether a file holds what git writes under such a name, and nothing behind it; a script holds something else."""
    try:
        with os.fdopen(os.open(path, _OPENS), "rb") as file:
            data = file.read(16)
            if _HEAD_OF_GIT.match(data):
                return True
            data += file.read(MAX_FILE_BYTES)
    except OSError:
        return False
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(data, MAX_FILE_BYTES)
    except zlib.error:
        return False
    return _OBJECT_OF_GIT.match(content) is not None and not stream.unused_data


def _is_within(link: str, folder: Path) -> bool:
    """Whether a link leads, by a way of its own, to a file of the package that is read there."""
    try:
        if Path(link).readlink().is_absolute():
            return False
        target = Path(link).resolve(strict=True)
        return target.is_file() and ".git" not in target.relative_to(folder.resolve()).parts
    except (OSError, RuntimeError, ValueError):
        return False


def _target(link: str) -> str:
    try:
        return str(Path(link).readlink())
    except OSError:
        return ""


def _bytes(path: str, name: str, contents: Contents) -> tuple[bytes, int] | None:
    """The bytes of a file and its mode."""
    try:
        descriptor = os.open(path, _OPENS)
        try:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode):
                contents.unread.append((name, "Is no plain file any more, so it was not read."))
                return None
            # Asking for what is there saves making room for what is not; one byte more tells of a file that grows.
            data = _read(descriptor, min(info.st_size, MAX_FILE_BYTES) + 1)
            data += _read(descriptor, MAX_FILE_BYTES + 1 - len(data)) if len(data) > info.st_size else b""
        finally:
            os.close(descriptor)
    except OSError as error:
        contents.unread.append((name, f"Could not be read: {error.strerror}."))
        return None
    if len(data) > MAX_FILE_BYTES:
        contents.unread.append((name, f"Larger than {MAX_FILE_BYTES} bytes, so only its beginning was read."))
        data = data[:MAX_FILE_BYTES]
    return data, info.st_mode


def _read(descriptor: int, size: int) -> bytes:
    """So many bytes of a file, or all if it holds fewer; the system may give them in pieces."""
    data = os.read(descriptor, size)
    while data and len(data) < size and (more := os.read(descriptor, size - len(data))):
        data += more
    return data


def _take(name: str, data: bytes, contents: Contents, *, executable: bool, depth: int) -> None:
    """Turn bytes into parts: as text, or by opening what can be opened."""
    if contents.num_bytes + len(data) > MAX_PACKAGE_BYTES:
        contents.unread.append((name, f"The package holds more than {MAX_PACKAGE_BYTES} bytes."))
        return
    contents.num_bytes += len(data)
    opened = unpack(name, data)
    if (opened is None or all(member in ("text", "texts") for member, _ in opened.members)) and (
        begin := begin_of_zip(data)
    ):
        _take_opened(name, Unpacked(members=[("behind", data[begin:])]), contents, depth=depth)
    if opened is not None:
        _take_opened(name, opened, contents, depth=depth)
        return
    text, stored = _text(data), program_of(data)
    if stored is not None and stored.calls:
        contents.parts.append(Part(name, "python", stored.calls, bool(_EXAMPLE.search(name))))
    if text is None and stored is not None and stored.is_whole:
        return
    if text is None:
        contents.unread.append((name, "Is no text and no known format, so it was not read."))
        _take_opened(name, Unpacked(members=text_within(data)), contents, depth=depth)
        return
    kind = kind_of(name, text)
    kind = "markdown" if kind not in ("markdown", "text") and tells_people(text) else kind
    runs = executable or text.startswith("#!")
    contents.parts.append(Part(name, kind, text, bool(_EXAMPLE.search(name)), runs))
    _take_members(name, bundled(name, text), contents, depth=depth)


def _take_opened(name: str, opened: Unpacked, contents: Contents, *, depth: int) -> None:
    if opened.program:
        contents.programs.append((name, opened.program))
    if opened.disguised:
        contents.disguised.append((name, opened.disguised))
    contents.unread += [(f"{name}!/{member}" if member else name, reason) for member, reason in opened.unread]
    if opened.text is not None:
        contents.num_bytes += len(opened.text)
        contents.parts.append(Part(name, opened.kind, opened.text))
    _take_members(name, opened.members, contents, depth=depth)


def _take_members(name: str, members: Iterable[tuple[str, bytes]], contents: Contents, *, depth: int) -> None:
    for member, data in members:
        inner = f"{name}!/{member}"
        if depth >= MAX_NESTING:
            contents.unread.append((inner, f"Lies more than {MAX_NESTING} archives deep, so it was not read."))
        else:
            contents.num_files += 1
            _take(inner, data, contents, executable=False, depth=depth + 1)


def _text(data: bytes) -> str | None:
    """The text in some bytes, in the encodings that text comes in; None if it is no text."""
    for mark, encoding in (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return None
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = _of_utf8(data) if (declared := _CODING.match(data[:400])) is None else _declared(data, declared[1].decode())
    if text is not None and text.count("\0") <= len(text) // 4:
        return text
    if data.count(0) > 0.7 * len(data):
        for wide in ("utf-32-le", "utf-32-be"):
            with contextlib.suppress(UnicodeDecodeError):
                return data.decode(wide)
    # UTF-16 without its mark shows as every other byte zero, and few of those between.
    for encoding, zeros, letters in (("utf-16-le", data[1::2], data[::2]), ("utf-16-be", data[::2], data[1::2])):
        if zeros and zeros.count(0) > 0.4 * len(zeros) and letters.count(0) < 0.1 * len(zeros):
            return data.decode(encoding, "replace")
    # Bytes that are no text are few wherever one looks, or else something other than text stands there.
    last = max(0, len(data) - _PIECE)
    pieces = (data[place : place + _PIECE] for place in [*range(0, last, _PIECE), last])
    is_text = all(len(piece) - len(piece.translate(None, _ODD)) <= len(piece) // 200 for piece in pieces)
    return _mixed(data) if is_text else None


def _declared(data: bytes, encoding: str) -> str | None:
    """A program in the encoding that its first lines declare, which its interpreter reads (PEP 263)."""
    with contextlib.suppress(LookupError, UnicodeDecodeError):
        if codecs.lookup(encoding)._is_text_encoding:
            return data.decode(encoding)
    return _of_utf8(data)


def _of_utf8(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    # Halves of a sign make one if both are there, and are none by themselves.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mixed(data: bytes) -> str:
    """UTF-8 with bytes in it that are none: those are read as Latin-1."""
    text = data.decode("utf-8", "surrogateescape")
    return _STRAY.sub(lambda found: chr(ord(found[0]) - 0xDC00), text)
