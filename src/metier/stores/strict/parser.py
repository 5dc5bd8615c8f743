"""What data do the tokens make? Mappings, lists and text, with what strictyaml refuses in them.

Follows `ruamel/parser.py`, `composer.py` and `constructor.py` of strictyaml 1.7.3 and its own two checks: a key that
stands twice, and mappings of one level that are not indented alike. First all tokens become nodes, then the nodes
become data, so a fault of the first kind anywhere is reported before one of the second.
"""

from __future__ import annotations

from typing import Any

from metier.stores.strict.directives import refuse_directives
from metier.stores.strict.marks import StrictYamlCrash, StrictYamlError, column, refusal
from metier.stores.strict.scanner import COMMENT, Scanner
from metier.stores.strict.token import Token

_FLOW = "Found ugly disallowed JSONesque flow mapping (surround with ' and ' to make text appear literally)"
_ANCHOR = "Found confusing disallowed anchor token (surround with ' and ' to make text appear literally)"
_TAG = "Found disallowed tag tokens (do not specify types in markup)"
_INDENTATION = "Found mapping with indentation inconsistent with previous mapping"

_TOO_DEEP = "RecursionError: maximum recursion depth exceeded"
_TAGGED = ("=", "<<")
_MAX_DEPTH = 247
"""Deeper lists and mappings run skills-ref into the 1,000 frames of Python, of which it takes 4 a level."""
_RUAMEL_TYPES: dict[type, str] = {list: "CommentedSeq", dict: "CommentedMap"}


class Tagged:
    """A value of = or << without quotes: YAML 1.1 gives it a meaning, so strictyaml does not take it for text."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __str__(self) -> str:
        return self.value


class Node:
    """A scalar, a sequence or a mapping, where it lies, and the comments tied to it."""

    __slots__ = ("comment", "end", "kind", "start", "style", "value")

    def __init__(self, kind: str, start: int, end: int, value: Any, comment: list[Any] | None, style: str = "") -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.value = value
        self.comment = comment
        self.style = style


def parse(text: str) -> Any:
    """Read YAML as `strictyaml.load(text).data` does: mappings, lists, and every scalar as text.

    Args:
        text: Printable YAML without carriage returns, such as stands between the rulers of a SKILL.md.

    Returns:
        A dict or a list; the text itself where it holds no more than one scalar.

    Raises:
        StrictYamlError: strictyaml refuses it, in these words.
        StrictYamlCrash: strictyaml ends in a Python error of its own.

    >>> parse("name: x\\ntags:\\n- a\\n- b\\n")
    {'name': 'x', 'tags': ['a', 'b']}
    >>> parse("tags: [a, b]")
    Traceback (most recent call last):
    metier.stores.strict.marks.StrictYamlError: While scanning
      in "<unicode string>", line 1, column 7:
        tags: [a, b]
              ^ (line: 1)
    Found ugly disallowed JSONesque flow mapping (surround with ' and ' to make text appear literally)
      in "<unicode string>", line 1, column 8:
        tags: [a, b]
               ^ (line: 1)
    """
    scanner = Scanner(text)
    try:
        root = _Composer(scanner).document()
        if root is None or root.kind == "scalar":
            return text
        return _Builder(scanner.text).build(root)
    except RecursionError as failure:
        raise StrictYamlCrash(_TOO_DEEP) from failure


class _Composer:
    """Makes nodes of tokens, asking for them in the order in which ruamel.yaml does."""

    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self.marks: list[int] = []
        self.depth = 0

    def document(self) -> Node | None:
        scanner = self.scanner
        scanner.take()
        scanner.head()
        if scanner.head().kind in ("<directive>", "<document start>", "<stream end>"):
            self._refuse_marker()
            return None
        scanner.head()
        root = self._node()
        scanner.head()
        if scanner.head().kind == "<document end>":
            scanner.take()
        if scanner.head().kind in ("<directive>", "<document start>", "<stream end>"):
            self._refuse_marker()
            return root
        problem, context = "but found another document", "expected a single document in the stream"
        raise refusal(scanner.text, context, root.start, problem, scanner.head().start)

    def _refuse_marker(self) -> None:
        """A directive with no document behind it; the end of the stream is well."""
        scanner = self.scanner
        while scanner.head().kind == "<document end>":
            scanner.take()
        if scanner.head().kind == "<stream end>":
            return
        refuse_directives(scanner)
        found = scanner.head()
        if found.kind != "<document start>":
            problem = f"expected '<document start>', but found {found.kind!r}"
            raise refusal(scanner.text, None, None, problem, found.start)

    def _settled(self) -> Token:
        """The next token, asked for as often as ruamel.yaml does before it decides."""
        token = self.scanner.head()
        token = self.scanner.head()
        while token.kind == COMMENT:
            token = self.scanner.head()
        return token

    def _node(self, *, indentless: bool = False) -> Node:
        token = self._settled()
        kind = token.kind
        if kind == "<scalar>":
            token = self.scanner.take()
            return Node("scalar", token.start, token.end, token.value, token.comment, token.style)
        if self.depth == _MAX_DEPTH:
            raise StrictYamlCrash(_TOO_DEEP)
        self.depth += 1
        if kind == "<block mapping start>":
            node = self._mapping(token)
        elif kind == "-" and indentless:
            node = self._indentless(token)
        elif kind == "<block sequence start>":
            node = self._sequence(token)
        else:
            raise self._refused(token)
        self.depth -= 1
        return node

    def _refused(self, token: Token) -> StrictYamlError:
        text, kind = self.scanner.text, token.kind
        if kind == "<alias>":
            token = self.scanner.take()
            return refusal(text, None, None, f"found undefined alias {token.value!r}", token.start)
        if kind == "<anchor>":
            return refusal(text, "While scanning", token.start, _ANCHOR, token.end)
        if kind == "<tag>":
            return refusal(text, "While scanning", token.end, _TAG, token.start)
        if kind in ("[", "{"):
            return refusal(text, "While scanning", token.start, _FLOW, token.end)
        problem = f"expected the node content, but found {kind!r}"
        return refusal(text, "while parsing a block node", token.start, problem, token.start)

    def _sequence(self, first: Token) -> Node:
        scanner = self.scanner
        comment = first.comment
        if comment is None or comment[1] is None:
            comment = first.split_comment()
        node = Node("sequence", first.start, first.end, [], comment)
        self.marks.append(scanner.take().start)
        while self._settled().kind == "-":
            token = scanner.take()
            token.move_comment(scanner.head())
            if self._settled().kind in ("-", "<block end>"):
                node.value.append(Node("scalar", token.end, token.end, "", None))
            else:
                node.value.append(self._node())
        self._end(node, "while parsing a block collection")
        return node

    def _indentless(self, first: Token) -> Node:
        """A list that is indented no deeper than the key above it."""
        scanner = self.scanner
        comment = None
        if first.comment and first.comment[0]:
            comment = [first.comment[0], []]
            first.comment[0] = None
        node = Node("sequence", first.start, first.end, [], comment)
        while self._settled().kind == "-":
            token = scanner.take()
            token.move_comment(scanner.head())
            if self._settled().kind in ("-", "?", ":", "<block end>"):
                node.value.append(Node("scalar", token.end, token.end, "", None))
            else:
                node.value.append(self._node())
        after = scanner.head()
        node.end = after.start
        _keep_end_comment(node, after)
        return node

    def _mapping(self, first: Token) -> Node:
        node = Node("mapping", first.start, first.end, [], first.comment)
        self.marks.append(self.scanner.take().start)
        while True:
            token = self._settled()
            if token.kind == "?":
                key = self._key()
            elif token.kind == ":":
                key = Node("scalar", token.start, token.start, "", None)
            else:
                break
            node.value.append((key, self._value()))
        self._end(node, "while parsing a block mapping")
        return node

    def _key(self) -> Node:
        scanner = self.scanner
        token = scanner.take()
        token.move_comment(scanner.head())
        if self._settled().kind in ("?", ":", "<block end>"):
            return Node("scalar", token.end, token.end, "", None)
        return self._node(indentless=True)

    def _value(self) -> Node:
        scanner = self.scanner
        if self._settled().kind != ":":
            start = scanner.head().start
            return Node("scalar", start, start, "", None)
        token = scanner.take()
        after = self._settled()
        if after.kind == ":":
            token.move_comment(after)
        elif after.kind != "?":
            token.move_comment(after, empty=True)
        after = self._settled()
        if after.kind not in ("?", ":", "<block end>"):
            return self._node(indentless=True)
        comment, at = token.comment, token.end
        if comment is None:
            after = scanner.head()
            at, comment = after.end, after.comment
            if comment:
                after.comment = [None, comment[1]]
                comment = [comment[0], None]
        return Node("scalar", at, at, "", comment)

    def _end(self, node: Node, context: str) -> None:
        scanner = self.scanner
        token = scanner.head()
        if token.kind != "<block end>":
            problem = f"expected <block end>, but found {token.kind!r}"
            raise refusal(scanner.text, context, self.marks[-1], problem, token.start)
        token = scanner.take()
        if node.kind == "mapping":
            token.move_comment(scanner.head())
        self.marks.pop()
        node.end = token.end
        _keep_end_comment(node, token)


def _keep_end_comment(node: Node, token: Token) -> None:
    if token.comment and token.comment[1]:
        node.comment = [*(node.comment or [None, None]), token.comment[1]]
        token.comment[1] = None


class _Builder:
    """Makes data of nodes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.has_odd_key = False

    def build(self, root: Node) -> Any:
        data = self._mapping(root) if root.kind == "mapping" else self._list(root)
        if self.has_odd_key:
            raise StrictYamlCrash("AssertionError: <class 'tuple'>")
        return data

    def _list(self, root: Node) -> Any:
        """Level by level, as ruamel.yaml builds a list at the root, so that the same fault is the first."""
        pending = [root]
        for node in pending:
            if node.kind == "mapping":
                self._mapping(node)
            else:
                pending += [child for child in node.value if child.kind != "scalar"]
        return self._object(root)

    def _object(self, node: Node) -> Any:
        if node.kind == "scalar":
            return Tagged(node.value) if node.value in _TAGGED and not node.style else node.value
        if node.kind == "sequence":
            return [self._object(child) for child in node.value]
        return self._mapping(node)

    def _mapping(self, node: Node) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        pairs = self._without_merges(node)
        pre_comments: dict[Any, list[Any]] = {}
        for key_node, value_node in pairs:
            key = self._key(node, key_node)
            value = self._object(value_node)
            if odd := next((part for part in key if isinstance(part, list | dict)), None):
                raise StrictYamlCrash(f"TypeError: unhashable type: '{_RUAMEL_TYPES[type(odd)]}'")
            for slot, part in ((1, key_node), (3, value_node)):
                if part.comment:
                    _tie(pre_comments.setdefault(key, [None] * 4), slot, part.comment)
            if key in data:
                at, end = key_node.start, key_node.end
                raise refusal(self.text, "While parsing", at, f"Duplicate key '{key}' found", end)
            data[key] = value
        first = None
        for _, value_node in pairs:
            if value_node.kind == "mapping":
                at = column(self.text, value_node.start)
                first = at if first is None else first
                if at != first:
                    raise refusal(self.text, "While parsing", value_node.start, _INDENTATION, value_node.end)
        return data

    def _key(self, node: Node, key_node: Node) -> Any:
        if key_node.kind == "scalar":
            return key_node.value
        key = self._object(key_node)
        if isinstance(key, dict):
            problem = "found unhashable key"
            raise refusal(self.text, "while constructing a mapping", node.start, problem, key_node.start)
        self.has_odd_key = True
        return tuple(key)

    def _without_merges(self, node: Node) -> list[tuple[Node, Node]]:
        """Leave out the pairs of the key <<, whose values strictyaml builds and then drops."""
        if not any(key.value == "<<" and not key.style for key, _ in node.value):
            return list(node.value)
        kept, num_merged = [], 0
        for key, value in node.value:
            if key.value != "<<" or key.style:
                kept.append((key, value))
                continue
            if num_merged:
                raise StrictYamlCrash('DuplicateKeyError: found duplicate key "<<"')
            num_merged += self._merged(node, value)
        return kept

    def _merged(self, node: Node, value: Node) -> int:
        context = "while constructing a mapping"
        if value.kind == "mapping":
            self._mapping(value)
            return 1
        if value.kind == "scalar":
            problem = "expected a mapping or list of mappings for merging, but found scalar"
            raise refusal(self.text, context, node.start, problem, value.start)
        for part in value.value:
            if part.kind != "mapping":
                problem = f"expected a mapping for merging, but found {part.kind}"
                raise refusal(self.text, context, node.start, problem, part.start)
            self._mapping(part)
        return len(value.value)


def _tie(slots: list[Any], slot: int, comment: list[Any]) -> None:
    """Tie a comment to a key, which fails in ruamel.yaml where the key stands twice and had one before."""
    if slots[slot] is None:
        slots[slot] = comment[1]
    else:
        kind = "NoneType" if comment[0] is None else "CommentToken"
        raise StrictYamlCrash(f"TypeError: '{kind}' object is not iterable")
