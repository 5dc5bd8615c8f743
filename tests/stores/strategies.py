"""Nouns as hypothesis makes them, with every character that a string of Python may hold."""

from __future__ import annotations

from hypothesis import strategies as st

from metier.attempt import Attempt, Cost, Grade
from metier.audit import Deed, Entry, Event
from metier.capability import Capability
from metier.item import Item
from metier.run import Run, StageRecord, Status
from metier.skill import File, Interface, Parameter, Representation, Scope, Skill
from metier.verdict import (
    ExposureTier,
    Finding,
    Gate,
    GateOutcome,
    GateResult,
    Severity,
    Verdict,
    VettingTier,
)

texts = st.text(st.characters(exclude_categories=()), max_size=12)
floats = st.floats(allow_nan=False, allow_infinity=False)
tuples = st.lists(texts, max_size=3).map(tuple)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
mappings = st.dictionaries(texts, plain, max_size=3)
grades = st.one_of(
    st.builds(Grade.correct, texts, texts, score=st.floats(0, 1)),
    st.builds(Grade.incorrect, texts, texts, score=st.floats(0, 1)),
    st.builds(Grade.unscored, texts, texts),
)
costs = st.builds(Cost, input_tokens=st.integers(), output_tokens=st.integers(), usd=floats)
attempts = st.builds(
    Attempt,
    item_id=texts,
    model=texts,
    run_id=texts,
    reply=texts,
    grade=grades,
    epoch=st.integers(),
    skills=tuples,
    cost=costs,
    error=texts,
)
items = st.builds(
    Item, prompt=texts, reference=texts, policy=mappings, choices=tuples, concepts=tuples, level=st.integers()
)
parameters = st.builds(Parameter, name=texts, type=texts, description=texts)
interfaces = st.builds(Interface, call=texts, parameters=st.lists(parameters, max_size=2).map(tuple), returns=texts)
files = st.builds(File, path=texts, size=st.integers(0), digest=texts)
skills = st.builds(
    Skill,
    name=texts,
    description=texts,
    applicability=texts,
    policy=texts,
    termination=texts,
    interface=interfaces,
    representation=st.sampled_from(Representation),
    scope=st.sampled_from(Scope),
    version=texts,
    concepts=tuples,
    files=st.lists(files, max_size=2).map(tuple),
)
findings = st.builds(
    Finding, rule=texts, severity=st.sampled_from(Severity), message=texts, path=texts, line=st.integers(0)
)
gates = st.builds(GateResult, gate=st.sampled_from(Gate), outcome=st.sampled_from(GateOutcome), reasons=tuples)
capabilities = st.lists(st.sampled_from(Capability), max_size=3).map(tuple)
events = st.builds(
    Event,
    deed=st.sampled_from(Deed),
    who=texts,
    skill=texts,
    digest=texts,
    because=tuples,
    vetting=st.none() | st.sampled_from(VettingTier),
    exposure=st.none() | st.sampled_from(ExposureTier),
    uses=st.integers(0),
    when=texts,
)
entries = st.builds(Entry, number=st.integers(1), previous=texts, event=events)
verdicts = st.builds(
    Verdict,
    skill=texts,
    digest=texts,
    vetting=st.sampled_from(VettingTier),
    exposure=st.sampled_from(ExposureTier),
    reasons=tuples,
    findings=st.lists(findings, max_size=2).map(tuple),
    run_ids=tuples,
    gates=st.lists(gates, max_size=2).map(tuple),
    declared=capabilities,
    observed=capabilities,
)
runs = st.builds(
    Run, run_id=texts, workspace=texts, started=texts, config=texts, status=st.sampled_from(Status), seconds=floats
)
stages = st.builds(StageRecord, key=texts, stage=texts, output=mappings, went_in=texts, seconds=floats)
