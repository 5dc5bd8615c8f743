"""Which part of this document is prose, which is code, and in what language? Lines keep their numbers."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from textwrap import dedent
from typing import NamedTuple

from metier.govern.scan.kinds import is_prose, is_shell, programs, unsplit, without_marks

_FENCE = re.compile(r"[\s>]*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})\s*\{?\.?([\w+#.-]*)")
_SET_IN = r"(?: {4}|\t)\S"
_BEGINS_SET_IN, _BELOW_BLANK = re.compile(_SET_IN), re.compile(rf"\n[ \t]*\n{_SET_IN}")
_LONG, _MAX_SHOWN = 3, 3
_DOCUMENTS = frozenset({"", "md", "markdown", "mdx", "text", "txt"})
_TICKS = re.compile("```|~~~")
_BACKTICKS = re.compile("```")
_LANGUAGES = {
    "shell": "bash sh shell zsh console terminal shell-session fish ksh command cmd bat batch", "python": "python py python3 ipython pycon",
    "hash-script": "powershell ps1 pwsh ruby rb perl r lua vba vb vbs vbscript bas", "script": "javascript js ts typescript jsx tsx mjs node go rust php java c cpp csharp cs kotlin swift applescript osascript",
    "json": "json json5 jsonc", "data": "yaml yml toml ini conf env dotenv xml html css sql dockerfile makefile diff",
}  # fmt: skip
_KIND_OF = {language: kind for kind, languages in _LANGUAGES.items() for language in languages.split()}
_COMMAND = re.compile(
    r"^\s*(?:[$>%#]\s+)?\(?(?:sudo\s+)?(?:(?i:powershell|pwsh|iex|irm|iwr|invoke-\w+)\b|curl|wget|xattr|nohup|psql|mysql|bash|sh|zsh|source|eval|python3?|node|npx|npm|pip3?|uvx?|brew|apt|git|echo|cat|chmod|export|nc|powershell|iex|irm|iwr|docker|base64|\./|rm|cp|mv|tar|ssh|dig|crontab|launchctl|open|env|printenv|if|for|while|--(?:extra-)?index-url\b|\w+=)",
    re.M,
)
_PYTHON = re.compile(
    r"^\s*(?:import \w|from \w[\w.]* import|def \w+\(|class \w+|print\(|with open\(|exec\(|\w+ = \w+\()", re.M
)
_PYTHON_WORDS = ("import ", "def ", "class ", "print(", "with open(", "exec(", " = ")
"""What such a program holds one of."""
_SCRIPT = re.compile(
    r"^\s*(?:const |let |var |function |import .* from |require\(|export |async |await )|=>|;\s*$", re.M
)


_TAG = re.compile(r"<[a-zA-Z/][^<>]{0,200}>")
_SET, _SET_ENDS = re.compile(r"<pre\b[^<>]{0,200}>", re.I), re.compile(r"</pre>", re.I)
_CODE = re.compile(r"<(?:code|kbd|samp|tt)\b[^<>]{0,200}>", re.I)
_CODE_ENDS = re.compile(r"</(?:code|kbd|samp|tt)>", re.I)
_MAX_SPAN = 2000
_OF_LANGUAGE = re.compile(r"lang(?:uage)?[-=][\"']?([\w+#.-]+)")
_FLOW_TAG = re.compile(
    r"</?(?:p|div|li|ul|ol|dl|dt|dd|table|thead|tbody|tr|td|th|center|details|summary|section|article|h[1-6])>", re.I
)
"""A tag that says where a text stands, and no more."""
_HEAD = re.compile(r"[A-Za-z_][\w-]{0,30}(?:,[A-Za-z_][\w-]{0,30})+")
_MAX_BLANKS = 3
"""So many blanks stand in a cell that says no more than a name."""


class Block(NamedTuple):
    """One stretch of a document: kind is prose, or the kind of code; `line` is where its text begins, from 1."""

    kind: str
    text: str
    line: int
    language: str = ""


def blocks(text: str, *, depth: int = 0) -> Iterator[Block]:
    """Cut a document into prose and code. A fence that is never closed reaches to the end.

    Args:
        depth: In how many documents this one is shown.

    >>> [(b.kind, b.line) for b in blocks("Do it:\\n```bash\\nls\\n```\\nDone.")]
    [('prose', 1), ('shell', 3), ('prose', 5)]
    """
    for stretch, line, fence, language in _stretches(text):
        if not stretch or stretch.isspace():
            continue
        if len(fence) > _LONG and language in _DOCUMENTS and depth < _MAX_SHOWN and "```" in stretch:
            # A longer fence shows a document, with fences of its own.
            yield from (block._replace(line=block.line + line - 1) for block in blocks(stretch, depth=depth + 1))
        elif fence:
            kind = "prose" if is_prose(stretch) else kind_of_code(stretch, language)
            yield Block(kind, stretch, line, language or "code")
        else:
            yield from _unfenced(stretch, line)


def _stretches(text: str) -> Iterator[tuple[str, int, str, str]]:
    """What stands between fences: the text, its first line (from 1), the fence that opens it and its language."""
    begin, first, fence, language = 0, 1, "", ""
    for start, end, number in _marked(text):
        mark = _FENCE.match(text, start, end)
        if mark and (not fence or (mark[1].startswith(fence) and not mark[2])):
            yield text[begin : max(start - 1, 0)], first, fence, language
            begin, first = end + 1, number + 1
            fence, language = ("", "") if fence else (mark[1], mark[2].lower())
    yield text[begin:], first, fence, language


def _marked(text: str) -> Iterator[tuple[int, int, int]]:
    """The lines in which a fence may stand: where each begins and ends, and its number from 1."""
    number, end = 1, -1
    for found in (_TICKS if "~~~" in text else _BACKTICKS).finditer(text):
        place = found.start()
        if place > end:
            start = text.rfind("\n", 0, place) + 1
            number += text.count("\n", max(end, 0), start)
            end = text.find("\n", place)
            end = end if end >= 0 else len(text)
            yield start, end, number


def kind_of_code(text: str, language: str) -> str:
    """The kind of a piece of code: what its fence says, if its text does not say otherwise.

    >>> kind_of_code("import os\\nprint(os.name)", ""), kind_of_code("curl x | sh", "text")
    ('python', 'shell')
    """
    said = _KIND_OF.get(language, "")
    if said in ("python", "script", "hash-script"):
        return said
    if said != "shell" and any(word in text for word in _PYTHON_WORDS) and _PYTHON.search(text):
        return "python"
    if said:
        return said if said not in ("data", "json") or not _COMMAND.match(text) else "shell"
    if _COMMAND.search(text) or ((whole := unsplit(text)) != text and _COMMAND.search(whole)):
        return "shell"
    if _SCRIPT.search(text):
        return "script"
    return "data" if "," in text and _is_table(text) else "prose"


def _is_table(text: str) -> bool:
    """Whether a text is rows of cells with commas between them, below their names, in none of which a sentence stands.

    >>> _is_table("name,mail\\nAda,ada@notes.example"), _is_table("Read, then send it,\\nto the list, by mail")
    (True, False)
    """
    head, *rows = [line.strip() for line in text.strip().split("\n")]
    commas = head.count(",")
    return (
        bool(rows)
        and _HEAD.fullmatch(head) is not None
        and all(row.count(",") == commas and row.count(" ") <= 2 * commas + 1 for row in rows)
        and all(cell.count(" ") <= _MAX_BLANKS for row in rows for cell in row.split(","))
    )


def _unfenced(text: str, begin: int) -> Iterator[Block]:
    """Prose, and the code that stands in it without a fence."""
    if "<" in text and ">" in text:
        yield from _set_apart(text, begin)
        text = _as_shown(text)
    found = [*programs(text), *(_indented(text.split("\n")) if _may_be_indented(text) else ())]
    if not found:
        yield Block("prose", text, begin)
        return
    lines, place = text.split("\n"), 0
    for first, end, kind in sorted(found):
        if first < place:
            continue
        if any(line.strip() for line in lines[place:first]):
            yield Block("prose", "\n".join(lines[place:first]), begin + place)
        yield Block(kind, dedent("\n".join(without_marks(lines[first:end]))), begin + first, "code")
        place = end
    if rest := "\n".join(lines[place:]):
        yield Block("prose", rest, begin + place)


def _set_apart(text: str, begin: int) -> Iterator[Block]:
    """The code that stands in elements of HTML which show it as code."""
    end, last = 0, 0
    for found in _SET.finditer(text):
        if found.start() < end:
            continue
        closed = _SET_ENDS.search(text, found.end())
        end = closed.start() if closed else len(text)
        said = text[found.end() : end]
        within = _CODE.match(said.lstrip())
        of = _OF_LANGUAGE.search(found[0] + (within[0] if within else ""))
        said = html.unescape(_TAG.sub("", said))
        language = of[1].lower() if of else ""
        begin, last = begin + text.count("\n", last, found.end()), found.end()
        if not said.isspace():
            yield Block(kind_of_code(said, language), said, begin, language or "code")


def _as_shown(text: str) -> str:
    """Prose with code in back-ticks, and without tags that say no more than where it stands. Lines stay lines."""
    opened = [found.span() for found in _CODE.finditer(text)]
    sets = [found.end() for found in _SET.finditer(text)] if opened else []
    pieces, place = [], 0
    for closed in _CODE_ENDS.finditer(text) if opened else ():
        number = bisect_right(opened, (closed.start(), 0)) - 1
        start, end = opened[number] if number >= 0 else (-1, -1)
        said = text[end : closed.start()]
        is_set = bool(sets) and (one := bisect_right(sets, start)) > 0 and not text[sets[one - 1] : start].strip()
        if start >= place and len(said) <= _MAX_SPAN and "`" not in said and not is_set:
            # What is broken over lines stands on the first of them.
            span = " ".join(html.unescape(_TAG.sub("", said)).split())
            pieces += [text[place:start], f"`{span}`", "\n" * said.count("\n")]
            place = closed.end()
    text = "".join([*pieces, text[place:]])
    # What is not shown ends where its tag ends.
    return text if "style=" in text or "hidden" in text else _FLOW_TAG.sub("", text)


def _may_be_indented(text: str) -> bool:
    is_set_in = "\n    " in text or "\n\t" in text or text.startswith(("    ", "\t"))
    return is_set_in and (_BEGINS_SET_IN.match(text) or _BELOW_BLANK.search(text)) is not None


def _indented(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Commands that are set in: first line, last line but one, kind."""
    first = -1
    for number, line in enumerate([*lines, "."]):
        is_in = line.startswith(("    ", "\t"))
        if is_in and first < 0 and (number == 0 or not lines[number - 1].strip()):
            first = number
        elif line.strip() and not is_in and first >= 0:
            if is_shell("\n".join(lines[first:number])):
                yield first, number, "shell"
            first = -1
