#include "codec/records.h"

#include <vector>

namespace watchfire {
namespace {

Result<std::vector<std::string>> ReadAll(std::string_view bytes, size_t max_record = 1000) {
  std::vector<std::string> out;
  TRY(ForEachRecord(bytes, max_record, [&](std::string_view record) -> Result<void> {
    out.emplace_back(record);
    return {};
  }));
  return out;
}

TEST(Records, AreReadAsTheyWereWritten) {
  std::vector<std::string> records = {"", "a", std::string(300, 'x'), std::string(2, '\0')};
  std::string bytes;
  for (const std::string& record : records) AppendRecord(bytes, record);
  EXPECT_EQ(ReadAll(bytes).value(), records);
  EXPECT_EQ(bytes.substr(0, 3), std::string("\0\1a", 3));
}

TEST(Records, CutOffAnywhereAreRefusedWithTheirPlace) {
  std::string bytes;
  AppendRecord(bytes, "first");
  size_t second = bytes.size();
  AppendRecord(bytes, std::string(200, 'x'));
  for (size_t size = 0; size < bytes.size(); ++size) {
    Result<std::vector<std::string>> read = ReadAll(std::string_view(bytes).substr(0, size));
    if (size == 0 || size == second) {
      EXPECT_TRUE(read.ok());
      continue;
    }
    ASSERT_FALSE(read.ok()) << size;
    EXPECT_EQ(read.error().code(), ErrorCode::kCorrupt);
    std::string place = fmt::format("record at byte {}: ", size < second ? 0 : second);
    EXPECT_EQ(read.error().message().substr(0, place.size()), place);
  }
}

TEST(Records, LongerThanAllowedAreRefused) {
  std::string bytes;
  AppendRecord(bytes, "12345");
  EXPECT_TRUE(ReadAll(bytes, 5).ok());
  EXPECT_EQ(ReadAll(bytes, 4).error().message(),
            "record at byte 0: 5 bytes are more than the 4 allowed");
}

TEST(Records, TellWhereAVisitorFailed) {
  std::string bytes;
  AppendRecord(bytes, "good");
  AppendRecord(bytes, "bad");
  Result<void> read = ForEachRecord(bytes, 10, [](std::string_view record) -> Result<void> {
    if (record == "bad") return Error::Corrupt("not good");
    return {};
  });
  EXPECT_EQ(read.error().message(), "record at byte 5: not good");
}

TEST(Timestamps, RoundTrip) {
  for (int64_t ns : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{1'700'000'000'123'456'789},
                     int64_t{-1'700'000'000'123'456'789}, int64_t{5'000'000'000}}) {
    EXPECT_EQ(DecodeTimestamp(EncodeTimestamp(ns)).value(), ns);
  }
}

TEST(Timestamps, OfGosZeroTimeAreNotSet) {
  // seconds: -62135596800
  EXPECT_EQ(DecodeTimestamp("\x08\x80\x92\xb8\xc3\x98\xfe\xff\xff\xff\x01").value(), 0);
}

TEST(Timestamps, BeyondTheRangeAreTheNearest) {
  EXPECT_EQ(DecodeTimestamp("\x08\xff\xff\xff\xff\xff\x0f").value(), INT64_MAX);
}

TEST(Timestamps, ThatAreDamagedAreRefused) {
  EXPECT_FALSE(DecodeTimestamp("\x08").ok());
  EXPECT_FALSE(DecodeTimestamp("\x08\x80").ok());
  EXPECT_FALSE(DecodeTimestamp("\x10\x80\x94\xeb\xdc\x03").ok());  // 1000000000 nanoseconds
  EXPECT_FALSE(DecodeTimestamp("\x0b").ok());                      // a group
  EXPECT_TRUE(DecodeTimestamp("\x08\x01\x1a\x02zz").ok());         // a field of tomorrow
}

}  // namespace
}  // namespace watchfire
