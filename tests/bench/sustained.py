#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Random SETs at full speed for minutes, over more keys than memory holds: does the rate last, and
does maxmemory hold?

    tests/bench/sustained.py build/veddb-server
    tests/bench/sustained.py build/veddb-server --minutes 3 --maxmemory 256mb --pipeline 1

Prints a line every ten seconds, and at the end the rate of each minute against the first one's.
"""

import argparse
import subprocess
import sys
import time

import measured

LINE_S = 10
FIGURES = ("total_commands_processed", "used_memory", "used_memory_rss", "pending_bytes",
           "store_sst_bytes", "store_stall_usec", "log_begin", "log_end")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="the server's binary")
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--keys", type=int, default=10_000_000)
    parser.add_argument("--size", type=int, default=64, help="bytes of a value")
    parser.add_argument("--maxmemory", default="1gb")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--pipeline", type=int, default=16)
    parser.add_argument("--server-option", action="append", default=[], metavar="'NAME VALUE'")
    parser.add_argument("--dir", help="where the server keeps its data (default: /tmp)")
    return parser.parse_args()


def figures(port):
    """The server's own figures, as numbers."""
    text = subprocess.run(["redis-cli", "-p", str(port), "info", "everything"], check=True,
                          capture_output=True, text=True).stdout
    pairs = (line.strip().split(":", 1) for line in text.splitlines() if ":" in line)
    found = {name: int(value) for name, value in pairs if name in FIGURES}
    missing = [name for name in FIGURES if name not in found]
    if missing:
        raise measured.MeasureError(f"INFO lacks {missing}")
    return found


def line(now, rate, found):
    mib = {name: value >> 20 for name, value in found.items()}
    return (f"{now:5.0f} s {rate:9.0f}/s  used {mib['used_memory']} MiB, resident "
            f"{mib['used_memory_rss']}, pending {mib['pending_bytes']}, store "
            f"{mib['store_sst_bytes']}, log {(found['log_end'] - found['log_begin']) >> 20}, "
            f"stalled {found['store_stall_usec'] / 1e6:.1f} s")


def watch(server, options):
    """Commands a second of each minute, and the highest used_memory seen."""
    rates, highest = [], 0
    begun = minute_begun = then = time.monotonic()
    last = minute_last = figures(server.port)["total_commands_processed"]
    while len(rates) < options.minutes:
        time.sleep(LINE_S - (time.monotonic() - begun) % LINE_S)
        found, now = figures(server.port), time.monotonic()
        commands = found["total_commands_processed"]
        print(line(now - begun, (commands - last) / (now - then), found), flush=True)
        highest = max(highest, found["used_memory"])
        last, then = commands, now
        if now - minute_begun >= 60 - LINE_S / 2:
            rates.append((commands - minute_last) / (now - minute_begun))
            minute_last, minute_begun = commands, now
    return rates, highest


def main():
    options = parse_arguments()
    server = measured.MeasuredServer("sustained", options.server,
                                     [f"maxmemory {options.maxmemory}", *options.server_option],
                                     None, options.dir)
    with server:
        load = subprocess.Popen(["redis-benchmark", "-p", str(server.port), "-q", "-t", "set",
                                 "-c", str(options.clients), "-P", str(options.pipeline),
                                 "-d", str(options.size), "-r", str(options.keys),
                                 "-n", str(2_000_000_000)],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            rates, highest = watch(server, options)
        finally:
            load.kill()
            load.wait()
    print("a minute's rate to the first one's: " +
          " ".join(f"{rate / rates[0]:.2f}" for rate in rates))
    print(f"first minute {rates[0]:.0f}/s, slowest {min(rates):.0f}/s ({min(rates) / rates[0]:.2f}); "
          f"used_memory up to {highest / (1 << 20):.0f} MiB with maxmemory {options.maxmemory}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measured.MeasureError as error:
        sys.exit(f"sustained: {error}")
