"""Which layers does every kind of sandbox stand on, and what is said when one is missing?"""

from __future__ import annotations

import platform
from collections.abc import Iterable

from metier.errors import SandboxError
from metier.sandbox import Layer


def refuse(name: str, layers: Iterable[Layer]) -> None:
    """Raise if a layer is missing.

    Raises:
        SandboxError: It names each layer that is missing.

    >>> try:
    ...     refuse("landlock", [Layer(name="Landlock", present=False, detail="the kernel has none")])
    ... except SandboxError as error:
    ...     str(error)
    'The landlock sandbox cannot run here: Landlock is missing (the kernel has none).'
    """
    missing = [f"{layer.name} is missing ({layer.detail})" for layer in layers if not layer.present]
    if missing:
        raise SandboxError(
            f"The {name} sandbox cannot run here: {'; '.join(missing)}.",
            hint="`metier sandbox check` tells what each kind needs. Nothing was run.",
        )


def linux() -> Layer:
    """Whether this is a system whose calls are known."""
    from metier.sandboxes.calls import MACHINES

    system, machine = platform.system(), platform.machine()
    known = system == "Linux" and machine in MACHINES
    return Layer(name=f"{system} on {machine}", present=known, detail=f"Linux on {' or '.join(MACHINES)} is needed")


def seccomp() -> Layer:
    """Whether seccomp can hand calls to a supervisor, and the kernel tells who is whose child."""
    name = "seccomp with user notification"
    if not linux().present:
        return Layer(name=name, present=False, detail="needs Linux")
    from metier.sandboxes.kernel import can_notify

    if not can_notify():
        return Layer(name=name, present=False, detail="the kernel has none, or a filter around us forbids it")
    return Layer(name=name, present=True, detail="asked the kernel")
