"""`metier evaluate`: grade an answer, take an exam, compare two sets of attempts, measure what a skill adds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.commands import attributing, auditing, comparing, hierarchy, logs, multilingual, papers, scibench
from metier.faces.commands.logs import take_logged
from metier.faces.show import AsJson, as_json, place, say, table

if TYPE_CHECKING:
    from metier.attempt import Attempt, Cost
    from metier.client import Client
    from metier.evaluate.asking import RunLimits
    from metier.evaluate.compare import Difference
    from metier.evaluate.strategy import Strategy
    from metier.item import Exam, ExamProtocol
    from metier.skill import Skill
    from metier.store import Store

app = typer.Typer(name="evaluate", help="Grade, examine, compare.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def grade(
    gold: Annotated[str, typer.Option(help="The right answer.")],
    answer: Annotated[str, typer.Option(help="The answer to grade.")],
    grader: Annotated[
        str | None, typer.Option(help="Which grader (default: exact; answer with --unit or --explain).")
    ] = None,
    policy: Annotated[str, typer.Option(help="The grader's options, as JSON.")] = "{}",
    unit: Annotated[str, typer.Option(help="The unit of the right answer, as text or LaTeX.")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Show what each rung of the grader answer says.")] = False,
    json: AsJson = False,
) -> None:
    """Grade one answer. Exit code 1 if it is not correct.

    Example: metier evaluate grade --gold 3.0 --unit km --answer "3000 m" --explain

    Example: metier evaluate grade --gold 0.333 --answer "about 0.3333" --grader number --policy '{"relative": 0.01}'
    """
    from metier.border import load_json
    from metier.errors import ConfigError
    from metier.graders import make_grader
    from metier.item import Item

    options = load_json(dict[str, object], policy, where="--policy", error=ConfigError)
    if unit:
        options["unit"] = unit
    name = grader or ("answer" if unit or explain else "exact")
    made = make_grader(name, options)(Item(prompt="", reference=gold, grader=name), answer)
    if explain:
        if name != "answer":
            raise ConfigError(f"Expected the grader 'answer' with --explain, got {name!r}: no other has rungs.")
        from metier.graders.ladder import explain as explained

        rungs = explained(gold, answer, **options).rungs  # type: ignore[arg-type]
        if json:
            as_json({"grade": made, "rungs": rungs})
        else:
            table(("rung", "what it says"), rungs)
    elif json:
        as_json(made)
    else:
        typer.echo(f"{made.outcome.value} ({made.reason}){f': {made.evidence}' if made.evidence else ''}")
    if not made.is_correct:
        raise typer.Exit(1)


@app.command()
def take(
    exam: Annotated[Path, typer.Argument(help="Items as JSON lines; - for standard input.")],
    client: Annotated[str, typer.Option(help="URL#MODEL, replay:FILE, local:FOLDER, or FILE.toml.")],
    skill: Annotated[
        list[Path] | None,
        typer.Option(parser=place, metavar="<list[Path]>", help="Package folders of the skills in hand."),
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Record every reply in this file, to be replayed later.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the attempts to this file.")] = None,
    store: Annotated[str | None, typer.Option(help="Keep attempts here and resume (default: beside the exam).")] = None,
    system: Annotated[str, typer.Option(help="A system message.")] = "",
    temperature: Annotated[float, typer.Option(min=0.0)] = 0.0,
    max_tokens: Annotated[int, typer.Option(min=1)] = 256,
    epochs: Annotated[int, typer.Option(min=1)] = 1,
    seed: int = 0,
    strategy: Annotated[str, typer.Option(help="direct, chain_of_thought, two_step or program.")] = "direct",
    log: Annotated[
        Path | None, typer.Option(help="Keep every word in this transcript and resume from it, in place of a store.")
    ] = None,
    tokens: Annotated[int | None, typer.Option(min=0, help="Stop after so many tokens; needs --log.")] = None,
    usd: Annotated[float | None, typer.Option(min=0.0, help="Stop after so many dollars; needs --log.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.0, help="Stop after so many seconds; needs --log.")] = None,
    sample_tokens: Annotated[int | None, typer.Option(min=0, help="The same for one sample.")] = None,
    sample_usd: Annotated[float | None, typer.Option(min=0.0, help="The same for one sample.")] = None,
    sample_seconds: Annotated[float | None, typer.Option(min=0.0, help="The same for one sample.")] = None,
    json: AsJson = False,
) -> None:
    """Let a model take an exam. Exit code 1 if a limit stopped it; the same command with more room goes on.

    Example: metier evaluate take exam.jsonl --client http://127.0.0.1:8000/v1#my-model --out attempts.jsonl
    """
    from contextlib import closing

    from metier.attempt import Cost
    from metier.clients.meter import MeteredClient
    from metier.evaluate.asking import RunLimits
    from metier.evaluate.compare import proportion
    from metier.evaluate.strategy import strategy_of
    from metier.faces.files import make_writable, write_lines
    from metier.item import ExamProtocol
    from metier.stores.package import read_package

    place = "" if log else _place(exam, store)
    protocol = ExamProtocol(system=system, temperature=temperature, max_tokens=max_tokens, epochs=epochs, seed=seed)
    asked, skills, way = (
        _exam(exam, protocol),
        [read_package(path).skill for path in skill or ()],
        strategy_of(strategy),
    )
    limits = RunLimits(tokens=tokens, usd=usd, seconds=seconds)
    of_sample = RunLimits(tokens=sample_tokens, usd=sample_usd, seconds=sample_seconds)
    _refuse_what_needs_a_log(log, limits, of_sample, store=store, record=record)
    for path, option in ((out, "--out"), (log, "--log")):
        if path:
            make_writable(path, option)
    stopped_by = ""
    with closing(_client(client, record)) as model:
        metered = MeteredClient(model)
        if log:
            attempts, stopped_by = take_logged(
                asked, metered, log, strategy=way, skills=skills, limits=limits, sample_limits=of_sample
            )
        else:
            attempts = _take_stored(asked, model, metered, exam, place, strategy=way, skills=skills)
    if out:
        write_lines(attempts, out)
    share = proportion(attempts)
    made = sum((attempt.cost for attempt in attempts), Cost())
    if json:
        as_json(
            {
                "proportion": share,
                "run_id": attempts[0].run_id if attempts else "",
                "attempts": len(attempts),
                "cost": made,
                "spent_now": metered.spent,
                "stopped_by": stopped_by,
            }
        )
    value = "no share" if share.value is None else f"{share.value:.1%}"
    say(
        f"{share.correct} of {share.scored} correct ({value}, 95 % interval {share.low:.1%} to {share.high:.1%}); "
        f"{share.unscored} unscored"
    )
    say(f"cost of these attempts: {_cost(made)}; spent now: {_cost(metered.spent)}")
    if stopped_by:
        say(f"stopped by the limit of {stopped_by} before its end; the same command with more room goes on")
        raise typer.Exit(1)


def _take_stored(
    asked: Exam,
    model: Client,
    metered: Client,
    exam: Path,
    place: str,
    *,
    strategy: Strategy,
    skills: list[Skill],
) -> list[Attempt]:
    """Take an exam with its attempts in a store."""
    from contextlib import closing

    from metier.evaluate.sit import sit
    from metier.graders import grader_for
    from metier.stores.open import open_store

    # A server of databases keeps no files; they lie beside the exam.
    files = (Path("exam") if str(exam) == "-" else exam).with_suffix(".objects")
    bulk = files if "://" in place and not place.startswith("sqlite:") else None
    with closing(open_store(place, bulk=bulk)) as kept:
        _say_what_is_stored(asked, model, kept, skills, place, strategy)
        return sit(asked, metered, kept, grader_for=grader_for, skills=skills, strategy=strategy, progress=_progress)


def _refuse_what_needs_a_log(log: Path | None, *limits: RunLimits, store: str | None, record: Path | None) -> None:
    from metier.errors import ConfigError
    from metier.evaluate.asking import RunLimits

    if log is None and any(one != RunLimits() for one in limits):
        raise ConfigError("Expected --log FILE with a limit, as a run that is stopped goes on from its transcript.")
    if log and store:
        raise ConfigError("Expected --log or --store, not both: a transcript is the record of its run.")
    if log and record and log.exists():
        raise ConfigError(
            f"Expected to record a whole run, but {str(log)!r} is there already: what it holds would not be asked.",
            hint="Name another transcript with --log, or leave out --record.",
        )


@app.command()
def uplift(
    skill: Annotated[Path, typer.Argument(parser=place, help="The package folder of the skill.")],
    client: Annotated[str, typer.Option(help="URL#MODEL, replay:FILE, local:FOLDER, or FILE.toml.")],
    evals: Annotated[Path | None, typer.Option(help="An evals.json (default: evals/evals.json of the skill).")] = None,
    judge: Annotated[str | None, typer.Option(help="The client that checks expectations; as --client.")] = None,
    made_from: Annotated[
        Path | None,
        typer.Option(help="Prompts or item ids the skill was made from, by line: admit it on the others alone."),
    ] = None,
    margin: Annotated[float, typer.Option(min=0.0, max=1.0, help="What the low end must reach to be admitted.")] = 0.0,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write grading.json, timing.json and benchmark.json here; a workspace keeps the attempts too."
        ),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            help="Keep attempts here and resume (default: the workspace of --out, or .metier/evals beside the package)."
        ),
    ] = None,
    max_tokens: Annotated[int, typer.Option(min=1)] = 1024,
    epochs: Annotated[int, typer.Option(min=1)] = 1,
    seed: int = 0,
    json: AsJson = False,
) -> None:
    """Measure what a skill adds: its evals without and with it. Exit code 1 if it makes answers worse or is refused.

    Example: metier evaluate uplift skills/pdf-forms --client http://127.0.0.1:8000/v1#my-model
    """
    from contextlib import ExitStack, closing

    from metier.evaluate.admit import admit, named_in
    from metier.evaluate.benchmark import Stopwatch, durations_of, write_workspace
    from metier.evaluate.evals import items_of, own_items, read_evals
    from metier.evaluate.expectations import with_judge
    from metier.evaluate.sit import answered, of_run
    from metier.evaluate.uplift import Taken, measure, unscored
    from metier.faces.files import read_text
    from metier.graders import grader_for
    from metier.item import Exam, ExamProtocol
    from metier.stores.open import open_store
    from metier.stores.package import read_package
    from metier.workspace import FILE, open_workspace

    package = read_package(skill)
    path = evals or package.path / "evals" / "evals.json"
    cases = read_evals(path, skill_name=package.skill.name)
    if cases.unused:
        say(f"of the evals, nothing reads {', '.join(f'{key!r} ({times})' for key, times in cases.unused.items())}")
    items = items_of(cases, package.path)
    own = own_items(items, path, package.path)
    protocol = ExamProtocol(max_tokens=max_tokens, epochs=epochs, seed=seed)
    exam = Exam(name=f"{package.skill.name} evals", items=tuple(items.values()), protocol=protocol)
    known = named_in(read_text(made_from), items.values()) if made_from else frozenset()
    with ExitStack() as opened:
        watch = Stopwatch(opened.enter_context(closing(_client(client, None))))
        checks = opened.enter_context(closing(_client(judge, None))) if judge else None
        if out and not store and (out / FILE).is_file():
            workspace = open_workspace(out)
            workspace.home.mkdir(exist_ok=True)
            place = workspace.store
            bulk: Path | None = workspace.home / "objects"
        else:
            place = store or str(_beside(package.path))
            bulk = None if "://" in place else Path(place).with_suffix(".objects")
            if not store:
                say(f"attempts are kept in {place!r}")
        kept = opened.enter_context(closing(open_store(place, bulk=bulk)))
        graders = with_judge(grader_for, checks)
        # A store beside the package may have come with it.
        arms = () if made_from else ([], [package.skill])
        there = sum(len(answered(exam, watch, kept, skills=held)) for held in arms)
        if there:
            total = 2 * epochs * len({item.item_id for item in exam.items})
            say(f"{there} of {total} attempts are stored already; they are not asked again")
        if made_from:
            decided = admit(
                exam, package.skill, watch, kept, made_from=known, grader_for=graders, own=own, margin=margin, seed=seed
            )
            if out and decided.uplift:
                without, having = (list(of_run(kept, run_id).values()) for run_id in decided.uplift.run_ids)
                taken = Taken(without, having)
                spent = durations_of(watch, exam, taken, package.skill)
                write_workspace(out, items, taken, durations=spent, expectations_key=cases.expectations_key)
            as_json(decided) if json else say(decided.reason)
            raise typer.Exit(0 if decided.admitted else 1)
        found, taken = measure(exam, package.skill, watch, kept, grader_for=graders, own=own, seed=seed)
    if out:
        spent = durations_of(watch, exam, taken, package.skill)
        write_workspace(out, items, taken, durations=spent, expectations_key=cases.expectations_key)
    if json:
        as_json({"uplift": found, "negative": found.is_negative, "harmful": found.is_harmful})
    else:
        _show([found.difference])
        if found.difference.left_out:
            say(f"{found.difference.left_out} items are left out, not graded on both sides: {unscored(taken)}")
        say(f"bootstrap interval {found.low:+.3f} to {found.high:+.3f}, seed {seed}")
        if found.evidence.own:
            say(f"{found.evidence.own} attempts are at evals of the package itself: they may show harm, no more")
        if found.is_negative:
            say(f"{package.skill.name} makes answers worse{' beyond chance' if found.is_harmful else ' on the mean'}")
    if found.is_negative:
        raise typer.Exit(1)


@app.command()
def reported(
    path: Annotated[Path, typer.Argument(help="A CSV table with skill, agent, dimension and uplift_pct.")],
    seed: int = 0,
    json: AsJson = False,
) -> None:
    """Sum up a table of uplift that somebody published: means, intervals, and which skills make things worse.

    Example: metier evaluate reported uplift.csv
    """
    from metier.evaluate.reported import read_reported, sum_up

    found = sum_up(read_reported(path), seed=seed)
    if json:
        as_json(found)
        return
    table(
        ("dimension", "pairs", "skills", "mean", "95 % interval", "below 0", "worst"),
        (
            (
                one.dimension,
                one.pairs,
                one.skills,
                f"{one.mean:+.1f}",
                f"{one.low:+.1f} to {one.high:+.1f}",
                f"{one.negative_share:.1%}",
                ", ".join(f"{row.skill} ({row.points:+g})" for row in one.negative[:3]),
            )
            for one in found
        ),
    )


def _show(rows: list[Difference]) -> None:
    table(
        ("items", "n", "before", "after", "difference", "95 % interval", "p", "gained", "lost"),
        (
            (
                d.label,
                d.items,
                f"{d.before:.3f}",
                f"{d.after:.3f}",
                f"{d.difference:+.3f}",
                f"{d.low:+.3f} to {d.high:+.3f}",
                f"{d.p_value:.2g}",
                d.gained,
                d.lost,
            )
            for d in rows
        ),
    )


def _beside(package: Path) -> Path:
    """Where the attempts at the evals of a package are kept if nothing else is said.

    Not inside the package, whose digest they would change, and not as a file beside it: a library knows no such.
    """
    from metier.errors import StoreError
    from metier.stores.lock import HOME

    folder = package.resolve().parent / HOME / "evals"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"Cannot keep attempts in {str(folder)!r}: {error.strerror}.", hint="Name another place with --store."
        ) from error
    return folder / f"{package.resolve().name}.sqlite"


def _place(exam: Path, store: str | None) -> str:
    """Where attempts are kept."""
    from metier.errors import ConfigError

    if store is None and str(exam) == "-":
        raise ConfigError(
            "Expected --store for an exam from standard input, as there is no file to keep the attempts beside.",
            hint="For example: metier evaluate take - --store attempts.sqlite --client URL#MODEL",
        )
    return str(exam.with_suffix(".sqlite")) if store is None else store


def _exam(path: Path, protocol: ExamProtocol) -> Exam:
    from metier.errors import InputError
    from metier.faces.files import read_items
    from metier.item import Exam

    items = tuple(read_items(path))
    if not items:
        raise InputError(f"Expected items in {str(path)!r}, found none.", hint="One JSON object a line is an item.")
    return Exam(name=path.stem, items=items, protocol=protocol)


def _client(spec: str, record: Path | None) -> Client:
    from metier.clients.open import is_file_of_options, open_client, read_options
    from metier.clients.replay import RecordingClient
    from metier.faces.files import make_writable

    options = read_options(Path(spec)) if is_file_of_options(spec) else spec
    if isinstance(options, dict) and (path := options.pop("record", None)):
        record = record or Path(path)
    if record:
        make_writable(record, "--record")
    client = open_client(options, where=spec if isinstance(options, dict) else "--client")
    return RecordingClient(client, record) if record else client


def _say_what_is_stored(
    exam: Exam, client: Client, store: Store, skills: list[Skill], place: str, strategy: Strategy
) -> None:
    """Tell how many attempts are there already, or refuse a record that would lack them."""
    from metier.clients.replay import RecordingClient
    from metier.errors import ConfigError
    from metier.evaluate.sit import answered, request

    there = answered(exam, client, store, skills=skills, strategy=strategy)
    if not there:
        return
    scheme, is_url, rest = place.partition("://")
    # The address of a server may hold a password.
    shown = f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}" if is_url else place
    total = len({item.item_id for item in exam.items}) * exam.protocol.epochs
    if isinstance(client, RecordingClient):
        items = {item.item_id: item for item in exam.items}
        slots = ((items[item_id], epoch) for item_id, epoch in there)
        first = (request(item, exam, epoch=epoch, skills=skills, strategy=strategy) for item, epoch in slots)
        if lacking := sum(not client.holds(one) for one in first):
            raise ConfigError(
                f"Expected to record a whole run, but {lacking} of its {total} attempts are in {shown!r} already and "
                "not in the record: they would not be asked, and so not recorded.",
                hint="Name another store with --store, or leave out --record.",
            )
    say(f"{len(there)} of {total} attempts are stored in {shown!r} already; they are not asked again")


def _cost(cost: Cost) -> str:
    return f"{cost.input_tokens} tokens read, {cost.output_tokens} written, ${cost.usd:.4f}"


def _progress(done: int, total: int) -> None:
    say(f"{done} of {total}")


app.add_typer(attributing.app)
app.add_typer(auditing.app)
app.add_typer(comparing.app)
app.add_typer(hierarchy.app)
app.add_typer(logs.app)
app.add_typer(multilingual.app)
app.add_typer(papers.app)
app.add_typer(scibench.app)
