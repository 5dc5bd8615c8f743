"""What came of checking a signature? One state, and every fault that was found, not the first alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class SignatureState(StrEnum):
    """What came of it, from best to worst. Even `verified` says who signed which bytes, never that they are safe."""

    VERIFIED = "verified"
    CONTENT_CHANGED = "content-changed"
    BAD_SIGNATURE = "bad-signature"
    UNTRUSTED_ROOT = "untrusted-root"
    UNTRUSTED_KEY = "untrusted-key"
    INVALID_CHAIN = "invalid-chain"
    UNSUPPORTED = "unsupported"
    MALFORMED = "malformed"
    UNSIGNED = "unsigned"


class FaultKind(StrEnum):
    """What is wrong, in one word or two."""

    NO_SIGNATURE = "no-signature"
    BUNDLE = "bundle"
    STATEMENT = "statement"
    PATH = "path"
    DUPLICATE = "duplicate"
    UNSUPPORTED = "unsupported"
    CHAIN = "chain"
    PURPOSE = "purpose"
    VALIDITY = "validity"
    UNTRUSTED_ROOT = "untrusted-root"
    UNTRUSTED_KEY = "untrusted-key"
    BAD_SIGNATURE = "bad-signature"
    CHANGED = "changed"
    MISSING = "missing"
    RENAMED = "renamed"
    PLANTED = "planted"
    LINK = "link"
    SPECIAL = "special"
    MODE = "mode"
    NOT_COVERED = "not-covered"


_CONTENT = (
    FaultKind.CHANGED,
    FaultKind.MISSING,
    FaultKind.RENAMED,
    FaultKind.PLANTED,
    FaultKind.LINK,
    FaultKind.SPECIAL,
    FaultKind.MODE,
    FaultKind.NOT_COVERED,
)
_STATE_OF: Mapping[FaultKind, SignatureState] = {
    FaultKind.NO_SIGNATURE: SignatureState.UNSIGNED,
    FaultKind.BUNDLE: SignatureState.MALFORMED,
    FaultKind.STATEMENT: SignatureState.MALFORMED,
    FaultKind.PATH: SignatureState.MALFORMED,
    FaultKind.DUPLICATE: SignatureState.MALFORMED,
    FaultKind.UNSUPPORTED: SignatureState.UNSUPPORTED,
    FaultKind.CHAIN: SignatureState.INVALID_CHAIN,
    FaultKind.PURPOSE: SignatureState.INVALID_CHAIN,
    FaultKind.VALIDITY: SignatureState.INVALID_CHAIN,
    FaultKind.UNTRUSTED_ROOT: SignatureState.UNTRUSTED_ROOT,
    FaultKind.UNTRUSTED_KEY: SignatureState.UNTRUSTED_KEY,
    FaultKind.BAD_SIGNATURE: SignatureState.BAD_SIGNATURE,
    **dict.fromkeys(_CONTENT, SignatureState.CONTENT_CHANGED),
}
_WORST_FIRST = (
    SignatureState.UNSIGNED,
    SignatureState.MALFORMED,
    SignatureState.UNSUPPORTED,
    # Who signed comes before what was signed: of a stranger's package it does not matter whether it drifted.
    SignatureState.UNTRUSTED_ROOT,
    SignatureState.UNTRUSTED_KEY,
    SignatureState.INVALID_CHAIN,
    SignatureState.BAD_SIGNATURE,
    SignatureState.CONTENT_CHANGED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFault:
    """One thing that is wrong.

    Attributes:
        path: The file it is about; empty when it is about the signature.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    kind: FaultKind
    message: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """What came of checking one package.

    Attributes:
        signer: The subject of the signing certificate, or `key sha256:…`; what was claimed, unless it is verified.
        files: The digests that were signed, by path.
        notes: What is worth knowing and refuses nothing.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    state: SignatureState
    faults: tuple[SignatureFault, ...] = ()
    signer: str = ""
    files: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def is_verified(self) -> bool:
        """Whether every byte is what a trusted signer signed. That the signer is honest is not said by this."""
        return self.state == SignatureState.VERIFIED


def state_of(faults: Iterable[SignatureFault]) -> SignatureState:
    """The state that follows from faults: the worst one, and `verified` without any.

    >>> changed = SignatureFault(kind=FaultKind.CHANGED, path="SKILL.md", message="Differs.")
    >>> state_of([changed]).value, state_of([]).value
    ('content-changed', 'verified')
    """
    states = {_STATE_OF[fault.kind] for fault in faults}
    return next((state for state in _WORST_FIRST if state in states), SignatureState.VERIFIED)
