"""The service on its socket: who reaches it, that it knows them, and that it stays up whatever they
do."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from answered import ANA, BEN, KEEPER, STRANGER, asked, processes_of, uid, write_config

from activity.errors import LasttouchError
from config_lines import account, files, head
from lasttouch.answering import calling, client, wire
from lasttouch.answering.children import AT_ONCE_FOR_ONE
from lasttouch.answering.place import listening, place_of
from lasttouch.answering.waiting import WAITING_FOR_ONE
from lasttouch.mcp.asking import of_service, refusal
from running_daemon import RunningDaemon, until

assert calling  # imported before a process gives up the right to read it
GROUP = 60_123  # of those who may reach the socket; no system has a name for it
AS_OTHERS = pytest.mark.skipif(os.getuid() != 0, reason="only root can ask as somebody else")


class Service:
    """A daemon of a team; its socket is for GROUP alone, as the unit has it."""

    def __init__(self, folder: Path, daemon: RunningDaemon) -> None:
        self.folder = folder
        self.config = folder / "log" / "config.toml"
        self.place = folder / "run" / "lasttouch.sock"
        self.daemon = daemon

    @property
    def answering(self) -> int:
        """The process id of the one that answers."""
        until(lambda: processes_of(self.daemon.process.pid))
        return processes_of(self.daemon.process.pid)[0]


@contextlib.contextmanager
def _runtime() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ltsvc"))
    folder.chmod(0o755)
    (folder / "log").mkdir(mode=0o700)
    (folder / "run").mkdir()
    if os.getuid() == 0:
        os.chown(folder / "run", 0, GROUP)
        (folder / "run").chmod(0o2750)  # what is made there is the group's, as it is under systemd's Group=
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _service(runtime: Path) -> Iterator[Service]:
    config = write_config(runtime / "log")
    environment = {"RUNTIME_DIRECTORY": str(runtime / "run"), "LASTTOUCH_CONFIG": str(config)}
    with RunningDaemon(runtime, environment=environment) as daemon:
        daemon.has_said("commands are answered at")
        daemon.has_said("started: ")
        yield Service(runtime, daemon)
        daemon.stopped()


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A folder that everybody may go through, with "log" for the daemon alone and "run" for
    GROUP."""
    with _runtime() as folder:
        yield folder


@pytest.fixture
def service(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A test's own, to be killed."""
    monkeypatch.delenv("LASTTOUCH_CONFIG", raising=False)
    with _service(runtime) as one:
        yield one


@pytest.fixture(scope="module")
def _started() -> Iterator[Service]:
    with _runtime() as folder, _service(folder) as one:
        yield one


@pytest.fixture
def standing(_started: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """One for all who leave it as it is."""
    monkeypatch.delenv("LASTTOUCH_CONFIG", raising=False)
    return _started


@AS_OTHERS
def test_each_is_known_by_what_the_kernel_says(standing: Service) -> None:
    place, groups = standing.place, [GROUP]
    mode = place.stat()
    assert (stat.S_IMODE(mode.st_mode), mode.st_gid) == (0o660, GROUP)
    assert asked(place, "status", "--json", asks=uid(KEEPER), groups=groups).json["accounts"]
    said = asked(place, "status", "--json", asks=uid(BEN), groups=groups)
    assert said.error["message"] == "`status` is for administrators"
    nobody = asked(place, "status", "--json", asks=STRANGER, groups=groups)
    assert nobody.error["message"] == "this log is a team's, and you are none of its users"


@AS_OTHERS
@pytest.mark.parametrize(
    "claim", [{"USER": KEEPER, "LOGNAME": KEEPER, "SUDO_USER": KEEPER}, {"LASTTOUCH_USER": KEEPER}, {"HOME": "/root"}]
)
def test_who_claims_to_be_another_is_who_they_are(standing: Service, claim: dict[str, str]) -> None:
    def pretend() -> None:
        os.environ.update(claim)

    said = asked(standing.place, "status", "--json", asks=uid(BEN), groups=[GROUP], before=pretend)
    assert said.error["message"] == "`status` is for administrators"


@AS_OTHERS
def test_credentials_that_are_sent_along_are_not_believed(standing: Service) -> None:
    """SCM_CREDENTIALS of another are refused by the kernel; in place of descriptors our own are no
    request."""
    import struct

    def claim() -> None:
        credentials = struct.pack("3i", os.getpid(), uid(BEN), uid(BEN))
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.connect(str(standing.place))
            connection.sendmsg(
                [wire.request({}, ["status"])], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, credentials)]
            )
            os._exit(connection.recv(1)[0])

    assert asked(standing.place, "status", asks=uid(BEN), groups=[GROUP], before=claim).code == 2


@AS_OTHERS
def test_who_is_not_of_the_group_does_not_reach_it(standing: Service) -> None:
    outcome = asked(standing.place, "status", "--json", asks=uid(KEEPER))
    assert (outcome.code, outcome.error["message"]) == (1, f"you may not ask the service at {standing.place}")


@AS_OTHERS
def test_fifty_at_once_are_all_answered(standing: Service) -> None:
    users = [uid(name) for name in (ANA, BEN, KEEPER)] + [STRANGER]
    connections = []
    null = os.open(os.devnull, os.O_RDWR)
    try:
        for number in range(50):
            connections.append(_connection(standing.place, users[number % 4], null, "status"))
        codes = [one.recv(1) for one in connections]
    finally:
        os.close(null)
        for one in connections:
            one.close()
    assert codes == [b"\0" if number % 4 == 2 else b"\1" for number in range(50)]


def _connection(place: Path, asks: int, stream: int, *words: str) -> socket.socket:
    """A command that is under way, asked by this user of GROUP."""
    connection = _connected(place, asks)
    with contextlib.suppress(BrokenPipeError):  # the service may have refused it already
        socket.send_fds(connection, [wire.request({}, list(words))], [stream] * 3)
    return connection


def _connected(place: Path, asks: int) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(60)
    groups = os.getgroups()
    os.setgroups([GROUP])
    os.seteuid(asks)
    try:
        connection.connect(str(place))
    finally:
        os.seteuid(0)
        os.setgroups(groups)
    return connection


def test_a_client_that_never_reads_and_one_that_never_asks_delay_nobody(standing: Service) -> None:
    silent = []
    for _ in range(20):
        silent.append(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
        silent[-1].connect(str(standing.place))
    outcome = asked(standing.place, "status", asks=os.getuid())
    assert outcome.code == 1
    for one in silent:
        one.close()


@AS_OTHERS
def test_a_hundred_who_say_nothing_have_no_process_and_are_sent_away(service: Service) -> None:
    silent = [_connected(service.place, uid(name)) for name in (ANA, BEN) for _ in range(50)]
    assert asked(service.place, "status", asks=uid(KEEPER), groups=[GROUP]).code == 0
    assert len(processes_of(service.answering)) <= 1
    assert [one.recv(1) for one in silent] == [b""] * 100
    for one in silent:
        one.close()


@AS_OTHERS
def test_who_asks_for_much_waits_for_themselves_alone(service: Service) -> None:
    """Ana reads none of her answers: they wait in four processes, and Kim's is not one of them."""
    with _unread() as full:
        unread = [_connection(service.place, uid(ANA), full, "status", "--help") for _ in range(20)]
        until(lambda: len(processes_of(service.answering)) >= AT_ONCE_FOR_ONE)
        assert asked(service.place, "status", asks=uid(KEEPER), groups=[GROUP]).code == 0
        assert AT_ONCE_FOR_ONE <= len(processes_of(service.answering)) <= AT_ONCE_FOR_ONE + 1
        for one in unread:
            one.close()
        until(lambda: len(processes_of(service.answering)) <= 1)


@contextlib.contextmanager
def _unread() -> Iterator[int]:
    """A stream that takes nothing more, since nobody reads it."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write, b"x" * 4096)
    os.set_blocking(write, True)
    try:
        yield write
    finally:
        os.close(read)
        os.close(write)


@AS_OTHERS
def test_what_would_make_too_many_wait_is_told_to_ask_again(service: Service) -> None:
    with _unread() as full:
        ask = functools.partial(_connection, service.place, uid(ANA), full, "status", "--help")
        many = [ask() for _ in range(AT_ONCE_FOR_ONE)]
        until(lambda: len(processes_of(service.answering)) >= AT_ONCE_FOR_ONE)
        many += [ask() for _ in range(WAITING_FOR_ONE + 1)]
        outcome = asked(service.place, "last", "--json", asks=uid(ANA), groups=[GROUP])
        assert (outcome.code, outcome.error["message"]) == (1, "the service broke off the answer")
        for one in many:
            one.close()
    assert until(lambda: asked(service.place, "last", asks=uid(ANA), groups=[GROUP]).code == 0)


@AS_OTHERS
@pytest.mark.parametrize("message", [b"", b"lasttouch 1\0", b"x" * 100_000, b"lasttouch 9\x000\0last\0"])
def test_what_is_no_request_is_refused_and_the_next_is_answered(standing: Service, message: bytes) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    with _connected(standing.place, uid(ANA)) as connection:
        socket.send_fds(connection, [message], [null] * 3)
        os.close(null)
        assert connection.recv(1) == b"\2"
    assert asked(standing.place, "last", asks=uid(ANA), groups=[GROUP]).code == 0


def _is_broken_off(connection: socket.socket) -> bool:
    """Without an answer: ended, or reset where the question was not yet read."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def _was_given(pid: int, stream: int) -> bool:
    """Is this one of a process's files?"""
    with contextlib.suppress(FileNotFoundError):
        return any(os.path.samestat(os.fstat(stream), one.stat()) for one in Path(f"/proc/{pid}/fd").iterdir())
    return False


@AS_OTHERS
def test_a_child_that_is_killed_is_one_answer_that_breaks_off(service: Service) -> None:
    with _unread() as full:
        connection = _connection(service.place, os.getuid(), full, "status", "--help")
        (child,) = until(lambda: [pid for pid in processes_of(service.answering) if _was_given(pid, full)])
        os.kill(child, signal.SIGKILL)  # before it was asked another would have been begun
        assert _is_broken_off(connection)
        connection.close()
    service.daemon.has_said("was ended by SIGKILL")
    assert "none of its users" in asked(service.place, "status").err


@AS_OTHERS
def test_each_has_a_process_of_their_own_which_is_kept_for_what_they_ask_next(service: Service) -> None:
    for name in (ANA, BEN, ANA, BEN, ANA):
        assert asked(service.place, "last", asks=uid(name), groups=[GROUP]).code == 0
    kept = processes_of(service.answering)
    assert len(kept) == 2
    assert asked(service.place, "done", "1", asks=uid(ANA), groups=[GROUP]).code != 0
    until(lambda: len(processes_of(service.answering)) == 1)
    assert set(processes_of(service.answering)) < set(kept)


@AS_OTHERS
def test_whom_the_system_does_not_know_keeps_no_process(service: Service) -> None:
    assert asked(service.place, "last", asks=STRANGER, groups=[GROUP]).code == 1
    until(lambda: not processes_of(service.answering))


@AS_OTHERS
def test_a_daemon_that_is_killed_amid_an_answer_ends_all_that_answers(service: Service) -> None:
    with _unread() as full:
        connection = _connection(service.place, uid(ANA), full, "status", "--help")
        answering = service.answering
        until(lambda: processes_of(answering))
        (child,) = processes_of(answering)
        service.daemon.process.kill()
        service.daemon.process.wait()
        assert _is_broken_off(connection)
        connection.close()
        until(lambda: not Path(f"/proc/{child}/exe").exists())


def test_the_answering_process_is_started_anew_when_it_dies_and_nobody_notices(service: Service) -> None:
    before = service.answering
    os.kill(before, signal.SIGKILL)
    assert "none of its users" in asked(service.place, "status").err
    assert service.answering != before
    service.daemon.has_said("it is started again")


def test_a_daemon_that_is_down_is_said_so_and_nothing_is_read_in_its_stead(service: Service) -> None:
    assert service.daemon.stopped() == 0
    assert service.place.exists()
    outcome = asked(service.place, "last", "--json")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.error == {
        "code": "service",
        "message": f"the service does not answer at {service.place}",
        "hint": "it is started by whoever keeps this server; how it is: systemctl status lasttouch",
    }


def test_when_the_daemon_is_killed_nobody_answers_in_its_stead(service: Service) -> None:
    answering = service.answering
    service.daemon.process.kill()
    service.daemon.process.wait()
    until(lambda: not Path(f"/proc/{answering}/exe").exists())
    assert asked(service.place, "last").code == 1


def test_a_reload_begins_and_ends_it(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LASTTOUCH_CONFIG", raising=False)
    config = runtime / "log" / "config.toml"
    alone = head() + account("ana", files("mail"))
    config.write_text(alone)
    environment = {"RUNTIME_DIRECTORY": str(runtime / "run"), "LASTTOUCH_CONFIG": str(config)}
    place = runtime / "run" / "lasttouch.sock"
    with RunningDaemon(runtime, environment=environment) as daemon:
        daemon.has_said("started: ")
        assert not place.exists()
        assert processes_of(daemon.process.pid) == []
        write_config(runtime / "log")
        daemon.told(signal.SIGHUP)
        daemon.has_said("commands are answered at")
        assert "none of its users" in asked(place, "status").err
        config.write_text(alone)
        daemon.told(signal.SIGHUP)
        daemon.has_said("reloaded the configuration", 2)
        until(lambda: not processes_of(daemon.process.pid))
        assert asked(place, "status").code == 1
        assert daemon.stopped() == 0


def test_where_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RUNTIME_DIRECTORY", "LASTTOUCH_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    database = tmp_path / "log.db"
    assert place_of(database) == tmp_path / "lasttouch.sock"
    monkeypatch.setenv("LASTTOUCH_SOCKET", "/run/mine")
    assert place_of(database) == Path("/run/mine")
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/one:/run/two")
    assert place_of(database) == Path("/run/one/lasttouch.sock")


@pytest.mark.parametrize("umask", [0, 0o22, 0o77, 0o777])
def test_it_is_never_for_others(tmp_path: Path, umask: int) -> None:
    place = tmp_path / "s"
    before = os.umask(umask)
    try:
        with listening(place):
            assert stat.S_IMODE(place.stat().st_mode) == 0o660
    finally:
        os.umask(before)
    assert [one.name for one in tmp_path.iterdir()] == ["s"]


def test_a_socket_that_is_left_over_is_replaced_and_one_that_answers_is_not(tmp_path: Path) -> None:
    from activity.errors import DatabaseInUse, LasttouchError

    place = tmp_path / "s"
    listening(place).close()
    with listening(place), pytest.raises(DatabaseInUse, match="another service answers"):
        listening(place)
    with pytest.raises(LasttouchError, match="cannot listen at"):
        listening(tmp_path / "nowhere" / "s")
    with pytest.raises(LasttouchError, match="cannot listen at"):
        listening(tmp_path / ("long" * 40))


@pytest.mark.parametrize(
    "words", ["last --config x", "--config x last", "last --config=x", "last --help", "init", "run", "", "--version"]
)
def test_what_needs_no_service_is_not_asked_of_one(tmp_path: Path, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LASTTOUCH_SOCKET", str(tmp_path / "nobody"))
    monkeypatch.delenv("LASTTOUCH_CONFIG", raising=False)
    assert client.ask(words.split()) is None


def test_who_has_a_configuration_goes_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SYSTEM_SOCKET", str(tmp_path / "nobody"))
    listening(tmp_path / "nobody").close()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("LASTTOUCH_CONFIG", "LASTTOUCH_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    assert client.ask(["last"]) == 1
    (tmp_path / "lasttouch").mkdir()
    (tmp_path / "lasttouch" / "config.toml").touch()
    assert client.ask(["last"]) is None
    monkeypatch.setenv("LASTTOUCH_SOCKET", str(tmp_path / "nobody"))
    assert client.ask(["last"]) == 1
    monkeypatch.setenv("LASTTOUCH_CONFIG", str(tmp_path / "config.toml"))
    assert client.ask(["last"]) is None


def test_where_there_is_no_service_all_is_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SYSTEM_SOCKET", str(tmp_path / "none" / "lasttouch.sock"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("LASTTOUCH_CONFIG", "LASTTOUCH_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    assert client.ask(["last"]) is None


def test_a_command_that_is_asked_imports_nothing_of_what_answers_it(standing: Service) -> None:
    import subprocess
    import sys

    program = (
        "import atexit, cli, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); cli.main(['status'])"
    )
    environment = {name: value for name, value in os.environ.items() if name != "LASTTOUCH_CONFIG"}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[2]), "LASTTOUCH_SOCKET": str(standing.place)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "none of its users" in done.stderr
    loaded = set(done.stderr.split())
    assert not {"click", "sqlite3", "json", "lasttouch.terminal", "activity", "store"} & loaded


@AS_OTHERS
def test_an_assistants_tools_ask_the_service_as_whom_the_kernel_names(standing: Service) -> None:
    """`lasttouch mcp` runs with whoever starts it, and each call is a command at the socket."""

    def call() -> None:
        for name, given in (("last_touch", {}), ("last_touch", {"who": "nobody"}), ("last_touch", {"limit": 99})):
            try:
                sys.stdout.write(json.dumps(of_service(name, given)) + "\n")
            except LasttouchError as error:
                sys.stdout.write(json.dumps(refusal(error)) + "\n")
        sys.stdout.flush()
        os._exit(0)

    said = asked(standing.place, asks=uid(BEN), groups=[GROUP], before=call)
    answer, nobody, wrong = map(json.loads, said.out.splitlines())
    assert (answer["items"], answer["hidden_accounts"]) == ([], 1)
    assert nobody["error"]["code"] == "not-found"
    assert "limit: a whole number from 1 to 50" in wrong["error"]["hint"]
    stranger = asked(standing.place, asks=STRANGER, groups=[GROUP], before=call)
    assert {json.loads(line)["error"]["code"] for line in stranger.out.splitlines()} <= {"not-permitted", "usage"}
    refused = asked(standing.place, asks=uid(BEN), groups=[], before=call)
    assert "you may not ask the service" in refused.out
    assert asked(standing.place, "mcp", asks=uid(BEN), groups=[GROUP]).code is None, "it is run here"
