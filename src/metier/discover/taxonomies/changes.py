"""What changed between two versions of a taxonomy? Concepts are told apart by identifier, never by label."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from metier.discover.taxonomies.history import History, replacements
from metier.taxonomy import Concept, Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one concept.

    Attributes:
        kind: `added`, `removed`, `replaced` (removed, and a history says by what), `relabelled`, `moved` (other
            parents), `renamed` (other alternative labels), `redefined`.
        before: What it was: a label, or what left: parents or alternative labels; empty for what is new.
        after: What it is, or what came; the identifiers that stand for what was replaced.
    """

    kind: str
    concept: str
    label: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


KINDS = ("added", "removed", "replaced", "relabelled", "moved", "renamed", "redefined")


def diff(old: Taxonomy, new: Taxonomy, *, history: History | None = None) -> tuple[Change, ...]:
    """Every change from the one to the other: by kind, and within a kind in the order of the taxonomies.

    Laws: no change between equal ones; `diff(a, b)` is `diff(b, a)` with before and after, added and removed swapped;
    the order of parents and alternative labels does not count. With a history the way back is no mirror.

    Args:
        history: What stands for concepts that were given up, beside what the taxonomies say themselves; see
            `read_history`.

    >>> old = Taxonomy(name="t", concepts=(Concept(id="a", label="weld"), Concept(id="b", label="cut")))
    >>> new = Taxonomy(name="t", concepts=(Concept(id="a", label="welding"), Concept(id="c", label="cut")))
    >>> [(change.kind, change.concept) for change in diff(old, new)]
    [('added', 'c'), ('removed', 'b'), ('relabelled', 'a')]
    """
    changes = [Change(kind="added", concept=c.id, label=c.label, after=(c.label,)) for c in new if c.id not in old]
    changes += [_gone(c, old, new, history) for c in old if c.id not in new]
    changes += [change for c in old if c.id in new for change in _changes(c, new[c.id])]
    return tuple(sorted(changes, key=lambda change: KINDS.index(change.kind)))


def _gone(concept: Concept, old: Taxonomy, new: Taxonomy, history: History | None) -> Change:
    to = () if history is None else replacements(concept.id, old, new, history)
    kind = "replaced" if to else "removed"
    return Change(kind=kind, concept=concept.id, label=concept.label, before=(concept.label,), after=to)


def _changes(old: Concept, new: Concept) -> Iterator[Change]:
    """Single values stand whole on both sides, of sets only what left and what came."""
    views: tuple[tuple[str, Callable[[Concept], tuple[str, ...]]], ...] = (
        ("relabelled", lambda concept: (concept.label,)),
        ("moved", lambda concept: concept.parents),
        ("renamed", lambda concept: concept.alt_labels),
        ("redefined", lambda concept: (concept.definition,) * bool(concept.definition)),
    )
    for kind, view in views:
        before, after = view(old), view(new)
        left, came = _without(before, after), _without(after, before)
        if left or came:
            yield Change(kind=kind, concept=old.id, label=new.label, before=left, after=came)


def _without(values: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in dict.fromkeys(values) if value not in others)
