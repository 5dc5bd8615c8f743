"""What did the old version of a package keep shut that the new one leaves open?

A quiet update adds no sentence: it turns a value. Settings, lists and tables are compared by name (`metier.govern.values`);
forms that open something, or guard it, are counted (`metier.govern.forms`); lines are compared with those that they were
made of (`metier.govern.turned`); and accounts are told that stand where others stood. What moved, or is put otherwise, is no looser; and neither is what tests try out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from metier.govern.forms import AT_RANDOM, FOR_ALL, GUARDS, OPENS, opens
from metier.govern.turned import gone_on, lines_turned
from metier.govern.units import Unit
from metier.govern.values import lists_turned, nested_turned, settings_turned, tables_turned
from metier.govern.versions import Loosening, Versions, told_of

_TESTS = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|fixtures?|testdata|mocks?)/|(?:^|/)test_[^/]*$|_test\.\w+$|\.(?:test|spec)\.\w+$|(?:^|/)conftest\.py$",
    re.I,
)
_FILE_NAME = re.compile(r"[\w-][\w.-]{0,80}\.\w{1,8}\b")
_BY_CHANCE = re.compile(r"\brandom\.(?!SystemRandom)\w|\bMath\.random\(|\brand\(|\bmath/rand\b|\$RANDOM\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?\b")
_OF_AN_IMAGE = "starts from another image"
_ACCOUNTS = {
    "names another bank account": _IBAN,
    "names another wallet": re.compile(r"\b0x[0-9a-fA-F]{40}\b|\bbc1[a-z0-9]{20,60}\b|\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b|\bT[1-9A-HJ-NP-Za-km-z]{33}\b"),
    "names another telephone number": re.compile(r"(?<![\w.+/-])(?:\+\d{1,3}[ -]\d{1,4}|0\d{2,4})[ /-]\d{3,8}(?:[ -]\d{2,4}){0,2}(?![\w-])"),
    _OF_AN_IMAGE: re.compile(r"(?:^\s*FROM\s+(?:--\S+\s+)?|\bimage:\s*[\"']?)(?P<what>[a-z0-9][\w./-]*[a-z0-9])(?=[:@\s\"']|$)", re.M),
    "names another account of payment": re.compile(r"\b(?:paypal\.me|buy\.stripe\.com|ko-fi\.com|venmo\.com)/[\w.-]+|\bacct_\w{10,}|\baccount(?: (?:no\.?|number))?\W{1,3}\d{6,}", re.I),
}  # fmt: skip
_KNOWN_IMAGE = re.compile(
    r"(?:docker\.io/library/)?[a-z0-9.-]+$|(?:gcr\.io/distroless|cgr\.dev/chainguard|mcr\.microsoft\.com|registry\.access\.redhat\.com)/"
)
"""What those who keep a registry make themselves."""
_URL = re.compile(r"\bhttps?://", re.I)
_MAX_DECORATORS = 8


def loosened(said: Sequence[Unit], says: Sequence[Unit], was: Mapping[str, str]) -> Iterator[Loosening]:
    """Tell what stands looser in a new version than in the old one, once for each line.

    Args:
        said, says: What the old version says, and the new one.
        was: The old path of each file that has a new one.

    >>> from metier.govern.units import text_units
    >>> old, new = (list(text_units(text, "db.tf")) for text in ("publicly_accessible = false", "publicly_accessible = true"))
    >>> [one.what for one in loosened(old, new, {})]
    ['publicly_accessible was false and is true']
    """
    tests = _tests(said, says)
    both = Versions(
        [unit for unit in said if unit.path not in tests], [unit for unit in says if unit.path not in tests], was
    )
    if not (both.fresh or both.lost):
        return
    told: set[tuple[str, int]] = set()
    for one in _all(both):
        if (one.path, one.line) not in told:
            told.add((one.path, one.line))
            yield one


def _tests(said: Sequence[Unit], says: Sequence[Unit]) -> Collection[str]:
    """The files in which something is tried out, as far as no sentence has them run or read."""
    tests = {unit.path for units in (said, says) for unit in units if _TESTS.search(unit.path)}
    if not tests:
        return tests
    named = {name for unit in says if not unit.is_code for name in _FILE_NAME.findall(unit.text)}
    return {path for path in tests if path.rsplit("/", 1)[-1] not in named}


def _all(both: Versions) -> Iterator[Loosening]:
    yield from settings_turned(both)
    yield from nested_turned(both)
    yield from lists_turned(both)
    yield from (
        told_of(unit, "leads to a host that is spelt with letters of two scripts")
        for unit in both.fresh
        if unit.is_hidden and _URL.search(unit.text)
    )
    yield from _opened(both)
    yield from _unguarded(both)
    yield from _exchanged(both)
    yield from gone_on(both)
    yield from tables_turned(both)
    yield from lines_turned(both)


def _opened(both: Versions) -> Iterator[Loosening]:
    """Forms that open something and stand there more often than before."""
    for what, form in OPENS.items():
        new = [unit for unit in both.fresh if opens(form, unit)]
        if new and sum(opens(form, unit) for unit in both.says) > sum(opens(form, unit) for unit in both.said):
            yield told_of(new[0], what)


def _unguarded(both: Versions) -> Iterator[Loosening]:
    """Forms that guard something and stand there less often, in files that are still there."""
    there = {both.old_path(path) for path in both.says_in}
    for what, form in GUARDS.items():
        gone = [unit for unit in both.lost if unit.path in there and form.search(unit.text)]
        if not gone:
            continue
        said, says = (sum(len(form.findall(unit.text)) for unit in units) for units in (both.said, both.says))
        if says >= said or (what == AT_RANDOM and not _is_chosen_otherwise(gone, both)):
            continue
        if any(form.search(unit.text) and FOR_ALL.search(unit.text) for unit in both.fresh):
            continue
        if guards := [unit for unit in gone if not unit.text.startswith("@") or _is_left(unit, both)]:
            yield told_of(guards[0], what)


def _is_left(decorator: Unit, both: Versions) -> bool:
    """Whether what a decorator stood before is still there."""
    behind = next(
        (
            unit
            for line in range(decorator.line + 1, decorator.line + 1 + _MAX_DECORATORS)
            if (unit := both.said_at.get((decorator.path, line))) and not unit.text.startswith("@")
        ),
        None,
    )
    return behind is None or len(behind.words & both.words) > len(behind.words) / 2


def _is_chosen_otherwise(gone: Sequence[Unit], both: Versions) -> bool:
    """Whether what was chosen by chance is now guessed, or stands there."""
    names = {key for unit in gone for key, _ in both.pairs(unit)}
    return any(
        _BY_CHANCE.search(unit.text) is not None or not names.isdisjoint(key for key, _ in both.pairs(unit))
        for unit in both.fresh
        if unit.is_code
    )


def _exchanged(both: Versions) -> Iterator[Loosening]:
    """Accounts that stand where others stood."""
    for what, form in _ACCOUNTS.items():
        before, after = (
            {_account(found) for unit in units for found in form.finditer(unit.text)}
            for units in (both.said, both.says)
        )
        if what == _OF_AN_IMAGE:
            before |= {name for name in after if _KNOWN_IMAGE.match(name)}
        if before - after and after - before:
            yield from (
                told_of(unit, what)
                for unit in both.fresh
                if any(_account(found) not in before for found in form.finditer(unit.text))
            )


def _account(found: re.Match[str]) -> str:
    return found.groupdict().get("what") or found[0]
