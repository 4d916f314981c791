#include "base/result.h"

#include <memory>

namespace watchfire {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return Error::Invalid("{} is odd", n);
  return n / 2;
}

Result<int> Quarter(int n) {
  int half = TRY(Half(n));
  return TRY(Half(half));
}

Result<void> CheckEven(int n) {
  TRY(Half(n));
  return {};
}

TEST(Result, HoldsAValueOrAnError) {
  Result<int> good = Half(4);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(*good, 2);
  Result<int> bad = Half(3);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(bad.error().message(), "3 is odd");
  EXPECT_EQ(bad.value_or(7), 7);
  EXPECT_EQ(good.value_or(7), 2);
}

TEST(Result, TryPassesErrorsUp) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).error().message(), "3 is odd");
  EXPECT_EQ(Quarter(5).error().message(), "5 is odd");
  EXPECT_TRUE(CheckEven(2).ok());
  EXPECT_EQ(CheckEven(1).error().message(), "1 is odd");
}

TEST(Result, MovesWhatCannotBeCopied) {
  auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(5); };
  auto use = [&]() -> Result<int> {
    std::unique_ptr<int> owned = TRY(make());
    return *owned;
  };
  EXPECT_EQ(*use(), 5);
}

TEST(Error, AddsContextAndKeepsItsCode) {
  Error error = Error::NotFound("no such thing").With("reading block {}", 7);
  EXPECT_EQ(error.message(), "reading block 7: no such thing");
  EXPECT_EQ(error.code(), ErrorCode::kNotFound);
  EXPECT_EQ(ErrorCodeName(error.code()), "not_found");
}

TEST(ResultDeathTest, AbortsOnTheWrongSide) {
  EXPECT_DEATH(static_cast<void>(Half(3).value()), "ok");
  EXPECT_DEATH(static_cast<void>(Half(2).error()), "ok");
}

}  // namespace
}  // namespace watchfire
