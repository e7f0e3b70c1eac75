"""Loopback with a round trip: a TCP relay that holds every byte back for half of it.

A connection costs one round trip before its first byte may leave, since its sender has to wait for
the other side's answer. Loopback connects at once, so the first bytes of a connection wait here for
that round trip, on top of their own way.
"""

import asyncio
import contextlib
import os
import selectors
import sys

_CHUNK = 65536


async def _serve(port: int, rtt_s: float) -> None:
    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        there = _carry(reader, far_writer, rtt_s / 2, first_s=rtt_s)
        back = _carry(far_reader, writer, rtt_s / 2)
        with contextlib.suppress(OSError):
            await asyncio.gather(there, back)
        for end in (writer, far_writer):
            end.transport.abort()

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    sys.stdout.write(f'{{"port": {server.sockets[0].getsockname()[1]}}}\n')
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until the parent ends


async def _carry(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    delay_s: float,
    *,
    first_s: float = 0.0,
) -> None:
    """Write what is read *delay_s* later, in order; *first_s* holds up all there is at first."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    not_before = loop.time() + first_s + delay_s

    async def write() -> None:
        while True:
            due, chunk = await waiting.get()
            await asyncio.sleep(max(due - loop.time(), 0))
            if not chunk:
                writer.close()
                return
            writer.write(chunk)

    writing = asyncio.create_task(write())
    try:
        while chunk := await reader.read(_CHUNK):
            waiting.put_nowait((max(loop.time() + delay_s, not_before), chunk))
    finally:
        waiting.put_nowait((loop.time() + delay_s, b""))
        await writing


def main() -> None:
    # `select` waits for microseconds, `epoll` below asyncio for whole milliseconds.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    loop.run_until_complete(_serve(int(sys.argv[1]), float(sys.argv[2])))
    os._exit(0)  # each open connection would tell at length that it was cancelled


if __name__ == "__main__":
    main()
