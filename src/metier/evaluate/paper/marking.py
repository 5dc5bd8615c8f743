"""How many points does an answer earn? By rule where a rule can tell, by a judge where only a reader can.

What cannot be told is no zero: it is kept as a range, from nothing of those points to all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from metier.attempt import Grade, Outcome
from metier.client import Client, Request
from metier.errors import InputError, nearest
from metier.evaluate.paper.judge import Ruling, judge_criteria
from metier.evaluate.paper.sheet import Leaf, Paper, Question, leaves
from metier.grader import GraderFor
from metier.item import Item

_LETTERS = re.compile(r"(?<![A-Za-z'])([A-Z])(?![A-Za-z'])")
_BOX = re.compile(r"\\boxed\s*\{([^{}]*)\}")
_SAID = re.compile(r"(?i)answers?\s*(?:is|are|:)\s*(.*)")
_FOLD = {"case": "fold", "space": "fold"}
_TRUE_FALSE = re.compile(r"(?i)\b(true|false)\b")
_LEADING = re.compile(r"(?i)^\W*(true|false)\b(?! *(?:or|and|/) )")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What one answer earns.

    Attributes:
        path: The question, such as `3.b`.
        low: The points it has earned for certain.
        high: The points it may have earned, with all that could not be told.
        reason: A short code.
        rulings: What the judge made of each criterion.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    path: str
    kind: str
    points: float
    low: float
    high: float
    reason: str
    evidence: str = ""
    rulings: tuple[Ruling, ...] = ()

    @property
    def unscored(self) -> float:
        """The points of which nobody could tell whether they are earned."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A paper after grading: the sums over its marks."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    paper: str
    points: float
    low: float
    high: float
    marks: tuple[Mark, ...]


def item_of(leaf: Leaf, paper: Paper) -> Item:
    """The item of one question: its whole text, its question as cluster, its points in the policy.

    Items of papers are graded by `mark`, which needs the question; their grader is called `paper`.

    >>> question = Question(id="1", prompt="1 + 1 = 2", kind="true_false", points=2, answers=("true",))
    >>> paper = Paper(name="p", questions=(question,))
    >>> [(item.cluster, item.policy["points"]) for item in (item_of(leaf, paper) for leaf in leaves(paper))]
    [('p/1', 2)]
    """
    question = leaf.question
    options = [f"{chr(65 + i)}. {text}" for i, text in enumerate(question.options)]
    wanted = {
        "choice": "Answer with one letter.",
        "choices": "Answer with the letters of all right options.",
        "true_false": "Answer true or false.",
        "number": f"Answer with a number{f' in {question.unit}' if question.unit else ''}.",
    }.get(question.kind, "")
    blocks = (paper.instructions, *leaf.story, question.prompt, "\n".join(options), wanted)
    return Item(
        prompt="\n\n".join(block for block in blocks if block.strip()),
        reference="; ".join(question.answers) or question.model_answer,
        grader="paper",
        policy={"points": question.points, "kind": question.kind, "path": leaf.path},
        choices=question.options,
        cluster=f"{paper.name}/{leaf.path.partition('.')[0]}",
        source=paper.name,
    )


def answers_of(paper: Paper, client: Client, *, max_tokens: int = 1024) -> dict[str, str]:
    """Let a client answer every question, each for itself; a failed request is an answer that is missing.

    >>> from metier.clients.rule import RuleClient
    >>> question = Question(id="1", prompt="1 + 1 = 3", kind="true_false", points=2, answers=("false",))
    >>> answers_of(Paper(name="p", questions=(question,)), RuleClient(lambda request: "False"))
    {'1': 'False'}
    """
    asked = list(leaves(paper))
    requests = [Request.ask(item_of(leaf, paper).prompt, max_tokens=max_tokens) for leaf in asked]
    return {
        leaf.path: reply.text for leaf, reply in zip(asked, client.replies(requests), strict=True) if not reply.error
    }


def mark_paper(
    paper: Paper, answers: Mapping[str, str], *, grader_for: GraderFor, judge: Client | None = None
) -> Marked:
    """Grade the answers, by path of the question. A blank answer earns nothing; one that is missing stays unscored.

    Args:
        grader_for: Finds the graders of numbers and short answers.
        judge: Reads free answers; without one their points stay unscored.

    Raises:
        InputError: There is an answer to a question that the paper does not have.

    >>> from metier.graders import grader_for
    >>> question = Question(id="1", prompt="1 + 1 = 3", kind="true_false", points=2, answers=("false",))
    >>> mark_paper(Paper(name="p", questions=(question,)), {"1": "False."}, grader_for=grader_for).low
    2.0
    """
    if strange := sorted(set(answers) - {leaf.path for leaf in leaves(paper)}):
        raise InputError(
            f"Expected answers to questions of the paper, got one to {strange[0]!r}.",
            hint=nearest(strange[0], (leaf.path for leaf in leaves(paper))),
        )
    marks = tuple(
        mark(leaf, answers[leaf.path], paper, grader_for=grader_for, judge=judge)
        if leaf.path in answers
        else _mark(leaf, 0.0, leaf.question.points, "missing")
        for leaf in leaves(paper)
    )
    return Marked(
        paper=paper.name,
        points=sum(one.points for one in marks),
        low=sum(one.low for one in marks),
        high=sum(one.high for one in marks),
        marks=marks,
    )


def mark(leaf: Leaf, answer: str, paper: Paper, *, grader_for: GraderFor, judge: Client | None = None) -> Mark:
    """Grade one answer.

    >>> from metier.graders import grader_for
    >>> question = Question(id="1", prompt="Even?", kind="choices", points=3, options=("2", "3", "4", "6"),
    ...                     answers=("A", "C", "D"), credit="each")
    >>> paper = Paper(name="p", questions=(question,))
    >>> mark(next(leaves(paper)), "A, D", paper, grader_for=grader_for).low
    2.0
    """
    question = leaf.question
    if not answer.strip():
        return _mark(leaf, 0.0, 0.0, "no_answer")
    if question.kind == "free":
        return _judged(leaf, answer, paper, judge)
    grade = _grade(question, answer, grader_for)
    if grade.outcome == Outcome.UNSCORED or grade.score is None:
        return _mark(leaf, 0.0, question.points, grade.reason, grade.evidence)
    earned = grade.score * question.points
    return _mark(leaf, earned, earned, grade.reason, grade.evidence)


def _mark(
    leaf: Leaf, low: float, high: float, reason: str, evidence: str = "", rulings: tuple[Ruling, ...] = ()
) -> Mark:
    question = leaf.question
    return Mark(
        path=leaf.path,
        kind=question.kind,
        points=question.points,
        low=low,
        high=high,
        reason=reason,
        evidence=evidence[:300],
        rulings=rulings,
    )


def _judged(leaf: Leaf, answer: str, paper: Paper, judge: Client | None) -> Mark:
    if judge is None:
        return _mark(leaf, 0.0, leaf.question.points, "no_judge")
    rulings = judge_criteria(leaf.question, item_of(leaf, paper).prompt, answer, judge)
    low = sum(one.points for one in rulings if one.met)
    high = low + sum(one.points for one in rulings if one.met is None)
    return _mark(leaf, low, high, "judged" if low == high else "judge_unclear", rulings=rulings)


def _grade(question: Question, answer: str, grader_for: GraderFor) -> Grade:
    wanted = question.answers
    if question.kind == "choices":
        return _choices(question, answer)
    if question.kind == "true_false":
        stated = _stated(answer)
        leading = _LEADING.match(stated)
        said = {leading[1].lower()} if leading else {word.lower() for word in _TRUE_FALSE.findall(stated)}
        if len(said) != 1:
            return Grade.unscored("ambiguous" if said else "no_true_or_false", answer[:200])
        return Grade.correct("same") if said == set(wanted) else Grade.incorrect("different", f"not {wanted[0]}")
    if question.kind == "short":
        answer = _stated(answer).strip().strip(".*`\"' ")
    grades = [grader_for(item)(item, answer) for item in _items(question)]
    order = (Outcome.INCORRECT, Outcome.UNSCORED, Outcome.CORRECT)
    return max(grades, key=lambda grade: order.index(grade.outcome))


def _items(question: Question) -> Iterator[Item]:
    """The items that other graders grade: one for each wording that counts as right."""
    tolerance = {key: value for key in ("relative", "absolute") if (value := getattr(question, key))}
    for reference in question.answers:
        if question.kind == "choice":
            yield Item(prompt=question.prompt, reference=reference, grader="choice", choices=question.options)
        elif question.kind == "short":
            yield Item(prompt=question.prompt, reference=reference, grader="exact", policy=_FOLD)
        elif question.unit:
            policy = {"unit": question.unit, **tolerance}
            yield Item(prompt=question.prompt, reference=reference, grader="answer", policy=policy)
        else:
            yield Item(prompt=question.prompt, reference=reference, grader="number", policy=tolerance)


def _stated(answer: str) -> str:
    """The part of an answer that states it: the last box, what follows "answer is", or all."""
    if boxes := _BOX.findall(answer):
        return str(boxes[-1])
    said = _SAID.findall(answer)
    return said[-1] if said and said[-1].strip() else answer


def _choices(question: Question, answer: str) -> Grade:
    """A share for each right option less one for each wrong one, never below 0; or all or nothing."""
    letters = [chr(65 + i) for i in range(len(question.options))]
    stated = _stated(answer).strip()
    packed = re.fullmatch(r"[A-Z]{2,26}\.?", stated)
    said = set(stated.rstrip(".")) if packed else set(_LETTERS.findall(stated))
    if not said or not said <= set(letters):
        return Grade.unscored("no_option_found", answer[:200])
    wanted = set(question.answers)
    evidence = f"{''.join(sorted(said))} against {''.join(sorted(wanted))}"
    if said == wanted:
        return Grade.correct("same", evidence)
    share = max(len(said & wanted) - len(said - wanted), 0) / len(wanted) if question.credit == "each" else 0.0
    return Grade.incorrect("in_part" if share else "different", evidence, score=share)
