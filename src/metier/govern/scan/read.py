"""From a package to what is in it: its documents, the statements of every program and command, the stated purpose."""

from __future__ import annotations

import html
import json
import re
import shlex
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from metier.errors import PackageError
from metier.govern.scan.constants import with_constants
from metier.govern.scan.flow import STRINGS, strings_of
from metier.govern.scan.hosts import URL, Place, distinctive, host_of, place_of
from metier.govern.scan.inside import commands_within, programs_inside, programs_kept
from metier.govern.scan.literals import known_case
from metier.govern.scan.markdown import Block, blocks
from metier.govern.scan.page import PAGE, is_page, page_blocks
from metier.govern.scan.parts import AS_WORDS, LANGUAGES, Contents, Part, manifest_of
from metier.govern.scan.prose import purpose_is_security
from metier.govern.scan.purpose import PAGES, Purpose
from metier.govern.scan.python import python_statements
from metier.govern.scan.script import script_statements
from metier.govern.scan.shell import shell_statements
from metier.govern.scan.statement import Statement
from metier.govern.scan.told import FIELD, FRONT
from metier.govern.scan.triggers import Alternative, Triggers, any_of, lowered, may_hold
from metier.govern.scan.written import program_of

_PROPER = re.compile(r"(?<=[a-z,(] )[A-Z][\w.-]+|\b\w[^\WA-Z]*+[A-Z]\w*+")
"""Names, and words with a capital letter inside."""
_SPAN = re.compile(r"`([^`\n]{4,600})`")
_RUNNABLE = re.compile(
    r"\b(?:ANTHROPIC|OPENAI|GEMINI|MISTRAL|OPENROUTER)_(?:BASE_URL|API_BASE|ENDPOINT)\s*=|\bcurl\b|\bwget\b|base64\b|\|\s*(?:ba|z)?sh\b|\b(?:ba|z)?sh\s+-c|\bnc\s|/dev/tcp|\brm\s+-|\bchmod\b|\bsudo\b|crontab|powershell|\b(?:mshta|msiexec|regsvr32|rundll32|bitsadmin|certutil)\b|\biex\b|\birm\b|\biwr\b|\beval\b|\bnpx\b|\bnpm\s|\bpip3?\s|xattr|\bscp\b|\bprintenv\b|\benv\s*\||python3?\s+-c|osascript|\bdig\s|nslookup|\bbash\s|\bhistory\s+-c\b|\bgh\s+api\s|\bsystemctl\s+(?:stop|disable|mask)\b|\baws\s+\w+\s+(?:stop|delete|disable)-",
    re.I,
)
_YAML_COMMAND = re.compile(
    r"^[ \t]*(?:-[ \t]*)?[\"']?(?:run|command|cmd|exec|ExecStart(?:Pre|Post)?|script|install|postinstall|preinstall|prepare|entrypoint|shell|bash|hook)[\"']?[ \t]{0,40}[:=]\s{0,40}[|>]?-?\s{0,400}(.*(?:\n\s{4,}\S.*)*)",
    re.M | re.I,
)
_NO_DOCUMENT = re.compile(
    r"(?:^|/)(?:(?:licen[sc]e|copying|notice|requirements|constraints)[^/]*|(?:pod|gem|pip|cart)file(?:\.lock)?|workspace(?:\.bazel)?|module\.bazel|nuget\.config|project\.clj|[^/]*\.(?:sbt|gradle))$"
)
_BLOCK_MARK = re.compile(r"^[ \t]*(?:\w+:[ \t]*)?(?:-[ \t]*)?[|>][+-]?\d?[ \t]*$", re.M)
"""What begins a text of several lines."""
_BLOCK = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?P<key>[\w.-]{1,60}):[ \t]*(?P<mark>[|>])[+-]?[ \t]*\n(?P<lines>(?:[ \t]+\S[^\n]*(?:\n|\Z)|[ \t]*\n(?=[ \t]+\S)){1,400})",
    re.M,
)
_CALLS_OUT = re.compile(r"(?:^|[|;&(])\s*(?:curl|wget)\s", re.M)
_TELLS = re.compile(r"(?:^|[_.-])(?:descr\w*|help|docs?|text|messages?|notes?|examples?|prompt|content|body)$", re.I)
"""Keys of what is told, not run."""
_GOT = re.compile(r"\bget_url:[ \t]*+(\n(?:[ \t]+\w+:[^\n]{0,400}\n?){1,12}|[^\n]{1,500})")
_PAIR = re.compile(r"\b(url|dest)\s*[:=]\s*[\"']?([^\s\"',}]+)")
_EXPANDED_AT_BUILD = re.compile(r"[\"']<!@?\(([^\n\"']{4,1000})\)")
"""What a file of gyp runs to know a value."""
_QUOTED_CALL = re.compile(r"[\"']((?:curl|wget)\s[^\n]{1,2000})[\"']")
_GENERATED = re.compile(r"^//go:generate[ \t]+([^\n]+)", re.M)
_STEP_OF_JENKINS = re.compile(r"\bsh\s+([\"'])([^\"'\n]{4,2000})\1")
_TAGGED = re.compile(
    r"!!python/object/(?:apply|new):([\w.]{2,80})[ \t]*+\n?[ \t]*+(?:-[ \t]*+)?\[?([\"'](?:[^\"\\\n]|\\.){1,2000}?[\"'])"
)
"""What is called while settings are loaded, with its first argument."""
_EDITOR = re.compile(r"^[ \t]*(?:au|autocmd)\b[^\n]{0,200}?[ \t]![ \t]*+([^\n]+)", re.M)
_ENVIRONMENT = re.compile(r"^[ \t]*(?:-[ \t]+)?env(?:ironment)?:[ \t]*\n((?:[ \t]+\w+:[ \t]+\S[^\n]*\n)+)", re.M)
_NAMED, _MAX_NAMED = re.compile(r"\$\{?(\w+)"), 20
_VARIABLE = re.compile(r"^[ \t]+(\w+):[ \t]+(\S[^\n]{0,999})", re.M)
_GIVEN = re.compile(
    r"\b(?P<language>python[\d.]*|node)\s+(?:-\s+)?(?:<<-?\s*[\"']?(?P<end>\w+)[\"']?[^\n]*\n(?P<here>[\s\S]{1,8000}?)\n\s*(?P=end)\b|-[ce]\s+(?P<sign>[\"'])(?P<said>[^\"']{0,40}\n[\s\S]{1,8000}?)(?P=sign)(?=\s|$|\)|;))"
)
"""A program in a here-document, or in a text of several lines."""
_PIPED = re.compile(r"\b(?:curl|wget)\s[^\n<>|]{0,200}https?://[^\n<>|]{1,300}\|\s*(?:sudo\s+)?(?:ba|z)?sh\b")
"""A download that is run, wherever it stands in a setting."""
_RUN_ON = re.compile(r"(\|\s*(?:sudo\s+)?(?:ba|z|da)?sh)\s+[A-Z][a-z]+\s.*", re.S)
"""A sentence that goes on after a command which ends in a shell."""
_ITEM = re.compile(r"\s*(?:[-*+•|]|\d+[.)])\s|\s*\|[-:| ]+\s*$")
_AGAINST = re.compile(
    r"\b(?:never|do not|don't|avoid|block(?:s|ed|list)?|den(?:y|ied|ylist|ies)|forbid\w*|refuse\w*|reject\w*|dangerous|malicious|unsafe|suspicious|detect\w*|flag(?:s|ged)?|red flags?|attack\w*|exploit\w*|payloads?|injection|warn\w*|instead of|rather than|looks? for|catch\w*|bad|vulnerab\w*|destructive|prohibited|not allowed|must not|matches|patterns?|indicators?|(?:examples?|signs?|symptoms?|traces?) of|ask (?:before|first)|confirm\w*|require\w* (?:approval|confirmation))\b|[❌✗⛔🚫⚠]",
    re.I,
)
_AGAINST_NEXT = re.compile(r"\b(?:must|may|should|can)\s*not(?:\s+be)?\s*$|\b(?:never|don't|do\s+not)\s*$", re.I)
"""A line that forbids what the next one begins with."""
_SHOWN_THERE = re.compile(
    r"\b(?:such as|looks? like|bad signs?|warning signs?|traces?|patterns?|indicators?|lures?|payloads?|malicious|attack\w*|fake|suspicious|denied|blocked|forbidden|dangerous|destructive|detect\w*|red flags?|specimens?|typical(?:ly)?|persistence|in the wild|reverse shells?)\b",
    re.I,
)
"""Words of a line, or of the heading over it, that show commands to be recognised."""
_OF_RECORDS = re.compile(
    r"\b(?:recorded|captured|logged|observed)\s+(?:\w+\s+){0,2}(?:events?|commands?|lines?|sessions?|processes|activity)\b|\b(?:audit|event|process)\s+logs?\b|\blog\s+(?:lines|excerpts?|samples?|entries)\b|\bexhibits?\b",
    re.I,
)
"""A heading over what a machine has written down of others."""
_NOT_RUN = re.compile(r"\b(?:never|do not|don't)\s+(?:run|execute|paste|follow|obey|act\s+on)\b", re.I)
"""What stands below is not to be run."""
_ORDERS_RUN = re.compile(
    r"\b(?:run|execute|install|paste|start|enter|type|launch|set ?up|first|before|use|do|call|invoke|fetch|prerequisites?|requires?|needs?|must)\b",
    re.I,
)
"""A line that may tell to run what stands in it, or below it."""
_ORDERS_FIRST = re.compile(
    r"(?:^|[.:;,]\s+)\W*(?:first|then|now|please|so)?\W*(?:run|execute|install|paste|start|enter|type|launch|set ?up|use|do|call|invoke|fetch|put|begin|apply|trigger|activate|copy|load|make|go|issue|bootstrap|open|try|get|download|evaluate)\b",
    re.I,
)
"""A line that begins with an order."""
_CITED = re.compile(r"[\"“][^\"“”`]*`[^`]*`[^\"“”`]*[\"”]")
"""A command within words that are quoted."""
_SHOWS = re.compile(
    r"\b(?:such as|something like|looks? like|(?:a|the) (?:line|lure|text|message|payload) (?:such|like)|lures?|payloads?|malicious|attack(?:er)?s?|victims?|fake|trick\w*|reverse shells?|typical (?:\w+ )?(?:command|line|sample|lure|stage)s?|droppers?|in process lists?|indicators?|iocs?|signatures?|for example|example of)\b[^.!?]*:?\s*$",
    re.I,
)
"""What stands before code that is shown to be recognised."""
_SHOWS_WORDS = (
    "such", "like", "lure", "payload", "malicious", "attack", "victim", "fake", "trick", "reverse", "typical", "process", "indicator",
    "ioc", "signature", "example", "ropper",
)  # fmt: skip
"""It holds one of them."""
_HEADING = re.compile(r"^#{1,6}[ \t]+(.{1,200})", re.M)
_OF_ATTACKS = re.compile(
    r"\b(?:attack(?:s|ers?)?|adversar\w+|intruders?|malware|malicious|indicators?|iocs?|red\s+flags?|specimens?|payloads?|obfuscat\w+)\b",
    re.I,
)
"""A heading over what attackers do."""
_ATTACKS_WORDS = ("attack", "adversar", "intruder", "malware", "malicious", "indicator", "ioc", "flag", "specimen", "payload", "bfuscat")  # fmt: skip
"""It holds one of them."""
_BEGINS = re.compile(
    r"\s*(?:sudo\s+)?(?:curl|wget|bash|sh|echo|python3?|nc|rm|chmod|powershell|iex|irm|base64|eval|crontab|npx|npm|pip3?|osascript|cat|tar|export)\b"
    r"|\s*(?:cmd(?:\.exe)?\s+/[ck]|msiexec\s+/|mshta\s+http|certutil\s+-|bitsadmin\s+/|regsvr32\s+/|rundll32\s)",
    re.I,
)
_COMMAND_BEGINS = r"[ \t]*(?:[$!]\s*)?(?:sudo\s+)?(?:curl|wget|bash|sh|pip3?|npm|npx|chmod|rm|echo|nc|dig|eval)\s"
_SHELL_LINE = re.compile(rf"^{_COMMAND_BEGINS}+[-\"'$./~\w][^=(\n]*(?:[|&;>].*|https?://.*)$", re.M)
_COMMANDS = re.compile(rf"\n{_COMMAND_BEGINS}")
"""A line that begins like one; the end of the line above is soon found."""
_DOCKER = re.compile(r"^(?:RUN|CMD|ENTRYPOINT|ONBUILD RUN)\s+|^\t[@-]*", re.M)
_ADDED = re.compile(r"^ADD\s+(?:--\S+\s+)*(https?://\S+)\s+(\S+)", re.M)
_RUN_KEYS = frozenset({"command", "cmd", "run", "script", "exec", "shell", "bash", "postinstall", "preinstall", "install", "prepare", "entrypoint", "start", "prestart", "poststart", "prepublish", "hook", "code", "initializecommand", "postcreatecommand", "poststartcommand"})  # fmt: skip
_COMMAND_WORDS = ("curl", "wget", "base64", "/dev/tcp", "powershell", "import ", "__import__")
_SAID_KEYS = frozenset({"description", "prompt", "input", "question", "query", "expected_output", "content", "text"})
"""Where a setting holds what somebody says."""
_CALLS = re.compile(
    r"(?:system|popen|run|call|Popen|check_\w+|getoutput|getstatusoutput|exec\w*|spawn\w*|eval|shell_exec|passthru|Command|do shell script|iex|Invoke-Expression|Start-Process|os\.execute|\$)\s*[\[(`\"' ]",
    re.I,
)
_COMPLETE = re.compile(
    r"[\s(]*(?:-c\s+[\"'\\]{0,2})?(?:sudo\s+)?(?:curl|wget)\s.*(?:\|\s*(?:sudo\s+)?(?:ba|z)?sh\b|\s(?:-F|-T|--data-binary|--upload-file)\s|\s(?:-d|--data(?:-\w+)?)[\s=][\"'\\]*\S{0,20}[@$`])|.*base64\s+(?:-d|-D|--decode)\s*\|\s*(?:ba|z)?sh\b|powershell\b.*-enc|.*/dev/tcp/"
    r"|(?:node|bun|deno|python[\d.]*|py|ruby|perl|php)\s(?=[^\n]{0,2000}\b(?:eval|exec|Function)\b)(?:-\w+\s+){0,6}(?:-[cepr]|--eval|eval)\s.*(?:://|urlopen|fetch)"
    r"|(?:powershell|pwsh)\b(?=[^\n]{0,4000}\biex\b)(?=[^\n]{0,4000}(?:://|\birm\b|\biwr\b|DownloadString))",
    re.I,
)
_EVALUATES = re.compile(r"(?<![\w.])(?:builtins\.)?(?:exec|eval)\s*\(|new Function|-c[\"']?\s*,|-e[\"']?\s*,")
_PROGRAM_TEXT = re.compile(
    r"\s*(?:import \w[\w, .]*;.*\b(?:exec|eval|system|popen|Popen)\(|__import__\(\s*[\"']\w+[\"']\s*\)\.)"
)
"""A text that is a program of one line, wherever it is put."""
_RUN_BY_OTHERS = re.compile(r"(?:(?<![\w.-])run:\s*[|>]?-?|\bExecStart(?:Pre|Post)?=)\s*")
"""Where a command begins in a workflow or a service: whatever reads it runs it."""
_PROGRAMS = (".sh", ".ps1", ".exe", ".msi", ".dmg", ".pkg", ".zip", ".rar", ".7z", ".tgz", ".gz")
_FRONT_COMMAND = re.compile(
    r"\b(?:command|cmd|run|script|exec|(?:pre|post)install)[\"']?\s*:\s*(?:\"((?:[^\"\\\n]|\\.){4,2000})\"|([^\s\"'\[{#|>][^\n]{3,2000}))"
)
_FRONT_DOWNLOAD = re.compile(
    r"\bkind[\"']?\s*:\s*[\"']?download\b[^{}]{0,300}?\burl[\"']?\s*:\s*[\"']?(https?://[^\s\"',}]+)(?=[^{}]{0,300}\bbins\b)"
)
"""What an installer of skills fetches, and puts among the programs."""
_triggers: list[tuple[Triggers, list[tuple[int, Alternative]]]] = []
_PROMPT = re.compile(r"^(?:>>>|\.\.\.) ?", re.M)
_SHELL_PROMPT = re.compile(r"^[ \t]*[$>%]\s+(?=\S)", re.M)
_PROMPTS = re.compile(r"\n[ \t]*[$>%]\s")
"""A line that begins with one; the end of the line above is soon found."""
_TAKES_ALL = re.compile(r"^from \.*([\w.]+) import \*", re.M)
_PROGRAM_KINDS = LANGUAGES | {"shell"}
_MANY_WORDS = 4
_MAX_BESIDE = 100_000
_MAX_LEAD = 300
_MAX_JSON = 10_000_000
_MAX_DEPTH = 12
_MAX_LOST = 200
"""How many commands are looked for in vain before the others get the line of the last one found."""


def purpose_of(contents: Contents) -> Purpose:
    """What the SKILL.md (or the package's manifest) says that the package is."""
    manifest = manifest_of(contents.parts)
    head = FRONT.match(manifest.text) if manifest else None
    fields = (
        {found[1].lower(): " ".join(found[2].split()).strip("\"'") for found in FIELD.finditer(head[1])} if head else {}
    )
    name, description = fields.get("name", ""), fields.get("description", "")
    # What is installed from somewhere makes that nobody's home.
    said = _FRONT_COMMAND.sub("", head[1]) if head else ""
    homes = [host_of(found[0]) for found in URL.finditer(said) if not found[0].lower().endswith(_PROGRAMS)]
    proper = " ".join(_PROPER.findall(description[:800]))
    words = distinctive(f"{name.replace('-', ' ')} {name.replace('-', '')} {proper} {' '.join(homes)}")
    documents = [(part, _without_comments(lowered(part.plain))) for part in contents.parts if _is_document(part)]
    below = (FRONT.sub("", text) if part is manifest else text for part, text in documents)
    return Purpose(
        body=(manifest.text[head.end() :] if head else manifest.text)[:6000] if manifest else "",
        name=name,
        description=description,
        words=words - _STOP,
        hosts=frozenset(homes),
        is_security=purpose_is_security(
            name, description, below, num_words=sum(part.plain.count(" ") for part, _ in documents)
        ),
        documents=tuple(text for _, text in documents) if manifest else (),
    )


def _without_comments(text: str) -> str:
    """A document without the comments that a page does not show.

    >>> _without_comments("See a.dev. <!-- b.dev --> And <!-- c.dev")
    'See a.dev.  And <!-- c.dev'
    """
    shown, place = [], 0
    while (begin := text.find("<!--", place)) >= 0 and (end := text.find("-->", begin)) >= 0:
        shown.append(text[place:begin])
        place = end + 3
    return "".join([*shown, text[place:]])


def _is_document(part: Part) -> bool:
    """Whether a part tells people of the package: no list of requirements, no file of a build, no licence, and no page unless it lies among documents."""
    path = part.path.lower()
    # What is run is a program, whatever it is called.
    if part.kind not in ("markdown", "text") or path.endswith(AS_WORDS) or _NO_DOCUMENT.search(path):
        return False
    return not path.endswith(PAGES) or "docs/" in path or "doc/" in path


def statements_of(contents: Contents, documents: Sequence[list[Block] | None]) -> list[Statement]:
    """Every step of every program and command in a package."""
    found: list[Statement] = []
    put_in = with_constants(contents.parts)
    modules = {_module_of(part): part for part in reversed(contents.parts) if part.kind == "python"}
    only_compares = any("parametrize(" in part.plain for part in modules.values()) and not any(
        part.kind in LANGUAGES and _STARTS.search(part.plain) for part in contents.parts
    )
    for part, document in zip(contents.parts, documents, strict=True):
        plain = part.plain
        if part.kind == "python":
            plain = put_in.get(part.path, plain)
            plain = _without_cases(plain) if only_compares else plain
        if document is None and part.kind in _PROGRAM_KINDS:
            for line, kind, text in programs_inside(plain, part.kind):
                found += _code(text, part.path, kind, line + 1, is_live=True)
        if document is None and part.kind in LANGUAGES:
            for line, text in programs_kept(plain, part.kind):
                found += _code(text, part.path, part.kind, line + 1, is_live=True)
        if document is None and part.kind != "shell" and not part.is_example:
            for line, text in commands_within(plain):
                found += (one._replace(line=line + 1) for one in shell_statements(text, part.path))
        taken = _TAKES_ALL.search(part.plain) if part.kind == "python" and "import *" in part.plain else None
        module = taken[1].rsplit(".", 1)[-1] if taken else ""
        home = modules.get(module) if module else None
        if home is not None and len(home.plain) < _MAX_BESIDE:
            found += python_statements(part.plain, part.path, beside=home.plain)
        elif document is None:
            text = plain if part.kind == "python" else put_in.get(part.path, plain)
            found += _code(text, part.path, part.kind, 1, is_live=True)
        else:
            found += _of_front(part)
            found += _of_document(document, part.path)
    return found


def _without_cases(text: str) -> str:
    """A program of Python without the cases of its tests.

    >>> _without_cases('@pytest.mark.parametrize("said", ["rm -rf ~"])\\ndef test(said):\\n    assert is_bad(said)')
    '\\ndef test(said):\\n    assert is_bad(said)'
    """
    if "parametrize(" not in text:
        return text
    return _CASES_OF_TEST.sub(lambda found: "\n" * found[0].count("\n"), text)


def _of_front(part: Part) -> list[Statement]:
    """The commands that the fields above a document hold: whoever installs the skill runs them."""
    head = FRONT.match(part.plain)
    found: list[Statement] = []
    seen = set[str]()
    line, place = 1, 0
    for command in _FRONT_COMMAND.finditer(part.plain, head.start(1), head.end(1)) if head else ():
        line, place = line + part.plain.count("\n", place, command.start()), command.start()
        text = command[1].replace('\\"', '"') if command[1] else command[2]
        seen.add(text.strip())
        found += shell_statements(text, part.path, first_line=line)
    for hook in _hooked(part, head[1]) if head else ():
        if hook.strip() not in seen:
            place = max(0, *(part.plain.find(words) for words in (hook, "hooks")))
            found += shell_statements(hook, part.path, first_line=part.plain.count("\n", 0, place) + 1)
    for told in FIELD.finditer(head[1]) if head else ():
        if told[1].lower() == "description":
            # Every agent reads it, whether it takes up the skill or not.
            said = " ".join(told[2].split()).strip("\"'")
            line = 2 + told.string.count("\n", 0, told.start())
            if "|" in said or "curl" in said or "wget" in said or "`" in said or "/dev/" in said:
                found += _prose_commands([said], _runnable(said), part.path, line, "", "")
    for got in (
        _FRONT_DOWNLOAD.finditer(part.plain, head.start(1), head.end(1)) if head and "download" in head[1] else ()
    ):
        if place_of(got[1]) <= Place.PLATFORM:
            # What lies on a forge can be read there.
            continue
        at = part.plain.count("\n", 0, got.start(1)) + 1
        file = shlex.quote(f"/tmp/{got[1].partition('?')[0].rsplit('/', 1)[-1] or 'program'}")
        said = f"curl -fsSL -o {file} {shlex.quote(got[1])}\nchmod +x {file}\n{file}"
        found += (one._replace(line=at) for one in shell_statements(said, part.path, first_line=at))
    return found


def _hooked(part: Part, head: str) -> Iterator[str]:
    """What an agent runs by the hooks in the fields above a document, however YAML writes it."""
    if "hooks" not in head and "\\" not in head:
        return
    # Few documents have hooks, and only those are worth the time that loading YAML takes.
    from metier.stores.frontmatter import read_frontmatter

    try:
        fields = read_frontmatter(part.plain, where=part.path).fields
    except PackageError:
        return
    yield from _json_commands(fields.get("hooks"), 0, _has_command_words()(part.plain))


def documents_of(contents: Contents) -> list[list[Block] | None]:
    """For each part of a package its prose and code, if it is a document."""
    return [_document_of(part) if part.kind in ("markdown", "text") else None for part in contents.parts]


def _document_of(part: Part) -> list[Block]:
    return [*(page_blocks if is_page(part.path, part.plain) else blocks)(part.plain)]


def _module_of(part: Part) -> str:
    return part.path.rsplit("/", 1)[-1].split(".")[0]


def commands_in(statement: Statement) -> Iterator[Statement]:
    """The commands and programs that stand as texts in a statement of another language and are handed on to be run."""
    # A text has no lines of its own: it stands where its statement stands.
    yield from (one._replace(line=statement.line) for one in _commands_in(statement))


def _commands_in(statement: Statement) -> Iterator[Statement]:
    if statement.is_shell:
        return
    words = [word for word in strings_of(statement.text) if word]
    calls = _CALLS.search(statement.text)
    if calls and len(words) >= _MANY_WORDS:
        # A row of texts may hold the name of a call; what is called stands outside of them.
        calls = _CALLS.search(STRINGS.sub('""', statement.text))
    for word in words:
        shown = word.replace("\\n", "\n").replace("\\'", "'").replace('\\"', '"')
        if "runs-on:" in word or "ExecStart=" in word:
            for run in _RUN_BY_OTHERS.split(shown)[1:]:
                yield from shell_statements(run, statement.path, first_line=statement.line, is_live=statement.is_live)
        if _PROGRAM_TEXT.match(word):
            yield from python_statements(shown, statement.path, first_line=statement.line, is_live=statement.is_live)
    if not calls:
        words = [word for word in words if _COMPLETE.match(word)]
    text = " ".join(words)
    if not text or (not _RUNNABLE.search(text) and not re.search(r"[\w./-]+\s", text)):
        return
    text = text.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")
    if (calls and _EVALUATES.search(statement.text)) or re.search(r"\bexec\(.*(?:urlopen|requests\.get)", text):
        is_python = re.search(r"^\s*(?:import|from|exec|def)\b|__import__|os\.\w", text) is not None
        reader = python_statements if is_python else partial(script_statements, kind="script")
        yield from reader(text, statement.path, first_line=statement.line, is_live=statement.is_live)
    joined = (
        text
        if len(words) == 1 or not any(" " in word for word in words)
        else "\n".join([text, *(word for word in words if " " in word)])
    )
    yield from shell_statements(joined, statement.path, first_line=statement.line, is_live=statement.is_live)


def _of_document(document: Sequence[Block], path: str) -> list[Statement]:
    runnable, first = _runnable("\n".join([block.text for block in document if block.kind == "prose"])), 0
    found: list[Statement] = []
    lead = head = ""
    for block in document:
        if block.kind == "prose":
            end = first + block.text.count("\n") + 1
            here = runnable[bisect_left(runnable, first) : bisect_left(runnable, end)]
            if here:
                lines = block.text.split("\n")
                found += _prose_commands(lines, [number - first for number in here], path, block.line, head, lead)
            first = end
            lead = block.text.rstrip().rpartition("\n")[2][-_MAX_LEAD:]
            if not block.language and "#" in block.text:
                head = _last_heading(block.text) or head
        else:
            code = _code(block.text, path, block.kind, block.line, is_live=True)
            is_shown = code and block.language != PAGE and _shows_code(lead, head)
            found += [one._replace(is_shown=True) for one in code] if is_shown else code
    return found


def _last_heading(text: str) -> str:
    """What the last heading of a text says; nothing if it has none."""
    place = len(text)
    while place >= 0:
        place = text.rfind("\n#", 0, place)
        if heading := _HEADING.match(text, place + 1):
            return heading[1]
    return ""


def _shows_code(lead: str, head: str) -> bool:
    """Whether a line, or the heading above, says that the code below is shown to be recognised, and not to be run."""
    shows = (may_hold(lead, _SHOWS_WORDS) and _SHOWS.search(lead, _last_begins(lead))) or (
        may_hold(head, _ATTACKS_WORDS) and _OF_ATTACKS.search(head)
    )
    return (bool(shows) and not _ORDERS_FIRST.search(lead)) or _is_recorded("", head, lead)


def _last_begins(said: str) -> int:
    """Where the last sentence begins."""
    return max(said.rfind("."), said.rfind("!"), said.rfind("?")) + 1


_SETTING = re.compile(
    r"^(?:(?:export|override)[ \t]+)?([A-Za-z_]\w{0,40})[ \t]*+(?::{1,2}|\?)?=[ \t]*+([^\s#](?:[^\n#]{0,299}[^\s#])?)[ \t]*$",
    re.M,
)
_BEGINS_AT_PROMPT = re.compile(
    r"(?:sudo\s+)?(?:\(?crontab|curl|wget|tar|cat|bash|sh|echo|base64|nc|ncat|python3?)\s+(?=.*(?:\||https?:|/dev/tcp|~/|\s-))"
)
_FUNCTION = (
    r"=[ \t]*((?:urllib\.request|requests|httpx|socket|subprocess|os|os\.path|shutil|base64)\.\w+)[ \t]*(?:#.*)?$"
)
_GIVEN_NAME = re.compile(_FUNCTION, re.M)
_OTHER_NAME = re.compile(rf"^[ \t]*([A-Za-z_]\w{{0,40}})[ \t]*{_FUNCTION}", re.M)
"""A function of a module under another name."""
_SPACED = re.compile(r"[ \t.](?:(?<=[\w)\]][ \t])[ \t]*\.[ \t]*[a-z_]\w*[ \t]*[(\[.]|(?<=\.)[ \t]*\\\n)")
"""A dot with space around it; looked for from the space on, or from a dot at the end of a line."""
_SPACED_DOTS = re.compile(
    r"(\"{3}[\s\S]*?\"{3}|'{3}[\s\S]*?'{3}|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#[^\n]*)"
    r"|(?<=[\w)\]])(?:[ \t]+\.[ \t]*|\.[ \t]+)(?=[A-Za-z_])|\.[ \t]*\\\n[ \t]*|(?<=\w)[ \t]*\\\n[ \t]*(?=[(\[.)])"
)
"""Dots with space around them, outside of texts."""
_COMMENTED_DOTS = re.compile(
    r"(?:[ \t]*/\*[^*\n]{0,200}\*/)+[ \t]*\.(?:[ \t]*/\*[^*\n]{0,200}\*/)*[ \t]*(?=\w)|\.(?:[ \t]*/\*[^*\n]{0,200}\*/)+[ \t]*(?=\w)"
)
_COMMENT_AT_DOT = re.compile(r"\*/[ \t]*\.|\.[ \t]*/\*")
_IN_HEREDOC = re.compile(
    r"^RUN[ \t]+(?:--\S+[ \t]+)*(?:\w*sh[ \t]+)?<<-?[\"']?(?P<end>\w+)[\"']?[^\n]*\n(?P<body>[\s\S]{0,3000}?)\n[ \t]*(?P=end)[ \t]*$",
    re.M,
)
_SETTING_NAME = re.compile(r"(?<!\$)\$[({]([A-Za-z_]\w{0,40})[)}]|\{\{\s*([A-Za-z_]\w{0,40})\s*\}\}")
_CASES_OF_TEST = re.compile(r"^@pytest\.mark\.parametrize\((?:[^()]|\([^()]*\)){0,4000}\)", re.M)
_STARTS = re.compile(
    r"\b(?:subprocess|posix|popen|Popen|exec\w*|eval|spawn\w*|pty|__import__|import_module|importlib|getattr|ctypes|builtins|globals|runpy|child_process)\b|\bos\.|\bimport os\b|\bfrom os\b"
)
"""What may run a case of a test, in whatever program of its package; tests of one that holds none only compare."""
_EXEC = re.compile(r"<Exec\b[^<>]{0,600}?\bCommand\s*=\s*(?:\"([^\"]{1,2000})\"|'([^']{1,2000})')")
_MAX_FILLINGS, _MAX_FILLED = 4, 60_000
"""So deep and so far are the settings of a file of make written out."""


def _of_project(text: str, path: str, line: int, *, is_live: bool) -> Iterator[Statement]:
    """What a project of .NET runs when it is built."""
    for order in _EXEC.finditer(text) if "<Exec" in text else ():
        at = line + text.count("\n", 0, order.start(order.lastindex or 0))
        yield from shell_statements(html.unescape(order[1] or order[2]), path, first_line=at, is_live=is_live)


def _code(text: str, path: str, kind: str, line: int, *, is_live: bool) -> list[Statement]:
    text = known_case(text) if kind in ("shell", "hash-script") else text
    if kind == "shell" and line > 1:
        text = _without_root_prompt(text)
    if kind == "python" and (" ." in text or ".\\" in text) and _SPACED.search(text):
        text = _SPACED_DOTS.sub(lambda found: found[1] or ("." if "." in found[0] else ""), text)
    if (
        kind == "python"
        and _GIVEN_NAME.search(text)
        and (other := {found[1]: found[2] for found in _OTHER_NAME.finditer(text)})
    ):
        text = _under_own_names(text, other)
    elif kind == "script" and "*/" in text and _COMMENT_AT_DOT.search(text):
        text = _COMMENTED_DOTS.sub(".", text)
    if kind == "shell":
        if path.lower().endswith("jenkinsfile"):
            text = _STEP_OF_JENKINS.sub(r"\2", text)
        plain = _SHELL_PROMPT.sub("", text) if line > 1 and _PROMPTS.search(f"\n{text}") else text
        found = shell_statements(plain, path, first_line=line, is_live=is_live)
        return found + _programs_in(text, path, line, is_live=is_live) if "python" in text or "node" in text else found
    if kind == "shell-lines":
        text = _IN_HEREDOC.sub(_lines_of_run, text) if "<<" in text else text
        plain = _DOCKER.sub("", _ADDED.sub(r"curl -o \2 \1", _with_settings(text))).replace("$$", "$")
        return shell_statements(plain, path, first_line=line, is_live=is_live)
    if kind in LANGUAGES and line > 1 and _COMMANDS.search(f"\n{text}") and (lines := _SHELL_LINE.findall(text)):
        found = []
        for command in lines:
            at = line + text.count("\n", 0, text.find(command))
            found += shell_statements(command, path, first_line=at, is_live=is_live)
        return found + _code(_SHELL_LINE.sub("", text), path, kind, line, is_live=is_live)
    if kind == "python":
        is_typed = "\n>>>" in text or "\n..." in text or text.startswith((">>>", "..."))
        shown = _PROMPT.sub("", text) if is_typed else text
        return python_statements(shown, path, first_line=line, is_live=is_live)
    if kind == "json":
        return [*_json(text, path, line)]
    if kind == "data":
        return [*_of_project(text, path, line, is_live=is_live), *_data(text, path, line, is_live=is_live)]
    if kind == "prose":
        return [*_prose_commands(text.split("\n"), _runnable(text), path, line)]
    found = script_statements(text, path, kind=kind, first_line=line, is_live=is_live)
    for order in _GENERATED.finditer(text) if "//go:generate" in text else ():
        at = line + text.count("\n", 0, order.start())
        found += shell_statements(order[1], path, first_line=at, is_live=is_live)
    return found


def _under_own_names(text: str, other: Mapping[str, str]) -> str:
    """A program of Python in which functions of its modules are called by their own names.

    >>> _under_own_names("go = os.system\\ngo(c)", {"go": "os.system"})
    'go = os.system\\nos.system(c)'
    """
    for name, own in list(other.items())[:_MAX_NAMED]:
        if len(re.findall(rf"^[ \t]*{name}[ \t]*=", text, re.M)) == 1:
            text = re.sub(rf"(?<![\w.]){name}(?=[ \t]*\()", own, text)
    return text


def _without_root_prompt(text: str) -> str:
    """Commands of which each line begins with the prompt of root, or of a continued line, without it."""
    if text.lstrip()[:2] not in ("# ", "> "):
        return text
    lines = [line for line in text.split("\n") if line.strip()]
    for prompt in ("# ", "> "):
        if lines and all(line.startswith(prompt) for line in lines):
            if any(_BEGINS_AT_PROMPT.match(line, 2) for line in lines):
                return re.sub(rf"^{prompt}", "", text, flags=re.M)
    return text


def _lines_of_run(found: re.Match[str]) -> str:
    """The lines of a here-document as commands of a container's file, each in its place."""
    return "\n" + "\n".join(f"RUN {line}" for line in found["body"].split("\n")) + "\n"


def _with_settings(text: str) -> str:
    """A file of make whose settings stand in the place of their names.

    >>> _with_settings("AT := https://a.invalid\\nget:\\n\\tcurl $(AT)/i | sh").splitlines()[-1]
    '\\tcurl https://a.invalid/i | sh'
    """
    if "$(" not in text and "${" not in text and "{{" not in text:
        return text
    settings = {found[1]: found[2].strip("\"'") for found in _SETTING.finditer(text)}
    settings |= {name: f"${name}" for name in ("HOME", "USER", "TMPDIR", "PWD") if name not in settings}
    # A setting that is long and stands everywhere is left as it is, and keeps no other from being filled in.
    used = Counter(found[1] or found[2] for found in _SETTING_NAME.finditer(text))
    settings = {name: said for name, said in settings.items() if used[name] * len(said) <= _MAX_FILLED}
    for _ in range(_MAX_FILLINGS):
        before = text
        text = _SETTING_NAME.sub(lambda found: settings.get(found[1] or found[2], found[0]), text)
        if text == before or len(text) > len(before) + _MAX_FILLED:
            return before
    return text


def _data(text: str, path: str, line: int, *, is_live: bool) -> list[Statement]:
    """The commands of a setting, and its lines."""
    statements: list[Statement] = []
    begin, place = line, 0
    given = dict(_environment_of(text)) if "env:" in text or "environment:" in text else {}
    for found in _YAML_COMMAND.finditer(text):
        begin, place = begin + text.count("\n", place, found.start(1)), found.start(1)
        named = (
            [name for name in dict.fromkeys(_NAMED.findall(found[1])) if name in given][:_MAX_NAMED] if given else []
        )
        command = _BLOCK_MARK.sub("", found[1]).replace("$$", "$") if "\n" in found[1] else found[1]
        command = command.replace("%h/", "~/")  # a unit's name for the home folder
        said = "".join(f"{name}={shlex.quote(given[name])}\n" for name in named) + command.strip("\"'")
        statements += (
            one if one.line >= begin else one._replace(line=begin)
            for one in shell_statements(said, path, first_line=begin - len(named), is_live=is_live)
        )
    if "curl" in text or "wget" in text:
        for begins, found in _numbered(_BLOCK, text, line):
            if _CALLS_OUT.search(found["lines"]) and not _TELLS.search(found["key"]):
                at = begins + 1
                command = " ".join(found["lines"].split()) if found["mark"] == ">" else found["lines"]
                statements += shell_statements(command, path, first_line=at, is_live=is_live)
        for at, quoted in _numbered(_QUOTED_CALL, text, line):
            if _COMPLETE.match(command := quoted[1].replace('\\"', '"')):
                statements += shell_statements(command, path, first_line=at, is_live=is_live)
        for at, found in _numbered(_PIPED, text, line):
            statements += shell_statements(found[0].replace("&amp;", "&"), path, first_line=at, is_live=is_live)
    if "get_url" in text:
        for found in _GOT.finditer(text):
            at = line + text.count("\n", 0, found.start())
            keys = dict(_PAIR.findall(found[1]))
            said = f"curl -o {shlex.quote(keys.get('dest', ''))} {shlex.quote(keys.get('url', ''))}"
            statements += shell_statements(said, path, first_line=at, is_live=is_live)
    for at, expanded in _numbered(_EXPANDED_AT_BUILD, text, line) if "<!" in text else ():
        statements += shell_statements(expanded[1], path, first_line=at, is_live=is_live)
    if "!!python/" in text:
        for found in _TAGGED.finditer(text):
            at = line + text.count("\n", 0, found.start())
            statements += python_statements(f"{found[1]}({found[2]})", path, first_line=at, is_live=is_live)
    if "autocmd" in text:
        for found in _EDITOR.finditer(text):
            at = line + text.count("\n", 0, found.start())
            statements += shell_statements(found[1], path, first_line=at, is_live=is_live)
    if "ProgramArguments" in text:
        statements += shell_statements(program_of(text), path, first_line=line, is_live=is_live)
    if re.search(r"\.(?:sql|css|csv|tsv)$", path) is None and len(text) < 200_000:
        statements += script_statements(text, path, kind="data", first_line=line, is_live=False)
    return statements


def _numbered(pattern: re.Pattern[str], text: str, line: int) -> Iterator[tuple[int, re.Match[str]]]:
    """What a pattern finds, each with the line on which it begins."""
    place = 0
    for found in pattern.finditer(text):
        line, place = line + text.count("\n", place, found.start()), found.start()
        yield line, found


def _environment_of(text: str) -> list[tuple[str, str]]:
    """The variables that a workflow gives its commands, with what they hold.

    >>> _environment_of("env:\\n  HOST: a.example\\nrun: echo $HOST\\n")
    [('HOST', 'a.example')]
    """
    return [
        (one[1], one[2].strip(" \t\"'"))
        for found in _ENVIRONMENT.finditer(text)
        for one in _VARIABLE.finditer(found[1])
    ]


def _programs_in(text: str, path: str, line: int, *, is_live: bool) -> list[Statement]:
    """The programs of another language that a shell hands to their interpreter."""
    statements: list[Statement] = []
    for found in _GIVEN.finditer(text):
        body = found["here"] or found["said"] or ""
        first = line + text.count("\n", 0, found.start("here" if found["here"] else "said"))
        if found["language"].startswith("python"):
            statements += python_statements(body, path, first_line=first, is_live=is_live)
        else:
            statements += script_statements(body, path, kind="script", first_line=first, is_live=is_live)
    return statements


def _prose_commands(
    lines: Sequence[str], runnable: Sequence[int], path: str, first_line: int, head: str = "", lead: str = ""
) -> Iterator[Statement]:
    """The commands that stand in prose: in back-ticks, or on a line of their own; mentions are told from orders.

    Args:
        head: The heading above.
        lead: The line above.
    """
    looked = 0
    for number in runnable:
        line = lines[number]
        for before in lines[looked : number + 1]:
            if before[:1] == "#":
                head = before
            if before.strip() and not _ITEM.match(before):
                lead = before
        looked = number + 1
        above = next((one for one in reversed(lines[max(0, number - 3) : number]) if one.strip(" >")), "")
        orders = _ORDERS_RUN.search(line) or (lead is not line and _ORDERS_RUN.search(lead))
        is_shown = (
            _CITED.search(line) is not None
            or (not orders and bool(_SHOWN_THERE.search(line) or _SHOWN_THERE.search(head)))
            or (lead is not line and _NOT_RUN.search(lead) is not None)
            or (line[:1] == ">" and bool(_SHOWN_THERE.search(above) or _SHOWN_THERE.search(head)))
            or (line[:1] == "|" and _is_recorded(line, head, lead))
        )
        mention = bool(_AGAINST.search(line) or _AGAINST.search(lead) or _AGAINST_NEXT.search(above))
        spans = [span for span in _SPAN.findall(line) if _RUNNABLE.search(span)]
        for span in spans or (
            [re.sub(r"^\s*(?:[-*+>|]|\d+[.)])?\s*(?:[$>]\s+)?", "", line)] if "`" not in line else []
        ):
            is_command = bool(spans) or _BEGINS.match(span)
            at = span if spans else _RUN_ON.sub(r"\1", span if is_command else _from_command(span))
            for statement in (
                shell_statements(known_case(at), path, first_line=first_line + number, is_live=False) if at else ()
            ):
                yield statement._replace(is_mention=mention, is_shown=is_shown)


def _is_recorded(row: str, head: str, lead: str) -> bool:
    """Whether a row of a table shows what was recorded, and nothing beside its commands has them run.

    >>> row = "| e1 | www-data | `sh -c id` |"
    >>> _is_recorded(row, "# Recorded events", "Judge each."), _is_recorded(row, "# Recorded events", "Run each.")
    (True, False)
    """
    around = f"{_SPAN.sub('', row)}\n{'' if lead == row else lead}"
    return _OF_RECORDS.search(head) is not None and _ORDERS_RUN.search(around) is None


def _runnable(text: str) -> list[int]:
    """The numbers of the lines that name something that can be run."""
    if not _triggers:
        _triggers.append(Triggers.of_alternatives([_RUNNABLE]))
    triggers, tests = _triggers[0]
    found = triggers.lines(text)
    lines = text.split("\n") if found else []
    return [number for number in sorted(found) if any(tests[which][1].search(lines[number]) for which in found[number])]


_COMMAND_IN_PROSE = re.compile(
    r"\b(?:curl|wget|echo|bash|irm|iwr|powershell|nc|base64|eval|python3?)\s+\S|\b(?:cat|tar|head|tail|zip)\s+(?:-\S+\s+)*[\w.$-]*[~/]\S|\b(?:env|printenv)\s*\|"
)
_PIPES_OR_SENDS = re.compile(r"\||-d\b|--data|-F\b|-c\b|/dev/tcp|-T\b|-enc")


def _from_command(line: str) -> str:
    """A line of prose from its command on, if it pipes or sends something."""
    found = _COMMAND_IN_PROSE.search(line)
    return line[found.start() :] if found and _PIPES_OR_SENDS.search(line, found.end()) else ""


def _json(text: str, path: str, line: int) -> Iterator[Statement]:
    try:
        data = json.loads(text) if len(text) < _MAX_JSON else None
    except (ValueError, RecursionError):
        data = None
    if data is None:
        yield from script_statements(text, path, kind="script", first_line=line, is_live=False)
        return
    last, num_lost = 0, 0
    data = [data] if isinstance(data, str) else data
    has_words = any(word in text for word in _COMMAND_WORDS)
    if not (has_words or "\\" in text or _has_run_keys()(text.lower())):
        return
    for command in _json_commands(data, 0, has_words):
        if _PROGRAM_TEXT.match(command):
            yield from python_statements(command, path, first_line=line)
            continue
        # Commands come in their order; one that is put together from several values may stand nowhere.
        begins = command[:24].split('"')[0]
        place = text.find(begins, last) if begins and num_lost < _MAX_LOST else -1
        if place > last:
            line, last = line + text.count("\n", last, place), place
        num_lost += place < 0
        yield from shell_statements(command, path, first_line=line)


@cache
def _has_run_keys() -> Callable[[str], bool]:
    """Whether a configuration that escapes no sign has a key under which a command may stand."""
    return any_of([f'"{key}"' for key in sorted(_RUN_KEYS | {"headers", "scripts"})])


def _json_commands(data: Any, depth: int, has_words: bool) -> Iterator[str]:
    """The command lines of a configuration: servers, scripts and hooks."""
    if depth > _MAX_DEPTH:
        return
    looks = has_words and depth < _MAX_DEPTH
    if isinstance(data, list):
        for value in data:
            if isinstance(value, dict | list):
                yield from _json_commands(value, depth + 1, has_words)
            elif looks and isinstance(value, str) and _is_command(value):
                yield value
    elif isinstance(data, dict):
        command, arguments = data.get("command"), data.get("args")
        if isinstance(command, str) and isinstance(arguments, list):
            words = [str(word) for word in arguments]
            env = (
                " ".join(f"{key}={value}" for key, value in data["env"].items())
                if isinstance(data.get("env"), dict)
                else ""
            )
            quoted = [
                word if re.fullmatch(r"[\w@%+=:,./${}-]+", word) else "'" + word.replace("'", "'\\''") + "'"
                for word in words
            ]
            yield f"{env} {command} {' '.join(quoted)}".strip()
        address, headers = data.get("url"), data.get("headers")
        if isinstance(address, str) and isinstance(headers, dict) and "$" in str(headers):
            # A server that is shown a key with every request.
            shown = [f"-H {shlex.quote(f'{key}: {value}')}" for key, value in headers.items()]
            yield f"curl {' '.join(shown)} {address}"
        is_hook = data.get("type") == "command"
        for key, value in data.items():
            if isinstance(value, dict | list):
                yield from _json_commands(value, depth + 1, has_words)
            elif isinstance(value, str) and (
                (
                    len(value) < 20_000
                    and key.lower().removeprefix("build").removeprefix("dev") in _RUN_KEYS
                    and "args" not in data
                )
                or (has_words and depth and key not in _SAID_KEYS and (is_hook or (looks and _is_command(value))))
            ):
                yield value
        if isinstance(scripts := data.get("scripts"), dict):
            yield from (str(value) for key, value in scripts.items() if key.lower() not in _RUN_KEYS)


def _is_command(said: str) -> bool:
    """Whether a value is a command line wherever it stands."""
    if len(said) >= 2000 or not _has_command_words()(said):
        return False
    return _COMPLETE.match(said) is not None or _PROGRAM_TEXT.match(said) is not None


@cache
def _has_command_words() -> Callable[[str], bool]:
    return any_of(_COMMAND_WORDS)


_STOP = frozenset(
    "create creates creating manage manages managing build builds building make makes generate generates generating write writes read reads find finds files file list lists show shows set sets run runs send sends "
    "add adds change convert converts check checks fetch fetches work works working project projects task tasks team teams email emails message messages image images video videos audio document documents page pages website websites "
    "database databases query queries report reports analysis analyze analyzes analyse format formats formatting support supports including include includes provides provide perform performs handle handles through across between within about into over "
    "their them they these those other such more most each every multiple single specific based custom common general complete full quick quickly easy easily need needs want wants asks ask via per can will not does has have are was were been being "
    "development production deploy deploys deployment install installs config configuration configure setup local time real current daily summary summarize summarizes content contents media social market trading price prices crypto wallet token tokens "
    "software engineering code coding programming command commands line terminal shell bash browser automate automates automated monitoring monitor track tracks tracking sync syncs backup backups upload uploads downloads cache clean cleaner cleaning temp counter viewer checker reader formatter converter".split()
)
