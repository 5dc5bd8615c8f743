"""What is a skill? S = (C, π, T, R): when it applies, its policy, when it ends, how it is called.

The four parts, the two axes (representation × scope) and the seven design patterns follow "SoK: Agentic Skills" (arXiv
2602.20867, sections II and IV). A skill is content: two skills with the same digest are the same skill, whatever
state they are in. This module does not know packages, stores or trust; those read skills.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from metier.digest import digest


class Representation(StrEnum):
    """What the policy π is made of."""

    NATURAL_LANGUAGE = "natural-language"
    CODE = "code"
    TOOL_MACRO = "tool-macro"
    POLICY = "policy"
    HYBRID = "hybrid"


class Scope(StrEnum):
    """Where the skill acts."""

    SINGLE_TOOL = "single-tool"
    MULTI_TOOL = "multi-tool"
    WEB = "web"
    DESKTOP = "desktop"
    SOFTWARE = "software-engineering"
    PHYSICAL = "physical"


class Pattern(StrEnum):
    """How the skill is packaged and executed: P1 to P7 of Table III, in that order. A skill may follow several.

    >>> Pattern.CODE.number
    'P2'
    """

    PROGRESSIVE_DISCLOSURE = "progressive-disclosure"
    CODE = "code-as-skill"
    WORKFLOW = "workflow-enforcement"
    SELF_EVOLVING = "self-evolving-library"
    HYBRID_MACRO = "hybrid-macro"
    META_SKILL = "meta-skill"
    MARKETPLACE = "marketplace"

    @property
    def number(self) -> str:
        """P1 to P7, as the paper numbers them."""
        return f"P{list(Pattern).index(self) + 1}"


class State(StrEnum):
    """How far round the wheel a skill has come; `metier.state` says which state may follow which."""

    DISCOVERED = "discovered"
    DISTILLED = "distilled"
    PRACTISED = "practised"
    STORED = "stored"
    COMPOSED = "composed"
    EXECUTED = "executed"
    EVALUATED = "evaluated"
    UPDATED = "updated"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One named input of a callable skill."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: str
    type: str = "string"
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """R: how a skill is called and what it gives back. `call` is a template with one `{name}` for each parameter.

    >>> Interface(call="reverse {text} =", parameters=(Parameter(name="text"),)).fill(text="abc")
    'reverse abc ='
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    call: str = ""
    parameters: tuple[Parameter, ...] = ()
    returns: str = ""

    def fill(self, **values: str) -> str:
        """Write the call with its parameters filled in. Braces inside a value stay as they are.

        Raises:
            KeyError: A parameter has no value.
        """
        text = self.call
        pieces = []
        while text:
            place, parameter = min(
                ((text.find("{" + p.name + "}"), p.name) for p in self.parameters if "{" + p.name + "}" in text),
                default=(-1, ""),
            )
            if place < 0:
                break
            pieces += [text[:place], values[parameter]]
            text = text[place + len(parameter) + 2 :]
        return "".join(pieces) + text


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a package: its path inside the package (forward slashes), size in bytes and digest."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    path: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """A reusable capability: S = (C, π, T, R), what it is made of, where it acts, and where it came from.

    Attributes:
        name: Lower-case letters, digits and hyphens, at most 64 characters, unique in a library.
        description: What it does and when to use it; the only part an agent always sees.
        applicability: C, the condition under which it applies.
        policy: π as text: the instructions, or what the files named in `files` do.
        termination: T, the condition under which it has finished.
        interface: R, how it is called.
        concepts: Identifiers of the concepts of a `Taxonomy` that it belongs to.
        patterns: Which design patterns it follows; a classification, and so no part of its digest.
        provenance: Where it was learnt from: titles, paths, digests of items and runs.

    >>> Skill(name="reverse", description="Write the letters backwards.").digest[:7]
    'sha256:'
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __digest_skip__: ClassVar = ("state", "concepts", "patterns")

    name: str
    description: str
    applicability: str = ""
    policy: str = ""
    termination: str = ""
    interface: Interface = field(default_factory=Interface)
    representation: Representation = Representation.NATURAL_LANGUAGE
    scope: Scope = Scope.SINGLE_TOOL
    version: str = "1.0.0"
    licence: str = ""
    concepts: tuple[str, ...] = ()
    provenance: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    state: State = State.DISCOVERED
    patterns: tuple[Pattern, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of everything but state, concepts and patterns: placing a skill does not change it.

        Files count by path, size and content; their modes, and links of a package, which are no files of it, do not.
        """
        return digest(self)
