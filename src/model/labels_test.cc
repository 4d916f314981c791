#include "model/labels.h"

#include "base/hash.h"

namespace watchfire::model {
namespace {

TEST(Labels, SortsByNameAndLeavesEmptyValuesOut) {
  Labels labels = Labels::Of({{"b", "2"}, {"a", "1"}, {"empty", ""}});
  EXPECT_EQ(labels.ToString(), R"({a="1", b="2"})");
  EXPECT_EQ(labels.Count(), 2u);
  EXPECT_FALSE(labels.Has("empty"));
}

TEST(Labels, TakesTheLastOfEqualNames) {
  EXPECT_EQ(Labels::Of({{"a", "1"}, {"a", "2"}}).Get("a"), "2");
  EXPECT_TRUE(Labels::Of({{"a", "1"}, {"a", ""}}).empty());
}

TEST(Labels, FindsValuesAndNothingElse) {
  Labels labels = Labels::Of({{"job", "x"}, {"instance", "y"}, {"__name__", "up"}});
  EXPECT_EQ(labels.Get("job"), "x");
  EXPECT_EQ(labels.metric_name(), "up");
  EXPECT_EQ(labels.Get("jo"), "");
  EXPECT_EQ(labels.Get("jobs"), "");
  EXPECT_EQ(labels.Get(""), "");
  EXPECT_EQ(Labels().Get("a"), "");
}

TEST(Labels, HoldsTextsOfAnyLength) {
  std::string name(127, 'n');
  for (size_t size : {size_t{1}, size_t{127}, size_t{128}, size_t{16383}, size_t{16384}}) {
    std::string value(size, 'v');
    Labels labels = Labels::Of({{name, value}, {"z", "end"}});
    EXPECT_EQ(labels.Get(name), value) << size;
    EXPECT_EQ(labels.Get("z"), "end") << size;
  }
}

TEST(Labels, KeepsAndDropsByName) {
  Labels labels = Labels::Of({{"__name__", "m"}, {"a", "1"}, {"b", "2"}, {"c", "3"}});
  EXPECT_EQ(labels.Keep({"a", "c", "x"}), Labels::Of({{"a", "1"}, {"c", "3"}}));
  EXPECT_EQ(labels.Drop({"a", "c"}), Labels::Of({{"__name__", "m"}, {"b", "2"}}));
  EXPECT_EQ(labels.WithoutName(), Labels::Of({{"a", "1"}, {"b", "2"}, {"c", "3"}}));
}

TEST(Labels, HashesEqualSetsAlikeAndDifferentOnesApart) {
  Labels one = Labels::Of({{"a", "1"}, {"b", "2"}});
  Labels same = Labels::Of({{"b", "2"}, {"a", "1"}});
  EXPECT_EQ(one.Hash(), same.Hash());
  EXPECT_EQ(one.StableHash(), same.StableHash());
  EXPECT_NE(one.Hash(), Labels::Of({{"a", "12"}, {"b", ""}}).Hash());
  EXPECT_NE(one.StableHash(), Labels::Of({{"a", "1"}}).StableHash());
}

TEST(Labels, HashesStablyAsPrometheusDoes) {
  // XXH64 of the empty text, and of a\xff1\xff.
  EXPECT_EQ(Labels().StableHash(), 0xef46db3751d8e999ULL);
  EXPECT_EQ(Labels::Of({{"a", "1"}}).StableHash(), XxHash64("a\xff\x31\xff"));
}

TEST(Labels, ComparesPairwise) {
  auto order = [](std::initializer_list<LabelView> a, std::initializer_list<LabelView> b) {
    int result = Labels::Compare(Labels::Of(a), Labels::Of(b));
    return result < 0 ? -1 : result > 0 ? 1 : 0;
  };
  EXPECT_EQ(order({{"a", "1"}}, {{"a", "1"}}), 0);
  EXPECT_EQ(order({{"a", "1"}}, {{"a", "2"}}), -1);
  EXPECT_EQ(order({{"b", "1"}}, {{"a", "2"}}), 1);
  EXPECT_EQ(order({{"a", "1"}}, {{"a", "1"}, {"b", "1"}}), -1);
  EXPECT_EQ(order({{"a", "1"}, {"b", "1"}}, {{"a", "1"}}), 1);
  EXPECT_EQ(order({}, {{"a", "1"}}), -1);
  // Not by the encoded bytes: a longer name is not a larger one.
  EXPECT_EQ(order({{"aaaa", "1"}}, {{"b", "1"}}), -1);
}

TEST(Labels, PrintsSetsAndSelectors) {
  Labels labels = Labels::Of({{"__name__", "up"}, {"job", "a\"b\\c\nd"}, {"with space", "é"}});
  EXPECT_EQ(labels.ToString(), R"({__name__="up", job="a\"b\\c\nd", "with space"="é"})");
  EXPECT_EQ(labels.ToMetricString(), R"(up{job="a\"b\\c\nd", "with space"="é"})");
  EXPECT_EQ(Labels::Of({{"__name__", "up"}}).ToMetricString(), "up");
  EXPECT_EQ(Labels::Of({{"a", "1"}}).ToMetricString(), R"({a="1"})");
  EXPECT_EQ(Labels::Of({{"__name__", "my metric"}, {"a", "1"}}).ToMetricString(),
            R"({"my metric", a="1"})");
  EXPECT_EQ(Labels().ToMetricString(), "{}");
}

TEST(LabelsBuilder, SetsReplacesAndDeletes) {
  LabelsBuilder builder(Labels::Of({{"a", "1"}, {"b", "2"}}));
  builder.Set("c", "3").Set("a", "9").Delete("b").Delete("missing");
  EXPECT_EQ(builder.Get("a"), "9");
  EXPECT_EQ(builder.Get("b"), "");
  EXPECT_EQ(builder.Build(), Labels::Of({{"a", "9"}, {"c", "3"}}));
  EXPECT_EQ(builder.pairs().size(), 2u);
}

TEST(LabelsBuilder, MaySetFromItsOwnValues) {
  LabelsBuilder builder(Labels::Of({{"m", "a value that is too long to be stored inline"}}));
  for (const char* name : {"a", "z", "m", "b"}) builder.Set(name, builder.Get("m"));
  EXPECT_EQ(builder.Build().Get("b"), "a value that is too long to be stored inline");
}

TEST(Names, FollowTheirScheme) {
  for (const char* name : {"a", "_", "aB_9", "__name__"}) {
    EXPECT_TRUE(IsLegacyLabelName(name)) << name;
    EXPECT_TRUE(IsLegacyMetricName(name)) << name;
  }
  for (const char* name : {"", "9a", "a-b", "a b", "ü", "a.b"}) {
    EXPECT_FALSE(IsLegacyLabelName(name)) << name;
    EXPECT_FALSE(IsLegacyMetricName(name)) << name;
  }
  EXPECT_TRUE(IsLegacyMetricName("a:b"));
  EXPECT_TRUE(IsLegacyMetricName(":b"));
  EXPECT_FALSE(IsLegacyLabelName("a:b"));
  EXPECT_TRUE(IsValidLabelName("a b.ü", NameScheme::kUtf8));
  EXPECT_FALSE(IsValidLabelName("a b.ü", NameScheme::kLegacy));
  EXPECT_FALSE(IsValidLabelName("", NameScheme::kUtf8));
  EXPECT_FALSE(IsValidMetricName("\xff", NameScheme::kUtf8));
}

}  // namespace
}  // namespace watchfire::model
