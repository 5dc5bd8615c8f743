"""Do the rules say what a package is made of, where it acts and which patterns it follows?"""

from __future__ import annotations

import statistics
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.border import load
from metier.digest import plain
from metier.discover.classify import classify
from metier.discover.signs import is_program
from metier.discover.systems import systems
from metier.skill import File, Pattern, Representation, Scope, Skill

COMMANDS = (
    "## Use\n\n```bash\ncurl -s https://api.example.org/v1/rates\ncurl -s https://api.example.org/v1/codes\n```\n"
)
PROCEDURE = "\n".join(
    f"{n}. Verify the input, then ask the user before you decide. Never skip; always choose the safe one."
    for n in range(9)
)
SCRIPT = "import sys\nfor line in sys.stdin:\n    print(line)\n"


def skill(policy: str = "", *paths: str, description: str = "Does one thing.", name: str = "one") -> Skill:
    files = tuple(File(path=path, size=1, digest="sha256:0") for path in ("SKILL.md", *paths))
    return Skill(name=name, description=description, policy=policy, files=files)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (skill("Think about tone. Keep it short."), Representation.NATURAL_LANGUAGE),
        (skill(COMMANDS), Representation.TOOL_MACRO),
        (skill(f"```python\n{SCRIPT * 9}```\n"), Representation.CODE),
        (skill("Run it.", "scripts/run.py"), Representation.CODE),
        (skill(PROCEDURE, "scripts/run.py"), Representation.HYBRID),
        (skill(PROCEDURE + "\n" + COMMANDS), Representation.HYBRID),
        (skill("Speak.", "model.safetensors"), Representation.POLICY),
        (skill("Think.", "tests/test_it.py", "references/a.py"), Representation.NATURAL_LANGUAGE),
    ],
)
def test_what_it_is_made_of_shows_in_files_and_text(made: Skill, expected: Representation) -> None:
    assert classify(made).representation == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Look up the exchange rate of a day.", Scope.SINGLE_TOOL),
        ("Refactor a codebase and open pull requests on GitHub.", Scope.SOFTWARE),
        ("Scrape web pages with a headless browser.", Scope.WEB),
        ("Take screenshots on macOS and tidy the desktop.", Scope.DESKTOP),
        ("Drive a robot arm and read its sensors.", Scope.PHYSICAL),
        ("Orchestrate workflows over multiple services.", Scope.MULTI_TOOL),
    ],
)
def test_where_it_acts_shows_in_what_it_says(description: str, expected: Scope) -> None:
    assert classify(skill(description=description)).scope == expected


@pytest.mark.parametrize(
    ("made", "fields", "pattern"),
    [
        (skill("Run it.", "scripts/run.py"), {}, Pattern.CODE),
        (skill("Do not skip a step. Stop if a check fails. Do not proceed without approval."), {}, Pattern.WORKFLOW),
        (skill("After each run, save lessons to notes.md."), {}, Pattern.SELF_EVOLVING),
        (skill(PROCEDURE, "scripts/run.py"), {}, Pattern.HYBRID_MACRO),
        (skill(description="Create new skills from a transcript."), {}, Pattern.META_SKILL),
        (skill("", "_meta.json"), {}, Pattern.MARKETPLACE),
        (skill(), {"metadata": {"version": "1.2.0"}}, Pattern.MARKETPLACE),
    ],
)
def test_each_pattern_has_its_sign_and_a_bare_skill_has_none_of_them(
    made: Skill, fields: dict[str, object], pattern: Pattern
) -> None:
    found = classify(made, fields)
    assert pattern in found.patterns
    assert any(reason.startswith(pattern.number) for reason in found.reasons)
    assert classify(skill("Think about tone.")).patterns == (Pattern.PROGRESSIVE_DISCLOSURE,)


def test_a_program_named_in_the_text_counts_only_where_no_files_are_at_hand() -> None:
    text = "Run `scripts/run.py`."
    assert Pattern.CODE in classify(skill(text)).patterns
    assert Pattern.CODE not in classify(skill(text, "README.md")).patterns


def test_a_classified_skill_keeps_its_digest() -> None:
    made = skill("Run it.", "scripts/run.py")
    assert classify(made).on(made).digest == made.digest
    assert Pattern.CODE in classify(made).on(made).patterns


@given(st.text(max_size=300), st.text(max_size=80), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_is_classified_and_the_order_of_files_does_not_matter(
    policy: str, description: str, paths: list[str]
) -> None:
    found = classify(skill(policy, *paths, description=description))
    assert found == classify(skill(policy, *reversed(paths), description=description))
    assert len(found.reasons) == 2 + len(found.patterns)


@pytest.mark.parametrize(
    "text",
    [
        *("```" * 40_000, "`" * 200_000, "```\n" * 50_001, "1. " * 60_000, "create " * 30_000),
        *(f"# {run * 100_000}x" for run in (" ", "-", "#", "1", "- ", "\t")),
        *("#\n" * 100_000, f"```\n{chr(10) * 100_000}x\n```", "scripts/" * 20_000),
    ],
    ids=range(14),
)
def test_a_text_made_to_be_slow_is_classified_like_any_other(text: str) -> None:
    """A rule that goes over the text once for each of its places would not come back from these."""
    assert classify(skill(text, description=text[:2000])).scope == Scope.SINGLE_TOOL


def test_a_block_ends_at_its_own_fence_and_an_open_one_at_the_end() -> None:
    inside = f"~~~python\n```\n{SCRIPT * 9}```\n~~~\nEnd."
    assert classify(skill(inside)).representation == Representation.CODE
    assert classify(skill(f"```python\n{SCRIPT * 9}")).representation == Representation.CODE


def test_tests_examples_and_declarations_are_no_programs() -> None:
    assert [
        path for path in ("run.py", "tests/run.py", "src/a.d.ts", "README.md", "examples/a.sh") if is_program(path)
    ] == ["run.py"]


def test_the_nouns_hold_every_system_of_the_table_and_no_name_twice() -> None:
    every = [system.as_skill() for system in systems()]
    assert len({made.name for made in every}) == len(every) == 19
    assert [load(type(made), plain(made), where="test") for made in every] == every
    assert {pattern for made in every for pattern in made.patterns} == set(Pattern)


def test_the_table_counts_as_the_paper_says_of_it() -> None:
    """Section V-I: median 2; five systems with one, twelve with two, two with four; four are P1 and P7."""
    counts = [len(system.patterns) for system in systems()]
    assert (statistics.median(counts), Counter(counts)) == (2, {1: 5, 2: 12, 4: 2})
    assert [system.name for system in systems() if len(system.patterns) == 4] == ["Claude Code", "OpenClaw"]
    pair = (Pattern.PROGRESSIVE_DISCLOSURE, Pattern.MARKETPLACE)
    assert {s.name for s in systems() if s.patterns == pair} == {"HuggingGPT", "MetaGPT", "AutoGen", "ToolLLM"}


def test_every_printed_cell_has_its_noun_or_is_named_as_outside_the_six_scopes() -> None:
    assert all(system.representations for system in systems())
    assert {system.name for system in systems() if not system.scopes} == {"CRADLE", "AppAgent", "Generative Agents"}
    by_name = {system.name: system for system in systems()}
    assert by_name["Voyager"].scopes == (Scope.PHYSICAL,)
    assert by_name["OpenClaw"].representations == (Representation.CODE, Representation.HYBRID)
    assert by_name["AgentTuning"].as_skill().representation == Representation.POLICY
    assert all(getattr(s, cell) for s in systems() for cell in ("acquisition", "execution", "evaluation", "governance"))
