"""How fast are signed packages verified, and what is refused that was tampered with? Beside model-signing.

Example: python benchmarks/govern_sign.py SIGNED/skills SIGNED/root-cert.pem

The first path holds signed packages (each with a skill.oms.sig), the second is the root to trust. Tampering is done on
copies.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import model_signing

from metier.govern.sign import trust_roots, verify

MIN_SECONDS = 2.0


def plant(folder: Path) -> None:
    """A script that nobody signed."""
    (folder / "setup.py").write_text("print('planted')\n")


def plant_for_git(folder: Path) -> None:
    """A hook, in the folder that signers leave out."""
    (folder / ".git" / "hooks").mkdir(parents=True)
    (folder / ".git" / "hooks" / "post-checkout").write_text("echo planted\n")


def change(folder: Path) -> None:
    """One more line."""
    (folder / "SKILL.md").write_text((folder / "SKILL.md").read_text() + "More.\n")


def rename(folder: Path) -> None:
    """The same bytes under another name."""
    (folder / "SKILL.md").rename(folder / "skill.md")


def link(folder: Path) -> None:
    """The same bytes, by a link to them elsewhere."""
    elsewhere = folder.with_name(folder.name + "-elsewhere.md")
    shutil.move(folder / "SKILL.md", elsewhere)
    (folder / "SKILL.md").symlink_to(elsewhere)


def remove(folder: Path) -> None:
    """One file less."""
    (folder / "SKILL.md").unlink()


def main() -> None:
    """Print states, speeds and what each refuses."""
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    top, root = Path(sys.argv[1]), Path(sys.argv[2])
    packages = sorted(path.parent for path in top.glob("*/skill.oms.sig"))
    trust = trust_roots(root)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {len(packages)} packages\n")
    print("| state | packages |\n|---|---|")
    for state, number in Counter(verify(package, trust).state.value for package in packages).most_common():
        print(f"| {state} | {number} |")
    ways: dict[str, Callable[[Path], bool]] = {
        "metier": lambda package: verify(package, trust).is_verified,
        "metier, the root read anew each time": lambda package: verify(package, trust_roots(root)).is_verified,
        "model-signing": lambda package: _theirs(package, root),
        "model-signing, --ignore_unsigned_files": lambda package: _theirs(package, root, ignore=True),
    }
    print("\n| verified by | packages / CPU-s | verified |\n|---|---|---|")
    for name, way in ways.items():
        print(f"| {name} | {_speed(way, packages):.0f} | {sum(map(way, packages))} of {len(packages)} |")
    tampered = (plant, plant_for_git, change, rename, link, remove)
    names = " | ".join(tamper.__name__.replace("_", " ") for tamper in tampered)
    print(f"\n| refused by | {names} |\n|---|{'---|' * len(tampered)}")
    for name in ("metier", "model-signing", "model-signing, --ignore_unsigned_files"):
        counts = [sum(_refuses(ways[name], package, tamper) for package in packages) for tamper in tampered]
        print(f"| {name} | {' | '.join(f'{count} of {len(packages)}' for count in counts)} |")


def _theirs(package: Path, root: Path, *, ignore: bool = False) -> bool:
    # As its command does it: the signature itself is left out.
    hashing = model_signing.hashing.Config().set_ignored_paths(paths=["skill.oms.sig"])
    config = model_signing.verifying.Config().use_certificate_verifier(certificate_chain=[root])
    config.set_hashing_config(hashing).set_ignore_unsigned_files(ignore)
    try:
        config.verify(package, package / "skill.oms.sig")
    except Exception:
        return False
    return True


def _speed(way: Callable[[Path], bool], packages: list[Path]) -> float:
    began, done = time.process_time(), 0
    while time.process_time() - began < MIN_SECONDS:
        for package in packages:
            way(package)
        done += len(packages)
    return done / (time.process_time() - began)


def _refuses(way: Callable[[Path], bool], package: Path, tamper: Callable[[Path], None]) -> bool:
    with tempfile.TemporaryDirectory() as top:
        copy = shutil.copytree(package, Path(top, package.name))
        tamper(copy)
        return not way(copy)


if __name__ == "__main__":
    main()
