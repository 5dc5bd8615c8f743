"""What did people label already? Their sentences teach beside the ads, kept apart from every exam as these are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from metier.discover.extraction.gold import read_gold
from metier.discover.extraction.named import Named
from metier.discover.extraction.sentences import split
from metier.discover.extraction.skills import Skills
from metier.discover.supervision.labelled import Labelled, Sentence
from metier.discover.supervision.leak import Gate, gate, read_evaluation


def taught(files: Sequence[Path], skills: Skills, *, against: Sequence[Path] = ()) -> tuple[list[Labelled], Gate]:
    """Read sentences that people labelled, as examples for training.

    Args:
        files: As `gold.read_gold` reads them; sentences without a skill that the taxonomy knows are left out.
        skills: Those that can be learnt.
        against: Evaluation files; what they hold, exactly or nearly, is taken out.

    Returns:
        The examples, each with the places where it names its skills, and what the gate took out.

    Raises:
        DocumentError: A file cannot be read or holds no sentence.
    """
    gold = {}
    for path in files:
        for number, one in enumerate(read_gold(path, skills)[0], start=1):
            if one.skills:
                gold[Sentence(one.text, f"{path.name}#{number}")] = one
    kept, passed = gate(gold, read_evaluation(against, split=split))
    named = Named(skills).find([sentence.text for sentence in kept])
    found = []
    for sentence, mentions in zip(kept, named, strict=True):
        places = gold[sentence].skills
        found.append(
            Labelled(
                text=sentence.text,
                concepts=tuple(sorted(skills.ids[place] for place in places)),
                mentions=tuple(mentions[place] for place in places if place in mentions),
                occurring=tuple(sorted(skills.ids[place] for place in mentions)),
                source=sentence.source,
            )
        )
    return found, passed
