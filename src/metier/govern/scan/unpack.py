"""What is inside this file, if it is an archive, a document, a notebook, a picture or a program?

Formats are told by their first bytes, not by their names: an archive called `.png` is opened as an archive. Every bound
(members, bytes, ratio) fails closed: what was not read is listed.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import html
import io
import json
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from metier.govern.scan.kinds import program_kind

MAX_MEMBERS = 2000
MAX_MEMBER_BYTES = 8 * 1024 * 1024
MAX_UNPACKED_BYTES = 32 * 1024 * 1024

_PROGRAMS = (
    (b"\x7fELF", "an ELF program"),
    (b"MZ", "a Windows program"),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
    (b"\xce\xfa\xed\xfe", "a macOS program"),
    (b"\xca\xfe\xba\xbe", "a macOS program or Java class"),
    (b"\0asm", "a WebAssembly program"),
    (b"dex\n", "an Android program"),
)
_PROGRAM_MAGIC = tuple(magic for magic, _ in _PROGRAMS)
_MEDIA = (
    (b"\x89PNG\r\n\x1a\n", (".png", ".apng")),
    (b"\xff\xd8\xff", (".jpg", ".jpeg")),
    (b"GIF8", (".gif",)),
    (b"BM", (".bmp",)),
    (b"\0\0\1\0", (".ico",)),
    (b"RIFF", (".webp", ".wav", ".avi")),
    (b"wOF2", (".woff2",)),
    (b"wOFF", (".woff",)),
    (b"\0\1\0\0", (".ttf", ".otf")),
    (b"OTTO", (".otf",)),
    (b"ID3", (".mp3",)),
    (b"\xff\xfb", (".mp3",)),
    (b"OggS", (".ogg", ".opus")),
    (b"fLaC", (".flac",)),
    (b"II*\0", (".tif", ".tiff")),
    (b"MM\0*", (".tif", ".tiff")),
    (b"SQLite format 3\0", (".db", ".sqlite", ".sqlite3")),
    (b"PAR1", (".parquet",)),
    (b"\x93NUMPY", (".npy",)),
    (b"\x89HDF", (".h5", ".hdf5")),
)
_MEDIA_MAGIC = tuple(magic for magic, _ in _MEDIA)
_PICTURE_END = {b"\x89PNG": b"IEND\xaeB`\x82", b"\xff\xd8\xff": b"\xff\xd9", b"GIF8": b"\x3b"}
_OFFICE_TEXT = re.compile(
    r"^(?:word|ppt|xl|content|docProps|META-INF|customXml).*\.(?:xml|rels)$|^content\.xml$|^meta\.xml$", re.I
)
_OFFICE_BODY = re.compile(r"(?:word/document|xl/workbook|ppt/presentation)\.xml$", re.I)
_MACROS = re.compile(r"vbaProject\.bin$", re.I)
_TAG = re.compile(r"<[^>]{0,400}>")
_PARAGRAPH = re.compile(r"</(?:w:p|a:p|text:p|si|row)>")
_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*\n")
_OF_MAGIC = {"js": "javascript", "javascript": "javascript", "powershell": "powershell", "perl": "perl", "ruby": "ruby",
             "python": "python", "python3": "python", "time": "python", "timeit": "python", "capture": "python", "html": "html",
             "writefile": "python"}  # fmt: skip
_OF_KIND = {"python": "python", "script": "javascript", "shell": "bash"}
_PDF_TEXT = re.compile(rb"\(((?:[^()\\]|\\.){1,2000})\)\s*(?:Tj|TJ|'|\")|\[((?:[^\[\]\\]|\\.){1,8000})\]\s*TJ")
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile)\b")


@dataclass(slots=True)
class Unpacked:
    """What a file holds.

    Attributes:
        members: Name and bytes of what is inside; an empty name is the file itself.
        is_text: The members are text already, of this `kind` if one is given.
        unread: Name and reason of what could not be read.
        program: What kind of program it is, if it is one.
        disguised: What it is under the name of something else.
    """

    members: list[tuple[str, bytes]] = field(default_factory=list)
    is_text: bool = False
    kind: str = ""
    unread: list[tuple[str, str]] = field(default_factory=list)
    program: str = ""
    disguised: str = ""


def unpack(name: str, data: bytes) -> Unpacked | None:
    """Open a file that is more than text. None means that it is to be read as text.

    >>> unpack("a.txt", b"plain") is None
    True
    >>> unpack("tool", b"\\x7fELF...").program
    'an ELF program'
    """
    lower = name.lower()
    if lower.endswith(".ipynb") or _is_notebook(data):
        return _notebook(data)
    for magic, what in _PROGRAMS if data.startswith(_PROGRAM_MAGIC) else ():
        if data.startswith(magic) and (magic != b"MZ" or b"\0" in data[:256]):
            return Unpacked(program=what, unread=[("", f"Is {what}, so what it does was not read.")])
    if lower.endswith((".pyc", ".pyo")) or (data[2:4] == b"\r\n" and b"\0" in data[:32]):
        return Unpacked(program="compiled Python", unread=[("", "Is compiled Python, so what it does was not read.")])
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) or lower.endswith((".zip", ".docx", ".xlsx", ".pptx")):
        return _zip(lower, data)
    for magic, opener in _STREAMS:
        if data.startswith(magic):
            return _stream(name, data, opener)
    if data[257:262] == b"ustar" or (lower.endswith(".tar") and b"\0" in data[:512]):
        return _tar(data)
    if data.startswith(b"%PDF"):
        return _pdf(data)
    if data.startswith((b"Rar!", b"7z\xbc\xaf", b"xar!", b"\xd0\xcf\x11\xe0", b"MSCF")):
        return Unpacked(unread=[("", "Is an archive of a kind that is not opened here.")])
    return _media(lower, data)


def _media(lower: str, data: bytes) -> Unpacked | None:
    for magic, suffixes in _MEDIA if data.startswith(_MEDIA_MAGIC) else ():
        if data.startswith(magic) and (b"\0" in data[:512] or not _is_text(data)):
            opened = Unpacked()
            if lower.endswith((".md", ".txt", ".py", ".sh", ".js")):
                opened.disguised = f"a picture or font ({suffixes[0]})"
            end = next((end for head, end in _PICTURE_END.items() if data.startswith(head)), b"")
            rest = data[data.rfind(end) + len(end) :] if end and end in data else b""
            if len(rest) > 64:
                opened.members.append(("appended", rest))
            return opened
    if data[4:8] == b"ftyp" or (lower.endswith((".safetensors", ".onnx", ".npz", ".pack")) and not _is_text(data)):
        return Unpacked()
    return None


def _is_text(data: bytes) -> bool:
    try:
        data[:4096].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > 4000
    return b"\0" not in data[:4096]


def _zip(lower: str, data: bytes) -> Unpacked:
    opened, total = Unpacked(), 0
    is_office = lower.endswith((".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".docm", ".xlsm", ".pptm"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            is_office = is_office or any(_OFFICE_BODY.match(info.filename) for info in infos[:MAX_MEMBERS])
            if len(infos) > MAX_MEMBERS:
                opened.unread.append(("", f"Holds {len(infos)} members; at most {MAX_MEMBERS} are read."))
            texts = []
            for info in infos[:MAX_MEMBERS]:
                if info.is_dir() or (is_office and not _OFFICE_TEXT.match(info.filename)):
                    if _MACROS.search(info.filename):
                        opened.program = "an office macro"
                        opened.unread.append((info.filename, "Is a macro, so what it does was not read."))
                    continue
                if info.flag_bits & 1:
                    opened.unread.append((info.filename, "Is locked with a password, so it was not read."))
                    continue
                with archive.open(info) as member:
                    content = member.read(min(MAX_MEMBER_BYTES, MAX_UNPACKED_BYTES - total) + 1)
                total += len(content)
                if len(content) > MAX_MEMBER_BYTES or total > MAX_UNPACKED_BYTES:
                    opened.unread.append((info.filename, "Unpacks to more than is read."))
                    break
                if is_office:
                    texts.append(_xml_text(content.decode("utf-8", "replace")))
                else:
                    opened.members.append((info.filename.replace("\\", "/"), content))
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        MemoryError,
    ) as error:
        opened.unread.append(("", f"Is no archive that can be opened: {str(error)[:80]}."))
        return opened
    if is_office:
        opened.members, opened.is_text, opened.kind = [("", "\n".join(texts).encode())], True, "markdown"
    return opened


def _xml_text(text: str) -> str:
    return html.unescape(_TAG.sub("", _PARAGRAPH.sub("\n", text)))


def _stream(name: str, data: bytes, opener: Callable[[io.BytesIO], io.BufferedIOBase]) -> Unpacked:
    try:
        with opener(io.BytesIO(data)) as file:
            content = file.read(MAX_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        return Unpacked(unread=[("", f"Cannot be unpacked: {str(error)[:80]}.")])
    if len(content) > MAX_UNPACKED_BYTES:
        return Unpacked(unread=[("", "Unpacks to more than is read.")])
    inner = name.rsplit("/", 1)[-1].rsplit(".", 1)[0] or "content"
    inner = f"{inner}.tar" if name.lower().endswith((".tgz", ".tbz", ".txz")) else inner
    return Unpacked(members=[(inner, content)])


def _tar(data: bytes) -> Unpacked:
    opened, total = Unpacked(), 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for number, member in enumerate(archive):
                if number >= MAX_MEMBERS:
                    opened.unread.append(("", f"Holds more than {MAX_MEMBERS} members."))
                    break
                if not member.isfile():
                    continue
                file = archive.extractfile(member)
                content = file.read(MAX_MEMBER_BYTES + 1) if file else b""
                total += len(content)
                if len(content) > MAX_MEMBER_BYTES or total > MAX_UNPACKED_BYTES:
                    opened.unread.append((member.name, "Unpacks to more than is read."))
                    break
                opened.members.append((member.name, content))
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        opened.unread.append(("", f"Is no archive that can be opened: {str(error)[:80]}."))
    return opened


def _pdf(data: bytes) -> Unpacked:
    """The text that a PDF shows, as far as its streams are plain or deflated."""
    lines, budget = [], MAX_UNPACKED_BYTES
    for stream in _PDF_STREAM.finditer(data):
        content = stream[1]
        with contextlib.suppress(zlib.error):
            content = zlib.decompressobj().decompress(content, budget)
        budget -= len(content)
        lines += [
            b"".join(re.findall(rb"\(((?:[^()\\]|\\.)*)\)", part[2])) if part[2] else part[1]
            for part in _PDF_TEXT.finditer(content)
        ]
        if budget <= 0:
            return Unpacked(unread=[("", "Unpacks to more than is read.")])
    opened = Unpacked(members=[("", b"\n".join(lines))], is_text=True, kind="markdown")
    if _PDF_ACTIVE.search(data):
        opened.unread.append(("", "Is a PDF with scripts or files inside, which were not read."))
    return opened


def _is_notebook(data: bytes) -> bool:
    head = data[:4096].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").lstrip()
    return head.startswith(b"{") and b'"cells"' in head[:200] and b'"cell_type"' in head


def _decoded(data: bytes) -> str:
    """The text of JSON in whichever encoding; what trails the last brace is left out."""
    text = data.decode(json.detect_encoding(data), "replace")
    return text[: text.rfind("}") + 1]


def _notebook(data: bytes) -> Unpacked | None:
    try:
        cells = json.loads(_decoded(data))["cells"]
        pieces = []
        for cell in cells:
            source = cell.get("source", "")
            source = "".join(source) if isinstance(source, list) else str(source)
            if cell.get("cell_type") == "code":
                source = _cell(source)
            pieces.append(source)
            for output in cell.get("outputs", []):
                text = output.get("text", "")
                pieces.append("".join(text) if isinstance(text, list) else str(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Unpacked(members=[("", "\n\n".join(pieces).encode("utf-8", "replace"))], is_text=True, kind="markdown")


_SHELL_LINE = re.compile(r"^[ \t]*(?:!+(?!=)|%(?:system|sx|sh|bash)\s|%(?=(?:pip|conda)\s))[ \t]*(.*)$", re.M)


def _cell(source: str) -> str:
    """A cell of code as a fence in its language: what its text says, else what its magic says."""
    magic = _MAGIC.match(source)
    body = source[magic.end() :] if magic else source
    said = _OF_MAGIC.get(magic[1].lower(), "bash") if magic else ""
    if not magic and source.lstrip().startswith("!"):
        said, body = "bash", re.sub(r"^[ \t]*!", "", source, flags=re.M)
    elif not magic and (commands := _SHELL_LINE.findall(source)):
        # What is told to a shell between lines of Python.
        rest = _SHELL_LINE.sub("", source)
        return f"```python\n{rest}\n```\n\n```bash\n" + "\n".join(commands) + "\n```"
    body = re.sub(r"^\s*%(?:bash|sh|script|pip)?", "", body, flags=re.M) if said == "bash" else body
    told = program_kind(body) if magic else ""
    return f"```{_OF_KIND.get(told, said or 'python')}\n{body}\n```"


def _open_gzip(file: io.BytesIO) -> io.BufferedIOBase:
    return gzip.GzipFile(fileobj=file)


def _open_bz2(file: io.BytesIO) -> io.BufferedIOBase:
    return bz2.BZ2File(file)


def _open_xz(file: io.BytesIO) -> io.BufferedIOBase:
    return lzma.LZMAFile(file)


_STREAMS: tuple[tuple[bytes, Callable[[io.BytesIO], io.BufferedIOBase]], ...] = (
    (b"\x1f\x8b", _open_gzip),
    (b"BZh", _open_bz2),
    (b"\xfd7zXZ\0", _open_xz),
)
