"""Whose runs can be compared, and where do ours run? To and from other harnesses.

- `read.read_samples`: any log that is known here, as rows of a comparison.
- `eval_log`: `.eval` files of Inspect AI, read and written without it.
- `lm_eval`: `samples_*.jsonl` of lm-evaluation-harness, read.
- `inspect`: our exams as tasks of Inspect AI, which it needs.
"""
