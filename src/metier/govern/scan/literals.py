r"""What do the strings of a script say once they are put together? Of JavaScript, PowerShell, Ruby, PHP; Python has its own.

`"/.sol" + "ana"`, `String.fromCharCode(47, 46)`, `["a", "b"].join("")` and `fs["readFile"]` are written out, and the names
of PowerShell, which reads no case, get the case that the rest of the scan knows.
"""

from __future__ import annotations

import re

_MAYBE = re.compile(
    r"[\"'`]\s*\)?\s*[+.]\s*\(?\s*[\"'`]|fromC(?:har|ode)|\[\s*char\s*\]|\.join\s*\(|\.reverse\s*\(|\.concat\s*\(|\[\s*[\"'`]\w+[\"'`]\s*\]",
    re.I,
)
_STRING = r"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\$]|\\.)*`)"
_PLUS = re.compile(rf"({_STRING})\s*[+.]\s*({_STRING})")
_BRACKETED = re.compile(rf"(?<![\w$\])])\(\s*({_STRING})\s*\)")
_CODES = re.compile(r"\bString\s*\.\s*from(?:CharCode|CodePoint)\s*\(\s*(?:\.\.\.\s*\[)?(\s*\d[\s\d,xa-fA-F]*)\]?\s*\)")
_CHAR = re.compile(r"\[\s*char\s*\]\s*(?:\(\s*)?(0x[0-9a-f]+|\d+)\s*\)?", re.I)
_JOIN = re.compile(rf"\[\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*\]\s*\.\s*join\s*\(\s*({_STRING})?\s*\)")
_REVERSED = re.compile(
    rf"({_STRING})\s*\.\s*split\s*\(\s*[\"'`]{{2}}\s*\)\s*\.\s*reverse\s*\(\s*\)\s*\.\s*join\s*\(\s*[\"'`]{{2}}\s*\)"
)
_CONCAT = re.compile(rf"({_STRING})\s*\.\s*concat\s*\(\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*\)")
_MEMBER = re.compile(r"(?<=[\w)\]])\[\s*[\"'`]([A-Za-z_$][\w$]*)[\"'`]\s*\](?!\s*=[^=])")
_ONE = re.compile(_STRING)
_MAX_PASSES = 12

_NAMES = (
    "iex iwr irm powershell pwsh Invoke-Expression Invoke-WebRequest Invoke-RestMethod Start-Process Start-BitsTransfer "
    "New-Object Net.WebClient DownloadString DownloadFile DownloadData FromBase64String Set-MpPreference Add-MpPreference "
    "Get-Content Set-Content Out-File Invoke-Command Get-Clipboard Set-Clipboard Register-ScheduledTask New-ScheduledTask "
    "Get-ChildItem Remove-Item EncodedCommand UseBasicParsing OutFile schtasks certutil bitsadmin mshta regsvr32 rundll32 wscript cscript"
).split()
_AS_WRITTEN = {name.lower(): name for name in _NAMES}
_WRITTEN = (*_AS_WRITTEN.items(), ("http", "http"))
_NAMED = re.compile(rf"(?<![\w/])(?:{'|'.join(map(re.escape, _NAMES))})(?!\w)|\bhttps?(?=://)", re.I)


def joined(piece: str) -> str:
    r"""A statement with its strings put together.

    >>> joined('read("/.sol" + "ana" + String.fromCharCode(47, 120))'), joined('fs["rea" + "d"](["a", "b"].join(""))')
    ('read("/.solana/x")', 'fs.read("ab")')
    """
    if len(piece) > 20_000 or not _MAYBE.search(piece):
        return piece
    for _ in range(_MAX_PASSES):
        before = piece
        piece = _CODES.sub(lambda found: _of_codes(found[1]), piece)
        piece = _CHAR.sub(
            lambda found: _quoted(chr(int(found[1], 0))) if int(found[1], 0) < 0x110000 else found[0], piece
        )
        piece = _REVERSED.sub(lambda found: _quoted(found[1][1:-1][::-1]), piece)
        piece = _JOIN.sub(lambda found: _quoted((found[2] or '","')[1:-1].join(_texts(found[1]))), piece)
        piece = _CONCAT.sub(lambda found: _quoted("".join(_texts(f"{found[1]},{found[2]}"))), piece)
        piece = _PLUS.sub(lambda found: _quoted(found[1][1:-1] + found[2][1:-1]), piece)
        piece = _BRACKETED.sub(r"\1", piece)
        if piece == before:
            break
    return _MEMBER.sub(r".\1", piece)


def known_case(text: str) -> str:
    """PowerShell commands and schemes of addresses in the case that everybody writes.

    >>> known_case("IwR -UseB hTTp://x.invalid/W.ps1 | IEX")
    'iwr -UseB http://x.invalid/W.ps1 | iex'
    """
    lowered = text.lower()
    if all(lowered.count(name) == text.count(written) for name, written in _WRITTEN if name in lowered):
        return text
    return _NAMED.sub(lambda found: _AS_WRITTEN.get(found[0].lower(), found[0].lower()), text)


def _of_codes(said: str) -> str:
    codes = [int(code, 0) for code in re.findall(r"0x[0-9a-fA-F]+|[1-9]\d{0,6}", said)]
    return _quoted("".join(chr(code) for code in codes if code < 0x110000))


def _texts(said: str) -> list[str]:
    return [found[0][1:-1] for found in _ONE.finditer(said)]


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text and "'" not in text else '"' + re.sub(r'(?<!\\)"', r"\\" + '"', text) + '"'
