r"""What does a sentence state in the end? `The speed is 340 m/s, i.e. 0.34 km/s (fast, since …)`: one value, twice.

A sentence is read by its structure: remarks and reasons are taken off, what is said again (`i.e.`, `or about`, in
brackets) is set apart, and the value is what follows the last relation or verb. A sentence that denies, doubts, bounds
or compares (`not 5 m`, `at least 5 m`, `twice 5 m`) or names two values side by side states none.
"""

from __future__ import annotations

import re

from metier.graders.ladder.normal import normal, number_words
from metier.graders.ladder.quantity import differing_links, is_quantity
from metier.graders.ladder.remarks import of_a_value, prose, without_brackets, without_condition, without_remark
from metier.graders.ladder.wording import (
    ABSTRACT,
    AGAIN,
    BEGINS_SETTING,
    BOUNDS,
    DENIES,
    GOVERNED,
    LABEL,
    MEASURED,
    NAMED,
    NUMBER_WORD,
    ORDERS,
    PLACES,
    SCALES,
    SETTING,
    SPOILS,
    START,
    VERBS,
    WORD,
)  # fmt: skip

_LONGEST = 1_000
_LETTERS = re.compile(r"\$([a-z]{2,5})\$")
"""A product of letters: `$mgh$`."""
_ENDS = re.compile(r"(?<=[\w)}\]$*%°])(?<!i\.e)(?<!e\.g)(?<!approx)(?<!Ans)[.!?]\s+(?=[A-Z*$\\∴])")
_AFTERTHOUGHT = re.compile(r"(?:This|That|These|It|Note|The (?:sign|negative|positive|minus))\b[^\d$=]*$")
_DISPLAY = re.compile(r"(?s)(?:\\\[|\$\$)((?:(?!\\\[|\$\$).)*)(?:\\\]|\$\$)[\s.]*$")
_ALIGNED = re.compile(r"\\(?:begin|end)\s?\{(?:aligned|align\*?|split|gather(?:ed)?|equation\*?)\}")
_BULLET = re.compile(r"^(?:[-*•>]|\d+[.)]|#+)\s+")
_BOLD = re.compile(r"\*\*([^*\n]*\d[^*\n]*)\*\*(?!:)")
_IMPLIES = re.compile(r"=>|⇒|⟹|∴|\\Rightarrow|\\implies")
_PART_OF = re.compile(r"(?i)(?<!two )(?<!three )\b(?:half|third|quarter)s? of\b")
_ARROW = re.compile(r"→(?=[^→]*=)|(?i:(?<=answer)) →")
_BOUND_SAID = re.compile(
    r", (?:so|thus|hence|meaning|and so)(?: that)? (?:at (?:most|least)|no more than|up to)(?: only)? "
    r"(?:a (?:half|third|quarter|tenth|fifth)\b|\$?(\d[\d.]* ?\\?%?)\$?)(?= )[^=≈]*$"
)
_REASON = re.compile(r"; (?:since|because|as)\b")
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALED = re.compile(r"(?i)(?<![\w.^{])(\d[\d.]*) (thousand|million|billion|trillion)\b(?! (?:and )?\d)")
_SPLIT_DEGREE = re.compile(r"(\d+)°/(\\pi|\d+)")
_ESTIMATE = re.compile(r"\b(?:on|of) the order of (?=\d)")
_NOT_REJECTED = re.compile(r"(?:do not|cannot|can not|fail(?:ed|s)? to|don't|did not) reject")
_DIGIT = re.compile(r"(?<![\w.^_}\\{(])(?:[-+] ?)?(?:\d|\.\d)")
_FORMULA = re.compile(r"[+*/^\\_{}=]")
_OTHER_VALUE = re.compile(r"(?<=[A-Za-z,%°}]) (?<!of )\d")
_OTHER_DIGIT = re.compile(rf"(?<![A-Za-z_{{])\d|(?i:\b(?:and|or|then) {NUMBER_WORD}\b)|[=≈<>≤≥±]")
_EACH = frozenset(("atom", "molecule", "ion", "electron", "particle", "photon", "nucleus", "bond"))
_TIMES = re.compile(r"times as (?!many|much)[a-z]+(?! as (?:each|every))")
_SHARE = re.compile(r"(?i)of (?:the|its|an?|that|this|all)\b")
_COUNT = re.compile(r"\d+|.*[A-Za-z%°]")
_COMPARES = re.compile(r"[<>≤≥]")
_POWERED = re.compile(r"^-?[\d.]+ (?:squared|cubed|per(?! cent))\b")
_MEASURES = re.compile(r"[A-Za-z%°]")
_BARE = re.compile(r"[^A-Za-z]*(?:\*10\^\S+ ?)?[A-Za-zμΩ°%\\]")
_GIVEN = re.compile(
    r"(?i)\b(?:with|without|start\w*|begin\w*|first|the|these|those|and|from|been) *$|"
    r"^(?:The|These|Those|Its|Their)(?: [\w-]+){1,3} of *$"
)
_TWO = re.compile(r"(?i)\b(?:and|or|then|to)\b(?: \w+){0,2} [-+]?\d|\b(?:is|are|was|has|have)\b.*\d|[=≈<>≤≥±]")


def last_sentence(reply: str) -> str:
    r"""The last sentence of a reply, or its last formula if it ends on one.

    >>> last_sentence("We have m = 2 kg. So the force is **7.4 N**.")
    '7.4 N'
    """
    text = reply.rstrip()
    if display := _DISPLAY.search(text[-2 * _LONGEST :]):
        return _one_line(display[1])
    line = _BULLET.sub("", text.rstrip("`").rstrip().rsplit("\n", 1)[-1].strip())[-_LONGEST:]
    sentences = _ENDS.split(line)
    after = len(sentences) > 1 and _AFTERTHOUGHT.match(sentences[-1]) and not SPOILS.search(sentences[-1])
    sentence = sentences[-2 if after else -1]
    if bold := _BOLD.findall(sentence):
        return str(bold[-1]) if len(bold) == 1 else sentence.replace("**", "")
    return sentence.replace("**", "")


def _one_line(formula: str) -> str:
    """The lines of an aligned formula as one chain."""
    lines = [line.strip(" &\n") for line in re.split(r"\\\\(?:\[[^\]]*\])?", _ALIGNED.sub("", formula))]
    joined = ""
    for line in filter(None, lines):
        plain = line.replace("&", "")
        joined = f"{joined} {plain}" if plain.lstrip()[:1] in "=≈" or plain.lstrip().startswith(r"\approx") else plain
    return " ".join(joined.split())


def forms(sentence: str, *, counted: bool) -> tuple[str, ...] | None:
    """The value that a sentence states in each form it gives, cleaned; none if it states none, None if it is not read.

    Args:
        sentence: As `last_sentence` gives it.
        counted: Whether a noun behind a number is what is counted; where a unit is asked it may be one.

    >>> forms("The wavelength is 0.153 nm, i.e. about 1.53 Å (short, since E > 1 keV).", counted=False)
    ('0.153 nm', '1.53 Å')
    >>> forms("There are six distinct states.", counted=True), forms("It is not 5 m.", counted=False)
    (('6',), ())
    """
    text = _IMPLIES.split(sentence[:_LONGEST])[-1]
    text, bounded = _without_bound(text)
    if _PART_OF.search(text):
        return None
    text = _LETTERS.sub(lambda found: f" {' '.join(found[1])} ", text)
    text = _plain_words(normal(_grouped(text)).strip("✓✔✅ "))
    if not text or text.endswith("?"):
        return None
    text = LABEL.sub("", text)
    if "→" in text:
        text = _ARROW.split(text)[-1].strip() or text
    text, again = without_brackets(without_condition(text))
    if text is None:
        return ()
    again += bounded
    text = _without_reason(text)
    if ";" in text and START.search(text.rsplit("; ", 1)[-1]):
        text = text.rsplit("; ", 1)[-1]
    main, *more = AGAIN.split(text)
    found = []
    for part in (main, *more, *again):
        bare = without_remark(part)
        value = _value(bare, counted) if bare is not None else ""
        if value == "":
            return ()
        if value is None:
            if part is main or START.search(part):
                return None
            continue
        found.append(value)
    return tuple(found) or None


def _without_bound(text: str) -> tuple[str, list[str]]:
    """The text without `, so at most 40% of it …`, and the number there, which must be the one before."""
    found = _BOUND_SAID.search(text)
    return (text[: found.start()], [found[1]] if found[1] else []) if found else (text, [])


def _without_reason(text: str) -> str:
    """`t = 1.96; since |t| = 2.31 exceeds it, we reject it` without the reason, if no value follows from it."""
    found = _REASON.search(text)
    if not found:
        return text
    said = text[found.end() :]
    concluded = GOVERNED.sub("", said.partition(", ")[2])
    return text if START.search(concluded) or NAMED.search(concluded) or SPOILS.search(said) else text[: found.start()]


def _plain_words(text: str) -> str:
    """Large numbers, estimates and statistical verdicts in the words that are read below."""
    text = _SCALED.sub(lambda found: f"{found[1]}*10^{{{_SCALES[found[2].lower()]}}}", text)
    text = _SPLIT_DEGREE.sub(r"(\1/\2)°", text)
    return _NOT_REJECTED.sub("retain", _ESTIMATE.sub("about ", text))


def _grouped(text: str) -> str:
    """`0.000 012` without the blanks."""
    return re.sub(r"(?<=\.)\d{3}(?:[ \u2009\u202f\xa0]\d{3})+(?!\d)", lambda c: re.sub(r"\D", "", c[0]), text)


def _value(text: str, counted: bool) -> str | None:
    """The value that a clause ends on; "" if it is denied, bounded or one of two, None if there is none."""
    text = text.strip(" .,;")
    if setting := SETTING.match(text):
        text = text[setting.end() :]
    relation = NAMED.search(text)
    if ORDERS.match(text):
        return ""
    verb = _last_verb(text, relation.end() if relation else len(text))
    begun = verb.end() if verb else 0
    if DENIES.search(text, 0, begun) or (verb and not counted and verb[0].endswith("factor of")):
        return ""
    tail = text[begun:].strip()
    if _formula(tail):
        return _cut(tail, counted)
    named, start = NAMED.search(tail), (None if counted else _DIGIT.search(tail)) or START.search(tail)
    first = min((one for one in (named, start) if one), key=lambda one: one.start(), default=None)
    if first is None:
        return None
    before = tail[: first.start()]
    if DENIES.search(before) or BOUNDS.search(before) or (not verb and _TWO.search(before)):
        return ""
    if not verb and first is start and before:
        if BEGINS_SETTING.match(tail) or not _BARE.match(tail, first.start()) or _GIVEN.search(before):
            return None
        if _OTHER_VALUE.search(tail[first.end() :]):
            return ""
    return _cut(tail[first.start() :], counted)


def _last_verb(text: str, end: int) -> re.Match[str] | None:
    """The last verb before `end` that a value follows."""
    last = None
    for found in VERBS.finditer(text, 0, end):
        rest = text[found.end() :]
        if START.search(rest) or NAMED.search(rest) or _formula(rest):
            last = found
    return last


def _formula(text: str) -> bool:
    return bool(text) and not prose(text) and not text[:1].isdigit() and not DENIES.search(text)


def _cut(text: str, counted: bool) -> str | None:
    """A value without the words behind it; "" and None as in `_value`."""
    if text[:1].isalpha() and not NAMED.match(text):
        text = number_words(text)
    links = _links(text)
    if not links or _POWERED.search(links[-1]):
        return ""
    *before, last = links
    for word in WORD.finditer(last):
        if of_a_value(word[0], last[word.end() :]):
            continue
        value, rest = last[: word.start()].strip(" ,-"), last[word.start() :].strip()
        if not value or _FORMULA.search(rest) or (len(word[0]) == 2 and word[0] not in PLACES):
            return None
        if word[0] in _EACH and re.search(r"[A-Za-z°%] per$", value):
            value = value.removesuffix(" per")
        if counted and _TIMES.match(rest) and value.replace(".", "", 1).isdigit():
            return _plain_label("".join([*before, value]))
        if _changes(value, rest):
            return ""
        if word[0] not in PLACES and not counted and not _MEASURES.search(value) and not ABSTRACT.match(rest):
            return None
        return _plain_label("".join([*before, value]))
    return _plain_label("".join(links).strip())


def _links(text: str) -> list[str]:
    """A chain `a = b ≈ c` with its signs, none if it contradicts itself; links that are no values are left out."""
    links = re.split(r"([=≈])", text)
    if len(links) > 3 and differing_links([link.strip() for link in links[::2]]):
        return []
    if len(links) == 3 and links[0].strip() == links[2].strip():
        return []
    if len(links) > 1 and _measured_factors(links[0]):
        return links[-1:]
    named = NAMED.match(text) and "≈" in links and "=" in links
    if len(links) > 3 and (named or any(_COMPARES.search(link) for link in links[2:-1])):
        return [links[0], "=", links[-1]]
    return links


def _changes(value: str, rest: str) -> bool:
    """Whether the words behind a value make another one of it, or name one more."""
    if value.endswith((" per", " squared", " cubed", " and", " or")):
        return True
    if value.endswith("years") and rest.startswith(("after ", "before ")):
        return True
    if _SHARE.match(rest) and not _COUNT.fullmatch(value):
        return True
    if ABSTRACT.match(rest):
        return False
    if value.lstrip("-").isdigit() and rest.startswith("to "):
        return True
    return bool(SCALES.match(rest) or SPOILS.search(rest) or _OTHER_DIGIT.search(GOVERNED.sub("", rest)))


def _measured_factors(text: str) -> bool:
    """Whether a text is a product of numbers with units, as `2.0 mol * 18 g mol^{-1}`."""
    factors = re.split(r" ?[*/] ?(?=\d)", text.strip())
    return len(factors) > 1 and all(MEASURED.match(factor) and is_quantity(factor) for factor in factors)


def _plain_label(text: str) -> str:
    """`E°cell = 1 V` as `Ecell = 1 V`: the mark of a standard state is no degree."""
    label, relation, value = text.partition("=")
    label = re.sub(r"\([^()]*[<>≤≥|][^()]*\)", "", label.replace("^°", "").replace("°", ""))
    label = re.sub(r"^\[([A-Z][a-z]?).*\] *$", r"\1", label)
    return label + relation + value if relation else text
