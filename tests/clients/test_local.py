"""A transformer on this machine keeps the promise of a client, and says what transformers itself would say."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from metier.client import Message, Request
from metier.clients.generation import generate, quiet_transformers
from metier.clients.local import LocalClient
from metier.clients.open import open_client
from metier.errors import ConfigError
from metier.practice.model import make_model
from metier.practice.tokenizer import make_tokenizer
from metier.testing import check_client

pytestmark = pytest.mark.train

PROMPTS = ["apply sort to cab", "apply reverse swap-ends to abcdef", "x", "apply shift-up, drop-last to jjjj"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "tiny"
    tokenizer = make_tokenizer()
    with quiet_transformers():
        make_model(tokenizer, width=32, num_layers=2, seed=3).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


def loaded(folder: Path) -> tuple[object, object]:
    with quiet_transformers():
        return AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


def requests(**options: object) -> list[Request]:
    return [Request.ask(prompt, max_tokens=12, **options) for prompt in PROMPTS]


def test_local_client_keeps_the_promise(folder: Path) -> None:
    check_client(LocalClient(folder, batch_size=3), requests())


def test_it_is_named_after_folder_and_weights(folder: Path, tmp_path: Path) -> None:
    name = LocalClient(folder).name
    assert name.startswith("tiny-") and len(name) == len("tiny-") + 12
    other = tmp_path / "tiny"
    with quiet_transformers():
        make_model(make_tokenizer(), width=32, num_layers=2, seed=4).save_pretrained(other)
    assert LocalClient(other).name != name
    assert LocalClient(folder, name="mine").name == "mine"


def test_configuration_can_name_it(folder: Path) -> None:
    assert open_client(f"local:{folder}").name == LocalClient(folder).name


def test_missing_folder_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.json"):
        LocalClient(tmp_path)


def test_tokenizer_and_model_come_back_as_they_were(folder: Path) -> None:
    model, tokenizer = loaded(folder)
    ours = make_tokenizer()
    for text in [*PROMPTS, "  two  blanks ", "Tab or é", "sort-backwards reverse-inner sort"]:
        assert tokenizer(text)["input_ids"] == ours(text)["input_ids"]
    assert ours.decode(ours(PROMPTS[1])["input_ids"]) == PROMPTS[1]
    assert ours.tokenize(" reverse-inner reverse") == [" reverse-inner", " reverse"]
    fresh = make_model(ours, width=32, num_layers=2, seed=3)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), fresh.parameters(), strict=True))


def test_greedy_is_what_transformers_generates(folder: Path) -> None:
    model, tokenizer = loaded(folder)
    ours = generate(model, tokenizer, PROMPTS, max_tokens=15)
    padded = tokenizer(PROMPTS, padding=True, return_tensors="pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = model.generate(**padded, max_new_tokens=15, do_sample=False)
    for mine, row in zip(ours, theirs[:, padded["input_ids"].shape[1] :].tolist(), strict=True):
        assert list(mine.token_ids) == row[: len(mine.token_ids)]
        assert mine.finish == ("stop" if mine.token_ids[-1] == tokenizer.eos_token_id else "length")


def test_log_probabilities_are_those_of_the_model(folder: Path) -> None:
    model, tokenizer = loaded(folder)
    for one in generate(model, tokenizer, PROMPTS, max_tokens=10, temperature=0.7, seed=1):
        ids = torch.tensor([[*one.prompt_ids, *one.token_ids]])
        logprobs = (model(ids).logits[0, len(one.prompt_ids) - 1 : -1] / 0.7).log_softmax(-1)
        expected = logprobs[range(len(one.token_ids)), list(one.token_ids)]
        assert torch.allclose(torch.tensor(one.logprobs), expected, atol=1e-4)


def test_samples_follow_the_distribution(folder: Path) -> None:
    model, tokenizer = loaded(folder)
    drawn = generate(model, tokenizer, ["x"], max_tokens=1, temperature=1.0, seed=0, samples=4000)
    counts = torch.bincount(torch.tensor([one.token_ids[0] for one in drawn]), minlength=len(tokenizer)) / 4000
    probabilities = model(torch.tensor([drawn[0].prompt_ids])).logits[0, -1].softmax(-1)
    assert (counts - probabilities).abs().sum() < 0.25


def test_sampled_reply_does_not_depend_on_its_neighbours(folder: Path) -> None:
    client = LocalClient(folder)
    together = [reply.text for reply in client.replies(requests(temperature=1.0))]
    alone = [next(client.replies([request])).text for request in requests(temperature=1.0)]
    assert together == alone
    assert together != [reply.text for reply in client.replies(requests(temperature=1.0, epoch=1))]


def test_writing_ends_at_a_stop_string(folder: Path) -> None:
    plain = next(LocalClient(folder).replies([Request.ask("x", max_tokens=12)]))
    stop = plain.text[3:5]
    reply = next(LocalClient(folder).replies([Request.ask("x", max_tokens=12, stop=(stop,))]))
    assert reply.text == plain.text[: plain.text.index(stop)]
    assert reply.finish == "stop"
    assert reply.cost.output_tokens <= plain.cost.output_tokens


def test_chat_template_is_used_when_there_is_one(folder: Path, tmp_path: Path) -> None:
    model, tokenizer = loaded(folder)
    tokenizer.chat_template = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
    with quiet_transformers():
        model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    request = Request(messages=(Message(role="system", content="s"), Message(role="user", content="u")), max_tokens=1)
    templated = next(LocalClient(tmp_path).replies([request]))
    joined = next(LocalClient(folder).replies([request]))
    assert templated.cost.input_tokens == len("[system]s[user]u")
    assert joined.cost.input_tokens == len("s\n\nu")


def test_model_files_hold_no_path(folder: Path) -> None:
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        text = json.dumps(json.loads((folder / name).read_text()))
        assert str(folder.parent) not in text
