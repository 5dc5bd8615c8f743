"""Whom do I trust to sign, and did they sign this? Root certificates or public keys that the user names.

There is no default: the roots of the web vouch for web servers, not for skills.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.errors import ConfigError, MissingExtra
from metier.govern.sign.bundle import Envelope, encoding_of_0_2, pre_authentication_encoding
from metier.govern.sign.chain import chain_faults, is_self_signed
from metier.govern.sign.report import FaultKind, SignatureFault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

CURVES = ("secp256r1", "secp384r1", "secp521r1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Whose login Sigstore must vouch for.

    Attributes:
        identity: Who must have signed, such as an e-mail address.
        issuer: Who must have let them log in, such as `https://accounts.google.com`.
        verifier: A `sigstore.verify.Verifier`; that of the public services by default, which asks the network.
    """

    identity: str
    issuer: str
    verifier: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom to trust. Make it with `trust_roots`, `trust_keys` or `trust_login`.

    Attributes:
        roots: Certificates whose signature is taken for granted.
        others: Certificates that may help to reach one.
        keys: Public keys that may have signed without a certificate, by the SHA-256 of their PEM form.
        login: Whose login must have signed; then no certificate and no key may.
    """

    roots: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()
    keys: dict[str, Any] = field(default_factory=dict)
    login: Login | None = None


def trust_roots(*paths: str | Path) -> Trust:
    """Trust what certificates under these roots sign.

    Args:
        paths: PEM files; besides roots they may hold certificates that lie between.

    Raises:
        ConfigError: A file cannot be read, or no root is in them.
        MissingExtra: `cryptography` is not installed.
    """
    from_pem = cryptography().x509.load_pem_x509_certificates
    found = [certificate for path in paths for certificate in _load(Path(path), from_pem, "certificates")]
    roots = tuple(certificate for certificate in found if is_self_signed(certificate))
    if not roots:
        named = ", ".join(repr(str(path)) for path in paths) or "no file"
        raise ConfigError(
            f"Expected a root certificate, one that signed itself, in {named}.",
            hint="Name the PEM file of the root that the signer's chain ends at.",
        )
    return Trust(roots=roots, others=tuple(certificate for certificate in found if certificate not in roots))


def trust_keys(*paths: str | Path) -> Trust:
    """Trust what these public keys sign.

    Args:
        paths: PEM files, each with one public key on the curve P-256, P-384 or P-521.

    Raises:
        ConfigError: A file cannot be read, or holds another kind of key.
        MissingExtra: `cryptography` is not installed.
    """
    keys = {}
    for path in paths:
        key = _load(Path(path), cryptography().hazmat.primitives.serialization.load_pem_public_key, "a public key")
        require_curve(key, str(path))
        keys[key_hint(key)] = key
    return Trust(keys=keys)


def trust_login(identity: str, issuer: str) -> Trust:
    """Trust what somebody signs with their login, as Sigstore vouches for it.

    Args:
        identity: Who, such as an e-mail address.
        issuer: Who lets them log in, such as `https://accounts.google.com`.

    Raises:
        ConfigError: One of them is empty.

    >>> trust_login("ada@mail.example", "https://login.example").login.identity
    'ada@mail.example'
    """
    if not identity or not issuer:
        raise ConfigError(
            f"Expected an identity and its issuer, got {identity!r} and {issuer!r}.",
            hint="Name both, such as ada@mail.example and https://accounts.google.com.",
        )
    return Trust(login=Login(identity=identity, issuer=issuer))


def trust_from(roots: Iterable[str | Path] = (), keys: Iterable[str | Path] = ()) -> Trust:
    """Trust roots and keys together; see `trust_roots` and `trust_keys`.

    >>> trust_from() == Trust()
    True
    """
    named = tuple(roots)
    return replace(trust_roots(*named) if named else Trust(), keys=trust_keys(*keys).keys)


def trust_faults(trust: Trust, envelope: Envelope, *, at: datetime | None = None) -> tuple[list[SignatureFault], str]:
    """Tell what speaks against the signature of an envelope, and who signed, or says so.

    Args:
        at: When the certificates must be valid; by default when the signing one began to be, as nothing in the
            signature proves when it was made.
    """
    if envelope.certificates:
        return _certificate_faults(trust, envelope, at)
    if not trust.keys:
        message = "A bare key signed it, and no key is trusted."
        return [SignatureFault(kind=FaultKind.UNTRUSTED_KEY, message=message)], f"key sha256:{envelope.hint}"
    if envelope.hint:
        tried = {envelope.hint: trust.keys[envelope.hint]} if envelope.hint in trust.keys else {}
    else:
        tried = trust.keys  # model-signing before 1.0.1 names no key
    signed = [hint for hint, key in tried.items() if is_signed_by(key, envelope, compat_hash=None)]
    if signed:
        return [], f"key sha256:{signed[0]}"
    kind = FaultKind.BAD_SIGNATURE if tried else FaultKind.UNTRUSTED_KEY
    message = "The signature is not of this statement." if tried else "A key signed it that is not trusted."
    return [SignatureFault(kind=kind, message=message)], f"key sha256:{envelope.hint}"


def is_signed_by(key: EllipticCurvePublicKey, envelope: Envelope, *, compat_hash: HashAlgorithm | None) -> bool:
    """Whether a key signed an envelope, in the way of version 1.0 or of 0.2.

    Args:
        compat_hash: What 0.2 hashed with; None for the hash that belongs to the key.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    own = hash_of(key)
    for signed, hashed in (
        (pre_authentication_encoding(envelope.payload), own),
        (encoding_of_0_2(envelope.payload), compat_hash or own),
    ):
        with suppress(InvalidSignature):
            key.verify(envelope.signature, signed, ECDSA(hashed))
            return True
    return False


def hash_of(key: Any) -> HashAlgorithm:
    """The hash that belongs to the curve of a key."""
    hashes = cryptography().hazmat.primitives.hashes
    made: HashAlgorithm = {256: hashes.SHA256, 384: hashes.SHA384, 521: hashes.SHA512}[key.curve.key_size]()
    return made


def key_hint(key: EllipticCurvePublicKey) -> str:
    """How bundles name a public key: SHA-256 of its PEM form."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def require_curve(key: Any, where: str) -> None:
    """Refuse a key that model-signing would refuse. Raises ConfigError."""
    curve = getattr(getattr(key, "curve", None), "name", type(key).__name__)
    if curve not in CURVES:
        raise ConfigError(f"Expected a key on the curve P-256, P-384 or P-521 in {where!r}, got {curve}.")


def cryptography() -> Any:
    """The library. Raises MissingExtra."""
    try:
        import cryptography.hazmat.primitives.asymmetric.ec
        import cryptography.hazmat.primitives.hashes
        import cryptography.hazmat.primitives.serialization
        import cryptography.x509
    except ImportError:
        raise MissingExtra("cryptography", extra="govern", needed_for="Signing") from None
    return cryptography


def _certificate_faults(trust: Trust, envelope: Envelope, at: datetime | None) -> tuple[list[SignatureFault], str]:
    key, signer, faults = _chain(trust, envelope.certificates, at)
    if key is None:
        return faults, signer
    # 0.2 hashed with SHA-256 whatever the curve.
    compat = cryptography().hazmat.primitives.hashes.SHA256()
    if not is_signed_by(key, envelope, compat_hash=compat):
        message = "The signature is not of this statement, or not by the certificate it names."
        faults = [*faults, SignatureFault(kind=FaultKind.BAD_SIGNATURE, message=message)]
    return faults, signer


def _chain(trust: Trust, chain: Sequence[bytes], at: datetime | None) -> tuple[Any, str, list[SignatureFault]]:
    from_der = cryptography().x509.load_der_x509_certificate
    try:
        signing, *others = [from_der(der) for der in chain]
        key, signer = signing.public_key(), signing.subject.rfc4514_string()
        require_curve(key, signer)
    except (ValueError, TypeError, ConfigError, _unsupported()) as error:
        message = f"A certificate of the signature cannot be used: {error}"
        return None, "", [SignatureFault(kind=FaultKind.BUNDLE, message=message)]
    if not trust.roots:
        message = "A certificate signed it, and no root is trusted."
        return key, signer, [SignatureFault(kind=FaultKind.UNTRUSTED_ROOT, message=message)]
    return key, signer, chain_faults(signing, [*others, *trust.others], trust.roots, at=at)


def _unsupported() -> type[Exception]:
    from cryptography.exceptions import UnsupportedAlgorithm

    return UnsupportedAlgorithm


def _load(path: Path, read: Callable[[bytes], Any], what: str) -> Any:
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"Cannot read {str(path)!r}: {error.strerror}.") from error
    except (ValueError, TypeError, _unsupported()) as error:
        raise ConfigError(f"Expected {what} in PEM form in {str(path)!r}: {error}") from error
