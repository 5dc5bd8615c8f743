"""`metier evaluate hierarchy` and `representation`: exams over trees of codes, and how alike two models hold them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, as_lines, place, say, table

if TYPE_CHECKING:
    from metier.evaluate.representation import LayerLikeness

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
trees = typer.Typer(name="hierarchy", help="Exams over trees of codes.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(trees)

Columns = Annotated[str, typer.Option(help="A column, where it is not among the usual names.")]


@trees.command()
def questions(
    codes: Annotated[Path, typer.Argument(help="CSV, TSV or JSON, plain or gzip.")],
    level: Annotated[list[str] | None, typer.Option(help="easy, medium or hard; by default all.")] = None,
    arm: Annotated[str, typer.Option(help="direct, chain_of_thought, structured, placebo or shuffled.")] = "direct",
    direction: Annotated[str, typer.Option(help="describe a code, or find one.")] = "describe",
    name: Annotated[str, typer.Option(help="What the codes are called; by default the name of the file.")] = "",
    code: Columns = "",
    parent: Columns = "",
    description: Columns = "",
    prefix: Annotated[list[int] | None, typer.Option(min=1, help="Lengths of prefixes that are codes too.")] = None,
    encoding: str = "utf-8-sig",
    seed: int = 0,
    out: Annotated[Path | None, typer.Option(help="Write the Items to this file.")] = None,
) -> None:
    """Write one question a code and level, as Items. What is left out is counted on standard error.

    Example: metier evaluate hierarchy questions codes.tsv --level hard --arm structured --out exam.jsonl
    """
    from metier.errors import ConfigError
    from metier.evaluate.hierarchy.prompts import items_of
    from metier.evaluate.hierarchy.questions import LEVELS, make_questions
    from metier.evaluate.hierarchy.read import read_tree
    from metier.faces.files import write_lines

    columns = {"code": code, "parent": parent, "description": description}
    tree = read_tree(codes, name=name, **columns, prefixes=prefix, encoding=encoding)
    try:
        made = make_questions(tree, levels=level or LEVELS, seed=seed)
        items = items_of(tree, made.questions, arm=arm, direction=direction, seed=seed)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    if out:
        write_lines(items, out)
    else:
        as_lines(items)
    say(f"{len(items)} questions about {len(tree)} codes of {tree.name}")
    for (of_level, reason), count in sorted(made.left_out.items()):
        say(f"left out: {count} {of_level}, {reason}")


@trees.command()
def score(
    codes: Annotated[Path, typer.Argument(help="The tree: CSV, TSV or JSON, plain or gzip.")],
    exam: Annotated[Path, typer.Option(help="The Items of `questions`, as JSON lines.")],
    run: Annotated[Path, typer.Option(help="A transcript, or attempts as JSON lines.")],
    name: Annotated[str, typer.Option(help="What the codes are called; by default the name of the file.")] = "",
    code: Columns = "",
    parent: Columns = "",
    description: Columns = "",
    prefix: Annotated[list[int] | None, typer.Option(min=1, help="Lengths of prefixes that are codes too.")] = None,
    encoding: str = "utf-8-sig",
    seed: int = 0,
    json: AsJson = False,
) -> None:
    """Score a run: accuracy and paths by stratum with intervals, hierarchical measures, and the bins over epochs.

    Example: metier evaluate hierarchy score codes.tsv --exam exam.jsonl --run run.jsonl
    """
    from metier.errors import InputError
    from metier.evaluate.hierarchy.answers import answers_of, report
    from metier.evaluate.hierarchy.read import read_tree
    from metier.faces.files import read_items, read_run

    columns = {"code": code, "parent": parent, "description": description}
    tree = read_tree(codes, name=name, **columns, prefixes=prefix, encoding=encoding)
    items = {item.item_id: item for item in read_items(exam)}
    answers, left_out = answers_of(tree, items, (line.attempt for line in read_run(run)))
    if not answers:
        raise InputError(
            f"No attempt in {str(run)!r} answers an item of {str(exam)!r} about {tree.name}.",
            hint="Give the exam that the run took, made from this tree by `metier evaluate hierarchy questions`.",
        )
    found = report(tree, answers, left_out=left_out, seed=seed)
    if json:
        as_json(found)
        return
    whole, paths = found.score, found.paths
    say(f"{whole.answered} of {whole.answers} attempts name an option; {left_out} left out as none of this exam's")
    rows = []
    for name in found.accuracy:
        cells = (found.accuracy[name], found.recited[name], found.implied[name])
        rows.append((name, *(f"{one.mean:.3f} ({one.low:.3f} to {one.high:.3f})" for one in cells)))
    table(("stratum", "accuracy", "recited path", "implied path"), rows)
    table(
        ("measure", "value"),
        (
            ("accuracy beyond chance", f"{whole.beyond_chance:.3f}"),
            ("hP / hR / hF", f"{whole.precision:.3f} / {whole.recall:.3f} / {whole.f1:.3f}"),
            ("depth of the common ancestor", f"{whole.common_depth:.3f}"),
            ("too general", f"{whole.too_general:.3f}"),
            ("recited path, harmonic / mean", f"{paths.recited[0]:.3f} / {paths.recited[1]:.3f}"),
            ("its control", f"{paths.recited_control[0]:.3f} / {paths.recited_control[1]:.3f}"),
            ("implied path, harmonic / mean", f"{paths.implied[0]:.3f} / {paths.implied[1]:.3f}"),
            ("its control", f"{paths.implied_control[0]:.3f} / {paths.implied_control[1]:.3f}"),
            ("recital beyond the answer", f"{paths.beyond[0]:+.3f} / {paths.beyond[1]:+.3f}"),
            *((f"epochs right: {name}", count) for name, count in found.epochs.items()),
        ),
    )


@trees.command()
def gap(
    exam: Annotated[list[Path], typer.Option(help="The Items that were taken, as JSON lines; once for each arm.")],
    weak: Annotated[Path, typer.Option(help="The run of the weak model as it is.")],
    helped: Annotated[Path, typer.Option(help="Its run with the prompt.")],
    strong: Annotated[Path, typer.Option(help="The run of the strong model.")],
    majority: Annotated[bool, typer.Option("--majority", help="Let the epochs of a question vote.")] = False,
    json: AsJson = False,
) -> None:
    """Measure what share of the gap between two models a prompt closes, paired by question, with its interval.

    Example: metier evaluate hierarchy gap --exam direct.jsonl --exam structured.jsonl --weak w.jsonl --helped h.jsonl \
    --strong s.jsonl
    """
    from metier.errors import InputError
    from metier.evaluate.hierarchy.gap import gap_of_runs
    from metier.faces.files import read_items, read_run

    items = {item.item_id: item for path in exam for item in read_items(path)}
    runs = [[line.attempt for line in read_run(path)] for path in (weak, helped, strong)]
    try:
        found, left_out = gap_of_runs(items, *runs, by_majority=majority)
    except ValueError as error:
        raise InputError(str(error), hint="The three runs must answer the same questions of these exams.") from error
    if json:
        as_json({"recovered": found, "left_out": left_out})
        return
    say(f"{found.questions} questions in {found.clusters} clusters; {left_out} left out")
    unsure = "the gap is not told from 0"
    interval = unsure if found.low is None else f"{found.low:.1%} to {found.high:.1%}"
    share = "none" if found.share is None else f"{found.share:.1%}"
    table(
        ("weak", "helped", "strong", "share recovered", "95 % interval"),
        [(f"{found.weak:.3f}", f"{found.helped:.3f}", f"{found.strong:.3f}", share, interval)],
    )


@app.command()
def representation(
    one: Annotated[Path, typer.Argument(parser=place, help="The folder of a transformers model.")],
    other: Annotated[Path, typer.Argument(parser=place, help="Another of the same width and number of layers.")],
    texts: Annotated[Path | None, typer.Option(help="Statements, one a line.")] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Codes and descriptions, as CSV: each is stated as a fact and asked as a query.")
    ] = None,
    permutations: Annotated[int, typer.Option(min=1)] = 999,
    html: Annotated[Path | None, typer.Option(help="Write a page with curves by layer to this file.")] = None,
    seed: int = 0,
    json: AsJson = False,
) -> None:
    """Compare the last-token states of two models layer by layer, beside a permutation null and random text.

    Example: metier evaluate representation base/ tuned/ --pairs codes.csv
    """
    from functools import partial

    from metier.clients.states import last_states
    from metier.errors import ConfigError, InputError
    from metier.evaluate.hierarchy.read import read_tree
    from metier.evaluate.representation import over_pairs, over_texts
    from metier.faces.files import make_writable, read_lines
    from metier.faces.page import write_page
    from metier.faces.represented import as_page

    if (texts is None) == (pairs is None):
        raise ConfigError("Expected either --texts or --pairs.", hint="--texts FILE has a statement a line.")
    if html:
        make_writable(html, "--html")
    page = partial(as_page, str(one), str(other), permutations=permutations, seed=seed)
    models = (partial(last_states, one), partial(last_states, other))
    try:
        if texts:
            plain = over_texts(*models, read_lines(texts), permutations=permutations, seed=seed)
            if html:
                write_page(page({"statements": plain}), html)
            as_json(plain) if json else _show_layers(plain)
            return
        assert pairs is not None
        tree = read_tree(pairs)
        told = [pair for pair in zip(tree.codes, tree.descriptions, strict=True) if pair[1]]
        found = over_pairs(*models, told, permutations=permutations, seed=seed)
    except ValueError as error:
        raise InputError(str(error)) from error
    if html:
        kinds = {"facts": found.facts, "queries": found.queries}
        write_page(page(kinds, contrast=found.contrast), html)
    if json:
        as_json(found)
        return
    say("Facts:")
    _show_layers(found.facts)
    say("Queries:")
    _show_layers(found.queries)
    say("Facts less queries, paired by code:")
    rows = [
        (c.layer, f"{c.difference:+.3f}", f"{c.low:+.3f}", f"{c.high:+.3f}", f"{c.p_value:.3g}") for c in found.contrast
    ]
    table(["layer", "difference", "low", "high", "p (Holm)"], rows)


def _show_layers(found: list[LayerLikeness]) -> None:
    rows = (
        (
            layer.layer,
            *(f"{value:.3f}" for value in (layer.cosine, layer.low, layer.high, layer.permuted)),
            "" if layer.random_text is None else f"{layer.random_text:.3f}",
            f"{layer.p_value:.3g}",
        )
        for layer in found
    )
    table(["layer", "cosine", "low", "high", "permuted", "random text", "p (Holm)"], rows)
