"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "explorer").rglob("*.py"))

ONE_FILE_ONLY = {"annoy", "openpyxl", "py3langid", "selectolax", "mailparser_reply", "charset_normalizer"}
"""Third-party packages that one file hides from all others."""


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(node: ast.AST) -> set[str]:
    """Dotted names imported anywhere under ``node``, functions included."""
    found: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            found |= {alias.name for alias in child.names}
        elif isinstance(child, ast.ImportFrom) and child.module:
            found |= {child.module} | {f"{child.module}.{alias.name}" for alias in child.names}
    return found


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def run(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}"


def test_import_contracts_hold() -> None:
    run("importlinter.cli")


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")


def test_types_are_strict_in_core_and_app() -> None:
    run("mypy", "--no-error-summary")


def test_no_import_cycles_functions_included() -> None:
    known = {module_name(path): path for path in SOURCES}
    edges = {name: {found for found in imports(tree(path)) if found in known} - {name} for name, path in known.items()}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way[way.index(name) :], name))
        if name not in done:
            for other in edges[name]:
                visit(other, (*way, name))
            done.add(name)

    for name in known:
        visit(name, ())


def test_panels_do_not_know_each_other_and_widgets_know_nothing_of_the_app() -> None:
    for path in (ROOT / "explorer/gui/panels").glob("*.py"):
        others = {name for name in imports(tree(path)) if name.startswith("explorer.gui.panels.")}
        assert not others, f"{path.name} imports {others}"
    for path in (ROOT / "explorer/gui/widgets").rglob("*.py"):
        above = {name for name in imports(tree(path)) if name.startswith(("explorer.app", "explorer.core"))}
        assert not above, f"{path.name} imports {above}"


@pytest.mark.parametrize("package", sorted(ONE_FILE_ONLY))
def test_hidden_packages_are_imported_in_one_file(package: str) -> None:
    users = [path for path in SOURCES if any(name.split(".")[0] == package for name in imports(tree(path)))]
    assert len(users) == 1, [str(path.relative_to(ROOT)) for path in users]


def test_banned_words() -> None:
    words = (r"\bprocessEvents\b", r"allow_pickle=True", r"(?<![.\w])eval\(", r"(?<![.\w])exec\(")
    banned = re.compile(
        "|".join((*words, r"^\s*import pickle\b", r"^\s*from pickle import (?!UnpicklingError)")), re.MULTILINE
    )
    for path in SOURCES:
        found = banned.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.relative_to(ROOT)}: {found and found.group()}"


def test_broad_except_only_at_the_boundaries() -> None:
    """A job, the command line, what shows and paints, and the stage that runs other people's detectors may turn any
    exception into a message; nobody else."""
    allowed = {
        "explorer/cli.py",
        "explorer/app/worker.py",
        "explorer/core/scoring.py",
        "explorer/gui/safely.py",
        "explorer/gui/widgets/painting.py",
    }
    for path in SOURCES:
        name = str(path.relative_to(ROOT))
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            reraises = any(isinstance(child, ast.Raise) and child.exc is None for child in ast.walk(node))
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
            )
            assert not broad or reraises or name in allowed, f"{name}:{node.lineno}"


def test_what_raises_while_it_paints_does_no_harm() -> None:
    """Own widgets and cells paint through ``widgets/painting.py``, and no painter outlives an exception."""
    for path in (ROOT / "explorer/gui").rglob("*.py"):
        name, nodes = str(path.relative_to(ROOT)), list(ast.walk(tree(path)))
        held = {item.context_expr for node in nodes if isinstance(node, ast.With) for item in node.items}
        for node in nodes:
            if isinstance(node, ast.FunctionDef):
                wanted = how_painted(node)
                done = {decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name)}
                assert wanted <= done, f"{name}:{node.lineno} needs {wanted}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QPainter":
                assert node in held, f"{name}:{node.lineno}: with QPainter(...) as painter"


def how_painted(function: ast.FunctionDef) -> set[str]:
    """The decorator that a method needs which Qt calls to paint a widget or a cell of a table."""
    if function.name == "paintEvent":
        return {"painted"}
    is_cell = function.name == "paint" and [name.arg for name in function.args.args[2:]] == ["option", "index"]
    return {"painted_cell"} if is_cell else set()


def test_no_module_level_mutable_state() -> None:
    """Module-level lists, sets and dicts are constants: named in capitals, never assigned again."""
    for path in SOURCES:
        for node in tree(path).body:
            if isinstance(node, ast.Global):
                pytest.fail(f"{path}: global")
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Set | ast.Dict):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
                assert all(name.isupper() or name.startswith("__") for name in names), f"{path.name}: {names}"


def test_files_and_functions_stay_small() -> None:
    """A smell, not a law: shares as the best codebases of the field have them."""
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES if path.stat().st_size)
    assert lengths[len(lengths) // 2] <= 200
    assert lengths[int(len(lengths) * 0.95)] <= 450
    bodies = sorted(
        (node.end_lineno or 0) - node.body[0].lineno + 1
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert bodies[int(len(bodies) * 0.95)] <= 35


def test_everything_that_is_a_package_is_installed() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    there = {module_name(path) for path in (ROOT / "explorer").rglob("__init__.py")} | {"explorer.resources"}
    assert set(packages) == there


CORE_WITHOUT_QT = """
import sys, pkgutil, importlib
class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "pyqtgraph", "shiboken6"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NoQt())
import explorer.core, explorer.app
for package in (explorer.core, explorer.app):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
print("ok")
"""


def test_core_and_app_import_without_qt() -> None:
    done = subprocess.run([sys.executable, "-c", CORE_WITHOUT_QT], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "ok", done.stderr


LIGHT = """
import sys
import explorer.app.session, explorer.core.pipeline
heavy = {"torch", "transformers", "sentence_transformers", "sklearn", "scipy", "numba", "pyod", "duckdb", "annoy"}
print(sorted(heavy & set(sys.modules)))
"""


def test_the_window_side_of_app_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
