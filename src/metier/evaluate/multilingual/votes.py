"""What did people prefer? Votes on pairs of answers, read and counted, and whether ratings can follow from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from metier.errors import InputError
from metier.evaluate.multilingual.rows import read_rows
from metier.evaluate.unreadable import unreadable

Winner = Literal["a", "b", "tie"]
Ties = Literal["half", "davidson", "drop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One judgement of a pair of answers; votes of one voter are not independent."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    model_a: str
    model_b: str
    winner: Winner
    voter: str = ""
    language: str = ""


def read_votes(path: str | Path) -> Iterator[Vote]:
    """Read votes from JSON lines or a CSV with `model_a`, `model_b`, `winner` (a, b or tie), and `voter`, `language`.

    Arena's own words are understood: model_a, model_b, and "tie (bothbad)" as a tie.

    Raises:
        InputError: The file cannot be read, or a row is no vote.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "v.csv").write_text("model_a,model_b,winner\\nx,y,model_b\\n")
    ...     next(read_votes(Path(folder, "v.csv"))).winner
    'b'
    """
    from metier.border import load, load_json

    if not Path(path).name.endswith((".csv", ".csv.gz")):
        try:
            lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise unreadable(path, error) from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                where = f"{path}, line {number}"
                yield load(Vote, _in_our_words(load_json(dict[str, object], line, where=where)), where=where)
        return
    for where, row in read_rows(path, ("model_a", "model_b", "winner")):
        yield load(Vote, _in_our_words(row), where=where)


def _in_our_words(row: Mapping[str, object]) -> dict[str, object]:
    said = {"model_a": "a", "model_b": "b", "tie (bothbad)": "tie", "bothbad": "tie"}
    winner = row.get("winner")
    return {**row, "winner": said.get(winner, winner)} if isinstance(winner, str) else dict(row)


Counted = Counter[tuple[str, str, str, str]]
"""(model, other model, outcome, voter), the names in order, to the number of votes."""


def count_votes(votes: Iterable[Vote], ties: Ties) -> Counted:
    """Count equal votes once, the two models of each in the order of their names.

    Raises:
        InputError: A model meets itself, or no vote is left.

    >>> count_votes([Vote(model_a="y", model_b="x", winner="a")], "half")
    Counter({('x', 'y', 'b', ''): 1})
    """
    counted: Counted = Counter()
    for vote in votes:
        if vote.model_a == vote.model_b:
            raise InputError(f"Expected two models to be compared, got {vote.model_a!r} twice.")
        if vote.winner == "tie" and ties == "drop":
            continue
        swap = vote.model_a > vote.model_b
        a, b = (vote.model_b, vote.model_a) if swap else (vote.model_a, vote.model_b)
        outcome = {"a": "b", "b": "a"}.get(vote.winner, "tie") if swap else vote.winner
        counted[a, b, outcome, vote.voter] += 1
    if not counted:
        raise InputError("Expected votes to rate models from, got none.")
    return Counter(dict(sorted(counted.items())))


def check_connected(names: Sequence[str], counted: Counted) -> None:
    """Refuse votes from which no finite ratings follow: some models never beat, or never lose to, all the others.

    Ford (American Mathematical Monthly 64 (1957) 28): everybody must be reachable by chains of wins, both ways.

    >>> check_connected("xy", Counter({("x", "y", "a", ""): 1}))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    metier.errors.InputError: No finite ratings exist: none of 'y' ever beats any of the others.
    ...
    """
    beaten: dict[str, set[str]] = {name: set() for name in names}
    for a, b, outcome, _ in counted:
        if outcome in ("a", "tie"):
            beaten[a].add(b)
        if outcome in ("b", "tie"):
            beaten[b].add(a)
    lost: dict[str, set[str]] = {name: set() for name in names}
    for name, others in beaten.items():
        for other in others:
            lost[other].add(name)
    for graph, word in ((beaten, "beats"), (lost, "loses to")):
        reached = {names[0]}
        todo = [names[0]]
        while todo:
            new = graph[todo.pop()] - reached
            reached |= new
            todo += new
        if apart := sorted(set(names) - reached):
            group = apart if len(apart) <= len(reached) else sorted(reached)
            word = word if group is not apart else {"beats": "loses to", "loses to": "beats"}[word]
            shown = ", ".join(map(repr, group[:8])) + (f" and {len(group) - 8} more" if len(group) > 8 else "")
            raise InputError(
                f"No finite ratings exist: none of {shown} ever {word} any of the others.",
                hint="Leave those models out, or gather more votes between them and the others.",
            )
