"""What do attempts in a file say of their scores? Many lines read by one pattern, without making an attempt of each.

The pattern is the whole grammar of a line as metier writes it: keys in the order of the noun or of the alphabet, every
value of its kind. A line that it takes is an attempt by construction. Where it takes not all of them the caller reads
them by the noun, which also says what is wrong, so that nothing is taken that the noun would refuse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from metier.evaluate.columns import Columns

_HEX = "[0-9a-fA-F]"
# One half of a surrogate pair is no character, and the noun refuses it.
_UNICODE = rf"u(?:(?![dD][89a-fA-F]){_HEX}{{4}}|[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}})"
_PLAIN = r'[^"\\\x00-\x1f]*'
_TEXT = rf'{_PLAIN}(?:\\(?:["\\/bfnrt]|{_UNICODE}){_PLAIN})*'
_STRING = f'"{_TEXT}"'
_COUNT = r"(?:0|[1-9][0-9]{0,14})"
_NUMBER = rf"{_COUNT}(?:\.[0-9]{{1,20}})?(?:[eE](?:\+?[0-9]{{1,2}}|-[0-9]{{1,3}}))?"
_SCORE = r"0(?:\.[0-9]{1,20})?|1(?:\.0{1,20})?|[1-9](?:\.[0-9]{1,20})?e-(?:0[1-9]|[1-9][0-9]{0,2})"


def columns_of_lines(lines: Sequence[bytes]) -> Columns | None:
    r"""Read lines of attempts; `None` if any is blank, no attempt, or written otherwise than metier writes it.

    >>> from metier.attempt import Attempt, Grade
    >>> from metier.digest import canonical
    >>> attempt = Attempt(item_id="a", model="m", run_id="r", reply="\\boxed{4}", grade=Grade.correct())
    >>> columns_of_lines([canonical(attempt) + b"\n"]).replies
    ['\\boxed{4}']
    >>> columns_of_lines([b"{}\n"]) is None
    True
    """
    try:
        text = b"".join(lines).decode()
    except UnicodeDecodeError:
        return None
    pattern = _pattern(by_alphabet=text.startswith('{"cost"'))
    found = pattern.findall(text)
    # A match is a whole line, so that as many of them as lines are all the lines.
    if not found or len(found) < len(lines):
        return None
    columns = list(zip(*found, strict=True))
    return _columns({name: columns[place - 1] for name, place in pattern.groupindex.items()})


def _columns(taken: Mapping[str, Sequence[str]]) -> Columns:
    """By the names of the groups in `_pattern`."""
    nothing = [""] * len(taken["score"])
    scores = {text: float(text) if text else None for text in set(taken["score"])}
    epochs = {text: int(text) for text in set(taken["epoch"])}
    return Columns(
        sample_ids=_unescaped(taken["item_id"]),
        scores=[scores[text] for text in taken["score"]],
        tasks=nothing,
        clusters=nothing,
        epochs=[epochs[text] for text in taken["epoch"]],
        models=_unescaped(taken["model"]),
        replies=_unescaped(taken["reply"]),
    )


def _unescaped(texts: Sequence[str]) -> list[str]:
    escaped = list({text for text in texts if "\\" in text})
    if not escaped:
        return list(texts)
    said = dict(zip(escaped, json.loads('["' + '","'.join(escaped) + '"]'), strict=True))
    return [said.get(text, text) for text in texts]


@lru_cache(maxsize=2)
def _pattern(*, by_alphabet: bool) -> re.Pattern[str]:
    """One line of `metier.attempt.Attempt`, with groups for what is taken out of it."""

    def written(members: Mapping[str, str]) -> str:
        keys = sorted(members) if by_alphabet else members
        return r"\{" + ", ?".join(f'"{key}": ?{members[key]}' for key in keys) + r"\}"

    def graded(outcome: str, score: str) -> str:
        return written({"outcome": f'"{outcome}"', "score": score, "reason": _STRING, "evidence": _STRING})

    attempt = {
        "item_id": f'"(?P<item_id>{_TEXT})"',
        "model": f'"(?P<model>{_TEXT})"',
        "run_id": _STRING,
        "reply": f'"(?P<reply>{_TEXT})"',
        "grade": f"(?:{graded('(?:in)?correct', f'(?P<score>{_SCORE})')}|{graded('unscored', 'null')})",
        "epoch": f"(?P<epoch>{_COUNT})",
        "skills": rf"\[(?:{_STRING}(?:, ?{_STRING})*)?\]",
        "cost": written({"input_tokens": _COUNT, "output_tokens": _COUNT, "usd": _NUMBER}),
        "error": _STRING,
    }
    return re.compile(f"^{written(attempt)}$", re.MULTILINE)
