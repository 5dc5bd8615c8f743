"""The scan itself: from the contents of a package to findings, capabilities and what was not read."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from metier.capability import Capability
from metier.govern.scan.accounts import undisclosed_accounts
from metier.govern.scan.aside import with_those_run
from metier.govern.scan.chains import chains
from metier.govern.scan.claims import broken_claims, broken_words, rights
from metier.govern.scan.concealed import concealed
from metier.govern.scan.configured import configured
from metier.govern.scan.copied import forwarded
from metier.govern.scan.dots import dots
from metier.govern.scan.encoded import decoded_blobs, encoded_prose
from metier.govern.scan.entered import entered, shown_pages
from metier.govern.scan.flow import LABELS, Step, follow, label
from metier.govern.scan.gathered import asked_for, exported, filled_in, gathered, listed_keys
from metier.govern.scan.grants import Found, grants
from metier.govern.scan.hooks import hook_findings
from metier.govern.scan.hosts import place_of, urls_of
from metier.govern.scan.keys import veiled
from metier.govern.scan.lessons import without_lessons
from metier.govern.scan.likeness import likened
from metier.govern.scan.listed import listed
from metier.govern.scan.markdown import Block
from metier.govern.scan.names import name_findings
from metier.govern.scan.normal import disguises, mixed_words
from metier.govern.scan.obeyed import obeyed
from metier.govern.scan.paid import paid_elsewhere
from metier.govern.scan.parts import AS_PROGRAM, AS_TEXT, AS_WORDS, Contents, Part
from metier.govern.scan.payees import undisclosed_payees
from metier.govern.scan.pieces import put_together
from metier.govern.scan.placed import Placed, placed
from metier.govern.scan.praised import praised
from metier.govern.scan.prose import said
from metier.govern.scan.purpose import MAX_SMALL_ACTS, MAX_SMALL_PROSE, Purpose
from metier.govern.scan.python import python_statements
from metier.govern.scan.read import commands_in, documents_of, purpose_of, statements_of
from metier.govern.scan.registries import registry_findings
from metier.govern.scan.rules import rules
from metier.govern.scan.script import script_statements
from metier.govern.scan.seen import TEMPLATE, Seen, is_quoted
from metier.govern.scan.sentence import Said, Sentence
from metier.govern.scan.servers import relayed
from metier.govern.scan.settings import settle
from metier.govern.scan.shell import shell_statements
from metier.govern.scan.slots import fill
from metier.govern.scan.sources import sources
from metier.govern.scan.statement import MAX_LENGTH, Statement
from metier.govern.scan.surrendered import surrendered
from metier.govern.scan.told import sentences_of
from metier.govern.scan.triggers import holding, places_of, runs_of
from metier.govern.scan.undisclosed import sent_by_documents, strange_pages, undisclosed_settings
from metier.govern.scan.unseen import unseen_in_pages
from metier.govern.scan.weak import weaknesses
from metier.govern.touch import TOUCHES, touched
from metier.verdict import Finding, Scan, Severity

_HOST = re.compile(r"(?:https?:)?//[^\s/\"'`<>()\[\]]{1,90}\.[^\W\d_]{2,12}(?=[/:\s\"'`<>)\]]|$)")
_TWO_SCRIPTS = "Leads to a host that is spelt with letters of two scripts."
_MIN_RUN = 24
_MIN_PIECES = 2
_RUNS = runs_of(string.ascii_letters + string.digits + "+/", _MIN_RUN)
"""What is encoded is a run of such letters and signs, at least so long."""
_CODE_INSIDE = re.compile(
    r"\b(?:curl|wget|bash|/bin/sh|sh -c|exec\(|eval\(|import \w|subprocess|os\.system|powershell|Invoke-|IEX|nc -|/dev/tcp|require\(|https?://|chmod|socket)",
    re.I,
)
_IS_SCRIPT = re.compile(r"\brequire\(|=>|\bfunction\b|\bfetch\(|\bprocess\.env\b|^\s*(?:const|let|var)\s")
_MAIL = re.compile(r"\A[\w.+-]{1,60}@[\w-]+(?:\.[\w-]+)+\Z")
_ALONE = re.compile(r"\s{0,40}+[:=]?\s{0,40}+[\"']?\w{1,20}")
"""What may stand before an address if its name stands on a line above."""
_ENDPOINT = re.compile(
    r"^[ \t]*[\"']?\w{0,60}(?:url|endpoint|host|server|webhook|proxy|callback|base)\w{0,60}[\"']?\s{0,40}[:=]\s{0,40}[\"']?(\w{1,20}://[^\s\"']+)",
    re.I | re.M,
)
_HOLDS_COMMANDS = frozenset({"execute", "shell", "runs-input", "reverse-shell", "evaluate", "load-code"})
_PROGRAM_WORDS = (";exec(", "; exec(", ":exec(", "runs-on:", "ExecStart=")
"""Words of texts that others run: Python at its start, a forge, an init system."""
_CALLS_OUT = ("curl ", "wget ", "eval(", "(eval", "exec(", "iex", "IEX")
"""Words of commands that call out, or run what answers."""
_TOLD_TO_PEOPLE = re.compile(
    r"\b(?:print\w*|echo(?!\s*:)|puts|console|log\w*|write|stderr|stdout|help|usage|epilog|descr\w*|hint|message|msg|example|throw|raise|error|warn\w*)\b",
    re.I,
)
_PIECES = re.compile(
    r"\[\s*(?:[\"'][A-Za-z0-9+/]{12,200}[\"']\s*,\s*){3,}[\"'][A-Za-z0-9+/]{2,200}={0,2}[\"']\s*,?\s*\]"
)
"""A row of texts that may be base64 in pieces."""
_PIECE_OF = re.compile(r"[\"']([A-Za-z0-9+/=]+)[\"']")
_ORDER = re.compile(
    r"://|\b(?:send|post|upload|forward|export|read|run|execute|curl|fetch|delete|install|append|ignore|tell\w*|mention|obey|save)\b",
    re.I,
)
_APART = 2
_GROUNDS = {
    rule: ground
    for ground, rules_of_it in (
        (
            "sends",
            "send-secrets send-private send-encoded undisclosed-host hidden-address forward-data odd-endpoint shady-place harvest-secrets",
        ),
        (
            "runs",
            "run-download run-encoded install-hook foreign-registry confusable-source remote-instructions paste-command fetch-program demand-program",
        ),
        ("unread", "program unread run-unseen disguised symlink"),
        ("loosens", "loosen-agent skip-consent rule-agent drop-safety grant-root open-to-all"),
    )
    for rule in rules_of_it.split()
}
"""Rules that the same act often meets together."""
_OF_SETTINGS = frozenset({"foreign-registry", "redirect-model", "grant-root"})
"""Rules that tell what settings do, whoever writes them."""
_RIGHTS = re.compile(r"\bALL\b")
"""A line that gives rights in a file for sudo."""
_FOR_AGENTS = re.compile(r"\.mdc?$|rules$")
_OPENLY = frozenset({"loosen-agent", "rewrite-agent"})
"""Rules that ask whether a program writes what nobody is shown."""
_COMMON = frozenset(
    {
        "persist-unasked",
        "harvest-secrets",
        "unsafe-input",
        "never-ends",
        "beyond-permissions",
        "grants-all",
        "any-request",
    }
)
"""Rules whose review many an honest program gets."""
_TWICE = ("drop-safety", "false-record")
"""Rules that an honest package may meet by one unlucky sentence, and not by two."""
_MIN_ROW, _MAX_ROWS = 24, 40
_ROW = re.compile(rf"(?:(?:0x[\da-fA-F]{{1,2}}|\d{{1,3}})\s*,\s*){{{_MIN_ROW}}}")
"""Bytes that are written as numbers."""
_BEFORE = 60
"""So much of a sentence is shown before the words that weigh."""
_MAX_SHOWN = 240
_WEIGHT = {Severity.NOTE: 0, Severity.REVIEW: 1, Severity.BLOCK: 2}
_CAPABILITIES = {entry.name: entry.capabilities for entry in LABELS}


def scanned(contents: Contents) -> Scan:
    """The findings of a package by path, line and rule; what it makes an agent touch; what was not read."""
    purpose = purpose_of(contents)
    purpose.runs = with_those_run(contents, is_security=purpose.is_security)
    # What data says is told to an agent, and discloses nothing to people.
    texts, lines_of = listed(contents)
    contents.parts += texts
    documents = documents_of(contents)
    steps = _steps(contents, documents)
    for path in dict.fromkeys(step.statement.path for step in steps if len(step.statement.text) > MAX_LENGTH):
        contents.unread.append((path, f"Holds a statement of more than {MAX_LENGTH} letters: its middle was not read."))
    elsewhere = placed(contents, documents)
    settle(steps, contents.parts)
    put_together(steps)
    follow(steps)
    fill(steps)
    prose = [*sentences_of(contents, documents)]
    purpose.sends = sent_by_documents(steps, purpose)
    purpose.num_acts = sum(1 for step in steps if step.labels)
    if purpose.num_acts <= MAX_SMALL_ACTS:
        purpose.num_prose = _num_words(prose)
    observed = _observed(steps)
    findings = [
        *_whole_files(contents),
        *_hidden_text(contents),
        *_kept_in_rows(contents),
        *(() if purpose.is_security else _encoded_orders(contents)),
        *_endpoints(contents, purpose),
    ]
    findings += [_finding(seen) for seen in (*chains(steps, purpose), *shown_pages(steps), *concealed(steps, purpose))]
    spoken = _of_prose(prose, steps, purpose)
    # Most packages say nothing that weighs, whoever is quoted.
    if any(found.severity != Severity.NOTE for found in spoken):
        spoken = _of_prose(without_lessons(prose, contents.parts), steps, purpose)
    findings += spoken
    findings += [_of(*found) for found in _of_parts(contents.parts, steps, purpose)]
    findings += [_of(*found) for found in configured(contents.parts, purpose)]
    findings += [_of(*found) for found in relayed(contents.parts, purpose)]
    findings += [_of(*found) for found in surrendered(contents.parts, purpose)]
    findings += [_of(*found) for found in undisclosed_settings(steps, contents.parts, purpose)]
    findings += [_of(*found) for found in undisclosed_accounts(steps, contents.parts, purpose)]
    findings += [_of(*found) for found in undisclosed_payees(steps, contents.parts, purpose)]
    findings += [_of(*found) for found in listed_keys(steps, contents.parts, purpose)]
    findings += [_of(*found) for found in filled_in(steps, contents.parts, purpose)]
    findings += [_of(*found) for found in strange_pages(steps, contents.parts, purpose)]
    findings += [_of(*found) for found in dots(steps, contents.parts, purpose)]
    findings += [_of(*found) for found in forwarded(contents.parts, purpose)]
    findings += [_of(*found) for found in name_findings(steps, purpose)]
    findings += [_of(*found) for found in broken_claims(steps, purpose)]
    findings += [_of(*found) for found in broken_words(steps, contents.parts, purpose)]
    findings += [_of(*found) for found in rights(contents.parts, observed, purpose)]
    findings += [_of(*found) for found in weaknesses(steps, contents.parts, purpose)]
    # What was told of a file by itself is not told again of what it writes.
    told: dict[tuple[str, str], int] = {}
    for one in findings:
        told[one.path, one.rule] = max(_WEIGHT[one.severity], told.get((one.path, one.rule), 0))
    again = (found for one in elsewhere for found in _as_placed(one, purpose))
    findings += [found for found in again if _WEIGHT[found.severity] > told.get((found.path, found.rule), -1)]
    findings = [_at_home(one, lines_of) for one in findings]
    findings += _together(findings, purpose)
    return Scan(
        findings=tuple(_once(findings)),
        observed=tuple(sorted(observed)),
        num_files=contents.num_files or len(contents.parts),
        num_bytes=contents.num_bytes,
        unread=tuple(sorted({path for path, _ in contents.unread})),
    )


def _of_prose(prose: Sequence[Sentence], steps: Sequence[Step], purpose: Purpose) -> list[Finding]:
    """What the sentences of a package make an agent do."""
    signs: dict[tuple[str, int], dict[str, Sentence]] = {}
    spoken = [
        *said(prose, purpose, signs),
        *gathered(prose, steps, purpose),
        *asked_for(prose, purpose),
        *exported(prose, steps, purpose),
        *paid_elsewhere(prose, purpose),
        *entered(prose, purpose),
        *praised(prose, steps, purpose),
    ]
    is_told = any(found.severity != Severity.NOTE for found in spoken)
    spoken += likened(prose, purpose, signs, is_told=is_told)
    return [_of(found.rule, found.severity, found.sentence.path, _line_of(found), _around(found)) for found in spoken]


def _of_parts(parts: Sequence[Part], steps: Sequence[Step], purpose: Purpose) -> Iterator[Found]:
    """What files make happen by standing where they stand."""
    yield from grants(parts, purpose)
    yield from hook_findings(parts, steps, purpose)
    yield from registry_findings(steps, parts, purpose)
    yield from sources(parts, purpose)
    yield from unseen_in_pages(parts, purpose)


def _as_placed(one: Placed, purpose: Purpose) -> Iterator[Finding]:
    """What a text makes happen as the file that it becomes; the findings stand where the text stands."""
    documents = documents_of(one.contents)
    steps = _steps(one.contents, documents)
    settle(steps, one.contents.parts)
    follow(steps)
    findings = [_finding(seen) for seen in chains(steps, purpose)]
    findings += [_of(*found) for found in _of_parts(one.contents.parts, steps, purpose)]
    findings += [_of(*found) for found in relayed(one.contents.parts, purpose)]
    part = one.contents.parts[0]
    if _FOR_AGENTS.search(part.path):
        prose = [*sentences_of(one.contents, documents)]
        findings += [
            _of(found.rule, found.severity, found.sentence.path, _line_of(found), _around(found))
            for found in (*said(prose, purpose), *paid_elsewhere(prose, purpose), *likened(prose, purpose))
        ]
    order = label(shell_statements(one.order, part.path, first_line=1))
    writes = [*obeyed(order, purpose, one.order)]
    judged = _OF_SETTINGS - {seen.rule for seen in writes}
    judged -= set() if _RIGHTS.search(part.text) else {"grant-root"}
    writes += [seen for seen in chains(order, purpose) if seen.rule in judged]
    told = {found.rule for found in findings if found.severity == Severity.BLOCK}
    findings += [
        _of(seen.rule, seen.severity, part.path, *_that_weighs(part.text, seen))
        for seen in writes
        if seen.severity == Severity.BLOCK
        and seen.rule not in told
        # A hook that is shown is judged by what it hands over.
        and not (one.is_shown and (seen.rule in _OPENLY or '"hooks"' in part.text))
    ]
    for found in findings:
        message = f"{found.message.rstrip('.')} (as {part.path.rpartition('!/')[2]}, which the text becomes)."
        yield replace(found, path=one.path, line=one.line + max(found.line, 1) - 1, message=message)


def _that_weighs(text: str, seen: Seen) -> tuple[int, str]:
    """The line of a text in which the words stand that weigh, and what it says; all of it if they stand in none."""
    place = text.find(seen.words.strip()) if seen.words else -1
    begin = text.rfind("\n", 0, place) + 1
    return (text.count("\n", 0, place) + 1, text[begin:].partition("\n")[0]) if place >= 0 else (1, text)


def _at_home(found: Finding, lines_of: Mapping[str, Sequence[int]]) -> Finding:
    """A finding at its place in its file, in whatever way that was read."""
    if not found.path.endswith((AS_WORDS, AS_PROGRAM, AS_TEXT)):
        return found
    lines = lines_of.get(found.path)
    line = found.line if lines is None else lines[min(max(found.line, 1), len(lines)) - 1]
    return replace(found, path=found.path.rpartition("!/")[0], line=line)


def _num_words(prose: Iterable[Sentence]) -> int:
    """How many words prose has, counted until they are more than a small package says."""
    num_words = 0
    for sentence in prose:
        num_words += len(sentence.text.split())
        if num_words > MAX_SMALL_PROSE:
            break
    return num_words


def _holds_call(step: Step) -> bool:
    """Whether a text of a program, whoever it is handed to, begins as a command that calls out."""
    is_text = step.statement.is_live and not step.statement.is_shell and any(word in step.text for word in _CALLS_OUT)
    return is_text and not is_quoted(step) and not _TOLD_TO_PEOPLE.search(step.text)


def _steps(contents: Contents, documents: Sequence[list[Block] | None]) -> list[Step]:
    """Every step, with the commands inside it and what stands encoded in it."""
    steps = label(statements_of(contents, documents))
    whole = "\n".join([step.text for step in steps])
    words = [word for word in _PROGRAM_WORDS if word in whole]
    calls_out = any(word in whole for word in _CALLS_OUT)
    inner = [
        command
        for step in steps
        if (step.labels and not step.labels.isdisjoint(_HOLDS_COMMANDS))
        or (words and any(word in step.text for word in words))
        or (calls_out and _holds_call(step))
        for command in commands_in(step.statement)
    ]
    steps += label(inner)
    hidden: list[Step] = []
    for step in _may_hold_encoded(steps):
        for text in decoded_blobs(step.text):
            urls = urls_of(text) or _MAIL.findall(text)
            # What holds nothing but an encoded address is decoded elsewhere, by its name.
            if urls and ("decode" in step.labels or urls[0] == text.strip()):
                step.urls, step.hidden_url = tuple(urls), True
            if _CODE_INSIDE.search(text):
                hidden += _hidden_steps(text, step.statement)
    return steps + hidden


def _may_hold_encoded(steps: Sequence[Step]) -> list[Step]:
    """The steps that decode something, or in which a long run of letters and digits stands."""
    numbers = {
        n for n, step in enumerate(steps) if step.labels and "decode" in step.labels and len(step.text) >= _MIN_RUN
    }
    if numbers:
        # What is kept in pieces, or as numbers, is put together where it is decoded.
        numbers.update(n for n, step in enumerate(steps) if len(step.text) > _MIN_RUN and _may_be_kept(step.text))
    long = [n for n, step in enumerate(steps) if len(step.text) >= 2 * _MIN_ROW]
    rows = [n for n in long if steps[n].text.count(",") >= _MIN_ROW and _ROW.search(steps[n].text)]
    # Tables of numbers are many; what is hidden in one is long.
    numbers.update(sorted(rows, key=lambda number: -len(steps[number].text))[:_MAX_ROWS])
    numbers |= holding([step.text for step in steps], _RUNS)
    return [steps[number] for number in sorted(numbers)]


def _may_be_kept(text: str) -> bool:
    """Whether a text may hold pieces, numbers, or bytes that were packed."""
    return text.count(",") >= _MIN_PIECES or "b'x" in text or 'b"x' in text or "'c" in text or '"c' in text


def _hidden_steps(text: str, within: Statement) -> list[Step]:
    """The steps of a program that stands encoded within a statement."""
    if _IS_SCRIPT.search(text):
        read = script_statements(text, within.path, kind="script")
    else:
        is_python = re.search(r"^\s*(?:import|from|exec|def)\b|;\s*\w+\.\w+\(", text)
        read = (python_statements if is_python else shell_statements)(text, within.path)
    # All of it stands where what is encoded stands.
    found = label([one._replace(line=within.line) for one in read], hidden=True)
    return found + label([c for step in found for c in commands_in(step.statement)], hidden=True)


def _whole_files(contents: Contents) -> Iterator[Finding]:
    for path, reason in contents.unread:
        yield _of("unread", Severity.REVIEW, path, 0, "", message=reason)
    for path, what in contents.programs:
        yield _of("program", Severity.REVIEW, path, 0, "", message=f"Is {what}, which cannot be read.")
    for path, what in contents.disguised:
        yield _of("disguised", Severity.REVIEW, path, 0, "", message=f"Is {what} under the name of something else.")
    for path, target, is_within in contents.links:
        message = "Is a link to something else in the package." if is_within else ""
        yield _of("symlink", Severity.NOTE if is_within else Severity.REVIEW, path, 0, target, message=message)


def _encoded_orders(contents: Contents) -> Iterator[Finding]:
    """Sentences of a document that only an agent which decodes them can read, and that have it do something."""
    for part in contents.parts:
        if part.kind != "markdown" or part.is_example:
            continue
        for place, told in encoded_prose(part.plain):
            if _ORDER.search(told):
                line = part.plain.count("\n", 0, place) + 1
                yield _of("hidden-instructions", Severity.BLOCK, part.path, line, told[:300])


def _kept_in_rows(contents: Contents) -> Iterator[Finding]:
    """A program that lies encoded in the rows of a file of data, a piece each."""
    for part in contents.parts:
        if part.kind not in ("json", "data") or part.is_example:
            continue
        for row in _PIECES.finditer(part.plain):
            told = next(iter(decoded_blobs(f'"{"".join(_PIECE_OF.findall(row[0]))}"')), "")
            if _CODE_INSIDE.search(told) and "(" in told:
                line = part.plain.count("\n", 0, row.start()) + 1
                yield _of("hidden-commands", Severity.BLOCK, part.path, line, told[:300])


def _hidden_text(contents: Contents) -> Iterator[Finding]:
    for part in contents.parts:
        if part.plain != part.text and (host := _spelt_in_two(part.text)):
            line = part.text.count("\n", 0, host.start()) + 1
            yield _of("lookalike-name", Severity.BLOCK, part.path, line, host[0], _TWO_SCRIPTS)
        # Whatever is hidden is not in the plain text.
        for line, kind, shown in disguises(part.text) if part.plain != part.text else ():
            if kind == "split-word" and not _is_suspect_split(part):
                continue
            yield _of(
                "hidden-text",
                Severity.BLOCK
                if (kind == "tags" and len(shown) > 12) or (kind == "invisible" and shown.endswith("long"))
                else Severity.REVIEW,
                part.path,
                line,
                shown,
            )


def _spelt_in_two(text: str) -> re.Match[str] | None:
    """A host that is spelt with letters of two scripts, and looks like one that is not."""
    return next((host for host in _HOST.finditer(text) if any(mixed_words(host[0]))), None)


def _is_suspect_split(part: Part) -> bool:
    """A soft hyphen in a word is typography; words that are split so that no search finds them are not."""
    return len(re.findall("[A-Za-z][\u200b\u2060\ufeff]+[A-Za-z]", part.text)) >= 1 and bool(
        re.search(r"curl|wget|bash|base64|eval|exec|ignore|instruction|send|system", part.plain, re.I)
    )


def _endpoints(contents: Contents, purpose: Purpose) -> Iterator[Finding]:
    for part in contents.parts:
        if part.kind in ("data", "json") and not part.is_example and "://" in part.text:
            for found in _endpoints_in(part.text):
                place = place_of(found[1], own_words=purpose.words)
                if (
                    place.is_shady
                    and place.name not in ("SHORTENER", "HIDDEN")
                    and not purpose.says(r"ngrok|tunnel|webhook|proxy")
                ):
                    yield _of(
                        "odd-endpoint",
                        Severity.REVIEW,
                        part.path,
                        part.text.count("\n", 0, found.start(1)) + 1,
                        found[0].strip(),
                    )


def _endpoints_in(text: str) -> Iterator[re.Match[str]]:
    """Settings that name an address; looked for from the line of each address, or from lines above if it stands alone."""
    begins: set[int] = set()
    last, place = 0, text.find("://")
    while place >= 0:
        # One name stands on a line, before its first address.
        begin = place if last == 0 or text.find("\n", last, place) >= 0 else 0
        while begin > 0:
            begin = text.rfind("\n", 0, begin - 1) + 1
            begins.add(begin)
            if not _ALONE.fullmatch(text, begin, place):
                break
        last, place = place, text.find("://", place + 3)
    end = 0
    for begin in sorted(begins):
        if begin >= end and (found := _ENDPOINT.match(text, begin)):
            yield found
            end = found.end()


@cache
def _touching() -> Callable[[str], Iterable[int]]:
    return places_of(TOUCHES)


def _observed(steps: Sequence[Step]) -> set[Capability]:
    found: set[Capability] = set()
    seen: set[tuple[str, frozenset[str], bool, str]] = set()
    shells: set[str] = set()
    touching = holding([step.text.lower() for step in steps], _touching())
    for number, step in enumerate(steps):
        statement = step.statement
        if not step.labels and number not in touching:
            if statement.is_shell and not statement.is_mention:
                shells.add(statement.path)
            continue
        if statement.is_mention:
            continue
        key = (statement.text, step.labels, statement.is_shell, statement.path)
        if key in seen:
            continue
        seen.add(key)
        labelled = {capability for name in step.labels for capability in _CAPABILITIES[name]}
        found |= touched(step.text, step.labels, labelled, path=statement.path, is_shell=statement.is_shell)
        if "fetch" in step.labels and "runs-input" in step.labels:
            found.add(Capability.RUN_DOWNLOADED)
    for path in shells:
        found |= touched("", (), (), path=path, is_shell=True)
    return found


def _finding(seen: Seen) -> Finding:
    statement = seen.step.statement
    also = f" ({seen.also})" if seen.also else ""
    return _of(
        seen.rule,
        seen.severity,
        statement.path,
        statement.line,
        statement.text,
        message=f"{rules()[seen.rule].behaviour.rstrip('.')}{also}.",
    )


def _line_of(said: Said) -> int:
    return said.sentence.own_line or said.sentence.line


def _around(said: Said) -> str:
    """What a sentence says from a little before the words that weigh."""
    before = said.start - _BEFORE
    return f"…{veiled(said.sentence.text, before)}" if before > _BEFORE else said.sentence.text


def _of(rule: str, severity: Severity, path: str, line: int, evidence: str, message: str = "") -> Finding:
    known = rules()[rule]
    return Finding(
        rule=rule,
        severity=severity,
        message=veiled(message or known.behaviour),
        path=path,
        line=line,
        evidence=_shown(evidence, whole=rule == "symlink"),
        codes=known.codes,
    )


def _shown(evidence: str, *, whole: bool) -> str:
    # Where a link leads is a path, and an approval answers for all of it.
    line = " ".join(evidence.split())
    end = len(line) if len(line) <= _MAX_SHOWN else _MAX_SHOWN - 3
    return f"{line[:end] if whole else veiled(line, end=end)}{'' if end == len(line) else '…'}"


def _together(findings: Sequence[Finding], purpose: Purpose) -> Iterator[Finding]:
    """Two things on different grounds that each want a look: an honest package hardly ever has more than one."""
    wanted = [
        one
        for one in findings
        if one.severity == Severity.REVIEW
        and one.rule not in _COMMON
        and (one.rule == "undisclosed-account" or not purpose.only_shows(one.path, TEMPLATE))
    ]
    if purpose.is_security or len(wanted) < 2 or any(one.severity == Severity.BLOCK for one in findings):
        return
    first = wanted[0]
    for rule in _TWICE:
        again = [one for one in wanted if one.rule == rule]
        if len({(one.path, one.evidence) for one in again}) > 1:
            said = f"The same wants a look in two places: {rule}."
            yield _of("adds-up", Severity.BLOCK, again[-1].path, again[-1].line, again[-1].evidence, said)
            return
    for other in wanted[1:]:
        is_apart = first.path != other.path or abs(first.line - other.line) > _APART
        # Signs that add up and likeness are told by different words.
        is_apart = is_apart or {first.rule, other.rule} == {"adds-up", "like-harm"}
        if is_apart and _GROUNDS.get(first.rule, first.rule) != _GROUNDS.get(other.rule, other.rule):
            said = f"Two things stand together that each want a look: {first.rule} and {other.rule}."
            yield _of("adds-up", Severity.BLOCK, other.path, other.line, other.evidence, said)
            return


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for a rule and a line: the gravest."""
    best: dict[tuple[str, int, str], Finding] = {}
    for finding in findings:
        key = (finding.path, finding.line, finding.rule)
        if key not in best or _WEIGHT[finding.severity] > _WEIGHT[best[key].severity]:
            best[key] = finding
    return [best[key] for key in sorted(best)]
