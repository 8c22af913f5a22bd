# SPDX-License-Identifier: BSD-3-Clause
"""A server under measurement: started on a free port in its own directory, loaded, stopped and
continued, and its CPU time read.

Of two servers on one machine only the one being measured may run: the other is held with SIGSTOP,
so that its background work cannot slow its rival down. That work then falls into its own time.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_S = 60
QUIET_CPU_S = 0.01
QUIET_WINDOW_S = 0.4
QUIET_LIMIT_S = 20
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
LOAD_BATCH = 2000


class MeasureError(Exception):
    """A server or redis-benchmark did not do what a measurement needs."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pin(cpus):
    """A preexec function that keeps a process on `cpus`, or None for all of them."""
    return (lambda: os.sched_setaffinity(0, cpus)) if cpus else None


def wait_until_quiet(server):
    """Waits (bounded) until a server does next to nothing."""
    deadline = time.monotonic() + QUIET_LIMIT_S
    before = server.cpu_s()
    while time.monotonic() < deadline:
        time.sleep(QUIET_WINDOW_S)
        now = server.cpu_s()
        if now - before <= QUIET_CPU_S:
            return
        before = now


def tree_bytes(directory):
    """The disk blocks of all files below a directory, in bytes."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
            except FileNotFoundError:  # removed while we looked
                pass
    return total


def process_cpu_s(pid):
    """CPU seconds of all threads of a process so far, and of children that have ended."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    user, system, child_user, child_system = (int(field) for field in fields[11:15])
    return (user + system + child_user + child_system) / TICKS_PER_S


def process_memory_mb(pid, field="VmRSS:"):
    """Resident memory of a process."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith(field):
                return int(line.split()[1]) / 1024
    return 0.0


class MeasuredServer:
    """One server process. Use as a context manager: it is killed and its directory removed."""

    def __init__(self, name, binary, options, cpus, parent_dir=None):
        self.name = name
        self.port = free_port()
        self._directory = tempfile.mkdtemp(prefix=f"bench-{name}-", dir=parent_dir)
        config = os.path.join(self._directory, "bench.conf")
        lines = ["bind 127.0.0.1", f"port {self.port}", f"dir {self._directory}", *options]
        with open(config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        self._log = os.path.join(self._directory, "stdout")
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen([os.path.abspath(binary), config], stdout=log,
                                             stderr=log, stdin=subprocess.DEVNULL,
                                             preexec_fn=pin(cpus))

    def __enter__(self):
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(16).startswith(b"+PONG"):
                        return self
            except OSError:
                pass
            time.sleep(0.02)
        with open(self._log, encoding="utf-8", errors="replace") as log:
            text = log.read()[-2000:]
        self.__exit__()
        raise MeasureError(f"{self.name} does not start:\n{text}")

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def hold(self):
        self._process.send_signal(signal.SIGSTOP)

    def go(self):
        self._process.send_signal(signal.SIGCONT)

    def cpu_s(self):
        return process_cpu_s(self._process.pid)

    def memory_mb(self):
        return process_memory_mb(self._process.pid)

    def wait_until_quiet(self):
        """Waits (bounded) for the background work of a run, so that it is counted to that run."""
        wait_until_quiet(self)

    def disk_bytes(self, folder=""):
        """What all of its files take, or those of a folder of its data."""
        return tree_bytes(os.path.join(self._directory, folder))

    def load(self, keys, size):
        """Sets every key that redis-benchmark -r KEYS can draw: the GETs find a value."""
        value = b"$%d\r\n%s\r\n" % (size, b"x" * size)
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            for first in range(0, keys, LOAD_BATCH):
                last = min(first + LOAD_BATCH, keys)
                connection.sendall(b"".join(
                    b"*3\r\n$3\r\nSET\r\n$16\r\nkey:%012d\r\n%s" % (number, value)
                    for number in range(first, last)))
                expected = 5 * (last - first)
                answer = b""
                while len(answer) < expected:
                    part = connection.recv(65536)
                    if not part:
                        raise MeasureError(f"{self.name} closed the connection while loading")
                    answer += part
                if answer != b"+OK\r\n" * (last - first):
                    raise MeasureError(f"{self.name} refuses to load: {answer[:100]!r}")
