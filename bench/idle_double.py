"""A mail server of nothing but empty mailboxes that can be watched: `python -m bench.idle_double` tells its port, and,
for each line that is written to it, how many connections wait for new mail."""

from __future__ import annotations

import asyncio
import resource
import sys

_CAPABILITY = "CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE"
_ANSWERS = {
    "CAPABILITY": f"* {_CAPABILITY}\r\n",
    "LIST": '* LIST () "/" "INBOX"\r\n',
    "STATUS": '* STATUS "INBOX" (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\r\n',
    "EXAMINE": "* 0 EXISTS\r\n* 0 RECENT\r\n* FLAGS ()\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT 1] next\r\n",
    "UID": "* SEARCH\r\n",
    "LOGOUT": "* BYE\r\n",
}
_waiting: set[asyncio.StreamWriter] = set()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(f"* OK [{_CAPABILITY}] ready\r\n".encode())
    try:
        while line := (await reader.readline()).decode("latin-1"):
            tag, name, *_ = line.split()
            if name.upper() == "IDLE":
                writer.write(b"+ idling\r\n")
                _waiting.add(writer)
                try:
                    await reader.readline()
                finally:
                    _waiting.discard(writer)
            writer.write(f"{_ANSWERS.get(name.upper(), '')}{tag} OK done\r\n".encode())
    except (OSError, ValueError):
        pass
    finally:
        writer.close()


async def _main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        print(len(_waiting), flush=True)


if __name__ == "__main__":
    asyncio.run(_main())
