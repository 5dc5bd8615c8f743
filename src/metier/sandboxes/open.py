"""Which sandbox does a name, or this machine, call for?"""

from __future__ import annotations

from metier.errors import ConfigError, SandboxError, nearest
from metier.sandboxes.bubblewrap import BubblewrapSandbox
from metier.sandboxes.landlock import LandlockSandbox

KINDS: dict[str, type[BubblewrapSandbox] | type[LandlockSandbox]] = {
    "bubblewrap": BubblewrapSandbox,
    "landlock": LandlockSandbox,
}


def open_sandbox(kind: str = "auto") -> BubblewrapSandbox | LandlockSandbox:
    """Open a sandbox all of whose layers are there.

    Args:
        kind: `bubblewrap`, `landlock`, or `auto` for the first of them that can run here.

    Raises:
        ConfigError: There is no such kind.
        SandboxError: It cannot run here; the message names each layer that is missing.

    >>> with open_sandbox("landlock") as sandbox:
    ...     sandbox.name
    'landlock'
    """
    if kind != "auto" and kind not in KINDS:
        raise ConfigError(f"No sandbox of the kind {kind!r}.", hint=nearest(kind, ["auto", *KINDS]))
    missing = []
    for name in KINDS if kind == "auto" else (kind,):
        sandbox = KINDS[name]()
        lacks = [layer for layer in sandbox.check() if not layer.present]
        if not lacks:
            return sandbox
        missing += [f"{name}: {layer.name} ({layer.detail})" for layer in lacks]
    raise SandboxError(f"No sandbox can run here; missing: {'; '.join(missing)}.")
