# SPDX-License-Identifier: BSD-3-Clause
"""What scripts/demo stands on: a server as a child process, a client, and answers as redis-cli
prints them."""

import json
import os
import shlex
import socket
import subprocess
import time

START_S = 30
START_ATTEMPTS = 5
ANSWER_S = 60
SHOWN_ELEMENTS = 6
SHOWN_CHARACTERS = 240


class DemoError(Exception):
    """Something is not as it must be; the text says what."""


class ErrorReply(str):
    """An error that the server answered."""


class Server:
    """The server as a child process; its directory outlives kills and restarts."""

    def __init__(self, binary, directory):
        self._binary, self._directory = os.path.abspath(binary), directory
        self._process, self.port = None, 0

    def start(self):
        """Starts it on a free port and returns when it answers."""
        for _ in range(START_ATTEMPTS):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            with open(os.path.join(self._directory, "server.log"), "ab") as log:
                self._process = subprocess.Popen(
                    [self._binary, "--bind", "127.0.0.1", "--port", str(self.port), "--dir",
                     self._directory], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            deadline = time.monotonic() + START_S
            while time.monotonic() < deadline and self._process.poll() is None:
                if self._answers():
                    return
                time.sleep(0.01)
            self.kill()
        with open(log.name, encoding="utf-8", errors="replace") as text:
            raise DemoError(f"the server does not start:\n{text.read()[-2000:]}")

    def kill(self):
        """kill -9."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pid(self):
        return self._process.pid

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class Client:
    """One connection. Replies are str (ErrorReply is one), int, bytes, None and lists of them."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S)
        self._input = self._socket.makefile("rb")

    def pipeline(self, commands):
        """Sends all commands at once; their replies in order."""
        out = []
        for words in commands:
            out.append(b"*%d\r\n" % len(words))
            for word in words:
                text = str(word).encode()
                out.append(b"$%d\r\n%b\r\n" % (len(text), text))
        self._socket.sendall(b"".join(out))
        return [self._read() for _ in commands]

    def call(self, *words):
        """The reply of one command, which must not be an error."""
        return self.calls([words])[0]

    def calls(self, commands):
        """As pipeline, of commands none of which may fail."""
        replies = self.pipeline(commands)
        for words, reply in zip(commands, replies):
            if isinstance(reply, ErrorReply):
                raise DemoError(f"{command_line(words)[:SHOWN_CHARACTERS]}: {reply}")
        return replies

    def close(self):
        self._input.close()
        self._socket.close()

    def _read(self):
        line = self._input.readline()
        if not line.endswith(b"\r\n"):
            raise DemoError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self._input.read(size + 2)[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self._read() for _ in range(int(rest))]
        if kind == b":":
            return int(rest)
        return (ErrorReply if kind == b"-" else str)(rest.decode())


def command_line(words):
    """A command as one types it into redis-cli."""
    return " ".join(shlex.quote(str(word)) if set(str(word)) & set(" '\"{[") else str(word)
                    for word in words)


def reply_lines(reply):
    """A reply as redis-cli prints it, shortened."""
    if isinstance(reply, list):
        return array_lines(reply) if reply else ["(empty array)"]
    if reply is None:
        return ["(nil)"]
    if isinstance(reply, bytes):
        text = reply.decode().replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        more = " …" if len(text) > SHOWN_CHARACTERS else ""
        return [f'"{text[:SHOWN_CHARACTERS]}{more}"']
    kind = "(integer) " if isinstance(reply, int) else ""
    return [f"{'(error) ' if isinstance(reply, ErrorReply) else kind}{reply}"]


def array_lines(elements):
    """As many elements as fit, each behind its number."""
    shown = elements if len(elements) <= SHOWN_ELEMENTS + 1 else elements[:SHOWN_ELEMENTS]
    width, lines = len(str(len(shown))), []
    for number, element in enumerate(shown, 1):
        head = f"{number:>{width}}) "
        for line in reply_lines(element):
            lines.append(head + line)
            head = " " * len(head)
    if len(shown) < len(elements):
        lines.append(f"… {len(elements) - len(shown)} more")
    return lines


def plain(reply):
    """A reply as something to compare: text that is JSON is what it says."""
    if isinstance(reply, list):
        return [plain(element) for element in reply]
    if not isinstance(reply, bytes):
        return reply
    text = reply.decode()
    return json.loads(text) if text[:1] in ("{", "[") else text
