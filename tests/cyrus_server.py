"""A real Cyrus on free loopback ports: IMAP in any of its four namespaces, CalDAV, CardDAV;
unpacked by .ci/cyrus."""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import imapclient

from dav_bodies import new_address_book, new_calendar
from dovecot_server import free_port
from imap_server import ImapServer
from loopback_process import answered, server_folder

PASSWORD = "secret"
_START_SECONDS = 30

_SETTINGS = """
configdirectory: {base}/conf
partition-default: {base}/spool
defaultpartition: default
admins: cyrus
cyrus_user: {user}
cyrus_group: {group}
servername: localhost
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {base}/sasldb2
sasl_mech_list: PLAIN LOGIN
sasl_path: {plugins}
munge8bit: no
altnamespace: {altnamespace}
unixhierarchysep: {unixhierarchysep}
httpmodules: caldav carddav
caldav_create_default: no
autocreate_quota: 0
autocreate_inbox_folders: Drafts|Junk|Sent|Trash
xlist-drafts: Drafts
xlist-junk: Junk
xlist-sent: Sent
xlist-trash: Trash
"""
_SERVICES = """
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {base}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {base}/imapd.conf" listen="127.0.0.1:{port}" prefork=1
  http cmd="{bin}/httpd -C {base}/imapd.conf" listen="127.0.0.1:{http_port}" prefork=1
}}
EVENTS {{
}}
DAEMON {{
  idled cmd="{bin}/idled -C {base}/imapd.conf"
}}
"""


def cyrus_folder() -> Path | None:
    """Where Cyrus was unpacked to; None where it was not."""
    folder = Path(os.environ.get("LASTTOUCH_CYRUS") or Path(__file__).parents[1] / ".venv" / "cyrus")
    return folder if (folder / "usr/lib/cyrus/bin/imapd").exists() else None


class CyrusServer(ImapServer):
    """Start with `start()`; users are added by name, all with PASSWORD, and made when they first
    log in.

    `altnamespace`: mailboxes stand beside INBOX, not below it; `unixhierarchysep`: "/" separates,
    not ".".
    """

    password = PASSWORD

    def __init__(self, *, altnamespace: bool = True, unixhierarchysep: bool = True) -> None:
        self.base = server_folder("ltcy")
        self.port, self.http_port = free_port(), free_port()
        self.delimiter = "/" if unixhierarchysep else "."
        self.root = "" if altnamespace else f"INBOX{self.delimiter}"
        self.others = f"{'Other Users' if altnamespace else 'user'}{self.delimiter}"
        self._alternatives = {"altnamespace": altnamespace, "unixhierarchysep": unixhierarchysep}
        self._added: set[str] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> CyrusServer:
        folder = cyrus_folder()
        assert folder is not None
        self._unpacked = folder.resolve()
        user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._owner = (user.pw_uid, user.pw_gid)
        for name in ("conf/socket", "spool"):
            (self.base / name).mkdir(parents=True)
        libraries = self._unpacked / "usr/lib" / _triplet(self._unpacked)
        self._environment = {
            **os.environ,
            "LD_LIBRARY_PATH": f"{libraries}:{self._unpacked / 'lib' / libraries.name}",
            "SASL_PATH": f"{libraries}/sasl2",
        }
        settings = {name: "yes" if value else "no" for name, value in self._alternatives.items()}
        group = subprocess.run(["id", "-gn", user.pw_name], check=True, capture_output=True, text=True).stdout.strip()
        where = {"base": self.base, "bin": self._unpacked / "usr/lib/cyrus/bin"}
        (self.base / "imapd.conf").write_text(
            _SETTINGS.format(**where, **settings, user=user.pw_name, group=group, plugins=f"{libraries}/sasl2")
        )
        (self.base / "cyrus.conf").write_text(_SERVICES.format(**where, port=self.port, http_port=self.http_port))
        self.add_user("cyrus")
        self._give_away()
        options = ["-C", "imapd.conf", "-M", "cyrus.conf", "-p", "master.pid", "-D"]
        self._process = subprocess.Popen(
            [self._unpacked / "usr/sbin/cyrmaster", *options],
            cwd=self.base,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # all that it starts ends with it
        )
        self._wait()
        return self

    def stop(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # it has nothing to lose
            self._process.wait()
        shutil.rmtree(self.base, ignore_errors=True)

    def add_user(self, user: str) -> None:
        """Let this user in; again does no harm."""
        if user not in self._added:
            program = self._unpacked / "usr/sbin/saslpasswd2"
            command = [program, "-c", "-p", "-f", self.base / "sasldb2", "-u", "localhost", user]
            subprocess.run(command, input=PASSWORD.encode(), env=self._environment, check=True, capture_output=True)
            os.chown(self.base / "sasldb2", *self._owner)
            self._added.add(user)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/"

    def client(self, user: str) -> imapclient.IMAPClient:
        self.add_user(user)
        client = imapclient.IMAPClient("127.0.0.1", self.port, ssl=False, timeout=30)
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each APPEND waits 40 ms
        client.login(user, PASSWORD)
        return client

    def share(self, owner: str, mailbox: str, reader: str) -> None:
        """Let another user look up and read a mailbox."""
        with self.client(owner) as client:
            client.setacl(mailbox, reader, "lrs")

    def calendars(self, user: str) -> str:
        return f"/dav/calendars/user/{quote(user)}/"

    def address_books(self, user: str) -> str:
        return f"/dav/addressbooks/user/{quote(user)}/"

    def create_calendar(self, user: str, calendar: str, name: str) -> str:
        """Make a calendar with a display name, and return its URL."""
        self._make_home(user, self.calendars(user))
        path = f"{self.calendars(user)}{quote(calendar)}/"
        self.request(user, "MKCALENDAR", path, new_calendar(name), {"Content-Type": "application/xml"})
        return self.url.rstrip("/") + path

    def create_address_book(self, user: str, book: str, name: str) -> str:
        """Make an address book with a display name, and return its URL."""
        self._make_home(user, self.address_books(user))
        path = f"{self.address_books(user)}{quote(book)}/"
        self.request(user, "MKCOL", path, new_address_book(name), {"Content-Type": "application/xml"})
        return self.url.rstrip("/") + path

    def request(
        self, user: str, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> bytes:
        """Any request as `user`; an answer of 400 or more is a RuntimeError."""
        self.add_user(user)
        credentials = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=20)
        return answered(connection, method, path, body, {"Authorization": f"Basic {credentials}", **(headers or {})})

    def _make_home(self, user: str, path: str) -> None:
        """Mailbox and calendars of a user are made when they first come by IMAP, and when they
        first look."""
        self.client(user).logout()
        self.request(user, "PROPFIND", path, headers={"Depth": "0"})

    def _give_away(self) -> None:
        if os.getuid() == 0:
            self.base.chmod(0o755)
            for path in (self.base, *self.base.rglob("*")):
                os.chown(path, *self._owner)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                if probe.recv(64).startswith(b"* OK"):
                    return
            time.sleep(0.02)
        raise RuntimeError("Cyrus did not start; it tells syslog why")


class CyrusCalendars:
    """The calendars of one user of a Cyrus, as the contract of calendar servers wants them."""

    def __init__(self, server: CyrusServer, user: str) -> None:
        self._server, self._user = server, user

    def create_calendar(self, calendar: str, name: str) -> str:
        return self._server.create_calendar(self._user, calendar, name)

    def delete_calendar(self, calendar: str) -> None:
        self._server.request(self._user, "DELETE", self._path(calendar))

    def put(self, calendar: str, name: str, text: str) -> None:
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        self._server.request(self._user, "PUT", self._path(calendar) + quote(name), text, headers)

    def delete(self, calendar: str, name: str) -> None:
        self._server.request(self._user, "DELETE", self._path(calendar) + quote(name))

    def _path(self, calendar: str) -> str:
        return f"{self._server.calendars(self._user)}{quote(calendar)}/"


def _triplet(unpacked: Path) -> str:
    """The name of the machine in the paths of libraries, such as x86_64-linux-gnu."""
    return next(path.parent.name for path in (unpacked / "usr/lib").glob("*/sasl2"))
