"""Which packages of others does a skill need? Names told by requirements files, `package.json` and imports.

A simple parse, of text that is not run: what is built at run time is not seen, and an import may be of a local file.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MAX_BYTES = 1 << 20
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*)\s*(?:\[[\w, -]*\])?\s*(?:(==|>=|<=|~=|!=|<|>)\s*([\w.*+!-]+))?")
_INSTALLED = re.compile(r"\b(pip3?|uv pip|pipx|npm|pnpm|yarn)\s+(?:install|add|i)\s+([^\n|;&`)]+)")
_IMPORTED = re.compile(r"""(?:\bfrom|\bimport|\brequire\()\s*\(?["'](@[\w.-]+/[\w.-]+|[a-z][\w.-]*)(?:/[^"']*)?["']""")
_DEPENDENCY_KEYS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One package of others.

    Attributes:
        kind: The registry that knows it: `pypi` or `npm`.
        version: Exactly that one, if it is pinned; else empty.
    """

    kind: str
    name: str
    version: str = ""


def needs_of(folder: Path, paths: list[str]) -> list[Need]:
    """The packages that the files of a skill name, each once, a pinned one before another.

    Args:
        paths: Of the files to look into.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "requirements.txt").write_text("requests==2.32.0")
    ...     _ = Path(folder, "a.py").write_text("import os, numpy, a, requests")
    ...     needs_of(Path(folder), ["a.py", "requirements.txt"])
    [Need(kind='pypi', name='numpy', version=''), Need(kind='pypi', name='requests', version='2.32.0')]
    """
    own = {PurePosixPath(path).stem for path in paths} | {PurePosixPath(path).parts[0] for path in paths}
    found: dict[tuple[str, str], Need] = {}
    for path in paths:
        if (folder / path).stat().st_size > MAX_BYTES:
            continue
        text = (folder / path).read_text(encoding="utf-8", errors="replace")
        for need in _of_file(PurePosixPath(path), text, own):
            kept = found.setdefault((need.kind, need.name), need)
            if need.version and not kept.version:
                found[need.kind, need.name] = need
    return sorted(found.values())


def _of_file(path: PurePosixPath, text: str, own: set[str]) -> Iterator[Need]:
    name = path.name.lower()
    if name == "package.json":
        yield from _npm(text)
    elif name.startswith("requirements") and path.suffix == ".txt":
        yield from filter(None, map(_python, text.splitlines()))
    elif path.suffix == ".py":
        yield from (Need("pypi", module.replace("_", "-").lower()) for module in _modules(text) - own)
    elif path.suffix in (".js", ".mjs", ".cjs", ".ts"):
        yield from (Need("npm", module) for module in _IMPORTED.findall(text) if not _is_node(module))
    if path.suffix.lower() in (".md", ".sh", ".txt", ".bash"):
        yield from _installed(text)


def _python(line: str) -> Need | None:
    found = _REQUIREMENT.match(line.strip())
    if not found:
        return None
    return Need(
        "pypi", found[1].replace("_", "-").lower(), found[3] if found[2] == "==" and "*" not in found[3] else ""
    )


def _npm(text: str) -> Iterator[Need]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    for key in _DEPENDENCY_KEYS if isinstance(data, dict) else ():
        asked = data.get(key)
        for name, version in asked.items() if isinstance(asked, dict) else ():
            is_pinned = isinstance(version, str) and re.fullmatch(r"\d[\w.+-]*", version) is not None
            yield Need("npm", str(name), version if is_pinned else "")


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
        for word in asked.split():
            if word.startswith(("-", ".", "/", "<", "$", "{")) or "://" in word or "/" in word.lstrip("@")[:1]:
                continue
            plain = word.strip("\"',")
            if tool.startswith(("npm", "pnpm", "yarn")):
                name, _, version = plain.rpartition("@") if "@" in plain[1:] else (plain, "", "")
                if re.fullmatch(r"(?:@[\w.-]+/)?[a-z][\w.-]*", name):
                    yield Need("npm", name, version if re.fullmatch(r"\d[\w.+-]*", version) else "")
            elif re.fullmatch(r"[A-Za-z0-9][\w.\[\],=<>~!-]*", plain) and (need := _python(plain)):
                yield need


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
