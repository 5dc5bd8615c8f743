"""Which of several runs is better, by how much, on what, and how sure are we?

- `compared`, `figures`: runs become pairs, and pairs figures, task by task and over all; `compare_runs` is the door.
- `placed`, `align`: an exam gives tasks and clusters; rows of two runs become pairs, and what has no partner is told.
- `exact`, `resample`, `shares`: tests and intervals beside that of `metier.evaluate.clustered`, which counts.
- `power`, `spread`: what a comparison could have seen, and what more questions or epochs would show.
- `many`: what is left of p-values when many were looked at.
"""
