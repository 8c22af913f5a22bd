#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Records what a real redis-server 7.0 answers to CONFIG SET, for answers_test.cc.

Usage: record_redis_answers.py PORT > redis_answers.txt
against a server of no use for anything else, started as
    redis-server --port PORT --save '' --dir TEMPORARY-DIRECTORY

A line of the result: option "value given" "answer" "CONFIG GET afterwards", where the answer is OK
or the reason behind "CONFIG SET failed (possibly related to argument 'option') - ".
"""
import socket
import sys

COMMON = ["zzz", "-1", "0", "1", "1kb", "", "yes", "05", "9223372036854775807",
          "9223372036854775808"]
MORE = {
    "save": ["100 1", "100 1 200 2", "100", "100 x", "-1 1", "0 1", "1 0", "1 -1", " 5  6 ",
             "900 1 900 1", "10 20 ", "5000000000 1"],
    "client-output-buffer-limit": [
        "normal 1 2 3", "replica 1mb 2mb 3", "slave 1 2 3 normal 5 6 7", "normal 1 2",
        "bogus 1 2 3", "master 1 2 3", "normal -1 2 3", "normal 1 2 x", "normal 1 2 -1",
        "NORMAL 1k 2k 3", "normal 1 2 3 normal 4 5 6", "normal  1 2 3", "pubsub 0 0 0"],
    "notify-keyspace-events": [
        "KEA", "AKE", "g$lshzxetmdn", "Kg", "zzz", "A", "KEAn", "KEAm", "$", "K", "Ed", "xe",
        "KEg$lshzxetd", "KEg$lshzxet", "@", "Kn", "n", "m", "xA"],
    "oom-score-adj-values": ["1 2 3", "0 200", "x y z", "-1000 0 1000", "2001 0 0", "-2000 0 0",
                             "-2001 0 0", "3 2 1"],
    "latency-tracking-info-percentiles": ["50 99", "50", "101", "50.5 x", "0 100", "99.99 50 50",
                                          "50.123456789", "1e1", "  50  ", "0.001 inf", "nan"],
    "shutdown-on-sigterm": ["default", "save", "NOSAVE", "save force", "nosave now force",
                            "save save", "default force", "save nosave", "now save"],
    "shutdown-on-sigint": ["save force", "x"],
    "proc-title-template": ["a b", "{title}", "{foo}", "{title", "{title}x", "{title} {port}",
                            "{server-mode}", "{listen-addr}", "}"],
    "maxmemory": ["1k", "1K", "1gb", "1g", "1b", "5%", "1.5gb", "1tb", "100 ", "kb", "0x10"],
    "maxmemory-clients": ["5%", "100%", "101%", "0%", "%", "5 %", "7k", "x%", "+5%", "1gb"],
    "proto-max-bulk-len": ["1mb", "512", "2gb"],
    "client-query-buffer-limit": ["1mb", "1023kb"],
    "hz": ["501", "500"],
    "repl-backlog-size": ["20000", "16384"],
    "watchdog-period": ["7", "201"],
    "loglevel": ["DEBUG", "debug"],
    "appendfsync": ["always", "ALWAYS", "no"],
    "oom-score-adj": ["relative", "absolute", "no"],
    "maxmemory-policy": ["allkeys-LRU", "volatile-ttl", "noeviction"],
    "sanitize-dump-payload": ["clients", "no"],
    "repl-diskless-load": ["swapdb", "on-empty-db"],
    "propagation-error-behavior": ["panic", "panic-on-replicas"],
    "cluster-preferred-endpoint-type": ["hostname"],
    "cluster-announce-hostname": ["a b", "a.b-c", "x" * 256],
    "acl-pubsub-default": ["allchannels", "ALLCHANNELS"],
    "list-max-listpack-size": ["-6", "2147483648"],
    "timeout": [" 5", "+5", "5 ", "2147483647", "2147483648"],
    "slowlog-log-slower-than": ["-2"],
    "aof-use-rdb-preamble": ["no", "NO", "true"],
    "busy-reply-threshold": ["5"],
}
HIDDEN = ["rdb-key-save-delay", "key-load-delay", "loading-process-events-interval-bytes",
          "use-exit-on-panic", "watchdog-period"]


class Server:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.replies = self.socket.makefile("rb")

    def read(self):
        line = self.replies.readline()
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"$":
            return self.replies.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        return rest

    def __call__(self, *words):
        request = b"*%d\r\n" % len(words)
        for word in words:
            request += b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode())
        self.socket.sendall(request)
        return self.read()


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def record(server, option, value):
    answer = server("CONFIG", "SET", option, value)
    if option == "requirepass" and value:
        server("AUTH", value)
    frame = "ERR CONFIG SET failed (possibly related to argument '%s') - " % option
    shown = server("CONFIG", "GET", option)[1]
    print(option, quoted(value), quoted(answer.removeprefix(frame)), quoted(shown))


def main():
    server = Server(int(sys.argv[1]))
    shown = server("CONFIG", "GET", "*")
    options = sorted(shown[::2]) + HIDDEN
    for option in options:
        default = server("CONFIG", "GET", option)[1]
        if "immutable" in server("CONFIG", "SET", option, default):
            record(server, option, default)
            continue
        for value in COMMON + MORE.get(option, []):
            record(server, option, value)
            server("CONFIG", "SET", option, default)


main()
