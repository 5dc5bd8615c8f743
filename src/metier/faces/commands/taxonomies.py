"""`metier discover taxonomy`: what does this taxonomy hold, is it sound, what changed, what of my records?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from metier.faces.show import AsJson, as_json, place, say, table

if TYPE_CHECKING:
    from metier.discover.taxonomies import Loaded

app = typer.Typer(name="taxonomy", help="Read, check, compare and migrate taxonomies.", no_args_is_help=True)

Source = Annotated[
    Path, typer.Argument(parser=place, help="ESCO, SKOS, CSV or text, a file or folder; or a folder of skills.")
]
Languages = Annotated[str, typer.Option(help="Languages, the one of the labels first: en,de; all by default.")]
Hierarchy = Annotated[
    Path | None,
    typer.Option(parser=place, metavar="<path>", help="A file or folder of ESCO whose hierarchy is laid over it."),
]
History = Annotated[
    Path | None,
    typer.Option("--history", help="What replaced what: a CSV of conceptUri,replacedBy, a JSON object, or SKOS."),
]
Pillar = Annotated[Literal["skills", "occupations"], typer.Option(help="Which pillar of ESCO.")]


@app.command()
def show(
    path: Source,
    concept: Annotated[str, typer.Argument(help="The identifier of one concept.")] = "",
    languages: Languages = "",
    hierarchy: Hierarchy = None,
    pillar: Pillar = "skills",
    json: AsJson = False,
) -> None:
    """Show what a taxonomy holds, or one concept with its neighbours.

    Example: metier discover taxonomy show examples/first-trade/taxonomy.csv reverse
    """
    from metier.discover.taxonomies import load_taxonomy

    tree = load_taxonomy(path, languages=_codes(languages), hierarchy=hierarchy, pillar=pillar)
    if concept:
        one = tree[concept]
        around = {
            "ancestors": tree.ancestors(concept),
            "children": tree.children(concept),
            "siblings": tree.siblings(concept),
            "related": tree.related(concept),
        }
        if json:
            as_json({"concept": one, **around})
            return
        rows = [("label", one.label), *(("also", alt) for alt in one.alt_labels), ("kind", one.kind)]
        rows += [(code, " · ".join(labels)) for code, labels in one.translations] + [("definition", one.definition)]
        rows += [(what, f"{tree[other].label}  {other}") for what, others in around.items() for other in others]
        table((concept, ""), [row for row in rows if row[1]])
    elif json:
        as_json({"digest": tree.digest, "taxonomy": tree})
    else:
        table(("concept", "label", "kind"), ((c.id, c.label, c.kind) for c in tree))
    if tree.attribution:
        say(tree.attribution)


@app.command()
def check(
    path: Source,
    languages: Languages = "",
    hierarchy: Hierarchy = None,
    pillar: Pillar = "skills",
    json: AsJson = False,
) -> None:
    """Count what a taxonomy holds and list what does not fit; exit 1 if it is refused.

    Example: metier discover taxonomy check examples/first-trade/taxonomy.csv
    """
    from metier.discover.taxonomies import read_taxonomy

    loaded = read_taxonomy(path, languages=_codes(languages), hierarchy=hierarchy, pillar=pillar)
    if json:
        tree = loaded.taxonomy
        as_json(
            {
                "version": tree.version if tree else "",
                "digest": tree.digest if tree else "",
                "counts": loaded.counts,
                "notes": loaded.notes,
            }
        )
    else:
        table(("what", "count"), loaded.counts.items())
        _tell(loaded)
    raise typer.Exit(1 if loaded.refusals else 0)


@app.command()
def diff(
    old: Source,
    new: Source,
    hierarchy: Hierarchy = None,
    history: History = None,
    counts: Annotated[bool, typer.Option("--counts", help="Only how many changes of each kind.")] = False,
    json: AsJson = False,
) -> None:
    """List what changed from one version to another, by identifier; exit 1 if anything did.

    With a history what was removed and replaced is told apart, with what stands for it.

    Example: metier discover taxonomy diff skills_v1.1.csv skills_v1.2.csv --history replaced.csv
    """
    from metier.discover.taxonomies import diff as compare
    from metier.discover.taxonomies import load_taxonomy, read_history

    replaced = read_history(history) if history else None
    before, after = (load_taxonomy(path, hierarchy=hierarchy) for path in (old, new))
    changes = compare(before, after, history=replaced)
    by_kind = Counter(change.kind for change in changes)
    if json:
        as_json({"counts": by_kind, "changes": [] if counts else changes})
    elif counts:
        table(("change", "concepts"), by_kind.items())
    else:
        table(
            ("change", "concept", "label", "before", "after"),
            ((c.kind, c.concept, c.label, " | ".join(c.before), " | ".join(c.after)) for c in changes),
        )
    raise typer.Exit(1 if changes else 0)


@app.command()
def migrate(
    records: Annotated[Path, typer.Argument(help="JSON lines, or a CSV, that hold identifiers.")],
    old: Source,
    new: Source,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the records go.")],
    history: History = None,
    json: AsJson = False,
) -> None:
    """Carry records to a new version; exit 1 if an identifier is neither kept nor replaced.

    What the taxonomies or a history say is replaced is replaced; for the rest near concepts are proposed and nothing
    is changed.

    Example: metier discover taxonomy migrate ads.jsonl skills_v1.1.csv skills_v1.2.csv --out ads-1.2.jsonl
    """
    from metier.discover.taxonomies import load_taxonomy, migration, read_history
    from metier.discover.taxonomies.table import read_text
    from metier.faces.files import make_writable

    make_writable(out, "--out")
    read = migration.read_records(read_text(records), where=records.name)
    replaced = read_history(history) if history else None
    made = migration.migrate(read, load_taxonomy(old), load_taxonomy(new), history=replaced)
    migration.write_records(made.records, out)
    if json:
        as_json({"fates": made.fates})
    else:
        table(
            ("fate", "concept", "label", "to", "records"),
            (
                (
                    f.kind,
                    f.concept,
                    f.label,
                    " | ".join(f.to or tuple(f"{n[1]} {n[0]}?" for n in f.proposals)),
                    f.records,
                )
                for f in made.fates
                if f.kind != "kept"
            ),
        )
        say(", ".join(f"{made.count(kind)} {kind}" for kind in migration.KINDS))
    raise typer.Exit(0 if all(fate.to for fate in made.fates) else 1)


def _codes(languages: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in languages.split(",") if code.strip())


def _tell(loaded: Loaded) -> None:
    for note in loaded.notes:
        say(f"{'refused' if note.refused else 'told'}: {note}")
