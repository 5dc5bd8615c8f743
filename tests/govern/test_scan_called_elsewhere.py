"""What runs a text is handed on and called elsewhere, under a name that is put together, or out of a pattern's quotes."""

from __future__ import annotations

import pytest

from metier.govern.scan import scan_text
from metier.govern.scan.script import script_statements

SCRIPT = """
const fs = require('fs');
const rows = fs.readFileSync('colours.dat', 'utf8').split('\\n');
const c = Buffer.from(rows[3].split('').reverse().join(''), 'base64').toString();
"""
PYTHON = """
import asyncio, atexit, base64, code, functools, operator, os, subprocess, threading
from concurrent.futures import ThreadPoolExecutor
rows = open('colours.dat').read().split('\\n')
c = base64.b64decode(rows[3][::-1]).decode()
"""
SCRIPT_CALLS = [
    "const [mod, fn] = ['child_' + 'process', 'ex' + 'ec'];\nrequire(mod)[fn](c);",
    "const mod = 'child_' + 'process', fn = 'ex' + 'ec';\nrequire(mod)[fn](c);",
    "const cp = require('child_process');\n[cp.exec].forEach(f => f(c));",
    "const cp = require('child_process');\nReflect.apply(cp.exec, cp, [c]);",
    "const cp = require('child_process');\ncp.exec.call(null, c);",
    "const cp = require('child_process');\ncp.exec.bind(cp)(c);",
    "const cp = require('child_process');\nsetTimeout(cp.exec, 900, c);",
    "[].constructor.constructor(c)();",
    "import('data:text/javascript,' + encodeURIComponent(c));",
]
PYTHON_CALLS = [
    "mod, fn = 'o' + 's', 'sys' + 'tem'\ngetattr(__import__(mod), fn)(c)",
    "list(map(os.system, [c]))",
    "functools.partial(os.system, c)()",
    "(lambda g: g(c))(os.system)",
    "operator.methodcaller('system', c)(os)",
    "os.execvp('sh', ['sh', '-c', c])",
    "code.InteractiveInterpreter().runsource(c)",
    "asyncio.run(asyncio.create_subprocess_shell(c))",
    "threading.Thread(target=os.system, args=(c,)).start()",
    "threading.Timer(5, subprocess.getoutput, [c]).start()",
    "atexit.register(os.system, c)",
    "ThreadPoolExecutor().submit(os.system, c)",
]
HONEST = {
    "a.py": [
        "import subprocess\npool.submit(subprocess.run, ['git', 'fetch', '--all'], check=True)",
        "import atexit, subprocess\nserver = subprocess.Popen(['npx', 'serve'])\natexit.register(server.terminate)",
        "import asyncio, subprocess\nawait asyncio.to_thread(subprocess.run, ['ffmpeg', '-i', path, out])",
        "a, b = 'system', 'user'\nmessages = [{'role': a, 'content': prompt}]",
    ],
    "a.js": [
        "const found = names.map((one) => pattern.exec.call(pattern, one));",
        "const [first, second] = ['exec', 'info'];\nlog[first]('done');",
    ],
}


@pytest.mark.parametrize("call", SCRIPT_CALLS)
def test_a_decoded_text_that_a_script_runs_in_a_roundabout_way_is_blocked(call: str) -> None:
    assert scan_text(SCRIPT + call, "colours.js").decision.value == "block"


@pytest.mark.parametrize("call", PYTHON_CALLS)
def test_a_decoded_text_that_python_runs_in_a_roundabout_way_is_blocked(call: str) -> None:
    assert scan_text(PYTHON + call, "colours.py").decision.value == "block"


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in HONEST.items() for text in texts])
def test_what_honest_programs_hand_on_is_clean(name: str, text: str) -> None:
    assert scan_text(text, name).decision.value == "clean"


def test_a_quote_within_a_pattern_begins_no_text() -> None:
    text = """const esc = (s) => s.replace(/[&<>"]/g, '').split(/\\//);
const half = total / 2 / rate; // it's
let c = p ? /'/ : /[/"]/;
return /'/.test(a)"""
    assert [one.text for one in script_statements(text, "a.js", kind="script")] == [
        """const esc = (s) => s.replace(/[&<>"]/g, '').split(/\\//)""",
        "const half = total / 2 / rate",
        """let c = p ? /'/ : /[/"]/""",
        "return /'/.test(a)",
    ]
