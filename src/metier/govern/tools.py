"""What may an agent touch with a tool, by the tool's name? The tools of the common agents, and words of permissions."""

from __future__ import annotations

from metier.capability import Capability

_SHELL = (Capability.RUN_SHELL,)
_READ = (Capability.READ_FILES,)
_WRITE = (Capability.WRITE_FILES,)
_FETCH = (Capability.FETCH,)
_NETWORK = (Capability.FETCH, Capability.SEND)

TOOLS: dict[str, tuple[Capability, ...]] = {
    **dict.fromkeys(
        ("read", "grep", "glob", "ls", "notebookread", "read_file", "list_dir", "list_directory", "view",
         "search_files", "codebase_search", "file_search", "grep_search", "read_many_files"),
        _READ,
    ),
    **dict.fromkeys(
        ("write", "edit", "multiedit", "notebookedit", "write_file", "edit_file", "create_file", "apply_patch",
         "replace", "str_replace_editor", "str_replace_based_edit_tool", "insert_edit_into_file"),
        _WRITE,
    ),
    **dict.fromkeys(
        ("bash", "shell", "exec", "terminal", "run_in_terminal", "run_terminal_cmd", "execute_command", "run_command",
         "run_shell_command", "powershell", "process", "local_shell"),
        _SHELL,
    ),
    **dict.fromkeys(
        ("webfetch", "websearch", "web_fetch", "web_search", "fetch", "browser", "google_web_search",
         "browser_navigate"),
        _FETCH,
    ),
    **dict.fromkeys(("killshell", "killbash"), (Capability.CONTROL_PROCESSES,)),
    **dict.fromkeys(("computer", "computer_use", "screenshot"), (Capability.SCREEN,)),
    **dict.fromkeys(("python", "code_execution", "code_interpreter", "run_code"), (Capability.EVALUATE_CODE,)),
    **dict.fromkeys(("message", "send_message", "send_email"), (Capability.SEND_MESSAGES,)),
    **dict.fromkeys(("cron", "schedule"), (Capability.PERSIST,)),
    **dict.fromkeys(("delete_file", "remove_file"), (Capability.DELETE_FILES,)),
    **dict.fromkeys(("permission.network", "permission.net", "permission.internet", "permission.http"), _NETWORK),
    **dict.fromkeys(("permission.shell", "permission.bash", "permission.exec", "permission.command"), _SHELL),
    **dict.fromkeys(
        ("permission.subprocess", "permission.run", "permission.process", "permission.processes"),
        (Capability.RUN_PROGRAMS,),
    ),
    **dict.fromkeys(("permission.env", "permission.environment"), (Capability.READ_ENVIRONMENT,)),
    **dict.fromkeys(
        ("permission.secrets", "permission.credentials", "permission.keychain"), (Capability.READ_CREDENTIALS,)
    ),
    **dict.fromkeys(("permission.screenshot", "permission.display"), (Capability.SCREEN,)),
    **dict.fromkeys(("permission.email", "permission.messages", "permission.notifications"),
                    (Capability.SEND_MESSAGES,)),
    **dict.fromkeys(("permission.payments", "permission.payment"), (Capability.SPEND,)),
    **dict.fromkeys(("permission.sudo", "permission.root", "permission.admin"), (Capability.ELEVATE,)),
    **dict.fromkeys(("permission.packages", "permission.install"), (Capability.INSTALL_PACKAGES,)),
    **dict.fromkeys(("permission.db", "permission.sql"), (Capability.DATABASE,)),
    **dict.fromkeys(("*", "all", "permission.*", "permission.all"), tuple(Capability)),
    "permission.read": _READ,
    "permission.write": _WRITE,
    "permission.server": (Capability.LISTEN,),
    "permission.delete": (Capability.DELETE_FILES,),
    "permission.system": (Capability.READ_SYSTEM,),
    "permission.browser": _FETCH,
}  # fmt: skip
"""By lower-case name; the words of permission lists begin with `permission.`.

Whom any tool is allowed, everything is."""

WORDS_OF_TOOLS: tuple[tuple[frozenset[str], Capability], ...] = (
    (frozenset({"slack", "gmail", "email", "mail", "telegram", "discord", "sms", "whatsapp", "teams"}),
     Capability.SEND_MESSAGES),
    (frozenset({"stripe", "payment", "payments", "paypal", "checkout", "order"}), Capability.SPEND),
    (frozenset({"postgres", "postgresql", "sql", "sqlite", "mysql", "mongodb", "database", "redis", "bigquery"}),
     Capability.DATABASE),
    (frozenset({"screenshot", "screen"}), Capability.SCREEN),
    (frozenset({"clipboard"}), Capability.CLIPBOARD),
    (frozenset({"shell", "bash", "terminal", "exec"}), Capability.RUN_SHELL),
    (frozenset({"filesystem", "files", "file"}), Capability.READ_FILES),
    (frozenset({"fetch", "search", "browser", "web", "navigate", "http", "docs", "github"}), Capability.FETCH),
)  # fmt: skip
"""The words of a server's tool names; the first that fits counts."""
