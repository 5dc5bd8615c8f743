"""Does the house stand as drawn? Imports point down, nothing heavy is loaded early, every verb has its page."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from house import ROOT

SOURCE = ROOT / "src" / "metier"
STAGES = ("discover", "distill", "practice", "compose", "evaluate", "govern", "update")
HEAVY = {
    "torch", "transformers", "tokenizers", "safetensors", "numpy", "pandas", "scipy", "trl", "datasets",
    "mcp", "fastapi", "starlette", "uvicorn", "duckdb", "pyarrow", "psycopg", "httpx2", "jinja2", "yaml", "pydantic",
}  # fmt: skip


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE, tmp_path / "src" / "metier", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_point_down_the_house(copy_of_the_house: Path) -> None:
    done = lint_imports(copy_of_the_house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("compose/plan.py", "import metier.update.failures", "metier.compose is not allowed to import metier.update"),
        ("store.py", "from metier.discover import match", "metier.store is not allowed to import metier.discover"),
        ("item.py", "from metier.grader import Grader", "metier.item is not allowed to import metier.grader"),
        ("graders/exact.py", "import torch", "metier.graders is not allowed to import torch"),
        ("wheel.py", "import torch", "metier.wheel is not allowed to import torch"),
        ("workspace.py", "import transformers", "metier.workspace is not allowed to import transformers"),
        ("govern/judge.py", "import httpx2", "metier.govern is not allowed to import httpx2"),
        ("stores/bulk.py", "import httpx2", "metier.stores is not allowed to import httpx2"),
        ("clients/cache.py", "import psycopg", "metier.clients is not allowed to import psycopg"),
        ("govern/judge.py", "import typer", "metier.govern is not allowed to import typer"),
        ("lifecycle.py", "import rich", "metier.lifecycle is not allowed to import rich"),
        ("item.py", "import pydantic", "metier.item is not allowed to import pydantic"),
        ("discover/read.py", "import yaml", "metier.discover is not allowed to import yaml"),
    ],
)  # fmt: skip
def test_a_planted_violation_is_refused(copy_of_the_house: Path, file: str, line: str, says: str) -> None:
    planted = copy_of_the_house / "src" / "metier" / file
    planted.write_text(planted.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    done = lint_imports(copy_of_the_house)
    assert done.returncode == 1
    assert says in " ".join(done.stdout.split())


def test_no_module_is_part_of_an_import_cycle() -> None:
    graph = {module_name(path): imports(path) for path in SOURCE.rglob("*.py")}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"import cycle: {' → '.join((*path[path.index(module) :], module))}"
        if module not in done:
            for other in sorted(graph[module] & graph.keys()):
                visit(other, (*path, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """The modules that a module imports, inside its functions too; imports for type checkers alone do not count."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found - {module_name(path)}


def loaded_by(*code: str) -> set[str]:
    script = "\n".join((*code, "import sys; print(*{name.partition('.')[0] for name in sys.modules})"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_by("import metier, metier.lifecycle") & (HEAVY - {"pydantic", "yaml"})


def test_help_loads_nothing_heavy() -> None:
    help_of = "\n".join(
        (
            "import contextlib, io, sys",
            "from metier.faces.cli import main",
            "sys.argv = ['metier', *{arguments}]",
            "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main()",
        )
    )
    for arguments in (["--help"], ["run", "--help"], ["evaluate", "take", "--help"]):
        # typer itself asks pydantic about the parameters of a command.
        allowed = {"pydantic"} if len(arguments) > 1 else set()
        assert loaded_by(help_of.format(arguments=arguments)) & (HEAVY | {"rich", "sqlite3"}) <= allowed


def test_every_stage_has_its_folder_its_page_and_its_tests() -> None:
    for stage in STAGES:
        assert (SOURCE / stage / "stage.py").is_file()
        assert (ROOT / "docs" / f"{stage}.md").is_file()
        assert any((ROOT / "tests" / stage).glob("test_*.py"))


def test_every_public_name_has_a_docstring() -> None:
    bare = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if ast.get_docstring(tree) is None:
            bare.append(module_name(path))
        for node in tree.body:
            is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if is_public and ast.get_docstring(node) is None:
                bare.append(f"{module_name(path)}.{node.name}")
    assert not bare


def test_nouns_need_the_standard_library_alone() -> None:
    nouns = [
        "capability",
        "skill",
        "state",
        "taxonomy",
        "document",
        "item",
        "attempt",
        "plan",
        "verdict",
        "audit",
        "run",
        "digest",
        "errors",
    ]
    outside = loaded_by(*(f"import metier.{noun}" for noun in nouns)) - set(sys.stdlib_module_names)
    assert {name for name in outside if not name.startswith("_")} <= {"metier", "sitecustomize"}


def test_files_are_written_whole_in_one_place() -> None:
    makes_parts = {
        path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if "mkstemp(dir" in path.read_text()
    }
    # What is kept under its digest has no name before all of it is written.
    assert makes_parts == {"whole.py", "stores/bulk.py"}
