#include "storage/merge.h"

#include <gtest/gtest.h>

#include "testing/test_storage.h"

namespace watchfire::storage {
namespace {

using model::Labels;

std::unique_ptr<Querier> Over(std::vector<testing::TestStorage*> parts) {
  std::vector<std::unique_ptr<Querier>> queriers;
  for (testing::TestStorage* part : parts) {
    queriers.push_back(std::move(*part->NewQuerier(kMinTime, kMaxTime)));
  }
  return MergeQueriers(std::move(queriers));
}

std::string Show(Querier& querier, const SelectHints& hints = {}) {
  std::string out;
  auto set = querier.Select(false, hints, {});
  while (set->Next()) {
    out += set->At().labels().ToString() + ":";
    Columns columns = set->At().Read(kMinTime, kMaxTime);
    for (size_t i = 0; i < columns.t.size(); ++i) {
      out += fmt::format(" {}={}", columns.t[i], columns.v[i]);
    }
    out += "\n";
  }
  EXPECT_TRUE(set->status().ok());
  return out;
}

TEST(Merge, SeriesOfSeveralPartsBecomeOne) {
  testing::TestStorage old_part;
  testing::TestStorage new_part;
  old_part.Add(Labels::Of({{"a", "1"}}), 1, 1);
  old_part.Add(Labels::Of({{"a", "1"}}), 2, 2);
  old_part.Add(Labels::Of({{"a", "0"}}), 1, 5);
  new_part.Add(Labels::Of({{"a", "1"}}), 3, 3);
  new_part.Add(Labels::Of({{"a", "2"}}), 3, 9);
  auto querier = Over({&old_part, &new_part});
  EXPECT_EQ(Show(*querier),
            "{a=\"0\"}: 1=5\n"
            "{a=\"1\"}: 1=1 2=2 3=3\n"
            "{a=\"2\"}: 3=9\n");
  SelectHints two;
  two.limit = 2;
  EXPECT_EQ(Show(*querier, two), "{a=\"0\"}: 1=5\n{a=\"1\"}: 1=1 2=2 3=3\n");
}

TEST(Merge, PartsMayComeInAnyOrderOfTime) {
  testing::TestStorage first;
  testing::TestStorage second;
  first.Add(Labels::Of({{"a", "1"}}), 10, 10);
  second.Add(Labels::Of({{"a", "1"}}), 1, 1);
  second.Add(Labels::Of({{"a", "1"}}), 2, 2);
  EXPECT_EQ(Show(*Over({&first, &second})), "{a=\"1\"}: 1=1 2=2 10=10\n");
}

TEST(Merge, OfEqualTimesTheLaterPartShows) {
  testing::TestStorage blocks;
  testing::TestStorage head;
  for (TimeMs t : {1, 3, 5}) blocks.Add(Labels::Of({{"a", "1"}}), t, 100);
  for (TimeMs t : {2, 3, 4}) head.Add(Labels::Of({{"a", "1"}}), t, 200);
  auto querier = Over({&blocks, &head});
  EXPECT_EQ(Show(*querier), "{a=\"1\"}: 1=100 2=200 3=200 4=200 5=100\n");
  auto set = querier->Select(true, {}, {});
  ASSERT_TRUE(set->Next());
  model::Sample sample;
  ASSERT_TRUE(set->At().Latest(kMinTime, 3, &sample));
  EXPECT_EQ(sample.t, 3);
  EXPECT_EQ(sample.v, 200);
}

TEST(Merge, HistogramsOfSeveralPartsAreInOrderAndOncePerTime) {
  testing::TestStorage blocks;
  testing::TestStorage head;
  model::FloatHistogram histogram;
  for (TimeMs t : {1, 3}) {
    histogram.sum = static_cast<double>(t);
    blocks.AddHistogram(Labels::Of({{"a", "1"}}), t, histogram);
  }
  for (TimeMs t : {2, 3}) {
    histogram.sum = static_cast<double>(10 * t);
    head.AddHistogram(Labels::Of({{"a", "1"}}), t, histogram);
  }
  auto querier = Over({&blocks, &head});
  auto set = querier->Select(true, {}, {});
  ASSERT_TRUE(set->Next());
  std::vector<double> sums;
  for (const HistogramSample& sample : set->At().ReadHistograms(kMinTime, kMaxTime)) {
    sums.push_back(sample.histogram.sum);
  }
  EXPECT_EQ(sums, (std::vector<double>{1, 20, 30}));
}

TEST(Merge, LabelNamesAndValuesAreUnions) {
  testing::TestStorage first;
  testing::TestStorage second;
  first.Add(Labels::Of({{"a", "1"}, {"b", "1"}}), 1, 1);
  second.Add(Labels::Of({{"a", "0"}, {"c", "1"}}), 1, 1);
  auto querier = Over({&first, &second});
  EXPECT_EQ(*querier->LabelNames({}, 0), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(*querier->LabelValues("a", {}, 0), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(*querier->LabelValues("a", {}, 1), (std::vector<std::string>{"0"}));
}

}  // namespace
}  // namespace watchfire::storage
