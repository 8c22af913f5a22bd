#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails, and shows them, if sanitizers left reports in the directory.

    tests/sanitizers/check_reports.py build-asan/tests/sanitizers/reports
"""

import os
import sys

SHOWN_BYTES = 20000


def reports_of(directory, pid=None):
    """The texts of all reports, or of those of one process."""
    texts = []
    for name in sorted(os.listdir(directory)):
        if pid is not None and not name.endswith(f".{pid}"):
            continue
        with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as file:
            texts.append(f"{name}:\n{file.read()}")
    return texts


def main():
    texts = reports_of(sys.argv[1])
    print("\n".join(texts)[:SHOWN_BYTES])
    print(f"{len(texts)} processes have reports in {sys.argv[1]}")
    return 1 if texts else 0


if __name__ == "__main__":
    sys.exit(main())
