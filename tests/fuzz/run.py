#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the fuzz targets one after the other, each for some seconds of CPU time.

What the fuzzer learns stays in the build directory (corpus-TARGET) and is where the next run goes
on; an input that breaks a promise is left there as well (crash-…) and named at the end.
"""

import argparse
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
INPUT_BYTES_MAX = 4096
ENDED_BY_US = 72  # libFuzzer's exit code after SIGINT
TICKS = os.sysconf("SC_CLK_TCK")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build-fuzz", help="its build directory")
    parser.add_argument("--seconds", type=float, default=60, help="CPU time of each target")
    parser.add_argument("--target", action="append", help="only this one (may be repeated)")
    return parser.parse_args()


def cpu_seconds(pid):
    """CPU time of a running process so far."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def run(build, target, seconds):
    """True if the target ran its time without a finding."""
    work = os.path.join(build, "corpus-" + target)
    os.makedirs(work, exist_ok=True)
    command = [os.path.join(build, "tests/fuzz/veddb-fuzz"), f"-max_len={INPUT_BYTES_MAX}",
               "-timeout=300", "-rss_limit_mb=1500", f"-artifact_prefix={build}/{target}-",
               "-print_final_stats=1", work, os.path.join(HERE, "corpus", target)]
    log_path = os.path.join(build, f"fuzz-{target}.log")
    with open(log_path, "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log,
                                   env=dict(os.environ, VEDDB_FUZZ_TARGET=target,
                                            TMPDIR="/dev/shm"))  # some targets sync files
    used = 0.0
    while process.poll() is None and used < seconds:
        time.sleep(0.2)
        used = max(used, cpu_seconds(process.pid)) if process.poll() is None else used
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    good = process.wait() == ENDED_BY_US
    print(f"{target:14} {used:7.0f} s CPU  {'no finding' if good else 'FINDING: see ' + log_path}",
          flush=True)
    return good


def main():
    options = arguments()
    targets = options.target or sorted(os.listdir(os.path.join(HERE, "corpus")))
    results = [run(options.build, target, options.seconds) for target in targets]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
