"""Does sympy find two formulas equal? Asked only where points could not tell, in a worker with limits that is reused.

The worker gets our tree as JSON and builds the expression itself: no text of an answer reaches `sympify` or `eval`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

from metier.graders.ladder.tree import Literal, Name, Node

_WAIT_S = 0.8
_START_S = 10.0
_LOCK = threading.Lock()


class _Worker:
    """One process at a time; killed when it takes too long."""

    process: subprocess.Popen[str] | None = None


def confirm(gold: Node, answer: Node) -> bool | None:
    """Whether sympy simplifies the difference to zero; None if it cannot tell in time, or is not installed.

    >>> from metier.graders.ladder.syntax import read_all
    >>> confirm(read_all("(x+1)^2"), read_all("x^2+2x+1"))
    True
    """
    question = json.dumps([plain(gold), plain(answer)])
    with _LOCK:
        try:
            started = _Worker.process is None or _Worker.process.poll() is not None
            if started:
                _Worker.process = _start()
            reply = _ask(_Worker.process, question, _START_S if started else _WAIT_S)
        except OSError:
            return None
    return {"true": True, "false": False}.get(reply)


def plain(node: Node) -> Any:
    """A tree as JSON: `["num", above, below]`, `["name", x]`, or an operation and its parts.

    >>> plain(Literal(2))
    ['num', 2, 1]
    """
    if isinstance(node, Literal):
        return ["num", node.value.numerator, node.value.denominator]
    if isinstance(node, Name):
        return ["name", node.name]
    return [node.op, *map(plain, node.args)]


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "metier.graders.ladder.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _ask(process: subprocess.Popen[str] | None, question: str, wait_s: float) -> str:
    assert process and process.stdin and process.stdout
    timer = threading.Timer(wait_s, process.kill)
    timer.start()
    try:
        process.stdin.write(question + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()
    finally:
        timer.cancel()
