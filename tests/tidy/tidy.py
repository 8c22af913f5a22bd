#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The rules of the code as a test: layers, fences, sizes, words, format, clang-tidy.

    tests/tidy/tidy.py --fast            what needs no compiler (runs with the tests)
    tests/tidy/tidy.py --build build     all of it (make lint); clean files are remembered

layers.txt holds the layers, exceptions.txt what may be larger and why.
"""

import argparse
import os
import sys

import clang
import layers
import sizes
import sources
import words

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fast", action="store_true", help="neither clang-format nor clang-tidy")
    parser.add_argument("--build", default="build", help="where compile_commands.json is")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("paths", nargs="*", help="report only on paths that begin so")
    return parser.parse_args()


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def check_texts(files):
    """(violations, warnings) of everything that needs no compiler."""
    exceptions = sizes.Exceptions(read("exceptions.txt"))
    violations = layers.check(files, layers.Layers(read("layers.txt")))
    violations += words.check(files, exceptions)
    failed, warned = sizes.check(files, exceptions)
    return violations + failed, warned


def main():
    options = parse_arguments()
    files = sources.find(ROOT)

    def wanted(path):
        return not options.paths or path.startswith(tuple(options.paths))

    violations, warned = check_texts(files)
    violations = [one for one in violations if wanted(one[0])]
    for path, line, text in warned:
        if wanted(path):
            print(f"{path}:{line}: warning: {text}")
    for path, line, text in violations:
        print(f"{path}:{line}: {text}")
    count = len(violations)
    if not options.fast:
        build = os.path.abspath(options.build)
        cache = clang.Cache(os.path.join(build, "tidy-cache"))
        chosen = [source for source in files if wanted(source.path)]
        if not (clang.need("clang-format") and clang.need("clang-tidy")):
            return 1
        complaints = clang.check_format(ROOT, chosen, cache)
        print("\n".join(complaints), end="\n" if complaints else "")
        count += len(complaints)
        count += len(clang.check_tidy(ROOT, build, files, wanted, cache, options.jobs))
    print(f"tidy: {len(files)} files, {count} complaints")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
