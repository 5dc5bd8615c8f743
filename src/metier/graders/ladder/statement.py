r"""What does a sentence state in the end? `The speed is 340 m/s, i.e. 0.34 km/s (fast, since …)`: two forms of one value.

A sentence is read by its structure: remarks and reasons are taken off, what is said again (`i.e.`, `or about`, in
brackets) is set apart, and the value is what follows the last relation or verb. A sentence that denies, doubts, bounds
or compares (`not 5 m`, `at least 5 m`, `twice 5 m`) or names two values side by side states none.
"""

from __future__ import annotations

import re

from metier.graders.ladder.normal import normal, number_words
from metier.graders.ladder.quantity import is_quantity
from metier.graders.ladder.units import in_table

_LONGEST = 1_000
_ENDS = re.compile(r"(?<=[\w)}\]$*%°])[.!?]\s+(?=[A-Z*$\\∴])")
_DISPLAY = re.compile(r"(?s)(?:\\\[|\$\$)((?:(?!\\\[|\$\$).)*)(?:\\\]|\$\$)[\s.]*$")
_ALIGNED = re.compile(r"\\(?:begin|end)\s?\{(?:aligned|align\*?|split|gather(?:ed)?|equation\*?)\}")
_BULLET = re.compile(r"^(?:[-*•>]|\d+[.)]|#+)\s+")
_BOLD = re.compile(r"\*\*([^*\n]*\d[^*\n]*)\*\*(?!:)")
_LABEL = re.compile(
    r"(?i)^(?:(?:the )?(?:final )?(?:answer|result|solution|conclusion|ans|step \d+)s?\b ?(?:\([a-z]\) ?)?(?:[.:→-]|is:?)+ ?|"
    r"(?:therefore|thus|hence|so|consequently|finally|then|now|overall|in total|altogether|∴|=>|⇒|=)(?:,|:)? |[A-Z][A-Za-z' /-]{2,40}: )+"
)
_AGAIN = re.compile(
    r",? *(?:\(?\bi\.? ?e\.?,?|\bthat is(?: to say)?,|\bthat is(?= -?[\d.\\])|\bor,? (?:about|approximately|approx\.?|roughly|around|equivalently|simply|just)\b,?|"
    r"\bequivalently\b,?|\bin other words\b,?|,(?= ?≈)|\bwhich (?:is|equals|simplifies to|is equal to)(?= (?:about |approximately |roughly )?-?[\d.\\]))"
    r" *(?:about|approximately|roughly|around|nearly)? *"
)
_INSIDE_AGAIN = re.compile(
    r"(?i)^(?:i\.? ?e\.?,?|that is,?|or|about|approximately|approx\.?|roughly|around|≈|=)+ *(?=[-\d.\\])"
)
_BRACKETS = re.compile(r" ?\(((?:[^()]|\([^()]*\))*)\)")
_REMARK = re.compile(
    r"(?:,| -|;| --)+ (?:which|who|where|since|because|as|so|thus|hence|meaning|indicating|showing|suggesting|implying|"
    r"rounded|to (?:\d|two|three|four)|roughly|about|approximately|almost|nearly|more|less|much|just|well|far|compared|"
    r"assuming|using|with|at|in|on|when|for|directed|pointing|acting|in agreement|due|a|an|the|positive|negative|"
    r"and (?:so|thus|hence|the (?!.*\d))|not surprisingly|giving|making|under|above|below|over|close|consistent|corresponding)\b|"
    r" (?:since|because|so that|when|where|as expected|as required|compared (?:to|with)|assuming|using|"
    r"rounded|to (?:\d+|two|three|four) (?:s\.? ?f|sig|d\.? ?p|dec|places)\w*)\b| < | > "
)
_SETTING = re.compile(
    r"(?i)^(?:using|with|after|at|for|when|since|as|because|given|from|substituting|plugging|in|by|applying|taking|"
    r"assuming|under|on|differentiating|integrating|solving|simplifying|evaluating|dividing|multiplying|setting|rearranging)\b"
    r"(?:.*, (?:we |this |it )?(?:get|find|obtain|have|gives?|yields?|follows that|then)?\b ?|"
    r".*? (?:(?:we|you) (?:get|find|obtain|have)|gives|yields|leads to|it follows that|results in)\b ?)"
)
_DENIES = re.compile(
    r"(?i)\b(?:not|never|cannot|neither|nor|either|maybe|perhaps|possibly|might|may|unless|if|but|however|although|"
    r"though|whereas|while|instead|rather|wrong|incorrect|actually|wait|doubt|think|believe|lost|suppose|guess|"
    r"initial(?:ly)?|otherwise|except|unknown|given(?! by)|versus|could be|would be|should|only|half of)\b|n't\b|\?"
)
_BOUNDS = re.compile(
    r"(?i)\b(?:least|most|exceeds?|up to|(?:less|more|greater|fewer|larger|smaller|higher|lower|other) than|below|above|"
    r"under|over|between|within|twice|double|triple|half|times|order of|minimum of|maximum of|out of|range)\b"
)
_SPOILS = re.compile(
    r"(?i)\b(?:wrong|incorrect|cannot|wait|instead|rather|actually|but|however|initial(?:ly)?|if|unless|maybe|perhaps|"
    r"possibly|although|though|whereas|correct(?:ed|ion)?|mistake|neither|either)\b|"
    r"\b(?:or|not|and(?: then)?(?: to)?) (?:\w+ )?[-+]?\d|\bso (?:it|the|we|this|that)\b.*\d|\?"
)
_VERBS = re.compile(
    r"(?i)\b(?:is|are|was|were|be|equals?|becomes?|(?:comes?|works?|amounts?|turns?)(?: out)?(?: to)?(?: be)?|evaluates to|gives?|"
    r"yields?|gets?|obtain|find|have|has|needs?|takes?|requires?|corresponds to|weighs?|contains?|results in|leads to|given by|"
    r"experiences?|calculated|simplifies to|reduces to|intersect at|located at|conclude that)\b(?: equal)?(?: to)?(?: be)?:?"
)
_NUMBER_WORD = (
    r"(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty)"
)
_START = re.compile(
    r"(?<![\w.^_}\\{(])(?:[-+] ?)?(?:\d|\.\d|\\(?:frac|sqrt|pi|binom|ln|log|infty|begin|langle|hat)|[(\[⦃]|\d+!)|"
    rf"(?i:\b{_NUMBER_WORD}\b)"
)
_NAMED = re.compile(
    r"(?:\\?[A-Za-zΔ∇][\w°']*(?:_ ?(?:\{[^{}]*\}|\w+))?(?:\^°)?(?: ?\([^()]*\))?'*|\\\w+ ?\{?\w*\}?) ?(?:[=≈∈]|\|)"
)
_WORD = re.compile(r"(?<![\\A-Za-z_{^}\d)])[A-Za-z]{2,}(?:-[A-Za-z]+)*(?![\^_A-Za-z])|(?<= )a(?= [a-z])")
_FORMULA = re.compile(r"[+*/^\\_{}=]")
_OTHER_VALUE = re.compile(r"(?<=[A-Za-z,%°}]) (?<!of )\d")
_AIM = re.compile(r"(?i)(?:for|after|when|at|from|before|until)\b")
_MORE = re.compile(r"(?i)\b(?:and|or|then)\b(?: \w+){0,2} [-+]?\d")
_PLACES = frozenset(
    [
        "of",
        "behind",
        "from",
        "to",
        "at",
        "in",
        "above",
        "below",
        "along",
        "on",
        "with",
        "after",
        "before",
        "when",
        "under",
        "over",
        "across",
        "through",
        "away",
        "toward",
        "towards",
        "during",
        "by",
        "beyond",
        "into",
        "within",
        "around",
        "between",
        "for",
        "directed",
        "acting",
        "must",
        "is",
        "are",
        "needed",
        "required",
        "per-",
        "each",
        "every",
        "long",
        "wide",
        "high",
        "deep",
        "due",
        "and",
        "or",
        "as",
        "out",
        "the",
        "so",
        "because",
        "since",
        "total",
        "respectively",
        "approximately",
        "about",
        "of",
        "north",
        "south",
        "east",
        "west",
        "up",
        "upward",
        "upwards",
        "down",
        "downward",
        "downwards",
        "left",
        "right",
        "per",
    ]
) - {"per"}
_FUNCTIONS = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "ln",
        "log",
        "exp",
        "sqrt",
        "arctan",
        "arcsin",
        "arccos",
        "sinh",
        "cosh",
        "tanh",
        "max",
        "min",
        "lim",
        "pi",
        "per",
        "and",
        "or",
    ]
)
_SCALES = re.compile(
    r"(?i)^(?:times|more|less|fewer|greater|larger|smaller|dozens?|hundreds?|thousands?|millions?|billions?|half(?!-li)|fold|or|and|out|than|in \d)\b"
)
_TWO = re.compile(
    r"(?i)\b(?:and|or|then|to)\b(?: \w+){0,2} [-+]?\d|\b(?:is|are|was|takes?|gives?|needs?|requires?|makes?|has|have)\b.*\d|[=≈<>≤≥±]"
)
_ABSTRACT = re.compile(r"(?i)^(?:cubic |square |sq\.? )?units?(?:\^?\{?[23]\}?| squared| cubed)?$")


def last_sentence(reply: str) -> str:
    r"""The last sentence of a reply, or its last formula if it ends on one.

    >>> last_sentence("We have m = 2 kg. So the force is **7.4 N**.")
    '7.4 N'
    """
    text = reply.rstrip()
    if display := _DISPLAY.search(text[-2 * _LONGEST :]):
        return _one_line(display[1])
    line = _BULLET.sub("", text.rstrip("`").rstrip().rsplit("\n", 1)[-1].strip())[-_LONGEST:]
    sentence = _ENDS.split(line)[-1]
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
    text = re.split(r"=>|⇒|⟹|∴|\\Rightarrow|\\implies", sentence[:_LONGEST])[-1]
    if re.search(r"(?i)\b(?:half|third|quarter)s? of\b", text):
        return None
    text = normal(_grouped(text))
    if not text or text.endswith("?"):
        return None
    text = _LABEL.sub("", text)
    if "→" in text:
        text = re.split(r"→(?=[^→]*=)|(?i:(?<=answer)) →", text)[-1].strip() or text
    text, again = _without_brackets(text)
    if text is None:
        return ()
    if ";" in text and _START.search(text.rsplit("; ", 1)[-1]):
        text = text.rsplit("; ", 1)[-1]
    main, *more = _AGAIN.split(text)
    found = []
    for part in (main, *more, *again):
        bare = _without_remark(part)
        value = _value(bare, counted) if bare is not None else ""
        if value == "":
            return ()
        if value is None:
            if part is main or _START.search(part):
                return None
            continue
        found.append(value)
    return tuple(found) or None


def _grouped(text: str) -> str:
    """`0.000 012` without the blanks."""
    return re.sub(r"(?<=\.)\d{3}(?:[ \u2009\u202f\xa0]\d{3})+(?!\d)", lambda c: re.sub(r"\D", "", c[0]), text)


def _without_brackets(text: str) -> tuple[str | None, list[str]]:
    """The text without remarks in brackets, and what they say again; None if one takes the value back."""
    again: list[str] = []
    spoilt = False

    def judged(found: re.Match[str]) -> str:
        nonlocal spoilt
        inside, rest = found[1].strip(), found.string[found.end() :].lstrip()
        before = found.string[: found.start()].rstrip()[-1:]
        if lead := _INSIDE_AGAIN.match(inside):
            again.append(inside[lead.end() :])
            return ""
        ends = not rest or rest[:1] in ",.;" or (rest[:1].isalpha() and " " in found.string[: found.start() + 1][-1:])
        if (before.isalnum() or before in "}°%") and found[0][:1] == " " and ends and re.match(r"-?[\d.]", inside):
            if re.search(r"[A-Za-z%°]", inside) and is_quantity(inside):
                again.append(inside)
                return ""
        if _prose(inside):
            spoilt |= bool(_SPOILS.search(inside))
            return ""
        return found[0]

    text = _BRACKETS.sub(judged, text).strip(" .,;")
    return (None if spoilt else text), again


def _prose(text: str) -> bool:
    """Whether a text holds a word that is neither a unit nor a function."""
    return any(not _of_a_value(word[0], text[word.end() :]) for word in _WORD.finditer(text))


def _of_a_value(word: str, after: str) -> bool:
    if word in _FUNCTIONS:
        return True
    if word == "in":
        return not after.strip(" .")
    return word not in _PLACES and all(in_table(part) for part in word.split("-"))


def _without_remark(text: str) -> str | None:
    """The text before a remark or reason; None if that takes the value back."""
    for found in _REMARK.finditer(text):
        if text.count("(", 0, found.start()) > text.count(")", 0, found.start()):
            continue
        if _START.search(text[: found.start()]) or _NAMED.search(text[: found.start()]):
            if _setting(text[: found.end()]):
                continue
            return None if _SPOILS.search(text[found.start() :]) else text[: found.start()]
    return text


def _setting(text: str) -> bool:
    return bool(
        re.match(
            r"(?i)(?:using|with|after|at|for|when|since|as|because|given|from|substituting|plugging|in|by)\b", text
        )
    )


def _value(text: str, counted: bool) -> str | None:
    """The value that a clause ends on; "" if it is denied, bounded or one of two, None if there is none."""
    text = text.strip(" .,;")
    if setting := _SETTING.match(text):
        text = text[setting.end() :]
    relation = _NAMED.search(text)
    verb = None
    for found in _VERBS.finditer(text):
        rest = text[found.end() :]
        if (relation and found.end() > relation.end()) or not (
            _START.search(rest) or _NAMED.search(rest) or _formula(rest)
        ):
            break
        verb = found
    head, tail = (text[: verb.start()], text[verb.end() :]) if verb else ("", text)
    if _DENIES.search(head):
        return ""
    tail = tail.strip()
    if _formula(tail):
        return tail
    named, start = _NAMED.search(tail), _START.search(tail)
    first = min((one for one in (named, start) if one), key=lambda one: one.start(), default=None)
    if first is None:
        return None
    before = tail[: first.start()]
    if _DENIES.search(before) or _BOUNDS.search(before) or (not verb and _TWO.search(before)):
        return ""
    if not verb and first is start and (_setting(tail) or _OTHER_VALUE.search(tail[first.end() :])):
        return None if _setting(tail) else ""
    return _cut(tail[first.start() :], counted)


def _formula(text: str) -> bool:
    return bool(text) and not _prose(text) and not text[:1].isdigit() and not _DENIES.search(text)


def _cut(text: str, counted: bool) -> str | None:
    """A value without the words behind it."""
    if text[:1].isalpha() and not _NAMED.match(text):
        text = number_words(text)
    links = re.split(r"([=≈])", text)
    last = links[-1]
    for word in _WORD.finditer(last):
        if _of_a_value(word[0], last[word.end() :]):
            continue
        value, rest = last[: word.start()].strip(" ,-"), last[word.start() :].strip()
        if not value or _FORMULA.search(rest) or (len(word[0]) == 2 and word[0] not in _PLACES):
            return None
        if not _ABSTRACT.match(rest):
            if _SCALES.match(rest) or _DENIES.search(rest) or (_MORE if _AIM.match(rest) else _TWO).search(rest):
                return ""
            if word[0] not in _PLACES and not counted and not re.search(r"[A-Za-z%°]", value):
                return None
        return _plain_label("".join([*links[:-1], value]))
    return _plain_label(text.strip())


def _plain_label(text: str) -> str:
    """`E°cell = 1 V` as `Ecell = 1 V`: the mark of a standard state is no degree."""
    label, relation, value = text.partition("=")
    label = re.sub(r"\([^()]*[<>≤≥|][^()]*\)", "", label.replace("^°", "").replace("°", ""))
    return label + relation + value if relation else text
