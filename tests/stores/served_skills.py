"""Small packages, and a server in memory that can be made to lie."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metier.errors import NotStored
from metier.skill import Skill
from metier.stores.served.consent import Answer, Question
from metier.verdict import ExposureTier, Finding, Severity, Verdict, VettingTier


def manifest(name: str, *, body: str = "Add the numbers.", more: str = "") -> bytes:
    """A SKILL.md."""
    return f"---\nname: {name}\ndescription: About {name}.\nlicense: MIT\n{more}---\n{body}\n".encode()


def write(folder: Path, path: str, *, files: Mapping[str, bytes] | None = None, data: bytes = b"", **head: str) -> Path:
    """Write a package below a folder and return its folder."""
    place = folder / path
    place.mkdir(parents=True, exist_ok=True)
    (place / "SKILL.md").write_bytes(data or manifest(place.name, **head))
    for name, content in (files or {}).items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def judging(*severities: Severity, **by_name: ExposureTier) -> Any:
    """A judge that gives each skill the exposure of its name, else lets it be read."""

    def judge(place: Path, skill: Skill) -> Verdict:
        exposure = by_name.get(skill.name.replace("-", "_"), ExposureTier.INSTRUCTIONS)
        findings = tuple(Finding(rule="planted", severity=one, message="It was planted.") for one in severities)
        return Verdict(
            skill=skill.name,
            digest=skill.digest,
            vetting=VettingTier(exposure.value),
            exposure=exposure,
            reasons=("planted",),
            findings=findings,
        )

    return judge


def digest(data: bytes) -> str:
    """The digest of bytes as an entry gives it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Server:
    """A server in memory: keeps the promise of `Reader`, and counts what is read of it.

    Args:
        skills: The files of each skill by its path, SKILL.md as `SKILL.md`.
    """

    def __init__(self, skills: Mapping[str, Mapping[str, bytes]], *, page_size: int = 2) -> None:
        self.files = {f"skill://{path}/{name}": data for path, files in skills.items() for name, data in files.items()}
        self.entries: list[Any] = [self.entry(path) for path in skills]
        self.reads: list[str] = []
        self.page_size = page_size

    def entry(self, path: str, **frontmatter: Any) -> dict[str, Any]:
        """The entry of a skill as its files are now."""
        prefix = f"skill://{path}/"
        name = path.rpartition("/")[2]
        head = {"name": name, "description": f"About {name}.", "license": "MIT", **frontmatter}
        files = {uri: data for uri, data in self.files.items() if uri.startswith(prefix)}
        return {
            "uri": f"{prefix}SKILL.md",
            "frontmatter": head,
            "resources": [{"uri": uri, "digest": digest(data), "size": len(data)} for uri, data in files.items()],
        }

    def skills(self, cursor: str | None) -> tuple[Sequence[object], str | None]:
        start = int(cursor or 0)
        end = start + self.page_size
        return self.entries[start:end], str(end) if end < len(self.entries) else None

    def skill(self, uri: str) -> object:
        path = uri.removeprefix("skill://").removesuffix("/SKILL.md")
        if uri not in self.files:
            raise NotStored(f"No skill is served at {uri!r}.")
        return next((one for one in self.entries if one["uri"] == uri), None) or self.entry(path)

    def read(self, uri: str) -> bytes:
        self.reads.append(uri)
        if uri not in self.files:
            raise NotStored(f"Nothing is served at {uri!r}.")
        return self.files[uri]


class User:
    """Answers questions and remembers them."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.questions = list(answers), list[Question]()

    def __call__(self, question: Question) -> Answer:
        self.questions.append(question)
        return self.answers.pop(0) if self.answers else Answer.NO
