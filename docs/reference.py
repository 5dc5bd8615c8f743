"""Write docs/cli.md from the command line itself, or check with --check that it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

import typer.main
from typer.testing import CliRunner

from metier.faces.cli import app

PAGE = Path(__file__).parent / "cli.md"
HEAD = """# The command line

Written by `make docs` from the commands themselves. Data goes to standard output, talk to standard error; `--json` is
for programs. Exit codes: 0 done, 1 findings (a wrong answer, a package to look at, a gap), 2 wrong use or a run that
could not finish.
"""


def page() -> str:
    """The whole page, one section a command."""
    sections = [HEAD, section([])]
    for name, command in sorted(typer.main.get_command(app).commands.items()):
        sections.append(section([name]))
        sections += [section([name, verb]) for verb in sorted(getattr(command, "commands", {}))]
    return "\n".join(sections)


def section(words: list[str]) -> str:
    """The help of one command, as the terminal shows it."""
    done = CliRunner().invoke(
        app, [*words, "--help"], prog_name="metier", env={"COLUMNS": "100", "TERMINAL_WIDTH": "100"}
    )
    heading = " ".join(["metier", *words])
    lines = "\n".join(line.rstrip() for line in done.output.strip().splitlines())
    return f"## {heading}\n\n```text\n{lines}\n```\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            sys.exit("docs/cli.md is not what the commands say; write it again with: make docs")
    else:
        PAGE.write_text(page(), encoding="utf-8")
