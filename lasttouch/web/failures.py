"""What goes wrong while something is answered over HTTP: its status, and of a mistake of ours a line in the log."""

from __future__ import annotations

import logging

from activity.errors import AuthenticationFailed, LasttouchError, NotFound, NotPermitted, UsageError
from activity.mistakes import mistake
from lasttouch.keeping.tokens import Unauthorized

_STATUS = {UsageError: 400, Unauthorized: 401, NotPermitted: 403, AuthenticationFailed: 403, NotFound: 404}
_log = logging.getLogger(__name__)


def status_of(error: Exception, what: str) -> int:
    """500 for a mistake of ours, which is logged of `what` failed."""
    if not isinstance(error, LasttouchError):
        _log.error("%s failed: %s", what, mistake(error))
        return 500
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 503)
