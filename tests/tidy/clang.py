# SPDX-License-Identifier: BSD-3-Clause
"""clang-format over all files and clang-tidy over the compile commands, both remembered by content.

A file that was clean is not looked at again until it, a header of ours that it includes (however
deep), its compile command, the tool or its configuration changes.
"""

import concurrent.futures
import hashlib
import json
import os
import shutil
import subprocess

FORMAT_BATCH = 40


class Cache:
    """Digests of what was found clean, one empty file each."""

    def __init__(self, folder):
        self._folder = folder
        os.makedirs(folder, exist_ok=True)

    def holds(self, digest):
        return os.path.exists(os.path.join(self._folder, digest))

    def add(self, digest):
        with open(os.path.join(self._folder, digest), "w", encoding="utf-8"):
            pass


def _digest(*parts):
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def _version(tool):
    return subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout


def need(tool):
    """Whether the tool is there; says so if not."""
    if shutil.which(tool):
        return True
    print(f"tidy: {tool} is not installed (scripts/install-packages lint)")
    return False


def check_format(root, files, cache):
    """The complaints of clang-format, as text."""
    base = _digest(_version("clang-format"), _read(os.path.join(root, ".clang-format")))
    digests = {source.path: _digest(base, source.path, source.text) for source in files}
    changed = [path for path, digest in digests.items() if not cache.holds(digest)]
    complaints = []
    for first in range(0, len(changed), FORMAT_BATCH):
        batch = changed[first:first + FORMAT_BATCH]
        for path in _unformatted(root, batch):
            complaints.append(f"{path}: not formatted: make format")
            digests.pop(path)
    for path in changed:
        if path in digests:
            cache.add(digests[path])
    return complaints


def _unformatted(root, paths):
    command = ["clang-format", "--dry-run", "-Werror"]
    result = subprocess.run(command + paths, cwd=root, capture_output=True, check=False)
    if result.returncode == 0:
        return []
    return [path for path in paths
            if subprocess.run(command + [path], cwd=root, capture_output=True,
                              check=False).returncode != 0]


def _own_headers(root, by_path, path, seen):
    """`path` and all headers of ours that it includes, however deep."""
    if path in seen or path not in by_path:
        return
    seen.add(path)
    for _, name, quoted in by_path[path].includes():
        if quoted:
            for candidate in (f"src/{name}", name, os.path.join(os.path.dirname(path), name)):
                _own_headers(root, by_path, os.path.normpath(candidate), seen)


def _commands(root, build):
    """Our files in the compile commands: path -> command."""
    with open(os.path.join(root, build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), root)
        if not path.startswith(".."):
            found[path] = entry.get("command") or " ".join(entry["arguments"])
    return found


def check_tidy(root, build, files, wanted, cache, jobs):
    """The complaints of clang-tidy, as text; clean files that did not change are skipped."""
    by_path = {source.path: source for source in files}
    base = _digest(_version("clang-tidy"), _read(os.path.join(root, ".clang-tidy")))
    work = {}
    for path, command in _commands(root, build).items():
        if path not in by_path or not wanted(path):
            continue
        seen = set()
        _own_headers(root, by_path, path, seen)
        digest = _digest(base, command, *(by_path[one].text for one in sorted(seen)))
        if not cache.holds(digest):
            work[path] = digest
    print(f"tidy: clang-tidy looks at {len(work)} files", flush=True)
    complaints = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for path, text in pool.map(lambda path: (path, _tidy_one(root, build, path)), work):
            if text:
                complaints.append(text)
                print(text, flush=True)
            else:
                cache.add(work[path])
    return complaints


def _tidy_one(root, build, path):
    result = subprocess.run(["clang-tidy", "-p", build, "--quiet", path], cwd=root,
                            capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return ""
    return result.stdout.strip() or result.stderr.strip() or f"{path}: clang-tidy failed"
