"""Let `python -m metier` be the `metier` command."""

from metier.faces.cli import main

if __name__ == "__main__":
    main()
