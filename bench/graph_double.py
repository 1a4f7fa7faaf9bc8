"""The bench's mailbox behind a scripted Graph, in a process of its own: `python -m
bench.graph_double 9 0`.

Prints its address, then a line of JSON for each line that comes: what was asked since the last.
"headers" and "bare" are whether pages show headers from there on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from graph_resources import Json, instant, person
from scripted_graph import ScriptedGraph

from bench.mailbox import messages

PAGE = 200


class Double:
    """A scripted Graph that runs elsewhere. `asked` tells, and forgets, how often it was."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.host = self._line().strip()

    def asked(self) -> dict[str, Any]:
        """`requests` (those within a batch count as one), `pages`, `within` batches, `at_once`."""
        return self._answer("?")

    def headers_in_pages(self, are_there: bool) -> None:
        """Whether pages of messages show their headers."""
        self._answer("headers" if are_there else "bare")

    def _answer(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._line())
        return found

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def double(size: int, folders: int = 0) -> Iterator[Double]:
    """`size` messages in the inbox; `folders` of one message each beside it."""
    command = [sys.executable, "-m", "bench.graph_double", str(size), str(folders)]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Double(process)
        finally:
            process.kill()


def _shown(message: bytes) -> Json:
    """As Graph shows it: every field of the header, and the properties made of it."""
    header = BytesHeaderParser().parsebytes(message)
    fields = [(name, " ".join(str(value).split())) for name, value in header.raw_items()]
    told = dict(fields)
    people = {
        name: [person(mail, shown) for shown, mail in getaddresses([told.get(name, "")])] for name in ("From", "To")
    }
    at = parsedate_to_datetime(told["Date"])
    return {
        "internetMessageId": told["Message-ID"], "subject": told["Subject"], "sentDateTime": instant(at),
        "receivedDateTime": instant(at + timedelta(seconds=5)), "from": people["From"][0], "sender": people["From"][0],
        "toRecipients": people["To"], "ccRecipients": [], "bccRecipients": [], "replyTo": [], "isDraft": False,
        "hasAttachments": False, "conversationIndex": None,
        "internetMessageHeaders": [{"name": name, "value": value} for name, value in fields],
    }  # fmt: skip


def main(size: int, folders: int) -> None:
    graph = ScriptedGraph()
    graph.page = PAGE
    for message in messages(size):
        graph.put(_shown(message))
    for number, message in enumerate(messages(folders, seed=2)):
        graph.put(_shown(message), graph.folder(f"Folder {number}"))
    print(graph.host, flush=True)
    for line in sys.stdin:
        graph.headers_in_pages = {"headers": True, "bare": False}.get(line.strip(), graph.headers_in_pages)
        assert not graph.wrong, graph.wrong[:3]
        whole = [one for one in graph.asked if one.headers.get("user-agent")]
        figures = {
            "requests": len(whole),
            "within": len(graph.asked) - len(whole),
            "pages": sum("/delta" in one.path for one in graph.asked),
            "at_once": graph.most_at_once,
        }
        graph.asked.clear()
        graph.most_at_once = 0
        print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
