r"""What could whoever gives a program its input make it do?

A program that puts what it is handed into code, a command line or a query does what that text says, and one that never ends, or
that opens any file under a name it is given, can be used against its user by whoever words the request. Nobody need have meant harm:
such a program is shown to a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from metier.govern.scan.accounts import TRIED, Found
from metier.govern.scan.claims import block
from metier.govern.scan.flow import Step
from metier.govern.scan.parts import LANGUAGES, Part
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.statement import Statement
from metier.govern.scan.triggers import holding, places_of
from metier.verdict import Severity

_BEHAVIOUR = {
    "code": "Runs a text that it is handed as code.",
    "command": "Puts a text that it is handed into a command line.",
    "query": "Puts a text that it is handed into a query.",
    "path": "Opens whatever file a name leads to, though it says that it is careful.",
}
_WORDS = (
    "eval(", "exec(", "Function(", "system(", "popen(", "shell=True", "shell = True", "execSync(", "-c", ".execute", ".query(",
    ".raw(", ".prepare(", "path.join(", "open(", ".read_text(", ".read_bytes(", "readFile",
)  # fmt: skip
_CODE = re.compile(
    r"(?<![\w.$])(?:(?:builtins|globalThis|window)\.)?(?P<name>eval|exec|new Function|Function)\(\s*(?P<what>.+)"
)
_COMMAND = re.compile(
    r"\bos\.(?:system|popen)\(\s*(?P<os>.+)|\bsubprocess\.\w+\(\s*(?P<shell>.+)shell\s?=\s?True"
    r"|\[\s*[\"'](?:/bin/)?(?:ba|z)?sh[\"'],\s*[\"']-l?c[\"'],\s*(?P<sh>[^\]]+)\]|(?<![\w.$])exec(?:Sync)?\(\s*(?P<script>.+)"
)
_ASKS = re.compile(r"\.(?:execute(?:script|many)?|query|raw|prepare)\(\s*(?P<what>.+)")
_QUERY = re.compile(
    r"[fF][\"']+\s*(?:select|insert|update|delete|drop)\s[^\n]{0,400}\{|`\s*(?:select|insert|update|delete)\s[^`]{0,400}\$\{"
    r"|[\"']\s*(?:select|insert|update|delete)\s[^\n]{0,400}(?:[\"']\s*(?:\+|%\s*[\w(])|\}[^\n]{0,200}\.format\()",
    re.I,
)
_VALUE = re.compile(r"(?:=|<|>|\blike)\s*(?:\$?\{|[\"']\s*\+)|['\"]%?\$?\{|'%?[\"']\s*\+|%s['%]*[\"']+\s*%", re.I)
"""What is put into a query is one of its values, not a name of a column or a row of marks."""
_HANDED = re.compile(r"\binput\(|\bsys\.argv\b|\bargv\[|\breq(?:uest)?\.(?:body|query|params|args|form)\b|\bargs\.\w")
_CHECKED = re.compile(
    r"\bquote\(|isalnum\(|isdigit\(|isnumeric\(|isidentifier\(|\bre\.(?:full)?match\(|\.fullmatch\(|\bnot\s+in\b|\bint\(|\bfloat\(|literal_eval|__builtins__|ast\.(?:parse|walk)|allow|safe_|whitelist|valid|saniti[sz]e|escape|parseInt|\bNumber\(|sql\.SQL\(|\.test\("
)
"""Something is asked of what is handed over before it is used."""
_FILLED = re.compile(r"\b[fF][\"'][^\n]*\{|[\"']\s*(?:\+|%)\s*\w|\.format\(")
_OPENS = re.compile(r"(?<![\w.])open\(|\.read_(?:text|bytes)\(|readFile\w*\(|\.open\(")
_JOINS = re.compile(
    r"\bpath\.join\([^()]*,\s*[A-Za-z_][\w.]*\s*\)|[fF][\"'][^\"'{]*/\{|`[^`$]*/\$\{|\bPath\([^)]*\)\s*/\s*[A-Za-z_]"
)
"""A name, and not one that is written out, is put behind a folder."""
_STAYS_WITHIN = re.compile(
    r"resolve|realpath|abspath|normpath|commonpath|relative_to|startswith|startsWith|basename|\.name\b|secure_filename|\.\.|\bos\.walk\(|\blistdir\(|\bscandir\(|glob\(|readdir"
)
_CAREFUL = re.compile(
    r"(?<![\w-])(?:safe(?! to\b| copy\b| copies\b)|safely|secure|securely|sandboxed|saniti[sz]ed|parameteri[sz]ed|validated|with validation|restricted to)\b",
    re.I,
)
_ENDLESS = re.compile(
    r"^(?P<before>[ \t]*)while(?:[ \t]+(?:True|1)|[ \t]*\([ \t]*(?:True|1)[ \t]*\))[ \t]*:(?P<body>[^\n]*)\n", re.M
)
_UNBOUNDED = re.compile(
    r"^(?P<before>[ \t]*)(?:[^\n\"'`/*]{0,200}[{};)>][ \t]*)?(?P<head>(?:for\s*\(\s*(?:(?:let|var)\s+)?\w+\s*=\s*\d+\s*;\s*\w+\s*<=?\s*Infinity\b"
    r"|for\s*\(\s*;\s*;|while\s*\(\s*(?:true|1)\s*\)))(?P<body>[^\n]*)",
    re.M,
)
_SCRIPTS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_LONG_TEXT = re.compile(r"(\"{3}|'{3})[\s\S]*?\1")
_LONG_TEXT_OF_SCRIPT = re.compile(r"/\*[\s\S]*?(?:\*/|\Z)|`[^`]*(?:`|\Z)")
_ENDS = re.compile(
    r"\b(?:break|return|raise|assert|throw|yield|await|_?exit|quit|abort|\w*sleep\w*|wait\w*|input|prompt|accept|listen|recv\w*|receive\w*|read\w*|next|__next__|StopIteration|select|poll"
    r"|pop|get|join|tick|delay|pause|run_once|run_pending|handle_\w+|loop\w*|spin\w*|toggle|update|step|show\w*)\b"
)
_TAUGHT = re.compile(r"vulnerab|insecure|\bexercise|on purpose|\bunsafe\b|\binjection", re.I)
"""How those who teach attacks call what they show."""
_MAX_STEPS, _MAX_SCOPE, _MAX_LOOKED = 6000, 300, 200
"""So many steps of programs, and of one function, are read for what they are handed, and so many uses are looked at."""


def weaknesses(steps: Sequence[Step], parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """The first place of each kind where a program does whatever a text that it is handed says, or never ends.

    >>> from metier.govern.scan.statement import Statement
    >>> texts = ("def search(self, name)", "sql = f\\"SELECT * FROM t WHERE n = '{name}'\\"", "db.execute(sql)")
    >>> statements = [Statement("a.py", n, text, "search", parameters=("search", "name") if n == 1 else ()) for n, text in enumerate(texts, 1)]
    >>> program = Part("a.py", "python", "")
    >>> [found[:4] for found in weaknesses([Step(one, frozenset()) for one in statements], [program], Purpose())]
    [('unsafe-input', <Severity.REVIEW: 'review'>, 'a.py', 3)]
    """
    seen: set[str] = set()
    functions: dict[tuple[str, str], list[Step]] | None = None
    looked = 0
    programs = {
        part.path: part.kind
        for part in parts
        if part.kind in LANGUAGES
        and not purpose.only_shows(part.path, TRIED)
        and not (purpose.is_security and _TAUGHT.search(part.plain))
    }
    steps = [step for step in steps if step.statement.path in programs][:_MAX_STEPS] if programs else []
    for number in sorted(holding([step.text for step in steps], _words())):
        step = steps[number]
        statement = step.statement
        if not statement.is_live or statement.is_shell:
            continue
        is_python = programs[statement.path] == "python"
        kind, what = _use(statement, is_python=is_python)
        if not kind or kind in seen:
            continue
        if functions is None:
            functions = {}
            for one in steps:
                functions.setdefault((one.statement.path, one.statement.scope), []).append(one)
        within = functions[statement.path, statement.scope][:_MAX_SCOPE] if statement.scope else [step]
        looked += 1
        if looked > _MAX_LOOKED:
            break
        if _is_handed(kind, what, step, within, purpose):
            seen.add(kind)
            # Many an honest program hands a whole command on, or a name of its user's.
            is_common = kind == "command" and not (is_python and _FILLED.search(what))
            weight = Severity.NOTE if is_common else Severity.REVIEW
            yield "unsafe-input", weight, statement.path, statement.line, step.text, _BEHAVIOUR[kind]
    for part in parts:
        if part.path in programs and (never := _never_ends(part)):
            yield "never-ends", Severity.REVIEW, part.path, *never, ""


def _never_ends(part: Part) -> tuple[int, str] | None:
    """Line and head of the first loop of a program that neither ends nor waits."""
    text = part.plain
    if part.kind == "python" and "while" in text and "KeyboardInterrupt" not in text:
        pattern, long = _ENDLESS, _LONG_TEXT
    elif part.path.lower().endswith(_SCRIPTS) and ("while" in text or "for" in text):
        pattern, long = _UNBOUNDED, _LONG_TEXT_OF_SCRIPT
    else:
        return None
    text = long.sub(lambda found: '""' + "\n" * found[0].count("\n"), text)
    for found in pattern.finditer(text):
        body = block(text, found.end(), len(found["before"].expandtabs()))
        if not _ENDS.search(f"{found['body']}\n{body}"):
            head = found.start("head") if "head" in found.re.groupindex else found.start()
            return text.count("\n", 0, head) + 1, text[head : found.end()].strip()
    return None


@cache
def _words() -> Callable[[str], Iterable[int]]:
    return places_of(_WORDS)


def _use(statement: Statement, *, is_python: bool) -> tuple[str, str]:
    """What a step uses a text for, and how it says so; nothing if it does neither."""
    text = statement.text
    found = _CODE.search(text)
    # A function of that name is made here, and in a script the other one starts a program.
    if found is not None and statement.parameters[:1] == (found["name"],):
        return "", ""
    if found is not None and (found["name"] != "exec" or is_python):
        return "code", found["what"]
    for kind, pattern in (("command", _COMMAND), ("query", _ASKS)):
        found = pattern.search(text)
        if found is not None:
            return kind, next(filter(None, found.groups()), "")
    return ("path", text) if _OPENS.search(text) or _JOINS.search(text) else ("", "")


def _is_handed(kind: str, what: str, step: Step, within: Sequence[Step], purpose: Purpose) -> bool:
    """Whether what a step uses came to its function from outside, and nothing is asked of it before."""
    begins = next((one for one in within if one.statement.parameters), None)
    handed = {*begins.statement.parameters[1:]} if begins is not None else set()
    built = ""
    for one in within:
        if one is step:
            break
        names = one.statement.assigns
        if not names or one is begins:
            continue
        if not handed.isdisjoint(one.statement.uses) or _HANDED.search(one.text):
            handed.update(names)
            if any(re.search(rf"\b{re.escape(name)}\b", what) for name in names):
                built = f"{built} {one.text}"
    words = set(re.findall(r"\$?[A-Za-z_]\w*", what))
    if handed.isdisjoint(words) and not _HANDED.search(what):
        return False
    whole = "\n".join(one.text for one in within)
    if kind == "path":
        if not ((_JOINS.search(what) or _JOINS.search(built)) and _OPENS.search(what)):
            return False
        says = _CAREFUL.search(f"{purpose.name} {purpose.description} {purpose.body}")
        return says is not None and not _STAYS_WITHIN.search(whole)
    if kind == "query":
        query = what if _QUERY.search(what) else built
        if not (_QUERY.search(query) and _VALUE.search(query)):
            return False
    return not _CHECKED.search(whole)
