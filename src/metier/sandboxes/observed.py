"""Which capabilities does a trace show? What gate G4 compares with what a package declares.

An attempt counts whether it was allowed or not. The start of an interpreter, which reads libraries and looks for its
settings, is no behaviour of the program and is left out. The environment cannot be watched: reading it is no call.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from metier.capability import Capability
from metier.sandbox import Access, Act, ScriptRun, Trace
from metier.sandboxes.confine import covers

ROOM = "/metier-run"
"""What the folder of a run is called in its record. It stands at the root, where no link can lead elsewhere."""

_START_UP = re.compile(
    r"/(usr/)?lib(32|64|exec)?/|/usr/local/(etc/)?ssl/"
    r"|/usr/local/lib(32|64)?/(\w+-linux-\w+/)?(lua|node_modules|perl|python|ruby|site_ruby|[^/]+\.so\b)"
    r"|/usr/(local/)?share/(lib/)?(awk|file|git-core|i18n|icu|locale|lua|mime|misc|nodejs|perl|python|ruby|terminfo|zoneinfo)[^/]*(/|$)"
    r"|/etc/(ld\.so|localtime|locale|nsswitch|host\.conf|hosts$|resolv|ssl/)"
    r"|/etc/([\w/]+/)?mime\.types$|/proc/(filesystems|(self|\d+)/(mounts|mountinfo|cgroup))$|.*/package\.json$"
    r"|/proc/sys/(kernel/(ngroups_max|random/boot_id)|crypto/fips_enabled|vm/overcommit_memory)$"
    r"|/proc/(cpuinfo|meminfo|stat|self/(maps|stat|statm|status|fd(/pipe)?))$"
    r"|/sys/devices/system/(cpu|node)(/(online|possible|present|kernel_max))?$|/sys/kernel/mm/transparent_hugepage/"
    r"|.*/\.inputrc$|/etc/gcrypt/|.*/openssl\.cnf$|/etc/(gitattributes|gitconfig|inputrc|ldap/ldap\.conf|magic(\.mgc)?|sysless(key)?)$"
    r"|/etc/(passwd|group)$|/dev/(null|zero|full|u?random)$|.*(\._pth|pybuilddir\.txt|pyvenv\.cfg|/site-packages)$"
)
"""What C libraries, interpreters and small tools read by themselves; `/etc/passwd` too, for whom they run."""

_ASKED = re.compile(r"(/usr)?/s?bin/(ldconfig(\.real)?|([\w-]+-)?(ld(\.\w+)?|g?cc(-\d+)?)|uname)$")
"""What Python starts to find a library by its name, and to learn of the machine."""

_NOBODYS = re.compile(r"/dev/(tty|shm/(sem\.|psm_)\w+)$|/proc/self/fd/pipe$|/var/lib/libuuid/clock\.txt$")
"""What bash opens to read and write when it starts, what Python makes to share work between processes, and the streams
of a program by their names. No sandbox holds a terminal, or what others share: nobody is reached by it."""

_TUNING = frozenset(("mbind", "set_mempolicy", "sched_setaffinity"))
"""Where a program's own memory and threads lie on the machine: what computes with arrays asks, and is refused."""

_PLACES: tuple[tuple[Capability, str], ...] = (
    (
        Capability.READ_CREDENTIALS,
        r"/\.(ssh|aws|azure|gnupg|kube|docker|config/(gcloud|gh|op))(/|$)|/\.(netrc|pgpass|npmrc|pypirc|git-credentials)$"
        r"|/\.env(\.\w+)?$|/etc/shadow$|keychain|/credentials(\.(?!py$)\w+)?$|/id_(rsa|ed25519|ecdsa)$|/environ$",
    ),
    (
        Capability.READ_BROWSER,
        r"/(\.mozilla|\.config/(google-chrome|chromium|BraveSoftware|microsoft-edge)|Login Data|cookies\.sqlite)",
    ),
    (Capability.READ_WALLETS, r"/(\.bitcoin|\.ethereum|\.electrum|\.config/solana|Exodus|wallet\.dat|keystore)(/|$)"),
    (Capability.READ_SYSTEM, r"^/(etc|proc|sys|boot|var/log)/"),
)
_CHANGED: tuple[tuple[Capability, str], ...] = (
    (
        Capability.PERSIST,
        r"/(crontabs?|cron\.\w+|systemd|autostart|LaunchAgents|init\.d|rc\.local)(/|$)"
        r"|/\.(bashrc|bash_profile|profile|zshrc|zprofile|zshenv)$|/\.git/hooks/",
    ),
    (
        Capability.CHANGE_AGENT,
        r"/\.(claude|codex|cursor|openclaw|agents|gemini|windsurf)(/|$)|/(CLAUDE|AGENTS|MEMORY|SOUL|SKILL)\.md$",
    ),
)
_SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "fish", "busybox")
_INSTALLERS = (
    "pip",
    "pip3",
    "npm",
    "npx",
    "apt",
    "apt-get",
    "dnf",
    "yum",
    "brew",
    "cargo",
    "gem",
    "uv",
    "conda",
    "apk",
)
_CLIPBOARDS = ("xclip", "xsel", "wl-copy", "wl-paste", "pbcopy", "pbpaste")
_SCREENS = ("scrot", "grim", "import", "gnome-screenshot", "screencapture")
_BY_PROGRAM = {
    **dict.fromkeys(_SHELLS, Capability.RUN_SHELL),
    **dict.fromkeys(_INSTALLERS, Capability.INSTALL_PACKAGES),
    **dict.fromkeys(_CLIPBOARDS, Capability.CLIPBOARD),
    **dict.fromkeys(_SCREENS, Capability.SCREEN),
    **dict.fromkeys(("sudo", "su", "doas", "pkexec"), Capability.ELEVATE),
    **dict.fromkeys(("crontab", "systemctl", "at"), Capability.PERSIST),
    **dict.fromkeys(("kill", "pkill", "killall"), Capability.CONTROL_PROCESSES),
    **dict.fromkeys(("sqlite3", "psql", "mysql"), Capability.DATABASE),
    **dict.fromkeys(("sendmail", "mail", "mutt"), Capability.SEND_MESSAGES),
}
_ELEVATING = frozenset(
    (
        "setuid",
        "setgid",
        "setreuid",
        "setregid",
        "setresuid",
        "setresgid",
        "setgroups",
        "capset",
        "unshare",
        "setns",
        "mount",
    )
)
_CONTROLLING = frozenset(
    ("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_send_signal", "pidfd_getfd", "setpriority")
)
_BY_ITSELF = ("unix /var/run/nscd/", "unix /run/uuidd/", "netlink")
"""Whom a resolver asks by itself, and a library that makes a UUID."""
_PROBED = "tcp [::1]:0"
"""Where urllib3, and so whatever imports requests, tries whether the machine has IPv6."""
_MAIL_PORTS, _DATABASE_PORTS = (":25", ":465", ":587"), (":5432", ":3306", ":6379", ":27017", ":1433")


def observed(
    trace: Trace, *, own: Iterable[str] = (), granted: Iterable[str] = (), started: Iterable[str] = ()
) -> tuple[Capability, ...]:
    """Give the capabilities that a trace shows, in the order of the list.

    Args:
        own: Folders that belong to the program: its package and where it works. What lies elsewhere is outside.
        granted: Folders that it was given besides. They are not outside, and keys that lie in them are keys.
        started: The program that was run and the script it was handed, whose start is not its own doing.

    >>> trace = Trace(accesses=(
    ...     Access(act=Act.READ, target="/home/me/.ssh/id_rsa", allowed=False),
    ...     Access(act=Act.CONNECT, target="dns evil.example", allowed=False),
    ... ))
    >>> [capability.value for capability in observed(trace)]
    ['read-outside', 'fetch', 'read-credentials']
    """
    folders, given = tuple(map(os.path.realpath, own)), tuple(map(os.path.realpath, granted))
    start = frozenset(map(os.path.realpath, started))
    seen = {what for access in trace.accesses for what in _shown(access, folders, given, start)}
    return tuple(capability for capability in Capability if capability in seen)


def shown_by(run: ScriptRun) -> tuple[Capability, ...]:
    """Give the capabilities that a recorded run shows, told anew from what it touched.

    >>> shown_by(ScriptRun(digest="sha256:0", script="a.py", exit_code=0))
    ()
    """
    return observed(run.trace, own=run.own, granted=run.granted, started=run.started)


def notable(trace: Trace) -> tuple[Access, ...]:
    """Give what a program tried without a grant, less what interpreters and C libraries try by themselves.

    >>> notable(Trace(accesses=(
    ...     Access(act=Act.READ, target="/etc/hosts", allowed=False),
    ...     Access(act=Act.READ, target="/etc/shadow", allowed=False),
    ... )))[0].target
    '/etc/shadow'
    """
    return tuple(
        access
        for access in trace.denied
        if not (access.act == Act.READ and _is_start_up(access.target))
        and not (access.act == Act.WRITE and _NOBODYS.match(access.target))
        and not (access.act == Act.EXEC and _ASKED.match(access.target))
        and not (access.act == Act.CONNECT and access.target.startswith(_BY_ITSELF))
        and not (access.act == Act.LISTEN and access.target == _PROBED)
        and not (access.act == Act.SYSTEM and access.target in _TUNING)
    )


def is_asked(target: str, arguments: Iterable[str]) -> bool:
    """Whether a script tried what its caller named, or what lies below: the caller's doing, unless keys are kept there.

    >>> [is_asked(path, ["/data/in", "/root/.ssh"]) for path in ("/data/in/a.csv", "/data/other", "/root/.ssh/id_rsa")]
    [True, False, False]
    """
    paths = (path for one in arguments for path in (one, one.partition("=")[2]) if path.startswith("/"))
    named = (name for path in paths for name in (os.path.normpath(path), os.path.realpath(path)))
    return covers((name for name in named if name.strip("/")), os.path.normpath(target)) and not _is_secret(target)


def comparable(accesses: Iterable[Access], *, room: str, temporary: str) -> tuple[Access, ...]:
    """Tell accesses so that two runs which did the same compare equal, though they made up other names.

    Args:
        room: The folder of the run, which becomes `ROOM`.
        temporary: The folder in it for temporary files. What lies in it is told by number, in the order of its first
            touch, unless its name shows a capability.

    >>> access = Access(act=Act.WRITE, target="/tmp/run-x7/tmp/k3w9/out.csv", allowed=True)
    >>> comparable([access], room="/tmp/run-x7", temporary="/tmp/run-x7/tmp")[0].target
    '/metier-run/tmp/1/out.csv'
    """
    numbers: dict[str, int] = {}

    def told(target: str) -> str:
        if not covers((room,), target):
            return target
        if target != temporary and covers((temporary,), target) and not _shows(target):
            name, slash, rest = target[len(temporary) + 1 :].partition("/")
            target = f"{temporary}/{numbers.setdefault(name, len(numbers) + 1)}{slash}{rest}"
        return ROOM + target[len(room) :]

    return tuple(replace(access, target=told(access.target)) for access in accesses)


def plain(name: str) -> str:
    """Write a file name that is no text so that every reader of JSON takes it: the bytes that are none as `\\xe9`.

    >>> print(plain(os.fsdecode(b"r\\xe9sultat.txt")))
    r\\xe9sultat.txt
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _shows(target: str) -> bool:
    return any(re.search(pattern, target) for _, pattern in (*_PLACES, *_CHANGED))


def _shown(
    access: Access, own: tuple[str, ...], granted: tuple[str, ...], started: frozenset[str]
) -> Iterator[Capability]:
    target = access.target
    if access.act == Act.READ and target not in started:
        yield from _read(access, own, granted)
    elif access.act in (Act.WRITE, Act.DELETE, Act.CHANGE):
        inside = covers((*own, *granted), target)
        if target.startswith("/dev/") or (access.act == Act.WRITE and _NOBODYS.match(target)):
            return
        if access.act == Act.WRITE:
            yield Capability.WRITE_FILES if inside else Capability.WRITE_OUTSIDE
        elif access.act == Act.DELETE:
            yield Capability.DELETE_FILES
        else:
            yield Capability.CHANGE_PERMISSIONS
        if not inside and access.act != Act.WRITE:
            yield Capability.WRITE_OUTSIDE
        yield from (what for what, pattern in _CHANGED if re.search(pattern, target))
    elif access.act == Act.EXEC and target not in started:
        yield Capability.RUN_PROGRAMS
        name = target.rpartition("/")[2]
        if name in _BY_PROGRAM:
            yield _BY_PROGRAM[name]
    elif access.act == Act.CONNECT:
        yield from _reached(target)
    elif access.act == Act.LISTEN and target != _PROBED:
        yield Capability.LISTEN
    elif access.act == Act.SYSTEM:
        if target in _ELEVATING:
            yield Capability.ELEVATE
        if target in _CONTROLLING:
            yield Capability.CONTROL_PROCESSES


def _read(access: Access, own: tuple[str, ...], granted: tuple[str, ...]) -> Iterator[Capability]:
    target = access.target
    if covers(own, target):
        yield Capability.READ_FILES
        return
    is_granted = covers(granted, target)
    if not is_granted and _is_start_up(target):
        return
    places = [what for what, pattern in _PLACES if re.search(pattern, target)]
    if access.allowed:  # what an interpreter needs of the system is granted with it
        places = [what for what in places if what != Capability.READ_SYSTEM]
    if is_granted:
        yield Capability.READ_FILES
    elif places or not access.allowed:
        yield Capability.READ_OUTSIDE
    yield from places


def _is_start_up(target: str) -> bool:
    """Whether it is read by what starts a program. Keys and the like are not, wherever they lie."""
    return _START_UP.match(target) is not None and not _is_secret(target)


def _is_secret(target: str) -> bool:
    return any(re.search(pattern, target) for what, pattern in _PLACES if what != Capability.READ_SYSTEM)


def _reached(target: str) -> Iterator[Capability]:
    if target.startswith(_BY_ITSELF):
        return
    if target.endswith("/docker.sock"):
        yield Capability.ELEVATE
    elif target.endswith(_MAIL_PORTS):
        yield Capability.SEND_MESSAGES
    elif target.endswith(_DATABASE_PORTS):
        yield Capability.DATABASE
    else:
        yield Capability.FETCH
