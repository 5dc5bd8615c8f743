r"""How does `siunitx` spell a quantity? `\SI{9.8}{\meter\per\second\squared}` as `9.8 meter*second^{-2}`."""

from __future__ import annotations

import re

_POWERS = {"squared": 2, "cubed": 3, "square": 2, "cubic": 3}
_PREFIXES = frozenset(
    [
        "yocto",
        "zepto",
        "atto",
        "femto",
        "pico",
        "nano",
        "micro",
        "milli",
        "centi",
        "deci",
        "deca",
        "hecto",
        "kilo",
        "mega",
        "giga",
        "tera",
        "peta",
        "exa",
    ]
)
_BRACED = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_QUANTITY = re.compile(rf"\\(?:SI|qty)(?:\[[^\]]*\])? ?{_BRACED} ?(?:\[[^\]]*\])?{_BRACED}")
_NUMBER = re.compile(rf"\\(?:num)(?:\[[^\]]*\])? ?{_BRACED}")
_UNIT = re.compile(rf"\\(?:si|unit)(?:\[[^\]]*\])? ?{_BRACED}")
_ANGLE = re.compile(r"\\ang(?:\[[^\]]*\])? ?\{([^{};]*);?([^{};]*);?([^{};]*)\}")
_TOKEN = re.compile(r"\\([A-Za-z]+)(?: ?\{([^{}]*)\})?")


def plain(text: str) -> str:
    r"""Spell the commands of `siunitx` in words and signs that every rung reads.

    >>> plain(r"\SI{9.8}{\meter\per\second\squared}"), plain(r"\qty{5}{kg.m.s^{-2}}"), plain(r"\ang{12;30;}")
    ('9.8 meter*second^{-2}', '5 kg m s^{-2}', "12°30'")
    """
    text = _QUANTITY.sub(lambda found: f"{_number(found[1])} {_unit(found[2])}", text)
    text = _NUMBER.sub(lambda found: _number(found[1]), text)
    text = _UNIT.sub(lambda found: f" {_unit(found[1])}", text)
    return _ANGLE.sub(
        lambda found: "".join(size + mark for size, mark in zip(found.groups(), "°'\"", strict=True) if size), text
    )


def _number(text: str) -> str:
    return re.sub(r"^e", "10^", text.strip().replace(" ", ""))


def _unit(text: str) -> str:
    if not re.search(r"\\[a-z]", text):
        return text.replace(".", " ").replace("~", " ")
    found: list[str] = []
    sign, power, prefix = 1, 1, ""
    for token in _TOKEN.finditer(text):
        name = token[1]
        if name == "per":
            sign = -1
        elif name in ("squared", "cubed") or name in ("tothe", "raiseto"):
            size = _POWERS.get(name) or (int(token[2]) if (token[2] or "").lstrip("-").isdigit() else 1)
            if name == "raiseto":
                power = size
            elif found:
                unit, _, before = found[-1].partition("^")
                found[-1] = f"{unit}^{{{size * (-1 if before.startswith('{-') else 1)}}}"
        elif name in ("square", "cubic"):
            power = _POWERS[name]
        elif name in _PREFIXES:
            prefix += name
        else:
            exponent = sign * power
            found.append(prefix + name + (f"^{{{exponent}}}" if exponent != 1 else ""))
            sign, power, prefix = 1, 1, ""
    return "*".join(found)
