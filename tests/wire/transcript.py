# SPDX-License-Identifier: BSD-3-Clause
"""A transcript file: its header, its cases and their steps. README.md shows the format whole."""

import re
from dataclasses import dataclass, field

import notation

STEP = re.compile(r"^(?:\[(\w+)\] ?)?(raw>>|until>|>>|>|<|close)(?: (.*))?$")
LET = re.compile(r"^let (\w+) = (\S+)$")
HEADER = re.compile(r"^# (restart|protocol|shards|config|only): (.+)$")
READING = {">", "<", "until>"}


@dataclass
class Step:
    """A line that does something, and the reply it expects by protocol (none: not written yet)."""
    kind: str
    line: int
    text: str = ""
    connection: str = "a"
    expected: dict = field(default_factory=dict)
    lines: list = field(default_factory=list)

    def label(self):
        name = "" if self.connection == "a" else f"[{self.connection}]"
        return f"{name}{self.kind} {self.text}".rstrip()


@dataclass
class Transcript:
    """A file: `cases` is a list of lists of steps; a case ['restart'] is a restart point."""
    path: str
    cases: list = field(default_factory=list)
    restart: str = "none"
    protocols: tuple = (2, 3)
    shards: tuple = (1, 4)
    config: list = field(default_factory=list)
    only: str = ""

    def can_restart(self):
        return self.restart == "anywhere" or any(is_restart(case) for case in self.cases)


def is_restart(case):
    return len(case) == 1 and case[0].kind == "restart"


def load(path):
    """Reads a transcript; raises NotationError with the line at fault."""
    transcript = Transcript(path)
    case, step = [], None
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number, line in enumerate(lines, 1):
        try:
            if not line.strip():
                if case:
                    transcript.cases.append(case)
                case, step = [], None
            elif line.startswith("#"):
                _header(transcript, line)
            elif line == "--- restart":
                transcript.cases.append([Step("restart", number)])
            elif LET.match(line) or STEP.match(line):
                step = _step(line, number)
                case.append(step)
            elif step is not None and step.kind in READING:
                step.lines.append(line)
            else:
                raise notation.NotationError(f"neither a step nor a reply: {line!r}")
        except notation.NotationError as error:
            raise notation.NotationError(f"{path}:{number}: {error}") from error
    if case:
        transcript.cases.append(case)
    for one in transcript.cases:
        for step in one:
            _split_protocols(step, path)
    return transcript


def _header(transcript, line):
    match = HEADER.match(line)
    if not match:
        return
    word, value = match.groups()
    if word == "restart":
        transcript.restart = value
    elif word == "protocol":
        transcript.protocols = (int(value),)
    elif word == "shards":
        transcript.shards = (int(value),)
    elif word == "config":
        transcript.config.append(value)
    else:
        transcript.only = value


def _step(line, number):
    let = LET.match(line)
    if let:
        return Step("let", number, text=let.group(2), connection=let.group(1))
    connection, kind, text = STEP.match(line).groups()
    return Step(kind, number, text or "", connection or "a")


def _split_protocols(step, path):
    """Gives each protocol its expected lines: all of them, or the block under its name."""
    lines = step.lines
    if not lines:
        return
    if lines[0] not in ("RESP2:", "RESP3:"):
        step.expected = {2: lines, 3: lines}
        return
    block = None
    for line in lines:
        if line in ("RESP2:", "RESP3:"):
            block = step.expected.setdefault(int(line[4]), [])
        elif line.startswith("  "):
            block.append(line[2:])
        else:
            raise notation.NotationError(f"{path}:{step.line}: the reply is not indented")
