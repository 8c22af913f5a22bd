# SPDX-License-Identifier: BSD-3-Clause
"""RESP2 and RESP3 from the client's side, written from the protocol alone and shared with nothing.

A reply is a `Reply(kind, value)`. The three nulls are kinds of their own: `nil` ($-1), `nil-array`
(*-1) and `null` (RESP3's _). Aggregates hold a list of replies; a map holds keys and values in
turn. Attributes are read and dropped.
"""

import socket
from dataclasses import dataclass

LINE_KINDS = {b"+": "simple", b"-": "error", b":": "int", b",": "double", b"(": "big", b"#": "bool"}
BLOB_KINDS = {b"$": "bulk", b"!": "error", b"=": "verbatim"}
LIST_KINDS = {b"*": "array", b"~": "set", b">": "push", b"%": "map", b"|": "attribute"}
AGGREGATES = {"array", "set", "push", "map"}


@dataclass
class Reply:
    """One reply as it came over the wire. `value` is bytes, or a list of replies, or None."""
    kind: str
    value: object = None


class Closed(Exception):
    """The server closed the connection."""


class NoReply(Exception):
    """Nothing (or not a whole reply) came within the time limit."""


class Garbage(Exception):
    """What came is not RESP."""


def encode(arguments):
    """A command as an array of bulk strings."""
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        parts.append(b"$%d\r\n%s\r\n" % (len(argument), argument))
    return b"".join(parts)


class Connection:
    """A socket that sends bytes and reads replies one at a time."""

    def __init__(self, port, timeout_s):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._at = 0

    def close(self):
        self._socket.close()

    def send(self, data):
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed() from error

    def read(self):
        """The next reply."""
        self._buffer, self._at = self._buffer[self._at:], 0
        reply = self._read_one()
        while reply.kind == "attribute":
            reply = self._read_one()
        return reply

    def _more(self):
        try:
            data = self._socket.recv(1 << 16)
        except TimeoutError as error:
            raise NoReply() from error
        except ConnectionResetError as error:
            raise Closed() from error
        if not data:
            raise Closed()
        self._buffer += data

    def _line(self):
        while True:
            end = self._buffer.find(b"\r\n", self._at)
            if end >= 0:
                line = self._buffer[self._at:end]
                self._at = end + 2
                return line
            self._more()

    def _blob(self, size):
        while len(self._buffer) < self._at + size + 2:
            self._more()
        data = self._buffer[self._at:self._at + size]
        if self._buffer[self._at + size:self._at + size + 2] != b"\r\n":
            raise Garbage("a bulk string does not end where its length says")
        self._at += size + 2
        return data

    def _read_one(self):
        line = self._line()
        mark, rest = line[:1], line[1:]
        if mark in LINE_KINDS:
            return Reply(LINE_KINDS[mark], rest)
        if mark == b"_":
            return Reply("null")
        try:
            size = int(rest)
        except ValueError as error:
            raise Garbage(f"not a reply: {line[:60]!r}") from error
        if mark in BLOB_KINDS:
            return Reply("nil") if size < 0 else Reply(BLOB_KINDS[mark], self._blob(size))
        if mark in LIST_KINDS:
            if size < 0:
                return Reply("nil-array")
            kind = LIST_KINDS[mark]
            count = size * 2 if kind in ("map", "attribute") else size
            return Reply(kind, [self._read_one() for _ in range(count)])
        raise Garbage(f"not a reply: {line[:60]!r}")
