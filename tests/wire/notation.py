# SPDX-License-Identifier: BSD-3-Clause
"""The text form of replies in transcripts: rendering, parsing, matching. README.md shows it whole.

One notation serves both protocols: what RESP3 alone can say is matched in RESP2 by what a server
sends instead (a map by a flat array, a set by an array, a double by a bulk string, a null by either
null).
"""

import fnmatch
import re

import codec

PREFIX = {"simple": "+", "error": "-", "int": ":", "double": ","}
HEAD = {"array": "*", "set": "~", "map": "%", "push": "push "}
ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "b": b"\b", "a": b"\a"}
TEXT_KINDS = {"bulk", "simple", "error", "verbatim"}
WILDCARDS = {
    "any": None, "any-int": {"int"}, "any-bulk": {"bulk", "verbatim"}, "any-error": {"error"},
    "any-str": {"bulk", "simple", "verbatim"}, "any-array": {"array", "set", "map", "push"},
    "any-double": {"double", "bulk"},
}
WILDCARD = re.compile(r"^<([a-z-]+)(?: ([^>]*?))??(?: as (\w+))?>$")
AGGREGATE = re.compile(r"^(\*|~|%|push )(\d+)( unordered)?$")


class NotationError(Exception):
    """A line of a transcript that cannot be read."""


def quote(data):
    """Bytes as a quoted string."""
    out = []
    for byte in data:
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif 32 <= byte < 127:
            out.append(char)
        else:
            short = {10: "\\n", 13: "\\r", 9: "\\t"}.get(byte)
            out.append(short or f"\\x{byte:02x}")
    return '"' + "".join(out) + '"'


def unquote(text, start):
    """Reads a quoted string at `start`; returns its bytes and where it ends."""
    mark, out, at = text[start], bytearray(), start + 1
    while at < len(text):
        char = text[at]
        if char == mark:
            return bytes(out), at + 1
        if char == "\\" and at + 1 < len(text):
            following = text[at + 1]
            if mark == '"' and following == "x" and re.match(r"[0-9a-fA-F]{2}", text[at + 2:]):
                out.append(int(text[at + 2:at + 4], 16))
                at += 4
                continue
            if mark == '"':
                out += ESCAPES.get(following, following.encode())
                at += 2
                continue
            if following == "'":
                out += b"'"
                at += 2
                continue
        out += char.encode()
        at += 1
    raise NotationError(f"a string without its end: {text}")


def split_arguments(text):
    """A command line into arguments, quoted as redis-cli does."""
    arguments, at = [], 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        argument = b""
        while at < len(text) and text[at] != " ":
            if text[at] in "\"'":
                piece, at = unquote(text, at)
                argument += piece
            else:
                argument += text[at].encode()
                at += 1
        arguments.append(argument)
    return arguments


def render(reply, indent=0):
    """A reply as the lines of a transcript."""
    pad = "  " * indent
    kind, value = reply.kind, reply.value
    if kind in codec.AGGREGATES:
        count = len(value) // 2 if kind == "map" else len(value)
        lines = [f"{pad}{HEAD[kind]}{count}"]
        for element in value:
            lines += render(element, indent + 1)
        return lines
    if kind in ("nil", "nil-array", "null", "closed", "no-reply", "garbage"):
        detail = f" {value}" if value else ""
        return [f"{pad}({kind}){detail}"]
    if kind == "bulk":
        return [pad + quote(value)]
    if kind == "verbatim":
        return [f"{pad}={value[:3].decode()}:{quote(value[4:])}"]
    if kind == "bool":
        return [pad + ("(true)" if value == b"t" else "(false)")]
    if kind == "big":
        return [f"{pad}(big) {value.decode()}"]
    return [pad + PREFIX[kind] + value.decode("utf-8", "backslashreplace")]


class Expected:
    """One expected reply: a kind with a value, a wildcard, or an aggregate with children."""

    def __init__(self, kind, value=None, children=None, unordered=False, name=None):
        self.kind, self.value, self.children = kind, value, children
        self.unordered, self.name = unordered, name


def parse_lines(lines):
    """The expected reply that `lines` describe."""
    expected, rest = _parse(lines, 0)
    if rest:
        raise NotationError(f"more than one reply: {rest[0]}")
    return expected


def _parse(lines, indent):
    if not lines:
        raise NotationError("a reply is missing")
    line = lines[0]
    pad = "  " * indent
    if not line.startswith(pad) or line[len(pad):len(pad) + 1] == " ":
        raise NotationError(f"wrong indentation: {line!r}")
    match = AGGREGATE.match(line[len(pad):])
    if not match:
        return _parse_scalar(line[len(pad):]), lines[1:]
    kind = {value: key for key, value in HEAD.items()}[match.group(1)]
    count = int(match.group(2)) * (2 if kind == "map" else 1)
    rest, children = lines[1:], []
    for _ in range(count):
        child, rest = _parse(rest, indent + 1)
        children.append(child)
    unordered = bool(match.group(3)) or kind == "set"
    return Expected(kind, None, children, unordered), rest


def _parse_scalar(text):
    wildcard = WILDCARD.match(text)
    if wildcard:
        return _wildcard(*wildcard.groups())
    if text in ("(nil)", "(nil-array)", "(closed)"):
        return Expected(text[1:-1])
    if text in ("(true)", "(false)"):
        return Expected("bool", b"t" if text == "(true)" else b"f")
    if text.startswith("(big) "):
        return Expected("big", text[6:].encode())
    if text.startswith('"'):
        data, end = unquote(text, 0)
        if end != len(text):
            raise NotationError(f"text after a string: {text}")
        return Expected("bulk", data)
    verbatim = re.match(r'^=(\w{3}):(".*)$', text)
    if verbatim:
        data, _ = unquote(verbatim.group(2), 0)
        return Expected("verbatim", verbatim.group(1).encode() + b":" + data)
    for kind, prefix in PREFIX.items():
        if text.startswith(prefix):
            return Expected(kind, text[1:].encode())
    raise NotationError(f"not a reply: {text!r}")


def _wildcard(word, detail, name):
    detail = detail or ""
    if word == "int":
        low, _, high = detail.partition("..")
        return Expected("range", (int(low), int(high)), name=name)
    if word == "len":
        return Expected("length", int(detail), name=name)
    if word == "match":
        return Expected("glob", detail, name=name)
    if word in WILDCARDS and not detail:
        return Expected("wildcard", WILDCARDS[word], name=name)
    raise NotationError(f"no such wildcard: <{word}>")


def matches(expected, reply, protocol, captured):
    """Whether `reply` is what was expected; named wildcards put its value into `captured`."""
    if not _matches(expected, reply, protocol, captured):
        return False
    if expected.name:
        captured[expected.name] = reply.value.decode()
    return True


def _matches(expected, reply, protocol, captured):
    kind, value = expected.kind, expected.value
    if kind == "wildcard":
        return value is None or reply.kind in value
    if kind == "range":
        return reply.kind == "int" and value[0] <= int(reply.value) <= value[1]
    if kind in ("length", "glob"):
        return reply.kind in TEXT_KINDS and _text_matches(expected, reply)
    if kind in codec.AGGREGATES:
        wanted = kind if protocol == 3 else "array"
        return reply.kind == wanted and _match_children(expected, reply, protocol, captured)
    if protocol == 3:
        if kind in ("nil", "nil-array"):
            return reply.kind == "null"
        return (reply.kind, reply.value) == (kind, value)
    return (reply.kind, reply.value) == _in_resp2(kind, value)


def _text_matches(expected, reply):
    data = reply.value[4:] if reply.kind == "verbatim" else reply.value
    if expected.kind == "length":
        return len(data) == expected.value
    return fnmatch.fnmatchcase(data.decode("utf-8", "backslashreplace"), expected.value)


def _in_resp2(kind, value):
    """What a server says in RESP2 for a scalar of RESP3."""
    if kind in ("double", "big"):
        return "bulk", value
    if kind == "verbatim":
        return "bulk", value[4:]
    if kind == "bool":
        return "int", b"1" if value == b"t" else b"0"
    return kind, value


def _match_children(expected, reply, protocol, captured):
    children, values = expected.children, reply.value
    if len(children) != len(values):
        return False
    if expected.kind == "map":
        return _match_pairs(children, values, protocol, captured)
    if not expected.unordered:
        return all(matches(child, value, protocol, captured)
                   for child, value in zip(children, values))
    rest = list(values)
    for child in children:
        found = next((i for i, value in enumerate(rest)
                      if matches(child, value, protocol, captured)), None)
        if found is None:
            return False
        del rest[found]
    return True


def _match_pairs(children, values, protocol, captured):
    """Maps match in any order: a client may not rely on one."""
    wanted = [(children[i], children[i + 1]) for i in range(0, len(children), 2)]
    rest = [(values[i], values[i + 1]) for i in range(0, len(values), 2)]
    for key, value in wanted:
        found = next((i for i, pair in enumerate(rest)
                      if matches(key, pair[0], protocol, captured) and
                      matches(value, pair[1], protocol, captured)), None)
        if found is None:
            return False
        del rest[found]
    return True
