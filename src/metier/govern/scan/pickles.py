"""What does a stored object of Python do when it is loaded? The program that a pickle is, written out and never run.

A pickle is a list of orders for a small machine: names of functions, what they are called with, and calls. Loading it runs
them, so that whoever made the file runs what they like.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BEGINS = re.compile(
    rb"\x80[\x01-\x05]|c[\w.]{1,80}\n[\w.]{1,80}\n|\(i[\w.]{1,80}\n|[\](}]q[\x00-\x05]|\((?:dp|lp)\d\n"
)
_MAX_ORDERS = 100_000
_MAX_SHOWN = 6000
_SAME = {"posix": "os", "nt": "os", "__builtin__": "builtins", "commands": "subprocess"}
_TAKE = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_ROWS = frozenset({"EMPTY_TUPLE", "EMPTY_LIST", "EMPTY_DICT", "EMPTY_SET"})
_NO_VALUES = frozenset({"PROTO", "FRAME", "STOP", "BUFFER", "READONLY_BUFFER", "NEXT_BUFFER", "BINPERSID"})
_MAX_DEPTH, _MAX_ROW, _MAX_PIECE = 2, 30, 400
_MAX_TOLD = 400_000

_Thing = str | list["_Thing"]
"""Something on the stack: an expression as it is written, or a row of things."""
_MARK: _Thing = "mark"


class Stored(NamedTuple):
    """What a pickle does.

    Attributes:
        calls: The calls that loading it makes, as lines of Python.
        is_whole: All of it was read, and nothing stands after its end.
    """

    calls: str
    is_whole: bool


def program_of(data: bytes) -> Stored | None:
    """The program that a pickle is; None if the bytes begin like none.

    >>> program_of(b"cos\\nsystem\\n(S'ls -l'\\ntR.")
    Stored(calls="import os\\nos.system('ls -l')", is_whole=True)
    >>> program_of(b"no pickle"), program_of(b"\\x80\\x04K\\x01."), program_of(b"\\x80\\x04K\\x01.more")
    (None, Stored(calls='', is_whole=True), Stored(calls='', is_whole=False))
    """
    if not _BEGINS.match(data):
        return None
    import pickletools

    machine = _Machine()
    end = -1
    try:
        for number, (order, argument, place) in enumerate(pickletools.genops(data)):
            if number >= _MAX_ORDERS:
                raise ValueError("too many orders")
            machine.follow(order.name, argument)
            end = place or 0
    except (ValueError, IndexError, KeyError, TypeError, OverflowError):
        # What stands before the fault is done all the same.
        end = -1
    calls = "\n".join([*(f"import {name}" for name in sorted(machine.modules)), *machine.calls])
    return Stored(calls, is_whole=end + 1 == len(data))


class _Machine:
    """The machine of a pickle; it writes down what it is told to call."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.modules: set[str] = set()
        self._told = 0
        self._stack: list[_Thing] = []
        self._kept: dict[int, _Thing] = {}

    def follow(self, name: str, argument: object) -> None:
        """Take one order."""
        stack = self._stack
        if name in ("GLOBAL", "INST"):
            module, _, attribute = str(argument).partition(" ")
            named = self._name(module, attribute)
            stack.append(self._call(named, self._to_mark()) if name == "INST" else named)
        elif name == "STACK_GLOBAL":
            attribute, module = _shown(stack.pop()), _shown(stack.pop())
            stack.append(self._name(module.strip("'\""), attribute.strip("'\"")))
        elif name in ("REDUCE", "NEWOBJ", "NEWOBJ_EX"):
            row = stack.pop()
            if name == "NEWOBJ_EX":
                row = stack.pop()
            stack.append(self._call(stack.pop(), row))
        elif name == "OBJ":
            called, *row = self._to_mark()
            stack.append(self._call(called, row))
        elif name in ("TUPLE", "LIST", "DICT", "FROZENSET"):
            stack.append(self._to_mark())
        elif name in _TAKE:
            stack[-_TAKE[name] :] = [stack[-_TAKE[name] :]]
        elif name in ("APPENDS", "SETITEMS", "ADDITEMS"):
            self._add(self._to_mark())
        elif name == "POP_MARK":
            self._to_mark()
        elif name in ("APPEND", "SETITEM"):
            count = 1 if name == "APPEND" else 2
            row = stack[-count:]
            del stack[-count:]
            self._add(row)
        elif name in ("POP", "BUILD"):
            stack.pop()
        else:
            self._hold(name, argument)

    def _hold(self, name: str, argument: object) -> None:
        """Orders that put something on the stack, keep it or bring it back."""
        if name == "MARK":
            self._stack.append(_MARK)
        elif name == "MEMOIZE":
            self._kept[len(self._kept)] = self._stack[-1]
        elif "PUT" in name and isinstance(argument, int):
            self._kept[argument] = self._stack[-1]
        elif "GET" in name and isinstance(argument, int):
            self._stack.append(self._kept[argument])
        elif name == "DUP":
            self._stack.append(self._stack[-1])
        elif name in _ROWS:
            self._stack.append([])
        elif name not in _NO_VALUES:
            self._stack.append(_written(argument))

    def _name(self, module: str, attribute: str) -> str:
        module = _SAME.get(module, module)
        if module == "builtins":
            return attribute
        self.modules.add(module)
        return f"{module}.{attribute}"

    def _call(self, called: _Thing, row: _Thing) -> str:
        given = ", ".join(map(_shown, row)) if isinstance(row, list) else row
        self.calls.append(f"{_shown(called)}({given})"[:_MAX_SHOWN])
        self._told += len(self.calls[-1])
        if self._told > _MAX_TOLD:
            raise ValueError("too many calls")
        return self.calls[-1]

    def _add(self, row: list[_Thing]) -> None:
        """Put things into the row on top of the stack."""
        if isinstance(self._stack[-1], list):
            self._stack[-1] += row

    def _to_mark(self) -> list[_Thing]:
        """All that was put on the stack since its last mark, taken off."""
        stack = self._stack
        place = len(stack) - 1
        while stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("no mark")
        row = stack[place + 1 :]
        del stack[place:]
        return row


def _written(value: object) -> str:
    """A value as it is written, its beginning if that is long."""
    if isinstance(value, int) and value.bit_length() > _MAX_SHOWN:
        return "…"
    return repr(value[:_MAX_SHOWN] if isinstance(value, str | bytes | bytearray) else value)[:_MAX_SHOWN]


def _shown(thing: _Thing, depth: int = 0) -> str:
    """A thing as it is written, its beginning if that is long."""
    if isinstance(thing, str):
        return thing
    inner = (
        ", ".join([_shown(one, depth + 1)[: _MAX_SHOWN if depth == 0 else _MAX_PIECE] for one in thing[:_MAX_ROW]])
        if depth < _MAX_DEPTH
        else "…"
    )
    return f"[{inner[:_MAX_SHOWN]}]"
