"""Which address is put together from pieces, or from numbers, so that no search for addresses finds it?

Programs build addresses all the time: from a base, a path and a query. Nobody has to cut the scheme of one in two, or to keep
it as numbers from which another number is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from metier.govern.scan.flow import Step
from metier.govern.scan.triggers import holding, places_of

_TEXT = r"(?:\"[^\"\\\n]{0,200}\"|'[^'\\\n]{0,200}'|`[^`\\\n]{0,200}`)"
_BETWEEN = r"(?:\s*[,+]\s*|\s*\.concat\(\s*)"
_ROW = re.compile(rf"{_TEXT}(?:{_BETWEEN}(?:{_TEXT}|[\w.$]{{1,60}}(?:\(\))?))+")
_PIECE = re.compile(rf"(?P<text>{_TEXT})|[\w.$]{{1,60}}(?:\(\))?")
_JOINED_BY = re.compile(r"\.join\(\s*[\"'`]([^\"'`]{0,3})[\"'`]\s*\)|-join\s*[\"']([^\"']{0,3})[\"']")
_SCHEME = re.compile(r"(?:https?|wss?|ftp)://[\w.-]*\w")
_NUMBERS = re.compile(
    r"[\[({]\s*((?:(?:0x[\da-fA-F]{1,2}|\d{1,3})(?:u8)?\s*,\s*){7,4000}(?:0x[\da-fA-F]{1,2}|\d{1,3}))\s*,?\s*[\])}]"
)
_NUMBER = re.compile(r"0x[\da-fA-F]{1,2}|(?<!u)[0-9]{1,3}")
_SCHEMES = ("http", "wss:")
"""How what is kept as numbers begins, if it is an address."""
_BEGINS = re.compile(r"[\"'`](?:h(?:t(?:t(?:ps?)?)?)?|https?:/?|wss?(?::/?)?|ft?p?(?::/?)?)[\"'`]")
"""The first piece of an address that is cut in its scheme."""
_DECODES = ("fromCharCode", "chr(", "bytes(", "bytearray(", "[char", "Buffer.from(", "from_utf8")
_MIN_NUMBERS = 7
_DOTTED = re.compile(
    r"\[\s*(\d{1,3}(?:\s*,\s*\d{1,3}){3})\s*\]\s*\.join\(\s*[\"'`]\.|[\"']\.[\"']\.join\([^\n]{0,60}?[\[(]\s*(\d{1,3}(?:\s*,\s*\d{1,3}){3})\s*[\])]|\bprintf\s+[\"']?%[ds]\.%[ds]\.%[ds]\.%[ds][\"']?\s+(\d{1,3}(?:\s+\d{1,3}){3})"
)
"""Four numbers that are the address of a machine."""
_LABELS = r"[\[({]\s*((?:[\"'][\w-]+(?:\.[\w-]+)*[\"']\s*,\s*){1,6}[\"'](?!(?:txt|json|md|csv|py|js|ts|tsx|html?|css|png|jpe?g|gif|svg|log|ya?ml|toml|xml|zip|tar|gz|pdf|sh|so|dll|exe|bak|tmp|lock|min|map|sql|db|ini|cfg|conf|local|internal)[\"'])[a-z]{2,12}[\"'])\s*,?\s*[\])}]"
_HOST = re.compile(
    rf"{_LABELS}\s*(?P<turned>\.\s*reverse\(\)\s*)?\.\s*join\(\s*[\"'`]\.[\"'`]|[\"']\.[\"']\.join\(\s*{_LABELS}|{_LABELS}\s*-join\s*[\"']\.[\"']|[Jj]oin\(\s*(?:\[\]string)?{_LABELS}\s*,\s*[\"']\.[\"']|(?:implode|[Jj]oin)\(\s*[\"']\.[\"']\s*,\s*{_LABELS}"
)
"""A host that is written label by label."""
_JOINS_NAME = re.compile(
    r"\b([A-Za-z_$][\w$]{0,60})\s*\.\s*join\(\s*[\"'`]\.[\"'`]|[\"']\.[\"']\.join\(\s*([A-Za-z_]\w{0,60})\s*\)"
)
_ROW_OF_LABELS = re.compile(rf"=\s*(?:[\w<>.\[\]]{{1,40}}\s*)?{_LABELS}")
_MAX_TEXT = 40_000
_OPTIONS = re.compile(r"\b(?:fetch|request|Request)\([^\n]{1,300},\s*(\w{1,60})\s*\)")


def put_together(steps: Sequence[Step]) -> None:
    """Give each step of a program the address that it puts together out of pieces, as a hidden one.

    >>> from metier.govern.scan.statement import Statement
    >>> step = Step(Statement("a.js", 1, "const u = ['https:/', 'drop.invalid', id].join('/')"), frozenset())
    >>> put_together([step])
    >>> step.urls, step.hidden_url
    (('https://drop.invalid',), True)
    """
    _addressed(steps)
    joining = [steps[number] for number in sorted(holding([step.text for step in steps], _joining()))]
    for step in joining:
        if (
            "." in step.text
            and ("join" in step.text or "printf" in step.text)
            and (dotted := _DOTTED.search(step.text))
        ):
            numbers = re.findall(r"\d+", next(filter(None, dotted.groups())))
            if step.urls or max(map(int, numbers)) > 255:
                continue
            step.urls, step.hidden_url = (f"http://{'.'.join(numbers)}",), True
    for step in joining:
        may_join = not step.urls and len(step.text) <= _MAX_TEXT and ("oin" in step.text or "implode" in step.text)
        labels = _HOST.search(step.text) if may_join else None
        if labels is not None:
            said = re.findall(r"[\w.-]+", next(filter(None, labels.groups())))
            host = ".".join(said[::-1] if labels["turned"] else said)
            step.urls, step.hidden_url = (f"https://{host}",), True
    _joined_by_name(steps, joining)
    programs = [step for step in steps if not step.urls and not step.statement.is_shell]
    texts = [step.text for step in programs]
    whole = "\n".join(texts)
    cut = holding(texts, _beginnings) if _BEGINS.search(whole) else set[int]()
    is_numbered = any(word in whole for word in _DECODES)
    for number, step in enumerate(programs) if cut or is_numbered else ():
        text = step.text
        if len(text) > _MAX_TEXT:
            continue
        found = next(_addresses(text), None) if number in cut else None
        if found is None and is_numbered and text.count(",") >= _MIN_NUMBERS:
            found = next(numbered(text), None)
        if found is not None:
            step.urls, step.hidden_url = (found,), True


def _joined_by_name(steps: Sequence[Step], joining: Sequence[Step]) -> None:
    """Give a step the host whose labels stand in a row that it joins by its name."""
    named = [
        (step, found[1] or found[2]) for step in joining if not step.urls for found in _JOINS_NAME.finditer(step.text)
    ]
    wanted = {(step.statement.path, name) for step, name in named}
    rows: dict[tuple[str, str], str] = {}
    for step in steps if wanted else ():
        for name in step.statement.assigns:
            if (step.statement.path, name) in wanted and (labels := _ROW_OF_LABELS.search(step.text[:_MAX_TEXT])):
                rows[step.statement.path, name] = ".".join(re.findall(r"[\w.-]+", labels[1]))
    for step, name in named:
        if host := rows.get((step.statement.path, name)):
            step.urls, step.hidden_url = (f"https://{host}",), True


@cache
def _joining() -> Callable[[str], Iterable[int]]:
    """Where a word stands by which pieces are put together."""
    return places_of(("oin", "implode", "printf"))


def _beginnings(text: str) -> Iterator[int]:
    """Where the first piece of an address stands that is cut in its scheme."""
    return (found.start() for found in _BEGINS.finditer(text))


def _addressed(steps: Sequence[Step]) -> None:
    """Give what is to be sent, where it is made before, the address of the request: `const o = {body: d}; fetch(u, o)`."""
    made = {
        (step.statement.path, step.statement.assigns[0]): step
        for step in steps
        if not step.urls and "send" in step.labels and "body" in step.text and step.statement.assigns
    }
    for step in steps if made else ():
        asked = _OPTIONS.search(step.text) if step.urls and "fetch" in step.labels else None
        options = made.get((step.statement.path, asked[1])) if asked else None
        if options is not None and not options.urls:
            options.urls = step.urls


def num_pieces(step: Step) -> int:
    """Of how many pieces a step puts an address together, none if it cuts no scheme in two.

    >>> from metier.govern.scan.statement import Statement
    >>> text = "const u = ['ws', 's:/', '/gw.drop.invalid'].join('')"
    >>> num_pieces(Step(Statement("a.js", 1, text), frozenset(), ("wss://gw.drop.invalid",), hidden_url=True))
    3
    """
    if not (step.hidden_url and step.urls and _BEGINS.search(step.text)):
        return 0
    rows = [row[0] for row in _ROW.finditer(step.text)]
    return max([len(_PIECE.findall(row)) for row in rows if not _SCHEME.search(row)], default=0)


def _addresses(text: str) -> Iterator[str]:
    for row in _ROW.finditer(text):
        pieces = [found[0][1:-1] if found["text"] else "" for found in _PIECE.finditer(row[0])]
        if any(_SCHEME.search(piece) for piece in pieces):
            continue
        by = _JOINED_BY.search(text, row.end(), row.end() + 40)
        sign = next((group for group in by.groups() if group is not None), "") if by else ""
        # A row that has a name is put together where the name stands.
        signs = (sign,) if by or "" not in pieces else (sign, "/")
        for whole in (one.join(pieces) for one in signs):
            if address := _SCHEME.match(whole):
                yield address[0]
                break


def numbered(text: str) -> Iterator[str]:
    """The addresses that rows of numbers say, from each of which one number was taken, or with which it was mixed.

    >>> list(numbered("w([127, 99, 99, 103, 100, 45, 56, 56])"))
    ['https://']
    """
    for row in _NUMBERS.finditer(text):
        numbers = [int(one, 16 if one[:2] == "0x" else 10) for one in _NUMBER.findall(row[1])]
        if not numbers or max(numbers) > 255:
            continue
        for scheme in _SCHEMES:
            mixed, moved = numbers[0] ^ ord(scheme[0]), numbers[0] - ord(scheme[0])
            for said in ([one ^ mixed for one in numbers], [(one - moved) % 256 for one in numbers]):
                text = "".join(map(chr, said))
                if text.startswith(scheme) and "://" in text:
                    yield text
