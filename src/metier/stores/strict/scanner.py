"""Which tokens does strictyaml see? The scanner of ruamel.yaml, as strictyaml 1.7.3 carries it, over one string.

It reads ahead exactly as far as the original and keeps its queue of comments, because which of two faults is reported
depends on that. Regular expressions take the place of its steps of one character; a place is an index in the text, and
its line and column are counted only when a fault is worded. Carriage returns are expected to be gone.

Method names are those of `ruamel/scanner.py` in short form, so that the two can be read side by side.
"""

from __future__ import annotations

import re
from typing import Any

from metier.stores.strict.marks import column, refusal
from metier.stores.strict.scalars import scan_block_scalar, scan_plain, scan_quoted
from metier.stores.strict.token import Token

COMMENT = "<comment>"
_AFTER_COMMENT = ("<scalar>", ":", "]", "}")
_SPACE_OR_END = " \n\0\t\x85\u2028\u2029"
_BREAKS = "\n\x85\u2028\u2029"
_BLANK = re.compile(" *")
_COMMENT_AND_BREAKS = re.compile("#[^\n\0\x85\u2028\u2029]*[\n\x85\u2028\u2029]*")
_BLANK_LINES = re.compile("[\n\x85\u2028\u2029\t ]*")
_ANCHOR = re.compile("[!-+\\--Z\\\\^-z|~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_NOT_PLAIN = frozenset("\0 \t\n\x85\u2028\u2029-?:,[]{}#&*!|>'\"%@`")
_AFTER_ANCHOR = frozenset("\0 \t\n\x85\u2028\u2029?:,[]{}%@`")
_MAX_KEY = 1024


class Scanner:
    """Cuts a text into tokens, one request at a time.

    Args:
        text: Printable YAML without carriage returns.

    >>> scanner = Scanner("a: b")
    >>> [scanner.take().kind for _ in range(7)]
    ['<stream start>', '<block mapping start>', '?', '<scalar>', ':', '<scalar>', '<block end>']
    """

    def __init__(self, text: str) -> None:
        self.text = text + "\0"
        self.pos = 0
        self.line_start = 0
        self.indent = -1
        self.allow_simple_key = True
        self.flow: list[str] = []
        self._has_marks = "\ufeff" in text
        self._indents: list[int] = []
        self._tokens = [Token("<stream start>", 0, 0)]
        self._taken = 0
        self._done = False
        # Whether asking again would change nothing.
        self._is_settled = False
        self._num_read = 0
        # By flow level: the number of the token, whether it must be a key, its index, its column.
        self._keys: dict[int, tuple[int, bool, int, int]] = {}

    # What the parser asks.

    def head(self) -> Token:
        """The next token, without taking it. Asked twice, it may have read further than asked once."""
        self._ready()
        return self._tokens[0]

    def take(self) -> Token:
        """The next token, with the comments behind it tied on."""
        self._ready()
        tokens = self._tokens
        token = tokens[0]
        if len(tokens) > 1 and tokens[1].kind == COMMENT and token.kind in _AFTER_COMMENT:
            comment = tokens[1]
            if token.kind == "<scalar>" or "\n" not in self.text[token.end : comment.start]:
                self._taken += 1
                del tokens[1]
                self._fetch()
                while len(tokens) > 1 and tokens[1].kind == COMMENT:
                    self._taken += 1
                    del tokens[1]
                    self._fetch()
                token.add_post_comment(comment)
        self._taken += 1
        self._is_settled = False
        return tokens.pop(0)

    def column(self) -> int:
        """The column of the place that is read."""
        if self._has_marks:
            return column(self.text, self.pos)
        return self.pos - self.line_start

    def go(self, end: int) -> None:
        """Go on to an index, over line ends if there are some."""
        line_end = self.text.rfind("\n", self.pos, end)
        if line_end >= 0:
            self.line_start = line_end + 1
        self.pos = end

    def error(self, context: str | None, context_at: int | None, problem: str) -> Exception:
        """What is wrong at the place that is read."""
        return refusal(self.text, context, context_at, problem, self.pos)

    # The queue.

    def _ready(self) -> None:
        if self._is_settled:
            return
        tokens, num_read = self._tokens, self._num_read
        while self._needs_more():
            self._fetch()
        if tokens[0].kind == COMMENT:
            self._gather_comments()
            return
        if len(tokens) < 2 and not self._done:
            self._fetch()
        self._is_settled = num_read == self._num_read

    def _gather_comments(self) -> None:
        """Tie comments at the head of the queue to the token behind them."""
        tokens = self._tokens
        self._taken += 1
        comments = [tokens.pop(0)]
        while self._needs_more():
            self._fetch()
            if tokens[0].kind == COMMENT:
                self._taken += 1
                comments.append(tokens.pop(0))
        tokens[0].add_pre_comments(comments)
        if not self._done and len(tokens) < 2:
            self._fetch()

    def _needs_more(self) -> bool:
        if self._done:
            return False
        if not self._tokens:
            return True
        if not self._keys:
            return False
        self._drop_stale_keys()
        return any(key[0] == self._taken for key in self._keys.values())

    def _drop_stale_keys(self) -> None:
        stale = [level for level, key in self._keys.items() if key[2] < self.line_start or self.pos - key[2] > _MAX_KEY]
        for level in stale:
            if self._keys[level][1]:
                start = self._keys[level][2]
                raise self.error("while scanning a simple key", start, "could not find expected ':'")
            del self._keys[level]

    def _fetch(self) -> None:
        """Read one more token, or a few."""
        self._num_read += 1
        if self._skip():
            return
        if self._keys:
            self._drop_stale_keys()
        at = self.column()
        if self.indent > at and not self.flow:
            self._unwind(at)
        text, pos = self.text, self.pos
        char = text[pos]
        if at == 0 and char in "%-." and self._fetch_at_margin(char):
            return
        if char not in _NOT_PLAIN:
            self._fetch_scalar(scan_plain)
        elif char == "\0":
            self._fetch_end()
        elif fetch := _FETCHERS.get(char):
            fetch(self, char)
        elif char in "-?:" and text[pos + 1] in _SPACE_OR_END:
            _INDICATORS[char](self)
        elif char in ":?" and self.flow:
            self._fetch_in_flow(char)
        elif char in "|>" and not self.flow:
            self._fetch_block_scalar(char)
        elif char in "-?:":
            self._fetch_scalar(scan_plain)
        else:
            raise self.error(
                "while scanning for the next token", None, f"found character {char!r} that cannot start any token"
            )

    def _skip(self) -> bool:
        """Pass over spaces and line ends; a comment, or an empty line, becomes a token of its own."""
        text = self.text
        if self.pos == 0 and text[0] == "\ufeff":
            self.pos = 1
        while True:
            self.pos = _BLANK.match(text, self.pos).end()  # type: ignore[union-attr]
            char = text[self.pos]
            if char == "#":
                start = self.pos
                self.go(_COMMENT_AND_BREAKS.match(text, start).end())  # type: ignore[union-attr]
                self._allow_key()
                self._tokens.append(Token(COMMENT, start, self.pos))
                return True
            if char not in _BREAKS:
                return False
            self.go(self.pos + 1)
            self._allow_key()
            if text[self.pos] == "\n":
                start = self.pos
                self.go(_BLANK_LINES.match(text, start).end())  # type: ignore[union-attr]
                self._tokens.append(Token(COMMENT, start, self.pos))
                return True

    def skip_quietly(self) -> None:
        """Pass over spaces, line ends and comments; what follows a block scalar is tied to it as one comment."""
        while self._skip():
            self._tokens.pop()

    def _allow_key(self) -> None:
        if not self.flow:
            self.allow_simple_key = True

    # Keys and indentation.

    def _save_key(self) -> None:
        at = self.column()
        if self.allow_simple_key:
            self._remove_key()
            required = not self.flow and self.indent == at
            self._keys[len(self.flow)] = (self._taken + len(self._tokens), required, self.pos, at)

    def _remove_key(self) -> None:
        key = self._keys.get(len(self.flow))
        if key:
            if key[1]:
                raise self.error("while scanning a simple key", key[2], "could not find expected ':'")
            del self._keys[len(self.flow)]

    def _unwind(self, at: int) -> None:
        if self.flow:
            return
        while self.indent > at:
            self.indent = self._indents.pop()
            self._tokens.append(Token("<block end>", self.pos, self.pos))

    def _add_indent(self, at: int) -> bool:
        if self.indent < at:
            self._indents.append(self.indent)
            self.indent = at
            return True
        return False

    def _add(self, kind: str, length: int = 1, value: Any = None) -> None:
        start = self.pos
        self.pos += length
        self._tokens.append(Token(kind, start, self.pos, value))

    # One method a kind of token.

    def _fetch_end(self) -> None:
        self._unwind(-1)
        self._remove_key()
        self.allow_simple_key = False
        self._keys = {}
        self._add("<stream end>", 0)
        self._done = True

    def _fetch_at_margin(self, char: str) -> bool:
        """What only counts at the beginning of a line: a directive, or three hyphens or dots."""
        text, pos = self.text, self.pos
        if char != "%" and not (text[pos : pos + 3] == char * 3 and text[pos + 3] in _SPACE_OR_END):
            return False
        self._unwind(-1)
        self._remove_key()
        self.allow_simple_key = False
        if char == "%":
            from metier.stores.strict.directives import scan_directive

            self._tokens.append(Token("<directive>", pos, pos, scan_directive(self)))
        else:
            self._add("<document start>" if char == "-" else "<document end>", 3)
        return True

    def _fetch_flow_start(self, char: str) -> None:
        self._save_key()
        self.flow.append(char)
        self.allow_simple_key = True
        self._add(char)

    def _fetch_flow_end(self, char: str) -> None:
        self._remove_key()
        if self.flow:
            self.flow.pop()
        self.allow_simple_key = False
        self._add(char)

    def _fetch_flow_entry(self, char: str) -> None:
        self.allow_simple_key = True
        self._remove_key()
        self._add(char)

    def _fetch_block_entry(self) -> None:
        if not self.flow:
            if not self.allow_simple_key:
                raise self.error(None, None, "sequence entries are not allowed here")
            if self._add_indent(self.column()):
                self._add("<block sequence start>", 0)
        self.allow_simple_key = True
        self._remove_key()
        self._add("-")

    def _fetch_key(self) -> None:
        if not self.flow:
            if not self.allow_simple_key:
                raise self.error(None, None, "mapping keys are not allowed here")
            if self._add_indent(self.column()):
                self._add("<block mapping start>", 0)
        self.allow_simple_key = not self.flow
        self._remove_key()
        self._add("?")

    def _fetch_value(self) -> None:
        key = self._keys.pop(len(self.flow), None)
        if key:
            at = key[0] - self._taken
            self._tokens.insert(at, Token("?", key[2], key[2]))
            if not self.flow and self._add_indent(key[3]):
                self._tokens.insert(at, Token("<block mapping start>", key[2], key[2]))
            self.allow_simple_key = False
        else:
            if not self.flow:
                if not self.allow_simple_key:
                    raise self.error(None, None, "mapping values are not allowed here")
                if self._add_indent(self.column()):
                    self._add("<block mapping start>", 0)
            self.allow_simple_key = not self.flow
            self._remove_key()
        self._add(":")

    def _fetch_in_flow(self, char: str) -> None:
        """A question mark or a colon inside brackets, directly before something else."""
        if char == "?":
            self._fetch_key()
        elif self.flow[-1] == "[" or (self._tokens[-1:] and self._tokens[-1].kind == ":"):
            self._fetch_scalar(scan_plain)
        else:
            self._fetch_value()

    def _fetch_alias_or_anchor(self, char: str) -> None:
        self._save_key()
        self.allow_simple_key = False
        start, kind = self.pos, "alias" if char == "*" else "anchor"
        self.pos = start + 1
        name = _ANCHOR.match(self.text, self.pos).group()  # type: ignore[union-attr]
        self.pos += len(name)
        after = self.text[self.pos]
        if not name or after not in _AFTER_ANCHOR:
            self.pos = start + 1 + len(name)
            found = f"expected alphabetic or numeric character, but found {after!r}"
            raise self.error(f"while scanning an {kind}", start, found)
        self._tokens.append(Token(f"<{kind}>", start, self.pos, name))

    def _fetch_tag(self, char: str) -> None:
        from metier.stores.strict.directives import scan_tag

        self._save_key()
        self.allow_simple_key = False
        start = self.pos
        scan_tag(self)
        self._tokens.append(Token("<tag>", start, self.pos))

    def _fetch_scalar(self, scan: Any) -> None:
        self._save_key()
        self.allow_simple_key = False
        self._tokens.append(scan(self))

    def _fetch_quoted(self, char: str) -> None:
        self._fetch_scalar(scan_quoted)

    def _fetch_block_scalar(self, char: str) -> None:
        self.allow_simple_key = True
        self._remove_key()
        self._tokens.append(scan_block_scalar(self))


_FETCHERS = {
    "[": Scanner._fetch_flow_start,
    "{": Scanner._fetch_flow_start,
    "]": Scanner._fetch_flow_end,
    "}": Scanner._fetch_flow_end,
    ",": Scanner._fetch_flow_entry,
    "*": Scanner._fetch_alias_or_anchor,
    "&": Scanner._fetch_alias_or_anchor,
    "!": Scanner._fetch_tag,
    "'": Scanner._fetch_quoted,
    '"': Scanner._fetch_quoted,
}
_INDICATORS = {"-": Scanner._fetch_block_entry, "?": Scanner._fetch_key, ":": Scanner._fetch_value}
