"""How good is skill extraction beside what people use, over the same sentences, the same skills and the same encoder?

Ours on each path, beside BM25, TF-IDF of words and of characters, the encoder as it comes, the encoder with TF-IDF of
characters (the best form of each skill; weights 0.7 and 0.3), and esco-skill-extractor, whose own code is called with
the same labels and encoder; it answers with a set, which is ranked by cosine. Equal scores stand in the order of the
taxonomy. The measures are worked out by workrb's functions and by ours. Peers that are not installed are left out and
said so.

    python benchmarks/discover_extract.py MODEL ENCODER NAME=FILE ... [--json FILE]

MODEL is a folder of `metier discover train`, ENCODER a folder of sentence-transformers, each FILE sentences with gold
skills. One thread; CPU time.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import importlib.util
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from metier.discover.extraction.encoders import SentenceEncoder
from metier.discover.extraction.gold import Gold, read_gold
from metier.discover.extraction.lanes import standard
from metier.discover.extraction.measures import Quality, paired_bootstrap, per_sentence, quality
from metier.discover.extraction.model import Extractor, load
from metier.discover.extraction.skills import Skills

Score = Callable[[Sequence[str]], np.ndarray]
"""Sentences to scores, (sentences, skills)."""
Measures = Callable[..., dict[str, float]]

PACKAGES = ("numpy", "torch", "sentence-transformers", "bm25s", "scikit-learn", "esco-skill-extractor", "workrb")
BATCH = 256
CANDIDATES = 200
SHOWN = ("rp@5", "rp@10", "mrr")


def bm25(labels: Sequence[str]) -> Score:
    """Okapi BM25 over labels, words in lower case."""
    import bm25s

    def cut(text: str) -> list[str]:
        return re.findall(r"\w+", text.lower())

    index = bm25s.BM25()
    index.index([cut(label) for label in labels], show_progress=False)

    def score(texts: Sequence[str]) -> np.ndarray:
        # A sentence without a known word makes bm25s raise an IndexError.
        known = [[word for word in cut(text) if word in index.vocab_dict] for text in texts]
        return np.array([index.get_scores(some) if some else np.zeros(len(labels)) for some in known], np.float32)

    return score


def tfidf(labels: Sequence[str], **settings: Any) -> Score:
    """Cosine of TF-IDF vectors, fitted on the labels."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(**settings)
    of_labels = vectorizer.fit_transform(labels).T.tocsr()
    return lambda texts: np.asarray((vectorizer.transform(texts) @ of_labels).todense(), np.float32)


def zero_shot(encoder: SentenceEncoder, vectors: np.ndarray) -> Score:
    """Cosine of sentence and label."""
    return lambda texts: encoder.encode(texts) @ vectors.T


def esco_skill_extractor(path: Path, vectors: np.ndarray) -> Score:
    """esco-skill-extractor's `get_skills` with the labels' vectors in place of its own file; the set by cosine."""
    import torch
    from esco_skill_extractor import SkillExtractor
    from sentence_transformers import SentenceTransformer

    class Remembering(SentenceTransformer):
        def encode(self, *args: Any, **kwargs: Any) -> Any:
            self.last = super().encode(*args, **kwargs, show_progress_bar=False)
            return self.last

    peer = object.__new__(SkillExtractor)  # its constructor downloads a model and embeds files of its own
    peer.device, peer.skills_threshold = "cpu", 0.6
    peer._model = Remembering(str(path), device="cpu", local_files_only=True)
    peer._skill_ids = np.arange(len(vectors))
    peer._skill_embeddings = torch.from_numpy(vectors)

    def score(texts: Sequence[str]) -> np.ndarray:
        scores = np.full((len(texts), len(vectors)), -1, np.float32)
        sets = peer.get_skills(list(texts))
        chunks, start = peer._model.last.numpy(), 0
        for row, (found, cut) in enumerate(zip(sets, peer._texts_to_tokens(list(texts)), strict=True)):
            if found:
                scores[row, found] = (chunks[start : start + len(cut)] @ vectors[found].T).max(0)
            start += len(cut)
        return scores

    return score


def ours(model: Extractor) -> Score:
    """Our ranking; what is no candidate comes last."""

    def score(texts: Sequence[str]) -> np.ndarray:
        found, _, _ = model.ranked(texts, count=CANDIDATES)
        scores = np.full((len(texts), len(model.facts.skills)), -np.inf, np.float32)
        np.put_along_axis(scores, found.places, found.scores, 1)
        return scores

    return score


def systems(model: Path, encoder: Path, skills: Skills) -> Iterator[tuple[str, Callable[[], Score]]]:
    """Name and maker of each system."""
    bare = SentenceEncoder(encoder)
    labels = skills.labels
    vectors = bare.encode(labels)
    characters = {"analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True}

    def blend() -> Score:
        dense, spelt = zero_shot(bare, vectors), tfidf(skills.all_forms, **characters)
        begins = skills.starts[:-1]
        return lambda texts: (
            0.7 * standard(dense(texts)) + 0.3 * standard(np.maximum.reduceat(spelt(texts), begins, axis=1))
        )

    yield "BM25 (bm25s)", lambda: bm25(labels)
    yield "TF-IDF, words", lambda: tfidf(labels, sublinear_tf=True)
    yield "TF-IDF, characters 3–5", lambda: tfidf(labels, **characters)
    yield "esco-skill-extractor", lambda: esco_skill_extractor(encoder, vectors)
    yield "encoder as it comes", lambda: zero_shot(bare, vectors)
    yield "encoder + characters, all forms", blend
    yield "**ours, fast**", lambda: ours(load(model, path="fast"))
    yield "**ours, full**", lambda: ours(load(model, path="full"))
    if (model / "onnx").is_dir():
        yield "**ours, eight-bit**", lambda: ours(load(model, path="eight-bit"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One system on one set: our measures, workrb's where it is installed (in percent), and what it cost."""

    quality: Quality
    theirs: dict[str, float] | None
    rp5: np.ndarray
    seconds: float

    @property
    def shown(self) -> list[float]:
        """RP@5, RP@10 and MRR."""
        mine = self.quality
        return [mine.rp5, mine.rp10, mine.mrr] if self.theirs is None else [self.theirs[name] for name in SHOWN]


def measured(score: Score, gold: Sequence[Gold], explicit: Sequence[Sequence[bool]], theirs: Measures | None) -> Row:
    """Rank all skills for each sentence; only the scoring is timed, after a first sentence."""
    ranks: list[np.ndarray] = []
    seconds, sums = 0.0, dict.fromkeys(SHOWN, 0.0)
    score([gold[0].text])
    for start in range(0, len(gold), BATCH):
        some = gold[start : start + BATCH]
        began = time.process_time()
        scores = score([one.text for one in some])
        seconds += time.process_time() - began
        order = np.argsort(-scores, axis=1, kind="stable")
        places = np.empty_like(order)
        np.put_along_axis(places, order, np.arange(1, order.shape[1] + 1)[None], 1)
        ranks += [places[row, list(one.skills)] for row, one in enumerate(some)]
        if theirs is not None:  # the place decides, so that equal scores are equal for both
            said = theirs(-places, [list(one.skills) for one in some], metrics=SHOWN)
            sums = {name: sums[name] + 100 * said[name] * len(some) / len(gold) for name in SHOWN}
    return Row(
        quality=quality(ranks, explicit),
        theirs=None if theirs is None else sums,
        rp5=per_sentence(ranks),
        seconds=seconds,
    )


def workrb_measures() -> Measures | None:
    """workrb's own function, from its file: the package itself imports far more."""
    found = importlib.util.find_spec("workrb")
    if found is None or not found.submodule_search_locations:
        return None
    file = Path(found.submodule_search_locations[0]) / "metrics" / "ranking.py"
    spec = importlib.util.spec_from_file_location("workrb_ranking", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.calculate_ranking_metrics


def described(package: str) -> str:
    """A package with its version, or that it is missing."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} not installed"


def show(rows: dict[str, dict[str, Row]], sets: Sequence[str]) -> None:
    """Print the table of measures."""
    columns = ("RP@5 (95 %)", "RP@10", "MRR", "implied hit@5")
    print(f"| system | {' | '.join(f'{name} {column}' for name in sets for column in columns)} | CPU ms a sentence |")
    print(f"| --- |{' ---: |' * (len(sets) * len(columns) + 1)}")
    for system, by_set in rows.items():
        cells = []
        for name in sets:
            row = by_set[name]
            rp5, rp10, mrr = row.shown
            _, low, high = paired_bootstrap(100 * row.rp5, np.zeros(len(row.rp5)))
            cells += [f"{rp5:.1f} ({low:.1f}–{high:.1f})", f"{rp10:.1f}", f"{mrr:.1f}"]
            cells.append(f"{row.quality.implicit_hit5:.1f}")
        cost = 1000 * sum(row.seconds for row in by_set.values()) / sum(len(row.rp5) for row in by_set.values())
        print(f"| {system} | {' | '.join(cells)} | {cost:.2f} |")


def show_gains(rows: dict[str, dict[str, Row]], sets: Sequence[str]) -> None:
    """Print how much better each of our paths is than each other system, on the same sentences."""
    paths = [system for system in rows if "ours" in system]
    print(f"\n| RP@5 less that of | {' | '.join(f'{path}, {name}' for path in paths for name in sets)} |")
    print(f"| --- |{' ---: |' * (len(paths) * len(sets))}")
    for system, by_set in rows.items():
        cells = []
        for path in paths:
            for name in sets:
                mean, low, high = paired_bootstrap(100 * rows[path][name].rp5, 100 * by_set[name].rp5)
                cells.append("" if path == system else f"{mean:+.1f} ({low:+.1f} to {high:+.1f})")
        print(f"| {system} | {' | '.join(cells)} |")


def main(arguments: list[str]) -> None:
    """Print the table, the differences, and what they rest on."""
    out = Path(arguments.pop(arguments.index("--json") + 1)) if "--json" in arguments else None
    model, encoder, *files = [argument for argument in arguments if argument != "--json"]
    fast = load(Path(model), path="fast")
    gold: dict[str, list[Gold]] = {}
    explicit: dict[str, list[list[bool]]] = {}
    for name, _, path in (file.partition("=") for file in files):
        gold[name] = [one for one in read_gold(Path(path), fast.facts.skills)[0] if one.skills]
        named = fast.named([one.text for one in gold[name]])
        explicit[name] = [
            [skill in found for skill in one.skills] for one, found in zip(gold[name], named, strict=True)
        ]
    theirs = workrb_measures()
    rows: dict[str, dict[str, Row]] = {}
    missing = []
    for system, make in systems(Path(model), Path(encoder), fast.facts.skills):
        try:
            score = make()
        except ImportError as error:
            missing.append(f"{system} ({error.name})")
            continue
        rows[system] = {name: measured(score, gold[name], explicit[name], theirs) for name in gold}
    show(rows, list(gold))
    show_gains(rows, list(gold))
    sizes = ", ".join(
        f"{name}: {len(some)} sentences, {sum(not said for row in explicit[name] for said in row)} implied skills of "
        f"{sum(map(len, explicit[name]))}"
        for name, some in gold.items()
    )
    print(f"\n{sizes}; {len(fast.facts.skills):,} skills. {', '.join(map(described, PACKAGES))}; bootstrap seed 0.")
    if missing:
        print(f"Left out, as not installed: {', '.join(missing)}.")
    if theirs is None:
        print("workrb is not installed: the measures are ours alone.")
    else:
        both = [(row, row.quality) for by_set in rows.values() for row in by_set.values()]
        gap = max(abs(a - b) / 100 for row, q in both for a, b in zip(row.shown, (q.rp5, q.rp10, q.mrr), strict=True))
        print(f"The measures are workrb's; ours {'agree' if gap < 1e-9 else 'DIFFER'} (greatest difference {gap:.1e}).")
    if out is not None:
        plain = {system: {name: asdict(row.quality) for name, row in some.items()} for system, some in rows.items()}
        out.write_text(json.dumps(plain, indent=1), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    main(sys.argv[1:])
