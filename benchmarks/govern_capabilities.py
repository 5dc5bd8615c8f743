"""How well is it read what a package declares, and what it does? Precision and recall of the 29 capabilities.

Run it as `python benchmarks/govern_capabilities.py [FOLDER]`. The packages are those of the tests; each says what is
expected of it. With a folder of packages it also counts how many of them deviate from their own manifests.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "govern"))

from capability_fixtures import FIXTURES
from metier.capability import Capability
from metier.errors import PackageError
from metier.govern.manifest import declared, deviation
from metier.govern.scan import scan
from metier.stores.package import find_packages, read_package


def main() -> None:
    """Print one row a set, and the capabilities that fall short of 0.9."""
    found, seconds = _found()
    print(f"{len(FIXTURES)} packages, {len(Capability)} capabilities, {seconds:.2f} CPU s\n")
    print("| set | true | found | precision | recall | capabilities below 0.9 |")
    print("|---|---:|---:|---:|---:|---|")
    for which in ("declared", "observed"):
        hits, named, true = Counter[Capability](), Counter[Capability](), Counter[Capability]()
        for name, fixture in FIXTURES.items():
            expected = getattr(fixture, which)
            hits.update(found[name][which] & expected)
            named.update(found[name][which])
            true.update(expected)
        low = [
            c.value
            for c in Capability
            if min(hits[c] / named[c] if named[c] else 1.0, hits[c] / true[c] if true[c] else 1.0) < 0.9
        ]
        precision, recall = hits.total() / named.total(), hits.total() / true.total()
        shown = ", ".join(low) or "none"
        print(f"| {which} | {true.total()} | {named.total()} | {precision:.3f} | {recall:.3f} | {shown} |")
    if len(sys.argv) > 1:
        _deviations(Path(sys.argv[1]))


def _found() -> tuple[dict[str, dict[str, frozenset[Capability]]], float]:
    began, found = time.process_time(), {}
    with tempfile.TemporaryDirectory() as place:
        for name, fixture in FIXTURES.items():
            folder = fixture.write(Path(place) / name)
            found[name] = {
                "declared": frozenset(one.capability for one in declared(read_package(folder).fields)),
                "observed": frozenset(scan(folder).observed),
            }
    return found, time.process_time() - began


def _deviations(folder: Path) -> None:
    num, under, over, began = 0, Counter[Capability](), Counter[Capability](), time.process_time()
    num_under = num_over = 0
    for place in find_packages(folder):
        try:
            fields = read_package(place).fields
        except PackageError:
            continue
        apart = deviation(declared(fields), scan(place).observed)
        num += 1
        num_under += bool(apart.under)
        num_over += bool(apart.over)
        under.update(apart.under)
        over.update(apart.over)
    print(f"\n{num} packages below the folder, {time.process_time() - began:.1f} CPU s\n")
    print("| deviation | packages | most often |")
    print("|---|---:|---|")
    for label, count, kinds in (("not declared", num_under, under), ("not used", num_over, over)):
        print(f"| {label} | {count} | {', '.join(f'{c.value} {n}' for c, n in kinds.most_common(4)) or '–'} |")


if __name__ == "__main__":
    main()
