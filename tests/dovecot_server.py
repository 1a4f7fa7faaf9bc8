"""A real Dovecot on free loopback ports, for tests and benches: one folder, one process group, any
user name."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

import imapclient
import trustme

from imap_server import ImapServer

PASSWORD = "correct-horse-battery"

_CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificates}
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
mail_location = {location}:~/mail
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = {uid}
first_valid_gid = {gid}
mail_fsync = never
{extra}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # a wrong password makes later logins wait otherwise
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = create
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = create
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
"""


def dovecot_binary() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class DovecotServer(ImapServer):
    """Start with `start()`; every user name logs in with PASSWORD and finds an empty mailbox of
    their own."""

    password = PASSWORD

    def __init__(self, base: Path, *, location: str = "sdbox", extra: str = "", ca: trustme.CA | None = None) -> None:
        self.base = base
        self.port, self.tls_port = free_port(), free_port()
        self.ca = ca or trustme.CA()
        self.ca_file = base / "ca.pem"
        self._location, self._extra = location, extra
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> DovecotServer:
        self.base.mkdir(parents=True, exist_ok=True)
        root = os.getuid() == 0
        user = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
        self.ca.cert_pem.write_to_path(str(self.ca_file))
        certificate = self.ca.issue_cert("127.0.0.1", "localhost")
        certificate.cert_chain_pems[0].write_to_path(str(self.base / "cert.pem"))
        certificate.private_key_pem.write_to_path(str(self.base / "key.pem"))
        homes = self.base / "home"
        homes.mkdir(exist_ok=True)
        if root:
            for folder in (self.base, *list(self.base.parents)[:3]):
                with contextlib.suppress(OSError):
                    folder.chmod(folder.stat().st_mode | 0o055)
            os.chown(homes, user.pw_uid, user.pw_gid)
        config = self.base / "dovecot.conf"
        config.write_text(
            _CONFIG.format(
                base=self.base,
                ssl="yes",
                certificates=f"ssl_cert = <{self.base}/cert.pem\nssl_key = <{self.base}/key.pem",
                internal="dovecot" if root else user.pw_name,
                login="dovenull" if root else user.pw_name,
                group="dovecot" if root else str(user.pw_gid),
                location=self._location,
                uid=user.pw_uid,
                gid=user.pw_gid,
                extra=self._extra,
                password=PASSWORD,
                port=self.port,
                tls_port=self.tls_port,
            )
        )
        binary = dovecot_binary()
        assert binary is not None
        self._process = subprocess.Popen([binary, "-F", "-c", str(config)], stderr=subprocess.PIPE)
        self._wait()
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                if probe.recv(64).startswith(b"* OK"):
                    return
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError((self._process.stderr.read() if self._process.stderr else b"").decode())
            time.sleep(0.05)
        raise RuntimeError(f"Dovecot did not start: {(self.base / 'dovecot.log').read_text()}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            if self._process.stderr:
                self._process.stderr.close()

    def client(self, user: str) -> imapclient.IMAPClient:
        client = imapclient.IMAPClient("127.0.0.1", self.port, ssl=False, timeout=30)
        client.login(user, self.password)
        return client
