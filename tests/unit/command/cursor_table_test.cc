// SPDX-License-Identifier: BSD-3-Clause
// Cursors belong to their users, are bounded in number, memory and idle time, and are freed by
// whoever was given that to do.
#include "command/cursor_table.h"

#include <gtest/gtest.h>

#include <set>

namespace veddb {
namespace {

class FakeCursor final : public Cursor {
 public:
  explicit FakeCursor(size_t bytes) : bytes_(bytes) {}
  size_t memory_bytes() const override { return bytes_; }
  void set_memory_bytes(size_t bytes) { bytes_ = bytes; }

 private:
  size_t bytes_;
};

class CursorTableTest : public ::testing::Test {
 protected:
  Result<std::string> Add(Bytes user, size_t bytes = 100) {
    return table_.Add(user, std::make_unique<FakeCursor>(bytes));
  }
  // The code of what Take answers; nothing: it was there, and is returned.
  std::optional<ErrorCode> Use(Bytes id, Bytes user) {
    Result<CursorPtr> taken = table_.Take(id, user);
    if (!taken.ok()) return taken.error().code;
    EXPECT_TRUE(table_.Return(id, taken.TakeValue()).ok());
    return std::nullopt;
  }

  size_t freed_ = 0;
  CursorTable table_{[this](CursorPtr cursor) {
    EXPECT_NE(cursor, nullptr);
    ++freed_;
  }};
};

TEST_F(CursorTableTest, OnlyItsUserGetsACursor) {
  const std::string id = *Add("ann");
  EXPECT_EQ(Use(id, "ann"), std::nullopt);
  EXPECT_EQ(Use(id, "bob"), ErrorCode::kNoCursor);
  EXPECT_FALSE(table_.Close(id, "bob"));
  EXPECT_EQ(Use(id, "ann"), std::nullopt);
  EXPECT_TRUE(table_.Close(id, "ann"));
  EXPECT_FALSE(table_.Close(id, "ann"));
  EXPECT_EQ(Use(id, "ann"), ErrorCode::kNoCursor);
  EXPECT_EQ(freed_, 1U);
}

TEST_F(CursorTableTest, IdsArePositiveNumbersThatDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.insert(*Add("ann"));
  EXPECT_EQ(ids.size(), 100U);
  for (const std::string& id : ids) {
    EXPECT_GT(std::stoll(id), 0) << id;
    EXPECT_EQ(Use(id, "ann"), std::nullopt);
    EXPECT_EQ(Use("0" + id, "ann"), ErrorCode::kNoCursor);
    EXPECT_EQ(Use("+" + id, "ann"), ErrorCode::kNoCursor);
  }
}

TEST_F(CursorTableTest, OneThatIsTakenIsInUse) {
  const std::string id = *Add("ann");
  Result<CursorPtr> taken = table_.Take(id, "ann");
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(Use(id, "ann"), ErrorCode::kErr);
  EXPECT_EQ(table_.figures().open, 1U);
  // Closed while it is taken: it is freed when it comes back.
  EXPECT_TRUE(table_.Close(id, "ann"));
  EXPECT_EQ(freed_, 0U);
  EXPECT_TRUE(table_.Return(id, taken.TakeValue()).ok());
  EXPECT_EQ(freed_, 1U);
  EXPECT_EQ(Use(id, "ann"), ErrorCode::kNoCursor);
}

TEST_F(CursorTableTest, OneWhoseAnswerHasEndedIsGone) {
  const std::string id = *Add("ann");
  table_.Finish(id, table_.Take(id, "ann").TakeValue());
  EXPECT_EQ(freed_, 1U);
  EXPECT_EQ(table_.figures().open, 0U);
  EXPECT_EQ(table_.figures().memory_bytes, 0);
  EXPECT_EQ(Use(id, "ann"), ErrorCode::kNoCursor);
}

TEST_F(CursorTableTest, TheirNumberIsBounded) {
  table_.set_limits({.count_max = 2});
  const std::string first = *Add("ann");
  ASSERT_TRUE(Add("bob").ok());
  const Result<std::string> third = Add("ann");
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().Wire(), "ERR there are 2 open cursors, at most 2 may be (cursor-max)");
  table_.Close(first, "ann");
  EXPECT_TRUE(Add("ann").ok());
}

TEST_F(CursorTableTest, TheirMemoryIsBounded) {
  table_.set_limits({.memory_bytes_max = 1000});
  const std::string id = *Add("ann", 600);
  EXPECT_EQ(Add("ann", 401).error().code, ErrorCode::kMemoryLimit);
  EXPECT_TRUE(Add("ann", 400).ok());
  EXPECT_EQ(table_.figures().memory_bytes, 1000);
  // One that has grown beyond it is closed.
  Result<CursorPtr> taken = table_.Take(id, "ann");
  static_cast<FakeCursor&>(**taken).set_memory_bytes(601);
  EXPECT_EQ(table_.Return(id, taken.TakeValue()).error().code, ErrorCode::kMemoryLimit);
  EXPECT_EQ(table_.figures().memory_bytes, 400);
  EXPECT_EQ(table_.figures().open, 1U);
  EXPECT_EQ(freed_, 1U);
}

TEST_F(CursorTableTest, OneThatIsIdleForTooLongIsGone) {
  const std::string by_time = *Add("ann");
  const std::string by_use = *Add("ann");
  const std::string by_close = *Add("ann");
  const std::string taken_id = *Add("ann");
  Result<CursorPtr> taken = table_.Take(taken_id, "ann");
  table_.set_limits({.idle_ms_max = -1});
  EXPECT_EQ(Use(by_use, "ann"), ErrorCode::kNoCursor);
  EXPECT_FALSE(table_.Close(by_close, "ann"));
  EXPECT_EQ(table_.figures().open, 2U);
  table_.CloseIdle();
  EXPECT_EQ(table_.figures().open, 1U) << "one that is in use is not idle";
  EXPECT_EQ(table_.figures().timed_out, 3U);
  EXPECT_EQ(freed_, 3U);
  table_.set_limits({});
  EXPECT_TRUE(table_.Return(taken_id, taken.TakeValue()).ok());
  table_.CloseIdle();
  EXPECT_EQ(Use(taken_id, "ann"), std::nullopt);
}

TEST_F(CursorTableTest, AllAreClosedAtOnce) {
  const std::string id = *Add("ann");
  ASSERT_TRUE(Add("bob").ok());
  Result<CursorPtr> taken = table_.Take(id, "ann");
  table_.CloseAll();
  EXPECT_EQ(freed_, 1U);
  EXPECT_TRUE(table_.Return(id, taken.TakeValue()).ok());
  EXPECT_EQ(freed_, 2U);
  EXPECT_EQ(table_.figures().open, 0U);
  EXPECT_EQ(table_.figures().opened, 2U);
  table_.ResetStats();
  EXPECT_EQ(table_.figures().opened, 0U);
}

}  // namespace
}  // namespace veddb
