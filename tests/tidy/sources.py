# SPDX-License-Identifier: BSD-3-Clause
"""The project's C++ files: where they are, their lines, their includes, their code without text."""

import os
import re

ROOTS = ("src", "modules", "tools", "tests")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
RAW_STRING = re.compile(r'R"([^\s()\\]{0,16})\(')


class Source:
    """One file. `path` is relative to the root of the project."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.lines = text.split("\n")[:-1] if text.endswith("\n") else text.split("\n")

    def includes(self):
        """(line number, name, quoted) of each include."""
        found = []
        for number, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line)
            if match:
                found.append((number, match.group(2), match.group(1) == '"'))
        return found


def find(root, suffixes=(".h", ".cc")):
    """All files of the project with one of the suffixes, in order of their paths."""
    found = []
    for top in ROOTS:
        for folder, names, files in os.walk(os.path.join(root, top)):
            names[:] = sorted(name for name in names
                              if name != "__pycache__" and not name.startswith("."))
            for name in sorted(files):
                if name.endswith(suffixes):
                    found.append(read(root, os.path.relpath(os.path.join(folder, name), root)))
    return found


def read(root, path):
    """One file of the project."""
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return Source(path, file.read())


def _blank(text):
    """Text of the same lines with nothing on them."""
    return "".join("\n" if char == "\n" else " " for char in text)


def code_only(text):
    """The text with comments, strings, characters and preprocessor lines blanked out."""
    out, at, size, line_start = [], 0, len(text), True
    while at < size:
        char = text[at]
        end = at + 1
        raw = RAW_STRING.match(text, at) if char == "R" else None
        if line_start and char == "#":
            end = _end_of_directive(text, at)
        elif text.startswith("//", at):
            end = text.find("\n", at)
        elif text.startswith("/*", at):
            end = text.find("*/", at) + 2
            end = size if end == 1 else end
        elif raw and not (at and (text[at - 1].isalnum() or text[at - 1] == "_")):
            closing = ")" + raw.group(1) + '"'
            end = text.find(closing, raw.end())
            end = size if end < 0 else end + len(closing)
        elif char == '"' or (char == "'" and not (at and text[at - 1].isalnum())):
            end = _end_of_quoted(text, at)
        else:
            out.append(char)
            line_start = char == "\n" or (line_start and char.isspace())
            at = end
            continue
        end = size if end < 0 else end
        out.append(_blank(text[at:end]))
        at = end
        line_start = False
    return "".join(out)


def _end_of_directive(text, at):
    while True:
        end = text.find("\n", at)
        if end < 0:
            return len(text)
        if text[end - 1] != "\\":
            return end
        at = end + 1


def _end_of_quoted(text, at):
    mark, position = text[at], at + 1
    while position < len(text) and text[position] not in (mark, "\n"):
        position += 2 if text[position] == "\\" else 1
    return position + 1 if position < len(text) and text[position] == mark else position
