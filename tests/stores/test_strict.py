"""The strict verdict is that of skills-ref 0.1.1, word for word, on right packages and wrong ones."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.stores.package import read_package
from metier.stores.strict import Refusal, load_fields, validate, validate_text

GOOD = "---\nname: pdf\ndescription: Fill in forms.\n---\n"
FLOW = "Found ugly disallowed JSONesque flow mapping (surround with ' and ' to make text appear literally)"

# A frontmatter of each kind that packages of the wild have; the mutations begin with these.
SEEDS = (
    "\nname: pdf\ndescription: Fill in forms. Use when asked, or 'told'.\nlicense: MIT\n",
    '\nname: pdf\ndescription: "Fill in: forms"\nmetadata: {"tool":{"emoji":"\U0001f4c4","requires":{"bins":["x"]}}}\n',
    "\nname: pdf\ndescription: >-\n  Fill in\n\n  forms\nmetadata:\n  by: x\n  tags:\n    - a\n    - b\nversion: 1\n",
    "\nname: pdf\ndescription: |\n  Fill in\n    forms\n\n# a comment\nallowed-tools: Bash(git:*)\ncompatibility: x\n",
    "\nname: pdf  # as the folder\ndescription: Use when: asked\n",
    "\n# first\n\nname: 'it''s'\ndescription: \"a\\tb\\u00e9\\\n  c\"\nmetadata:\n  a:\n    b: c\n  d:\n    e: f\n",
    "\nname: pdf\ndescription: goes on\n  over lines\n\n  and on\ntags: [a, b]\ntriggers:\n- x\n- y: z\n",
    "\n? a\n: b\n? - c\n: d\n<<:\n  name: x\n= : =\nk: <<\n",
)
PIECES = (
    "\n", "\n\n", "  ", "\t", ": ", ":", " #x", "# c\n", "- ", "? ", "'", '"', "{", "}", "[", "]", ",", "&a ", "*a",
    "!t ", "|\n", ">-\n", "|2-\n", "<<: ", "%YAML 1.2\n", "%TAG ! x\n", "\n...\n", "\x85", "\u2028", "\ufeff", "\xa0",
    "\\", "\\x41", "\\u12", "\x00", "\u00e9", "=", "~", "name: x\n", "metadata:\n  a: b\n", "- a\n- b\n", "@", "`",
    "\n    ", "\n\n\n# c\n\n", "- - a\n", "a: |\n  x\n\n  y\n # c\n", "\r\n", "\r", "x" * 1030, "k:\n",
    "k: >\n  x\n   y\n\n\n  z\n",
)  # fmt: skip


def reference(act: Callable[[], list[str]]) -> list[str]:
    """What skills-ref says, or the name of the exception in which it ends."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return act()
    except Exception as failure:
        return [type(failure).__name__]


def ours(errors: list[str]) -> list[str]:
    """The errors, with no more than the name of an exception where skills-ref has no words of its own."""
    name = errors[0].partition(":")[0] if errors else ""
    return [name] if name.endswith("Error") and " " not in name else errors


def reference_text(text: str, folder: str) -> list[str]:
    parser = pytest.importorskip(
        "skills_ref.parser", reason="needs the validator of the format: pip install skills-ref"
    )
    from skills_ref.errors import ParseError
    from skills_ref.validator import validate_metadata

    def act() -> list[str]:
        # A file opened as text has no carriage returns left.
        plain = text.replace("\r\n", "\n").replace("\r", "\n")
        try:
            fields, _ = parser.parse_frontmatter(plain)
        except ParseError as failure:
            return [str(failure)]
        return list(validate_metadata(fields, Path("/") / folder))

    return reference(act)


def mutated(rng: random.Random) -> str:
    text = rng.choice(SEEDS)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        at, kind = rng.randrange(len(text) + 1), rng.random()
        lines = text.split("\n")
        if kind < 0.5:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif kind < 0.65:
            text = text[:at] + text[at + rng.randrange(1, 6) :]
        elif kind < 0.8:
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            text = "\n".join(lines)
        else:
            number = rng.randrange(len(lines))
            lines[number] = rng.choice((" ", "  ", "\t")) + lines[number] if kind < 0.9 else lines[number].lstrip()
            text = "\n".join(lines)
    return f"---{text}---\nBody."


@pytest.mark.parametrize("seed", range(4))
def test_mutated_packages_get_the_words_of_skills_ref(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(250):
        text = mutated(rng)
        assert ours(validate_text(text, folder="pdf")) == reference_text(text, "pdf"), text


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts=st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12))
def test_any_frontmatter_gets_the_words_of_skills_ref(parts: list[str]) -> None:
    text = "---\n" + "".join(parts) + "---\n"
    assert ours(validate_text(text, folder="x")) == reference_text(text, "x")


FOLDERS = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1).filter(
    lambda name: name not in (".", "..")
)


@settings(max_examples=200, deadline=None)
@given(name=st.text(max_size=70), folder=FOLDERS)
def test_any_name_gets_the_words_of_skills_ref(name: str, folder: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    text = f'---\nname: "{quoted}"\ndescription: x\n---\n'
    assert ours(validate_text(text, folder=folder)) == reference_text(text, folder)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_seeds_themselves_are_read_alike(seed: str) -> None:
    text = f"---{seed}---\n"
    assert ours(validate_text(text, folder="pdf")) == reference_text(text, "pdf")


# The words below are those of skills-ref 0.1.1 and strictyaml 1.7.3 on the same text.
@pytest.mark.parametrize(
    ("text", "errors"),
    [
        (GOOD, []),
        ("\ufeff" + GOOD, ["SKILL.md must start with YAML frontmatter (---)"]),
        ("---\nname: pdf\n", ["SKILL.md frontmatter not properly closed with ---"]),
        ("---\n---\n", ["SKILL.md frontmatter must be a YAML mapping"]),
        ("---\n- a\n---\n", ["SKILL.md frontmatter must be a YAML mapping"]),
        (GOOD.replace("Fill", "a---b"), []),
        (GOOD.replace("\n", "\r\n"), []),
        (GOOD.replace("pdf", "\uff50\uff44\uff46"), []),
        (GOOD.replace("pdf", "=")[:-4] + "license: <<\n---\n", ["Field 'name' must be a non-empty string"]),
        (GOOD.replace("Fill in forms.", "''"), ["Field 'description' must be a non-empty string"]),
        (GOOD.replace("Fill in forms.", "x" * 1025), ["Description exceeds 1024 character limit (1025 chars)"]),
        (GOOD.replace("pdf", "pdf\ncompatibility:\n- x"), ["Field 'compatibility' must be a string"]),
        (GOOD.replace("pdf", "pdf\nb: c\na: b"), [
            "Unexpected fields in frontmatter: a, b. Only ['allowed-tools', 'compatibility', 'description', 'license', "
            "'metadata', 'name'] are allowed."
        ]),
        (GOOD.replace("pdf", "-P--f"), [
            "Skill name '-P--f' must be lowercase",
            "Skill name cannot start or end with a hyphen",
            "Skill name cannot contain consecutive hyphens",
            "Directory name 'pdf' must match skill name '-P--f'",
        ]),
        (GOOD.replace("pdf", "p" * 65), [
            f"Skill name '{'p' * 65}' exceeds 64 character limit (65 chars)",
            f"Directory name 'pdf' must match skill name '{'p' * 65}'",
        ]),
        (GOOD.replace("pdf", "a: b"), [
            "Invalid YAML in frontmatter: mapping values are not allowed here\n"
            '  in "<unicode string>", line 2, column 8:\n    name: a: b\n           ^ (line: 2)'
        ]),
        (GOOD.replace("pdf", "pdf\nname: pdf"), [
            "Invalid YAML in frontmatter: While parsing\n"
            '  in "<unicode string>", line 3, column 1:\n    name: pdf\n    ^ (line: 3)\n'
            "Duplicate key 'name' found\n"
            '  in "<unicode string>", line 3, column 5:\n    name: pdf\n        ^ (line: 3)'
        ]),
        (GOOD.replace("pdf", "[pdf]"), [
            "Invalid YAML in frontmatter: While scanning\n"
            '  in "<unicode string>", line 2, column 7:\n    name: [pdf]\n          ^ (line: 2)\n'
            f'{FLOW}\n  in "<unicode string>", line 2, column 8:\n    name: [pdf]\n           ^ (line: 2)'
        ]),
        (GOOD.replace("pdf", "p\x07df"), ["AttributeError: 'ReaderError' object has no attribute 'context_mark'"]),
    ],
)  # fmt: skip
def test_the_words_are_those_of_skills_ref(text: str, errors: list[str]) -> None:
    assert validate_text(text, folder="pdf") == errors
    assert ours(errors) == reference_text(text, "pdf")


def odd_folders(top: Path) -> list[Path]:
    """Packages that differ in what lies on the disk."""
    good = GOOD.encode()
    contents: dict[str, bytes] = {
        "plain/pdf": good, "mark/pdf": b"\xef\xbb\xbf" + good, "crlf/pdf": good.replace(b"\n", b"\r\n"),
        "cr/pdf": good.replace(b"\n", b"\r"), "latin/pdf": good + b"\xff\xfe", "nul/pdf": good.replace(b"F", b"\0"),
        "wide/pdf": GOOD.encode("utf-16"), "\ufb01x": b"---\nname: fix\ndescription: x\n---\n",
        "e\u0301": "---\nname: \u00e9\ndescription: x\n---\n".encode(), "empty/pdf": b"",
        "inner/pdf": good, "inner/pdf/nested": good,
    }  # fmt: skip
    for name, content in contents.items():
        (top / name).mkdir(parents=True, exist_ok=True)
        (top / name / "SKILL.md").write_bytes(content)
    for name in ("lower/pdf", "mixed/pdf", "bare/pdf", "linked/pdf", "dangling/pdf", "loop/pdf"):
        (top / name).mkdir(parents=True)
    (top / "lower/pdf/skill.md").write_bytes(good)
    (top / "mixed/pdf/Skill.md").write_bytes(good)
    (top / "linked/pdf/SKILL.md").symlink_to(top / "plain/pdf/SKILL.md")
    (top / "dangling/pdf/SKILL.md").symlink_to("nowhere")
    (top / "dangling/pdf/skill.md").write_bytes(good)
    (top / "loop/pdf/SKILL.md").symlink_to("SKILL.md")
    (top / "folder/pdf/SKILL.md").mkdir(parents=True)
    (top / "file").write_text("x")
    folders = [top / name for name in contents]
    others = ("lower", "mixed", "bare", "linked", "dangling", "loop", "folder")
    return [*folders, *(top / name / "pdf" for name in others), top / "file", top / "nothing"]


def test_what_lies_on_the_disk_is_judged_as_by_skills_ref(tmp_path: Path) -> None:
    skills_ref = pytest.importorskip("skills_ref", reason="needs the validator of the format: pip install skills-ref")
    for folder in odd_folders(tmp_path):
        said = reference(lambda folder=folder: skills_ref.validate(folder))  # type: ignore[misc]
        assert ours(validate(folder)) == said, folder


def test_a_manifest_that_is_a_folder_is_an_error_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "SKILL.md").mkdir()
    assert [error.partition(":")[0] for error in validate(tmp_path)] == ["IsADirectoryError"]


def test_only_a_plain_file_of_a_bounded_size_is_read(tmp_path: Path) -> None:
    for name in ("pipe", "device", "large"):
        (tmp_path / name).mkdir()
    os.mkfifo(tmp_path / "pipe" / "SKILL.md")
    (tmp_path / "device" / "SKILL.md").symlink_to("/dev/zero")
    with (tmp_path / "large" / "SKILL.md").open("wb") as file:
        file.truncate(1 << 40)
    for name in ("pipe", "device"):
        assert validate(tmp_path / name) == [f"Not a plain file: {tmp_path / name}/SKILL.md"]
    assert validate(tmp_path / "large") == [f"Larger than 16777216 bytes: {tmp_path}/large/SKILL.md"]


@pytest.mark.parametrize("deep", ["- " * 30_000 + "x", "[" * 30_000, "{a: " * 5_000])
def test_a_deep_frontmatter_is_refused_and_no_crash(deep: str) -> None:
    assert len(validate_text(f"---\nx:\n  {deep}\n---\n", folder="x")) == 1


@pytest.mark.parametrize("depth", [246, 247])
@pytest.mark.parametrize("level", ["- ", "a:\n"])
def test_the_depth_that_is_read_is_that_of_skills_ref(depth: int, level: str) -> None:
    """Counted with 1,000 frames from a shallow stack, as on a command line."""
    lines = [" " * number + "a:" for number in range(1, depth + 1)]
    below = "- " * depth + "x" if level == "- " else "\n".join(lines) + " x"
    stops = ours(validate_text(f"---\nx:\n{below}\n---\n", folder="x")) == ["RecursionError"]
    assert stops is (depth == 247)


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    errors = validate_text("---\na: &a x\nb: &b [*a, *a]\nc: &c [*b, *b]\n---\n", folder="x")
    assert ["disallowed anchor" in error for error in errors] == [True]


def test_fields_are_read_as_text() -> None:
    text = "---\nname: 1.10\ndescription: yes\nmetadata:\n  on: 2026-01-01\n  none: ~\ntags:\n- 1\n---\n"
    assert load_fields(text) == {
        "name": "1.10",
        "description": "yes",
        "metadata": {"on": "2026-01-01", "none": "~"},
        "tags": ["1"],
    }


@pytest.mark.parametrize(("text", "is_crash"), [("no", False), ("---\na: \x00\n---\n", True), ("---\n{\n---\n", False)])
def test_a_refusal_says_whether_skills_ref_has_words_for_it(text: str, is_crash: bool) -> None:
    with pytest.raises(Refusal) as refusal:
        load_fields(text)
    assert refusal.value.is_crash is is_crash


@pytest.mark.parametrize("mark", ["|", ">", "|+", "|-"])
@pytest.mark.parametrize("field", ["license: {}\n  MIT", "metadata:\n  metier-scope: {}\n    multi-tool"])
@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_block_at_the_end_is_read_as_by_strict_tools(tmp_path: Path, mark: str, field: str, gap: str) -> None:
    text = f"---\nname: pdf\ndescription: Fill in forms.\n{field.format(mark)}\n{gap}---\n"
    (tmp_path / "SKILL.md").write_text(text)
    found = read_package(tmp_path)
    assert found.fields == load_fields(text)
    assert (found.skill.licence or found.skill.scope) in ("MIT", "multi-tool")


@pytest.mark.parametrize("text", [f"---{seed}---\n" for seed in SEEDS] + [GOOD, GOOD.replace("Fill", "a --- b")])
def test_a_package_is_valid_exactly_when_strict_tools_accept_it(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "pdf"
    folder.mkdir()
    (folder / "SKILL.md").write_text(text)
    errors: Any = validate(folder)
    if "description" in text:
        found = read_package(folder)
        assert list(found.refusals) == errors
        assert found.is_valid is (errors == [])
        assert any(fault.level == "error" for fault in found.faults) is (errors != [])
