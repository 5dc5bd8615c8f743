"""Is an answer the same chemical formula, or the same reaction, however it is written?"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from metier.graders.ladder.elements import NUMBERS, SPECIES, SYMBOLS

_ARROW = re.compile(r"→|-+>|⇌|⟶|\\rightleftharpoons|\\longrightarrow|\\leftrightarrow")
_EQUALS = re.compile(rf"{_ARROW.pattern}|=")
_PLUS = re.compile(r" *\+ *(?=(?:\d+/)?\d* ?[A-Z(\[])")
_STATE = re.compile(r"\((?:s|l|g|aq)\)$")
_HYDRATE = re.compile(r"[*·.•](?=\d*[A-Z(\[])")
_SPECIES = re.compile(r"(?:[A-Z][a-z]?\d*|[(\[]|[)\]]\d*|·\d*)+(?:\^?\d*[+-]+)?|e\^?-")
_COUNT = re.compile(r"(_(?:\d|\{\d+\})) ?([+-]+)$")
"""A count before a charge, as in `O_2-`, which is no `O^{2-}`."""
_SIGN_FIRST = re.compile(r"(?:\^|(?<=[A-Za-z)\]]))([+-])(\d)$")
"""`Fe^{+3}` and `Fe+3`."""
_REPEATED = re.compile(r"\^?(\+{2,}|-{2,})$")
_OXIDISED = re.compile(r"([A-Z][a-z]?|[A-Za-z]{3,}) ?\((I{1,3}|I?V|VI{1,2})\)(?: ions?)?")
_CHARGED = re.compile(r"([+-]?)(\d)|(\d)([+-])")
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7}
_TERM = re.compile(r"(\d+(?:/[1-9]\d*)?)? ?\*? ?(\D.*)")


def species(text: str) -> str | None:
    """One spelling of a formula of two atoms or more, or of an ion; None if it is none.

    >>> species("CuSO_4 * 5 H_2 O"), species("CuSO4.5H2O"), species("Xy2"), species("Fe^{+3}"), species("SO4--")
    ('CuSO4·5H2O', 'CuSO4·5H2O', None, 'Fe^3+', 'SO4^2-')
    """
    if not text[:1].isupper() and text[:1] not in ("[", "(", "e"):
        return None
    bare = _STATE.sub("", re.sub(r"[_{} ]", "", _COUNT.sub(r"\1^\2", text)))
    bare = _SIGN_FIRST.sub(r"^\2\1", _HYDRATE.sub("·", bare))
    bare = _REPEATED.sub(lambda found: f"^{len(found[1])}{found[1][0]}", bare)
    bare = re.sub(r"\^1([+-])$", r"^\1", bare)
    if not _SPECIES.fullmatch(bare):
        return None
    atoms = re.findall(r"[A-Z][a-z]?", bare)
    return bare if bare[0] == "e" or (atoms and set(atoms) <= NUMBERS.keys()) else None


def _named(text: str) -> str | None:
    """The formula of `water`, `sulfate ion`, `sodium`, `iron(III)` or `Fe(III)`, or None."""
    if oxidised := _OXIDISED.fullmatch(text):
        symbol = SYMBOLS.get(oxidised[1].lower(), oxidised[1])
        return f"{symbol}^{_ROMAN[oxidised[2]]}+" if symbol in NUMBERS else None
    name = re.sub(r" (?:ions?|gas|metal|atoms?)$", "", text.lower())
    return SPECIES.get(text.lower()) or SPECIES.get(name) or SYMBOLS.get(name)


def same_species(gold: str, answer: str) -> bool | None:
    """True for one formula or ion in two spellings, False for two ions that differ; None where another rung must tell.

    `N_1 N_2` and `N_2 N_1` are spelled with the letters of elements, and are products all the same.

    >>> same_species("Fe^{3+}", "Fe3+"), same_species("SO_4^{2-}", "SO3^2-"), same_species("N_1 N_2", "N_2 N_1")
    (True, False, None)
    >>> same_species("[Fe(CN)6]^{3-}", "Fe(CN)_6^{3-}"), same_species("sulfate", "SO4 2-"), same_species("Na", "sodium")
    (True, True, True)
    """
    called = _named(gold), _named(answer)
    wanted, said = called[0] or species(gold), called[1] or species(answer)
    if not wanted or not said:
        return None
    if called[0] or called[1]:
        if _alike(wanted, said):
            return True
        told = "^" in wanted and _ions(wanted) and _ions(said) and not _ions(wanted) & _ions(said)
        return False if told else None
    if bool(_STATE.search(gold)) != bool(_STATE.search(answer)) and wanted == said and re.search("[A-Z][a-z]", wanted):
        return True
    if len(wanted) < 3 or not re.search(r"[\d+-]", wanted):
        return None
    if len(re.findall("[A-Z]", wanted)) == 1 and bool(_STATE.search(gold)) != bool(_STATE.search(answer)):
        return None  # `V_{12}(s)` may be a function.
    if _alike(wanted, said):
        return True
    ions = _ions(wanted), _ions(said)
    # Formulas would read `H2O` as 2 times H times O, and take it for `HO2`; an index that says so is a name.
    sure = "_" not in gold + answer or wanted[-1] in "+-" or said[-1] in "+-" or "[" in wanted
    return False if sure and ions[0] and ions[1] and not ions[0] & ions[1] else None


def _alike(wanted: str, said: str) -> bool:
    """Whether two spellings are one, but for the brackets of a complex or for the mark of a charge."""
    one, other = (re.sub(r"[\[\]]", "", name) for name in (wanted, said))
    if ("[" in wanted) != ("[" in said) and not re.search(r"[)\]]\d", said + wanted):
        one, other = wanted, said
    return one == other or (("^" in one) != ("^" in other) and one.replace("^", "") == other.replace("^", ""))


def _ions(name: str) -> set[tuple[frozenset[tuple[str, int]], int]]:
    """The atoms and the charge, in both readings of `Fe2+`; none where they cannot be told."""
    spelled = [name]
    if "^" not in name and (charge := re.search(r"(\d?)([+-])$", name)):
        spelled = [f"{name[:-1]}^{charge[2]}", *([f"{name[:-2]}^{name[-2:]}"] if charge[1] else [])]
    found = [_ion(one) for one in spelled]
    return {(frozenset(one[0].items()), one[1]) for one in found if one} if None not in found else set()


def _ion(name: str) -> tuple[Counter[str], int] | None:
    """The atoms and the charge behind a `^`; None where they cannot be told."""
    formula, _, charge = name.partition("^")
    if formula[-1:] in ("+", "-", ""):
        return None
    atoms: Counter[str] = Counter()
    for part in formula.split("·"):
        times = re.match(r"\d*", part)
        inner = _atoms(part)
        if inner is None:
            return None
        for element, number in inner.items():
            atoms[element] += number * int((times and times[0]) or 1)
    signs = charge.lstrip("0123456789")
    size = int(charge[: -len(signs)] or len(signs)) if charge else 0
    return atoms, -size if signs[:1] == "-" else size


def _atoms(formula: str) -> Counter[str] | None:
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
    return groups[0] if len(groups) == 1 else None


def same_charge(gold: str, answer: str) -> bool | None:
    """Whether two charges or oxidation numbers are one, `+3` or `3+`; None unless one has its sign behind.

    >>> same_charge("+3", "3+"), same_charge("2-", "+2"), same_charge("+3", "-3")
    (True, False, None)
    """
    wanted, said = (_CHARGED.fullmatch(text) for text in (gold, answer))
    if not wanted or not said or not (wanted[1] or wanted[3]) or not (wanted[3] or said[3]):
        return None
    one, other = ((found[1] or found[4] or "+") + (found[2] or found[3]) for found in (wanted, said))
    return one == other


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
    for term in _PLUS.split(re.sub(r" ?\((?:s|l|g|aq)\)", "", side).strip()):
        read = _TERM.fullmatch(term.strip())
        name = species(read[2]) if read else None
        if read is None or name is None:
            return None
        terms[name] = terms.get(name, Fraction(0)) + Fraction(read[1] or 1)
    return terms
