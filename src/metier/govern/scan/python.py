"""What does this Python say once its words are put together again? Constants are folded and aliases written out.

`getattr(__import__("o" + "s"), "sys" + "tem")` is `os.system`, `chr(99) + "url"` is `"curl"`, and `from os import system as s`
makes `s` mean `os.system`. What does not parse is read by the lexer in `script` as it stands.
"""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import contextlib
import itertools
import json
import re
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from keyword import iskeyword
from typing import Any, ClassVar

from metier.govern.scan.codes import text_of
from metier.govern.scan.handed import called_at_once, may_hand
from metier.govern.scan.script import script_statements
from metier.govern.scan.statement import Statement
from metier.govern.scan.triggers import any_of, places_of
from metier.govern.scan.variables import NAME, used

_TWISTS = (
    "getattr", "__import__", "importlib", "fromhex", "64decode", "32decode", "85decode", "16decode", "[::-1]", "globals",
    "__builtins__", "__dict__", "codecs", ".format(", "reversed(", ".replace(", "unhexlify", "decompress", "marshal", "lambda",
    "attrgetter(", "methodcaller(", "__getattribute__", "}['", '}["', "(lambda *", ".to_bytes(", ".translate(", "sorted({", ".__call__", "partial(", "][0](", "swapcase(", ".removeprefix(", ".removesuffix(", "].format(",
)  # fmt: skip
_TWISTED = (
    re.compile(r"[\"']\s*\+\s*[\"']"),
    re.compile(r"%\s*\("),
    re.compile(r"import\s+[\w.]+\s+as\s"),
    re.compile(r"from\s+(?:os|subprocess|base64|socket|requests|shutil|urllib\.request)\s+import"),
    re.compile(r"\.join\s*\("),
    re.compile(r"chr(?<!\wchr)\s*\("),
    re.compile(r"\[\s*-?\d*\s*:\s*-?\d*\s*:\s*-?[2-9]\s*\]"),
    re.compile(r"bytes\(\s*(?:\[|\w+\s*\)\s*\.decode\()"),
    re.compile(
        r"=\s*(?:os\.(?:system|popen|exec\w+|spawn\w+|environ|path\.expanduser|dup2)|subprocess\.\w+|urllib\.request\.\w+|requests\.\w+|socket\.\w+|eval|exec|open)\s*(?:#|$)",
        re.M,
    ),
)
"""A program that is twisted holds one of the words, or of these, each of which begins with what is soon found."""
_DECODES = re.compile(r"decode\s*\(|fromhex|unhexlify|decompress|c(?<!\wc)hr\b|\[::-1\]|marshal")
_FOLDS_TEXT = re.compile(
    r"[\"'+%](?:(?<=[\"'])(?:\s*[+%]|\s*\[\s*-?\d*\s*:\s*-?\d*\s*:|\s*\.\s*(?:join|format|replace|lower|upper|title|strip|encode|decode)\s*\("
    r"|\s+[rbfuRBFU]{0,2}[\"']|[rbfuRBFU]{1,2}[\"']|(?<=\")'|(?<=')\"|(?<=\")\"\"|(?<=')''"
    r"|(?<![\s(=,\[{:\"'][\"'])(?:(?<=\")\"|(?<=')')(?![\"'])|(?<![\"'][\"'])(?:(?<=\")\"|(?<=')')(?![\s),\]};:\"']|$))"
    r"|(?<=[+%])\s*[rbfuRBFU]{0,2}[\"'])"
)
_FOLDS_NAME = re.compile(
    r"g(?:etattr|lobals)\s*\(|_(?:_import__|_builtins__|_dict__)|importlib|chr\s*\(|fromhex|b(?:64|32|85|16)decode|\[::-1\]|vars\s*\(|sys\.modules"
    r"|codecs\.decode|bytes\(\s*(?:\[|\w+\s*\)\s*\.decode)|reversed\(|unhexlify|decompress|marshal|\\[xuUN0-7]| (?<=[\w)\]] )\.\s*\w|\.(?<=[\w)\]]\.)\s+\w+\s*\("
    r"|\bloads\(\s*['\"]|\.to_bytes\(|\.translate\(\s*\{|sorted\(\s*\{|\.__call__\(|\bpartial\(|\b(?:attrgetter|methodcaller|__getattribute__)\(|\(lambda \*|[\]}]\[(?:0|['\"]\w+['\"])\]\(|\.swapcase\(|\.remove(?:pre|suf)fix\("
)
"""What may say something else once it is folded, apart from the names that stand for something; quotes side by side are
texts that become one, unless they are an empty text. In a statement, every kind of space is a space."""
_FOLDING_WORDS = (
    "getattr", "globals", "_import__", "_builtins__", "_dict__", "importlib", "chr", "fromhex", "decode", "[::-1]", "vars",
    "sys.modules", "bytes(", "reversed(", "unhexlify", "decompress", "marshal", "\\", " .", ". ",
    "loads(", ".to_bytes(", ".translate(", "sorted(", ".__call__(", "partial(", "][", "}[", "attrgetter(", "methodcaller(", "__getattribute__(", "(lambda *", ".swapcase(", ".removeprefix(", ".removesuffix(",
)  # fmt: skip
"""What is folded for a name in it holds one of them."""
_BEGINS_BLOCK = ("if ", "elif ", "else", "for ", "while ", "with ", "try", "except", "finally", "def ", "class ", "async ")  # fmt: skip
_LATER = re.compile(r"(?:else|try|finally|except\b[^:]*)\s*:(?=\s*\S)|el(?=if\b)")
"""What is no statement by itself, before one that is."""
_NAMED = re.compile(
    r"\w+(?:\s*,\s*\w+){0,8}\s*=(?!=)\s*(?P<sure>[rbfuRBFU]{0,2}[\"']|\(|(?:os|subprocess|requests|base64|eval|exec|builtins|__builtins__)\b(?:.*\w)?$)?"
)
_ALONE = re.compile(
    r"(?:(?P<name>[a-zA-Z_]\w*)[ \t]*=[ \t]*)?(?P<quote>\"{3}|'{3}|[\"'](?=.*\Z))"
    r"(?P<text>(?:(?!(?P=quote))[^\\\r\0\ud800-\udfff])*+)(?P=quote)",
    re.A,
)
"""A text, perhaps given a name, of one line if in single quotes; nothing in it is escaped, or keeps it from being parsed."""
_COMPUTES = ("chr", "bytes", "decode", "fromhex", "unhexlify")
_LOOP = re.compile(r"for (?P<one>\w{1,40}) in (?P<row>\w{1,60}|[\[(][\d, xa-fA-F]{1,4000}[\])]):")
_LETTER = re.compile(
    r"(?P<name>\w{1,60}) \+= chr\((?P<one>\w{1,40})(?: ?(?P<op>[-+^]) ?(?P<key>0x[\da-fA-F]{1,4}|\d{1,4}))?\)"
)
"""A letter that a number of a row stands for is put behind a text."""
_TABLES = re.compile(r"__dict__$|globals\(\)$|__builtins__$|vars\(\w+\)$|sys\.modules$")
_DULL = frozenset({"typing", "typing_extensions", "pathlib", "dataclasses", "collections", "datetime", "enum", "abc", "functools", "itertools", "argparse", "contextlib", "logging", "math", "numpy", "pandas", "matplotlib", "seaborn", "rich", "time"})  # fmt: skip
_NUMBERS = re.compile(
    r"[A-Za-z_]\w*\s*(?::[^=]{1,40})?=\s*(?:[\[(]\s*(?:0x)?\d[\d\s,xXa-fA-F]*[\])]|(?:0x)?[\da-fA-F]+)\s*$"
)
"""A number, or a row of them, that is given a name."""
_USES_NUMBERS = ("chr(", "bytes(", "bytearray(", "map(chr")
_BY_NAME = ("__import__", "getattr", "import_module")
_RUNS = frozenset("os subprocess requests base64 eval exec builtins __builtins__ pty socket shutil ctypes importlib urllib commands runpy marshal".split())  # fmt: skip
"""Modules and functions whose other names are written out."""
_SIGNS = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
_LEAVES = frozenset({ast.Constant, *(leaf for sign in _SIGNS for leaf in sign.__subclasses__())})
_MAX_FOLD = 300_000
_MAX_BODY = 6
"""So many statements of a function are read that may do nothing but decode."""
_MAX_TEXT = 20_000
"""A statement with a text longer than this is cut."""


def python_statements(
    text: str, path: str, *, first_line: int = 1, is_live: bool = True, beside: str = ""
) -> list[Statement]:
    """Read a Python program, folded where it is twisted.

    Args:
        beside: The text of a module whose names it takes over all together.

    >>> [s.text for s in python_statements("import os as o\\ngetattr(o, 'sys' + 'tem')('l' + 's')", "x.py")][-1]
    "os.system('ls')"
    """
    if ", = (" in text:
        text = _ONE_OF_ONE.sub(r"\1\2 = (\3)", text)
    if ".to_bytes(" in text:
        text = _OF_NUMBER.sub(r"(\1).to_bytes(", text)
    if len(text) > _MAX_FOLD or not (beside or _is_twisted(text)):
        return script_statements(text, path, kind="python", first_line=first_line, is_live=is_live)
    sources: list[str] = []
    statements = script_statements(text, path, kind="python", first_line=first_line, is_live=is_live, sources=sources)
    return _folded(statements, sources, beside)


def _is_twisted(text: str) -> bool:
    return _has_twists()(text) or any(pattern.search(text) for pattern in _TWISTED)


@cache
def _has_twists() -> Callable[[str], bool]:
    return any_of(_TWISTS)


def _folded(statements: Sequence[Statement], sources: Sequence[str], beside: str) -> list[Statement]:
    """The statements as they are after folding.

    Each is parsed by itself, and only where it may be folded: one that does not parse hides no other.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = _Folder(_naming(statements, sources))
        program = _Program([one.text for one in statements])
        if any(word in program.whole for word in _USES_NUMBERS):
            folder.count(_numbers(statements, sources))
        folder.learn(_defaults(statements, sources))
        folder.learn(_decoders(statements, sources))
        folder.learn([*_told_by_decoders(folder, statements, sources)])
        for _ in range(2) if any(word in program.whole for word in _BY_NAME) else ():
            # A module that is fetched by name, then what is in it.
            folder.learn(_named_by_call(folder, statements, sources))
        if beside:
            others: list[str] = []
            folder.learn(_naming(script_statements(beside, "", kind="python", sources=others), others))
        found = [*statements]
        named = program.holding(places_of([*folder.names])) if folder.names else set[int]()
        folding = program.folding()
        for number in named | folding:
            found[number] = _said_anew(statements[number], sources[number], folder, may_fold=number in folding)
        return _letter_by_letter(found, folder) if "+= chr(" in program.whole else found


_ONE_OF_ONE = re.compile(r"^([ \t]*)([A-Za-z_]\w*), = \((.*),\)[ \t]*$", re.M)
"""One name receives the one thing of a row."""
_OF_NUMBER = re.compile(r"(?<![\w.)])(\d+) ?\.to_bytes\(")
_MAX_LOOPS = 200
_MAX_JSON, _JSON = 20_000, frozenset({"json", "__import__('json')"})
_MAX_MADE = 1_000_000
"""A text that a short one would come to is not made if it has more letters than this."""
_WIDE = re.compile(r"%[^a-zA-Z%]*(?:\d{4}|\*)")
"""Something is to be padded to a width that no text needs."""
_PLAIN_FIELDS = re.compile(r"(?:[^{}]++|\{\d{0,2}\})*+")


def _letter_by_letter(statements: list[Statement], folder: _Folder) -> list[Statement]:
    """The statements, with what a loop over a row of numbers makes of it, a letter each, where it adds the letter."""
    rows: dict[str, list[int]] = {}
    loops = 0
    for number, (one, two) in enumerate(itertools.pairwise(statements), 1):
        loop, added = _LOOP.fullmatch(one.text), _LETTER.fullmatch(two.text)
        if loop and added and loop["one"] == added["one"]:
            loops += 1
            if loops > _MAX_LOOPS:
                break
            if loop["row"] not in rows:
                rows[loop["row"]] = folder.row_of(loop["row"])
            codes = rows[loop["row"]]
            said = text_of(codes, added["op"] or "", int(added["key"] or "0", 0))
            if said:
                statements[number] = two._replace(text=f"{added['name']} = {said!r} # {two.text}", was=two.text)
    return statements


class _Program:
    """The statements of a program, searched all together for those of which something is to be asked."""

    def __init__(self, texts: list[str]) -> None:
        # No pattern here goes over a zero, and all take the end of a line as they take the end of a text.
        self._texts, between = texts, "\n\0"
        self.whole = between.join(texts)
        self._ends = [*itertools.accumulate([len(text) + len(between) for text in texts])]

    def holding(self, places: Callable[[str], Iterable[int]]) -> set[int]:
        """The numbers of the statements in which something begins."""
        return {bisect_right(self._ends, place) for place in places(self.whole)}

    def folding(self) -> set[int]:
        """The numbers of the statements that may say something else once they are folded, whatever the names in them."""
        found = {number for number in self.holding(_folding_words()) if _FOLDS_NAME.search(self._texts[number])}
        place = 0
        while text := _FOLDS_TEXT.search(self.whole, place):
            number = bisect_right(self._ends, text.start())
            found.add(number)
            place = self._ends[number]
        return found


@cache
def _folding_words() -> Callable[[str], Iterable[int]]:
    return places_of(_FOLDING_WORDS)


def _said_anew(statement: Statement, source: str, folder: _Folder, *, may_fold: bool) -> Statement:
    """A statement after folding; itself if it says what it says."""
    text = statement.text
    # Which words of a text are names takes longer to tell, and most texts hold none of these.
    is_named = not folder.names.isdisjoint(NAME.findall(text))
    uses = statement.uses if is_named else None
    if (uses is None or folder.names.isdisjoint(uses)) and not may_fold:
        return statement
    said = folder.said(source)
    if len(said) >= _MAX_TEXT:
        said = next((one.text for one in script_statements(said, statement.path, kind="python")), "")
    said = called_at_once(said, "#") if said and may_hand(said) else said
    if not said or said == text:
        return statement
    return statement._replace(
        text=f"{said} # {text}" if _DECODES.search(text) or folder.decodes(text) else said,
        read=(statement.uses if uses is None else uses) | used(said),
        was=text,
    )


def _naming(statements: Sequence[Statement], sources: Sequence[str]) -> Iterator[ast.stmt]:
    """The statements that give something a name which may be written out, those of the module first."""
    named = [(bool(one.scope), source) for one, source in zip(statements, sources, strict=True) if _names(one.text)]
    for _, source in sorted(named, key=lambda pair: pair[0]):
        node = _parsed(source)
        yield from _statements(ast.Module([node], [])) if node is not None else ()


def _numbers(statements: Sequence[Statement], sources: Sequence[str]) -> Iterator[ast.stmt]:
    """The statements that give a number, or a row of them, a name."""
    for one, source in zip(statements, sources, strict=True):
        if "=" in one.text and _NUMBERS.match(one.text) and (node := _parsed(source)) is not None:
            yield node


def _defaults(statements: Sequence[Statement], sources: Sequence[str]) -> Iterator[ast.stmt]:
    """What parameters are if nothing is given for them, where it is put together."""
    for one, source in zip(statements, sources, strict=True):
        if one.parameters and "=" in one.text and any(word in one.text for word in (*_COMPUTES, "join", "[::-1]")):
            try:
                tree = compile(f"{source.strip()} pass", "", "exec", ast.PyCF_ONLY_AST)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            node = tree.body[0] if isinstance(tree, ast.Module) and tree.body else None
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                named = node.args.args[len(node.args.args) - len(node.args.defaults) :]
                for parameter, value in zip(named, node.args.defaults, strict=True):
                    target = ast.Name(id=parameter.arg, ctx=ast.Store())
                    yield ast.Assign(targets=[target], value=value, lineno=node.lineno)


def _decoders(statements: Sequence[Statement], sources: Sequence[str]) -> Iterator[ast.stmt]:
    """The functions that do nothing but decode what they are given, each as a name for what it gives back."""
    for number, one in enumerate(statements):
        if len(one.parameters) < 2 or not _may_decode(statements[number : number + _MAX_BODY]):
            continue
        name, parameter, *_ = one.parameters
        held: dict[str, ast.expr] = {}
        on_line = one.text.partition("): return ")
        body = [f"return {on_line[2]}"] if on_line[1] else sources[number + 1 : number + _MAX_BODY]
        for source in body:
            node = _parsed(
                source.strip().replace("return", f"{name} =", 1) if source.strip().startswith("return ") else source
            )
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
                break
            value = _Known(held).visit(node.value) if held else node.value
            if node.targets[0].id == name:
                if _DECODES.search(said := ast.unparse(value)) and (
                    made := _parsed(f"{name} = lambda {parameter}: {said}")
                ):
                    yield made
                break
            held[node.targets[0].id] = value


def _may_decode(body: Sequence[Statement]) -> bool:
    """Whether one of the first statements of a function decodes, and one gives something back."""
    return any("return " in one.text for one in body) and any(_DECODES.search(one.text) for one in body)


def _told_by_decoders(folder: _Folder, statements: Sequence[Statement], sources: Sequence[str]) -> Iterator[ast.stmt]:
    """The statements that give a name to what such a function makes of a text."""
    for one, source in zip(statements, sources, strict=True):
        if "=" in one.text and "(" in one.text and folder.decodes(one.text) and (said := folder.said(source)):
            if (node := _parsed(said)) is not None:
                yield node


def _named_by_call(folder: _Folder, statements: Sequence[Statement], sources: Sequence[str]) -> Iterator[ast.stmt]:
    """The statements that fetch a module, or what is in one, by its name, as far as the name is known."""
    for one, source in zip(statements, sources, strict=True):
        if "=" in one.text and any(word in one.text for word in _BY_NAME) and (said := folder.said(source)):
            if (node := _parsed(said)) is not None:
                yield node


def _names(text: str) -> bool:
    """Whether a statement may give a name to a constant, a module or what is in one; most do not."""
    if text.startswith(("import ", "from ")):
        return " as " in text or (text[0] == "f" and not _is_dull(text.split(" ", 2)[1]))
    if "=" not in text:
        return False
    if text.startswith(_BEGINS_BLOCK):
        return text[-1] != ":"
    named = _NAMED.match(text)
    return named is not None and (named["sure"] is not None or any(word in text for word in _COMPUTES))


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement, outer ones before inner ones; expressions hold none that matter here."""
    level: list[Any] = [tree]
    while level:
        inner: list[Any] = []
        for node in level:
            for name in ("body", "orelse", "handlers", "finalbody", "cases"):
                found = getattr(node, name, None)
                if isinstance(found, list):
                    inner += found
        yield from (node for node in inner if isinstance(node, ast.stmt))
        level = inner


def _parsed(source: str) -> ast.stmt | None:
    """A statement by itself; of one that begins a block, what it says about the block."""
    later = _LATER.match(source)
    text = source[later.end() :].strip() if later else source.strip()
    is_head = text[-1:] == ":"
    try:
        tree = compile(f"{text} pass" if is_head else text, "", "exec", ast.PyCF_ONLY_AST)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    node: ast.stmt | None = next(iter(getattr(tree, "body", ())), None)
    if is_head and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return None
    if is_head and isinstance(node, ast.If | ast.While):
        return ast.Expr(node.test)
    if is_head and isinstance(node, ast.AsyncWith):
        return ast.With(node.items, node.body, lineno=node.lineno)
    if is_head and isinstance(node, ast.AsyncFor):
        return ast.For(node.target, node.iter, node.body, [], lineno=node.lineno)
    return node


def _one_by_one(node: ast.stmt) -> list[ast.stmt]:
    """A statement; one that gives several names at once, as one for each name."""
    if not (isinstance(node, ast.Assign) and len(node.targets) == 1):
        return [node]
    names, values = node.targets[0], node.value
    if not (isinstance(names, ast.Tuple | ast.List) and isinstance(values, ast.Tuple | ast.List)):
        return [node]
    pairs = zip(names.elts, values.elts, strict=False)
    return [ast.Assign(targets=[name], value=value, lineno=node.lineno) for name, value in pairs]


class _Rewriter(ast.NodeTransformer):
    """Visits what can hold something; most nodes are constants, operators and contexts."""

    _visits: ClassVar[dict[type, Callable[[Any, Any], Any]]] = {}

    def __init_subclass__(cls) -> None:
        cls._visits = {
            getattr(ast, name.removeprefix("visit_")): visit
            for name, visit in vars(cls).items()
            if name.startswith("visit_")
        }

    def visit(self, node: ast.AST) -> Any:
        kind = type(node)
        if kind in _LEAVES:
            return node
        visit = self._visits.get(kind)
        return self.generic_visit(node) if visit is None else visit(self, node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                value[:] = [self.visit(one) if isinstance(one, ast.AST) else one for one in value]
            elif isinstance(value, ast.AST) and type(value) not in _LEAVES:
                setattr(node, name, self.visit(value))
        return node


class _Folder(_Rewriter):
    """Folds constants, writes aliases out, and resolves attributes that are fetched by name."""

    def __init__(self, nodes: Iterable[ast.stmt]) -> None:
        self._aliases: dict[str, str] = {}
        self._constants: dict[str, str | bytes] = {}
        self._numbers: dict[str, ast.expr] = {}
        self._decoders: dict[str, ast.Lambda] = {}
        self._holds_known = False
        self.learn(nodes)

    def count(self, nodes: Iterable[ast.stmt]) -> None:
        """Take in numbers, and rows of them, that have a name."""
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._numbers.setdefault(node.targets[0].id, node.value)
        self._end_lesson()

    def decodes(self, text: str) -> bool:
        """Whether a statement calls a function of the program that does nothing but decode."""
        return bool(self._decoders) and not self._decoders.keys().isdisjoint(NAME.findall(text))

    def row_of(self, said: str) -> list[int]:
        """The numbers of a row that is written out, or that has a name."""
        node = self._numbers.get(said)
        try:
            value = ast.literal_eval(ast.unparse(node) if node is not None else said)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return []
        return [*value] if isinstance(value, list | tuple) and all(isinstance(one, int) for one in value) else []

    def said(self, source: str) -> str:
        """What a statement says; nothing if it does not parse."""
        if source.startswith(("import ", "from ")):
            return ""
        if (alone := _ALONE.fullmatch(source.strip())) and not iskeyword(alone["name"]):
            text = repr(alone["text"])
            return " ".join((f"{alone['name']} = {text}" if alone["name"] else text).split())
        node = _parsed(source)
        if node is None or isinstance(node, ast.Import | ast.ImportFrom | ast.Try):
            return ""
        # A name that is no ASCII is known as it is normalised.
        self._holds_known = not source.isascii() or any(name in source for name in self._known)
        try:
            return " ".join(ast.unparse(self.visit(node)).split())
        except (RecursionError, ValueError):
            return ""

    def learn(self, nodes: Iterable[ast.stmt]) -> None:
        """Take in what some statements give a name."""
        for node in itertools.chain.from_iterable(map(_one_by_one, nodes)):
            if isinstance(node, ast.Import):
                self._aliases |= {a.asname: a.name for a in node.names if a.asname and not _is_dull(a.name)}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                self._aliases |= {
                    a.asname or a.name: f"{node.module}.{a.name}"
                    for a in node.names
                    if a.name != "*" and not (_is_dull(node.module) and a.asname in (None, a.name))
                }
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                value = _constant(node.value)
                name = node.targets[0].id
                if isinstance(node.value, ast.Lambda) and node.value.args.args:
                    if _DECODES.search(ast.unparse(node.value.body)):
                        self._decoders.setdefault(name, node.value)
                elif isinstance(value, str | bytes) and len(value) < 4000 and name not in self._constants:
                    self._constants[name] = value
                elif isinstance(node.value, ast.Attribute | ast.Name) and name not in self._aliases:
                    said = ast.unparse(node.value)
                    if said.split(".")[0] in _RUNS and "(" not in said:
                        self._aliases[name] = said
        self._end_lesson()

    def _end_lesson(self) -> None:
        self.names = self._aliases.keys() | self._constants.keys() | self._decoders.keys()
        self._known = {**self._numbers, **self._constants}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.id in self._aliases:
            return ast.Name(id=self._aliases[node.id], ctx=ast.Load())
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return self._fold(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        return self._fold(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        said = self._value(node.slice)
        key = said if isinstance(said, str) and said.isidentifier() else ""
        base = ast.unparse(node.value) if key else ""
        if base in ("builtins.__dict__", "__builtins__.__dict__", "vars(builtins)", "vars(__builtins__)"):
            return ast.Name(id=key, ctx=ast.Load())
        if _TABLES.search(base):
            return ast.Name(
                id=key if "." not in base or "modules" in base else f"{base.rsplit('.', 1)[0]}.{key}", ctx=ast.Load()
            )
        return self._fold(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node = _called_straight(node)
        decoder = self._decoders.get(_called_name(node.func)) if len(node.args) == 1 else None
        if decoder is not None:
            given = _Known(self._known).visit(node.args[0])
            value = _constant(_Known({decoder.args.args[0].arg: given}).visit(_copy(decoder.body)))
            return ast.Constant(value) if isinstance(value, str | bytes) else node
        if (taken := _attribute_of(node)) is not None:
            return taken
        if _last_name(node.func) not in ("getattr", "__import__", "import_module"):
            return self._fold(node)
        name = ast.unparse(node.func)
        values = [self._value(argument) for argument in node.args]
        if (
            name in ("getattr", "builtins.getattr")
            and len(node.args) >= 2
            and isinstance(values[1], str)
            and values[1].isidentifier()
        ):
            if ast.unparse(node.args[0]) in ("__builtins__", "builtins", "__import__('builtins')"):
                return ast.Name(id=values[1], ctx=ast.Load())
            return ast.Attribute(value=node.args[0], attr=values[1], ctx=ast.Load())
        if (
            name in ("__import__", "importlib.import_module", "builtins.__import__")
            and values
            and isinstance(values[0], str)
        ):
            if re.fullmatch(r"[\w.]+", values[0]):
                return ast.Name(id=values[0], ctx=ast.Load())
        return self._fold(node)

    def _value(self, node: ast.expr) -> str | bytes | int | None:
        value = _constant(node)
        if value is None and isinstance(node, ast.Name):
            return self._constants.get(node.id)
        return value

    def _fold(self, node: ast.expr) -> ast.AST:
        value = _constant(_Known(self._known).visit(node) if self._holds_known else node)
        return ast.Constant(value) if isinstance(value, str | bytes) and len(value) < 20_000 else node


def _last_name(node: ast.expr, *, whole: bool = False) -> str:
    """The name that is called, without what it belongs to; empty for what has none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    name = node.id if isinstance(node, ast.Name) else ""
    return name if whole else name.rsplit(".", 1)[-1]


def _called_straight(node: ast.Call) -> ast.Call:
    """A call without what only stands between it and the function that it calls.

    >>> said = ("[f][0](1)", "{'a': f}['a'](1)", "f.__call__(1)", "functools.partial(f, 1)(2)", "f(1)")
    >>> [ast.unparse(_called_straight(ast.parse(one, mode="eval").body)) for one in said]
    ['f(1)', 'f(1)', 'f(1)', 'f(1, 2)', 'f(1)']
    """
    func = node.func
    if isinstance(func, ast.Subscript) and isinstance(func.slice, ast.Constant):
        held = func.value
        if isinstance(held, ast.List | ast.Tuple) and func.slice.value == 0 and len(held.elts) == 1:
            return ast.Call(func=held.elts[0], args=node.args, keywords=node.keywords)
        for key, value in zip(held.keys, held.values, strict=True) if isinstance(held, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == func.slice.value:
                return ast.Call(func=value, args=node.args, keywords=node.keywords)
    if isinstance(func, ast.Attribute) and func.attr == "__call__":
        return ast.Call(func=func.value, args=node.args, keywords=node.keywords)
    if isinstance(func, ast.Call) and func.args:
        first, *others = func.args
        if _last_name(func.func) == "partial":
            return ast.Call(func=first, args=[*others, *node.args], keywords=[*func.keywords, *node.keywords])
        name = _constant(first)
        if _last_name(func.func) == "methodcaller" and isinstance(name, str) and name.isidentifier() and node.args:
            called = ast.Attribute(value=node.args[0], attr=name, ctx=ast.Load())
            return ast.Call(func=called, args=others, keywords=func.keywords)
    if isinstance(func, ast.Lambda) and isinstance(func.body, ast.Call) and func.args.vararg and not func.args.args:
        handed = [one.value for one in func.body.args if isinstance(one, ast.Starred)]
        if len(handed) == 1 and _last_name(handed[0]) == func.args.vararg.arg:
            return ast.Call(func=func.body.func, args=node.args, keywords=node.keywords)
    return node


def _attribute_of(node: ast.Call) -> ast.expr | None:
    """The attribute that a call gets by its name: `attrgetter('x')(a)`, `object.__getattribute__(a, 'x')`."""
    func = node.func
    if isinstance(func, ast.Call) and _last_name(func.func) == "attrgetter" and len(func.args) == len(node.args) == 1:
        name, owner = _constant(func.args[0]), node.args[0]
    elif _last_name(func) == "__getattribute__" and len(node.args) == 2:
        name, owner = _constant(node.args[1]), node.args[0]
    else:
        return None
    is_name = isinstance(name, str) and name.isidentifier()
    return ast.Attribute(value=owner, attr=str(name), ctx=ast.Load()) if is_name else None


def _called_name(node: ast.expr) -> str:
    """The name of a function of the program that is called, by itself or as one of a class."""
    is_owned = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return _last_name(node) if is_owned or isinstance(node, ast.Name) else ""


def _is_dull(module: str) -> bool:
    """Whether nothing is learnt from writing out the names of a module."""
    return module.split(".")[0] in _DULL


class _Known(_Rewriter):
    """Puts what names stand for in their place."""

    def __init__(self, constants: Mapping[str, str | bytes | int | ast.expr]) -> None:
        self._constants = constants

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if not isinstance(node.ctx, ast.Load) or node.id not in self._constants:
            return node
        value = self._constants[node.id]
        return value if isinstance(value, ast.expr) else ast.Constant(value)


def _constant(node: ast.AST | None, depth: int = 0) -> str | bytes | int | None:
    """The value of an expression that always has the same one; only text is computed, nothing is called."""
    if depth > 40 or node is None:
        return None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str | bytes | int) else None
    if isinstance(node, ast.BinOp):
        return _binary(node, depth)
    if isinstance(node, ast.JoinedStr):
        parts = [_constant(v.value if isinstance(v, ast.FormattedValue) else v, depth + 1) for v in node.values]
        return "".join(map(str, parts)) if all(part is not None for part in parts) else None
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        value = _constant(node.value, depth + 1)
        bounds = [_bound(one) for one in (node.slice.lower, node.slice.upper, node.slice.step)]
        if not isinstance(value, str | bytes) or "" in bounds or bounds[2] in (None, 0):
            return None
        return value[slice(*bounds)]
    if isinstance(node, ast.IfExp):
        chosen = _constant(node.test, depth + 1)
        return None if chosen is None else _constant(node.body if chosen else node.orelse, depth + 1)
    return _called(node, depth) if isinstance(node, ast.Call) else None


def _bound(node: ast.AST | None) -> Any:
    """A bound of a slice; empty if it is none that is written out."""
    if node is None:
        return None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if isinstance(node.operand.value, int) else ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else ""


def _binary(node: ast.BinOp, depth: int) -> str | bytes | int | None:
    left, right = _constant(node.left, depth + 1), _constant(node.right, depth + 1)
    if isinstance(node.op, ast.Mod) and isinstance(left, str) and isinstance(node.right, ast.Tuple):
        values = [_constant(one, depth + 1) for one in node.right.elts]
        are_short = all(isinstance(one, str) and len(one) < _MAX_TEXT for one in values)
        if len(left) < _MAX_BODY * 1000 and are_short and not _WIDE.search(left):
            with contextlib.suppress(ValueError, TypeError):
                return left % tuple(values)
        return None
    if (
        isinstance(node.op, ast.Add)
        and type(left) is type(right)
        and isinstance(left, str | bytes)
        and len(left) < 20_000
    ):
        return left + right  # type: ignore[operator]
    if isinstance(left, int) and isinstance(right, int) and abs(left) < 1 << 20 and abs(right) < 1 << 20:
        table = {ast.Add: left + right, ast.Sub: left - right, ast.BitXor: left ^ right, ast.Mult: left * right}
        table |= {ast.BitAnd: left & right, ast.BitOr: left | right}
        table |= {ast.Mod: left % right, ast.FloorDiv: left // right} if right else {}
        return table.get(type(node.op))
    if (
        isinstance(node.op, ast.Mod)
        and isinstance(left, str)
        and isinstance(right, str | int)
        and not _WIDE.search(left)
    ):
        try:
            return left % right
        except (ValueError, TypeError):
            return None
    return None


def _elements(node: ast.AST, depth: int) -> list[str | bytes | int] | None:
    if (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "map"
        and len(node.args) == 2
        and ast.unparse(node.args[0]) == "chr"
    ):
        inner = _elements(node.args[1], depth + 1)
        return [chr(v) for v in inner if isinstance(v, int) and 0 <= v < 0x110000] if inner is not None else None
    if isinstance(node, ast.Call) and len(node.args) == 2 and isinstance(node.args[0], ast.Lambda):
        # `map(lambda c: …, row)` is `(… for c in row)`.
        taken = node.args[0].args.args
        if _last_name(node.func, whole=True) == "map" and len(taken) == 1:
            loop = ast.comprehension(ast.Name(id=taken[0].arg, ctx=ast.Store()), node.args[1], [], 0)
            return _elements(ast.GeneratorExp(elt=node.args[0].body, generators=[loop]), depth + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
        whole = _constant(node.func.value, depth + 1)
        by = _constant(node.args[0], depth + 1) if node.args else None
        return list(whole.split(by or None)) if isinstance(whole, str) and isinstance(by, str | None) else None
    if (put_in_order := _in_order(node)) is not None:
        return put_in_order
    if (
        isinstance(node, ast.GeneratorExp | ast.ListComp)
        and len(node.generators) == 1
        and isinstance(node.generators[0].target, ast.Name)
    ):
        inner = _elements(node.generators[0].iter, depth + 1)
        name = node.generators[0].target.id
        if inner is None or len(inner) > 5000:
            return None
        values = [
            _constant(_Known({name: v}).visit(_copy(node.elt)), depth + 1) for v in inner if isinstance(v, str | bytes)
        ]
        values = values or [
            _constant(_replace_int(_copy(node.elt), name, v), depth + 1) for v in inner if isinstance(v, int)
        ]
        return [v for v in values if v is not None] if all(v is not None for v in values) else None
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "reversed" and node.args:
        inner = _elements(node.args[0], depth + 1)
        return inner[::-1] if inner is not None else None
    if isinstance(node, ast.List | ast.Tuple):
        found = [_constant(element, depth + 1) for element in node.elts]
        return [v for v in found if v is not None] if all(v is not None for v in found) else None
    value = _constant(node, depth + 1)
    return list(value) if isinstance(value, str | bytes) else None


def _in_order(node: ast.AST) -> list[str | bytes | int] | None:
    """The values of a table that is written out, in the order of its keys: `(v for _, v in sorted({1: 'b', 0: 'a'}.items()))`."""
    loop = node.generators[0] if isinstance(node, ast.GeneratorExp | ast.ListComp) and node.generators else None
    if loop is None or not isinstance(loop.target, ast.Tuple) or not isinstance(loop.iter, ast.Call):
        return None
    items = loop.iter.args[0] if _last_name(loop.iter.func) == "sorted" and loop.iter.args else None
    if not isinstance(items, ast.Call) or not isinstance(items.func, ast.Attribute) or items.func.attr != "items":
        return None
    table = items.func.value
    if not isinstance(table, ast.Dict) or not all(
        isinstance(one, ast.Constant) for one in (*table.keys, *table.values)
    ):
        return None
    try:
        held: dict[Any, Any] = ast.literal_eval(table)
        return [held[key] for key in sorted(held)]
    except (ValueError, TypeError):
        return None


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body


def _replace_int(node: ast.expr, name: str, value: int) -> ast.AST:
    class Put(ast.NodeTransformer):
        def visit_Name(self, found: ast.Name) -> ast.AST:
            return ast.Constant(value) if found.id == name else found

    replaced: ast.AST = Put().visit(node)
    return ast.fix_missing_locations(replaced)


def _called(node: ast.Call, depth: int) -> str | bytes | int | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else _last_name(node.func, whole=True)
    first = _constant(node.args[0], depth + 1) if node.args else None
    try:
        if name == "chr" and isinstance(first, int):
            return chr(first)
        if name == "ord" and isinstance(first, str) and len(first) == 1:
            return ord(first)
        if name == "int" and isinstance(first, str):
            base = _constant(node.args[1], depth + 1) if len(node.args) > 1 else 10
            return int(first, base) if isinstance(base, int) and len(first) < 12 else None
        if name in ("bytes", "bytearray") and node.args:
            elements = _elements(node.args[0], depth + 1)
            return bytes([v for v in elements if isinstance(v, int)]) if elements else None
        if name in ("b64decode", "urlsafe_b64decode", "b32decode", "b16decode", "b85decode") and isinstance(
            first, str | bytes
        ):
            return bytes(getattr(base64, name)(first))
        if name in ("fromhex", "unhexlify") and isinstance(first, str | bytes):
            return bytes.fromhex(first if isinstance(first, str) else first.decode())
        if isinstance(node.func, ast.Attribute):
            return _method(node, name, first, depth)
    except (ValueError, TypeError, binascii.Error, LookupError, OverflowError, UnicodeError):
        return None
    return None


def _method(node: ast.Call, name: str, first: str | bytes | int | None, depth: int) -> str | bytes | int | None:
    assert isinstance(node.func, ast.Attribute)
    if (
        name == "decode"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "codecs"
        and isinstance(first, str)
        and len(node.args) > 1
    ):
        codec = _constant(node.args[1], depth + 1)
        return codecs.decode(first, "rot13") if codec in ("rot13", "rot_13") else None
    if name == "loads" and isinstance(first, str) and len(first) < _MAX_JSON and ast.unparse(node.func.value) in _JSON:
        said = json.loads(first)
        return said if isinstance(said, str | int) else None
    owner = _constant(node.func.value, depth + 1)
    if name == "to_bytes" and isinstance(owner, int) and isinstance(first, int) and first < _MAX_JSON and node.args[1:]:
        order = _constant(node.args[1], depth + 1)
        return owner.to_bytes(first, order) if order in ("big", "little") else None  # type: ignore[arg-type]
    if name == "translate" and isinstance(owner, str) and node.args and isinstance(node.args[0], ast.Dict):
        table = ast.literal_eval(node.args[0])
        longest = max((len(said) for said in table.values() if isinstance(said, str)), default=1)
        return owner.translate(table) if len(owner) * longest <= _MAX_MADE else None
    if (
        name == "format"
        and isinstance(owner, str)
        and node.args
        and not node.keywords
        and _PLAIN_FIELDS.fullmatch(owner)
    ):
        values = [said for one in node.args if isinstance(said := _constant(one, depth + 1), str)]
        is_told = len(values) == len(node.args) and len(owner) * max(map(len, values)) <= _MAX_MADE
        return owner.format(*values) if is_told else None
    if (
        name in ("removeprefix", "removesuffix", "strip", "lstrip", "rstrip")
        and isinstance(owner, str)
        and isinstance(first, str)
    ):
        return str(getattr(owner, name)(first))
    if name == "decode" and isinstance(owner, bytes):
        return owner.decode("utf-8")
    if name == "encode" and isinstance(owner, str):
        return owner.encode()
    if name == "join" and isinstance(owner, str) and node.args:
        elements = _elements(node.args[0], depth + 1)
        if elements is None or len(owner) * len(elements) > _MAX_MADE:
            return None
        return owner.join(map(str, elements))
    if name == "replace" and isinstance(owner, str) and isinstance(first, str) and len(node.args) == 2:
        second = _constant(node.args[1], depth + 1)
        if not isinstance(second, str) or owner.count(first) * len(second) > _MAX_MADE:
            return None
        return owner.replace(first, second)
    if (
        name in ("strip", "lower", "upper", "title", "swapcase", "casefold")
        and isinstance(owner, str)
        and not node.args
    ):
        return str(getattr(owner, name)())
    return None
