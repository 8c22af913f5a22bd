#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Plays what README.md and docs/examples/redis-cli.md show and compares the answers.

    tests/demo/check_examples.py build/veddb-server FILE...

In a block between ``` lines a line behind "> " is a command for redis-cli and what follows is its
answer. A block is one connection, a file is one fresh server. A time to live may have passed a bit.
"""

import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))
from demo_client import DemoError, Server  # pylint: disable=wrong-import-position

REDIS_CLI_S = 60
TTL_SLACK_S = 60


def blocks(text):
    """(line number, commands, their answers' lines) of each block that has a command."""
    found, commands, answers, inside, start = [], [], [], False, 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            if inside and commands:
                found.append((start, commands, answers))
            commands, answers, inside, start = [], [], not inside, number
        elif inside and line.startswith("> "):
            commands.append(line[2:])
        elif inside and commands:
            answers.append(line)
    return found


def play(port, commands):
    """What redis-cli prints for the commands, as lines."""
    result = subprocess.run(["redis-cli", "-p", str(port), "--no-raw"],
                            input="\n".join(commands) + "\n", text=True, capture_output=True,
                            timeout=REDIS_CLI_S, check=True)
    return result.stdout.rstrip("\n").split("\n")


def same(commands, shown, answered):
    """Whether the lines are equal; with a TTL among the commands, numbers may be a bit less."""
    if len(shown) != len(answered):
        return False
    slack = any(command.upper().startswith("TTL ") for command in commands) * TTL_SLACK_S
    for was, now in zip(shown, answered):
        numbers = [re.fullmatch(r"\(integer\) (\d+)", line) for line in (was, now)]
        if slack and all(numbers):
            if not 0 <= int(numbers[0][1]) - int(numbers[1][1]) <= slack:
                return False
        elif was != now:
            return False
    return True


def check(binary, file):
    """How many commands were played; raises at the first block that answers otherwise."""
    with open(file, encoding="utf-8") as text:
        found = blocks(text.read())
    if not found:
        raise DemoError(f"{file}: no commands")
    with tempfile.TemporaryDirectory(prefix="veddb-examples-") as directory:
        server = Server(binary, directory)
        try:
            server.start()
            for number, commands, shown in found:
                answered = play(server.port, commands)
                if not same(commands, shown, answered):
                    raise DemoError(f"{file}:{number}: the server answers\n" + "\n".join(answered))
        finally:
            server.kill()
    return sum(len(commands) for _, commands, _ in found)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for file in sys.argv[2:]:
        try:
            print(f"{file}: {check(sys.argv[1], file)} commands answer as shown")
        except (DemoError, OSError, subprocess.SubprocessError) as error:
            sys.exit(f"check_examples: {error}")


if __name__ == "__main__":
    main()
