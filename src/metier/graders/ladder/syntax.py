r"""What does a formula say? A recursive-descent reader of LaTeX and plain text, into a tree of our own.

It reads what `normal` has cleaned, evaluates nothing and knows no units. Without `symbols` it reads numbers alone and
stops at the first thing that is none, so that what is left over can be a unit: `3.0 m/s` is 3.0, then ` m/s`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from metier.graders.ladder.tree import BINDERS, CONSTANTS, Apply, Literal, Name, Node

MAX_DEPTH = 40
"""Deeper nesting is not read: no honest answer needs it."""

MAX_EXPONENT = 5000
"""A literal like 1e5001 is not read as an exact number."""


class UnreadError(ValueError):
    """The text is no formula here."""


_FUNCTIONS = {
    **{name: name for name in ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "exp")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "cot", "sec", "csc")},
    **{f"a{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"ar{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")},
    **{f"arc{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")},
    "ln": "ln",
    "log": "log",
    "lg": "lg",
    "sqrt": "sqrt",
    "cbrt": "cbrt",
    "abs": "abs",
    "erf": "erf",
    "Gamma": "gamma",
    "gamma": "gamma",
    "floor": "floor",
    "ceil": "ceil",
    "sign": "sign",
    "sgn": "sign",
    "max": "max",
    "min": "min",
    "gcd": "gcd",
    "lcm": "lcm",
    "log10": "lg",
    "log2": "lb",
    "Re": "re",
    "Im": "im",
}
_LATEX_ONLY = frozenset({"Gamma", "gamma", "Re", "Im", "max", "min", "sign"})
_INVERSE = {"sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"}
_ACCENTS = frozenset({"hat", "bar", "dot", "ddot", "tilde", "overline", "underline"})

_NUMBER = re.compile(r"(\d++(?:\.\d*+)?|\.\d++)(?:[eE]([-+]?\d++))?")
_REPEATING = re.compile(r"(\d*)\.(\d*)\\overline ?\{(\d++)\}")
_MIXED = re.compile(r"(\d++) (\d++)/(\d++)(?![\d.])|(\d++) ?\\frac ?(?:\{(\d++)\} ?\{(\d++)\}|(\d)(\d))")
_COMMAND = re.compile(r"\\([A-Za-z]++)")
_WORD = re.compile(r"[A-Za-z]++")
_SUBSCRIPT = re.compile(r" ?_ ?(?:\{([^{}]*+)\}|(\\[A-Za-z]++|[A-Za-z0-9]))")
_SCRIPT = re.compile(r" ?([_^]) ?(?:\{([^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+)\}|(\\[A-Za-z]++|[A-Za-z0-9]))")
_DIFFERENTIAL = re.compile(r"(?<![A-Za-z\\])d ?(\\?[A-Za-z]++)")
_GLUED = re.compile(r"(?:arc)?(?:sin|cos|tan|cot|sec|csc)h?|ln|exp|sqrt")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def read(text: str, *, symbols: bool = False) -> tuple[Node, str]:
    r"""Read the longest formula at the start of a text; return its tree and the text left over.

    Raises:
        UnreadError: There is none, or it is nested too deep.

    >>> read(r"\frac{1}{2} m/s")
    (Apply(op='div', args=(Literal(value=1, decimals=0), Literal(value=2, decimals=0))), 'm/s')
    """
    reader = _Reader(text, symbols)
    node = reader.sum()
    return node, text[reader.at :].strip()


def read_all(text: str, *, symbols: bool = True) -> Node:
    """Read a text that is a formula from end to end.

    Raises:
        UnreadError: It is not.

    >>> read_all("2x")
    Apply(op='mul', args=(Literal(value=2, decimals=0), Name(name='x')))
    """
    node, rest = read(text, symbols=symbols)
    if rest:
        raise UnreadError(rest[:80])
    return node


class _Reader:
    """A place in a text. Each method reads one kind of thing there, or raises `UnreadError`."""

    def __init__(self, text: str, symbols: bool) -> None:
        self.text = text
        self.symbols = symbols
        self.at = 0
        self.depth = 0
        self.bars = 0
        self.within = False

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnreadError("nested too deep")
        terms = [self._signed(self.product)]
        while (sign := self._peek()) and sign in "+-":
            before = self.at
            self.at += 1
            try:
                term = self._signed(self.product)
            except UnreadError:
                self.at = before
                break
            terms.append(Apply("neg", (term,)) if sign == "-" else term)
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Apply("add", tuple(terms))

    def product(self) -> Node:
        node = self.power()
        while True:
            before = self.at
            operator = self._peek()
            if not operator or not self._multiplies(operator):
                return node
            try:
                if operator in "*/":
                    self.at += 1
                    right = self._signed(self.power)
                else:
                    right = self.power()
            except UnreadError:
                self.at = before
                return node
            node = Apply("div" if operator == "/" else "mul", (node, right))

    def power(self) -> Node:
        node = self.postfix()
        if self._peek() != "^":
            return node
        before = self.at
        self.at += 1
        try:
            return Apply("pow", (node, self._signed(self._exponent)))
        except UnreadError:
            self.at = before
            return node

    def postfix(self) -> Node:
        node = self.atom()
        while mark := self._peek():
            if mark == "!" and not self.text.startswith("!=", self.at):
                node = Apply("fact", (node,))
            elif mark == "°" and self.depth > 1:
                node = Apply("div", (Apply("mul", (node, Name("pi"))), Literal(180)))
            elif mark == "'" and self.symbols and isinstance(node, Name):
                node = Name(f"{node.name}'")
            else:
                break
            self.at += 1
        return node

    def atom(self) -> Node:
        first = self._peek()
        if not first:
            raise UnreadError("nothing here")
        if first.isdigit() or first == ".":
            return self._number()
        if first in _CLOSING:
            return self._group(_CLOSING[first])
        if first == "|":
            return self._bars()
        if command := _COMMAND.match(self.text, self.at):
            self.at = command.end()
            return self._command(command[1])
        if word := _WORD.match(self.text, self.at):
            return self._word(word[0])
        raise UnreadError(self.text[self.at : self.at + 20])

    def _peek(self) -> str:
        """The next character that is no blank, or an empty string at the end."""
        text = self.text
        while self.at < len(text) and text[self.at] == " ":
            self.at += 1
        return text[self.at] if self.at < len(text) else ""

    def _signed(self, part: Callable[[], Node]) -> Node:
        sign = 1
        while (mark := self._peek()) and mark in "+-":
            self.at += 1
            sign = -sign if mark == "-" else sign
        node = part()
        return Apply("neg", (node,)) if sign < 0 else node

    def _multiplies(self, mark: str) -> bool:
        if mark in "*/({\\":
            return True
        if mark.isdigit():
            # `x 2` is a product, `5 3` is two numbers.
            before = self.text[: self.at].rstrip()[-1:]
            return self.symbols and bool(before) and before not in "0123456789."
        return (mark.isascii() and mark.isalpha()) or (mark == "|" and not self.bars)

    def _number(self) -> Node:
        if repeating := _REPEATING.match(self.text, self.at):
            self.at = repeating.end()
            whole, fixed, again = repeating.groups()
            shift = 10 ** len(fixed)
            value = Fraction(int(whole + fixed or 0), shift) + Fraction(int(again), shift * (10 ** len(again) - 1))
            return Literal(value, len(fixed + again))
        mixed = _MIXED.match(self.text, self.at)
        if mixed and (node := self._mixed(mixed)):
            return node
        found = _NUMBER.match(self.text, self.at)
        if not found:
            raise UnreadError(self.text[self.at : self.at + 20])
        self.at = found.end()
        digits, exponent = found[1], int(found[2] or 0) if len(found[2] or "") < 8 else MAX_EXPONENT + 1
        if abs(exponent) > MAX_EXPONENT or len(digits) > MAX_EXPONENT // 2:
            raise UnreadError("a number too long to hold")
        whole, _, decimals = digits.partition(".")
        shift = exponent - len(decimals)
        size = int(whole + decimals)
        return Literal(size * 10**shift if shift >= 0 else Fraction(size, 10**-shift), -shift if shift < 0 else 0)

    def _mixed(self, found: re.Match[str]) -> Node | None:
        whole, above, below = (part for part in found.groups() if part is not None)
        if max(map(len, (whole, above, below))) > 30 or not 0 < int(above) < int(below):
            return None
        self.at = found.end()
        return Literal(int(whole) + Fraction(int(above), int(below)))

    def _group(self, closing: str) -> Node:
        self.at += 1
        bars, self.bars = self.bars, 0
        node = self.sum()
        self.bars = bars
        if self._peek() != closing:
            raise UnreadError(f"no {closing}")
        self.at += 1
        return node

    def _bars(self) -> Node:
        self.at += 1
        self.bars += 1
        node = self.sum()
        self.bars -= 1
        if self._peek() != "|":
            raise UnreadError("no |")
        self.at += 1
        return Apply("abs", (node,))

    def _exponent(self) -> Node:
        """What is raised: a group, a number, or one symbol; `2^3^2` is read from the right."""
        node = self.postfix() if self._peek() in "({\\" else self.atom()
        if self._peek() == "^":
            self.at += 1
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise UnreadError("nested too deep")
            node = Apply("pow", (node, self._signed(self._exponent)))
            self.depth -= 1
        return node

    def _token(self) -> Node:
        """One argument as LaTeX takes it: a group or a single digit or symbol."""
        mark = self._peek()
        if mark.isdigit():
            self.at += 1
            return Literal(int(mark))
        return self.atom()

    def _command(self, name: str) -> Node:
        if name == "frac":
            return Apply("div", (self._token(), self._token()))
        if name == "binom":
            return Apply("binom", (self._token(), self._token()))
        if name == "sqrt":
            degree = self._group("]") if self._peek() == "[" else Literal(2)
            # The sign √ and `\sqrt 10` in plain text take the whole number.
            brace = self._peek() in "({"
            return Apply("root", (degree, self._token() if brace else self.atom()))
        if name in BINDERS and self.symbols:
            start = self.at
            try:
                return self._binder(name)
            except UnreadError:
                if self.within:
                    raise
                # A sign whose ends are not told, as in `\sum_i m_i`, is a name among others.
                self.at = start
        if name in ("lfloor", "lceil"):
            node, closing = self.sum(), f"\\r{name[1:]}"
            if not self.text.startswith(closing, self.at):
                raise UnreadError(f"no {closing}")
            self.at += len(closing)
            return Apply("floor" if name == "lfloor" else "ceil", (node,))
        if name in _FUNCTIONS and not (name == "gamma" or (name in _LATEX_ONLY and self._peek() not in "({")):
            return self._function(name)
        if name in _ACCENTS and self._peek() == "{":
            end = self.text.find("}", self.at)
            return self._name(f"{name} {self.text[self.at + 1 : end].strip()}", end + 1)
        if name in CONSTANTS:
            return Name(name)
        return self._name(name, self.at)

    def _binder(self, name: str) -> Node:
        """A sum, a product, a definite integral or a limit; one inside another is not read."""
        if self.within:
            raise UnreadError(f"{name} inside another")
        below, above = self._script("_"), self._script("^") if name != "lim" else ""
        end = len(self.text)
        if name == "int":
            variable, low, high = "", below, above
            found = _DIFFERENTIAL.search(self.text, self.at)
            if not found:
                raise UnreadError("no differential")
            variable, end = found[1], found.start()
        else:
            variable, _, low = (part.strip() for part in below.partition("→" if name == "lim" else "="))
            high = above
        if not re.fullmatch(r"\\?[A-Za-z]+", variable):
            raise UnreadError(f"no variable of {name}")
        ends = [read_all(text) for text in ((low,) if name == "lim" else (low, high))]
        inner = _Reader(self.text[self.at : end].strip() or "1", True)
        inner.within = True
        body = inner.sum() if name == "int" else inner.product()
        if name == "int":
            if inner.at < len(inner.text):
                raise UnreadError(inner.text[inner.at : inner.at + 20])
            self.at = found.end() if found else end
        else:
            self.at = end - len(inner.text) + inner.at
        return Apply(name, (Name(variable.lstrip("\\")), *ends, body))

    def _script(self, mark: str) -> str:
        """The text behind `_` or `^`."""
        found = _SCRIPT.match(self.text, self.at)
        if not found or found[1] != mark:
            raise UnreadError(f"no {mark}")
        self.at = found.end()
        return (found[2] or found[3]).strip()

    def _word(self, word: str) -> Node:
        if word in ("i", "e") and self.symbols and self.text.startswith("_", self.at + 1):
            # A current `i_1` is no imaginary unit.
            return self._name(word, self.at + 1)
        if word in CONSTANTS or word in ("inf", "infinity"):
            self.at += len(word)
            return Name(word if word in CONSTANTS else "infty")
        if word in ("Pi", "PI"):
            return self._name("pi", self.at + len(word)) if self.symbols else Name("pi")
        called = word in _FUNCTIONS and word not in _LATEX_ONLY
        if called or (
            word in ("max", "min", "C", "binom", "nCr")
            and re.match(r"[A-Za-z]+\([^()]*,", self.text[self.at : self.at + 60])
        ):
            self.at += len(word)
            return self._function(word)
        if glued := _GLUED.match(word):
            self.at += glued.end()
            return self._function(glued[0])
        if not self.symbols:
            raise UnreadError(word[:20])
        if word[0] in "ei" and len(word) < 4 and len(word) > 1:
            self.at += 1
            return Name(word[0])
        # A long word is one name; short ones are products of letters, as in `mg`.
        return self._name(word if len(word) > 3 else word[0], self.at + (len(word) if len(word) > 3 else 1))

    def _name(self, name: str, at: int) -> Node:
        if not self.symbols:
            raise UnreadError(name[:20])
        self.at = at
        if below := _SUBSCRIPT.match(self.text, at):
            self.at = below.end()
            name = f"{name}_{''.join((below[1] or below[2]).split())}"
        return Name(name)

    def _function(self, name: str) -> Node:
        op = _FUNCTIONS.get(name, "binom")
        base: Node | None = None
        power: Node | None = None
        if op == "log" and self._peek() == "_":
            self.at += 1
            found = _NUMBER.match(self.text, self.at)
            base = self._number() if found else self._token()
        if self._peek() == "^":
            self.at += 1
            power = self._signed(self._token)
        args = self._arguments()
        if base is not None:
            args = (*args, base)
        if op == "sqrt" or op == "cbrt":
            op, args = "root", (Literal(2 if op == "sqrt" else 3), *args)
        if power == Apply("neg", (Literal(1),)) and op in _INVERSE:
            return Apply(f"a{op}", args)
        node = Apply(op, args)
        return node if power is None else Apply("pow", (node, power))

    def _arguments(self) -> tuple[Node, ...]:
        mark = self._peek()
        if mark and mark in "({[":
            self.at += 1
            found = [self.sum()]
            while self._peek() == ",":
                self.at += 1
                found.append(self.sum())
            if self._peek() != _CLOSING[mark]:
                raise UnreadError("no closing bracket")
            self.at += 1
            return tuple(found)
        # `\sin 2x` takes the product up to a bracket, an operator or the next function.
        sign = self._peek() == "-"
        self.at += sign
        self.depth += 1
        node = self.power()
        while (mark := self._peek()) and (mark.isalnum() or mark == "\\") and not self._calls():
            before = self.at
            try:
                node = Apply("mul", (node, self.power()))
            except UnreadError:
                self.at = before
                break
        self.depth -= 1
        return (Apply("neg", (node,)) if sign else node,)

    def _calls(self) -> bool:
        """Whether a function begins here, or a unit that must stay unread."""
        found = _COMMAND.match(self.text, self.at)
        word = found[1] if found else (_WORD.match(self.text, self.at) or [""])[0]
        return word in _FUNCTIONS and word not in _LATEX_ONLY
