"""What did people label already? Their sentences teach beside the ads, kept apart from every exam as these are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from metier.discover.extraction.gold import read_gold
from metier.discover.extraction.named import Named, matcher_of
from metier.discover.extraction.sentences import split
from metier.discover.extraction.skills import Skills
from metier.discover.supervision.label import occurring
from metier.discover.supervision.labelled import Labelled, Sentence
from metier.discover.supervision.leak import Gate, gate, read_evaluation


def taught(files: Sequence[Path], skills: Skills, *, against: Sequence[Path] = ()) -> tuple[list[Labelled], Gate]:
    """Read sentences that people labelled, as examples for training.

    Args:
        files: As `gold.read_gold` reads them. A sentence of several files has the skills of all; one without a skill
            that the taxonomy knows is left out.
        skills: Those that can be learnt.
        against: Evaluation files; what they hold, exactly or nearly, is taken out.

    Returns:
        The examples, each with the places where it names its skills, and what the gate took out.

    Raises:
        DocumentError: A file cannot be read or holds no sentence.
    """
    gold: dict[str, set[int]] = {}
    sources: dict[str, str] = {}
    for path in files:
        for number, one in enumerate(read_gold(path, skills)[0], start=1):
            if one.skills:
                gold.setdefault(one.text, set()).update(one.skills)
                sources.setdefault(one.text, f"{path.name}#{number}")
    kept, passed = gate([Sentence(text, sources[text]) for text in gold], read_evaluation(against, split=split))
    matcher = matcher_of(skills)
    named = Named(skills, matcher).find([sentence.text for sentence in kept])
    found = []
    for sentence, mentions in zip(kept, named, strict=True):
        places = gold[sentence.text]
        found.append(
            Labelled(
                text=sentence.text,
                concepts=tuple(sorted(skills.ids[place] for place in places)),
                mentions=tuple(sorted((mentions[p] for p in places if p in mentions), key=lambda one: one.start)),
                occurring=occurring(sentence.text, matcher),
                source=sentence.source,
            )
        )
    return found, passed
