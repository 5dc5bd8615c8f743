"""The conformance checks pass what keeps a promise and refuse, by name, each clause that is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from metier.attempt import Attempt, Grade
from metier.audit import START, Anchor, Entry, Event
from metier.client import Reply, Request
from metier.item import Item
from metier.skill import Skill
from metier.state import FEEDBACK, Cause
from metier.stores.bulk import FileBulk
from metier.stores.sqlite import SqliteStore
from metier.testing import check_client, check_grader, check_store
from metier.verdict import Finding, Verdict

ITEM = Item(prompt="1 + 1 =", reference="2")
REQUESTS = [Request.ask(f"{number} + 1 =", seed=number) for number in range(3)]


class DoublesAttempts(SqliteStore):
    def put_attempts(self, attempts: Iterable[Attempt]) -> int:
        rows = list(attempts)
        return super().put_attempts(rows) and len(rows)


class StoresHalf(SqliteStore):
    def put_attempts(self, attempts: Iterable[Attempt]) -> int:
        return sum(super(StoresHalf, self).put_attempts([attempt]) for attempt in attempts)


class SortsAttempts(SqliteStore):
    def attempts(self, **where: str | None) -> Iterator[Attempt]:
        return iter(sorted(super().attempts(**where), key=lambda attempt: attempt.item_id))


class OverwritesSkills(SqliteStore):
    def put_skill(self, skill: Skill, *, because: Cause | None = None) -> None:
        with self._database.writing() as session:
            session.run("DELETE FROM skills WHERE name = ? AND version = ?", (skill.name, skill.version))
        super().put_skill(skill, because=because)


class AsksForNoCause(SqliteStore):
    def put_skill(self, skill: Skill, *, because: Cause | None = None) -> None:
        kept = next((one.state for one in self.versions(skill.name) if one.version == skill.version), skill.state)
        super().put_skill(skill, because=because or FEEDBACK.get((kept, skill.state)))


class AddsFindings(SqliteStore):
    def put_findings(self, skill_digest: str, findings: Iterable[Finding]) -> None:
        super().put_findings(skill_digest, [*self.findings(skill_digest), *findings])


class RepeatsVerdicts(SqliteStore):
    def put_verdict(self, verdict: Verdict) -> None:
        super().put_verdict(replace(verdict, reasons=("again",)))
        super().put_verdict(verdict)


class RevisesHistory(SqliteStore):
    def put_event(self, event: Event) -> Entry:
        with self._database.writing() as session:
            session.run("DELETE FROM audit WHERE skill = ?", (event.skill,))
        return super().put_event(event)


class LosesTheHead(SqliteStore):
    def anchor(self) -> Anchor:
        return START


class KeepsPastTheLog(SqliteStore):
    def put_findings(self, skill_digest: str, findings: Iterable[Finding]) -> None:
        super().put_findings(skill_digest, findings)
        with self._database.writing() as session:
            session.run("DELETE FROM findings WHERE skill_digest = 'sha256:3'")


class MarksNothing(SqliteStore):
    def marks(self) -> dict[str, object]:
        return {}


class Forgets(SqliteStore):
    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        super().__init__(path)


class TrustsFiles(FileBulk):
    def get(self, digest: str) -> bytes:
        return self.path(digest).read_bytes()


class TrustsBulk(SqliteStore):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._bulk = TrustsFiles(path.parent / "bulk")


@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        (DoublesAttempts, "counts one that is given twice once"),
        (StoresHalf, "breaks off stores nothing"),
        (SortsAttempts, "in the order first stored"),
        (OverwritesSkills, "refuses other content under a version that is stored"),
        (AsksForNoCause, "leads back without its cause"),
        (AddsFindings, "replaces an earlier scan"),
        (RepeatsVerdicts, "adds to the history unless it repeats the last"),
        (RevisesHistory, r"entries\(\) gives all, unchanged"),
        (LosesTheHead, "moves the anchor"),
        (KeepsPastTheLog, "the same put into findings again"),
        (MarksNothing, "moves the mark"),
        (Forgets, "a second handle sees what the first one stored"),
        (TrustsBulk, "CorruptStore on a damaged file"),
    ],
)
def test_a_bad_store_is_refused_by_the_clause_it_breaks(
    kind: Callable[[Path], SqliteStore], clause: str, tmp_path: Path
) -> None:
    opened: list[SqliteStore] = []

    def opening() -> SqliteStore:
        opened.append(kind(tmp_path / "metier.db"))
        return opened[-1]

    with pytest.raises(AssertionError, match=f"^Broken clause: .*{clause}"):
        check_store(opening)
    for store in opened:
        store.close()


def test_something_that_is_no_store_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"every method of metier\.store\.Store; got 'object'"):
        check_store(object)  # type: ignore[arg-type]


def exact(item: Item, answer: str) -> Grade:
    return Grade.correct() if answer == item.reference else Grade.incorrect("different")


def numeric(item: Item, answer: str) -> Grade:
    return Grade.correct() if float(answer) == 2 else Grade.incorrect("different")


def recursive(item: Item, answer: str) -> Grade:
    def depth(text: str) -> int:
        return 1 + depth(text[1:]) if text.startswith("(") else 0

    return exact(item, answer) if depth(answer) < 5 else Grade.unscored("nested")


def generous(item: Item, answer: str) -> Grade:
    return Grade.correct()


def severe(item: Item, answer: str) -> Grade:
    return Grade.unscored("unsure")


def boolean(item: Item, answer: str) -> Any:
    return answer == item.reference


class Moody:
    def __init__(self) -> None:
        self.num_asked = 0

    def __call__(self, item: Item, answer: str) -> Grade:
        self.num_asked += 1
        return exact(item, answer) if self.num_asked < 3 else Grade.unscored(str(self.num_asked))


@pytest.mark.parametrize(
    ("grader", "clause"),
    [
        (numeric, "never raises on an answer; on '' it raised ValueError"),
        (recursive, "never raises on an answer; .* it raised RecursionError"),
        (generous, "a wrong answer is graded incorrect"),
        (severe, "a right answer is graded correct"),
        (boolean, "a grader returns a Grade"),
        (Moody(), "a grader says the same twice"),
    ],
)
def test_a_bad_grader_is_refused_by_the_clause_it_breaks(grader: Any, clause: str) -> None:
    with pytest.raises(AssertionError, match=f"^Broken clause: .*{clause}"):
        check_grader(grader, ITEM, correct="2", incorrect="3")


def test_a_good_grader_passes() -> None:
    check_grader(exact, ITEM, correct="2", incorrect="3")


class Echo:
    """A client that says what it was asked."""

    name = "echo"

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        for request in requests:
            yield Reply(text=request.messages[-1].content)

    def close(self) -> None:
        pass


class Eager(Echo):
    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        return iter(list(super().replies(requests)))


class Skips(Echo):
    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        return (reply for number, reply in enumerate(super().replies(requests)) if number != 1)


class Random(Echo):
    num_asked = 0

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        for reply in super().replies(requests):
            self.num_asked += 1
            yield replace(reply, text=f"{reply.text} {self.num_asked}")


class Sorts(Echo):
    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        first = [request for _, request in zip(range(10), requests, strict=False)]
        return super().replies(sorted(first, key=lambda request: request.seed))


class ClosesOnce(Echo):
    is_closed = False

    def close(self) -> None:
        if self.is_closed:
            raise AssertionError("Broken clause: close() may be called twice.")
        self.is_closed = True


@pytest.mark.parametrize(
    ("client", "clause"),
    [
        (Eager(), "the first reply comes before the last request is taken"),
        (Skips(), "one reply to each request; expected 3, got 2"),
        (Random(), "replies at temperature 0 are the same twice"),
        (Sorts(), "replies come in the order of the requests"),
        (ClosesOnce(), "close"),
    ],
)
def test_a_bad_client_is_refused_by_the_clause_it_breaks(client: Echo, clause: str) -> None:
    with pytest.raises(AssertionError, match=f"^Broken clause: .*{clause}"):
        check_client(client, REQUESTS)


def test_a_good_client_passes() -> None:
    check_client(Echo(), REQUESTS)
    with pytest.raises(ValueError, match="at least two"):
        check_client(Echo(), REQUESTS[:1])
