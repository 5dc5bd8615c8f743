"""Is an answer the same chemical formula, or the same reaction, however it is written?"""

from __future__ import annotations

import re
from fractions import Fraction

_SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb "
    "Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au "
    "Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts "
    "Og"
)
_ELEMENTS = frozenset(_SYMBOLS.split())
_ARROW = re.compile(r"→|-+>|=|⇌|⟶|\\rightleftharpoons|\\longrightarrow|\\leftrightarrow")
_PLUS = re.compile(r" *\+ *(?=(?:\d+/)?\d* ?[A-Z(\[])")
_STATE = re.compile(r"\((?:s|l|g|aq)\)$")
_HYDRATE = re.compile(r"[*·.•](?=\d*[A-Z(\[])")
_SPECIES = re.compile(r"(?:[A-Z][a-z]?\d*|[(\[]|[)\]]\d*|·\d*)+(?:\^?\d*[+-]+)?|e\^?-")
_TERM = re.compile(r"(\d+(?:/\d+)?)? ?\*? ?(\D.*)")


def species(text: str) -> str | None:
    """One spelling of a formula of two atoms or more, or of an ion; None if it is none.

    >>> species("CuSO_4 * 5 H_2 O"), species("CuSO4.5H2O"), species("Xy2")
    ('CuSO4·5H2O', 'CuSO4·5H2O', None)
    """
    if not text[:1].isupper() and text[:1] not in ("[", "(", "e"):
        return None
    bare = _STATE.sub("", re.sub(r"[_{} ]", "", text))
    bare = _HYDRATE.sub("·", bare)
    if not _SPECIES.fullmatch(bare):
        return None
    atoms = re.findall(r"[A-Z][a-z]?", bare)
    return bare if bare[0] == "e" or (atoms and set(atoms) <= _ELEMENTS) else None


def same_reaction(gold: str, answer: str) -> bool | None:
    """Whether both reactions have the same coefficients on the same sides, in any order; None if one is no reaction.

    >>> same_reaction("2 H2 + O2 -> 2 H2O", "O_2 + 2H_2 → 2H_2O"), same_reaction("2 H2 + O2 -> 2 H2O", "H2 + O2 -> H2O")
    (True, False)
    """
    if not (_ARROW.search(gold) and _ARROW.search(answer)):
        return None
    wanted, said = _sides(gold), _sides(answer)
    return None if wanted is None or said is None else wanted == said


def _sides(text: str) -> list[dict[str, Fraction]] | None:
    sides = _ARROW.split(text)
    if len(sides) != 2:
        return None
    found = [_terms(side) for side in sides]
    return [side for side in found if side is not None] if None not in found else None


def _terms(side: str) -> dict[str, Fraction] | None:
    terms: dict[str, Fraction] = {}
    for term in _PLUS.split(side.strip()):
        read = _TERM.fullmatch(term.strip())
        name = species(read[2]) if read else None
        if read is None or name is None:
            return None
        terms[name] = terms.get(name, Fraction(0)) + Fraction(read[1] or 1)
    return terms
