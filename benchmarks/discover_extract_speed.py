"""How long does a model take to start, how many sentences does each path read in a CPU second, and in how much memory?

Each path runs in a process of its own, with one thread: imports, the load of the model, the first answer, the ranking
alone, whole extraction with spans and probabilities, and the greatest resident memory. The paths with an encoder are
set beside the bare encoder on the same sentences, in a process of its own as well.

    python benchmarks/discover_extract_speed.py MODEL TEXTS ... [--count 3072]

TEXTS are files of sentences or ads, a line each, perhaps packed with gzip. CPU time, the best of two runs.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import gzip
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

BATCH = 256
LEAST_WORDS = 4


def sentences(paths: Sequence[str], count: int) -> list[str]:
    """The first sentences of the texts, each once, of at least four words."""
    from metier.discover.extraction.sentences import split

    found: dict[str, None] = {}
    for path in paths:
        opened = gzip.open if path.endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                cut = (line[start:end] for start, end in split(line))
                found |= dict.fromkeys(text for text in cut if len(text.split()) >= LEAST_WORDS)
                if len(found) >= count:
                    return list(found)[:count]
    return list(found)


def best_of_two(work: Callable[[], Any]) -> float:
    """CPU seconds."""
    seconds = []
    for _ in range(2):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    return min(seconds)


def child(model: Path, path: str, texts: Sequence[str]) -> dict[str, float]:
    """Measure one path, or the `bare` encoder, in this process."""
    began = time.process_time()
    import pydantic

    from metier.discover.extraction.encoders import SentenceEncoder
    from metier.discover.extraction.model import load

    pydantic.TypeAdapter(int)  # the first adapter imports most of it
    if path != "fast":
        import onnxruntime  # noqa: F401
        import sentence_transformers  # noqa: F401
    measured = {"import": time.process_time() - began}
    began = time.process_time()
    if path == "bare":
        encoder = SentenceEncoder(model / "encoder")
        measured["load"] = time.process_time() - began
        encoder.encode(texts[:BATCH])
        measured["rank"] = best_of_two(lambda: [encoder.encode(texts[i : i + BATCH]) for i in _starts(texts)])
    else:
        extractor = load(model, path=path)
        measured["load"] = time.process_time() - began
        began = time.process_time()
        extractor.extract_sentences(texts[:1])
        measured["first"] = time.process_time() - began
        measured["rank"] = best_of_two(
            lambda: [extractor.ranked(texts[i : i + BATCH], count=50) for i in _starts(texts)]
        )
        measured["extract"] = best_of_two(lambda: extractor.extract_sentences(texts))
    measured["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return measured


def _starts(texts: Sequence[str]) -> range:
    return range(0, len(texts), BATCH)


def main(arguments: list[str]) -> None:
    """Print one row a path."""
    count = int(arguments.pop(arguments.index("--count") + 1)) if "--count" in arguments else 3072
    model, *paths = [argument for argument in arguments if argument != "--count"]
    texts = sentences(paths, count)
    needs = {"fast": "words.npy", "bare": "encoder", "full": "encoder", "eight-bit": "onnx"}
    ways = [way for way, part in needs.items() if (Path(model) / part).exists()]
    measured = {}
    for way in ways:
        command = [sys.executable, __file__, "--child", model, way]
        run = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
        measured[way] = json.loads(run.stdout.splitlines()[-1])
    print("| path | import, CPU s | load, CPU s | first answer, CPU s | ranked per CPU s | extracted per CPU s "
          "| cost beside the bare encoder | peak MB |")  # fmt: skip
    print(f"| --- |{' ---: |' * 7}")
    for way, row in measured.items():
        extracted = f"{len(texts) / row['extract']:,.0f}" if "extract" in row else ""
        first = f"{row['first']:.2f}" if "first" in row else ""
        ratio = ""
        if "bare" in measured and "extract" in row:
            bare = measured["bare"]["rank"]
            ratio = f"{row['rank'] / bare:.2f} ranked, {row['extract'] / bare:.2f} extracted"
        name = "encoder alone" if way == "bare" else way
        print(f"| {name} | {row['import']:.2f} | {row['load']:.2f} | {first} | {len(texts) / row['rank']:,.0f} "
              f"| {extracted} | {ratio} | {row['mb']:,.0f} |")  # fmt: skip
    words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"\n{len(texts):,} sentences of {words:.1f} words; one thread; Python {sys.version.split()[0]}.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(child(Path(sys.argv[2]), sys.argv[3], json.load(sys.stdin))))
    else:
        if len(sys.argv) < 3:
            print(__doc__, file=sys.stderr)
            raise SystemExit(2)
        main(sys.argv[1:])
