"""Which chains of acts weigh, and how much? Facts of steps become findings where they meet or contradict the purpose.

Using a key, a network or a shell is no finding. A finding is a chain (something worth taking → a way out; a download or
something encoded → a run), an act that has one honest use at most, or an act that the stated purpose has nothing to do with.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import URL, Place, distinctive, host_of, place_of
from metier.govern.scan.labels import SECRET_NAME
from metier.verdict import Severity

MAX_SMALL_ACTS = 8
"""With more, a package is not small, however little it says."""
_AGENT = "agent-credentials"
_STRONG = ("environment", "credentials", "browser", "wallet", "history", "keys-pressed")
_TAKEN_AT_ONCE = ("credentials", "browser", "wallet", "history", "keys-pressed")
_MEDIUM = ("agent-memory", "home-files", "clipboard", "screen", "dotenv", "source-code", "conversation")
_RUNS_DIRECTLY = re.compile(
    r"(?<![\w.])(?:exec|eval|execfile|compile)\s*\(|new Function|\bFunction\s*\(|vm\.runIn|Invoke-Expression|\biex\b|importlib|marshal\.loads|pickle\.loads|runpy|\.load_module|spec_from_loader|new vm\.Script"
)
_PROGRAM_ARGUMENT = re.compile(
    r"(?:\brun|\bcall|Popen|check_\w+|\bsystem|popen|exec\w*|spawn\w*|startfile|execFile\w*|Start-Process|getoutput)\s*\(?\s*[\[(]?\s*(?:[\"'](?:/\S+/)?(?:ba|z)?(?:sh|python3?|node|sudo|open|start|cmd|powershell|pwsh|perl)[\"']\s*,\s*(?:[\"'](?:-\w+|/c)[\"']\s*,\s*)*)?(?:str\(|f?[\"']\{?)?([A-Za-z_][\w.]*)"
)
_RUNS_FILE = re.compile(
    r"^(?:sudo\s+(?:-\S+\s+)*|nohup\s+|exec\s+|setsid\s+|env\s+|\w+=\S*\s+|start\s+|open\s+(?:-\S+\s+)*|call\s+|&\s*)*(?:(?:/\S+/)?(?:(?:ba|z|da|k)?sh|python[\d.]*|node|deno\s+run|bun\s+run|perl|ruby|php|osascript|pwsh|powershell|source|\.|installer\s+-pkg|msiexec\s+/i|dpkg\s+-i|rpm\s+-i|java\s+-jar|hdiutil\s+attach)\s+(?:-\S+\s+)*)?(\S+)",
)
_HEADERS = re.compile(
    r"-H\s+(?:[\"'][^\"']*[\"']|[\w-]+:\s*(?:Bearer\s+|Bot\s+|token\s+|Basic\s+)?\S+)|--header[= ]\S+(?:\s+(?:Bearer\s+)?\S+)?|\bheaders\s*[=:]\s*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|[\w.]+(?:\([^)]*\))?)|[\"']?(?:Authorization|X-[\w-]*(?:Key|Token)[\w-]*|x-[\w-]*(?:key|token)[\w-]*|api-key|apikey|Cookie)[\"']?\s*[:=]\s*[^,})]*|\bauth\s*=\s*[^,)]*(?:\([^)]*\))?|(?:-u|--user|--oauth2-bearer)\s+\S+",
    re.I,
)
_BODY = re.compile(
    r"(?:\b(?:json|data|files|content|body|params|payload)\s*[=:]\s*|(?:-d|-F|-T|--data(?:-\w+)?|--form|--upload-file|--json|-Body|-InFile)[\s=]|JSON\.stringify\(|\.(?:send|sendall|write|sendto)\(|\.(?:post|put|patch)\(\s*[^,]+,\s*(?!headers)|UploadString\([^,]+,|\|\s*(?:curl|nc|ncat|wget|xargs)|urlencode\()(.*)",
    re.I,
)
_OWN_KEY = re.compile(
    r"\b(?:client_?secret|client_?id|refresh_?token|grant_?type|api_?key|apikey|access_?key|app_?secret|app_?id|secret|password|username|token|key|code|appid|session|auth|bot_?token|license|jwt|csrf)\b[\"']?\s*[:=]",
    re.I,
)
_SERVICE_WORDS = re.compile(
    r"[a-z]{3,}|[(,]\s*(?:exec|eval)\s*[,)]|(?:globalThis|window|global|self)\s*\[[^\]]+\]\]?\s*\("
)
_PLAIN_WORDS = frozenset(
    "token secret key api access private password passwd credential credentials service account database url connection string mnemonic seed phrase webhook auth session pat cookie user id name my your the app bot client default prod test dev base bearer".split()
)
_CREDENTIAL_BODY = re.compile(
    r"\b(?:credentials?|passwords?|passwd|secrets?|private_?keys?|seed_?phrase|mnemonic|cookies)\b[\"']?\s*[=:]\s*[\"']?\$?[{(]?",
    re.I,
)
_PIPES_ON = re.compile(
    r"\|[^|]*\b(?:sh|bash|zsh|python[\d.]*|node|perl|ruby|iex|php|osascript|Invoke-Expression|pwsh|powershell|dash|deno|bun)\b|(?:\beval|\bsource|^\.|\b(?:ba|z|da)?sh|-c)\s*.*(?:\$\(|<\()",
    re.I,
)
_RUNS_FETCHED = re.compile(
    r"\b(?:mshta|regsvr32|rundll32|msiexec)\b.*https?://|\b(?:node|python[\d.]*|ruby|perl|php|deno|bun)\s+-\w*[ec]\s(?=.*(?:fetch|urlopen|requests|https?:|curl))(?=.*(?:eval|exec)\s*[)(])|\b(?:ba|z|da)?sh\s+(?:-\w+\s+)*-?\w*c\s+\$\(\s*(?:curl|wget)|\beval\s+\$\(\s*(?:curl|wget)|(?:iex|Invoke-Expression)\s*\(?\s*.*(?:irm|iwr|DownloadString|Invoke-\w+)|(?:irm|iwr|Invoke-\w+)\b.*\|\s*(?:iex|Invoke-Expression)",
    re.I,
)
_ENCODED_RUN = re.compile(r"-(?:enc|EncodedCommand|ec)\s+[A-Za-z0-9+/]{16,}", re.I)
_RUNS_VARIABLE = re.compile(
    r"^(?:sudo\s+)?(?:eval|source|\.|(?:/\S+/)?(?:ba|z|da)?sh\s+-\w*c|\$\{?(?:SHELL|0)\}?\s+-\w*c)\s+\$|^\$\{?\w+\}?\s*$|\$\{?\w+\}?\s*\|\s*(?:sudo\s+)?(?:/\S+/)?(?:ba|z|da)?sh\b"
)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{40}\b|\bbc1[a-z0-9]{20,}\b|\[13\]\[a-km-z|0x\[(?:0-9)?a-f", re.I)
_HANDED = re.compile(
    rf"(?:\w+=\S*\s+)*({SECRET_NAME.pattern})=\S*\s+(?:\w+=\S*\s+)*(?:(?:ba)?sh\s+-c\s+)?(?:curl|wget|nc|ncat|dig|nslookup|host|socat|telnet)\s"
)
_OUTWARD = frozenset({"send", "name-lookup", "get-with-data"})
_DOCUMENTS = (".md", ".txt", ".rst", ".mdx", ".markdown")
_KNOWN_AS = re.compile(
    r"head|auth|session|client|token|key|config|conf|api|env|cred|secret|password|settings|opts|options|args|url|self|this",
    re.I,
)
_RUNS_UNSEEN = re.compile(
    r"(?<![\w.])(?:exec|eval)\s*\(.*open\(\s*[rf]*[\"'](?:/tmp|/var/tmp|/dev/shm|~|/home|/Users|\$)"
)
_SOCKET_SHELL = re.compile(
    r"TCPClient\(\s*[\"'][^\"']+[\"'][\s\S]{0,1500}(?:\biex\b|Invoke-Expression)|net\.(?:connect|createConnection|Socket)[\s\S]{0,600}spawn\(\s*[\"\'](?:/bin/(?:ba|z)?sh|cmd)|spawn\(\s*[\"\'](?:/bin/(?:ba|z)?sh|cmd)[\s\S]{0,600}net\.(?:connect|createConnection|Socket)|socket\.(?:socket|create_connection)[\s\S]{0,800}dup2[\s\S]{0,400}(?:pty\.spawn|subprocess|os\.(?:system|exec)|/bin/(?:ba)?sh)",
    re.I,
)
_CASES = re.compile(
    r"(?:^|/)(?:tests?|evals?|cases?|fixtures?|samples?|positive|negative|rules?|patterns?|signatures?|corpus|detections?)(?:/|[._-])",
    re.I,
)
_PROGRAM_FILE = re.compile(r"\.(?:sh|bash|py|js|mjs|ts|rb|pl|ps1)$", re.I)
_PHRASE = re.compile(
    r"[\"']?(?:mnemonic|seed_?phrase|recovery_?phrase|secret_?phrase|seed_?words|private_?key)[\"']?\s*[:=]\s*[\"']?(?!\s*[\"']?\s*[,})])[\w$({\[]",
    re.I,
)
_UPLOADS = re.compile(r"\bcurl\b.*(?:-\w*F\s*\S*@|-\w*T\s|--data-binary\s+@|-d\s*@|--upload-file)")
_COMPUTED = re.compile(
    r"(?:system|popen|exec|eval|run|call|spawn)\w*\(\s*\(?\s*[\"']{2}\s*\.join\(\s*\(?\s*(?:chr|map\(\s*chr|\[\s*chr)|String\.fromCharCode",
    re.I,
)
_OPENS_APP = re.compile(
    r"xattr[\s\S]{0,300}(?:^|\n|&&\s*)(?:open|hdiutil)\s|(?:^|\n)hdiutil attach[\s\S]{0,300}xattr", re.M
)
_FETCH_START = re.compile(
    r"DownloadFile\([\s\S]{0,300}(?:Start-Process|Invoke-Item)|(?:iwr|Invoke-WebRequest)\b[^\n]*-OutFile[\s\S]{0,300}Start-Process",
    re.I,
)
_ORDERS = re.compile(
    r"\b(?:always|never|whenever|before (?:every|each|any)|after (?:every|each|any)|first)\b[^\n]{0,220}(?:\b(?:send|upload|forward|exfil\w*)\b|\bcurl\b|https?://|ask before|without asking|(?:tell|mention|inform)\w* the user|--index-url|approve)",
    re.I,
)
_ON_FORGE = re.compile(r"//(?:raw\.|api\.|gist\.)?(?:github|gitlab|githubusercontent|bitbucket|codeberg)\b")
_PIPES_ENCODED = re.compile(r"base64\b.*\|\s*(?:curl|nc|wget)")
_RUNS_SOURCE = re.compile(r"\b(?:node|python[\d.]*|ruby|perl|php|deno|bun)\s+-\w*[ec]\s.*(?:eval|exec)\b")
_PAYS_LITERAL = re.compile(
    r"\b(?:withdraw|transfer|send_?(?:transaction|funds|payment|tokens?)|pay(?:out)?)\w*\s*\(.*\b(?:address|to|recipient|destination)\s*[=:]\s*[\"'][A-Za-z0-9]{24,64}[\"']",
    re.I,
)
_FETCH_WORDS = ("http", "fetch", "urlopen", "requests", "curl", "wget", "irm", "iwr", "downloadstring", "invoke-")
_RUN_WORDS = ("mshta", "regsvr32", "rundll32", "msiexec", "eval", "exec", "$(", "iex", "invoke-expression")
"""What runs something fetched names one of each."""
_LITERAL = re.compile(r"(?:exec|eval)\s*\(\s*[\"'`]|compile\(|literal_eval|regex|model\.eval|\.eval\(\)")
_DUMPS = re.compile(
    r"items\(\)|dict\(|dumps\(|stringify|\benv\b|printenv|\*\*os\.environ|process\.env\s*[,)}]|gci env|/environ"
)
_NARROWS = re.compile(r"\bjq\b|\bgrep\b|\bawk\b|\bcut\b|\bsed\b|\.get\(|\[[\"']")
_LOGIN = re.compile(
    r"ssh|aws|netrc|git-cred|gnupg|kube|docker|pypirc|npmrc|gcloud|azure|gh/|openclaw|clawdbot|moltbot|claude|codex|cursor|gemini|credential|secret|auth|config|token|key"
)
_FORBIDS = re.compile(r"https?://(?!\S*(?:example|attacker|evil|malicious)\b)|base64\s+-\w*[dD]")
_PLANTED = re.compile(
    r"ignore (?:all|any|previous)|always (?:run|execute|send|forward|include|approve|use this)|do not (?:tell|mention|reveal)|never (?:tell|mention|reveal)|without (?:asking|confirm)|\bcurl\s.*https?://|https?://[^\s/]{1,80}\S{0,200} .{0,60}(?:follow|execute|run|obey)|(?:fetch|read|load)\s+https?://|exfil|(?:before|after|whenever) .{0,40}(?:task|response|message|session|file).{0,80}(?:fetch|send|upload|post|curl|run)",
    re.I,
)
_MONEY = (
    r"wallet|crypto|solana|ethereum|bitcoin|defi|trading|trade|token|nft|web3|chain|swap|polymarket|hyperliquid|payment"
)
_GENERIC_CLI = re.compile(r"\b(?:pandas|df|plt|engine|session|cursor|conn|db|redis|mongo)\.")


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding before it is written out."""

    rule: str
    severity: Severity
    step: Step
    also: str = ""


@dataclass(slots=True)
class Purpose:
    """What a package says that it is, and how much of it there is."""

    name: str = ""
    description: str = ""
    body: str = ""
    words: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    is_security: bool = False
    num_acts: int = 0
    num_prose: int = 0
    unsafe_context: set[tuple[str, int]] = field(default_factory=set)

    @property
    def is_small(self) -> bool:
        """Whether so little is in it that one act is the whole of it."""
        return self.num_acts <= MAX_SMALL_ACTS and self.num_prose <= 120

    def says(self, pattern: str) -> bool:
        """Whether name or description speak of something."""
        return re.search(pattern, f"{self.name} {self.description}", re.I) is not None


def chains(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """Tell which steps weigh."""
    for step in steps:
        if step.labels or step.received or step.statement.is_shell or _says_much(step.text):
            for seen in _seen(step, purpose):
                yield _tempered(seen, purpose)
    yield from _harvest(steps, purpose)
    yield from _across(steps, purpose)


def _says_much(text: str) -> bool:
    """Whether a step of a program weighs though no label tells what it does."""
    said = text.lower()
    return (
        "send" in said
        or "pay" in said
        or "transfer" in said
        or "withdraw" in said
        or "powershell" in said
        or "pwsh" in said
        or said.startswith(("rm ", "chmod ", "chown ", "dd "))
    )


def _tempered(seen: Seen, purpose: Purpose) -> Seen:
    """What is only named, in a sentence against it, weighs less; to those whose work it is, nothing."""
    if seen.severity == Severity.NOTE:
        return seen
    if not seen.step.statement.is_mention:
        if purpose.is_security and _CASES.search(seen.step.statement.path) and not seen.step.hidden:
            return replace(
                seen, severity=Severity.REVIEW if _PROGRAM_FILE.search(seen.step.statement.path) else Severity.NOTE
            )
        if purpose.is_security and not seen.step.statement.is_live:
            return replace(seen, severity=Severity.REVIEW)
        return seen
    return replace(
        seen,
        severity=Severity.NOTE if purpose.is_security or _FORBIDS.search(seen.step.text) is None else Severity.REVIEW,
    )


def _seen(step: Step, purpose: Purpose) -> Iterator[Seen]:
    labels, text = step.labels, step.text
    if labels & {"send", "name-lookup", "get-with-data"}:
        yield from _taken(step, purpose)
    said = text.lower()
    if labels or step.received or step.statement.is_shell:
        yield from _downloaded_and_run(step, purpose)
    if "decode" in labels or "decoded" in step.received or "powershell" in said or "pwsh" in said:
        yield from _decoded_and_run(step)
    if "reverse-shell" in labels and not _is_placeholder(step) and not _is_quoted(step):
        yield Seen("reverse-shell", Severity.BLOCK, step)
    elif "reverse-shell" in labels:
        yield Seen("reverse-shell", Severity.REVIEW if not purpose.is_security else Severity.NOTE, step)
    if (
        "miner" in labels
        and (step.statement.is_shell or "execute" in labels or "stratum+" in text)
        and not purpose.says(r"\bmin(?:er|ing)\b|monero|hash ?rate")
    ):
        yield Seen("mine-coins", Severity.BLOCK, step)
    if "destroy" in labels and (step.statement.is_shell or "delete" in labels) and not _is_quoted(step):
        yield Seen("destroy-files", Severity.BLOCK if step.statement.is_live else Severity.REVIEW, step)
    if "encrypt-files" in labels and re.search(
        r"ransom|README_(?:DECRYPT|RESTORE)|\.locked|unlink|os\.remove", text, re.I
    ):
        yield Seen("lock-files", Severity.REVIEW, step)
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
    if "disable-defence" in labels and re.search(
        r"Set-MpPreference|Add-MpPreference|setenforce\s+0|spctl|csrutil|quarantine|xattr|Amsi|advfirewall|falcon|defender|clamd|osquery",
        text,
        re.I,
    ):
        yield Seen("disable-defence", Severity.REVIEW, step)
    if "open-to-all" in labels:
        alone = purpose.is_small and not purpose.says(r"chmod|permission|docker|volume")
        yield Seen("open-to-all", Severity.BLOCK if alone else Severity.NOTE, step)
    if "keys-pressed" in labels and not purpose.says(r"key(?:board|log|stroke)|hotkey|automat|record|macro"):
        yield Seen("watch-user", Severity.REVIEW, step)
    if "persist" in labels and labels & {"fetch", "reverse-shell"} and "authorized_keys" not in text:
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
        and (re.search(r"ssh-\w+ AAAA", text) or not purpose.says(r"ssh|key|server|deploy|provision|host"))
    ):
        yield Seen("plant-key", Severity.BLOCK, step)
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
            r"daemon|service|schedul|cron|monitor|watch|background|auto|remind|heartbeat|install|setup|hook|shell|terminal|alias|dotfile|backup|sync|deploy|server|git"
        )
    ):
        yield Seen("persist-unasked", Severity.REVIEW, step)
    if "agent-write" in labels and _plants_instructions(step, purpose):
        fetched = "fetch" in labels
        yield Seen(
            "rewrite-agent",
            (Severity.NOTE if _place(step, purpose) <= Place.OWN else Severity.REVIEW) if fetched else Severity.BLOCK,
            step,
        )
    elif (
        "agent-write" in labels
        and not _is_manual(step)
        and re.search(
            r"bypassPermissions|dangerously-?skip|autoApprove|permissions\.allow|enableAllProjectMcp|\"allow\"\s*:\s*\[\s*\"(?:Bash|\*)",
            text,
        )
    ):
        yield Seen(
            "loosen-agent",
            Severity.BLOCK
            if re.search(r"Bash\(\*\)|sandbox\.enabled\s*=\s*false|auth\.mode none", text)
            else Severity.REVIEW,
            step,
        )
    if step.statement.is_shell and step.urls and (handed := _HANDED.match(text)):
        if _place(step, purpose) not in (Place.LOCAL, Place.PLACEHOLDER, Place.OWN):
            yield Seen("send-secrets", Severity.BLOCK, step, f"hands {handed[1]} to a plain network command")
    if step.statement.path.endswith("mcp.json") and text.startswith(("rm ", "chmod ", "chown ", "dd ")):
        yield Seen("destroy-files" if text.startswith(("rm ", "dd ")) else "open-to-all", Severity.REVIEW, step)
    if (
        "grant-root" in labels
        and step.statement.is_shell
        and not _is_quoted(step)
        and not purpose.says(r"sudo|user management|provision|ansible|cloud-init")
    ):
        yield Seen(
            "grant-root",
            Severity.BLOCK
            if "NOPASSWD" in text or "sudoers" in text or "chmod" in text
            else Severity.NOTE
            if "docker" in text
            else Severity.REVIEW,
            step,
        )
    if (
        "request" in step.received
        and "execute" in labels
        and re.search(
            r"(?:getoutput|getstatusoutput|create_subprocess_shell|os\.system|popen|check_output|subprocess\.\w+|exec(?:Sync)?|eval|spawn\w*)\s*\(\s*(?:req(?:uest)?\.|m(?:sg|essage)?\.content|\w+\s*[,)])",
            text,
        )
        and not purpose.is_security
    ):
        yield Seen(
            "remote-command",
            Severity.BLOCK if re.search(r"\(\s*(?:req(?:uest)?|m(?:sg|essage)?)\.", text) else Severity.REVIEW,
            step,
        )
    if "evaluate" in labels and _RUNS_UNSEEN.search(text):
        yield Seen("run-unseen", Severity.BLOCK, step)
    if (
        "redirect-model" in labels
        and _place(step, purpose) >= Place.UNKNOWN
        and not purpose.says(r"proxy|gateway|router|litellm|base.?url|local model|ollama|vllm|provider")
    ):
        yield Seen("redirect-model", Severity.BLOCK, step)
    if (
        not step.statement.is_shell
        and ("send" in said or "pay" in said or "transfer" in said or "withdraw" in said)
        and _PAYS_LITERAL.search(text)
        and not _is_quoted(step)
    ):
        yield Seen("redirect-money", Severity.BLOCK, step)
    if step.hidden and labels & {"fetch", "execute", "runs-input", "send", "reverse-shell"} and not _is_quoted(step):
        yield Seen("hidden-commands", Severity.BLOCK, step)


def _place(step: Step, purpose: Purpose) -> Place:
    decoded = step.received.get("decoded")
    if (
        step.hidden_url
        or (step.hidden and step.urls)
        or (decoded and decoded is not step and set(decoded.urls) & set(step.urls))
    ):
        return Place.HIDDEN
    places = [place_of(url, own_words=purpose.words) for url in step.urls]
    known = [
        Place.OWN if place in (Place.UNKNOWN,) and host_of(url) in purpose.hosts else place
        for url, place in zip(step.urls, places, strict=True)
    ]
    return max(known, default=Place.PLACEHOLDER if "name-lookup" not in step.labels else Place.UNKNOWN)


def _taken(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """Something worth taking leaves the machine."""
    kinds = _leaving(step)
    place = _place(step, purpose)
    if place == Place.LOCAL or _is_quoted(step):
        return
    if _PHRASE.search(step.text) and place >= Place.OWN and "send" in step.labels:
        yield Seen("send-secrets", Severity.BLOCK, step, "the words that open a wallet")
        return
    strong = [kind for kind in _STRONG if kind in kinds]
    medium = [kind for kind in _MEDIUM if kind in kinds]
    if strong:
        yield Seen("send-secrets", _weight_of_secrets(step, strong, place, purpose), step, ", ".join(strong))
    elif "secret-variable" in kinds and (weight := _weight_of_variable(step, place, purpose)):
        yield Seen("send-secrets", weight, step, "a secret of another service")
    elif _AGENT in kinds and _takes_agent_keys(step, place, kinds):
        yield Seen("send-secrets", Severity.BLOCK, step, "the agent's credentials")
    elif medium and (severity := _weight_of_private(step, medium, place)):
        yield Seen("send-private", severity, step, ", ".join(medium))
    elif place == Place.HIDDEN and step.labels & {"send", "fetch"}:
        yield Seen("hidden-address", Severity.BLOCK if "send" in step.labels else Severity.REVIEW, step)
    elif "system" in kinds and place in (Place.CAPTURE, Place.BARE_IP, Place.TUNNEL, Place.PASTE):
        yield Seen(
            "send-private", Severity.BLOCK if place == Place.CAPTURE else Severity.REVIEW, step, "what machine this is"
        )
    elif "encoded" in kinds and "send" in step.labels and place >= Place.UNKNOWN and _PIPES_ENCODED.search(step.text):
        yield Seen("send-encoded", Severity.BLOCK if purpose.is_small or place.is_shady else Severity.REVIEW, step)
    elif "name-lookup" in step.labels and kinds & {"encoded", "secret-variable", "system"}:
        yield Seen("send-secrets", Severity.BLOCK, step, "in the name that is looked up")


def _takes_agent_keys(step: Step, place: Place, kinds: set[str]) -> bool:
    if place in (Place.PLACEHOLDER, Place.INSTALLER):
        return False
    whole = step.received[_AGENT] is step and "send" in step.labels and not _NARROWS.search(step.text)
    return place.is_shady or "encoded" in kinds or whole


def _weight_of_private(step: Step, medium: list[str], place: Place) -> Severity | None:
    if place.is_shady:
        grave = place in (Place.CAPTURE, Place.BARE_IP, Place.HIDDEN) or "dotenv" in medium
        return Severity.BLOCK if grave else Severity.REVIEW
    if "conversation" in medium and place in (Place.OWN, Place.UNKNOWN):
        return Severity.REVIEW
    if place != Place.UNKNOWN:
        return None
    if "dotenv" in medium and "send" in step.labels:
        return Severity.BLOCK
    if not step.statement.is_shell:
        return Severity.REVIEW
    direct = step.received[medium[0]] is step and medium != ["clipboard"] and "send" in step.labels
    return Severity.REVIEW if direct else None


def _leaving(step: Step) -> set[str]:
    """The kinds of things that stand in what is sent, not in how the sender is known."""
    kinds = set(step.received) | (step.labels & {"secret-variable"})
    if "secret-variable" in kinds and not _secret_in_body(step):
        kinds.discard("secret-variable")
    if (
        "environment" in kinds
        and step.received.get("environment") is not step
        and re.search(r"\benv\s*[=:]\s*", step.text)
        and "send" not in step.labels
    ):
        kinds.discard("environment")
    if (
        _CREDENTIAL_BODY.search(step.text)
        and "send" in step.labels
        and step.statement.is_shell
        and re.search(r"\|\s*curl|-d\s|--data", step.text)
        and "$" in step.text
    ):
        kinds.add("secret-variable")
    return kinds


def _secret_in_body(step: Step) -> bool:
    bare = _HEADERS.sub(" ", step.text)
    if "name-lookup" in step.labels:
        return True
    body = _BODY.search(bare)
    if body is None:
        return False
    if SECRET_NAME.search(body[1]):
        return True
    if step.statement.is_shell:
        return bool(_CREDENTIAL_BODY.search(body[1]))
    if "secret-variable" not in step.received:
        return False
    # A name that says what it is (headers, token, key) stands for how the sender is known, not for what is sent.
    return any(
        not _KNOWN_AS.search(name) and re.search(rf"\b{re.escape(name)}\b", body[1])
        for name in (carrier.lstrip(".") for carrier in step.carriers)
    )


def _weight_of_secrets(step: Step, strong: list[str], place: Place, purpose: Purpose) -> Severity:
    uploads = step.statement.is_shell and _UPLOADS.search(step.text) is not None
    if set(strong) <= {"credentials"} and not place.is_shady and not uploads and _is_own_login(step, purpose):
        return Severity.NOTE
    if place in (Place.PLACEHOLDER, Place.INSTALLER):
        if uploads and step.statement.is_live and not purpose.is_security:
            return Severity.BLOCK
        if not step.statement.is_live or (not step.urls and set(strong) <= {"credentials", "history"}):
            return Severity.NOTE
        return Severity.REVIEW
    return Severity.REVIEW if place == Place.PLATFORM else Severity.BLOCK


def _is_own_login(step: Step, purpose: Purpose) -> bool:
    """A client that reads the key of its own service from where that service keeps it."""
    origin = step.received.get("credentials", step)
    paths = [path for path in re.findall(r"[~$./\w-]*[/.][\w./-]+", URL.sub(" ", origin.text)) if _LOGIN.search(path)]
    return bool(paths) and all(distinctive(path.replace("-", " ")) & purpose.words for path in paths)


def _weight_of_variable(step: Step, place: Place, purpose: Purpose) -> Severity | None:
    if place in (Place.PLACEHOLDER, Place.OWN, Place.INSTALLER, Place.MESSAGING):
        return None
    if place == Place.HIDDEN or place in (Place.CAPTURE, Place.PASTE, Place.TUNNEL, Place.BARE_IP):
        return Severity.BLOCK
    origin = step.received.get("secret-variable", step)
    names = SECRET_NAME.findall(origin.text) + SECRET_NAME.findall(step.text)
    hosts = " ".join(host_of(url) for url in step.urls)
    services = {word for name in names for word in _SERVICE_WORDS.findall(name.lower())} - _PLAIN_WORDS
    if any(word in hosts or word in purpose.words for word in services):
        return None
    if not services and _OWN_KEY.search(step.text) and not purpose.is_small:
        return None
    if place == Place.PLATFORM:
        return None
    if "encoded" in step.received:
        return Severity.BLOCK
    if services and not purpose.says("|".join(map(re.escape, services))):
        return Severity.BLOCK if purpose.is_small or "encoded" in step.received else Severity.REVIEW
    return Severity.BLOCK if purpose.is_small else None


def _downloaded_and_run(step: Step, purpose: Purpose) -> Iterator[Seen]:
    labels, text = step.labels, step.text
    origin: Step | None = None
    if (step.statement.is_shell and "fetch" in labels and "runs-input" in labels and _PIPES_ON.search(text)) or (
        step.statement.is_shell and _runs_fetched(text)
    ):
        origin = step
    elif ("download" in step.received and _RUNS_DIRECTLY.search(text) and not _GENERIC_CLI.search(text)) or (
        "download" in step.received
        and step.statement.is_shell
        and step.received["download"] is not step
        and _RUNS_VARIABLE.search(text)
    ):
        origin = step.received["download"]
    elif "download" in step.received and step.statement.is_shell:
        run = _RUNS_FILE.match(text)
        got = step.received["download"]
        if (
            run
            and (not run[1].startswith("$") or run[1] in got.statement.assigns)
            and run[1].lstrip("./")
            and got is not step
            and any(
                run[1].lstrip("./").endswith(name.lstrip("./")) and name.lstrip("./") for name in got.statement.assigns
            )
        ):
            origin = got
    elif "download" in step.received and "execute" in labels and step.received["download"] is not step:
        argument = _PROGRAM_ARGUMENT.search(text)
        if argument and argument[1].split(".")[0] in _names_with(step, "download"):
            origin = step.received["download"]
    if origin is None or _is_quoted(step):
        return
    place = max(
        (_place(step, purpose) if step.urls else Place.LOCAL, _place(origin, purpose) if origin.urls else Place.LOCAL)
    )
    if not step.urls and not origin.urls:
        place = Place.PLACEHOLDER
    is_plain = any(url.lower().startswith(("http://", "ftp://")) for url in (*step.urls, *origin.urls))
    if "decoded" in origin.received or "decoded" in step.received:
        place = Place.HIDDEN
    yield Seen("run-download", _weight_of_download(step, place, purpose, is_plain=is_plain), step)


def _runs_fetched(text: str) -> bool:
    """Whether a command fetches something and runs it at once."""
    said = text.lower()
    return (
        any(word in said for word in _FETCH_WORDS)
        and any(word in said for word in _RUN_WORDS)
        and _RUNS_FETCHED.search(text) is not None
    )


def _names_with(step: Step, kind: str) -> set[str]:
    origin = step.received[kind]
    return {name.lstrip(".").rstrip("()") for name in (*origin.statement.assigns, *step.statement.uses)} - {
        "subprocess",
        "os",
        "sys",
    }


def _weight_of_download(step: Step, place: Place, purpose: Purpose, *, is_plain: bool) -> Severity:
    urls = " ".join(step.urls)
    if place == Place.LOCAL or place == Place.INSTALLER:
        return Severity.NOTE
    if place.is_shady or re.search(r"\b(?:mshta|regsvr32)\b.*https?:", step.text):
        return Severity.BLOCK
    if place == Place.PLACEHOLDER:
        in_program = not step.statement.path.lower().endswith(_DOCUMENTS)
        return Severity.REVIEW if step.statement.is_live and in_program and not purpose.is_security else Severity.NOTE
    direct = (not step.statement.is_shell and _RUNS_DIRECTLY.search(step.text)) or _RUNS_SOURCE.search(step.text)
    if direct or "hidden-run" in step.labels:
        return Severity.BLOCK
    if place == Place.OWN:
        if _shown_home(step, purpose):
            return Severity.REVIEW if is_plain else Severity.NOTE
        return Severity.BLOCK if "runs-input" in step.labels and not _ON_FORGE.search(urls) else Severity.REVIEW
    if place == Place.PLATFORM:
        return Severity.REVIEW if re.search(r"githubusercontent|gist|/raw/|releases/download", urls) else Severity.NOTE
    return Severity.BLOCK


def _shown_home(step: Step, purpose: Purpose) -> bool:
    """Whether the place is the home page that the package states, or belongs to it."""
    homes = {".".join(host.split(".")[-2:]) for host in purpose.hosts}
    origin = step.received.get("download", step)
    return any(".".join(host_of(url).split(".")[-2:]) in homes for url in (*step.urls, *origin.urls))


def _decoded_and_run(step: Step) -> Iterator[Seen]:
    labels, text = step.labels, step.text
    if _is_quoted(step):
        return
    if (
        step.statement.is_shell
        and "decode" in labels
        and "runs-input" in labels
        and re.search(
            r"(?:base64|base32|xxd|openssl|rev|tr|printf|gunzip|zcat|uudecode)\b.*\|\s*(?:sudo\s+)?(?:/\S+/)?(?:(?:ba|z|da|k)?sh|python|perl|node|ruby|php|eval|source|osascript|iex)|(?:sh|eval|source|\.|-c)\s+.*\$\(.*(?:base64|xxd|openssl|rev)|<\(.*base64",
            text,
        )
    ):
        yield Seen("run-encoded", Severity.BLOCK if not text.startswith(("gunzip", "zcat")) else Severity.REVIEW, step)
    elif (
        "decoded" in step.received
        and _RUNS_DIRECTLY.search(text)
        and not re.search(r"\.decode\(\s*\)\s*\.split|json\.loads\(\s*base64", text)
    ):
        yield Seen(
            "run-encoded",
            Severity.BLOCK
            if re.search(r"(?<![\w.])(?:exec|eval)\s*\(|Function|vm\.|marshal|iex|Invoke-Expression", text, re.I)
            else Severity.REVIEW,
            step,
        )
    elif (
        (
            step.statement.is_shell
            and "decoded" in step.received
            and step.received["decoded"] is not step
            and _RUNS_VARIABLE.search(text)
        )
        or ({"decode", "execute"} <= labels and not step.statement.is_shell and _COMPUTED.search(text))
        or (_ENCODED_RUN.search(text) and re.search(r"powershell|pwsh", text, re.I))
    ):
        yield Seen("run-encoded", Severity.BLOCK, step)
    elif "decoded" in step.received and "execute" in labels and not step.statement.is_shell:
        argument = _PROGRAM_ARGUMENT.search(text)
        origin = step.received["decoded"]
        if argument and (
            argument[1].split(".")[0] in {name.lstrip(".") for name in origin.statement.assigns}
            or (
                origin is step
                and re.search(r"(?:system|popen|run|exec\w*)\(\s*(?:base64|codecs|bytes|zlib|atob|Buffer)", text)
            )
        ):
            yield Seen("run-encoded", Severity.BLOCK, step)


def _harvest(steps: Iterable[Step], purpose: Purpose) -> Iterator[Seen]:
    """The secrets of several services, read by something that is about none of them."""
    found: dict[str, Step] = {}
    for step in steps:
        if "secret-variable" in step.labels and not step.text.startswith("export"):
            for name in SECRET_NAME.findall(step.text):
                services = set(_SERVICE_WORDS.findall(name.lower())) - _PLAIN_WORDS
                if services and not any(word in purpose.words or purpose.says(re.escape(word)) for word in services):
                    found.setdefault(name, step)
    well_known = [
        name
        for name in found
        if re.search(
            r"AWS_SECRET|SSH_PRIVATE|ANTHROPIC|OPENAI|GITHUB_TOKEN|STRIPE|DOCKER|NPM_TOKEN|DATABASE_URL|SLACK|TWILIO|GCP|AZURE|SENDGRID|DATADOG|JWT_SECRET",
            name,
        )
    ]
    if purpose.is_small and well_known and not purpose.says(r"secret|credential|token|api key"):
        yield Seen("harvest-secrets", Severity.BLOCK if len(well_known) > 1 else Severity.REVIEW, found[well_known[0]])


def _plants_instructions(step: Step, purpose: Purpose) -> bool:
    if "fetch" in step.labels:
        return bool(re.search(r"(?:>>?|-o|tee)\s+\S*(?:SOUL|AGENTS|CLAUDE|HEARTBEAT|IDENTITY)\.md", step.text))
    return bool(_PLANTED.search(step.text))


def _across(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """Chains whose links are several steps, told by what stands together in a file or a package."""
    by_file: dict[str, list[Step]] = {}
    for step in steps:
        if step.labels and not step.statement.is_mention and not _is_quoted(step):
            by_file.setdefault(step.statement.path, []).append(step)
    outward = [
        step
        for step in itertools.chain(*by_file.values())
        if step.labels & _OUTWARD and _place(step, purpose) >= Place.UNKNOWN
    ]
    whole: dict[str, list[str]] = {}
    for step in steps:
        whole.setdefault(step.statement.path, []).append(step.text)
    if purpose.is_small and any("decode" in step.labels for step in steps):
        away = next(
            (
                s
                for s in steps
                if s.labels & {"fetch", "send"} and s.urls and _place(s, purpose) in (Place.UNKNOWN, Place.BARE_IP)
            ),
            None,
        )
        if away is not None and not purpose.says(r"decod|encod|base64|hex|jwt|cipher|crypt"):
            yield Seen("hidden-address", Severity.REVIEW, away)
    for path, members in by_file.items():
        together = frozenset().union(*(step.labels for step in members))
        yield from _in_file(members, together, purpose, "\n".join(text[:2000] for text in whole[path])[:60_000])
        yield from _beside_a_way_out(path, members, outward, purpose)


def _in_file(members: Sequence[Step], together: frozenset[str], purpose: Purpose, text: str) -> Iterator[Seen]:
    def first(name: str) -> Step:
        return next(step for step in members if name in step.labels)

    is_program = not members[0].statement.path.lower().endswith(_DOCUMENTS)
    if "encrypt" in together and together & {"walk-home", "home-files"} and together & {"delete", "destroy"}:
        yield Seen("lock-files", Severity.BLOCK, first("encrypt"))
    if {"clipboard", "clipboard-write"} <= together and _ADDRESS.search(text):
        yield Seen("swap-clipboard", Severity.BLOCK, first("clipboard-write"))
    if "persist" in together and "fetch" in together:
        yield from _persisted(members, purpose)
    said = text.lower()
    is_wired = "tcpclient(" in said or ("net." in said and "spawn(" in said) or ("socket." in said and "dup2" in said)
    if is_wired and _SOCKET_SHELL.search(text):
        yield Seen("reverse-shell", Severity.BLOCK, members[0])
    if (
        {"walk-home", "delete"} <= together
        and is_program
        and not purpose.says(r"clean|dedup|duplicate|organi|tidy|cache|uninstall")
    ):
        yield Seen(
            "destroy-files",
            Severity.BLOCK if re.search(r"urandom|random\.|/dev/zero|shred", text) else Severity.REVIEW,
            first("delete"),
        )
    defended = next((s for s in members if "disable-defence" in s.labels), None)
    if defended and (
        _OPENS_APP.search(text) or any("fetch" in s.labels and _place(s, purpose) >= Place.OWN for s in members)
    ):
        yield Seen("disable-defence", Severity.BLOCK, defended)
    if ("downloadfile(" in said or "-outfile" in said) and _FETCH_START.search(text):
        yield Seen("run-download", Severity.BLOCK, members[0])
    writes = is_program or any(s.statement.is_shell and "agent-write" in s.labels for s in members)
    if (
        writes
        and together & {"agent-memory", "agent-write"}
        and together & {"write", "agent-write"}
        and _ORDERS.search(text)
    ):
        step = next(s for s in members if s.labels & {"agent-memory", "agent-write"})
        yield Seen("rewrite-agent", Severity.BLOCK, step)
    if not is_program:
        return
    if {"fetch", "permissions", "execute"} <= together and re.search(r"chmod\w*\(?.*(?:0o?7|\+x|S_IX|493|511)", text):
        worst = max((_place(s, purpose) for s in members if "fetch" in s.labels and s.urls), default=Place.LOCAL)
        if worst >= Place.UNKNOWN or (worst == Place.OWN and "hidden-run" in together):
            yield Seen("run-download", Severity.BLOCK, first("permissions"))
    if {"evaluate", "decode"} <= together and any(
        "evaluate" in s.labels and _RUNS_DIRECTLY.search(s.text) and not _LITERAL.search(s.text) for s in members
    ):
        yield Seen("run-encoded", Severity.REVIEW, first("evaluate"))
    if {"evaluate", "fetch"} <= together and any(
        "evaluate" in s.labels
        and re.search(r"(?<![\w.])(?:exec|eval)\s*\(|new Function|iex\b", s.text, re.I)
        and not _LITERAL.search(s.text)
        for s in members
    ):
        yield Seen("run-download", Severity.REVIEW, first("evaluate"))
    if "hidden-run" in together and any("fetch" in s.labels and _place(s, purpose) >= Place.UNKNOWN for s in members):
        yield Seen("run-download", Severity.REVIEW, first("hidden-run"))
    if (
        "agent-write" in together
        and any(re.search(r"mcpServers|permissions|defaultMode|\"hooks\"", s.text) for s in members)
        and not purpose.says(r"\bmcp\b|settings|permission|hook|config")
    ):
        yield Seen("loosen-agent", Severity.REVIEW, first("agent-write"))


def _beside_a_way_out(path: str, members: Sequence[Step], outward: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """Something worth taking is read in a program, and there is a way out to a place that has no part in it."""
    is_program = not path.lower().endswith(_DOCUMENTS)
    same = next((out for out in outward if out.statement.path == path), None)
    for step in members:
        place = (
            _place(step, purpose)
            if step.urls and step.labels & {"fetch", "send", "execute", "listener", "get-with-data"}
            else Place.LOCAL
        )
        if place in (Place.BARE_IP, Place.CAPTURE, Place.PASTE, Place.TUNNEL):
            grave = is_program and place in (Place.BARE_IP, Place.CAPTURE) and step.labels & {"send", "execute"}
            if grave or not purpose.says(r"webhook|tunnel|ngrok|paste|share|\bip\b|server|network"):
                yield Seen("shady-place", Severity.BLOCK if grave else Severity.REVIEW, step)
        kinds = [kind for kind in (*_STRONG, "dotenv", "screen", _AGENT) if kind in step.labels]
        if not kinds or not is_program or not outward:
            continue
        if (kinds == ["credentials"] and _is_own_login(step, purpose)) or (
            kinds == ["environment"] and not _DUMPS.search(step.text)
        ):
            continue
        watched = kinds[0] == "screen" and not purpose.says(r"screen|capture|vision|\bui\b|visual|ocr")
        taken = same is not None and (watched or kinds[0] in _TAKEN_AT_ONCE)
        way_out = same or outward[0]
        to = host_of(way_out.urls[0]) if way_out.urls else "elsewhere"
        also = f"{', '.join(kinds)}, beside a way out to {to}"
        yield Seen("send-secrets", Severity.BLOCK if taken else Severity.REVIEW, step, also)


def _persisted(members: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """A file that was downloaded is named where something arranges to be started again."""
    got = {
        name: step
        for step in members
        if "fetch" in step.labels and step.urls
        for name in step.statement.assigns
        if len(name) > 3 and "/" in name
    }
    for step in members:
        if "persist" in step.labels and step.statement.is_shell:
            for name, origin in got.items():
                if (
                    name in step.text
                    and step is not origin
                    and _place(origin, purpose) not in (Place.LOCAL, Place.PLACEHOLDER, Place.INSTALLER)
                ):
                    yield Seen(
                        "persist-download",
                        Severity.BLOCK
                        if _place(origin, purpose) not in (Place.PLATFORM, Place.OWN)
                        or "xattr" in " ".join(m.text for m in members)
                        else Severity.REVIEW,
                        step,
                    )


def _is_manual(step: Step) -> bool:
    """Whether code in a document shows how something is used, and is no command that writes."""
    if not step.statement.path.lower().endswith((".md", ".txt", ".rst")):
        return False
    return not (step.statement.is_shell and re.search(r"\s>>?\s|\btee\b|\bsed\s+-i|\bcp\s", step.text))


def _is_placeholder(step: Step) -> bool:
    """Whether the other end of a connection is left for the reader to fill in."""
    places = [place_of(url) for url in step.urls]
    if places:
        return all(place in (Place.LOCAL, Place.PLACEHOLDER) for place in places)
    return bool(
        re.search(
            r"/dev/tcp/(?:[<{$A-Z]|10\.|192\.168|127\.|localhost)|\b(?:LHOST|ATTACKER|RHOST|<ip>|\$ip|\$\{?\w*IP|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+)\b",
            step.text,
            re.I,
        )
    )


def _is_quoted(step: Step) -> bool:
    """Whether a line of code only names the act: a pattern, a rule, a list, a message or a search for it."""
    text = step.text
    if step.statement.is_shell:
        return bool(
            re.match(
                r"(?:[<$]\(\s*)?(?:rg|grep|egrep|ag|echo|printf|semgrep|yara|#)\b(?!.*\s\|\s+(?:sudo\s+)?(?:sh|bash|zsh|base64|python3?|curl|nc|tee|xargs|crontab|at)\b)(?!(?<=echo)\s.*\s>\s)(?!(?<=printf)\s.*\s>\s)",
                text,
            )
        )
    if re.match(
        r"[\[{(]?\s*[rbfRBF]*[\"'`]|(?:[A-Z_]+|\w*(?:pattern|regex|rule|deny|block|danger|suspicious|signature|indicator|test|example|bad|unsafe)\w*)\s*(?::\s*[\w\[\], ]+)?=\s*[\[{(rR\"'/]|\(?\s*r[\"']|re\.(?:compile|search|match|findall)\(|assert\b|expect\(|console\.(?:log|warn|error)\(|print\(|logger?\.|raise\b|throw\b",
        text,
    ):
        return not re.search(
            r"(?:exec|eval|system|popen|run|spawn\w*|Popen|call|check_output)\s*\((?!.*(?:re\.|pattern))",
            text.split("=", 1)[-1][:400],
        ) or bool(re.match(r"(?:assert|re\.|expect|console|print|logger?|raise|throw)", text))
    return False
