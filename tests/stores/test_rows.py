"""Rows refer to rows: neither database keeps one that refers to nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest

from metier.attempt import Attempt, Grade
from metier.errors import StoreError
from metier.skill import Skill
from metier.store import Store
from metier.verdict import ExposureTier, Finding, Severity, Verdict, VettingTier

DANGLING = {
    "skills": "INSERT INTO skills (name, version, digest, body, checksum) VALUES ('a', '1', 'sha256:9', ?, 0)",
    "findings": "INSERT INTO findings (skill_digest, body, checksum) VALUES ('sha256:9', ?, 0)",
    "verdicts": "INSERT INTO verdicts (skill, digest, body, checksum) VALUES ('a', 'sha256:9', ?, 0)",
    "attempts": "INSERT INTO attempts (attempt_id, run_id, item_id, model, body, checksum) "
    "VALUES ('a', 'r9', 'i', 'm', ?, 0)",
}


@pytest.mark.parametrize("table", DANGLING)
def test_a_row_that_refers_to_nothing_is_refused(opening: Callable[[], Store], table: str) -> None:
    with closing(opening()) as store:
        with pytest.raises(StoreError, match=r"(?i)foreign key"), store._database.writing() as session:  # type: ignore[attr-defined]
            session.run(DANGLING[table], (b"{}",))
        with store._database.reading() as session:  # type: ignore[attr-defined]
            assert session.rows(f"SELECT COUNT(*) FROM {table}") == [(0,)]


def test_what_is_put_brings_what_it_refers_to(opening: Callable[[], Store]) -> None:
    skill = Skill(name="reverse", description="Backwards.")
    verdict = Verdict(
        skill="reverse", digest="sha256:2", vetting=VettingTier.UNVETTED, exposure=ExposureTier.METADATA, reasons=()
    )
    with closing(opening()) as store:
        for _ in range(2):
            store.put_skill(skill)
            store.put_findings("sha256:1", [Finding(rule="r", severity=Severity.NOTE, message="m")])
            store.put_verdict(verdict)
            store.put_attempts([Attempt(item_id="i", model="m", run_id="r", reply="", grade=Grade.correct())])
        with store._database.reading() as session:  # type: ignore[attr-defined]
            digests = {digest for (digest,) in session.rows("SELECT digest FROM contents")}
            assert digests == {skill.digest, "sha256:1", "sha256:2"}
            assert session.rows("SELECT run_id FROM attempted_runs") == [("r",)]
        with pytest.raises(StoreError, match=r"(?i)foreign key"), store._database.writing() as session:  # type: ignore[attr-defined]
            session.run("DELETE FROM contents WHERE digest = 'sha256:2'")
