# SPDX-License-Identifier: BSD-3-Clause
"""Scores a unit by the tests that redis-server passes, and keeps the list of what does not pass."""

import os
import re

SEPARATOR = " :: "
EVERY_TEST = "*"

# Names that carry numbers drawn at random, and so differ from run to run.
RANDOM_IN_NAMES = [
    ("integration/psync2", re.compile(r"#\d+|x = \d+")),
]
# Names that carry the number of an entry in the tracker of the suite's authors: it says nothing here.
TRACKER_NUMBER = re.compile(r"\b(issue) #?\d+\b", re.IGNORECASE)


class ListError(Exception):
    """The list of tests that do not pass has a line that cannot be read."""


def stable_name(unit, name):
    """The name of a test without what is random in it, and without tracker numbers."""
    for prefix, pattern in RANDOM_IN_NAMES:
        if unit == prefix:
            name = pattern.sub("N", name)
    return TRACKER_NUMBER.sub(r"\1 N", name).replace("\n", " ")


class Reference:
    """The names that redis-server passes, a text file for each mode and unit."""

    def __init__(self, folder):
        self._folder = folder

    def _path(self, mode, unit):
        return os.path.join(self._folder, mode, unit + ".txt")

    def units(self, mode):
        root = os.path.join(self._folder, mode)
        found = []
        for folder, _, files in os.walk(root):
            found += [os.path.relpath(os.path.join(folder, name), root)[:-len(".txt")]
                      for name in files if name.endswith(".txt")]
        return sorted(found)

    def names(self, mode, unit):
        with open(self._path(mode, unit), encoding="utf-8", errors="surrogateescape") as file:
            return [line.rstrip("\n") for line in file if line.strip()]

    def write(self, mode, unit, names):
        path = self._path(mode, unit)
        if not names:  # a unit that has no tests in this mode
            if os.path.exists(path):
                os.remove(path)
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(name + "\n" for name in names)


class NotPassing:
    """The committed list: `mode unit :: test name :: reason` a line; `*` is a whole unit."""

    def __init__(self, path):
        self._reasons = {}
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\n")
                if line.strip() and not line.startswith("#"):
                    self._add(line, f"{path}:{number}")

    def _add(self, line, where):
        head, _, tail = line.partition(SEPARATOR)
        name, _, reason = tail.rpartition(SEPARATOR)
        if len(head.split()) != 2 or not name or not reason.strip():
            raise ListError(f"{where}: not `mode unit :: test name :: reason`: {line}")
        mode, unit = head.split()
        self._reasons[(mode, unit, name)] = reason

    def names(self, mode, unit, known):
        """The names on the list for a unit; `*` gives all of `known`."""
        listed = {name for (m, u, name) in self._reasons if (m, u) == (mode, unit)}
        if EVERY_TEST in listed:
            return set(known)
        return listed

    def whole_unit(self, mode, unit):
        return (mode, unit, EVERY_TEST) in self._reasons


class UnitScore:
    """One unit's result against the reference and the list."""

    def __init__(self, mode, unit, results, messages, seconds, reference, not_passing):
        known = reference.names(mode, unit)
        listed = not_passing.names(mode, unit, known)
        self.mode, self.unit, self.seconds, self.messages = mode, unit, seconds, messages
        self.passed = [name for name in known if results.get(name) == "ok"]
        self.failed = [name for name in known if results.get(name) == "err"]
        self.not_run = [name for name in known if name not in results]
        self.unlisted = [name for name in self.failed + self.not_run if name not in listed]
        self.listed_but_pass = [name for name in self.passed if name in listed]
        self.listed_unknown = sorted(listed - set(known))

    def total(self):
        return len(self.passed) + len(self.failed) + len(self.not_run)

    def line(self):
        return (f"{self.mode:8} {self.unit:36} {len(self.passed):4} passed {len(self.failed):4} "
                f"failed {len(self.not_run):4} not run of {self.total():4}  ({self.seconds:.0f} s)")
