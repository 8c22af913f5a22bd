# SPDX-License-Identifier: BSD-3-Clause
"""Lengths of files and functions, with a list of exceptions whose ceilings can only sink."""

import re
from dataclasses import dataclass

import sources

FILE_WARN, FILE_FAIL, FUNCTION_FAIL = 500, 800, 70
CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum)\b(?![^<]*>\s*\w+\s*\()")
ACCESS = re.compile(r"^\s*(public|private|protected)\s*$")
NAME = re.compile(r"([~\w:]+|operator\s*\S{1,3})\s*\($")


@dataclass
class Function:
    """A function's definition: its name and its first and last line."""
    name: str
    first: int
    last: int

    def lines(self):
        return self.last - self.first + 1


def functions(text):
    """The functions defined in a C++ text, by braces; lambdas belong to what is around them."""
    code = sources.code_only(text)
    found, stack = [], []
    head_start, line = 0, 1
    line_at = _line_numbers(code)
    for at, char in enumerate(code):
        if char == ";" and not _in_function(stack) and not _in_parentheses(code[head_start:at]):
            head_start = at + 1
        elif char == ":" and not _in_function(stack) and ACCESS.search(code[head_start:at]):
            head_start = at + 1
        elif char == "{":
            stack.append((_kind(stack, code[head_start:at]), head_start, at))
            if stack[-1][0] == "container":
                head_start = at + 1
        elif char == "}" and stack:
            kind, start, opened = stack.pop()
            if kind == "function" and not _goes_on(code, at):
                line = line_at[at]
                found.append(Function(_name(code[start:opened]), line_at[_first_word(code, start)],
                                      line))
                head_start = at + 1
            elif kind == "container":
                head_start = at + 1
    return found


def _line_numbers(code):
    numbers, line = [], 1
    for char in code:
        numbers.append(line)
        line += char == "\n"
    return numbers + [line]


def _in_function(stack):
    return any(kind != "container" for kind, _, _ in stack)


def _in_parentheses(head):
    return head.count("(") > head.count(")")


def _kind(stack, head):
    if _in_function(stack):
        return "block"
    without_templates = re.sub(r"template\s*<[^{;]*?>\s*(?=class|struct|\w)", "", head)
    if re.search(r"\bextern\s*$", head.strip()):
        return "container"
    if CONTAINER.search(without_templates) and "(" not in without_templates:
        return "container"
    if "(" in head and not re.search(r"=\s*$", head.rstrip()) and not _is_initializer(head):
        return "function"
    return "block"


def _is_initializer(head):
    """`constexpr T kTable = Checked({`: the brace of a value."""
    assigned = re.search(r"[^=!<>+\-*/&|^%]=(?!=)", re.sub(r"\([^()]*\)", "", head))
    return bool(assigned) and "operator" not in head or _in_parentheses(head)


def _goes_on(code, at):
    """A brace of a member in a constructor's initialiser list, not the end of a function."""
    following = code[at + 1:at + 200].lstrip()
    return following[:1] in (",", "{")


def _first_word(code, start):
    while start < len(code) and code[start].isspace():
        start += 1
    return min(start, len(code))


def _name(head):
    match = NAME.search(head[:head.find("(") + 1]) if "(" in head else None
    return match.group(1) if match else head.strip()[:40]


class Exceptions:
    """Lines `path :: file | function NAME :: ceiling :: reason`."""

    def __init__(self, text):
        self.ceilings, self.used = {}, set()
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip() or line.startswith("#"):
                continue
            parts = [part.strip() for part in line.split("::: ")]
            if len(parts) != 4 or not parts[2].isdigit() or not parts[3]:
                raise ValueError(f"exceptions.txt:{number}: not "
                                 "`path ::: what ::: ceiling ::: reason`")
            self.ceilings[(parts[0], parts[1])] = int(parts[2])

    def ceiling(self, path, what, limit):
        """The limit that holds for `what` in `path`."""
        key = (path, what)
        if key in self.ceilings:
            self.used.add(key)
            return max(limit, self.ceilings[key])
        return limit

    def unused(self):
        return sorted(set(self.ceilings) - self.used)


def check(files, exceptions):
    """(violations, warnings), each (path, line, text)."""
    failed, warned = [], []
    for source in files:
        count = len(source.lines)
        if count > FILE_FAIL and count > exceptions.ceiling(source.path, "file", FILE_FAIL):
            failed.append((source.path, count, f"{count} lines; {FILE_FAIL} is the limit: split "
                           "it by what it does"))
        elif count > FILE_WARN:
            warned.append((source.path, count, f"{count} lines: aim at 400"))
        for function in functions(source.text):
            what = f"function {function.name}"
            if (function.lines() > FUNCTION_FAIL and
                    function.lines() > exceptions.ceiling(source.path, what, FUNCTION_FAIL)):
                failed.append((source.path, function.first, f"{function.name} has "
                               f"{function.lines()} lines; {FUNCTION_FAIL} is the limit: split it"))
    for path, what in exceptions.unused():
        failed.append((path, 0, f"the exception for {what} is not needed: take it off the list"))
    return failed, warned
