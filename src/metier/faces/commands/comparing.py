"""`metier evaluate compare`: which of several runs is better, by how much, on what, and how sure."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, say, table

if TYPE_CHECKING:
    from metier.evaluate.columns import Columns
    from metier.evaluate.comparison.compared import Comparison
    from metier.evaluate.comparison.figures import Row

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("compare")
def compare_files(
    runs: Annotated[list[Path], typer.Argument(help="Two or more runs: attempts, .eval logs, samples_*.jsonl.")],
    exam: Annotated[
        Path | None, typer.Option(help="Items as JSON lines, for their clusters and levels; levels become tasks.")
    ] = None,
    measure: Annotated[str, typer.Option(help="Of a log with several scorers or metrics, this one alone.")] = "",
    flips: Annotated[int, typer.Option(min=0, help="How many changed answers to list, losses first.")] = 0,
    effect: Annotated[
        float | None, typer.Option(help="Tell how many questions would show this difference (0.02 is 2 points).")
    ] = None,
    power: Annotated[float, typer.Option(min=0.01, max=0.999, help="Of that, and of the smallest difference.")] = 0.8,
    level: Annotated[float, typer.Option(min=0.5, max=0.9999, help="Of the intervals.")] = 0.95,
    samples: Annotated[int, typer.Option(min=100, help="Resamples of the bootstrap.")] = 4000,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots to this file.")] = None,
    seed: int = 0,
    json: AsJson = False,
) -> None:
    """Compare runs on the same questions. Exit code 1 if a later run is worse than the first beyond chance.

    Example: metier evaluate compare before.jsonl after.jsonl --exam exam.jsonl --html compared.html
    """
    from metier.errors import ConfigError, InputError
    from metier.evaluate.comparison.compared import compare_runs
    from metier.evaluate.comparison.figures import Settings
    from metier.faces.files import make_writable

    if html:
        make_writable(html, "--html")
    try:
        settings = Settings(level=level, seed=seed, samples=samples, power=power, effect=effect)
    except ValueError as error:
        raise ConfigError(str(error), hint="--effect 0.02 asks for 2 points.") from error
    with _uncollected():
        read = _read_all(runs, exam, measure)
        try:
            found = compare_runs(read, settings=settings)
        except ValueError as error:
            hint = "All files must hold answers to the same questions, with scores."
            raise InputError(str(error), hint=hint) from error
    if html:
        from metier.faces.compared import as_page
        from metier.faces.page import write_page

        write_page(as_page(found), html)
    first = next(iter(read))
    worse = [one.name_after for one in found if one.name_before == first and one.is_worse]
    if json:
        as_json({"comparisons": found, "worse": worse})
    else:
        _show(found)
        _show_flips(found, flips)
    for name in worse:
        say(f"{name} is worse than {first} beyond chance")
    if worse:
        raise typer.Exit(1)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for cycles neither meanwhile nor later in what was made: rows have none, and looking costs a fifth."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()
            gc.enable()


def _read_all(runs: Sequence[Path], exam: Path | None, measure: str) -> dict[str, Columns]:
    from metier.errors import InputError
    from metier.evaluate.bridges.read import read_columns
    from metier.evaluate.columns import columns_of
    from metier.evaluate.comparison.placed import placed
    from metier.faces.files import read_items

    if len(runs) < 2:
        raise InputError(f"Expected at least two runs to compare, got {len(runs)}.", hint="compare A B [C …]")
    items = {item.item_id: item for item in read_items(exam)} if exam else None
    read: dict[str, Columns] = {}
    for path, name in zip(runs, _names(runs), strict=True):
        rows = read_columns(path, measure=measure)
        try:
            read[name] = rows if items is None else columns_of(placed(rows, items))
        except ValueError as error:
            raise InputError(f"{path}: {error}", hint="Give --exam the items that the runs answered.") from error
    return read


def _names(runs: Sequence[Path]) -> list[str]:
    """The shortest ends of the paths that tell the runs apart, numbered where one file is given twice."""
    for length in range(1, 1 + max(len(path.parts) for path in runs)):
        names = ["/".join(path.parts[-length:]) for path in runs]
        if len(set(names)) == len(names):
            return names
    return [f"{number}: {path}" for number, path in enumerate(runs, start=1)]


def _show(found: Sequence[Comparison]) -> None:
    table(
        (
            *("runs", "task", "n", "clusters", "before", "after", "difference"),
            *(f"{100 * found[0].settings.level:g} % interval", "p", "Holm p", "gained", "lost", "smallest", "needed"),
        ),
        ((_runs(one), *_cells(row)) for one in found for row in (one.overall, *one.tasks)),
    )
    for one in found:
        _say_the_rest(one)


def _runs(found: Comparison) -> str:
    return f"{found.name_before} → {found.name_after}"


def _cells(row: Row) -> tuple[object, ...]:
    return (
        row.task or "(no name)",
        row.items,
        row.clusters,
        f"{row.before.value:.3f}",
        f"{row.after.value:.3f}",
        f"{row.difference:+.3f}",
        f"{row.low:+.3f} to {row.high:+.3f}",
        f"{row.p_value:.2g}",
        f"{row.holm_p:.2g}",
        row.gained,
        row.lost,
        f"{row.smallest:.3f}",
        "–" if row.needed is None else row.needed,
    )


def _say_the_rest(found: Comparison) -> None:
    row = found.overall
    mcnemar = "–" if row.mcnemar_p is None else f"{row.mcnemar_p:.2g}"
    say(
        f"{_runs(found)}, other tests over all: McNemar p {mcnemar}, t-test p {row.t_test.p_value:.2g}, "
        f"sign flips p {row.flips.p_value:.2g}; BCa {row.bca.low:+.3f} to {row.bca.high:+.3f}"
        + (f" (the interval above, as {row.bca.instead})" if row.bca.instead else "")
        + ("" if row.wild is None else f", wild {row.wild.low:+.3f} to {row.wild.high:+.3f}")
        + f"; design effect {row.design_effect:.2f}"
    )
    spread = row.spread
    if spread.within_before is not None or spread.within_after is not None:
        say(
            f"variance of the differences {spread.total:.3f}, of which {spread.between:.3f} is between questions; "
            "more epochs shrink the rest"
        )
    for name, out in ((found.name_before, found.left_out_before), (found.name_after, found.left_out_after)):
        told = [
            f"{count} {words}"
            for count, words in (
                (len(out.only_here), "questions that the other run lacks"),
                (len(out.unscored), "questions unscored"),
                (out.unscored_epochs, "unscored epochs left out of averages"),
                (len(out.repeated), f"repeated, the first counts ({len(out.contradicted)} contradicted)"),
            )
            if count
        ]
        if told:
            say(f"{name}: {', '.join(told)}")
    if found.moved:
        say(
            f"{len(found.moved)} questions have another cluster in {found.name_after}, "
            f"where that of {found.name_before} holds"
        )
    if found.skipped:
        say(f"not compared alone, with fewer than two pairs: {', '.join(found.skipped)}")


def _show_flips(found: Sequence[Comparison], most: int) -> None:
    if not most:
        return
    from metier.faces.words import clip

    table(
        ("runs", "task", "question", "before", "after", "reply before", "reply after"),
        (
            (
                *(_runs(one), flip.task, flip.sample_id, f"{flip.before:.3g}", f"{flip.after:.3g}"),
                *(clip(flip.reply_before, 60), clip(flip.reply_after, 60)),
            )
            for one in found
            for flip in one.flips[:most]
        ),
    )
    for one in found:
        say(f"{_runs(one)}: {min(most, len(one.flips))} of {len(one.flips)} changed answers, losses first")
