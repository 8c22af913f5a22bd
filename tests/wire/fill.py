# SPDX-License-Identifier: BSD-3-Clause
"""Writes a server's replies into a transcript where a step has none yet.

The author reads what was written: a reply that changes from run to run becomes a wildcard by hand.
Both protocols are asked; where one notation serves both, one block is written.
"""

import notation
import servers
import session
import transcript


def _replies(script, binary, protocol):
    """Line of each step without a reply -> the reply, in one run of the whole file."""
    found = {}
    server = servers.Server(binary, 1, script.config)
    client = session.Session(server.port, protocol)
    try:
        for case in script.cases:
            if transcript.is_restart(case):
                continue
            for step in case:
                if step.kind in transcript.READING and not step.lines:
                    found[step.line] = client.exchange(step)
                else:
                    client.run_case([step])
    finally:
        client.close_all()
        server.close()
    return found


def _lines(reply):
    """RESP3's null is written as the null that both protocols have."""
    return [line.replace("(null)", "(nil)") for line in notation.render(reply)]


def _block(in_resp2, in_resp3):
    """The lines for one step: RESP3's if they also match in RESP2, else RESP2's, else both."""
    if in_resp2 is None or in_resp3 is None:
        return _lines(in_resp2 or in_resp3)
    for reply in (in_resp3, in_resp2):
        lines = _lines(reply)
        if reply.kind in ("closed", "no-reply", "garbage"):
            return lines
        expected = notation.parse_lines(lines)
        if (notation.matches(expected, in_resp2, 2, {}) and
                notation.matches(expected, in_resp3, 3, {})):
            return lines
    return (["RESP2:"] + ["  " + line for line in _lines(in_resp2)] +
            ["RESP3:"] + ["  " + line for line in _lines(in_resp3)])


def fill(path, binary):
    """Fills the file in place; returns how many replies were written."""
    script = transcript.load(path)
    replies = {protocol: _replies(script, binary, protocol) for protocol in script.protocols}
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    numbers = sorted(replies[script.protocols[0]], reverse=True)
    for number in numbers:
        block = _block(replies.get(2, {}).get(number), replies.get(3, {}).get(number))
        lines[number:number] = block
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    return len(numbers)
