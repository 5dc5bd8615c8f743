"""How is a signature written down? A Sigstore bundle (v0.3) around a DSSE envelope, as JSON.

It knows neither keys nor files. https://docs.sigstore.dev/about/bundle/, https://github.com/secure-systems-lab/dsse
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_CERTIFICATES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a bundle holds.

    Attributes:
        payload: The signed statement, as it was signed.
        signature: Of the payload's pre-authentication encoding.
        certificates: The signing certificate and the chain that came with it, DER; empty when a bare key signed.
        hint: SHA-256 of the public key that signed, hexadecimal, or empty.
        is_keyless: Whether Sigstore's public services vouch for it, which needs their library to check.
    """

    payload: bytes
    signature: bytes
    certificates: tuple[bytes, ...] = ()
    hint: str = ""
    is_keyless: bool = False


def read_bundle(data: bytes) -> Envelope:
    """Read a bundle.

    Raises:
        ValueError: It is none; the message says why.

    >>> read_bundle(write_bundle(Envelope(payload=b"{}", signature=b"s", hint="ab"))).hint
    'ab'
    >>> read_bundle(b"{}")
    Traceback (most recent call last):
    ValueError: the media type is None, not 'application/vnd.dev.sigstore.bundle.v0.3+json'
    """
    bundle = _object(read_json(data), "the bundle")
    if bundle.get("mediaType") != MEDIA_TYPE:
        raise ValueError(f"the media type is {bundle.get('mediaType')!r}, not {MEDIA_TYPE!r}")
    material = _object(bundle.get("verificationMaterial"), "verificationMaterial")
    envelope = _object(bundle.get("dsseEnvelope"), "dsseEnvelope")
    if envelope.get("payloadType") != PAYLOAD_TYPE:
        raise ValueError(f"the payload type is {envelope.get('payloadType')!r}, not {PAYLOAD_TYPE!r}")
    signatures = _list(envelope.get("signatures"), "signatures")
    if len(signatures) != 1:
        raise ValueError(f"it holds {len(signatures)} signatures instead of one")
    certificates, hint = _material(material)
    return Envelope(
        payload=_bytes(envelope.get("payload"), "payload"),
        signature=_bytes(_object(signatures[0], "the signature").get("sig"), "sig"),
        certificates=certificates,
        hint=hint,
        is_keyless="certificate" in material or bool(material.get("tlogEntries")),
    )


def write_bundle(envelope: Envelope) -> bytes:
    """Write a bundle; the same envelope gives the same bytes."""
    if envelope.certificates:
        chain = [{"rawBytes": _text(certificate)} for certificate in envelope.certificates]
        material: dict[str, Any] = {"x509CertificateChain": {"certificates": chain}, "tlogEntries": []}
    else:
        material = {"publicKey": {"hint": envelope.hint}, "tlogEntries": []}
    signed = {
        "payload": _text(envelope.payload),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"sig": _text(envelope.signature), "keyid": ""}],
    }
    bundle = {"mediaType": MEDIA_TYPE, "verificationMaterial": material, "dsseEnvelope": signed}
    return json.dumps(bundle).encode() + b"\n"


def pre_authentication_encoding(payload: bytes) -> bytes:
    """The bytes that are signed: type and length first, so that no payload can be taken for one of another type.

    >>> pre_authentication_encoding(b"{}")
    b'DSSEv1 28 application/vnd.in-toto+json 2 {}'
    """
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def encoding_of_0_2(payload: bytes) -> bytes:
    """The bytes that model-signing 0.2 signed instead, by mistake; still met in the wild.

    >>> encoding_of_0_2(b"{}")
    b"DSSEV1 28 application/vnd.in-toto+json 2 b'{}'"
    """
    return f"DSSEV1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} {payload!r}".encode()


def read_json(data: bytes) -> Any:
    """Read JSON in which no key stands twice: two readers must not see two things in one signature.

    Raises:
        ValueError: It is no such JSON.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_without_repeats)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise ValueError("it is no UTF-8 text") from error


def _material(material: dict[str, Any]) -> tuple[tuple[bytes, ...], str]:
    if "x509CertificateChain" in material:
        chain = _object(material["x509CertificateChain"], "x509CertificateChain")
        certificates = _list(chain.get("certificates"), "certificates")
        if not 1 <= len(certificates) <= MAX_CERTIFICATES:
            raise ValueError(f"it holds {len(certificates)} certificates, 1 to {MAX_CERTIFICATES} are read")
        return tuple(_bytes(_object(c, "a certificate").get("rawBytes"), "rawBytes") for c in certificates), ""
    if "publicKey" in material:
        hint = _object(material["publicKey"], "publicKey").get("hint", "")
        if not isinstance(hint, str):
            raise ValueError("the hint of the public key is no text")
        return (), hint
    if "certificate" in material:
        return (), ""
    raise ValueError("it names neither a certificate chain nor a public key")


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        repeated = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key {repeated!r} stands twice")
    return found


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no JSON object")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{what} is no JSON list")
    return value


def _bytes(value: Any, what: str) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{what} is missing")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{what} is no base64: {error}") from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
