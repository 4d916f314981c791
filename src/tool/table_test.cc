#include "tool/table.h"

#include <gtest/gtest.h>

namespace watchfire::tool {
namespace {

TEST(Table, ColumnsAreAtLeastThirteenWide) {
  EXPECT_EQ(Align({{"A", "LONGER THAN THIRTEEN", "C"}, {"1", "2", "3"}}),
            "A            LONGER THAN THIRTEEN  C\n"
            "1            2                     3\n");
}

TEST(Table, DurationsReadAsGoPrintsThem) {
  EXPECT_EQ(GoDuration(0), "0s");
  EXPECT_EQ(GoDuration(999), "999ms");
  EXPECT_EQ(GoDuration(6'390'001), "1h46m30.001s");
  EXPECT_EQ(GoDuration(4'080'001), "1h8m0.001s");
  EXPECT_EQ(GoDuration(7'200'000), "2h0m0s");
  EXPECT_EQ(GoDuration(61'500), "1m1.5s");
  EXPECT_EQ(GoDuration(-1'500), "-1.5s");
}

TEST(Table, SizesAndTimesForPeople) {
  EXPECT_EQ(BinarySize(26'983), "26KiB359B");
  EXPECT_EQ(BinarySize(0), "0B");
  EXPECT_EQ(BinarySize((uint64_t{1} << 30) + 5), "1GiB5B");
  EXPECT_EQ(GoUtcTime(1'700'000'000'123), "2023-11-14 22:13:20 +0000 UTC");
}

}  // namespace
}  // namespace watchfire::tool
