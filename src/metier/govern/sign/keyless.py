"""Did somebody sign this with their login instead of a key? A bridge to the sigstore library; nothing is rebuilt here.

Sigstore's certificates live for minutes and its log proves when they were used, which takes its library and, for its
roots, the network. Without either nothing is verified, and nothing is said to be.
"""

from __future__ import annotations

from metier.errors import EndpointError, MissingExtra
from metier.govern.sign.report import FaultKind, SignatureFault
from metier.govern.sign.trust import Login


def vouched(data: bytes, login: Login) -> tuple[bytes, list[SignatureFault]]:
    """The statement of a bundle that a login signed, and what speaks against it; the statement is empty then.

    Raises:
        MissingExtra: The sigstore library is not installed.
        EndpointError: Sigstore's roots cannot be fetched.
    """
    try:
        from sigstore.errors import Error as SigstoreError
        from sigstore.models import Bundle
        from sigstore.verify import Verifier
        from sigstore.verify.policy import Identity
    except ImportError:
        raise MissingExtra("sigstore", extra="keyless", needed_for="A keyless signature") from None
    try:
        bundle = Bundle.from_json(data)
    except (ValueError, SigstoreError) as error:
        reason = str(error).partition("\n")[0]
        return b"", [SignatureFault(kind=FaultKind.BUNDLE, message=f"It is no keyless signature: {reason}.")]
    try:
        asked = login.verifier or Verifier.production()
    except Exception as error:  # the library raises what its HTTP client does
        raise EndpointError(
            f"Sigstore's roots cannot be fetched: {error}", hint="Check keyless signatures where the network is open."
        ) from error
    try:
        _, payload = asked.verify_dsse(bundle, Identity(identity=login.identity, issuer=login.issuer))
    except SigstoreError as error:
        return b"", [SignatureFault(kind=FaultKind.BAD_SIGNATURE, message=f"Sigstore does not verify it: {error}")]
    return payload, []
