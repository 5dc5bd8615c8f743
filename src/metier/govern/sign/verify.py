"""Is this package, byte for byte, what somebody I trust has signed?"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from metier.errors import PackageError
from metier.govern.sign.bundle import read_bundle
from metier.govern.sign.content import content_faults
from metier.govern.sign.keyless import vouched
from metier.govern.sign.report import FaultKind, SignatureFault, SignatureReport, state_of
from metier.govern.sign.statement import Manifest, read_statement
from metier.govern.sign.trust import Login, Trust, trust_faults
from metier.stores.plain import NotPlain, open_plain

SIGNATURE_NAMES = ("skill.oms.sig", "model.sig")
MAX_SIGNATURE_BYTES = 1 << 24


def verify(
    folder: str | Path,
    trust: Trust,
    *,
    signature: str | Path | None = None,
    at: datetime | None = None,
    ignore_git_paths: bool = False,
) -> SignatureReport:
    """Check the signature of a package and every file of it. Nothing in it is run, no link is followed.

    A valid signature says who signed these bytes, never that they are safe: scan them as any others.

    Args:
        trust: Whom to trust, from `trust_roots`, `trust_keys` or `trust_login`.
        signature: Where the signature lies; `skill.oms.sig` or `model.sig` in the folder by default.
        at: When the certificates must be valid, in UTC where it names no zone; when the signing certificate began to
            be, by default. Of a login Sigstore's log says when it was.
        ignore_git_paths: Whether `.git`, `.github` and the like that the signer left out are noted and not refused, as
            model-signing does: what lies there may be anybody's.

    Raises:
        PackageError: There is no such folder, or it holds more files than any honest package.
        MissingExtra: A login is trusted, and the sigstore library is not installed.
        EndpointError: A login is trusted, and Sigstore's roots cannot be fetched.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     verify(folder, Trust()).state.value
    'unsigned'
    """
    place = Path(folder)
    if place.is_symlink() or not place.is_dir():
        raise PackageError(f"Expected the folder of a package, got {str(folder)!r}.", hint="Links are not followed.")
    path = Path(signature) if signature is not None else find_signature(place)
    if path is None or not os.path.lexists(path):
        message = f"No signature lies in {str(place)!r}." if path is None else f"There is no {str(path)!r}."
        return report([SignatureFault(kind=FaultKind.NO_SIGNATURE, message=message)])
    try:
        data = read_signature(path)
        envelope = read_bundle(data)
    except (ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        message = f"The signature cannot be read: {reason}."
        return report([SignatureFault(kind=FaultKind.BUNDLE, message=message, path=path.name)])
    payload = envelope.payload
    if trust.login is not None:
        payload, faults = vouched(data, trust.login) if envelope.is_keyless else (b"", [_signed_by_key()])
        if faults:
            return report(faults)
        signer = f"{trust.login.identity} ({trust.login.issuer})"
    elif envelope.is_keyless:
        return report([_needs_login()])
    else:
        faults, signer = trust_faults(trust, envelope, at=at)
    more, manifest, notes = statement_faults(place, payload, path, ignore_git_paths=ignore_git_paths)
    return report([*faults, *more], signer=signer, files=manifest.files, notes=notes)


def verify_keyless(
    folder: str | Path, *, identity: str, issuer: str, signature: str | Path | None = None, verifier: Any = None
) -> SignatureReport:
    """Check a keyless signature of a package, and every file of it; as `verify` with `trust_login`.

    Args:
        identity: Who must have signed, such as an e-mail address.
        issuer: Who must have let them log in, such as `https://accounts.google.com`.
        verifier: A `sigstore.verify.Verifier`; that of the public services by default, which asks the network.

    Raises:
        MissingExtra: The sigstore library is not installed.
        EndpointError: Sigstore's roots cannot be fetched.
        PackageError: There is no such folder, or it holds more files than any honest package.
    """
    return verify(folder, Trust(login=Login(identity=identity, issuer=issuer, verifier=verifier)), signature=signature)


def find_signature(folder: Path) -> Path | None:
    """Where the signature of a package lies, or None.

    >>> find_signature(Path("no-such-folder")) is None
    True
    """
    return next((folder / name for name in SIGNATURE_NAMES if os.path.lexists(folder / name)), None)


def statement_faults(
    folder: Path, payload: bytes, signature: Path, *, ignore_git_paths: bool = False
) -> tuple[list[SignatureFault], Manifest, list[str]]:
    """Tell what is wrong with a signed statement and with the files of a folder; beside it the manifest and notes."""
    manifest, faults = read_statement(payload)
    notes: list[str] = []
    # A statement that could not be read lists no file, and each would be told as planted.
    if all(fault.kind != FaultKind.STATEMENT for fault in faults):
        inside = _inside(folder, signature)
        found, notes = content_faults(folder, manifest, signature=inside, ignore_git_paths=ignore_git_paths)
        faults += found
    if manifest.name and manifest.name != folder.resolve().name:
        notes.append(f"It was signed in a folder called {manifest.name!r}.")
    return faults, manifest, notes


def report(
    faults: Sequence[SignatureFault],
    *,
    signer: str = "",
    files: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> SignatureReport:
    """Put a report together; its state follows from the faults."""
    return SignatureReport(
        state=state_of(faults), faults=tuple(faults), signer=signer, files=dict(files or {}), notes=tuple(notes)
    )


def _needs_login() -> SignatureFault:
    message = (
        "Sigstore vouches for it without a key: say whose login it must be, with --identity and --issuer. "
        "It needs: pip install 'metier[keyless]'."
    )
    return SignatureFault(kind=FaultKind.UNSUPPORTED, message=message)


def _signed_by_key() -> SignatureFault:
    return SignatureFault(kind=FaultKind.UNTRUSTED_KEY, message="A key signed it, and only a login is trusted.")


def read_signature(path: Path) -> bytes:
    """The bytes of a signature file.

    Raises:
        ValueError: It is a link, no plain file, or larger than any honest one.
        OSError: It cannot be read.
    """
    try:
        handle = open_plain(path)
    except NotPlain as error:
        raise ValueError("it is no plain file") from error
    with os.fdopen(handle, "rb") as file:
        size = os.fstat(handle).st_size
        if size > MAX_SIGNATURE_BYTES:
            raise ValueError(f"it has {size} bytes, at most {MAX_SIGNATURE_BYTES} are read")
        return file.read(MAX_SIGNATURE_BYTES)


def _inside(folder: Path, path: Path) -> str:
    """The path of the signature inside the folder; empty when it lies elsewhere."""
    whole, top = path.parent.resolve() / path.name, folder.resolve()
    return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else ""
