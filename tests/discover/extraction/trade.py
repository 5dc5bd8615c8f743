"""A small trade of our own: twelve skills in three groups, ads that name them, and gold sentences."""

from __future__ import annotations

import json
from pathlib import Path

from metier.discover.extraction.skills import Skills, skills_of
from metier.taxonomy import Concept, Taxonomy

_GROUPS = {
    "metal": (
        ("weld", "weld steel", ("welding", "join metal with heat"), "Join parts of steel by heat."),
        ("grind", "grind metal surfaces", ("grinding",), "Make metal smooth with a turning stone."),
        ("drawing", "read technical drawings", ("blueprints",), "Understand plans of parts before they are made."),
        ("lathe", "operate a lathe", ("turning",), "Cut round parts on a turning machine."),
    ),
    "food": (
        ("bread", "bake bread", ("baking",), "Make loaves from dough in an oven."),
        ("dough", "knead dough", ("kneading",), "Work flour and water until it is smooth."),
        ("hygiene", "food hygiene", ("HACCP",), "Keep kitchens clean so that nobody falls ill."),
        ("cake", "decorate cakes", ("cake decoration",), "Finish cakes with cream and sugar."),
    ),
    "code": (
        ("java", "Java (computer programming)", ("JDK",), "Write programs in the language Java."),
        ("sql", "SQL", ("query databases",), "Ask tables of a database for rows."),
        ("test", "test software", ("software testing",), "Find faults in programs before users do."),
        ("review", "review code", ("code review",), "Read the programs of others and comment."),
    ),
}

TRADE = Taxonomy(
    name="trade",
    version="7",
    concepts=(
        *(Concept(id=group, label=f"{group} work", kind="skill group") for group in _GROUPS),
        *(
            Concept(id=name, label=label, alt_labels=others, definition=definition, parents=(group,), kind="skill")
            for group, skills in _GROUPS.items()
            for name, label, others, definition in skills
        ),
    ),
)
SKILLS: Skills = skills_of(TRADE)

_FRAMES = (
    "You have some years of experience in {} and like it.",
    "Our small team needs somebody for {} every day.",
    "Good knowledge of {} is what we ask of you here.",
    "You will be responsible for {} in our new hall.",
)
ADS = tuple(
    frame.format(form)
    for place, forms in enumerate(SKILLS.forms)
    for form in forms
    for frame in _FRAMES[place % 2 :: 2]
)

GOLD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("You join metal with heat in our hall.", ("weld",)),
    ("Loaves from our oven are made by you before sunrise.", ("bread", "dough")),
    ("You write programs and find faults in them.", ("test", "java")),
    ("Kitchens are clean when you leave them.", ("hygiene",)),
    ("You understand plans of parts and cut round parts.", ("drawing", "lathe")),
    ("Tables of a database hold no secret for you.", ("sql",)),
    ("Cream and sugar are your colours.", ("cake",)),
    ("You ask for rows and query databases.", ("sql",)),
    ("We sit near the river and like coffee.", ()),
    ("The hall is new and the team is small.", ()),
    ("Somebody will answer your letter.", ()),
    ("Years of sunrise at the river.", ()),
)


def write_trade(folder: Path) -> Path:
    """The taxonomy as a CSV file, which does not say that groups are groups."""
    rows = ["id,label,alt_labels,definition,parents"]
    rows += [
        ",".join(f'"{cell}"' for cell in (c.id, c.label, "|".join(c.alt_labels), c.definition, "|".join(c.parents)))
        for c in TRADE
    ]
    file = folder / "trade.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def write_ads(folder: Path) -> Path:
    """The ads, a sentence a line."""
    file = folder / "ads.txt"
    file.write_text("\n".join(ADS) + "\n", encoding="utf-8")
    return file


def write_gold(folder: Path, name: str = "own.jsonl") -> Path:
    """The gold sentences as JSON lines."""
    file = folder / name
    lines = (json.dumps({"text": text, "skills": list(skills), "asks": bool(skills)}) for text, skills in GOLD)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
