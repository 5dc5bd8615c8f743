"""Does an object keep its promise? Checks of `Store`, `Index`, `Grader` and `Client` for whoever writes a new kind.

Each check raises `AssertionError` with one sentence that names the broken clause; pytest shows that sentence and the
line of your test. The checks know only the nouns and the promises.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from metier.attempt import Attempt, Cost, Grade, Outcome
from metier.audit import GENESIS, Anchor, Deed, Event, verdict_event
from metier.client import Client, Reply, Request
from metier.digest import digest
from metier.errors import Conflict, CorruptStore, MetierError, NotStored, SkillError
from metier.grader import Grader
from metier.index import Found, Index, Listed
from metier.item import Item
from metier.run import Run, StageRecord, Status
from metier.skill import Interface, Parameter, Skill, State
from metier.state import Cause
from metier.store import Bulk, Store
from metier.verdict import ExposureTier, Finding, Severity, Verdict, VettingTier

_ODD = "a\x00b \ud800 é 漢字 \U0001f600 \\u0000 'q' \"q\" {x} %s \r\n\t"
"""Text that models and strangers write and that databases, JSON and formatting may trip over."""

_ODD_ANSWERS = (
    "",
    " \n\t ",
    "\x00",
    "\ud800",
    "é 漢字 \U0001f600 \u202e \u200b",
    "(" * 5000,
    "[" * 5000 + "]" * 5000,
    r"\boxed{" * 500 + "}" * 499,
    "9" * 5000,
    "1e999999",
    "-" * 1000,
    "nan",
    "9**9**9**9",
    "{x} %s %(x)s {0!r}",
    "a" * 200_000,
    "x y\n" * 20_000,
)


def check_store(make_store: Callable[[], Store]) -> None:
    """Check every clause of `metier.store.Store`, its bulk included.

    Args:
        make_store: Opens the same store each time it is called; the store is empty the first time. With SQLite that
            is the same path, with PostgreSQL the same URL and schema.

    Raises:
        AssertionError: A clause is broken; the sentence says which.

    >>> import tempfile
    >>> from metier.stores import open_store
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     check_store(lambda: open_store(folder + "/metier.db"))
    """
    store = make_store()
    _hold(isinstance(store, Store), "a store has every method of metier.store.Store", type(store).__name__)
    for clause in (_skills, _attempts, _findings, _verdicts, _audit, _runs, _stages, _evidence, _bulk):
        clause(store)
    before = _everything(store)
    with_two_handles = make_store()
    _equal("a second handle sees what the first one stored", _everything(with_two_handles), before)
    with_two_handles.close()
    store.close()
    store.close()
    again = make_store()
    _equal("a store that is opened again holds what was stored", _everything(again), before)
    again.close()


def check_grader(grader: Grader, item: Item, *, correct: str, incorrect: str) -> None:
    """Check that a grader grades, never raises on an answer, and says the same twice.

    Args:
        item: An item that this grader can grade.
        correct: An answer to it that is right.
        incorrect: An answer to it that is wrong.

    Raises:
        AssertionError: A clause is broken; the sentence says which.

    >>> from metier.attempt import Grade
    >>> def same(item, answer):
    ...     right = answer == item.reference
    ...     return Grade.correct() if right else Grade.incorrect("different")
    >>> check_grader(same, Item(prompt="1 + 1 =", reference="2"), correct="2", incorrect="3")
    """
    right, wrong = _grade(grader, item, correct), _grade(grader, item, incorrect)
    _hold(right.outcome == Outcome.CORRECT, "a right answer is graded correct", right)
    _hold(wrong.outcome == Outcome.INCORRECT, "a wrong answer is graded incorrect", wrong)
    for answer in (*_ODD_ANSWERS, correct + "\x00", correct * 100, item.prompt):
        grade = _grade(grader, item, answer)
        _equal(f"a grader says the same twice ({_short(answer)})", _grade(grader, item, answer), grade)
    _equal("a grader says the same after other answers", _grade(grader, item, correct), right)


def check_client(client: Client, requests: Sequence[Request]) -> None:
    """Check that a client gives one reply to each request, in order, lazily, and the same at temperature 0.

    Args:
        client: Is closed by the check.
        requests: At least two that the client can answer, different from each other.

    Raises:
        AssertionError: A clause is broken; the sentence says which.
        ValueError: Fewer than two requests were given.
    """
    if len(requests) < 2:
        raise ValueError(f"Expected at least two requests, got {len(requests)}.")
    greedy = [replace(request, temperature=0.0) for request in requests]
    _hold(isinstance(client.name, str) and bool(client.name), "a client has a name", client.name)
    _equal("no requests give no replies", list(client.replies(iter(()))), [])
    replies = list(client.replies(iter(greedy)))
    _equal("a client gives one reply to each request", len(replies), len(greedy))
    for reply in replies:
        _hold(isinstance(reply, Reply), "a client gives Replies", reply)
        _hold(not reply.error, "a client answers a request that it can answer", reply)
    again = list(client.replies(greedy))
    _equal("replies at temperature 0 are the same twice", _said(again), _said(replies))
    backwards = list(client.replies(reversed(greedy)))
    _equal("replies come in the order of the requests", _said(backwards), _said(replies)[::-1])
    _check_lazy(client, greedy[0])
    client.close()
    client.close()


def check_index(make_index: Callable[[], Index]) -> None:
    """Check every clause of `metier.index.Index`.

    Args:
        make_index: Opens the same index each time it is called; it is empty the first time.

    Raises:
        AssertionError: A clause is broken; the sentence says which.

    >>> import tempfile
    >>> from metier.stores.find import open_index
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     check_index(lambda: open_index(folder + "/index.db"))
    """
    index = make_index()
    _hold(isinstance(index, Index), "an index has every method of metier.index.Index", type(index).__name__)
    _equal(
        "an empty index finds nothing and fires nothing", index.find("reverse a word"), Found(query="reverse a word")
    )
    reverse = Skill(name="reverse", description="Write the letters of a word backwards.", policy="Start at the end.")
    odd = Skill(name=_ODD, description=_ODD, policy=_ODD)
    others = [Skill(name=f"sum-{n}", description=f"Add {n} numbers.", policy="Add them. " * n) for n in range(1, 8)]
    _equal("put() returns how many changed", index.put([reverse, odd, *others], origin=_ODD), 9)
    _equal("put() of what is there changes nothing", index.put([odd, reverse], origin=_ODD), 0)
    listed = {one.name: one for one in index.skills()}
    _equal("skills() gives everything by name", list(listed), sorted(s.name for s in (reverse, odd, *others)))
    _equal("a listed skill has its digest", listed[_ODD].digest, odd.digest)
    _hold(_ODD in index.body(listed[_ODD]), "body() gives the instructions unchanged", index.body(listed[_ODD]))
    found = index.find("Write this word backwards, please", 3)
    _equal("find() puts the skill first that says what is asked", found.hits[0].listed, listed["reverse"])
    many = index.find("Add numbers, or write the letters backwards", 3)
    _equal("find() gives k hits where so many hold a word of the request", len(many.hits), 3)
    total = sum(hit.probability for hit in many.hits)
    _hold(
        0 <= total <= many.probability + 1e-9 <= 1 + 2e-9, "the chances of all hits sum to at most that of any", total
    )
    _equal("find() gives the same answer twice", index.find("Write this word backwards, please", 3), found)
    _equal("find() of unknown words finds nothing", index.find("zyzzyva qwghlm").hits, ())
    for query in (*_ODD_ANSWERS, _ODD):
        _hold(isinstance(index.find(query, 2), Found), "find() answers any text", query[:20])
    _check_index_changes(index, reverse, listed["reverse"])
    before = list(index.skills())
    other = make_index()
    _equal("a second handle sees what the first one put", list(other.skills()), before)
    other.put([reverse], origin="second handle")
    _equal("an index sees what another handle put", len(list(index.skills())), len(before) + 1)
    index.close()
    index.close()
    _equal("another handle outlives the first", other.find("backwards", 1).hits[0].name, "reverse")
    other.close()


def _check_index_changes(index: Index, skill: Skill, listed: Listed) -> None:
    query = "Write this word backwards, please"
    found = index.find(query)
    _equal("one name may stand under two origins", index.put([skill], origin="elsewhere"), 1)
    _equal("find() of one origin answers as if there were no other", index.find(query, origins=[listed.origin]), found)
    _equal("remove() takes out one origin", index.remove([skill.name, "unknown"], origin="elsewhere"), 1)
    _equal("what was put and removed leaves no trace in the answers", index.find(query), found)
    changed = replace(skill, description="Paint a wall.", policy="Take a brush.")
    _equal("put() replaces what stood under a name", index.put([changed], origin=listed.origin), 1)
    _refuses(NotStored, "body() refuses a digest that was replaced", lambda: index.body(listed))
    _hold(
        all(hit.name != skill.name for hit in index.find("backwards").hits), "find() forgets what was replaced", query
    )
    _equal("put() of the old content replaces again", index.put([skill], origin=listed.origin), 1)
    _equal("the answers do not depend on the order of the changes", index.find(query), found)


def _check_lazy(client: Client, request: Request) -> None:
    num_endless = 10_000
    num_taken = 0

    def endless() -> Iterator[Request]:
        nonlocal num_taken
        for _ in range(num_endless):
            num_taken += 1
            yield request

    replies = client.replies(endless())
    first = next(iter(replies), None)
    _hold(first is not None, "a client gives a first reply to many requests", first)
    _hold(num_taken < num_endless, "the first reply comes before the last request is taken", f"{num_taken} taken")
    close = getattr(replies, "close", None)
    if close is not None:
        close()


def _skills(store: Store) -> None:
    first = Skill(name="reverse", description=_ODD, policy=_ODD, interface=_interface(), concepts=("b", "a"))
    second = replace(first, version="0.9", description="Another.")
    other = Skill(name="append", description="Add.")
    for skill in (first, second, other):
        store.put_skill(skill)
    _equal("skill() without a version gives the one first stored last", store.skill("reverse"), second)
    _equal("skill() with a version gives that version, unchanged", store.skill("reverse", "1.0.0"), first)
    _equal("skills() gives the latest version of every skill, by name", list(store.skills()), [other, second])
    _equal("versions() gives the oldest first", list(store.versions("reverse")), [first, second])
    _equal("versions() of an unknown name gives none", list(store.versions("nothing")), [])
    _refuses(NotStored, "skill() raises NotStored on an unknown name", lambda: store.skill("revers"))
    _refuses(NotStored, "skill() raises NotStored on an unknown version", lambda: store.skill("reverse", "7"))
    changed = replace(first, policy="Otherwise.")
    _refuses(Conflict, "put_skill() refuses other content under a version that is stored", lambda: _put(store, changed))
    _equal("put_skill() that was refused changes nothing", store.skill("reverse", "1.0.0"), first)
    store.put_skill(replace(first, state=State.RETIRED))
    kept = [replace(first, state=State.RETIRED), second]
    _equal("put_skill() of the same content changes the state and not the order", list(store.versions("reverse")), kept)
    back = replace(first, state=State.EVALUATED)
    _refuses(SkillError, "put_skill() refuses a state that does not follow the stored one", lambda: _put(store, back))
    _equal("put_skill() that was refused changes no state", list(store.versions("reverse")), kept)
    failed = replace(other, version="2.0", state=State.EXECUTED)
    store.put_skill(failed)
    anew = replace(failed, state=State.DISCOVERED)
    _refuses(SkillError, "put_skill() refuses a state that leads back without its cause", lambda: _put(store, anew))
    store.put_skill(anew, because=Cause.RUNTIME_FAILURE)
    _equal("put_skill() takes a state that leads back for its cause", store.skill("append"), anew)


def _attempts(store: Store) -> None:
    many = [_attempt(number) for number in range(2500)]
    _equal("put_attempts() returns how many were new", store.put_attempts(iter(many[:10])), 10)
    _equal("put_attempts() of what is stored adds nothing", store.put_attempts(many[:10]), 0)
    _equal("put_attempts() counts one that is given twice once", store.put_attempts([many[10], many[10]]), 1)
    _equal("put_attempts() of nothing adds nothing", store.put_attempts([]), 0)
    other = replace(many[0], reply="Otherwise.")
    _equal("put_attempts() leaves a stored attempt alone", store.put_attempts([other]), 0)
    _hold(_breaks_off(store, many[11:20]), "put_attempts() passes on what its source raises", "nothing raised")
    _equal("put_attempts() that breaks off stores nothing", len(list(store.attempts())), 11)
    store.put_attempts(many)
    _equal("attempts() gives all, unchanged, in the order first stored", list(store.attempts()), many)
    wanted = [attempt for attempt in many if attempt.run_id == "run1" and attempt.model == "m0"]
    _equal("attempts() matches everything given", list(store.attempts(run_id="run1", model="m0")), wanted)
    _equal("attempts() matches an item", list(store.attempts(item_id="item_7")), [many[7]])
    _equal("attempts() of an unknown run gives none", list(store.attempts(run_id="nothing")), [])
    reading = store.attempts()
    next(reading)
    _equal("a store can be written while it is read", store.put_attempts(many[:1]), 0)
    _equal("a reader goes on after a write", len(list(reading)), len(many) - 1)


def _findings(store: Store) -> None:
    seen = [Finding(rule=f"r{n}", severity=Severity.BLOCK, message=_ODD, evidence=_ODD, line=n) for n in range(3)]
    store.put_findings("sha256:1", seen)
    store.put_findings("sha256:2", seen[:1])
    _equal("findings() gives what was seen, in order", list(store.findings("sha256:1")), seen)
    store.put_findings("sha256:1", [seen[2]])
    _equal("put_findings() replaces an earlier scan", list(store.findings("sha256:1")), [seen[2]])
    _equal("put_findings() leaves other content alone", list(store.findings("sha256:2")), seen[:1])
    store.put_findings("sha256:2", [])
    _equal("put_findings() of nothing leaves nothing", list(store.findings("sha256:2")), [])


def _verdicts(store: Store) -> None:
    low = Verdict(
        skill="reverse",
        digest="sha256:1",
        vetting=VettingTier.UNVETTED,
        exposure=ExposureTier.METADATA,
        reasons=("none", _ODD),
        findings=(Finding(rule="r", severity=Severity.NOTE, message="m"),),
    )
    high = replace(low, vetting=VettingTier.VENDOR, exposure=ExposureTier.AUTONOMOUS, reasons=())
    other = replace(low, skill="append")
    for verdict in (low, low, other, low, high, low):
        store.put_verdict(verdict)
    history = [low, high, low]
    _equal("put_verdict() adds to the history unless it repeats the last", list(store.verdicts("reverse")), history)
    _equal("verdicts() gives all, oldest first", list(store.verdicts()), [low, other, high, low])
    _equal("verdicts() of an unknown skill gives none", list(store.verdicts("nothing")), [])


def _audit(store: Store) -> None:
    history = list(store.verdicts())
    entries = list(store.entries())
    entered = [e.event for e in entries if e.event.deed == Deed.VERDICT]
    _equal("put_verdict() enters each verdict once", entered, [verdict_event(v) for v in history])
    event = Event(deed=Deed.APPROVAL, who=_ODD, skill="reverse", digest="sha256:1", because=(_ODD, ""), when="now")
    for one in (event, event, replace(event, skill="append", exposure=ExposureTier.METADATA)):
        marks = store.marks()
        entries.append(store.put_event(one))
        _equal("put_event() returns the entry of its event", entries[-1].event, one)
        _equal("put_event() moves the anchor", store.anchor(), Anchor(number=len(entries), hash=entries[-1].hash))
        moved = {name for name, mark in store.marks().items() if marks.get(name) != mark}
        _equal("put_event() moves the mark of its skill alone", moved, {one.skill})
    _equal("entries() gives all, unchanged, oldest first", list(store.entries()), entries)
    _equal("entries are numbered from 1", [e.number for e in entries], list(range(1, len(entries) + 1)))
    before = [GENESIS, *(e.hash for e in entries[:-1])]
    _equal("each entry holds the hash of the one before it", [e.previous for e in entries], before)
    mine = [e for e in entries if e.event.skill == "reverse"]
    _equal("entries() of a skill gives those about it", list(store.entries("reverse")), mine)
    _equal("entries() of an unknown skill gives none", list(store.entries("nothing")), [])


def _evidence(store: Store) -> None:
    attempt, finding = _attempt(5000), Finding(rule="r", severity=Severity.NOTE, message=_ODD)
    run = Run(run_id=_ODD, workspace="w", started="2026-01-01T00:00:00+00:00", config="sha256:1")
    record = StageRecord(key=_ODD, stage="evaluate", output={"a": 1})
    puts: dict[str, Callable[[], object]] = {
        "attempts": lambda: store.put_attempts([attempt]),
        "findings": lambda: store.put_findings("sha256:3", [finding]),
        "runs": lambda: store.put_run(run),
        "stages": lambda: store.put_stage(record),
    }
    for table, put in puts.items():
        before = store.anchor().number
        put()
        new = [e.event for e in store.entries() if e.number > before]
        told = [(event.deed, event.rows and event.rows.table) for event in new]
        _equal(f"what is put into {table} is entered in the audit log", told, [(Deed.EVIDENCE, table)])
        put()
        _equal(f"the same put into {table} again is not entered again", store.anchor().number, before + 1)
    _equal("amiss() gives nothing where all is as it was entered", list(store.amiss()), [])


def _runs(store: Store) -> None:
    run = Run(run_id="b", workspace=_ODD, started="2026-01-01T00:00:00+00:00", config="sha256:1")
    done = replace(run, status=Status.DONE, seconds=0.1 + 0.2)
    later = replace(run, run_id="a")
    for one in (run, later, done):
        store.put_run(one)
    _equal("put_run() replaces what its run_id holds; runs() gives the oldest first", list(store.runs()), [done, later])


def _stages(store: Store) -> None:
    record = StageRecord(
        key="sha256:1", stage="distill", output={_ODD: [1, 2.5, None, True, {"a": -0.0}]}, seconds=1e-9
    )
    other = StageRecord(key="sha256:0", stage="evaluate", output={"big": 10**30, "small": 5e-324})
    for one in (replace(record, output={}), other, record):
        store.put_stage(one)
    _equal("stage() gives what was stored last under a key, unchanged", store.stage("sha256:1"), record)
    _equal("stage() of an unknown key is None", store.stage("nothing"), None)
    _equal("stages() gives every result in the order first stored", list(store.stages()), [record, other])


def _bulk(store: Store) -> None:
    bulk, data = store.bulk, bytes(range(256)) * 5000
    _hold(isinstance(bulk, Bulk), "a bulk has every method of metier.store.Bulk", type(bulk).__name__)
    name = bulk.put(data)
    _equal("put() of the bulk names bytes by their digest", name, digest(data))
    _equal("put() of the same bytes again does nothing", bulk.put(data), name)
    _equal("get() of the bulk gives the bytes back", bulk.get(name), data)
    _equal("path() of the bulk names the file", bulk.path(name).read_bytes(), data)
    _equal("the bulk keeps no bytes at all, too", bulk.get(bulk.put(b"")), b"")
    for unknown in ("sha256:" + "0" * 64, "nothing", "../x", ""):
        _refuses(NotStored, f"get() raises NotStored on {unknown!r}", partial(bulk.get, unknown))
        _refuses(NotStored, f"items() raises NotStored on {unknown!r}", partial(_listed, bulk, unknown))
    items = [Item(prompt=_ODD + str(n), reference=_ODD, policy={"relative": 0.1 * n}, level=n) for n in range(50)]
    kept = bulk.put_items(iter(items))
    _equal("items() gives the items back in order, unchanged", list(bulk.items(kept)), items)
    _equal("items() of no items gives none", list(bulk.items(bulk.put_items([]))), [])
    _hold(bulk.put_items(items[::-1]) != kept, "the order of items counts", kept)
    _damaged(bulk)


def _listed(bulk: Bulk, name: str) -> list[Item]:
    return list(bulk.items(name))


def _damaged(bulk: Bulk) -> None:
    items = bulk.put_items([Item(prompt="damaged", reference="")])
    path = bulk.path(items)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"damaged", b"DAMAGED"))
    damaged = path.read_bytes()
    _refuses(CorruptStore, "get() raises CorruptStore on a damaged file", lambda: bulk.get(items))
    _refuses(CorruptStore, "items() raises CorruptStore on a damaged file", lambda: list(bulk.items(items)))
    _equal("a damaged file is kept", path.read_bytes(), damaged)
    path.unlink()


def _everything(store: Store) -> list[Any]:
    parts: list[Iterable[Any]] = [store.skills(), store.versions("reverse"), store.attempts(), store.verdicts()]
    parts += [store.findings("sha256:1"), store.entries(), [store.anchor()], store.runs(), store.stages()]
    return list(itertools.chain.from_iterable(parts))


def _attempt(number: int) -> Attempt:
    grades = (Grade.correct(evidence=_ODD), Grade.incorrect("different", score=1 / 3), Grade.unscored("no_answer"))
    return Attempt(
        item_id=f"item_{number}",
        model=f"m{number % 2}",
        run_id=f"run{number % 3}",
        reply=_ODD if number < 20 else str(number),
        grade=grades[number % 3],
        skills=("sha256:1",) * (number % 2),
        cost=Cost(input_tokens=number, usd=number / 7),
    )


def _interface() -> Interface:
    return Interface(call="reverse {text} =", parameters=(Parameter(name="text", description=_ODD),), returns="text")


def _put(store: Store, skill: Skill) -> None:
    store.put_skill(skill)


def _breaks_off(store: Store, attempts: Sequence[Attempt]) -> bool:
    def source() -> Iterator[Attempt]:
        yield from attempts
        raise KeyError("the source broke off")

    try:
        store.put_attempts(source())
    except KeyError:
        return True
    return False


def _grade(grader: Grader, item: Item, answer: str) -> Grade:
    __tracebackhide__ = True
    try:
        grade = grader(item, answer)
    except Exception as failure:
        raise AssertionError(
            f"Broken clause: a grader never raises on an answer; on {_short(answer)} it raised {failure!r}."
        ) from failure
    _hold(isinstance(grade, Grade), f"a grader returns a Grade ({_short(answer)})", grade)
    return grade


def _said(replies: Iterable[Reply]) -> list[tuple[str, str, str]]:
    # Cost and cached may differ when a reply comes from a cache the second time.
    return [(reply.text, reply.finish, reply.error) for reply in replies]


def _refuses(error: type[MetierError], clause: str, action: Callable[[], object]) -> None:
    __tracebackhide__ = True
    try:
        came = action()
    except error:
        return
    except Exception as failure:
        raise AssertionError(f"Broken clause: {clause}; it raised {failure!r}.") from failure
    raise AssertionError(f"Broken clause: {clause}; it gave {_short(came)}.")


def _equal(clause: str, came: object, expected: object) -> None:
    __tracebackhide__ = True
    if came == expected:
        return
    if isinstance(came, list) and isinstance(expected, list):
        pairs = enumerate(itertools.zip_longest(came, expected, fillvalue="nothing"))
        place, (one, other) = next((place, pair) for place, pair in pairs if pair[0] != pair[1])
        raise AssertionError(
            f"Broken clause: {clause}; at place {place} of {len(expected)} expected {_short(other)}, got {_short(one)}."
        )
    raise AssertionError(f"Broken clause: {clause}; expected {_short(expected)}, got {_short(came)}.")


def _hold(kept: bool, clause: str, came: object) -> None:
    __tracebackhide__ = True
    if not kept:
        raise AssertionError(f"Broken clause: {clause}; got {_short(came)}.")


def _short(value: object) -> str:
    # Spelled in ASCII, so that a lone surrogate cannot break the terminal that shows the sentence.
    text = ascii(value)
    return text if len(text) <= 200 else f"{text[:150]}… ({len(text)} characters)"
