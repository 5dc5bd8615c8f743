"""Which of several runs is better, by how much, on what, and how sure are we?

- `align`: rows of two runs become pairs, and what has no partner is told.
- `compared`: pairs become figures, task by task and over all; `compare_runs` is the door.
- `exact`, `resample`: the tests and intervals; `power`: what a comparison could have seen; `many`: for many at once.
"""
