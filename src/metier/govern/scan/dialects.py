"""Does a program run what it fetched or decoded, in a language that is not followed name by name?

In Ruby, PHP, Perl, Lua, Go, Rust, PowerShell, C#, Elixir, Julia and R that is told by the text: what is got stands in the order itself, or under a
name, in a function or in a file that the order names.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, is_quoted, place_of_step, shows_document
from metier.verdict import Severity

_GAP = r"[\s(\[{\"'#&@:]{0,12}"
_SHELL = r"(?:[\"'](?:/bin/)?(?:ba|z|da)?sh[\"']\s*,\s*[\"']-\w*c[\"']\s*,\s*)?(?:[Ss]tring\()?[&*@]{0,2}"
_NAME = r"\$?[A-Za-z_]\w{0,40}"
_MAX_GOT, _ABOVE, _BELOW = 60, 300, 1500
"""So many places are read, and so much around each."""
_PATH = r"[\w./\\$:~-]{3,80}"
_HERE = r"(?:(?!\n(?:func|fn|sub|function|def)\s)[\s\S])"
"""What stands in the same function."""
_INTERPRETER = r"(?:(?:/\S{1,30}/)?(?:(?:ba|z|da)?sh|ruby|php|perl|lua|python3?)[\"']?[\s,]{1,4})?"


@dataclass(frozen=True)
class _Dialect:
    """A language, by the forms in which it fetches, decodes, runs and writes.

    Attributes:
        words: A program that is looked at holds one of them.
        fetches: What gives a text from elsewhere.
        decodes: What gives a text that said nothing before.
        runs: What runs the text that stands behind it.
        writes: What writes the file that is named behind it.
        starts: What runs the file that is named behind it.
    """

    words: tuple[str, ...]
    fetches: str
    decodes: str
    runs: str
    writes: str
    starts: str

    @cached_property
    def fetched(self) -> tuple[re.Pattern[str], ...]:
        return self._run(self.fetches)

    @cached_property
    def decoded(self) -> tuple[re.Pattern[str], ...]:
        return self._run(self.decodes)

    def _run(self, got: str) -> tuple[re.Pattern[str], ...]:
        """What is got is run: at once, by a name, by a function, out of a file."""
        runs = rf"(?:{self.runs}){_GAP}{_SHELL}{_GAP}"
        starts = rf"(?:{self.starts})[\s(\"'&,]{{0,6}}{_INTERPRETER}[\"']?(?:\./)?"
        named = rf"(?<![\w$.])(?P<name>{_NAME})(?:\s*,\s*\w+|\s*:\s*[\w<>&\[\]; ]{{1,24}})?[\s)}}]*+(?::?=(?!=)|<-)[^\n]{{0,140}}?(?:{got})"
        written = rf"(?:{self.writes})[\s(\"']{{0,6}}"
        forms = (
            rf"(?:{got})[^\n]{{0,200}}?\|\s*(?:iex|Invoke-Expression)\b",
            rf"{runs}[^\n;,]{{0,100}}?(?:{got})",
            rf"{named}{_HERE}{{0,600}}?{runs}(?P=name)\b",
            rf"{named}{_HERE}{{0,200}}?\n\s*(?P<next>{_NAME})\s*:?=(?!=)\s*[^\n]{{0,40}}?(?<!\w)(?P=name)\b{_HERE}{{0,300}}?{runs}(?P=next)\b",
            rf"\b(?:def|function|sub|func|fn)\s+(?P<name>[\w-]{{1,40}}+)[^\n]{{0,80}}\n?[\s\S]{{0,160}}?(?:{got})[\s\S]{{0,600}}?{runs}(?P=name)\b",
            rf"\b(?:def|function|sub|func|fn)\s+(?P<name>[\w-]{{1,40}}+)[^\n]{{0,80}}\n?[\s\S]{{0,160}}?(?:{got})[\s\S]{{0,600}}?(?<![\w$.])(?P<next>{_NAME})\s*:?=(?!=)\s*(?P=name)[\s(][\s\S]{{0,300}}?{runs}(?P=next)\b",
            rf"{written}(?P<name>{_PATH})[^\n]{{0,80}}\n?[^\n]{{0,80}}?(?:{got})[\s\S]{{0,400}}?{starts}(?P=name)(?![\w.])",
            rf"(?:{got})[^\n]{{0,160}}?\|\s*{written}(?P<name>{_PATH})[\s\S]{{0,400}}?{starts}(?P=name)(?![\w.])",
            rf"{named}{_HERE}{{0,300}}?{written}(?P<file>{_PATH})[^\n]{{0,60}}\n?[^\n]{{0,40}}?(?<!\w)(?P=name)\b[\s\S]{{0,300}}?{starts}(?P=file)(?![\w.])",
        )
        return tuple(re.compile(form, re.I) for form in forms)


_FETCH = frozenset({"fetch"})
_RUBY = _Dialect(
    ("eval", "system", "exec", "`", "popen", "spawn", "load", "Open3", "send("),
    r"URI\.open\(|URI\([^()\n]{1,200}\)\.(?:open|read)|Net::HTTP\.get\w*\(|HTTParty\.get\(|Faraday\.get\(|open-uri|`\s*curl\s|%x[\[({]\s*curl\s|\b(?:safe_)?popen_read\(\s*[\"']curl[\"']|\bcapture2e?\(\s*[\"']curl[\"']",
    r"Base64\.\w*decode64\(|\.unpack1?\(\s*[\"']m|\.pack\(\s*[\"']H|Zlib::\w+\.\w+\(|\.bytes\.map\s*\{[^}\n]{0,40}\^",
    r"(?<![\w.])(?:Kernel\.)?(?:eval|system|exec|spawn)\b|\binstance_eval\b|\bclass_eval\b|BINDING\.eval\b|IO\.popen\b|`\s*#\{|%x[\[({]\s*#\{|Open3\.\w+\(\s*[\"']\w{0,4}sh[\"']\s*,\s*stdin_data:|\b(?:public_)?send(?:__)?\(\s*(?:[^,\n]{1,60}\.(?:join|reverse|concat)\b[^,\n]{0,20}|:?[\"']?(?:system|exec|eval|instance_eval)[\"']?)\s*,",
    r"File\.(?:write|binwrite|open)|\)\.(?:atomic_)?write\b",
    r"(?<![\w.])(?:load|require|require_relative|(?:quiet_|safe_)?system|exec|spawn)\b|IO\.popen",
)
_PHP = _Dialect(
    (
        "eval(",
        "system(",
        "exec(",
        "passthru(",
        "popen(",
        "proc_open(",
        "assert(",
        "include",
        "require",
        "`",
        "create_function",
    ),
    r"file_get_contents\(\s*[\"']https?:|curl_exec\(|(?:shell_exec|exec)\(\s*[\"']curl\s",
    r"base64_decode\(|gz(?:inflate|uncompress|decode)\(|str_rot13\(|hex2bin\(|convert_uudecode\(",
    r"(?<![\w>])(?:eval|system|exec|shell_exec|passthru|popen|proc_open|assert)\(|(?:echo|=)\s*`|create_function[\"']?\s*[;,][\s\S]{0,60}?,",
    r"file_put_contents(?![^\n]{0,120}var_export)",
    r"(?<![\w>])(?:include|require)(?:_once)?\b|(?:exec|system|passthru|popen)\(",
)
_PERL = _Dialect(
    ("eval", "system", "`", "exec", "open(", "qx"),
    r"(?<![\w>$])get\(\s*[\"'$]|->get\(|`\s*curl\s|qx[{(/]\s*curl\s",
    r"decode_base64\(|pack\(\s*[\"']H|uncompress\(|\btr/[A-Za-z]-",
    r"(?<![\w>])(?:eval\b(?!\s*\{)|system\b|exec\b)|`\s*(?=\$)|qx[{(/]\s*(?=\$)|\|-[\"']\s*,\s*[\"'](?:/bin/)?\w{0,4}sh[\"']\s*\)[;\s]{1,6}print\s*\{?\s*\$\w+\s*\}?\s*",
    r"open\(\s*(?:my\s+)?\$\w+\s*,\s*[\"']>{1,2}[\"']\s*,",
    r"(?<![\w>])(?:system|exec|do|require)\b",
)
_LUA = _Dialect(
    ("load(", "loadstring(", "os.execute", "io.popen", "dofile("),
    r"http\.request\(|https\.request\(|io\.popen\(\s*[\"']curl\s",
    r"(?:base64|b64|mime)\.(?:decode|unb64)\(|\bunb64\(|\bstring\.char\(\s*(?:\d+\s*,|\w+\s*[~^]|bit\w*\.bxor|(?:table\.)?unpack\()|:gsub\([^\n]{0,60}string\.char\(",
    r"(?<![\w.])load(?:string)?\(|os\.execute\(|io\.popen\(",
    r"io\.open\(",
    r"os\.execute\(|dofile\(|io\.popen\(|loadfile\(",
)
_GO = _Dialect(
    ("exec.Command",),
    r"io\.ReadAll\(\s*\w+\.Body|ioutil\.ReadAll\(\s*\w+\.Body",
    r"(?:base64\.\w+|hex)\.Decode(?:String)?\(|gzip\.NewReader\(|\.Open\(nil,",
    r"exec\.Command(?:Context)?\((?:ctx,\s*)?|exec\.Command\(\s*\"(?:/bin/)?\w{0,4}sh\"\s*\)[\s\S]{0,80}?\.Stdin\s*=\s*(?:bytes|strings)\.New\w+\(",
    r"(?:os|ioutil)\.WriteFile\(",
    r"exec\.Command\(",
)
_GO_ANSWERED = re.compile(
    rf"\bjson\.NewDecoder\(\s*\w{{1,40}}\.Body\s*\)\.Decode\(\s*&(?P<name>\w{{1,40}})\s*\){_HERE}{{0,1500}}?"
    r"\bexec\.Command(?:Context)?\(\s*(?:\w{1,20}(?:\.\w+\(\))?,\s*)?(?:(?:\"(?:/bin/)?\w{0,4}sh\"|\w{1,40})\s*,\s*(?:\"[-/]\w*[cC]\"|\w{1,40})\s*,\s*)?(?P=name)\."
)
"""A part of an answer is a command."""
_RUST = _Dialect(
    ("Command::new",),
    r"(?:reqwest|ureq)::\S{0,40}get\(",
    r"(?:base64|hex)::\S{0,60}decode\(|\.decode\(\s*(?:std::)?(?:fs|&)|GzDecoder::new\(|\.map\(\s*(?:move\s+)?\|[^|\n]{1,24}\|[^\n|]{0,24}\^",
    r"Command::new\(\s*\"(?:/bin/)?\w{0,4}sh\"\s*\)\s*\.args?\(\s*\[?\s*\"-\w*c\"\s*(?:\)\s*\.arg\(|,)",
    r"fs::write\(|File::create\(",
    r"Command::new\(\s*\"(?:/bin/)?\w{0,4}sh\"\s*\)\s*\.args?\(|Command::new\(",
)
_POWERSHELL = _Dialect(
    ("iex", "Invoke-", "scriptblock", "powershell", "Start-Process", "& ", "Set-Alias"),
    r"\birm\s|\biwr\s|Invoke-(?:RestMethod|WebRequest)\s|\.DownloadString\(|GetStringAsync\(",
    r"FromBase64String\(|-bxor\b|\.ToCharArray\(\)\s*\[\s*-1\s*\.\.|GzipStream|DeflateStream|IO\.Compression\.",
    r"\biex\b|Invoke-Expression\b|scriptblock\]::Create\(|(?:powershell|pwsh)\S*\s[^\n]{0,60}?-(?:Command|c)\s|&\s*[\"']iex[\"']|Set-Alias\s+(?P<other>\w+)\s+(?:iex|Invoke-Expression)\s+(?P=other)\b",
    r"Out-File|Set-Content|Add-Content|WriteAll(?:Text|Bytes)\(|-OutFile",
    r"(?:^|[\n;|{]\s*)[&.]\s|-File\b|Start-Process\b|powershell\b|pwsh\b",
)
_CSHARP = _Dialect(
    ("Assembly", "Process.Start", "AssemblyLoad", "CSharpScript"),
    r"\.Get(?:ByteArray|String|Stream)Async\(|\.Download(?:Data|String)\(",
    r"Convert\.FromBase64String\(|(?:GZip|Deflate)Stream\(|\.TransformFinalBlock\(",
    r"Assembly\.Load\(|\.LoadFromStream\(|CSharpScript\.\w+\(|Process\.Start\(",
    r"File\.WriteAll(?:Text|Bytes)(?:Async)?\(",
    r"Process\.Start\(|Assembly\.Load(?:File|From)\(",
)
_ELIXIR = _Dialect(
    ("Code.", "System.", ":os.cmd"),
    r":httpc\.request\(|(?:HTTPoison|Req|Tesla)\.get!?\(",
    r"Base\.decode\d\d!?\(|:zlib\.\w+\(",
    r"(?:Code\.(?:eval|compile)_string|System\.(?:shell|cmd)|:os\.cmd)\((?:to_string|to_charlist|List\.to_string)?",
    r"File\.write!?\(",
    r"Code\.(?:eval|require|compile)_file\(|System\.(?:shell|cmd)\(",
)
_JULIA = _Dialect(
    ("include", "eval(", "run("),
    r"(?<!\w)download\(|HTTP\.(?:get|request)\(",
    r"base64decode\(|hex2bytes\(",
    r"(?<![\w.])(?:include\(|include_string\(\s*\w+\s*,|eval\((?:Meta\.parse(?:all)?\()?|run\()(?:\s*String\()?",
    r"(?<![\w.])(?:write|open)\(",
    r"(?<![\w.])(?:include|run)\(",
)
_R = _Dialect(
    ("source(", "eval(", "system"),
    r"(?<=source\()\s*url\(|readLines\(\s*[\"']https?:|\bGET\(\s*[\"']https?:|getURL\(",
    r"base64_?[dD]ecode\(|base64decode\(|memDecompress\(",
    r"(?<![\w.])(?:source\(|eval\((?:parse\(\s*text\s*=\s*)?|system2?\()(?:rawToChar\()?",
    r"write(?:Lines|Bin)\(",
    r"(?<![\w.])(?:source|system2?)\(",
)
_BY_ENDING = {
    "cs": _CSHARP, "csx": _CSHARP, "ex": _ELIXIR, "exs": _ELIXIR, "jl": _JULIA, "r": _R, "rb": _RUBY, "php": _PHP, "pl": _PERL, "pm": _PERL, "lua": _LUA, "go": _GO, "rs": _RUST, "ps1": _POWERSHELL, "psm1": _POWERSHELL,
}  # fmt: skip


def run_there(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """What a program of such a language fetched from a stranger, or decoded, and runs.

    Args:
        steps: Every step of a program.
        purpose: What the package says that it is for.
        text: The steps, a line each.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["raw = Base64.decode64(File.read('x.dat'))", "system(raw)"]
    >>> steps = [Step(Statement("a.rb", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> [(seen.rule, seen.severity.value) for seen in run_there(steps, Purpose(), "\\n".join(lines))]
    [('run-encoded', 'block')]
    """
    dialect = _BY_ENDING.get(steps[0].statement.path.rsplit(".", 1)[-1].lower())
    if dialect is None or not any(word in text for word in dialect.words):
        return
    if (end := _run_at(dialect.decodes, dialect.decoded, text)) is not None:
        yield from _at(end, "run-encoded", Severity.BLOCK, steps, text)
    answered = _GO_ANSWERED.search(text) if dialect is _GO and "Decode(" in text else None
    if answered is not None:
        yield from _at(answered.end(), "run-download", Severity.BLOCK, steps, text)
    if (end := _run_at(dialect.fetches, dialect.fetched, text)) is not None:
        places = [place_of_step(step, purpose) for step in steps if step.urls and not step.labels.isdisjoint(_FETCH)]
        worst = max(places, default=Place.UNKNOWN)
        if worst >= Place.PLATFORM:
            weight = Severity.BLOCK if worst >= Place.UNKNOWN else Severity.REVIEW
            yield from _at(end, "run-download", weight, steps, text)


def _run_at(got: str, forms: Sequence[re.Pattern[str]], text: str) -> int | None:
    """Where the order ends that runs what was got; only what stands around the first such places is read."""
    begin = end = 0
    spans: list[tuple[int, int]] = []
    for found in itertools.islice(re.finditer(got, text, re.I), _MAX_GOT):
        if found.start() - _ABOVE > end and end:
            spans.append((begin, end))
            begin = end = 0
        begin = begin if end else max(0, found.start() - _ABOVE)
        end = min(len(text), found.end() + _BELOW)
    for first, last in [*spans, (begin, end)]:
        near = text[first:last]
        if (met := next((met for form in forms if (met := form.search(near)) is not None), None)) is not None:
            return first + met.end()
    return None


def _at(end: int, rule: str, weight: Severity, steps: Sequence[Step], text: str) -> Iterator[Seen]:
    step = steps[min(text.count("\n", 0, end), len(steps) - 1)]
    if not shows_document(step.text) and (step.text.startswith("`") or not is_quoted(step)):
        yield Seen(rule, weight, step)
