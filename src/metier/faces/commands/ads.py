"""`metier discover page|corpus|learn`: what was found in ads, shown, counted, and asked about."""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, place, say, table

if TYPE_CHECKING:
    from metier.discover.extraction.corpus import Share

Found = Annotated[Path, typer.Argument(help="Extractions as JSON lines; `-` is standard input.")]


class Period(StrEnum):
    """How dates are put together."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


class Doubt(StrEnum):
    """Why a sentence is worth a question."""

    MARGIN = "margin"
    ENTROPY = "entropy"
    DISAGREEMENT = "disagreement"


def page(
    found: Found,
    html: Annotated[Path, typer.Option(help="The page to write.")] = Path("ads.html"),
    first: Annotated[int, typer.Option(min=1, help="The number of the first ad to show.")] = 1,
    most: Annotated[int, typer.Option(min=1, help="How many ads to show.")] = 20,
    title: Annotated[str, typer.Option(help="The title of the page.")] = "Skills in ads",
) -> None:
    """Show ads with the skills that were found in them: named, implied, why, and how sure.

    Example: metier discover page found.jsonl --html ads.html --most 1
    """
    from metier.discover.extraction.stream import read_extractions
    from metier.errors import InputError
    from metier.faces.extracted import as_page, told
    from metier.faces.files import make_writable
    from metier.faces.page import write_page

    make_writable(html, "--html")
    shown = list(islice(read_extractions(found), first - 1, first - 1 + most))
    if not shown:
        raise InputError(f"{str(found)!r} has no ad number {first}.")
    write_page(as_page(shown, title=title), html)
    say(f"{told(shown)} {html}")


def corpus(
    found: Found,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots to this file.")] = None,
    taxonomy: Annotated[
        Path | None,
        typer.Option("--taxonomy", "-t", parser=place, metavar="<path>", help="A CSV of concepts, for the groups."),
    ] = None,
    least: Annotated[float, typer.Option(min=0, max=1, help="Skills less probable than this do not count.")] = 0.5,
    period: Annotated[Period, typer.Option(help="How dates are put together.")] = Period.MONTH,
    most: Annotated[int, typer.Option(min=1, help="Rows to list.")] = 20,
    title: Annotated[str, typer.Option(help="The title of the page.")] = "What the ads ask for",
    json: AsJson = False,
) -> None:
    """Count what many ads ask for: skills, groups, pairs and change over time, with intervals.

    Example: metier discover corpus found.jsonl --html corpus.html
    """
    from metier.discover.extraction.corpus import survey
    from metier.discover.extraction.stream import read_extractions
    from metier.discover.taxonomies import load_taxonomy
    from metier.faces.demanded import as_page, told
    from metier.faces.files import make_writable
    from metier.faces.page import write_page
    from metier.faces.words import percent

    if html:
        make_writable(html, "--html")
    tree = load_taxonomy(taxonomy) if taxonomy else None
    counted = survey(read_extractions(found), taxonomy=tree, least=least, period=period.value)
    if html:
        write_page(as_page(counted, title=title), html)
    if json:
        as_json(counted)
        return
    table(
        ("skill", "ads", "share, %", "95 % interval", "named"),
        (
            (
                one.label,
                one.share.count,
                percent(one.share.value),
                _interval(one.share),
                one.num_named,
            )
            for one in counted.skills[:most]
        ),
    )
    say(f"{told(counted)} {counted.num_undated:,} without a date.")


def learn(
    found: Annotated[Path, typer.Argument(help="Extractions as JSON lines, or labels with --read.")],
    out: Annotated[
        Path | None, typer.Option(help="Write to this file, .csv or JSON lines; else standard output.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="How many sentences to ask about.")] = 100,
    by: Annotated[list[Doubt] | None, typer.Option(help="Measures of doubt, in turn; all by default.")] = None,
    near: Annotated[float, typer.Option(min=0.01, max=1, help="Sentences that overlap so far are the same.")] = 0.6,
    per_skill: Annotated[int, typer.Option(min=1, help="How often to ask about one skill.")] = 5,
    read: Annotated[bool, typer.Option("--read", help="Read labels back and write training records.")] = False,
) -> None:
    """Choose the sentences to label next, or read the labels back as training records.

    Example: metier discover learn found.jsonl --out to-label.csv
    """
    from metier.discover.extraction.answers import as_csv, as_lines, read_answers
    from metier.discover.extraction.learn import pick
    from metier.discover.extraction.stream import read_extractions
    from metier.discover.supervision.labelled import Labelled
    from metier.faces.files import make_writable

    if out:
        make_writable(out, "--out")
    if read:
        answers = read_answers(found)
        nothing = (Labelled(text=text, concepts=()) for text in answers.none)
        _write("".join(f"{line}\n" for line in map(_record, [*answers.labelled, *nothing])), out)
        say(
            f"Sentences with skills: {len(answers.labelled)}, without: {len(answers.none)}, "
            f"with refused proposals: {len(answers.refused)}, still open: {answers.num_open}"
        )
        return
    measures = [one.value for one in by or Doubt]
    queries = pick(read_extractions(found), most=most, by=measures, near=near, per_skill=per_skill)
    as_table = out is not None and out.suffix.lower() == ".csv"
    _write(as_csv(queries) if as_table else "".join(f"{line}\n" for line in as_lines(queries)), out)
    say(f"Sentences to label: {len(queries)}")


def _record(labelled: object) -> str:
    from metier.digest import canonical

    return canonical(labelled).decode()


def _write(text: str, path: Path | None) -> None:
    from metier.faces.page import write_page

    if path is None:
        typer.echo(text, nl=False)
    else:
        write_page(text, path)


def _interval(share: Share) -> str:
    from metier.faces.words import percent

    return f"{percent(share.low)} to {percent(share.high)}"
