"""Which names does a statement of a script read, and into which does it put something?"""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Za-z_$][\w$]*")
_ASSIGN = re.compile(
    r"^(?:(?:export|const|let|var|local|our|my|final|static|public|private|auto|async|global|val|mut|readonly|pub|internal|fileprivate)\s+)*(?:(?:[A-Z]\w{0,40}(?:<[\w<>, ?]{1,40}>)?|string|std::string|char\s*\*?)(?:\[\])?\s+(?=[A-Za-z_]\w*\s*=))?"
    r"(?P<names>@?[\w.$]+(?:\[[^\]]{0,60}\])?(?:\s*,\s*@?[\w.$]+)*|[\[{(][\w\s,:$.]{1,200}[\]})])"
    r"\s*(?::\s*[\w\[\], .|<>&']+)?\s*(?P<op>:=|\+=|\|\|=|\?\?=|=(?![=>~]))"
)
_CALLBACK = re.compile(
    r"[,(]\s*(?:async\s*)?(?:\(([\w\s,{}\[\]:]{1,80})\)|([A-Za-z_$]\w{0,60}))\s*=>(?:\s*\(?\s*([A-Za-z_$][\w$]*)\s*(?:\+?=(?![=>])|\.push\())?|[,(]\s*(?:async\s+)?function\s*\w*\s*\(([\w\s,]{1,80})\)\s*$"
)
_LOOP = re.compile(r"^(?:async\s+)?for\s*\(?\s*(?:const|let|var)?\s*(?P<names>[\w\s,()\[\]]+?)\s+(?:in|of)\s")
_AS_OR_LOOP = r"^(?:async\s+)?with\s.*?\sas\s+(\w+)|\bfor\s+([\w, ]{1,120}?)\s+in\s"
_AS = re.compile(_AS_OR_LOOP)
_AS_OR_WALRUS = re.compile(rf"{_AS_OR_LOOP}|(?<!\w)(\w{{1,120}})\s?:=")
_STRING = r"\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"|'[^'\\]*+(?:\\.[^'\\]*+)*+'"
_NAMES = re.compile(rf"{_STRING}|([A-Za-z_$][\w$]*)")
"""The names of a statement that has no templates; a text is an empty one."""
_HELD = re.compile(r"\blet\s+(?:Some|Ok|Err)\(\s*(?:mut\s+|ref\s+)?(\w+)\s*\)\s*=")
"""What a match takes out of an answer."""
_FILLED_IN = re.compile(r"\b(?:Unmarshal\([^,\n]{1,60},|Decode\()\s*&(\w+)")
"""What an answer of Go is read into."""
_PUT_INTO = re.compile(
    r"setattr\(\s*(\w+)\s*,|(?:await\s+)?(\w*(?:[qQ]ueue|[sS]tack|inbox|outbox|jobs|tasks|chan\w*|bus|events?|emitter|hub)|q|\w{1,40}(?=\.emit\())\.(?:put\w*|emit|appendleft|trigger|dispatch\w*)\("
)
_SET_TO = re.compile(r"set\s+(\w{1,40})\s+to\s")
"""How AppleScript gives a name."""
_HANDED_OUT = re.compile(r"[{,]\s*(\w{1,60})\s*:\s*(?:async\s*)?(?:\([^()]{0,80}\)|\w{1,60})\s*=>")
_INDEX = re.compile(r"\[[^\]]*\]$")
_TEXT = re.compile(_STRING)
_BEGINS_TEMPLATE = re.compile(r"(?:[fF][rR]?|`)\Z")
_TEMPLATE = re.compile(r"[fF][rR]?[\"']")
_FILLED = re.compile(r"\$\{((?:[^{}`]|\{[^{}]*\})*)\}")
_SLOT = re.compile(r"\{(\w+)")
_NO_NAMES = frozenset({"const", "let", "var", "self", "this"})
_ADDS = re.compile(r"\.(?:add|append|push|extend|update|insert|read|write|set|concat|put|emit|trigger|dispatch)")
"""What adds something to a thing holds one of these."""
_APPEND = re.compile(
    r"^(?P<name>[\w.$]+?)(?:\[[^\]]*\]\s*=|\.(?:add_header|append|push|push_str|extend|extend_from_slice|update|add|insert|read_file|read_string|read(?=\(\s*(?:os\.|Path|pathlib|\[|[\"']|\w*[pP]ath))|write|write_str|write_bytes|write_text|set|setdefault|concat)\s*\()"
)


_GUARDS = ("if (", "if(", "while (", "for (", "for(", "else ")
_BRACKETS = re.compile(rf"{_STRING}|[()]")


def _guarded(piece: str) -> str:
    """What a condition or a loop that stands on the same line guards; nothing if that is all.

    >>> _guarded("if (has(p)) kept.push(read(p))"), _guarded("if (a)"), _guarded("else b = c")
    ('kept.push(read(p))', '', 'b = c')
    """
    begin = depth = 0
    while piece.startswith(_GUARDS, begin):
        if piece.startswith("else ", begin):
            begin += 5
            continue
        for bracket in _BRACKETS.finditer(piece, begin):
            depth += (bracket[0] == "(") - (bracket[0] == ")")
            if depth == 0 and bracket[0] == ")":
                begin = bracket.end() + (piece[bracket.end() : bracket.end() + 1] == " ")
                break
        else:
            return ""
    return piece[begin:]


def assigned(piece: str, scope: str) -> tuple[str, ...]:
    """The names that receive something in a statement of a script.

    >>> assigned("const {a, b} = read(c)", ""), assigned("self.kept.append(x)", "")
    (('a', 'b'), ('.kept',))
    """
    names: list[str] = []
    # Most statements hold none of these signs, and what needs one of them is not looked for.
    begins, gives, calls = piece[:1], "=" in piece, "(" in piece
    if begins in "iwfe" and piece.startswith(_GUARDS) and (guarded := _guarded(piece)):
        names += assigned(guarded, scope)
    found = _ASSIGN.match(piece) if gives else None
    if found:
        names += _names_of(found["names"])
    if gives and "let " in piece and (held := _HELD.search(piece)):
        names.append(held[1])
    loop = _LOOP.match(piece) if begins in "fa" and piece.startswith(("for", "async")) else None
    if loop:
        names += NAME.findall(loop["names"])
    may_hold = (" in " in piece and "for" in piece) or (" as " in piece and "with" in piece)
    within = _AS_OR_WALRUS if gives and ":=" in piece else _AS if may_hold else None
    for other in within.finditer(piece) if within is not None else ():
        names += NAME.findall(other[other.lastindex or 0])
    adds = calls and _ADDS.search(piece) is not None
    append = _APPEND.match(piece) if adds or (gives and "]" in piece) else None
    if append:
        names += [
            "." + append["name"].split(".")[-1]
            if append["name"].startswith(("self.", "this."))
            else append["name"].split(".")[0]
        ]
    is_arrow = gives and "=>" in piece
    if is_arrow and piece.startswith(("module.exports", "export default")):
        # Others call a function by the name that it is handed out under.
        names += [f"{name}()" for name in _HANDED_OUT.findall(piece)]
    if begins == "s" and piece.startswith("set ") and (set_to := _SET_TO.match(piece)):
        names.append(set_to[1])
    if (adds or (calls and begins == "s")) and (put := _PUT_INTO.match(piece)):
        names.append(put[1] or put[2])
    if calls and "&" in piece and (filled := _FILLED_IN.search(piece)):
        names.append(filled[1])
    if is_arrow or (calls and "function" in piece):
        # What is handed to a callback is its parameter; a callback may add it to a name outside.
        for callback in _CALLBACK.finditer(piece):
            names += NAME.findall(callback[1] or callback[2] or callback[4] or "")
            names += filter(None, (callback[3],))
    if scope and (
        (begins in "ry" and piece.startswith(("return", "yield")))
        or (calls and "resolve(" in piece)
        or (is_arrow and names[:1] == [scope])
    ):
        # A promise gives what it resolves to; so does a function that is a single expression.
        names.append(f"{scope}()")
    if len(names) < 2:
        return tuple(names) if _NO_NAMES.isdisjoint(names) else ()
    return tuple(dict.fromkeys([name for name in names if name not in _NO_NAMES]))


def _names_of(target: str) -> list[str]:
    """The names of what stands before a sign that gives them something."""
    if target[0] in "[{(":
        return NAME.findall(target)
    if target.startswith(("self.", "this.")):
        return ["." + target.split(".")[1].split("[")[0]]
    return NAME.findall(_INDEX.sub("", target) if target[-1] == "]" else target)


def _filled_in(text: re.Match[str]) -> str:
    """A text if it is a template; nothing of another."""
    begin = text.start()
    return text[0] if _BEGINS_TEMPLATE.search(text.string, max(0, begin - 2), begin) else " "


_PUBLIC = re.compile(r"(?<![\w.$])[A-Za-z_$][\w$]*\.(?:publicKey|public_key|getPublicKey)\b(?:\(\))?")
"""Of two keys the one that anybody may know."""


def used(piece: str) -> frozenset[str]:
    """The names in a statement of a script; strings hold names only where they are templates.

    >>> sorted(used('send(a, "b", f"{c}")'))
    ['a', 'c', 'f', 'send']
    """
    if "ublic" in piece and _PUBLIC.search(piece):
        piece = _PUBLIC.sub(" ", piece)
    if '"' not in piece and "'" not in piece:
        return frozenset(NAME.findall(piece))
    if "`" in piece or _TEMPLATE.search(piece):
        names = frozenset(NAME.findall(_TEXT.sub(_filled_in, piece)))
        # What a template fills in is no text, whatever quotes stand around it.
        slots = _FILLED.findall(piece) if "${" in piece else ()
        return names.union(*map(NAME.findall, slots)) if slots else names
    names = frozenset(filter(None, _NAMES.findall(piece)))
    return names.union(_SLOT.findall(piece)) if "format!(" in piece else names
