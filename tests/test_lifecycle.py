"""Does a skill go once round the wheel, on real documents and real weights, and again after any interruption?

The regime here is tiny: it shows that every spoke does its work and hands it on, not that anything is learnt well. What
is learnt in the bundled regime is measured by `make run` and `benchmarks/practice_arms.py`.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from house import ROOT
from metier.attempt import Attempt
from metier.digest import digest
from metier.errors import CorruptStore
from metier.skill import Skill, State
from metier.state import move
from metier.stores.open import open_store

pytestmark = [pytest.mark.train, pytest.mark.slow]

REGIME = """
[practice]
width = 48
num_layers = 2
num_heads = 2
threads = 1
base_steps = 250
base_batch = 32
steps = 3
prompts = 16
samples = 16
rft_rounds = 1
checkpoint_every = 20
"""


def make_workspace(folder: Path, *, store: str = ".metier/store.sqlite") -> Path:
    """A copy of the bundled workspace, in a regime of seconds."""
    place = folder / "examples" / "first-trade"
    shutil.copytree(ROOT / "examples" / "first-trade", place, ignore=shutil.ignore_patterns(".metier"))
    shutil.copytree(ROOT / "skills", folder / "skills")
    text = (place / "metier.toml").read_text(encoding="utf-8")
    for key, value in {"practice": 60, "exam": 10, "gate": 6, "items": 30, "steps": 1, "max_tokens": 20}.items():
        text, changed = re.subn(rf"(?m)^{key} = \d+", f"{key} = {value}", text)
        assert changed, key
    # Hardly anything is learnt here; what is learnt may still be executed, so that plans can be.
    text = text.replace("min_attempts = 10", "min_attempts = 1").replace("min_accuracy = 0.6", "min_accuracy = 0.0")
    text = text.replace(".metier/store.sqlite", store)
    assert "[practice]" not in text
    (place / "metier.toml").write_text(text + REGIME, encoding="utf-8")
    return place


def metier(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "metier", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


def evidence(workspace: Path) -> bytes:
    return (workspace / ".metier" / "evidence.jsonl").read_bytes()


def attempts(workspace: Path) -> list[Attempt]:
    with closing(open_store(workspace / ".metier" / "store.sqlite", bulk=workspace / ".metier" / "objects")) as store:
        return list(store.attempts())


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that has been run once."""
    workspace = make_workspace(tmp_path_factory.mktemp("turned"))
    done = metier("run", workspace)
    assert done.returncode == 0, done.stderr
    return workspace


def test_every_stage_gives_a_result(turned: Path) -> None:
    done = metier("run", turned, "--json")
    assert done.returncode == 0, done.stderr
    stages = {one["stage"]: one for one in json.loads(done.stdout)["stages"]}
    assert list(stages) == ["discover", "distill", "practice", "evaluate", "govern", "store", "compose", "update"]
    outputs = {name: one["record"]["output"] for name, one in stages.items()}
    assert len(outputs["discover"]["skills"]) >= 29
    assert set(outputs["practice"]["policies"]) == {"base", "level-1", "level-2", "level-1+2", "rft"}
    # Some replies were right and some wrong, so that practice had something to learn from.
    assert len(set(outputs["practice"]["weights"].values())) > 1
    assert {row["label"] for row in outputs["evaluate"]["differences"]["level-2"]} >= {
        "practised level 2", "held-out level 2", "held-out level 3",
    }  # fmt: skip
    assert any(
        verdict["exposure"] == 1 and verdict["skill"] == "quick-setup" for verdict in outputs["govern"]["verdicts"]
    )
    assert {goal["kind"] for goal in outputs["compose"]["results"]} >= {"gap"}
    headline = next(goal for goal in outputs["compose"]["results"] if goal["goal"] == "headline")
    assert "title-case" in headline["missing"]
    assert outputs["update"]["items"] > 0


def test_an_unchanged_workspace_is_not_run_again(turned: Path) -> None:
    before = evidence(turned)
    began = time.monotonic()
    done = metier("run", turned, "--json")
    assert all(one["reused"] for one in json.loads(done.stdout)["stages"])
    assert evidence(turned) == before
    assert time.monotonic() - began < 60


def test_the_library_holds_packages_that_read_back(turned: Path) -> None:
    done = metier("skill", "check", turned / ".metier" / "library", "--json")
    found = {one["path"] for one in json.loads(done.stdout)}
    assert {"letterwork", "reverse", "metier-run-the-wheel"} <= found
    assert "quick-setup" not in found


def test_the_policy_skill_is_a_transformers_model(turned: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = turned / ".metier" / "library" / "letterwork"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = tokenizer("apply reverse to abcdef", return_tensors="pt")
    made = AutoModelForCausalLM.from_pretrained(folder).generate(**tokens, max_new_tokens=4, do_sample=False)
    assert made.shape[1] > tokens["input_ids"].shape[1]


def test_our_own_skills_are_placed_by_the_wheel_and_not_by_their_packages(turned: Path) -> None:
    home = turned / ".metier"
    with closing(open_store(home / "store.sqlite", bulk=home / "objects")) as store:
        policy, reverse = store.skill("letterwork"), store.skill("reverse")
    assert "reverse" in policy.concepts and reverse.concepts[0] == "reverse"
    assert "metier-concepts" not in (home / "library" / "letterwork" / "SKILL.md").read_text(encoding="utf-8")


def test_the_report_is_written_beside_the_records(turned: Path) -> None:
    page = (turned / ".metier" / "report.html").read_text(encoding="utf-8")
    assert "letterwork" in page
    assert "title-case" in page


def test_practice_never_sees_an_exam_string(turned: Path) -> None:
    with closing(open_store(turned / ".metier" / "store.sqlite", bulk=turned / ".metier" / "objects")) as store:
        records = {record.stage: record.output for record in store.stages()}

        def prompts(name: str) -> list[str]:
            keys = records["update"]["practice"] if name == "update" else records["distill"][name].values()
            return [item.prompt for key in ([keys] if name == "update" else keys) for item in store.bulk.items(key)]

        def strings(name: str) -> set[str]:
            return {prompt.rpartition(" ")[2] for prompt in prompts(name)}

        for practised in ("practice", "update"):
            assert strings(practised) & (strings("exam") | strings("gate")) == set()
        assert set(prompts("exam")) & set(prompts("gate")) == set()


def test_a_changed_goal_runs_compose_alone(turned: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "examples" / "first-trade"
    shutil.copytree(turned, workspace)
    shutil.copytree(ROOT / "skills", tmp_path / "skills")
    toml = workspace / "metier.toml"
    text = toml.read_text(encoding="utf-8").replace('name = "headline"', 'name = "title"')
    toml.write_text(f"{text}\n[compose.priorities]\nrevers = 2\nswap-ends = 1\n", encoding="utf-8")
    done = metier("run", workspace, "--json")
    assert [one["stage"] for one in json.loads(done.stdout)["stages"] if not one["reused"]] == ["compose"]
    assert done.stderr.count("No skill 'revers' is there to plan with") == 1
    plan = metier("compose", "plan", "swap-ends", "-e", "abcdef=fbcdea", "-w", workspace)
    assert plan.stderr.count("No skill") == 1 and "Did you mean 'reverse'?" in plan.stderr


def test_a_skill_that_was_retired_is_not_planned_or_offered_and_the_wheel_goes_on(turned: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "examples" / "first-trade"
    shutil.copytree(turned, workspace)
    shutil.copytree(ROOT / "skills", tmp_path / "skills")

    def names() -> list[str]:
        return [one["skill"]["name"] for one in json.loads(metier("skill", "list", "-w", workspace, "--json").stdout)]

    assert "swap-ends" in names()
    with closing(open_store(workspace / ".metier" / "store.sqlite", bulk=workspace / ".metier" / "objects")) as store:
        store.put_skill(move(store.skill("swap-ends"), State.RETIRED))
    assert "swap-ends" not in names()
    plan = metier("compose", "plan", "swap-ends", "-e", "abcdef=fbcdea", "-w", workspace, "--json")
    assert json.loads(plan.stdout)["kind"] == "gap", plan.stdout + plan.stderr
    done = metier("run", workspace, "--from", "store")
    assert done.returncode == 0, done.stderr
    assert "swap-ends" not in names()
    assert not (workspace / ".metier" / "library" / "swap-ends").exists()


def test_the_same_seed_gives_the_same_bytes(turned: Path, tmp_path: Path) -> None:
    again = make_workspace(tmp_path)
    assert metier("run", again).returncode == 0
    assert digest(evidence(again)) == digest(evidence(turned))


def test_a_killed_run_resumes_with_nothing_lost_or_doubled(turned: Path, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    rng = random.Random(11)
    kills = 0
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-m", "metier", "run", str(workspace)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(timeout=rng.uniform(3.0, 16.0))
            break
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
    assert kills >= 2
    assert metier("run", workspace).returncode == 0
    assert digest(evidence(workspace)) == digest(evidence(turned))
    assert Counter(a.attempt_id for a in attempts(workspace)).most_common(1)[0][1] == 1


def test_a_second_run_of_the_same_workspace_is_kept_out(turned: Path) -> None:
    import fcntl

    with (turned / ".metier" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = metier("run", turned)
    assert done.returncode == 2
    assert "Another run" in done.stderr


def test_a_corrupt_database_is_named_and_kept(turned: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "examples" / "first-trade"
    shutil.copytree(turned, workspace)
    shutil.copytree(ROOT / "skills", tmp_path / "skills")
    database = workspace / ".metier" / "store.sqlite"
    for extra in ("-wal", "-shm"):
        Path(f"{database}{extra}").unlink(missing_ok=True)
    database.write_bytes(b"this is no database" * 500)
    before = database.read_bytes()
    done = metier("run", workspace)
    assert done.returncode == 2
    assert "store.sqlite" in done.stderr
    assert "Traceback" not in done.stderr
    assert database.read_bytes() == before
    with pytest.raises(CorruptStore):
        open_store(database)


@pytest.mark.postgres
def test_the_wheel_gives_the_same_evidence_on_postgresql(turned: Path, tmp_path: Path) -> None:
    url = os.environ.get("METIER_TEST_POSTGRES", "")
    if not url:
        (pytest.fail if os.environ.get("METIER_REQUIRE") == "all" else pytest.skip)(
            'No PostgreSQL server; run with METIER_TEST_POSTGRES="$(.ci/postgres start FOLDER)".'
        )
    import psycopg

    name = f"wheel_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        own = re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", url)
        workspace = make_workspace(tmp_path, store=own)
        done = metier("run", workspace)
        assert done.returncode == 0, done.stderr
        assert digest(evidence(workspace)) == digest(evidence(turned))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_a_full_disk_stops_the_run_and_loses_nothing(
    turned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from metier import lifecycle
    from metier.errors import StoreFull
    from metier.workspace import open_workspace

    workspace = make_workspace(tmp_path)
    sync, room = os.fsync, 6

    def full(handle: int) -> None:
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull):
        lifecycle.run(open_workspace(workspace))
    assert not list((workspace / ".metier" / "objects").rglob(".part-*"))
    monkeypatch.undo()
    done = metier("run", workspace, "--only", "distill", "--json")
    assert done.returncode == 0, done.stderr
    assert [one["reused"] for one in json.loads(done.stdout)["stages"]] == [True, False]


@pytest.mark.parametrize("reason", ["it was not practised", "it was retired"])
def test_a_policy_that_was_not_admitted_or_was_retired_is_not_executed(tmp_path: Path, reason: str) -> None:
    from metier import lifecycle
    from metier.workspace import open_workspace

    workspace = make_workspace(tmp_path)
    spokes = lifecycle.Spokes(open_workspace(workspace))
    compose = next(stage for stage in spokes.stages() if stage.name == "compose")
    with closing(open_store(workspace / "s.sqlite")) as store:
        from metier.wheel import Context

        if reason == "it was retired":
            store.put_skill(Skill(name=lifecycle.POLICY, description="Letters.", state=State.RETIRED))
        result = compose.run(
            Context(
                before={"store": {"skills": []}, "govern": {"verdicts": []}},
                folder=tmp_path,
                home=tmp_path,
                store=store,
                progress=lambda done, total, numbers: None,
            )
        )
    assert {one["kind"] for one in result.output["results"]} == {"gap"}
    assert f"may not be executed: {reason}" in result.output["results"][0]["reason"]
