"""A model whose word vectors are written by hand, so that no test has to train one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from metier.discover.extraction.fit import fit_judge
from metier.discover.extraction.lanes import Weights
from metier.discover.extraction.model import Facts, save
from metier.discover.extraction.skills import skills_of
from metier.discover.extraction.words import BUCKETS, WordEncoder
from metier.taxonomy import Concept, Taxonomy

GROUPS = Taxonomy(
    name="trade",
    version="1",
    concepts=(
        Concept(id="metal", label="work with metal", kind="skill group"),
        Concept(id="weld", label="weld steel", parents=("metal",)),
        Concept(id="grind", label="grind edges", parents=("metal",)),
        Concept(id="teams", label="work in teams"),
    ),
)
_MEANING = {"weld": 0, "steel": 0, "grind": 0, "edges": 0, "torch": 0, "teams": 1, "colleagues": 1}


def write_model(folder: Path) -> Path:
    """A model that takes a torch for two skills of one group alike."""
    table = np.zeros((len(_MEANING) + BUCKETS, 2), np.float32)
    table[range(len(_MEANING)), list(_MEANING.values())] = 1
    words = WordEncoder(list(_MEANING), table)
    skills = skills_of(GROUPS)
    facts = Facts(skills=skills, weights={"fast": Weights()}, judges={"fast": fit_judge([], Weights())})
    save(folder / "model", facts, words.encode(skills.labels), words=words)
    return folder / "model"


def write_groups(folder: Path) -> Path:
    """The taxonomy of the model with its groups, as a table."""
    rows = [f"{one.id},{one.label},{'|'.join(one.parents)}" for one in GROUPS]
    (folder / "groups.csv").write_text("\n".join(["id,label,parents", *rows]) + "\n", encoding="utf-8")
    return folder / "groups.csv"
