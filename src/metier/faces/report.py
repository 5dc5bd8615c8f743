"""What did a turn of the wheel come to? One HTML page that needs nothing but itself.

It reads the records of the stages and the attempts in the store, and computes no result of its own: every figure stands
in a record. Whatever came from a document, a package or a model is text here, never markup. A stage that did not run is
said to be so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from metier.attempt import Attempt
from metier.errors import StoreError
from metier.faces import charts
from metier.faces.page import render, write_page
from metier.faces.words import duration, percent
from metier.run import StageRecord
from metier.store import Store
from metier.verdict import ExposureTier, Verdict

Data = Mapping[str, Any]

_FAILURES_SHOWN, _WEAKNESSES_SHOWN = 8, 12
_HEADLINE = ("practised level 2", "held-out level 2", "practised level 3", "held-out level 3")
_ARMS = {
    "base": "before practice",
    "level-1": "reinforcement learning on single functions",
    "level-2": "reinforcement learning on compositions of two",
    "level-1+2": "reinforcement learning on compositions of two, single functions rehearsed",
    "rft": "rejection fine-tuning on compositions of two",
}
_CLAIMS = (
    ("level-2", "held-out level 2", True, "reinforcement learning on compositions carries over to held-out functions"),
    ("level-2", "held-out level 3", True, "reinforcement learning on compositions carries over to deeper ones"),
    ("level-1", "held-out level 2", False, "reinforcement learning on single functions does not teach composing"),
    ("rft", "held-out level 2", False, "rejection fine-tuning does not carry over to held-out functions"),
    ("rft", "held-out level 3", False, "rejection fine-tuning does not carry over to deeper compositions"),
)
"""What "From f(x) and g(x) to f(g(x))" (arXiv 2509.25123) says: arm, cell, whether it improves, in words."""


def write_report(
    records: Mapping[str, StageRecord],
    store: Store,
    path: Path,
    *,
    title: str,
    started: str = "",
    evidence_digest: str = "",
    seed: int | None = None,
    policy: str = "",
    reused: Collection[str] = (),
    now: Mapping[str, Verdict] | None = None,
) -> Path:
    """Write the report of a turn, whole or not at all, and return its path.

    The same records and attempts give the same bytes.

    Args:
        records: What each stage gave, by its name; those that did not run are left out.
        store: Holds the attempts and the items that the records name.
        started: When the turn began, as it should be read.
        evidence_digest: The digest of the evidence file.
        policy: The arm that became the stored policy; found in the records unless given.
        reused: The stages whose results an earlier turn had made.
        now: The verdict on each content as it holds now, by its digest; what fell since the turn is told to have.

    Raises:
        OSError: The file cannot be written; what was there before is left as it was.
    """
    page = _page(records, store, policy=policy, reused=reused, now=now or {})
    text = render(
        "report.html.j2", {**page, "title": title, "started": started, "evidence_digest": evidence_digest, "seed": seed}
    )
    return write_page(text, path)


def _page(
    records: Mapping[str, StageRecord],
    store: Store,
    *,
    policy: str,
    reused: Collection[str],
    now: Mapping[str, Verdict],
) -> dict[str, Any]:
    out: dict[str, Data] = {stage: record.output for stage, record in records.items()}
    evaluated = out.get("evaluate", {})
    differences = _in_order(evaluated.get("differences", {}))
    policy = policy or _policy_of(out)
    spokes = [_spoke(stage, records.get(stage), reused) for stage in STAGES]
    return {
        "out": out,
        "stages": [(spoke, records.get(spoke.name)) for spoke in spokes],
        "wheel": _wheel(spokes, records.values()),
        "policy": policy,
        "glosses": _ARMS,
        "headline": _headline(differences.get(policy, ()), evaluated.get("accuracy", {}).get(policy, {})),
        "arms": _compared(differences),
        "fallen": [(arm, row) for arm, rows in differences.items() for row in rows if row.get("high", 0) < 0],
        "claims": [claim for claim in (_claim(differences, *claim) for claim in _CLAIMS) if claim],
        "curves": _curves(_in_order(out.get("practice", {}).get("curves", {}))),
        "verdicts": _verdicts(out, now),
        "failures": _failures(out, store, policy),
        "gate": _compared({"update": out.get("update", {}).get("differences", ())}),
        "weaknesses": [
            (weak, charts.bar(weak["failed"] / weak["tried"], title=f"{weak['failed']} of {weak['tried']} failed"))
            for weak in out.get("update", {}).get("weaknesses", ())[:_WEAKNESSES_SHOWN]
        ],
    }


def _in_order(arms: Data) -> Data:
    """The arms as they are thought of, not as JSON sorts their names; unknown ones last."""
    known = list(_ARMS)
    return {arm: arms[arm] for arm in sorted(arms, key=lambda arm: known.index(arm) if arm in known else len(known))}


_COUNTS: Mapping[str, tuple[str, str, Any]] = {
    "discover": ("skill", "skills", lambda o: len(o.get("skills", ()))),
    "distill": ("item", "items", lambda o: sum(o.get("counts", {}).values())),
    "practice": ("policy", "policies", lambda o: len(o.get("policies", ()))),
    "evaluate": ("attempt", "attempts", lambda o: sum(_taken(cells) for cells in o.get("accuracy", {}).values())),
    "govern": ("admitted", "admitted", lambda o: sum(_admitted(verdict) for verdict in o.get("verdicts", ()))),
    "store": ("package", "packages", lambda o: len(o.get("skills", ()))),
    "compose": ("plan", "plans", lambda o: sum(result.get("kind") == "plan" for result in o.get("results", ()))),
    "update": ("new item", "new items", lambda o: o.get("items", 0)),
}
STAGES = tuple(_COUNTS)
"""The stages in the order in which they turn."""


def _spoke(stage: str, record: StageRecord | None, reused: Collection[str]) -> charts.Spoke:
    one, many, count = _COUNTS[stage]
    if record is None:
        return charts.Spoke(stage, "–", "not run", "", "missing")
    state = "reused" if stage in reused else "done"
    number = count(record.output)
    return charts.Spoke(stage, f"{number:,}", one if number == 1 else many, duration(record.seconds), state)


def _wheel(spokes: Sequence[charts.Spoke], records: Iterable[StageRecord]) -> Markup:
    done = sum(spoke.state != "missing" for spoke in spokes)
    below = "one turn" if done == len(spokes) else f"{done} of {len(spokes)} stages"
    return charts.wheel(spokes, centre=duration(sum(r.seconds for r in records)), below=below, title="The wheel")


def _policy_of(out: Mapping[str, Data]) -> str:
    """The arm whose runs the verdicts cite, or else the first one."""
    runs = out.get("evaluate", {}).get("runs", {})
    cited = {run for verdict in out.get("govern", {}).get("verdicts", ()) for run in verdict.get("run_ids", ())}
    arms = [arm for arm in runs if arm != "base"]
    return next((arm for arm in arms if runs[arm] in cited), "level-2" if "level-2" in arms else next(iter(arms), ""))


def _headline(rows: Iterable[Data], accuracy: Data) -> list[tuple[Data, Markup]]:
    """The cells that the first sentence speaks of, each with its picture."""
    cells = {row.get("label"): row for row in rows}
    found = []
    for row in (cells[label] for label in _HEADLINE if label in cells):
        share = accuracy.get(row["label"], {})
        title = f"{row['label']}: {percent(row['before'])} % before, {percent(row['after'])} % after"
        low, high = share.get("low", row["after"]), share.get("high", row["after"])
        found.append((row, charts.dumbbell(row["before"], row["after"], low=low, high=high, title=title)))
    return found


def _compared(differences: Mapping[str, Sequence[Data]]) -> list[dict[str, Any]]:
    """Every arm with its rows and their picture, all on one axis."""
    every = [row for rows in differences.values() for row in rows]
    low = min([-0.1, *(row["low"] for row in every)])
    high = max([0.1, *(row["high"] for row in every)])
    return [
        {
            "arm": arm,
            "rows": rows,
            "plot": charts.whiskers(
                [charts.Whisker(row["label"], row["difference"], row["low"], row["high"]) for row in rows],
                low=low,
                high=high,
                title=f"{arm}: difference in percentage points with 95 % intervals, cell by cell",
            ),
        }
        for arm, rows in differences.items()
        if rows
    ]


def _claim(differences: Data, arm: str, cell: str, improves: bool, words: str) -> dict[str, Any] | None:
    """A claim of the source paper beside what was measured, judged by the interval alone."""
    row = next((row for row in differences.get(arm, ()) if row.get("label") == cell), None)
    if row is None:
        return None
    rises, falls = row["low"] > 0, row["high"] < 0
    if rises or falls:
        reading = "agrees" if rises == improves else "contradicts it"
        seen = "rose" if rises else "fell"
    else:
        reading, seen = ("does not show it" if improves else "is compatible with it"), "no difference was shown:"
    return {"words": words, "arm": arm, "row": row, "seen": seen, "reading": reading}


def _curves(curves: Mapping[str, Sequence[Data]]) -> list[tuple[str, list[tuple[str, Markup]], list[tuple[str, str]]]]:
    """Small multiples: a row for each arm, a drawing for each field, and in words the fields that stay the same.

    A field has one axis in all arms but the base.
    """
    lines = {arm: charts.lines(rows) for arm, rows in curves.items()}
    ends: dict[tuple[bool, str], list[float]] = {}
    for arm, fields in lines.items():
        for name, line in fields.items():
            ends.setdefault((arm == "base", name), [0.0]).extend(y for _, y in line if y is not None)
    drawn = []
    for arm, fields in lines.items():
        figures, constant = [], []
        for name, line in fields.items():
            values = {y for _, y in line}
            low, high = min(ends[arm == "base", name]), max(ends[arm == "base", name])
            if len(values) == 1 and len(line) > 1:
                constant.append((name, charts.short(line[0][1] or 0.0)))
            else:
                picture = charts.curve(
                    line, low=low, high=1.0 if 0.9 < high < 1 else high, title=f"{arm}: {name} by step"
                )
                figures.append((name, picture))
        drawn.append((arm, figures, constant))
    return [row for row in drawn if row[1] or row[2]]


def _verdicts(out: Mapping[str, Data], now: Mapping[str, Verdict]) -> list[dict[str, Any]]:
    """Every verdict with the words of its skill and of its fall, if it fell since, those held back first."""
    found = out.get("discover", {})
    skills = [*found.get("skills", ()), *(entry.get("skill", {}) for entry in found.get("packages", ()))]
    words = {s.get("name"): s.get("description") for s in [*skills, *out.get("store", {}).get("skills", ())]}
    verdicts = sorted(
        out.get("govern", {}).get("verdicts", ()), key=lambda v: (v.get("exposure", 0), v.get("skill", ""))
    )
    return [_with_fall({**v, "description": words.get(v.get("skill"), "")}, now) for v in verdicts]


def _with_fall(verdict: Data, now: Mapping[str, Verdict]) -> dict[str, Any]:
    present = now.get(verdict.get("digest", ""))
    if present is None or present.exposure >= verdict.get("exposure", 0):
        return {**verdict, "admitted": _admitted(verdict)}
    fallen = {"exposure": present.exposure, "vetting": present.vetting, "since": present.reasons[-1:]}
    return {**verdict, **fallen, "admitted": present.exposure > ExposureTier.METADATA}


def _failures(out: Mapping[str, Data], store: Store, policy: str) -> list[dict[str, Any]] | None:
    """The policy's failed attempts by cell; None if they cannot be read back."""
    run_id = out.get("evaluate", {}).get("runs", {}).get(policy)
    if not run_id:
        return []
    try:
        taken: dict[str, list[Attempt]] = {}
        for attempt in store.attempts(run_id=run_id):
            taken.setdefault(attempt.item_id, []).append(attempt)
        cells = {label: list(store.bulk.items(key)) for label, key in out.get("distill", {}).get("exam", {}).items()}
    except StoreError:
        return None
    rows = []
    for label, items in cells.items():
        tried = [(item, attempt) for item in items for attempt in taken.get(item.item_id, ())]
        failed = [(item, a) for item, a in tried if a.grade.score is not None and not a.grade.is_correct]
        rows.append(
            {
                "label": label,
                "tried": len(tried),
                "failed": len(failed),
                "unscored": sum(a.grade.score is None for _, a in tried),
                "reasons": Counter(a.grade.reason or "no reason" for _, a in failed).most_common(),
                "shown": failed[:_FAILURES_SHOWN],
            }
        )
    return rows


def _taken(cells: Data) -> int:
    return sum(share.get("scored", 0) + share.get("unscored", 0) for share in cells.values())


def _admitted(verdict: Data) -> bool:
    return bool(verdict.get("exposure", 0) > ExposureTier.METADATA)
