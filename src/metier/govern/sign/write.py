"""How is a package signed? With a key of one's own, or with a certificate that leads to a root others trust."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from metier.errors import ConfigError, PackageError
from metier.govern.sign.bundle import Envelope, pre_authentication_encoding, read_bundle, write_bundle
from metier.govern.sign.statement import GIT_PATHS, Manifest, write_statement
from metier.govern.sign.trust import cryptography, hash_of, key_hint, require_curve
from metier.govern.sign.verify import SIGNATURE_NAMES, read_signature
from metier.stores.disk import told
from metier.stores.tree import read_tree
from metier.whole import whole


def sign(
    folder: str | Path,
    key: str | Path,
    *,
    certificate: str | Path | None = None,
    chain: Sequence[str | Path] = (),
    password: bytes | None = None,
    signature: str | Path | None = None,
) -> Path:
    """Sign every file of a package, git's own aside, and return where the signature lies.

    Args:
        key: The private key, PEM, on the curve P-256, P-384 or P-521.
        certificate: The certificate of that key; without one, the bare key signs.
        chain: The certificates between it and the root.
        password: Of the private key, if that is encrypted.
        signature: Where to write it, a new file or an earlier signature; `skill.oms.sig` in the folder by default.

    Raises:
        PackageError: The package holds a link, a special file or a name that could mislead.
        ConfigError: A key or certificate cannot be read, they do not belong together, the private key lies in the
            package, or something that is no signature lies where it is to be written.
        MissingExtra: `cryptography` is not installed.
    """
    place = Path(folder)
    path = Path(signature) if signature is not None else place / SIGNATURE_NAMES[0]
    _refuse_other_files(path)
    _refuse_given_away(Path(key), place)
    private = _private_key(Path(key), password)
    certificates = _certificates(private, certificate, chain)
    payload = write_statement(_manifest(place, path))
    envelope = Envelope(
        payload=payload,
        signature=_signature(private, payload),
        certificates=certificates,
        hint="" if certificates else key_hint(private.public_key()),
    )
    _write(path, write_bundle(envelope))
    return path


def _refuse_other_files(path: Path) -> None:
    """Only an earlier signature may be written over: whatever else lies there is a file of the package, or a key."""
    if not os.path.lexists(path):
        return
    try:
        read_bundle(read_signature(path))
    except (ValueError, OSError) as error:
        raise ConfigError(
            f"Expected no file or an earlier signature in {str(path)!r}, got something else; it is left as it is.",
            hint="Name a new file with --signature, or move that one away.",
        ) from error


def _refuse_given_away(key: Path, folder: Path) -> None:
    """Whoever gets the package would get the key that vouches for it."""
    if Path(os.path.realpath(key)).is_relative_to(os.path.realpath(folder)):
        raise ConfigError(
            f"The private key {str(key)!r} lies in the package, and would be given away with it.",
            hint="Keep it elsewhere, and make a new one if the package was given away before.",
        )


def _manifest(folder: Path, signature: Path) -> Manifest:
    inside = signature.parent.resolve() / signature.name
    own = [inside.relative_to(folder.resolve()).as_posix()] if inside.is_relative_to(folder.resolve()) else []
    left_out = (*GIT_PATHS, *own)
    tree = read_tree(folder, skip=frozenset(left_out))
    if tree.odd:
        listed = ", ".join(f"{odd.path!r} ({odd.kind})" for odd in tree.odd[:5])
        raise PackageError(
            f"The package {str(folder)!r} cannot be signed, as it holds what a verifier refuses: {listed}.",
            hint="Put plain files with plain names in their place.",
        )
    return Manifest(
        name=folder.resolve().name,
        files={file.path: file.digest for file in tree.files},
        ignored=left_out,
        executables=frozenset(file.path for file in tree.files if file.is_executable),
    )


def _private_key(path: Path, password: bytes | None) -> Any:
    load = cryptography().hazmat.primitives.serialization.load_pem_private_key
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"Cannot read {str(path)!r}: {error.strerror}.") from error
    try:
        key = load(data, password)
    except TypeError as error:  # a password without a need of one, or the other way round
        if password:
            raise ConfigError(f"A password was given for the private key {str(path)!r}, which has none.") from error
        raise ConfigError(
            f"The private key {str(path)!r} is encrypted, and no password was given.",
            hint="Put it into an environment variable and name that with --password-env.",
        ) from error
    except ValueError as error:
        if password and b"ENCRYPTED" in data:
            raise ConfigError(f"The password does not open the private key {str(path)!r}.") from error
        raise ConfigError(f"Expected a private key in PEM form in {str(path)!r}: {error}") from error
    require_curve(key, str(path))
    return key


def _certificates(private: Any, certificate: str | Path | None, chain: Sequence[str | Path]) -> tuple[bytes, ...]:
    if certificate is None:
        if chain:
            raise ConfigError("A chain was given without the signing certificate that it begins at.")
        return ()
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificates

    found = []
    for path in map(Path, (certificate, *chain)):
        try:
            found += load_pem_x509_certificates(path.read_bytes())
        except OSError as error:
            raise ConfigError(f"Cannot read {str(path)!r}: {error.strerror}.") from error
        except ValueError as error:
            raise ConfigError(f"Expected certificates in PEM form in {str(path)!r}: {error}") from error
    if found[0].public_key() != private.public_key():
        raise ConfigError(f"The certificate {str(certificate)!r} is of another key than the one that is to sign.")
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def _signature(private: Any, payload: bytes) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    signed, hashed = pre_authentication_encoding(payload), hash_of(private.public_key())
    made: bytes
    with suppress(UnsupportedAlgorithm):  # the same bytes each time, where OpenSSL can (RFC 6979)
        made = private.sign(signed, ECDSA(hashed, deterministic_signing=True))
        return made
    made = private.sign(signed, ECDSA(hashed))
    return made


def _write(path: Path, data: bytes) -> None:
    with told("write", "a signature", path.parent), whole(path, mode=0o644) as file:
        file.write(data)
