r"""Does a program write what it fetched into a file and start the file, in a language that is not followed name by name?

The order that starts it names a path, and not what was fetched: a name, a text or what a function was given. That is what is
followed here, from the write to the start; what a text does that is run at once is told in `dialects`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, is_quoted, place_of_step, shows_document
from metier.govern.scan.statement import Statement
from metier.govern.scan.variables import NAME
from metier.verdict import Severity

_ENDINGS = (".go", ".rs", ".rb", ".php", ".pl", ".pm", ".lua", ".cs", ".java", ".kt", ".swift")
_TEXT = r"(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|`[^`\n]{1,200}`)"
_NAME = r"[&*]?[$@]?[A-Za-z_][\w.]{0,60}(?:(?:->|::)\w{1,40})?(?:\(\))?"
_FILE = rf"(?P<file>{_TEXT}|{_NAME})"
_WRITES = re.compile(
    rf"(?:\b(?:os|ioutil)\.WriteFile|\b(?:File|IO)\.(?:bin)?write|\bfile_put_contents|\bfs::write|\bFiles\.write|\bFile\.WriteAll(?:Bytes|Text)|\bgetstore\(\s*{_NAME}\s*,|\bDownloadFile\w*\([^,\n]{{1,200}},|\bIO\.copy_stream\([^,\n]{{1,200}},)\s*\(?\s*{_FILE}\s*[,)]"
)
"""A file is written at once."""
_OPENS = re.compile(
    rf"(?P<as>\$?[A-Za-z_]\w{{0,40}})\s*(?:,\s*\w+\s*)?:?=\s*(?:os\.(?:Create|OpenFile)|fopen|File\.(?:open|new|OpenWrite|Create)|(?:std::fs::|fs::)?File::create|io\.open|new\s+FileOutputStream|FileOutputStream)\(\s*{_FILE}\s*[,)]"
    rf"|\bopen\s*\(?\s*(?:my\s+)?(?P<handle>\$\w{{1,40}})\s*,\s*[\"']\+?>[^\"'\n]{{0,20}}[\"']\s*,\s*(?P<at>{_TEXT}|{_NAME})"
    rf"|\bFile\.open\(\s*(?P<of>{_TEXT}|{_NAME})\s*,\s*[\"']w[^\n]{{0,80}}\|\s*(?P<block>\w{{1,40}})\s*\|"
    r"|(?P<made>\$?[A-Za-z_]\w{0,40})\s*(?:,\s*\w+\s*)?:?=\s*(?:os\.CreateTemp|ioutil\.TempFile|Tempfile\.(?:new|create)|File\.createTempFile)\("
)
"""A file is opened, to be written by its handle."""
_FILLS = r"(?:\bio\.Copy(?:Buffer)?\(\s*{0}\s*,|(?<![\w$]){0}(?:\.|:|->)(?:write|Write|WriteString|write_all|print|puts|ReadFrom|copy_from)\b|\bfwrite\(\s*{0}\s*,|\bprint\s*\{{?\s*{0}\b|\bio::copy\([^\n]{{0,80}}{0}\b|\bstream_copy_to_stream\([^,\n]{{1,60}},\s*{0}\b|\bIO\.copy_stream\([^,\n]{{1,60}},\s*{0}\b|(?<![\w$]){0}\s*<<)"
_BY = r"[\"'](?:/\S{1,30}/)?(?:(?:ba|z|da)?sh|sudo|nohup|setsid|env|open|python3?|perl|ruby|php|node|start|cmd)[\"']"
_CALL = r"(?:exec\.Command(?:Context)?\(\s*(?:(?:ctx|context\.\w+\(\))\s*,)?|syscall\.Exec\(|os\.StartProcess\(|exec\.Cmd\s*\{\s*Path\s*:|Command::new\(|(?<![\w.>])(?:system|exec|spawn|shell_exec|passthru|popen|proc_open|pcntl_exec|load)\b\s*\(?|Process\.(?:spawn|Start)\(|IO\.popen\(|Open3\.\w+\(|os\.execute\(|io\.popen\(|new\s+ProcessBuilder\(|ProcessBuilder\(|\.exec\(|`)"
_BEFORE = r"[&*]?(?:fmt\.Sprintf\(|escapeshell(?:cmd|arg)\(|Shellwords\.escape\(|format\(|List\.of\(|str\()?"
_START = r"{call}\s*[\[(]?\s*(?:{by}\s*,\s*(?:[\"'][-/]\w{{1,8}}[\"']\s*,\s*)*)?(?:{before}\s*{file}(?!\w)|[\"'`]?(?:[^\"'`\n]{{0,160}}?(?:&&|;|\|\||\n|\b(?:nohup|setsid|sudo|sh|bash|exec|env|start|open)(?:\s-\w+)*)\s+)?\(?(?:[\"']\s*[+.]\s*|#\{{|\$?\{{)?{file}(?!\w)|[^\n]{{0,160}}(?:&&|;|\b(?:nohup|setsid|sudo|sh|bash|exec))\s*(?:[\"'`]\s*[+.]\s*|#\{{|\$?\{{){file}(?!\w))"
_MIXED = re.compile(
    r"\[\s*\w+\s*\]\s*\^=|\^=|=\s*\(?\w+(?:\[[^\]\n]{1,20}\])?\s*\^\s*\w|\.map\s*(?:\(\s*)?\{?\s*\|\s*\w+[^|\n]{0,20}\|\s*\(?\s*\w+\s*\^|\.bytes(?:\(\))?[^\n]{0,40}\^|\bchr\(\s*ord\([^\n]{0,40}\^|\bXORKeyStream\(|\bcipher\.NewGCM\(|\.Open\(nil,|\bopenssl_decrypt\(|\bOpenSSL::Cipher\b|\$\w+\s*\^\s*(?:str_repeat|\$)|\b(?:ror|rol)\w*\("
)
"""Bytes are mixed with others: what was written out, or fetched, is no program before."""
_UNSEEN = re.compile(r"/dev/shm/|/(?:var/)?tmp/\.|[\"'/]\.[a-z][\w-]*[\"']|\.cache/\.|Temp\\\\?\.")
"""A path that nobody looks at."""
_DOCUMENT = re.compile(
    r"\.(?:png|jpe?g|gif|webp|svg|pdf|html?|txt|md|csv|jsonl?|ya?ml|toml|mp[34]|wav|docx|xlsx|pptx)[\"'`]$"
)
"""What is opened to be seen."""
_ASSIGNED = re.compile(rf"(?P<to>\$?[A-Za-z_]\w{{0,60}})\s*:?=(?!=)\s*(?P<value>{_TEXT}|{_NAME})\s*;?$")
_GIVES = re.compile(rf"^return\s+(?P<what>{_NAME})\b")
_GOT = re.compile(r"(?P<to>\$?[A-Za-z_]\w{0,60})\s*(?:,\s*\w+\s*)?:?=(?!=)\s*(?:\w+[.:>-]+)?(?P<by>\w{1,60})\(")
_ARGUMENTS = (
    r"(?<![\w.>])(?:(?:self|this|Self)(?:\.|->|::))?{0}\s*\(([^()\n]{{0,300}}(?:\([^()]*\)[^()\n]{{0,100}}){{0,3}})\)"
)
_MAX_FILES, _MAX_NAMES, _ROUNDS, _MAX_STEPS = 12, 16, 3, 3000


def dropped(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """What was fetched from a stranger, or mixed with other bytes, is written into a file that is then started.

    Args:
        steps: Every step of a program, with what each received.
        purpose: What the package says that it is for.
        text: The steps, a line each.

    >>> from metier.govern.scan.statement import Statement
    >>> got = Step(Statement("a.go", 1, "resp, err := http.Get(u)"), frozenset({"fetch"}), ("http://203.0.113.7/a",))
    >>> lines = ["os.WriteFile(p, body, 0755)", "exec.Command(p).Start()"]
    >>> steps = [got, *(Step(Statement("a.go", n, line), frozenset()) for n, line in enumerate(lines, 2))]
    >>> steps[1].received["download"] = got
    >>> [(seen.rule, seen.severity.value, seen.step.statement.line) for seen in dropped(steps, Purpose(), "")]
    [('run-download', 'block', 3)]
    """
    if not steps[0].statement.path.lower().endswith(_ENDINGS) or len(steps) > _MAX_STEPS:
        return
    for number, file, write in itertools.islice(_written(steps), _MAX_FILES):
        origin = write.received.get("download")
        begin = next((n for n, step in enumerate(steps[:number]) if step is origin), max(0, number - 12))
        is_mixed = any(
            _MIXED.search(one.text)
            for n, one in enumerate(steps)
            if begin <= n <= number or (origin is not None and one.received.get("download") is origin)
        )
        if origin is None and not (is_mixed or "decoded" in write.received):
            continue
        names = _names_of(file, write.statement, steps)
        by = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        start = re.compile(_START.format(call=_CALL, by=_BY, before=_BEFORE, file=rf"(?<![\w$])(?:{by})"))
        for step in steps:
            if step is not write and any(name.strip("\"'`") in step.text for name in names) and start.search(step.text):
                if (
                    shows_document(step.text)
                    or any(map(_DOCUMENT.search, names))
                    or (is_quoted(step) and not step.text.startswith("`"))
                ):
                    continue
                is_unseen = any(_UNSEEN.search(name) for name in names)
                if seen := _weighed(step, origin, purpose, is_mixed=is_mixed, is_unseen=is_unseen):
                    yield seen
                break


_VERSION = re.compile(r"^https://\S+/[^/]*\d+\.\d+(?:\.\d+)?[^/]*(?:/|$)")
"""A file of one version."""


def _weighed(step: Step, origin: Step | None, purpose: Purpose, *, is_mixed: bool, is_unseen: bool) -> Seen | None:
    """What it weighs to start a file, by where it came from and how it was kept."""
    if is_mixed:
        rule = "run-encoded" if origin is None else "run-download"
        return Seen(rule, Severity.BLOCK, step, "out of a file, once its bytes were mixed with others")
    if origin is None:
        return Seen("run-encoded", Severity.BLOCK, step, "out of a file that was written")
    place = place_of_step(origin, purpose) if origin.urls else Place.OWN
    if place <= Place.INSTALLER:
        return None
    checked = place == Place.UNKNOWN and not is_unseen and all(map(_VERSION.search, origin.urls))
    grave = (place >= Place.UNKNOWN and not checked) or (place >= Place.PLATFORM and is_unseen)
    weight = Severity.BLOCK if grave else Severity.REVIEW
    return Seen("run-download", weight, step, "out of a file that was written")


def _written(steps: Sequence[Step]) -> Iterator[tuple[int, str, Step]]:
    """The number of each step that fills a file, how the file is named there, and the step."""
    handles: dict[str, str] = {}
    for number, step in enumerate(steps):
        text = step.text
        if (write := _WRITES.search(text)) is not None:
            yield number, write["file"], step
        if "(" in text and (opened := _OPENS.search(text)) is not None:
            handle = opened["as"] or opened["handle"] or opened["block"] or opened["made"]
            handles[handle] = opened["file"] or opened["at"] or opened["of"] or f"{handle}.Name()"
        for handle, file in handles.items() if len(handles) <= _MAX_FILES else ():
            if handle in text and re.search(_FILLS.format(re.escape(handle)), text):
                yield number, file, step


def _names_of(file: str, within: Statement, steps: Sequence[Step]) -> set[str]:
    """What a file is called: by its name, by the text behind it, and in functions that are given it or give it back."""
    names, scopes = {_plain(file)}, {within.scope}
    calls = [*_calls(steps)]
    for _ in range(_ROUNDS):
        before = len(names)
        for step in steps:
            text, scope = step.text, step.statement.scope
            if scope and scope not in scopes:
                continue
            found = _ASSIGNED.search(text) if "=" in text else None
            if found and not names.isdisjoint(map(_plain, found.groups())):
                names |= {*map(_plain, found.groups())}
            if scope and (gives := _GIVES.match(text)) and gives["what"] in names:
                names |= {to for to, by in _given_by(steps) if by == scope}
        for scope, name, parameter, given in calls:
            # What a function is given goes by the name that it has there, and the other way about.
            if given in names or (parameter in names and name in scopes):
                names |= {given, parameter}
                scopes |= {name, scope}
        if len(names) == before or len(names) > _MAX_NAMES:
            break
    return {name for name in names if name.strip("\"'`") and not name.isdigit()}


def _calls(steps: Sequence[Step]) -> Iterator[tuple[str, str, str, str]]:
    """Where functions of the program are called: in which function, which one, a parameter, and what is given for it."""
    functions = {
        s.statement.parameters[0]: s.statement.parameters[1:] for s in steps if len(s.statement.parameters) > 1
    }
    for step in steps if functions else ():
        if "(" not in step.text or step.statement.parameters:
            continue
        for name in functions.keys() & set(NAME.findall(step.text)):
            for call in re.finditer(_ARGUMENTS.format(re.escape(name)), step.text):
                for parameter, given in zip(functions[name], _split(call[1]), strict=False):
                    yield step.statement.scope, name, parameter, _plain(given)


def _given_by(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """The names to which a function gives something, each with the function."""
    return ((got["to"], got["by"]) for step in steps if "(" in step.text and (got := _GOT.search(step.text)))


def _split(arguments: str) -> list[str]:
    return [one.strip() for one in re.split(r",(?![^()]*\))", arguments)]


def _plain(name: str) -> str:
    return name.lstrip("&*").strip()
