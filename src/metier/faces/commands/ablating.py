"""`metier discover ablate`: which negatives, which head, which masking?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.faces.commands.extracting import named_files, need_numpy
from metier.faces.commands.training import on_a_line
from metier.faces.show import AsJson, as_json, place, say, table


def ablate(
    ads: Annotated[list[Path], typer.Argument(help="Your ads: text, Markdown, JSON lines, CSV or CoNLL; .gz as well.")],
    taxonomy: Annotated[
        Path, typer.Option("--taxonomy", "-t", parser=place, metavar="<path>", help="The skills: a file or a folder.")
    ],
    encoder: Annotated[
        Path,
        typer.Option(
            "--encoder", "-e", parser=place, metavar="<path>", help="The folder of a sentence-transformers model."
        ),
    ],
    validation: Annotated[list[str], typer.Option("--validation", "-v", help="NAME=FILE: gold sentences.")],
    hierarchy: Annotated[
        Path | None, typer.Option(parser=place, metavar="<path>", help="A file or folder of ESCO with the hierarchy.")
    ] = None,
    sampler: Annotated[list[str] | None, typer.Option(help="A recipe of negatives; may be repeated.")] = None,
    head: Annotated[list[str] | None, typer.Option(help="`classifier` or `shared`; both by default.")] = None,
    mask: Annotated[list[float] | None, typer.Option(help="Shares of masked sentences; 0 and 0.5 by default.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each arm.")] = 3,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the sentences.")] = 6,
    field: Annotated[str, typer.Option(help="The column or key of the ads that holds the text.")] = "",
    json: AsJson = False,
) -> None:
    """Compare negatives, heads and masking on validation sentences: means over seeds, paired intervals.

    Example: metier discover ablate ads.txt -t esco/ -e models/all-MiniLM-L6-v2 -v tech=tech.csv
    """
    need_numpy()
    from metier.discover.extraction.ablate import ablate as ablated
    from metier.discover.extraction.ablate import rows
    from metier.discover.extraction.encoders import SentenceEncoder
    from metier.discover.extraction.gold import read_gold
    from metier.discover.extraction.heads import HeadTraining
    from metier.discover.extraction.skills import skills_of
    from metier.discover.supervision.labelled import Labelling
    from metier.discover.supervision.supervise import supervise
    from metier.discover.taxonomies import load_taxonomy
    from metier.errors import ConfigError, nearest

    heads = tuple(head or ("classifier", "shared"))
    for one in heads:
        if one not in ("classifier", "shared"):
            raise ConfigError(f"There is no head {one!r}.", hint=nearest(one, ("classifier", "shared")))
    files = named_files(validation)
    concepts = load_taxonomy(taxonomy, hierarchy=hierarchy)
    skills = skills_of(concepts)
    gold = {name: read_gold(file, skills)[0] for name, file in files.items()}
    model = SentenceEncoder(encoder)
    made = supervise(ads, concepts, against=list(files.values()), field=field, settings=Labelling())
    told = on_a_line()
    arms = ablated(
        concepts, skills, made.labelled, model, gold, samplers=sampler or ["random", "siblings", "string-near"],
        heads=heads, masks=mask or [0.0, 0.5], seeds=range(seeds), settings=HeadTraining(epochs=epochs),  # type: ignore[arg-type]
        progress=lambda done, of: told("trained", done, of),
    )  # fmt: skip
    if json:
        as_json({"gate": made.gate, "labelling": made.report, "arms": arms})
        return
    sets = [name for name, read in gold.items() if any(one.skills for one in read)]
    columns = [f"{name} {what}" for name in sets for what in ("RP@5", "implied RP@5", "MRR", "gain in RP@5")]
    table(("negatives", "head", "masked", *columns), rows(arms))
    say(f"{len(made.labelled)} labelled sentences; gains are against the first trained arm, 95 % over sentences.")
