"""Which codes lie above, below and beside a code? A tree of codes with descriptions, in arrays.

Nodes are numbered in the order of a walk from above, so that what lies below a node is one range of numbers, also
within one depth. Several roots are joined by one above them that is no node. It knows no files: see `read`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from metier.errors import InputError, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One code as it was read: an empty parent is none, and an empty description is not asked about."""

    code: str
    parent: str = ""
    description: str = ""
    kind: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class CodeTree:
    """A tree of codes.

    Attributes:
        name: What the codes are called, such as `ICD-10-CM`.
        codes, descriptions, kinds: Of each node, by its number.
        parent: The number of the node above; -1 for a root.
        depth: 0 for a root.
        end: One past the last node below each node.
    """

    name: str
    codes: Sequence[str]
    descriptions: Sequence[str]
    kinds: Sequence[str]
    parent: Sequence[int]
    depth: Sequence[int]
    end: Sequence[int]
    by_depth: Sequence[Sequence[int]] = field(repr=False)
    number: dict[str, int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, code: str) -> int:
        """The number of a code.

        Raises:
            InputError: There is no such code.
        """
        try:
            return self.number[code]
        except KeyError:
            raise InputError(f"{self.name} has no code {code!r}.", hint=nearest(code, self.number)) from None

    def path(self, node: int) -> list[int]:
        """The nodes from the root down to this one, itself included."""
        found = []
        while node >= 0:
            found.append(node)
            node = self.parent[node]
        return found[::-1]

    def is_above(self, one: int, other: int) -> bool:
        """Whether the first is the second or lies above it."""
        return one <= other < self.end[one]

    def common(self, one: int, other: int) -> int:
        """The lowest node that lies above both or is one of them; -1 if they have different roots."""
        while one >= 0 and not self.is_above(one, other):
            one = self.parent[one]
        return one

    def distance(self, one: int, other: int) -> int:
        """The number of edges between two nodes; two roots are two edges apart.

        >>> tree = tree_of("t", [Row(code="A"), Row(code="A1", parent="A"), Row(code="A2", parent="A"), Row(code="B")])
        >>> tree.distance(tree["A1"], tree["A2"]), tree.distance(tree["A1"], tree["B"])
        (2, 3)
        """
        shared = self.common(one, other)
        above = self.depth[shared] if shared >= 0 else -1
        return self.depth[one] + self.depth[other] - 2 * above

    def below(self, node: int, depth: int) -> tuple[int, int]:
        """Where the nodes of one depth below a node lie in `by_depth[depth]`; below -1 lies everything."""
        if not 0 <= depth < len(self.by_depth):
            return 0, 0
        level = self.by_depth[depth]
        return (0, len(level)) if node < 0 else (bisect_left(level, node), bisect_left(level, self.end[node]))


def tree_of(name: str, rows: Iterable[Row]) -> CodeTree:
    """Build a tree, its nodes in the order of the rows within each parent.

    Raises:
        InputError: There are no rows, a code is given twice, a parent is missing, or parents run in a circle. Where no
            code is a root and all that is missing is one name, its codes are the roots; so is a code that is its own
            parent.

    >>> tree = tree_of("t", [Row(code="A1", parent="A"), Row(code="A")])
    >>> [tree.codes[node] for node in tree.path(tree["A1"])]
    ['A', 'A1']
    """
    known: dict[str, Row] = {}
    for row in rows:
        if row.code in known:
            raise InputError(
                f"{row.where or name}: the code {row.code!r} is given twice, first in {known[row.code].where or name}.",
                hint="A tree has one parent a code; leave out all rows of it but one.",
            )
        known[row.code] = row
    if not known:
        raise InputError(f"{name} has no codes.")
    children = _children(name, known)
    order, depth = _walk(children)
    if len(order) < len(known):
        lost = next(code for code in known if code not in depth)
        raise InputError(f"{known[lost].where or name}: the parents of {lost!r} run in a circle.")
    number = {code: place for place, code in enumerate(order)}
    parent = [number.get(known[code].parent, -1) if depth[code] else -1 for code in order]
    end = list(range(1, len(order) + 1))
    for node in range(len(order) - 1, -1, -1):
        if parent[node] >= 0:
            end[parent[node]] = max(end[parent[node]], end[node])
    by_depth: list[list[int]] = [[] for _ in range(max(depth.values()) + 1)]
    for node, code in enumerate(order):
        by_depth[depth[code]].append(node)
    return CodeTree(
        name=name,
        codes=order,
        descriptions=[known[code].description for code in order],
        kinds=[known[code].kind for code in order],
        parent=parent,
        depth=[depth[code] for code in order],
        end=end,
        by_depth=by_depth,
        number=number,
    )


def _children(name: str, known: dict[str, Row]) -> dict[str, list[str]]:
    """The codes below each, and below the empty one the roots."""
    missing = {row.parent for row in known.values() if row.parent and row.parent not in known}
    if len(missing) > 1 or (missing and any(row.parent in ("", row.code) for row in known.values())):
        row = next(row for row in known.values() if row.parent in missing)
        raise InputError(
            f"{row.where or name}: {row.code!r} has a parent {row.parent!r} that is missing, one of {len(missing)}.",
            hint=nearest(row.parent, known) or "Give every parent a row of its own.",
        )
    children: dict[str, list[str]] = {"": []}
    for row in known.values():
        children.setdefault("" if row.parent in {*missing, row.code} else row.parent, []).append(row.code)
    return children


def _walk(children: dict[str, list[str]]) -> tuple[list[str], dict[str, int]]:
    order: list[str] = []
    depth: dict[str, int] = {}
    stack = [(code, 0) for code in reversed(children[""])]
    while stack:
        code, level = stack.pop()
        order.append(code)
        depth[code] = level
        stack += [(child, level + 1) for child in reversed(children.get(code, ()))]
    return order, depth
