"""What must be worked out of the skills before a model can answer, and how is it kept, so that a start is quick?

The index of a model is a folder of plain data: `lexical.npz` (arrays), `named.matcher` (the forms that are matched
literally) and `index.json`, which names the format, the skills it was made of by their SHA-256, and both files by
theirs. What is absent, torn, of another format or of other skills is worked out anew; it is never an error.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from metier.digest import canonical
from metier.discover.extraction import lexical
from metier.discover.extraction.named import RULES, matcher_of
from metier.discover.extraction.skills import Skills
from metier.discover.extraction.spelling import Arrays
from metier.discover.match import Matcher
from metier.discover.matching.kept import dump, load_matcher
from metier.errors import StoreError

_FORMAT = 1
_LONGEST_HEAD = 200
_LEXICAL, _NAMED, _FACTS = "lexical.npz", "named.matcher", "index.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What the lanes need of the skills.

    Attributes:
        lexical: Arrays of the lane of spelling.
        matcher: Finds the forms of the skills literally.
    """

    lexical: Arrays
    matcher: Matcher


def index_of(skills: Skills) -> Index:
    """Work the index out.

    >>> from metier.discover.extraction.skills import skills_of
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> index = index_of(skills_of(Taxonomy(name="t", concepts=(Concept(id="weld", label="weld steel"),))))
    >>> index.lexical["vocabulary"].tobytes(), [mention.concept for mention in index.matcher.find("We weld steel.")]
    (b'weld\\nsteel', ['weld'])
    """
    return Index(lexical=lexical.worked_out(skills.all_forms), matcher=matcher_of(skills))


def write_index(skills: Skills, folder: Path) -> None:
    """Work the index out and keep it in a folder that is made; the same skills give the same bytes."""
    index = index_of(skills)
    folder.mkdir(parents=True)
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **index.lexical)
    (folder / _LEXICAL).write_bytes(packed.getvalue())
    facts = {
        "format": _FORMAT, "skills": _sha256(skills), _LEXICAL: hashlib.sha256(packed.getvalue()).hexdigest(),
        _NAMED: dump(index.matcher, folder / _NAMED),
    }  # fmt: skip
    (folder / _FACTS).write_bytes(canonical(facts))


def read_index(skills: Skills, folder: Path) -> Index:
    """Read the index of these skills, or work it out where the folder does not hold it whole."""
    try:
        facts = json.loads((folder / _FACTS).read_bytes())
        if isinstance(facts, Mapping) and (facts.get("format"), facts.get("skills")) == (_FORMAT, _sha256(skills)):
            return Index(lexical=_arrays(facts, folder / _LEXICAL), matcher=_matcher(facts, folder / _NAMED))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, StoreError):
        pass
    return index_of(skills)


def _sha256(skills: Skills) -> str:
    """Name the skills by what the index is made of: identifiers, forms, and which forms are whose."""
    parts = ("\n".join(skills.ids), "\n".join(skills.all_forms))
    whole = hashlib.sha256(skills.starts.astype("<i8").tobytes())
    for part in parts:
        whole.update(b"\0" + part.encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def _arrays(facts: Mapping[str, Any], path: Path) -> Arrays:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != facts[_LEXICAL]:
        raise ValueError(f"{path} is not what was written")
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        return dict(kept)


def _matcher(facts: Mapping[str, Any], path: Path) -> Matcher:
    with path.open("rb") as file:
        if not file.readline(_LONGEST_HEAD).rstrip(b"\n").endswith(str(facts[_NAMED]).encode()):
            raise ValueError(f"{path} is not what was written")
    matcher = load_matcher(path)
    if matcher.rules != RULES:
        raise ValueError(f"{path} has other rules")
    return matcher
