"""What did the old version of a package keep shut that the new one leaves open?

A quiet update adds no sentence: it turns a value. Settings of one name are compared (`metier.govern.settings`); forms of
commands and files that open something, or guard it, are counted (`metier.govern.forms`); and accounts, places and limits
are told that stand where others stood. What moved, or is put otherwise, is no looser; and neither is what tests try out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar

from metier.govern.acts import destinations
from metier.govern.forms import AT_RANDOM, FOR_ALL, GUARDS, OPENS, opens
from metier.govern.guards import is_for_people
from metier.govern.looser import is_guard, is_looser, is_off, is_on, looser_word
from metier.govern.origins import Origins
from metier.govern.scan.hosts import registered
from metier.govern.scan.keys import veiled
from metier.govern.settings import Held, Setting, held, is_settings, pairs
from metier.govern.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosening:
    """A value, a form or a place that stands looser than it stood.

    Attributes:
        what: What it comes to, in words: `publicly_accessible was false and is true`.
        line: Of the new version; of the old one where the line is gone.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    path: str
    line: int
    text: str
    what: str


class _Versions:
    """Both versions, and what only one of them says; what more than one comparison asks for is worked out once.

    Attributes:
        fresh, lost: What only the new version says, and only the old one.
        said_in, says_in: The units of each file, in order.
        pairs, held_in: The settings of a unit, and of the units of a file.
    """

    def __init__(self, said: Sequence[Unit], says: Sequence[Unit], was: Mapping[str, str]) -> None:
        known, kept = ({(unit.key, unit.is_code) for unit in units} for units in (said, says))
        self.said, self.says = said, says
        self.fresh = [unit for unit in says if (unit.key, unit.is_code) not in known]
        self.lost = [unit for unit in said if (unit.key, unit.is_code) not in kept]
        self.said_in, self.says_in = _by_path(said), _by_path(says)
        self.pairs: Callable[[Unit], tuple[tuple[str, str], ...]] = cache(lambda unit: tuple(pairs(unit)))
        self.held_in: Callable[[tuple[Unit, ...]], Held] = cache(held)
        self._was = was

    @cached_property
    def said_at(self) -> Mapping[tuple[str, int], Unit]:
        return {(unit.path, unit.line): unit for unit in self.said}

    @cached_property
    def says_at(self) -> Mapping[tuple[str, int], Unit]:
        return {(unit.path, unit.line): unit for unit in self.says}

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the code of the new version."""
        return frozenset(word for unit in self.says if unit.is_code for word in unit.words)

    def old_path(self, path: str) -> str:
        return self._was.get(path, path)

    def changed(self) -> Iterator[tuple[str, tuple[Unit, ...], tuple[Unit, ...]]]:
        """Each file of both versions in which something changed, with what it said and says."""
        touched = {self.old_path(unit.path) for unit in self.fresh} | {unit.path for unit in self.lost}
        for path, says in sorted(self.says_in.items()):
            old = self.old_path(path)
            if old in touched and old in self.said_in:
                yield path, self.said_in[old], says


def _by_path(units: Sequence[Unit]) -> Mapping[str, tuple[Unit, ...]]:
    found: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        found[unit.path].append(unit)
    return {path: tuple(held_there) for path, held_there in found.items()}


_TESTS = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|fixtures?|testdata|mocks?)/|(?:^|/)test_[^/]*$|_test\.\w+$|\.(?:test|spec)\.\w+$|(?:^|/)conftest\.py$",
    re.I,
)
_FILE_NAME = re.compile(r"[\w-][\w.-]{0,80}\.\w{1,8}\b")
_BY_CHANCE = re.compile(r"\brandom\.(?!SystemRandom)\w|\bMath\.random\(|\brand\(|\bmath/rand\b|\$RANDOM\b")
_STOPS = re.compile(
    r"\bexit\s+[1-9]|\bsys\.exit|\braise\b|\bthrow\b|process\.exit|\babort\b|\bdie\b|\bfail\(|\breturn\s+(?:1\b|False\b|false\b|err\b|None\b)|\bpanic!?\(|\bbail!|\bensure!|os\.Exit|SystemExit|\b(?:status|sendStatus|HTTPException|abort|Error)\(4\d\d|\bdeny\b|\breject\w*\b"
)
_LEAVES = re.compile(r"\b(?:return|continue|break|pass)\b")
_SAYS_SO = re.compile(
    r"\b(?:warn\w*|note|echo|e?print\w*|log\w*|console\.\w+|pass|continue|true)\b|\|\|\s*:|\bfmt\.Print", re.I
)
_PASSES_OVER = re.compile(
    r"\|\|\s*(?:true|:)(?!\w)|^\s*exit 0\b|\bset \+e\b|\bexcept\b.{0,40}:\s*pass\b|\bcatch\s*(?:\([^)]*\))?\s*\{\s*\}"
)
_OR_TRUE = re.compile(r"\|\|\s*(?:true|:)(?!\w)")
_RUNS_CHECK = re.compile(r"audit|scan|verify|check|sum\b|gpg|cosign|trivy|pytest|\btest|\blint", re.I)
_CONDITION = re.compile(r"^\W{0,3}(?:if|elif|unless|guard|else if|\[|test)\b|^\[")
_CHECKED = re.compile(
    r"admin|role|permi|allow|authori|authen|trust|verif|signat|signed|limit|amount|approv|owner|relative_to|travers|secur|token|csrf|hash|digest|checksum|sha\d|budget|consent|confirm",
    re.I,
)
"""What somebody answers for who lets it pass."""
_TO_LOG = re.compile(r"^\s*[\w.?]{0,40}(?:log\w*|console)[?]?\.(?:debug|info|warn\w*|trace|log)\(")
_LISTED = re.compile(r"allow|trust|permit|whitelist|origin|host|domain|role|owner|admin|scope|audience", re.I)
_EXACT = re.compile(
    r"\bnot\s+in\b|===?|!==?|\bis\s+not\b|\bfullmatch\(|\.equals\(|\bhas\(|\bin\s+[A-Z_]{3,}|\.hostname\b|\.netloc\b"
)
_PARTLY = re.compile(
    r"\bany\(|\bin\s+(?:url|href|link|address|host|origin|email|s|text)\b|\.includes\(|\.indexOf\(|startswith\(|endswith\(|startsWith\(|endsWith\(|re\.(?:match|search)\(|\bor\s+True\b|\|\|\s*true\b|\.contains\(|strings\.Contains"
)
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
_RECIPIENTS = re.compile(
    r"(?:^|[._-])(?:to|cc|bcc|recipients?|reports?_to|reply_?to|notify|mail_?to|forward\w*|send_?to)$", re.I
)
_BOUND = re.compile(
    r"\b(?:at (?:most|least)|max(?:imum|\.)?|min(?:imum|\.)?|no(?:t)? more than|never (?:over|above|more|exceed\w*)|up to|limit\w*|above|below|over|under|within|exceed\w*)\b",
    re.I,
)
_MOST = re.compile(
    r"\b(?:at most|max(?:imum|\.)?|no(?:t)? more than|never (?:over|above|more|exceed\w*)|up to|limit\w*|above|over|exceed\w*)\b",
    re.I,
)
_LEAST = re.compile(r"\b(?:at least|min(?:imum|\.)?|below|under)\b", re.I)
_GRAVE_BOUND = re.compile(
    r"\b(?:mg|mcg|µg|g|ml|iu|units?|dos(?:e|es|age)|amps?|volts?|bar|psi|°c|°f)\b|[€$£]|\b(?:eur|usd|gbp|chf)\b|\b(?:objection|appeal|deadline|statutory|limitation|court)\b",
    re.I,
)
_PEOPLE_BOUND = re.compile(
    r"\b(?:ask|confirm|approv\w+|review\w*|refund\w*|human|person|manager|sign\w*|pay\w*|spend\w*)\b", re.I
)
_LASTS = re.compile(r"\d\s*(?:ms|s|sec\w*|min\w*|h|hours?|days?|weeks?|months?)\b", re.I)
"""How long somebody takes is no sum that is let pass."""
_HIDES_WHAT = re.compile(
    r"mask|redact|drop|shift|hide|deny|den(?:ied|y)|block(?!s|_?size|quote)|protect|requir(?!ed$)|encrypt|strip|scrub|forbid|exclude_?from|(?:^|\.)(?:ask|confirm)$",
    re.I,
)
_NEEDED = re.compile(r"(?:^|\.)needs$")
"""What has to be done before, of which one may stand for another."""
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,_]\d+)*(?![\w.])")
_URL = re.compile(r"\bhttps?://", re.I)
_TABLES = (".csv", ".tsv")
_LIMITS = re.compile(r"limit|max|dose|cap\b|cut_?off|trip", re.I)
_KEPT_BOOKS = re.compile(
    r"activ|enabled|discontinu|done|paid|open|closed|stock|avail|publish|archiv|sold|subscri|member|status|complete|finish|sent|seen|read|new|hidden|deleted|amount|price|discount|refund|payment|cost|total|eur|usd|gbp|chf",
    re.I,
)
"""Columns in which a table of what happens is kept, and no rule."""
_QUANTITY = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)?)\s?(mg|mcg|µg|g|kg|ml|l|mm|cm|m|km|°C|degC|bar|psi|kPa|V|A|W|ppm|dB|IU)(?![\w/])"
)
_UNIT = re.compile(r"(?<!\w)(?:mg|mcg|ml|kg|°C|degC|bar|psi|kPa|mA|rpm|ppm|dB|K|V|A|IU)(?!\w)")
_MUCH = 2.0
"""So many times what it was is another quantity."""
_FLIPS = tuple(
    (re.compile(a), re.compile(b))
    for a, b in (
        (r"-(?:mtime|mmin|atime|size)\s+\+\d", r"-(?:mtime|mmin|atime|size)\s+-\d"),
        (r"(?<![<>=!-])>=?(?!>)", r"(?<![<>=!-])<=?(?!<)"),
        (r"(?<![=!<>])==(?!=)", r"!=(?!=)"),
        (r"\bnot\s+in\b", r"(?<!not )\bin\b"),
        (r"\band\b|&&", r"\bor\b|\|\|"),
    )
)
"""What compares, and what compares the other way round."""
_SIDES = re.compile(r"([\w.]+)(?:\[[^\]]*\]|\(\))?\s*[<>]=?\s*([\w.]+)")
_LOOP = re.compile(r"^\W{0,2}(?:for|while)\b")
_TOKEN = re.compile(r"\w+")
_FEW = 3
_NEARLY_ALL, _SAME_SENTENCE = 0.8, 0.75
_DENIES = re.compile(r"\b(?:not|never|no|without|cannot)\b|n't\b", re.I)
_OF_A_TOOL = re.compile(
    r"\b(?:options?|flags?|parameters?|cache|tools?|scripts?|programs?|plugins?|platforms?|linux|windows|macos|python|browsers?|api|librar(?:y|ies)|modules?|tables?|columns?|headers?)\b",
    re.I,
)
_OBLIGES = re.compile(
    r"\b(?:must|should|shall|may|always|never|do not|don'?t|ask|users?|consent|person|people)\b", re.I
)
_COMPARED = re.compile(r"([<>]=?)\s*(\d+(?:\.\d+)?)\b")
_DELETES = re.compile(r"\b(?:DELETE\s+FROM|UPDATE\s+\S+\s+SET)\b", re.I)
_WHERE = re.compile(r"\bWHERE\b", re.I)
_ALIKE = 0.45
_MAX_DECORATORS = 8
_MAX_VALUES = 20_000
"""Characters of the values of a file in which a part of a name is looked for."""


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
    both = _Versions(
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


def _all(both: _Versions) -> Iterator[Loosening]:
    yield from _settings(both)
    yield from _nested(both)
    yield from _lists(both)
    yield from (
        _of(unit, "leads to a host that is spelt with letters of two scripts")
        for unit in both.fresh
        if unit.is_hidden and _URL.search(unit.text)
    )
    yield from _opened(both)
    yield from _unguarded(both)
    yield from _exchanged(both)
    yield from _gone_on(both)
    yield from _of_tables(both)
    yield from _turned(both)


def _of(unit: Unit, what: str) -> Loosening:
    return Loosening(path=unit.path, line=unit.line, text=veiled(unit.text, end=300), what=what)


def _settings(both: _Versions) -> Iterator[Loosening]:
    """Settings of one name of which the value is another, wherever they stand."""
    olds, news = (
        _by_key(both, units, within) for units, within in ((both.lost, both.said_in), (both.fresh, both.says_in))
    )
    for key, now in news.items():
        left = dict.fromkeys(olds.get(key, ()))
        at: dict[str, list[Setting]] = defaultdict(list)
        for one in left:
            at[one.unit.path].append(one)
        for setting in now:
            here = at[both.old_path(setting.unit.path)]
            old = next((one for one in here if one in left), None) or next(iter(left), None)
            if old is None:
                break
            del left[old]
            if here[:1] == [old]:
                here.pop(0)
            yield from _looser(old, setting)


def _looser(old: Setting, new: Setting) -> Iterator[Loosening]:
    name = f"{new.name} dose" if _LIMITS.search(new.name) and _UNIT.search(new.unit.text) else new.name
    if old.value != new.value and is_looser(name, old.value, new.value, path=new.unit.path):
        yield _of(new.unit, f"{new.name} was {old.value or 'empty'} and is {new.value or 'empty'}")


def _by_key(
    both: _Versions, units: Sequence[Unit], within: Mapping[str, tuple[Unit, ...]]
) -> Mapping[str, list[Setting]]:
    """The settings of some units by their full name, as far as the files that they stand in tell it."""
    names = {
        (one.unit.path, one.unit.line, name.rsplit(".", 1)[-1]): name
        for path in sorted(filter(is_settings, {unit.path for unit in units}))
        for name, found in both.held_in(within[path]).settings.items()
        for one in found
    }
    settings: dict[str, list[Setting]] = defaultdict(list)
    for unit in units:
        if unit.is_code or "=" in unit.text or ":" in unit.text:
            for key, value in both.pairs(unit):
                settings[key].append(Setting(names.get((unit.path, unit.line, key), key), value, unit))
    return settings


def _nested(both: _Versions) -> Iterator[Loosening]:
    """Settings of one full name of which the value is another, lists that hold less, and guards that are not set."""
    fresh = [name for unit in both.fresh for name, value in both.pairs(unit) if not is_off(value)]
    for path, said, says in both.changed():
        before, after = both.held_in(said), both.held_in(says)
        yield from _shorter(before, after)
        if not is_settings(path):
            continue
        for name, now in after.settings.items():
            was, gone = before.settings.get(name, []), Counter(one.value for one in before.settings.get(name, ()))
            gone.subtract(one.value for one in now)
            left = [one for one in was if gone[one.value] > 0]
            for old, new in zip(left, (one for one in now if gone[one.value] < 0), strict=False):
                yield from _looser(old, new)
        parts = _parts_of([*fresh, *(name for name, found in after.settings.items() if not is_off(found[0].value))])
        values = " ".join(one.value.lower() for found in after.settings.values() for one in found)[:_MAX_VALUES]
        for name, found in before.settings.items():
            is_lost = name not in after.settings and is_guard(name) and is_on(found[0].value)
            # A setting that is on and shares a part of the name stands for it, or a value that holds one: `sslmode=`.
            if is_lost and parts.isdisjoint(own := _parts_of([name])) and not any(part in values for part in own):
                yield _of(found[0].unit, f"{name} was {found[0].value} and is not set any more")
        yield from _recipients(before, after)


def _parts_of(names: Collection[str]) -> set[str]:
    """The parts of the last names that tell something."""
    return {
        part for name in names for part in re.split(r"[\W_]+", name.rsplit(".", 1)[-1].lower()) if len(part) >= _FEW
    }


def _recipients(before: Held, after: Held) -> Iterator[Loosening]:
    """Addresses to which something goes, of a domain that was not there."""
    known = {_domain(mail) for _, unit in _addressed(before) for mail in destinations(unit.text)}
    for name, unit in _addressed(after):
        if known and any("@" in mail and _domain(mail) not in known for mail in destinations(unit.text)):
            yield _of(unit, f"{name} names another recipient")


def _addressed(found: Held) -> Iterator[tuple[str, Unit]]:
    for name, settings in found.settings.items():
        if _RECIPIENTS.search(name):
            yield from ((name, one.unit) for one in settings)
    for name, items in found.items.items():
        if _RECIPIENTS.search(name):
            yield from ((name, unit) for unit in items.values())


def _domain(mail: str) -> str:
    return mail.rsplit("@", 1)[-1]


def _shorter(before: Held, after: Held) -> Iterator[Loosening]:
    """Lists over several lines of what is guarded that hold less than before, while no other such list holds it."""
    if not before.items:
        return
    kept = {item for name, items in after.items.items() if _HIDES_WHAT.search(name) for item in items}
    kept |= {
        item
        for name, found in after.settings.items()
        if _HIDES_WHAT.search(name)
        for one in found
        for item in _items(one.value)
    }
    for name, items in before.items.items():
        held_now = after.items.get(name, {})
        if _HIDES_WHAT.search(name):
            unit = next(iter(held_now.values()), None) or next(iter(items.values()))
            yield from _gone_from(name, [item for item in items if item not in kept], held_now, unit)
        if _LISTED.search(name) and "*" not in items and "*" in held_now:
            yield _of(held_now["*"], f"{name} holds everything")
    for name, items in after.items.items():
        if _LISTED.search(name) and "*" in items and name not in before.items:
            yield _of(items["*"], f"{name} holds everything")


def _lists(both: _Versions) -> Iterator[Loosening]:
    """Lists in one line of what is guarded that hold less than before, while no other such list holds it."""
    before, after = (
        {one.name: one for found in _by_key(both, units, within).values() for one in found if one.value[:1] == "["}
        for units, within in ((both.lost, both.said_in), (both.fresh, both.says_in))
    )
    kept = {item for key, one in after.items() if _HIDES_WHAT.search(key) for item in _items(one.value)}
    for key, one in after.items():
        if key not in before:
            continue
        was, now = _items(before[key].value), _items(one.value)
        if _NEEDED.search(key) and not now and before[key].value.strip("[] ") and not one.value.strip("[] "):
            yield _of(one.unit, f"{key} is empty")
        elif _HIDES_WHAT.search(key) and "cidr" not in key and now:
            yield from _gone_from(key, sorted(was - kept), now, one.unit)


def _gone_from(name: str, items: Sequence[str], now: Collection[str], unit: Unit) -> Iterator[Loosening]:
    """What a list held and no other does, unless another item is what it begins with: `/etc` for `/etc/ssh`."""
    starts = tuple(other.rstrip("*") for other in now if other.rstrip("*"))
    gone = [item for item in items if not item.startswith(starts)]
    if gone:
        yield _of(unit, f"{name} no longer holds {', '.join(gone[:_FEW])}")


def _items(value: str) -> set[str]:
    """The texts of a list that is written out."""
    return {found[1] or found[2] for found in re.finditer(r"\"([^\"]*)\"|'([^']*)'", value)}


def _opened(both: _Versions) -> Iterator[Loosening]:
    """Forms that open something and stand there more often than before."""
    for what, form in OPENS.items():
        new = [unit for unit in both.fresh if opens(form, unit)]
        if new and sum(opens(form, unit) for unit in both.says) > sum(opens(form, unit) for unit in both.said):
            yield _of(new[0], what)


def _unguarded(both: _Versions) -> Iterator[Loosening]:
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
            yield _of(guards[0], what)


def _is_left(decorator: Unit, both: _Versions) -> bool:
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


def _is_chosen_otherwise(gone: Sequence[Unit], both: _Versions) -> bool:
    """Whether what was chosen by chance is now guessed, or stands there."""
    names = {key for unit in gone for key, _ in both.pairs(unit)}
    return any(
        _BY_CHANCE.search(unit.text) is not None or not names.isdisjoint(key for key, _ in both.pairs(unit))
        for unit in both.fresh
        if unit.is_code
    )


def _exchanged(both: _Versions) -> Iterator[Loosening]:
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
                _of(unit, what)
                for unit in both.fresh
                if any(_account(found) not in before for found in form.finditer(unit.text))
            )


def _account(found: re.Match[str]) -> str:
    return found.groupdict().get("what") or found[0]


def _gone_on(both: _Versions) -> Iterator[Loosening]:
    """Files that stop in fewer places than before, and pass over what fails, or no longer check it."""
    fresh = {(unit.path, unit.line) for unit in both.fresh}
    lost = {(unit.path, unit.line) for unit in both.lost}
    said_now = " ".join(unit.text.lower() for unit in both.fresh if unit.is_code)
    for _, said, says in both.changed():
        old, new = ([unit for unit in units if unit.is_code] for units in (said, says))
        stops = [unit for unit in old if _STOPS.search(unit.text)]
        num_stops = sum(_STOPS.search(unit.text) is not None for unit in new)
        passes = [unit for unit in new if (unit.path, unit.line) in fresh and _passes_over(unit.text)]
        if any((unit.path, unit.line) in lost for unit in stops) and passes and num_stops < len(stops):
            yield _of(passes[0], "goes on where it stopped before")
        places: dict[str, int] = {}
        for number, unit in enumerate(new):
            places.setdefault(unit.key, number)
        for number, unit in enumerate(old[1:], start=1):
            condition = old[number - 1]
            if (
                (unit.path, unit.line) not in lost
                or not _STOPS.search(unit.text)
                or not _CONDITION.search(condition.text)
                or not (checked := {found.lower() for found in _CHECKED.findall(f"{condition.text} {unit.text}")})
            ):
                continue
            if (place := places.get(condition.key)) is not None:
                behind = new[place + 1 : place + 3]
                is_left = any(_STOPS.search(one.text) or _LEAVES.search(one.text) for one in behind)
                if behind and not is_left and _SAYS_SO.search(behind[0].text):
                    yield _of(behind[0], "goes on where it stopped before")
            elif (
                num_stops < len(stops)
                and not any(one in said_now for one in checked)
                and any(one.key in places for one in old[number + 1 : number + 3])
            ):
                yield _of(condition, "no longer stops here")


def _passes_over(text: str) -> bool:
    """Whether a line takes what failed for nothing, or says it to a log alone."""
    return _PASSES_OVER.search(text) is not None or (_TO_LOG.match(text) is not None and _STOPS.search(text) is None)


def _of_tables(both: _Versions) -> Iterator[Loosening]:
    """Cells of a table that warn no longer, and limits in its columns that are wider."""
    for path, before, after in both.changed():
        if not path.lower().endswith(_TABLES):
            continue
        names = _cells(after[0])
        firsts = Counter(_cells(unit)[0] for unit in before)
        width = 1 + (max(firsts.values()) > 1)
        rows = {tuple(cells[:width]): cells for unit in before if len(cells := _cells(unit)) > 1}
        for unit in after[1:]:
            cells = _cells(unit)
            old = rows.get(tuple(cells[:width]), [])
            for name, a, b in zip(names, old, cells, strict=False):
                if a != b and not _KEPT_BOOKS.search(name) and _is_other_cell(name, a, b):
                    yield _of(unit, f"{name} was {a} and is {b}")


def _is_other_cell(name: str, old: str, new: str) -> bool:
    if (is_on(old) and is_off(new)) or (is_off(old) and is_on(new)):
        return True
    return is_looser(f"{name} dose" if _LIMITS.search(name) else name, old, new)


def _cells(unit: Unit) -> list[str]:
    return [cell.strip().strip('"') for cell in re.split(r"[,;\t]", unit.text)]


def _turned(both: _Versions) -> Iterator[Loosening]:
    """Lines that were made of another one, and stop no longer, match more, lead elsewhere or bound otherwise."""
    before, after = (
        {registered(host) for unit in units for host in destinations(unit.text)} for units in (both.said, both.says)
    )
    lost, fresh = (_by_path(units) for units in (both.lost, both.fresh))
    for path, units in fresh.items():
        gone = lost.get(both.old_path(path))
        if not gone:
            continue
        origins = Origins(gone, num_asked=len(units))
        for unit in units:
            old = _made_of(unit, origins, both)
            if old is None:
                continue
            yield from _line_turned(old, unit, both) if unit.is_code else _sentence_turned(old, unit)
            if unit.is_code and (new := _places(unit, before)) and (led := _places(old, after)):
                yield _of(unit, f"leads to {new[0]}, where it led to {led[0]}")


def _made_of(unit: Unit, origins: Origins, both: _Versions) -> Unit | None:
    """The lost line that a new one was made of: that of the same name, or the nearest one."""
    keys = _keys(unit, both)
    share, old = origins.nearest(
        unit,
        more=lambda other: 0.0 if not keys or keys.isdisjoint(_keys(other, both)) else _ALIKE,
        is_like=lambda other: other.is_code == unit.is_code,
    )
    return old if share >= _ALIKE else None


def _keys(unit: Unit, both: _Versions) -> frozenset[str]:
    return frozenset(key for key, _ in both.pairs(unit)) if unit.is_code else frozenset()


def _line_turned(old: Unit, unit: Unit, both: _Versions) -> Iterator[Loosening]:
    if words := looser_word(old.text, unit.text, path=unit.path):
        yield _of(unit, f"{words[0]} became {words[1]}")
    is_passed = _STOPS.search(old.text) and not _STOPS.search(unit.text) and _SAYS_SO.search(unit.text)
    if is_passed or (_RUNS_CHECK.search(unit.text) and not _OR_TRUE.search(old.text) and _OR_TRUE.search(unit.text)):
        yield _of(unit, "goes on where it stopped before")
    elif _STOPS.search(old.text) and _STOPS.search(unit.text) and _stops_later(old.text, unit.text):
        yield _of(unit, "stops at another number than it did")
    elif (
        _LISTED.search(unit.text)
        and not set(_EXACT.findall(old.text)) <= set(_EXACT.findall(unit.text))
        and not _PARTLY.search(old.text)
        and _PARTLY.search(unit.text)
    ):
        yield _of(unit, "matches more than it did")
    if _DELETES.search(unit.text) and _WHERE.search(old.text) and not _WHERE.search(unit.text):
        yield _of(unit, "changes every row, where it changed some")
    if not _LOOP.search(unit.text) and _is_turned_round(old.text, unit.text) and not _is_inverted(old, unit, both):
        yield _of(unit, "compares the other way round")


def _sentence_turned(old: Unit, unit: Unit) -> Iterator[Loosening]:
    if (
        _BOUND.search(unit.text)
        and _BOUND.search(old.text)
        and (_GRAVE_BOUND.search(unit.text) or (_PEOPLE_BOUND.search(unit.text) and not _LASTS.search(unit.text)))
        and _is_wider(old.text, unit.text)
    ):
        yield _of(unit, "sets another limit than it did")
    elif _is_other_quantity(old.text, unit.text):
        yield _of(unit, "names another quantity than it did")
    elif (
        _is_denied(old) != _is_denied(unit)
        and not _tells_of_a_tool(unit)
        and _share(old.words, unit.words) >= _SAME_SENTENCE
    ):
        yield _of(
            unit, 'says "not" where it did not' if _is_denied(unit) else 'says without a "not" what it said with one'
        )


def _places(unit: Unit, others: Collection[str]) -> list[str]:
    """The hosts of a line that the other version does not name."""
    return sorted(host for host in destinations(unit.text) if "@" not in host and registered(host) not in others)


def _is_turned_round(old: str, new: str) -> bool:
    """Whether a line is the same but for a comparison, which goes the other way."""
    for one, other in _FLIPS:
        for a, b in ((one, other), (other, one)):
            if a.search(old) and not b.search(old) and b.search(new) and not a.search(new):
                was, now = (Counter(_TOKEN.findall(form.sub("", text))) for form, text in ((a, old), (b, new)))
                if 2 * (was & now).total() >= _NEARLY_ALL * (was + now).total():
                    return not _are_swapped(old, new)
    return False


def _are_swapped(old: str, new: str) -> bool:
    """Whether what is compared changed its sides with the sign: `a >= b` and `b <= a`."""
    before, after = (_SIDES.search(text) for text in (old, new))
    return before is not None and after is not None and before[1] == after[2] and before[1] != after[1]


def _is_inverted(old: Unit, new: Unit, both: _Versions) -> bool:
    """Whether a condition was turned round together with what it is for: `if a == b: continue` and `if a != b: do`."""
    behind, now = both.said_at.get((old.path, old.line + 1)), both.says_at.get((new.path, new.line + 1))
    return behind is not None and _LEAVES.search(behind.text) is not None and (now is None or now.key != behind.key)


def _is_other_quantity(old: str, new: str) -> bool:
    """Whether a quantity with a unit of physics or medicine is many times what it was, or a small part of it."""
    before, after = (_QUANTITY.findall(text) for text in (old, new))
    return len(before) == len(after) and any(
        unit == other and not 1 / _MUCH < (_number(is_) or 1) / (_number(was) or 1) < _MUCH
        for (was, unit), (is_, other) in zip(before, after, strict=True)
    )


def _tells_of_a_tool(unit: Unit) -> bool:
    """Whether a sentence tells what a program does, and is no rule."""
    return is_for_people(unit.path) or bool(_OF_A_TOOL.search(unit.text) and not _OBLIGES.search(unit.text))


def _is_denied(unit: Unit) -> bool:
    return _DENIES.search(unit.text) is not None


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def _stops_later(old: str, new: str) -> bool:
    """Whether the numbers with which a line compares before it stops let more pass, as far as can be told."""
    before, after = (_COMPARED.findall(text) for text in (old, new))
    if not before or not after or before == after:
        return False
    if len(before) != len(after) or any(a[0] != b[0] for (a, _), (b, _) in zip(before, after, strict=True)):
        return True
    is_more = [
        (sign[0] == ">") == (float(b) > float(a)) for (sign, a), (_, b) in zip(before, after, strict=True) if a != b
    ]
    return any(is_more) or not is_more


def _is_wider(old: str, new: str) -> bool:
    """Whether the numbers of a sentence that bounds something bound it less now, as far as can be told."""
    before, after = (Counter(_NUMBER.findall(text)) for text in (old, new))
    was, now = (sorted(map(_number, one)) for one in (before - after, after - before))
    if not (was and now):
        return False
    is_most, is_least = _MOST.search(new) is not None, _LEAST.search(new) is not None
    if is_most == is_least or len(was) != len(now):
        return True
    return any(b > a if is_most else b < a for a, b in zip(was, now, strict=True))


def _number(said: str) -> float:
    return float(said.replace("_", "").replace(",", ".")) if said.count(".") + said.count(",") < 2 else 0.0
