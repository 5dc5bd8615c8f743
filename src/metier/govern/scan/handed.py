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
        rf"\b{_CALLERS}\(\s*(?:[^()\n]{{0,80}}?[,=]\s*)?{_RUNS}\s*,\s*(?:\d[\d_.]*\s*,\s*)?(?:args\s*=\s*)?[\[(]?\s*{_WHAT}",
    )
)
_BY_NAME = re.compile(
    rf"\bmethodcaller\(\s*[\"'](?P<name>system|popen|run|call|Popen|check_output)[\"']\s*,\s*{_WHAT}\s*\)\s*\(\s*(?P<house>os|subprocess)\s*\)"
)
_HANDED = re.compile(rf"{_RUNS}(?:\s*[,)\]]|\.(?:call|apply|bind)\()|\bmethodcaller\(")
_NAMES = ("os.system", "os.popen", "subprocess.", "exec", "eval", "spawn", "methodcaller(")
_LEFT_OPEN = re.compile(r"(?:[a-z]+\.)?\w+(?:\s*[,)\]]|\.(?:call|apply|bind)\()|methodcaller\(")
"""Such a name, or what begins with one, that is not called where it stands."""


@cache
def _names() -> Callable[[str], Iterable[int]]:
    return places_of(_NAMES)


def may_hand(text: str) -> bool:
    """Whether a program may hand on what runs a text.

    >>> may_hand("atexit.register(os.system, c)"), may_hand("os.system(c)")
    (True, False)
    """
    return any(_LEFT_OPEN.match(text, place) for place in _names()(text))


def called_at_once(text: str, comment: str) -> str:
    """A step with the call behind it of what it hands on.

    Args:
        comment: What begins a comment in its language.

    >>> called_at_once("Timer(9, os.system, [c]).start()", "#")
    'Timer(9, os.system, [c]).start() # os.system(c)'
    """
    if _HANDED.search(text) is None:
        return text
    for form in _FORMS:
        if (found := form.search(text)) is not None:
            return f"{text} {comment} {found['run']}({found['what'].strip()})"
    if (found := _BY_NAME.search(text)) is not None:
        return f"{text} {comment} {found['house']}.{found['name']}({found['what'].strip()})"
    return text
