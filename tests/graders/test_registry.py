"""A grader is found by name, with options that it knows; a slip stops before the first answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from metier.errors import GraderError
from metier.graders import filter_items, grader_for, grader_names, make_grader, reward
from metier.item import Item

PLUG_IN = """
from metier.attempt import Grade


class Length:
    def __init__(self, **options):
        self.at_most = options.get("at_most", 3)

    def __call__(self, item, answer):
        return Grade.correct() if len(answer) <= self.at_most else Grade.incorrect("long")


def broken(**options):
    raise RuntimeError("no luck")


def silent(**options):
    return None
"""


@pytest.fixture
def _plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package on the path that offers graders, as if it had been installed."""
    (tmp_path / "plug_in_of_a_test.py").write_text(PLUG_IN)
    info = tmp_path / "plug_in_of_a_test-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plug-in-of-a-test\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[metier.graders]\ntest-length = plug_in_of_a_test:Length\ntest-broken = plug_in_of_a_test:broken\n"
        "test-silent = plug_in_of_a_test:silent\ntest-absent = plug_in_of_a_test:absent\n"
        "regex = plug_in_of_a_test:Length\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_the_names_are_those_of_the_entry_points() -> None:
    assert {"exact", "choice", "number", "regex", "program", "weighted"} <= set(grader_names())


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(GraderError, match=r"No grader is called 'numbr'\.") as refused:
        grader_for(Item(prompt="?", reference="5", grader="numbr"))
    assert refused.value.hint == "Did you mean 'number'?"


def test_an_unknown_option_is_refused_with_the_nearest() -> None:
    with pytest.raises(GraderError, match=r"Grader 'number' has no option 'relativ'\.") as refused:
        grader_for(Item(prompt="?", reference="5", grader="number", policy={"relativ": 0.1}))
    assert refused.value.hint == "Did you mean 'relative'?"


@pytest.mark.parametrize(
    ("grader", "policy"),
    [
        ("number", {"relative": "0.1"}),
        ("number", {"relative": True}),
        ("number", {"significant": 2.5}),
        ("number", {"after": 5}),
        ("number", {"percent": "no"}),
        ("number", {"relative": -1}),
        ("exact", {"after": None}),
        ("exact", {"case": "lower"}),
        ("exact", {"case": ["fold"]}),
        ("regex", {"whole": 1}),
        ("program", {"check": 5}),
        ("program", {}),
        ("weighted", {}),
    ],
)
def test_an_option_of_the_wrong_type_is_refused(grader: str, policy: dict) -> None:
    with pytest.raises(GraderError):
        grader_for(Item(prompt="?", reference="5", grader=grader, policy=policy))


@pytest.mark.parametrize("policy", [["relative"], "relative", 5, {"relative": {0.1}}, {"relative": object()}, {1: 2}])
def test_a_policy_of_the_wrong_type_is_refused(policy: object) -> None:
    with pytest.raises(GraderError):
        grader_for(Item(prompt="?", reference="5", grader="number", policy=policy))  # type: ignore[arg-type]


@pytest.mark.usefixtures("_plug_in")
def test_a_plug_in_is_found_by_its_entry_point() -> None:
    assert "test-length" in grader_names()
    item = Item(prompt="?", reference="", grader="test-length", policy={"at_most": 4})
    assert reward(item, "four") == 1.0
    assert reward(item, "three") == 0.0


@pytest.mark.usefixtures("_plug_in")
@pytest.mark.parametrize(
    ("name", "message"),
    [("test-broken", "no luck"), ("test-silent", "callable"), ("test-absent", "cannot be loaded")],
)
def test_what_a_plug_in_raises_is_attributed_to_it(name: str, message: str) -> None:
    with pytest.raises(GraderError, match=f"{name}.*{message}"):
        make_grader(name, {})


@pytest.mark.usefixtures("_plug_in")
def test_a_name_that_two_packages_offer_is_refused() -> None:
    from metier.graders import registry

    registry._kind.cache_clear()
    with pytest.raises(GraderError, match="Several packages offer a grader called 'regex'"):
        make_grader("regex", {})


def test_the_same_policy_gives_the_same_grader() -> None:
    first = Item(prompt="1", reference="5", grader="number", policy={"relative": 0.1, "absolute": 0.2})
    second = Item(prompt="2", reference="6", grader="number", policy={"absolute": 0.2, "relative": 0.1})
    assert grader_for(first) is grader_for(second)


def test_an_unscored_answer_has_no_reward_and_passes_no_filter() -> None:
    item = Item(prompt="?", reference="5", grader="number")
    dropped: Counter[str] = Counter()
    assert reward(item, "unsure") is None
    assert list(filter_items([(item, "unsure"), (item, "5"), (item, "6")], dropped)) == [(item, "5")]
    assert dropped == {"no_number": 1, "different": 1}
