"""`metier discover`: which skills do these documents speak of?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.faces.commands import ablating, ads, extracting, labelling, mentions, taxonomies, training
from metier.faces.show import AsJson, as_json, place, say, table

app = typer.Typer(name="discover", help="Find skills in documents.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def find(
    paths: Annotated[list[Path], typer.Argument(help="Text, Markdown, or saved papers pages.")],
    taxonomy: Annotated[
        Path, typer.Option("--taxonomy", "-t", parser=place, metavar="<path>", help="A CSV of concepts.")
    ],
    json: AsJson = False,
) -> None:
    """Find the concepts of a taxonomy in documents and make a skill of each.

    Example: metier discover find examples/first-trade/documents/handbook.md -t examples/first-trade/taxonomy.csv
    """
    from metier.discover.papers import Unread
    from metier.discover.read import read_documents
    from metier.discover.survey import survey
    from metier.discover.taxonomies import load_taxonomy

    unread: list[Unread] = []
    concepts = load_taxonomy(taxonomy)
    found = survey((d for path in paths for d in read_documents(path, name=str(path), unread=unread)), concepts)
    if json:
        as_json({"discovery": found, "unread": [{"line": u.line, "text": u.text} for u in unread]})
        return
    table(
        ("skill", "mentions", "first named in"),
        ((skill.name, found.mentions[skill.name], skill.provenance[0]) for skill in found.skills),
    )
    for lines in unread:
        say(f"line {lines.line} fits no block of a papers page: {lines.text}")


app.command("label")(labelling.label)
app.command("mentions")(mentions.mentions)
for command in (ads.page, ads.corpus, ads.learn):
    app.command()(command)
app.command()(training.train)
app.command()(extracting.extract)
app.command()(training.calibrate)
app.command()(extracting.measure)
app.command()(ablating.ablate)
app.add_typer(taxonomies.app)
