"""Which of many patterns could match where? A multi-pattern automaton looks once; exact patterns check its hits.

From each regular expression the literals are taken of which every match must hold one, as many such sets as it has. The
most telling set is looked for in one pass over everything: with `ahocorasick_rs` if it is installed, else word by word;
both find the same. The other sets are looked for where that one was found.
"""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from copy import copy
from functools import lru_cache
from typing import Any

_parser: Any = re._parser  # type: ignore[attr-defined]
_LITERAL: Any = _parser.LITERAL
_TEXT = "TEXT"
"""The name of literals that follow each other in a pattern."""
_RARE = frozenset("~^%@&|")
_MAX_SET, _MAX_ALSO = 96, 48
"""How many literals a set holds at most: one that is looked for first, and one that is looked for where that was found."""
_SYNTAX = re.compile(r"\\.|\[\^?\]?|[]()|]", re.S)
_START, _MAX_WORD, _MAX_KNOWN = 3, 40, 100_000
"""By how many letters a needle is known, and which words are kept."""
_COMMON: dict[int, str] = {
    1: "- es",
    2: "an at de en il in it le me on or se the",
    3: "ad ai as di el est he id im is la lo nc ne ni pr si th to tr tu us ut ve",
    4: (
        '", \', (" (\' ). -c -p -s /s [` ]( `. act all and be cl do em f" for get ha if ip ist iv kill ls no op refer '
        "reference res run sa sh skill so sp su un use"
    ),
    5: (
        '"a \'s (f" )) -a -d -f -h -m -o -r .co /. /c :// =" =$ => [\' _key `, add api app are before cat cc cont '
        "contain conte data date dd der du echo enc end error file flow form from get( has his host http https import "
        "instal install its key les model name not of ok one only our out pat path pec pre print ps put que rate rd "
        "return rm script side skill.md sol stall step string task that top turn type up url user version we with "
        "work workflow you"
    ),
    6: (
        '$( (` -i -w -x ... .app .get( /` 0, 100 [" _pat `/ account action after agent als answer append apt argument '
        "ask asks async atch auth author bug build but by can change check client code config configure confirm "
        "consol console content core count cover cp create curl cut d' debug default del den deploy dir dire direct "
        "dis docs document does down each email env eth eval every example exist fail figure first format full "
        "function generate gh go gpu guide hand head her here how hub image includ input installe installed irm item "
        "know late law led let library line link list live load local log low mal map mark message miss mode must my "
        "new non npx null number off open opera opt option ost other output over own pas pass pin pip platform pose "
        "post profile public query question ran read reg report require response result results rev route row rule "
        "sag sage sam scripts sd search sed see select self sent serve service set setup sign sin star start status "
        "stream sts support sure surfac surface tag tar target tasks test text then this through time token too tool "
        "total true two under uri users value var verif via wait when word write ws your"
    ),
    7: (
        '"w .join .me /dev/ /dev/null /f /w 12 =true `http `https: access active addr address again against agents '
        "already always amount answered anti any appl application apply authorization auto available back block board "
        "both bound bun cache call case cause click cmd command commands comme complete configuration conn consume "
        "context contract control current day decision delet delete detail diff differ directly directory docker "
        "documentation don't dress drive edge edit else enabl enable endpoint environ environment even ever exec "
        "execut existing export extra extract f' failure fall false fetch files filter find fine flag follow found "
        "frame gem gist git github.com grep group hard have header help hold home hook hour in( include into issue "
        "join join( keep key= knowledge label language launch layer less license lie limit lines llm mail management "
        "market may measure memor memory missing modify mot move n't names need needs network never node none nor "
        "note now object old older once operation optional order os. package page params part pay perform ping pipe "
        "pipeline place plain plan play point points polic policy present price private process produce product "
        "project prompt prove provide python questions raw real recommend record regist repo request required "
        "requires rest review right root round rules running runs safe safety same sample save scan scope score "
        "secret section security send sepa server session shar share ship should show site skills skip source space "
        "src stand state steps stop store succe summary supported sync system table tail tax tests than them these "
        "they times timestamp training update usage used user' user's using valid validate validation values verify "
        "view wallet want way web were what where which win without yes ~/"
    ),
}
_WORDS = {word: bits for bits, words in _COMMON.items() for word in words.split()}
"""Of the lines of public packages, one in 2 to the power of this holds the word, if only within another."""
_ADDRESS_BITS = 6
_MAX_BITS = 11
"""What a word tells at most: its letters do not come by chance."""
_BITS = dict(
    zip(
        "etaoinsrhldcumfpgwybvkxjqz",
        (3, 3.5, 3.6, 3.7, 3.8, 3.8, 4, 4, 4, 4.6, 4.6, 5, 5, 5.3, 5.4, 5.6, 5.7, 5.4, 5.6, 6, 6.6, 7, 9, 9.5, 10, 10),
        strict=True,
    )
)
_BITS |= dict.fromkeys("-./_('\"=:,|${}[]`", 4) | dict.fromkeys("<>+?#;*", 5) | dict.fromkeys("%!@&", 6)
"""The bits that a letter of English, or a sign, tells."""
_SPACES = "\t\r\x0b\x0c\x1c\x1d\x1e\x1f"
_WIDE_SPACES = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_ASCII = bytes(range(128))
_MORE_SPACES = re.compile("   *")
_LIKE_ASCII = re.compile("[\u0130\u0131\u017f\u212a]")
"""Letters that count as those of ASCII where case is ignored, and are others in lower case."""


def literals(pattern: re.Pattern[str]) -> frozenset[str]:
    """Lower-case texts of which every match holds one; empty if there is no such set.

    >>> sorted(literals(re.compile(r"\\b(?:curl|wget)\\s+https?|atob\\(")))
    ['atob(', 'curl http', 'wget http']
    """
    return _needs(_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))[0]


class Alternative:
    """A pattern, or one of its alternatives, compiled when it is first needed."""

    __slots__ = ("flags", "pattern", "search")

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self.flags = pattern, flags
        self.search: Callable[[str], re.Match[str] | None] = self._first

    def _first(self, text: str) -> re.Match[str] | None:
        self.search = re.compile(self.pattern, self.flags).search
        return self.search(text)


def _ahead(parsed: Any, flags: int) -> str:
    """A look at the letter that begins a match; empty if that can be any letter.

    Where case is ignored the engine tries every branch at every place, unless it can pass over the place at once.
    """
    begins = _first_signs(parsed) if flags & re.IGNORECASE else None
    return f"(?=[{''.join(sorted(begins))}])" if begins and any(map(str.isalpha, begins)) else ""


def _first_signs(parsed: Any) -> set[str] | None:
    """The letters and signs that a match can begin with, as parts of a class; nothing if that cannot be told by few."""
    for operation, argument in parsed:
        name = str(operation)
        if name == "LITERAL":
            return {re.escape(chr(argument))}
        if name == "IN":
            are_signs = all(str(kind) == "LITERAL" for kind, _ in argument)
            return {re.escape(chr(sign)) for _, sign in argument} if are_signs else None
        if name == "SUBPATTERN":
            return None if argument[1] else _first_signs(argument[3])
        if name == "BRANCH":
            every = [_first_signs(branch) for branch in argument[1]]
            return set().union(*(signs for signs in every if signs)) if all(every) else None
        if name not in ("AT", "ASSERT", "ASSERT_NOT"):
            return None
    return None


def alternatives(pattern: str) -> list[str]:
    """The alternatives of a pattern at its top level; one of them matches where the pattern does.

    >>> alternatives(r"a(?:b|c)|[|]d|e\\|f")
    ['a(?:b|c)', '[|]d', 'e\\\\|f']
    """
    found, begin, depth, in_class = [], 0, 0, False
    for piece in _SYNTAX.finditer(pattern):
        sign = piece[0]
        if in_class:
            in_class = sign != "]"
        elif sign[0] == "[":
            in_class = True
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        elif sign == "|" and not depth:
            found.append(pattern[begin : piece.start()])
            begin = piece.end()
    return [*found, pattern[begin:]]


class Triggers:
    """Finds, for each of many texts, the patterns that could match it."""

    def __init__(self, patterns: Iterable[tuple[str, int]]) -> None:
        self._needed: list[frozenset[str]] = []
        self._next: list[tuple[str, ...]] = []
        self._also: list[tuple[tuple[str, ...], ...]] = []
        self._ahead: list[str] = []
        for source, flags in patterns:
            parsed = _parser.parse(source, flags)
            self._ahead.append(_ahead(parsed, flags))
            needed, *also = _needs(parsed)
            self._needed.append(needed)
            self._next.append(tuple(also[0]) if also else ("",))
            self._also.append(tuple(map(tuple, also[1:])))
        self._look_for(range(len(self._needed)))

    def _look_for(self, numbers: Iterable[int]) -> None:
        self._always: list[int] = []
        owners: dict[str, list[int]] = {}
        for number in numbers:
            if not self._needed[number]:
                self._always.append(number)
            for literal in self._needed[number]:
                owners.setdefault(literal, []).append(number)
        literals = sorted(owners)
        self._find = _finder(literals, [tuple(owners[literal]) for literal in literals])

    def only(self, numbers: Iterable[int]) -> Triggers:
        """Look for some of the patterns, which keep their numbers."""
        some = copy(self)
        some._look_for(sorted(numbers))
        return some

    @classmethod
    def of(cls, patterns: Sequence[re.Pattern[str] | Alternative]) -> Triggers:
        """Look for whole patterns."""
        return cls((pattern.pattern, pattern.flags & ~re.UNICODE) for pattern in patterns)

    @classmethod
    def of_alternatives(
        cls, patterns: Sequence[re.Pattern[str] | Alternative]
    ) -> tuple[Triggers, list[tuple[int, Alternative]]]:
        """Look for each alternative of each pattern by itself; also tells which pattern each belongs to."""
        pieces = [
            (number, source, pattern.flags & ~re.UNICODE)
            for number, pattern in enumerate(patterns)
            for source in alternatives(pattern.pattern)
        ]
        triggers = cls((source, flags) for _, source, flags in pieces)
        told = zip(pieces, triggers._ahead, strict=True)
        return triggers, [(number, Alternative(ahead + source, flags)) for (number, source, flags), ahead in told]

    def candidates(self, given: Iterable[str]) -> dict[int, list[int]]:
        """By the number of a text, the numbers of the patterns that could match it. Texts without any are left out."""
        every = [*given]
        once = dict.fromkeys(every)
        texts = [*once]
        found = self._of_each(texts)
        if len(texts) == len(every):
            return found
        by_text = {texts[number]: could for number, could in found.items()}
        return {number: by_text[text] for number, text in enumerate(every) if text in by_text}

    def _of_each(self, texts: list[str]) -> dict[int, list[int]]:
        # A text by itself is mostly ASCII, and sooner in lower case than all of them together.
        lowered = [text.lower() for text in texts]
        joined = "\n".join(lowered)
        if joined.count("\n") >= len(texts):
            joined = "\n".join([text.replace("\n", " ") for text in lowered])
        return self._lines(joined) if texts else {}

    def lines(self, text: str) -> dict[int, list[int]]:
        """By the number of a line of a text, from 0, the numbers of the patterns that could match it."""
        return self._lines(lowered(text))

    def _lines(self, text: str) -> dict[int, list[int]]:
        """As `lines`, of a text in lower case."""
        joined = _one_space(plain_spaces(text))
        hits = self._find(joined)
        if not hits and not self._always:
            return {}
        lowered = joined.split("\n")
        found = {}
        following, also, always = self._next, self._also, self._always
        for number in range(len(lowered)) if always else hits:
            line, which = lowered[number], hits.get(number, ())
            could = []
            for one in which if len(which) == 1 and not always else {*always, *which}:
                for literal in following[one]:
                    if literal in line:
                        break
                else:
                    continue
                for needed in also[one]:
                    for literal in needed:
                        if literal in line:
                            break
                    else:
                        break
                else:
                    could.append(one)
            if could:
                found[number] = could
        return found


def found_in(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    """Whether a text holds a pattern of many alternatives in ASCII, of which each is tried only where it could match.

    >>> found_in(re.compile("curl|wget", re.I))("Wget it.")
    True
    """
    search = found_among(pattern)
    return lambda text: bool(search([text]))


def found_among(pattern: re.Pattern[str]) -> Callable[[Sequence[str]], list[str]]:
    """As `found_in`, of many texts together: those of them that hold the pattern, in their order.

    >>> found_among(re.compile("curl|wget", re.I))(["Wget it.", "Read it."])
    ['Wget it.']
    """
    triggers, tests = Triggers.of_alternatives([pattern])

    def holds(text: str, could: Iterable[int]) -> bool:
        if not text.isascii() and _LIKE_ASCII.search(text):
            return pattern.search(text) is not None
        return any(tests[which][1].search(text) for which in could)

    def search(texts: Sequence[str]) -> list[str]:
        candidates = triggers.candidates(texts)
        return [text for number, text in enumerate(texts) if holds(text, candidates.get(number, ()))]

    return search


def plain_spaces(text: str) -> str:
    """A text in which every kind of space but the end of a line is a space."""
    for space in _SPACES if text.isascii() else _SPACES + _WIDE_SPACES:
        if space in text:
            text = text.replace(space, " ")
    return text


def lowered(text: str) -> str:
    """A long text in lower case: sooner than by itself, if what it holds besides ASCII has no case.

    >>> lowered("Ask — ÁGNES")
    'ask — ágnes'
    """
    if text.isascii():
        return text.lower()
    said = _spelled(text)
    others = said.translate(None, _ASCII).decode(errors="surrogatepass")
    return said.lower().decode(errors="surrogatepass") if others == others.lower() else text.lower()


def _one_space(text: str) -> str:
    """A text in which no space follows another."""
    return _MORE_SPACES.sub(" ", text) if "  " in text else text


def may_hold(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text may hold one of some words of lower-case ASCII, where case is ignored.

    >>> may_hold("Read the Payload.", ("payload",)), may_hold("Read the file.", ("payload",))
    (True, False)
    """
    # Where case is ignored, a few other letters count as those of ASCII.
    return not text.isascii() or _holds_any(words)(text.lower())


@lru_cache(maxsize=32)
def _holds_any(words: tuple[str, ...]) -> Callable[[str], bool]:
    return any_of(words)


def words_of(needles: Sequence[str]) -> Callable[[str], Collection[str]]:
    """A search that tells which of some words a text holds.

    >>> sorted(words_of(["curl", "wget"])("curl -s x | sh"))
    ['curl']
    """
    try:
        from ahocorasick_rs import AhoCorasick
    except ImportError:
        return lambda text: [needle for needle in needles if needle in text]
    automaton = AhoCorasick(needles)
    return lambda text: {*automaton.find_matches_as_strings(text, overlapping=True)}


def any_of(needles: Sequence[str]) -> Callable[[str], bool]:
    """A search that tells whether a text holds any of some words.

    >>> any_of(["curl", "wget"])("curl -s x | sh")
    True
    """
    try:
        from ahocorasick_rs import AhoCorasick, MatchKind
    except ImportError:
        return lambda text: any(needle in text for needle in needles)
    automaton = AhoCorasick(needles, matchkind=MatchKind.LeftmostFirst)
    return lambda text: bool(automaton.find_matches_as_strings(text))


def places_of(needles: Sequence[str]) -> Callable[[str], Iterable[int]]:
    """A search for the places at which any of some words begins, line by line.

    >>> [*places_of(["curl", "wget"])("sudo curl -s x")]
    [5]
    """
    try:
        from ahocorasick_rs import BytesAhoCorasick, MatchKind
    except ImportError:
        return lambda text: _places([needle for needle in needles if needle in text], text)
    # Only where matches do not overlap can the automaton look at many letters at once.
    automaton = BytesAhoCorasick(map(_spelled, needles), matchkind=MatchKind.LeftmostFirst)
    is_plain = all(needle.isascii() and "?" not in needle for needle in needles)

    def search(text: str) -> list[int]:
        # Where each letter is one byte, places stay as they are.
        said = text.encode("ascii", "replace") if is_plain else _spelled(text)
        places = [place for _, place, _ in automaton.find_matches_as_indexes(said)]
        return places if len(said) == len(text) else [*_in_letters(said, places)]

    return search


def _spelled(text: str) -> bytes:
    """A text as it is looked through, which takes no table of where each letter begins."""
    return text.encode(errors="surrogatepass")


def _in_letters(said: bytes, places: Iterable[int]) -> Iterator[int]:
    """For places in the bytes of a text, in order, those of the same letters in the text."""
    last = count = 0
    for place in places:
        count += len(said[last:place].decode(errors="surrogatepass"))
        last = place
        yield count


def runs_of(signs: str, length: int) -> Callable[[str | bytes], Iterator[int]]:
    """A search for the places at which so many of some signs of ASCII follow each other, in a text or what it is in ASCII.

    >>> [*runs_of("0123456789", 4)("in 2024, 31 of 10000")]
    [3, 15]
    """
    # Each sign is one byte, so that places stay as they are.
    table = bytes(ord("a") if chr(code) in signs else ord(" ") for code in range(256))
    run = b"a" * length

    def search(text: str | bytes) -> Iterator[int]:
        runs = (text if isinstance(text, bytes) else text.encode("ascii", "replace")).translate(table)
        place = runs.find(run)
        while place >= 0:
            yield place
            end = runs.find(b" ", place)
            place = runs.find(run, end) if end >= 0 else -1

    return search


def holding(texts: Sequence[str], search: Callable[[str], Iterable[int]]) -> set[int]:
    """The numbers of the texts in which what is searched for begins; all are searched together, a line each.

    >>> holding(["wget x", "ls", "curl x; curl y"], places_of(["curl"]))
    {2}
    """
    places = [*search("\n".join(texts))]
    ends = [*itertools.accumulate([len(text) + 1 for text in texts])] if places else []
    return {bisect_right(ends, place) for place in places}


def _places(held: list[str], text: str) -> list[int]:
    return [found.start() for found in re.finditer("|".join(map(re.escape, held)), text)] if held else []


def _finder(needles: list[str], owners: Sequence[tuple[int, ...]]) -> Callable[[str], dict[int, list[int]]]:
    """A search that tells for each line of a text the owners of the needles that it holds; one may be told twice."""
    try:
        from ahocorasick_rs import BytesAhoCorasick
    except ImportError:
        return _Words(needles, owners).search
    automaton = BytesAhoCorasick(map(_spelled, needles))

    def search(text: str) -> dict[int, list[int]]:
        hits: dict[int, list[int]] = {}
        number, begin, end, here = 0, 0, -1, list[int]()
        said = _spelled(text)
        # No needle holds the end of a line, so that matches come line by line.
        for needle, place, _ in automaton.find_matches_as_indexes(said, overlapping=True):
            if place > end:
                number += said.count(b"\n", begin, place)
                begin, end = place, said.find(b"\n", place)
                end = end if end >= 0 else len(said)
                hits[number] = here = []
            here += owners[needle]
        return hits

    return search


class _Words:
    """Finds needles word by word: the same words come again and again, so what each holds is kept."""

    def __init__(self, needles: list[str], owners: Sequence[tuple[int, ...]]) -> None:
        self._needles, self._owners = needles, owners
        self._known: dict[str, tuple[int, ...]] = {}
        self._by_start: dict[str, list[tuple[str, int]]] = {}
        self._short: list[tuple[str, int]] = []
        for number, needle in enumerate(needles):
            core = max(needle.split(), key=len)
            same = self._by_start.setdefault(core[:_START], []) if len(core) >= _START else self._short
            same.append((core, number))

    def search(self, text: str) -> dict[int, list[int]]:
        """By line the owners of the needles in it."""
        hits: dict[int, list[int]] = {}
        for number, line in enumerate(text.split("\n")):
            here = {one for word in line.split(" ") for one in self._in(word) if self._needles[one] in line}
            if here:
                hits[number] = [owner for one in here for owner in self._owners[one]]
        return hits

    def _in(self, word: str) -> tuple[int, ...]:
        """The needles of which the longest word is in a word."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            starts = {word[place : place + _START] for place in range(len(word))}
            told = (pair for start in starts & self._by_start.keys() for pair in self._by_start[start])
            known = tuple(one for core, one in (*told, *self._short) if core in word)
            if len(word) <= _MAX_WORD:
                self._known[word] = known
        return known


def _needs(parsed: Any) -> list[frozenset[str]]:
    """First the most telling set of literals (empty if no set tells enough), then the others: those that tell much by little."""
    sets = _sets(parsed)
    telling = [needed for needed in sets if all(len(text) >= 2 or text in _RARE for text in needed)]
    best = max(telling, key=_weight, default=set())
    also = [frozenset(needed) for needed in sets if len(needed) <= _MAX_ALSO and not (best and _is_told(needed, best))]
    return [frozenset(best), *sorted(dict.fromkeys(also), key=lambda needed: -_weight(needed) / len(needed))]


def _is_told(needed: Collection[str], best: Collection[str]) -> bool:
    """Whether what holds one of some literals holds one of the others, too."""
    return all(any(literal in other for literal in needed) for other in best)


def _weight(needed: Iterable[str]) -> float:
    """How much a set tells: the bits that its literals hold, if letters came by chance, and common words as they do."""
    chance = 0.0
    for literal in needed:
        words = literal.split()
        bits = sum(map(_bits, words))
        chance += 2.0 ** -(bits + 2 * (len(words) - 1))
    return -math.log2(chance)


@lru_cache(maxsize=1024)
def _bits(word: str) -> float:
    if word.startswith(("http", "](http")):
        return _ADDRESS_BITS
    return _WORDS.get(word) or min(sum(_BITS.get(sign, 9) for sign in word), _MAX_BITS)


def _sets(parsed: Any) -> list[set[str]]:
    """Every set of lower-case literals of which each match of a sequence holds one."""
    sets: list[set[str]] = []
    texts = {""}
    for name, argument in _pieces(parsed):
        said = _said(name, argument)
        if said is not None and len(texts) * len(said) <= _MAX_SET:
            texts = {_one_space(before + after) for before in texts for after in said}
            continue
        sets += _told(texts)
        if said is None:
            sets += [*_told(_begun(texts, name, argument)), *_inner(name, argument)]
        texts = said or {""}
    return sets + _told(texts)


def _pieces(parsed: Any) -> Iterator[tuple[str, Any]]:
    """The pieces of a sequence, each with its name; literals that follow each other are one text."""
    text = ""
    for operation, argument in parsed.data:
        if operation is _LITERAL:
            text += _sign(argument)
            continue
        if text:
            yield _TEXT, text
            text = ""
        yield str(operation), argument
    if text:
        yield _TEXT, text


def _told(texts: set[str]) -> list[set[str]]:
    """Some texts as a set of literals, without those that hold another of them; none if one of them may be empty."""
    if not all(text.strip() for text in texts):
        return []
    whole = "\n".join(texts)
    within = [text for text in texts if whole.count(text) > 1]
    return [{text for text in texts if not any(other in text for other in within if other != text)}]


def _said(name: str, argument: Any) -> set[str] | None:
    """All that a piece of a pattern can match, in lower case, if that is little; spaces count as one."""
    if name == _TEXT:
        return {argument}
    if name in ("AT", "ASSERT_NOT"):
        return {""}
    if name == "IN":
        is_plain = all(str(op) == "LITERAL" or str(one) == "CATEGORY_SPACE" for op, one in argument)
        return {_sign(one) for _, one in argument} if is_plain and len(argument) <= 8 else None
    if name == "SUBPATTERN":
        return _said_by(argument[3])
    if name == "BRANCH":
        texts: set[str] = set()
        for branch in argument[1]:
            said = _said_by(branch)
            if not said or len(texts := texts | said) > _MAX_SET:
                return None
        return texts
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, repeated = argument
        said = _said_by(repeated)
        if said is not None and (said == {" "} or most == 1):
            return said if least else {"", *said}
    return None


def _said_by(parsed: Any) -> set[str] | None:
    texts = {""}
    for name, argument in _pieces(parsed):
        said = _said(name, argument)
        if said is None or len(texts) * len(said) > _MAX_SET:
            return None
        texts = {_one_space(before + after) for before in texts for after in said}
    return texts


@lru_cache(maxsize=1024, typed=True)
def _sign(code: Any) -> str:
    """A sign as it stands in a text that is searched."""
    sign = chr(code).lower() if isinstance(code, int) and str(code) != "CATEGORY_SPACE" else " "
    return " " if sign.isspace() else sign


def _begun(texts: set[str], name: str, argument: Any) -> set[str]:
    """The parser takes a common beginning out of alternatives; put it back before each."""
    parsed = argument[3] if name == "SUBPATTERN" else [(name, argument)]
    if len(parsed) != 1 or str(parsed[0][0]) != "BRANCH":
        return {""}
    leads = {_leading(branch) for branch in parsed[0][1][1]}
    return {_one_space(before + lead) for before in texts for lead in leads}


def _leading(branch: Any) -> str:
    """The one text that an alternative begins with."""
    text = ""
    for name, argument in _pieces(branch):
        said = _said(name, argument)
        if said is None or len(said) != 1:
            break
        text += next(iter(said))
    return text


def _inner(name: str, argument: Any) -> list[set[str]]:
    if name == "SUBPATTERN":
        return _sets(argument[3])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _sets(argument[2]) if argument[0] >= 1 else []
    if name == "ATOMIC_GROUP":
        return _sets(argument)
    if name == "BRANCH":
        best = [max(_sets(branch), key=_weight, default=None) for branch in argument[1]]
        return _told(set().union(*(needed for needed in best if needed))) if all(best) else []
    return []
