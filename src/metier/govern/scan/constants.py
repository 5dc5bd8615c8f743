"""What do the constants of a package's other files hold? A text that is kept in a file of its own stands where it is used.

An address, a path or a command may lie in `consts.py` and be used as `consts.AT`: read by itself, neither file says what is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.parts import Part

_TEXT = r"(?:\"(?:[^\"\\\n]|\\.){2,2000}\"|'(?:[^'\\\n]|\\.){2,2000}')"
_KEPT = {
    "python": re.compile(rf"^([A-Za-z_]\w{{0,60}})[ \t]*=[ \t]*({_TEXT})[ \t]*(?:#.*)?$", re.M),
    "script": re.compile(
        rf"(?:\bexports\.|^export[ \t]+const[ \t]+|[{{,]\s*[\"']?)([A-Za-z_$][\w$]{{0,60}})[\"']?[ \t]*[:=][ \t]*({_TEXT})",
        re.M,
    ),
}
_TAKEN = {
    "python": re.compile(
        r"\n[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(?:[\w.]+\.)?(?P<module>\w+)(?:[ \t]+as[ \t]+(?P<name>\w+))?[ \t]*$",
        re.M,
    ),
    "script": re.compile(
        r"(?:(?:const|let|var)[ \t]+(?P<name>\w+)[ \t]*=[ \t]*require\(|import[ \t]+(?:\*[ \t]+as[ \t]+)?(?P<as>\w+)[ \t]+from[ \t]*)[\"']\.{1,2}/(?:[\w-]+/)*(?P<module>[\w-]+)"
    ),
}
_MAX_PARTS, _MAX_TEXT, _MAX_KEPT = 60, 100_000, 300


def with_constants(parts: Sequence[Part]) -> dict[str, str]:
    """By their paths the texts of those parts that use constants of others, with these put in.

    >>> from metier.govern.scan.parts import read_text
    >>> parts = [read_text(text, name).parts[0] for name, text in (("k.py", "AT = 'a.invalid'"), ("a.py", "import k\\nsend(k.AT)"))]
    >>> with_constants(parts)
    {'a.py': "import k\\nsend('a.invalid')"}
    """
    programs = [part for part in parts if part.kind in _KEPT and len(part.plain) < _MAX_TEXT][:_MAX_PARTS]
    found: dict[str, str] = {}
    if len(programs) < 2:
        return found
    by_stem = {(part.kind, part.path.rsplit("/", 1)[-1].partition(".")[0]): part for part in programs}
    kept: dict[str, dict[str, str]] = {}
    for part in programs:
        text = part.plain
        for name, module in _taken(part):
            other = by_stem.get((part.kind, module))
            if other is None or other is part:
                continue
            if other.path not in kept:
                kept[other.path] = dict(list(_KEPT[part.kind].findall(other.plain))[:_MAX_KEPT])
            text = _put_in(text, name, kept[other.path])
        if text != part.plain:
            found[part.path] = text
    return found


def _taken(part: Part) -> Iterator[tuple[str, str]]:
    """The names of the modules that a part takes, as it calls them and as their files are called."""
    # A line is soon found by the end of the one above, and a script takes modules by paths.
    may_take = part.kind != "script" or "./" in part.plain
    for taken in _TAKEN[part.kind].finditer(f"\n{part.plain}") if may_take else ():
        named = taken.groupdict()
        yield named.get("name") or named.get("as") or taken["module"], taken["module"]


def _put_in(text: str, name: str, texts: dict[str, str]) -> str:
    if not texts or f"{name}." not in text:
        return text
    used = re.compile(rf"(?<![\w.]){re.escape(name)}\.([A-Za-z_$][\w$]*)(?![\w(])")
    put = used.sub(lambda found: texts.get(found[1], found[0]), text)
    return put if len(put) < len(text) + _MAX_TEXT else text
