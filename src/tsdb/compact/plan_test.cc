#include "tsdb/compact/plan.h"

#include <gtest/gtest.h>

#include <sstream>

namespace watchfire::compact {
namespace {

using block::BlockDirectory;

// Blocks in a line of `name:mint-maxt` with marks behind it: `!failed !stale !selected !ooo
// !deletable`, `!deleted=3/10` for three tombstones in ten series.
std::vector<BlockDirectory> Parse(const std::string& text) {
  std::vector<BlockDirectory> blocks;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word[0] != '!') {
      BlockDirectory block;
      size_t colon = word.find(':');
      size_t dash = word.find('-', colon + 2);
      block.path = word.substr(0, colon);
      block.meta.mint = std::stoll(word.substr(colon + 1, dash - colon - 1));
      block.meta.maxt = std::stoll(word.substr(dash + 1));
      blocks.push_back(block);
      continue;
    }
    block::BlockMeta& meta = blocks.back().meta;
    if (word == "!failed") meta.failed = true;
    if (word == "!deletable") meta.deletable = true;
    if (word == "!stale") meta.hints.emplace_back(block::kFromStaleSeries);
    if (word == "!selected") meta.hints.emplace_back(block::kFromSelectedSeries);
    if (word == "!ooo") meta.hints.emplace_back(block::kFromOutOfOrder);
    if (word.starts_with("!deleted=")) {
      size_t slash = word.find('/');
      meta.stats.num_tombstones = std::stoull(word.substr(9, slash - 9));
      meta.stats.num_series = std::stoull(word.substr(slash + 1));
    }
  }
  return blocks;
}

struct Case {
  std::string blocks;
  std::string plan;
};

void Check(const std::vector<int64_t>& ranges, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    std::string plan;
    for (const std::string& path : Plan(Parse(c.blocks), ranges)) {
      plan += (plan.empty() ? "" : " ") + path;
    }
    EXPECT_EQ(plan, c.plan) << c.blocks;
  }
}

const std::vector<int64_t> kRanges = {20, 60, 180, 540, 1620};

TEST(Ranges, GrowThreefoldUpToTheMaximum) {
  EXPECT_EQ(Ranges(20, 1620), kRanges);
  EXPECT_EQ(Ranges(20, 1619), (std::vector<int64_t>{20, 60, 180, 540}));
  EXPECT_EQ(Ranges(20, 59), std::vector<int64_t>{20});
  EXPECT_EQ(Ranges(20, 20), std::vector<int64_t>{20});
  EXPECT_EQ(Ranges(20, 5), std::vector<int64_t>{20});
  // Fifteen days of retention: a tenth of it is 36 hours.
  constexpr int64_t kHour = 3600 * 1000;
  EXPECT_EQ(Ranges(2 * kHour, 36 * kHour),
            (std::vector<int64_t>{2 * kHour, 6 * kHour, 18 * kHour}));
  EXPECT_EQ(Ranges(1, INT64_MAX).size(), 40U);
}

TEST(Plan, WaitsUntilAWindowIsFullAndANewerBlockIsThere) {
  Check(kRanges, {
                     {"", ""},
                     {"a:0-20", ""},
                     {"a:0-20 b:20-40", ""},
                     {"a:0-20 b:20-40 c:40-60", ""},  // c is the newest
                     {"a:0-20 b:20-40 c:40-60 d:60-80", "a b c"},
                     {"a:-60--40 b:-40--20 c:-20-0 d:0-20", "a b c"},
                     {"a:-20-0 b:0-20 c:20-40 d:40-60", ""},  // windows are aligned to 0
                 });
}

TEST(Plan, CompactsAWindowWithGapsOnceNothingCanComeIntoIt) {
  Check(kRanges, {
                     {"a:0-20 b:20-40 c:60-80", ""},
                     {"a:0-20 b:20-40 c:60-80 d:80-100", "a b"},
                     {"a:0-20 b:40-60 c:60-80", "a b"},  // spans the window
                     {"a:0-20 c:60-80 d:80-100", ""},    // alone in its window
                 });
}

TEST(Plan, PrefersTheSmallestRangeAndTheOldestWindow) {
  Check(kRanges, {
                     {"a:0-20 b:20-40 c:40-60 d:60-120 e:120-180", "a b c"},
                     {"a:0-60 b:60-120 c:120-180 d:180-200 e:200-220 f:220-240 g:240-260", "d e f"},
                     {"a:0-20 b:20-40 c:60-80 d:80-100 e:120-140", "a b"},
                     {"a:20-40 b:60-120 fresh:960-980 c:120-180 d:720-960", "a b c"},
                     // Not the last made but the latest is the newest.
                     {"a:0-360 fresh:540-560 b:360-420 c:420-540", "b c"},
                 });
}

TEST(Plan, LeavesBlocksThatReachOverAWindowAlone) {
  Check({20, 60}, {
                      {"a:0-20 b:50-70 c:70-80 d:80-100 e:120-140 f:140-160", "c d"},
                      {"a:0-120 b:120-140 c:140-160 d:160-180 e:180-200", "b c d"},
                      {"a:0-100 b:100-120 c:120-140", ""},
                  });
}

TEST(Plan, DoesNothingWithOneRange) {
  Check({20}, {{"a:0-20 b:20-40 c:40-60 d:60-80", ""}});
}

TEST(Plan, PassesByWindowsWithAFailedBlock) {
  Check(kRanges,
        {
            {"a:0-20 b:20-40 !failed c:40-60 d:60-80", ""},
            {"a:0-20 b:20-40 !failed c:60-80 d:80-100", ""},
            {"a:0-20 b:20-40 !failed c:40-60 d:60-80 e:80-100 f:100-120 g:120-140", "d e f"},
            {"a:0-20 b:20-40 !failed c:40-60 d:60-120 e:120-180 f:180-200", ""},
        });
}

TEST(Plan, MendsTheFirstRunOfOverlapsBeforeAnythingElse) {
  Check(kRanges, {
                     {"a:0-20 b:19-40 c:40-60", "a b"},
                     {"a:0-20 b:20-40 c:30-50", "b c"},  // even the newest
                     {"a:0-20 b:10-40 c:30-50", "a b c"},
                     {"a:0-360 b:340-560 c:360-420 d:420-540", "a b c d"},
                     {"a:0-10 b:9-20 c:30-40 d:39-50", "a b"},
                     {"a:0-20 b:20-40 c:40-60 d:60-80 e:70-90", "d e"},
                     {"a:0-20 !failed b:10-30", "a b"},
                     {"a:0-20 b:0-20 !ooo c:20-40", "a b"},
                 });
}

TEST(Plan, RewritesLargeBlocksThatAreMostlyDeleted) {
  Check(kRanges, {
                     {"a:0-540 !deleted=3/10", ""},  // the newest
                     {"a:0-540 !deleted=3/10 b:540-560", "a"},
                     {"a:0-540 !deleted=1/19 b:540-560", ""},  // 5 %, not more
                     {"a:0-540 !deleted=1/18 b:540-560", "a"},
                     {"a:0-540 !deleted=0/0 b:540-560", ""},
                     {"a:0-60 !deleted=3/10 b:60-80", ""},  // small
                     {"a:0-60 !deleted=10/10 b:60-80", "a"},
                     // Newest first; a small block ends the search.
                     {"a:0-180 !deleted=9/10 b:540-720 !deleted=9/10 c:1080-1100", "b"},
                     {"a:0-180 !deleted=9/10 b:540-560 c:1080-1100", ""},
                     {"a:0-180 !deleted=9/10 b:540-720 c:1080-1100", "a"},
                 });
}

TEST(Plan, NeverMixesClassesOfBlocks) {
  Check(
      kRanges,
      {
          {"a:0-20 s:0-20 !stale b:20-40 c:40-60 d:60-80", "a b c"},
          {"s:0-20 !stale t:20-40 !stale u:40-60 !stale v:60-80 !stale", "s t u"},
          {"a:0-20 s:0-20 !stale t:20-40 !stale u:40-60 !stale v:60-80 !stale", "s t u"},
          {"a:0-20 b:20-40 c:40-60 d:60-80 s:0-20 !stale t:10-30 !stale", "a b c"},
          {"a:0-20 s:0-20 !stale x:0-20 !selected", ""},
          {"x:0-20 !selected y:20-40 !selected s:40-60 !stale z:60-80 !selected w:80-100 !selected",
           "x y"},
          {"s:0-20 !stale t:0-20 !stale x:0-20 !selected y:0-20 !selected", "s t"},
          {"a:0-20 x:0-20 !selected y:0-20 !selected", "x y"},
      });
}

TEST(Plan, LeavesBlocksAloneThatAreToBeDeleted) {
  Check(kRanges, {{"a:0-20 !deletable b:0-20 c:20-40", ""}});
}

}  // namespace
}  // namespace watchfire::compact
