# SPDX-License-Identifier: BSD-3-Clause
"""The suite itself: where it comes from and how a private copy of it is laid out for one worker.

The suite is fetched from Debian's source package of redis into a directory under build/. It is
never committed and never edited in the repository: what must be softened is patched in the copy,
here, each time. The machine's own apt sources stay as they are: the source package lists live in
a private directory.
"""

import os
import re
import shutil
import subprocess

# The suite's client reads replies of FUNCTION FLUSH and CONFIG outside of any test: a server that
# lacks one of them would lose whole blocks of tests. Softened, only tests about them fail.
SOFTENED = {
    "tests/support/server.tcl": [
        ("    r function flush\n", "    catch {r function flush}\n"),
        ("        dict set saved_config $param [lindex [r config get $param] 1]\n"
         "        r config set $param $val\n",
         "        if {[catch {lindex [r config get $param] 1} saved]} continue\n"
         "        dict set saved_config $param $saved\n"
         "        catch {r config set $param $val}\n"),
        ("    dict for {param val} $saved_config {\n        r config set $param $val\n",
         "    dict for {param val} $saved_config {\n        catch {r config set $param $val}\n"),
    ],
    # A test that fails inside of MULTI must not take those after it along.
    "tests/support/test.tcl": [
        ("            if {$::stop_on_failure} {\n                puts \"Test error",
         "            if {[regexp {multi|introspection-2} $::curfile]} {catch {r discard}}\n"
         "            if {$::stop_on_failure} {\n                puts \"Test error"),
    ],
}

# A server that ends at once (a bad option) would cost two minutes of waiting for its log line; and
# a hang can be laid to a test only if the suite says which one it has begun.
WATCHED = {
    "tests/test_helper.tcl": [
        ('        set ::active_clients_task($fd) "(IN PROGRESS) $data"\n',
         '        set ::active_clients_task($fd) "(IN PROGRESS) $data"\n'
         '        puts "\\[testing\\]: $data"\n'),
    ],
    "tests/support/server.tcl": [
        ("        after $checkperiod\n        incr maxiter -1\n",
         "        after $checkperiod\n        incr maxiter -1\n"
         "        if {[catch {exec kill -0 $pid}]} {set maxiter 0}\n"),
    ],
}


class SuiteError(Exception):
    """The suite could not be fetched or is not what we know."""


def _run(command, cwd=None):
    result = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False)
    return result.returncode, result.stdout


def _as_source_entries(text):
    """Turns binary package entries of an apt sources file into source package entries."""
    text = re.sub(r"(?m)^Types:.*$", "Types: deb-src", text)
    return re.sub(r"(?m)^deb\s", "deb-src ", text)


def _write_private_sources(apt_dir):
    parts = os.path.join(apt_dir, "parts")
    shutil.rmtree(parts, ignore_errors=True)
    os.makedirs(parts)
    os.makedirs(os.path.join(apt_dir, "lists", "partial"), exist_ok=True)
    folder = "/etc/apt/sources.list.d"
    files = [os.path.join(folder, name) for name in sorted(os.listdir(folder))
             if name.endswith((".list", ".sources"))] if os.path.isdir(folder) else []
    if os.path.exists("/etc/apt/sources.list"):
        files.append("/etc/apt/sources.list")
    for path in files:
        with open(path, encoding="utf-8") as source:
            text = _as_source_entries(source.read())
        with open(os.path.join(parts, os.path.basename(path)), "w", encoding="utf-8") as copy:
            copy.write(text)
    return parts


def fetch(work_dir):
    """Returns the directory of the unpacked source package; fetches it when it is not there."""
    target = os.path.join(work_dir, "source")
    if os.path.exists(os.path.join(target, "tests", "test_helper.tcl")):
        return target
    apt_dir = os.path.join(work_dir, "apt")
    parts = _write_private_sources(apt_dir)
    options = ["-q", "-o", "Dir::Etc::SourceList=/nonexistent", "-o",
               f"Dir::Etc::SourceParts={parts}", "-o", f"Dir::State::Lists={apt_dir}/lists",
               "-o", "APT::Sandbox::User="]
    # Entries of other archives may have no sources; whether redis is found decides.
    _, update_log = _run(["apt-get", *options, "update"])
    code, version = _run(["dpkg-query", "-W", "-f=${Version}", "redis-server"])
    wanted = f"redis={version.strip()}" if code == 0 else "redis"
    code, log = _run(["apt-get", *options, "source", "--download-only", wanted], cwd=apt_dir)
    if code != 0:
        raise SuiteError(f"cannot fetch the source package of redis:\n{update_log}\n{log}")
    descriptions = [name for name in os.listdir(apt_dir) if name.endswith(".dsc")]
    newest = max(descriptions, key=lambda name: os.path.getmtime(os.path.join(apt_dir, name)))
    shutil.rmtree(target, ignore_errors=True)
    code, log = _run(["dpkg-source", "--no-check", "-x", newest, target], cwd=apt_dir)
    if code != 0:
        raise SuiteError(f"cannot unpack the source package of redis:\n{log}")
    return target


def _patch(tree, changes):
    for path, pairs in changes.items():
        full = os.path.join(tree, path)
        with open(full, encoding="utf-8") as file:
            text = file.read()
        for old, new in pairs:
            if text.count(old) != 1:
                raise SuiteError(f"{path}: the lines to soften are not there once:\n{old}")
            text = text.replace(old, new)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def lay_out(source, tree, server, strict):
    """Makes `tree` a fresh copy of the suite in which src/redis-server is the server under test."""
    shutil.rmtree(tree, ignore_errors=True)
    os.makedirs(os.path.join(tree, "src"))
    shutil.copytree(os.path.join(source, "tests"), os.path.join(tree, "tests"))
    shutil.copytree(os.path.join(source, "utils"), os.path.join(tree, "utils"))
    for name in ("runtest", "redis.conf"):
        shutil.copy(os.path.join(source, name), os.path.join(tree, name))
    os.makedirs(os.path.join(tree, "tests", "tmp"), exist_ok=True)
    os.symlink(os.path.abspath(server), os.path.join(tree, "src", "redis-server"))
    for tool in ("redis-cli", "redis-benchmark", "redis-check-aof", "redis-check-rdb"):
        found = shutil.which(tool)
        if not found:
            raise SuiteError(f"{tool} is not installed (scripts/install-packages redis-tests)")
        os.symlink(found, os.path.join(tree, "src", tool))
    _patch(tree, WATCHED)
    if not strict:
        _patch(tree, SOFTENED)
