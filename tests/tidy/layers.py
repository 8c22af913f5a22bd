# SPDX-License-Identifier: BSD-3-Clause
"""Includes go down the layers of layers.txt, and each foreign library stays behind its fence."""

import re

ALLOW = re.compile(r"^allow (\S+) -> (\S+)$")
FENCE = re.compile(r"^fence (\S+):(.*)$")
MODULES = re.compile(r"^modules may include:(.*)$")
TOOLS = re.compile(r"^tools may include:(.*)$")
SOURCE_ROOT = "src/"
MODULE_ROOT = "modules/"
TOOL_ROOT = "tools/"


class LayerError(Exception):
    """layers.txt cannot be read."""


class Layers:
    """The order of folders, pairs allowed beside it, what modules and tools see, the fences."""

    def __init__(self, text):
        self.rank, self.allowed, self.fences = {}, set(), {}
        self.modules_see, self.tools_see = set(), set()
        for number, line in enumerate(text.split("\n"), 1):
            line = line.split("#")[0].strip()
            if line:
                self._read(line, number)

    def _read(self, line, number):
        allow, fence = ALLOW.match(line), FENCE.match(line)
        modules, tools = MODULES.match(line), TOOLS.match(line)
        if allow:
            self.allowed.add((allow.group(1), allow.group(2)))
        elif fence:
            self.fences[fence.group(1)] = set(fence.group(2).split())
        elif modules:
            self.modules_see = set(modules.group(1).split())
        elif tools:
            self.tools_see = set(tools.group(1).split())
        elif line.startswith("layer "):
            for folder in line.split()[1:]:
                self.rank[folder] = number
        else:
            raise LayerError(f"layers.txt:{number}: cannot read: {line}")

    def may_include(self, folder, other):
        """Whether a file of src/`folder` may include one of src/`other`."""
        return (folder == other or (folder, other) in self.allowed or
                self.rank[folder] > self.rank[other])


def check(sources, layers):
    """The violations of all files as (path, line, text)."""
    found = []
    known = {source.path for source in sources}
    for source in sources:
        if source.path.startswith("tests/"):
            continue
        for line, name, quoted in source.includes():
            text = _fence(source.path, name, layers)
            if quoted and not text:
                text = _direction(source.path, name, layers, known)
            if text:
                found.append((source.path, line, text))
    return found


def _top(path, root):
    """The folder below `root`, or '' for a file that lies directly in it."""
    rest = path[len(root):]
    return rest.split("/")[0] if "/" in rest else ""


def _fence(path, name, layers):
    for library, folders in layers.fences.items():
        inside = name == library or (library.endswith("/") and name.startswith(library))
        if inside and not any(path.startswith(f"src/{folder}/") or path == f"src/{folder}"
                              for folder in folders):
            return (f"<{name}> stays in {' and '.join(sorted(folders))}: use what that folder "
                    "offers, or add to it")
    return None


def _direction(path, name, layers, known):
    if path.startswith(MODULE_ROOT):
        return _from_module(path, name, layers, known)
    if path.startswith(TOOL_ROOT):
        return _from_tool(name, layers)
    if name.startswith(TOOL_ROOT):
        return "the server knows no tool"
    folder = _top(path, SOURCE_ROOT)
    if not folder:  # src/main.cc puts everything together
        return None
    if name.startswith(MODULE_ROOT):
        return "src/ knows no module: only src/main.cc includes modules/"
    other = name.split("/")[0] if "/" in name else folder
    for one in (folder, other):
        if one not in layers.rank:
            return f"folder {one} has no layer: give it one in tests/tidy/layers.txt"
    if layers.may_include(folder, other):
        return None
    return (f"{folder} may not include {other}, which is not below it: move the shared part down, "
            "or hand it in through an interface")


def _from_module(path, name, layers, known):
    module = _top(path, MODULE_ROOT)
    if not module:  # modules/modules.cc is the list of modules
        return None
    if name.startswith(MODULE_ROOT):
        other = _top(name, MODULE_ROOT)
        if other == module:
            return None
        return f"module {module} may not include module {other}: what both need sinks into src/"
    if "/" not in name:
        return None if f"{path.rpartition('/')[0]}/{name}" in known else f"cannot find {name}"
    other = name.split("/")[0]
    if other in layers.modules_see or name in layers.modules_see:
        return None
    return f"a module may not include {other}/: ask the host for a service instead"


def _from_tool(name, layers):
    if name.startswith(TOOL_ROOT) or name.split("/")[0] in layers.tools_see:
        return None
    return f"a tool speaks to a server over the wire: it does not include {name}"
