"""Which files that lie among tests, examples and templates does a package have run, imported or followed?

What is only shown there weighs less. What a document or a program of the package turns to is judged as what it is.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from metier.govern.scan.kinds import CALLED_BY
from metier.govern.scan.parts import Contents, Part
from metier.govern.scan.seen import DOCUMENTS

_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testdata|evals?|examples?|fixtures?|samples?|mocks?|benchmarks?|exercises?|cases?|positive|negative|rules?|patterns?|signatures?"
    r"|corpus|detections?|assets|templates?|boilerplate|scaffolds?|starters?)(?:/|[._-])|(?:^|/)(?:conftest|(?:test-)?(?:sample|specimen|payload))|[._-](?:test|spec)s?[._-]",
    re.I,
)
"""Where rules look for what is only shown, or tries the package out."""
_MAX_FILES, _MAX_LETTERS, _MAX_NAMED = 300, 200_000_000, 500
"""With more files, or letters to look for their names in, all of them count as run; so does one that is named more often."""
_MAX_LOOKS = 30_000
"""So often are names looked at that stand in texts; with more, all count as run as well."""
_MAX_BEFORE = 160
_PROGRAMS = frozenset({"python", "script", "hash-script", "shell", "shell-lines"})
_PATH = re.compile(r"[\w./\\@~${}*-]*\Z")
_WORD = re.compile(r"[\w.@-]+")
_RUNS = re.compile(
    r"\b(?:import|from|require\w*|source)\b[^\n;|&]{0,60}\Z|(?<!\w)-m[\s=]+[\"'`]?\Z"
    r"|\b(?:runs?|execute[sd]?|starts?|launch|invoke|follow|apply|obey|carry\s+out|work\s+through)\b(?:\s+(?!(?:on|against|over|through|with)\b)[\w'-]+){0,4}\s*[`\"'(\[]*\Z",
    re.I,
)
"""What stands before a file that is run or followed."""
_TAKES = re.compile(
    r"\b(?:include\w*|load\w*|dofile|exec\w*|system|popen|spawn\w*|fork|run|call|open|cp|mv|ln|install|chmod|sudo|nohup|make)\b[^\n;|&]{0,60}\Z"
    r"|(?<!\w)(?:-[fer]|--file|--example|--require)[\s=]+[\"'`]?\Z",
    re.I,
)
"""What stands before a file that is read in or put somewhere; to one who looks for attacks it may be a specimen."""
_AT_ONCE = re.compile(
    r"[`\"')\]]*(?:\([^)\s]*\))?\s+(?:first|once|before|at the (?:start|beginning)|each|every|(?:must|has to|needs to|should|is to|is) (?:be )?(?:run|executed|started|sourced|loaded|followed))\b",
    re.I,
)
"""What stands behind a file that somebody is to turn to."""
_SHOWS = re.compile(
    r"\b(?:see|looks?|looking|refer|compare|examples?|samples?|templates?|shows?|shown|demonstrat\w+|illustrat\w+|tests?|fixtures?|expected|copy|based|like|listed|e\.g)\b|[├└│─]|^[ \t]*(?:\|.*|(?:[-*+•][ \t]+)?[\[`\"'*]*)\Z",
    re.I | re.M,
)
"""What stands before a file that is shown or listed."""
_ENTERS = re.compile(
    r"(?:(?<![\w./-])(?:cd|pushd|chdir|pytest|unittest|from|import|run-parts|node|python[\d.]*|go\s+run|sys\.path\.\w+\(|docker\s+build|pip3?\s+install|npm\s+(?:i|install|run|start)|source|(?:ba|z)?sh)\b"
    r"|(?<!\w)(?:-C|-m|-e|--prefix|--example)\b|\b(?:PYTHONPATH|NODE_PATH|cwd|PATH)\s*=|\bfor\s+\w+\s+in\b|\bfind\s)[^\n;|&`.!?]{0,40}\Z",
    re.I,
)
"""What stands before a folder whose files are run."""
_COMMAND = re.compile(r"(?:(?:\A|\n)[ \t]*(?:[$>][ \t]+)?|[;|&({][ \t]*|[\"'`][ \t]*)\Z")
"""What stands before a command."""
_TRIES_ALL = re.compile(
    r"(?:(?:\A|\n)[ \t]*(?:[$>][ \t]+)?|[;|&(][ \t]*|\b(?:runs?|starts?|execute|invoke)\b[^\n.]{0,40}[ \t`\"'(])"
    r"(?:(?:\w+=\S*|poetry run|uv run|pdm run|coverage run)[ \t]+)*(?:(?:python[\d.]*[ \t]+)?-m[ \t]+)?(?:pytest|py\.test)"
    r"(?:[ \t]+-{1,2}[\w-]+(?:=[^\s`]+)?)*[ \t]*(?=\Z|[\n`\"';&)}#]|[.,](?:\s|\Z))",
    re.I,
)
"""A test runner that is given no path takes in every test and `conftest.py` that it finds."""
_TRIED = re.compile(r"(?:^|/)(?:conftest|test_[^/]*|[^/]*_test)\.py\Z")
"""What it finds."""
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d+[.)])[ \t]")
_ORDERS_BELOW = re.compile(r"\b(?:run|execute|start|source|launch|follow)\b[^\n]*\Z", re.I)
"""What stands before a list of files that are run."""
_FEEDS = re.compile(r"[^\n]*\|\s*(?:xargs\b[^\n|]*\s)?(?:\w?a?sh|python[\d.]*|node|perl|ruby)\b")
"""What is named before is handed on to be run."""
_ANY = re.compile(r"/[\w./-]{0,80}[*?\[$]")
"""A name within a folder that leaves open which."""


def with_those_run(contents: Contents, *, is_security: bool) -> frozenset[str]:
    """Take what is run for no example, and tell the paths of all files aside that are.

    Args:
        contents: Its parts are exchanged.
        is_security: Whoever looks for attacks names specimens; there only what is plainly run counts.

    >>> skill = Part("SKILL.md", "markdown", "Run `tests/env.sh` first. See `tests/other.sh`.")
    >>> contents = Contents(parts=[skill, *(Part(f"tests/{name}.sh", "shell", "ls", True) for name in ("env", "other"))])
    >>> sorted(with_those_run(contents, is_security=False)), [part.is_example for part in contents.parts]
    (['tests/env.sh'], [False, False, True])
    """
    aside = {part.path: part for part in contents.parts if _ASIDE.search(part.path)}
    if is_security:
        aside = {path: part for path, part in aside.items() if part.kind not in ("data", "json")}
    run = frozenset(_run(contents, aside, is_security=is_security) if aside else ())
    if run:
        contents.parts = [replace(part, is_example=False) if part.path in run else part for part in contents.parts]
    return run


def _run(contents: Contents, aside: dict[str, Part], *, is_security: bool) -> set[str]:
    num_letters = sum(len(part.plain) for part in contents.parts)
    if len(aside) > _MAX_FILES or num_letters * len(aside) > _MAX_LETTERS:
        return set(aside)
    linked = {posixpath.normpath(posixpath.join(posixpath.dirname(name), to)) for name, to, _ in contents.links}
    run = {path for path in aside if any(path == to or path.startswith(f"{to}/") for to in linked)}
    pending = [part for part in contents.parts if part.path not in aside or part.path in run]
    folders, num_looks = {_parent(path) for path in aside}, 0
    while pending:
        source = pending.pop()
        num_looks += sum(source.plain.count(_stem(path)) for path in aside)
        if num_looks > _MAX_LOOKS:
            return set(aside)
        entered = {one for one in folders if one and _is_entered(source, one)}
        is_tried = "pytest" in source.plain or "py.test" in source.plain
        tries_all = is_tried and _TRIES_ALL.search(source.plain) is not None
        found = [
            part
            for path, part in aside.items()
            if path not in run
            and (
                (tries_all and _TRIED.search(path))
                or _parent(path) in entered
                or _turns_to(source, part, is_security=is_security)
            )
        ]
        run.update(part.path for part in found)
        pending += found
    return run


def _turns_to(source: Part, part: Part, *, is_security: bool) -> bool:
    """Whether one file has another run, read in or followed."""
    text = source.plain
    folder, _, name = part.path.rpartition("/")
    if text.count(name) > _MAX_NAMED:
        return True
    is_document = source.path.lower().endswith(DOCUMENTS)
    for place in _places(text, name):
        before, end = _before(text, place), place + len(name)
        path = _PATH.search(before)
        said = before[: path.start()] if path else before
        if path is None or not _is_same(path[0], folder):
            continue
        if is_document and _is_listed_to_run(text, place):
            return True
        begins = path[0].startswith((".", "/", "~", "$")) and _COMMAND.search(said)
        if begins or CALLED_BY.search(before) or _RUNS.search(said) or _AT_ONCE.match(text, end, end + 80):
            return True
        if not is_security and (not is_document or _TAKES.search(said) or not _SHOWS.search(said)):
            return True
    stem = _stem(part.path)
    return bool(folder and stem) and any(
        _takes_in(text, place, part, is_document=is_document) for place in _places(text, stem)
    )


def _parent(path: str) -> str:
    """The folder right above a file."""
    return path.rpartition("/")[0].rpartition("/")[2]


def _stem(path: str) -> str:
    """The name of a file without its ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _is_entered(source: Part, folder: str) -> bool:
    return any(_enters(source, place, place + len(folder)) for place in _places(source.plain, folder))


def _places(text: str, word: str) -> Iterator[int]:
    """Where a word stands, and not within another; only so many are looked at."""
    place = text.find(word)
    for _ in range(_MAX_NAMED):
        if place < 0:
            return
        end = place + len(word)
        if not (text[place - 1 : place].isalnum() or text[end : end + 1].isalnum() or text[end : end + 1] == "_"):
            yield place
        place = text.find(word, end)


def _before(text: str, place: int) -> str:
    """What its sentence, or its line and the one above, says before a place."""
    first = max(0, place - _MAX_BEFORE)
    above = text.rfind("\n", first, max(first, text.rfind("\n", first, place)))
    ends = [end + 2 for sign in ("\n\n", ". ", "! ") if (end := text.rfind(sign, first, place)) >= 0]
    return text[max(first, above + 1, *ends) : place]


def _is_listed_to_run(text: str, place: int) -> bool:
    """Whether a file stands in a list below words that have all of it run.

    >>> text = "Run these at noon:\\n\\n- `a.sh`\\n- `b.sh`"
    >>> _is_listed_to_run(text, text.index("b.sh")), _is_listed_to_run("Files:\\n- b.sh", 8)
    (True, False)
    """
    lead = text.rfind(":\n", max(0, place - 4 * _MAX_BEFORE), place)
    items = text[lead + 1 : place].split("\n") if lead >= 0 else []
    is_list = bool(items) and all(_ITEM.match(one) or not one.strip() for one in items)
    return is_list and _ORDERS_BELOW.search(text, text.rfind("\n", 0, lead) + 1, lead) is not None


def _is_same(said: str, folder: str) -> bool:
    """Whether the folders before a name are those that a file lies in, as far as they are written out.

    >>> [_is_same(said, "a/tests") for said in ("tests/", "./", "$AT/tests/", "scripts/")]
    [True, True, True, False]
    """
    folders = reversed(said.replace("\\", "/").split("/")[:-1])
    for one, own in zip(folders, reversed(folder.split("/")), strict=False):
        if one in ("", ".", "..") or not _WORD.fullmatch(one):
            return True
        if one != own:
            return False
    return True


def _takes_in(text: str, place: int, part: Part, *, is_document: bool) -> bool:
    """Whether a file is imported, or run, by its name without an ending."""
    folder, _, name = part.path.rpartition("/")
    before, end = _before(text, place), place + name.rfind(".")
    path = _PATH.search(before)
    said = path[0].replace(".", "/") if path else ""
    if part.kind in ("markdown", "data", "json") or text.startswith(".", end) or not _is_same(said, folder):
        return False
    is_named = said.endswith(f"{folder.rpartition('/')[2]}/") and not is_document
    return is_named or CALLED_BY.search(before) is not None or _RUNS.search(_PATH.sub("", before)) is not None


def _enters(source: Part, begin: int, end: int) -> bool:
    """Whether somebody goes to a folder, or runs all that lies in it."""
    text = source.plain
    before = _PATH.sub("", _before(text, begin))
    if _ENTERS.search(before):
        return True
    is_any = _ANY.match(text, end) is not None
    return is_any and (
        source.kind in _PROGRAMS or _RUNS.search(before) is not None or _FEEDS.match(text, end) is not None
    )
