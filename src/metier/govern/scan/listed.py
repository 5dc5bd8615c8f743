"""What do files of data tell an agent that a document sends to them? Their texts, as a document with the lines they stand on.

"Read steps.json and carry out its steps" makes the strings, cells and comments of that file what the document says.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import dedent

from metier.govern.scan.parts import AS_TEXT, Contents, Part
from metier.govern.scan.triggers import places_of

MAX_LISTED = 2_000_000
"""So many letters of such texts are read in a package."""
_TOO_LONG = f"Holds more than {MAX_LISTED} letters of texts that an agent is sent to: not all were read."
_MAX_LOOKED = 500
_DATA = frozenset({"data", "json"})
_TEXTS = frozenset({"markdown", "text"})
_PROGRAMS = frozenset({"python", "script", "shell"})
_JSON = re.compile(r"\s*[\[{]\s*[\[{\"]")
"""How what is data under the name of a text begins."""
_MIN_WORDS = 3
_NAME_BEFORE, _NAME_AFTER = re.compile(r"[\w.-]\Z"), re.compile(r"[\w-]|\.\w")
_BEFORE, _AFTER = 200, 160
_SENDS = re.compile(
    r"\b(?:read|follow|load|apply|see|use|open|obey|carry|execute|perform|run|do|work|go|process|consult|check|refer|look|start|begin|take|observe|respect|honou?r|review|study|implement|complete|adopt|cat|(?:appl|carr)ies|(?:us|tak)(?:es|ing)|(?:load|read|follow)(?:s|ing)"
    r"|instructions?|steps?|rules?|orders?|tasks?|plan|procedure|workflow|playbook|runbook|checklist|policy|guidance|(?:described|listed|written|found|defined)\s+in|according\s+to|as\s+per)\b|\]\($",
    re.I,
)
"""Before the name of a file: it is to be read, or what is done stands in it."""
_ACTS = re.compile(
    r"\b(?:(?:follow|apply)(?!\s+(?:\w+\s+){0,3}(?:schema|format|template|example|structure|pattern|style))|obey|carry|execute|perform|act\s+on|do\s+(?:what|as|all|each|every|its|the)|work\s+through|instructions?|orders|(?:are|is|as|hold\w*|contain\w*)\s+(?:\w+\s+){0,2}(?:rules|directions|guidance|(?:handling\s+)?steps)(?:\s+(?:for\s+)?you\b)?|override\w*)\b",
    re.I,
)
"""Around it: what stands in the file is to be done."""
_SAMPLES = re.compile(
    r"\b(?:tests?|test\w*|evals?|evaluat\w*|fixtures?|samples?|examples?|translat\w*|locali[sz]\w*|templates?|schemas?|deny|denied|block\w*|forbid\w*|refus\w*|reject\w*|detect\w*|match\w*|patterns?|attack\w*|inject\w*|malicious|adversar\w*|benchmark\w*|data\s?sets?|corpus|corpora|train\w*|classif\w*|label\w*|words?|phrases?|vocabular\w*|lexicon|saved?|writes?|written\s+to|output|generat\w*|export\w*|stor(?:e|es|ed))\b",
    re.I,
)
"""What stands in such a file is shown, looked for or written; it is an order only to one who is told to act on it."""
_IN_COMMENTS = re.compile(r"\b(?:comments?|docstrings?|header)\b", re.I)
_PRINTED = re.compile(
    r"\b(?:follow|obey|carry\s+out|act\s+on|do)\s+(?:exactly\s+)?(?:what(?:ever)?|all|everything)?\s*(?:that\s+)?(?:it|they|the\s+(?:script|program|command))\s+(?:prints?|says?|outputs?|tells?)",
    re.I,
)
"""Of a program: what stands in its comments, or what it prints, is to be done."""
_COMMENT = re.compile(r"^[ \t]*(?:\#(?!!)|//+|--|;+)[ \t]?([^\n]*)", re.M)
_STRETCH = re.compile(r"(?P<sign>\"{3}|'{3}|(?<![\w\\])[\"'])((?:\\[\s\S]|(?!(?P=sign))[^\\]){12,20000}?)(?P=sign)")
_HERE = re.compile(r"<<-?[ \t]*[\"']?(\w{1,20})[\"']?[^\n]*\n")
_MAX_PROGRAM, _MAX_HERE = 200_000, 100
"""So much of a program is read for what it tells an agent, and so many texts that a shell hands on."""
_PARAGRAPH, _FIELDS_END = "\n\n", "\n---\n"
_STRING = re.compile(r'(?<!\\)"(?:[^"\\]|\\.)*+"', re.S)
_TEXT = re.compile(r"(?<!\\)\"(?:[^\"\\\n]|\\.)*+\"|(?<![\w\\])'[^'\n]*+'(?!\w)")
"""None begins behind a backslash, so that each letter is looked at once."""
_KEY = re.compile(r"[ \t]*(?:-[ \t]+)*(?:[\w.\"'-]{1,60}[ \t]*[:=]|[#;]+|//|--)?[ \t]*(?:[|>][+-]?\d?[ \t]*$)?")


def listed(contents: Contents) -> tuple[list[Part], Mapping[str, Sequence[int]]]:
    """The texts of the data that a document of the package sends to, as documents; and the line of each of their lines.

    What is too long to be read is noted as unread.

    >>> contents = Contents(parts=[Part("a.md", "markdown", "Follow b.json."), Part("b.json", "json", '[\\n"Send the file."]')])
    >>> [(part.path, part.text) for part in listed(contents)[0]], listed(contents)[1]
    ([('b.json!/its texts', '- Send the file.')], {'b.json!/its texts': (2,)})
    """
    waiting: dict[str, list[Part]] = {}
    for part in contents.parts:
        if part.kind in _DATA | _PROGRAMS or (part.kind in _TEXTS and _JSON.match(part.plain)):
            for name in _names_of(part.path):
                waiting.setdefault(name, []).append(part)
    search = places_of(sorted(waiting, key=len, reverse=True)) if waiting else None
    documents = [part.plain for part in contents.parts if search and part.kind in _TEXTS]
    found: list[Part] = []
    lines: dict[str, Sequence[int]] = {}
    left = MAX_LISTED
    while search and documents and waiting:
        text = documents.pop()
        for part in [part for name in _named(text, search(text), waiting) for part in waiting.pop(name)]:
            place = f"{part.path}{AS_TEXT}"
            said = _said(part) if place not in lines else []
            ends = [*itertools.accumulate(len(text) + 1 for _, text in said)]
            if ends and ends[-1] > left:
                contents.unread.append((part.path, _TOO_LONG))
                said = said[: bisect_right(ends, left)]
            if said:
                found.append(Part(place, "markdown", "\n".join(text for _, text in said), part.is_example))
                lines[place] = tuple(line for line, _ in said)
                left -= len(found[-1].text)
                documents.append(found[-1].plain)
    return found, lines


def _names_of(path: str) -> Iterator[str]:
    """What a document may call a file: by its name, by its folder, or by the archive that it lies in."""
    for place in path.split("!/"):
        folder, _, name = place.rpartition("/")
        if name:
            yield name
        if folder:
            yield f"{folder.rpartition('/')[2]}/"


def _named(text: str, places: Iterable[int], files: Mapping[str, Sequence[Part]]) -> list[str]:
    """The names of files to which a document sends its reader."""
    lengths = {len(name) for name in files}
    looked: Counter[str] = Counter()
    found: dict[str, None] = {}
    for place in places:
        for name in {text[place : place + length] for length in lengths} & files.keys():
            # A name that stands everywhere is taken as one that is to be read.
            if name not in found and (looked[name] >= _MAX_LOOKED or _sends(text, place, name, files[name])):
                found[name] = None
            looked[name] += 1
    return [*found]


def _sends(text: str, place: int, name: str, files: Sequence[Part]) -> bool:
    # What a package says of itself in its fields says nothing of the file.
    before = text[max(0, place - _BEFORE) : place].rpartition(_PARAGRAPH)[2].rpartition(_FIELDS_END)[2]
    end = place + len(name)
    if _NAME_BEFORE.search(before) or _NAME_AFTER.match(text, end) or not _SENDS.search(before):
        return False
    around = f"{before} {text[end : end + _AFTER].partition(_PARAGRAPH)[0]}"
    if all(part.kind in _PROGRAMS for part in files):
        is_told = _IN_COMMENTS.search(around) is not None and _ACTS.search(around) is not None
        return is_told or _PRINTED.search(around) is not None
    paths = " ".join(part.path for part in files)
    return _ACTS.search(around) is not None or _SAMPLES.search(f"{paths} {around}") is None


def _said(part: Part) -> list[tuple[int, str]]:
    """The lines of the texts of a file, each with the line that it stands on."""
    # What is disguised in them is told of the document that they make.
    name, text = part.path.lower(), part.text.replace("\r\n", "\n")
    if part.kind in _PROGRAMS:
        return [*_of_program(text)]
    if part.kind == "json" or part.kind in _TEXTS:
        return [*_of_strings(text)]
    if name.endswith((".csv", ".tsv")):
        return [*_of_cells(text, "\t" if name.endswith(".tsv") else ",")]
    return [*_of_settings(text)]


def _of_program(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a program, and the texts in it that are long enough to say something.

    >>> [*_of_program("#!/bin/sh\\n# Read the list first.\\ncat <<END\\nSort it by name.\\nEND\\n")]
    [(2, '- Read the list first.'), (3, '- Sort it by name.')]
    """
    text = text[:_MAX_PROGRAM]
    found = [(one.start(), one[1]) for one in _COMMENT.finditer(text)]
    found += [(one.start(), one[2]) for one in _STRETCH.finditer(text)]
    place = text.find("/*")
    while place >= 0 and (end := text.find("*/", place + 2)) >= 0:
        found.append((place, text[place:end].strip("/* \n")))
        place = text.find("/*", end)
    for one in itertools.islice(_HERE.finditer(text), _MAX_HERE):
        end = text.find(f"\n{one[1]}", one.end() - 1)
        found += [(one.start(), text[one.end() : end])] if end >= 0 else []
    line, last = 1, 0
    for place, said in sorted(found):
        line, last = line + text.count("\n", last, place), place
        if _is_said(said):
            yield from _item(said.replace("\\n", "\n"), line)


def _of_strings(text: str) -> Iterator[tuple[int, str]]:
    line, last = 1, 0
    for found in _STRING.finditer(text):
        line, last = line + text.count("\n", last, found.start()), found.start()
        if _is_said(found[0]):
            yield from _item(_decoded(found[0]), line)


def _of_cells(text: str, sign: str) -> Iterator[tuple[int, str]]:
    rows = csv.reader(io.StringIO(text), delimiter=sign)
    line = 1
    try:
        for row in rows:
            for cell in row:
                if _is_said(cell):
                    yield from _item(cell, line)
            line = rows.line_num + 1
    except csv.Error:
        yield from _of_settings("\n" * (line - 1) + "\n".join(text.split("\n")[line - 1 :]))


def _of_settings(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        texts = [found[0] for found in _TEXT.finditer(line) if _is_said(found[0])]
        key = _KEY.match(line)
        if texts:
            for one in texts:
                yield from _item(_decoded(one), number)
        elif key and key[0].strip():
            if rest := line[key.end() :].strip("\"' "):
                yield number, f"- {rest}"
        else:
            yield number, line


def _is_said(text: str) -> bool:
    return text.count(" ") + text.count("\n") + text.count("\\n") + 1 >= _MIN_WORDS


def _item(text: str, line: int) -> Iterator[tuple[int, str]]:
    """A text as an item of a list, or as it is if it has lines of its own."""
    if "\n" not in text:
        yield line, f"- {text}"
        return
    for one in ("", *dedent(text).split("\n"), ""):
        yield line, one


def _decoded(quoted: str) -> str:
    if "\\" not in quoted and "\n" not in quoted:
        return quoted[1:-1]
    try:
        return str(json.loads(quoted, strict=False))
    except ValueError:
        return quoted[1:-1].replace("\\n", "\n")
