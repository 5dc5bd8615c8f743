"""Which acts weigh by themselves? Those that have one honest use at most, or none that the stated purpose knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from metier.govern.scan.flow import STRINGS, Step
from metier.govern.scan.hosts import Place, leads_nowhere, place_of
from metier.govern.scan.labels import SECRET_NAME
from metier.govern.scan.pieces import num_pieces
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import DOCUMENTS, UNSEEN, Seen, is_quoted, place_of_step
from metier.govern.scan.triggers import any_of
from metier.verdict import Severity

_HANDED = re.compile(
    rf"(?:\w+=\S*\s+)*({SECRET_NAME.pattern})=(?!\S*[(`]\s)\S*\s+(?:\w+=\S*\s+)*(?:(?:ba)?sh\s+-c\s+)?(?:curl|wget|nc|ncat|dig|nslookup|host|socat|telnet)\s"
)
_FEW_COMMANDS = re.compile(
    r"NOPASSWD:\s*/(?!.*(?:\bALL\b|/(?:(?:ba|z|da|k)?sh|env|python[\d.]*|perl|ruby|vim?|less|tee|cp|su|find|awk)\b))"
)
_LEFT_OPEN = re.compile(r"\b(?:curl|wget)\s+(?:-\S+\s+)*(?:\.{3}|…)")
"""A download that says not from where."""
_BOXED = re.compile(r"\b(?:docker|podman|nerdctl)\s+run\b.*--cap-drop[= ](?:ALL|all)\b")
_OPENED = re.compile(
    r"docker\.sock|--privileged|(?:-v|--volume|source=)[= ]?[\"']?(?:/(?=[:,])|~|\$\{?HOME\b|/(?:root|home|etc|Users)\b)|--net(?:work)?[= ]host"
)
"""A container with no rights of its own, and what opens it again."""
_SERVERS = re.compile(
    r"(?:\.claude\.json|(?:^|[/.])mcp(?:_config)?\.json|claude_desktop_config\.json|\.codex/config\.toml)$"
)
"""Where an agent reads which servers it starts."""
_MANY_PIECES = 4
_ALL_OFF = re.compile(
    r"spctl\s+--master-disable|csrutil\s+disable|DisableRealtimeMonitoring\s+(?:\$true|1)|state\s+off\b"
)
_OF_SYSTEM = re.compile(r"\s[\"']?(?:/(?:opt|etc|usr|var|srv|home|root|lib)?(?:/|\s|$)|~|\$\{?HOME)")
"""What is not the package's own: a folder of the machine, or of whoever uses it."""
_TRUSTS_FOLDERS = re.compile(r"workspace\.trust\.enabled|allowAutomaticTasks")
_UNVERIFIED = re.compile(r"http\.sslVerify|strict-ssl\s+false|_create_unverified_context\b(?!\()")
_SETS_UP = r"set(?:s|ting)?[ -]?up|provision|bootstrap|harden|prepar|install|deploy|roll(?:s|ing)?[ -]?out"
_HANDS_ALL = re.compile(r"\b(?:npx|bunx|uvx|dlx)\s[^|;]*\$\(\s*(?:env|printenv|export)\b")
_SHARES = re.compile(
    r"\bnpm\s+(?:access\s+grant\s+read-write|team\s+add)\s+(?!\$|<)\S+|\bgh\s+repo\s+deploy-key\s+add\b.*\s(?:-w|--allow-write)\b|\b(?:npm|yarn)\s+owner\s+add\s+(?!\$|<)\S+|\b(?:cargo|gem)\s+owner\s+.*(?:--add|-a)\s+(?!\$|<)\S+|/collaborators/(?!\$|<|\{)[\w-]+(?=.*(?:-X\s*PUT|PUT|admin))|--method\s+PUT\s+\S*/collaborators/\w+|\baws\s+iam\s+(?:create-user|create-login-profile|create-access-key|attach-\w+-policy\b.*Administrator)|\bclusterrolebinding\b.*cluster-admin|\badd-iam-policy-binding\b.*roles/(?:owner|editor)|\bnet\s+localgroup\s+administrators\s+\S+\s+/add"
)
"""Somebody is made an owner of what the user owns."""
_GIVING = (
    "credential",
    "aws iam",
    "clusterrolebinding",
    "iam-policy",
    "/etc/hosts",
    "/etc/resolv",
    "-setdns",
    "resolvectl",
    " owner ",
    "/collaborators/",
    "localgroup",
    "deploy-key",
    "npm ",
)
"""Words of what is given away by commands that no label knows."""
_TURNED = re.compile(
    r"nameserver\s+(\d{1,3}(?:\.\d{1,3}){3}).*/etc/resolv\.conf|(\d{1,3}(?:\.\d{1,3}){3})\s+[\w-]+\.[\w.-]+.*(?:>>?|tee\s+(?:-a\s+)?)\s*/etc/hosts"
    r"|-setdnsservers\s+(?:\"[^\"]{1,40}\"|\S+)\s+(\d{1,3}(?:\.\d{1,3}){3})|resolvectl\s+dns\s+\S+\s+(\d{1,3}(?:\.\d{1,3}){3})"
)
"""The names of hosts are made to lead to another machine."""
_RESOLVERS = frozenset(
    "1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 94.140.14.14".split()
)
"""What anybody may ask for names."""
_HELPER = re.compile(r"\bcredential\.\S*helper\s+!?.*\b(?:curl|wget|nc|ncat|fetch|socat)\b")
_RUNS_UNSEEN = re.compile(
    r"(?<![\w.])(?:exec|eval)\s*\(.*open\(\s*[rf]*[\"'](?:/tmp|/var/tmp|/dev/shm|~|/home|/Users|\$)"
    r"|(?:globalThis|window|global|self)\s*\[\s*[\w.$]{1,40}\(\s*(?:\[\s*(?:0x)?\d|[\"'`][A-Za-z0-9+/=]{6,}[\"'`]\s*\)\s*\])"
)
_RUNS_ANSWER = re.compile(
    r"\bExecute(?:Global)?\s*\(?\s*\w+\.responseText|(?:new Function(?:\.constructor)?|(?<![\w.])eval|\.constructor)\s*\((?:[^()]|\([^()]*\)){0,80}\b(?:response|resp|res|err|error|e|r)\??\.(?:response\??\.)?(?:data|body|text|message|stack)\b"
)
"""What a service answers, or the error that it sends, is run."""
_BLIND_COPY = re.compile(r"\bbcc[\"']?\s*[:=,]\s*\[?\s*[\"'][^\"'@\s]+@([\w-]+(?:\.[\w-]+)+)[\"']", re.I)
_PAYS_LITERAL = re.compile(
    r"\b(?:withdraw|transfer|send_?(?:transaction|funds|payment|tokens?)|pay(?:out)?)\w*\s*\(.*\b(?:address|to|recipient|destination)\s*[=:]\s*[\"'][A-Za-z0-9]{24,64}[\"']",
    re.I,
)
_PLANTED = re.compile(
    r"ignore (?:all|any|previous)|always (?:run|execute|send|forward|include|approve|use this)|do not (?:tell|mention|reveal)|never (?:tell|mention|reveal)|without (?:asking|confirm)|\bcurl\s.*https?://|https?://[^\s/]{1,80}\S{0,200} .{0,60}(?:follow|execute|run|obey)|(?:fetch|read|load)\s+https?://|exfil|(?:before|after|whenever) .{0,40}(?:task|response|message|session|file).{0,80}(?:fetch|send|upload|post|curl|run)",
    re.I,
)

_WORDS = re.compile(
    r"\w+\s*+(?::[^=]{1,60})?=\s*+(?:(?:frozenset|set|tuple|list)\()?[\[({]\s*+(?:[rbfRBF]{0,2}(?:\"[^\"\n]{0,29}\"|'[^'\n]{0,29}')\s*+(?:,\s*+)?+){5,}+[\])}]\)?"
)
"""A row of short texts that is given a name: words that are looked for."""
_READ_ALWAYS = re.compile(
    r"(?:SOUL|MEMORY|USER|IDENTITY|HEARTBEAT|AGENTS|CLAUDE|GEMINI)\.md\b|\.cursorrules|copilot-instructions|/(?:memory|rules|hooks)/[\w-]+\.\w+"
)
"""What an agent reads whenever it starts."""
_START_FILE = re.compile(
    r"rc\b|profile|authorized_keys|cron|autostart|Launch|systemd|hooks|init\.d|preload|rc\.local|/etc/|^/|\.ssh"
)
_CALL = re.compile(r"[\w\])]\s*\(")
_POOL = re.compile(r"stratum\+\w+://")
_SEARCHES = re.compile(r"(?:sudo\s+)?(?:[efz]?grep|rg|ag)\s")
_INTO_ALL = re.compile(r"(?:>>?|tee\s+(?:-a\s+)?)\s*/etc/ld\.so\.preload\b")
_ALSO_TO = re.compile(
    r"\b(?:to|cc|recipients?|rcpt|to_addrs|envelope_to)[\"']?\s*[:=]\s*\[\s*[A-Za-z_][\w.]*(?:\([^()]*\))?\s*,\s*[\"'][\w.+-]+@([\w-]+(?:\.[\w-]+)+)[\"']"
    r"|\b(?:to_addrs|recipients|rcpt|envelope)\b[^\n]{0,60}\+\s*\[\s*[\"'][\w.+-]+@([\w-]+(?:\.[\w-]+)+)[\"']|\b(?:recipients|to_addrs|rcpt)\.(?:append|push|add)\(\s*[\"'][\w.+-]+@([\w-]+(?:\.[\w-]+)+)[\"']",
    re.I,
)
"""A recipient who is written out beside the one that is asked for."""
_MAY_BE_ASKED = re.compile(r"(?:cc|recipients?)\b", re.I)
TOLD_BY_WORDS = (_HELPER, _HANDED, _SHARES, _TURNED, _BLIND_COPY, _ALSO_TO, _PAYS_LITERAL)
"""What a step without a label must match one of, unless it is a server that an agent is given."""


_PAYS_SHARE = re.compile(r"\bcast\s+send\b.*\s0x[0-9a-fA-F]{40}\s.*--value\s+[\"']?\$\(\s*cast\s+balance")
_LETS_TAKE = re.compile(r"\bcast\s+send\b.*\bsetApprovalForAll\b\S*\s+[\"']?0x[0-9a-fA-F]{40}[\"']?\s+true\b")


@cache
def _may_share() -> Callable[[str], bool]:
    return any_of(_GIVING)


def acts(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """What one step does that weighs by itself.

    >>> from metier.govern.scan.statement import Statement
    >>> step = Step(Statement("a.sh", 1, "rm -rf ~/", is_shell=True), frozenset({"destroy"}))
    >>> [(seen.rule, seen.severity.value) for seen in acts(step, Purpose())]
    [('destroy-files', 'block')]
    """
    if step.labels:
        for needed, told in _TOLD_BY_LABELS:
            if not needed.isdisjoint(step.labels):
                yield from told(step, purpose)
    may_share = _may_share()(step.text)
    if step.labels or step.urls or may_share or step.statement.path.endswith("mcp.json"):
        yield from _gives_away(step, purpose, may_share=may_share)
    if step.labels or not step.statement.is_shell:
        yield from _misleads(step, purpose)
    if "download" in step.received and step.statement.is_shell:
        yield from _takes_servers(step, purpose)


def _harms(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """Taking over, using up and destroying."""
    labels, text = step.labels, step.text
    is_shown = purpose.is_security and not step.urls and step.statement.path.lower().endswith(DOCUMENTS)
    is_run = step.statement.is_live and "execute" in labels and not step.statement.path.lower().endswith(DOCUMENTS)
    # In a program that runs it the other end has a name, and nobody is to fill it in.
    is_open = _is_placeholder(step) and not (is_run and not purpose.is_security and not step.urls)
    if "reverse-shell" in labels and not is_open and not is_quoted(step) and not is_shown:
        yield Seen("reverse-shell", Severity.BLOCK, step)
    elif "reverse-shell" in labels:
        is_cut = re.search(r"/dev/(?:tcp|udp)/(?:\.\.\.|…|[a-zA-Z]+/)", text) is not None
        yield Seen("reverse-shell", Severity.NOTE if purpose.is_security or is_cut else Severity.REVIEW, step)
    if (
        "miner" in labels
        and not _is_search(step)
        and (step.statement.is_shell or "execute" in labels or _POOL.search(text))
        and not purpose.says(r"\bmin(?:er|ing)\b|monero|hash ?rate")
    ):
        yield Seen("mine-coins", Severity.BLOCK, step)
    if "destroy" in labels and (step.statement.is_shell or "delete" in labels) and not is_quoted(step):
        yield Seen("destroy-files", Severity.BLOCK if step.statement.is_live else Severity.REVIEW, step)
    if "encrypt-files" in labels and re.search(
        r"ransom|README_(?:DECRYPT|RESTORE)|\.locked|unlink|os\.remove", text, re.I
    ):
        yield Seen("lock-files", Severity.REVIEW, step)


def _pays(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """A command pays a part of all that is there, or lets somebody take all of it, who is written out."""
    if not step.statement.is_shell or "0x" not in step.text:
        return
    if _PAYS_SHARE.search(step.text):
        yield Seen("redirect-money", Severity.BLOCK, step, "a part of all that the wallet holds")
    elif _LETS_TAKE.search(step.text) and not purpose.says(r"revok|approv|allowance"):
        yield Seen("redirect-money", Severity.REVIEW, step, "one who is written out may take all that the wallet holds")


def _hides(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """Erasing traces, switching defences off, watching."""
    labels, text = step.labels, step.text
    if "erase-traces" in labels:
        alone = purpose.is_small and not purpose.says(r"\blogs?\b|clean|history|rotat")
        yield Seen(
            "erase-traces",
            Severity.BLOCK
            if alone
            else Severity.REVIEW
            if step.statement.is_live and not purpose.says(r"clean|disk|log|history|rotat")
            else Severity.NOTE,
            step,
        )
    is_program = step.statement.is_live and not step.statement.path.lower().endswith(DOCUMENTS)
    if "disable-defence" in labels and re.search(
        r"Set-MpPreference|Add-MpPreference|setenforce\s+0|spctl|csrutil|quarantine|xattr|Amsi|advfirewall|falcon|defender|clamd|osquery|auditd|cloudtrail|guardduty|securityhub|configuration-recorder|gh\s+api",
        text,
        re.I,
    ):
        own = "quarantine" in text and purpose.says(r"notari[sz]|codesign|\bsign(?:s|ed|ing)?\b")
        all_off = is_program and purpose.is_small and _ALL_OFF.search(text) is not None
        yield Seen("disable-defence", Severity.NOTE if own else Severity.BLOCK if all_off else Severity.REVIEW, step)
    elif "disable-defence" in labels and _UNVERIFIED.search(text) and not is_quoted(step):
        if is_program and not purpose.says(r"prox(?:y|ies)|certificate|\bca\b|\btls\b|\bssl\b|corporate"):
            yield Seen("disable-defence", Severity.REVIEW, step, "whom it speaks with is not checked any more")
    elif "disable-defence" in labels and _TRUSTS_FOLDERS.search(text) and not is_quoted(step):
        if is_program:
            yield Seen("disable-defence", Severity.REVIEW, step, "an editor runs what a folder holds, unasked")
    if "open-to-all" in labels:
        is_meant = purpose.says(r"chmod|permission|docker|volume")
        weight = Severity.BLOCK if purpose.is_small else Severity.REVIEW if _OF_SYSTEM.search(text) else Severity.NOTE
        yield Seen("open-to-all", Severity.NOTE if is_meant else weight, step)
    is_wanted = purpose.says(r"key(?:board|log|stroke)|hotkey|automat|record|macro")
    if "keys-pressed" in labels and not (is_wanted or (purpose.is_security and is_quoted(step))):
        yield Seen("watch-user", Severity.REVIEW, step)


def _stays(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """Arranging to be started again."""
    labels, text = step.labels, step.text
    if _is_list(step) or _is_search(step):
        return
    if "persist" in labels and "LaunchAgents/com.apple." in text and not is_quoted(step):
        yield Seen("persist-unasked", Severity.BLOCK, step, "under the name of the system's maker")
    if "persist" in labels and _INTO_ALL.search(text):
        yield Seen("persist-unasked", Severity.BLOCK, step, "within every program that is started")
    if (
        "persist" in labels
        and labels & {"fetch", "reverse-shell"}
        and "authorized_keys" not in text
        and not _LEFT_OPEN.search(text)
    ):
        yield Seen("persist-download", Severity.BLOCK, step)
    elif (
        "persist" in labels
        and step.received.keys() & {"download", "decoded"}
        and step.statement.is_shell is False
        and re.search(r"crontab|LaunchAgents|autostart|CurrentVersion|schtasks|bashrc|zshrc|profile", text)
    ):
        yield Seen("persist-download", Severity.REVIEW, step)
    if (
        "persist" in labels
        and re.search(r"(?:>>|>|tee|write|append|echo).*authorized_keys", text)
        and (
            re.search(r"ssh-\w+ AAAA(?![\w+/]{0,24}(?:\.\.\.|…)|\s|<|x{3})", text)
            or _is_from_outside(step, purpose)
            or not purpose.says(r"ssh|key|server|deploy|provision|host")
        )
    ):
        yield Seen("plant-key", Severity.BLOCK, step)
    elif _is_copied_from(step):
        return
    elif (
        "persist" in labels
        and "hidden-run" in labels
        and not purpose.says(r"daemon|service|schedul|cron|monitor|watch|background|auto")
    ) or (
        "persist" in labels
        and not step.statement.path.lower().endswith(".md")
        and re.search(
            r"crontab\s+-(?!l)|@reboot|LaunchAgents|schtasks|CurrentVersion|\.(?:bash|zsh)rc|\.profile|hooks/|autostart|systemctl\s+enable",
            text,
        )
        and not purpose.says(
            r"daemon|service|schedul|cron|monitor|watch|background|auto|remind|heartbeat|install|setup|hook|shell|terminal|alias|dotfile|backup|sync|deploy|server|git|harden|\bvps\b|fail2ban|kiosk|\bat (?:boot|start-?up|log-?in)\b"
        )
    ):
        yield Seen("persist-unasked", Severity.REVIEW, step)


def _is_list(step: Step) -> bool:
    """Whether a statement does nothing but name things: a row of words, or of patterns, and no call."""
    text = step.text
    if step.statement.is_shell:
        return text.startswith("for ")
    return _WORDS.fullmatch(text) is not None or (is_quoted(step) and _CALL.search(STRINGS.sub('""', text)) is None)


def _is_search(step: Step) -> bool:
    """Whether a command looks for traces in files."""
    return step.statement.is_shell and _SEARCHES.match(step.text) is not None and is_quoted(step)


def _is_copied_from(step: Step) -> bool:
    """Whether a file that programs are started from is copied to somewhere else."""
    text = step.text
    is_plain = text.startswith("cp ") and "<(" not in text and " -t" not in text and "--target" not in text
    return is_plain and not _START_FILE.search(text.rsplit(" ", 1)[-1])


def _is_from_outside(step: Step, purpose: Purpose) -> bool:
    """Whether what is written was fetched from a place that nobody answers for."""
    got = step.received.get("download")
    return got is not None and got.urls != () and place_of_step(got, purpose) >= Place.UNKNOWN


def _changes_agent(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """Rewriting or loosening the agent."""
    labels, text = step.labels, step.text
    if _is_list(step):
        return
    if "agent-write" in labels and "fetch" in labels:
        yield from _fetches_orders(step, purpose)
    elif "agent-write" in labels and _PLANTED.search(text):
        yield Seen("rewrite-agent", Severity.BLOCK, step)
    elif (
        "agent-write" in labels
        and not _is_manual(step)
        and not (_BOXED.search(text) and not _OPENED.search(text))
        and re.search(
            r"bypassPermissions|dangerously-?skip|exec\.ask\s+(?:off|never|false)|approvals?\.\w+\s+(?:off|never)|autoApprove|permissions\.allow|enableAllProjectMcp|\"allow\"\s*:\s*\[\s*\"(?:Bash|\*)",
            text,
        )
    ):
        yield Seen(
            "loosen-agent",
            Severity.BLOCK
            if re.search(
                r"Bash\(\*\)|sandbox\.enabled\s*=\s*false|auth\.mode none|exec\.ask\s+(?:off|never|false)", text
            )
            else Severity.REVIEW,
            step,
        )


def _gives_away(step: Step, purpose: Purpose, *, may_share: bool) -> Iterator[Seen]:
    """Handing over a key, a right or a command line."""
    labels, text = step.labels, step.text
    if step.statement.is_shell and "credential" in text and _HELPER.search(text) and not is_quoted(step):
        yield Seen("send-secrets", Severity.BLOCK, step, "hands git's passwords to a network command")
    if step.statement.is_shell and step.urls and (handed := _HANDED.match(text)):
        if place_of_step(step, purpose) not in (Place.LOCAL, Place.PLACEHOLDER, Place.OWN):
            yield Seen("send-secrets", Severity.BLOCK, step, f"hands {handed[1]} to a plain network command")
    if step.statement.is_shell and "environment" in labels and "install" in labels and _HANDS_ALL.search(text):
        yield Seen("send-secrets", Severity.BLOCK, step, "hands the whole environment to a package that is fetched")
    is_command = step.statement.is_shell or step.statement.language == "hash-script"
    if may_share and is_command and (shared := _SHARES.search(text)) and not is_quoted(step):
        if not purpose.says(r"owner|maintainer|collaborat|access|\biam\b|role|permission|onboard|member|admin|rotat"):
            unseen = step.statement.is_live and UNSEEN.search(text) is not None
            yield Seen("plant-key", Severity.BLOCK if unseen else Severity.REVIEW, step, f"by {shared[0].strip()}")
    if (
        step.statement.is_shell
        and ("/etc/" in text or " dns" in text or "-setdns" in text)
        and (turned := _TURNED.search(text))
    ):
        to = next(filter(None, turned.groups()))
        if place_of(to) == Place.BARE_IP and to not in _RESOLVERS and not is_quoted(step):
            weight = Severity.BLOCK if "/etc/" in text else Severity.REVIEW
            yield Seen("redirect-model", weight, step, "by the names of hosts")
    if step.statement.path.endswith("mcp.json") and text.startswith(("rm ", "chmod ", "chown ", "dd ")):
        yield Seen("destroy-files" if text.startswith(("rm ", "dd ")) else "open-to-all", Severity.REVIEW, step)
    if (
        "grant-root" in labels
        and step.statement.is_shell
        and not is_quoted(step)
        and not purpose.says(r"sudo|user management|provision|ansible|cloud-init")
        and not (("$" in text or text.endswith("sudo") or "usermod" in text) and purpose.says(r"harden|\bvps\b"))
    ):
        yield Seen(
            "grant-root",
            _weight_of_sudoers(text, purpose)
            if "NOPASSWD" in text
            else Severity.BLOCK
            if "sudoers" in text or "chmod" in text
            else Severity.NOTE
            if "docker" in text
            else Severity.REVIEW,
            step,
        )
    if (
        "request" in step.received
        and "execute" in labels
        and re.search(
            r"(?:getoutput|getstatusoutput|create_subprocess_shell|os\.system|popen|check_output|subprocess\.\w+|exec(?:Sync)?|eval|spawn\w*)\s*\(\s*(?:req(?:uest)?\.|m(?:sg|essage)?\.content|\w+\s*[,)]|\w+(?:\[[\"']\w+[\"']\]|\.get\([\"']\w+[\"']\))[^)]*shell\s*=\s*True)",
            text,
        )
        and not purpose.is_security
    ):
        yield Seen(
            "remote-command",
            Severity.BLOCK
            if re.search(r"\(\s*(?:req(?:uest)?|m(?:sg|essage)?)\.", text)
            or (re.search(r"shell\s*=\s*True", text) and "request" in step.received["request"].text)
            else Severity.REVIEW,
            step,
        )


def _weight_of_sudoers(text: str, purpose: Purpose) -> Severity:
    """Few commands without a password, on a machine that is set up, are in order; all of them are not."""
    if not _FEW_COMMANDS.search(text):
        # A name that the script leaves empty at first is asked for later.
        is_asked = ("$" in text or re.search(r"(?:echo|printf)\s+ALL=", text)) and not re.search(
            r"\$\{?(?:USER|LOGNAME|SUDO_USER)\b|whoami|logname|%?ALL\s+ALL", text
        )
        return Severity.REVIEW if purpose.says(_SETS_UP) and is_asked else Severity.BLOCK
    return Severity.NOTE if purpose.says(_SETS_UP) else Severity.REVIEW


def _misleads(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """Running what nobody saw, and turning aside what is asked or paid."""
    labels, text = step.labels, step.text
    said = text.lower()
    if step.hidden_url and step.urls and "://" not in step.urls[0] and "@" in step.urls[0]:
        yield Seen("hidden-address", Severity.BLOCK, step, "of mail")
    elif step.hidden_url and "fetch" in labels and not step.statement.is_shell and "decode" in labels:
        yield Seen("hidden-address", Severity.REVIEW, step, "that is asked for")
    elif pieces := num_pieces(step):
        weight = Severity.BLOCK if pieces >= _MANY_PIECES else Severity.REVIEW
        yield Seen("hidden-address", weight, step, f"in {pieces} pieces")
    if "evaluate" in labels and (_RUNS_UNSEEN.search(text) or _RUNS_ANSWER.search(text)):
        yield Seen("run-unseen", Severity.BLOCK, step)
    if "bcc" in said and (copied := _BLIND_COPY.search(text)) and not purpose.names(copied[1]):
        if place_of(f"https://{copied[1]}", own_words=purpose.words) >= Place.UNKNOWN and not is_quoted(step):
            yield Seen("send-private", Severity.BLOCK, step, f"a blind copy of every message to {copied[1]}")
    if "@" in text and (also := _ALSO_TO.search(text)) and not is_quoted(step):
        host = next(filter(None, also.groups()))
        if place_of(f"https://{host}", own_words=purpose.words) >= Place.UNKNOWN and not purpose.names(host):
            weight = Severity.REVIEW if _MAY_BE_ASKED.match(also[0]) else Severity.BLOCK
            yield Seen("send-private", weight, step, f"a copy of every message to {host}")
    if (
        "redirect-model" in labels
        and place_of_step(step, purpose) >= Place.UNKNOWN
        and not ("_proxy=" in said and ">" not in text and all(map(leads_nowhere, step.urls)))
        and not purpose.says(r"proxy|gateway|router|litellm|base.?url|local model|ollama|vllm|provider")
    ):
        yield Seen("redirect-model", Severity.BLOCK, step)
    if (
        not step.statement.is_shell
        and ("send" in said or "pay" in said or "transfer" in said or "withdraw" in said)
        and _PAYS_LITERAL.search(text)
        and not is_quoted(step)
    ):
        yield Seen("redirect-money", Severity.BLOCK, step)
    if step.hidden and labels & {"fetch", "execute", "runs-input", "send", "reverse-shell"} and not is_quoted(step):
        # Those who look for attacks show what they found, cut short.
        is_specimen = purpose.is_security and not step.urls and step.statement.path.lower().endswith(DOCUMENTS)
        yield Seen("hidden-commands", Severity.REVIEW if is_specimen else Severity.BLOCK, step)


_TOLD_BY_LABELS = (
    (frozenset({"reverse-shell", "miner", "destroy", "encrypt-files"}), _harms),
    (frozenset({"erase-traces", "disable-defence", "open-to-all", "keys-pressed"}), _hides),
    (frozenset({"persist"}), _stays),
    (frozenset({"agent-write"}), _changes_agent),
    (frozenset({"spend"}), _pays),
)
"""What is looked at only where a step has one of the labels."""


def _fetches_orders(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """A text of somebody else is put where the agent takes its orders from: at every start, or with a skill."""
    place = place_of_step(step, purpose)
    names = step.statement.assigns if step.statement.is_shell else (step.text,)
    if any("skills/" in name for name in names):
        weight = Severity.REVIEW if place >= Place.PUBLIC else Severity.NOTE
        yield Seen("rewrite-agent", weight, step, "with a skill from an address")
    elif any(_READ_ALWAYS.search(name) for name in names):
        stranger = place >= Place.PUBLIC
        weight = Severity.BLOCK if stranger else Severity.REVIEW if place >= Place.OWN else Severity.NOTE
        yield Seen("rewrite-agent", weight, step, "from an address")


def _takes_servers(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """The servers that an agent starts are set by an answer of somebody else."""
    got = step.received.get("download")
    if got is None or not any(map(_SERVERS.search, step.statement.assigns)):
        return
    place = place_of_step(got, purpose)
    if place >= Place.OWN:
        weight = Severity.BLOCK if place >= Place.UNKNOWN else Severity.REVIEW
        yield Seen("loosen-agent", weight, step, "with servers from an address")


def _is_manual(step: Step) -> bool:
    """Whether code in a document shows how something is used, and is no command that writes."""
    if not step.statement.path.lower().endswith((".md", ".txt", ".rst")):
        return False
    return not (step.statement.is_shell and re.search(r"\s>>?\s|\btee\b|\bsed\s+-i|\bcp\s", step.text))


_HOST_BY_NAME = re.compile(r"/dev/(?:tcp|udp)/\$\{?(\w{1,60})")


def _is_placeholder(step: Step) -> bool:
    """Whether the other end of a connection is left for the reader to fill in."""
    places = [place_of(url) for url in step.urls]
    if places:
        return all(place in (Place.LOCAL, Place.PLACEHOLDER) for place in places)
    if (by_name := _HOST_BY_NAME.search(step.text)) and re.search(
        rf"\b{by_name[1]}=[\"']?(?:[\w-]{{1,63}}\.)+[a-z]{{2,12}}\b", step.text
    ):
        return False
    return bool(
        re.search(
            r"/dev/tcp/(?:[<{$A-Z…]|\.\.\.|10\.|192\.168|127\.|localhost)|\b(?:LHOST|ATTACKER|RHOST|<ip>|\$ip|\$\{?\w*IP|10\.\d+\.\d+\.\w+|192\.168\.\d+\.\w+)\b",
            step.text,
            re.I,
        )
    )
