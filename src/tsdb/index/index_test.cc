#include "tsdb/index/index.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

namespace watchfire::index {
namespace {

using model::Labels;
using model::Matcher;
using model::Matchers;
using model::MatchType;

Matcher M(MatchType type, std::string name, std::string value) {
  return *Matcher::Make(type, std::move(name), std::move(value));
}

Labels Series(std::string_view name, std::string_view job, std::string_view instance,
              std::string_view code) {
  return Labels::Of({{"__name__", name}, {"job", job}, {"instance", instance}, {"code", code}});
}

TEST(IdList, GivesBackRunsAndSingles) {
  std::mt19937 random(3);
  IdList list;
  std::vector<uint32_t> expected;
  uint32_t next = 0;
  for (int i = 0; i < 5000; ++i) {
    next += random() % 3 == 0 ? random() % 100000 : 0;
    list.Append(next);
    expected.push_back(next++);
  }
  std::vector<uint32_t> got;
  list.AppendTo(&got);
  EXPECT_EQ(got, expected);
  EXPECT_EQ(list.size(), 5000u);
}

TEST(Index, ASeriesHasOneIdAndKeepsItsLabels) {
  Index index;
  std::vector<Labels> all = {
      Series("up", "a", "x:1", ""),
      Series("up", "b", "x:1", ""),
      Series("up", "a", "x:2", ""),
      Series("reqs", "a", "x:1", "200"),
      Labels::Of({{"no_name", "1"}}),
      Labels::Of({{"job", "j"}}),
      Labels::Of({{"__name__", "z"}, {"a", "1"}, {"instance", "i"}, {"job", "j"}, {"z", "2"}})};
  for (uint32_t i = 0; i < all.size(); ++i) {
    EXPECT_FALSE(index.Find(all[i]));
    EXPECT_EQ(*index.FindOrCreate(all[i]), std::pair(i, true));
  }
  for (uint32_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(*index.FindOrCreate(all[i]), std::pair(i, false));
    EXPECT_EQ(index.Find(all[i]), i);
    EXPECT_EQ(index.LabelsOf(i), all[i]);
  }
  EXPECT_EQ(index.FindOrCreate(Labels()).error().code(), ErrorCode::kInvalid);
}

TEST(Index, AnOverlongLabelIsRefused) {
  Index index;
  std::string long_text(TextSlab::kMaxText + 1, 'x');
  EXPECT_EQ(index.FindOrCreate(Labels::Of({{"a", long_text}})).error().code(), ErrorCode::kLimit);
  EXPECT_EQ(index.num_series(), 0u);
}

// Every combination of matchers against a plain filter over all series.
TEST(Index, SelectAgreesWithTestingEverySeries) {
  Index index;
  std::vector<Labels> all;
  for (const char* name : {"up", "reqs_total", "lat_bucket", ""}) {
    for (const char* job : {"api", "db", ""}) {
      for (const char* instance : {"a:1", "b:1", ""}) {
        for (const char* code : {"200", "404", "500", ""}) {
          Labels labels = Series(name, job, instance, code);
          if (labels.empty()) continue;
          all.push_back(labels);
          ASSERT_TRUE(index.FindOrCreate(labels)->second);
        }
      }
    }
  }
  std::vector<Matcher> pool;
  for (const char* name : {"__name__", "job", "instance", "code", "absent"}) {
    for (const char* value : {"", "up", "api", "a:1", "200", "nothing"}) {
      pool.push_back(M(MatchType::kEqual, name, value));
      pool.push_back(M(MatchType::kNotEqual, name, value));
    }
    for (const char* value : {".*", ".+", "", "up|reqs_total", "a.*", "2..|5..", "|404", "[^4]+"}) {
      pool.push_back(M(MatchType::kRegex, name, value));
      pool.push_back(M(MatchType::kNotRegex, name, value));
    }
  }
  std::mt19937 random(5);
  for (int round = 0; round < 20000; ++round) {
    Matchers matchers;
    for (size_t i = 0, n = random() % 4; i < n; ++i)
      matchers.push_back(pool[random() % pool.size()]);
    std::vector<SeriesId> expected;
    std::set<std::string> codes;
    for (uint32_t i = 0; i < all.size(); ++i) {
      if (!model::MatchesAll(matchers, all[i])) continue;
      expected.push_back(i);
      if (all[i].Has("code")) codes.emplace(all[i].Get("code"));
    }
    std::vector<SeriesId> got = index.Select(matchers);
    std::string text;
    for (const Matcher& matcher : matchers) text += matcher.ToString() + " ";
    ASSERT_EQ(got, expected) << text;
    ASSERT_EQ(index.LabelValues("code", &got), std::vector<std::string>(codes.begin(), codes.end()))
        << text;
  }
}

TEST(Index, ListsNamesAndValues) {
  Index index;
  ASSERT_TRUE(index.FindOrCreate(Series("up", "a", "x:1", "")).ok());
  ASSERT_TRUE(index.FindOrCreate(Series("reqs", "b", "x:1", "200")).ok());
  EXPECT_EQ(index.LabelNames(nullptr),
            (std::vector<std::string>{"__name__", "code", "instance", "job"}));
  std::vector<SeriesId> up = index.Select({Matcher::Equal("__name__", "up")});
  EXPECT_EQ(index.LabelNames(&up), (std::vector<std::string>{"__name__", "instance", "job"}));
  EXPECT_EQ(index.LabelValues("job", nullptr), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(index.LabelValues("job", &up), std::vector<std::string>{"a"});
  EXPECT_TRUE(index.LabelValues("nope", nullptr).empty());
}

TEST(Index, CountsCardinality) {
  Index index;
  for (const char* code : {"200", "404", "500"}) {
    ASSERT_TRUE(index.FindOrCreate(Series("reqs", "a", "x:1", code)).ok());
  }
  ASSERT_TRUE(index.FindOrCreate(Series("up", "a", "x:1", "")).ok());
  Cardinality top = index.TopCardinality(2);
  EXPECT_EQ(top.num_series, 4u);
  EXPECT_EQ(top.num_label_pairs, 7u);
  ASSERT_EQ(top.series_count_by_metric_name.size(), 2u);
  EXPECT_EQ(top.series_count_by_metric_name[0].name, "reqs");
  EXPECT_EQ(top.series_count_by_metric_name[0].value, 3u);
  EXPECT_EQ(top.label_value_count_by_label_name[0].name, "code");
  EXPECT_EQ(top.memory_in_bytes_by_label_name[0].name, "__name__");
  EXPECT_EQ(top.memory_in_bytes_by_label_name[0].value, 14u);
  EXPECT_EQ(top.series_count_by_label_value_pair[0].name, "instance=x:1");
}

TEST(Index, QueriesRunWhileSeriesAreCreated) {
  Index index;
  std::thread creator([&] {
    for (int i = 0; i < 3000; ++i) {
      std::string instance = "i" + std::to_string(i % 50);
      std::string code = std::to_string(i);
      ASSERT_TRUE(index.FindOrCreate(Series("m", "job", instance, code)).ok());
    }
  });
  Matchers matchers = {M(MatchType::kRegex, "code", "1.*"), Matcher::Equal("__name__", "m")};
  size_t last = 0;
  while (last < 1111) {
    std::vector<SeriesId> found = index.Select(matchers);
    ASSERT_GE(found.size(), last);
    last = found.size();
    for (SeriesId id : found) ASSERT_EQ(index.LabelsOf(id).Get("code")[0], '1');
    index.TopCardinality(10);
  }
  creator.join();
}

// Names on both sides of the split, absent ones, values that are prefixes of each other.
TEST(Index, SortingByNumbersIsSortingLabelSets) {
  std::mt19937 random(11);
  for (int count : {1, 20, 3000}) {
    Index index;
    const std::vector<std::string> names = {"Z",   "__name__", "app", "code",     "instance",
                                            "job", "le",       "pod", "quantile", "zone"};
    std::vector<SeriesId> ids;
    for (int i = 0; i < count; ++i) {
      model::LabelsBuilder builder;
      for (const std::string& name : names) {
        if (random() % 3 == 0) continue;
        uint32_t kind = random() % 6;
        std::string value = kind == 0 ? "a" : kind == 1 ? "ab" : "abcdefgh";
        if (kind > 2) value += std::to_string(random() % (kind == 3 ? 3 : 2000));
        builder.Set(name, value);
      }
      Labels labels = builder.Build();
      if (labels.empty()) continue;
      auto [id, created] = *index.FindOrCreate(labels);
      if (created && random() % 5 != 0) ids.push_back(id);
    }
    std::shuffle(ids.begin(), ids.end(), random);
    std::vector<SeriesId> expected = ids;
    std::sort(expected.begin(), expected.end(),
              [&](SeriesId a, SeriesId b) { return index.LabelsOf(a) < index.LabelsOf(b); });
    index.SortByLabels(&ids);
    EXPECT_EQ(ids, expected);
  }
}

}  // namespace
}  // namespace watchfire::index
