"""The process in which sympy simplifies: reads pairs of trees as JSON lines, answers true, false or null."""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

_MEMORY = 1 << 30
_NAMES = "sin cos tan cot sec csc asin acos atan sinh cosh tanh asinh acosh atanh exp floor gamma erf sign re im"
_FUNCTIONS = frozenset(_NAMES.split())


def main() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for line in sys.stdin:
        try:
            gold, answer = json.loads(line)
            reply = _equal(gold, answer)
        except Exception:  # sympy raises what it likes; not to know is an answer
            reply = None
        print(json.dumps(reply), flush=True)


def _equal(gold: Any, answer: Any) -> bool | None:
    import sympy

    difference = sympy.simplify(_built(gold) - _built(answer))
    if difference == 0:
        return True
    return False if difference.is_number and difference.is_zero is False else None


def _built(tree: Any) -> Any:
    import sympy

    op, *args = tree
    if op == "num":
        return sympy.Rational(*args)
    if op == "name":
        known = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I, "infty": sympy.oo}
        return known.get(args[0]) or sympy.Symbol(args[0], real=True)
    parts = [_built(arg) for arg in args]
    if op in ("add", "mul"):
        return (sympy.Add if op == "add" else sympy.Mul)(*parts)
    if op == "neg":
        return -parts[0]
    if op == "div":
        return parts[0] / parts[1]
    if op == "pow":
        return sympy.Pow(*parts)
    if op == "root":
        return sympy.real_root(parts[1], parts[0]) if parts[0] != 2 else sympy.sqrt(parts[1])
    named = {"fact": sympy.factorial, "binom": sympy.binomial, "abs": sympy.Abs, "ln": sympy.log, "log": sympy.log}
    if op in named:
        return named[op](*parts)
    if op in _FUNCTIONS:
        return getattr(sympy, op)(*parts)
    raise ValueError(op)


if __name__ == "__main__":
    main()
