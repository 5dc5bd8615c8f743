"""Did somebody sign this with their login instead of a key? A bridge to the sigstore library; nothing is rebuilt here.

Sigstore's certificates live for minutes and its log proves when they were used, which takes its library and, for its
roots, the network. Without either nothing is verified, and nothing is said to be.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from metier.errors import EndpointError, MissingExtra, PackageError
from metier.govern.sign.report import FaultKind, SignatureFault, SignatureReport
from metier.govern.sign.verify import find_signature, read_signature, report, statement_faults


def verify_keyless(
    folder: str | Path, *, identity: str, issuer: str, signature: str | Path | None = None, verifier: Any = None
) -> SignatureReport:
    """Check a keyless signature of a package, and every file of it.

    Args:
        identity: Who must have signed, such as an e-mail address.
        issuer: Who must have let them log in, such as `https://accounts.google.com`.
        verifier: A `sigstore.verify.Verifier`; that of the public services by default, which asks the network.

    Raises:
        MissingExtra: The sigstore library is not installed.
        EndpointError: Sigstore's roots cannot be fetched.
        PackageError: No signature is there, or none that sigstore can read.
    """
    try:
        from sigstore.errors import Error as SigstoreError
        from sigstore.models import Bundle
        from sigstore.verify import Verifier
        from sigstore.verify.policy import Identity
    except ImportError:
        raise MissingExtra("sigstore", extra="keyless", needed_for="A keyless signature") from None
    place = Path(folder)
    path = Path(signature) if signature is not None else find_signature(place)
    if path is None:
        raise PackageError(f"No signature lies in {str(place)!r}.")
    try:
        bundle = Bundle.from_json(read_signature(path))
    except (ValueError, OSError, SigstoreError) as error:
        raise PackageError(f"Expected a keyless signature in {str(path)!r}: {error}") from error
    try:
        asked = verifier or Verifier.production()
    except Exception as error:  # the library raises what its HTTP client does
        raise EndpointError(
            f"Sigstore's roots cannot be fetched: {error}", hint="Check keyless signatures where the network is open."
        ) from error
    try:
        _, payload = asked.verify_dsse(bundle, Identity(identity=identity, issuer=issuer))
    except SigstoreError as error:
        return report([SignatureFault(kind=FaultKind.BAD_SIGNATURE, message=f"Sigstore does not verify it: {error}")])
    faults, manifest, notes = statement_faults(place, payload, path)
    return report(faults, signer=f"{identity} ({issuer})", files=manifest.files, notes=notes)
