#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs wire transcripts (*.resp) against a server over a matrix of protocols, shards and restarts.

    tests/wire/run.py --server build/veddb-server              everything
    tests/wire/run.py --server build/veddb-server -k string/set   one, or all with this in the path
    tests/wire/run.py --server /usr/bin/redis-server --fill F.resp  write the missing replies of F

Against redis-server (kill -9 and restart included) it shows that the transcripts tell the truth.
"""

import argparse
import concurrent.futures
import os
import random
import sys
import time
from dataclasses import dataclass

import codec
import fill
import notation
import servers
import session
import transcript

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Run:
    """One cell of the matrix for one file."""
    path: str
    protocol: int
    shards: int
    restart: bool

    def label(self):
        return f"RESP{self.protocol} shards {self.shards} {'restart' if self.restart else 'live'}"


@dataclass
class Result:
    """What one run came to: how many cases, the failures as text."""
    cases: int
    failures: list


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="transcripts (default: all under tests/wire)")
    parser.add_argument("--server", required=True)
    parser.add_argument("-k", default="", metavar="TEXT", help="only paths that contain TEXT")
    parser.add_argument("-v", action="store_true", help="a line for each run")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--protocol", type=int, choices=[2, 3], help="only this protocol")
    parser.add_argument("--shards", type=int, help="only this number of shards")
    parser.add_argument("--live", action="store_true", help="no restarts")
    parser.add_argument("--restarts-max", type=int, default=8, help="in a file restarted anywhere")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="picks restart points")
    parser.add_argument("--fill", action="store_true",
                        help="write the server's replies where a transcript has none")
    return parser.parse_args()


def find_files(options):
    if options.files:
        return [os.path.abspath(path) for path in options.files]
    found = []
    for folder, _, names in os.walk(HERE):
        found += [os.path.join(folder, name) for name in names if name.endswith(".resp")]
    exact = os.path.join(HERE, options.k + ".resp")
    if exact in found:
        return [exact]
    return sorted(path for path in found if options.k in os.path.relpath(path, HERE))


def matrix(script, options):
    """The runs of a file. redis-server has no shards: one column stands for it."""
    kind = servers.kind_of(options.server)
    if script.only and script.only != kind:
        return []
    shards = script.shards if kind == "veddb" else script.shards[:1]
    restarts = [False, True] if script.can_restart() and not options.live else [False]
    return [Run(script.path, protocol, count, restart)
            for protocol in script.protocols if options.protocol in (None, protocol)
            for count in shards if options.shards in (None, count)
            for restart in restarts]


def restart_points(script, options):
    """The indices of cases before which the server is killed in a restarted run."""
    if script.restart != "anywhere":
        return {i for i, case in enumerate(script.cases) if transcript.is_restart(case)}
    random_points = random.Random(f"{options.seed} {os.path.basename(script.path)}")
    candidates = range(1, len(script.cases))
    return set(random_points.sample(candidates, min(options.restarts_max, len(candidates))))


def run_one(script, run, options):
    """Runs all cases of a file in one cell of the matrix."""
    failures, cases = [], 0
    where = f"[{run.label()}]"
    points = restart_points(script, options) if run.restart else set()
    server = None
    try:
        server = servers.Server(options.server, run.shards, script.config)
        client = session.Session(server.port, run.protocol)
        for index, case in enumerate(script.cases):
            if index in points:
                client.close_all()
                server.restart()
            if transcript.is_restart(case):
                continue
            cases += 1
            for failure in client.run_case(case):
                failures.append(f"{where} {failure.text(os.path.relpath(script.path))}")
            if server.died():
                raise servers.ServerError(f"ended in the case at line {case[0].line}:\n"
                                          f"{server.log()}")
        client.close_all()
        server.end_well()
    except (servers.ServerError, notation.NotationError, codec.Closed) as error:
        failures.append(f"{where} {os.path.relpath(script.path)}: {error}")
    finally:
        if server is not None:
            server.close()
    return Result(cases, failures)


def run_matrix(scripts, options):
    """Runs everything; returns the number of cases run and the failures."""
    jobs = [(script, run) for script in scripts for run in matrix(script, options)]
    cases, failed = 0, []
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        futures = {pool.submit(run_one, script, run, options): (script, run)
                   for script, run in jobs}
        for future in concurrent.futures.as_completed(futures):
            script, run = futures[future]
            result = future.result()
            cases += result.cases
            failed += result.failures
            if options.v:
                name = os.path.relpath(script.path, HERE)
                print(f"{'FAILED' if result.failures else 'ok':6} {name} [{run.label()}] "
                      f"{result.cases} cases", flush=True)
            for failure in result.failures:
                print(failure, flush=True)
    return len(jobs), cases, failed


def main():
    options = parse_arguments()
    if not os.access(options.server, os.X_OK):
        sys.exit(f"wire: no server at {options.server}")
    paths = find_files(options)
    if not paths:
        sys.exit("wire: no transcript matches")
    try:
        if options.fill:
            for path in paths:
                print(f"{os.path.relpath(path)}: {fill.fill(path, options.server)} replies written")
            return 0
        scripts = [transcript.load(path) for path in paths]
    except notation.NotationError as error:
        sys.exit(f"wire: {error}")
    start = time.monotonic()
    runs, cases, failed = run_matrix(scripts, options)
    print(f"wire: {len(scripts)} transcripts, {runs} runs, {cases} cases, {len(failed)} failed "
          f"({time.monotonic() - start:.1f} s, seed {options.seed})")
    return 1 if failed or cases == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
