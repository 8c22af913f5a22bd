# SPDX-License-Identifier: BSD-3-Clause
"""First lines of files, words and file names that are not for this project, sleeps in tests."""

import os
import re

SPDX = "// SPDX-License-Identifier: BSD-3-Clause"
# Written apart so that this file does not hold the words.
MARKERS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
VAGUE_NAMES = {"util", "utils", "common", "helper", "helpers", "manager", "misc"}
SLEEP = re.compile(r"\b(sleep_for|usleep|nanosleep)\s*\(|(?<![\w.:])sleep\s*\(")


def check(files, exceptions):
    """The violations of C++ files as (path, line, text)."""
    found = []
    for source in files:
        found += _head(source)
        found += _name(source)
        is_test = source.path.startswith("tests/")
        for number, line in enumerate(source.lines, 1):
            if MARKERS.search(line):
                found.append((source.path, number, "finish it, or write down why it is so"))
            if is_test and SLEEP.search(line) and not exceptions.ceiling(source.path, "sleep", 0):
                found.append((source.path, number, "a test waits for a condition, not for a time"))
    return found


def _head(source):
    if not source.lines or source.lines[0] != SPDX:
        yield source.path, 1, f"the first line is `{SPDX}`"
    if source.path.endswith(".h") and "#pragma once" not in source.lines:
        yield source.path, 1, "a header says `#pragma once`"


def _name(source):
    stem = os.path.basename(source.path).rsplit(".", 1)[0]
    vague = VAGUE_NAMES.intersection(stem.split("_"))
    if vague:
        yield source.path, 1, f"a file named {vague.pop()} can hold anything: name what it is"
