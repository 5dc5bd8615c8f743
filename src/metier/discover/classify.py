"""What kind of skill is this? Representation, scope and design patterns of a package, by rules over what it holds.

The axes and the patterns are those of "SoK: Agentic Skills" (arXiv 2602.20867, sections II and IV). No model is asked
and nothing is run: the rules look at which files there are, how much of the text is code, whether it steps through a
procedure, and which words of a trade it uses. Every class that is given names what spoke for it. A description can say
what it likes, so this is a label for finding and counting, never a ground for trust.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from metier.discover.signs import GATES, GROWS, MAKES_SKILLS, PROGRAMS, REGISTRY, SCOPES, is_program
from metier.skill import Pattern, Representation, Scope, Skill

_FENCE = re.compile(r"[ \t]*(```|~~~)[`~]*[ \t]*([\w+-]*)")
_READ = 8000  # what a skill is about it says at its beginning; the rest only costs time
_SHELL = ("", "sh", "bash", "shell", "console", "zsh", "http", "json", "text")
_COMMAND = re.compile(
    r"^[^\S\n]*(?:\$ )?(?:[A-Z_]+=\S+ )*"
    r"(?:curl|npx|npm|pip3?|uvx?|brew|go|cargo|docker|kubectl|git|gh|sudo|\./|[a-z][\w-]+ (?:--?\w|[a-z\"<\[{$]))",
    re.MULTILINE,
)
_STEP = re.compile(  # one run before the word, of one line: two beside each other make a long one slow
    r"^(?:#[^\w\n]*(?:step|phase|stage) *\w|#{1,4} *\d+[.)]|\d+[.)] +\S)", re.MULTILINE | re.IGNORECASE
)
_GUIDES = re.compile(
    r"\b(?:workflow|ask the user|the user (?:asks|says|wants)|when to use|before (?:you|any|editing|running)|decide"
    r"|choose|prefer|verify|do not|don't|never|must|should|always|if the user|hand ?off)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The classes of a skill, and what spoke for each."""

    representation: Representation
    scope: Scope
    patterns: tuple[Pattern, ...]
    reasons: tuple[str, ...]

    def on(self, skill: Skill) -> Skill:
        """The skill with its patterns. Representation and scope are part of what it is, and stay as it states them."""
        return replace(skill, patterns=self.patterns)


@dataclass(frozen=True, slots=True)
class _Body:
    """What there is to see in the text of a skill."""

    prose: str
    code: str
    share: float
    num_commands: int
    num_steps: int
    num_guides: int

    @property
    def guides(self) -> bool:
        """Whether it leads through a procedure or sets rules, rather than listing calls."""
        return self.num_steps + self.num_guides >= 8 + len(self.prose) // 2500


def classify(skill: Skill, fields: Mapping[str, object] | None = None) -> Classified:
    """Say what a skill is made of, where it acts and which patterns it follows; the same for the same package.

    Args:
        fields: The frontmatter, as `metier.stores.package.Package` has it, for how it is distributed.

    >>> fill = Skill(name="fill", description="Fill a PDF form in the browser.", policy="Open the page and click Fill.")
    >>> found = classify(fill)
    >>> found.representation.value, found.scope.value, [pattern.number for pattern in found.patterns]
    ('natural-language', 'web', ['P1'])
    """
    paths = [file.path for file in skill.files]
    programs = sorted(path for path in paths if is_program(path))
    # Where the files are not at hand, the programs that the text names stand for them.
    named = sorted(set(PROGRAMS.findall(skill.policy))) if len(paths) < 2 else []
    body = _body(skill.policy)
    representation, made = _representation(skill, programs or named, body)
    scope, acts = _scope(skill, body)
    patterns = _patterns(skill, representation, programs or named, paths, body, fields or {})
    reasons = (
        f"{representation.value}: {made}",
        f"{scope.value}: {acts}",
        *(f"{p.number}: {why}" for p, why in patterns),
    )
    return Classified(
        representation=representation, scope=scope, patterns=tuple(p for p, _ in patterns), reasons=reasons
    )


def stated_or_classified(skill: Skill, fields: Mapping[str, object]) -> Classified:
    """Say of a package what its frontmatter states, and of what it does not state what the rules say.

    >>> fill = Skill(name="fill", description="Fill a PDF form in the browser.", policy="Open the page and click Fill.")
    >>> stated_or_classified(fill, {}).scope.value
    'web'
    >>> stated_or_classified(fill, {"metadata": {"metier-scope": "single-tool"}}).scope.value
    'single-tool'
    """
    found, metadata = classify(skill, fields), fields.get("metadata")
    states = metadata if isinstance(metadata, Mapping) else {}
    return replace(
        found,
        representation=skill.representation if "metier-representation" in states else found.representation,
        scope=skill.scope if "metier-scope" in states else found.scope,
    )


def _representation(skill: Skill, programs: list[str], body: _Body) -> tuple[Representation, str]:
    if any(
        PurePosixPath(file.path).suffix in (".safetensors", ".pt", ".ckpt", ".gguf", ".onnx") for file in skill.files
    ):
        return Representation.POLICY, "it holds the weights of a model"
    if programs and body.guides:
        return Representation.HYBRID, f"a program ({programs[0]}) and a procedure in words"
    if programs:
        return Representation.CODE, f"a program ({programs[0]}), and how to call it"
    if body.share >= 0.6 and body.num_commands * 120 < len(body.code):
        return Representation.CODE, f"{body.share:.0%} of the text is code"
    if body.num_commands and body.share >= 0.08:
        if body.guides and body.share < 0.45:
            return Representation.HYBRID, "a procedure in words with commands to run"
        return Representation.TOOL_MACRO, f"{body.num_commands} commands or calls of a tool"
    return Representation.NATURAL_LANGUAGE, "words, with no program and few commands"


def _scope(skill: Skill, body: _Body) -> tuple[Scope, str]:
    head = f"{skill.name.replace('-', ' ')} {skill.description}"
    scores: dict[Scope, tuple[float, set[str]]] = {}
    for scope, pattern in SCOPES.items():
        first = {found.lower() for found in pattern.findall(head)}
        rest = [found.lower() for found in pattern.findall(body.prose[:_READ])]
        # What it says first weighs most; a word that is repeated says little more than one said once.
        score = 3.0 * len(first) + len(set(rest)) * 500 / (500 + min(len(body.prose), _READ) / 4)
        scores[scope] = score, first or set(rest)
    best = max(SCOPES, key=lambda scope: scores[scope][0])
    score, words = scores[best]
    if score < 2.5:
        return Scope.SINGLE_TOOL, "no other place of action stands out"
    return best, f"it speaks of {', '.join(sorted(words)[:3])}"


def _patterns(
    skill: Skill,
    representation: Representation,
    programs: list[str],
    paths: list[str],
    body: _Body,
    fields: Mapping[str, object],
) -> list[tuple[Pattern, str]]:
    text = f"{skill.description}\n{body.prose}"
    gates = GATES.findall(text)
    head = f"{skill.name.replace('-', ' ')}: {skill.description}"
    listed = next((path for path in paths if REGISTRY.search(path)), "") or _versioned(fields)
    found = [
        (Pattern.PROGRESSIVE_DISCLOSURE, "a description stands before the body", bool(skill.description.strip())),
        (Pattern.CODE, "it is or holds a program", bool(programs) or representation == Representation.CODE),
        (Pattern.WORKFLOW, f"{len(gates)} hard gates", len(gates) >= 3),
        (Pattern.SELF_EVOLVING, "it writes down what it learns", bool(GROWS.search(text))),
        (Pattern.HYBRID_MACRO, "words and code in one package", representation == Representation.HYBRID),
        (Pattern.META_SKILL, "it makes skills", bool(MAKES_SKILLS.search(head))),
        (Pattern.MARKETPLACE, f"it is listed by {listed}", bool(listed)),
    ]
    return [(pattern, why) for pattern, why, holds in found if holds]


def _versioned(fields: Mapping[str, object]) -> str:
    metadata = fields.get("metadata")
    keys: Iterable[object] = [*fields, *(metadata if isinstance(metadata, Mapping) else ())]
    return "its version" if "version" in keys else ""


def _body(text: str) -> _Body:
    prose, blocks = _parted(text)
    commands = sum(len(_COMMAND.findall(block)) for language, block in blocks if language in _SHELL)
    code = "\n".join(block for _, block in blocks)
    return _Body(
        prose=prose,
        code=code,
        share=len(code) / max(1, len(text)),
        num_commands=commands,
        num_steps=len(_STEP.findall(prose)),
        num_guides=len(_GUIDES.findall(prose)),
    )


def _parted(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The prose, and the fenced blocks with their language.

    Line by line, as a text could be made on which a pattern over all of it is slow.
    """
    prose: list[str] = []
    blocks: list[tuple[str, list[str]]] = []
    mark = ""
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if mark and fence and fence[1] == mark and not fence[2]:
            mark = ""
        elif mark:
            blocks[-1][1].append(line)
        elif fence:
            mark = fence[1]
            blocks.append((fence[2].lower(), []))
        else:
            prose.append(line)
    return "\n".join(prose), [(language, "\n".join(lines)) for language, lines in blocks]
