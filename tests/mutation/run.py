#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Plants one bug after the other and runs the tests that must notice it.

The bugs are the places that ask Mutated("name") (src/base/mutation.h); the table says for each which
of the ordinary tests are run. A bug that none of them notices, and a test that fails without any bug,
is a failure.
"""

import argparse
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Parts of tests instead of names of CTest: a filter of veddb_system_test, a folder of transcripts.
SYSTEM, WIRE = "system:", "wire:"

# Bug: the tests that are asked, the likeliest first.
MUTATIONS = {
    # durability
    "sync-skipped": ["system:DurabilityTest.*", "log_test"],
    "reply-before-sync": ["system:DurabilityTest.*"],
    "reply-before-append": ["system:DiskFullTest.*", "torture_kill"],
    "drain-without-sync": ["system:DurabilityTest.*"],
    "delete-untouched": ["system:RestartTest.*", "torture_kill"],
    "delete-not-drained": ["system:RestartTest.*", "torture_kill", "consistency"],
    "drain-position-stale": ["torture_kill", "system:RestartTest.*"],
    "replay-skips-last": ["storage_test", "system:RestartTest.*"],
    "count-forgotten": ["system:RestartTest.*", "torture_kill"],
    "multi-in-many-records": ["system:DurabilityTest.*"],
    # caching
    "copy-on-write-skipped": ["object_test", "storage_test"],
    "unload-dirty": ["system:MemoryTest.*", "torture_kill"],
    "unloaded-stays-complete": ["system:MemoryTest.*", "consistency"],
    "loaded-without-expiry": ["system:ExpiryTest.*"],
    "expiry-hint-kept": ["object_test", "system:ExpiryTest.*"],
    # ordering, and what commands promise
    "reply-jumps-queue": ["consistency", "system:ConcurrencyTest.*"],
    "snapshot-without-drain": ["system:ScanTest.*", "consistency"],
    "scan-skips-key": ["system:ScanTest.*"],
    "flush-leaves-watchers": ["wire:transactions/watch", "differential"],
    "rename-loses-expiry": ["wire:keys/rename", "differential"],
    "version-not-bumped": ["wire:doc/put", "consistency"],
    "filter-ignored-late": ["system:DocumentsTest.*"],
    # indexes
    "unique-unchecked": ["wire:doc/indexes", "system:DocumentIndexTest.*"],
    "index-entry-not-put": ["wire:doc/indexes", "system:DocumentIndexTest.*"],
    "index-entry-not-deleted": ["wire:doc/indexes", "system:DocumentIndexTest.*"],
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build-mutation")
    parser.add_argument("--bug", action="append", help="only this one (may be repeated)")
    return parser.parse_args()


def planted():
    """The names in the sources."""
    found = set()
    for top in ("src", "modules"):
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            for name in files:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found.update(re.findall(r'Mutated\("([^"]+)"\)', file.read()))
    return found


def passes(build, test, bug):
    """Whether the test passes with the bug alive (none: '')."""
    if test.startswith(SYSTEM):
        command = [os.path.join(build, "tests/system/veddb_system_test"),
                   f"--gtest_filter=*{test[len(SYSTEM):]}", "--gtest_fail_fast"]
    elif test.startswith(WIRE):
        command = [sys.executable, os.path.join(ROOT, "tests/wire/run.py"), "--server",
                   os.path.join(build, "veddb-server"), "-k", test[len(WIRE):]]
    else:
        command = ["ctest", "--test-dir", build, "--no-tests=error", "-R", f"^{test}$"]
    result = subprocess.run(command, env=dict(os.environ, VEDDB_MUTATION=bug), check=False,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return result.returncode == 0


def main():
    options = arguments()
    bugs = options.bug or list(MUTATIONS)
    strays = planted() ^ set(MUTATIONS)
    if strays:
        print("planted or listed, not both:", ", ".join(sorted(strays)))
    sound = {}
    uncaught = 0
    for bug in bugs:
        caught = ""
        for test in MUTATIONS[bug]:
            if test not in sound:
                sound[test] = passes(options.build, test, "")
                if not sound[test]:
                    print(f"{test} fails without any bug", flush=True)
            if sound[test] and not passes(options.build, test, bug):
                caught = test
                break
        uncaught += not caught
        print(f"{bug:26} {'caught by ' + caught if caught else 'NOT CAUGHT'}", flush=True)
    print(f"{len(bugs) - uncaught} of {len(bugs)} bugs caught")
    return 1 if uncaught or strays or not all(sound.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
