"""How does a sentence become a vector without a transformer? By the vectors of its words, learnt from one that has one.

Each word that the training text or a form holds gets the vector that the tuned encoder gives it alone, less what all
words share, weighted by how rare it is (smooth inverse frequency; Arora et al., "A Simple but Tough-to-Beat Baseline
for Sentence Embeddings", ICLR 2017). Words and hashed character n-grams then learn to give whole sentences the vectors
the encoder gives them (distillation), so that a word never seen is read by its spelling. The labels keep the encoder's
own vectors: only the side of the sentences is made cheap.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from metier.discover.extraction.encoders import Encoder, Floats, Tokens, unit
from metier.discover.extraction.lexical import WORD

BUCKETS = 1 << 15
_KEPT_WORDS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Distilling:
    """What may be set when word vectors learn from an encoder.

    Attributes:
        seed: What the order follows from.
        epochs: Passes over the texts.
        batch: Texts in a step.
        rate: Greatest learning rate (sparse Adam).
        least_count: How often a word must come to have a vector of its own.
        labels: Labels of which the teacher's ranking is copied in a step.
        temperature: Of both rankings.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    seed: int = 0
    epochs: int = 2
    batch: int = 512
    rate: float = 2e-3
    least_count: int = 2
    labels: int = 1024
    temperature: float = 0.05


class WordEncoder:
    """Sentence vectors as sums of word vectors; an `Encoder` without torch or tokenizer.

    Args:
        vocabulary: The words that have a vector of their own.
        table: Their vectors, then those of `BUCKETS` hashed n-grams: shape (words + buckets, dim).
    """

    def __init__(self, vocabulary: Sequence[str], table: NDArray[np.float16] | Floats) -> None:
        self.vocabulary = list(vocabulary)
        self.table = table
        self.dim = int(table.shape[1])
        self._index = {word: place for place, word in enumerate(self.vocabulary)}
        self._vectors: dict[str, Floats] = {}

    def encode(self, texts: Sequence[str]) -> Floats:
        """As `Encoder.encode`."""
        sums = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            found = [self._vector(match[0]) for match in WORD.finditer(text.lower())]
            if found:
                np.sum(found, axis=0, out=sums[row])
        return unit(sums)

    def tokens(self, texts: Sequence[str]) -> Iterator[tuple[Floats, Tokens]]:
        """As `Encoder.tokens`; a token is a word."""
        for text in texts:
            lowered = text.lower()
            lowered = lowered if len(lowered) == len(text) else text  # a fold that moves offsets is left undone
            matches = list(WORD.finditer(lowered))
            vectors = np.array([self._vector(m[0]) for m in matches], np.float32).reshape(len(matches), self.dim)
            spans = np.array([m.span() for m in matches], np.int64).reshape(len(matches), 2)
            yield unit(vectors.sum(0)), Tokens(vectors, spans)

    def _vector(self, word: str) -> Floats:
        vector = self._vectors.get(word)
        if vector is None:
            if len(self._vectors) >= _KEPT_WORDS:
                self._vectors.clear()
            places, weights = features(word, self._index)
            vector = weights @ self.table[places].astype(np.float32)
            self._vectors[word] = vector
        return vector


def features(word: str, index: dict[str, int]) -> tuple[NDArray[np.int64], Floats]:
    """Give the rows of the table that make up a word, and their weights: itself, and the mean of its n-grams.

    >>> places, weights = features("java", {"java": 0})
    >>> int(places[0]), float(weights.sum().round(3))
    (0, 2.0)
    """
    framed = f"<{word}>".encode()
    hashed = [
        len(index) + zlib.crc32(framed[i : i + n]) % BUCKETS for n in (3, 4, 5) for i in range(len(framed) - n + 1)
    ]
    own = [index[word]] if word in index else []
    weights = [1.0] * len(own) + [1 / max(len(hashed), 1)] * len(hashed)
    return np.array([*own, *hashed], np.int64), np.array(weights, np.float32)


def distil(
    teacher: Encoder,
    texts: Sequence[str],
    taught: Floats,
    labels: Floats,
    *,
    settings: Distilling,
    progress: Callable[[int, int, float], None] | None = None,
) -> WordEncoder:
    """Learn word vectors from an encoder.

    Args:
        teacher: Gives each word its first vector.
        texts: Sentences, definitions and forms.
        taught: The teacher's vector of each text, (texts, dim).
        labels: The teacher's vectors of the labels, (skills, dim).
        settings: What is set.
        progress: Called now and then with the step, the number of steps and the loss.
    """
    import torch

    cut = [[match[0] for match in WORD.finditer(text.lower())] for text in texts]
    counts = Counter(word for words in cut for word in words)
    vocabulary = sorted(word for word, count in counts.items() if count >= settings.least_count)
    index = {word: place for place, word in enumerate(vocabulary)}
    table = torch.nn.EmbeddingBag(len(vocabulary) + BUCKETS, taught.shape[1], mode="sum", sparse=True)
    with torch.no_grad():
        table.weight.zero_()
        table.weight[: len(vocabulary)] = torch.from_numpy(_first(teacher, vocabulary, counts))
    known = {word: features(word, index) for word in counts}
    bags = [_bag([known[word] for word in words]) for words in cut]
    _learn(table, bags, taught, labels, settings, progress)
    return WordEncoder(vocabulary, table.weight.detach().numpy().astype(np.float16))


def _first(teacher: Encoder, vocabulary: Sequence[str], counts: Counter[str]) -> Floats:
    vectors = teacher.encode(vocabulary)
    vectors = unit(vectors - vectors.mean(0))
    share = np.array([counts[word] for word in vocabulary], np.float32) / max(1, sum(counts.values()))
    return (vectors * (1e-3 / (1e-3 + share))[:, None]).astype(np.float32)


def _bag(words: Sequence[tuple[NDArray[np.int64], Floats]]) -> tuple[NDArray[np.int64], Floats]:
    if not words:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    return np.concatenate([places for places, _ in words]), np.concatenate([weights for _, weights in words])


def _learn(
    table: Any,
    bags: Sequence[tuple[NDArray[np.int64], Floats]],
    taught: Floats,
    labels: Floats,
    settings: Distilling,
    progress: Callable[[int, int, float], None] | None,
) -> None:
    """Twice the cosine distance to the teacher's vector, and the divergence of both rankings of some labels."""
    import torch
    from torch.nn.functional import kl_div, log_softmax, normalize, softmax

    rng = np.random.default_rng(settings.seed)
    optimizer = torch.optim.SparseAdam(list(table.parameters()), lr=settings.rate)
    usable = np.array([i for i, (places, _) in enumerate(bags) if len(places)], np.int64)
    num_steps = settings.epochs * -(-len(usable) // settings.batch)
    step = 0
    for _ in range(settings.epochs):
        order = rng.permutation(usable)
        for start in range(0, len(order), settings.batch):
            batch = order[start : start + settings.batch]
            lengths = [len(bags[i][0]) for i in batch]
            places = torch.from_numpy(np.concatenate([bags[i][0] for i in batch]))
            weights = torch.from_numpy(np.concatenate([bags[i][1] for i in batch]))
            offsets = torch.from_numpy(np.r_[0, np.cumsum(lengths)[:-1]])
            said = normalize(table(places, offsets, per_sample_weights=weights), dim=-1)
            right = torch.from_numpy(taught[batch])
            some = torch.from_numpy(labels[rng.integers(0, len(labels), settings.labels)])
            ranked = log_softmax(said @ some.T / settings.temperature, 1)
            wanted = softmax(right @ some.T / settings.temperature, 1)
            loss = 2 * (1 - (said * right).sum(1)).mean() + kl_div(ranked, wanted, reduction="batchmean")
            optimizer.param_groups[0]["lr"] = settings.rate * max(0.02, 1 - step / num_steps)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            if progress and (step % 20 == 0 or step == num_steps):
                progress(step, num_steps, float(loss.detach()))


def save_words(encoder: WordEncoder, folder: Path) -> None:
    """Write word vectors: `words.txt`, a word a line, and `words.npy`."""
    (folder / "words.txt").write_text("\n".join(encoder.vocabulary), encoding="utf-8")
    np.save(folder / "words.npy", np.asarray(encoder.table, np.float16))


def load_words(folder: Path) -> WordEncoder:
    """Read what `save_words` wrote. The table is mapped, not read.

    Raises:
        ValueError: The words and the table do not belong together.
    """
    said = (folder / "words.txt").read_text(encoding="utf-8")
    vocabulary = said.split("\n") if said else []
    table = np.load(folder / "words.npy", mmap_mode="r", allow_pickle=False)
    if table.ndim != 2 or len(table) != len(vocabulary) + BUCKETS:
        raise ValueError(f"{len(vocabulary)} words do not fit a table of shape {table.shape}")
    return WordEncoder(vocabulary, table)
