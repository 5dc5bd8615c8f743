"""How many harmful orders in words that no rule was written for does the model tell, and at what cost?

    python benchmarks/govern_likeness.py --honest SET.jsonl.gz …
    python benchmarks/govern_likeness.py --honest SET.jsonl.gz … --out src/metier/govern/scan/likeness.json

The sentences are those of `data/orders`: each file is by one author, who saw neither the scan nor the other files, and
one file of each label is never trained on. Honest packages are those of the sets given, as `govern_scan.py` reads them,
and the prose of some that were written for it (`packages.jsonl.gz`); their own figures are of models trained on the
other two thirds. What `--out` writes is trained on all but the held-out authors; the same input gives
the same model.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import math
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import minimize
from scipy.sparse.linalg import svds

from govern_scan import read, wilson, write
from metier.govern.scan import scan_text
from metier.govern.scan.likeness import MIN_WORDS, features, parts, share, words
from metier.govern.scan.parts import read_parts
from metier.govern.scan.read import documents_of, purpose_of
from metier.govern.scan.told import sentences_of

ORDERS = Path(__file__).parent / "data" / "orders"
HELD_OUT = "b"
BITS, NUM_KINDS, NUM_DIMENSIONS, NUM_WORDS = 18, 600, 80, 12_000
MASK = (1 << BITS) - 1
LAMBDA, HARMFUL, HONEST, ROUNDS, HARDER = 0.05, 4.0, 8.0, 3, 4.0
THIRDS = 3
FALSE_ONE, FALSE_TWO = 0.01, 0.002
"""Of the honest packages so many may have one sentence that is worth a look, and two that are blocked."""
LOOKED_AT = 0.02
"""So much of honest prose is looked at further: what is known by its words alone is least of all what is new."""
MIN_KNOWN = 4
SEED = 7

Words = list[str]


def written(label: str, *, held_out: bool) -> list[str]:
    """The sentences of a label, by the author who is held out or by the others."""
    return [
        json.loads(line)["text"]
        for path in sorted((ORDERS / label).glob("*.jsonl"))
        if (path.stem == HELD_OUT) == held_out
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def long_parts(text: str) -> Iterator[Words]:
    """The words of each part of a sentence that is long enough to be measured."""
    yield from (found for part in parts(text) if len(found := words(part)) >= MIN_WORDS)


def prose_of(folder: Path) -> list[Words] | None:
    """The parts of the sentences of a package that are measured; None for a package about security."""
    contents = read_parts(folder)
    if purpose_of(contents).is_security:
        return None
    told = sentences_of(contents, documents_of(contents))
    return [
        part for one in told if not (one.is_refused or one.is_quoted or one.is_command) for part in long_parts(one.text)
    ]


def kinds_of(texts: Iterable[Words]) -> dict[str, int]:
    """Kinds of words that stand among the same words: k-means over vectors from their counts together (PPMI, SVD)."""
    found = list(texts)
    counts = Counter(word for text in found for word in text)
    known = [word for word, number in sorted(counts.items(), key=lambda one: (-one[1], one[0])) if number >= 5][
        :NUM_WORDS
    ]
    place = {word: number for number, word in enumerate(known)}
    rows, columns, values = [], [], []
    for text in found:
        numbers = [place.get(word, -1) for word in text]
        for here, one in enumerate(numbers):
            for step, two in enumerate(numbers[here + 1 : here + 5], start=1):
                if one >= 0 and two >= 0:
                    rows.append(one)
                    columns.append(two)
                    values.append(1 / step)
    near = sparse.coo_matrix((values, (rows, columns)), shape=(len(known), len(known))).tocsr()
    near = (near + near.T).tocoo()
    total = np.asarray(near.sum(axis=1)).ravel()
    smooth = total**0.75
    pointwise = np.log(near.data * smooth.sum() / (total[near.row] * smooth[near.col]))
    kept = pointwise > 0
    matrix = sparse.csr_matrix((pointwise[kept], (near.row[kept], near.col[kept])), shape=near.shape)
    left, values_of, _ = svds(matrix, k=NUM_DIMENSIONS, random_state=SEED)
    vectors = left * np.sqrt(values_of)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    generator = np.random.default_rng(SEED)
    centres = vectors[generator.choice(len(vectors), NUM_KINDS, replace=False)]
    for _ in range(30):
        nearest = (vectors @ centres.T).argmax(axis=1)
        for kind in range(NUM_KINDS):
            if (members := vectors[nearest == kind]).size:
                centres[kind] = members.mean(axis=0)
                centres[kind] /= np.linalg.norm(centres[kind]) + 1e-9
    nearest = (vectors @ centres.T).argmax(axis=1)
    return {word: int(nearest[number]) for word, number in place.items()}


def matrix_of(texts: Sequence[Words], kinds: dict[str, int]) -> sparse.csr_matrix:
    """A row of features for each text, divided as a score is."""
    numbers: list[int] = []
    ends = [0]
    for text in texts:
        numbers += sorted(features(text, kinds, MASK))
        ends.append(len(numbers))
    rows = sparse.csr_matrix((np.ones(len(numbers)), numbers, ends), shape=(len(texts), MASK + 1))
    return (sparse.diags([1 / share(number) for number in np.diff(ends)]) @ rows).tocsr()


def fitted(rows: sparse.csr_matrix, label: np.ndarray, weight: np.ndarray, penalty: float) -> np.ndarray:
    """Logistic regression with an L2 penalty; the bias comes last and is free."""

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        margin = label * (rows @ theta[:-1] + theta[-1])
        slope = -label * weight / (1 + np.exp(np.clip(margin, -50, 50)))
        value = float((weight * np.logaddexp(0, -margin)).sum() + penalty / 2 * (theta[:-1] @ theta[:-1]))
        return value, np.append(rows.T @ slope + penalty * theta[:-1], slope.sum())

    start = np.zeros(rows.shape[1] + 1)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100}).x)


def trained(
    orders: sparse.csr_matrix, label: np.ndarray, prose: sparse.csr_matrix, packages: Sequence[tuple[int, int]]
) -> np.ndarray:
    """Weights from the orders and the prose of honest packages, whose most alike parts count more each round."""
    rows = sparse.vstack([orders, prose]).tocsr()
    labels = np.concatenate([label, -np.ones(prose.shape[0])])
    weight = np.concatenate([np.where(label > 0, HARMFUL, HONEST), np.ones(prose.shape[0])])
    theta = fitted(rows, labels, weight, LAMBDA)
    for _ in range(ROUNDS):
        scores = prose @ theta[:-1] + theta[-1]
        for begin, end in packages:
            weight[len(label) + begin + int(scores[begin:end].argmax())] += HARDER
        theta = fitted(rows, labels, weight, LAMBDA)
    return theta


def rounded(theta: np.ndarray) -> tuple[np.ndarray, float]:
    """The weights as signed bytes, and what one of them counts."""
    scale = float(np.abs(theta[:-1]).max() / 127)
    return np.round(theta[:-1] / scale).astype(np.int8), scale


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--honest", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    packages: list[list[Words]] = []
    names: list[str] = []
    with gzip.open(ORDERS / "packages.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if found := [part for text in row["sentences"] for part in long_parts(text)]:
                names.append(row["name"])
                packages.append(found)
    for path in asked.honest:
        with TemporaryDirectory() as folder:
            for number, row in enumerate(read(path)):
                specimen = write(row, Path(folder) / str(number))
                if found := prose_of(specimen.package):
                    names.append(specimen.id)
                    packages.append(found)
    orders = [(text, 1.0) for text in written("harmful", held_out=False)]
    orders += [(text, -1.0) for text in written("honest", held_out=False)]
    unseen = {label: [words(text) for text in written(label, held_out=True)] for label in ("harmful", "honest")}
    texts = [words(text) for text, _ in orders]
    label = np.array([sign for _, sign in orders])
    num_harmful = int((label > 0).sum())
    print(f"{num_harmful} harmful and {len(label) - num_harmful} honest sentences, {len(packages)} honest packages")
    kinds = kinds_of([*(part for package in packages for part in package), *texts])
    rows = matrix_of(texts, kinds)
    prose = matrix_of([part for package in packages for part in package], kinds)
    ends = np.cumsum([0, *map(len, packages)])
    third = np.array([zlib.crc32(name.encode()) % THIRDS for name in names])
    best, pair = np.zeros(len(packages)), np.zeros(len(packages))
    told = np.zeros((THIRDS, len(unseen["harmful"])))
    refused = np.zeros((THIRDS, len(unseen["honest"])))
    for left_out in range(THIRDS):
        kept = [number for number in range(len(packages)) if third[number] != left_out]
        lines = np.concatenate([np.arange(ends[number], ends[number + 1]) for number in kept])
        sizes = np.cumsum([0, *(len(packages[number]) for number in kept)])
        theta = trained(rows, label, prose[lines], list(pairwise(sizes)))
        scores = prose @ theta[:-1] + theta[-1]
        for number in range(len(packages)):
            if third[number] == left_out:
                top = np.sort(scores[ends[number] : ends[number + 1]])[::-1]
                best[number], pair[number] = top[0], top[0] + top[1] if len(top) > 1 else -math.inf
        told[left_out] = matrix_of(unseen["harmful"], kinds) @ theta[:-1] + theta[-1]
        refused[left_out] = matrix_of(unseen["honest"], kinds) @ theta[:-1] + theta[-1]
    print("\n| of honest packages | unseen harmful sentences told | unseen honest ones told |\n|---|---|---|")
    for rate in (0.002, 0.005, 0.01, 0.02, 0.05):
        from_here = np.quantile(best, 1 - rate)
        print(f"| {rate:.1%} | {(told >= from_here).mean():.1%} | {(refused >= from_here).mean():.1%} |")
    by_rules = [scan_text(text, "SKILL.md").decision.value != "clean" for text in written("harmful", held_out=True)]
    low, high = wilson(sum(by_rules), len(by_rules))
    print(
        f"\nthe whole scan, of the same harmful sentences: {sum(by_rules) / len(by_rules):.1%} [{low:.1%}, {high:.1%}]"
    )
    if asked.out is None:
        return 0
    theta = trained(rows, label, prose, list(pairwise(ends)))
    weights, scale = rounded(theta)
    one = float(np.quantile(best, 1 - FALSE_ONE))
    two = float(np.quantile(pair, 1 - FALSE_TWO))
    whole = [part for package in packages for part in package]
    said = shipped(kinds, weights, scale, float(theta[-1]), one, two, texts, label, prose=whole)
    asked.out.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {asked.out}: one {one:.2f}, two {two:.2f}")
    return 0


def shipped(
    kinds: dict[str, int], weights: np.ndarray, scale: float, bias: float, one: float, two: float,
    texts: Sequence[Words], label: np.ndarray, *, prose: Sequence[Words],
) -> dict[str, Any]:  # fmt: skip
    """The model as it is read, with the weights by which most sentences are left at once."""
    harmful = [text for text, sign in zip(texts, label, strict=True) if sign > 0]
    counts = Counter(word for text in harmful for word in set(text))
    known = sorted(word for word, number in counts.items() if number >= MIN_KNOWN)
    place = {word: number for number, word in enumerate(known)}

    def by_words(given: Sequence[Words]) -> sparse.csr_matrix:
        numbers: list[int] = []
        ends = [0]
        for text in given:
            numbers += [place[word] for word in text if word in place]
            ends.append(len(numbers))
        return sparse.csr_matrix((np.ones(len(numbers)), numbers, ends), shape=(len(given), len(known)))

    rows = sparse.vstack([by_words(texts), by_words(prose)]).tocsr()
    labels = np.concatenate([label, -np.ones(len(prose))])
    theta = fitted(rows, labels, np.where(labels > 0, HARMFUL, 1.0), 2.0)
    first = np.round(theta[:-1] * 20).astype(int)
    enough = int(np.quantile(by_words(prose) @ first, 1 - LOOKED_AT))
    by_weight: dict[int, list[str]] = {}
    for word, number in place.items():
        if first[number]:
            by_weight.setdefault(int(first[number]), []).append(word)
    grouped: list[list[str]] = [[] for _ in range(NUM_KINDS)]
    for word, kind in kinds.items():
        grouped[kind].append(word)
    return {
        "scale": scale, "bias": bias, "one": one, "two": two, "enough": enough,
        "first": {str(weight): " ".join(sorted(found)) for weight, found in sorted(by_weight.items())},
        "kinds": [" ".join(sorted(found)) for found in grouped],
        "weights": base64.b64encode(zlib.compress(weights.tobytes(), 9)).decode(),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
