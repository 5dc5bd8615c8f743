"""`metier evaluate audit`: what should be mended in an exam before anybody takes it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, place, say, table

if TYPE_CHECKING:
    from metier.evaluate.audit.memory import Memory
    from metier.evaluate.audit.min_k import Way
    from metier.evaluate.audit.record import Record

app = typer.Typer(rich_markup_mode=None)


@app.command("audit")
def audit_exam(
    exam: Annotated[
        Path, typer.Argument(parser=place, help="Items as JSON lines, a JSON list of problems, or a folder of lists.")
    ],
    corpus: Annotated[
        Path | None,
        typer.Option(parser=place, metavar="<path>", help="Text, JSON lines or a folder, to look for leaks in."),
    ] = None,
    grader: Annotated[str | None, typer.Option(help="Try this grader on problems that name none.")] = None,
    policy: Annotated[str, typer.Option(help="The options of that grader, as JSON.")] = "",
    asks: Annotated[str, typer.Option(help="What the system message asks for; its formats must be accepted.")] = "",
    client: Annotated[
        str | None, typer.Option(help="Has this model seen the exam? URL#MODEL, replay:FILE, local:FOLDER, FILE.toml.")
    ] = None,
    probe: Annotated[
        list[str] | None,
        typer.Option(
            help="How many questions, from the first, to ask that model about; or min-k, min-k++ or loss, to weigh the "
            "tokens of a local model too. May be given more than once."
        ),
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(help="Questions of the same kind that no model has seen, to weigh the exam against.")
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Show notes too.")] = False,
    json: AsJson = False,
) -> None:
    """Find golds that contradict themselves, duplicates, give-aways, leaks and refused formats. Exit code 1 if any.

    Notes alone do not count. Example: metier evaluate audit exam.jsonl --corpus crawl.jsonl
    """
    from metier.border import load_json
    from metier.errors import ConfigError
    from metier.evaluate.audit import audit, graded_by, read_records
    from metier.evaluate.audit.leaks import read_corpus
    from metier.graders import grader_for, make_grader

    if policy and not grader:
        raise ConfigError("--policy has the options of a grader, and no --grader was named.", hint="--grader answer")
    records = read_records(exam)
    if grader:
        options = load_json(dict[str, object], policy or "{}", where="--policy", error=ConfigError)
        make_grader(grader, options)  # refused before the first record
        records = graded_by(records, grader, policy=options)
    texts = read_corpus(corpus) if corpus else ()
    count, ways = _probes(probe or [])
    if (probe or reference) and not client:
        raise ConfigError(
            "--probe and --reference ask a model, and no --client was named.", hint="--client local:FOLDER"
        )
    if reference and not ways:
        raise ConfigError(
            "--reference has questions whose tokens are weighed, and no --probe says how.", hint="--probe min-k"
        )
    others = read_records(reference) if reference else []
    memory = _remembered(records[:count], client, ways=ways, reference=others) if client else None
    found = audit(records, name=exam.name, grader_for=grader_for, asks=asks, corpus=texts, memory=memory)
    counts = Counter(finding.severity for finding in found)
    shown = [finding for finding in found if notes or finding.severity != "note"]
    if memory:
        say(f"{len(memory.recited)} of {memory.tried} questions that were broken off are recited")
        for one in memory.orders:
            say(
                f"{one.way}: {one.seen:.3g} in the order of the file, {one.expected:.3g} in others, p {one.p_value:.2g}"
            )
        for told in memory.surprises:
            say(
                f"{told.way}: {told.seen:.3g} for the exam, {told.expected:.3g} for others ({told.against}), "
                f"AUROC {told.auroc:.2f}, p {told.p_value:.2g}"
            )
    if json:
        as_json(shown)
    else:
        columns = ["severity", "rule", "place", "message", "evidence"]
        table(columns, [(f.severity, f.rule, f.place, f.message, f.evidence) for f in shown])
    said = ", ".join(f"{counts[kind]} {kind}s" for kind in ("error", "warning", "note"))
    say(f"{len(records)} questions: {said}")
    if counts["error"] or counts["warning"]:
        raise typer.Exit(1)


def _probes(named: Sequence[str]) -> tuple[int, list[Way]]:
    """How many questions are asked about, and which ways of weighing tokens."""
    from metier.errors import ConfigError, nearest
    from metier.evaluate.audit.min_k import WAYS

    counts = [one for one in named if one.isdecimal()]
    ways: list[Way] = [way for way in WAYS if way in named]
    for one in {*named} - {*counts, *WAYS}:
        hint = nearest(one, WAYS) or "A number of questions, or min-k, min-k++ or loss."
        raise ConfigError(f"--probe: expected a number or a way of weighing tokens, got {one!r}.", hint=hint)
    count = int(counts[-1]) if counts else 100
    if count < 5:
        raise ConfigError(f"--probe: expected at least 5 questions, got {count}.", hint="Fewer cannot show anything.")
    return count, ways


def _remembered(records: Sequence[Record], client: str, *, ways: Sequence[Way], reference: Sequence[Record]) -> Memory:
    from contextlib import closing

    from metier.clients.open import is_file_of_options, open_client, read_options
    from metier.evaluate.audit.memory import remembered
    from metier.graders import grader_for

    named = read_options(Path(client)) if is_file_of_options(client) else client
    with closing(open_client(named, where="--client")) as model:
        return remembered(records, model, grader_for=grader_for, ways=ways, reference=reference)
