#include "tsdb/index/index.h"

#include <gtest/gtest.h>

#include <map>
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
    list.Add(next);
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

TEST(IdList, TakesAndGivesUpIdsAnywhere) {
  std::mt19937 random(5);
  IdList list;
  std::set<uint32_t> expected;
  for (int round = 0; round < 300; ++round) {
    uint32_t from = random() % 5000;
    for (uint32_t id = from; id < from + random() % 100; id += 1 + random() % 3) {
      if (expected.insert(id).second) list.Add(id);
    }
    if (round % 5 == 0) {
      std::vector<uint32_t> gone;
      for (uint32_t id = random() % 5000; id < 5000; id += 1 + random() % 40) gone.push_back(id);
      for (uint32_t id : gone) expected.erase(id);
      list.Remove(gone);
    }
    std::vector<uint32_t> got;
    list.AppendTo(&got);
    ASSERT_EQ(got, std::vector<uint32_t>(expected.begin(), expected.end()));
    ASSERT_EQ(list.size(), expected.size());
  }
}

// Series come, go and come back under old and new ids; whatever is asked agrees with a plain map.
TEST(Index, ForgetsRemovedSeriesAndUsesTheirIdsAgain) {
  std::mt19937 random(17);
  Index index;
  std::map<Labels, SeriesId> live;
  std::map<SeriesId, Labels> removed;  // not released
  std::set<SeriesId> ever;
  size_t reused = 0;
  for (int round = 0; round < 60; ++round) {
    std::string pod = "pod-" + std::to_string(round);
    for (int i = 0; i < 120; ++i) {
      Labels labels = i % 10 == 0 ? Series("up", "api", "steady:" + std::to_string(i), "")
                                  : Labels::Of({{"__name__", "m" + std::to_string(i % 7)},
                                                {"pod", pod},
                                                {"own", pod + "-" + std::to_string(i)}});
      auto [id, created] = *index.FindOrCreate(labels);
      auto known = live.find(labels);
      ASSERT_EQ(created, known == live.end());
      if (!created) {
        ASSERT_EQ(id, known->second);
        continue;
      }
      ASSERT_FALSE(removed.contains(id)) << "an id that was not released";
      reused += ever.insert(id).second ? 0 : 1;
      live[labels] = id;
    }
    // Everything is marked, a part is wanted meanwhile.
    std::vector<SeriesId> all;
    for (const auto& [labels, id] : live) all.push_back(id);
    std::sort(all.begin(), all.end());
    std::map<SeriesId, uint16_t> generations;
    for (SeriesId id : all) generations[id] = index.GenerationOf(id);
    index.Mark(all);
    for (auto at = live.begin(); at != live.end(); ++at) {
      uint32_t what = random() % 6;
      if (what == 0) {
        ASSERT_TRUE(index.Find(at->first));
        generations.erase(at->second);
      } else if (what == 1) {
        ASSERT_TRUE(index.Use(at->second, generations[at->second]));
        generations.erase(at->second);
      }
    }
    std::vector<SeriesId> gone = index.RemoveMarked(all);
    ASSERT_EQ(gone.size(), generations.size());
    for (SeriesId id : gone) {
      ASSERT_TRUE(generations.contains(id));
      ASSERT_FALSE(index.Use(id, generations[id]));
      ASSERT_FALSE(index.IsSeries(id));
    }
    std::erase_if(live, [&](const auto& one) {
      if (!generations.contains(one.second)) return false;
      removed[one.second] = one.first;
      return true;
    });
    if (random() % 3 == 0 || index.IsMostlyGarbage()) {
      std::vector<SeriesId> pending;
      for (const auto& [id, labels] : removed) pending.push_back(id);
      index.Rebuild(pending);
      ASSERT_FALSE(index.IsMostlyGarbage());
      if (random() % 2 == 0) index.ForgetOldStores();
    }
    for (const auto& [id, labels] : removed) ASSERT_EQ(index.LabelsOf(id), labels);
    ASSERT_EQ(index.num_series(), live.size());
    std::set<std::string> pods;
    std::vector<SeriesId> of_m3;
    std::vector<SeriesId> not_up;
    for (const auto& [labels, id] : live) {
      ASSERT_EQ(index.LabelsOf(id), labels);
      ASSERT_EQ(index.Find(labels), id);
      if (labels.Has("pod")) pods.insert(std::string(labels.Get("pod")));
      if (labels.metric_name() == "m3") of_m3.push_back(id);
      if (!labels.Has("job")) not_up.push_back(id);
    }
    std::sort(of_m3.begin(), of_m3.end());
    std::sort(not_up.begin(), not_up.end());
    EXPECT_EQ(index.Select({M(MatchType::kEqual, "__name__", "m3")}), of_m3);
    EXPECT_EQ(index.Select({M(MatchType::kEqual, "job", "")}), not_up);
    EXPECT_EQ(index.LabelValues("pod", nullptr),
              std::vector<std::string>(pods.begin(), pods.end()));
    for (const NamedValue& value : index.TopCardinality(1000).series_count_by_metric_name) {
      EXPECT_GT(value.value, 0u) << value.name;
    }
    if (random() % 2 == 0) {
      std::vector<SeriesId> ids;
      for (const auto& [id, labels] : removed) ids.push_back(id);
      index.Release(ids);
      removed.clear();
    }
  }
  EXPECT_GT(reused, 1000u);
  EXPECT_LT(index.num_ids(), 1500u);
}

// Pods that come and go must not fill the memory with their texts.
TEST(Index, ChurnDoesNotLeak) {
  Index index;
  size_t settled = 0;
  for (int round = 0; round < 40; ++round) {
    std::vector<SeriesId> ids;
    for (int i = 0; i < 2000; ++i) {
      ids.push_back(index
                        .FindOrCreate(Labels::Of({{"__name__", "m" + std::to_string(i % 50)},
                                                  {"id", fmt::format("r{}-{}", round, i)},
                                                  {"pod", fmt::format("pod-{}", round)}}))
                        ->first);
    }
    std::sort(ids.begin(), ids.end());
    index.Mark(ids);
    ASSERT_EQ(index.RemoveMarked(ids).size(), ids.size());
    index.Release(ids);
    if (index.IsMostlyGarbage()) index.Rebuild({});
    index.ForgetOldStores();
    if (round == 5) settled = index.MemoryUsage().total();
  }
  EXPECT_EQ(index.num_series(), 0u);
  EXPECT_EQ(index.num_ids(), 2000u);
  EXPECT_LE(index.MemoryUsage().total(), settled * 2);
}

}  // namespace
}  // namespace watchfire::index
