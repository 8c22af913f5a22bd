#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures a server beside redis-server with redis-benchmark, round by round in turn.

    tests/bench/compare.py build/veddb-server
    tests/bench/compare.py build/veddb-server --tests get,set --cases c50P1 --rounds 9
    tests/bench/compare.py build/veddb-server --server-option 'shards 1' --json out.json

redis-server runs with `appendonly yes, appendfsync everysec`. Both hold the same preloaded keys,
both may use the same CPUs, and only the one being measured runs. CPU time is that of all threads of
the server, with the background work that it still does after a run. Ratios are the median of the
rounds' ratios, ours : redis-server's; above 1 is better for ops/s, below 1 for CPU and latency.
"""

import argparse
import csv
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass

import measured

REDIS_OPTIONS = ["save ''", "appendonly yes", "appendfsync everysec"]
TESTS = {"get": "get", "set": "set", "incr": "incr", "mset": "mset", "ping": "ping_mbulk",
         "hset": "hset", "lpush": "lpush", "rpop": "rpop", "sadd": "sadd", "zadd": "zadd"}
DEFAULT_TESTS = "get,set,incr,mset,ping"


@dataclass(frozen=True)
class Case:
    """How redis-benchmark drives a test: connections, pipeline depth, requests a run."""
    name: str
    clients: int
    pipeline: int
    requests: int


CASES = {case.name: case for case in (Case("c50P1", 50, 1, 200_000),
                                      Case("c50P16", 50, 16, 1_000_000),
                                      Case("c1P1", 1, 1, 50_000))}


@dataclass
class Sample:
    """One run: requests a second, microseconds of server CPU a request, latencies of requests."""
    ops: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="the server's binary")
    parser.add_argument("--tests", default=DEFAULT_TESTS, help=f"of {','.join(TESTS)}")
    parser.add_argument("--cases", default=",".join(CASES), help=f"of {','.join(CASES)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, help="requests a run, instead of each case's own")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=64, help="bytes of a value")
    parser.add_argument("--server-option", action="append", default=[], metavar="'NAME VALUE'")
    parser.add_argument("--redis-option", action="append", default=[], metavar="'NAME VALUE'")
    parser.add_argument("--cpus", default="", help="CPUs of both servers, as 0,1 (default: all)")
    parser.add_argument("--client-cpus", default="", help="CPUs of redis-benchmark")
    parser.add_argument("--threads", type=int, default=0, help="threads of redis-benchmark")
    parser.add_argument("--dir", help="where the servers keep their data (default: /tmp)")
    parser.add_argument("--json", metavar="FILE", help="write every sample")
    return parser.parse_args()


def chosen(text, known, what):
    names = [name for name in text.split(",") if name]
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        sys.exit(f"compare: no such {what}: {wrong}; there are {', '.join(known)}")
    return [known[name] if what == "case" else name for name in names]


def cpu_set(text):
    return {int(number) for number in text.split(",")} if text else None


def run_benchmark(server, test, case, options):
    """One run of redis-benchmark; returns requests a second and the latencies p50 and p99."""
    requests = options.requests or case.requests
    command = ["redis-benchmark", "-h", "127.0.0.1", "-p", str(server.port), "--csv",
               "-t", TESTS[test], "-n", str(requests), "-c", str(case.clients),
               "-P", str(case.pipeline), "-d", str(options.size), "-r", str(options.keys)]
    if options.threads:
        command += ["--threads", str(options.threads)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600,
                            preexec_fn=measured.pin(cpu_set(options.client_cpus)))
    rows = list(csv.reader(io.StringIO(result.stdout)))
    values = [row for row in rows if len(row) > 1 and row[0] != "test"]
    if result.returncode != 0 or len(values) != 1:
        raise measured.MeasureError(f"redis-benchmark -t {test} on {server.name}: "
                                    f"{result.stdout[-500:]}{result.stderr[-500:]}")
    # "test","rps","avg_latency_ms","min","p50","p95","p99","max"
    return float(values[0][1]), float(values[0][4]), float(values[0][6])


def measure(server, test, case, options):
    """Lets `server` run alone for one sample."""
    server.go()
    before = server.cpu_s()
    ops, p50_ms, p99_ms = run_benchmark(server, test, case, options)
    server.wait_until_quiet()
    cpu_s = server.cpu_s() - before
    server.hold()
    return Sample(ops, cpu_s * 1e6 / (options.requests or case.requests), p50_ms, p99_ms)


def spread(values):
    """Half the distance of the extremes in percent of the median."""
    middle = statistics.median(values)
    return (max(values) - min(values)) / 2 / middle * 100 if middle else 0.0


def paired_ratio(ours, theirs, part):
    """The median of the rounds' own ratios: what slows the machine for a while slows both."""
    ratios = [getattr(our, part) / getattr(their, part) for our, their in zip(ours, theirs)
              if getattr(their, part)]
    return statistics.median(ratios) if ratios else float("nan")


def row(test, case, ours, theirs):
    """The medians of a test and the ratios, as a line of the table."""
    our_ops, their_ops = (statistics.median(s.ops for s in samples) for samples in (ours, theirs))
    our_cpu, their_cpu = (statistics.median(s.cpu_us for s in samples)
                          for samples in (ours, theirs))
    noise = max(spread([s.ops for s in samples]) for samples in (ours, theirs))
    ops_ratio, cpu_ratio, p50_ratio, p99_ratio = (
        paired_ratio(ours, theirs, part) for part in ("ops", "cpu_us", "p50_ms", "p99_ms"))
    return (f"{test:6} {case.name:7} {our_ops:11.0f} {their_ops:11.0f} {ops_ratio:6.2f}   "
            f"{our_cpu:7.2f} {their_cpu:7.2f} {cpu_ratio:6.2f}   {p50_ratio:6.2f} {p99_ratio:6.2f}   "
            f"±{noise:.0f}%")


def compare(ours, theirs, options, tests, cases):
    """Runs every test in turns; prints a line for each; returns all samples."""
    head = (f"{'test':6} {'case':7} {'ops/s ours':>11} {'redis':>11} {'ratio':>6}   "
            f"{'µs ours':>7} {'redis':>7} {'ratio':>6}   {'p50':>6} {'p99':>6}   spread")
    print(head, flush=True)
    results = []
    for case in cases:
        for test in tests:
            samples = {ours.name: [], theirs.name: []}
            for _ in range(options.rounds):
                for server in (ours, theirs):
                    samples[server.name].append(measure(server, test, case, options))
            print(row(test, case, samples[ours.name], samples[theirs.name]), flush=True)
            results.append({"test": test, "case": asdict(case),
                            "samples": {name: [asdict(sample) for sample in list_]
                                        for name, list_ in samples.items()}})
    return results


def start(name, binary, options, extra):
    """A loaded server, held until it is measured."""
    server = measured.MeasuredServer(name, binary, extra, cpu_set(options.cpus), options.dir)
    server.__enter__()
    try:
        server.load(options.keys, options.size)
        server.wait_until_quiet()
        server.hold()
    except BaseException:
        server.__exit__()
        raise
    return server


def main():
    options = parse_arguments()
    tests = chosen(options.tests, TESTS, "test")
    cases = chosen(options.cases, CASES, "case")
    redis = shutil.which("redis-server")
    if not redis or not shutil.which("redis-benchmark"):
        sys.exit("compare: redis-server and redis-benchmark are needed "
                 "(scripts/install-packages bench)")
    if not os.access(options.server, os.X_OK):
        sys.exit(f"compare: no server at {options.server}")
    ours = start("ours", options.server, options, options.server_option)
    try:
        theirs = start("redis", redis, options, REDIS_OPTIONS + options.redis_option)
        try:
            print(f"{options.rounds} rounds, {options.keys} keys of {options.size} bytes; memory "
                  f"ours {ours.memory_mb():.0f} MB, redis {theirs.memory_mb():.0f} MB")
            results = compare(ours, theirs, options, tests, cases)
        finally:
            theirs.__exit__()
    finally:
        ours.__exit__()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"options": vars(options), "results": results}, file, indent=1)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measured.MeasureError as error:
        sys.exit(f"compare: {error}")
