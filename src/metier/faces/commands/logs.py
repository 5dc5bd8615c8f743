"""`metier evaluate log`: what a transcript comes to; and how `take --log` shows that it goes on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, say, table

if TYPE_CHECKING:
    from metier.attempt import Attempt
    from metier.client import Client
    from metier.evaluate.asking import RunLimits
    from metier.evaluate.examine import Progress
    from metier.evaluate.strategy import Strategy
    from metier.item import Exam
    from metier.skill import Skill

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("log")
def show_log(
    path: Annotated[Path, typer.Argument(help="A transcript of take --log, finished or not.")],
    to_eval: Annotated[Path | None, typer.Option(help="Write it as an .eval log for inspect view.")] = None,
    json: AsJson = False,
) -> None:
    """Sum a transcript up. Exit code 1 if its run is not finished.

    Example: metier evaluate log run.jsonl --to-eval logs/run.eval
    """
    from metier.evaluate.bridges.to_eval import write_eval
    from metier.evaluate.transcript import summary
    from metier.faces.files import make_writable

    found = summary(path)
    if to_eval:
        make_writable(to_eval, "--to-eval")
        write_eval(path, to_eval)
        say(f"{found.samples} samples written to {str(to_eval)!r}")
    if json:
        as_json({"summary": found, "mean": found.mean, "finished": found.finished})
    else:
        head, cost = found.head, found.cost
        say(f"{head.exam}, taken by {head.model} ({head.strategy}), {found.samples} of {head.total} samples")
        mean = "no score" if found.mean is None else f"mean score {found.mean:.3f}"
        say(f"{mean}, {found.correct} correct, {found.unscored} unscored, {found.errors} failed calls")
        say(f"{cost.input_tokens} tokens read, {cost.output_tokens} written, ${cost.usd:.4f}")
        often = sorted(found.reasons, key=lambda reason: found.reasons[reason], reverse=True)
        table(("reason", "samples"), ((reason, found.reasons[reason]) for reason in often))
    if not found.finished:
        raise typer.Exit(1)


def take_logged(
    exam: Exam,
    client: Client,
    path: Path,
    *,
    strategy: Strategy,
    skills: Sequence[Skill],
    limits: RunLimits,
    sample_limits: RunLimits,
) -> tuple[list[Attempt], str]:
    """Take an exam with its transcript, and tell on the way how far it is.

    Returns:
        The attempts, and the limit that stopped the run or an empty string.
    """
    from metier.evaluate.examine import examine
    from metier.evaluate.transcript import read_transcript
    from metier.graders import grader_for

    taken = examine(
        exam,
        client,
        path,
        grader_for=grader_for,
        strategy=strategy,
        skills=skills,
        limits=limits,
        sample_limits=sample_limits,
        progress=Live(),
    )
    return [line.attempt for line in read_transcript(path)], taken.stopped_by


class Live:
    """Tell about once a second how far a run is, and at its end.

    Args:
        every_s: Seconds between two lines.
    """

    def __init__(self, *, every_s: float = 1.0) -> None:
        self.every_s = every_s
        self._began = self._told = time.monotonic()
        self._before = -1

    def __call__(self, progress: Progress) -> None:
        """Take note of one more sample."""
        if self._before < 0:
            self._before = progress.done - 1
            if self._before:
                say(f"{self._before} of {progress.total} are in the transcript already; they are not asked again")
        now = time.monotonic()
        if progress.done < progress.total and now - self._told < self.every_s:
            return
        self._told = now
        say(told(progress, new=progress.done - self._before, seconds=now - self._began))


def told(progress: Progress, *, new: int, seconds: float) -> str:
    """Write how far a run is in one line.

    Args:
        new: How many samples this start has answered, in so many seconds.

    >>> from metier.attempt import Cost
    >>> from metier.evaluate.examine import Progress
    >>> half = Progress(done=5, total=10, correct=3, unscored=1, cost=Cost(usd=0.5))
    >>> told(half, new=5, seconds=10.0)
    '5 of 10, 75.0 % of 4 scored correct, 1 unscored, $0.5000, 10 s to go'
    """
    scored = progress.done - progress.unscored
    share = (
        f"{progress.correct / scored:.1%}".replace("%", " %") + f" of {scored} scored correct"
        if scored
        else "none scored"
    )
    to_go = (progress.total - progress.done) * seconds / max(new, 1)
    rest = f", {to_go:.0f} s to go" if progress.done < progress.total else ""
    return f"{progress.done} of {progress.total}, {share}, {progress.unscored} unscored, ${progress.cost.usd:.4f}{rest}"
