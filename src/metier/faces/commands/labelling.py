"""`metier discover label`: make training data of one's own ads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from metier.faces.show import AsJson, as_json, place, say, table


def label(
    ads: Annotated[list[Path], typer.Argument(help="Text, Markdown, JSON lines, CSV or CoNLL; .gz as well.")],
    taxonomy: Annotated[Path, typer.Option("--taxonomy", "-t", parser=place, metavar="<path>", help="The skills.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the labelled sentences go, as JSON lines.")],
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", "-a", help="An evaluation file that no sentence may come from; may be repeated."),
    ] = None,
    field: Annotated[str, typer.Option(help="The column or key of the ads that holds the text.")] = "",
    against_field: Annotated[str, typer.Option(help="The same for the evaluation files.")] = "",
    cap: Annotated[int, typer.Option(help="Sentences that one skill keeps.")] = 20,
    ambiguous: Annotated[
        Literal["drop", "preferred", "all"], typer.Option(help="What a form labels that names several concepts.")
    ] = "drop",
    stop_forms: Annotated[
        Path | None, typer.Option(help="A text file of forms that label nothing, one a line; ours by default.")
    ] = None,
    groups: Annotated[bool, typer.Option("--groups", help="Groups of skills label as well.")] = False,
    mask: Annotated[float, typer.Option(help="The share of positives whose mention is masked.")] = 0.0,
    mask_token: Annotated[str, typer.Option(help="What stands there instead; empty to cut it out.")] = "[MASK]",
    seed: Annotated[int, typer.Option(help="What chance follows from.")] = 0,
    json: AsJson = False,
) -> None:
    """Label the sentences of your ads with the skills they name, kept apart from what you will evaluate on.

    Example: metier discover label ads.txt -t skills.csv --against exam.csv --out train.jsonl
    """
    from dataclasses import replace

    from metier.discover.supervision.labelled import Labelling
    from metier.discover.supervision.reading import read_forms
    from metier.discover.supervision.supervise import supervise
    from metier.discover.taxonomies import load_taxonomy
    from metier.faces.files import make_writable, write_lines

    make_writable(out, "--out")
    settings = Labelling(
        cap=cap,
        ambiguous=ambiguous,
        mask_share=mask,
        mask=mask_token,
        seed=seed,
    )
    if stop_forms:
        settings = replace(settings, stop_forms=read_forms(stop_forms))
    made = supervise(
        ads,
        load_taxonomy(taxonomy),
        against=against or (),
        settings=settings,
        groups=groups,
        field=field,
        against_field=against_field,
    )
    write_lines(made.labelled, out)
    if not made.gate.against:
        say("No evaluation file was named (--against): what you evaluate on later may stand in this training data.")
    if json:
        as_json({"gate": made.gate, "report": made.report, "out": out.as_posix()})
        return
    table(("what", "how many"), [*made.gate.rows(), *made.report.rows()])
    for leak in made.gate.leaks:
        say(f"{leak.source}: taken out, {leak.kind} ({leak.likeness}) of {leak.evaluation_source}: {leak.text[:80]}")
