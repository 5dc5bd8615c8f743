"""Which chains have their links in several steps? Told by what stands together in a file or a package."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from metier.govern.scan.copied import copied
from metier.govern.scan.deeds import deeds
from metier.govern.scan.dialects import run_there
from metier.govern.scan.doors import let_in
from metier.govern.scan.dropped import dropped
from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place, host_of, leads_nowhere, place_of
from metier.govern.scan.money import redirected
from metier.govern.scan.obeyed import obeyed
from metier.govern.scan.passages import passages, pushed
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.remote import asked, controlled
from metier.govern.scan.running import decoded_modules
from metier.govern.scan.seen import DOCUMENTS, OUTWARD, TEMPLATE, Seen, is_quoted, place_of_step, runs_directly
from metier.govern.scan.services import taken_elsewhere
from metier.govern.scan.taking import AGENT_KEYS, AGENTS, SAVED_PAGES, STRONG, UPLOADS, is_asked_of_all, is_own_login
from metier.govern.scan.undisclosed import Told, undisclosed
from metier.govern.scan.unseen import unseen_links
from metier.verdict import Severity

_OPENS = frozenset({"read", "fetch", "send"})
_TAKEN_AT_ONCE = ("credentials", "browser", "wallet", "history", "keys-pressed")
_WORTH_TAKING = (*STRONG, "dotenv", "screen", AGENT_KEYS)
_ONLY_TOLD = re.compile(
    r"(?:if\s?\([^()]{0,80}\)\s*)?(?:throw\s+new\s+\w+|raise\s+\w+|sys\.exit|process\.exit|die|abort)\b|\w+\.add_argument\((?![^)]*~/)"
)
"""What only says why a program ends, or what can be said to it."""
_OUTSIDE_CACHE = re.compile(r"\.\./|\s(?:~|\$HOME|\$\{HOME\})/(?!\.cache/|Library/Caches/)|\s/")
_IN_CACHE = re.compile(r"\s(?:~|\$HOME|\$\{HOME\})/(?:\.cache|Library/Caches)/[\w.-]{2,}")
_WALLET_FILE = re.compile(r"\.config/solana/id\.json|\.ethereum/keystore|\.bitcoin/wallet\.dat")
_WITH_COOKIE = re.compile(r"\bheaders\s*[:=]\s*\{[^{}\n]{0,80}?\bcookie\b(?!\s*[\"'`]?\s*:\s*[\"'])", re.I)
"""A login of a browser leaves with a question, too."""
_OF_ONE_HOST = re.compile(
    r"\bwhere\s+(?:host|host_key|domain)\s*={1,2}\s*(?:\?|[:$@]\w+|[\"'][\w.-]+\.[a-z]+[\"'])(?!\s*or\b)", re.I
)
_SPELT = re.compile(
    r"unpack\w*\(?\s*[\"']H\*|hexlify|\.hex\(|toString\(\s*[\"']hex|[bB](?:ase)?32|encode\(\s*[\"']hex|bin2hex|hex\.Encode|\bxxd\b|%02x"
)
"""Bytes are written so that they can stand in the name of a host."""
_SPELT_IN_CUTS = re.compile(r"[bB](?:ase|64)?_?(?:64|url)|urlsafe|encode64")
_CUTS = re.compile(
    r"\.\{1,\d\d\}|\{\d\d\}|:\s*\w+\s*\+\s*\d\d\s*\]|\[:\d\d\]|each_slice|str_split|chunk_split|\bchunks?\(|\bfold\s+-w|\bchunk_every\(|\bsubstr\w*\b|\bslice\(|\bunpack\(\s*[\"']\(A\d\d"
)
"""A text is cut into pieces of the length that a part of such a name may have."""
_FOR_NOBODY = frozenset({"credentials", "browser", "wallet", "history", "screen", "keys-pressed"})
_PICKS_SECRETS = re.compile(
    r"(?:environ|process\.env|env:).*\b(?:if|filter|test|match|reduce|includes|search|Where)\b.*(?:token|secret|passw|api_?key|\bkey\b)",
    re.I,
)
"""The variables that hold secrets are picked from all."""
_FEW = 4
"""Of so few programs each works for the others."""
_COUNTS = re.compile(r"\bgrep\s+-\w*c|\bwc\b|\bls\b")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{40}\b|\bbc1[a-z0-9]{20,}\b|\[13\]\[a-km-z|0x\[(?:0-9)?a-f", re.I)
_TELLS_MONEY = re.compile(
    r"0x\[(?:0-9|a-f|A-F)[^\]]{0,12}\]\{40\}|bc1\[[^\]]{3,30}\]|\[13\]\[[^\]]{8,40}\]\{|\bT\[[^\]]{8,40}\]\{3"
)
"""Patterns of addresses that money is sent to."""
_SOCKET_SHELL = re.compile(
    r"(?:new\s+(?:java\.net\.)?Socket\(|TCPSocket\.(?:new|open)\()[\s\S]{0,1200}(?:(?:ProcessBuilder\(|\.exec\()[\s\S]{0,200}get(?:Input|Output)Stream|\.(?:gets|read\w*)\b[\s\S]{0,300}(?:`#\{|IO\.popen|Open3|%x))|(?:ProcessBuilder\(|\.exec\()\s*[\"']/bin/\w*sh[\s\S]{0,400}new\s+(?:java\.net\.)?Socket\(|\bsocket\((?:S,\s*)?(?:AF_INET|PF_INET)[\s\S]{0,800}(?:exec\w*\(\s*[\"']/bin/\w*sh|exec\w*\s*\(?[\"']/bin/\w*sh\s+-i)|TcpStream::connect\([\s\S]{0,1500}Command::new\([\s\S]{0,400}\.std(?:in|out)\((?!Stdio::(?:piped|null|inherit))|TCPClient\(\s*[\"'][^\"']+[\"'][\s\S]{0,1500}(?:\biex\b|Invoke-Expression)|net\.(?:connect|createConnection|Socket)[\s\S]{0,600}spawn\(\s*[\"\'](?:/bin/(?:ba|z)?sh|cmd)|net\.(?:connect|createConnection|Socket)[\s\S]{0,800}\.pipe\(\s*\w+\.stdin\s*\)[\s\S]{0,200}\.stdout\.pipe\(|spawn\(\s*[\"\'](?:/bin/(?:ba|z)?sh|cmd)[\s\S]{0,600}net\.(?:connect|createConnection|Socket)|socket\.(?:socket|create_connection)[\s\S]{0,800}dup2[\s\S]{0,400}(?:pty\.spawn|subprocess|os\.(?:system|exec)|/bin/(?:ba)?sh)",
    re.I,
)
_SHUTS = re.compile(r"\biptables\s+-P\s+\w+\s+DROP\b")
"""A wall is built anew, and lets nothing through that is not named."""
_OPENS_APP = re.compile(
    r"xattr[\s\S]{0,300}(?:^|\n|&&\s*)(?:open|hdiutil)\s|(?:^|\n)hdiutil attach[\s\S]{0,300}xattr", re.M
)
_MACHINE_CODE = re.compile(
    r"(?:PROT_EXEC|VirtualAlloc)[\s\S]{0,2000}(?:CFUNCTYPE|WINFUNCTYPE|CreateThread|RtlMoveMemory)"
)
_TYPED = re.compile(r"\bread\s+-\w*s[^\n]* (\w+)(?=\n)")
_READ_AND_RUN = re.compile(
    r"\bread\s+(?:-\w+\s+)*(\w+)\s+\d?(?=\n)[\s\S]{0,200}(?:\beval|\b(?:ba|z)?sh\s+-c)\s+\$\{?\1\b|while\s[^\n]*\.(?:recv|readline|read)\([\s\S]{0,300}(?:subprocess\.|os\.popen|os\.system|\bexec\()|\b(?P<got>\w+)\s*=\s*[\w.]+\.recv(?:from)?\([\s\S]{0,300}(?:subprocess\.\w+|os\.popen|os\.system|\bexec|\beval)\(\s*(?P=got)\b"
    r"|(?:os\.system|os\.popen|subprocess\.\w+|\bexec|\beval)\([^\n]{0,80}\.recv\(|\.on\(\s*[\"'](?:data|message)[\"'],\s*(?:async\s*)?\(?(?P<said>\w+)\)?\s*=>[^\n]{0,120}\b(?:exec|execSync|eval)\(\s*(?:String\()?(?P=said)\b|\.onmessage\s*=\s*(?:async\s*)?\(?(?P<event>\w+)\)?\s*=>[^\n]{0,120}(?:exec|execSync|eval|spawn|Function)\w*\(\s*(?P=event)\.data\b"
)
"""Lines are read from a connection and run one by one."""
_RUN_WORDS = ("eval", "exec(", "execsync(", "sh -c", "subprocess.", "os.popen", "os.system")
_HOOK_SENDS = re.compile(
    r"[\"']?\bcommand[\"']?\s*:\s*f?[\"'`](?:[^\"'\n]*[;|&]\s*)?(?:curl|wget|nc)\b[^\n]*(?:-d\b|--data|-F\b|-T\b|POST)"
)
_OF_AGENT = re.compile(r"\b(?:UserPromptSubmit|(?:Pre|Post)ToolUse|SubagentStop|SessionEnd|PreCompact)\b")
_SENDS_INPUT = re.compile(
    r"\bcurl\b[^\n]{0,160}(?:\s-d|\s--data[\w-]*|\s-T|\s--upload-file|\s-F\s*[\"']?\w{1,20}=)\s*[\"']?@?-(?=[\s\"'])[^\n]{0,200}?(?P<to>https?://[^\s\"'`]{4,200})"
)
"""What an agent tells a command on its input is sent on."""
_TRUSTS = re.compile(r"\bupdate-ca-(?:certificates|trust)\b|\badd-trusted-cert\b")
"""Whom everything that speaks TLS trusts."""
_ALLOWS_ALL = re.compile(r"[\"']Bash\(\*\)[\"']|[\"']bypassPermissions[\"']")
_FETCH_START = re.compile(
    r"DownloadFile\([\s\S]{0,300}(?:Start-Process|Invoke-Item)|(?:iwr|Invoke-WebRequest)\b[^\n]*-OutFile[\s\S]{0,300}Start-Process|(?:iwr|Invoke-WebRequest)\b[^\n]*https?://[^\n]*-OutFile[^\n]*\.(?:exe|dll|ps1|bat|msi)\b[\s\S]{0,600}(?:New-ScheduledTaskAction|Start-ScheduledTask|New-Service|schtasks)"
    r"|Start-BitsTransfer\b[^\n]*https?://[\s\S]{0,300}(?:Start-Process|Invoke-Item|&\s*[\"'$])|certutil\b[^\n]*-urlcache[^\n]*\s(\S+\.(?:exe|bat|ps1|dll))\b[\s\S]{0,120}\1"
    r"|\bcurl(?:\.exe)?\s[^\n]*-\w*o\s+(\S+\.(?:exe|bat|msi|ps1))\b[\s\S]{0,200}(?:start|call|msiexec|powershell)\s[^\n]*\2",
    re.I,
)
_RUN_ENDINGS = (".exe", ".bat", ".msi", ".ps1")
"""What curl may fetch and something else start holds one of them."""
_ORDERS = re.compile(
    r"\b(?:always|never|whenever|before (?:every|each|any)|after (?:every|each|any)|first)\b[^\n]{0,220}(?:\b(?:send|upload|forward)\b[^\n]{0,120}(?:://|@\w|passw|token|secret|key|credential|conversation)|\bexfil\w*|\bcurl\b|https?://|ask before|without asking|(?:not|n't|never|without)\s+(?:\w+\s+){0,2}?(?:tell|mention|inform)\w* the user|--index-url|approve)|\bnever\b[^\n]{0,80}(?:tell|mention|inform)\w* (?:\w+ to )?the user",
    re.I,
)
_LITERAL = re.compile(r"(?:exec|eval)\s*\(\s*[\"'`]|compile\(|literal_eval|regex|model\.eval|\.eval\(\)")
_LONG_PATH = re.compile(r"(?<![\w.])/[\w./-]{8,200}")
_STARTS_UNIT = re.compile(r"ExecStart=|ProgramArguments")
_USER_FOLDERS = re.compile(r"[\"'/\\](?:Documents|Desktop|Pictures|Downloads|Photos|Music|Videos)[\"'/\\]")
_WHOLE_FOLDERS = re.compile(
    r"\bfor\s*\(?\s*(?:const\s+|let\s+|var\s+)?(?P<one>\w+)\s+(?:in|of)\s+[\[(][^\])]{0,200}[\"'](?:Documents|Desktop|Pictures)[\"'][^\])]{0,200}[\])][\s\S]{0,200}"
    r"(?:home\(\)|homedir\(\)|expanduser\([^)]*\)|\bhome|HOME)\W{1,8}\s*(?P=one)\b[\s\S]{0,200}(?:rmtree\(|recursive:\s*true|rm\s+-\w*r)"
    r"|\bfor\s*\(?\s*(?:const\s+|let\s+|var\s+)?(?P<two>\w+)\s+(?:in|of)\s+[\[(][^\])]{0,200}[\"'](?:Documents|Desktop|Pictures)[\"'][^\])]{0,200}[\])][^\n]{0,20}\n[^\n]{0,120}"
    r"(?:rmtree\(|rmSync\(|rm\(|rm_rf\W|RemoveAll\()[^\n]{0,60}\b(?P=two)\b"
)
"""Every folder of a row that people keep their things in is removed with all that is in it."""
_HOME = re.compile(r"Path\.home\(|homedir\(|expanduser\(|USERPROFILE|\$HOME\b|~/")
_OVERWRITES = re.compile(r"token_bytes|urandom|randomBytes|/dev/zero|\bshred\b|[\"']r\+b[\"']|truncate\(")
_MADE_FOLDERS = re.compile(r"\b(\w{1,40})=[\"']?\$\(\s*mktemp\b")
_MOVES = re.compile(r"rename(?:Sync)?\(|\.replace\(\s*\w+\.with_|os\.replace\(|shutil\.move\(|\bmv\s")
_LISTS_HOME = re.compile(
    r"(?:readdir\w*|listdir|scandir)\(\s*(?:(?:os\.)?homedir\(\)|(?:os\.path\.)?expanduser\(\s*[\"']~/?[\"']\)|(?:pathlib\.)?Path\.home\(\))\s*[,)]"
    r"|Path\.home\(\)\.(?:iterdir\(\)|r?glob\(\s*[\"']\*)"
)
"""A listing of all that is in the home folder."""
_MADE_COPIES = re.compile(
    r"\b(?:sed\s+(?:-[nEr]\s+)*-i|perl\s+(?:-\w+\s+)*-\w*i)(?P<kept>\.(?:bak|orig|old|tmp))\s(?P<how>[^\n]{1,300}?)\s[\"']?\$\{?(?P<of>\w{1,40})\}?[\"']?(?=[\s;&|]|$)"
    r"|>\s*[\"']?\$\{?(?P<into>\w{1,40})\}?(?P<new>\.(?:tmp|temp|new|part))\b",
    re.M,
)
"""A program changes a file and keeps a copy, or writes beside it,"""
_EMPTIES = re.compile(r"[\"'\s](?:\d*(?:,\$)?d\b|/\.?\*?/[dc]\b|s(\W)\^?\(?\.[*+]?\)?\$?\1)|\bunlink\b|\bundef\b")
"""and leaves something in it."""
_REMOVED_COPY = re.compile(r"rm\s+(?:-f\s+)?[\"']?\$\{?(\w{1,40})\}?(\.\w{1,10})[\"']?")
_ALL_INSIDE = re.compile(r"recursive:\s*true|rmtree\(|\brm\s+-\w*r")
_DUMPS = re.compile(
    r"items\(\)|toJSON|dict\(|dumps\(|stringify|\benv\b|printenv|\*\*os\.environ|process\.env\s*[,)}]|gci env|/environ"
)


_WHOLE = re.compile(
    r"(?:dumps|stringify|str|repr|urlencode|b64encode|btoa)\(\s*(?:dict\(\s*)?(?:\{\s*(?:\*\*|\.\.\.)\s*)?(?:os\.environ|process\.env)\b(?!\s*[.\[])"
)
"""The whole environment, as one text."""


_FROM_FOLDER = re.compile(
    r"\b(?:wget\b[^\n]*\s(?:-\w*P\s*|--directory-prefix[= ])|curl\b[^\n]*--output-dir[= ])[\"']?(?P<folder>[~\w./$-]{3,60}?)/?[\"']?\s[^\n]*\n?[^\n]*\n?[^\n]*\b(?:ba|z|da)?sh\s+[\"']?(?P=folder)/"
)
"""What was put into a folder is run out of it, whatever it is called."""


def across(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """Chains whose links are several steps, told by what stands together in a file or a package.

    >>> from metier.govern.scan.statement import Statement
    >>> texts = {"read": "p = pbpaste()", "clipboard": "q = paste()", "clipboard-write": "copy('bc1qw508d6qejxtdg4y5r3za')"}
    >>> steps = [Step(Statement("a.py", 1, text), frozenset({name})) for name, text in texts.items()]
    >>> [(seen.rule, seen.severity.value) for seen in across(steps, Purpose())]
    [('swap-clipboard', 'block')]
    """
    by_file: dict[str, list[Step]] = {}
    opened = _opened(steps)
    for step in [step for step in steps if step.labels]:
        is_named = step.statement.is_mention or (purpose.is_security and step.statement.is_shown)
        if not is_named and (id(step) in opened or not is_quoted(step)):
            by_file.setdefault(step.statement.path, []).append(step)
    away = [
        (step, place_of_step(step, purpose))
        for step in itertools.chain(*by_file.values())
        if not step.labels.isdisjoint(OUTWARD) or ("fetch" in step.labels and _WITH_COOKIE.search(step.text))
    ]
    outward = [step for step, place in away if place >= Place.UNKNOWN and not _is_specimen(step, purpose)]
    named = [step for step, place in away if "send" in step.labels and place == Place.OWN]
    whole: dict[str, list[Step]] = {path: [] for path in by_file}
    plain: dict[str, list[Step]] = {}
    for step in steps:
        if step.statement.path in whole:
            whole[step.statement.path].append(step)
        elif (
            step.statement.is_shell or step.statement.language in ("python", "script", "hash-script")
        ) and not step.statement.path.lower().endswith(DOCUMENTS):
            plain.setdefault(step.statement.path, []).append(step)
    for members in plain.values():
        text = "\n".join([step.text[:2000] for step in members])[:60_000]
        yield from deeds(members, frozenset(), purpose, text)
        yield from redirected(members, text)
        yield from copied(members, purpose, text)
        yield from controlled(members, purpose, text)
        yield from run_there(members, purpose, text)
        yield from obeyed(members, purpose, text)
        yield from dropped(members, purpose, text)
        yield from let_in(members, text)
        yield from taken_elsewhere(members, purpose, text)
        yield from unseen_links(members, purpose, text)
    if purpose.is_small and any("decode" in step.labels for step in steps):
        strange = next(
            (
                s
                for s in steps
                if s.labels & {"fetch", "send"}
                and s.urls
                and place_of_step(s, purpose) in (Place.UNKNOWN, Place.BARE_IP)
            ),
            None,
        )
        if strange is not None and not purpose.says(r"decod|encod|base64|hex|jwt|cipher|crypt"):
            yield Seen("hidden-address", Severity.REVIEW, strange)
    is_few = sum(not path.lower().endswith(DOCUMENTS) for path in by_file) <= _FEW
    labels = {path: frozenset().union(*[step.labels for step in members]) for path, members in by_file.items()}
    yield from _swapped_elsewhere(steps, labels, purpose)
    told = Told(steps, purpose)
    for path, members in by_file.items():
        together = labels[path]
        text = "\n".join([step.text[:2000] for step in whole[path]])[:60_000]
        yield from _in_file(members, together, purpose, text)
        if not path.lower().endswith(DOCUMENTS):
            yield from passages(whole[path], together, purpose, text)
            yield from run_there(whole[path], purpose, text)
            yield from obeyed(whole[path], purpose, text)
            yield from dropped(whole[path], purpose, text)
            yield from let_in(whole[path], text)
            yield from taken_elsewhere(whole[path], purpose, text)
            yield from unseen_links(whole[path], purpose, text)
            yield from decoded_modules(whole[path], text)
        else:
            if not purpose.is_security:
                yield from deeds(whole[path], together, purpose, text, is_document=True)
            if "git push" in text and "git remote" in text:
                yield from pushed(whole[path], purpose)
        yield from _beside_a_way_out(path, members, outward, purpose, is_few=is_few)
        if not path.lower().endswith(DOCUMENTS):
            yield from undisclosed(members, told, text)
        if not any(out.statement.path == path for out in outward):
            # A host is easily named like the skill: keys of others have no business there either.
            here = [out for out in named if out.statement.path == path]
            keys = [step for step in members if step.labels & _FOR_NOBODY]
            yield from _beside_a_way_out(path, keys, here, purpose, is_few=is_few)


def _is_specimen(step: Step, purpose: Purpose) -> bool:
    """Whether those who look for attacks show one in a document, with an address at which nobody answers."""
    is_shown = purpose.is_security and step.statement.path.lower().endswith(DOCUMENTS)
    return is_shown and bool(step.urls) and all(map(leads_nowhere, step.urls))


def _is_spelt(text: str) -> bool:
    """Whether a program writes something so that it can stand in the name of a host."""
    return _SPELT.search(text) is not None or (
        _SPELT_IN_CUTS.search(text) is not None and _CUTS.search(text) is not None
    )


def _swapped_elsewhere(steps: Sequence[Step], labels: Mapping[str, frozenset[str]], purpose: Purpose) -> Iterator[Seen]:
    """The clipboard is read and written, and another file of the package tells addresses of money from other texts."""
    copying = [path for path, together in labels.items() if {"clipboard", "clipboard-write"} <= together]
    if not copying or purpose.says(r"crypto|wallet|coin|address"):
        return
    for path in copying:
        if not path.lower().endswith(DOCUMENTS):
            knows = next(
                (step for step in steps if step.statement.path != path and _TELLS_MONEY.search(step.text)), None
            )
            if knows is not None and not knows.statement.path.lower().endswith(DOCUMENTS):
                yield Seen("swap-clipboard", Severity.BLOCK, knows)


def _opened(steps: Sequence[Step]) -> set[int]:
    """The steps that name what a later step opens or asks for: more than a list of words."""
    return {
        id(origin)
        for step in steps
        if step.labels and step.received and step.labels & _OPENS and not step.statement.is_shell
        for kind, origin in step.received.items()
        if kind in _TAKEN_AT_ONCE and origin is not step
    }


def _in_file(members: Sequence[Step], together: frozenset[str], purpose: Purpose, text: str) -> Iterator[Seen]:
    is_program = not members[0].statement.path.lower().endswith(DOCUMENTS)
    if "encrypt" in together:
        deletes = together & {"walk-home", "home-files"} and together & {"delete", "destroy"}
        if deletes or ("write" in together and is_program and _locks_home(text, purpose)):
            yield Seen("lock-files", Severity.BLOCK, _first(members, "encrypt"))
    if "delete" in together and is_program and len(set(_USER_FOLDERS.findall(text))) > 1 and _HOME.search(text):
        if not purpose.says(r"clean|dedup|duplicate|organi|tidy|sort|uninstall") or _OVERWRITES.search(text):
            grave = _OVERWRITES.search(text) and _ALL_INSIDE.search(text)
            yield Seen("destroy-files", Severity.BLOCK if grave else Severity.REVIEW, _first(members, "delete"))
    if "delete" in together and is_program and _WHOLE_FOLDERS.search(text):
        yield Seen("destroy-files", Severity.BLOCK, _first(members, "delete"), "whole folders of the user")
    if {"clipboard", "clipboard-write"} <= together and _ADDRESS.search(text):
        yield Seen("swap-clipboard", Severity.BLOCK, _first(members, "clipboard-write"))
    if is_program and "looks-up" in together and not _FOR_NOBODY.isdisjoint(together) and _is_spelt(text):
        yield Seen("send-secrets", Severity.BLOCK, _first(members, "looks-up"), "in the names that it looks up")
    if "persist" in together and "fetch" in together:
        yield from _persisted(members, purpose)
    said = text.lower()
    is_wired = (
        "tcpclient(" in said
        or "socket(" in said
        or "tcpsocket" in said
        or "tcpstream::" in said
        or ("net." in said and "spawn(" in said)
        or ("socket." in said and "dup2" in said)
    )
    is_shown = (
        purpose.is_security and not is_program and all(place_of_step(s, purpose) <= Place.PLACEHOLDER for s in members)
    )
    if is_wired and not is_shown and _SOCKET_SHELL.search(text):
        yield Seen("reverse-shell", Severity.BLOCK, members[0])
    if "delete" in together and (wiped := _wiped_home(members)) is not None:
        yield Seen("destroy-files", Severity.BLOCK, wiped, "all that is in the home folder")
    elif (
        {"walk-home", "delete"} <= together
        and is_program
        and not _removes_own(members, text)
        and not purpose.says(r"clean|dedup|duplicate|organi|tidy|cache|uninstall|dotfiles?")
    ):
        yield Seen(
            "destroy-files",
            Severity.BLOCK if re.search(r"urandom|random\.|/dev/zero|shred", text) else Severity.REVIEW,
            _first(members, "delete"),
        )
    defended = _first(members, "disable-defence") if "disable-defence" in together else None
    defended = None if defended and "iptables" in defended.text and _SHUTS.search(text) else defended
    if defended and _TRUSTS.search(defended.text) and purpose.says(r"prox(?:y|ies)|certificate|\bca\b|\btls\b"):
        defended = None
    if defended and "erase-traces" in together and not purpose.is_security:
        yield Seen("disable-defence", Severity.BLOCK, defended, "and what was done then is erased")
    elif defended and (
        _OPENS_APP.search(text) or any("fetch" in s.labels and place_of_step(s, purpose) >= Place.OWN for s in members)
    ):
        yield Seen("disable-defence", Severity.BLOCK, defended)
    fetches = "downloadfile(" in said or "-outfile" in said or "-urlcache" in said or "bitstransfer" in said
    if (fetches or ("curl" in said and any(ending in said for ending in _RUN_ENDINGS))) and _FETCH_START.search(text):
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
    if "fetch" in together and ("wget" in text or "--output-dir" in text) and (ran := _FROM_FOLDER.search(text)):
        for one in [s for s in members if "fetch" in s.labels and ran["folder"] in s.text][:1]:
            if place_of_step(one, purpose) >= Place.UNKNOWN:
                yield Seen("run-download", Severity.BLOCK, one, "by whatever name it came")
    if is_program:
        yield from asked(members, purpose, text)
        yield from _in_program(members, together, purpose, text)


def _removes_own(members: Sequence[Step], text: str) -> bool:
    """Whether all that a shell program removes is a folder or a copy that it has made for itself, or lies in one of caches."""
    names = _MADE_FOLDERS.findall(text)
    removes = [step.text for step in members if "delete" in step.labels]
    if removes and all(_REMOVED_COPY.fullmatch(said) for said in removes):
        made = {(one["of"] or one["into"]) + (one["kept"] or one["new"]) for one in _copies(text)}
        return all(found[1] + found[2] in made for said in removes for found in _REMOVED_COPY.finditer(said))
    if removes and all(_IN_CACHE.search(said) and not _OUTSIDE_CACHE.search(said) for said in removes):
        return True
    return bool(names) and all(any(f"${name}" in said or f"${{{name}" in said for name in names) for said in removes)


def _copies(text: str) -> Iterator[re.Match[str]]:
    """Where a program keeps a copy of a file that it changes, or writes a new one beside it.

    >>> [one["of"] + one["kept"] for one in _copies("sed -i.bak 's/a/b/' $f; sed -i.bak 's/.*//' $g")]
    ['f.bak']
    """
    return (one for one in _MADE_COPIES.finditer(text) if one["how"] is None or not _EMPTIES.search(f" {one['how']}"))


def _locks_home(text: str, purpose: Purpose) -> bool:
    """Whether what lies in the home folder is encrypted and put under another name."""
    is_asked = purpose.says(r"encrypt|vault|backup|secret|crypt")
    return not is_asked and _HOME.search(text) is not None and _MOVES.search(text) is not None


def _wiped_home(members: Sequence[Step]) -> Step | None:
    """A step that deletes, with all that is in them, what a listing of the whole home folder gave."""
    for step in members:
        origin = step.received.get("home-files")
        if origin is not None and "delete" in step.labels and _ALL_INSIDE.search(step.text):
            if _LISTS_HOME.search(origin.text):
                return step
    return None


def _sends_input(text: str) -> bool:
    """Whether a hook of an agent sends what it is told to somebody else's machine."""
    if "curl" not in text or not _OF_AGENT.search(text):
        return False
    return any(place_of(sent["to"]) > Place.PLACEHOLDER for sent in _SENDS_INPUT.finditer(text))


def _first(members: Sequence[Step], name: str) -> Step:
    return next(step for step in members if name in step.labels)


def _in_program(members: Sequence[Step], together: frozenset[str], purpose: Purpose, text: str) -> Iterator[Seen]:
    """What a program does in several steps; a document only tells of it."""
    yield from _in_disguise(members, together, text)
    if (
        {"fetch", "permissions"} <= together
        and together & {"execute", "hidden-run"}
        and re.search(r"chmod\w*\(?.*(?:0o?7|\b7[57]5\b|\+x|S_IX|493|511)", text)
    ):
        worst = max((place_of_step(s, purpose) for s in members if "fetch" in s.labels and s.urls), default=Place.LOCAL)
        if worst >= Place.UNKNOWN or (worst == Place.OWN and "hidden-run" in together):
            yield Seen("run-download", Severity.BLOCK, _first(members, "permissions"))
    if {"typed-secret", "runs-input", "fetch"} <= together:
        step = _first(members, "runs-input")
        if place_of_step(step, purpose) > Place.INSTALLER:
            yield Seen("run-download", Severity.BLOCK, step, "after a password was asked for")
    if {"evaluate", "decode"} <= together and any(
        "evaluate" in s.labels and runs_directly(s.text) and not _LITERAL.search(s.text) for s in members
    ):
        yield Seen("run-encoded", Severity.REVIEW, _first(members, "evaluate"))
    if {"evaluate", "fetch"} <= together and any(
        "evaluate" in s.labels
        and re.search(r"(?<![\w.])(?:exec|eval)\s*\(|new \w{0,9}Function|iex\b", s.text, re.I)
        and not _LITERAL.search(s.text)
        for s in members
    ):
        yield Seen("run-download", Severity.REVIEW, _first(members, "evaluate"))
    if "hidden-run" in together and any(
        "fetch" in s.labels and place_of_step(s, purpose) >= Place.UNKNOWN for s in members
    ):
        yield Seen("run-download", Severity.REVIEW, _first(members, "hidden-run"))
    if (
        "agent-write" in together
        and any(re.search(r"mcpServers|(?<!skip-)permissions|defaultMode|\"hooks\"", s.text) for s in members)
        and not purpose.says(r"\bmcp\b|settings|permission|hook|config")
    ):
        yield Seen("loosen-agent", Severity.REVIEW, _first(members, "agent-write"))


def _in_disguise(members: Sequence[Step], together: frozenset[str], text: str) -> Iterator[Seen]:
    """Bytes that are run as machine code, a stand-in for sudo, a hook that tells somebody what the agent is asked."""
    said = text.lower()
    if ("prot_exec" in said or "virtualalloc" in said) and _MACHINE_CODE.search(text):
        yield Seen("run-encoded", Severity.BLOCK, members[0], "as machine code")
    if together & OUTWARD and "sudo" in said and (typed := _TYPED.search(text)):
        away = [s for s in members if s.labels & OUTWARD and f"${typed[1]}" in s.text]
        if away and re.search(rf"\${{?{typed[1]}\b[^\n]*\|[^\n]*\bsudo\s", text):
            yield Seen("send-secrets", Severity.BLOCK, away[0], "the password that is typed for sudo")
    is_wired = "/dev/tcp/" in said or "connect" in together or "reverse-shell" in together
    if is_wired and any(word in said for word in _RUN_WORDS) and _READ_AND_RUN.search(text):
        yield Seen("remote-command", Severity.BLOCK, members[0], "line by line from a connection")
    if "agent-memory" in together and together & {"write", "agent-write"}:
        if "hooks" in said and "command" in said and (_HOOK_SENDS.search(text) or _sends_input(text)):
            yield Seen("loosen-agent", Severity.BLOCK, _first(members, "agent-memory"), "and a hook that sends")
        elif _ALLOWS_ALL.search(text):
            yield Seen("loosen-agent", Severity.BLOCK, _first(members, "agent-memory"))


def _beside_a_way_out(
    path: str, members: Sequence[Step], outward: Sequence[Step], purpose: Purpose, *, is_few: bool
) -> Iterator[Seen]:
    """Something worth taking is read in a program, and there is a way out to a place that has no part in it."""
    is_program = not path.lower().endswith(DOCUMENTS)
    same = next((out for out in outward if out.statement.path == path), None)
    # What a template of another program asks for, from a host that stands for another, is no way out.
    way_out = same or next((out for out in outward if not _is_sample(out)), None)
    for step in members:
        place = (
            place_of_step(step, purpose)
            if step.urls and step.labels & {"fetch", "send", "execute", "listener", "get-with-data"}
            else Place.LOCAL
        )
        if place in (Place.BARE_IP, Place.CAPTURE, Place.PASTE, Place.TUNNEL) and "reverse-shell" not in step.labels:
            grave = is_program and place in (Place.BARE_IP, Place.CAPTURE) and step.labels & {"send", "execute"}
            is_nowhere = purpose.is_security and all(map(leads_nowhere, step.urls))
            if not is_nowhere and (
                grave or not purpose.says(r"webhook|tunnel|ngrok|paste|share|\bip\b|server|network")
            ):
                yield Seen("shady-place", Severity.BLOCK if grave else Severity.REVIEW, step)
        if not is_program or way_out is None or step.labels.isdisjoint(_WORTH_TAKING) or _ONLY_TOLD.match(step.text):
            continue
        kinds = [kind for kind in _WORTH_TAKING if kind in step.labels]
        if (
            (kinds == ["credentials"] and is_own_login(step, purpose))
            or (kinds == ["environment"] and not _DUMPS.search(step.text))
            or (kinds == ["sessions"] and _COUNTS.search(step.text))
            or (kinds == ["wallet"] and _is_told_wallet(step, purpose))
            or (kinds == ["browser"] and is_asked_of_all(way_out) and purpose.says(SAVED_PAGES))
        ):
            continue
        watched = kinds[0] == "screen" and not purpose.says(r"screen|capture|vision|\bui\b|visual|ocr")
        is_others = same is not None and place_of_step(same, purpose) == Place.AUTHORS
        is_all = kinds[0] == "environment" and ("toJSON" in step.text or _PICKS_SECRETS.search(step.text) is not None)
        is_told = kinds[0] == "environment" and _WHOLE.search(step.text) is not None
        is_near = same is not None or (is_few and "send" in way_out.labels and way_out.urls)
        of_many = (kinds[0] == AGENT_KEYS and len(set(AGENTS.findall(step.text))) > 1) or (
            kinds[0] == "dotenv" and "find " in step.text and UPLOADS.search(way_out.text) is not None
        )
        taken = (is_near and (is_told or kinds[0] in _TAKEN_AT_ONCE)) or (
            same is not None and (watched or is_others or is_all or of_many)
        )
        taken = taken and not (kinds == ["browser"] and _is_own_session(members, path, way_out, purpose))
        to = host_of(way_out.urls[0]) if way_out.urls else "elsewhere"
        also = f"{', '.join(kinds)}, beside a way out to {to}"
        yield Seen("send-secrets", Severity.BLOCK if taken else Severity.REVIEW, step, also)


def _is_own_session(members: Sequence[Step], path: str, way_out: Step, purpose: Purpose) -> bool:
    """Whether a program takes the login of one host alone out of a browser, for that host, as the documents say."""
    if not (
        way_out.urls and purpose.says(r"cookies?\b|\b(?:login|browser|firefox|chrome)\W{1,3}(?:session|profile|login)")
    ):
        return False
    hosts = {host_of(url) for one in members for url in one.urls}
    of_one = any(_OF_ONE_HOST.search(one.text) for one in members if one.statement.path == path)
    named = [re.compile(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)") for host in hosts]
    return of_one and len(named) == 1 and any(named[0].search(text) for text in purpose.documents)


def _is_told_wallet(step: Step, purpose: Purpose) -> bool:
    """Whether a package that signs with the user's wallet says where it lies."""
    paths = _WALLET_FILE.findall(step.text)
    told = bool(paths) and all(any(path.lower() in text for text in purpose.documents) for path in paths)
    return told and purpose.says(r"wallet|key ?pair|solana|swap|trad(?:e|ing)|transfer|stak(?:e|ing)")


def _is_sample(step: Step) -> bool:
    """Whether a program that is given to be filled in asks hosts that examples are written with."""
    return bool(step.urls) and TEMPLATE.search(step.statement.path) is not None and all(map(leads_nowhere, step.urls))


def _persisted(members: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """A file that was downloaded is named where something arranges to be started again."""
    got = {
        name: step
        for step in members
        if "fetch" in step.labels and "persist" not in step.labels and step.urls
        for name in step.statement.assigns
        if len(name) > 3 and "/" in name
    }
    for step in members:
        if "persist" in step.labels and step.statement.is_shell:
            for name, origin in got.items():
                if (
                    (
                        name in step.text
                        or name.replace("~/", "$HOME/", 1) in step.text
                        # The disk of the machine may be mounted below a folder.
                        or any(name.endswith(path) for path in _LONG_PATH.findall(step.text))
                        or (_STARTS_UNIT.search(step.text) and f"/{name.rsplit('/', 1)[-1]}" in step.text)
                    )
                    and step is not origin
                    and place_of_step(origin, purpose) not in (Place.LOCAL, Place.PLACEHOLDER, Place.INSTALLER)
                ):
                    yield Seen(
                        "persist-download",
                        Severity.BLOCK
                        if place_of_step(origin, purpose) not in (Place.PLATFORM, Place.OWN)
                        or "xattr" in " ".join(m.text for m in members)
                        else Severity.REVIEW,
                        step,
                    )
