"""Which account at a processor of payments is paid by a program, of which no document of its package tells?

A shop takes money for itself: its key says for whom. A receiver besides, of a transfer, a split or a fee, that stands in the program is
the author's or somebody's, unless the documents name it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.accounts import Found, is_live
from metier.govern.scan.flow import Step
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.verdict import Severity

_RECEIVER = re.compile(
    r"(?<![\w/-])(?:acct_(?!1032D82eZvKYlo2C)(?=[a-z\d]{0,23}[A-Z])(?=[A-Z\d]{0,23}[a-z])[A-Za-z\d]{14,24}|acc_(?=[A-Za-z]{0,13}\d)[A-Za-z\d]{14}"
    r"|(?:ACCT|SPL)_(?=[a-z]{0,14}\d)[a-z\d]{10,15}|RS_[A-F\d]{32}|org_\d{6,10}|(?:BA|AH)(?=[A-Z]{0,24}\d)[A-Z\d]{20,26})(?![\w-])"
)
"""An account at Stripe, Razorpay, Paystack, Flutterwave, Mollie or Adyen."""
_WORDS = ("acct_", "acc_", "ACCT_", "SPL_", "RS_", "org_", "splits", "Splits")
_ROUTES = re.compile(
    r"transfer_?data|on_?behalf_?of|application_?fee|\btransfers?\b\W{0,3}(?:create|[:=])|/v1/transfers|(?<![\w-])destination(?![\w-])|\bsub_?accounts?\b|split_?code|\bsplits?\b|\brouting\b|organi[sz]ation_?id|stripe[_-]?account",
    re.I,
)
"""A part of what is paid is led to an account."""
_PAYEE = re.compile(
    r"\b(?:payee|Payee)\w{0,12}\b[\"']?\)?\s{0,9}(?:[:=(]|=>|\.|->){0,2}\s{0,9}[\[{(]?\s{0,40}[\"']?(?:(?:set)?_?(?:merchant_?id|email(?:_?address)?)[\"']?\s{0,9}(?::|=>?|\()\s{0,9})?(?P<said>[\"'][^\"'\s{}$<>]{6,80}[\"']|[A-Za-z_][\w.]{2,40})"
    r"|name=[\"']business[\"'][^<>\n]{0,40}value=(?P<sold>[\"'][^\"'\s{}$<>]{6,80}[\"'])",
    re.I,
)
"""Whom PayPal is told to pay."""
_WHOM = re.compile(r"[\w.+-]{1,50}@[\w-]{1,50}(?:\.[\w-]{2,20}){1,3}|(?=[A-Z]{0,12}\d)[A-Z\d]{13}")
_SAMPLE = re.compile(
    r"123|abc|xxx|test|sample|example|demo|dummy|fake|your|placeholder|invalid|localhost|(.)\1{3}|^sb-", re.I
)
_TELLS_PART = re.compile(
    r"\b(?:platform|application|referral|partner|service|developer|our|author'?s|maintainer'?s)\s+(?:fees?|share|cut|commission)\b"
)
"""Words, in small letters, of documents that tell of a part that somebody keeps."""
_MAX_SEEN = 200


def undisclosed_payees(steps: Sequence[Step], parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """The first receiver of a payment that is written out in a program and that no document names.

    >>> from metier.govern.scan.parts import read_text
    >>> part = read_text("pay({ transfer_data: { destination: 'acct_1Kw8HtZpQ2rVbN7y' } })", "a.js").parts[0]
    >>> [found[:2] for found in undisclosed_payees([], [part], Purpose(documents=("Makes bills.",)))]
    [('undisclosed-account', <Severity.BLOCK: 'block'>)]
    """
    programs = [part for part in parts if is_live(part, purpose)] if purpose.documents else []
    found = next(itertools.chain(_routed(steps, programs, purpose), _named(programs, purpose)), None)
    if found is not None:
        path, line, said = found
        is_told = any(map(_TELLS_PART.search, purpose.documents))
        message = "Has an account at a processor of payments paid that no document names."
        yield "undisclosed-account", Severity.REVIEW if is_told else Severity.BLOCK, path, line, said, message


def _routed(steps: Sequence[Step], programs: Sequence[Part], purpose: Purpose) -> Iterator[tuple[str, int, str]]:
    """The accounts to which a part of a payment is led, as they stand or as they are put together."""
    if not any(_ROUTES.search(part.plain) for part in programs):
        return
    for part in programs:
        if any(word in part.plain for word in _WORDS):
            for found in itertools.islice(_RECEIVER.finditer(part.plain), _MAX_SEEN):
                if _is_strange(found[0], purpose):
                    yield part.path, part.plain.count("\n", 0, found.start()) + 1, found[0]
    paths = {part.path for part in programs}
    for step in steps:
        if step.statement.path in paths and any(word in step.text for word in _WORDS[:-2]):
            made = _RECEIVER.search(step.text)
            if made is not None and _is_strange(made[0], purpose):
                yield step.statement.path, step.statement.line, step.text


def _named(programs: Sequence[Part], purpose: Purpose) -> Iterator[tuple[str, int, str]]:
    """Whom PayPal is told to pay, by an address or a number."""
    for part in programs:
        text = part.plain
        if "ayee" not in text and "business" not in text:
            continue
        for found in itertools.islice(_PAYEE.finditer(text), _MAX_SEEN):
            said = found["said"] or found["sold"]
            whom = said.strip("\"'") if said[0] in "\"'" else _held(text, said)
            if _WHOM.fullmatch(whom) and _is_strange(whom, purpose):
                yield part.path, text.count("\n", 0, found.start()) + 1, found[0]


def _held(text: str, name: str) -> str:
    """The text that a name is given in a program; empty if none is written out."""
    held = re.search(
        rf"(?<![\w.]){re.escape(name.rpartition('.')[2])}[\"']?\s{{0,9}}(?::=|[:=])\s{{0,9}}[\"']([^\"'\s]{{6,80}})[\"']",
        text,
    )
    return held[1] if held else ""


def _is_strange(account: str, purpose: Purpose) -> bool:
    """Whether an account is no example, and no document names it."""
    said = account.lower()
    return not _SAMPLE.search(account) and not any(said in text for text in purpose.documents)
