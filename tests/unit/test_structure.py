"""The package's structure: what may import what, and what a rule depends on."""

import ast
import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

from jobs.code_hash import code_files, code_hash, family_hash, imported_files
from recovery.model.families import FAMILIES

SCRIPTS = ROOT / "workflow/scripts"
PACKAGE = SCRIPTS / "recovery"
LEVELS = [
    {"errors", "seeds", "files", "parameters", "columns"},
    {"data", "kernels"},
    {"model"},
    {"result"},
    {"exact", "nuts", "reml"},
    {"replicates"},
    {"summaries", "calibration", "benchmark"},
    {"figures"},
    {"report"},
]
FILES = sorted(str(path.relative_to(SCRIPTS)) for path in PACKAGE.rglob("*.py"))
RULES = {path.name: path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk")}


def part(file: str) -> str:
    """A file's package, or its name if it is at the top."""
    return file.split("/")[1].removesuffix(".py")


def level(file: str) -> int:
    (found,) = (i for i, names in enumerate(LEVELS) if part(file) in names)
    return found


@pytest.mark.parametrize("file", [file for file in FILES if file != "recovery/__init__.py"])
def test_no_import_goes_up(file):
    """A package imports lower ones and itself; packages of one level do not know each other."""
    for imported in imported_files(file):
        below = level(imported) < level(file) or level(file) == 0
        assert below or part(imported) == part(file), f"{file} imports {imported}"


def test_no_circles():
    assert not [file for file in FILES if file in code_files(file)]


def test_the_statistics_do_not_know_snakemake():
    for file in FILES:
        assert "import snakemake" not in (SCRIPTS / file).read_text(), file
        assert "from snakemake" not in (SCRIPTS / file).read_text(), file
        assert "from study" not in (SCRIPTS / file).read_text(), file


def test_cached_code_is_that_of_all_files_it_was_made_from(tmp_path, monkeypatch):
    """numba's cache of a file does not see edits of other files; the folder's name does."""
    from recovery.kernels import compilation

    compiled = [file for file in FILES if "njit" in (SCRIPTS / file).read_text()]
    assert compiled == ["recovery/kernels/compilation.py"]
    shutil.copytree(compilation.FOLDER, tmp_path / "kernels")
    monkeypatch.setattr(compilation, "FOLDER", tmp_path / "kernels")
    before = compilation.cache_folder()
    assert before.name == Path(compilation.CACHE).name
    with open(tmp_path / "kernels/arithmetic.py", "a") as file:
        file.write("# changed\n")
    assert compilation.cache_folder() != before


def test_packages_export_nothing():
    """A package that imported its modules would make every rule depend on all of them."""
    for path in PACKAGE.rglob("__init__.py"):
        (docstring,) = ast.parse(path.read_text()).body
        assert isinstance(docstring, ast.Expr), path


def test_no_code_but_a_family_itself_names_it():
    names = re.compile("|".join(rf"\b{family}\b" for family in FAMILIES))
    for file in FILES:
        if not file.startswith("recovery/model/priors/"):
            code = ast.unparse(ast.parse((SCRIPTS / file).read_text()))
            assert not names.search(re.sub(r'"""[\s\S]*?"""', "", code)), file


def rules_with_scripts() -> list[tuple[str, str]]:
    blocks = [block for text in RULES.values() for block in re.split(r"(?m)^(?=rule )", text)]
    return [
        (found[1], block)
        for block in blocks
        if (found := re.search(r'"\.\./scripts/(\w+\.py)"', block))
    ]


def test_every_rule_depends_on_the_code_of_its_script():
    rules = rules_with_scripts()
    assert len(rules) > 15
    for script, block in rules:
        hashed = re.search(rf'code=code\(\s*"{re.escape(script)}"', block)
        assert bool(hashed) == bool(code_files(script)), script
        # a family is imported by its name, so that its hash is a parameter of its own
        needs_family = "recovery/model/families.py" in code_files(script)
        assert needs_family == ("family=family," in block or "families=families," in block), script


def test_the_hash_of_a_script_is_that_of_all_that_it_imports(tmp_path, monkeypatch):
    """Of contents and of nothing else: not of times, paths, or files that it does not import."""
    from jobs import code_hash as code

    shutil.copytree(SCRIPTS, tmp_path / "scripts")
    shutil.copytree(SCRIPTS.parent / "report", tmp_path / "report")
    here = [code_hash("simulate.py"), family_hash("independent")]

    def there():
        for cached in (code.code_files, code.imported_files, code._content_hash):
            cached.cache_clear()
        return [code_hash("simulate.py"), family_hash("independent")]

    monkeypatch.setattr(code, "SCRIPTS", tmp_path / "scripts")
    assert there() == here
    for file, changes in (
        ("recovery/report/answers.py", [False, False]),
        ("recovery/data/simulate.py", [True, False]),
        ("recovery/model/half_normal.py", [True, True]),
    ):
        with open(tmp_path / "scripts" / file, "a") as edited:
            edited.write("# changed\n")
        assert [new != old for new, old in zip(there(), here)] == changes, file
    for cached in (code.code_files, code.imported_files, code._content_hash):
        cached.cache_clear()


def test_every_study_figure_has_a_caption_and_every_caption_a_figure():
    from recovery.figures import curves, estimates  # noqa: F401 - register
    from recovery.figures.layout import SPLIT_FIGURES
    from recovery.figures.results import STUDY_FIGURES

    captions = {path.stem for path in (ROOT / "workflow/report/study").glob("*.rst")}
    assert captions == set(STUDY_FIGURES)
    assert set(SPLIT_FIGURES) <= captions


def test_code_files_are_what_python_imports():
    """The files found in the text against the modules that an interpreter loads."""
    program = (
        "import sys, recovery.summaries.rule, recovery.data.simulate\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('recovery')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=SCRIPTS, capture_output=True, text=True, check=True
    )
    loaded = {name.split("/scripts/")[1] for name in run.stdout.split()}
    roots = {"recovery/summaries/rule.py", "recovery/data/simulate.py"}
    assert {name for name in loaded if not name.endswith("__init__.py")} == roots.union(
        *map(code_files, roots)
    )


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.py")))
def test_the_names_that_a_rule_s_script_imports_exist(script):
    """Of rules that take too long to be run by a test, too."""
    for node in ast.walk(ast.parse((SCRIPTS / script).read_text())):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module)
            for name in (alias.name for alias in node.names):
                if not hasattr(module, name):
                    importlib.import_module(f"{node.module}.{name}")
