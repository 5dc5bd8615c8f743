"""How do the evals of a skill package become Items, and Attempts the files that its author expects?

The formats are those of agentskills (docs, "Evaluating skill output quality") and of its skill-creator:
`evals/evals.json` beside the SKILL.md, and below a workspace `eval-…/with_skill/` and `without_skill/` with
`grading.json` and `timing.json`, and one `benchmark.json`. Reading is lenient where those two differ, and knows the
words of NVIDIA's evals (`question`, `ground_truth`, `expected_behavior`); keys that none knows are kept, used for
nothing, and written back. Writing follows the first, and keeps the word for expectations that a file had. A prompt, an
expectation and a file are data: nothing is run.
"""

from __future__ import annotations

import json
import math
import os
import unicodedata
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from metier.border import load
from metier.errors import InputError
from metier.item import Item
from metier.stores.plain import open_plain

GRADER = "expectations"
"""The grader of a case that states expectations; `metier.evaluate.expectations` has it, as it needs a model."""

_MAX_BYTES = 1 << 20
_ALIASES = {
    "assertions": "expectations",
    "expected_behavior": "expectations",
    "question": "prompt",
    "ground_truth": "expected_output",
    "name": "eval_name",
}
_INPUT_FILE = "\n\nInput file "
_WHOLE_ALIASES = {"skill": "skill_name", "cases": "evals"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case of a skill.

    Attributes:
        id: A number or a name, unique among the cases.
        expected_output: What success looks like, for people; with a `grader` of ours, the right answer.
        files: Input files, relative to the folder of the skill.
        expectations: Statements about the output that can be checked.
        grader, policy, cluster: Ours: how to grade without a model, and which cases stand or fall together.
        expectations_key: The key that the case states expectations under, where it is another than that of the file.
        other: Keys of the author's own; nothing reads them.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    id: int | str
    prompt: str
    expected_output: str = ""
    files: tuple[str, ...] = ()
    expectations: tuple[str, ...] = ()
    eval_name: str = ""
    grader: str = ""
    policy: Mapping[str, Any] | None = None
    cluster: str = ""
    expectations_key: str = ""
    other: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evals:
    """The test cases of a skill, as `evals/evals.json` holds them; `other` as in `Case`.

    Attributes:
        expectations_key: The key that the file states expectations under, in its first case that has some.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    skill_name: str
    evals: tuple[Case, ...]
    expectations_key: str = "assertions"
    other: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unused(self) -> dict[str, int]:
        """The keys that nothing reads, each with how many cases have it."""
        return dict(Counter(key for case in self.evals for key in case.other))


def read_evals(path: str | Path, *, skill_name: str = "") -> Evals:
    """Read the cases of a skill.

    Args:
        path: The JSON file, or the folder of a skill with `evals/evals.json`.
        skill_name: For a file that is a bare list of cases.

    Raises:
        InputError: It cannot be read, is no JSON, has no cases, or a case has no prompt or an `id` of another.
    """
    file = Path(path) / "evals" / "evals.json" if Path(path).is_dir() else Path(path)
    data = _json(file)
    whole = _known({"evals": data} if isinstance(data, list) else data, Evals, _WHOLE_ALIASES)
    if not isinstance(whole, dict) or not isinstance(whole.get("evals"), list) or not whole["evals"]:
        raise InputError(
            f"Expected evals in {str(file)!r}, found none.",
            hint='For example {"skill_name": "…", "evals": [{"id": 1, "prompt": "…", "expectations": ["…"]}]}.',
        )
    key = _expectations_key(whole["evals"]) or "assertions"
    cases = [_case(one, number, key) for number, one in enumerate(whole["evals"], start=1)]
    read = {"skill_name": skill_name, **whole, "evals": cases, "expectations_key": key}
    found = load(Evals, read, where=str(file))
    twice = [case_id for case_id, times in Counter(str(case.id) for case in found.evals).items() if times > 1]
    if twice:
        raise InputError(f"{file}: the id {min(twice)!r} is that of several evals.", hint="Give each its own.")
    return found


def evals_json(evals: Evals) -> dict[str, Any]:
    """Give the content of an `evals.json`; reading it back gives the same cases.

    >>> evals_json(Evals(skill_name="sum", evals=(Case(id=1, prompt="1 + 1 =", expectations=("It is 2",)),)))["evals"]
    [{'id': 1, 'prompt': '1 + 1 =', 'expected_output': '', 'assertions': ['It is 2']}]
    """
    cases = [_plain(case, evals.expectations_key) for case in evals.evals]
    return {**evals.other, "skill_name": evals.skill_name, "evals": cases}


def items_of(evals: Evals, folder: str | Path | None = None) -> dict[str, Item]:
    """Make an Item of each case, by its id.

    Expectations are graded by the grader `expectations`, a case with a `grader` by that one, and any other is compared
    with its expected output by the same grader `expectations`.

    Args:
        folder: The skill's folder: the text of a case's input files is put below its prompt.

    Raises:
        InputError: An input file is missing, lies outside of the folder, is no text, or is larger than 1 MiB.

    >>> evals = Evals(skill_name="sum", evals=(Case(id=1, prompt="1 + 1 =", expected_output="2", grader="number"),))
    >>> items_of(evals)["1"].grader
    'number'
    """
    return {str(case.id): _item(case, evals.skill_name, Path(folder) if folder else None) for case in evals.evals}


def own_items(items: Mapping[str, Item], path: Path, folder: Path) -> frozenset[str]:
    """Tell which items came with a skill itself, by their identifiers: what a package brings does not vouch for it.

    Args:
        items: The cases that are asked.
        path: The file they were read from; all of a file inside the package are its own.
        folder: The package; what its own `evals/evals.json` asks is its own in any file, of whatever input files.
    """
    if path.resolve().is_relative_to(folder.resolve()):
        return frozenset(item.item_id for item in items.values())
    asked: set[str] = set()
    with suppress(InputError):  # evals that cannot be read ask nothing
        asked = {words for case in read_evals(folder).evals for words in wordings(case.prompt)}
    return frozenset(item.item_id for item in items.values() if wordings(item.prompt) & asked)


def wordings(prompt: str, *, least_lines: int = 1) -> frozenset[str]:
    """Reduce the prompt of an item to its words: all of it, and what is asked without the text of its input files.

    Args:
        least_lines: Leave out what has fewer lines.

    >>> sorted(wordings("Add them.\\n\\nInput file a.txt:\\n\\n1 2"))
    ['add them', 'add them input file a txt 1 2']
    """
    asked = (prompt, prompt.partition(_INPUT_FILE)[0])
    return frozenset(worded(one) for one in asked if len(one.strip().splitlines()) >= least_lines)


def worded(text: str) -> str:
    """Reduce a text to its words: letters and digits, case and width aside. What has none stays as it is.

    >>> worded("52 + 12 =?") == worded(" 52+12 = ")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(letter if letter.isalnum() else " " for letter in folded).split()
    return " ".join(words or folded.split())


def _item(case: Case, skill_name: str, folder: Path | None) -> Item:
    prompt = case.prompt
    for path in case.files if folder else ():
        assert folder is not None
        prompt += f"{_INPUT_FILE}{path}:\n\n{_text(folder, path)}"
    expected = case.expectations or ((case.expected_output,) if case.expected_output else ())
    own = {"expectations": list(expected)} if not case.grader else dict(case.policy or {})
    return Item(
        prompt=prompt,
        reference=case.expected_output,
        grader=case.grader or GRADER,
        policy=own,
        cluster=case.cluster,
        source=f"{skill_name} evals {case.id}",
    )


def _case(case: object, number: int, expectations_key: str) -> object:
    known = _known(case, Case, _ALIASES)
    if not isinstance(known, dict):
        return known
    said = known.get("expectations")
    one = {"expectations": [said]} if isinstance(said, str) else {}
    own = _expectations_key([case])
    return {"id": number, **known, **one, "expectations_key": "" if own == expectations_key else own}


def _known(data: object, noun: type[Case] | type[Evals], aliases: Mapping[str, str]) -> object:
    """The keys that a noun knows, under its names for them; others, and a second word for one thing, as `other`.

    A word under which nothing is said leaves the thing to the other.
    """
    if not isinstance(data, dict):
        return data
    names = _names(noun)
    kept: dict[str, Any] = {}
    other: dict[str, Any] = {}
    for key, value in data.items():
        name = aliases.get(key, key)
        if key != name and (kept.get(name) or data.get(name)):
            name = key
        if name not in names:
            other[key] = value
        elif value is not None:
            kept[name] = value or kept.get(name, value)
    return {**kept, "other": other}


def _names(noun: type[Case] | type[Evals]) -> list[str]:
    """The keys of a file that a noun knows."""
    return [field.name for field in fields(noun) if field.name not in ("other", "expectations_key")]


def _expectations_key(cases: list[Any]) -> str:
    """The key under which the first case that states expectations does so, if one does."""
    for case in cases:
        for key, said in case.items() if isinstance(case, dict) else ():
            if said and _ALIASES.get(key, key) == "expectations":
                return "expectations" if case.get("expectations") else key
    return ""


def _plain(case: Case, expectations_key: str) -> dict[str, Any]:
    own = case.expectations_key or expectations_key
    # A word that the case uses for something else is not written over.
    names = {"expectations": "expectations" if own in case.other else own}
    whole = {name: getattr(case, name) for name in _names(Case)}
    lists = {names.get(key, key): list(said) if isinstance(said, tuple) else said for key, said in whole.items()}
    always = ("id", "prompt", "expected_output")
    return {**{key: value for key, value in lists.items() if key in always or value}, **case.other}


def _text(folder: Path, path: str) -> str:
    inside = PurePosixPath(path)
    place = folder / path
    try:
        leads_to, home = Path(os.path.realpath(place)), os.path.realpath(folder)
    except ValueError as error:
        raise InputError(f"The input file {path!r} has no name of a file: {error}.") from error
    if inside.is_absolute() or ".." in inside.parts or not leads_to.is_relative_to(home):
        raise InputError(f"The input file {path!r} lies outside of {str(folder)!r}.", hint="Put it below evals/files/.")
    return _read(place)


def _read(path: Path) -> str:
    try:
        # It may be a stranger's, so a pipe or a device that it leads to is not waited for.
        with os.fdopen(open_plain(os.path.realpath(path)), encoding="utf-8-sig") as file:
            if os.fstat(file.fileno()).st_size > _MAX_BYTES:
                hint = "Evals are small text files."
                raise InputError(f"{str(path)!r} is larger than {_MAX_BYTES} bytes.", hint=hint)
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Cannot read {str(path)!r} as text: {error}.") from error


def _json(path: Path) -> Any:
    try:
        return json.loads(_read(path), parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{str(path)!r} is no JSON: {error}.") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no finite number")
    return number
