r"""Is an answer the same electron configuration, nuclide, nuclear reaction or term symbol, however it is written?"""

from __future__ import annotations

import re
from collections import Counter

from metier.graders.ladder.elements import NUMBERS, SYMBOLS

_CORES = {
    "He": "1s2",
    "Ne": "1s2 2s2 2p6",
    "Ar": "1s2 2s2 2p6 3s2 3p6",
    "Kr": "1s2 2s2 2p6 3s2 3p6 3d10 4s2 4p6",
    "Xe": "1s2 2s2 2p6 3s2 3p6 3d10 4s2 4p6 4d10 5s2 5p6",
    "Rn": "1s2 2s2 2p6 3s2 3p6 3d10 4s2 4p6 4d10 4f14 5s2 5p6 5d10 6s2 6p6",
}
_SHELL = r"([1-8])([spdf])(?:_?\(?(x\^?2-y\^?2|z\^?2|[xyz]{1,2})\)?)?\^?(\d{0,2}?)(?=[1-8][spdf]|$)"
_CONFIGURATION = re.compile(rf"(?:\[(He|Ne|Ar|Kr|Xe|Rn)\])?((?:{_SHELL})*)")
_TERM = re.compile(r"(\^?)(\d)([SPDFGHIK])_?(?:(\d{1,2})/2|\\frac(\d{1,2})2|(\d))(?:\^?[o°])?")


def same_configuration(gold: str, answer: str) -> bool | None:
    """Whether two electron configurations fill the same subshells, in any order, a core `[Ne]` written out or not.

    None if one of them is no configuration, or only the gold tells `2p_x` from `2p_y`.

    >>> same_configuration("[Ne] 3s^2 3p^4", "1s2 2s2 2p6 3p4 3s2"), same_configuration("[Ar] 3d^5 4s^1", "[Ar]3d6")
    (True, False)
    """
    wanted = _configuration(gold)
    said = _configuration(answer, loose=True) if wanted else None
    if not wanted or not said:
        return None
    if wanted == said:
        return True
    totals = [_by_subshell(one) for one in (wanted, said)]
    if totals[0] != totals[1]:
        return False
    return (
        False if set(said) - set(totals[1]) and set(wanted) - set(totals[0]) else True if totals[0] == wanted else None
    )


def _by_subshell(shells: dict[str, int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for name, count in shells.items():
        found[name[:2]] += count
    return dict(found)


def _configuration(text: str, *, loose: bool = False) -> dict[str, int] | None:
    if not re.match(r"\[ ?[A-Z]|1s|[2-7][spdf]\^", text) and not (loose and re.match("[2-7][spdf]", text)):
        return None
    bare = re.sub(r"[{} ,]|\\[,;]", "", text)
    found = _CONFIGURATION.fullmatch(bare)
    if not found or not (found[1] or re.search(r"[spdfxyz]\^?\d", found[2])):
        return None
    shells: Counter[str] = Counter()
    for core in _CORES[found[1]].split() if found[1] else ():
        shells[core[:2]] += int(core[2:])
    for number, letter, orbital, count in re.findall(_SHELL, found[2]):
        name, electrons = number + letter, int(count or 1)
        shells[f"{name}_{orbital}" if orbital else name] += electrons
    return {name: count for name, count in shells.items() if count}


def same_hybrid(gold: str, answer: str) -> bool | None:
    """Whether two hybrids of orbitals are one; None if one is none.

    >>> same_hybrid("sp^3", "sp3"), same_hybrid("sp^3d^2", "d2sp3"), same_hybrid("s p", "2")
    (True, False, None)
    """
    if "sp" not in gold:
        return None
    wanted, said = (re.sub(r"[\^{} ]", "", text) for text in (gold, answer))
    return wanted == said if _HYBRID.fullmatch(wanted) and _HYBRID.fullmatch(said) else None


def same_term(gold: str, answer: str) -> bool | None:
    r"""Whether two term symbols have the same multiplicity, letter and J; None if one is none.

    >>> same_term("^3P_2", "3P2"), same_term(r"^{2}S_{1/2}", r"^2S_{\frac{1}{2}}"), same_term("^3P_2", "^3P_1")
    (True, True, False)
    """
    if "^" not in gold[:5]:
        return None
    wanted, said = (_TERM.fullmatch(re.sub(r"[{} ]", "", text)) for text in (gold, answer))
    if not wanted or not said or not wanted[1]:
        return None
    return _term(wanted) == _term(said)


def _term(found: re.Match[str]) -> tuple[str, str, int]:
    return found[2], found[3], int(found[4] or found[5] or 2 * int(found[6]))


_HYBRID = re.compile(r"(?:d\d?)?sp\d?(?:d\d?)?")
_MASS = r"\^\{?(\d{1,3})m?\}?"
_CHARGE = r"_\{?([-+]?\d{1,3})\}?"
_MARKED = re.compile(
    rf"(?:\{{\}})?(?:{_MASS}(?:{_CHARGE})?|{_CHARGE}{_MASS})\{{?([A-Z][a-z]?|n|p|e|\\alpha|\\beta|\\gamma)\}}?"
)
_SPOKEN = re.compile(r"([A-Za-z]{3,})[- ](\d{1,3})|([A-Z][a-z]?)-(\d{1,3})")
_LOOSE = re.compile(r"(\d{1,3})([A-Z][a-z]?)|([A-Z][a-z]?)(\d{2,3})")
_PARTICLES = {
    "\\alpha": ("He", 4), "alpha": ("He", 4), "\\beta^-": ("e-", 0), "e^-": ("e-", 0), "\\beta^+": ("e+", 0),
    "e^+": ("e+", 0), "n": ("n", 1), "p": ("H", 1), "\\gamma": ("gamma", 0), "gamma": ("gamma", 0),
    "\\nu": ("nu", 0), "\\nu_e": ("nu", 0), "\\bar\\nu": ("nu", 0), "\\bar\\nu_e": ("nu", 0), "\\beta": ("e-", 0),
    "p^+": ("H", 1), "\\alphaparticle": ("He", 4), "alphaparticle": ("He", 4),
}  # fmt: skip
_ARROW = re.compile(r"→|-+>|⟶|\\longrightarrow")


def same_nuclide(gold: str, answer: str) -> bool | None:
    """Whether both name one nuclide, or one nuclear reaction; None if one of them is none.

    >>> same_nuclide("^{14}_{6}C", "carbon-14"), same_nuclide("C-14", "^{14}_7N"), same_nuclide("C - 14", "^{14}C")
    (True, False, None)
    >>> same_nuclide(r"^{238}_{92}U → ^{234}_{90}Th + ^4_2He", r"^{238}U → \\alpha + ^{234}Th")
    True
    """
    if _ARROW.search(gold) and "^" in gold:
        wanted, said = _reaction(gold), _reaction(answer)
        return None if wanted is None or said is None else wanted == said
    particles = [_PARTICLES.get(text.replace(" ", "")) for text in (gold, answer)]
    one = nuclide(gold)
    other = particles[1] or nuclide(answer, loose=True) if one or particles[0] else None
    if (one or particles[0]) and (one or particles[0]) == other:
        return True
    return False if one and other else None


def nuclide(text: str, *, loose: bool = False) -> tuple[str, int] | None:
    """The symbol and the mass number, or None; `loose` takes `14C` and `U235` as well.

    >>> nuclide("^{14}_6 C"), nuclide("Uranium 235"), nuclide("^{14}_8 C"), nuclide("14C"), nuclide("14C", loose=True)
    (('C', 14), ('U', 235), None, None, ('C', 14))
    """
    bare = re.sub(r" |(?i:atom|nucleus|isotope)$", "", text) if "^" in text or "_" in text else text
    charge = ""
    if found := _MARKED.fullmatch(bare):
        mass, charge, before, late, symbol = found.groups()
        mass, charge = mass or late, charge or before or ""
    elif found := _SPOKEN.fullmatch(text) or (_LOOSE.fullmatch(text) if loose else None):
        one, two, three, four = found.groups()
        symbol, mass = (one or three, two or four)
        if symbol.isdigit():
            symbol, mass = mass, symbol
        symbol = SYMBOLS.get(symbol.lower(), symbol)
    else:
        return None
    if symbol in ("n", "p", "e", "\\alpha", "\\beta", "\\gamma"):
        name = symbol if symbol != "e" else "e^+" if charge.lstrip("+") == "1" else "e^-"
        name = {"\\beta": "\\beta^+" if charge.lstrip("+") == "1" else "\\beta^-"}.get(symbol, name)
        particle = _PARTICLES[name]
        return particle if particle[1] == int(mass) else None
    number = NUMBERS.get(symbol, 0)
    if not number or not number <= int(mass) <= 3 * number + 2 or (charge and int(charge) != number):
        return None
    return symbol, int(mass)


def _reaction(text: str) -> list[Counter[tuple[str, int]]] | None:
    sides = _ARROW.split(text)
    if len(sides) != 2:
        return None
    found: list[Counter[tuple[str, int]]] = []
    for side in sides:
        terms: Counter[tuple[str, int]] = Counter()
        for term in re.split(r"(?<![\^{]) *\+ *", side.strip()):
            bare = term.strip().replace(" ", "").replace("{}", "")
            counted = re.fullmatch(r"(\d)(\^.*|n|p|\\.*)", bare)
            count, bare = (int(counted[1]), counted[2]) if counted else (1, bare)
            one = _PARTICLES.get(re.sub(r"[{}]", "", bare)) or nuclide(bare, loose=True)
            if one is None:
                return None
            if one[0] not in ("nu", "gamma"):
                # Exams leave out what carries neither mass nor charge.
                terms[one] += count
        found.append(terms)
    return found
