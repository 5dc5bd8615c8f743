"""Let `python -m metier` be the `metier` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the `metier` command; who stops it while it is being loaded is told no more than who stops it later."""
    try:
        from metier.faces.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("metier: stopped.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
