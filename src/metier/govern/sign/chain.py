"""Does this chain of certificates lead to a root that is trusted, and may its first one sign?

As model-signing asks OpenSSL: every issuer is a certificate authority that may sign certificates, no path is longer
than its issuer allows, all were valid when the signing certificate began to be, and that one may sign. Stricter in
three things: a critical extension that is not understood, a signature over SHA-1 or MD5 and a certificate that is
limited to another purpose (a web server's) are refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from metier.govern.sign.report import FaultKind, SignatureFault

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, ExtensionType

    E = TypeVar("E", bound=ExtensionType)

MAX_DEPTH = 8
MAX_WAYS = 1_000
"""So many are looked at: certificates of one name and key issue each other, and 15 of them make millions of ways."""
_WEAK = ("md5", "sha1")
_UNDERSTOOD = (
    "2.5.29.19",  # basic constraints
    "2.5.29.15",  # key usage
    "2.5.29.37",  # extended key usage
    "2.5.29.17",  # alternative names
    "2.5.29.14",  # subject key identifier
    "2.5.29.35",  # authority key identifier
)


def chain_faults(
    signing: Certificate, others: Sequence[Certificate], roots: Sequence[Certificate], *, at: datetime | None = None
) -> list[SignatureFault]:
    """Tell what is wrong with a signing certificate and the chain that came with it.

    Args:
        others: Certificates that may lie between; they are not trusted.
        roots: Self-signed certificates that are.
        at: When all must be valid, in UTC where it names no zone; when the signing certificate began to be, by default.
    """
    faults = list(_purpose_faults(signing))
    paths, is_whole = ([[signing]], True) if signing in roots else _paths(signing, others, roots)
    if not paths:
        end = _last_issuer(signing, others)
        message = f"The chain ends at {end!r}, and no trusted root issued that."
        if not is_whole:
            message = f"The certificates issue each other in too many ways; none of {MAX_WAYS} leads to a trusted root."
        return [*faults, SignatureFault(kind=FaultKind.UNTRUSTED_ROOT, message=message)]
    moment = at or signing.not_valid_before_utc
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return faults + min((list(_path_faults(path, moment)) for path in paths), key=len)


def is_self_signed(certificate: Certificate) -> bool:
    """Whether a certificate was issued by its own key, as a root is."""
    return _issued(certificate, certificate)


def _paths(
    signing: Certificate, others: Sequence[Certificate], roots: Sequence[Certificate]
) -> tuple[list[list[Certificate]], bool]:
    """The paths to a trusted root, the shortest first, and whether every way was looked at."""
    found, pending = list[list["Certificate"]](), deque([[signing]])
    for _ in range(MAX_WAYS):
        if not pending:
            break
        path = pending.popleft()
        found += [[*path, root] for root in roots if _issued(path[-1], root)]
        if len(path) < MAX_DEPTH:
            pending += [[*path, one] for one in others if one not in path and _issued(path[-1], one)]
    return found, not pending


@lru_cache(maxsize=4096)  # a catalogue signs thousands of packages under one root
def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _last_issuer(signing: Certificate, others: Sequence[Certificate]) -> str:
    here, passed = signing, [signing]
    while above := next((one for one in others if one not in passed and _issued(here, one)), None):
        here = above
        passed.append(above)
    return str(here.issuer.rfc4514_string())


def _path_faults(path: Sequence[Certificate], moment: datetime) -> Iterator[SignatureFault]:
    for place, certificate in enumerate(path):
        name = certificate.subject.rfc4514_string()
        if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
            message = f"The certificate of {name!r} is not valid on {moment:%Y-%m-%d}."
            yield SignatureFault(kind=FaultKind.VALIDITY, message=message)
        for reason in _reasons(certificate, num_below=place):
            yield SignatureFault(kind=FaultKind.CHAIN, message=f"The certificate of {name!r} {reason}.")


def _reasons(certificate: Certificate, *, num_below: int) -> Iterator[str]:
    from cryptography.x509 import BasicConstraints, KeyUsage

    try:
        extensions = certificate.extensions
    except ValueError as error:
        yield f"has extensions that cannot be read: {error}"
        return
    if unknown := [e.oid.dotted_string for e in extensions if e.critical and e.oid.dotted_string not in _UNDERSTOOD]:
        yield f"has a critical extension that is not understood: {', '.join(unknown)}"
    hashed = certificate.signature_hash_algorithm
    if hashed is not None and hashed.name in _WEAK:
        yield f"is signed over {hashed.name}"
    if num_below == 0:
        return
    limits = _extension(certificate, BasicConstraints)
    if limits is None or not limits.ca:
        yield "is not that of a certificate authority, and issued another"
    # The length counts the authorities below, without the signing certificate.
    elif limits.path_length is not None and num_below - 1 > limits.path_length:
        yield f"allows a path of {limits.path_length} authorities below it, and {num_below - 1} are there"
    usage = _extension(certificate, KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        yield "may not sign certificates"


def _purpose_faults(signing: Certificate) -> Iterator[SignatureFault]:
    from cryptography.x509 import ExtendedKeyUsage, KeyUsage
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage, extended = _extension(signing, KeyUsage), _extension(signing, ExtendedKeyUsage)
    except ValueError:
        return  # told with the chain
    purposes = set(extended or ())
    is_for_code = ExtendedKeyUsageOID.CODE_SIGNING in purposes
    reason = ""
    if not (is_for_code or (usage is not None and usage.digital_signature)):
        reason = "allows neither digital signatures nor code signing"
    elif purposes and not is_for_code and ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE not in purposes:
        reason = "is limited to another purpose than signing code"
    if reason:
        name = signing.subject.rfc4514_string()
        yield SignatureFault(kind=FaultKind.PURPOSE, message=f"The signing certificate of {name!r} {reason}.")


def _extension(certificate: Certificate, kind: type[E]) -> E | None:
    from cryptography.x509 import ExtensionNotFound

    with suppress(ExtensionNotFound):
        return certificate.extensions.get_extension_for_class(kind).value
    return None
