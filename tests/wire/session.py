# SPDX-License-Identifier: BSD-3-Clause
"""Runs the steps of a transcript against one server over named connections."""

import re
import time

import codec
import notation
import servers

REPLY_S = 60 if servers.REPORTS else 10
UNTIL_S = REPLY_S
SUBSTITUTE = re.compile(r"@\{([^}]*)\}")
TERM = re.compile(r"^(\w+?)(?:([+*-])(\d+))?$")


class Failure:
    """A step whose reply was not the expected one."""

    def __init__(self, step, expected, actual):
        self.step, self.expected, self.actual = step, expected, actual

    def text(self, path):
        wanted = "\n".join("      " + line for line in self.expected)
        got = "\n".join("      " + line for line in self.actual)
        return (f"{path}:{self.step.line}: {self.step.label()}\n"
                f"    expected\n{wanted}\n    got\n{got}")


class Session:
    """The connections and captured values of one run of one file."""

    def __init__(self, port, protocol):
        self._port, self._protocol = port, protocol
        self._connections, self._pushes, self._captured = {}, {}, {}
        self._spoken = {}  # connection -> the protocol it speaks now: HELLO and RESET change it

    def close_all(self):
        for connection in self._connections.values():
            connection.close()
        self._connections, self._pushes = {}, {}

    def _connection(self, name):
        if name not in self._connections:
            connection = codec.Connection(self._port, REPLY_S)
            self._connections[name] = connection
            self._pushes[name] = []
            self._spoken[name] = self._protocol
            if self._protocol == 3:
                connection.send(codec.encode([b"HELLO", b"3"]))
                reply = connection.read()
                if reply.kind == "error":
                    raise codec.Garbage(f"HELLO 3: {reply.value!r}")
        return self._connections[name]

    def _value(self, expression):
        """`name`, `now`, `now_ms`, a number, each with `+n` or `-n`; `text*n` repeats."""
        match = TERM.match(expression)
        if not match:
            raise notation.NotationError(f"cannot read @{{{expression}}}")
        word, operator, number = match.groups()
        if operator == "*":
            return word * int(number)
        times = {"now": int(time.time()), "now_ms": int(time.time() * 1000)}
        value = times.get(word, self._captured.get(word, word))
        if operator is None:
            return str(value)
        return str(int(value) + int(number) * (1 if operator == "+" else -1))

    def _filled(self, text):
        return SUBSTITUTE.sub(lambda match: self._value(match.group(1)), text)

    def run_case(self, case):
        """Runs the steps of a case; returns its failures. Stops at the first one."""
        for step in case:
            failure = self._run_step(step)
            if failure:
                return [failure]
        return []

    def _run_step(self, step):
        if step.kind == "let":
            self._captured[step.connection] = self._value(step.text)
            return None
        if step.kind == "close":
            self._forget(step.connection)
            return None
        if step.kind == "until>":
            return self._run_until(step)
        reply = self.exchange(step)
        return None if reply is None else self._judge(step, reply)

    def _run_until(self, step):
        deadline = time.monotonic() + UNTIL_S
        while True:
            failure = self._judge(step, self.exchange(step))
            if failure is None or time.monotonic() > deadline:
                return failure
            time.sleep(0.005)

    def exchange(self, step):
        """Sends what a step sends and returns the reply it reads, or None if it reads none."""
        try:
            connection = self._connection(step.connection)
            if step.kind == "raw>>":
                data, _ = notation.unquote(self._filled(step.text), 0)
                connection.send(data)
            elif step.kind != "<":
                connection.send(codec.encode(notation.split_arguments(self._filled(step.text))))
            if step.kind in ("raw>>", ">>"):
                return None
            return self._read(step)
        except codec.Closed:
            self._forget(step.connection)
            return codec.Reply("closed")
        except codec.NoReply:
            self._forget(step.connection)
            return codec.Reply("no-reply", f"after {REPLY_S} s")
        except (codec.Garbage, ConnectionRefusedError) as error:
            self._forget(step.connection)
            return codec.Reply("garbage", str(error))

    def _read(self, step):
        """The next reply; a push that is not expected here waits for a `<` step."""
        pushes = self._pushes[step.connection]
        if step.kind == "<" and pushes:
            return pushes.pop(0)
        lines = step.expected.get(self._protocol)
        wants_push = step.kind == "<" or not lines or lines[0].startswith("push ")
        reply = self._connections[step.connection].read()
        while reply.kind == "push" and not wants_push:
            pushes.append(reply)
            reply = self._connections[step.connection].read()
        word = step.text.split(" ")[0].upper()
        if word == "HELLO" and reply.kind != "error":
            self._spoken[step.connection] = 3 if reply.kind == "map" else 2
        elif word == "RESET" and reply.kind == "simple" and reply.value == b"RESET":
            self._spoken[step.connection] = 2
        return reply

    def _forget(self, name):
        if name in self._connections:
            self._connections.pop(name).close()
            self._pushes.pop(name)

    def _judge(self, step, reply):
        lines = step.expected.get(self._protocol)
        if lines is None:
            return Failure(step, ["(no reply is written here; --fill writes it)"],
                           notation.render(reply))
        lines = [self._filled(line) for line in lines]
        expected = notation.parse_lines(lines)
        spoken = self._spoken.get(step.connection, self._protocol)
        if notation.matches(expected, reply, spoken, self._captured):
            return None
        return Failure(step, lines, notation.render(reply))
