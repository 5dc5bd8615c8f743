"""How often is the right skill found, how well is "none" told, and what does it cost? Beside BM25 of bm25s.

    python benchmarks/store_find.py SKILLS REQUESTS [DISTRACTORS …] [--pages] [--first N] [--fit] [--quoted]

SKILLS has lines `{"id", "skill_md"}`, REQUESTS `{"query", "gold": id or null, "source_skill"}`. DISTRACTORS have
`{"id", "files": {path: text}}`, the form of SKILLS, `{"id", "description", "code"}` or `{"title", "abstract"}`. All are
JSON lines, packed by gzip or xz. With `--pages` every other Markdown file of a distractor stands for one more skill;
`--first N` keeps the first N candidates. With `--fit` the weights are fitted to these requests: it prints what
`metier/stores/find/weights.py` holds, and what cross-validation says of them, also where the lanes of evidence and the
penalty are chosen within the folds. With `--quoted` the requests that distractors quote in their own text are cut out
of it and asked: another kind of request, to which nothing was fitted.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import math
import platform
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from metier.errors import MetierError
from metier.index import Index, Level
from metier.skill import Skill
from metier.stores.find import count_tokens, disclose, open_index
from metier.stores.find.answer import doubts, shares_of
from metier.stores.find.disclose import line_of
from metier.stores.find.rank import Ranking, rank
from metier.stores.find.request import read_request
from metier.stores.find.shelf import Shelf
from metier.stores.find.weights import DOUBT, EVIDENCE
from metier.stores.frontmatter import read_frontmatter
from metier.stores.markdown import skill_of

CATALOGUE = "catalogue"
PENALTY = 0.02
DOUBT_PENALTY = 0.01
SMALL_SHARE = 0.5
SET_BY_HAND = ("excluded",)
"""Whoever rules a skill out by name does not want it: no data is needed to know, and most folds would hold none."""

CHOICES = [(left_out, penalty) for left_out in ((), ("last",), ("intent",), ("subject",)) for penalty in (0.01, 0.06)]
"""What nested cross-validation chooses from: lanes of evidence to leave out, and the penalty."""

_QUOTE = re.compile('["“]([A-Z][^"”\\n]{18,160})["”]')
_ASKING = re.compile(r"\b(?:user|asks?|says?|trigger|example|prompt|request|query|when)\b", re.IGNORECASE)
_NO_REQUEST = re.compile(r"[{}<>=\\$]|https?:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    query: str
    gold: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one method said of every request: the names it ranked, and how sure it is that any fits."""

    ranked: list[list[str]]
    sure: list[float]
    cpu_ms: list[float]


def main(arguments: list[str]) -> None:
    first = int(arguments.pop(arguments.index("--first") + 1)) if "--first" in arguments else None
    paths = [Path(argument) for argument in arguments if not argument.startswith("--")]
    if len(paths) < 2:
        print("Left out: name a file of skills and one of requests; see the head of this script.")
        return
    skills = [(CATALOGUE, skill) for skill in _skills(paths[0])]
    asks = [Ask(query=r["query"], gold=r["gold"], source=r["source_skill"]) for r in _lines(paths[1])]
    for path in paths[2:]:
        seen = defaultdict[str, int](int)
        for skill in [*_skills(path), *(_pages(path) if "--pages" in arguments else ())]:
            # Community packages share names; each copy of a name has an origin of its own.
            seen[skill.name] += 1
            skills.append((f"{path.name.partition('.')[0]} {seen[skill.name]}", skill))
    skills = skills[:first]
    num_gold = sum(ask.gold is not None for ask in asks)
    print(f"{len(skills)} skills, {num_gold} requests with a skill, {len(asks) - num_gold} with none; ", end="")
    print(f"Python {platform.python_version()}, {platform.machine()}, bm25s {_version('bm25s')}\n")
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "index.db"
        begin = time.process_time()
        index = _filled(address, skills)
        made_s = time.process_time() - begin
        index.close()
        begin = time.process_time()
        index = open_index(address)
        next(iter(index.skills()))
        opened_s = time.process_time() - begin
        _table(skills, asks, index)
        _costs(address, index, made_s, opened_s, len(skills))
        _disclosure(index, asks)
        if "--fit" in arguments:
            _fit(index, asks)
        index.close()
    if "--quoted" in arguments:
        _quoted_requests(skills)


def _table(skills: list[tuple[str, Skill]], asks: list[Ask], index: Index) -> None:
    shown = {"metier": _ours(index, asks)}
    if _version("bm25s") != "is not installed and left out":
        shown = {
            "BM25, name and description": _bm25(skills, asks, lambda skill: f"{skill.name} {skill.description}"),
            "BM25, full text": _bm25(skills, asks, lambda skill: f"{skill.name} {skill.description}\n{skill.policy}"),
            **shown,
        }
    print("| method | CPU ms, p50 | p95 | Hit@1 | 95 % | Hit@5 | 95 % | MRR@10 | AUROC of none |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, outcome in shown.items():
        ranks = _ranks(outcome.ranked, asks)
        cpu = "/".join(f"{np.percentile(outcome.cpu_ms, q):.2f}" for q in (50, 95)).split("/")
        cells = [*cpu, *_hits(ranks, 1), *_hits(ranks, 5), f"{_mrr(ranks):.3f}", f"{_auroc(outcome.sure, asks):.3f}"]
        print(f"| {name} | {' | '.join(cells)} |")
    print()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "is not installed and left out"


def _costs(address: Path, index: Index, made_s: float, opened_s: float, num_skills: int) -> None:
    begin = time.process_time()
    index.put([Skill(name="one-more", description="Reverse the letters of a text.", policy="Start at the end. " * 200)])
    added_s = time.process_time() - begin
    index.remove(["one-more"])
    size_mb = address.stat().st_size / 1e6
    print("| cost | |\n|---|---|")
    print(f"| index {num_skills} skills, CPU s | {made_s:.1f} |\n| open it again, CPU s | {opened_s:.3f} |")
    print(f"| add one skill, CPU s | {added_s:.3f} |\n| size, MB | {size_mb:.1f} |\n")


def _disclosure(index: Index, asks: list[Ask]) -> None:
    lines = [count_tokens(line_of(listed)) for listed in index.skills()]
    print(f"The catalogue's lines cost {sum(lines)} tokens, {np.mean(lines):.0f} a skill.\n")
    print(
        "| budget, share of the catalogue | tokens | used, mean | skill kept | with its body |\n|---|---|---|---|---|"
    )
    golden = [ask for ask in asks if ask.gold]
    for share in (0.01, 0.02, 0.05, 0.10):
        budget = int(share * sum(lines))
        kept, bodies, used = 0, 0, list[int]()
        for ask in golden:
            told = disclose(index, ask.query, budget)
            levels = {p.level for p in told.shown if p.listed.name == ask.gold and p.listed.origin == CATALOGUE}
            kept += Level.METADATA in levels
            bodies += Level.BODY in levels
            used.append(told.tokens)
            assert told.tokens <= budget
        print(
            f"| {share:.0%} | {budget} | {np.mean(used):.0f} | {kept / len(golden):.3f} | {bodies / len(golden):.3f} |"
        )
    print()


def _ours(index: Index, asks: list[Ask]) -> Outcome:
    outcome = Outcome(ranked=[], sure=[], cpu_ms=[])
    for ask in asks:
        begin = time.process_time()
        found = index.find(ask.query, 10)
        outcome.cpu_ms.append(1000 * (time.process_time() - begin))
        outcome.ranked.append([f"{hit.listed.origin}/{hit.name}" for hit in found.hits])
        outcome.sure.append(found.probability)
    return outcome


def _bm25(skills: list[tuple[str, Skill]], asks: list[Ask], text_of) -> Outcome:
    import bm25s

    names = [f"{origin}/{skill.name}" for origin, skill in skills]
    retriever = bm25s.BM25()
    texts = [text_of(skill) for _, skill in skills]
    retriever.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)
    outcome = Outcome(ranked=[], sure=[], cpu_ms=[])
    for ask in asks:
        begin = time.process_time()
        words = bm25s.tokenize([ask.query], stopwords="en", show_progress=False)
        places, scores = retriever.retrieve(words, k=10, show_progress=False)
        outcome.cpu_ms.append(1000 * (time.process_time() - begin))
        outcome.ranked.append([names[place] for place in places[0]])
        outcome.sure.append(float(scores[0][0]))
    return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The requests with the evidence on their candidates, and the same requests among few skills."""

    asks: list[Ask]
    rankings: list[Ranking]
    tables: list[np.ndarray]
    golden: list[int]
    fired: np.ndarray
    small: list[tuple[Ask, Ranking, bool]]


def _fit(index: Index, asks: list[Ask]) -> None:
    shelf = index._read()  # type: ignore[attr-defined]
    rankings = [rank(shelf, read_request(ask.query)) for ask in asks]
    study = Study(
        asks=asks,
        rankings=rankings,
        tables=[_evidence(ranking) for ranking in rankings],
        golden=[
            next((p for p, c in enumerate(r.candidates) if _is(c.card.listed, ask.gold)), -1)
            for r, ask in zip(rankings, asks, strict=True)
        ],
        fired=np.array([ask.gold is not None for ask in asks], float),
        small=_small_libraries(index, asks),
    )
    w, d = _fitted(study, range(len(asks)), lambda ask: True)
    print("EVIDENCE =", {name: round(float(value), 2) for name, value in zip(EVIDENCE, w, strict=True)})
    print("DOUBT =", {name: round(float(value), 2) for name, value in zip(DOUBT, d, strict=True)}, "\n")
    print(
        "| cross-validation | Hit@1 | 95 % | Hit@5 | 95 % | MRR@10 | AUROC of none | 95 % | none ruled out by name "
        "| calibration error | small libraries | fires at 0.5, with and without a right skill | at 0.8 |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    by_skill, by_family = (lambda ask: ask.source), (lambda ask: ask.source.split("-")[0])
    for label, key, folds, nested in (
        ("10 folds by skill", by_skill, 10, False),
        ("10 folds by skill, choices within", by_skill, 10, True),
        ("2 folds by skill", by_skill, 2, False),
        ("7 folds by first word of the skill", by_family, 7, False),
        ("7 folds by first word, choices within", by_family, 7, True),
    ):
        print(f"| {label} | {' | '.join(_cross_validated(study, key, folds, nested=nested))} |")


def _cross_validated(study: Study, key: Callable[[Ask], str], folds: int, *, nested: bool) -> list[str]:
    asks, small = study.asks, study.small
    fold = _fold_of(asks, key, folds)
    ranked, sure, sure_small = [[] for _ in asks], np.zeros(len(asks)), np.zeros(len(small))
    for one in range(folds):
        train = [i for i, ask in enumerate(asks) if fold[ask.source] != one]
        choice = _chosen(study, train, key) if nested else ((), PENALTY)
        w, d = _fitted(study, train, lambda ask, one=one: fold[ask.source] != one, choice)
        test = [i for i, ask in enumerate(asks) if fold[ask.source] == one]
        if test:
            sure[test] = np.c_[np.ones(len(test)), _doubts([study.rankings[i] for i in test], w)] @ d
        rest = [i for i, row in enumerate(small) if fold[row[0].source] == one]
        if rest:
            sure_small[rest] = np.c_[np.ones(len(rest)), _doubts([small[i][1] for i in rest], w)] @ d
        for i in test:
            order = np.argsort(-(study.tables[i] @ w), kind="stable")[:10]
            cards = [study.rankings[i].candidates[place].card.listed for place in order]
            ranked[i] = [f"{card.origin}/{card.name}" for card in cards]
    ranks = _ranks(ranked, asks)
    plain = [i for i, ask in enumerate(asks) if not read_request(ask.query).excluded]
    cells = [*_hits(ranks, 1), *_hits(ranks, 5), f"{_mrr(ranks):.3f}", f"{_auroc(sure, asks):.3f}"]
    cells += [_bootstrap(sure, asks), f"{_auroc(sure[plain], [asks[i] for i in plain]):.3f}"]
    cells += [f"{_calibration(sure, study.fired):.3f}"]
    cells += [f"{_auroc(sure_small, [replace(row[0], gold='x' if row[2] else None) for row in small]):.3f}"]
    fires = [[f"{(sure[study.fired == kind] > odds).mean():.2f}" for kind in (1, 0)] for odds in (0, math.log(4))]
    return [*cells, *(", ".join(pair) for pair in fires)]


def _fitted(study: Study, rows: Iterable[int], keep: Callable[[Ask], bool], choice=((), PENALTY)):
    rows = list(rows)
    w = _conditional([(study.tables[i], study.golden[i]) for i in rows if study.golden[i] >= 0], *choice)
    some = [one for one in study.small if keep(one[0])]
    table = np.r_[_doubts([study.rankings[i] for i in rows], w), _doubts([one[1] for one in some], w)]
    labels = np.r_[study.fired[rows], np.array([one[2] for one in some])]
    # The small libraries weigh half as much as the whole one, those with the skill as much as those without.
    share = np.array([one[2] for one in some]).mean()
    weights = [SMALL_SHARE * len(rows) / 2 / len(some) / (share if one[2] else 1 - share) for one in some]
    return w, _logistic(table, labels, np.r_[np.ones(len(rows)), np.array(weights)])


def _chosen(study: Study, rows: list[int], key: Callable[[Ask], str]) -> tuple[tuple[str, ...], float]:
    """The choice that makes the right skills of three folds within these rows likeliest."""
    fold = _fold_of([study.asks[i] for i in rows], lambda ask: "inner " + key(ask), 3)
    pairs = [(i, fold[study.asks[i].source]) for i in rows if study.golden[i] >= 0]

    def loss(choice: tuple[tuple[str, ...], float]) -> float:
        told = 0.0
        for one in range(3):
            w = _conditional([(study.tables[i], study.golden[i]) for i, at in pairs if at != one], *choice)
            shares = ((shares_of(list(study.tables[i] @ w)), study.golden[i]) for i, at in pairs if at == one)
            told -= sum(math.log(max(share[gold], 1e-300)) for share, gold in shares)
        return told

    return min(CHOICES, key=loss)


def _fold_of(asks: Iterable[Ask], key: Callable[[Ask], str], folds: int) -> dict[str, int]:
    return {ask.source: int(hashlib.sha256(key(ask).encode()).hexdigest(), 16) % folds for ask in asks}


def _quoted_requests(skills: list[tuple[str, Skill]]) -> None:
    """Ask what the distractors themselves quote as requests, once it is cut out of them. Many quotes are no request."""
    asks, cut = list[tuple[str, str, str]](), list[tuple[str, Skill]]()
    for origin, skill in skills:
        quoted, body = _quotes(skill) if origin != CATALOGUE else ([], skill.policy)
        cut.append((origin, replace(skill, policy=body)))
        asks += [(query, origin, skill.name) for query in quoted]
    with tempfile.TemporaryDirectory() as folder:
        index = _filled(Path(folder) / "index.db", cut)
        places = []
        for query, origin, name in asks:
            found = [(hit.listed.origin, hit.name) for hit in index.find(query, 10).hits]
            places.append(found.index((origin, name)) if (origin, name) in found else 10)
        index.close()
    print(f"| requests quoted by {len({ask[1:] for ask in asks})} distractors | Hit@1 | 95 % | Hit@5 | 95 % | MRR@10 |")
    print("|---|---|---|---|---|---|")
    print(f"| {len(asks)} | {' | '.join([*_hits(places, 1), *_hits(places, 5), f'{_mrr(places):.3f}'])} |")


def _quotes(skill: Skill) -> tuple[list[str], str]:
    """At most two requests that a skill quotes where it speaks of asking, and its body without the lines of any."""
    quoted, kept, near = list[str](), list[str](), 0
    for line in skill.policy.split("\n"):
        near = 8 if _ASKING.search(line) else near - 1
        found = [one for one in _QUOTE.findall(line) if 4 <= len(one.split()) <= 25 and not _NO_REQUEST.search(one)]
        if found and near > 0:
            quoted += found
        else:
            kept.append(line)
    body = "\n".join(kept)
    quoted = [one for one in dict.fromkeys(quoted) if one not in body and one not in skill.description]
    random.Random(skill.name).shuffle(quoted)
    return quoted[:2], body


def _evidence(ranking: Ranking) -> np.ndarray:
    return np.array([[candidate.evidence[name] for name in EVIDENCE] for candidate in ranking.candidates])


def _doubts(rankings: list[Ranking], w: np.ndarray) -> np.ndarray:
    return np.array([list(doubts(r, shares_of(list(_evidence(r) @ w))).values()) for r in rankings])


def _small_libraries(index: Index, asks: list[Ask]) -> list[tuple[Ask, Ranking, bool]]:
    """Requests among few skills, with the right one there or with nothing of its family: what most users have."""
    cards, segments = index._cards, list(index._segments.values())  # type: ignore[attr-defined]
    rng, golden = random.Random(0), sorted({ask.gold for ask in asks if ask.gold})
    rows = []
    for size in (6, 6, 6, 6, 20, 20, 20, 60, 60, 150):
        drawn = set(rng.sample(golden, max(2, size // 2)))
        places = [
            p for p, card in sorted(cards.items()) if card.listed.origin == CATALOGUE and card.listed.name in drawn
        ]
        places += rng.sample(sorted(cards.keys() - set(places)), size - len(places))
        names = {cards[place].listed.name for place in places if cards[place].listed.origin == CATALOGUE}
        families = {name.split("-")[0] for name in names}
        shelf = Shelf(segments, {place: cards[place] for place in places})
        for ask in asks:
            if ask.gold in names or (ask.gold or ask.source).split("-")[0] not in families:
                ranking = rank(shelf, read_request(ask.query))
                if ranking.candidates:
                    rows.append((ask, ranking, ask.gold in names))
    return rows


def _conditional(rows: list[tuple[np.ndarray, int]], left_out=(), penalty: float = PENALTY) -> np.ndarray:
    """Newton's method with halved steps for the conditional logistic regression, evidence in units of its deviation."""
    by_hand = np.array([EVIDENCE[name] if name in SET_BY_HAND else 0.0 for name in EVIDENCE])
    free = np.array([name not in (*SET_BY_HAND, *left_out) for name in EVIDENCE])
    x = np.zeros((len(rows), max(len(table) for table, _ in rows), len(EVIDENCE)))
    there, gold = np.zeros(x.shape[:2], bool), np.array([place for _, place in rows])
    for one, (table, _) in enumerate(rows):
        x[one, : len(table)], there[one, : len(table)] = table * free, True
    scale = x[there].std(0) + 1e-9
    x, each, w = x / scale, np.arange(len(rows)), np.zeros(len(EVIDENCE))

    def told(w: np.ndarray) -> tuple[np.ndarray, float]:
        scores = np.where(there, x @ w, -np.inf)
        powers = np.exp(scores - scores.max(1, keepdims=True))
        share = powers / powers.sum(1, keepdims=True)
        return share, float(penalty * (w @ w) - np.log(np.maximum(share[each, gold], 1e-300)).mean())

    for _ in range(30):
        share, loss = told(w)
        mean = np.einsum("rc,rcf->rf", share, x)
        gradient = 2 * penalty * w + (mean - x[each, gold]).mean(0)
        spread = np.tensordot(x * share[:, :, None], x, ((0, 1), (0, 1))) - mean.T @ mean
        step = np.linalg.solve(2 * penalty * np.eye(len(w)) + spread / len(rows), gradient)
        while told(w - step)[1] > loss and np.abs(step).max() > 1e-9:
            step = step / 2
        w = w - step
        if np.abs(step).max() < 1e-6:
            break
    return w / scale + by_hand


def _logistic(table: np.ndarray, fired: np.ndarray, weights: np.ndarray) -> np.ndarray:
    by_hand = np.array([DOUBT[name] if name in SET_BY_HAND else 0.0 for name in list(DOUBT)[1:]])
    given, table = table @ by_hand, table * (by_hand == 0)
    mean, scale = table.mean(0), table.std(0) + 1e-9
    x = np.c_[np.ones(len(table)), (table - mean) / scale]
    penalty = np.diag([0.0] + [2 * DOUBT_PENALTY] * table.shape[1])
    w = np.zeros(x.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-(x @ w + given)))
        gradient = x.T @ (weights * (p - fired)) / weights.sum() + penalty @ w
        hessian = (x * (weights * p * (1 - p))[:, None]).T @ x / weights.sum() + penalty
        w = w - np.linalg.solve(hessian, gradient)
    return np.r_[w[0] - (w[1:] * mean / scale).sum(), w[1:] / scale + by_hand]


def _calibration(sure: np.ndarray, fired: np.ndarray) -> float:
    """The expected calibration error over ten bins."""
    p = 1 / (1 + np.exp(-sure))
    bins = np.minimum((p * 10).astype(int), 9)
    return sum(abs(p[bins == b].mean() - fired[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist()))


def _is(listed, gold: str | None) -> bool:
    return listed.origin == CATALOGUE and listed.name == gold


def _ranks(ranked: list[list[str]], asks: list[Ask]) -> list[int]:
    """The place of the right skill from nought; 10 if it is not among the first ten."""
    rows = [(row, f"{CATALOGUE}/{ask.gold}") for row, ask in zip(ranked, asks, strict=True) if ask.gold]
    return [row.index(gold) if gold in row else 10 for row, gold in rows]


def _hits(ranks: list[int], k: int) -> list[str]:
    """The share within k, with its Wilson interval."""
    n, p = len(ranks), sum(place < k for place in ranks) / len(ranks)
    middle, z = (p + 1.96**2 / (2 * n)) / (1 + 1.96**2 / n), 1.96
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return [f"{p:.3f}", f"{middle - half:.3f}–{middle + half:.3f}"]


def _mrr(ranks: list[int]) -> float:
    return sum(1 / (place + 1) for place in ranks if place < 10) / len(ranks)


def _auroc(sure, asks: list[Ask]) -> float:
    with_skill = np.array([s for s, ask in zip(sure, asks, strict=True) if ask.gold])[:, None]
    without = np.array([s for s, ask in zip(sure, asks, strict=True) if not ask.gold])[None]
    return float(((with_skill > without) + 0.5 * (with_skill == without)).mean())


def _bootstrap(sure, asks: list[Ask]) -> str:
    """Whole skills are drawn, as the requests of one skill are alike."""
    rng, groups = np.random.default_rng(0), defaultdict[str, list[int]](list)
    for place, ask in enumerate(asks):
        groups[ask.source].append(place)
    members, values = list(groups.values()), []
    for _ in range(400):
        drawn = [i for g in rng.integers(0, len(members), len(members)) for i in members[g]]
        values.append(_auroc([sure[i] for i in drawn], [asks[i] for i in drawn]))
    return f"{np.percentile(values, 2.5):.3f}–{np.percentile(values, 97.5):.3f}"


def _filled(address: Path, skills: list[tuple[str, Skill]]) -> Index:
    index = open_index(address)
    by_origin = defaultdict[str, list[Skill]](list)
    for origin, skill in skills:
        by_origin[origin].append(skill)
    for origin, group in by_origin.items():
        index.put(group, origin=origin)
    return index


def _skills(path: Path) -> list[Skill]:
    return [_skill(row) for row in _lines(path)]


def _pages(path: Path) -> list[Skill]:
    pages = []
    for row in _lines(path):
        for file, text in sorted((row.get("files") or {}).items()):
            if file.lower().endswith(".md") and file.lower() != "skill.md" and len(text) > 800:
                told = [part for part in text.split("\n\n") if len(part) > 60 and part[0] not in "#-|"]
                name = f"{row['id'].rsplit('/', 1)[-1]}-{Path(file).stem.lower()}"
                pages.append(Skill(name=name, description=" ".join(told[:1])[:500], policy=text))
    return pages


def _skill(row: dict) -> Skill:
    if "abstract" in row:
        name = "-".join(row["title"].lower().split()[:6])
        return Skill(name=name, description=row["abstract"][:400], policy=row["abstract"])
    if "code" in row:
        return Skill(name=row["id"].rsplit("/", 1)[-1], description=row["description"][:1000], policy=row["code"])
    files = row.get("files") or {"SKILL.md": row.get("skill_md", "")}
    manifest = next((path for path in sorted(files) if path.rsplit("/", 1)[-1].lower() == "skill.md"), None)
    text, name = files[manifest] if manifest else "\n\n".join(files.values()), row["id"].rsplit("/", 1)[-1]
    try:
        skill, _ = skill_of(read_frontmatter(text, where=row["id"]), folder=name)
    except MetierError:
        skill = Skill(name=name, description="", policy=text)
    return replace(skill, name=name)


def _lines(path: Path) -> list[dict]:
    with (lzma if path.suffix == ".xz" else gzip).open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    main(sys.argv[1:])
