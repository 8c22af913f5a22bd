#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Builds indexes on a large collection while 16 clients write to it: how long does the longest write
wait, and how much slower do they get?

    tests/bench/index_build.py build/veddb-server build/tests/bench/docs/docs_bench
    tests/bench/index_build.py … --documents 20000

Prints a line for the writers alone and one for each index.
"""

import argparse
import json
import subprocess
import sys
import time

import measured

WRITERS = 16
INDEXES = ('{"customer.id":1}', '{"created":1}', '{"items.sku":1,"total":-1}')


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="the server's binary")
    parser.add_argument("driver", help="the driver's binary, docs_bench")
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5, help="of the writers alone")
    parser.add_argument("--server-option", action="append", default=[], metavar="'NAME VALUE'")
    parser.add_argument("--dir", help="where the server keeps its data (default: /tmp)")
    return parser.parse_args()


def drive(options, server, operation, **settings):
    """A run of the driver that was begun; it may end with its standard input."""
    words = [options.driver, "veddb", str(server.port), operation, str(options.documents),
             f"threads={WRITERS}", *(f"{name}={value}" for name, value in settings.items())]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def finish(driver):
    out, errors = driver.communicate()
    if driver.returncode != 0:
        raise measured.MeasureError(errors.strip())
    return json.loads(out)


def line(what, seconds, result):
    return (f"{what:32} {seconds:7.1f} s   {result['ops']:8.0f} writes/s   p50 "
            f"{result['p50_ms']:.2f} ms   p99 {result['p99_ms']:.2f} ms   longest "
            f"{result['max_ms']:.1f} ms")


def build_one(options, server, keys):
    """Writes go on from before the build to after it."""
    driver = drive(options, server, "increment")
    begun = time.monotonic()
    done = subprocess.run(["redis-cli", "-e", "-p", str(server.port), "DOC.CREATEINDEX", "orders",
                           keys], capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begun
    result = finish(driver)
    if done.returncode != 0:
        answer = (done.stdout + done.stderr).strip().split(",", maxsplit=1)[0]
        print(f"{'building ' + keys:32} skipped: the server answers '{answer}'", flush=True)
        return
    print(line(f"building {keys}", seconds, result), flush=True)


def main():
    options = parse_arguments()
    with measured.MeasuredServer("index", options.server, options.server_option, None,
                                 options.dir) as server:
        finish(drive(options, server, "insert", turns=options.documents))
        server.wait_until_quiet()
        alone = finish(drive(options, server, "increment", seconds=options.seconds))
        print(line("the writers alone", alone["seconds"], alone), flush=True)
        for keys in INDEXES:
            build_one(options, server, keys)
            server.wait_until_quiet()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measured.MeasureError as error:
        sys.exit(f"index_build: {error}")
