#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures documents in a server beside PostgreSQL 15's jsonb, operation by operation in turn.

    tests/bench/compare_docs.py build/veddb-server build/tests/bench/docs/docs_bench
    tests/bench/compare_docs.py … --small                 20,000 orders, short rounds
    tests/bench/compare_docs.py … --rounds 5 --json out.json

The same driver runs both, over 127.0.0.1, a connection a thread, one request at a time; PostgreSQL's
statements are prepared. Only the one being measured runs. `everysec` stands beside
synchronous_commit off, `always` beside on. Before anything is timed both have to give the same
answers. Ratios are ours to PostgreSQL's, the median of the rounds' ratios: above 1 is better for
ops/s, below 1 for bytes. What the server cannot do yet is left out and named.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import measured
import postgres

INDEXES = {"customer": '{"customer.id":1}', "created": '{"created":1}'}
CHECKED_TURNS = 200
SCANS = ("count-scan", "group", "group-unwound", "pipeline")
WRITERS = 16


@dataclass(frozen=True)
class Case:
    """An operation of the driver with so many connections; the indexes that it is about."""
    operation: str
    threads: int
    indexes: tuple = ()
    durable: bool = False

    def title(self):
        return self.operation + (", durable" if self.durable else "")


CASES = (Case("get", 1), Case("get", 16),
         Case("find-equal", 1, ("customer",)), Case("find-equal", 16, ("customer",)),
         Case("find-range", 1, ("created",)), Case("find-range", 16, ("created",)),
         Case("increment", 16), Case("count-scan", 1), Case("count-indexed", 1, ("customer",)),
         Case("group", 1), Case("group-unwound", 1), Case("group-indexed", 1, ("customer",)),
         Case("pipeline", 1),
         Case("increment", 16, (), True))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="the server's binary")
    parser.add_argument("driver", help="the driver's binary, docs_bench")
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="of each run")
    parser.add_argument("--only", nargs="+", metavar="OPERATION",
                        help="these operations alone, after the load")
    parser.add_argument("--small", action="store_true", help="20,000 documents, 1 round of 1 s")
    parser.add_argument("--server-option", action="append", default=[], metavar="'NAME VALUE'")
    parser.add_argument("--dir", help="where the servers keep their data (default: /tmp)")
    parser.add_argument("--json", metavar="FILE", help="write every sample")
    options = parser.parse_args()
    if options.small:
        options.documents, options.rounds, options.seconds = 20_000, 1, 1
    return options


class Side:
    """One of the two servers and how the driver and we speak to it."""

    def __init__(self, server, kind, options):
        self.server, self._kind, self._options = server, kind, options

    def run(self, operation, threads=1, **settings):
        """One run of the driver; its line."""
        if self._kind == "postgres":
            settings["user"] = self.server.user
        command = [self._options.driver, self._kind, str(self.server.port), operation,
                   str(self._options.documents), f"threads={threads}",
                   *(f"{name}={value}" for name, value in settings.items())]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise measured.MeasureError(f"{' '.join(command[1:])}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def alone(self, work):
        """Runs `work` with only this server running, its background work included."""
        self.server.go()
        try:
            result = work()
            self.server.wait_until_quiet()
            return result
        finally:
            self.server.hold()


def command(server, *words):
    """A request to our server; its answer as redis-cli prints it."""
    done = subprocess.run(["redis-cli", "-e", "-p", str(server.port), *words],
                          capture_output=True, text=True, check=False)
    answer = (done.stdout + done.stderr).strip()
    if done.returncode != 0:
        raise measured.MeasureError(answer)
    return answer


def attempt(server, *words):
    """Why the server does not answer this request; nothing if it does."""
    try:
        command(server, *words)
    except measured.MeasureError as error:
        return str(error).split(",", maxsplit=1)[0]
    return ""


def create_our_indexes(server):
    """Seconds for all; or None and the reason if the server has none."""
    begun = time.monotonic()
    for keys in INDEXES.values():
        reason = attempt(server, "DOC.CREATEINDEX", "orders", keys)
        if reason:
            return None, reason
    return time.monotonic() - begun, ""


def queries_use_indexes(server):
    """Whether a query can be told to go by an index: then it goes by one of itself, too."""
    return not attempt(server, "DOC.COUNT", "orders", '{"customer.id":1}', "HINT", "customer.id_1")


def create_their_indexes(server):
    begun = time.monotonic()
    for statement in postgres.INDEXES.values():
        server.sql(statement)
    return time.monotonic() - begun


def table_head():
    return (f"{'operation':20} {'conn.':>5} {'ours/s':>10} {'postgres/s':>10} {'ratio':>6}   "
            f"{'p50 ms':>7} {'theirs':>7}   {'p99 ms':>7} {'theirs':>7}   ±")


def median(samples, part):
    return statistics.median(sample[part] for sample in samples)


def table_row(title, threads, ours, theirs):
    ratios = [our["ops"] / their["ops"] for our, their in zip(ours, theirs)]
    spread = (max(ratios) - min(ratios)) / 2 / statistics.median(ratios) * 100
    return (f"{title:20} {threads:5} {median(ours, 'ops'):10.0f} {median(theirs, 'ops'):10.0f} "
            f"{statistics.median(ratios):6.2f}   "
            f"{median(ours, 'p50_ms'):7.2f} {median(theirs, 'p50_ms'):7.2f}   "
            f"{median(ours, 'p99_ms'):7.2f} {median(theirs, 'p99_ms'):7.2f}   {spread:.0f}%")


class Comparison:
    """The two sides, and every sample taken."""

    def __init__(self, ours, theirs, options):
        self.ours, self.theirs, self.options = ours, theirs, options
        self.results = []
        self.have_indexes = False
        self.queries_use_indexes = False

    def both(self, title, threads, rounds, work):
        """Runs work(side, round) on both in turn, round by round, and prints the line."""
        samples = ([], [])
        for number in range(rounds):
            for side, list_ in zip((self.ours, self.theirs), samples):
                list_.append(side.alone(lambda side=side, number=number: work(side, number)))
        print(table_row(title, threads, *samples), flush=True)
        self.results.append({"operation": title, "connections": threads, "ours": samples[0],
                             "theirs": samples[1]})

    def insert(self, title, first, documents, durable=False):
        part = documents // self.options.rounds
        self.both(title, WRITERS, self.options.rounds,
                  lambda side, number: side.run("insert", WRITERS, first=first + number * part,
                                                turns=part, durable=int(durable)))
        return part * self.options.rounds

    def load(self):
        """All documents but the few that a division leaves, which come last, untimed."""
        done = self.insert("insert", 0, self.options.documents)
        rest = self.options.documents - done
        if rest:
            for side in (self.ours, self.theirs):
                side.alone(lambda side=side: side.run("insert", 1, first=done, turns=rest))

    def index(self):
        seconds, reason = self.ours.alone(lambda: create_our_indexes(self.ours.server))
        theirs = self.theirs.alone(lambda: create_their_indexes(self.theirs.server))
        self.theirs.alone(self.theirs.server.settle)
        self.have_indexes = seconds is not None
        if self.have_indexes:
            print(f"{'build 2 indexes':20}       {seconds:8.1f} s {theirs:8.1f} s "
                  f"{seconds / theirs:6.2f} of the time")
        else:
            print(f"{'build 2 indexes':20}       skipped: the server answers '{reason}'")

        self.queries_use_indexes = self.have_indexes and self.ours.alone(
            lambda: queries_use_indexes(self.ours.server))

    def can(self, case):
        return self.queries_use_indexes or not case.indexes

    def check(self):
        """Both have to answer alike."""
        for case in CASES:
            if not self.can(case):
                continue
            turns = 2 if case.operation in SCANS else CHECKED_TURNS
            answers = [side.alone(lambda side=side: side.run(case.operation, 1, turns=turns,
                                                             seed=7)["answers"])
                       for side in (self.ours, self.theirs)]
            if answers[0] != answers[1] or answers[0] == 0:
                raise measured.MeasureError(f"{case.operation}: {turns} turns give {answers[0]} "
                                            f"here and {answers[1]} in PostgreSQL")

    def run_case(self, case):
        if self.options.only and case.operation not in self.options.only:
            return
        if not self.can(case):
            print(f"{case.title():20} {case.threads:5} skipped: the server's queries use no indexes")
            return
        self.both(case.title(), case.threads, self.options.rounds,
                  lambda side, number: side.run(case.operation, case.threads,
                                                seconds=self.options.seconds, seed=number + 1,
                                                durable=int(case.durable)))

    def set_durable(self, durable):
        """Of our server; the driver tells PostgreSQL's sessions themselves."""
        policy = "always" if durable else "everysec"
        self.ours.alone(lambda: command(self.ours.server, "CONFIG", "SET", "appendfsync", policy))

    def disk(self):
        """The data alone (our store after SAVE; table, toast and indexes after VACUUM), and all."""
        def save():
            command(self.ours.server, "SAVE")
            self.ours.server.wait_until_quiet()
            return self.ours.server.disk_bytes("store"), self.ours.server.disk_bytes()
        ours = self.ours.alone(save)
        self.theirs.alone(self.theirs.server.settle)
        theirs = self.theirs.alone(lambda: (self.theirs.server.table_bytes(),
                                            self.theirs.server.disk_bytes()))
        for what, our, their in zip(("disk, data", "disk, with the log"), ours, theirs):
            print(f"{what:20}       {our / 1e6:7.1f} MB {their / 1e6:7.1f} MB {our / their:6.2f} "
                  "of the bytes")
            self.results.append({"operation": what, "ours": our, "theirs": their})

    def run(self):
        print(table_head(), flush=True)
        self.load()
        self.index()
        self.check()
        for case in CASES:
            if not case.durable:
                self.run_case(case)
        more = max(self.options.documents // 10, 1)
        first = self.options.documents
        if self.have_indexes:
            first += self.insert("insert, 2 indexes", first, more)
        else:
            print(f"{'insert, 2 indexes':20} {WRITERS:5} skipped: the server has no indexes")
        self.disk()
        self.set_durable(True)
        self.insert("insert, durable", first, more, True)
        for case in CASES:
            if case.durable:
                self.run_case(case)
        memory = [side.server.memory_mb() for side in (self.ours, self.theirs)]
        print(f"resident memory: ours {memory[0]:.0f} MB, postgres {memory[1]:.0f} MB")


def main():
    options = parse_arguments()
    if not postgres.is_installed():
        sys.exit("compare_docs: PostgreSQL 15 is needed (scripts/install-packages bench-docs)")
    for binary in (options.server, options.driver):
        if not os.access(binary, os.X_OK):
            sys.exit(f"compare_docs: there is no {binary}")
    our_options = ["appendfsync everysec", *options.server_option]
    with measured.MeasuredServer("ours", options.server, our_options, None, options.dir) as ours:
        with postgres.PostgresServer(options.dir) as theirs:
            print(f"{options.documents} orders, {options.rounds} rounds of {options.seconds} s")
            ours.hold()
            theirs.hold()
            comparison = Comparison(Side(ours, "veddb", options), Side(theirs, "postgres", options),
                                    options)
            comparison.run()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"options": vars(options), "results": comparison.results}, file, indent=1)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measured.MeasureError as error:
        sys.exit(f"compare_docs: {error}")
