"""`metier discover train|calibrate`: a model of skills, taught by ads of one's own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from metier.faces.commands.extracting import named_files, need_numpy, shown_number
from metier.faces.show import AsJson, as_json, place, say, table


def train(
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
    out: Annotated[Path, typer.Option("--out", "-o", parser=place, metavar="<path>", help="The folder of the model.")],
    validation: Annotated[
        list[str] | None,
        typer.Option("--validation", "-v", help="NAME=FILE: gold sentences that choose weights and probabilities."),
    ] = None,
    labelled: Annotated[
        list[Path] | None,
        typer.Option("--labelled", "-l", help="Sentences with skills that people labelled; they teach as well."),
    ] = None,
    against: Annotated[
        list[Path] | None, typer.Option("--against", "-a", help="An evaluation file that no sentence may come from.")
    ] = None,
    hierarchy: Annotated[
        Path | None, typer.Option(parser=place, metavar="<path>", help="A file or folder of ESCO with the hierarchy.")
    ] = None,
    field: Annotated[str, typer.Option(help="The column or key of the ads that holds the text.")] = "",
    cap: Annotated[int, typer.Option(help="Sentences that one skill keeps.")] = 20,
    epochs: Annotated[int, typer.Option(min=1, help="Passes of the encoder over the examples.")] = 1,
    frozen: Annotated[int, typer.Option(min=0, help="Lower layers of the encoder that stay as they are.")] = 2,
    rate: Annotated[float, typer.Option(help="Greatest learning rate of the encoder.")] = 8e-5,
    mask: Annotated[float, typer.Option(min=0, max=1, help="Share of the mentions that are cut out.")] = 0.2,
    names: Annotated[int, typer.Option(min=0, help="Other names of a skill that are shown in a pass.")] = 1,
    sampler: Annotated[str, typer.Option(help="Further negatives, such as `random:3,siblings:1`.")] = "siblings",
    negatives: Annotated[int, typer.Option(min=0, help="How many of them for each example.")] = 1,
    untuned: Annotated[bool, typer.Option("--untuned", help="Leave the encoder as it came.")] = False,
    eight_bit: Annotated[bool, typer.Option("--eight-bit", help="Also write the encoder in eight bits.")] = False,
    seed: Annotated[int, typer.Option(help="What chance follows from.")] = 0,
    json: AsJson = False,
) -> None:
    """Train a model on your own ads: no span is annotated, the ads are labelled by the skills that they name.

    Example: metier discover train ads.txt -t esco/ -e models/all-MiniLM-L6-v2 -v tech=tech.csv -o model
    """
    need_numpy()
    from metier.discover.extraction.encoders import SentenceEncoder
    from metier.discover.extraction.sentences import split
    from metier.discover.extraction.skills import skills_of
    from metier.discover.extraction.taught import taught
    from metier.discover.extraction.train import Training
    from metier.discover.extraction.train import train as trained
    from metier.discover.extraction.tune import Tuning
    from metier.discover.supervision.labelled import Labelling
    from metier.discover.supervision.reading import read_sentences
    from metier.discover.supervision.supervise import supervise
    from metier.discover.taxonomies import load_taxonomy

    files = named_files(validation or ())
    concepts = load_taxonomy(taxonomy, hierarchy=hierarchy)
    model = SentenceEncoder(encoder)
    exams = [*(against or ()), *files.values()]
    made = supervise(ads, concepts, against=exams, field=field, settings=Labelling(cap=cap, seed=seed))
    people, passed = taught(labelled or (), skills_of(concepts), against=exams)
    if not made.gate.against:
        say("No evaluation file was named (--against, --validation): what you evaluate on may stand in these ads.")
    leaked = {leak.text for leak in made.gate.leaks}
    sentences = [s.text for path in ads for s in read_sentences(path, field=field, split=split) if s.text not in leaked]
    settings = Training(
        tuning=Tuning(
            seed=seed, epochs=epochs, frozen=frozen, rate=rate, masked=mask, names=names, negatives=negatives
        ),
        sampler=sampler, tuned=not untuned, eight_bit=eight_bit,
    )  # fmt: skip
    report = trained(
        concepts, made.labelled, model, out, taught=people, sentences=sentences, validation=files, settings=settings,
        progress=on_a_line(),
    )  # fmt: skip
    if json:
        as_json(
            {
                "gate": made.gate,
                "gate_of_labelled": passed,
                "labelling": made.report,
                "training": report,
                "out": out.as_posix(),
            }
        )
        return
    table(("what", "how many"), [*made.gate.rows(), *made.report.rows()])
    if labelled:
        say(f"People labelled {len(people)} sentences more; {len(passed.leaks)} were kept out, as an exam holds them.")
    _show_report(report)
    say(f"Negatives: {report['negatives']}. The model is in {out}.")


def calibrate(
    model: Annotated[Path, typer.Argument(parser=place, help="The folder of a model.")],
    validation: Annotated[list[str], typer.Option("--validation", "-v", help="NAME=FILE: gold sentences.")],
    json: AsJson = False,
) -> None:
    """Choose the weights and probabilities of a model anew, on gold sentences of your own.

    Example: metier discover calibrate model -v own=labelled.csv
    """
    need_numpy()
    from metier.discover.extraction.train import refit

    report = refit(model, named_files(validation))
    if json:
        as_json(report)
        return
    _show_report(report)


def on_a_line() -> Callable[[str, int, int], None]:
    """A line on a terminal that is written over; nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda stage, done, of: None

    def told(stage: str, done: int, of: int) -> None:
        sys.stderr.write(f"\r{stage}: {done} of {of}\x1b[K" + ("\n" if done >= of else ""))
        sys.stderr.flush()

    return told


def _show_report(report: Any) -> None:
    table(("stage", "CPU seconds"), [(name, f"{value:.1f}") for name, value in report["cpu_seconds"].items()])
    table(
        ("path", "validation", "sentences", "RP@5", "MRR", "implied hit@5"),
        [
            (path, name, one["num_sentences"],
             *(shown_number(one[key]) if one[key] is not None else "-" for key in ("rp5", "mrr", "implicit_hit5")))
            for path, sets in report["validation"].items()
            for name, one in sets.items()
        ],
    )  # fmt: skip
