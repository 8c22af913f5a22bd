# SPDX-License-Identifier: BSD-3-Clause
"""One unit of the suite, run once and watched: which tests passed, failed, or took the server down.

A run goes over a pseudo terminal because Tcl buffers its output to a pipe, and a silent test could
then not be told from a buffered line. Everything started for a run is in one process group, which
is killed at its end.
"""

import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import time
import tty

LOST_SERVER = re.compile(r"I/O error reading reply|connection refused|connection reset by peer|"
                         r"broken pipe|error writing \"sock|Can't start the Redis server")
DONE = re.compile(r"^\[\d+/\d+ done\]: ")
LINE = re.compile(r"^\[(testing|ok|err|skip|ignore|exception|TIMEOUT)\]: (.*)$")
OK_TAIL = re.compile(r" \(\d+ ms\)$")
ERR_TAIL = re.compile(r" in tests/\S+\.tcl$")

# Tests of redis-server's memory or files that say nothing about a server reached over a socket.
SKIPPED_EXTERNAL = ["SRANDMEMBER with a dict containing long chain"]
DENIED_EXTERNAL = ["-needs:save"]


class Outcome:
    """What one run told: names to 'ok' or 'err' (a name that failed once stays 'err')."""

    def __init__(self):
        self.tests = {}
        self.messages = {}
        self.open_test = None
        self.first_lost = None
        self.lost_in_a_row = 0
        self.stopped = None
        self.went_through = False
        self.block_errors = []

    def note(self, name, result, message=""):
        if self.tests.get(name) != "err":
            self.tests[name] = result
        if result == "err":
            self.messages[name] = message

    def culprit(self):
        """The test to leave out of the next run, or None if the run went through."""
        if self.stopped == "silent":
            return self.first_lost or self.open_test
        return self.first_lost if self.lost_in_a_row >= 2 else None


class Reader:
    """Turns the suite's lines into an Outcome."""

    def __init__(self):
        self.outcome = Outcome()
        self._failed = None
        self._text = []

    def line(self, text):
        match = LINE.match(text)
        if not match:
            self.outcome.went_through |= bool(DONE.match(text))
            if self._failed is not None or self._text:
                self._text.append(text)
            return
        self.close_failure()
        kind, rest = match.groups()
        outcome = self.outcome
        if kind == "testing":
            outcome.open_test = rest
        elif kind == "ok":
            outcome.note(OK_TAIL.sub("", rest), "ok")
            outcome.open_test = None
            if outcome.lost_in_a_row < 2:
                outcome.lost_in_a_row, outcome.first_lost = 0, None
        elif kind in ("err", "exception"):
            name = ERR_TAIL.sub("", rest)
            in_test = kind == "err" and name != rest
            self._failed = name if in_test else None
            self._text = [text]
        elif kind == "TIMEOUT":
            outcome.stopped = "silent"

    def close_failure(self):
        if not self._text:
            return
        outcome, message = self.outcome, "\n".join(self._text)
        name = self._failed or outcome.open_test
        if self._failed is not None:
            outcome.note(self._failed, "err", message)
        else:
            outcome.block_errors.append(message)
            if outcome.open_test is not None:
                outcome.note(outcome.open_test, "err", message)
        if LOST_SERVER.search(message):
            outcome.first_lost = outcome.first_lost or name
            outcome.lost_in_a_row += 1
        elif outcome.lost_in_a_row < 2:
            outcome.lost_in_a_row, outcome.first_lost = 0, None
        outcome.open_test, self._failed, self._text = None, None, []


def _write_external_config(tree, directory, port):
    lines = []
    with open(os.path.join(tree, "tests/assets/default.conf"), encoding="utf-8") as file:
        for line in file:
            if line.split(" ")[0] not in ("port", "dir", "pidfile", "save"):
                lines.append(line)
    lines += [f"\nport {port}\n", f"dir {directory}\n"]
    path = os.path.join(directory, "external.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)
    return path


def _answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def start_external(tree, directory, port, seconds):
    """Starts the server under test on `port`; returns its process or None if it never answers."""
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    config = _write_external_config(tree, directory, port)
    with open(os.path.join(directory, "stdout"), "wb") as log:
        process = subprocess.Popen([os.path.join(tree, "src/redis-server"), config], stdout=log,
                                   stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(port):
            return process
        time.sleep(0.05)
    end(process)
    return None


def end(process):
    """Kills a process and everything that it started, and waits for it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run_once(tree, unit, where, skipped, limits, log_path):
    """Runs `unit` in the copy `tree`; the options `where` say where the server is."""
    command = ["sh", "./runtest", "--single", unit, "--durable", "--clients", "1",
               "--timeout", str(limits.silent_s + 30), *where]
    for name in skipped:
        command += ["--skiptest", name]
    master, slave = pty.openpty()
    tty.setraw(slave)
    environment = dict(os.environ, TERM="dumb", LC_ALL="C.UTF-8")
    process = subprocess.Popen(command, cwd=tree, stdin=subprocess.DEVNULL, stdout=slave,
                               stderr=slave, env=environment, start_new_session=True)
    os.close(slave)
    try:
        with open(log_path, "ab") as log:
            log.write(f"\n##### {unit}, without {skipped}\n".encode())
            return _watch(process, master, log, limits)
    finally:
        end(process)
        os.close(master)


def _watch(process, master, log, limits):
    reader, rest = Reader(), b""
    start = last = time.monotonic()
    while True:
        ready, _, _ = select.select([master], [], [], 1.0)
        now = time.monotonic()
        if ready:
            try:
                data = os.read(master, 65536)
            except OSError:
                data = b""
            if not data:
                break
            last = now
            log.write(data)
            log.flush()
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                reader.line(line.rstrip(b"\r").decode("utf-8", "surrogateescape"))
        elif process.poll() is not None:
            break
        if now - last > limits.silent_s:
            reader.close_failure()
            reader.outcome.stopped = "silent"
            break
        if now - start > limits.unit_s:
            reader.close_failure()
            reader.outcome.stopped = "too long"
            break
    reader.close_failure()
    outcome = reader.outcome
    if not outcome.went_through:
        outcome.block_errors.append(f"the unit did not come to its end: {outcome.stopped}")
    if outcome.open_test is not None:
        outcome.note(outcome.open_test, "err", f"the run stopped here: {outcome.stopped}")
    return outcome
