"""Where may untrusted code run? The kinds of `metier.sandbox.Sandbox`.

- `open_sandbox`: the kind that is named, or the first that can keep its promise here.
- `python_grant`: what a Python program needs.
- `run_script`: a script of a package, with its package to read and a folder to work in.
- `record_script`: the same, recorded with the content that was run, for a gate to read.
- `observed`, `shown_by`, `notable`: which capabilities a trace shows, and what was tried without a grant.
- `bubblewrap.BubblewrapSandbox`: namespaces; needs the program `bwrap`.
- `landlock.LandlockSandbox`: the kernel's access rules; needs Linux 6.12.
- `probes`: attempts to break out, for whoever writes another kind.

What runs beside a confined program (`warden`) imports none of this.
"""

from metier.sandboxes.observed import notable, observed, shown_by
from metier.sandboxes.open import open_sandbox
from metier.sandboxes.python import python_grant
from metier.sandboxes.script import record_script, run_script

__all__ = ["notable", "observed", "open_sandbox", "python_grant", "record_script", "run_script", "shown_by"]
