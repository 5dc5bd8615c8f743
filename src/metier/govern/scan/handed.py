"""Is what runs a text handed on, to be called elsewhere? Then its call is put behind the step, as if it stood there.

`Thread(target=os.system, args=(c,))`, `atexit.register(os.system, c)` and `cp.exec.call(null, c)` do what `os.system(c)` does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from metier.govern.scan.triggers import places_of

_RUNS = (
    r"(?P<run>os\.(?:system|popen)|subprocess\.(?:run|call|Popen|check_call|check_output|getoutput|getstatusoutput)"
    r"|(?<![\w.])(?:builtins\.)?(?:exec|eval)|(?:\bcp|\bchild_process|child_process[\"'`]\s*\))\.(?:exec|spawn)\w*|(?<![\w.])(?:execSync|spawnSync|execFile\w*))"
)
"""What runs a text, by its name."""
_WHAT = r"(?P<what>[\w.$\"'`][^,()\[\]{}]{0,200}(?:\([^()]{0,200}\)[\w.]{0,40}){0,3}|[\w$])"
_NOBODY = r"(?:null|undefined|this|None|cp|child_process|\{\s*\})"
_CALLERS = r"(?:Thread|Timer|Process|submit|register|run_in_executor|call_soon\w{0,12}|call_later|call_at|to_thread|partial|map|starmap|apply\w{0,6}|signal|setTimeout|setInterval|setImmediate|nextTick|enter|after)"
"""What calls a function that it is handed."""
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"Reflect\.apply\(\s*{_RUNS}\s*,\s*{_NOBODY}\s*,\s*\[\s*{_WHAT}",
        rf"{_RUNS}\.(?:call|apply)\(\s*{_NOBODY}\s*,\s*\[?\s*{_WHAT}",
        rf"{_RUNS}\.bind\(\s*{_NOBODY}\s*(?:\)\s*\(|,)\s*{_WHAT}",
        rf"\[\s*{_RUNS}\s*\]\s*\.\s*(?:forEach|map)\(\s*\(?\s*(?P<one>\w+)\s*\)?\s*=>\s*(?P=one)\(\s*{_WHAT}",
        rf"\blambda\s+(?P<one>\w+)\s*:\s*(?P=one)\(\s*{_WHAT}\s*\)\s*\)\s*\(\s*{_RUNS}\s*\)",
        rf"\[\s*{_WHAT}\s*\]\s*\.\s*(?:forEach|map)\(\s*{_RUNS}\s*\)",
        rf"\([^()\n]{{0,60}}?{_RUNS}\s*(?:if\b|or\b|\|\||\?\?|:)[^()\n]{{0,60}}\)\(\s*{_WHAT}",
        rf"\([^()\n]{{0,60}}?(?:\belse|\?|:|\|\||\bor)\s*{_RUNS}\s*\)\(\s*{_WHAT}",
        rf"(?P<run>\bpopen)\(\s*[\"'](?:/bin/)?(?:ba|z|da)?sh[\"']\s*,\s*[\"']w[\"']\s*\)\.write\(\s*{_WHAT}",
        rf"\bos\.(?:spawn[lv]\w*|exec[lv]\w*)\([^\n]{{0,60}}?[\"'](?:/bin/)?(?:ba|z|da)?(?P<run>sh)[\"'][^\n]{{0,20}}[\"']-\w*c[\"']\s*,\s*{_WHAT}",
        rf"\b{_CALLERS}\(\s*(?:[^()\n]{{0,80}}?[,=]\s*)?{_RUNS}\s*,\s*(?:\d[\d_.]*\s*,\s*)?(?:args\s*=\s*)?[\[(]?\s*{_WHAT}",
    )
)
_BY_NAME = re.compile(
    rf"\bmethodcaller\(\s*[\"'](?P<name>system|popen|run|call|Popen|check_output)[\"']\s*,\s*{_WHAT}\s*\)\s*\(\s*(?P<house>os|subprocess)\s*\)"
)
_HANDED = re.compile(
    rf"{_RUNS}(?:\s*(?:[,)\]:|?}}]|(?:if|or|else)\b)|\.(?:call|apply|bind)\()|\bmethodcaller\(|\bpopen\([^\n]{{0,30}}\)\.write\(|\bos\.(?:spawn|exec)[lv]"
)
_NAMES = ("os.system", "os.popen", "subprocess.", "exec", "eval", "spawn", "methodcaller(")
_LEFT_OPEN = re.compile(
    r"(?:[a-z]+\.)?\w+(?:\(\s*(?:`\$\{|[fF]?[\"'](?:\{|%s[\"']))|\s*(?:[,)\]:|?}]|(?:if|or)\b)|\.(?:call|apply|bind)\()|methodcaller\(|os\.popen\([^\n]{0,30}\)\.write|spawn[lv]\w*\(|exec[lv]\w*\("
)
"""Such a name, or what begins with one, that is not called where it stands."""


_NAMED = r"^(?:(?:const|let|var|final|static|self\.|this\.)\s*)*(?P<name>[A-Za-z_$][\w$]{0,40})\s*=\s*"
_KEEPS = re.compile(
    rf"{_NAMED}(?:new\s+Map\(|dict\(|(?:functools\.)?partial\(|(?:util\.)?promisify\(|[\[({{])[^\n]{{0,200}}?{_RUNS}(?!\s*\()"
)
"""A name for something that holds what runs a text: a table, a row, a call to come."""
_WRAPS = re.compile(
    r"^(?:(?:const|let|var|export|async|function|def)\s+)*(?P<name>[A-Za-z_$][\w$]{0,40})\s*(?:=\s*(?:lambda\s+|(?:async\s*)?\(?\s*)|\(\s*)(?P<first>\w+)\s*,"
)
"""A function whose first parameter may be a function."""
_MAX_KEPT = 12


class Keepers:
    """The names of one program under which what runs a text is kept, or by which it is called; learnt from step to step."""

    def __init__(self, comment: str) -> None:
        self._comment = comment
        self._kept: dict[str, str] = {}
        self._wrapper: tuple[str, str] = ("", "")
        self._wraps: set[str] = set()

    def said(self, text: str) -> str:
        """A step with the call behind it that it comes to; learns from it.

        >>> keepers = Keepers("#")
        >>> _ = keepers.said("ops = {'r': os.system}")
        >>> keepers.said("ops['r'](c)")
        "ops['r'](c) # os.system(c)"
        """
        told = self._called(text) if self._kept or self._wraps else text
        may_keep = len(self._kept) < _MAX_KEPT and _may_run(text) and _HANDED.search(text)
        if may_keep and (kept := _KEEPS.search(text)):
            self._kept[kept["name"]] = kept["run"]
        if len(self._wraps) >= _MAX_KEPT:
            return told
        name, first = self._wrapper
        if first and f"{first}(" in text and re.search(rf"(?<![\w.]){re.escape(first)}\(", text):
            self._wraps.add(name)
        if (wraps := _WRAPS.match(text)) is not None:
            self._wrapper = (wraps["name"], wraps["first"])
            if re.search(rf"(?:=>|:|return)[^\n]*(?<![\w.]){re.escape(wraps['first'])}\(", text[wraps.end() :]):
                self._wraps.add(wraps["name"])
        return told

    def _called(self, text: str) -> str:
        for name, run in self._kept.items():
            if name not in text:
                continue
            by = rf"(?<![\w$.]){re.escape(name)}(?:\[[^\]\n]{{1,40}}\]|\.get\([^()\n]{{1,40}}\)|\.\w{{1,40}})?\(\s*{_WHAT}"
            if (found := re.search(by, text)) is not None:
                return f"{text} {self._comment} {run}({found['what'].strip()})"
        for name in self._wraps:
            if f"{name}(" in text and (
                found := re.search(rf"(?<![\w.]){re.escape(name)}\(\s*{_RUNS}\s*,\s*{_WHAT}", text)
            ):
                return f"{text} {self._comment} {found['run']}({found['what'].strip()})"
        return text


def _may_run(text: str) -> bool:
    """What names something that runs a text holds one of these."""
    return (
        "exec" in text
        or "eval" in text
        or "spawn" in text
        or "subprocess." in text
        or "os.system" in text
        or "popen" in text
        or "methodcaller(" in text
    )


@cache
def _names() -> Callable[[str], Iterable[int]]:
    return places_of(_NAMES)


def may_hand(text: str) -> bool:
    """Whether a program may hand on what runs a text.

    >>> may_hand("atexit.register(os.system, c)"), may_hand("os.system(c)")
    (True, False)
    """
    return any(_LEFT_OPEN.match(text, place) for place in _names()(text)) or "vars(" in text


_ONLY = re.compile(
    r"`\$\{\s*([\w.]+)\s*\}`|(?<!\w)[fF](?P<q>[\"'])\{(\w[\w.]*)\}(?P=q)|(?P<r>[\"'])\{\}(?P=r)\.format\(\s*(\w[\w.]*)\s*\)|(?P<s>[\"'])%s(?P=s)\s*%\s*(\w+)(?=\s*\))"
)
"""A text that is made of a name, and of nothing else."""
_TABLE_OF = re.compile(r"\bvars\(\s*(os|subprocess|builtins)\s*\)\s*\[\s*[\"'](\w+)[\"']\s*\]")


def called_at_once(text: str, comment: str) -> str:
    """A step with the call behind it of what it hands on.

    Args:
        comment: What begins a comment in its language.

    >>> called_at_once("Timer(9, os.system, [c]).start()", "#")
    'Timer(9, os.system, [c]).start() # os.system(c)'
    """
    if "{" in text or "%s" in text:
        text = _ONLY.sub(lambda found: next(filter(None, (found[1], found[3], found[5], found[7])), found[0]), text)
    if "vars(" in text:
        text = _TABLE_OF.sub(r"\1.\2", text)
    if not _may_run(text) or _HANDED.search(text) is None:
        return text
    for form in _FORMS:
        if (found := form.search(text)) is not None:
            run = "os.system" if found["run"] == "sh" else found["run"]
            return f"{text} {comment} {run}({found['what'].strip()})"
    if (found := _BY_NAME.search(text)) is not None:
        return f"{text} {comment} {found['house']}.{found['name']}({found['what'].strip()})"
    return text
