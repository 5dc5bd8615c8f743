r"""How is one answer spelled one way? Unicode, LaTeX spacing, text boxes, thousands and number words, once for all.

Every pattern is read in linear time; the text comes bounded by `extract`. What is left: `*` for every product sign,
`^` and `{}` for powers, `°`, `%`, `±`, `≤ ≥ ≠ ∈ ∪ ∩ ≈`, `⦃ ⦄` for set braces, `\frac`, `\sqrt`, `\name`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from metier.graders.ladder.siunitx import plain

_PLAIN = re.compile(r"[-+]?+(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+-()n")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ]++")
_LOWERED = re.compile(r"[₀₁₂₃₄₅₆₇₈₉]++")
_VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_GREEK = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", _GREEK_NAMES.split(), strict=True))
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("−–—‐‑‒﹣－", "-"),
        **dict.fromkeys("×·⋅∙•⨯✕∗", "*"),
        **dict.fromkeys("\xa0\u2002\u2003\u2005\u2007\u2009\u200a\u202f\u3000\t\n\r\x0c\x0b", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f", ""),
        "÷": "/",
        "∕": "/",
        "⁄": "/",
        "＝": "=",
        "º": "°",
        "˚": "°",
        "µ": "μ",
        "Ω": "Ω",
        "Å": "Å",
        "ϕ": "φ",
        "ϵ": "ε",
        "≃": "≈",
        "≅": "≈",
        "∼": "≈",
        "⩽": "≤",
        "⩾": "≥",
        "∣": "|",
        "∞": r"\infty ",
        "℃": "°C",
        "℉": "°F",
        "％": "%",
        "⟨": r"\langle ",
        "⟩": r"\rangle ",
        "〈": r"\langle ",
        "〉": r"\rangle ",
        "∅": r"\emptyset ",
        "ℝ": r"\mathbb{R}",
        "′": "'",
        "’": "'",
        "″": '"',
        "”": '"',
        "“": '"',
        "…": "...",
        "î": r"\hat{i} ",
        "ĵ": r"\hat{j} ",
        "ℓ": "l",
        "√": r"\sqrt ",
        "∛": r"\sqrt[3]",
        **{sign: rf"\frac{{{above}}}{{{below}}}" for sign, (above, below) in _VULGAR.items()},
        **{letter: rf"\{name} " for letter, name in _GREEK.items()},
    }
)
_COMMANDS = {
    **dict.fromkeys(("times", "cdot", "ast", "bullet", "cdotp"), "*"),
    **dict.fromkeys(("dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"), r"\frac"),
    **dict.fromkeys(("dbinom", "tbinom"), r"\binom"),
    **dict.fromkeys(("left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "middle"), ""),
    **dict.fromkeys(("displaystyle", "textstyle", "limits", "nolimits", "hfill", "large", "Large", "rm", "bf"), " "),
    **dict.fromkeys(("quad", "qquad", "thinspace", "enspace", "space", "medspace", "hspace", "newline"), " "),
    **dict.fromkeys(("approx", "simeq", "cong", "sim", "doteq", "approxeq"), "≈"),
    **dict.fromkeys(("le", "leq", "leqslant", "leqq"), "≤"),
    **dict.fromkeys(("ge", "geq", "geqslant", "geqq"), "≥"),
    **dict.fromkeys(("ne", "neq"), "≠"),
    **dict.fromkeys(("lt",), "<"),
    **dict.fromkeys(("gt",), ">"),
    **dict.fromkeys(("vert", "lvert", "rvert", "mid"), "|"),
    **dict.fromkeys(("in", "isin"), "∈"),
    **dict.fromkeys(("dots", "ldots", "cdots"), "..."),
    **dict.fromkeys(("lbrace",), "⦃"),
    **dict.fromkeys(("rbrace",), "⦄"),
    **dict.fromkeys(("lbrack",), "["),
    **dict.fromkeys(("rbrack",), "]"),
    **dict.fromkeys(("AA", "angstrom"), "Å"),
    **dict.fromkeys(("varnothing",), r"\emptyset"),
    "div": "/",
    "pm": "±",
    "mp": "±",
    "cup": "∪",
    "cap": "∩",
    "setminus": "∖",
    "lor": " or ",
    "land": " and ",
    "degree": "°",
    "degrees": "°",
    "ohm": r"\Omega",
    "micro": r"\mu ",
    "arcdeg": "°",
    "lnot": r"\neg",
    "vee": " or ",
    "varepsilon": r"\epsilon",
    "varphi": r"\phi",
    "vartheta": r"\theta",
    "hbar": r"\hbar",
    "imath": "i",
    "ell": "l",
    "percent": "%",
    "textdegree": "°",
    "celsius": "°C",
    "textmu": r"\mu ",
    "upmu": r"\mu ",
    "infin": r"\infty",
    "implies": "=",
    "Rightarrow": "=",
    "to": "→",
    "rightarrow": "→",
    "colon": ":",
    "wedge": " and ",
}
_COMMAND = re.compile(r"\\([A-Za-z]++)")
_TEXT_BOX = re.compile(
    r"\\(?:text(?:rm|bf|it|sf|tt|normal|up)?|math(?:rm|bf|it|sf|tt|cal|normal)|operatorname|mbox|hbox|unit|si|"
    r"boldsymbol|bm|pmb|textcolor|emph|rm|ce|vec|overrightarrow)\*?\s*+\{([^{}]*+)\}"
)
_OPEN_BOX = re.compile(
    r"\\(?:text(?:rm|bf|it|sf|tt|normal|up)?|math(?:rm|bf|it|sf|tt|cal|normal)|operatorname|mbox|hbox|boxed|fbox|"
    r"boldsymbol|bm|pmb|emph|phantom|vec|overrightarrow|ce)\*?\s*+(?=\{)|\\(?:vec|overrightarrow|mathbf) (?=[A-Za-z\\])"
)
_UNIT_VECTOR = re.compile(
    r"\\(?:mathbf|mathrm|boldsymbol|bm|vec)\s*+\{\s*+\\(?:hat|widehat)\s*+\{\s*+\\?([ijkxyzrn])(?:math)?\s*+\}\s*+\}|"
    r"\\(?:hat|widehat|vec|overrightarrow)\s*+\{?\s*+(?:\\(?:math(?:bf|rm|it)|text(?:bf)?|boldsymbol|bm|[ij]math)\s*+)?"
    r"\{?\s*+\\?([ijkxyzrn]|theta|phi)(?:math)?\s*+\}?\s*+\}?|\\(?:mathbf|boldsymbol|bm)\s*+\{\s*+([ijk])\s*+\}"
)
_LOGIC = re.compile(
    r"(?:[a-zA-Z()¬∧∨ ]|\\(?:neg|lnot|land|lor|wedge|vee|oplus|to|iff|Rightarrow|Longrightarrow|implies)\b)*"
)
"""A formula of propositional logic, in which an implication is no relation between values."""
_CIRC = re.compile(
    r"(?:\{\s*+\}\s*+)?\^\s*+\{?\s*+(?:\\circ|°)\s*+\}?|\{\s*+\\circ\s*+\}|\\circ(?![A-Za-z])|(?:\{\s*+\})(?=°)"
)
_APOSTROPHES = re.compile(r"(?<![\d.,'])\d{1,3}(?:'\d{3})++(?![\d'])")
_PRIMES = re.compile(r"\^ ?\{? ?\\prime ?(?:\\prime)? ?\}?")
_GROUPED = re.compile(r"(?<=\d)(?:\\[,; !]|\{,\}|\{\\,\}|~|,\\!|_)(?=\d{3}(?!\d))")
_COMMA_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})++(?![\d,])")
_BLANK_GROUPS = re.compile(r"(?<![\d.,^{] )(?<![\d.,^])\d{1,3}(?: \d{3})++(?![\d,/])")
_DOTTED = re.compile(r"-?\d{1,3}(?:(?:\.\d{3}){2,}(?:,\d+)?|(?:\.\d{3})+,\d+)")
"""`1.234.567` and `1.234,5`: dots between thousands."""
_DECIMAL_BRACE = re.compile(r"(?<=\d)\{,\}(?=\d)")
_TIMES_TEN = re.compile(r"(?<=[\d.)}])\s*+[xX]\s*+(?=10\s*+(?:\^|\*\*))")
_EXPONENT = re.compile(r"(?<=\d) ?[eE] ?\{ ?([-+]?\d++) ?\}")
_SPACED_EXPONENT = re.compile(r"(?<=\d) ?E ?([-+]) ?(\d++)$")
_DERIVATIVE = re.compile(r"\bd([A-Za-z]) ?/ ?d([A-Za-z])\b")
_POLAR = re.compile(
    r"(\d[\d.]*) ?(?:∠|\\angle|\\?cis) ?\(?"
    r"(-?\d[\d.]*|-?\\frac ?\{?\\pi ?\}?\{?\d+\}?|-?(?:\d ?)?\\pi ?/ ?\d+) ?(°?)\)?"
)
_RATIO = re.compile(r"^([\d.]++) ?: ?([\d.]++)$")
_CHOOSE = re.compile(r"\{ ?(\w++) ?\\choose ?(\w++) ?\}")
_SIUNITX = re.compile(r"\\(?:SI|si|qty|num|unit|ang)\b ?[{\[]")
_MANTISSA = re.compile(r"(?<![\d.^])(\d+\.\d+) (?=10 ?\^)")
_POTENCY = re.compile(r"^(p(?:H|OH|K_?\{?[abw]?\}?))(?: of| is|:)? ?([\d.-])")
_BUILT = re.compile(r"^\{( ?[A-Za-z] ?[|:].*)\}$")
_RATIOS = re.compile(r"(?i)^(?:(?:a |the )?ratio of )?(\d[\d.]*)(?: ?: ?|-to-| to )(\d[\d.]*)(?: ratio)?$")
_CONCISE = re.compile(r"^(-?\d+\.(\d+))\((\d{1,2})\)(?=$|[ *e])")
_SPACES = re.compile(r"\\[,;:! >\\]|~|\s++")
_DOTS = re.compile(r"(?<=\d)\s*+\.\.\.+\s*+|\\?\.\.\.(?=\s*$)")
_LEAD = re.compile(
    r"(?i)^(?:\s*+(?:≈|≡|:|=(?!=)|about\b|approximately\b|approx\b\.?|roughly\b|around\b|nearly\b|circa\b|ca\.|almost\b|"
    r"exactly\b|precisely\b|is\b|it is\b|equals?\b|equal to\b|the (?:final )?(?:answer|value|result) is\b|answer:|"
    r"(?:therefore|thus|hence|so)\b,?|value of\b|a\b(?= (?:total|maximum|minimum|speed|mass|force|value)\b)|"
    r"(?:total|maximum|minimum) of\b))++\s*+"
)
_TAIL = re.compile(
    r"(?i)\s*+(?:\(?(?:approx(?:imately|\.)?|rounded|roughly|or so)\)?)\s*+$|[\s.,;:]++$|(?<=[A-Za-z]{3})!++$"
)


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    r"""Spell an answer in the one way that the rungs above read. Takes linear time.

    >>> normal(r"\(3.21\times10^{-3}\,\mathrm{m}\)")
    '3.21*10^{-3} m'
    >>> normal("89,034.79"), normal("6.02 × 10²³"), normal("seven")
    ('89034.79', '6.02 * 10^{23}', '7')
    """
    text = text.strip()
    if text in ("DNE", "d.n.e."):
        return "does not exist"
    if "\f" in text or "\times" in text:
        # A string that lost a backslash: a form feed for `\f` of `\frac`, a tab for `\t` of `\times`.
        text = text.replace("\frac", r"\frac").replace("\times", r"\times")
    if _PLAIN.fullmatch(text):
        return text
    if "\\" in text and _SIUNITX.search(text):
        text = plain(text)
    text = _unmarked(text)
    if not text.isascii():
        text = _RAISED.sub(lambda found: f"^{{{found[0].translate(_SUPERSCRIPTS)}}}", text)
        text = _LOWERED.sub(lambda found: f"_{{{found[0].translate(_SUBSCRIPTS)}}}", text)
        text = text.translate(_SIGNS).replace("k\u0302", r"\hat{k} ")
    if "\\" in text or "{" in text or "~" in text:
        text = _latex(text)
    if "10" in text:
        text = _MANTISSA.sub(r"\1*", _TIMES_TEN.sub("*", text))
    if "/" in text:
        text = _DERIVATIVE.sub(r"\\frac{d\1}{d\2}", text)
    text = text.replace("**", "^")
    if "<" in text or ">" in text or "!" in text:
        text = text.replace("<=", "≤").replace(">=", "≥").replace("!=", "≠").replace("=<", "≤")
    text = _SPACES.sub(" ", text).strip()
    if "..." in text:
        text = _DOTS.sub(" ", text)
    if "e" in text or "E" in text:
        text = _SPACED_EXPONENT.sub(r"e\1\2", _EXPONENT.sub(r"e\1", text))
    if "∠" in text or "angle" in text or "cis" in text:
        text = _POLAR.sub(r"\1*(cos(\2\3)+i*sin(\2\3))", text)
    if "ratio" in text or "-to-" in text:
        text = _RATIOS.sub(r"\1:\2", text)
    if ":" in text:
        text = _RATIO.sub(r"\1/\2", text)
    if " " in text:
        text = _BLANK_GROUPS.sub(lambda found: found[0].replace(" ", ""), text)
    if "'" in text:
        text = _APOSTROPHES.sub(lambda found: found[0].replace("'", ""), text)
    if "." in text and _DOTTED.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    if "," in text and not _bracketed_pair(text):
        text = _COMMA_GROUPS.sub(lambda found: found[0].replace(",", ""), text)
    text = text.replace("+-", "±").replace("+/-", "±")
    text = _trimmed(_BUILT.sub(r"⦃\1⦄", text) if text[:1] == "{" else text)
    text = _CONCISE.sub(_spread, text) if "(" in text else text
    text = _POTENCY.sub(r"\1=\2", text) if text[:1] == "p" else text
    return number_words(text) if text[:1].isalpha() else _scaled(text)


def _spread(found: re.Match[str]) -> str:
    """`1.23(4)` as `1.23 ± 0.04`: the digits in brackets are those of the last places."""
    places = len(found[2])
    spread = f"{found[1]} ± {int(found[3]) / 10**places:.{places}f}"
    return spread if found.end() == len(found.string) else f"({spread})"


def _unmarked(text: str) -> str:
    """Without the marks of mathematics and emphasis around and inside a text. A dollar before a number is money."""
    text = text.replace(r"\(", " ").replace(r"\)", " ").replace(r"\[", " ").replace(r"\]", " ")
    text = text.replace(r"\$", "¤").replace("$$", " ")
    if text.count("$") % 2 == 0:
        text = text.replace("$", " ")
    text = text.replace("$", "¤")
    if "**" in text and not re.search(r"[\w)]\*\*[\w(-]", text):
        text = text.replace("**", " ")
    return text.replace("`", "").replace("__", "")


def _latex(text: str) -> str:
    text = _GROUPED.sub("", text)
    text = _DECIMAL_BRACE.sub(".", text)
    text = text.replace(r"\{", "⦃").replace(r"\}", "⦄").replace(r"\%", "%").replace(r"\|", "|").replace(r"\&", "&")
    text = text.replace(r"\#", "#").replace(r"\_", "_").replace(r"\\-", r"\\ -").replace(r"\-", "")
    text = _UNIT_VECTOR.sub(lambda found: rf"\hat{{{found[1] or found[2] or found[3]}}} ", text)
    for _ in range(3):
        before = text
        text = _TEXT_BOX.sub(_unboxed, text)
        if text == before:
            break
    text = _OPEN_BOX.sub("", text)
    text = _CHOOSE.sub(r"\\binom{\1}{\2}", text)
    if r"\begin" not in text:
        text = text.replace("\\\\", " ")
        text = _SPACES.sub(" ", text)
    else:
        text = text.replace("\\\\", r"\cr ")
    if _LOGIC.fullmatch(text):
        text = text.replace(r"\Longrightarrow", r"\to").replace(r"\Rightarrow", r"\to").replace(r"\implies", r"\to")
    text = _PRIMES.sub(lambda found: "'" * found[0].count("prime"), _CIRC.sub("°", text))
    return _COMMAND.sub(_renamed, text)


def _unboxed(found: re.Match[str]) -> str:
    follows = found.string[found.end() : found.end() + 1]
    return f" {found[1].strip()}" + ("" if follows in "^_" else " ")


def _renamed(found: re.Match[str]) -> str:
    name = found[1]
    if name in _COMMANDS:
        new = _COMMANDS[name]
        return (
            new + " "
            if new[:1] == "\\" and new[-1:].isalpha() and found.string[found.end() : found.end() + 1].isalpha()
            else new
        )
    return found[0]


def _bracketed_pair(text: str) -> bool:
    """Whether the commas lie in brackets, where `(100,200)` is a pair and no number."""
    return text[0] in "([⦃" and text[-1] in ")]⦄"


def _trimmed(text: str) -> str:
    before = ""
    while before != text:
        before = text
        text = _TAIL.sub("", _LEAD.sub("", text)) if not re.fullmatch(r"\d+[.]", text) else text
        if text[:1] == "{" and text[-1:] == "}" and _whole_group(text) and not _lists(text):
            text = text[1:-1].strip()
    return text


def _whole_group(text: str) -> bool:
    depth = 0
    for at, mark in enumerate(text):
        depth += (mark == "{") - (mark == "}")
        if depth == 0:
            return at == len(text) - 1
    return False


def _lists(text: str) -> bool:
    return "," in text


_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ONES = {word: number for number, word in enumerate(_SMALL.split())}
_TEN_NAMES = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TENS = {word: 20 + 10 * place for place, word in enumerate(_TEN_NAMES)}
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_PARTS = {"half": "1/2", "halves": "/2", "third": "/3", "thirds": "/3", "quarter": "/4", "quarters": "/4"}
_SCALED = re.compile(r"^([-+±¤ ]*+[\d.]++) ?(thousand|million|billion|trillion)\b")
_LETTERS = re.compile(r"[A-Za-z]++")


def _scaled(text: str) -> str:
    return _SCALED.sub(lambda found: f"{found[1]}*10^{{{_SCALES[found[2]]}}}", text)


def number_words(text: str) -> str:
    """`twenty-one apples` as `21 apples`; a text that begins with no number word is left as it is.

    >>> number_words("six states"), number_words("states")
    ('6 states', 'states')
    """
    total, current, end, seen = 0, 0, 0, False
    sign = ""
    for found in _LETTERS.finditer(text[:200]):
        word = found[0].lower()
        if word in ("minus", "negative") and not seen and not end:
            sign, end = "-", found.end()
        elif word in _ONES or word in _TENS:
            current, seen, end = current + _ONES.get(word, _TENS.get(word, 0)), True, found.end()
        elif word in _SCALES and seen:
            current, end = (current or 1) * 10 ** _SCALES[word], found.end()
            if word != "hundred":
                total, current = total + current, 0
        elif word in _PARTS and (seen or word == "half") and text[found.end() : found.end() + 1] != "-":
            return (
                f"{sign}{total + current if seen else ''}{_PARTS[word] if not seen else _PARTS[word].lstrip('1')}"
                + text[found.end() :]
            )
        elif not (word in ("and", "a") and seen):
            break
    return sign + f"{total + current}" + text[end:] if seen else (f"-{text[end:].strip()}" if sign else text)
