"""Who signed this package, and is it still what they signed? OpenSSF Model Signing v1, as model-signing writes it.

- `verify`: check a package; `trust_roots`, `trust_keys` and `trust_login` say whom to trust.
- `sign`: sign one, with a key or with a certificate; `left_out` names what of it no signature covers.
- `verify_keyless`: check one that somebody signed with their login, by the sigstore library.

A valid signature says who signed which bytes. It never says that they are safe, and raises no tier.
"""

from metier.govern.sign.content import left_out
from metier.govern.sign.report import FaultKind, SignatureFault, SignatureReport, SignatureState
from metier.govern.sign.trust import Login, Trust, trust_from, trust_keys, trust_login, trust_roots
from metier.govern.sign.verify import verify, verify_keyless
from metier.govern.sign.write import sign

__all__ = [
    "FaultKind",
    "Login",
    "SignatureFault",
    "SignatureReport",
    "SignatureState",
    "Trust",
    "left_out",
    "sign",
    "trust_from",
    "trust_keys",
    "trust_login",
    "trust_roots",
    "verify",
    "verify_keyless",
]
