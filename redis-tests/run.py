#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs Redis 7.0's own test suite, unit by unit, against a server.

    redis-tests/run.py --server build/veddb-server                     all units, spawned
    redis-tests/run.py --mode external unit/type/string unit/expire    two units, one server
    redis-tests/run.py --reference --mode spawn unit/scan              what redis-server passes

Fails when a test that redis-server passes does not pass here and is not in not-passing.txt.
README.md beside this file tells how it scores.
"""

import argparse
import concurrent.futures
import os
import queue
import shutil
import socket
import sys
import threading
import time

import score
import suite
import unit_run

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
RERUNS_MAX = 8
SERVER_START_S = 20
PORTS_PER_WORKER = 800
PORTS_FIRST = 11000


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("units", nargs="*", help="units (default: every one with a reference)")
    parser.add_argument("--server", default=os.path.join(ROOT, "build/veddb-server"))
    parser.add_argument("--mode", choices=["spawn", "external", "both"], default="spawn")
    parser.add_argument("--reference", action="store_true",
                        help="write what redis-server passes instead of judging a server")
    parser.add_argument("--only", action="append", default=[], metavar="TEST",
                        help="run only this test of the units (no score for the rest)")
    parser.add_argument("--strict", action="store_true", help="soften nothing in the copy")
    parser.add_argument("--jobs", type=int, default=2, help="units at once")
    parser.add_argument("--silent", type=int, default=120, dest="silent_s", metavar="SECONDS",
                        help="limit for a test that says nothing")
    parser.add_argument("--unit-limit", type=int, default=900, dest="unit_s", metavar="SECONDS")
    parser.add_argument("--work", default=os.path.join(ROOT, "build/redis-tests"))
    parser.add_argument("--list-failing", action="store_true",
                        help="print lines for not-passing.txt, the reason left open")
    options = parser.parse_args()
    options.work = os.path.abspath(options.work)
    return options


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Worker:
    """A private copy of the suite and a range of ports; runs one unit at a time."""

    def __init__(self, number, source, options):
        self._options = options
        self.tree = os.path.join(options.work, f"tree-{os.getpid()}-{number}")
        self._port = PORTS_FIRST + (os.getpid() % 5) * 1800 + number * (PORTS_PER_WORKER + 100) + 40
        suite.lay_out(source, self.tree, options.server, options.strict)

    def run(self, mode, unit):
        """All results of a unit: names to ok/err, messages, seconds."""
        start = time.monotonic()
        log = os.path.join(self._options.work, "logs", mode, unit.replace("/", "-") + ".log")
        os.makedirs(os.path.dirname(log), exist_ok=True)
        open(log, "wb").close()
        results, messages, culprits = {}, {}, []
        for _ in range(RERUNS_MAX + 1):
            outcome = self._run_once(mode, unit, culprits, log)
            for name, result in outcome.tests.items():
                results[name] = result
            messages.update(outcome.messages)
            for block_error in outcome.block_errors:
                messages.setdefault("outside of any test", block_error)
            culprit = outcome.culprit()
            if culprit is None or culprit in culprits:
                break
            culprits.append(culprit)
        for name in culprits:
            results[name] = "err"
            messages[name] = "took the server down or hung\n" + messages.get(name, "")
        stable = {}
        for name, result in results.items():
            name = score.stable_name(unit, name)
            stable[name] = "err" if stable.get(name) == "err" else result
        return stable, messages, time.monotonic() - start

    def _run_once(self, mode, unit, culprits, log):
        skipped = list(culprits)
        ports = ["--baseport", str(self._port), "--portcount", str(PORTS_PER_WORKER)]
        if mode == "spawn":
            return self._suite_run(unit, ports, skipped, log)
        port = free_port()
        directory = os.path.join(self.tree, "tests", "tmp", f"external.{port}")
        process = unit_run.start_external(self.tree, directory, port, SERVER_START_S)
        if process is None:
            outcome = unit_run.Outcome()
            with open(os.path.join(directory, "stdout"), errors="replace") as text:
                outcome.block_errors.append("the server does not start:\n" + text.read()[-2000:])
            return outcome
        try:
            where = [*ports, "--host", "127.0.0.1", "--port", str(port), "--tags",
                     " ".join(unit_run.DENIED_EXTERNAL)]
            return self._suite_run(unit, where, skipped + unit_run.SKIPPED_EXTERNAL, log)
        finally:
            unit_run.end(process)
            shutil.rmtree(directory, ignore_errors=True)

    def _suite_run(self, unit, where, skipped, log):
        for name in self._options.only:
            where = where + ["--only", name]
        return unit_run.run_once(self.tree, unit, where, skipped, self._options, log)


def printable(text):
    """Text of a test's failure as one may print it: keys and values in it are any bytes."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)


def report(unit_score, options, printing):
    with printing:
        print(unit_score.line(), flush=True)
        for name in unit_score.unlisted:
            kind = "failed" if name in unit_score.failed else "not run"
            print(f"    NOT LISTED, {kind}: {name}")
            message = printable(unit_score.messages.get(name, "")).split("\n")
            for line in message[1:4]:
                print(f"        {line[:200]}")
        outside = unit_score.messages.get("outside of any test")
        if outside and unit_score.unlisted:
            text = printable(outside[:400]).replace("\n", "\n        ")
            print(f"    outside of any test:\n        {text}")
        for name in unit_score.listed_but_pass:
            print(f"    listed, but passes: {name}")
        for name in unit_score.listed_unknown:
            print(f"    listed, but unknown to the reference: {name}")
        if options.list_failing:
            for name in unit_score.failed + unit_score.not_run:
                print(f"{unit_score.mode} {unit_score.unit} :: {name} :: ")
        sys.stdout.flush()


def summary(scores, not_passing):
    passed, failed, not_run = (sum(len(getattr(one, part)) for one in scores)
                               for part in ("passed", "failed", "not_run"))
    unlisted = sum(len(one.unlisted) for one in scores)
    print(f"\nredis-tests: {passed} of {passed + failed + not_run} passed, {failed} failed, "
          f"{not_run} not run; {unlisted} of these not in not-passing.txt")
    shrink = sum(len(one.listed_but_pass) for one in scores
                 if not not_passing.whole_unit(one.mode, one.unit))
    if shrink:
        print(f"redis-tests: {shrink} listed tests pass: take them off the list")
    return 1 if unlisted else 0


def list_jobs(options, modes, reference):
    """The (mode, unit) pairs to run; a unit without tests in a mode is left out there."""
    known = {mode: reference.units(mode) for mode in ("spawn", "external")}
    if options.reference:
        return [(mode, unit) for mode in modes for unit in options.units or known[mode]]
    unknown = [unit for unit in options.units if not any(unit in units for units in known.values())]
    if unknown:
        sys.exit(f"redis-tests: no reference for {unknown}; make it with --reference")
    return [(mode, unit) for mode in modes for unit in options.units or known[mode]
            if unit in known[mode]]


def run_all(jobs, workers, finish):
    """Runs (mode, unit) jobs, one a worker at a time; `finish` gets each as it ends."""
    idle = queue.Queue()
    for worker in workers:
        idle.put(worker)

    def one(job):
        worker = idle.get()
        try:
            return finish(*job, *worker.run(*job))
        finally:
            idle.put(worker)

    with concurrent.futures.ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(one, jobs))


def main():
    options = parse_arguments()
    reference = score.Reference(os.path.join(HERE, "reference"))
    not_passing = score.NotPassing(os.path.join(HERE, "not-passing.txt"))
    if options.reference:
        options.server = shutil.which("redis-server") or "/usr/bin/redis-server"
    modes = ["spawn", "external"] if options.mode == "both" else [options.mode]
    if not os.access(options.server, os.X_OK):
        sys.exit(f"redis-tests: no server at {options.server}")
    jobs = list_jobs(options, modes, reference)
    printing = threading.Lock()

    def finish(mode, unit, results, messages, seconds):
        if options.reference:
            names = [name for name, result in results.items() if result == "ok"]
            reference.write(mode, unit, names)
            with printing:
                print(f"{mode:8} {unit:36} {len(names):4} pass of {len(results):4}  "
                      f"({seconds:.0f} s)")
                for name in sorted(set(results) - set(names)):
                    print(f"    not in the reference: {name}")
                if "outside of any test" in messages:
                    print(f"    outside of any test: {messages['outside of any test'][:400]}")
                sys.stdout.flush()
            return None
        result = score.UnitScore(mode, unit, results, messages, seconds, reference, not_passing)
        if options.only:
            touched = set(results)
            result.not_run = [name for name in result.not_run if name in touched]
            result.unlisted = [name for name in result.unlisted if name in touched]
        report(result, options, printing)
        return result

    source = suite.fetch(options.work)
    workers = [Worker(i, source, options) for i in range(max(1, min(options.jobs, len(jobs))))]
    try:
        scores = run_all(jobs, workers, finish)
    finally:
        for worker in workers:
            shutil.rmtree(worker.tree, ignore_errors=True)
    return 0 if options.reference else summary(scores, not_passing)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (suite.SuiteError, score.ListError) as error:
        sys.exit(f"redis-tests: {error}")
