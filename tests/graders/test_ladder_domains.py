"""Sets in words, distances, propositions, named matrices and the two Planck constants, and what they are not."""

from __future__ import annotations

import pytest

from metier.graders.ladder import grade_answer


@pytest.mark.parametrize(
    ("gold", "answer", "is_right"),
    [
        (r"[0,\infty)", "all non-negative real numbers", True),
        (r"[0,\infty)", "all positive real numbers", False),
        (r"(-\infty,0]", "the set of all nonpositive reals", True),
        (r"(-\infty,0)\cup(0,\infty)", "all nonzero real numbers", True),
        (r"\mathbb{R}\setminus\{0\}", "all real numbers except 0", True),
        (r"\mathbb{R}\setminus\{2\}", "every real number except x = 2", True),
        (r"\mathbb{R}\setminus\{2\}", "every real number except x = -2", False),
        (r"(-\infty,5]", "all real numbers less than or equal to 5", True),
        (r"(-\infty,5]", "all real numbers less than 5", False),
        (r"(2,\infty)", "all real x greater than 2", True),
        (r"\mathbb{Z}^+", "the positive integers", True),
        (r"\mathbb{Z}^+", "the negative integers", False),
        (r"\mathbb{Z}_{\ge 0}", "all non-negative integers", True),
        (r"\mathbb{Z}_{\ge 0}", "all positive integers", False),
        ("-2<x<4", "|x-1|<3", True),
        ("-2<x<4", r"|x-1|\le 3", False),
        ("-2<x<4", "|x+1|<3", False),
        ("[-1,2]", r"|2x-1| \leq 3", True),
        (r"(-\infty,-2)\cup(4,\infty)", "|x-1|>3", True),
        (r"(-\infty,-2)\cup(4,\infty)", "|x-1|<3", False),
        (r"\{-2,0,2\}", r"x \in \{0, \pm 2\}", True),
        (r"\{-2,0,2\}", r"x \in \{0, \pm 3\}", False),
        (r"\{-2,2\}", r"\{\pm 2\}", True),
        (r"\{-2,2\}", r"\{2\}", False),
        (r"\{-1,0,1\}", r"\{0\} \cup \{\pm 1\}", True),
    ],
)
def test_a_set_in_words_or_by_a_distance_is_the_set(gold: str, answer: str, is_right: bool) -> None:
    assert grade_answer(gold, answer).is_correct is is_right


@pytest.mark.parametrize(
    ("gold", "answer", "is_right"),
    [
        (r"\neg(p \lor q)", r"\neg p \land \neg q", True),
        (r"\neg(p \lor q)", r"\neg p \lor \neg q", False),
        (r"p \to q", r"\neg p \lor q", True),
        (r"p \to q", "¬q → ¬p", True),
        (r"p \to q", r"q \to p", False),
        (r"p \Rightarrow q", r"q \Rightarrow p", False),
        (r"p \oplus q", r"(p \land \neg q) \lor (\neg p \land q)", True),
        (r"p \leftrightarrow q", r"(p \to q) \land (q \to p)", True),
        (r"p \leftrightarrow q", r"p \oplus q", False),
        (r"p \land q", r"p \lor q", False),
        (r"p \land q", r"q \land p", True),
        (r"p \to (q \to r)", r"(p \land q) \to r", True),
        (r"p \to (q \to r)", r"(p \to q) \to r", False),
        ("p ∧ (q ∨ r)", "(p ∧ q) ∨ (p ∧ r)", True),
        ("p ∧ (q ∨ r)", "p ∧ q ∨ r", False),
    ],
)
def test_a_proposition_is_its_truth_table(gold: str, answer: str, is_right: bool) -> None:
    assert grade_answer(gold, answer).is_correct is is_right


@pytest.mark.parametrize(
    ("gold", "answer", "is_right"),
    [
        (r"\begin{pmatrix}1/2&0\\0&2\end{pmatrix}", r"A^{-1} = \begin{bmatrix}0.5&0\\0&2\end{bmatrix}", True),
        (r"\begin{pmatrix}1/2&0\\0&2\end{pmatrix}", r"A^{-1} = \begin{bmatrix}2&0\\0&0.5\end{bmatrix}", False),
        (r"(2,\pi/6)", "(r, θ) = (2, 30°)", True),
        (r"(2,\pi/6)", "(r, θ) = (2, 60°)", False),
        (r"\frac{h}{2\pi}", r"\hbar", True),
        (r"\hbar", "h", False),
        (r"\frac{n^2\pi^2\hbar^2}{2mL^2}", r"\frac{n^2h^2}{8mL^2}", True),
        (r"\frac{n^2\pi^2\hbar^2}{2mL^2}", r"\frac{n^2h^2}{2mL^2}", False),
        (r"\hbar\omega", r"h\omega", False),
        (r"\sqrt{2gh}", r"\sqrt{2g\hbar}", False),
    ],
)
def test_a_name_before_a_matrix_degrees_in_a_pair_and_either_planck_constant_are_read(
    gold: str, answer: str, is_right: bool
) -> None:
    assert grade_answer(gold, answer).is_correct is is_right
