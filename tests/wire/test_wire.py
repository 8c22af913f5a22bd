#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tests of the transcript runner: a wrong reply must fail, a right one must not."""

import os
import socket
import tempfile
import threading
import unittest

import codec
import fill
import notation
import session
import transcript


def scripted_server(replies):
    """A server that answers each packet with the next of `replies`; returns its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with connection:
            for reply in replies:
                if not connection.recv(65536):
                    return
                connection.sendall(reply)
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def parse(data):
    """The reply that the bytes `data` are."""
    port = scripted_server([data])
    connection = codec.Connection(port, 5)
    connection.send(b"x")
    try:
        return connection.read()
    finally:
        connection.close()


def play(text, replies, protocol=2):
    """Plays a transcript against scripted replies; returns the failures."""
    with tempfile.NamedTemporaryFile("w", suffix=".resp", delete=False) as file:
        file.write(text)
    try:
        script = transcript.load(file.name)
    finally:
        os.unlink(file.name)
    client = session.Session(scripted_server(replies), protocol)
    failures = [failure for case in script.cases for failure in client.run_case(case)]
    client.close_all()
    return failures


def judged(lines, data, protocol):
    """Whether the reply in `data` matches the expected `lines`."""
    return notation.matches(notation.parse_lines(lines), parse(data), protocol, {})


class Codec(unittest.TestCase):
    def test_every_kind_is_rendered_as_it_is_written(self):
        for data, lines in [
                (b"+OK\r\n", ["+OK"]), (b"-ERR x\r\n", ["-ERR x"]), (b":-3\r\n", [":-3"]),
                (b"$3\r\na\r\n\r\n", ['"a\\r\\n"']), (b"$-1\r\n", ["(nil)"]),
                (b"*-1\r\n", ["(nil-array)"]), (b"_\r\n", ["(null)"]), (b",1.5\r\n", [",1.5"]),
                (b"#t\r\n", ["(true)"]), (b"(123\r\n", ["(big) 123"]), (b"!3\r\nBAD\r\n", ["-BAD"]),
                (b"=7\r\ntxt:abc\r\n", ['=txt:"abc"']),
                (b"*2\r\n:1\r\n*1\r\n$1\r\na\r\n", ["*2", "  :1", "  *1", '    "a"']),
                (b"%1\r\n+k\r\n:1\r\n", ["%1", "  +k", "  :1"]),
                (b"~1\r\n:1\r\n", ["~1", "  :1"]), (b">1\r\n:1\r\n", ["push 1", "  :1"])]:
            self.assertEqual(notation.render(parse(data)), lines)

    def test_what_is_not_resp_is_told(self):
        for data in (b"hello\r\n", b"$x\r\n", b"$1\r\nabc\r\n"):
            with self.assertRaises(codec.Garbage):
                parse(data)


class Notation(unittest.TestCase):
    def test_arguments_are_quoted_as_redis_cli_does(self):
        self.assertEqual(notation.split_arguments('SET k "a b\\x00\\n\\""'),
                         [b"SET", b"k", b'a b\x00\n"'])
        self.assertEqual(notation.split_arguments("A 'x\\n y' \"\""), [b"A", b"x\\n y", b""])
        with self.assertRaises(notation.NotationError):
            notation.split_arguments('SET "k')

    def test_a_different_reply_does_not_match(self):
        for lines, data in [(["+OK"], b"$2\r\nOK\r\n"), ([":1"], b":2\r\n"), ([":1"], b"+1\r\n"),
                            (['"a"'], b"$1\r\nb\r\n"), (["(nil)"], b"*-1\r\n"),
                            (["(nil-array)"], b"$-1\r\n"), (["*1", "  :1"], b"*2\r\n:1\r\n:1\r\n"),
                            (["*2", "  :1", "  :2"], b"*2\r\n:2\r\n:1\r\n"),
                            (["-ERR a"], b"-ERR a \r\n"), (["<int 1..2>"], b":3\r\n"),
                            (["<any-int>"], b"+1\r\n"), (["<len 2>"], b"$1\r\na\r\n"),
                            (["<match a*>"], b"$1\r\nb\r\n"),
                            (["*2 unordered", "  :1", "  :1"], b"*2\r\n:1\r\n:2\r\n")]:
            self.assertFalse(judged(lines, data, 2), (lines, data))

    def test_one_notation_serves_both_protocols(self):
        for lines, resp2, resp3 in [
                (["%1", '  "a"', "  :1"], b"*2\r\n$1\r\na\r\n:1\r\n", b"%1\r\n$1\r\na\r\n:1\r\n"),
                (["~1", "  :1"], b"*1\r\n:1\r\n", b"~1\r\n:1\r\n"),
                ([",1.5"], b"$3\r\n1.5\r\n", b",1.5\r\n"), (["(true)"], b":1\r\n", b"#t\r\n"),
                (["(nil)"], b"$-1\r\n", b"_\r\n"), (["(nil-array)"], b"*-1\r\n", b"_\r\n"),
                (['=txt:"a"'], b"$1\r\na\r\n", b"=5\r\ntxt:a\r\n")]:
            self.assertTrue(judged(lines, resp2, 2), lines)
            self.assertTrue(judged(lines, resp3, 3), lines)
            self.assertFalse(judged(lines, resp3, 2), lines)
            self.assertFalse(judged(lines, resp2, 3), lines)

    def test_maps_and_unordered_arrays_match_in_any_order(self):
        pairs = b"%2\r\n+b\r\n:2\r\n+a\r\n:1\r\n"
        self.assertTrue(judged(["%2", "  +a", "  :1", "  +b", "  :2"], pairs, 3))
        self.assertFalse(judged(["%2", "  +a", "  :2", "  +b", "  :1"], pairs, 3))
        self.assertTrue(judged(["*2 unordered", "  :1", "  :2"], b"*2\r\n:2\r\n:1\r\n", 2))


class Playing(unittest.TestCase):
    def test_a_wrong_reply_fails_and_says_where(self):
        failures = play("# head\n\n> GET k\n\"a\"\n", [b"$1\r\nb\r\n"])
        self.assertEqual(len(failures), 1)
        text = failures[0].text("f.resp")
        self.assertIn("f.resp:3: > GET k", text)
        self.assertIn('"b"', text)

    def test_a_right_reply_does_not(self):
        self.assertEqual(play("> GET k\n\"a\"\n", [b"$1\r\na\r\n"]), [])

    def test_a_missing_reply_and_a_closed_connection_fail(self):
        self.assertEqual(len(play("> GET k\n", [b":1\r\n"])), 1)
        self.assertEqual(play("> GET k\n:1\n", [])[0].actual, ["(closed)"])
        self.assertEqual(play("> GET k\n(closed)\n", []), [])

    def test_captured_values_are_used(self):
        text = "> ID\n<any-int as id>\n> ID\n:@{id}\n"
        self.assertEqual(play(text, [b":7\r\n", b":7\r\n"]), [])
        self.assertEqual(len(play(text, [b":7\r\n", b":8\r\n"])), 1)

    def test_each_protocol_has_its_block(self):
        text = "> X\nRESP2:\n  :1\nRESP3:\n  :2\n"
        self.assertEqual(play(text, [b":1\r\n"], 2), [])
        hello = b"%1\r\n+proto\r\n:3\r\n"
        self.assertEqual(play(text, [hello, b":2\r\n"], 3), [])
        self.assertEqual(len(play(text, [hello, b":1\r\n"], 3)), 1)

    def test_pushes_wait_for_their_step(self):
        text = "> GET k\n:1\n<\npush 1\n  :9\n"
        hello = b"%1\r\n+proto\r\n:3\r\n"
        self.assertEqual(play(text, [hello, b">1\r\n:9\r\n:1\r\n"], 3), [])

    def test_a_line_that_is_nothing_is_an_error(self):
        with self.assertRaises(notation.NotationError):
            play("what is this\n", [])


class Filling(unittest.TestCase):
    def test_one_block_where_both_protocols_agree(self):
        block = fill._block(parse(b"*2\r\n+a\r\n$-1\r\n"), parse(b"%1\r\n+a\r\n_\r\n"))
        self.assertEqual(block, ["%1", "  +a", "  (nil)"])
        block = fill._block(parse(b":1\r\n"), parse(b"+x\r\n"))
        self.assertEqual(block, ["RESP2:", "  :1", "RESP3:", "  +x"])


if __name__ == "__main__":
    unittest.main()
