"""`metier evaluate paper`: check and grade an exam paper of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, as_lines, say, table

if TYPE_CHECKING:
    from metier.client import Client
    from metier.evaluate.paper import Paper

app = typer.Typer(
    name="paper",
    help="Exam papers with points, parts, options and rubrics.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

PaperPath = Annotated[Path, typer.Argument(help="The paper, a .json or .toml file.")]


@app.command()
def check(paper: PaperPath, json: AsJson = False) -> None:
    """Find every fault of a paper: points that do not add up, answers that are no option. Exit code 1 if any.

    Example: metier evaluate paper check midterm.toml
    """
    from metier.evaluate.paper import check_paper, read_paper

    read = read_paper(paper)
    found = check_paper(read, text=paper.read_text(encoding="utf-8"))
    if json:
        as_json(found)
    else:
        table(["line", "place", "rule", "message"], [(f.line or "", f.place, f.rule, f.message) for f in found])
    say(f"{len(read.questions)} questions: {len(found)} faults")
    if found:
        raise typer.Exit(1)


@app.command()
def items(paper: PaperPath) -> None:
    """Write each question as an item, a JSON line each: the prompts that a model is asked.

    Example: metier evaluate paper items midterm.toml
    """
    from metier.evaluate.paper import item_of, leaves

    read = _sound(paper)
    as_lines(item_of(leaf, read) for leaf in leaves(read))


@app.command()
def grade(
    paper: PaperPath,
    answers: Annotated[Path | None, typer.Option(help="JSON: an answer for each question, by '3' or '3.b'.")] = None,
    client: Annotated[
        str | None, typer.Option(help="Let this client answer: URL#MODEL, replay:FILE, FILE.toml.")
    ] = None,
    judge: Annotated[str | None, typer.Option(help="The client that reads free answers; as --client.")] = None,
    record: Annotated[Path | None, typer.Option(help="Record what the judge says, to be replayed later.")] = None,
    max_tokens: Annotated[int, typer.Option(min=1)] = 1024,
    json: AsJson = False,
) -> None:
    """Grade the answers to a paper, with points earned as a range where a part could not be told.

    Example: metier evaluate paper grade midterm.toml --answers answers.json --judge replay:judge.jsonl
    """
    from contextlib import ExitStack, closing

    from metier.border import load_json
    from metier.clients.replay import RecordingClient
    from metier.errors import ConfigError
    from metier.evaluate.paper import answers_of, mark_paper
    from metier.faces.files import make_writable, read_text
    from metier.graders import grader_for

    if (answers is None) == (client is None):
        raise ConfigError("Expected either --answers or --client.")
    read = _sound(paper)
    if record:
        make_writable(record, "--record")
    with ExitStack() as opened:
        if answers:
            said = load_json(dict[str, str], read_text(answers), where=str(answers))
        else:
            assert client is not None
            said = answers_of(read, opened.enter_context(closing(_client(client))), max_tokens=max_tokens)
        reader = _client(judge) if judge else None
        if reader and record:
            reader = RecordingClient(reader, record)
        if reader:
            opened.enter_context(closing(reader))
        marked = mark_paper(read, said, grader_for=grader_for, judge=reader)
    if json:
        as_json(marked)
    else:
        columns = ["question", "kind", "points", "earned", "unscored", "reason"]
        rows = [(m.path, m.kind, f"{m.points:g}", f"{m.low:g}", f"{m.unscored:g}", m.reason) for m in marked.marks]
        table(columns, rows)
    earned = f"{marked.low:g}" if marked.low == marked.high else f"{marked.low:g} to {marked.high:g}"
    say(f"{earned} of {marked.points:g} points")


def _sound(path: Path) -> Paper:
    """A paper without faults."""
    from metier.errors import InputError
    from metier.evaluate.paper import check_paper, read_paper

    read = read_paper(path)
    if found := check_paper(read):
        raise InputError(
            f"{path}: {found[0].place}: {found[0].message}",
            hint=f"See all {len(found)} with: metier evaluate paper check {path}",
        )
    return read


def _client(spec: str) -> Client:
    from metier.clients.open import is_file_of_options, open_client, read_options

    return open_client(read_options(Path(spec)) if is_file_of_options(spec) else spec, where="--client")
