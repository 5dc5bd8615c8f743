"""How often is a grader right about an answer? Ours and four others on the same labelled pairs, with CPU time.

Usage: evaluate_answers.py PAIRS.jsonl [MORE.jsonl …]. A pair has gold, gold_unit, pred, label, rel_tol and category.
Each peer gets its best form of input: an answer without a box is put in one where the grader wants it so. A pair that a
grader leaves unscored counts as not accepted. Install math-verify and lm-eval[math] to see all rows.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

Judge = Callable[[dict[str, Any]], "bool | None"]


def main() -> None:
    for path in map(Path, sys.argv[1:]):
        pairs = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        print(f"\n{path.name}: {len(pairs)} pairs, CPU time\n")
        print("| grader | right | false neg. | false pos. | unscored | mean ms | median ms | p99 ms |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        rows = [(name, measured(judge, pairs)) for name, judge in judges().items()]
        for name, (row, _) in rows:
            print(f"| {name} | {row} |")
        kinds = Counter(pair["category"] for pair in pairs)
        print("\n| grader | " + " | ".join(f"{kind} {count}" for kind, count in kinds.items()) + " |")
        print("| --- " * (len(kinds) + 1) + "|")
        for name, (_, right) in rows:
            print(f"| {name} | " + " | ".join(str(right[kind]) for kind in kinds) + " |")
    if not sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)


def measured(judge: Judge, pairs: list[dict[str, Any]]) -> tuple[str, Counter[str]]:
    """The row of one grader, and how many pairs of each category it judged right."""
    right: Counter[str] = Counter()
    wrong: Counter[bool] = Counter()
    unscored, spent = 0, []
    judge(pairs[0])  # what is loaded once is not counted
    for pair in pairs:
        began = time.process_time()
        said = judge(pair)
        spent.append(1000 * (time.process_time() - began))
        unscored += said is None
        right[pair["category"]] += bool(said) == pair["label"]
        wrong[bool(said)] += bool(said) != pair["label"]
    spent.sort()
    share = right.total() / len(pairs)
    times = f"{sum(spent) / len(spent):.2f} | {spent[len(spent) // 2]:.3f} | {spent[int(0.99 * len(spent))]:.2f}"
    return f"{share:.1%} | {wrong[False]} | {wrong[True]} | {unscored} | {times}", right


def judges() -> dict[str, Judge]:
    """The graders that are installed; says on standard error which are not."""
    found: dict[str, Judge] = {"metier answer": ours, "SciBench's rule": scibench}
    for name, make in (("hendrycks is_equiv", hendrycks), ("minerva", minerva), ("math-verify", math_verify)):
        try:
            found[name] = make()
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found


def ours(pair: dict[str, Any]) -> bool | None:
    from metier.graders.ladder import grade_answer

    grade = grade_answer(pair["gold"], pair["pred"], unit=pair["gold_unit"], relative=pair["rel_tol"])
    return None if grade.score is None else grade.is_correct


def scibench(pair: dict[str, Any]) -> bool:
    from metier.graders.scibench import SciBenchRule
    from metier.item import Item

    rule = SciBenchRule(unit=pair["gold_unit"])
    return rule(Item(prompt="", reference=pair["gold"]), _in_a_box(pair["pred"])).is_correct


def hendrycks() -> Judge:
    from lm_eval.tasks.hendrycks_math.utils import is_equiv

    return lambda pair: bool(is_equiv(_out_of_a_box(pair["pred"]), pair["gold"]))


def minerva() -> Judge:
    from lm_eval.tasks.minerva_math import utils

    def judge(pair: dict[str, Any]) -> bool:
        gold, said = (utils.normalize_final_answer(text) for text in (pair["gold"], _out_of_a_box(pair["pred"])))
        return bool(gold == said or utils.is_equiv(gold, said))

    return judge


def math_verify() -> Judge:
    from math_verify import parse, verify

    print(f"math-verify {importlib.metadata.version('math-verify')}", file=sys.stderr)

    def judge(pair: dict[str, Any]) -> bool:
        gold = f"${pair['gold']}$"
        return bool(verify(parse(gold), parse(_in_a_box(pair["pred"]))))

    return judge


def _in_a_box(text: str) -> str:
    return text if "boxed" in text else rf"\boxed{{{text}}}"


def _out_of_a_box(text: str) -> str:
    from metier.graders.answer import stated

    return stated(text) or text


if __name__ == "__main__":
    main()
