"""Text that a model was trained on surprises it less: told by its tokens, with p-values that hold on clean models."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metier.client import Request, TellsLogProbs, TokenLogProbs
from metier.clients.rule import RuleClient
from metier.errors import ConfigError
from metier.evaluate.audit import Record, record_of
from metier.evaluate.audit.memory import check_memory, remembered
from metier.evaluate.audit.min_k import WAYS, against_orders, against_reference, score
from metier.faces.cli import app
from metier.faces.files import write_lines
from metier.item import Item


class Teller:
    """Tells drawn values, and higher ones for texts that it has seen."""

    def __init__(self, seen: Iterable[str] = (), *, seed: int = 0) -> None:
        self.seen, self.chance = set(seen), random.Random(seed)

    def log_probs(self, texts: Iterable[str]) -> list[TokenLogProbs]:
        return [self._told(text) for text in texts]

    def _told(self, text: str) -> TokenLogProbs:
        lift = 2.0 if text in self.seen else 0.0
        values = tuple(lift - self.chance.expovariate(0.4) for _ in range(40))
        return TokenLogProbs(values=values, means=(-2.0,) * 40, spreads=(1.5,) * 40)


def texts(count: int, *, name: str) -> list[str]:
    return [f"{name} {n}" for n in range(count)]


class TestScore:
    def test_the_lowest_fifth_of_the_tokens_counts(self) -> None:
        told = TokenLogProbs(values=tuple(-float(n) for n in range(10)))
        assert score(told) == -8.5
        assert score(told, "loss") == -4.5
        assert score(told, share=1.0) == -4.5

    def test_one_token_counts_at_least_and_none_gives_no_number(self) -> None:
        assert score(TokenLogProbs(values=(-3.0, -1.0))) == -3.0
        assert math.isnan(score(TokenLogProbs(values=())))

    def test_the_standardised_score_forgives_a_token_where_nothing_is_likely(self) -> None:
        told = TokenLogProbs(values=(-9.0, -3.0), means=(-9.0, -0.5), spreads=(1.0, 0.5))
        assert score(told) == -9.0
        assert score(told, "min-k++") == -5.0


class TestPermutation:
    @pytest.mark.parametrize("way", WAYS)
    def test_seen_texts_are_told_from_unseen_ones(self, way: str) -> None:
        exam, other = texts(20, name="exam"), texts(20, name="other")
        (found,) = against_reference(exam, other, Teller(exam), ways=[way])
        assert found.auroc > 0.9
        assert found.p_value < 0.001

    def test_ten_of_twenty_orders_seen_is_enough(self) -> None:
        variants = [[f"{n} in order {k}" for k in range(4)] for n in range(20)]
        (found,) = against_orders(variants, Teller(group[0] for group in variants[:10]), ways=["loss"])
        assert found.p_value < 0.01

    def test_on_unseen_texts_the_tests_keep_their_level(self) -> None:
        """Of 300 clean exams 5 % ± 3.8 (three standard errors) are accused at 5 %."""
        exam, other = texts(12, name="exam"), texts(12, name="other")
        variants = [[f"{n} in order {k}" for k in range(4)] for n in range(12)]
        accused = [0, 0]
        for seed in range(300):
            teller = Teller(seed=seed)
            (ranks,) = against_reference(exam, other, teller, seed=seed, draws=199)
            (orders,) = against_orders(variants, teller, seed=seed, draws=199)
            accused[0] += ranks.p_value <= 0.05
            accused[1] += orders.p_value <= 0.05
        assert all(3 <= one <= 27 for one in accused)

    def test_fewer_than_five_texts_are_not_tested(self) -> None:
        assert against_reference(texts(4, name="a"), texts(9, name="b"), Teller()) == []
        assert against_orders([["a", "b"]] * 4, Teller()) == []


class TestProbe:
    def test_a_client_that_tells_no_tokens_is_refused(self) -> None:
        assert not isinstance(RuleClient(lambda request: ""), TellsLogProbs)
        with pytest.raises(ConfigError, match="does not tell"):
            remembered(_records(6), RuleClient(lambda request: ""), ways=["min-k"])

    def test_without_options_or_a_reference_there_is_nothing_to_weigh_against(self) -> None:
        class Both(Teller):
            name = "both"

            def replies(self, requests: Iterable[Request]) -> Iterable[object]:
                return RuleClient(lambda request: "").replies(requests)

            def close(self) -> None:
                pass

        with pytest.raises(ConfigError, match="too few"):
            remembered(_records(6), Both(), ways=["min-k"])
        found = remembered(_records(6), Both(), ways=["min-k"], reference=_records(8, seed=2))
        assert [one.against for one in found.surprises] == ["reference"]

    @pytest.mark.parametrize(
        "wrong",
        [
            ["--probe", "mink"], ["--probe", "3"], ["--probe", "50"], ["--reference", "exam.jsonl"],
            ["--client", "rule:echo", "--reference", "exam.jsonl"],
        ],
    )  # fmt: skip
    def test_a_wrong_probe_is_wrong_use(self, wrong: list[str], tmp_path: Path) -> None:
        path = tmp_path / "exam.jsonl"
        write_lines([record.item for record in _records(6)], path)
        done = CliRunner().invoke(app, ["evaluate", "audit", str(path), *wrong])
        assert isinstance(done.exception, ConfigError)


def _records(count: int, *, seed: int = 1) -> list[Record]:
    chance = random.Random(seed)
    words = ["ka", "lo", "mi", "ne", "pu", "ra", "si", "te"]
    return [
        record_of(Item(prompt=" ".join(chance.choices(words, k=14)) + "?", reference=str(n)), f"e:{n}")
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from metier.clients.generation import quiet_transformers
    from metier.practice.model import make_model
    from metier.practice.tokenizer import make_tokenizer

    tokenizer = make_tokenizer()
    made = []
    for steps in (0, 120):
        model = make_model(tokenizer, width=48, num_layers=2, seed=3)
        ids = [tokenizer(record.prompt)["input_ids"] for record in _records(12)]
        rows = torch.tensor([one + [tokenizer.pad_token_id] * (64 - len(one)) for one in ids])
        labels = rows.masked_fill(rows == tokenizer.pad_token_id, -100)
        optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
        for _ in range(steps):
            optimizer.zero_grad()
            model(input_ids=rows, labels=labels).loss.backward()
            optimizer.step()
        path = tmp_path_factory.mktemp("models") / f"after-{steps}"
        with quiet_transformers():
            model.save_pretrained(path)
        tokenizer.save_pretrained(path)
        made.append(path)
    return made[0], made[1]


@pytest.mark.train
class TestModel:
    """A tiny transformer with random weights, trained on the exam until it knows it by heart."""

    def test_log_probs_are_those_of_the_model_whatever_stands_beside(self, folders: tuple[Path, Path]) -> None:
        import torch

        from metier.clients.local import LocalClient

        client = LocalClient(folders[1], batch_size=2)
        asked = [record.prompt for record in _records(4)] + ["ka", "", "ka lo mi " * 40]
        told = client.log_probs(asked)
        assert isinstance(client, TellsLogProbs)
        assert [len(one.values) for one in told[-3:]] == [1, 0, 358]  # two windows of 256, each without its first
        model, tokenizer = client._loaded
        for text, one in zip(asked[:5], told, strict=False):
            ids = torch.tensor(tokenizer(text)["input_ids"])
            with torch.inference_mode():
                every = model(input_ids=ids[None]).logits[0, :-1].log_softmax(-1)
            assert one.values == pytest.approx(every.gather(1, ids[1:, None])[:, 0].tolist(), abs=1e-4)
            weights = every.exp()
            means = (weights * every).sum(-1)
            assert one.means == pytest.approx(means.tolist(), abs=1e-4)
            spreads = (weights * (every - means[:, None]) ** 2).sum(-1).sqrt()
            assert one.spreads == pytest.approx(spreads.tolist(), abs=1e-3)

    @pytest.mark.parametrize("way", WAYS)
    def test_questions_it_was_trained_on_are_found_out(self, folders: tuple[Path, Path], way: str) -> None:
        from metier.clients.local import LocalClient

        exam, others = ([record.prompt for record in _records(12, seed=seed)] for seed in (1, 2))
        (seen,) = against_reference(exam, others, LocalClient(folders[1]), ways=[way])
        (clean,) = against_reference(exam, others, LocalClient(folders[0]), ways=[way])
        assert seen.auroc > 0.95
        assert seen.p_value < 0.001
        assert clean.p_value > 0.01

    def test_the_command_reports_it(self, folders: tuple[Path, Path], tmp_path: Path) -> None:
        paths = [tmp_path / "exam.jsonl", tmp_path / "other.jsonl"]
        for path, seed in zip(paths, (1, 2), strict=True):
            write_lines([record.item for record in _records(12, seed=seed)], path)
        command = ["evaluate", "audit", str(paths[0]), "--client", f"local:{folders[1]}", "--probe", "min-k"]
        done = CliRunner().invoke(app, [*command, "--probe", "8", "--reference", str(paths[1])])
        assert "min-k: -" in done.output
        assert "text_remembered" in done.output
        assert done.exit_code == 1


def test_only_what_holds_at_one_in_a_hundred_is_a_finding() -> None:
    from metier.evaluate.audit.memory import Memory
    from metier.evaluate.audit.min_k import Surprise

    told = [
        Surprise(way="min-k", against="options", count=9, seen=-1.0, expected=-2.0, auroc=0.8, p_value=p)
        for p in (0.009, 0.02)
    ]
    found = check_memory(Memory(recited=(), tried=0, orders=(), surprises=tuple(told)))
    assert [one.rule for one in found] == ["text_remembered"]
