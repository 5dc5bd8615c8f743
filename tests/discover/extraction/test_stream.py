"""A file of ads becomes a file of extractions, in order, whatever is in it and whenever it is killed."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from discover.extraction import fake_ray, fake_reader
from metier.discover.extraction import stream as streams
from metier.discover.extraction.stream import read_extractions, stream
from metier.errors import ConfigError, InputError, MetierError, StageError


def _ads(path: Path, num: int) -> Path:
    rows = [{"text": f"Ad {number} wants SQL", "source": f"s{number}", "date": "2024-01"} for number in range(num)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_every_ad_gives_one_line_in_order_with_its_source_and_date(tmp_path: Path) -> None:
    done = stream(_ads(tmp_path / "ads.jsonl", 100), tmp_path / "found.jsonl", fake_reader.make, batch=7)
    found = list(read_extractions(done.target))
    assert [one.source for one in found] == [f"s{number}" for number in range(100)]
    assert {one.date for one in found} == {"2024-01"}
    assert [skill.label for skill in found[0].skills] == ["Ad", "SQL"]
    assert (done.num_read, done.num_bad, done.bad) == (100, 0, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ads.jsonl", "found.jsonl"]


def test_processes_and_batches_do_not_change_a_byte(tmp_path: Path) -> None:
    source = _ads(tmp_path / "ads.jsonl", 50)
    one = stream(source, tmp_path / "one.jsonl", fake_reader.make)
    two = stream(source, tmp_path / "two.jsonl", fake_reader.make, processes=2, batch=3)
    assert one.target.read_bytes() == two.target.read_bytes()


def test_bad_lines_are_told_with_number_place_and_reason_and_none_is_lost(tmp_path: Path) -> None:
    lines = [
        b'\xef\xbb\xbf{"text": "A"}', b"", b"{", b'{"body": "B"}', b'{"text": 3}', b"\xff", b"[]", b'{"text": "FAIL"}',
        b'{"text": "\\ud800"}', b'{"text": "C", "more": 1, "source": 7}', b"[" * 100_000,
    ]  # fmt: skip
    source = tmp_path / "ads.jsonl"
    source.write_bytes(b"\r\n".join(lines))
    told: list[tuple[int, int]] = []
    done = stream(source, tmp_path / "found.jsonl", fake_reader.make, progress=lambda *now: told.append(now), batch=4)
    assert [(one.text, one.source) for one in read_extractions(done.target)] == [("A", "ads.jsonl, line 1"), ("C", "7")]
    assert done.bad is not None
    bad = [json.loads(line) for line in done.bad.read_text().splitlines()]
    assert [row["line"] for row in bad] == [3, 4, 5, 6, 7, 8, 9, 11]
    assert bad[5]["why"] == "the reader failed: RuntimeError: no such word"
    content = source.read_bytes()
    for row in bad:
        raw = row["raw"].encode("utf-8", "surrogateescape")
        assert content[row["offset"] :].startswith(raw)
    assert (done.num_read, done.num_bad, told[-1]) == (2, 8, (10, 8))


def test_a_line_that_is_too_long_is_reported_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LONGEST_LINE", 50)
    source = tmp_path / "ads.jsonl"
    source.write_text(json.dumps({"text": "x" * 200}) + "\n" + json.dumps({"text": "B"}) + "\n")
    done = stream(source, tmp_path / "found.jsonl", fake_reader.make)
    assert [one.text for one in read_extractions(done.target)] == ["B"]
    assert done.num_bad == 1


@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_bytes(tmp_path: Path, processes: int) -> None:
    source = _ads(tmp_path / "ads.jsonl", 40)
    lines = source.read_text().splitlines()
    lines[5], lines[21] = "broken", json.dumps({"text": "KILL"})
    source.write_text("\n".join(lines))
    whole = stream(source, tmp_path / "whole.jsonl", fake_reader.make)
    target, flag = tmp_path / "found.jsonl", tmp_path / "flag"
    program = (
        "import sys\nfrom functools import partial\nfrom pathlib import Path\n"
        "from discover.extraction import fake_reader\nfrom metier.discover.extraction.stream import stream\n"
        "if __name__ == '__main__':\n"
        "    stream(Path(sys.argv[1]), Path(sys.argv[2]), partial(fake_reader.make_killed, Path(sys.argv[3])), batch=4,"
        f" processes={processes})\n"
    )
    script = tmp_path / "run.py"
    script.write_text(program)
    paths = [str(path) for path in sys.path if path]
    command = [sys.executable, str(script), str(source), str(target), str(flag)]
    first = subprocess.run(command, env={"PYTHONPATH": ":".join(paths)}, capture_output=True, check=False, timeout=60)
    assert first.returncode != 0
    assert not target.exists() and flag.exists()
    with Path(f"{target}.part").open("ab") as part:
        part.write(b'{"half a li')
    again = stream(source, target, fake_reader.make, batch=4)
    assert 0 < again.num_resumed < 40
    assert target.read_bytes() == whole.target.read_bytes()
    assert Path(f"{target}.bad.jsonl").read_bytes() == Path(f"{whole.target}.bad.jsonl").read_bytes()


def test_a_worker_that_dies_stops_the_run_with_a_way_out(tmp_path: Path) -> None:
    source = tmp_path / "ads.jsonl"
    source.write_text(json.dumps({"text": "KILL"}))
    factory = partial(fake_reader.make_killed, tmp_path / "flag")
    with pytest.raises(StageError, match="died") as told:
        stream(source, tmp_path / "found.jsonl", factory, processes=2)
    assert "again" in told.value.hint
    assert stream(source, tmp_path / "found.jsonl", factory, processes=2).num_read == 1


def _interrupt(source: Path, target: Path, settings: str = "") -> None:
    def stop(done: int, bad: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stream(source, target, fake_reader.make, batch=4, settings=settings, progress=stop)


def test_another_source_or_other_settings_do_not_go_on(tmp_path: Path) -> None:
    source, target = _ads(tmp_path / "ads.jsonl", 20), tmp_path / "found.jsonl"
    _interrupt(source, target, settings="a")
    with pytest.raises(ConfigError, match="other settings"):
        stream(source, target, fake_reader.make, settings="b")
    source.write_text(source.read_text().replace("Ad 1 ", "Ad X "))
    with pytest.raises(ConfigError, match="is not the file"):
        stream(source, target, fake_reader.make, settings="a")


@pytest.mark.parametrize(("part", "final"), [(".part", ""), (".bad.part", ".bad.jsonl")])
def test_a_kill_while_the_files_get_their_names_loses_nothing(tmp_path: Path, part: str, final: str) -> None:
    source, target = tmp_path / "ads.jsonl", tmp_path / "found.jsonl"
    source.write_text('{"text": "A"}\nbroken\n')
    _interrupt(source, target)
    Path(f"{target}{part}").replace(f"{target}{final}")
    done = stream(source, target, fake_reader.make)
    assert (done.num_read, done.num_bad, done.num_resumed) == (1, 1, 2)
    assert done.bad is not None and len(done.bad.read_text().splitlines()) == 1


def test_parts_that_are_gone_are_not_taken_from_an_older_result(tmp_path: Path) -> None:
    source, target = _ads(tmp_path / "ads.jsonl", 20), tmp_path / "found.jsonl"
    _interrupt(source, target)
    Path(f"{target}.part").unlink()
    target.write_text("older\n")
    with pytest.raises(ConfigError, match="earlier run"):
        stream(source, target, fake_reader.make)
    assert target.read_text() == "older\n"


def test_wrong_use_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    source, target = _ads(tmp_path / "ads.jsonl", 2), tmp_path / "found.jsonl"
    with pytest.raises(ConfigError, match="'spark'"):
        stream(source, target, fake_reader.make, name="spark")
    with pytest.raises(ConfigError, match="at least one process"):
        stream(source, target, fake_reader.make, processes=0)
    with pytest.raises(InputError, match="Cannot read"):
        stream(tmp_path / "none.jsonl", target, fake_reader.make)
    for processes in (1, 2):
        with pytest.raises(MetierError, match="needs torch") as told:
            stream(source, target, fake_reader.make_missing, processes=processes)
        assert "pip install" in told.value.hint
    assert not target.exists()


def test_ray_is_asked_for_by_name_when_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match="needs Ray") as told:
        stream(_ads(tmp_path / "ads.jsonl", 1), tmp_path / "found.jsonl", fake_reader.make, name="ray")
    assert told.value.hint == "pip install ray"


@pytest.mark.parametrize("running", [False, True])
def test_ray_gives_the_bytes_of_local_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: bool) -> None:
    source = _ads(tmp_path / "ads.jsonl", 150)
    with source.open("a") as file:
        file.write("broken\n")
    ray = fake_ray.Ray(running=running)
    monkeypatch.setitem(sys.modules, "ray", ray)
    for name, processes in (("local", 1), ("local", 2), ("ray", 3)):
        stream(source, tmp_path / name / str(processes), fake_reader.make, name=name, processes=processes)
    for ending in ("", ".bad.jsonl"):
        made = {(tmp_path / f"{engine}{ending}").read_bytes() for engine in ("local/1", "local/2", "ray/3")}
        assert len(made) == 1
    assert ray.num_actors == ray.num_killed == 3
    assert ray.is_initialized() is running  # a cluster that ran before goes on


def test_a_worker_of_ray_that_dies_is_told_and_the_run_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = _ads(tmp_path / "ads.jsonl", 150), tmp_path / "found.jsonl"
    monkeypatch.setitem(sys.modules, "ray", fake_ray.Ray(dies_at=2))
    with pytest.raises(StageError, match="died") as told:
        stream(source, target, fake_reader.make, name="ray")
    assert "go on" in told.value.hint
    monkeypatch.setitem(sys.modules, "ray", fake_ray.Ray())
    done = stream(source, target, fake_reader.make, name="ray")
    assert (done.num_read, done.num_resumed) == (150, 64)
    whole = stream(source, tmp_path / "whole.jsonl", fake_reader.make)
    assert target.read_bytes() == whole.target.read_bytes()


def test_a_reader_that_ray_cannot_make_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", fake_ray.Ray())
    source = _ads(tmp_path / "ads.jsonl", 2)
    with pytest.raises(MetierError, match="needs torch") as told:
        stream(source, tmp_path / "found.jsonl", fake_reader.make_missing, name="ray")
    assert "pip install" in told.value.hint


def test_a_line_that_is_no_extraction_is_named(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_text("\n\n{}\n")
    with pytest.raises(InputError, match="line 3"):
        list(read_extractions(path))
