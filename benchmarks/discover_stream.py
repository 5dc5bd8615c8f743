"""What does the stream of ads cost by itself, and does its memory grow with the file? With a reader that finds nothing.

python benchmarks/discover_stream.py [NUM_ADS …]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from metier.discover.extraction.found import Extraction, Read
from metier.discover.extraction.stream import stream
from metier.discover.extraction.workers import Reader

TEXT = "We look for somebody who knows SQL and Python. " * 40


def nothing(text: str) -> Extraction:
    """A reader that finds nothing."""
    return Extraction(text=text, sentences=(Read(start=0, end=len(text)),), skills=())


def make() -> Reader:
    """Its factory."""
    return nothing


def measure(num_ads: int) -> None:
    """Print one row; in a process of its own, as memory is never given back."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "ads.jsonl"
        with source.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": f"Ad {number}. {TEXT}"}) + "\n" for number in range(num_ads))
        began = time.process_time()
        stream(source, Path(folder) / "found.jsonl", make)
        seconds = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = source.stat().st_size / 1e6
    print(f"| {num_ads:,} | {size:.0f} | {num_ads / seconds:,.0f} | {peak:.0f} |")


def main(sizes: list[str]) -> None:
    """Print one row a size."""
    print(f"Python {sys.version.split()[0]}\n")
    print("| ads | MB | ads per CPU s | peak memory, MB |\n| ---: | ---: | ---: | ---: |", flush=True)
    for size in sizes or ["2000", "20000", "100000"]:
        subprocess.run([sys.executable, __file__, "--one", size], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    else:
        main(sys.argv[1:])
