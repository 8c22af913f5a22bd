// SPDX-License-Identifier: BSD-3-Clause
// The draft 4 cases of the JSON Schema Test Suite (Debian's json-schema-test-suite), but for those
// that are named below. Where a case says "integer", which the dialect does not have, the schema is
// written anew with bsonType.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "doc/schema/schema.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

constexpr char kSuite[] = "/usr/share/json-schema-test-suite/tests/draft4";

struct Left {
  const char* group;  // "file: group"
  const char* why;
};

constexpr Left kLeft[] = {
    {"definitions.json: valid definition", "$ref is refused"},
    {"definitions.json: invalid definition", "$ref is refused"},
    {"ref.json: root pointer ref", "$ref is refused"},
    {"ref.json: relative pointer ref to object", "$ref is refused"},
    {"ref.json: relative pointer ref to array", "$ref is refused"},
    {"ref.json: escaped pointer ref", "$ref is refused"},
    {"ref.json: nested refs", "$ref is refused"},
    {"ref.json: ref overrides any sibling keywords", "$ref is refused"},
    {"ref.json: remote ref, containing refs itself", "$ref is refused"},
    {"ref.json: Recursive references between schemas", "$ref and id are refused"},
    {"refRemote.json: remote ref", "$ref is refused"},
    {"refRemote.json: fragment within remote ref", "$ref is refused"},
    {"refRemote.json: ref within remote ref", "$ref is refused"},
    {"refRemote.json: base URI change", "$ref and id are refused"},
    {"refRemote.json: base URI change - change folder", "$ref and id are refused"},
    {"refRemote.json: base URI change - change folder in subschema", "$ref and id are refused"},
    {"refRemote.json: root ref in remote ref", "$ref and id are refused"},
    {"default.json: invalid type for default", "default is refused"},
    {"default.json: invalid string value for default", "default is refused"},
    {"optional/ecmascript-regex.json: ECMA 262 regex non-compliance", "format is refused"},
    {"optional/format.json: validation of date-time strings", "format is refused"},
    {"optional/format.json: validation of URIs", "format is refused"},
    {"optional/format.json: validation of e-mail addresses", "format is refused"},
    {"optional/format.json: validation of IP addresses", "format is refused"},
    {"optional/format.json: validation of IPv6 addresses", "format is refused"},
    {"optional/format.json: validation of host names", "format is refused"},
    {"optional/bignum.json: integer", "an integer beyond 64 bits is a double"},
};

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void AppendTypeName(Bytes name, ArrayBuilder& types) {
  if (name == "integer") {
    types.String("int");
    types.String("long");
  } else {
    types.String(name == "boolean" ? Bytes("bool") : name);
  }
}

// Is it the keyword `type` with integers in it, rather than a field of that name?
bool SpeaksOfIntegers(const Element& element) {
  return element.name == "type" && !element.value.missing() &&
         element.value.type != BsonType::kObject &&
         JsonText(element.value).find("\"integer\"") != std::string::npos;
}

void AppendWithoutIntegers(DocView schema, DocBuilder& out);

void AppendElement(const Element& element, DocBuilder& out) {
  if (SpeaksOfIntegers(element)) {
    ArrayBuilder types = out.Array("bsonType");
    if (element.value.type == BsonType::kString) {
      AppendTypeName(element.value.String(), types);
    } else {
      for (const Element& one : element.value.Document()) {
        AppendTypeName(one.value.String(), types);
      }
    }
    types.Finish();
  } else if (element.value.IsContainer()) {
    out.Name(element.value.type, element.name);
    DocBuilder inner(out.out());
    AppendWithoutIntegers(element.value.Document(), inner);
  } else {
    out.Append(element.name, element.value);
  }
}

void AppendWithoutIntegers(DocView schema, DocBuilder& out) {
  for (const Element& element : schema) AppendElement(element, out);
  out.Finish();
}

class Suite {
 public:
  void RunFile(const std::string& name) {
    const Result<std::string> groups = ParseArray(ReadAll(std::filesystem::path(kSuite) / name));
    ASSERT_TRUE(groups.ok()) << name << ": " << groups.error().message;
    for (const Element& group : DocView(*groups)) RunGroup(name, group.value.Document());
  }
  size_t cases() const { return cases_; }
  // Those that no file has: the list is out of date.
  std::vector<std::string> NeverSeen() const {
    std::vector<std::string> never;
    for (const auto& [group, seen] : left_) {
      if (!seen) never.push_back(group);
    }
    return never;
  }

 private:
  void RunGroup(const std::string& file, DocView group) {
    const std::string name = file + ": " + std::string(group.Find("description").String());
    std::string bson;
    DocBuilder builder(&bson);
    AppendWithoutIntegers(group.Find("schema").Document(), builder);
    const Result<Schema> schema = Schema::Parse(DocView(bson));
    if (const auto left = left_.find(name); left != left_.end()) {
      left->second = true;
      return;
    }
    ASSERT_TRUE(schema.ok()) << name << ": " << schema.error().message;
    for (const Element& test : group.Find("tests").Document()) {
      RunCase(name, *schema, test.value.Document());
    }
  }

  void RunCase(const std::string& group, const Schema& schema, DocView test) {
    ++cases_;
    const std::string name = group + ": " + std::string(test.Find("description").String());
    std::optional<RegexScratch> regex;
    const ValueView data = test.Find("data");
    const Result<bool> follows = schema.Follows(data, regex);
    ASSERT_TRUE(follows.ok()) << name;
    EXPECT_EQ(*follows, test.Find("valid").Bool()) << name;
    if (data.type != BsonType::kObject) return;
    EXPECT_EQ(schema.Validate(data.Document()).ok(), *follows) << name;
  }

  static std::map<std::string, bool> MakeLeft() {
    std::map<std::string, bool> left;
    for (const Left& row : kLeft) left[row.group] = false;
    return left;
  }

  size_t cases_ = 0;
  std::map<std::string, bool> left_ = MakeLeft();
};

TEST(JsonSchemaTestSuite, EveryCaseOfDraft4ButThoseThatTheDialectLeavesOut) {
  ASSERT_TRUE(std::filesystem::exists(kSuite)) << "install json-schema-test-suite";
  Suite suite;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kSuite)) {
    if (entry.path().extension() != ".json") continue;
    suite.RunFile(std::filesystem::relative(entry.path(), kSuite).string());
  }
  EXPECT_GE(suite.cases(), 250U);
  EXPECT_EQ(suite.NeverSeen(), std::vector<std::string>());
}

}  // namespace
}  // namespace veddb::doc
