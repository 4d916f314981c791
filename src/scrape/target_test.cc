#include "scrape/target.h"

#include <gtest/gtest.h>

#include <set>

namespace watchfire::scrape {
namespace {

using model::Labels;

config::ScrapeConfig Job() {
  config::ScrapeConfig job;
  job.job_name = "j";
  job.scrape_interval_ms = 15'000;
  job.scrape_timeout_ms = 10'000;
  return job;
}

model::RelabelConfig Rule(model::RelabelAction action, std::vector<std::string> source,
                          std::string regex, std::string target = {},
                          std::string replacement = "$1") {
  model::RelabelConfig rule;
  rule.action = action;
  rule.source_labels = std::move(source);
  rule.regex_text = std::move(regex);
  rule.target_label = std::move(target);
  rule.replacement = std::move(replacement);
  EXPECT_TRUE(rule.Prepare().ok());
  return rule;
}

Target Made(const config::ScrapeConfig& job, const Labels& labels, const Labels& group = {}) {
  Result<TargetOutcome> outcome = MakeTarget(job, labels, group);
  if (!outcome.ok() || !outcome->target) {
    ADD_FAILURE() << (outcome.ok() ? "dropped" : outcome.error().message());
    return {};
  }
  return *outcome->target;
}

std::string ErrorOf(const config::ScrapeConfig& job, const Labels& labels) {
  Result<TargetOutcome> outcome = MakeTarget(job, labels, {});
  return outcome.ok() ? "" : outcome.error().message();
}

TEST(MakeTarget, AddsTheJobsDefaultsAndTheInstance) {
  Target target = Made(Job(), Labels::Of({{"__address__", "h:1"}, {"a", "own"}}),
                       Labels::Of({{"a", "group"}, {"b", "group"}, {"__meta_x", "y"}}));
  EXPECT_EQ(target.labels.ToString(), R"({a="own", b="group", instance="h:1", job="j"})");
  EXPECT_EQ(target.url, "http://h:1/metrics");
  EXPECT_EQ(target.interval_ms, 15'000);
  EXPECT_EQ(target.timeout_ms, 10'000);
  EXPECT_EQ(target.discovered_labels.ToString(),
            R"({__address__="h:1", __always_scrape_classic_histograms__="false", )"
            R"(__convert_classic_histograms_to_nhcb__="false", __meta_x="y", )"
            R"(__metrics_path__="/metrics", __scheme__="http", __scrape_interval__="15s", )"
            R"(__scrape_native_histograms__="false", __scrape_timeout__="10s", a="own", )"
            R"(b="group", job="j"})");
}

TEST(MakeTarget, BuildsTheUrlFromLabelsAndParameters) {
  config::ScrapeConfig job = Job();
  job.params["module"] = {"http 2xx", "second"};
  job.params["a"] = {"1"};
  Target target = Made(job, Labels::Of({{"__address__", "h:1"},
                                        {"__scheme__", "https"},
                                        {"__metrics_path__", "/p q/ü"},
                                        {"__param_module", "x&y"},
                                        {"__param_new", "n"}}));
  EXPECT_EQ(target.url, "https://h:1/p%20q/%C3%BC?a=1&module=x%26y&module=second&new=n");
  EXPECT_EQ(target.labels.ToString(), R"({instance="h:1", job="j"})");
}

TEST(MakeTarget, RelabelsBeforeItChecks) {
  config::ScrapeConfig job = Job();
  job.params["target"] = {"unused"};
  job.relabel_configs = {
      Rule(model::RelabelAction::kReplace, {"__address__"}, "(.*)", "__param_target"),
      Rule(model::RelabelAction::kReplace, {"__address__"}, "(.*)", "instance"),
      Rule(model::RelabelAction::kReplace, {}, "", "__address__", "blackbox:9115"),
      Rule(model::RelabelAction::kReplace, {"__meta_rate"}, "(.+)", "__scrape_interval__"),
  };
  job.relabel_configs[2].source_labels.clear();
  Target target =
      Made(job, Labels::Of({{"__address__", "https://example.org/"}, {"__meta_rate", "1m"}}));
  EXPECT_EQ(target.url, "http://blackbox:9115/metrics?target=https%3A%2F%2Fexample.org%2F");
  EXPECT_EQ(target.labels.Get("instance"), "https://example.org/");
  EXPECT_EQ(target.interval_ms, 60'000);
}

TEST(MakeTarget, DropsByRule) {
  config::ScrapeConfig job = Job();
  job.relabel_configs = {Rule(model::RelabelAction::kDrop, {"env"}, "dev")};
  Result<TargetOutcome> outcome =
      MakeTarget(job, Labels::Of({{"__address__", "h:1"}, {"env", "dev"}}), {});
  ASSERT_TRUE(outcome.ok());
  EXPECT_FALSE(outcome->target);
  EXPECT_EQ(outcome->discovered_labels.Get("env"), "dev");
}

TEST(MakeTarget, RefusesWhatCannotBeScraped) {
  auto with = [](std::string_view name, std::string_view value) {
    return Labels::Of({{"__address__", "h:1"}, {name, value}});
  };
  EXPECT_EQ(ErrorOf(Job(), Labels()), "no address");
  EXPECT_EQ(ErrorOf(Job(), with("__address__", "http://h")),
            "\"http://h\" is not a valid hostname");
  EXPECT_EQ(ErrorOf(Job(), with("__scrape_interval__", "0s")), "scrape interval cannot be 0");
  EXPECT_EQ(ErrorOf(Job(), with("__scrape_timeout__", "x")),
            "error parsing scrape timeout: not a valid duration string: \"x\"");
  EXPECT_EQ(ErrorOf(Job(), with("__scrape_timeout__", "20s")),
            "scrape timeout cannot be greater than scrape interval (\"20s\" > \"15s\")");
  EXPECT_EQ(ErrorOf(Job(), with("a", "\xff")), "invalid label value for \"a\": \"\\xff\"");
}

TEST(MakeTarget, GivesEqualKeysToWhatIsOneTarget) {
  Target a = Made(Job(), Labels::Of({{"__address__", "h:1"}, {"__meta_x", "1"}}));
  Target b = Made(Job(), Labels::Of({{"__address__", "h:1"}, {"__meta_x", "2"}}));
  Target c = Made(Job(), Labels::Of({{"__address__", "h:1"}, {"__scheme__", "https"}}));
  EXPECT_EQ(a.key, b.key);
  EXPECT_NE(a.key, c.key);
}

TEST(NextScheduled, IsPinnedToAbsoluteTime) {
  uint64_t hash = 0x123456789;
  TimeMs first = NextScheduled(hash, 7, 15'000, 1'000'000);
  EXPECT_GE(first, 1'000'000);
  EXPECT_LT(first, 1'015'000);
  EXPECT_EQ(NextScheduled(hash, 7, 15'000, first), first);
  EXPECT_EQ(NextScheduled(hash, 7, 15'000, first + 1), first + 15'000);
  EXPECT_EQ(NextScheduled(hash, 7, 15'000, first - 14'999), first);
  EXPECT_EQ(NextScheduled(hash, 7, 15'000, 10'000'000'000) % 15'000, first % 15'000);
}

TEST(SampleTime, SnapsToTheScheduleWithinTenMillisecondsAndOnePercent) {
  EXPECT_EQ(SampleTime(1000, 1010, 15'000, 10), 1000);
  EXPECT_EQ(SampleTime(1000, 1011, 15'000, 10), 1011);
  EXPECT_EQ(SampleTime(1000, 1002, 200, 10), 1000);
  EXPECT_EQ(SampleTime(1000, 1003, 200, 10), 1003);
  EXPECT_EQ(SampleTime(1000, 1001, 15'000, 0), 1001);
  EXPECT_EQ(SampleTime(1000, 1002, 15'000, 2), 1000);
}

TEST(NextScheduled, SpreadsTargetsOverTheInterval) {
  std::set<TimeMs> offsets;
  for (uint64_t i = 0; i < 1000; ++i) {
    offsets.insert(NextScheduled(i * 0x9e3779b97f4a7c15ULL, 1, 10'000, 0) / 1000);
  }
  EXPECT_EQ(offsets.size(), 10u);
}

TEST(NextScheduled, LetsTargetsBeDueTogether) {
  auto offsets = [](int64_t interval_ms) {
    std::set<TimeMs> found;
    for (uint64_t i = 0; i < 20'000; ++i) {
      found.insert(NextScheduled(i * 0x9e3779b97f4a7c15ULL, 1, interval_ms, 0));
    }
    return found.size();
  };
  EXPECT_EQ(offsets(60'000), 600u);
  EXPECT_EQ(offsets(5'000), 50u);
  EXPECT_EQ(offsets(1'000), 50u);
  EXPECT_EQ(offsets(10), 10u);
}

}  // namespace
}  // namespace watchfire::scrape
