"""Trees of codes: what is read, what is asked, and what answers and paths score."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from metier.attempt import Attempt, Grade
from metier.errors import InputError
from metier.evaluate.hierarchy.answers import answers_of, report
from metier.evaluate.hierarchy.codes import CodeTree, Row, tree_of
from metier.evaluate.hierarchy.gap import gap_of_runs, share_recovered
from metier.evaluate.hierarchy.paths import Reciter, ancestors, path_recall, path_score
from metier.evaluate.hierarchy.prompts import ARMS, items_of
from metier.evaluate.hierarchy.questions import DISTANCES, make_questions
from metier.evaluate.hierarchy.read import read_tree
from metier.evaluate.hierarchy.scores import tree_score
from metier.graders import grader_for


def _tree(num_codes: int = 400, seed: int = 1) -> CodeTree:
    rng = random.Random(seed)
    rows = [Row(code=f"K{i}", parent=f"K{rng.randrange(i // 4, i)}" if i > 3 else "", description=f"thing {i % 390}")
            for i in range(num_codes)]  # fmt: skip
    return tree_of("t", rows)


def test_options_lie_at_the_distance_of_their_level_and_are_no_relatives() -> None:
    tree = _tree()
    made = make_questions(tree, seed=3)
    assert {q.level for q in made.questions} == {"easy", "medium", "hard"}
    for question in made.questions:
        assert question.options[question.place] == question.node
        assert len({tree.descriptions[one] for one in question.options}) == 4
        for one in set(question.options) - {question.node}:
            assert not tree.is_above(one, question.node)
            assert not tree.is_above(question.node, one)
            low, high = DISTANCES.get(question.level, (1, 99))
            assert low <= tree.distance(one, question.node) <= high


def test_every_code_is_asked_about_or_counted() -> None:
    tree = _tree()
    made = make_questions(tree)
    assert len(made.questions) + sum(made.left_out.values()) == 3 * len(tree)


def test_letters_are_balanced() -> None:
    counts = Counter(question.place for question in make_questions(_tree(), levels=["easy"]).questions)
    assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("A", ""), ("A", "")], "twice"),
        ([("A", "B"), ("B", "A")], "circle"),
        ([("A", ""), ("B", "X")], "missing"),
        ([], "no codes"),
    ],
)
def test_what_is_no_tree_is_refused(rows: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        tree_of("t", [Row(code=code, parent=parent) for code, parent in rows])


def test_a_code_that_is_its_own_parent_is_a_root() -> None:
    tree = tree_of("t", [Row(code="T", parent="T"), Row(code="A", parent="T")])
    assert tree.path(tree["A"]) == [0, 1]


def test_prefixes_make_a_tree(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("code,description\n0010,one\n0011,two\n", encoding="utf-8")
    tree = read_tree(path, prefixes=[3])
    assert tree.codes[tree.parent[tree["0011"]]] == "001"


def test_arms_ask_the_same_questions_and_the_placebo_is_as_long_as_the_structured_prompt() -> None:
    tree = _tree()
    asked = make_questions(tree, levels=["medium"]).questions
    arms = {arm: items_of(tree, asked, arm=arm) for arm in ARMS}
    for items in zip(*arms.values(), strict=True):
        assert len({item.source for item in items}) == 1
        assert len({item.choices[ord(item.reference) - 65] for item in items}) == 1
    for one, other in zip(arms["structured"], arms["placebo"], strict=True):
        assert len(one.prompt.split()) == len(other.prompt.split())


def test_a_recited_path_tells_more_than_a_near_answer() -> None:
    tree = _tree()
    node = max(range(len(tree)), key=lambda one: tree.depth[one])
    said = Reciter.of(tree)(" > ".join(tree.codes[one] for one in tree.path(node)), node=node)
    assert said == ancestors(tree, node)
    found = path_recall(tree, [(node, said, None)])
    assert found.recited == (1.0, 1.0)
    assert found.recited_control[0] < 1.0
    assert found.beyond[0] > 0


def test_a_path_backwards_loses_its_order_alone() -> None:
    score = path_score([3, 2, 1], [1, 2, 3])
    assert score.f1 == 1.0
    assert score.order == pytest.approx(1 / 3)
    assert score.harmonic < score.mean


def test_an_answer_above_the_truth_is_precise_and_too_general() -> None:
    tree = tree_of("t", [Row(code="A"), Row(code="A1", parent="A")])
    score = tree_score(tree, [(tree["A1"], tree["A"])])
    assert (score.precision, score.recall, score.too_general) == (1.0, 0.5, 1.0)


def test_the_published_share_of_the_gap_comes_out() -> None:
    weak, helped, strong = ([1.0] * k + [0.0] * (1000 - k) for k in (541, 703, 778))
    assert share_recovered(weak, helped, strong).share == pytest.approx(0.68, abs=0.005)


def test_the_interval_of_the_share_covers_the_truth() -> None:
    rng, inside = random.Random(5), 0
    for _ in range(400):
        rows = []
        for _ in range(200):
            luck = rng.random()
            rows.append((float(luck < 0.5), float(luck < 0.65), float(luck < 0.8)))
        weak, helped, strong = (list(column) for column in zip(*rows, strict=True))
        found = share_recovered(weak, helped, strong)
        inside += found.low is not None and found.high is not None and found.low <= 0.5 <= found.high
    assert 0.92 <= inside / 400 <= 0.98


def test_a_run_is_scored_from_the_words_of_its_replies() -> None:
    tree = _tree()
    questions = make_questions(tree, levels=["hard"], seed=2).questions[:60]
    items = items_of(tree, questions)
    known = {item.item_id: item for item in items}
    attempts = []
    for number, (question, item) in enumerate(zip(questions, items, strict=True)):
        way = " > ".join(tree.codes[one] for one in tree.path(question.node)[:-1])
        letter = item.reference if number % 3 else "ABCD"[(question.place + 1) % 4]
        reply = f"{way}\nThe answer is {letter}."
        grade = grader_for(item)(item, reply)
        attempts.append(Attempt(item_id=item.item_id, model="m", run_id="r", reply=reply, grade=grade))
    stray = Attempt(
        item_id="item_0", model="m", run_id="r", reply="A", grade=Grade.incorrect("different", "A is not B")
    )
    answers, left_out = answers_of(tree, known, [*attempts, stray])
    found = report(tree, answers, left_out=left_out)
    assert left_out == 1
    assert found.accuracy["all"].mean == pytest.approx(40 / 60)
    assert found.accuracy["all"].low < 40 / 60 < found.accuracy["all"].high
    assert found.recited["all"].mean == 1.0
    assert found.epochs == {"all": 40, "majority": 0, "minority": 0, "none": 20}
    # A wrong option two edges away is a sibling: its path is the right one, which is why the recital is scored apart.
    assert found.implied["all"].mean == 1.0
    assert found.score.f1 < 1.0


def test_a_reply_without_an_option_is_answered_with_none() -> None:
    tree = _tree()
    item = items_of(tree, make_questions(tree, levels=["hard"], seed=2).questions[:1])[0]
    grade = grader_for(item)(item, "I cannot say.")
    attempt = Attempt(item_id=item.item_id, model="m", run_id="r", reply="I cannot say.", grade=grade)
    (answer,), left_out = answers_of(tree, {item.item_id: item}, [attempt])
    assert answer.chosen is None
    assert left_out == 0


def test_answers_that_are_all_alike_have_an_interval_by_the_rule_of_three() -> None:
    tree = _tree()
    items = items_of(tree, make_questions(tree, levels=["hard"], seed=2).questions[:10])
    known = {item.item_id: item for item in items}
    said = "I cannot say."
    attempts = [
        Attempt(item_id=item.item_id, model="m", run_id="r", reply=said, grade=grader_for(item)(item, said))
        for item in items
    ]
    accuracy = report(tree, answers_of(tree, known, attempts)[0]).accuracy["all"]
    assert (accuracy.mean, accuracy.low) == (0.0, 0.0)
    assert accuracy.high == pytest.approx(3 / len({item.cluster or item.item_id for item in items}))


def test_the_share_of_a_gap_is_paired_by_question_across_arms() -> None:
    tree = _tree()
    questions = make_questions(tree, levels=["hard"], seed=2).questions[:120]
    arms = {arm: items_of(tree, questions, arm=arm) for arm in ("direct", "structured")}
    known = {item.item_id: item for items in arms.values() for item in items}

    def run(arm: str, right: int) -> list[Attempt]:
        """Of every twelve questions so many are right."""
        grades = (Grade.correct() if n % 12 < right else Grade.incorrect("different") for n in range(len(questions)))
        return [
            Attempt(item_id=item.item_id, model=arm, run_id=arm, reply="", grade=grade)
            for item, grade in zip(arms[arm], grades, strict=True)
        ]

    runs = (run("direct", 3), run("structured", 6), run("direct", 9))
    found, left_out = gap_of_runs(known, *runs)
    assert (found.share, left_out) == (0.5, 0)
    assert found.low is not None
    assert found.low < 0.5 < (found.high or 0)
    fewer, left_out = gap_of_runs(known, runs[0][:60], runs[1], runs[2], by_majority=True)
    assert (fewer.questions, left_out) == (60, len(questions) - 60)
    with pytest.raises(ValueError, match="clusters"):
        gap_of_runs(known, [], runs[1], runs[2])


def test_the_interval_of_the_share_holds_with_clusters_too() -> None:
    """600 simulated exams of 30 clusters of 3 to 6 questions that share half of their variance; true share 0.5."""
    rng, held = random.Random(3), 0
    for _ in range(600):
        weak, helped, strong, clusters = [], [], [], []
        for cluster in range(30):
            shared = rng.gauss(0, 0.15)
            for _ in range(rng.randint(3, 6)):
                base = 0.4 + shared + rng.gauss(0, 0.15)
                weak.append(base)
                helped.append(base + 0.15 + rng.gauss(0, 0.1) + shared)
                strong.append(base + 0.3 + rng.gauss(0, 0.1) + shared)
                clusters.append(cluster)
        found = share_recovered(weak, helped, strong, clusters=clusters)
        held += found.low is None or found.low <= 0.5 <= (found.high or 0.0)
    assert 0.92 <= held / 600 <= 0.98
