"""Is an answer the same chemical formula, or the same reaction, however it is written?"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

_SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb "
    "Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au "
    "Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts "
    "Og"
)
_ELEMENTS = frozenset(_SYMBOLS.split())
_ARROW = re.compile(r"→|-+>|⇌|⟶|\\rightleftharpoons|\\longrightarrow|\\leftrightarrow")
_EQUALS = re.compile(rf"{_ARROW.pattern}|=")
_PLUS = re.compile(r" *\+ *(?=(?:\d+/)?\d* ?[A-Z(\[])")
_STATE = re.compile(r"\((?:s|l|g|aq)\)$")
_HYDRATE = re.compile(r"[*·.•](?=\d*[A-Z(\[])")
_SPECIES = re.compile(r"(?:[A-Z][a-z]?\d*|[(\[]|[)\]]\d*|·\d*)+(?:\^?\d*[+-]+)?|e\^?-")
_COUNT = re.compile(r"(_(?:\d|\{\d+\})) ?([+-]+)$")
"""A count before a charge, as in `O_2-`, which is no `O^{2-}`."""
_TERM = re.compile(r"(\d+(?:/[1-9]\d*)?)? ?\*? ?(\D.*)")


def species(text: str) -> str | None:
    """One spelling of a formula of two atoms or more, or of an ion; None if it is none.

    >>> species("CuSO_4 * 5 H_2 O"), species("CuSO4.5H2O"), species("Xy2")
    ('CuSO4·5H2O', 'CuSO4·5H2O', None)
    """
    if not text[:1].isupper() and text[:1] not in ("[", "(", "e"):
        return None
    bare = _STATE.sub("", re.sub(r"[_{} ]", "", _COUNT.sub(r"\1^\2", text)))
    bare = _HYDRATE.sub("·", bare)
    if not _SPECIES.fullmatch(bare):
        return None
    atoms = re.findall(r"[A-Z][a-z]?", bare)
    return bare if bare[0] == "e" or (atoms and set(atoms) <= _ELEMENTS) else None


def same_species(gold: str, answer: str) -> bool | None:
    """True for one formula or ion in two spellings, False for two ions that differ; None where another rung must tell.

    `N_1 N_2` and `N_2 N_1` are spelled with the letters of elements, and are products all the same.

    >>> same_species("Fe^{3+}", "Fe3+"), same_species("SO_4^{2-}", "SO3^2-"), same_species("N_1 N_2", "N_2 N_1")
    (True, False, None)
    """
    wanted, said = species(gold), species(answer)
    if not wanted or not said or len(wanted) < 3 or not re.search(r"[\d+-]", wanted):
        return None
    if len(re.findall("[A-Z]", wanted)) == 1 and bool(_STATE.search(gold)) != bool(_STATE.search(answer)):
        return None  # `V_{12}(s)` may be a function.
    if wanted == said or (("^" in wanted) != ("^" in said) and wanted.replace("^", "") == said.replace("^", "")):
        return True
    ions = _ion(wanted), _ion(said)
    # Formulas would read `H2O` as 2 times H times O, and take it for `HO2`; an index that says so is a name.
    sure = ("^" in wanted and "^" in said) or "_" not in gold + answer
    return False if sure and ions[0] and ions[1] and ions[0] != ions[1] else None


def _ion(name: str) -> tuple[Counter[str], int] | None:
    """The atoms and the charge behind a `^`; None where they cannot be told."""
    formula, mark, charge = name.partition("^")
    if "·" in formula or formula[-1] in "+-":
        return None
    groups: list[Counter[str]] = [Counter()]
    for atom, opened, _, count in re.findall(r"(?:([A-Z][a-z]?)|([(\[])|([)\]]))(\d*)", formula):
        if opened:
            groups.append(Counter())
            continue
        if not atom and len(groups) < 2:
            return None
        inner = Counter({atom: 1}) if atom else groups.pop()
        for element, number in inner.items():
            groups[-1][element] += number * int(count or 1)
    if len(groups) != 1:
        return None
    signs = charge.lstrip("0123456789")
    size = int(charge[: -len(signs)] or len(signs)) if mark else 0
    return groups[0], -size if signs[:1] == "-" else size


def same_reaction(gold: str, answer: str) -> bool | None:
    """Whether both reactions have the same coefficients on the same sides, in any order; None if one is no reaction.

    An equals sign may stand for an arrow, but what differs then may differ as `P = IV` and `P = VI` do.

    >>> same_reaction("2 H2 + O2 -> 2 H2O", "O_2 + 2H_2 → 2H_2O"), same_reaction("2 H2 + O2 -> 2 H2O", "H2 + O2 -> H2O")
    (True, False)
    """
    arrows = [bool(_ARROW.search(text)) for text in (gold, answer)]
    if not any(arrows) and "(" in gold + answer:
        return None  # `V(s)` may be a function.
    wanted, said = _sides(gold), _sides(answer)
    if wanted is None or said is None:
        return None
    alike = _plain(wanted) == _plain(said)
    if wanted == said or (alike and ("^" in gold) != ("^" in answer)):
        return True
    other_atoms = "_" not in gold + answer and _differ(wanted, said)
    return False if (all(arrows) and not alike) or other_atoms else None


def _differ(wanted: list[dict[str, Fraction]], said: list[dict[str, Fraction]]) -> bool:
    """Whether the two are of species of other atoms, as `H2O` and `HO2` are."""
    ions = [[_ion(name) for side in sides for name in side] for sides in (wanted, said)]
    if None in ions[0] + ions[1]:
        return False
    return any(ion not in ions[1] for ion in ions[0]) or any(ion not in ions[0] for ion in ions[1])


def _sides(text: str) -> list[dict[str, Fraction]] | None:
    sides = _EQUALS.split(text)
    if len(sides) != 2:
        return None
    found = [_terms(side) for side in sides]
    return [side for side in found if side is not None] if None not in found else None


def _plain(sides: list[dict[str, Fraction]]) -> list[dict[str, Fraction]]:
    return [{name.replace("^", ""): number for name, number in side.items()} for side in sides]


def _terms(side: str) -> dict[str, Fraction] | None:
    terms: dict[str, Fraction] = {}
    for term in _PLUS.split(side.strip()):
        read = _TERM.fullmatch(term.strip())
        name = species(read[2]) if read else None
        if read is None or name is None:
            return None
        terms[name] = terms.get(name, Fraction(0)) + Fraction(read[1] or 1)
    return terms
