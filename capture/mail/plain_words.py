"""What the libraries below raise, said in plain words."""

from __future__ import annotations

import contextlib
import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Iterator

from imapclient.exceptions import IMAPClientError

from activity.errors import ServerFault, SourceError, Throttled, Unreachable, UntrustedServer, in_words
from capture.mail.guarded_stream import AGAIN

_log = logging.getLogger(__name__)
_THROTTLED = re.compile(
    r"\[(LIMIT|UNAVAILABLE|INUSE|THROTTLED|OVERQUOTA)\]|too many|try again later|throttled|exceeded|server unavailable"
    r"|(rate|bandwidth|connections?) limit|maximum\W.{0,30}\b(connections|sessions|logins)"
    r"|(simultaneous|concurrent)\W.{0,30}\b(connections|sessions|logins)|connections (reached|exhausted)",
    re.I,
)
_WAIT = re.compile(
    r"(?:back-?off|again|wait|retry)\D{0,40}(\d{1,9})\s*(ms|milli\w+|s|sec\w*|m|min\w*|h|hours?)\b", re.I
)
_OWN_AUTHORITY = "check the host name; for a server with its own CA set ca_file to that CA's certificate"
_AGAINST_DISTRUST = {  # by OpenSSL's X509_V_ERR_…
    9: "it is not valid yet: check this machine's clock",
    10: "whoever runs the server has to renew it; if it is not that old, check this machine's clock",
    62: "it is another server's: check `host`",
    64: "it is another server's: check `host`; many have one for their name, not for their number",
}
_QUOTING = re.compile(r"[\\\"'\s]")


@contextlib.contextmanager
def in_plain_words(where: str) -> Iterator[None]:
    """Turn what imaplib, imapclient, ssl and sockets raise into our errors; no secret gets in.

    `where` names the server, "imap.acme.example:993".
    """
    try:
        yield
    except SourceError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise UntrustedServer(
            f"the certificate of {where} cannot be trusted: {error.verify_message}",
            _AGAINST_DISTRUST.get(error.verify_code, _OWN_AUTHORITY),
        ) from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        raise Unreachable(f"{where} closed the connection while TLS was set up", AGAIN) from None
    except ssl.SSLError as error:
        raise UntrustedServer(
            f"no TLS connection with {where}: {error.reason or 'handshake failed'}",
            'check port and security: 993 is usually "tls", 143 "starttls"',
        ) from None
    except socket.gaierror:
        name = where.rpartition(":")[0]
        raise Unreachable(f"the host name {name} cannot be found", "check `host`, and the network") from None
    except ConnectionRefusedError:
        raise Unreachable(f"{where} refuses connections", "check `host` and `port`; is the server running?") from None
    except TimeoutError:
        raise Unreachable(f"{where} did not answer in time", "check `host` and `port`, and the network") from None
    except IMAPClientError as error:  # imaplib's own errors are of this class too
        raise refusal(where, error) from None
    except OSError as error:
        raise Unreachable(f"{where} cannot be reached: {in_words(error)}", AGAIN) from None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError):
        # imaplib and imapclient stumble so over answers that are not IMAP
        _log.debug("stumbled over an answer of %s", where, exc_info=True)
        raise ServerFault(f"{where} sent something that is not IMAP", "is this an IMAP port?") from None


def refusal(where: str, error: IMAPClientError) -> SourceError:
    """Throttled, Unreachable or ServerFault for what imaplib or imapclient made of a server's
    answer."""
    text = said(error)
    if isinstance(error, imaplib.IMAP4.abort):
        return goodbye(where, text)
    if is_throttling(text):
        return throttled(f"{where} asks to come back later: {text}")
    return ServerFault(f"{where} answered: {text}", "if this lasts, ask who runs the server")


def goodbye(where: str, text: str) -> SourceError:
    """Throttled or Unreachable for a connection that the server ended with these words (BYE, RFC
    3501 §7.1.5)."""
    if is_throttling(text):
        return throttled(f"{where} asks to come back later: {text}")
    return Unreachable(f"{where} ended the connection: {text}", AGAIN)


def is_throttling(text: str) -> bool:
    """Does this text of a server ask us to come back later (RFC 5530 §3, and what is found in the
    wild)?"""
    return bool(_THROTTLED.search(text))


def throttled(text: str) -> Throttled:
    """The error for a server's wish to be left alone, for as long as its text says if it does."""
    wait = _WAIT.search(text)
    if wait is None:
        return Throttled(text, "nothing to do; it is tried again")
    unit = wait[2].lower()
    scale = 0.001 if unit.startswith(("ms", "milli")) else {"s": 1.0, "m": 60.0, "h": 3600.0}[unit[0]]
    return Throttled(text, "nothing to do; it is tried again", int(wait[1]) * scale)


def printable(line: bytes) -> str:
    """A server's words in one short line."""
    return " ".join(line.decode("ascii", "replace").split())[:200]


def said(error: BaseException, *secrets: str) -> str:
    """The text of an error in one short line; where it holds one of `secrets`, however quoted, only
    that it does."""
    text = str(error.args[0] if error.args else error)
    text = text[2:-1] if text[:2] in ("b'", 'b"') else text
    if any(secret and _QUOTING.sub("", secret) in _QUOTING.sub("", text) for secret in secrets):
        return "(it repeated what was sent)"
    return " ".join(text.split())[:200]
