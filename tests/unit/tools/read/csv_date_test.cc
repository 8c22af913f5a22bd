// SPDX-License-Identifier: BSD-3-Clause
#include "tools/read/csv_date.h"

#include <gtest/gtest.h>

#include "doc/value/time_text.h"

namespace veddb::tool {
namespace {

std::string Read(DateLanguage language, Bytes layout, Bytes text) {
  const Result<DateLayout> parsed = DateLayout::Parse(language, layout);
  if (!parsed.ok()) return "ERROR " + parsed.error().message;
  const std::optional<int64_t> unix_ms = parsed->Read(text);
  if (!unix_ms) return "none";
  std::string iso;
  doc::AppendIsoDate(*unix_ms, &iso);
  return iso;
}

std::string Go(Bytes layout, Bytes text) { return Read(DateLanguage::kGo, layout, text); }

TEST(CsvDateTest, TheThreeLanguagesSayTheSame) {
  const std::string expected = "2024-03-09T17:05:06Z";
  const Bytes text = "2024-03-09 17:05:06";
  EXPECT_EQ(Go("2006-01-02 15:04:05", text), expected);
  EXPECT_EQ(Read(DateLanguage::kMicrosoft, "yyyy-MM-dd HH:mm:ss", text), expected);
  EXPECT_EQ(Read(DateLanguage::kOracle, "YYYY-MM-DD HH24:MI:SS", text), expected);
}

TEST(CsvDateTest, MonthNamesHalfDaysFractionsAndOffsets) {
  EXPECT_EQ(Go("Jan 2, 2006, 3:04pm", "mar 9, 2024, 12:30AM"), "2024-03-09T00:30:00Z");
  EXPECT_EQ(Go("2 January 2006", "9 March 2024"), "2024-03-09T00:00:00Z");
  EXPECT_EQ(Go("2006-01-02T15:04:05.000Z07:00", "2024-03-09T00:30:00.25+02:00"),
            "2024-03-08T22:30:00.250Z");
  EXPECT_EQ(Go("2006-01-02T15:04:05Z", "2024-03-09T00:30:00Z"), "2024-03-09T00:30:00Z");
  EXPECT_EQ(Go("20060102150405", "20240309173001"), "2024-03-09T17:30:01Z");
  EXPECT_EQ(Go("06/1/2", "70/3/9"), "1970-03-09T00:00:00Z");
  EXPECT_EQ(Read(DateLanguage::kMicrosoft, "d-MMM-yy h:mm tt", "9-Mar-24 1:05 PM"),
            "2024-03-09T13:05:00Z");
  EXPECT_EQ(Read(DateLanguage::kOracle, "DD-MON-RR HH:MI:SS.FF3 AM", "09-MAR-24 01:05:06.5 PM"),
            "2024-03-09T13:05:06.500Z");
}

TEST(CsvDateTest, WhatIsNoDateOfTheLayoutIsNone) {
  EXPECT_EQ(Go("2006-01-02", "2024-02-30"), "none");
  EXPECT_EQ(Go("2006-01-02", "2024-13-01"), "none");
  EXPECT_EQ(Go("2006-01-02", "2024-03-09 "), "none");
  EXPECT_EQ(Go("2006-01-02", "2024/03/09"), "none");
  EXPECT_EQ(Go("2006-01-02", ""), "none");
  EXPECT_EQ(Go("15:04", "24:00"), "none");
  EXPECT_EQ(Go("3:04pm", "13:00pm"), "none");
  EXPECT_EQ(Go("Jan", "Mai"), "none");
  EXPECT_EQ(Go("2006-01-02", "2024-02-29"), "2024-02-29T00:00:00Z");
}

TEST(CsvDateTest, LayoutsWithUnknownPartsAreRefused) {
  EXPECT_TRUE(Go("Monday 2006", "").starts_with("ERROR the layout of a date holds 'Monday 2006'"));
  EXPECT_TRUE(Go("", "").starts_with("ERROR a date needs a layout"));
  EXPECT_TRUE(Read(DateLanguage::kMicrosoft, "yyyy-DDD", "").starts_with("ERROR"));
  EXPECT_TRUE(Read(DateLanguage::kOracle, "YYYY-WW", "").starts_with("ERROR"));
}

}  // namespace
}  // namespace veddb::tool
