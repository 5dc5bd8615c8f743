"""How does the tree read? Sizes of modules and functions, cycles, docstrings and types, by the rules of one AST pass.

    python benchmarks/readability.py [FOLDER …]

Without arguments it measures `src/metier`; further folders, an installed peer say, are further rows. Functions
are counted without their docstrings; an import cycle is a set of modules that import one another at module level.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "src" / "metier"
COLUMNS = (
    "package", "modules", "lines", "module median / p95 / max", "function median / p95 / max",
    "largest cycle", "public docstrings", "annotated", "comments / 100 lines",
)  # fmt: skip


def main(folders: list[Path]) -> None:
    """Print one row a folder."""
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
    for folder in folders:
        print("| " + " | ".join(row(folder)) + " |")


def row(folder: Path) -> tuple[str, ...]:
    """The measures of one package."""
    paths = sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in paths}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    modules = [len(text.splitlines()) for text in texts.values()]
    functions = [
        f for tree in trees.values() for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    sizes = [length(function) for function in functions]
    public = [node for tree in trees.values() for node in public_names(tree)]
    documented = sum(ast.get_docstring(node) is not None for node in public)
    callables = [node for node in public if not isinstance(node, ast.ClassDef)]
    annotated = sum(is_annotated(function) for function in callables)
    comments = sum(line.lstrip().startswith("#") for text in texts.values() for line in text.splitlines())
    return (
        folder.name,
        str(len(paths)),
        str(sum(modules)),
        spread(modules),
        spread(sizes),
        str(largest_cycle(folder, trees)),
        share(documented, len(public)),
        share(annotated, len(callables)),
        f"{100 * comments / max(1, sum(modules)):.1f}",
    )


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def public_names(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Functions, classes and methods whose names and whose owners' names have no leading underscore."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (m for m in node.body if isinstance(m, ast.FunctionDef) and not m.name.startswith("_"))


def is_annotated(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether every parameter and the result of a function have a type."""
    if isinstance(node, ast.ClassDef):
        return False
    names = [
        a for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs] if a.arg not in ("self", "cls")
    ]
    return node.returns is not None and all(a.annotation is not None for a in names)


def largest_cycle(folder: Path, trees: dict[Path, ast.Module]) -> int:
    """The size of the largest set of modules that import one another; 0 if there is none."""
    names = {path: name_of(path, folder) for path in trees}
    known = set(names.values())
    graph = {
        names[path]: imports(tree, names[path], path.name == "__init__.py") & known for path, tree in trees.items()
    }
    return max((len(part) for part in components(graph) if len(part) > 1), default=0)


def name_of(path: Path, folder: Path) -> str:
    """The dotted name of a module."""
    parts = path.relative_to(folder.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.Module, own: str, is_package: bool) -> set[str]:
    """What a module imports at its top, relative imports resolved."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = own.split(".")[: len(own.split(".")) - node.level + is_package] if node.level else []
            base = ".".join([*above, node.module or ""]).strip(".")
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found - {own}


def components(graph: dict[str, set[str]]) -> Iterator[set[str]]:
    """Strongly connected parts of a graph: Tarjan's algorithm, without recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    for root in graph:
        work = [(root, iter(sorted(graph[root])))] if root not in index else []
        while work:
            node, children = work[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                stack.append(node)
            child = next(children, None)
            if child is not None:
                if child not in index:
                    work.append((child, iter(sorted(graph[child]))))
                elif child in stack:
                    low[node] = min(low[node], index[child])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == index[node]:
                part = set(stack[stack.index(node) :])
                del stack[stack.index(node) :]
                yield part


def spread(values: list[int]) -> str:
    """Median, 95th percentile and maximum."""
    ordered = sorted(values)
    return f"{statistics.median(ordered):.0f} / {ordered[int(0.95 * (len(ordered) - 1))]} / {ordered[-1]}"


def share(part: int, whole: int) -> str:
    """A percentage."""
    return f"{100 * part / whole:.0f} %" if whole else "n/a"


if __name__ == "__main__":
    main([HERE, *map(Path, sys.argv[1:])])
