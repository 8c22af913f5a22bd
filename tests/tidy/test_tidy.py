#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tests of the checks: each rule is broken on purpose and must be noticed, kept and be quiet."""

import unittest

import layers
import sizes
import sources
import words

LAYERS = layers.Layers("""
layer base
layer config resp
layer storage
layer server
allow resp -> config
modules may include: base resp
tools may include: base
fence uv.h: server
fence rocksdb/: storage
""")


def file(path, text):
    return sources.Source(path, text)


def layer_texts(path, include, *others):
    files = [file(path, f"#include {include}\n"), *(file(other, "") for other in others)]
    return [text for _, _, text in layers.check(files, LAYERS)]


class LayerRules(unittest.TestCase):
    def test_down_is_right_and_up_is_wrong(self):
        self.assertEqual(layer_texts("src/server/a.cc", '"storage/b.h"'), [])
        self.assertEqual(layer_texts("src/server/a.cc", '"server/b.h"'), [])
        self.assertEqual(len(layer_texts("src/storage/a.cc", '"server/b.h"')), 1)

    def test_beside_is_right_only_where_allowed(self):
        self.assertEqual(layer_texts("src/resp/a.cc", '"config/b.h"'), [])
        self.assertEqual(len(layer_texts("src/config/a.cc", '"resp/b.h"')), 1)

    def test_a_folder_without_a_layer_is_noticed(self):
        self.assertEqual(len(layer_texts("src/base/a.cc", '"fresh/b.h"')), 1)

    def test_modules_see_what_is_listed_and_themselves(self):
        self.assertEqual(layer_texts("modules/x/a.cc", '"resp/b.h"'), [])
        self.assertEqual(layer_texts("modules/x/a.cc", '"modules/x/b.h"'), [])
        self.assertEqual(layer_texts("modules/x/a.cc", '"b.h"', "modules/x/b.h"), [])
        self.assertEqual(len(layer_texts("modules/x/a.cc", '"modules/y/b.h"')), 1)
        self.assertEqual(len(layer_texts("modules/x/a.cc", '"storage/b.h"')), 1)
        self.assertEqual(len(layer_texts("src/server/a.cc", '"modules/x/b.h"')), 1)
        self.assertEqual(layer_texts("src/main.cc", '"modules/x/b.h"'), [])

    def test_tools_see_what_is_listed_and_themselves(self):
        self.assertEqual(layer_texts("tools/a/b.cc", '"tools/c/d.h"'), [])
        self.assertEqual(layer_texts("tools/a/b.cc", '"base/b.h"'), [])
        self.assertEqual(len(layer_texts("tools/a/b.cc", '"storage/b.h"')), 1)
        self.assertEqual(len(layer_texts("src/server/a.cc", '"tools/c/d.h"')), 1)

    def test_a_fence_holds_for_all_but_its_folder_and_tests(self):
        self.assertEqual(layer_texts("src/storage/a.cc", "<rocksdb/db.h>"), [])
        self.assertEqual(layer_texts("tests/unit/a.cc", "<rocksdb/db.h>"), [])
        self.assertEqual(len(layer_texts("src/server/a.cc", "<rocksdb/db.h>")), 1)
        self.assertEqual(len(layer_texts("src/server/a.cc", '"rocksdb/db.h"')), 1)
        self.assertEqual(len(layer_texts("modules/x/a.cc", "<uv.h>")), 1)

    def test_a_broken_list_is_told(self):
        with self.assertRaises(layers.LayerError):
            layers.Layers("what is this")


def body(lines):
    return "  x();\n" * lines


class SizeRules(unittest.TestCase):
    def lengths(self, text):
        return {one.name: one.lines() for one in sizes.functions(text)}

    def test_functions_are_found_in_namespaces_and_classes(self):
        text = ("namespace a {\nclass B : public C {\n public:\n  int Get() const { return 1; }\n"
                "  B() : x_{1}, y_(2) {\n" + body(3) + "  }\n  int x_ = 3;\n};\n"
                "template <class T>\nint F(T t,\n      int u) {\n" + body(2) + "}\n"
                "bool operator==(B a, B b) { return true; }\n}\n")
        self.assertEqual(self.lengths(text), {"Get": 1, "B": 5, "F": 6, "operator==": 1})

    def test_lambdas_tables_and_texts_are_no_functions(self):
        text = ("constexpr int kTable[] = {\n" + "1,\n" * 100 + "};\n"
                "constexpr auto kSpec = Checked({\n.a = 1,\n});\n"
                "const char* kText = R\"(\nvoid F() {\n)\";\n"
                "#define M(x) \\\n  void x() { \\\n  }\n"
                "// void G() {\n"
                "void H() {\n  auto f = [](int a) {\n    return a;\n  };\n  char c = '{';\n}\n")
        self.assertEqual(self.lengths(text), {"H": 6})

    def test_the_limits_fail_and_exceptions_raise_them(self):
        long_function = "void F() {\n" + body(sizes.FUNCTION_FAIL - 1) + "}\n"
        files = [file("src/a.cc", long_function)]
        failed, _ = sizes.check(files, sizes.Exceptions(""))
        self.assertEqual(len(failed), 1)
        ceiling = sizes.FUNCTION_FAIL + 1
        listed = f"src/a.cc ::: function F ::: {ceiling} ::: a table\n"
        self.assertEqual(sizes.check(files, sizes.Exceptions(listed))[0], [])
        at_limit = [file("src/a.cc", "void F() {\n" + body(sizes.FUNCTION_FAIL - 2) + "}\n")]
        self.assertEqual(sizes.check(at_limit, sizes.Exceptions(""))[0], [])

    def test_files_warn_and_then_fail(self):
        failed, warned = sizes.check([file("src/a.cc", "\n" * 501)], sizes.Exceptions(""))
        self.assertEqual((len(failed), len(warned)), (0, 1))
        failed, _ = sizes.check([file("src/a.cc", "\n" * 801)], sizes.Exceptions(""))
        self.assertEqual(len(failed), 1)

    def test_an_exception_without_need_fails(self):
        listed = sizes.Exceptions("src/a.cc ::: file ::: 900 ::: was long once\n")
        self.assertEqual(len(sizes.check([file("src/a.cc", "")], listed)[0]), 1)


class WordRules(unittest.TestCase):
    def texts(self, path, text, listed=""):
        return [one[2] for one in words.check([file(path, text)], sizes.Exceptions(listed))]

    def test_heads(self):
        self.assertEqual(self.texts("src/a/b.h", words.SPDX + "\n#pragma once\n"), [])
        self.assertEqual(len(self.texts("src/a/b.h", words.SPDX + "\n")), 1)
        self.assertEqual(len(self.texts("src/a/b.cc", "// hello\n")), 1)

    def test_markers_and_names(self):
        marked = words.SPDX + "\n// TO" + "DO: later\n"
        self.assertEqual(len(self.texts("src/a/b.cc", marked)), 1)
        for name in ("util.cc", "string_util.cc", "common.cc", "lock_manager.cc", "helpers.cc"):
            self.assertEqual(len(self.texts("src/a/" + name, words.SPDX + "\n")), 1, name)
        self.assertEqual(self.texts("src/a/utility_bill.cc", words.SPDX + "\n"), [])

    def test_sleeps_in_tests(self):
        text = words.SPDX + "\nstd::this_thread::sleep_for(1ms);\n"
        self.assertEqual(len(self.texts("tests/unit/a.cc", text)), 1)
        self.assertEqual(self.texts("src/a/a.cc", text), [])
        listed = "tests/unit/a.cc ::: sleep ::: 1 ::: polls a process\n"
        self.assertEqual(self.texts("tests/unit/a.cc", text, listed), [])


if __name__ == "__main__":
    unittest.main()
