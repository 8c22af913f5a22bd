#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A night of torture: every kind of crash, fault and random history, each for its part of the time.

A part is a program that is run again and again, each time with the next seed, until its time is
over. A line a part tells what it did; the output of each stays in its file below --logs. The exit
code is 1 if anything was found.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import time


class Part:
    """`command` has {seed} and {seconds} filled in; `figures` finds numbers to add up."""

    def __init__(self, name, share, command, figures, environment=None):
        self.name = name
        self.share = share
        self.command = command
        self.figures = figures
        self.environment = environment or {}


def parts(options):
    """Every part that can be run with what is built."""
    server = os.path.join(options.build, "veddb-server")
    tests = os.path.join(options.build, "tests")
    torture = [os.path.join(tests, "torture/veddb-torture"), "--seed", "{seed}", "--seconds",
               "{seconds}"]
    counted = {"cycles": r"(\d+) passed", "acknowledged writes": r"(\d+) acknowledged"}
    faults = os.path.join(tests, "faults/veddb-faults")
    found = [
        Part("kill-9", 3, torture + ["--server", server], counted),
        Part("kill-points", 3,
             torture + ["--kill-points", "--server",
                        os.path.join(options.killpoints, "veddb-server")], counted),
        Part("disk-full", 1, [os.path.join(tests, "system/veddb_system_test"),
                              "--gtest_filter=DiskFull*"],
             {"fill and free cycles": r"(\d+) fill and free cycles"},
             {"VEDDB_DISK_FULL_CYCLES": "20"}),
        Part("consistency", 2, [os.path.join(tests, "consistency/veddb-consistency"), "--server",
                                server, "--histories", "5", "--seed", "{seed}"],
             {"operations": r": (\d+) operations"}),
        Part("differential", 1, [os.path.join(tests, "differential/veddb-differential"),
                                 "--server", server, "--commands", "200000", "--seed", "{seed}"],
             {"commands": r"(\d+) commands in"}),
    ]
    # Every 61st call to the disk, with another seed others; the rest as many as a minute allows.
    amounts = {"power-loss": ["--cycles", "1000000", "--minutes", "1"], "nth-fault": ["--stride", "61"],
               "bit-flips": ["--cycles", "1000000", "--minutes", "1"]}
    for campaign, amount in amounts.items() if os.path.exists(faults) else ():
        found.append(Part(campaign, 1, [faults, campaign, "--seed", "{seed}"] + amount,
                          {"cases": r"(\d+) (?:cases|sessions|flips)"}))
    if os.path.exists(os.path.join(options.fuzz, "tests/fuzz/veddb-fuzz")):
        found.append(Part("fuzz", 2, [sys.executable, "tests/fuzz/run.py", "--build",
                                      options.fuzz, "--seconds", "10"],
                          {"targets without a finding": r"(no) finding"}))
    return [part for part in found if not options.only or part.name in options.only]


def count(pattern, text):
    """The sum of the numbers found; words count one each."""
    return sum(int(found) if found.isdigit() else 1 for found in re.findall(pattern, text))


def run(part, seconds, seed, logs):
    """Repeats the part until its time is over; whether all was well."""
    log = os.path.join(logs, part.name + ".log")
    begun = time.monotonic()
    runs = 0
    good = True
    with open(log, "w", encoding="utf-8") as out:
        while good and (runs == 0 or time.monotonic() - begun < seconds):
            left = max(1, int(seconds - (time.monotonic() - begun)))
            command = [word.format(seed=seed + runs, seconds=left) for word in part.command]
            print("$ " + " ".join(command), file=out, flush=True)
            good = subprocess.run(command, stdout=out, stderr=out, check=False,
                                  env=dict(os.environ, **part.environment)).returncode == 0
            runs += 1
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    figures = ", ".join(f"{count(pattern, text)} {name}" for name, pattern in part.figures.items())
    last = seed + runs - 1
    print(f"{part.name:13} {'ok    ' if good else 'FAILED'} {time.monotonic() - begun:6.0f} s  "
          f"seeds {seed} to {last}: {figures}" + ("" if good else f"; see {log}"), flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="for everything together")
    parser.add_argument("--seed", type=int, default=random.randrange(1, 10**6))
    parser.add_argument("--only", action="append", help="this part alone (may be repeated)")
    parser.add_argument("--build", default="build")
    parser.add_argument("--killpoints", default="build-killpoints")
    parser.add_argument("--fuzz", default="build-fuzz")
    parser.add_argument("--logs", default="build/torture-logs")
    options = parser.parse_args()
    chosen = parts(options)
    if not chosen:
        parser.error("no such part")
    os.makedirs(options.logs, exist_ok=True)
    shares = sum(part.share for part in chosen)
    results = [run(part, options.minutes * 60 * part.share / shares, options.seed, options.logs)
               for part in chosen]
    print(f"{results.count(True)} parts passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
