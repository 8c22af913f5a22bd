# SPDX-License-Identifier: BSD-3-Clause
"""PostgreSQL 15 under measurement: a cluster of its own in a temporary directory, on a free port of
127.0.0.1, with the table orders(id, doc) in it. Looks like measured.MeasuredServer.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

import measured

BINARIES = "/usr/lib/postgresql/15/bin"
STOP_S = 60
# Beside these everything is PostgreSQL's default, autovacuum and parallel workers included.
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",  # its manual's advice for disks without moving parts
    "synchronous_commit": "off",  # as `appendfsync everysec`; durable sessions set it on
    "max_connections": "50",
    "jit": "off",  # it costs more than it gains where a query takes less than a second
}
TABLE = "CREATE TABLE orders (id bigint PRIMARY KEY, doc jsonb NOT NULL)"
INDEXES = {
    "customer": "CREATE INDEX ON orders (((doc->'customer'->>'id')::bigint))",
    "created": "CREATE INDEX ON orders ((doc->>'created'))",
}


def is_installed():
    return os.access(f"{BINARIES}/initdb", os.X_OK)


class PostgresServer:
    """One cluster. Use as a context manager: it is ended and its directory removed."""

    name = "postgres"

    def __init__(self, parent_dir=None):
        # PostgreSQL refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.port = measured.free_port()
        self._directory = tempfile.mkdtemp(prefix="bench-postgres-", dir=parent_dir)
        self._data = os.path.join(self._directory, "data")
        self._process = None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _become(self):
        """A preexec function that changes to the user of the cluster."""
        account = pwd.getpwnam(self.user)
        if account.pw_uid == os.geteuid():
            return None

        def change():
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)

        return change

    def _start(self):
        shutil.chown(self._directory, self.user)
        made = subprocess.run([f"{BINARIES}/initdb", "-D", self._data, "-A", "trust", "-N",
                               "--locale=C.UTF-8"], capture_output=True, text=True, check=False,
                              cwd=self._directory, preexec_fn=self._become())
        if made.returncode != 0:
            raise measured.MeasureError(f"initdb: {made.stderr[-1000:]}")
        settings = {"port": str(self.port), **SETTINGS}
        with open(os.path.join(self._data, "postgresql.conf"), "a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        with open(os.path.join(self._directory, "log"), "wb") as log:
            self._process = subprocess.Popen([f"{BINARIES}/postgres", "-D", self._data], stdout=log,
                                             stderr=log, stdin=subprocess.DEVNULL,
                                             cwd=self._directory, preexec_fn=self._become())
        deadline = time.monotonic() + measured.START_S
        ready = [f"{BINARIES}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise measured.MeasureError("PostgreSQL does not start")
            time.sleep(0.1)
        self.sql(TABLE)

    def __exit__(self, *_):
        if self._process is not None and self._process.poll() is None:
            self.go()
            self._process.send_signal(signal.SIGINT)  # its fast way to end
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def sql(self, text):
        """Runs a statement; its answer as text."""
        done = subprocess.run([f"{BINARIES}/psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p",
                               str(self.port), "-U", self.user, "-d", "postgres", "-c", text],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise measured.MeasureError(f"PostgreSQL: {text}: {done.stderr}")
        return done.stdout.strip()

    def _processes(self):
        """The postmaster and all of its children."""
        pid = self._process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            return [pid, *(int(child) for child in file.read().split())]

    def _each(self, what):
        total = 0
        for pid in self._processes():
            try:
                total += what(pid)
            except (FileNotFoundError, ProcessLookupError):  # it has ended
                pass
        return total

    def _signal(self, number):
        for pid in self._processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def hold(self):
        self._signal(signal.SIGSTOP)

    def go(self):
        self._signal(signal.SIGCONT)

    def cpu_s(self):
        return self._each(measured.process_cpu_s)

    def memory_mb(self):
        """Without counting shared buffers once for each process."""
        own = self._each(lambda pid: measured.process_memory_mb(pid, "RssAnon:"))
        shared = max(measured.process_memory_mb(pid, "RssShmem:") for pid in self._processes())
        return own + shared

    def wait_until_quiet(self):
        measured.wait_until_quiet(self)

    def settle(self):
        """What its documentation advises after a load: statistics, visible rows, a checkpoint."""
        self.sql("VACUUM ANALYZE orders")
        self.sql("CHECKPOINT")

    def table_bytes(self):
        return int(self.sql("SELECT pg_total_relation_size('orders')"))

    def disk_bytes(self):
        return measured.tree_bytes(self._directory)
