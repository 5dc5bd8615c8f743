"""Which packages of others does a skill need? Names told by requirements files, `package.json` and imports.

A simple parse, of text that is not run: what is built at run time is not seen, and an import may be of a local file.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MAX_BYTES = 1 << 20
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_SPECIFIER = r"(?:===?|>=|<=|~=|!=|<|>) ?[A-Za-z0-9_.*+!-]+"
_EXTRAS = r"(?: ?\[[\w, .-]*\])?"
# Of texts whose blanks are single ones: with long runs of them so many optional blanks in a row are slow.
_REQUIREMENT = re.compile(
    rf"({_NAME}){_EXTRAS} ?\(? ?({_SPECIFIER}(?: ?, ?{_SPECIFIER})*)? ?,? ?\)? ?(?:;.*| --?\w.*|\\)?"
)
_PINNED = re.compile(r"===? ?([^ ,*]+)(?= ?(?:,|$))")
_ADDRESSED = re.compile(
    rf"(?:(?:-e|--editable)[ =] ?)?(?:({_NAME}){_EXTRAS} ?@ ?)?([a-z][a-z+]*)://(?:[^/@ ]*@)?([^ ;]+)"
)
_INSTALLED = re.compile(r"\b(pip3?|uv pip|pipx|npm|pnpm|yarn)\s+(?:install|add|i)\s+([^\n|;&`)]+)")
_IMPORTED = re.compile(r"""(?:\bfrom|\bimport|\brequire\()\s*\(?["'](@[\w.-]+/[\w.-]+|[a-z][\w.-]*)(?:/[^"']*)?["']""")
_NPM_NAME = re.compile(r"(?:@[\w.~-]+/)?\w[\w.~-]*", re.ASCII)
_COMMENT = re.compile(r"(?:^|\s)#.*")
_FILES = (".txt", ".whl", ".toml", ".cfg", ".zip", ".gz", ".tgz", ".bz2", "/")
# The options after which comes a word of their own.
_PIP_VALUE = (
    "-r --requirement -c --constraint --constraints -i --index-url --extra-index-url --index --default-index -f "
    "--find-links -t --target --prefix --root --src -b --build --python --python-version -p --platform --abi "
    "--implementation --proxy --timeout --retries --trusted-host --cert --client-cert --cache-dir --log --report "
    "--only-binary --no-binary --upgrade-strategy --progress-bar --config-settings -C --global-option --group --extra"
)
_NPM_VALUE = "--registry --prefix --workspace --tag --cwd --dir -C --filter --omit --include --userconfig"
_DEPENDENCY_KEYS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One package of others.

    Attributes:
        kind: The registry that knows it, `pypi` or `npm`; `generic` for what is fetched from an address.
        version: Exactly that one, if it is pinned; else empty.
        address: Where it is fetched from, if from no registry; without a user or password.
    """

    kind: str
    name: str
    version: str = ""
    address: str = ""


def needs_of(folder: Path, paths: list[str]) -> list[Need]:
    """The packages that the files of a skill name, each once, a pinned one before another.

    Args:
        paths: Of the files to look into.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "requirements.txt").write_text("requests==2.32.0")
    ...     _ = Path(folder, "a.py").write_text("import os, numpy, a, requests")
    ...     [(need.name, need.version) for need in needs_of(Path(folder), ["a.py", "requirements.txt"])]
    [('numpy', ''), ('requests', '2.32.0')]
    """
    own = {PurePosixPath(path).stem for path in paths} | {PurePosixPath(path).parts[0] for path in paths}
    found: dict[tuple[str, str, str], Need] = {}
    for path in paths:
        if (folder / path).stat().st_size > MAX_BYTES:
            continue
        text = (folder / path).read_text(encoding="utf-8", errors="replace")
        for need in _of_file(PurePosixPath(path), text, own):
            key = need.kind, need.name, need.address
            kept = found.setdefault(key, need)
            if need.version and not kept.version:
                found[key] = need
    return sorted(found.values())


def _of_file(path: PurePosixPath, text: str, own: set[str]) -> Iterator[Need]:
    name = path.name.lower()
    if name == "package.json":
        yield from _npm(text)
    elif path.suffix in (".txt", ".in") and (name.startswith("requirements") or path.parent.name == "requirements"):
        yield from filter(None, map(_required, text.splitlines()))
    elif path.suffix == ".py":
        yield from (Need("pypi", module.replace("_", "-").lower()) for module in _modules(text) - own)
    elif path.suffix in (".js", ".mjs", ".cjs", ".ts"):
        yield from (Need("npm", module) for module in _IMPORTED.findall(text) if not _is_node(module))
    if path.suffix.lower() in (".md", ".sh", ".txt", ".bash"):
        yield from _installed(text)


def _required(line: str) -> Need | None:
    """The need of one line of a requirements file."""
    plain = " ".join(_COMMENT.sub("", line).split())
    return _addressed(plain) or _python(plain)


def _python(plain: str) -> Need | None:
    """A requirement by name, and nothing else besides."""
    found = _REQUIREMENT.fullmatch(plain)
    if not found:
        return None
    pinned = _PINNED.search(found[2] or "")
    return Need("pypi", found[1].replace("_", "-").lower(), pinned[1] if pinned else "")


def _addressed(plain: str) -> Need | None:
    """What is fetched from an address, by the name that is given with it, or else by the last part of the address."""
    found = _ADDRESSED.match(plain)
    if not found or found[2] == "file":
        return None
    place, _, fragment = found[3].partition("#")
    egg = re.search(rf"\begg=({_NAME})", fragment)
    last = place.rstrip("/").rpartition("/")[2].partition("@")[0].partition("?")[0].removesuffix(".git")
    name = found[1] or (egg[1] if egg else last) or place.rstrip("/")
    if not name:
        return None
    return Need("generic", name.lower() if found[1] or egg else name, address=f"{found[2]}://{place}")


def _npm(text: str) -> Iterator[Need]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    for key in _DEPENDENCY_KEYS if isinstance(data, dict) else ():
        asked = data.get(key)
        for name, version in asked.items() if isinstance(asked, dict) else ():
            is_pinned = isinstance(version, str) and re.fullmatch(r"\d[\w.+-]*", version) is not None
            if _NPM_NAME.fullmatch(name):  # no other can be installed
                yield Need("npm", name, version if is_pinned else "")


def _modules(text: str) -> set[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the compiler thinks of a stranger's escapes
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names


def _installed(text: str) -> Iterator[Need]:
    for tool, asked in _INSTALLED.findall(text):
        is_npm = tool.startswith(("npm", "pnpm", "yarn"))
        for word in _named(asked.split(), (_NPM_VALUE if is_npm else _PIP_VALUE).split()):
            need = _npm_word(word) if is_npm else _addressed(word) or _python(word)
            if need:
                yield need


def _named(words: list[str], with_value: Collection[str]) -> Iterator[str]:
    """The words of a command that name packages: no options, what belongs to them, files or folders."""
    is_value = False
    for word in words:
        if word.startswith("#"):  # a comment goes on to the end of the line
            return
        plain = word.strip("\"',").rstrip(".:")
        if not is_value and not plain.startswith(("-", ".", "/", "<", "$", "{")) and not plain.endswith(_FILES):
            yield plain
        is_value = plain in with_value and not is_value


def _npm_word(word: str) -> Need | None:
    name, _, version = word.rpartition("@") if "@" in word[1:] else (word, "", "")
    if not re.fullmatch(r"(?:@[\w.-]+/)?[a-z][\w.-]*", name):
        return None
    return Need("npm", name, version if re.fullmatch(r"\d[\w.+-]*", version) else "")


def _is_node(module: str) -> bool:
    return module in _NODE or module.startswith("node:")


_NODE = frozenset(
    [
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "dns",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "timers",
        "tls",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
    ]
)
