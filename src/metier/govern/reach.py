"""Does a script take in a whole home folder, or undo what made a text harmless, that did neither before?

Both are told only beside what makes them grave: a command that carries files away, a call that cleans a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.govern.versions import Loosening, Versions, told_of

_CARRIES = re.compile(
    r"\b(?:rsync|scp|sftp|rclone|restic|borg|gsutil)\s|\baws\s+s3\s|\|\s*ssh\s|\bcurl\b[^\n]{0,120}\s(?:-T|-F|--upload-file|--data-binary)\b|\bput_object\(|\bupload_?file\w*\("
)
_HOME = r"(?:\$\{?HOME\}?|\$\{\w{1,40}:-\$\{?HOME\}?\}|~|os\.path\.expanduser\(\s*[\"']~/?[\"']\s*\)|Path\.home\(\)|os\.homedir\(\))"
_TAKES_HOME = re.compile(
    rf"(?:\b(?:src|sources?|paths?|dirs?|folders?|includes?|inputs?|files|roots?)\w{{0,20}}\s{{0,3}}(?:\+?=|:)|\b(?:rsync|scp|tar|zip|cp|restic|rclone)\s)[^\n]{{0,160}}?(?<![\w/=-]){_HOME}/?(?:\.[\w-]{{2,30}}/?)?(?=[\"'\s),\]]|$)",
    re.I,
)
_INTO = re.compile(r"\s-C\s|--directory|\bcd\s|--exclude|\bDEST\w*=|--prefix", re.I)
_POSTS = re.compile(r"\bpost\b|\bPUT\b|\.post\(|\bsend\w*\(|\bupload\w*\(|\bfetch\(|report|publish", re.I)
_ENVIRONMENT = re.compile(
    r"\bENV\.to_h\b|\bENV\.(?:map|each|select|reject)\b|\bdict\(os\.environ\)|\bos\.environ\.(?:copy|items)\(|\{\s*\*\*os\.environ|\bprocess\.env\b(?!\s*[.\[?])|\bos\.Environ\(\)|\benv::vars\(\)|\bSystem\.getenv\(\)|\bGet-ChildItem\s+env:|\$_ENV\b(?!\[)|\bgetenv\(\)"
)
_FOR_A_PROGRAM = re.compile(
    r"\benv\s*[=:]|\bEnv\s*=|\bcmd\.|spawn|exec|subprocess|\benv:\s*\{|\bconst\s*\{|parse\(|schema", re.I
)
_SHARED = re.compile(
    r"[\"'`/](?:artifacts?|public|reports?|dist|site|out(?:put)?|uploads?|share[d]?|www|static|exports?|results?)/",
    re.I,
)
_SESSION = re.compile(
    r"\bstorage_?state\(\s*(?:\{\s*)?path|\bcookies?\b[^\n]{0,60}(?:write|dump|save)\w*\(|(?:write|dump|save)\w*\([^\n]{0,60}\bcookies?\b|\bsave_cookies\(",
    re.I,
)
_CLEANS = re.compile(
    r"\bsanitize\w*\b|\bDOMPurify\b|\bbleach\b|\bnh3\b|\bescape_?html\b|\bhtml\.escape\b|\bxss\(", re.I
)
_UNDOES = re.compile(
    r"\breplace\w{0,4}\(\s*[\"'/]&(?:lt|gt|quot|#39|#x27|amp);?|\bhtml\.unescape\(|\bunescape_?html\w*\(|\bhtml_entity_decode\(|\bhe\.decode\(|\bdecodeHTML\w*\(|\bdecode_?entities\(",
    re.I,
)


_SECRET = r"(?P<name>\w*(?:salt|pepper|secret|nonce|seed|signing_?key|hmac_?key|encryption_?key|iv))"
_DRAWN = re.compile(
    rf"(?i:\b(?:const\s+|let\s+|var\s+)?{_SECRET})\s*(?::=|=|:)\s*[^\n]{{0,40}}(?:environ|getenv|process\.env|ENV\[|random|rand\(|token_|uuid|secrets\.|vault|crypto)"
)
_WRITTEN = re.compile(rf"(?i:\b(?:const\s+|let\s+|var\s+)?{_SECRET})\s*(?::=|=|:)\s*b?[\"'][^\"'$\n{{]{{0,80}}[\"']")


def constants(both: Versions) -> Iterator[Loosening]:
    """What a key or salt is made of that was drawn or handed in, and is now written there."""
    for _, said, says in both.changed():
        drawn = {found["name"].lower() for unit in said if unit.is_code and (found := _DRAWN.search(unit.text))}
        if not drawn or any(_DRAWN.search(unit.text) for unit in says if unit.is_code):
            continue
        for unit in says:
            found = _WRITTEN.search(unit.text) if unit.is_code else None
            if found and found["name"].lower() in drawn:
                yield told_of(unit, "is written there, where it was drawn or handed in")


def reaches_further(both: Versions) -> Iterator[Loosening]:
    """New lines that take in a home folder where files are carried away, or undo what cleans a text."""
    for _, said, says in both.changed():
        for what, beside, form, unless in (
            ("takes in a home folder, or what is hidden in one", _CARRIES, _TAKES_HOME, _INTO),
            ("takes in all that the environment holds", _POSTS, _ENVIRONMENT, _FOR_A_PROGRAM),
            ("keeps a session where others find it", _SHARED, _SESSION, None),
            ("undoes what made a text harmless", _CLEANS, _UNDOES, None),
        ):
            new = [
                unit
                for unit in says
                if unit.is_code and form.search(unit.text) and not (unless and unless.search(unit.text))
            ]
            if (
                new
                and not any(form.search(unit.text) for unit in said)
                and any(beside.search(unit.text) for unit in says if unit.is_code)
            ):
                yield told_of(new[0], what)
