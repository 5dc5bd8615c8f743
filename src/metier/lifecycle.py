"""The wheel: one skill's whole life, stage by stage. The only module that knows every stage; read it first.

    discover → distill → practice → evaluate → govern → store → compose → update

Each stage folder has a `stage.run` that reads what earlier stages gave and returns what it made. What a stage needs of
another is passed in here: the maker of items, the graders, the evidence, the policy that executes a plan.
`metier.wheel` runs the chain and knows which results still hold; `metier.workspace` says what is asked for.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from metier.attempt import Attempt
from metier.border import load
from metier.client import Client
from metier.compose import stage as compose_stage
from metier.compose.plan import plan
from metier.compose.resolve import Candidate
from metier.digest import digest
from metier.discover import stage as discover_stage
from metier.discover.classify import Classified, classify, stated_or_classified
from metier.distill import stage as distill_stage
from metier.errors import ConfigError, NotStored, PackageError, StageError, StoreError
from metier.evaluate import stage as evaluate_stage
from metier.evaluate.compare import Difference, compare, proportion
from metier.evaluate.sit import sit
from metier.evaluate.uplift import kept as uplifts
from metier.govern import stage as govern_stage
from metier.govern.judge import judge
from metier.govern.manifest import declared
from metier.govern.scan import scan
from metier.govern.story import refuse_altered
from metier.govern.transitions import held, last_on, standing_of
from metier.graders import grader_for
from metier.item import Item
from metier.plan import Gap, Goal, Plan
from metier.practice import stage as practice_stage
from metier.practice import strings
from metier.practice.config import PracticeConfig
from metier.practice.groups import Groups, split
from metier.practice.skills import function_skill, policy_skill
from metier.run import Run, StageRecord, Status
from metier.skill import Skill, State
from metier.state import move
from metier.store import Store
from metier.stores import library
from metier.stores.evidence import write_evidence
from metier.stores.open import open_store
from metier.stores.package import read_package
from metier.update import stage as update_stage
from metier.verdict import Evidence, ExposureTier, Verdict
from metier.wheel import Context, Listener, Result, Stage, Turned, count, turn
from metier.workspace import FILE, Workspace

STAGES = ("discover", "distill", "practice", "evaluate", "govern", "store", "compose", "update")
POLICY = "letterwork"
"""The name of the policy skill of the first trade."""


def run(
    workspace: Workspace,
    *,
    listener: Listener | None = None,
    start: str | None = None,
    only: str | None = None,
    dry_run: bool = False,
) -> list[Turned]:
    """Turn the wheel of a workspace once; unchanged stages are not run again.

    Raises:
        ConfigError: The workspace leaves out what a run needs.
        MetierError: See `metier.wheel.turn`; whatever was done is kept, and the next run goes on from there.
    """
    _refuse_partial(workspace)
    stages = Spokes(workspace).stages()
    if dry_run:
        with _as_it_is(workspace) as store:
            return turn(stages, store, workspace.home, start=start, only=only, dry_run=True)
    with _alone(workspace), closing(open_store(workspace.store, bulk=workspace.home / "objects")) as store:
        _end_killed_runs(store, workspace)
        record, began = _begun(workspace), time.monotonic()
        store.put_run(record)
        status = Status.FAILED
        try:
            turned = turn(stages, store, workspace.home, listener=listener, start=start, only=only)
            as_held = partial(held, store, policy=workspace.settings.govern)
            library.publish(store, workspace.home, current_skills(workspace, store), held=as_held)
            write_evidence(store, workspace.home / "evidence.jsonl")
            status = Status.DONE
        finally:
            store.put_run(replace(record, status=status, seconds=round(time.monotonic() - began, 3)))
        return turned


@dataclass(frozen=True, slots=True)
class Spokes:
    """The stages of one workspace, each wired to what it needs of the others."""

    workspace: Workspace

    def stages(self) -> list[Stage]:
        """The wheel, in order: what each stage does, which results, settings and files it reads."""
        s = self.workspace.settings
        seed, path = s.workspace.seed, self.workspace.path
        packages = tuple(path(name) for name in s.discover.packages)
        model = (path(s.discover.model),) if s.discover.model else ()
        return [
            Stage(
                name="discover",
                run=lambda context: discover_stage.run(context, s.discover, path=path),
                settings=s.discover,
                files=(path(s.discover.taxonomy), *(path(name) for name in s.discover.documents), *packages, *model),
                went_in=f"{count(len(s.discover.documents), 'document')}, {count(len(packages), 'package folder')}",
            ),
            Stage(
                name="distill",
                run=self.distill,
                reads=("discover",),
                settings=[s.distill, seed],
                went_in="the discovered skills",
            ),
            Stage(
                name="practice",
                run=self.practice,
                reads=("distill",),
                # Other versions of these round otherwise, and so make other weights.
                settings=[s.practice, seed, [_version_of(library) for library in ("torch", "transformers")]],
                went_in="practice items, graders as reward",
            ),
            Stage(
                name="evaluate",
                run=self.evaluate,
                reads=("distill", "practice"),
                settings=[s.evaluate, seed],
                went_in="the exam, every arm",
            ),
            Stage(
                name="govern",
                run=self.govern,
                reads=("discover", "distill", "practice", "evaluate"),
                settings=[s.govern, s.evaluate.policy],
                files=packages,
                went_in="packages and attempts",
            ),
            Stage(name="store", run=self.store, reads=("discover", "govern"), went_in="what govern admits"),
            Stage(
                name="compose",
                run=self.compose,
                reads=("store", "govern"),
                settings=[s.compose, s.evaluate.max_tokens],
                went_in=f"{count(len(s.compose.goals), 'goal')}, the library",
            ),
            Stage(
                name="update",
                run=self.update,
                reads=("distill", "practice", "evaluate", "store"),
                settings=[s.update, s.practice, s.evaluate, s.govern, seed],
                went_in="failed attempts",
            ),
        ]

    def distill(self, context: Context) -> Result:
        """Discovered skills that the trade can make items for → practice set, exam and promotion exam."""
        settings = self.workspace.settings
        names = [s["name"] for s in context.before["discover"]["skills"] if s["name"] in strings.FUNCTIONS]
        seed = settings.workspace.seed
        return distill_stage.run(
            context,
            settings.distill,
            seed=seed,
            groups=split(names, seed=seed),
            make_items=strings.make_items,
            solve=strings.solve,
        )

    def practice(self, context: Context) -> Result:
        """Practice sets and graders → a base policy and the arms."""
        given = context.before["distill"]
        bulk = context.store.bulk
        return practice_stage.run(
            context,
            self._regime(),
            groups=load(Groups, given["groups"], where="distill"),
            level_1=list(bulk.items(given["practice"]["level 1"])),
            level_2=list(bulk.items(given["practice"]["level 2"])),
            grader_for=grader_for,
        )

    def evaluate(self, context: Context) -> Result:
        """The exam and every arm → attempts and paired differences."""
        policies = context.before["practice"]["policies"]
        return evaluate_stage.run(
            context,
            self.workspace.settings.evaluate,
            seed=self.workspace.settings.workspace.seed,
            cells=_cells(context, "exam"),
            clients={arm: partial(_local, context.home / path) for arm, path in policies.items()},
            grader_for=grader_for,
        )

    def govern(self, context: Context) -> Result:
        """Found packages, and drafts of the practised skills with their evidence → verdicts."""
        folders = {name: self.workspace.path(name) for name in self.workspace.settings.discover.packages}
        found = [_folder(entry["path"], folders) for entry in context.before["discover"]["packages"]]
        drafts = [
            (library.draft(skill, context.folder / "drafts", context.store, files=files), evidence)
            for skill, files, evidence in self._practised(context)
        ]
        # Our own come first: the names of the trade are taken before a stranger can take one.
        return govern_stage.run(
            context,
            self.workspace.settings.govern,
            candidates=[*drafts, *((folder, None) for folder in found)],
            objection=lambda skill: library.objection(skill, context.store),
        )

    def store(self, context: Context) -> Result:
        """Verdicts → packages in the library, read back and indexed."""
        given = context.before["govern"]
        found = context.before["discover"]
        # A verdict of an earlier turn may be kept again here; what was revoked since stays revoked.
        policy, verdicts = self.workspace.settings.govern, load(list[Verdict], given["verdicts"], where="govern")
        # Our own come last, so that no stranger's package says where they are placed.
        every = [*(entry["skill"] for entry in found["packages"]), *found["skills"]]
        concepts = {skill["name"]: tuple(skill["concepts"]) for skill in every if skill["concepts"]}
        concepts[POLICY] = tuple(s["name"] for s in found["skills"] if s["name"] in strings.FUNCTIONS)
        return library.run(
            context,
            [held(context.store, verdict, policy=policy) for verdict in verdicts],
            sources={key: (context.home / name).resolve() for key, name in given["sources"].items()},
            concepts=concepts,
            patterns_of=lambda skill, fields: classify(skill, fields).patterns,
        )

    def compose(self, context: Context) -> Result:
        """Goals and stored skills → plans executed by the stored policy, and gaps."""
        settings = self.workspace.settings
        skills = _in_use(load(list[Skill], context.before["store"]["skills"], where="store"), context.store)
        # The last verdicts, not those of the govern stage: a skill may have been revoked since.
        by_digest = present_verdicts(self.workspace, context.store)
        able = _executable(skills, by_digest)
        policy = next((skill for skill in able if skill.name == POLICY), None)
        if policy is None:
            because = _held_back(context.store, by_digest)
            return compose_stage.refuse(settings.compose, f"{POLICY!r} may not be executed: {'; '.join(because)}")
        with closing(_local(library.place(context.home, policy))) as client:
            return compose_stage.run(
                context,
                settings.compose,
                skills=[skill for skill in able if skill.name in strings.FUNCTIONS],
                apply=compose_stage.caller(client, max_tokens=settings.evaluate.max_tokens),
                known=_trusted(able, by_digest),
            )

    def update(self, context: Context) -> Result:
        """Failed attempts → more practice where it failed, and a promotion or none."""
        settings = self.workspace.settings
        champion = settings.evaluate.policy
        old = context.home / context.before["practice"]["policies"][champion]
        gate = _cells(context, "gate")
        taken: dict[Path, list[Attempt]] = {}

        def examine(new: Path) -> list[Difference]:
            exam = evaluate_stage.exam_of(gate, settings.evaluate, seed=settings.workspace.seed, name="gate")
            for policy in (old, new):
                with closing(_local(policy)) as client:
                    taken[policy] = sit(exam, client, context.store, grader_for=grader_for)
            items = {item.item_id: item for item in exam.items}
            return evaluate_stage.differences(items, gate, taken[old], taken[new])

        def promote(new: Path, practice_set: str) -> Skill:
            return self._promote(context, new, _evidence(taken[new]), because=f"update {practice_set}")

        return update_stage.run(
            context,
            settings.update,
            seed=settings.workspace.seed,
            items={item.item_id: item for members in _cells(context, "exam").values() for item in members},
            attempts=context.store.attempts(run_id=context.before["evaluate"]["runs"][champion]),
            make_items=lambda names, count, seed: strings.make_compositions(names, count=count, seed=seed),
            practise=lambda items, out: practice_stage.further(
                old,
                items,
                out,
                config=self._regime(),
                steps=settings.update.steps,
                grader_for=grader_for,
                context=context,
            ),
            examine=examine,
            promote=promote,
        )

    def _regime(self) -> PracticeConfig:
        settings = self.workspace.settings
        return replace(settings.practice, seed=settings.practice.seed + settings.workspace.seed)

    def _practised(self, context: Context) -> Iterator[tuple[Skill, dict[str, Any], Evidence]]:
        """The function skills and the policy skill, with their files and what the exam measured of them."""
        champion = self.workspace.settings.evaluate.policy
        runs = context.before["evaluate"]["runs"]
        items = {item.item_id: item for members in _cells(context, "exam").values() for item in members}
        before = list(context.store.attempts(run_id=runs["base"]))
        after = list(context.store.attempts(run_id=runs[champion]))
        discovered = load(list[Skill], context.before["discover"]["skills"], where="discover")
        functions = [skill for skill in discovered if skill.name in strings.FUNCTIONS]
        for skill in functions:
            alone = [attempt for attempt in after if items[attempt.item_id].concepts == (skill.name,)]
            yield function_skill(skill, policy=POLICY), {}, _evidence(alone)
        folder = context.home / context.before["practice"]["policies"][champion]
        policy = policy_skill(
            POLICY,
            tuple(skill.name for skill in functions),
            version="1.0.0",
            provenance=(f"practice, arm {champion}", context.before["practice"]["weights"][champion]),
        )
        yield policy, practice_stage.model_files(folder), _evidence(after, compare(items, before, after))

    def _promote(self, context: Context, policy: Path, evidence: Evidence, *, because: str) -> Skill:
        """Write the new version of the policy skill beside the old one, judge it by the promotion exam, index it."""
        stored = load(list[Skill], context.before["store"]["skills"], where="store")
        old = next((skill for skill in stored if skill.name == POLICY), None)
        if old is None:
            raise StageError(f"No policy skill {POLICY!r} was admitted, so none can be replaced.")
        draft = policy_skill(
            POLICY,
            old.concepts,
            version=library.next_version(old.version),
            provenance=(because, practice_stage.weights_digest(policy)),
        )
        folder = library.draft(
            draft, context.folder / "drafts", context.store, files=practice_stage.model_files(policy)
        )
        package = read_package(folder)
        skill = package.skill
        policy_of_trust = self.workspace.settings.govern
        standing = standing_of(context.store, skill.name, skill.digest, policy=policy_of_trust)
        verdict = judge(
            skill,
            scan(folder),
            declared=declared(package.fields),
            evidence=evidence,
            standing=standing,
            last=last_on(context.store, skill.name, skill.digest),
            policy=policy_of_trust,
        )
        kept = replace(move(library.keep(folder, context.home, verdict), State.UPDATED), concepts=old.concepts)
        context.store.put_findings(verdict.digest, verdict.findings)
        context.store.put_verdict(verdict)
        context.store.put_skill(kept)
        return kept


def _refuse_partial(workspace: Workspace) -> None:
    if workspace.is_whole:
        return
    discover = workspace.settings.discover
    missing = " and ".join(name for name in ("taxonomy", "documents") if not getattr(discover, name))
    raise ConfigError(
        f"A run of {str(workspace.folder)!r} needs {missing} under [discover] in its {FILE}.",
        hint="Without them its packages can be governed: metier govern gate FOLDER -w WORKSPACE.",
    )


@contextmanager
def _as_it_is(workspace: Workspace) -> Iterator[Store]:
    """The store of a workspace to look into: an empty one elsewhere if there is none yet, so that nothing is made."""
    with TemporaryDirectory() as elsewhere:
        is_there = "://" in workspace.store or Path(workspace.store).exists()
        address = workspace.store if is_there else str(Path(elsewhere) / "store.sqlite")
        with closing(open_store(address, bulk=workspace.home / "objects")) as store:
            yield store


def _end_killed_runs(store: Store, workspace: Workspace) -> None:
    """Say of runs that were killed that they failed: whoever holds the lock knows that no other run is going on."""
    for run in list(store.runs()):
        if run.status == Status.RUNNING and run.workspace == workspace.settings.workspace.name:
            store.put_run(replace(run, status=Status.FAILED))


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Keep a second run of the same workspace out; the lock ends with the process, however that ends."""
    try:
        workspace.home.mkdir(parents=True, exist_ok=True)
        lock = (workspace.home / "lock").open("w")
    except OSError as error:
        raise StageError(
            f"Cannot write in {str(workspace.home)!r}: {error.strerror}.", hint="A run keeps its records there."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StageError(
                f"Another run of {str(workspace.folder)!r} is going on.", hint="Wait until it ends, then run again."
            ) from None
        yield


def _begun(workspace: Workspace) -> Run:
    started = datetime.now(UTC).isoformat(timespec="microseconds")
    return Run(
        run_id=f"turn_{started}_{os.getpid()}",
        workspace=workspace.settings.workspace.name,
        started=started,
        config=digest(workspace.settings),
    )


def _cells(context: Context, name: str) -> dict[str, list[Item]]:
    cells = context.before["distill"][name]
    return {label: list(context.store.bulk.items(key)) for label, key in cells.items()}


def _folder(path: str, folders: dict[str, Path]) -> Path:
    """The folder of a package whose path begins with the name of a folder of the settings."""
    name = max((name for name in folders if path.startswith(f"{name}/")), key=len)
    return folders[name] / path[len(name) + 1 :]


def _evidence(attempts: Sequence[Attempt], uplift: Difference | None = None) -> Evidence:
    share = proportion(attempts)
    return Evidence(
        correct=share.correct,
        scored=share.scored,
        low=share.low,
        uplift=uplift.difference if uplift else None,
        uplift_low=uplift.low if uplift else None,
        uplift_high=uplift.high if uplift else None,
        run_ids=tuple(dict.fromkeys(attempt.run_id for attempt in attempts)),
    )


def _version_of(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def _local(path: Path) -> Client:
    from metier.clients.local import LocalClient

    return LocalClient(path)


def latest(workspace: Workspace, store: Store) -> dict[str, StageRecord]:
    """The results that hold for a workspace as it stands, by stage; a stage that was not run is left out."""
    if not workspace.is_whole:
        return {}
    turned = turn(Spokes(workspace).stages(), store, workspace.home, dry_run=True)
    return {one.stage: one.record for one in turned if one.record is not None}


def evidence_digest(workspace: Workspace) -> str:
    """The digest of the evidence file of the last whole run, or an empty string."""
    path = workspace.home / "evidence.jsonl"
    return digest(path.read_bytes()) if path.is_file() else ""


def plan_goal(workspace: Workspace, store: Store, goal: Goal, *, facts: Sequence[str] = ()) -> Plan | Gap:
    """Plan one goal with the skills of the latest turn and execute the plan with its policy.

    Args:
        facts: What holds besides the facts of the workspace.

    Raises:
        NotStored: The workspace as it stands has not been run, or no policy of it may be executed.
    """
    verdicts = present_verdicts(workspace, store)
    able = _executable(current_skills(workspace, store), verdicts)
    policy = next((skill for skill in able if skill.name == POLICY), None)
    if policy is None:
        raise NotStored(
            f"No policy {POLICY!r} that may be executed is stored for this workspace as it stands.",
            hint=f"Run it with `metier run`; `metier govern explain {POLICY}` tells why it was held back.",
        )
    with closing(_local(library.place(workspace.home, policy))) as client:
        return plan(
            goal,
            [skill for skill in able if skill.name in strings.FUNCTIONS],
            apply=compose_stage.caller(client, max_tokens=workspace.settings.evaluate.max_tokens),
            known=workspace.settings.compose.given(_trusted(able, verdicts)),
            facts=(*workspace.settings.compose.facts, *facts),
        )


def unmatched_in_compose(workspace: Workspace, store: Store) -> list[str]:
    """What `[compose]` says of skills that are not there to plan with, each in a sentence."""
    able = _executable(current_skills(workspace, store), present_verdicts(workspace, store))
    return workspace.settings.compose.unmatched(skill.name for skill in able if skill.name in strings.FUNCTIONS)


def current_skills(workspace: Workspace, store: Store) -> list[Skill]:
    """The skills of the workspace as it stands: what was stored, with the version that an update promoted.

    Those that were retired since are left out.
    """
    records = latest(workspace, store)
    if "store" not in records:
        return []
    skills = load(list[Skill], records["store"].output["skills"], where="store")
    promoted = records["update"].output["version"] if "update" in records else ""
    now = [store.skill(POLICY, promoted) if promoted and s.name == POLICY else s for s in skills]
    return _in_use(now, store)


def classes_of(workspace: Workspace, skill: Skill) -> Classified | None:
    """Say of a stored skill what its package states of its classes, and of what it does not state what the rules say.

    None where its package is gone or holds other content.
    """
    with suppress(PackageError, StoreError):
        package = read_package(library.place(workspace.home, skill))
        if package.skill.digest == skill.digest:
            return stated_or_classified(skill, package.fields)
    return None


def readable_skills(workspace: Workspace, store: Store) -> list[Skill]:
    """The current skills whose verdict, as it holds now, lets more of them be read than their metadata."""
    verdicts = present_verdicts(workspace, store)
    readable = {key for key, verdict in verdicts.items() if verdict.exposure > ExposureTier.METADATA}
    return [skill for skill in current_skills(workspace, store) if skill.digest in readable]


def present_verdicts(workspace: Workspace, store: Store) -> dict[str, Verdict]:
    """The last verdict on each content, by its digest, as it holds under the policy of the workspace after any fall."""
    last: dict[str, Verdict] = {}
    for verdict in store.verdicts():
        last.pop(verdict.digest, None)  # so that they stand in the order in which they were last judged
        last[verdict.digest] = verdict
    return {key: held(store, verdict, policy=workspace.settings.govern) for key, verdict in last.items()}


def _in_use(skills: Sequence[Skill], store: Store) -> list[Skill]:
    return [skill for skill in skills if not library.is_retired(skill, store)]


def _held_back(store: Store, verdicts: dict[str, Verdict]) -> tuple[str, ...]:
    """Why no policy may be executed."""
    if any(skill.state == State.RETIRED for skill in list(store.versions(POLICY))[-1:]):
        return ("it was retired",)
    return next((v.reasons for v in reversed(verdicts.values()) if v.skill == POLICY), ("it was not practised",))


def _executable(skills: Sequence[Skill], verdicts: Mapping[str, Verdict]) -> list[Skill]:
    """The skills whose verdict lets them be executed under supervision, not only be read."""
    return [s for s in skills if s.digest in verdicts and verdicts[s.digest].exposure >= ExposureTier.SUPERVISED]


def _trusted(skills: Sequence[Skill], verdicts: Mapping[str, Verdict]) -> list[Candidate]:
    """How far each skill is trusted by its verdict, so that of two that apply the more trusted one acts."""
    found = ((skill, verdicts[skill.digest]) for skill in skills)
    return [Candidate(skill=skill, vetting=by.vetting, exposure=by.exposure) for skill, by in found]


def measured_in(store: Store) -> Callable[[str], Evidence | None]:
    """What uplifts in a store measured of a content, by its digest: of several the one with the most attempts.

    So a verdict and its story weigh what `metier evaluate uplift` found, without being told. Attempts that were altered
    since are a CorruptStore.
    """

    def evidence_of(digest: str) -> Evidence | None:
        found = [one.evidence for one in uplifts(store, digest)]
        most = max(found, key=lambda one: (one.scored, one.own, -(one.uplift or 0.0)), default=None)
        refuse_altered(store, most.run_ids if most else ())
        return most

    return evidence_of
