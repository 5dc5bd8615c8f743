"""Which answer is honest when several skills of one group are about as likely? The group, with the skills below it.

As Nesta's skills extractor goes back from a skill to its group where no skill is near enough, so does this, but it asks
how close the first are to each other. Nothing is lost: the skills stay as alternatives.
"""

from __future__ import annotations

from collections.abc import Sequence

from metier.discover.extraction.found import Extracted, Kind, RolledUp
from metier.errors import ConfigError
from metier.taxonomy import Taxonomy


def roll_up(skills: Sequence[Extracted], taxonomy: Taxonomy, *, margin: float = 0.1) -> tuple[RolledUp, ...]:
    """Answer with the nearest shared group where skills that follow each other are close, the best first.

    Skills are taken in the order of their probability, of equals by score. Each leads unless a better one took it
    along; it takes along those within `margin` of its own probability that share a parent with it. Where there are
    some, the answer is the parent that most of them share, or the smallest of these. A skill that stands in the text
    word for word is never hidden behind a group, nor is one that the taxonomy does not hold. A group that was found too
    goes into the answer.

    Args:
        skills: What was found in one sentence or document.
        taxonomy: Where the groups are.
        margin: How much less probable a skill may be than the one that takes it along, from 0 to 1.

    Raises:
        ConfigError: The margin is none.

    >>> from metier.taxonomy import Concept
    >>> tree = Taxonomy(name="t", concepts=(Concept(id="sql", label="databases"), *(
    ...     Concept(id=name, label=name, parents=("sql",)) for name in ("MySQL", "Oracle"))))
    >>> found = [Extracted(uri=name, label=name, score=p, probability=p, kind=Kind.IMPLICIT)
    ...     for name, p in (("MySQL", 0.52), ("Oracle", 0.5))]
    >>> [(answer.label, [skill.label for skill in answer.skills]) for answer in roll_up(found, tree)]
    [('databases', ['MySQL', 'Oracle'])]
    >>> [answer.label for answer in roll_up(found, tree, margin=0.01)]
    ['MySQL', 'Oracle']
    """
    if not 0 <= margin <= 1:
        raise ConfigError(f"Expected a margin of 0 to 1, got {margin!r}.")
    waiting = sorted(skills, key=lambda skill: (-skill.probability, -skill.score))
    named = {skill.uri for skill in skills if skill.kind == Kind.EXPLICIT}
    answers: list[RolledUp] = []
    while waiting:
        best = waiting.pop(0)
        close = [] if best.uri in named else [one for one in waiting if _is_close(best, one, margin=margin)]
        avoid = named | {answer.uri for answer in answers}
        group, members = _group(best, [one for one in close if one.uri not in named], taxonomy, avoid=avoid)
        taken = {group, *(one.uri for one in members)}
        along = [one for one in waiting if one.uri in taken]
        waiting = [one for one in waiting if one.uri not in taken]
        label = taxonomy[group].label if group else best.label
        answers.append(
            RolledUp(
                uri=group or best.uri,
                label=label,
                score=best.score,
                probability=best.probability,
                level=level_of(group or best.uri, taxonomy),
                skills=(best, *along),
            )
        )
    return tuple(answers)


def level_of(concept: str, taxonomy: Taxonomy) -> int | None:
    """How many steps a concept lies below the top, by the shortest way; `None` if the taxonomy does not hold it.

    >>> from metier.taxonomy import Concept
    >>> top, below = Concept(id="S", label="skills"), Concept(id="S1", label="communication", parents=("S",))
    >>> tree = Taxonomy(name="t", concepts=(top, below))
    >>> level_of("S", tree), level_of("S1", tree), level_of("S2", tree)
    (0, 1, None)
    """
    if concept not in taxonomy:
        return None
    front, level = {concept}, 0
    while all(taxonomy[one].parents for one in front):
        front, level = {parent for one in front for parent in taxonomy[one].parents}, level + 1
    return level


def _is_close(best: Extracted, one: Extracted, *, margin: float) -> bool:
    return abs(best.probability - one.probability) <= margin


def _group(
    best: Extracted, close: Sequence[Extracted], taxonomy: Taxonomy, *, avoid: set[str]
) -> tuple[str, list[Extracted]]:
    """The parent of the best skill that most close skills share, and these; nothing if none shares one."""
    if best.uri not in taxonomy:
        return "", []
    shared: dict[str, list[Extracted]] = {}
    for one in close:
        parents = set(taxonomy[one.uri].parents) if one.uri in taxonomy else set()
        for parent in taxonomy[best.uri].parents:
            if parent in parents and parent not in avoid:
                shared.setdefault(parent, []).append(one)
    if not shared:
        return "", []
    group = min(shared, key=lambda parent: (-len(shared[parent]), len(taxonomy.children(parent)), parent))
    return group, shared[group]
