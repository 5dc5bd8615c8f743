r"""What shape has an answer: one value, a list, a set, a tuple, an interval, a union, a matrix, a plus-minus?

Only brackets, commas and relations are read here; what lies between them is left as text for the rungs that compare
values. Depth and number of parts are bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from metier.graders.ladder.domains import domain
from metier.graders.ladder.quantity import differing_links, is_quantity, quantity_or_none
from metier.graders.ladder.sections import sections
from metier.graders.ladder.spans import ratio_of, span_of
from metier.graders.ladder.units import units

MAX_PARTS = 200
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value, with the left side of `x = 3` as its label, and the equation as a whole."""

    text: str
    label: str = ""
    whole: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """Several values: `list` (any order), `set` (any order), `tuple`, `brackets` or `vector` (this order), `union`
    (any order), `span` (two ends) or `compound` (`2 h, 5 min`: one value or a list, as `as_list_or_sum` tells)."""

    kind: str
    parts: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """What lies between two bounds; `closed` says for each whether it belongs."""

    low: str
    high: str
    closed: tuple[bool, bool]
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """The empty set."""


Shape = Leaf | Many | Interval | Nothing

_BRACKET = re.compile(r"\\begin|\\end|\\langle|\\rangle|[([{⦃]|[)\]}⦄]")
_OPEN = frozenset("([{⦃") | {"\\begin", "\\langle"}
_WORDS_OF_NOTHING = re.compile(r"(?i)^(?:no (?:real )?solutions?|\\emptyset|⦃ *⦄|(?:the )?empty set|none)$")
_ALL = re.compile(r"(?i)^(?:all (?:real )?(?:numbers|reals|x)|\\mathbb ?\{? ?R ?\}?|\(-\\infty *, *\+?\\infty *\)|R)$")
_OR, _AND, _CUP = (
    re.compile(r"(?i)\bor\b|;"),
    re.compile(r"(?i),|\band\b|;"),
    re.compile(r"∪|(?<=[\])⦄}\[]) *U *(?=[\[\](⦃{\\])"),
)
_EQUALS, _RELATION = re.compile(r"(?<![<>!=])=(?!=)"), re.compile(r"[<>≤≥]")
_MATRIX = re.compile(r"\\begin ?\{([bpvB]?matrix|smallmatrix|array)\}(?:\{[^{}]*\})?(.*)\\end ?\{\1\}", re.DOTALL)
_MEMBER = re.compile(r"^[A-Za-z]\w*(?: ?∈| in(?= ?[(\[])) ?")
_BUILDER = re.compile(r"^⦃ ?[A-Za-z]\w* ?(?:∈[^|:]*)?[|:](.*)⦄$")
_PROSE = re.compile(r"[A-Za-z]{3,}(?:[ '-][A-Za-z]+)*\.?")
_ENDS = re.compile(r"([\[\]])([^\[\]]*)[,;]([^\[\]]*)([\[\]])")
_DISTANCE = re.compile(r"\| ?([A-Za-z]) ?\| ?([<>≤≥]) ?([\d./]+)")
_MAY_BE_DOMAIN = re.compile(r"^\||numbers?\b|reals?\b|integers?\b|mathbb|ℤ")
_ALL_BUT = re.compile(
    r"(?:\\mathbb ?\{? ?R ?\}?|R) ?[∖\\-] ?⦃([^⦃⦄,]+)⦄|(?i:(?:all|every|any) (?:real )?(?:numbers?|x|reals?) "
    r"(?:except(?: for)?|but|other than|not equal to)) (?:[a-z] ?= ?)?([^,]+)"
)
_SCALED = re.compile(r"((?:(?!\\begin)[^,;=])+?) ?\*? ?(\\begin ?\{.*)", re.DOTALL)
_TURNED = re.compile(r"([(\[].*[)\]]|\\begin.*\}) ?\^ ?(?:\{ ?(?:T|\\top|\\intercal) ?\}|T|\\top|\\intercal)")
_MEASURED = re.compile(r"(\(.*,.*\)|\\langle.*,.*\\rangle) ?([A-Za-zμΩ°%][A-Za-zμΩ°%/^*{}\d -]*)")
_ROWS = re.compile(r"-?[\d./]+(?: +-?[\d./]+)+(?: *; *-?[\d./]+(?: +-?[\d./]+)+)*")
_SPREAD = re.compile(r"(-?[\d.]+) ?([A-Za-z°%μΩ][^±]*?) ?± ?([\d.]+) ?([A-Za-z°%μΩ][^±]*)")
_ANGLED = re.compile(r"<([^<>=≤≥]*,[^<>=≤≥]*)>")
_AND_THEN = r"(?:,? and |, ?)"
_FAMILIES = (
    ("weeks?", "days?|d", "hours?|hrs?|h", "minutes?|mins?", "seconds?|secs?|s"),
    ("feet|foot|ft", "inch(?:es)?|in"),
    ("lbs?", "oz"),
)
_COMPOUND = re.compile(
    "|".join(
        "".join(rf"(?:(?:^|(?<!^){_AND_THEN})\d[\d.]* ?(?:{unit})(?![a-z]))?" for unit in family)
        for family in _FAMILIES
    )
)
"""Units of one family, the larger ones first."""
_SIMPLE = re.compile(r"[-+\d.eE*^{}%/ ]*+(?:[A-Za-z°/^ {}\d\\-]*+)")


@lru_cache(maxsize=4096)
def shape(text: str) -> Shape:
    r"""Read the shape of a cleaned answer.

    >>> shape("2 ≤ x < 5")
    Interval(low='2', high='5', closed=(True, False), label='x')
    >>> shape("x = 3")
    Leaf(text='3', label='x')
    """
    return _shape(text, 0)


def split(text: str, at: re.Pattern[str], *, most: int = MAX_PARTS) -> list[str]:
    """Split a text where a pattern stands outside all brackets, in linear time.

    >>> split("(1,2),3", re.compile(","))
    ['(1,2)', '3']
    """
    if not at.search(text):
        return [text.strip()]
    marks = sorted(
        [(found.start(), found.end(), found[0]) for found in _BRACKET.finditer(text)]
        + [(found.start(), found.end(), None) for found in at.finditer(text)],
        key=lambda mark: mark[:2],
    )
    pieces: list[str] = []
    depth, start = 0, 0
    for begin, end, bracket in marks:
        if bracket is not None:
            depth += 1 if bracket in _OPEN else -1
        elif depth == 0 and len(pieces) < most:
            pieces.append(text[start:begin].strip())
            start = end
    return [*pieces, text[start:].strip()]


def as_list_or_sum(one: Shape, other: Shape) -> Shape:
    """`2 h, 5 min` as a list beside several values, else as one value.

    >>> as_list_or_sum(shape("2 h, 5 min"), shape("125 min")), as_list_or_sum(shape("2 h, 5 min"), shape("1, 2")).kind
    (Leaf(text='2 h 5 min', label=''), 'list')
    """
    if not isinstance(one, Many) or one.kind != "compound":
        return one
    if isinstance(other, Many) and other.kind != "compound":
        return Many(kind="list", parts=one.parts)
    return Leaf(text=" ".join(part.text for part in one.parts if isinstance(part, Leaf)))


def _shape(text: str, depth: int) -> Shape:
    text = text.strip(" ,;")
    if depth > _MAX_DEPTH:
        return Leaf(text=text)
    if _WORDS_OF_NOTHING.match(text):
        return Nothing()
    if _ALL.match(text) and text != "R":
        return Interval(low="-\\infty", high="\\infty", closed=(False, False))
    if (matrix := _MATRIX.fullmatch(text)) and len(split(text, re.compile(r"(?<=\}) *(?=\\begin)"))) == 1:
        return _matrix(matrix[2], depth)
    if text[:1] in "([" and "\\begin" in text[:9] and (matrix := _MATRIX.fullmatch(text[1:-1].strip())):
        return _matrix(matrix[2], depth)
    if text.startswith("⦃") and (condition := _BUILDER.match(text)):
        return _shape(condition[1], depth + 1)
    text = _MEMBER.sub("", text)
    if (special := _special(text, depth)) is not None:
        return special
    for mark, kind in ((_CUP, "union"), (_OR, "list"), (_AND, "list")):
        pieces = [piece for piece in split(text, mark) if piece and not _PROSE.fullmatch(piece)]
        if len(pieces) > 1:
            return _joined([_shape(piece, depth + 1) for piece in pieces], kind, mark is _OR or mark is _CUP)
        if len(pieces) == 1 and pieces[0] != text:
            return _shape(pieces[0], depth + 1)
    if "≠" in text:
        name, _, value = text.partition("≠")
        below = Interval(low="-\\infty", high=value.strip(), closed=(False, False), label=name)
        above = Interval(low=value.strip(), high="\\infty", closed=(False, False), label=name.strip())
        return Many(kind="union", parts=(below, above))
    if _RELATION.search(text):
        return _inequality(text)
    sides = split(text, _EQUALS)
    if len(sides) > 1:
        return _equation(sides, depth)
    exact = split(text, re.compile("≈"))
    if len(exact) == 2 and exact[0] and exact[1]:
        if differing := differing_links(exact):
            return Many(kind="list", parts=tuple(Leaf(text=side) for side in differing))
        return _labelled(exact, depth)
    if "±" in text and text[:1] != "⦃":
        return _plus_minus(text)
    return _bracketed(text, depth)


def _special(text: str, depth: int) -> Shape | None:
    """What its own marks tell from a list: `]1, 3[`, `|x| > 1`, `1 to 3`, all but a number, 2 h and 5 min."""
    if text[:1] in ("[", "]") and (open_ := _ENDS.fullmatch(text)) and (open_[1] == "]" or open_[4] == "["):
        return Interval(low=open_[2].strip(), high=open_[3].strip(), closed=(open_[1] == "[", open_[4] == "]"))
    if text.count(" to ") > 1 and ratio_of(text):
        return Leaf(text=text.replace(" to ", ":"))
    if (" to " in text or text[:7].lower() == "between") and (ends := span_of(text)):
        return Many(kind="span", parts=tuple(Leaf(text=end) for end in ends))
    if ")" in text or ":" in text:
        pieces = sections(text)
        if pieces:
            return Many(kind="tuple", parts=tuple(_shape(piece, depth + 1) for piece in pieces))
    if _MAY_BE_DOMAIN.search(text) and (named := domain(text)):
        return _shape(named, depth + 1)
    if text[:1] == "|" and (away := _DISTANCE.fullmatch(text)):
        name, relation, far = away.groups()
        closed = relation in "≤≥"
        if relation in "<≤":
            return Interval(low=f"-{far}", high=far, closed=(closed, closed), label=name)
        return _outside(f"-{far}", far, closed=closed, label=name)
    if ("⦃" in text or "number" in text or "real" in text or "except" in text) and (but := _ALL_BUT.fullmatch(text)):
        hole = (but[1] or but[2]).strip()
        return _outside(hole, hole)
    if text[:1] in "([\\" and (turned := _TURNED.fullmatch(text)) and _encloses(turned[1]):
        return _bracketed(turned[1], depth)
    if text[:1] in "(\\" and (measured := _MEASURED.fullmatch(text)) and _encloses(measured[1]):
        return _in_unit(measured[2], _bracketed(measured[1], depth))
    if text[:1] == "<" and (angled := _ANGLED.fullmatch(text)):
        return _bracketed(f"\\langle {angled[1]}\\rangle", depth)
    if text[:1].isdigit() and ("," in text or " and " in text) and _COMPOUND.fullmatch(text):
        return Many(kind="compound", parts=tuple(Leaf(text=part) for part in re.split(_AND_THEN, text)))
    if text.count("\\begin") == 1 and (scaled := _SCALED.fullmatch(text)) and (matrix := _MATRIX.fullmatch(scaled[2])):
        return _times(scaled[1], _matrix(matrix[2], depth))
    return None


def _outside(low: str, high: str, *, closed: bool = False, label: str = "") -> Many:
    below = Interval(low="-\\infty", high=low, closed=(False, closed), label=label)
    return Many(kind="union", parts=(below, Interval(low=high, high="\\infty", closed=(closed, False), label=label)))


def _times(factor: str, one: Shape) -> Shape:
    if isinstance(one, Many):
        return Many(kind=one.kind, parts=tuple(_times(factor, part) for part in one.parts))
    return Leaf(text=f"({factor})*({one.text})") if isinstance(one, Leaf) else one


def _in_unit(unit: str, one: Shape) -> Shape:
    if isinstance(one, Many):
        return Many(kind=one.kind, parts=tuple(_in_unit(unit, part) for part in one.parts))
    return Leaf(text=f"{one.text} {unit}") if isinstance(one, Leaf) else one


def _joined(parts: list[Shape], kind: str, alternatives: bool) -> Shape:
    alike = {kind, "compound"} if kind == "list" else {kind}
    flat = [
        inner for part in parts for inner in (part.parts if isinstance(part, Many) and part.kind in alike else (part,))
    ]
    if kind == "union" and all(_is_kind(part, "set") for part in flat):
        return Many(kind="set", parts=tuple(inner for part in flat if isinstance(part, Many) for inner in part.parts))
    if all(isinstance(part, Interval) for part in flat):
        if not alternatives and len(flat) == 2 and (both := _both(flat)):
            return both
        return Many(kind="union", parts=tuple(flat))
    return Many(kind=kind, parts=tuple(flat))


def _is_kind(one: Shape, kind: str) -> bool:
    return isinstance(one, Many) and one.kind == kind


def _both(parts: list[Shape]) -> Interval | None:
    """`x > 1` and `x < 3` as one interval."""
    one, two = parts
    if not (isinstance(one, Interval) and isinstance(two, Interval) and one.label and one.label == two.label):
        return None
    if "\\infty" in one.low:
        one, two = two, one
    if one.high == "\\infty" and two.low == "-\\infty":
        return Interval(low=one.low, high=two.high, closed=(one.closed[0], two.closed[1]), label=one.label)
    return None


def _matrix(body: str, depth: int) -> Shape:
    rows = [row for row in re.split(r"\\\\(?:\[[^\]]*\])?|\\cr", body) if row.strip(" \\hline")]
    cells = [[_shape(cell, depth + 1) for cell in row.split("&")] for row in rows[:MAX_PARTS]]
    if all(len(row) == 1 for row in cells):
        return Many(kind="vector", parts=tuple(row[0] for row in cells))
    if len(cells) == 1:
        return Many(kind="vector", parts=tuple(cells[0]))
    return Many(kind="vector", parts=tuple(Many(kind="vector", parts=tuple(row)) for row in cells))


def _inequality(text: str) -> Shape:
    bounds = _RELATION.split(text)
    signs = _RELATION.findall(text)
    bounds = [bound.strip() for bound in bounds]
    if len(signs) == 1:
        left, right = bounds
        closed = signs[0] in "≤≥"
        if not re.search(r"[A-Za-z]", left) or (
            re.fullmatch(r"\\?[A-Za-z]\w*", right) and not re.fullmatch(r"\\?[A-Za-z]\w*", left)
        ):
            left, right = right, left
            signs = ["<" if signs[0] in ">≥" else ">"]
        if (inside := re.fullmatch(r"\|(.*)\|", left)) and signs[0] in "<≤":
            return Interval(low=f"-({right})", high=right, closed=(closed, closed), label=inside[1])
        if signs[0] in "<≤":
            return Interval(low="-\\infty", high=right, closed=(False, closed), label=left)
        return Interval(low=right, high="\\infty", closed=(closed, False), label=left)
    if len(signs) == 2 and all(sign in "<≤" for sign in signs):
        return Interval(low=bounds[0], high=bounds[2], closed=(signs[0] == "≤", signs[1] == "≤"), label=bounds[1])
    if len(signs) == 2 and all(sign in ">≥" for sign in signs):
        return Interval(low=bounds[2], high=bounds[0], closed=(signs[1] == "≥", signs[0] == "≥"), label=bounds[1])
    if len(signs) > 2 and all(sign in ">≥" for sign in signs):
        turned = {">": "<", "≥": "≤"}
        links = [
            part
            for pair in zip(bounds[::-1], [turned[sign] for sign in signs[::-1]] + [""], strict=True)
            for part in pair
        ]
        return Leaf(text="".join(links))
    return Leaf(text=re.sub(r" ?([<>≤≥]) ?", r"\1", text) if len(signs) > 2 else text)


_MATRIX_NAME = re.compile(
    r"(?:\\[a-z]+ ?)?\(?\\?[A-Za-z]+(?:_\{?\w+\}?)?\)?(?: ?\^ ?(?:\{ ?(?:-?\w|-?\d+|\\\w+) ?\}|\w|\\\w+|\*))?'?"
)
_ADDS = re.compile(r"[+]| -")
_SYMBOL = re.compile(r" ?\\?[A-Za-z]+(?:_\{?\w+\}?)?")
_LABEL = re.compile(
    r"^\\?(?:[A-Za-z][\w' ]*|[A-Za-z])(?:_\{?[^=+*/^-]*\}?)?(?:\([^()]*\))?'?$|^\\[A-Za-z]+ ?\\?\w+[^-+*/=^]*$|"
    r"^\|.*\|$|^.*[A-Za-z] ?\([^()]*\)$"
)


def _equation(sides: list[str], depth: int) -> Shape:
    """The last side, under the first as its label; a relation between formulas stays whole."""
    whole = "=".join(sides)
    if len(sides) > 2 and re.fullmatch(r"\\?[A-Za-z]", sides[-1]):
        if all(_SYMBOL.fullmatch(side) for side in sides):
            return Leaf(text=whole)
        sides = sides[:-1]
    if differing := differing_links(sides):
        return Many(kind="list", parts=tuple(Leaf(text=side) for side in differing))
    first, last = sides[0], sides[-1]
    if len(sides) == 2 and re.fullmatch(r"\\?[A-Za-z]", last) and not _LABEL.match(first):
        first, last = last, first
    if first and len(sides) == 2 and all(not _ADDS.search(side) and is_quantity(side) for side in sides):
        return Leaf(text=last)
    if named := _named(first, last, depth):
        return named
    if last.startswith("\\begin") and _MATRIX_NAME.fullmatch(first):
        return _shape(last, depth + 1)
    if first and not _LABEL.match(first) and len(sides) == 2 and re.search(r"[A-Za-z]", first):
        return Leaf(text=f"{first}={last}")
    value = _shape(last, depth + 1)
    return Leaf(text=value.text, label=first, whole=whole) if isinstance(value, Leaf) else value


def _named(first: str, last: str, depth: int) -> Many | None:
    """`(a, b) = (2, 3)` as `a = 2, b = 3`."""
    if not (first[:1] == "(" and last[:1] == "(" and first[-1:] == ")"):
        return None
    labels, values = [label.strip() for label in first[1:-1].split(",")], _bracketed(last, depth)
    if not isinstance(values, Many) or len(labels) != len(values.parts) or not all(map(_SYMBOL.fullmatch, labels)):
        return None
    if not all(isinstance(part, Leaf) for part in values.parts):
        return None
    pairs = list(zip(labels, values.parts, strict=True))
    if labels[1:] == ["r"]:
        # A pair of polar coordinates without names gives the distance first.
        pairs.reverse()
    return Many(
        kind="list", parts=tuple(Leaf(text=getattr(part, "text", ""), label=name.strip()) for name, part in pairs)
    )


def _labelled(sides: list[str], depth: int) -> Shape:
    """`x ≈ 3` is labelled; of `1/3 ≈ 0.333` the exact side counts."""
    if _unit_comes_last(sides):
        return _shape(sides[1], depth + 1)
    if re.search(r"\d", sides[0]) and not re.match(r"^[A-Za-z]_?\{?\d*\}?$", sides[0]):
        return _shape(sides[0], depth + 1)
    value = _shape(sides[1], depth + 1)
    return Leaf(text=value.text, label=sides[0]) if isinstance(value, Leaf) else value


def _unit_comes_last(sides: list[str]) -> bool:
    """Whether a number is computed without a unit, which is given where it is rounded: `9^2/20 ≈ 4.05 m`."""
    computed, rounded = quantity_or_none(sides[0]), quantity_or_none(sides[1])
    return bool(computed and rounded and not computed.unit and rounded.unit and units(rounded.unit))


def _plus_minus(text: str) -> Shape:
    if (repeated := _SPREAD.fullmatch(text)) and repeated[2] == repeated[4]:
        text = f"({repeated[1]}±{repeated[3]}) {repeated[2]}"
    if len(split(text, re.compile("±"))) > 2:
        return Leaf(text=text)
    return Many(kind="plus-minus", parts=(Leaf(text=text.replace("±", "+")), Leaf(text=text.replace("±", "-"))))


def _bracketed(text: str, depth: int) -> Shape:
    opened, body, closed = text[:1], text[1:-1], text[-1:]
    if text.startswith("\\langle") and text.endswith("\\rangle"):
        opened, body, closed = "<", text[7:-7], ">"
    if not (opened in ("(", "[", "⦃", "{", "<") and closed in (")", "]", "⦄", "}", ">")) or not _encloses(text):
        return Leaf(text=text)
    if opened == "[" and _ROWS.fullmatch(body.strip()):
        return _matrix("\\cr".join("&".join(row.split()) for row in body.split(";")), depth)
    pieces = split(body, re.compile("[,;]"))
    if opened == "⦃" or (opened == "{" and len(pieces) > 1):
        read = [_shape(piece, depth + 1) for piece in pieces]
        inside = [
            one
            for part in read
            for one in (part.parts if isinstance(part, Many) and part.kind == "plus-minus" else (part,))
        ]
        return (
            inside[0] if len(inside) == 1 and not isinstance(inside[0], Leaf) else Many(kind="set", parts=tuple(inside))
        )
    if len(pieces) == 1:
        return Leaf(text=text) if opened == "(" or opened == "{" else _shape(body, depth + 1)
    ends = [piece.strip() for piece in pieces]
    if len(pieces) == 2 and (opened + closed in ("(]", "[)") or any("\\infty" in end for end in ends)):
        return Interval(low=ends[0], high=ends[1], closed=(opened == "[", closed == "]"))
    kind = {"[": "brackets", "<": "vector"}.get(opened, "tuple")
    return Many(kind=kind, parts=tuple(_shape(piece, depth + 1) for piece in pieces))


def _encloses(text: str) -> bool:
    """Whether the first bracket is closed by the last one."""
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += 1 if found[0] in _OPEN else -1
        if depth == 0:
            return found.end() == len(text)
    return False
