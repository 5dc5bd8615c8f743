"""Which parts has an answer to a question with parts: `(a) 3 m (b) 4 s`?"""

from __future__ import annotations

import re

_MARK = re.compile(r"(?:^|(?<=[\s,;.]))\(?([a-h]|i{1,3}|iv|v|vi{1,3}|[1-9])(?:\)|(?<=\w):(?= )) ?[=:]? ?")
_ORDERS = (tuple("abcdefgh"), ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii"), tuple("123456789"))
_OPERATOR = re.compile(r"[-+*/^=] ?(?:\(|$)|[*/^=)]")


def sections(text: str) -> tuple[str, ...] | None:
    """The parts in the order of their marks, which run from the first without a gap; None if there are not two.

    >>> sections("(b) 4 s, (a) 3 m"), sections("(a) + (b)"), sections("f(a) = 3")
    (('3 m', '4 s'), None, None)
    """
    marks = list(_MARK.finditer(text))
    if len(marks) < 2 or marks[0].start():
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found = {mark[1]: text[mark.end() : end].strip(" ,;.") for mark, end in zip(marks, ends, strict=True)}
    if len(found) < len(marks) or any(not part or _OPERATOR.match(part) for part in found.values()):
        return None
    order = next((order[: len(found)] for order in _ORDERS if set(order[: len(found)]) == set(found)), None)
    return tuple(re.sub(r"(?:,| and)$", "", found[mark]).strip() for mark in order) if order else None
