r"""Plan renames in one folder by patterns such as 's/ +/-/', check them, and apply them if asked to.

    python plan_renames.py photos 's/^IMG_/holiday-/' --apply --undo renamed.tsv

Patterns are those of Python's `re`; each is applied to the whole name of every file, wherever it matches.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description="Plan renames in one folder, and apply them if asked to.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("patterns", nargs="+", help="such as 's/old/new/'; any sign may stand for the slash")
    parser.add_argument("--apply", action="store_true", help="rename; without it the plan is only printed")
    parser.add_argument("--undo", type=Path, help="where to write the old and the new names")
    args = parser.parse_args()
    try:
        rules = [parse_rule(pattern) for pattern in args.patterns]
        names = sorted(path.name for path in args.folder.iterdir() if path.is_file())
        plan = [(name, renamed(name, rules)) for name in names]
    except (ValueError, re.error, OSError, IndexError) as error:
        print(f"plan_renames: {error}", file=sys.stderr)
        return 2
    plan = [(old, new) for old, new in plan if old != new]
    taken = {path.name for path in args.folder.iterdir()}
    if args.undo and args.undo.resolve().parent == args.folder.resolve():
        taken.add(args.undo.name)
    faults = check(plan, taken)
    if args.apply and args.undo and args.undo.exists():
        faults.append(f"{str(args.undo)!r} is there already and may be the only way back from an earlier rename")
    for fault in faults:
        print(f"plan_renames: {fault}", file=sys.stderr)
    if faults:
        return 1
    lines = "".join(f"{old}\t{new}\n" for old, new in plan)
    print(lines, end="")
    if args.apply:
        if args.undo:
            args.undo.write_text(lines, encoding="utf-8", errors="surrogateescape")
        apply(args.folder, plan)
    return 0


def parse_rule(pattern: str) -> tuple[re.Pattern[str], str]:
    """Read 's/old/new/', with any sign in place of the slash."""
    if len(pattern) < 4 or pattern[0] != "s" or pattern[1].isalnum() or pattern[1] == "\\":
        raise ValueError(f"expected a pattern such as 's/old/new/', got {pattern!r}")
    parts = pattern[2:].split(pattern[1])
    if len(parts) != 3 or parts[2] or not parts[0]:
        raise ValueError(f"expected a pattern such as 's/old/new/', got {pattern!r}")
    return re.compile(parts[0]), parts[1]


def renamed(name: str, rules: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, replacement in rules:
        name = pattern.sub(replacement, name)
    return name


def check(plan: list[tuple[str, str]], taken: set[str]) -> list[str]:
    """Why the plan cannot be applied; nothing if it can."""
    faults = []
    staying = {name.casefold(): name for name in taken - {old for old, _ in plan}}
    wanted: dict[str, str] = {}
    for old, new in plan:
        if new in ("", ".", "..") or any(sign in new for sign in "/\\\0\t\n"):
            faults.append(f"{old!r} would get the name {new!r}, which is none")
        elif new.casefold() in staying:
            faults.append(f"{old!r} would get the name of {staying[new.casefold()]!r}, which stays")
        elif new.casefold() in wanted:
            faults.append(f"{wanted[new.casefold()]!r} and {old!r} would both be called {new!r}")
        wanted[new.casefold()] = old
    return faults


def apply(folder: Path, plan: list[tuple[str, str]]) -> None:
    """Rename in two passes, so that chains and exchanges of names do not write over one another."""
    between = Path(tempfile.mkdtemp(prefix=".renaming-", dir=folder))
    for number, (old, _) in enumerate(plan):
        (folder / old).rename(between / str(number))
    for number, (_, new) in enumerate(plan):
        (between / str(number)).rename(folder / new)
    between.rmdir()


if __name__ == "__main__":
    sys.exit(main())
