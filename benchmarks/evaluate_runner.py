"""What does a run cost this machine, beside the model? CPU per sample, transcript and all, and the reading of a log.

An instant model answers the same questions in the same words to our runner, to Inspect AI and to lm-evaluation-harness.
Each engine runs in a process of its own; imports are not counted. Peers that are not installed are left out.

    python benchmarks/evaluate_runner.py [--samples 1000] [--rounds 3] [--log 100000]
        [--inspect PYTHON] [--lm-eval PYTHON]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

REPLY = "Let us think. " * 40 + "The answer is {}."
QUESTION = "{} + 1 =" + " Give the answer alone." * 8


def ours(num_samples: int, folder: Path) -> dict[str, Any]:
    """Our runner: one call a sample, two calls a sample, and what is made of the log."""
    from metier import __version__
    from metier.clients.rule import RuleClient
    from metier.evaluate.examine import examine
    from metier.evaluate.strategy import TwoStep
    from metier.graders import grader_for
    from metier.item import Exam, Item

    items = tuple(Item(prompt=QUESTION.format(n), reference=str(n + 1), grader="number") for n in range(num_samples))
    exam = Exam(name="sums", items=items)
    client = RuleClient(lambda request: REPLY.format(int(request.messages[0].content.split()[0]) + 1))
    found: dict[str, Any] = {"version": __version__}
    for name, strategy in (("run", None), ("two_step", TwoStep())):
        path = folder / f"{name}.jsonl"
        began = time.process_time()
        taken = examine(exam, client, path, grader_for=grader_for, strategy=strategy)
        found[name] = 1000 * (time.process_time() - began) / num_samples
        assert taken.summary.correct == num_samples
    began = time.process_time()
    examine(exam, client, folder / "run.jsonl", grader_for=grader_for)
    found["again"] = 1000 * (time.process_time() - began) / num_samples
    found["bytes"] = (folder / "run.jsonl").stat().st_size / num_samples
    return found


def reading(num_samples: int, folder: Path) -> dict[str, Any]:
    """Open and sum up a log of many samples: finished, and cut in the middle of a line; then read every row."""
    from metier.evaluate.transcript import samples_of, summary

    ours(100, folder)
    lines = (folder / "run.jsonl").read_bytes().splitlines(keepends=True)
    path = folder / "long.jsonl"
    with path.open("wb") as file:
        file.write(lines[0])
        for n in range(num_samples):
            line = lines[1 + n % 100]
            file.write(line.replace(b'"epoch":0', b'"epoch":%d' % (n // 100)))
    found: dict[str, Any] = {"bytes": path.stat().st_size}
    began = time.process_time()
    assert summary(path).samples == num_samples
    found["summary"] = time.process_time() - began
    os.truncate(path, path.stat().st_size - 200)
    began = time.process_time()
    assert summary(path).samples == num_samples - 1
    found["torn"] = time.process_time() - began
    began = time.process_time()
    assert sum(1 for _ in samples_of(path)) == num_samples - 1
    found["rows"] = time.process_time() - began
    return found


def inspect(num_samples: int, folder: Path) -> dict[str, Any]:
    """Inspect AI, with a model of twelve lines that counts its own tokens."""
    import inspect_ai
    from inspect_ai import Task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ModelAPI, ModelOutput, ModelUsage, get_model, modelapi
    from inspect_ai.scorer import match
    from inspect_ai.solver import generate

    @modelapi(name="instant")
    class Instant(ModelAPI):
        async def generate(self, input, tools, tool_choice, config):  # type: ignore[no-untyped-def]
            answer = int(input[-1].text.split()[0]) + 1
            output = ModelOutput.from_content("m", REPLY.format(answer).rstrip("."))
            output.usage = ModelUsage(input_tokens=60, output_tokens=130, total_tokens=190)
            return output

    samples = [Sample(id=str(n), input=QUESTION.format(n), target=str(n + 1)) for n in range(num_samples)]
    found: dict[str, Any] = {"version": inspect_ai.__version__}
    lean = {"log_realtime": False, "log_model_api": False}
    for name, options in (("run", {}), ("lean", lean)):
        task = Task(dataset=MemoryDataset(samples), solver=generate(), scorer=match(numeric=True))
        began = time.process_time()
        log = inspect_ai.eval(task, model=get_model("instant/m"), log_dir=str(folder), display="none", **options)[0]
        found[name] = 1000 * (time.process_time() - began) / num_samples
        assert log.status == "success", log.error
        assert log.results.scores[0].metrics["accuracy"].value == 1.0
    return found


def lm_eval(num_samples: int, folder: Path) -> dict[str, Any]:
    """lm-evaluation-harness, with a model that answers at once, its samples logged and written."""
    os.environ.update(HF_HUB_OFFLINE="1", HF_HOME=str(folder), TQDM_DISABLE="1")
    import importlib.metadata

    from lm_eval.api.model import LM
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.loggers import EvaluationTracker
    from lm_eval.tasks import TaskManager

    class Instant(LM):
        def generate_until(self, requests, disable_tqdm=False):  # type: ignore[no-untyped-def]
            return [REPLY.format(int(one.args[0].split()[0]) + 1) for one in requests]

        def loglikelihood(self, requests, disable_tqdm=False):  # type: ignore[no-untyped-def]
            raise NotImplementedError

        loglikelihood_rolling = loglikelihood

    with (folder / "sums.jsonl").open("w") as file:
        for n in range(num_samples):
            file.write(json.dumps({"question": QUESTION.format(n), "answer": str(n + 1)}) + "\n")
    (folder / "sums.yaml").write_text(
        f"""
task: sums
dataset_path: json
dataset_kwargs: {{data_files: {{test: {folder}/sums.jsonl}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
generation_kwargs: {{until: ["\\n\\n"]}}
filter_list:
  - name: number
    filter: [{{function: regex, regex_pattern: "answer is (\\\\d+)"}}, {{function: take_first}}]
metric_list: [{{metric: exact_match, aggregation: mean, higher_is_better: true}}]
"""
    )
    manager = TaskManager(include_path=str(folder), include_defaults=False)
    tracker = EvaluationTracker(output_path=str(folder / "out"))
    began = time.process_time()
    results = simple_evaluate(
        model=Instant(), tasks=["sums"], task_manager=manager, log_samples=True, bootstrap_iters=0
    )
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    tracker.save_results_samples(task_name="sums", samples=samples["sums"])
    spent = time.process_time() - began
    assert results["results"]["sums"]["exact_match,number"] == 1.0
    return {"version": importlib.metadata.version("lm_eval"), "run": 1000 * spent / num_samples}


ENGINES = {"ours": ours, "reading": reading, "inspect": inspect, "lm_eval": lm_eval}


def measured(engine: str, python: str, num_samples: int, rounds: int) -> dict[str, Any] | None:
    """Run one engine in processes of its own; the median of each figure, or None if it is not installed."""
    found = []
    for _ in range(rounds):
        command = [python, __file__, "--engine", engine, "--samples", str(num_samples)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            print(f"{engine} left out: {ended.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            return None
        found.append(json.loads(ended.stdout.strip().splitlines()[-1]))
    return {
        key: value if isinstance(value, str) else statistics.median(one[key] for one in found)
        for key, value in found[0].items()
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--log", type=int, default=100_000, help="Samples of the log that is read.")
    options.add_argument("--inspect", default=sys.executable, help="A Python with Inspect AI.")
    options.add_argument("--lm-eval", default=sys.executable, help="A Python with lm-evaluation-harness.")
    options.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.engine:
        with tempfile.TemporaryDirectory() as folder:
            if chosen.engine == "ours":
                # What is imported at the first use is no part of a sample; the peers import it with themselves.
                ours(10, Path(folder) / "warm")
            print(json.dumps(ENGINES[chosen.engine](chosen.samples, Path(folder))))
        return
    own = measured("ours", sys.executable, chosen.samples, chosen.rounds)
    read = measured("reading", sys.executable, chosen.log, chosen.rounds)
    peer = measured("inspect", chosen.inspect, chosen.samples, chosen.rounds)
    harness = measured("lm_eval", chosen.lm_eval, chosen.samples, chosen.rounds)
    assert own and read, "our own engine did not run"
    rows = [
        (f"metier {own['version']}, one call", own["run"]),
        (f"metier {own['version']}, two calls", own["two_step"]),
        (f"metier {own['version']}, resuming a finished run", own["again"]),
    ]
    rows += [(f"Inspect AI {peer['version']}", peer["run"])] if peer else []
    rows += [(f"Inspect AI {peer['version']}, realtime and API log off", peer["lean"])] if peer else []
    rows += [(f"lm-evaluation-harness {harness['version']}, samples logged", harness["run"])] if harness else []
    print("| engine | CPU ms a sample | beside ours |\n| --- | ---: | ---: |")
    for name, spent in rows:
        print(f"| {name} | {spent:.3f} | {spent / own['run']:.1f} × |")
    print(f"\n| a log of {chosen.log:,} samples, {read['bytes'] / 1e6:.0f} MB | CPU s |\n| --- | ---: |")
    print(f"| opened and summed up | {read['summary']:.2f} |\n| the same, cut in its last line | {read['torn']:.2f} |")
    print(f"| every row read for a comparison | {read['rows']:.2f} |")
    print(
        f"\nMedian of {chosen.rounds} runs of {chosen.samples} samples, {own['bytes']:.0f} bytes each; "
        f"{platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}."
    )


if __name__ == "__main__":
    main()
