"""From labelled sentences, a taxonomy and an encoder to a model that answers: tune, distil, fit, write.

Nothing here sees an evaluation file but the validation files that the caller names, and those choose a few weights and
the coefficients of the probabilities; whoever keeps a test set keeps it from `train` altogether.
"""

from __future__ import annotations

import platform
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from metier.discover.extraction.encoders import Encoder, Floats, SentenceEncoder
from metier.discover.extraction.fit import DEFAULT, Said, fit_judge, fit_weights
from metier.discover.extraction.gold import Gold, read_gold
from metier.discover.extraction.judge import Judge
from metier.discover.extraction.lanes import Laid, Weights
from metier.discover.extraction.model import Extractor, Facts, check_writable, load, save, write_facts
from metier.discover.extraction.skills import Skills, skills_of
from metier.discover.extraction.tune import Tuning, examples, tune
from metier.discover.extraction.words import Distilling, WordEncoder, distil
from metier.discover.supervision.labelled import Labelled
from metier.discover.supervision.mixture import make_sampler
from metier.discover.supervision.space import space
from metier.taxonomy import Taxonomy

Progress = Callable[[str, int, int], None]
_TAUGHT_SENTENCES = 12_000
FAST = Weights(dense=0.82, window=0.0, lexical=0.18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What may be set when a model is trained.

    Attributes:
        tuning: How the encoder learns.
        distilling: How the word vectors learn from it.
        sampler: Where further negatives come from, such as `siblings` or `random:3,siblings:1`; empty for none.
            Without a hierarchy there are no siblings, and the report says that none were drawn.
        tuned: Whether the encoder learns at all; without, it stays as it came.
        fast: Whether word vectors are made.
        eight_bit: Whether the encoder is also written in eight bits.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    tuning: Tuning = field(default_factory=Tuning)
    distilling: Distilling = field(default_factory=Distilling)
    sampler: str = "siblings"
    tuned: bool = True
    fast: bool = True
    eight_bit: bool = False


def train(
    taxonomy: Taxonomy,
    labelled: Sequence[Labelled],
    encoder: SentenceEncoder,
    out: Path,
    *,
    taught: Sequence[Labelled] = (),
    sentences: Sequence[str] = (),
    validation: Mapping[str, Path] | None = None,
    settings: Training | None = None,
    progress: Progress = lambda stage, done, of: None,
) -> Mapping[str, Any]:
    """Train a model and write it.

    Args:
        taxonomy: Its concepts that are no groups are ranked.
        labelled: Sentences with the skills they name, as `supervision.supervise` makes them.
        encoder: A sentence-transformers model; it is changed.
        out: Folder of the model.
        taught: Sentences that people labelled, as `taught.taught` reads them. They say nothing of how often ads ask for
            a skill, as nobody knows how they were chosen.
        sentences: Further sentences without labels, from which the word vectors learn.
        validation: Evaluation files by name, on which weights and probabilities are fitted; see `gold.read_gold`.
        settings: What is set.
        progress: Called with the stage, what is done and of how much.

    Returns:
        The report that the model keeps: sizes, CPU seconds by stage, quality on the validation files by path.
    """
    settings = settings or Training()
    check_writable(out)
    clock = _Clock()
    skills, both = skills_of(taxonomy), [*labelled, *taught]
    gold = {name: read_gold(path, skills) for name, path in (validation or {}).items()}
    if settings.tuned:
        _tune(taxonomy, skills, both, encoder, settings, lambda done, of, loss: progress("tune", done, of))
    clock.lap("tune")
    labels = encoder.encode(skills.labels)
    clock.lap("labels")
    texts = [*(one.text for one in both), *_even(sentences)]
    words = _words(skills, texts, encoder, labels, settings, progress) if settings.fast else None
    clock.lap("distil")
    counts = Counter(concept for one in labelled for concept in one.concepts)
    prior = tuple(round(float(np.log1p(counts[concept])), 6) for concept in skills.ids)
    paths: dict[str, Encoder] = {"full": encoder} | ({"fast": words} if words is not None else {})
    weights, judges, measured = _fitted(skills, labels, paths, prior, {name: read for name, (read, _) in gold.items()})
    clock.lap("fit")
    report = {
        "taxonomy": skills.taxonomy,
        "taxonomy_digest": taxonomy.digest,
        "skills": len(skills),
        "forms": len(skills.all_forms),
        "labelled_sentences": len(labelled),
        "taught_sentences": len(taught),
        "skills_with_positives": sum(counts[concept] > 0 for concept in skills.ids),
        "settings": asdict(settings),
        "negatives": settings.sampler if settings.tuned and sampled(taxonomy, settings) else "of the batch alone",
        "cpu_seconds": clock.laps,
        "validation": measured,
        "unknown_labels": {name: strange for name, (_, strange) in gold.items() if strange},
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    facts = Facts(skills=skills, weights=weights, judges=judges, prior=prior, seen=_seen(both, skills), report=report)
    save(out, facts, labels, words=words, encoder=encoder, eight_bit=settings.eight_bit)
    return report


def refit(folder: Path, validation: Mapping[str, Path]) -> Mapping[str, Any]:
    """Choose the weights and probabilities of a model anew, on validation files; its vectors stay as they are.

    Raises:
        InputError: The folder holds no model.
        DocumentError: A validation file cannot be read.
    """
    full = load(folder, path="full")
    words = load(folder, path="fast").encoder if (folder / "words.npy").is_file() else None
    gold = {name: read_gold(path, full.facts.skills) for name, path in validation.items()}
    paths = {"full": full.encoder} | ({"fast": words} if words is not None else {})
    weights, judges, measured = _fitted(
        full.facts.skills, full.labels, paths, full.facts.prior, {name: read for name, (read, _) in gold.items()}
    )
    unknown = {name: strange for name, (_, strange) in gold.items() if strange}
    report = {**full.facts.report, "validation": measured, "unknown_labels": unknown}
    write_facts(folder, replace(full.facts, weights=weights, judges=judges, report=report))
    return report


class _Clock:
    """CPU seconds between laps."""

    def __init__(self) -> None:
        self._last = time.process_time()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.process_time()
        self.laps[name] = round(now - self._last, 2)
        self._last = now


def _tune(
    taxonomy: Taxonomy,
    skills: Skills,
    labelled: Sequence[Labelled],
    encoder: SentenceEncoder,
    settings: Training,
    progress: Callable[[int, int, float], None],
) -> None:
    found = examples(
        labelled, skills.index, definitions=skills.definitions, names=[forms[1:] for forms in skills.forms],
        tuning=settings.tuning,
    )  # fmt: skip
    sampler = None
    if sampled(taxonomy, settings):
        vectors = encoder.encode(skills.labels) if "embedding-near" in settings.sampler else None
        here = space(taxonomy, ids=skills.ids, vectors=vectors)
        sampler = make_sampler(settings.sampler, here)
    tune(encoder, found, skills.labels, tuning=settings.tuning, sampler=sampler, progress=progress)


def sampled(taxonomy: Taxonomy, settings: Training) -> bool:
    """Whether further negatives are drawn: siblings alone need a hierarchy."""
    has_parents = any(concept.parents for concept in taxonomy)
    return bool(settings.sampler and settings.tuning.negatives) and (settings.sampler != "siblings" or has_parents)


def _even(sentences: Sequence[str]) -> Sequence[str]:
    """Of many sentences an even sample."""
    return sentences[:: max(1, round(len(sentences) / _TAUGHT_SENTENCES))]


def _words(
    skills: Skills,
    plain: Sequence[str],
    encoder: Encoder,
    labels: Floats,
    settings: Training,
    progress: Progress,
) -> WordEncoder:
    """Distil from sentences, each once, definitions and labels."""
    texts = [*dict.fromkeys(plain), *(text for text in skills.definitions if text)]
    taught = np.zeros((len(texts), encoder.dim), np.float32)
    for start in range(0, len(texts), 4096):
        taught[start : start + 4096] = encoder.encode(texts[start : start + 4096])
        progress("teach", min(start + 4096, len(texts)), len(texts))
    return distil(
        encoder, [*texts, *skills.labels], np.concatenate([taught, labels]), labels, settings=settings.distilling,
        progress=lambda done, of, loss: progress("distil", done, of),
    )  # fmt: skip


def _fitted(
    skills: Skills,
    labels: Floats,
    paths: Mapping[str, Encoder],
    prior: Sequence[float],
    gold: Mapping[str, Sequence[Gold]],
) -> tuple[dict[str, Weights], dict[str, Judge], dict[str, Any]]:
    weights, judges = dict[str, Weights](), dict[str, Judge]()
    measured: dict[str, Any] = {}
    for path, encoder in paths.items():
        start = FAST if path == "fast" else DEFAULT
        facts = Facts(skills=skills, weights={path: start}, judges={path: fit_judge([], start)}, prior=tuple(prior))
        extractor = Extractor(facts, labels, encoder, path="fast" if path == "fast" else "full")
        said = {name: say(extractor, read) for name, read in gold.items()}
        ranked = [one for one in said.values() if any(g.skills for g in one.gold)]
        weights[path] = fit_weights(ranked, start=start) if ranked else start
        judges[path] = fit_judge(list(said.values()), weights[path])
        measured[path] = {name: _figures(one, weights[path]) for name, one in said.items()}
    return weights, judges, measured


def say(extractor: Extractor, gold: Sequence[Gold]) -> Said:
    """Work out what each lane of a model says of sentences with gold skills."""
    texts = [one.text for one in gold]
    parts = [extractor.laid(texts[start : start + 256]) for start in range(0, len(texts), 256)]
    laid = Laid(
        places=np.concatenate([part.places for part, _, _ in parts]),
        lanes={name: np.concatenate([part.lanes[name] for part, _, _ in parts]) for name in parts[0][0].lanes},
        standard={name: np.concatenate([part.standard[name] for part, _, _ in parts]) for name in parts[0][0].standard},
        spans=np.concatenate([part.spans for part, _, _ in parts]),
    )
    return Said(
        gold=gold,
        vectors=np.concatenate([vectors for _, vectors, _ in parts]),
        laid=laid,
        named=[np.array(list(named), np.int64) for _, _, mentions in parts for named in mentions],
        num_skills=len(extractor.facts.skills),
    )


def _figures(said: Said, weights: Weights) -> dict[str, Any]:
    found = asdict(said.quality(weights))
    return {name: round(value, 3) if value == value else None for name, value in found.items()}


def _seen(labelled: Sequence[Labelled], skills: Skills) -> dict[str, str]:
    """One training sentence for each skill, the shortest that has some context."""
    found: dict[str, str] = {}
    for one in sorted(labelled, key=lambda one: (len(one.text), one.text)):
        for concept in one.concepts:
            if concept in skills.index and not one.masked and len(one.text) >= 30:
                found.setdefault(concept, one.text[:200])
    return found
