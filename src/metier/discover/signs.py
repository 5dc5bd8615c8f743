"""Which words and files are signs of a kind of skill? The tables of `metier.discover.classify`.

Each sign is a word of a trade or a phrase of procedure, chosen for what it means; none is the name of a package, an
author or a product that one package alone is about.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from metier.skill import Scope

_PROGRAM = (".py", ".sh", ".bash", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".ps1", ".go", ".rs", ".lua", ".r")
_NO_PROGRAM = ("tests", "test", "examples", "evals", "references", "assets", "templates")


def is_program(path: str) -> bool:
    """Whether a file of a package does its work: code, outside of tests, examples and references.

    >>> is_program("scripts/fill.py"), is_program("tests/test_fill.py"), is_program("dist/cli.d.ts")
    (True, False, False)
    """
    place = PurePosixPath(path.lower())
    return (
        place.suffix in _PROGRAM
        and not path.lower().endswith(".d.ts")
        and not any(part in _NO_PROGRAM for part in place.parts[:-1])
    )


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


PROGRAMS = re.compile(r"\bscripts/[\w./-]{1,200}\.(?:py|sh|js|mjs|ts|rb|pl|ps1)\b")
"""A program of its own that the text names, where the files themselves are not at hand."""

REGISTRY = re.compile(r"(?:^|/)(?:_meta\.json|skill\.json|plugin\.json|marketplace\.json|skill\.oms\.sig)$")
"""Files by which a registry or a marketplace knows a package."""

GATES = re.compile(
    r"\b(?:do not (?:skip|proceed|continue|start|advance)|don't (?:skip|proceed)|never (?:skip|proceed)"
    r"|must (?:pass|be completed|succeed|complete)|(?:required|hard|mandatory) rules?|gates?"
    r"|stop (?:and|if|here|until|the)|fail[- ]fast|(?:wait for|without|explicit) (?:\w+ )?(?:approval|confirmation)"
    r"|only (?:proceed|continue) (?:if|when|after)|before (?:proceeding|moving on))\b",
    re.IGNORECASE,
)

GROWS = re.compile(
    r"\b(?:self[- ](?:improv|evolv|learn)\w*|lessons? learned"
    r"|(?:log|record|save|append|store|capture)s? (?:\w+ ){0,3}(?:learnings?|lessons?|new skills?)"
    r"|skills? library (?:grows|evolves)|learns? from (?:its|past|previous|each|every))\b",
    re.IGNORECASE,
)

MAKES_SKILLS = re.compile(
    r"\b(?:creat|craft|author|generat|build|writ|design|packag|extract|synthesi[sz])\w*\b[^.\n]{0,40}?"
    r"\b(?:skills|(?:agent|new|a|custom) skill)\b|\bskill[- ]?(?:creator|builder|maker|craft)",
    re.IGNORECASE,
)

SCOPES = {
    Scope.SOFTWARE: _words(
        r"code(?:base|s)?", r"coding", r"refactor\w*", r"repos?(?:itor(?:y|ies))?", r"git", r"github",
        r"pull requests?", r"commits?", r"compil\w+", r"debug\w*", r"unit tests?", r"pytest", r"deploy\w*",
        r"docker\w*", r"kubernetes", r"containers?", r"ci/cd", r"frontend", r"backend", r"frameworks?",
        r"components?", r"schemas?", r"sql", r"npm", r"developers?", r"readme", r"changelogs?", r"css",
        r"typescript", r"sdk", r"kernels?", r"gpus?", r"cuda",
        r"training", r"fine-?tun\w*", r"inference", r"checkpoints?", r"library", r"api design", r"infrastructure",
        r"websites?", r"web apps?", r"software", r"programming", r"architect\w*", r"vulnerabilit\w+",
    ),
    Scope.WEB: _words(
        r"browsers?", r"scrap(?:e|es|ing|er)", r"crawl\w*", r"playwright", r"puppeteer", r"selenium", r"web ?pages?",
        r"headless", r"web search", r"websearch", r"click", r"web interface",
    ),
    Scope.DESKTOP: _words(
        r"macos", r"applescript", r"windows", r"desktop", r"clipboard", r"screenshots?", r"files? on disk", r"finder",
        r"local files?", r"notes? app", r"operating system", r"file manager", r"on disk", r"window manager",
        r"terminal",
    ),
    Scope.PHYSICAL: _words(
        r"robot\w*", r"vehicles?", r"cars?", r"sensors?", r"smart home", r"thermostats?", r"lights?", r"drones?",
        r"glucose", r"wearables?", r"actuators?", r"3d print\w*", r"vacuum", r"home assistant",
        r"cameras?", r"gripper", r"iot", r"bluetooth", r"health monitor\w*",
    ),
    Scope.MULTI_TOOL: _words(
        r"orchestrat\w+", r"multi-provider", r"several services", r"end-to-end",
        r"multiple (?:tools|services|providers|apis|platforms)", r"sub-skills?", r"automate workflows?",
        r"workflow automation", r"workflows?",
    ),
}  # fmt: skip
"""Words of the places where a skill acts. What has none of them acts on a single tool."""
