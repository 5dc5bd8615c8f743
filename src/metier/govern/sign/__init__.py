"""Who signed this package, and is it still what they signed? OpenSSF Model Signing v1, as model-signing writes it.

- `verify`: check a package; `trust_roots` and `trust_keys` say whom to trust.
- `sign`: sign one, with a key or with a certificate; `left_out` names what of it no signature covers.
- `verify_keyless`: hand a keyless signature to the sigstore library.

A valid signature says who signed which bytes. It never says that they are safe, and raises no tier.
"""

from metier.govern.sign.content import left_out
from metier.govern.sign.keyless import verify_keyless
from metier.govern.sign.report import FaultKind, SignatureFault, SignatureReport, SignatureState
from metier.govern.sign.trust import Trust, trust_from, trust_keys, trust_roots
from metier.govern.sign.verify import verify
from metier.govern.sign.write import sign

__all__ = [
    "FaultKind",
    "SignatureFault",
    "SignatureReport",
    "SignatureState",
    "Trust",
    "left_out",
    "sign",
    "trust_from",
    "trust_keys",
    "trust_roots",
    "verify",
    "verify_keyless",
]
