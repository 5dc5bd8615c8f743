"""What goes where? Follows names through the steps of all programs of a package, from what is read to where it goes.

Names carry what was put into them: through assignments, files, function arguments and results, across files. It is an
approximation (no branches, no order), on purpose: a payload may be called from anywhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from metier.govern.scan.hosts import addresses_of, named_host, others_key, urls_of
from metier.govern.scan.labels import (
    ACTS,
    CONNECT,
    DECODE,
    ENCODE,
    EXECUTE,
    FETCH,
    FETCH_BY_TEXT,
    GET_WITH_DATA,
    NAME_LOOKUP,
    PIPED,
    SEND,
    SEND_BY_COMMAND,
    SOURCES,
    Label,
)
from metier.govern.scan.neighbours import neighbours
from metier.govern.scan.statement import MAX_LENGTH, Statement
from metier.govern.scan.triggers import Alternative, Triggers
from metier.govern.scan.variables import NAME, used
from metier.govern.scan.written import folders_of

LABELS: tuple[Label, ...] = (
    *SOURCES,
    FETCH,
    FETCH_BY_TEXT,
    SEND,
    SEND_BY_COMMAND,
    CONNECT,
    NAME_LOOKUP,
    GET_WITH_DATA,
    EXECUTE,
    PIPED,
    DECODE,
    ENCODE,
    *ACTS,
)
_SOURCE_NAMES = frozenset(label.name for label in SOURCES)
_BEGINS = _SOURCE_NAMES | {"fetch", "decode", "encode"}
_COPIES = ("cp ", "mv ", "rsync ", "cat ", "echo ", "printf ", "sudo cp ", "tee ", "install ", "env ", "printenv ")
"""What is put into a folder goes where the folder goes."""
_AS_TEXT = {"send-by-command": "send", "fetch-by-text": "fetch"}
_NO_NAMES: frozenset[str] = frozenset()
_MAX_PASSES = 16
_MANY = 64
"""Where a name stands in more steps, those of one function are looked up."""
_MAX_NAMED = 120
"""A longer statement does more than to give a host a name."""
_ALIAS = re.compile(
    r"\b(?:open|ZipFile)\(\s*(?:[\w.]*\.)?(\w+)\b.*\bas\s+(\w+)|\b(?:urlretrieve|DownloadFile)\(\s*(?:(?:[^,()]|\([^()]*+\))*+,\s*)?(?:filename\s*=\s*)?(\w+)|\b(?:writeFile\w*|createWriteStream)\(\s*(?P<path>\w+)|(?<!\w)(?P<to>\w{1,120})\s*=\s*open\(\s*(?P<of>\w+)"
)
STRINGS = re.compile(
    r"[rbfRBF]{0,2}(?:\"\"\"([\s\S]*?)\"\"\"|'''([\s\S]*?)'''|\"([^\"\\]*+(?:\\.[^\"\\]*+)*+)\"|'([^'\\]*+(?:\\.[^'\\]*+)*+)'|`([^`\\]*+(?:\\.[^`\\]*+)*+)`)"
)
_COMMON_NAMES = frozenset({"main", "get", "run", "data", "result", "response", "init", "load", "parse", "print", "len", "str", "open", "json", "post", "execute", "request", "send", "log", "exec", "fetch", "read", "write", "join", "map", "filter", "then", "next", "call", "test", "list", "dict", "format", "update", "start", "stop", "close", "handle", "process"})  # fmt: skip

Key = tuple[str, ...]
"""A name, as it is known in a function, a file, or everywhere."""


@dataclass(slots=True)
class Step:
    """A statement, its labels, what flows into it, and where it leads.

    Attributes:
        received: What it reads or was handed: kind → the step where that began.
        urls: Addresses it names, or was handed.
        carriers: The names through which a secret variable came.
        files: The files through which something fetched or decoded came.
        through: The names through which something came that was decoded, or that another machine asked: kind → names.
        hidden: It was found inside something encoded.
    """

    statement: Statement
    labels: frozenset[str]
    urls: tuple[str, ...] = ()
    received: dict[str, Step] = field(default_factory=dict)
    carriers: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    through: dict[str, frozenset[str]] = field(default_factory=dict)
    hidden: bool = False
    hidden_url: bool = False
    text: str = field(init=False)

    def __post_init__(self) -> None:
        text = self.statement.text
        self.text = text if len(text) <= MAX_LENGTH else _ends(text)


_CALLED = frozenset(
    {
        "fetch",
        "send",
        "execute",
        "decode",
        "encode",
        "evaluate",
        "load-code",
        "listener",
        "kill",
        "shell",
        "delete",
    }
)
"""In a program these are calls; inside a text they are only words."""
_IMPORT = re.compile(
    r"(?:import|from)\s+[\w.]+(?:\s|$|,)|import\s*[{*\"']|(?:const|var|let)\s+[\w{},\s]+=\s*require\(\s*[\"'][^\"']+[\"']\s*\)$"
)
_IMPORTS = ("import", "from", "const", "var", "let")
_LOOKED_UP = re.compile(r"=\s*[A-Z][A-Z0-9_]{1,40}(?:\.get\(|\[)\s*[A-Za-z_]\w*\s*[\]),]")
"""What is found under a name in a table of constants is what its maker put there."""
_SETS_NAMES = re.compile(r"(?:echo|printf)\s+(?:-\w+\s+)*(?:export\s+)?[A-Z_][A-Z0-9_]*=(?:%s|\$)")
"""An answer that is written behind a name, as a setting; one of the user's own device is no program."""
_HANDS_ON = re.compile(r"(?:export\s+)?\w+=|echo|printf|cat|env|printenv|jq|base64")
_WRITES_FILE = re.compile(
    r"open\(.*[\"'][wax]b?\+?[\"']|\.write_(?:text|bytes)\(|write(?:Text)?File\w*\(|appendFile\w*\(|urlretrieve\(|createWriteStream\(|shutil\.(?:copy\w*|move)\(|\bgetstore\(|\.write\(to:|(?:\bfs::write|File::create|os\.(?:WriteFile|Create)|Files\.(?:write\w*|copy)|File\.(?:WriteAll\w+|write|open|Create)|\.writeBytes|file_put_contents|writeLines|download\.file)\(|make_archive\(|ZipFile\([^)]*[\"']w|tarfile\.open\([^)]*[\"']w"
)
_OPENED = re.compile(
    r"\bhttps?\.request\(|http2\.connect\(|[\"']:method[\"']\s*:|new WebSocket\(|createTransport\(|curl_init\("
)
_CONNECTED = re.compile(r"(?:await\s+)?\$?([A-Za-z_][\w.$]*)\.(?:connect|open|login|init)\w*\(")
"""A thing that is connected to an address leads there from then on."""
_DEFAULTS = re.compile(r"[(,\s](\w+)\s*(?::[^=,()]{1,60})?=(?![=>])")
_PAIRS = re.compile(r"\bos\.environ\.items\(\)|Object\.entries\(process\.env\)")
_MASKS = re.compile(r"\.replace(?:All)?\(\s*([A-Za-z_$][\w$]*)\s*,")
_ENVIRONMENT = re.compile(r"=\s*(?:os\.environ|process\.env)\s*;?$")
_METADATA = re.compile(r"169\.254\.169\.254|metadata\.google\.internal")
_IDENTITY = re.compile(r"\s-i\s+\S*(?:id_\w+|\.pem|\.ssh/\S+)")
_LEFT_OUT = re.compile(r"--exclude(?:-dir|-from)?[=\s]\s*\S+")
"""What a copy leaves out."""
_triggers: list[tuple[Triggers, list[tuple[str, bool, Alternative]]]] = []


def _ends(text: str) -> str:
    """A statement without its middle, which is not read of one that is so long."""
    half = MAX_LENGTH // 2
    return f"{text[:half]} {text[-half:]}"


def label(statements: Sequence[Statement], *, hidden: bool = False) -> list[Step]:
    """Tell for each statement what it does."""
    if not _triggers:
        triggers, found = Triggers.of_alternatives([label.pattern for label in LABELS])
        _triggers.append((triggers, [(LABELS[n].name, LABELS[n].name in _CALLED, one) for n, one in found]))
    triggers, tests = _triggers[0]
    texts = [statement.text for statement in statements]
    candidates = triggers.candidates(texts)
    steps = [Step(statement, _NO_NAMES, hidden=hidden) for statement in statements]
    told: dict[tuple[str, bool], tuple[frozenset[str], tuple[str, ...]]] = {}
    for number in sorted({*candidates, *_dotted(statements, texts)}):
        step, whole, is_shell = steps[number], texts[number], statements[number].is_shell
        if (known := told.get((whole, is_shell))) is not None:
            step.labels, step.urls = known
            continue
        text = step.text
        text = _IDENTITY.sub(" ", text) if "-i " in text else text
        text = _LEFT_OUT.sub(" ", text) if "-exclude" in text else text
        if not is_shell and text.startswith(_IMPORTS) and _IMPORT.match(text):
            continue
        names = _NO_NAMES
        if number in candidates:
            names = _names_in(text, [tests[which] for which in candidates[number]], is_shell=is_shell)
        step.labels, step.urls = told[whole, is_shell] = names, _led_to(text, names, is_shell=is_shell)
    _lead_inward(steps)
    return steps


def _lead_inward(steps: Sequence[Step]) -> None:
    """Let what a name is given by a command lead where the command leads, which is told with its variables filled in."""
    for number in [number for number, inner in enumerate(steps[:-1]) if inner.urls]:
        inner, step = steps[number], steps[number + 1]
        statement = step.statement
        if not (statement.is_shell and statement.assigns and inner.statement.line == statement.line):
            continue
        if "$(" in step.text and "$" in "".join(step.urls) and inner.statement.path == statement.path:
            step.urls = inner.urls


def _dotted(statements: Sequence[Statement], texts: Sequence[str]) -> list[int]:
    """The numbers of the statements that may hold an address, or give a host a name."""
    dotted = [number for number, text in enumerate(texts) if "." in text or "//" in text or "/dev/" in text]
    return [
        number
        for number in dotted
        if statements[number].is_shell or "//" in (text := texts[number]) or "/dev/" in text or _may_name_host(text)
    ]


def _may_name_host(text: str) -> bool:
    return len(text) < _MAX_NAMED and ("'" in text or '"' in text)


def _names_in(text: str, tests: Iterable[tuple[str, bool, Alternative]], *, is_shell: bool) -> frozenset[str]:
    """The names of the labels of which a test is met."""
    names: set[str] = set()
    has_texts = not is_shell and len(text) >= 24 and ("'" in text or '"' in text or "`" in text)
    if has_texts and len(text) > 400:
        text = STRINGS.sub(lambda found: found[0] if len(found[0]) < 400 else '""', text)
    bare = "" if has_texts else text
    for name, is_called, alternative in tests:
        if name in names:
            continue
        if is_called and not bare:
            bare = _without_texts(text)
        if alternative.search(bare if is_called else text):
            names.add(name)
    if not names.isdisjoint(_AS_TEXT):
        names |= {_AS_TEXT[name] for name in names & _AS_TEXT.keys()}
    return frozenset(names)


def _without_texts(text: str) -> str:
    """A statement without its texts, but for short words."""
    return STRINGS.sub(
        lambda found: (
            found[0]
            if (len(found[0]) <= 14 and " " not in found[0])
            or (found[0][0] in "fF`" and "{" in found[0] and len(found[0]) < 400)
            else '""'
        ),
        text,
    )


def _led_to(text: str, names: Collection[str], *, is_shell: bool) -> tuple[str, ...]:
    """The addresses that a statement leads to."""
    is_outward = is_shell or "send" in names or "fetch" in names or "connect" in names
    urls: tuple[str, ...] = ()
    if "//" in text or (is_outward and ("." in text or "/dev/" in text)):
        urls = tuple(addresses_of(text) if is_outward else urls_of(text))
    if urls and not is_shell and ("://${" in text or "://{" in text):
        # Which host a program fills in is told by the name that it fills in.
        urls = tuple(url for url in urls if not url.partition("//")[2].startswith(("$", "{")))
    if (
        not urls
        and not is_shell
        and "." in text
        and (is_outward or _may_name_host(text.partition(" // ")[0]))
        and (host := named_host(text))
    ):
        urls = (host,)
    if urls and (key := others_key(text)):
        # The key that an address is signed with goes where the address goes.
        urls = (*urls, key)
    return urls


def follow(steps: Sequence[Step]) -> None:
    """Fill in what each step receives.

    Only steps that something can reach are looked at: those where something begins, and those that read what they write.
    """
    begins = [
        number
        for number, step in enumerate(steps)
        if step.urls or (step.labels and not step.labels.isdisjoint(_BEGINS))
    ]
    if not begins:
        return
    functions: dict[str, tuple[str, tuple[str, ...]]] = {}
    for step in steps:
        if step.statement.parameters:
            functions[step.statement.parameters[0]] = (step.statement.path, step.statement.parameters[1:])
    reached = _Reach(steps, functions).reached(begins)
    held: dict[Key, dict[str, Step]] = {}
    addresses: dict[Key, tuple[str, ...]] = {}
    concealed: set[Key] = set()
    readers: defaultdict[Key, list[int]] = defaultdict(list)
    for number, (_, reads, _, _) in enumerate(reached):
        for key in reads:
            readers[key].append(number)
    # What reads nothing new stays as it is.
    due = {*range(len(reached))}
    for _ in range(_MAX_PASSES):
        for number, (step, reads, writes, calls) in enumerate(reached):
            if number not in due:
                continue
            due.discard(number)
            if step.labels:
                _begin(step)
            for key in reads:
                for kind, origin in held[key].items() if key in held else ():
                    if kind == "environment" and _is_picked(step.text, key[-1], origin.text):
                        continue
                    step.received.setdefault(kind, origin)
                    if kind == "secret-variable":
                        step.carriers |= {key[-1]}
                    elif key[0] == "file" and len(key) == 2 and kind in ("download", "decoded"):
                        step.files |= {key[1]}
                    elif kind in ("decoded", "asked"):
                        step.through[kind] = step.through.get(kind, _NO_NAMES) | {key[-1].lstrip(".")}
                if key in addresses and not step.urls:
                    step.urls = addresses[key]
                    step.hidden_url = step.hidden_url or key in concealed
            if not step.received and not step.urls:
                continue
            new = _hand_on(step, writes, held, addresses) if writes else []
            if step.hidden_url:
                concealed.update(writes)
            if calls:
                new += _hand_over(step, calls, functions, held, addresses)
            for key in new:
                due.update(readers.get(key, ()))
        if not due:
            return


def _is_picked(text: str, name: str, origin: str) -> bool:
    """Whether a step takes single variables out of the environment by a name that stands for it."""
    if not _ENVIRONMENT.search(origin):
        return False
    whole = rf"(?<!\w){re.escape(name.lstrip('.'))}\b(?!\s*(?:\[\s*[\"']|\.get\(\s*[\"']|\??\.[A-Z_]))"
    return re.search(whole, text) is None


def _begin(step: Step) -> None:
    """What begins in a step itself."""
    for name in step.labels & _SOURCE_NAMES:
        step.received.setdefault(name, step)
    if "fetch" in step.labels and (step.statement.assigns or not step.statement.is_shell):
        step.received.setdefault("download", step)
    if "decode" in step.labels:
        step.received.setdefault("decoded", step)
    if "encode" in step.labels:
        step.received.setdefault("encoded", step)


def _hand_on(
    step: Step, writes: Iterable[Key], held: dict[Key, dict[str, Step]], addresses: dict[Key, tuple[str, ...]]
) -> list[Key]:
    """Put what a step received into the names that it writes; tells which got anything new."""
    new = []
    passed = step.received
    if not step.statement.is_shell and step.labels & {"fetch", "send"}:
        # What comes back is not what was sent; a cloud gives its keys to whoever asks at its address.
        passed = {
            kind: origin
            for kind, origin in passed.items()
            if kind in ("download", "decoded") or (kind == "credentials" and _METADATA.search(origin.text))
        }
    if step.statement.is_shell and "secret-variable" in passed and not _HANDS_ON.match(step.text):
        passed = {kind: origin for kind, origin in passed.items() if kind != "secret-variable"}
    if "asked" in passed and _LOOKED_UP.search(step.text):
        passed = {kind: origin for kind, origin in passed.items() if kind != "asked"}
    if step.statement.is_shell and "download" in passed and _SETS_NAMES.match(step.text):
        passed = {kind: origin for kind, origin in passed.items() if kind != "download" or not _is_of_user(origin)}
    if not step.statement.is_shell and "connect" in step.labels and _CONNECTED.match(step.text):
        passed = {}
    for key in writes:
        if _grows(held, key, passed):
            new.append(key)
        # A request of node is opened first, and written to by its name later.
        is_handed = "send" not in step.labels or _OPENED.search(step.text)
        if step.urls and key not in addresses and is_handed:
            addresses[key] = step.urls
            new.append(key)
    return new


def _is_of_user(origin: Step) -> bool:
    """Whether a step asks a machine that a variable names, and no other."""
    return bool(origin.urls) and all(url.partition("//")[2].startswith("$") for url in origin.urls)


def _hand_over(
    step: Step,
    calls: Iterable[str],
    functions: dict[str, tuple[str, tuple[str, ...]]],
    held: dict[Key, dict[str, Step]],
    addresses: dict[Key, tuple[str, ...]],
) -> list[Key]:
    """Put what a step received, and where it leads, into the parameters of the functions that it calls; tells which got anything new."""
    new: list[Key] = []
    for name in calls:
        path, parameters = functions[name]
        if step.statement.parameters[:1] != (name,):
            keys = [(path, name, parameter) for parameter in parameters[:8]]
            new += [key for key in keys if _grows(held, key, step.received)]
            told = [key for key in keys if step.urls and key not in addresses]
            addresses |= dict.fromkeys(told, step.urls)
            new += told
    return new


def _grows(held: dict[Key, dict[str, Step]], key: Key, passed: dict[str, Step]) -> bool:
    """Add what is passed to what a name holds, and tell whether any of it was new."""
    if not passed:
        return False
    kept = held.setdefault(key, {})
    before = len(kept)
    for kind, origin in passed.items():
        kept.setdefault(kind, origin)
    return len(kept) != before


class _Reach:
    """Which steps can receive anything: found from where something begins, name by name."""

    def __init__(self, steps: Sequence[Step], functions: dict[str, tuple[str, tuple[str, ...]]]) -> None:
        self._steps, self._functions = steps, functions
        self._beside = neighbours([step.statement for step in steps])
        self._used: dict[int, frozenset[str]] = {}
        self._seen: set[int] = set()
        self._asked: set[tuple[str, str, str]] = set()
        self._places: dict[str, dict[tuple[str, str], list[int]]] = {}
        self._takers: dict[str, set[str]] = {}
        for path, taken in self._beside.items():
            for other, _ in taken:
                self._takers.setdefault(other, set()).add(path)

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        """The steps in which a name stands, read or within a text."""
        by_name: defaultdict[str, list[int]] = defaultdict(list)
        for number, step in enumerate(self._steps):
            text, read = step.statement.text, step.statement.read
            names = frozenset(NAME.findall(text)) if read is None else read
            if read is not None or not ('"' in text or "'" in text):
                self._used[number] = _handed_on(text, names)
            for name in names:
                by_name[name].append(number)
        return by_name

    @cached_property
    def _programs(self) -> list[tuple[int, str]]:
        """The numbers and texts of the steps of programs, which may name a file within a text."""
        return [(number, step.text) for number, step in enumerate(self._steps) if not step.statement.is_shell]

    def _uses(self, number: int) -> frozenset[str]:
        known = self._used.get(number)
        if known is None:
            statement = self._steps[number].statement
            known = self._used[number] = _handed_on(statement.text, statement.uses)
        return known

    @cached_property
    def _global(self) -> frozenset[Key]:
        """The names of a file that a function of it says are those of all."""
        return frozenset(
            (step.statement.path, step.statement.scope, name)
            for step in self._steps
            if step.text.startswith("global ")
            for name in NAME.findall(step.text)
        )

    def _for_all(self, number: int) -> list[Key]:
        """What a step puts into the names that its function shares with all others."""
        statement = self._steps[number].statement
        if not statement.scope:
            return []
        names = [name for name in statement.assigns if (statement.path, statement.scope, name) in self._global]
        return [(statement.path, "", name) for name in names]

    def reached(self, begins: Sequence[int]) -> list[tuple[Step, list[Key], list[Key], list[str]]]:
        """The steps in their order, with what they read (as far as anything is put there), write and call."""
        pending = [*begins]
        self._seen.update(begins)
        written: dict[int, list[Key]] = {}
        called: dict[int, list[str]] = {}
        keys: set[Key] = set()
        entered: set[str] = set()
        while pending:
            number = pending.pop()
            written[number] = [*_writes(self._steps[number].statement)]
            if self._global:
                written[number] += self._for_all(number)
            called[number] = [*(self._uses(number) & self._functions.keys())] if self._functions else []
            first = [name for name in called[number] if name not in entered]
            entered.update(first)
            for key in [*written[number], *self._parameters(first)]:
                if key not in keys:
                    keys.add(key)
                    readers = self._readers(key)
                    self._seen.update(readers)
                    pending += readers
        names = {name for key in keys for name in (key[-1], key[-1].removeprefix("."))}
        has_files = any(key[0] == "file" for key in keys)
        found = []
        for number in sorted(written):
            step = self._steps[number]
            uses = sorted(self._uses(number) & names)
            reads: list[Key] = []
            if uses:
                reads += _reads(step.statement, uses)
            if has_files and not step.statement.is_shell:
                reads += _named_files(step.statement)
            if uses and self._beside:
                reads += self._taken(step.statement, uses)
            found.append((step, [key for key in reads if key in keys], written[number], called[number]))
        return found

    def _taken(self, statement: Statement, used: Sequence[str]) -> Iterator[Key]:
        """The names that a file takes from the files that it imports."""
        for other, names in self._beside.get(statement.path, ()):
            for name in used:
                if names is None or name in names:
                    yield other, "", name

    def _parameters(self, calls: Iterable[str]) -> Iterator[Key]:
        for name in calls:
            path, parameters = self._functions[name]
            for parameter in parameters[:8]:
                yield path, name, parameter

    def _readers(self, key: Key) -> set[int]:
        """The steps, of those not seen so far, that read a key, and perhaps some that do not."""
        name = key[-1]
        is_file = key[0] == "file" and len(key) == 2
        named = {number for number, text in self._programs if name in text} if is_file else set[int]()
        path = "" if is_file or (key[0] == "()" and len(key) == 2) else key[0]
        scope = key[1] if len(key) == 3 and key[1] != "()" else ""
        for one in (name, name[1:]) if name[:1] == "." else (name,):
            if (path, scope, one) not in self._asked:
                self._asked.add((path, scope, one))
                named |= self._reading(one, path, scope)
        return named - self._seen

    def _reading(self, name: str, path: str, scope: str) -> set[int]:
        """The steps that read a name: of a function, of a file and those that take names from it, or of all files."""
        paths = {path} if scope else {path, *self._takers.get(path, ())}
        numbers: Iterable[int] = self._by_name.get(name, ())
        if path and len(self._by_name.get(name, ())) > _MANY:
            placed = self._placed(name)
            numbers = [number for one in paths for number in placed.get((one, scope), ())]
        found = set()
        for number in numbers:
            statement = self._steps[number].statement
            is_within = not path or (statement.path in paths and (not scope or statement.scope == scope))
            if is_within and number not in self._seen and name in self._uses(number):
                found.add(number)
        return found

    def _placed(self, name: str) -> dict[tuple[str, str], list[int]]:
        """The steps in which a name stands by file, and by file and function."""
        if name not in self._places:
            placed = self._places[name] = {}
            for number in self._by_name[name]:
                statement = self._steps[number].statement
                for scope in {"", statement.scope}:
                    placed.setdefault((statement.path, scope), []).append(number)
        return self._places[name]


_CHOSEN = re.compile(r"(?:\brun|Popen|\bcall|check_\w+|exec\w*|spawn\w*)\(\s*[A-Z][A-Z_0-9]+\[(\w+)\](?!.*\b\1\b)")
"""A command that stands in a table; what chooses it is no part of it."""


def _handed_on(text: str, names: frozenset[str]) -> frozenset[str]:
    """The names of a step of which it may hand on what they hold."""
    if ".replace" in text:
        names -= _masked(text)
    if "[" in text and (chosen := _CHOSEN.search(text)):
        names -= {chosen[1]}
    return names


def _masked(text: str) -> frozenset[str]:
    """The names of which a step takes what they hold out of something: it hands that on to nobody.

    >>> _masked("text = text.replace(key, '[key]')"), _masked("text = key.replace(key, '')")
    (frozenset({'key'}), frozenset())
    """
    if ".replace" not in text:
        return frozenset()
    names = {found[1] for found in _MASKS.finditer(text)}
    return frozenset(names - used(_MASKS.sub(".replace(", text))) if names else frozenset()


def _reads(statement: Statement, used: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for name in used:
        if statement.is_shell:
            yield ("file", name) if "/" in name or "." in name else (statement.path, name)
            continue
        if statement.scope:
            yield (statement.path, statement.scope, name)
        yield (statement.path, "", name)
        yield (statement.path, "", "." + name)
        if name not in _COMMON_NAMES:
            yield ("()", name)
        elif f"{name}(" in statement.text and re.search(
            rf"(?:(?<![\w.])|\b(?:self|this|cls)\.|(?<![\w.])[A-Z]\w*\((?:[^()]|\([^()]*\))*\)\.){name}\(",
            statement.text,
        ):
            yield (statement.path, "()", name)


def _named_files(statement: Statement) -> Iterator[tuple[str, ...]]:
    """The files that a program names."""
    for found in STRINGS.finditer(statement.text) if "/" in statement.text or "." in statement.text else ():
        said = next((group for group in found.groups() if group), "")
        if said and len(said) < 120 and ("/" in said or "." in said) and " " not in said:
            yield ("file", said)


def _writes(statement: Statement) -> Iterator[tuple[str, ...]]:
    names: Sequence[str] = statement.assigns
    if len(names) > 1 and statement.text.startswith("for") and _PAIRS.search(statement.text):
        # What a variable is called is no secret.
        names = names[1:]
    if len(statement.parameters) > 1 and "=" in statement.text:
        # What stands for an argument that is not given.
        given = frozenset(_DEFAULTS.findall(statement.text)) & frozenset(statement.parameters[1:])
        yield from ((statement.path, statement.parameters[0], name) for name in sorted(given))
    for name in names:
        if statement.is_shell:
            yield ("file", name) if "/" in name or "." in name else (statement.path, name)
            if "/" in name and statement.text.startswith(_COPIES):
                yield from (("file", folder) for folder in folders_of(name))
        elif name.endswith("()"):
            # What many functions are called is followed in its own file alone.
            common = name[:-2] in _COMMON_NAMES
            yield (statement.path, "()", name[:-2]) if common else ("()", name[:-2])
        elif name.startswith("."):
            yield (statement.path, "", name)
        else:
            yield (statement.path, statement.scope, name)
    if not statement.is_shell and "(" in statement.text and (connected := _CONNECTED.match(statement.text)):
        yield (statement.path, statement.scope, connected[1].split(".")[0].lstrip("$"))
    if statement.is_shell or not _may_name_file(statement.text):
        return
    if _WRITES_FILE.search(statement.text):
        for said in strings_of(statement.text):
            if said and len(said) < 120 and ("/" in said or "." in said) and " " not in said:
                yield ("file", said)
    if alias := _ALIAS.search(statement.text):
        name = alias[1] or alias["path"] or alias[3] or alias["of"]
        if name:
            yield (statement.path, statement.scope, name)


def _may_name_file(text: str) -> bool:
    """What writes a file, or names one that is open, holds one of these."""
    return (
        "open(" in text
        or "File" in text
        or "write" in text
        or "file_put" in text
        or "download.file(" in text
        or "urlretrieve(" in text
        or "WriteStream(" in text
        or "shutil." in text
        or "make_archive(" in text
    )


def strings_of(text: str) -> list[str]:
    """The string literals in a statement, their escapes left as they are."""
    return [next((group for group in found.groups() if group is not None), "") for found in STRINGS.finditer(text)]
