"""`metier evaluate attribute`: which abilities the wrong solutions of a run lack."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.errors import InputError
from metier.faces.show import AsJson, as_json, say, table

if TYPE_CHECKING:
    from metier.evaluate.attribution import Attribution

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("attribute")
def attribute_errors(
    run: Annotated[Path, typer.Argument(help="A transcript, or attempts as JSON lines.")],
    exam: Annotated[Path, typer.Option(help="The items they answer, as JSON lines.")],
    judge: Annotated[
        list[str] | None, typer.Option(help="A client that labels errors, as --client of take; give two or more.")
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option(help='Labels of a random sample by people: lines {"attempt_id": …, "ability_ids": […]}.'),
    ] = None,
    seed: int = 0,
    json: AsJson = False,
) -> None:
    """Attribute errors to the ten abilities of SciBench: what can be shown first, then what judges agree on.

    Example: metier evaluate attribute run.jsonl --exam exam.jsonl --judge http://127.0.0.1:8000/v1#my-judge
    """
    from metier.clients.open import open_client
    from metier.evaluate.attribution import attribute
    from metier.evaluate.attribution.errors_of import wrong_of
    from metier.evaluate.attribution.people import read_people
    from metier.faces.files import read_items, read_run

    items = {item.item_id: item for item in read_items(exam)}
    samples = read_run(run)
    wrong, units, lacking = wrong_of(samples, items)
    if lacking == len(samples):
        raise InputError(f"No sample in {str(run)!r} answers an item of {str(exam)!r}.", hint="Give the exam it took.")
    if lacking:
        say(f"{lacking} samples answer no item of {str(exam)!r} and are left out")
    known = read_people(people) if people else None
    with ExitStack() as opened:
        judges = [opened.enter_context(closing(open_client(spec, where="--judge"))) for spec in judge or ()]
        found = attribute(wrong, judges=judges, units=units, people=known, seed=seed)
    as_json(found) if json else _show(found)


def _show(found: Attribution) -> None:
    alpha = "" if found.alpha is None else f"; agreement on the sets of labels, alpha {found.alpha:.2f} (MASI)"
    say(f"{len(found.errors)} errors, {len(found.judges)} judges, {found.dropped} labels without words to show{alpha}")
    if unread := sum(error.unread for error in found.errors):
        say(f"{unread} of {len(found.errors) * len(found.judges)} replies of judges could not be read: no opinion")
    table(
        ("ability", "errors", "share", "shown", "alpha", "kappa", "corrected share, together 95 %"),
        (
            (
                row.ability_id,
                row.errors,
                f"{row.share:.1%}",
                row.detected,
                "" if row.alpha is None else f"{row.alpha:.2f}",
                "" if row.kappa is None else f"{row.kappa:.2f}",
                "" if (p := row.prevalence) is None else f"{p.value:.1%} ({p.low:.1%} to {p.high:.1%})",
            )
            for row in found.rows
        ),
    )
