"""Keys and certificates for tests, made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Party:
    """Somebody with a key and a certificate, both also as PEM files."""

    name: str
    key: Any
    certificate: x509.Certificate
    key_path: Path
    certificate_path: Path


def write_key(folder: Path, name: str, curve: ec.EllipticCurve | None = None) -> tuple[Path, Path]:
    """A private and a public key as PEM files."""
    key = ec.generate_private_key(curve or ec.SECP256R1())
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    private.write_bytes(_pem(key))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def write_encrypted_key(folder: Path, name: str, password: bytes, form: PrivateFormat) -> tuple[Path, Path]:
    """A private key that a password opens, and its public key, as PEM files."""
    private, public = write_key(folder, name)
    key = load_pem_private_key(private.read_bytes(), None)
    private.write_bytes(key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(password)))
    return private, public


def certify(
    folder: Path,
    name: str,
    *,
    issuer: Party | None = None,
    authority: bool = False,
    path_length: int | None = None,
    start: datetime = START,
    end: datetime = END,
    curve: ec.EllipticCurve | None = None,
    digital_signature: bool = True,
    key_cert_sign: bool | None = None,
    purposes: Sequence[x509.ObjectIdentifier] = (),
    more: Sequence[tuple[x509.ExtensionType, bool]] = (),
    hashed: hashes.HashAlgorithm | None = None,
) -> Party:
    """A party with a certificate of `issuer`, or of itself."""
    key = ec.generate_private_key(curve or ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=authority if key_cert_sign is None else key_cert_sign,
        # At least one must be allowed (RFC 5280, 4.2.1.3), or OpenSSL takes the certificate for damaged.
        content_commitment=not digital_signature,
        **dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement", "crl_sign"), False),
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=path_length), critical=True)
        .add_extension(usage, critical=True)
    )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    certificate = builder.sign(issuer.key if issuer else key, hashed or hashes.SHA256())
    key_path, certificate_path = folder / f"{name}.key", folder / f"{name}.pem"
    key_path.write_bytes(_pem(key))
    certificate_path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return Party(name=name, key=key, certificate=certificate, key_path=key_path, certificate_path=certificate_path)


def _pem(key: Any) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
