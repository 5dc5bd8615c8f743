"""`metier evaluate scibench`: the exam, its settings, its table and its perfect answerer, from the user's own copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metier.faces.show import AsJson, as_json, place, say, table

app = typer.Typer(
    name="scibench", help="SciBench from your copy of its data.", no_args_is_help=True, rich_markup_mode=None
)

Dataset = Annotated[
    Path, typer.Argument(parser=place, help="Your copy: the repository, or its folder dataset/original.")
]
Setting = Annotated[str, typer.Option(help="zero_nosys, zero, zeroCot, few, fewCot, python or wolfram.")]
Pictures = Annotated[bool, typer.Option("--pictures", help="The problems with a picture too.")]
Stored = Annotated[bool, typer.Option("--stored-golds", help="Do not correct the golds known to be wrong.")]
Whole = Annotated[bool, typer.Option("--whole-units", help="Keep the factor 10^k of a unit in the question.")]


@app.command("exam")
def write_exam(
    dataset: Dataset,
    out: Annotated[Path, typer.Option(help="Write the items to this file.")],
    pictures: Pictures = False,
    stored_golds: Stored = False,
    whole_units: Whole = False,
) -> None:
    """Write the problems as items, for `evaluate take`, `audit` and `attribute`. They are the same in every setting.

    Example: metier evaluate scibench exam scibench/dataset/original --out exam.jsonl
    """
    from metier.evaluate.scibench import exam_of, read_problems
    from metier.faces.files import make_writable, write_lines

    make_writable(out, "--out")
    problems = read_problems(dataset, pictures=pictures)
    exam = exam_of(problems, audited=not stored_golds, whole_units=whole_units)
    write_lines(exam.items, out)
    say(f"{len(exam.items)} items of {len({p.book for p in problems})} books in {out}")


@app.command("take")
def take_exam(
    dataset: Dataset,
    client: Annotated[str, typer.Option(help="URL#MODEL, replay:FILE, local:FOLDER, or FILE.toml.")],
    log: Annotated[Path, typer.Option(help="The transcript; a start with the same file goes on.")],
    setting: Setting = "zeroCot",
    programs: Annotated[
        Path | None, typer.Option(parser=place, metavar="<path>", help="The folder of worked programs, BOOK_I.txt.")
    ] = None,
    max_tokens: Annotated[int, typer.Option(min=1)] = 2048,
    pictures: Pictures = False,
    stored_golds: Stored = False,
    whole_units: Whole = False,
) -> None:
    """Let a model take the exam in one of the seven settings.

    Example: metier evaluate scibench take scibench/ --setting few --client http://127.0.0.1:8000/v1#m --log few.jsonl
    """
    from contextlib import closing

    from metier.clients.open import open_client
    from metier.evaluate.examine import examine
    from metier.evaluate.scibench import exam_of, published, read_problems
    from metier.graders import grader_for

    problems = read_problems(dataset, pictures=pictures)
    exam = exam_of(problems, audited=not stored_golds, whole_units=whole_units, max_tokens=max_tokens)
    strategy = published(setting, problems, programs=programs)
    with closing(open_client(client, where="--client")) as model:
        taken = examine(exam, model, log, grader_for=grader_for, strategy=strategy)
    found = taken.summary
    say(f"{found.correct} of {found.samples} right, {found.unscored} unscored; every word in {log}")


@app.command("table")
def show_table(
    dataset: Dataset,
    runs: Annotated[list[Path], typer.Argument(help="Transcripts, as `take` writes them.")],
    pictures: Pictures = False,
    by_book: Annotated[bool, typer.Option("--by-book", help="A line for each book, with intervals.")] = False,
    json: AsJson = False,
) -> None:
    """Show runs in the layout of the paper's table, by our strict rule and by the released one.

    Example: metier evaluate scibench table scibench/dataset zero.jsonl few.jsonl
    """
    from metier.evaluate.scibench import cells, read_problems, table_of
    from metier.evaluate.transcript import read_head, read_transcript
    from metier.graders import grader_for

    problems = read_problems(dataset, pictures=pictures)
    counted = []
    for run in runs:
        setting = read_head(run).strategy.removeprefix("scibench-").split("-")[0]
        attempts = (line.attempt for line in read_transcript(run))
        counted.append(cells(problems, attempts, setting=setting, grader_for=grader_for))
    if json:
        as_json([cell for run in counted for cell in run])
    elif by_book:
        table(
            ("model", "setting", "book", "answers", "strict", "95 % interval", "released", "unscored"),
            (
                (
                    c.model,
                    c.setting,
                    c.book,
                    c.answers,
                    f"{c.strict:.1%}",
                    f"{c.low:.1%} to {c.high:.1%}",
                    f"{c.released:.1%}",
                    c.unscored,
                )
                for run in counted
                for c in run
            ),
        )
    else:
        table(*table_of(counted))


@app.command("oracle")
def show_oracle(dataset: Dataset, json: AsJson = False) -> None:
    """Show what somebody who knows every answer scores, in seven formats, and how many wrong answers pass.

    Example: metier evaluate scibench oracle scibench/dataset/original
    """
    from metier.evaluate.scibench import read_problems
    from metier.evaluate.scibench.oracle import oracle
    from metier.graders import grader_for

    rows = oracle(read_problems(dataset), grader_for=grader_for)
    if json:
        as_json(rows)
        return
    table(
        ("answer", "right", "problems", "released rule", "ours", "unscored"),
        (
            (
                row.format,
                "yes" if row.right else "no",
                row.problems,
                f"{row.released / row.problems:.1%}",
                f"{row.ours / row.problems:.1%}",
                row.unscored,
            )
            for row in rows
        ),
    )
