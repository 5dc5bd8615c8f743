"""Which settings, lists and tables of a new version let in more, or look at less, than those of the old one?

Compared under their full names, wherever they stand; what moved or only changed its order is no looser.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from metier.govern.acts import destinations
from metier.govern.looser import is_guard, is_looser, is_off, is_on
from metier.govern.settings import Held, Setting, is_settings
from metier.govern.units import Unit
from metier.govern.versions import LISTED, Loosening, Versions, told_of

_RECIPIENTS = re.compile(
    r"(?:^|[._-])(?:to|cc|bcc|recipients?|reports?_to|reply_?to|notify|mail_?to|forward\w*|send_?to)$", re.I
)
_HIDES_WHAT = re.compile(
    r"mask|redact|drop|shift|hide|deny|den(?:ied|y)|block(?!s|_?size|quote)|protect|requir(?!ed$)|encrypt|strip|scrub|forbid|exclude_?from|(?:^|\.)(?:ask|confirm)$",
    re.I,
)
_NEEDED = re.compile(r"(?:^|\.)needs$")
"""What has to be done before, of which one may stand for another."""
_TABLES = (".csv", ".tsv")
_LIMITS = re.compile(r"limit|max|dose|cap\b|cut_?off|trip", re.I)
_KEPT_BOOKS = re.compile(
    r"activ|enabled|discontinu|done|paid|open|closed|stock|avail|publish|archiv|sold|subscri|member|status|complete|finish|sent|seen|read|new|hidden|deleted|amount|price|discount|refund|payment|cost|total|eur|usd|gbp|chf",
    re.I,
)
"""Columns in which a table of what happens is kept, and no rule."""
_UNIT = re.compile(r"(?<!\w)(?:mg|mcg|ml|kg|°C|degC|bar|psi|kPa|mA|rpm|ppm|dB|K|V|A|IU)(?!\w)")
_FEW = 3
_MAX_VALUES = 20_000
"""Characters of the values of a file in which a part of a name is looked for."""


def settings_turned(both: Versions) -> Iterator[Loosening]:
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
        yield told_of(new.unit, f"{new.name} was {old.value or 'empty'} and is {new.value or 'empty'}")


def _by_key(
    both: Versions, units: Sequence[Unit], within: Mapping[str, tuple[Unit, ...]]
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


def nested_turned(both: Versions) -> Iterator[Loosening]:
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
                yield told_of(found[0].unit, f"{name} was {found[0].value} and is not set any more")
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
            yield told_of(unit, f"{name} names another recipient")


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
        if LISTED.search(name) and "*" not in items and "*" in held_now:
            yield told_of(held_now["*"], f"{name} holds everything")
    for name, items in after.items.items():
        if LISTED.search(name) and "*" in items and name not in before.items:
            yield told_of(items["*"], f"{name} holds everything")


def lists_turned(both: Versions) -> Iterator[Loosening]:
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
            yield told_of(one.unit, f"{key} is empty")
        elif _HIDES_WHAT.search(key) and "cidr" not in key and now:
            yield from _gone_from(key, sorted(was - kept), now, one.unit)


def _gone_from(name: str, items: Sequence[str], now: Collection[str], unit: Unit) -> Iterator[Loosening]:
    """What a list held and no other does, unless another item is what it begins with: `/etc` for `/etc/ssh`."""
    starts = tuple(other.rstrip("*") for other in now if other.rstrip("*"))
    gone = [item for item in items if not item.startswith(starts)]
    if gone:
        yield told_of(unit, f"{name} no longer holds {', '.join(gone[:_FEW])}")


def _items(value: str) -> set[str]:
    """The texts of a list that is written out."""
    return {found[1] or found[2] for found in re.finditer(r"\"([^\"]*)\"|'([^']*)'", value)}


def tables_turned(both: Versions) -> Iterator[Loosening]:
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
                    yield told_of(unit, f"{name} was {a} and is {b}")


def _is_other_cell(name: str, old: str, new: str) -> bool:
    if (is_on(old) and is_off(new)) or (is_off(old) and is_on(new)):
        return True
    return is_looser(f"{name} dose" if _LIMITS.search(name) else name, old, new)


def _cells(unit: Unit) -> list[str]:
    return [cell.strip().strip('"') for cell in re.split(r"[,;\t]", unit.text)]
