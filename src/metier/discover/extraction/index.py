"""What must be worked out of the skills before a model can answer, and how is it kept, so that a start is quick?

The index of a model is a folder of plain data: `lexical.npz` (arrays), `named.matcher` (the forms that are matched
literally) and `index.json`, which names the format, the skills it was made of by their SHA-256, and both files by
theirs. What is absent, torn, of another format or of other skills is worked out anew; it is never an error. Anybody can
write those sums, so that the arrays are looked through as well: none points beyond another.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metier.digest import canonical
from metier.discover.extraction import lexical
from metier.discover.extraction.named import RULES, matcher_of
from metier.discover.extraction.skills import Skills
from metier.discover.extraction.spelling import WORD_BITS, Arrays
from metier.discover.match import Matcher
from metier.discover.matching.kept import dump, load_matcher

_FORMAT = 1
_LONGEST_HEAD = 200
_KINDS = {
    "vocabulary": "u1", "begins": "i8", "form": "i4", "weight": "f4",
    "held_begins": "i8", "held_word": "i4", "held_weight": "f4",
    "gram_keys": "i8", "gram_begins": "i8", "gram_owner": "i4", "gram_idf": "f4", "gram_norms": "f4",
}  # fmt: skip
_RAREST = 64  # above the logarithm of one more than any number of forms
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
            found = Index(lexical=_arrays(facts, folder / _LEXICAL), matcher=_matcher(facts, folder / _NAMED))
            _check(found, skills)
            return found
    except Exception:  # what the parsers of JSON, zip and arrays raise over a crafted file is no short list
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
        files = kept.zip.infolist()
        # As we write them, so that nothing unpacks to more than the file holds.
        if any(file.compress_type for file in files) or sum(file.file_size for file in files) > len(data):
            raise ValueError(f"{path} is packed")
        return dict(kept)


def _matcher(facts: Mapping[str, Any], path: Path) -> Matcher:
    with path.open("rb") as file:
        if not file.readline(_LONGEST_HEAD).rstrip(b"\n").endswith(str(facts[_NAMED]).encode()):
            raise ValueError(f"{path} is not what was written")
    matcher = load_matcher(path)
    if matcher.rules != RULES:
        raise ValueError(f"{path} has other rules")
    return matcher


def _check(index: Index, skills: Skills) -> None:
    """Look through what was read: later code takes one array's numbers as places in another.

    Raises:
        ValueError: Something does not fit the skills or the rest.
    """
    kept = index.lexical
    if kept.keys() != _KINDS.keys() or any(a.dtype != _KINDS[name] or a.ndim != 1 for name, a in kept.items()):
        raise ValueError("expected other arrays")
    vocabulary = kept["vocabulary"].tobytes().decode()
    words, forms = vocabulary.count("\n") + 1 if vocabulary else 0, len(skills.all_forms)
    keys = kept["gram_keys"]
    fits = (
        words < 1 << WORD_BITS and len(kept["gram_norms"]) == words and len(kept["gram_idf"]) == len(keys)
        and len(kept["form"]) == len(kept["weight"]) and len(kept["held_word"]) == len(kept["held_weight"])
        and _are_begins(kept["begins"], words, kept["form"])
        and _are_begins(kept["held_begins"], forms, kept["held_word"])
        and _are_begins(kept["gram_begins"], len(keys), kept["gram_owner"])
        and _within(kept["form"], 0, forms - 1) and _within(kept["held_word"], 0, words - 1)
        and _within(kept["gram_owner"], 0, words - 1) and bool(np.all(keys[1:] > keys[:-1]))
        and _within(kept["weight"], 0, _RAREST) and _within(kept["held_weight"], 0, _RAREST)
        and _within(kept["gram_idf"], 1e-6, _RAREST) and _within(kept["gram_norms"], 1e-6, 1e6)
        and all(map(skills.index.__contains__, chain.from_iterable(index.matcher.forms.owners)))
    )  # fmt: skip
    if not fits:
        raise ValueError("expected arrays and forms of these skills")


def _are_begins(begins: NDArray[Any], count: int, of: NDArray[Any]) -> bool:
    """Whether an array cuts another into so many parts."""
    return (
        len(begins) == count + 1
        and begins[0] == 0
        and begins[-1] == len(of)
        and bool(np.all(begins[1:] >= begins[:-1]))
    )


def _within(values: NDArray[Any], low: float, high: float) -> bool:
    return not len(values) or bool(low <= values.min() and values.max() <= high)
