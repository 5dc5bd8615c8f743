"""Does the code keep what the package says of it: that nothing leaves the machine, that files stay as they are, what it may touch?

A package that says so and does otherwise in its own programs is read by a person: one of the two is wrong. So is one that asks for
every right, or to be used for any request whatever: nothing that it says narrows what it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from metier.capability import Capability
from metier.errors import PackageError
from metier.govern.manifest import declared, deviation
from metier.govern.scan.accounts import Found
from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place, place_of
from metier.govern.scan.parts import LANGUAGES, Part, manifest_of
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import DOCUMENTS, OUTWARD, is_quoted
from metier.govern.scan.triggers import found_in, holding, places_of
from metier.stores.frontmatter import read_frontmatter
from metier.verdict import Severity

_WORDS = (
    "network",
    "internet",
    "leave",
    "offline",
    "local",
    "stay",
    "remain",
    "sent",
    "upload",
    "transmit",
    "api call",
    "http",
)
_STAYS = re.compile(
    r"\b(?:no|without|needs? no|requires? no|makes? no)\s(?:any\s)?(?:external\s|outbound\s|remote\s)?(?:network|internet)\s?(?:access|calls?|requests?|connections?|traffic|use)?\b(?!\s*[:?→=])"
    r"|\bno\s(?:external\s|remote\s)?(?:api|http)\s(?:calls?|requests?)\b"
    r"|\b(?:(?:no|none of your|none of the)\s(?:\w+\s){0,2}|(?:data|texts?|files?|content|documents?|notes?|photos?|images?|audio|code|input|everything|information)\snever\s)(?:ever\s)?leaves?\s(?:this|your|the|the user's)\s(?:local\s)?(?:machine|computer|device|system|laptop|host)\b"
    r"|\b(?:everything|all (?:data|files|notes|texts)|(?:your|the|its) (?:data|files|notes|texts|logs?))\s(?:always\s)?(?:stays?|remains?|is kept|are kept)\s(?:on|in)\s(?:this|your|the|the user's)\s(?:own\s)?(?:local\s)?(?:machine|computer|device|laptop|disk)\b"
    r"|\b(?:nothing|no \w+) (?:is|are|gets?) (?:ever )?(?:sent|uploaded|transmitted)\b"
    r"|\b(?:runs?|works?|stays?|operates?|processed|done|happens?)\s(?:\w+\s)?(?:fully|entirely|completely|purely|100 ?%|strictly|only)\s(?:offline|locally)\b"
    r"|\b(?:fully|entirely|completely|purely|100 ?%|strictly)\s(?:offline|local)\b|\b(?:runs?|works?)\soffline\b"
    r"|\b(?:everything|all of it)\sis\s(?:\w+\s)?(?:computed|processed|calculated|checked|done)\s(?:\w+\s)?(?:locally|offline)\b",
    re.I,
)
_PEOPLE = r"(?:personal|private|customer|client|sensitive|contact|patient|user)"
_GIVES = r"(?:sends?|transmits?|uploads?|shares?|transfers?|submits?)"
_GIVEN = r"(?:sent|transmitted|uploaded|shared|submitted)\b"
_SPARES = re.compile(
    rf"\b(?:{_GIVES}\sno|(?:(?:does|will)\s(?:not|never)|doesn't|won't|never)\s{_GIVES}(?:\sany)?)\s{_PEOPLE}\b"
    rf"|\bno\s{_PEOPLE}\s(?:\w+\s){{0,3}}(?:is|are|gets?)\s(?:ever\s)?{_GIVEN}"
    rf"|\b{_PEOPLE}\s(?:data|information|details|fields|records)\s(?:(?:is|are)\snever\s{_GIVEN}|never\sleaves?\b)",
    re.I,
)
"""Of people nothing is sent, whatever else is."""
_TABLE = re.compile(
    r"\bDictReader\(|\bread_(?:csv|excel)\(|\bcsv\.(?:reader|parse|NewReader)\b|\bcsv-parse\b|\bPapa\.parse\(|\bCSV\.(?:foreach|read|parse|table)\b|\bImport-Csv\b|\bfgetcsv\("
)
"""A table is read, row by row."""
_ASKS_WITH = re.compile(r"[?&]\w{1,20}=[\"'`]?\s*(?:\+\s*\w|\.\s*\$|%s|\{|\$)|[\"'`]\s*\+\s*\(?\s*[\"'`][?&/]")
"""A part of an address is worked out."""
_OF_KEYS = re.compile(
    r"\b(?:seed|recovery|mnemonic|backup)\s(?:phrases?|words)\b|\bbip-?39\b|\bprivate\skeys?\b",
    re.I,
)
_UNLESS = re.compile(
    r"\b(?:unless|except|apart from|other than|only (?:when|if|the|to)|besides|optional|if you|mode|by default|until|without (?:it|this|them|one|consent|permission))\b",
    re.I,
)
_EXCEPTS = re.compile(rf"{_UNLESS.pattern}|\bdry\b|--[a-z]", re.I)
_OF_COMMAND = re.compile(r"\s*[^\s#|*-][^#\n]*\s#\s")
"""A command with a comment behind it: that one needs no network."""
_DOWNLOADS = re.compile(
    r"\b(?:curl|wget)\b(?!.*\s(?:-d|--data\S*|-F|--form\S*|-T|--upload-file|--post-\S+|-X\s*P\w+)\b).*\s(?:-\w*[oO]|--output|--remote-name)\b"
)
_UNTOUCHED = re.compile(
    r"\b(?:does|(?<!please )(?<=[a-z] )do|will|shall)(?: not|n't) (?:ever )?(?:modify|change|write(?: to)?|alter|delete|touch|edit|move|remove) (?:any |your |the |its )?(?:(?!other|source|system|hidden|unrelated)\w+ )?(?:files?|disk|anything|data|documents?|folders?)\b"
    r"|\bnever (?:modif(?:y|ies)|changes?|writes?(?: to)?|alters?|deletes?|touch(?:es)?|edits?) (?:any |your |the |its )?(?:(?!other|source|system|hidden|unrelated)\w+ )?(?:files?|disk|anything|data|documents?)\b"
    r"|\b(?:makes?|making) no changes? to (?:disk|(?:any |your |the )?(?:files?|data|documents?))\b|\bno side[- ]effects?\b",
    re.I,
)
_SAYS_ALTERS = re.compile(
    r"(?<!never )(?<!not )\b(?:removes|deletes|rewrites|overwrites|writes|moves|renames)\b[^.\n]{0,40}\b(?:files?|folders?|cache|it|them|documents?|photos?)\b|\bin[- ]place\b",
    re.I,
)
"""Who says this too leaves alone what another of its commands is not for."""
_HARMLESS = re.compile(
    r"\bread[- ]only\b|\bno side[- ]effects?\b|\b(?:makes?|making) no changes\b|\b(?:does|will)(?: not|n't) (?:modify|change|write|alter|delete|touch)\b"
    r"|\bnothing is (?:written|deleted|changed|modified)\b|\bwithout (?:modifying|changing|writing|touching)\b|\bnever (?:writes?|modifies|deletes?|changes)\b",
    re.I,
)
_DOCUMENTED = re.compile(
    r"^(?P<before>[ \t]*)(?:async )?def (?:[^\n]{1,300}|\w{1,80}\(\n[^()]{0,600}\)[^\n]{0,80}):[ \t]*\n[ \t]*[rRuU]?(?P<mark>\"{3}|'{3}|\"|')(?P<says>[\s\S]{1,2000}?)(?P=mark)",
    re.M,
)
"""A function of Python, and what is said of it."""
_SAYS_MORE = re.compile(
    r"\b(?:writes?|saves?|exports?|removes?|deletes?|renames?|moves?|dry|unless|without|except|by default)\b|--\w", re.I
)
"""It is said as well what is altered, or when."""
_ALTERS = re.compile(
    r"\bos\.(?:remove|unlink|rename|replace|rmdir)\(|\bshutil\.(?:move|rmtree)\(|\.unlink\(|\.write_(?:text|bytes)\(|open\([^)\n]*,\s*(?:mode=)?[\"'][wa]"
)
_ALTERS_GIVEN = re.compile(
    r"(?:\bos\.(?:remove|unlink)|\bshutil\.(?:move|rmtree)|\bfs\.(?:unlink|rm)(?:Sync)?)\(\s*(?P<gone>\w+)\s*[,)]"
    r"|\b(?P<dropped>\w+)\s*\)?\.unlink\(|\b(?P<over>\w+)\s*\)?\.write_(?:text|bytes)\("
    r"|(?<![\w.])open\(\s*(?P<name>\w+)\s*,\s*(?:mode=)?[\"'][wax]|\bwriteFile(?:Sync)?\(\s*(?P<script>\w+)\s*,"
)
_ALTERING_WORDS = ("os.remove", "nlink", "shutil.", "fs.rm", ".write_", "open(", "writeFile")
"""It holds one of them."""
_RIGHTS = re.compile(r"^[ \t]*(?:permissions|capabilities|allowed[-_]tools|tools)[ \t]*:", re.M)
_ANYTHING = frozenset({"*", "all", "any", "permission:*", "*:*"})
_LISTS = frozenset(
    {"allow", "allowed", "grant", "granted", "name", "permission", "permissions", "scope", "scopes", "tools"}
)
"""Under these words a list of permissions may stand within a list of permissions."""
_GRAVE = frozenset(
    {
        Capability.RUN_SHELL,
        Capability.RUN_PROGRAMS,
        Capability.EVALUATE_CODE,
        Capability.INSTALL_PACKAGES,
        Capability.FETCH,
        Capability.SEND,
        Capability.LISTEN,
        Capability.WRITE_FILES,
        Capability.WRITE_OUTSIDE,
        Capability.DELETE_FILES,
        Capability.READ_CREDENTIALS,
        Capability.CONTROL_PROCESSES,
        Capability.PERSIST,
        Capability.ELEVATE,
    }
)
"""What a list of permissions is there to name."""
_ANY_REQUEST = re.compile(
    r"(?<!never )(?<!not )\b(?:helps?|assist(?:s|ing)?|support|use[ds]?|activat\w+|trigger\w*|invok\w+|respond\w*|handles?|(?:does|do)(?= (?:any|every)thing)"
    r"|appl(?:y|ies) (?:to|for|in)|(?:runs?|loads?) (?:on|for|with|in|at|before|after))\b[^.;:]{0,40}?"
    r"\b(?:anything|everything|(?:any|every|all)(?: (?:and|or) (?:any|every|all))?(?: (?:kinds?|sorts?|types?) of)? (?:user )?(?:tasks?|requests?|questions?|messages?|prompts?|conversations?|situations?|purposes?|inputs?))"
    r"(?=\s*(?:[.,;!?)]|$|\n|(?:you|the user|users|they|that|at all|imaginable|whatsoever|ever|always)\b))",
    re.I,
)
_NARROWED = re.compile(
    r"\b(?:about|related|regarding|involving|concerning|involve\w*|except|not|never|unless|that (?!you|the user|users|they)\w+|else)\b|\bfor everything else\b",
    re.I,
)
_CASES = re.compile(r"(?:^|/)(?:tests?|examples?|evals?|fixtures?|samples?)(?:/|[._-])", re.I)

_MAY_BE_WIDE = re.compile(r"permissions|capabilities|(?<![:\w])\*|\b(?:all|any)\b", re.I)
"""What is in a list of rights that is looked at closer."""
_WIDE = re.compile(r"\b(?:any|every|all)(?:thing)?\b", re.I)
_MAX_BLOCK = 20_000


def broken_claims(steps: Sequence[Step], purpose: Purpose) -> Iterator[tuple[str, Severity, str, int, str]]:
    """Rule, weight, place and evidence of the first step that sends what the description says stays.

    >>> from metier.govern.scan.statement import Statement
    >>> text = "requests.post('https://api.notes.example/v1', json=notes)"
    >>> step = Step(Statement("a.py", 1, text), frozenset({"send"}), ("https://api.notes.example/v1",))
    >>> [found[0] for found in broken_claims([step], Purpose(description="Sums up notes. No data leaves your machine."))]
    ['breaks-promise']
    """
    sent = None if purpose.is_security else next((step for step in steps if step.urls and _sends(step, purpose)), None)
    is_grave = _OF_KEYS.search(purpose.description) is not None
    if sent is None and is_grave and not purpose.is_security:
        # Of what opens a wallet, a word in the address of a list is as good as all of it.
        sent = next((step for step in steps if step.urls and _asks_with(step, purpose)), None)
    told = f"{purpose.description}\n{purpose.body}"
    claim = (_claim(told) or _spares(told, steps, sent.statement.path)) if sent is not None else ""
    if sent is not None and claim:
        statement = sent.statement
        evidence = f"“{claim}”, and then {sent.text}"
        yield (
            "breaks-promise",
            Severity.BLOCK if is_grave else Severity.REVIEW,
            statement.path,
            statement.line,
            evidence,
        )


def broken_words(steps: Sequence[Step], parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """A program alters files though its package, or what is said of the function, says that it leaves them alone.

    >>> from metier.govern.scan.parts import read_text
    >>> text = 'def tidy(path):\\n    \\"\\"\\"Read-only.\\"\\"\\"\\n    os.remove(path)\\n'
    >>> [found[:4] for found in broken_words([], read_text(text, "a.py").parts, Purpose())]
    [('breaks-promise', <Severity.REVIEW: 'review'>, 'a.py', 1)]
    """
    message = "Alters files, though it is said to leave them as they are."
    step = _alters_given(steps, purpose) if any(part.kind in LANGUAGES for part in parts) else None
    if step is not None and (claim := _says_untouched(f"{purpose.description}\n{purpose.body}")) is not None:
        statement = step.statement
        evidence = f"“{' '.join(claim[0].split())}”, and then {step.text}"
        yield "breaks-promise", Severity.REVIEW, statement.path, statement.line, evidence, message
    for part in parts:
        if part.kind != "python" or purpose.only_shows(part.path, _CASES):
            continue
        for found in _DOCUMENTED.finditer(part.plain) if _may_be_harmless()(part.plain) else ():
            said = _HARMLESS.search(found["says"])
            body = block(part.plain, found.end(), len(found["before"].expandtabs())) if said else ""
            if said is None or _SAYS_MORE.search(_HARMLESS.sub("", found["says"])):
                continue
            if altered := _ALTERS.search(body):
                evidence = f"“{said[0]}”, and then {altered[0]}"
                line = part.plain.count("\n", 0, found.start()) + 1
                yield "breaks-promise", Severity.REVIEW, part.path, line, evidence, message
                break


@cache
def _may_be_harmless() -> Callable[[str], bool]:
    return found_in(_HARMLESS)


def _says_untouched(text: str) -> re.Match[str] | None:
    """The words that promise that files stay as they are, without an exception."""
    if not _may_say_untouched()(text) or _SAYS_ALTERS.search(_UNTOUCHED.sub("", text)):
        return None
    return next((found for found in _UNTOUCHED.finditer(text) if not _EXCEPTS.search(_sentence(text, found))), None)


@cache
def _may_say_untouched() -> Callable[[str], bool]:
    return found_in(_UNTOUCHED)


def _alters_given(steps: Sequence[Step], purpose: Purpose) -> Step | None:
    """The first step of a program that removes a file which its function is given, or writes one that it reads as well."""
    given: dict[tuple[str, str], set[str]] = {}
    read: dict[tuple[str, str], str] = {}
    altering = holding([step.text for step in steps], _altering())
    for number, step in enumerate(steps if altering else ()):
        statement = step.statement
        if (
            not statement.scope
            or statement.path.lower().endswith(DOCUMENTS)
            or purpose.only_shows(statement.path, _CASES)
        ):
            continue
        place = (statement.path, statement.scope)
        if statement.parameters:
            given[place] = {*statement.parameters[1:]}
        found = _ALTERS_GIVEN.search(step.text) if number in altering else None
        if found is not None:
            name = next(filter(None, found.groups()))
            was = read.get(place, "")
            is_gone = found["gone"] or found["dropped"]
            if name in given.get(place, ()) and (is_gone or f"({name}" in was or f"{name}.read" in was):
                return step
        elif "read" in step.labels:
            read[place] = f"{read.get(place, '')}\n{step.text}"
    return None


@cache
def _altering() -> Callable[[str], Iterable[int]]:
    return places_of(_ALTERING_WORDS)


def rights(parts: Sequence[Part], observed: Collection[Capability], purpose: Purpose) -> Iterator[Found]:
    """What a package asks to be allowed: everything, or less than it does; and whether it wants to be used for any request.

    Args:
        observed: What its programs and commands touch.

    >>> from metier.govern.scan.parts import read_text
    >>> text = "---\\nname: tidy\\ndescription: Tidies.\\npermissions:\\n  - read:files\\n---\\n"
    >>> [found[:2] for found in rights(read_text(text, "SKILL.md").parts, {Capability.SEND}, Purpose(description="Tidies."))]
    [('beyond-permissions', <Severity.REVIEW: 'review'>)]
    """
    manifest = manifest_of(parts)
    if manifest is None:
        return
    wide = _ANY_REQUEST.search(purpose.description) if _WIDE.search(purpose.description) else None
    if wide is not None:
        end = purpose.description.find(".", wide.end())
        if not _NARROWED.search(purpose.description[wide.start() : end if end >= 0 else None]):
            yield "any-request", Severity.REVIEW, manifest.path, 1, purpose.description, ""
    text = manifest.text.replace("\r\n", "\n").replace("\r", "\n")
    head = text[: max(text.find("\n---", 3), 0)]
    begins = _RIGHTS.search(head)
    if begins is None or not _MAY_BE_WIDE.search(head, begins.start()):
        return
    try:
        fields = read_frontmatter(f"{head}\n---\n", where=manifest.path).fields
    except PackageError:
        return
    asked = [key for key in ("permissions", "capabilities", "allowed-tools", "allowed_tools", "tools") if key in fields]
    for key in asked:
        if _asks_all(fields[key]):
            yield "grants-all", Severity.REVIEW, manifest.path, _line_of(key, head), f"{key}: {fields[key]}", ""
            return
    permissions = fields.get("permissions")
    if permissions not in (None, "") and _is_understood(permissions):
        granted = [one for one in declared(fields) if one.grants]
        beyond = sorted(_GRAVE.intersection(deviation(granted, observed).under))
        if beyond:
            line = _line_of("permissions", head)
            message = f"Does what its permissions leave out: {', '.join(beyond)}."
            yield "beyond-permissions", Severity.REVIEW, manifest.path, line, f"permissions: {permissions}", message


def _line_of(key: str, head: str) -> int:
    found = re.search(rf"^[ \t]*{key}[ \t]*:", head, re.M)
    return head.count("\n", 0, found.start()) + 1 if found else 1


def _asks_all(value: object) -> bool:
    """Whether what is asked for is everything, not everything of a kind.

    >>> _asks_all(["read", "*"]), _asks_all("Bash(git add * -A) Read"), _asks_all({"network": "any"})
    (True, False, False)
    """
    if isinstance(value, Mapping):
        return any(
            not _is_no(how) and (_asks_all(str(key)) or (str(key).lower() in _LISTS and _asks_all(how)))
            for key, how in value.items()
        )
    if isinstance(value, list | tuple):
        return any(_asks_all(one) for one in value)
    words = str(value).lower()
    plain = re.sub(r"\([^)]*\)", "()", words)
    return any(one.strip(" \"'[]{}") in _ANYTHING for one in plain.split(",")) or "*" in plain.split()


def _is_understood(value: object) -> bool:
    """Whether each word of a list of permissions is known: of a list in other words nobody can tell what it leaves out."""
    if isinstance(value, Mapping):
        return all(_is_no(how) or declared({"permissions": {key: how}}) for key, how in value.items())
    if isinstance(value, list | tuple):
        return all(_is_no(one) or declared({"permissions": [one]}) for one in value)
    return all(_is_no(one) or declared({"permissions": one}) for one in re.split(r"[,\s]+", str(value)))


def _is_no(value: object) -> bool:
    return not value or str(value).strip().lower() in ("none", "no", "false", "off", "denied", "deny", "never")


def block(text: str, begin: int, indent: int) -> str:
    """The lines of a block from where they begin, for so long as they are deeper than the line that begins it, without comments."""
    lines: list[str] = []
    end = min(begin + _MAX_BLOCK, len(text))
    while begin < end:
        until = text.find("\n", begin, end)
        line = text[begin : until if until >= 0 else end].expandtabs()
        said = line.lstrip()
        if said and said[0] not in "#)]}{" and len(line) - len(said) <= indent:
            break
        if not said.startswith("#"):
            lines.append(line)
        begin = until + 1 if until >= 0 else end
    return "\n".join(lines)


def _sends(step: Step, purpose: Purpose) -> bool:
    """Whether a program, not a document or a test, sends something to the machines that it names."""
    path = step.statement.path
    return (
        not step.labels.isdisjoint(OUTWARD)
        and not step.statement.is_mention
        and not path.lower().endswith(DOCUMENTS)
        and not purpose.only_shows(path, _CASES)
        and not is_quoted(step)
        and not _DOWNLOADS.search(step.text)
        and max(place_of(url) for url in step.urls) > Place.LOCAL
    )


def _asks_with(step: Step, purpose: Purpose) -> bool:
    """Whether a program works out a part of the address that it names."""
    path = step.statement.path
    return (
        not path.lower().endswith(DOCUMENTS)
        and not purpose.only_shows(path, _CASES)
        and _ASKS_WITH.search(step.text) is not None
        and max(place_of(url) for url in step.urls) > Place.LOCAL
    )


@cache
def _may_stay() -> Callable[[str], bool]:
    return found_in(_STAYS)


def _claim(text: str) -> str:
    """The words that promise that nothing leaves the machine; empty if there are none, or with an exception."""
    said = text.lower()
    if not any(word in said for word in _WORDS) or not _may_stay()(text):
        return ""
    for found in _STAYS.finditer(text):
        sentence = _sentence(text, found)
        if not _UNLESS.search(sentence) and not _OF_COMMAND.match(sentence):
            return " ".join(found[0].split())
    return ""


def _spares(text: str, steps: Sequence[Step], path: str) -> str:
    """The words that promise that nothing of people leaves, if the program that sends reads a table of them; else empty."""
    found = _SPARES.search(text)
    if found is None or not any(step.statement.path == path and _TABLE.search(step.text) for step in steps):
        return ""
    return "" if _UNLESS.search(_sentence(text, found)) else found[0]


def _sentence(text: str, found: re.Match[str]) -> str:
    """The sentence in which something was found."""
    begin = max(text.rfind(". ", 0, found.start()), text.rfind("\n", 0, found.start())) + 1
    ends = [end for end in (text.find(". ", found.end()), text.find("\n", found.end())) if end >= 0]
    return text[begin : min(ends, default=len(text))]
