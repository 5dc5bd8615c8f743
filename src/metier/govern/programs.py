"""What does a program touch, by its name? A table; what is not in it says nothing but that a program runs."""

from __future__ import annotations

from collections.abc import Sequence

from metier.capability import Capability

_PROGRAMS: dict[str, tuple[Capability, ...]] = {
    **dict.fromkeys(("curl", "wget", "http", "aria2c", "lynx", "yt-dlp"), (Capability.FETCH,)),
    **dict.fromkeys(("scp", "rsync", "rclone", "sftp", "ftp"), (Capability.SEND,)),
    **dict.fromkeys(("rm", "rmdir", "shred", "unlink", "trash"), (Capability.DELETE_FILES,)),
    **dict.fromkeys(("chmod", "chown", "chgrp", "setfacl"), (Capability.CHANGE_PERMISSIONS,)),
    **dict.fromkeys(("cp", "mv", "mkdir", "touch", "tee", "ln"), (Capability.WRITE_FILES,)),
    **dict.fromkeys(("cat", "head", "tail", "ls", "find", "grep", "rg", "wc"), (Capability.READ_FILES,)),
    **dict.fromkeys(("sudo", "doas", "su", "pkexec"), (Capability.ELEVATE,)),
    **dict.fromkeys(("kill", "pkill", "killall", "taskkill", "renice"), (Capability.CONTROL_PROCESSES,)),
    **dict.fromkeys(("crontab", "at", "launchctl", "schtasks"), (Capability.PERSIST,)),
    **dict.fromkeys(
        ("psql", "mysql", "sqlite3", "mongosh", "mongo", "redis-cli", "duckdb", "pg_dump"), (Capability.DATABASE,)
    ),
    **dict.fromkeys(("env", "printenv"), (Capability.READ_ENVIRONMENT,)),
    **dict.fromkeys(
        ("uname", "whoami", "hostname", "ps", "top", "df", "free", "lscpu", "ifconfig", "system_profiler"),
        (Capability.READ_SYSTEM,),
    ),
    **dict.fromkeys(("pbcopy", "pbpaste", "xclip", "xsel", "wl-copy", "wl-paste"), (Capability.CLIPBOARD,)),
    **dict.fromkeys(("screencapture", "scrot", "grim", "gnome-screenshot", "maim"), (Capability.SCREEN,)),
    **dict.fromkeys(("mail", "sendmail", "mutt", "msmtp", "himalaya"), (Capability.SEND_MESSAGES,)),
    **dict.fromkeys(("sh", "bash", "zsh", "dash", "fish", "pwsh", "powershell"), (Capability.RUN_SHELL,)),
    **dict.fromkeys(("security", "pass", "op", "gpg", "secret-tool"), (Capability.READ_CREDENTIALS,)),
    **dict.fromkeys(("apt", "apt-get", "dnf", "yum", "apk", "brew", "pacman"), (Capability.INSTALL_PACKAGES,)),
}
_INSTALLERS = ("pip", "pip3", "pipx", "npm", "pnpm", "yarn", "cargo", "gem", "go", "uv", "bun", "conda", "poetry")
_INSTALLING = ("install", "add", "i", "get", "sync", "ci")
_SERVICES = ("systemctl", "service")


def touched_by(command: Sequence[str]) -> frozenset[Capability]:
    """What the program of a command line touches, `sudo` and its like looked through.

    >>> sorted(touched_by(["sudo", "rm", "x"]))
    [<Capability.DELETE_FILES: 'delete-files'>, <Capability.ELEVATE: 'elevate'>]
    >>> touched_by(["pip", "install", "x"]), touched_by(["ffmpeg"])
    (frozenset({<Capability.INSTALL_PACKAGES: 'install-packages'>}), frozenset())
    """
    words = [word for word in command if word.strip("* ")]
    if not words:
        return frozenset()
    program, rest = words[0].rsplit("/", 1)[-1].lower().removesuffix(".exe"), words[1:]
    found = set(_PROGRAMS.get(program, ()))
    if program in _INSTALLERS and any(word in _INSTALLING for word in rest):
        found.add(Capability.INSTALL_PACKAGES)
    if program in _SERVICES:
        found.add(Capability.PERSIST if "enable" in rest else Capability.CONTROL_PROCESSES)
    if program in ("sudo", "doas"):
        found |= touched_by(rest)
    return frozenset(found)
