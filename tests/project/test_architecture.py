"""The house holds: who may import whom, and what a wheel contains."""

from __future__ import annotations

import ast
import graphlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lasttouch.configuration.config_file import CHECKED_BY

ROOT = Path(__file__).parents[2]
ROOMS = ("activity", "capture", "matchers", "store", "deliver", "lasttouch")
MAY_IMPORT = {
    "activity": set(),
    "capture": {"activity"},
    "matchers": {"activity"},
    "store": {"activity"},
    "deliver": {"activity"},
    "lasttouch": {"activity", "capture", "matchers", "store", "deliver"},
    "cli.py": {"lasttouch"},
}
# the demo's servers, the sockets at which commands are answered and the page is shown, who says who
# signs in to it, a word to systemd, and metrics for Prometheus: no mail or calendar server is there
SOCKETS_ELSEWHERE = {
    "lasttouch/demo/servers.py", "lasttouch/daemon/notify.py", "lasttouch/daemon/metrics.py",
    "lasttouch/daemon/answers.py", "lasttouch/daemon/answering_process.py", "lasttouch/web/listening.py",
    "lasttouch/web/impatience.py",
    "lasttouch/web/openid.py", "store/postgres_queue.py",
    *(
        f"lasttouch/answering/{name}.py"
        for name in ("calling", "exchange", "incoming", "child", "children", "server", "waiting", "place")
    ),
}  # fmt: skip
NETWORK = {
    "socket", "socketserver", "ssl", "http", "urllib.request", "imaplib", "smtplib", "ftplib", "asyncio", "xmlrpc",
    "imapclient", "caldav", "niquests", "requests", "urllib3", "httpx", "httpx2", "authlib", "dns", "prometheus_client",
}  # fmt: skip
ENTRY = "lasttouch/__main__.py"
FLOORS = (  # of lasttouch/: a room imports those of the floors below it, and none beside it
    {"counting", "late_imports"},
    {"configuration", "local_time", "moments", "naming", "private_files"},
    {"keeping", "service"},
    {"answers", "passes"},
    {"outward"},
    {"demo", "terminal"},
    {"answering"},
    {"daemon", "wizard"},
    {"doctor", "work"},
    {"views"},
    {"mcp"},
    {"web"},
    {"commands"},
)
DOORS = (  # where answers are asked for, and changes
    "cli.py", "lasttouch/commands", "lasttouch/terminal", "lasttouch/web", "lasttouch/mcp", "lasttouch/answering",
)  # fmt: skip
IMPURE = NETWORK | {
    "os", "io", "pathlib", "tempfile", "subprocess", "threading", "sqlite3", "time", "random", "secrets",
    "click", "rich",
}  # fmt: skip


def _imports(path: Path) -> set[str]:
    """All modules a file imports, at its top or anywhere within, by their full names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _is_among(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def _rooms(path: Path) -> set[str]:
    return {module.partition(".")[0] for module in _imports(path)} & {*ROOMS, "cli"}


def _files(*names: str) -> dict[str, Path]:
    """The modules at or below these places, by their paths from the top."""
    found: list[Path] = []
    for name in names:
        found += [ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py")
    assert found
    return {path.relative_to(ROOT).as_posix(): path for path in found}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    for name, path in _files(room).items():
        if name == ENTRY:
            continue
        others = _rooms(path) - {room}
        assert others <= MAY_IMPORT[room], f"{name} imports {others - MAY_IMPORT[room]}"


def test_nothing_imports_the_command_line_but_its_entry_point() -> None:
    """`lasttouch = "cli:main"` in pyproject.toml is the entry point, and `python -m lasttouch`;
    nothing else is."""
    assert _rooms(ROOT / ENTRY) == {"cli"}
    tools = {name for name, path in _files("bench", "docs").items() if "cli" in _rooms(path)}
    assert tools == set()
    assert (ROOT / "pyproject.toml").read_text(encoding="utf-8").count("cli:main") == 1


def test_the_nouns_need_nothing_but_the_standard_library_and_idna() -> None:
    for name, path in _files("activity").items():
        foreign = {module.partition(".")[0] for module in _imports(path)}
        foreign -= set(sys.stdlib_module_names) | {"activity", "idna"}
        assert not foreign, f"{name} imports {foreign}"


def test_nothing_but_the_store_speaks_sql() -> None:
    """A statement begins with its verb; to run one takes a method of a connection."""
    sql = re.compile(r"\.(execute|executemany|executescript)\(|[\"'](SELECT|INSERT|UPDATE|DELETE|PRAGMA|BEGIN) ")
    for name, path in _files(*(set(ROOMS) - {"store"})).items():
        assert not sql.search(path.read_text(encoding="utf-8")), name


def test_nothing_but_the_engines_modules_knows_the_driver() -> None:
    """And of them nothing but what opens a log knows one."""
    for name, path in _files(*ROOMS).items():
        if not Path(name).name.startswith("postgres_"):
            driver = {one for one in _imports(path) if _is_among(one, {"psycopg"}) or one.startswith("store.postgres_")}
            assert not driver or name in ("store/database.py", "store/queued.py", "lasttouch/work/opening.py"), name


def test_what_reads_takes_a_log_and_none_a_bare_connection() -> None:
    """Whose rights and whose database will be asked of the log, not of each of those who read."""
    for name, path in _files("store", "lasttouch/answers", "lasttouch/views").items():
        text = path.read_text(encoding="utf-8")
        if name.startswith("lasttouch/") or text.startswith('"""Reading'):
            assert "Connection" not in text, name
            assert not re.search(r"\b(INSERT|UPDATE|DELETE)\b|executemany", text), name


def test_answers_can_be_asked_through_any_door() -> None:
    """They know no command line, no terminal and no database engine: they take a question, and ask
    a log."""
    for name, path in _files("lasttouch/answers").items():
        foreign = {module for module in _imports(path) if _is_among(module, {"click", "rich", "sqlite3", "sys"})}
        foreign |= {module for module in _imports(path) if _is_among(module, {"lasttouch.terminal", "lasttouch.views"})}
        assert not foreign, f"{name} imports {foreign}"


def test_doors_ask_no_store() -> None:
    """What they tell is an answer, or what became of a change; `keeping` and `answers` speak with
    the log."""
    for name, path in _files(*DOORS).items():
        assert not any(_is_among(module, {"store", "sqlite3"}) for module in _imports(path)), name
        if not name.startswith("lasttouch/answering/"):  # whose connections are sockets
            assert not re.search(r"\.connection\b", path.read_text(encoding="utf-8")), name


def test_what_commands_answer_in_json_is_made_by_a_view() -> None:
    """So that it is the same through any door. Each prints `as_json` of what was answered, or of
    what became of it."""
    printed = set()
    for name, path in _files("lasttouch/commands").items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print_json":
                (value,) = node.args
                assert ast.unparse(value).partition("(")[0].endswith("as_json"), f"{name}: {ast.unparse(value)}"
                printed.add(name)
    assert {"lasttouch/commands/today.py", "lasttouch/commands/saying.py"} <= printed


def test_a_question_has_an_answer_that_a_view_of_the_same_name_shows() -> None:
    """`answers.X.answer(log, question, …)` and `views.X.as_json(answer)` are all that a door has to
    know."""

    def functions(path: Path) -> dict[str, list[str]]:
        found = ast.parse(path.read_text(encoding="utf-8")).body
        return {one.name: [each.arg for each in one.args.args] for one in found if isinstance(one, ast.FunctionDef)}

    asked = {
        path.stem: found for path in _files("lasttouch/answers").values() if "answer" in (found := functions(path))
    }
    assert {"last", "companies", "stale", "today", "awaiting", "log", "upcoming", "why", "unmatched"} <= set(asked)
    for name, found in asked.items():
        assert found["answer"][:2] == ["log", "question"], name
        assert len(functions(ROOT / f"lasttouch/views/{name}.py")["as_json"]) == 1, name


def test_nothing_but_the_ways_in_and_out_opens_sockets() -> None:
    found = {
        name
        for name, path in _files(*(set(ROOMS) - {"capture", "deliver"})).items()
        if any(_is_among(module, NETWORK) for module in _imports(path))
    }
    assert found == SOCKETS_ELSEWHERE


def test_decisions_and_views_touch_nothing() -> None:
    """No files, no network, no database, no clock, no chance; what a view is given, it only
    words."""
    for name, path in _files("activity", "matchers", "lasttouch/views").items():
        impure = {module for module in _imports(path) if _is_among(module, IMPURE)}
        assert not impure, f"{name} imports {impure}"
        assert not re.search(r"\b(utc_now|datetime\.now|open)\(", path.read_text(encoding="utf-8")), name


def _modules() -> dict[str, set[str]]:
    """Every module of ours with those of ours that it imports, wherever in it."""
    names = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for name, path in _files(*ROOMS).items()
    }
    names["cli"] = ROOT / "cli.py"

    def module(imported: str) -> str:
        return imported if imported in names else imported.rpartition(".")[0]

    return {name: {module(one) for one in _imports(path)} & set(names) for name, path in names.items()}


def test_no_module_comes_back_to_itself() -> None:
    """A circle that an import within a function hides is one all the same."""
    graphlib.TopologicalSorter(_modules()).prepare()  # raises CycleError, which names the circle


def test_what_checks_a_configuration_is_known_with_all_that_it_imports() -> None:
    """Whatever of it is of another version has the configuration checked anew."""
    modules = _modules()
    read = {f"lasttouch.configuration.{name}" for name in ("config_file", "config")}  # which check nothing
    found: set[str] = set()
    waiting = {"lasttouch.configuration.checking"}
    while waiting:
        found |= waiting
        waiting = {one for name in waiting for one in modules[name]} - found - read
    with_code = {f"{name.replace('.', '/')}.py" for name in found} & set(_files(*ROOMS))
    assert list(CHECKED_BY) == sorted(with_code)


def test_every_room_of_the_agent_stands_on_those_below_it() -> None:
    """Commands come last: they are imported by name when they are called, and by nothing else."""
    floor = {f"lasttouch.{room}": number for number, rooms in enumerate(FLOORS) for room in rooms}

    def room(module: str) -> str:
        return ".".join(module.split(".")[:2])

    modules = _modules()
    found = {name for name in modules if name.startswith("lasttouch.") and name != "lasttouch.__main__"}
    assert {room(name) for name in found} == set(floor)
    for name in found:
        for other in modules[name] & found:
            assert room(other) == room(name) or floor[room(other)] < floor[room(name)], f"{name} imports {other}"


def _files_of_the_page() -> list[str]:
    folders = [ROOT / "lasttouch" / "web" / name for name in ("static", "templates")]
    return [path.relative_to(ROOT).as_posix() for folder in folders for path in folder.iterdir()]


def test_the_wheel_holds_every_module_and_nothing_else(tmp_path: Path) -> None:
    tree = tmp_path / "tree"  # a copy: what an earlier build left behind must not get in
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__"))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", tmp_path, tree]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("lasttouch-*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tracked = {path.relative_to(ROOT).as_posix() for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    tracked |= set(_files_of_the_page())
    tracked.add("store/new_log.sql")
    manual = {name for name in names if name.endswith(".data/data/share/man/man1/lasttouch.1")}
    assert len(manual) == 1
    assert names - manual == tracked | {"cli.py"}
