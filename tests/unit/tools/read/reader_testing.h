// SPDX-License-Identifier: BSD-3-Clause
// What tests of readers share: a file with a text, and what a reader makes of it in one line.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"
#include "tools/read/reader.h"

namespace veddb::tool {

class ReaderTest : public ::testing::Test {
 protected:
  ReaderTest() : temp_("reader") {}

  // Opens a reader over a file with this text.
  Status Open(const std::string& text, ReaderOptions options) {
    const std::string path = temp_ / "input";
    std::ofstream(path, std::ios::binary) << text;
    reader_.reset();
    input_ = TRY(Input::Open(path));
    reader_ = TRY(MakeReader(input_.get(), options));
    return Ok();
  }

  // What is left to read: documents as JSON, rejections as "!CODE", an error as "ERROR text", each
  // with its number in front.
  std::string Rest() {
    std::string out;
    for (;;) {
      Result<std::optional<Record>> next = reader_->Next();
      if (!next.ok()) return out + "ERROR " + next.error().message;
      if (!*next) return out;
      const Record& record = **next;
      const std::string shown = record.rejection ? "!" + record.rejection->code
                                                 : doc::JsonText(doc::DocView(record.bson));
      out += std::to_string(record.number) + shown + " ";
      last_ = record;
    }
  }

  std::string ReadAll(const std::string& text, ReaderOptions options) {
    const Status opened = Open(text, options);
    return opened.ok() ? Rest() : "ERROR " + Status(opened).error().message;
  }

  // Reading is interrupted behind each record and resumed by a new reader: together they have to
  // find what one finds alone.
  void CheckResumption(const std::string& text, ReaderOptions options) {
    const std::string whole = ReadAll(text, options);
    std::string before;
    for (size_t taken = 1; before != whole; ++taken) {
      ASSERT_TRUE(Open(text, options).ok());
      before.clear();
      Place place;
      for (size_t i = 0; i < taken; ++i) {
        const Result<std::optional<Record>> next = reader_->Next();
        ASSERT_TRUE(next.ok() && *next) << "after " << before;
        place = (*next)->end;
        before += std::to_string((*next)->number) +
                  ((*next)->rejection ? "!" + (*next)->rejection->code
                                      : doc::JsonText(doc::DocView((*next)->bson))) +
                  " ";
      }
      ASSERT_TRUE(Open(text, options).ok());
      ASSERT_TRUE(reader_->Resume(place).ok());
      ASSERT_EQ(before + Rest(), whole) << "after " << taken;
    }
  }

  testing::TempDir temp_;
  std::unique_ptr<Input> input_;
  std::unique_ptr<Reader> reader_;
  Record last_;
};

}  // namespace veddb::tool
