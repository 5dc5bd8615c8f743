"""Do the corrected shares of ten abilities hold together, when the labels come from a model that errs?

python benchmarks/evaluate_attribution.py [RUNS]
"""

from __future__ import annotations

import platform
import sys
import time

import numpy as np

from metier.evaluate.attribution.prevalence import corrected

ERRORS, FINDS, INVENTS, SEED = 480, 0.7, 0.15, 7
ROWS = ((60, np.linspace(0.02, 0.3, 10)), (120, np.linspace(0.05, 0.5, 10)), (240, np.linspace(0.05, 0.5, 10)))


def main(runs: int) -> None:
    print(
        "| sample that people labelled | shares | all ten intervals hold | each interval holds "
        "| raw shares all within 6 points |\n| ---: | --- | ---: | ---: | ---: |"
    )
    begin = time.process_time()
    for sample, truth in ROWS:
        rng, together, each, raw = np.random.default_rng(SEED), 0, 0.0, 0
        for run in range(runs):
            y = rng.random((len(truth), ERRORS)) < truth[:, None]
            f = np.where(y, rng.random(y.shape) < FINDS, rng.random(y.shape) < INVENTS)
            labels = {str(k): f[k, sample:].tolist() for k in range(len(truth))}
            pairs = {
                str(k): list(zip(f[k, :sample].tolist(), y[k, :sample].tolist(), strict=True))
                for k in range(len(truth))
            }
            found = corrected(labels, pairs, seed=run)
            held = [one.low <= t <= one.high for one, t in zip(found, truth, strict=True)]
            together += all(held)
            each += sum(held) / len(held)
            raw += all(abs(one.raw - t) <= 0.06 for one, t in zip(found, truth, strict=True))
        cells = (f"{100 * count / runs:.1f} %" for count in (together, each, raw))
        print(f"| {sample} | {100 * truth[0]:.0f} % to {100 * truth[-1]:.0f} % | {' | '.join(cells)} |")
    print(
        f"\n{runs} runs a row, seed {SEED}, {time.process_time() - begin:.0f} CPU s, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
