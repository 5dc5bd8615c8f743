r"""What do the strings of a script say once they are put together? Of JavaScript, PowerShell, Ruby, PHP; Python has its own.

`"/.sol" + "ana"`, `String.fromCharCode(47, 46)`, `["a", "b"].join("")` and `fs["readFile"]` are written out, and the names
of PowerShell, which reads no case, get the case that the rest of the scan knows.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection
from functools import cache

from metier.govern.scan.codes import STRING as _STRING
from metier.govern.scan.codes import quoted as _quoted
from metier.govern.scan.codes import spelled
from metier.govern.scan.triggers import words_of

_BESIDE = re.compile(r"[\"'`\[](?:(?<=[\"'`])\s*+\)?\s*+[+.]\s*+\(?\s*+[\"'`]|(?<=\[)\s*+[\"'`]\w+[\"'`]\s*\])")
"""A string beside another, or alone in brackets."""
_CALLS = re.compile(r"fromc(?:har|ode)|string\.char|\[\s*char\s*\]|\.join\b|\.reverse\s*\(|\.concat\s*\(")
_PLUS = re.compile(rf"({_STRING})\s*[+.]\s*({_STRING})")
_BRACKETED = re.compile(rf"(?<![\w$\])])\(\s*({_STRING})\s*\)")
_CODES = re.compile(
    r"\b(?:String\s*\.\s*from(?:CharCode|CodePoint)|string\.char)\s*\(\s*(?:\.\.\.\s*\[)?(\s*\d[\s\d,xa-fA-F]*)\]?\s*\)"
)
_CHAR = re.compile(r"\[\s*char\s*\]\s*(?:\(\s*)?(0x[0-9a-f]+|\d+)\s*\)?", re.I)
_JOIN = re.compile(
    rf"\[\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*\]\s*\.\s*(?:concat\(\s*\)|join\b(?:\s*\(\s*({_STRING})?\s*\))?)"
)
_JOINED_GO = re.compile(
    rf"\bstrings\.Join\(\s*\[\]string\{{\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*,?\s*\}}\s*,\s*({_STRING})\s*\)"
)
_REVERSED = re.compile(
    rf"({_STRING})\s*\.\s*split\s*\(\s*[\"'`]{{2}}\s*\)\s*\.\s*reverse\s*\(\s*\)\s*\.\s*join\s*\(\s*[\"'`]{{2}}\s*\)"
)
_CONCAT = re.compile(rf"({_STRING})\s*\.\s*concat\s*\(\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*\)")
_MEMBER = re.compile(r"(?<=[\w)\]])\[\s*[\"'`]([A-Za-z_$][\w$]*)[\"'`]\s*\](?!\s*=[^=])")
_GLOBAL = re.compile(r"\b(?:globalThis|window|global|self|this)\.(?=(?:eval|Function)\s*\()")
_ONE = re.compile(_STRING)
_MAPPED = re.compile(
    rf"\[\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*,?\s*\]\s*\.map\(\s*(?:\(?\s*(?P<of>\w+)\s*\)?\s*=>\s*)?(?:atob\b(?:\(\s*\w+\s*\))?|Buffer\.from\(\s*(?P=of)\s*,\s*[\"'](?P<by>hex|base64)[\"']\s*\)\s*\.toString\([^()]*\))\s*\)"
)
_ROW = re.compile(
    r"\[\s*(?P<codes>\d[\d\s,xXa-fA-F]*)\]\s*\.map\(\s*\(?\s*(?P<of>\w+)\s*\)?\s*=>\s*String\.fromC(?:harCode|odePoint)\(\s*(?P=of)\s*(?:(?P<op>[-+^])\s*(?P<key>0x[\da-fA-F]+|\d+)\s*)?\)\s*\)\s*\.join\(\s*[\"'`]{2}\s*\)"
)
_DECODED = re.compile(
    rf"\batob\(\s*({_STRING})\s*\)|Buffer\.from\(\s*({_STRING})\s*,\s*[\"'](?P<by>hex|base64)[\"']\s*\)\s*\.toString\([^()]*\)|\[(?:System\.)?Text\.Encoding\]::\w+\.GetString\(\s*\[(?:System\.)?Convert\]::FromBase64String\(\s*({_STRING})\s*\)\s*\)|\bbase64_decode\(\s*({_STRING})\s*\)|\bdecode_base64\s*\(?\s*({_STRING})\s*\)?|(?<![\w.])({_STRING})\s*\.unpack1?\(\s*[\"']m0?[\"']\s*\)|Base64\.(?:strict_)?decode64\(\s*({_STRING})\s*\)",
    re.I,
)
_CHARS = re.compile(
    r"\(?\s*\[char\[\]\]\s*\(?(?P<a>[\d\s,xa-f]+)\)?\s*-join\s*(?:''|\"\")\s*\)?|-join\s*\(?\s*\(?(?P<b>\d[\d\s,xa-f]*)\)?\s*\|\s*(?:%|ForEach-Object)\s*\{\s*\[char\]\s*\(?\s*\$_\s*\)?\s*\}\s*\)?|-join\s*\(?\[char\[\]\]\s*\(?(?P<c>[\d\s,xa-f]+)\)?\s*\)?",
    re.I,
)
_FORMAT = re.compile(rf"\(?\s*({_STRING})\s*-f\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*\)?", re.I)
_FILLED = re.compile(rf"(?P<call>\b(?:format!|[Ss]printf))\(\s*(?P<form>{_STRING})(?P<with>(?:\s*,\s*{_STRING})+)")
_HOLE = re.compile(r"\{[\w:?]{0,12}\}|%[svdq]")
_INVOKED = re.compile(
    r"(?:^|(?<=[\s;|(={]))[&.]\s*\(?\s*[\"'](iex|iwr|irm|invoke-\w+|powershell|pwsh|cmd)[\"']\s*\)?", re.I
)
_PACKED = re.compile(
    r"\[\s*(\d[\d\s,xa-fA-F]*)\]\s*\.pack\(\s*[\"'][cCU]\*[\"']\s*\)|\bpack\(\s*[\"'][cCU]\*[\"']\s*,\s*(\d[\d\s,xa-fA-F]*)\)"
)
_CHR = re.compile(r"(?<![\w$>])(?<!(?<!\))\.)chr\(\s*(0x[\da-fA-F]+|\d+)\s*\)")
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|\\u(?:\{0*([0-9a-fA-F]{1,4})\}|00([0-7][0-9a-fA-F]))")
_CODE = re.compile(r"0x[0-9a-fA-F]+|[1-9]\d{0,6}")
_DECODES = re.compile(
    r"atob|Buffer\.from|fromC(?:har|ode)|FromBase64String|base64_decode|decode64|unpack|\[char|pack\(|\bchr\b|\\x|strrev|\.reverse\b|\breverse\s*\(|decode_base64|hex2bin|rot13|unescape|TextDecoder|JSON\.parse\(\s*['\"`]|[\"'`]\.replace(?:All)?\(|[\"'`]\.split\(",
    re.I,
)
_MAX_PASSES = 12
_MAX_LAYERS = 4
"""So often is decoded what was decoded."""

_NAMES = (
    "iex iwr irm powershell pwsh Invoke-Expression Invoke-WebRequest Invoke-RestMethod Start-Process Start-BitsTransfer "
    "New-Object Net.WebClient DownloadString DownloadFile DownloadData FromBase64String Set-MpPreference Add-MpPreference "
    "Get-Content Set-Content Out-File Invoke-Command Get-Clipboard Set-Clipboard Register-ScheduledTask New-ScheduledTask "
    "Get-ChildItem Remove-Item EncodedCommand UseBasicParsing OutFile schtasks certutil bitsadmin mshta regsvr32 rundll32 wscript cscript"
).split()
_AS_WRITTEN = {name.lower(): name for name in _NAMES}
_WRITTEN = {**_AS_WRITTEN, "http": "http"}
_NAMED = re.compile(rf"(?<![\w/])(?:{'|'.join(map(re.escape, _NAMES))})(?!\w)|\bhttps?(?=://)", re.I)


def joined(piece: str, *, is_coded: bool = True) -> str:
    r"""A statement with its strings put together.

    Args:
        is_coded: It may hold what has to be decoded, too.

    >>> joined('read("/.sol" + "ana/x")'), joined('fs["rea" + "d"](["a", "b"].join(""))')
    ('read("/.solana/x")', 'fs.read("ab")')
    >>> joined('fetch(atob("aHR0cHM6Ly94LmludmFsaWQ="))')
    'fetch("https://x.invalid") // fetch(atob("aHR0cHM6Ly94LmludmFsaWQ="))'
    """
    if len(piece) > 20_000:
        return piece
    written = piece
    for _ in range(_MAX_LAYERS) if is_coded else ():
        before, piece = piece, _decoded(piece)
        if piece == before:
            break
    if not _may_be_joined(piece):
        return piece if piece == written else _kept(piece, written)
    for _ in range(_MAX_PASSES):
        before = piece
        piece = _called(piece)
        piece = _PLUS.sub(lambda found: _quoted(found[1][1:-1] + found[2][1:-1]), piece)
        piece = _BRACKETED.sub(r"\1", piece)
        if piece == before:
            break
    piece = _MEMBER.sub(r".\1", piece)
    piece = _GLOBAL.sub("", piece) if "eval" in piece or "Function" in piece else piece
    if is_coded and piece != written:
        piece = _decoded(piece)
    return piece if piece == written else _kept(piece, written)


def _may_be_joined(piece: str) -> bool:
    """Whether there is anything to put together; in most statements there is not."""
    if ('"' in piece or "'" in piece or "`" in piece) and _BESIDE.search(piece):
        return True
    said = piece.lower()
    if ("format!(" in said or "printf(" in said) and _FILLED.search(piece):
        return True
    return (
        "fromc" in said or "char" in said or ".join" in said or ".reverse" in said or ".concat" in said
    ) and _CALLS.search(said) is not None


def _called(piece: str) -> str:
    """A statement with what the calls in it make of their strings."""
    if "from" in piece or "string.char" in piece:
        piece = _CODES.sub(lambda found: _of_codes(found[1]), piece)
    if "[" in piece:
        piece = _CHAR.sub(
            lambda found: _quoted(chr(int(found[1], 0))) if int(found[1], 0) < 0x110000 else found[0], piece
        )
    if "join" in piece:
        piece = _REVERSED.sub(lambda found: _quoted(found[1][1:-1][::-1]), piece)
        piece = _JOINED_GO.sub(lambda found: _quoted(found[2][1:-1].join(_texts(found[1]))), piece)
        piece = _JOIN.sub(_in_one, piece)
    if "format!(" in piece or "printf(" in piece:
        piece = _FILLED.sub(_filled, piece)
    if "concat" in piece:
        piece = _JOIN.sub(_in_one, piece)
        piece = _CONCAT.sub(lambda found: _quoted("".join(_texts(f"{found[1]},{found[2]}"))), piece)
    return piece


def _in_one(found: re.Match[str]) -> str:
    """The texts of a row as one; where nothing is said, JavaScript puts commas between them, Ruby and Rust nothing."""
    said = found[2][1:-1] if found[2] else "," if found[0].endswith(")") and "concat" not in found[0] else ""
    return _quoted(said.join(_texts(found[1])))


def _kept(piece: str, written: str) -> str:
    """A statement with what was written behind it, where that says that something was decoded."""
    return f"{piece} // {written}" if _DECODES.search(written) and not _DECODES.search(piece) else piece


def _decoded(piece: str) -> str:
    """A statement with the texts in it that can be decoded."""
    if "\\x" in piece or "\\u" in piece:
        piece = _ESCAPED.sub(_letter, piece)
    said = piece.lower()
    if "-join" in said or "[char" in said:
        piece = _CHARS.sub(lambda found: _of_codes(found["a"] or found["b"] or found["c"]), piece)
    if "-f" in piece and "{" in piece:
        piece = _FORMAT.sub(_formatted, piece)
    if ".map(" in piece:
        piece = _MAPPED.sub(_mapped, piece)
        piece = _ROW.sub(_row, piece)
    if "64" in piece or "atob" in piece or "Buffer.from" in piece or "unpack" in piece:
        piece = _DECODED.sub(_of_text, piece)
    if "pack(" in piece:
        piece = _PACKED.sub(lambda found: _of_codes(found[1] or found[2]), piece)
    if "chr(" in piece:
        piece = _CHR.sub(
            lambda found: _quoted(chr(int(found[1], 0))) if int(found[1], 0) < 0x110000 else found[0], piece
        )
    piece = spelled(piece)
    return _INVOKED.sub(r"\1", piece) if "&" in piece or ". (" in piece or ".(" in piece else piece


def _letter(found: re.Match[str]) -> str:
    code = int(found[1] or found[2] or found[3], 16)
    return chr(code) if 32 <= code < 0xD800 and chr(code) not in "\"'`\\" else found[0]


def _plain(said: str, by: str) -> str | None:
    """What a text says once it is decoded, if that can be read."""
    try:
        data = bytes.fromhex(said) if by == "hex" else base64.b64decode(said + "=" * (-len(said) % 4), validate=True)
        text = data.decode()
    except ValueError:
        return None
    return text if text.replace("\n", " ").replace("\t", " ").isprintable() else None


def _of_text(found: re.Match[str]) -> str:
    said = next(group for group in found.groups() if group)
    text = _plain(said[1:-1], (found["by"] or "base64").lower())
    return found[0] if text is None else _quoted(text)


def _mapped(found: re.Match[str]) -> str:
    texts = [_plain(text, found["by"] or "base64") for text in _texts(found[1])]
    return found[0] if None in texts else f"[{', '.join(_quoted(text or '') for text in texts)}]"


def _row(found: re.Match[str]) -> str:
    codes, key = [int(code, 0) for code in _CODE.findall(found["codes"])], int(found["key"] or "0", 0)
    told = [code ^ key if found["op"] == "^" else code - key if found["op"] == "-" else code + key for code in codes]
    return _quoted("".join(map(chr, told))) if all(0 < code < 0x110000 for code in told) else found[0]


def _filled(found: re.Match[str]) -> str:
    """A form with the texts that stand behind it in its first holes."""
    texts = iter(_texts(found["with"]))
    said = _HOLE.sub(lambda hole: next(texts, hole[0]), found["form"][1:-1])
    return f"{found['call']}({_quoted(said)}"


def _formatted(found: re.Match[str]) -> str:
    texts = _texts(found[2])
    told = re.sub(r"\{(\d)\}", lambda at: texts[int(at[1])] if int(at[1]) < len(texts) else at[0], found[1][1:-1])
    return _quoted(told)


def known_case(text: str) -> str:
    """PowerShell commands and schemes of addresses in the case that everybody writes.

    >>> known_case("IwR -UseB hTTp://x.invalid/W.ps1 | IEX")
    'iwr -UseB http://x.invalid/W.ps1 | iex'
    """
    lowered = text.lower()
    if all(lowered.count(name) == text.count(_WRITTEN[name]) for name in _names_in()(lowered)):
        return text
    return _NAMED.sub(lambda found: _AS_WRITTEN.get(found[0].lower(), found[0].lower()), text)


@cache
def _names_in() -> Callable[[str], Collection[str]]:
    return words_of([*_WRITTEN])


def _of_codes(said: str) -> str:
    codes = [int(code, 0) for code in _CODE.findall(said)]
    return _quoted("".join(chr(code) for code in codes if code < 0x110000))


def _texts(said: str) -> list[str]:
    return [found[0][1:-1] for found in _ONE.finditer(said)]
