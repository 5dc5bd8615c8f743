"""What does it cost to start? CPU seconds of imports and of `--help`, ours and the peers that are installed.

    python benchmarks/import_cost.py

Every figure is the best of seven fresh processes, user and system time; a peer that is not installed is left out.
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import subprocess
import sys
from pathlib import Path

REPEATS = 7
BIN = Path(sys.executable).parent
COMMANDS = {
    "bare interpreter": [sys.executable, "-c", "pass"],
    "import metier": [sys.executable, "-c", "import metier"],
    "import metier.lifecycle": [sys.executable, "-c", "import metier.lifecycle"],
    "import typer": [sys.executable, "-c", "import typer"],
    "metier --help": [str(BIN / "metier"), "--help"],
    "metier run --help": [str(BIN / "metier"), "run", "--help"],
    "metier evaluate grade": [str(BIN / "metier"), "evaluate", "grade", "--gold", "1", "--answer", "1"],
    "skills-ref --help": [str(BIN / "skills-ref"), "--help"],
    "trl --help": [str(BIN / "trl"), "--help"],
    "transformers --help": [str(BIN / "transformers"), "--help"],
    "inspect --help": [str(BIN / "inspect"), "--help"],
    "llm --help": [str(BIN / "llm"), "--help"],
}


def main() -> None:
    """Print the table."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, best of {REPEATS}\n")
    floor = cpu_seconds(COMMANDS["bare interpreter"])
    ours = cpu_seconds(COMMANDS["metier --help"])
    print("| command | CPU s | over the bare interpreter | of `metier --help` |\n|---|---|---|---|")
    for name, command in COMMANDS.items():
        if shutil.which(command[0]):
            seconds = cpu_seconds(command)
            print(f"| `{name}` | {seconds:.3f} | {seconds - floor:.3f} | {seconds / ours:.1f} × |")


def cpu_seconds(command: list[str]) -> float:
    """The least CPU time that a command took in a fresh process."""
    best = float("inf")
    for _ in range(REPEATS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


if __name__ == "__main__":
    main()
