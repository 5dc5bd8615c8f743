"""`metier discover extract|measure`: skills in ads, named and implied."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metier.faces.show import AsJson, as_json, as_lines, is_terminal, place, say, table

if TYPE_CHECKING:
    from metier.discover.extraction.found import Extracted, Extraction


class Way(StrEnum):
    """Which encoder reads the sentences."""

    FAST = "fast"
    FULL = "full"
    EIGHT_BIT = "eight-bit"


Model = Annotated[
    Path,
    typer.Option("--model", "-m", parser=place, metavar="<path>", help="The folder of a model, as `train` writes it."),
]
Through = Annotated[
    Way, typer.Option("--path", help="`fast`: word vectors; `full`: the encoder; `eight-bit`: the same in eight bits.")
]


def extract(
    text: Annotated[list[Path], typer.Argument(help="Text files, or one file of JSON lines; `-` is standard input.")],
    model: Model,
    path: Through = Way.FULL,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="For JSON lines: where the extractions go.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Skills for a sentence, at most.")] = 5,
    least: Annotated[float | None, typer.Option(help="Least probability; by default the fitted threshold.")] = None,
    keep_boilerplate: Annotated[bool, typer.Option(help="Read what asks for nothing, too.")] = False,
    roll_up: Annotated[
        Path | None,
        typer.Option(
            parser=place,
            metavar="<path>",
            help="A taxonomy with groups: close skills are also shown under their group.",
        ),
    ] = None,
    hierarchy: Annotated[
        Path | None,
        typer.Option(parser=place, metavar="<path>", help="Its hierarchy, if that is another file or folder."),
    ] = None,
    margin: Annotated[
        float | None, typer.Option(min=0, max=1, help="How far probabilities of close skills lie apart; 0.1.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="How many work at once.")] = 1,
    engine: Annotated[str, typer.Option(help="`local`: processes of this machine; `ray`: a Ray cluster.")] = "local",
    json: AsJson = False,
) -> None:
    """Find the skills that ads ask for, named and implied, with a probability and a place for each.

    A file of JSON lines (a key `text`, perhaps `source` and `date`) becomes one with an extraction a line.

    Example: metier discover extract ad.txt -m model
    """
    need_numpy()
    from functools import partial

    from metier.discover.extraction.opened import Groups, reader, settings_of
    from metier.errors import ConfigError

    if (hierarchy or margin is not None) and not roll_up:
        raise ConfigError("--hierarchy and --margin say how skills roll up, and no --roll-up was named.",
                          hint="--roll-up TAXONOMY")  # fmt: skip
    close = 0.1 if margin is None else margin
    groups = Groups(taxonomy=roll_up, hierarchy=hierarchy, margin=close) if roll_up else None
    made = partial(
        reader, model, path=path.value, count=count, least=least, keep_boilerplate=keep_boilerplate, groups=groups
    )
    if out is not None:
        _stream(text, out, made, settings=settings_of(made), processes=processes, engine=engine)
        return
    read = made()
    found = [read(_text(file)) for file in text]
    if json:
        as_lines(found)
        return
    if groups:
        table(
            ("probability", "group", "level", "skill", "kind", "where", "form"),
            (
                (chance, *((one.label, str(one.level)) if one.uri != one.skills[0].uri else ("", "")), *shown)
                for ad in found
                for one in ad.rolled
                for chance, *shown in (_shown(ad, skill) for skill in one.skills)
            ),
        )  # fmt: skip
        return
    table(("probability", "skill", "kind", "where", "form"), (_shown(ad, skill) for ad in found for skill in ad.skills))


def _shown(ad: Extraction, skill: Extracted) -> tuple[str, ...]:
    where = ad.text[skill.start : skill.end] if skill.start is not None else ""
    return f"{skill.probability:.2f}", skill.label, skill.kind.value, where, skill.form


def measure(
    gold: Annotated[list[str], typer.Argument(help="NAME=FILE or FILE: sentences with gold skills.")],
    model: Model,
    path: Through = Way.FULL,
    json: AsJson = False,
) -> None:
    """Measure a model on sentences with gold skills: RP@5, MRR, implied skills, calibration, abstention.

    Example: metier discover measure tech=tech_test.csv -m model --path fast
    """
    need_numpy()
    from metier.discover.extraction.measured import measure as measured
    from metier.discover.extraction.model import load

    extractor = load(model, path=path.value)
    found = {name: measured(extractor, file) for name, file in named_files(gold).items()}
    if json:
        as_json(found)
        return
    table(
        ("set", "sentences", "RP@5", "RP@10", "MRR", "recall@100", "implied hit@5", "named hit@5", "none AUROC", "ECE"),
        (
            (name, one.quality.num_sentences, *(shown_number(value) for value in (
                one.quality.rp5, one.quality.rp10, one.quality.mrr, one.quality.recall100, one.quality.implicit_hit5,
                one.quality.explicit_hit5, 100 * one.none_auroc, 100 * one.calibration_error)))
            for name, one in found.items()
        ),
    )  # fmt: skip
    for name, one in found.items():
        if one.unknown:
            say(f"{name}: {len(one.unknown)} labels are not in the taxonomy, such as {one.unknown[0]!r}.")


def shown_number(value: float) -> str:
    """A figure with one digit; a dash where there is none."""
    return f"{value:.1f}" if value == value else "-"


def need_numpy() -> None:
    """Say which extra is missing before an import says it less well."""
    from importlib.util import find_spec

    from metier.errors import MissingExtra

    if find_spec("numpy") is None:
        raise MissingExtra("numpy", extra="encode", needed_for="A model of skills")


def named_files(given: Sequence[str]) -> dict[str, Path]:
    """Read NAME=FILE, or FILE, whose name is then its own without endings."""
    from metier.errors import ConfigError

    files: dict[str, Path] = {}
    for one in given:
        name, _, file = one.rpartition("=")
        name = name or Path(one).name.split(".")[0]
        if name in files:
            raise ConfigError(f"Two evaluation files are called {name!r}.", hint="Name them: tech=FILE, house=FILE.")
        files[name] = Path(file)
    return files


def _text(file: Path) -> str:
    from metier.errors import DocumentError

    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"Cannot read the ad {str(file)!r}: {error}.", hint="Ads are UTF-8 text.") from error


def _stream(
    text: list[Path], out: Path, made: Callable[[], Any], *, settings: str, processes: int, engine: str
) -> None:
    from metier.discover.extraction.stream import stream
    from metier.errors import ConfigError
    from metier.faces.files import make_writable

    if len(text) != 1:
        raise ConfigError(f"With --out one file of JSON lines is read, got {len(text)}.", hint="Join them first.")
    make_writable(out, "--out")
    done = stream(
        text[0], out, made, processes=processes, name=engine, settings=settings,
        progress=(lambda read, bad: say(f"{read} ads, {bad} bad lines")) if is_terminal() else None,
    )  # fmt: skip
    say(
        f"{done.num_read} ads are in {done.target}"
        + (f", {done.num_bad} bad lines in {done.bad}." if done.bad else ".")
    )
    if done.num_bad:
        raise typer.Exit(1)
