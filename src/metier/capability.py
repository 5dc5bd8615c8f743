"""What can a skill touch? A closed list of typed capabilities, the same for what is declared and what is observed.

Gate G4 of the trust and lifecycle governance framework (arXiv 2602.12430, section 6.4) compares the two sets. The list
is our own: 29 capabilities, as many as "behavioural integrity verification" (arXiv 2605.11770) compares. Each is a
thing that a manifest can grant, a scan can see in text or code, and a sandbox can watch.
"""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """One thing a skill can touch, or make an agent touch."""

    READ_FILES = "read-files"
    WRITE_FILES = "write-files"
    DELETE_FILES = "delete-files"
    CHANGE_PERMISSIONS = "change-permissions"
    READ_OUTSIDE = "read-outside"  # outside the working folder and the package: home, /etc, other projects
    WRITE_OUTSIDE = "write-outside"
    FETCH = "fetch"
    SEND = "send"
    LISTEN = "listen"
    RUN_SHELL = "run-shell"
    RUN_PROGRAMS = "run-programs"
    EVALUATE_CODE = "evaluate-code"
    LOAD_CODE = "load-code"  # deserialising, importing by a computed name
    INSTALL_PACKAGES = "install-packages"
    RUN_DOWNLOADED = "run-downloaded"
    READ_ENVIRONMENT = "read-environment"
    READ_CREDENTIALS = "read-credentials"
    READ_BROWSER = "read-browser"
    READ_WALLETS = "read-wallets"
    READ_SYSTEM = "read-system"
    CONTROL_PROCESSES = "control-processes"
    PERSIST = "persist"  # start again by itself: cron, services, shell start-up files, hooks
    ELEVATE = "elevate"
    CHANGE_AGENT = "change-agent"  # the agent's own settings, memory, instructions or other skills
    CLIPBOARD = "clipboard"
    SCREEN = "screen"
    SEND_MESSAGES = "send-messages"
    SPEND = "spend"
    DATABASE = "database"
