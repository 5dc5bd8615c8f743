"""Waits stay within their bounds, whatever the endpoint asks for."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.clients.retry import Patience, parse_retry_after

NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)


@given(st.integers(1, 5000), st.integers(), st.floats(0, 1e9), st.floats(0, 10))
def test_a_wait_is_bounded_and_honours_the_endpoint(tries, seed, asked_s, backoff_s):
    patience = Patience(backoff_s=backoff_s, max_wait_s=30.0)
    wait = patience.wait_s(tries, chance=random.Random(seed), retry_after_s=asked_s)
    assert min(asked_s, 30.0) <= wait <= 30.0
    assert wait == patience.wait_s(tries, chance=random.Random(seed), retry_after_s=asked_s)


@given(st.text())
def test_any_header_gives_seconds(value):
    assert 0.0 <= parse_retry_after(value, now=NOW) < float("inf")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Wed, 21 Oct 2026 07:29:00 GMT", 60.0),
        ("Wed, 21 Oct 2026 09:29:00 +0200", 60.0),
        ("Wed, 21 Oct 2026 07:29:00", 60.0),
        ("Wed, 21 Oct 2020 07:29:00 GMT", 0.0),
        ("-5", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after_is_read(value, seconds):
    assert parse_retry_after(value, now=NOW) == seconds
