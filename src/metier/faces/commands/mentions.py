"""`metier discover mentions`: where do these texts name the concepts of a taxonomy?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.faces.show import as_lines, place


def mentions(
    paths: Annotated[list[Path], typer.Argument(help="Text, Markdown, JSON lines, CSV or CoNLL; .gz as well.")],
    taxonomy: Annotated[Path, typer.Option("--taxonomy", "-t", parser=place, metavar="<path>", help="The concepts.")],
    field: Annotated[str, typer.Option(help="The column or key that holds the text.")] = "",
    careful: Annotated[bool, typer.Option("--careful", help="Leave out what is a word of prose, not a skill.")] = False,
    inflections: Annotated[
        bool, typer.Option("--inflections", help='Also "managing staff" for "manage staff"; English, flagged.')
    ] = False,
    nested: Annotated[bool, typer.Option("--nested", help="Also give mentions inside longer ones.")] = False,
) -> None:
    """Write one JSON line for each text: its source, the text, and the mentions with offsets into it.

    Texts are read, matched and written as they come, so a file may be of any size.

    Example: metier discover mentions ads.jsonl.gz -t skills.csv --careful
    """
    from dataclasses import replace
    from itertools import chain, tee

    from metier.discover.match import Matcher
    from metier.discover.matching import rules
    from metier.discover.supervision.reading import read_sentences
    from metier.discover.taxonomies import load_taxonomy

    chosen = replace(rules.careful() if careful else rules.EVERY_FORM, inflections=inflections)
    matcher = Matcher(load_taxonomy(taxonomy), chosen)
    read, again = tee(chain.from_iterable(read_sentences(path, field=field) for path in paths))
    found = matcher.find_all((sentence.text for sentence in again), nested=nested)
    as_lines(
        {"source": sentence.source, "text": sentence.text, "mentions": here}
        for sentence, here in zip(read, found, strict=True)
    )
