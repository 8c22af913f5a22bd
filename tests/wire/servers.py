# SPDX-License-Identifier: BSD-3-Clause
"""Starts the server under test on a free port in a directory of its own, kills and restarts it."""

import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

# Where servers leave what their sanitizer reports (tests/sanitizers), empty without one.
REPORTS = os.environ.get("VEDDB_SANITIZER_REPORTS", "")
START_S = 180 if REPORTS else 30
END_S = 180
ATTEMPTS = 5


class ServerError(Exception):
    """The server did not start, or ended by itself."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def kind_of(binary):
    """'redis' for redis-server, else 'veddb'."""
    return "redis" if os.path.basename(os.path.realpath(binary)).startswith("redis") else "veddb"


class Server:
    """One server process; kept across `restart`, gone with its directory after `close`."""

    def __init__(self, binary, shards, config):
        self._binary = os.path.abspath(binary)
        self._directory = tempfile.mkdtemp(prefix="veddb-wire-")
        self._lines = ["bind 127.0.0.1", f"dir {self._directory}", "enable-debug-command yes",
                       *config]
        if kind_of(binary) == "redis":
            self._lines += ["save ''", "appendonly yes", "enable-protected-configs yes"]
        else:
            self._lines += [f"shards {shards}"]
        self._process = None
        self.port = 0
        for attempt in range(ATTEMPTS):
            self.port = free_port()
            try:
                self._start()
                return
            except ServerError:
                if attempt + 1 == ATTEMPTS or "in use" not in self.log():
                    self.close()
                    raise

    def _start(self):
        config = os.path.join(self._directory, "test.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write("\n".join([*self._lines, f"port {self.port}"]) + "\n")
        with open(os.path.join(self._directory, "stdout"), "ab") as log:
            self._process = subprocess.Popen([self._binary, config], cwd=self._directory,
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise ServerError(f"ended at start with {self._process.returncode}:\n{self.log()}")
            if self._answers():
                return
            time.sleep(0.005)
        raise ServerError(f"does not answer after {START_S} s:\n{self.log()}")

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    def log(self):
        """The end of what the server wrote."""
        try:
            with open(os.path.join(self._directory, "stdout"), encoding="utf-8",
                      errors="replace") as file:
                return file.read()[-3000:]
        except FileNotFoundError:
            return ""

    def died(self):
        return self._process.poll() is not None

    def restart(self):
        """kill -9, then the same server on the same directory and port."""
        if self.died():
            raise ServerError(f"ended by itself with {self._process.returncode}:\n{self.log()}")
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._start()

    def end_well(self):
        """In a build with a sanitizer: SIGTERM, since leaks are looked for at a good end only."""
        if not REPORTS or self._process is None or self.died():
            return
        self._process.terminate()
        try:
            code = self._process.wait(END_S)
        except subprocess.TimeoutExpired as error:
            raise ServerError(f"does not end within {END_S} s:\n{self.log()}") from error
        if code != 0:
            raise ServerError(f"ended with {code}:\n{self.log()}\n{self._report()}")

    def _report(self):
        """What the sanitizer reported in the last process."""
        texts = []
        for path in glob.glob(os.path.join(REPORTS, f"*.{self._process.pid}")):
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
        return "\n".join(texts)

    def close(self):
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)
