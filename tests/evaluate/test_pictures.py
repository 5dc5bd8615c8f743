"""Pictures go with the question, through every strategy, client and log; a request without any is what it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metier.client import Message, Reply, Request
from metier.clients.chat import to_body
from metier.clients.local import LocalClient
from metier.clients.rule import RuleClient
from metier.errors import InputError
from metier.evaluate.bridges.read import read_samples
from metier.evaluate.bridges.to_eval import write_eval
from metier.evaluate.examine import examine
from metier.evaluate.pictures import Illustrated, data_url
from metier.evaluate.strategy import Direct, FewShot, Strategy, TwoStep
from metier.evaluate.transcript import read_transcript
from metier.graders import grader_for
from metier.item import Exam, ExamProtocol, Item

RED = "data:image/png;base64,iVBORw0KGgo="
SHOWN = Item(prompt="Which colour?", reference="red")
PLAIN = Item(prompt="What is red?", reference="red")


def test_a_request_without_pictures_keeps_its_digest_and_its_words() -> None:
    request = Request.ask("2 + 2 =", system="Be brief.", seed=1)
    assert request.digest == "sha256:61900bd61fe560e41b73a2bc165561023f5c05e0d4b168c2884956c8946801ab"
    assert to_body(request, model="m")["messages"][1] == {"role": "user", "content": "2 + 2 ="}


def test_a_picture_is_part_of_what_is_asked() -> None:
    asked = Request(messages=(Message(role="user", content="?", images=(RED,)),))
    assert asked.digest != Request.ask("?").digest
    (said,) = to_body(asked, model="m")["messages"]
    assert said["content"] == [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": RED}}]


def test_a_model_that_reads_text_alone_says_so_before_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    client = LocalClient(tmp_path)
    (reply,) = client.replies([Request(messages=(Message(role="user", content="?", images=(RED,)),))])
    assert reply.error.startswith("no_images: ")


@pytest.mark.parametrize("strategy", [Direct(), TwoStep(), FewShot(shots=(("Which sound?", "loud"),))])
def test_every_call_shows_the_picture_once_with_the_question(strategy: Strategy) -> None:
    way = Illustrated(strategy=strategy, pictures={SHOWN.item_id: (RED,)})
    turns = way.turns(SHOWN, ExamProtocol(system=SHOWN.prompt))
    request = next(turns)
    with pytest.raises(StopIteration) as end:
        while True:
            shown = [message for message in request.messages if message.images]
            assert [(m.role, m.images) for m in shown] == [("user", (RED,))]
            assert SHOWN.prompt in shown[0].content
            request = turns.send(Reply(text="red"))
    assert end.value.value.text == "red"
    assert next(way.turns(PLAIN, ExamProtocol())) == next(strategy.turns(PLAIN, ExamProtocol()))


def test_a_run_with_pictures_is_kept_and_crosses_to_inspect(tmp_path: Path) -> None:
    path, exam = tmp_path / "run.jsonl", Exam(name="colours", items=(SHOWN, PLAIN))
    seeing = RuleClient(lambda request: "red" if request.messages[-1].images else "no idea")
    examine(exam, seeing, path, grader_for=grader_for, strategy=Illustrated(pictures={SHOWN.item_id: (RED,)}))
    first, second = read_transcript(path)
    assert first.turns[0].request.messages[0].images == (RED,)
    assert (first.attempt.grade.is_correct, second.attempt.grade.is_correct) == (True, False)
    assert "images" not in json.loads(path.read_bytes().splitlines()[2])["turns"][0]["request"]["messages"][0]
    write_eval(path, tmp_path / "run.eval")
    assert read_samples(tmp_path / "run.eval") == read_samples(path)


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff\xe0", "jpeg"), (b"GIF89a", "gif"), (b"RIFF0000WEBP", "webp")],
)
def test_a_picture_is_known_by_what_is_in_it(start: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(start + b"rest")
    assert data_url(path).startswith(f"data:image/{kind};base64,")


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"RIFF0000WAVE"])
def test_what_is_no_picture_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match="Expected a picture"):
        data_url(path)
    with pytest.raises(InputError, match="Cannot read"):
        data_url(tmp_path / "missing.png")
