"""`metier evaluate multilingual`: which languages do benchmarks serve, and do their scores say what speakers say?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.faces.show import AsJson, as_json, as_lines, say, table

if TYPE_CHECKING:
    from metier.evaluate.multilingual.agreement import Agreement
    from metier.evaluate.multilingual.card import Card
    from metier.evaluate.multilingual.scores import BenchmarkScore, HumanRating

app = typer.Typer(
    name="multilingual",
    help="Audit benchmarks in many languages: cards, crowding, cost, agreement with people.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

CardsPath = Annotated[Path, typer.Argument(help="Cards as JSON lines or CSV, or task metadata of MTEB as CSV.")]
Weights = Annotated[Path | None, typer.Option(help="CSV with language and weight, instead of the shipped speakers.")]
Seed = Annotated[int, typer.Option(help="Seed of whatever is drawn.")]


@app.command()
def cards(path: CardsPath, json: AsJson = False) -> None:
    """Read cards strictly and count what they state.

    Example: metier evaluate multilingual cards cards.jsonl
    """
    from metier.evaluate.multilingual.concentration import tally, translation_share

    read = _cards(path)
    if json:
        as_lines(read)
        return
    fields = ("category", "size", "affiliation", "translation", "tasks", "domains", "countries")
    table(
        ["field", "value", "benchmarks"],
        [(field, value, count) for field in fields for value, count in tally(read, field)[:8]],
    )
    share = translation_share(read)
    part = "" if share.share is None else f" ({share.share:.1%})"
    say(
        f"{len(read)} cards; {share.total} have a language besides English, {share.translated} of these{part} are "
        f"translated: {share.human} by people, {share.machine} by machine; {share.localized} are localized"
    )


@app.command()
def lint(
    path: CardsPath,
    stated: Annotated[bool, typer.Option("--stated", help="Leave out what is merely not stated.")] = False,
    json: AsJson = False,
) -> None:
    """Tell what speaks against each benchmark, by the six characteristics. Exit code 1 if something does.

    Example: metier evaluate multilingual lint cards.jsonl --stated
    """
    from metier.evaluate.multilingual.lint import lint_cards

    findings = [one for one in lint_cards(_cards(path)) if not stated or one.level != "unstated"]
    if json:
        as_json(findings)
    else:
        columns = ["card", "level", "characteristic", "rule", "message"]
        table(columns, [(f.card, f.level, f.characteristic or "form", f.rule, f.message) for f in findings])
    say(f"{len(findings)} findings on {len({f.card for f in findings})} cards")
    if findings:
        raise typer.Exit(1)


@app.command()
def concentration(
    path: CardsPath,
    weights: Weights = None,
    fractional: Annotated[bool, typer.Option(help="A benchmark of n languages counts 1/n for each.")] = False,
    top: Annotated[int, typer.Option(min=1, help="How many of the largest shares to list.")] = 10,
    json: AsJson = False,
) -> None:
    """Measure how unevenly benchmarks fall on languages, and on those who speak or demand them.

    Example: metier evaluate multilingual concentration cards.jsonl --weights demand.csv
    """
    from metier.evaluate.multilingual.concentration import concentration as measure
    from metier.evaluate.multilingual.concentration import counts
    from metier.evaluate.multilingual.languages import language_name, read_weights, speakers

    amounts = counts(_cards(path), fractional=fractional)
    by = "weight" if weights else "speaker"
    plain, weighted = measure(amounts, top=top), measure(amounts, read_weights(weights) if weights else speakers())
    if json:
        as_json({"by_language": plain, f"by_{by}": weighted})
        return
    table(
        ["language", "benchmarks", "share"], [(language_name(c), f"{amounts[c]:g}", f"{s:.1%}") for c, s in plain.top]
    )
    say(
        f"{plain.languages} languages; by language Gini {plain.gini:.3f}, HHI {plain.hhi:.3f}, as crowded as "
        f"{plain.effective:.1f} equal languages; by {by} Gini {weighted.gini:.3f}, {weighted.unserved:.1%} without any"
    )


@app.command()
def cost(
    path: CardsPath,
    assumptions: Annotated[Path | None, typer.Option(help="JSON with [low, likely, high] for each.")] = None,
    seed: Seed = 0,
    json: AsJson = False,
) -> None:
    """Estimate what making the benchmarks cost, as a range.

    Example: metier evaluate multilingual cost cards.jsonl --assumptions prices.json
    """
    from metier.border import load_json
    from metier.errors import ConfigError
    from metier.evaluate.multilingual.cost import Assumptions, estimate_cost
    from metier.faces.files import read_lines

    given = "\n".join(read_lines(assumptions)) if assumptions else "{}"
    held = load_json(Assumptions, given, where=str(assumptions or "--assumptions"), error=ConfigError)
    found = estimate_cost(_cards(path), held, seed=seed)
    if json:
        as_json({"estimate": found, "assumptions": held})
        return
    names = ("low", "p5", "median", "p95", "high")
    table(["bound", "US dollars"], [(name, f"{getattr(found, name):,.0f}") for name in names])
    say(f"{found.benchmarks} benchmarks of likely {found.items:,.0f} items; prices are assumptions, see --json")


@app.command()
def agreement(
    scores: Annotated[Path, typer.Argument(help="EuroEval's table, or model, language, benchmark, score as CSV.")],
    ratings: Annotated[Path, typer.Argument(help="model and one column a language, or model, language, rating.")],
    aliases: Annotated[Path | None, typer.Option(help="CSV with alias and model.")] = None,
    families: Annotated[Path | None, typer.Option(help="CSV with model and family.")] = None,
    seed: Seed = 0,
    json: AsJson = False,
) -> None:
    """Correlate benchmark scores with human ratings: interval, noise, and what one family changes.

    Example: metier evaluate multilingual agreement scores.csv elo.csv --aliases aliases.csv
    """
    from metier.evaluate.multilingual.agreement import match_models

    scored, rated, named = *_scores_and_ratings(scores, ratings), _pairs(aliases, ("alias", "model"))
    found = _agreements(scored, rated, named, families, seed)
    matching = match_models({r.model for r in rated}, {s.model for s in scored}, named)
    if json:
        as_json({"agreements": found, "matching": matching})
        return
    columns = ["language", "benchmark", "n", "rho", "bootstrap", "formula", "corrected", "without a family"]
    table(columns, [_agreement_row(one) for one in found])
    say(f"{len(matching.pairs)} models matched by exact name or alias, {len(matching.unmatched)} rated ones not")
    for name, near in matching.unmatched:
        if near:
            say(f"  {name} was not matched; nearest is {near} (not used; put it into --aliases if it is the same)")


@app.command()
def claim(
    first: Annotated[float, typer.Argument(help="The larger correlation.")],
    second: Annotated[float, typer.Argument(help="The other one, with the same ratings.")],
    n: Annotated[int, typer.Argument(help="The number of models.")],
    json: AsJson = False,
) -> None:
    """Test a printed claim that one benchmark agrees better with people than another.

    Example: metier evaluate multilingual claim 0.68 0.47 30
    """
    from metier.evaluate.multilingual.contrast import needed
    from metier.evaluate.multilingual.correlation import fisher_interval
    from metier.evaluate.multilingual.published import claim as test

    found = test(first, second, n)
    if json:
        as_json(found)
        return
    table(["correlation of the two", "p (Williams)"], [(f"{r:.2f}", f"{p:.3f}") for r, p in found.p_values])
    for rho in (first, second):
        say(f"{rho:.2f} over {n} models: 95 % interval {_ends(fisher_interval(rho, n))}")
    for between, _ in found.p_values:
        models = needed(first, second, between=between)
        say(f"80 % power at a correlation of the two of {between:.2f} takes {models} models")
    least = found.least_between
    say("no correlation of the two makes p < 0.05" if least is None else f"p < 0.05 needs at least {least:.2f}")


@app.command()
def versus(
    scores: Annotated[Path, typer.Argument(help="As for agreement.")],
    ratings: Annotated[Path, typer.Argument(help="As for agreement.")],
    language: Annotated[str, typer.Option(help="Which language.")],
    first: Annotated[str, typer.Option(help="A benchmark, such as the localised one.")],
    second: Annotated[str, typer.Option(help="Another one, such as the translated one.")],
    aliases: Annotated[Path | None, typer.Option(help="CSV with alias and model.")] = None,
    seed: Seed = 0,
    json: AsJson = False,
) -> None:
    """Test whether one benchmark agrees better with people than another on the same models.

    Example: metier evaluate multilingual versus scores.csv elo.csv --language French --first mmlu_fr --second fquad
    """
    from metier.errors import ConfigError
    from metier.evaluate.multilingual.agreement import versus as compare
    from metier.evaluate.multilingual.languages import language_code

    if first == second:
        raise ConfigError(f"--first and --second name the same benchmark, {first!r}.", hint="Name two.")
    scored, rated = _scores_and_ratings(scores, ratings)
    named = _pairs(aliases, ("alias", "model"))
    code = language_code(language) or language
    found = compare(scored, rated, language=code, first=first, second=second, aliases=named, seed=seed)
    if json:
        as_json(found)
        return
    test = found.contrast
    if test is None:
        say(f"{found.n} models have all three numbers; they allow no test")
        return
    rows = [("rho of " + first, test.first), ("rho of " + second, test.second), ("of the two", test.between)]
    rows += [("p, Williams", test.p_williams), ("p, Steiger", test.p_steiger)]
    table(["figure", "value"], [(name, f"{value:.3f}") for name, value in rows])
    say(f"{found.n} models; difference of the two correlations {_ends(found.difference)} (95 %, bootstrap)")


@app.command()
def published(
    path: Annotated[Path, typer.Argument(help="CSV with benchmark, kind and one column a language of rho.")],
    models: Annotated[int, typer.Option(min=4, help="How many models each correlation is over.")],
    json: AsJson = False,
) -> None:
    """Give the correlations of a printed table the intervals that were not printed.

    Example: metier evaluate multilingual published table2.csv --models 30
    """
    from metier.evaluate.multilingual.languages import language_name
    from metier.evaluate.multilingual.published import read_published

    cells = list(read_published(path, n=models))
    if json:
        as_json(cells)
        return
    rows = [(c.benchmark, language_name(c.language), f"{c.rho:.2f}", _ends(c.interval)) for c in cells]
    table(["benchmark", "language", "rho", "95 % interval"], rows)
    say(f"{sum(c.interval[0] <= 0 <= c.interval[1] for c in cells)} of {len(cells)} intervals hold 0")


@app.command()
def ratings(
    votes: Annotated[Path, typer.Argument(help="Votes: model_a, model_b, winner (a, b, tie) and voter, language.")],
    language: Annotated[str, typer.Option(help="Only votes in this language.")] = "",
    ties: Annotated[str, typer.Option(help="half, davidson or drop.")] = "half",
    json: AsJson = False,
) -> None:
    """Rate models from votes on pairs of answers (Bradley-Terry), with intervals.

    Example: metier evaluate multilingual ratings votes.csv --language German
    """
    from typing import cast

    from metier.errors import ConfigError
    from metier.evaluate.multilingual.bradley_terry import rate
    from metier.evaluate.multilingual.languages import language_code
    from metier.evaluate.multilingual.votes import Ties, read_votes

    code = language_code(language)
    if language and code is None:
        raise ConfigError(f"--language: no language is known as {language!r}.", hint="Use its ISO 639-3 code.")
    cast_votes = (vote for vote in read_votes(votes) if not language or language_code(vote.language) == code)
    ranking = rate(cast_votes, ties=cast(Ties, ties))
    if json:
        as_json(ranking)
        return
    rows = [(m.model, f"{m.rating:.0f}", f"{m.low:.0f} to {m.high:.0f}", m.votes) for m in ranking.models]
    table(["model", "rating", "95 % interval", "votes"], rows)


@app.command()
def atlas(
    path: CardsPath,
    out: Annotated[Path, typer.Option(help="The HTML page to write.")] = Path("atlas.html"),
    scores: Annotated[Path | None, typer.Option(help="Benchmark scores, as for agreement.")] = None,
    ratings: Annotated[Path | None, typer.Option(help="Human ratings, as for agreement.")] = None,
    aliases: Annotated[Path | None, typer.Option(help="CSV with alias and model.")] = None,
    weights: Weights = None,
    title: Annotated[str, typer.Option(help="The title of the page.")] = "Atlas of benchmarks",
    seed: Seed = 0,
) -> None:
    """Write a page: languages as tiles, a matrix of languages and tasks, crowding, agreement with people.

    Example: metier evaluate multilingual atlas cards.jsonl --out atlas.html
    """
    from metier.errors import ConfigError
    from metier.evaluate.multilingual.cost import estimate_cost
    from metier.evaluate.multilingual.languages import read_weights
    from metier.faces.atlas import as_page
    from metier.faces.files import make_writable
    from metier.faces.page import write_page

    if (scores is None) != (ratings is None):
        raise ConfigError("Expected --scores and --ratings together, got one of them.")
    make_writable(out, "--out")
    read = _cards(path)
    found: Sequence[Agreement] = ()
    if scores and ratings:
        found = _agreements(*_scores_and_ratings(scores, ratings), _pairs(aliases, ("alias", "model")), None, seed)
    weighed = read_weights(weights) if weights else None
    cost = estimate_cost(read, seed=seed)
    say(f"wrote {write_page(as_page(read, title=title, weights=weighed, agreements=found, cost=cost), out)}")


def _cards(path: Path) -> list[Card]:
    """Cards of our own form, or of MTEB's metadata, told apart by the columns."""
    from metier.errors import InputError
    from metier.evaluate.multilingual.card import read_cards
    from metier.evaluate.multilingual.mteb import is_mteb, read_mteb

    read = list(read_mteb(path) if is_mteb(path) else read_cards(path))
    if not read:
        raise InputError(
            f"Expected cards in {str(path)!r}, found none.",
            hint='One JSON object a line is a card: {"name": "XNLI", "languages": ["French"]}.',
        )
    return read


def _scores_and_ratings(scores: Path, ratings: Path) -> tuple[list[BenchmarkScore], list[HumanRating]]:
    from metier.evaluate.multilingual.scores import read_ratings, read_scores

    return list(read_scores(scores)), read_ratings(ratings)


def _agreements(
    scores: Iterable[BenchmarkScore],
    ratings: Iterable[HumanRating],
    aliases: dict[str, str],
    families: Path | None,
    seed: int,
) -> Sequence[Agreement]:
    from metier.evaluate.multilingual.agreement import agreements

    return agreements(scores, ratings, aliases=aliases, families=_pairs(families, ("model", "family")), seed=seed)


def _pairs(path: Path | None, columns: tuple[str, str]) -> dict[str, str]:
    from metier.evaluate.multilingual.scores import read_pairs

    return read_pairs(path, columns) if path else {}


def _agreement_row(one: Agreement) -> tuple[object, ...]:
    from metier.evaluate.multilingual.languages import language_name

    spread = one.without and f"{one.without[0][1]:.2f} ({one.without[0][0]}) to {one.without[1][1]:.2f}"
    rho, made = (f"{value:.2f}" if value is not None else "-" for value in (one.rho, one.corrected))
    ends = (_ends(one.interval), _ends(one.by_formula))
    return language_name(one.language), one.benchmark, one.n, rho, *ends, made, spread or "-"


def _ends(interval: tuple[float, float] | None) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else "-"
