#pragma once
// A Catalog out of facts written as text, for the corpus:
//
//   series http_requests_total{job="api"}   seen now
//   past http_requests_total{job="old"}     seen lately, but not now
//   type http_requests_total counter        of a family
//   every 15s [job="api"]                   how often targets are scraped; the last that fits holds

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "model/duration.h"
#include "promql/advice/catalog.h"
#include "promql/parser/parser.h"

namespace watchfire::advice {

class TestCatalog final : public Catalog {
 public:
  void AddFact(std::string_view fact) {
    size_t blank = fact.find(' ');
    ASSERT_NE(blank, std::string_view::npos) << fact;
    std::string_view kind = fact.substr(0, blank);
    std::string_view rest = fact.substr(blank + 1);
    if (kind == "series" || kind == "past") {
      auto labels = promql::ParseMetric(rest);
      ASSERT_TRUE(labels.ok()) << fact;
      lately_.push_back(*labels);
      if (kind == "series") now_.push_back(*labels);
    } else if (kind == "type") {
      auto words = Split(rest, ' ');
      types_[std::string(words.at(0))] = model::ParseMetricType(words.at(1)).value();
    } else if (kind == "every") {
      size_t end = std::min(rest.find(' '), rest.size());
      Interval interval = {model::ParseDurationMs(rest.substr(0, end)).value(), {}};
      if (end < rest.size()) {
        interval.of = promql::ParseSelector("{" + std::string(rest.substr(end + 1)) + "}").value();
      }
      intervals_.push_back(std::move(interval));
    } else {
      FAIL() << "no such fact: " << fact;
    }
  }

  std::optional<model::MetricType> FamilyType(const std::string& family) override {
    auto found = types_.find(family);
    return found == types_.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<bool> Exists(const model::Matchers& matchers) override {
    return std::ranges::any_of(
        lately_, [&](const model::Labels& labels) { return model::MatchesAll(matchers, labels); });
  }
  Names MetricNames() override { return LabelValues(std::string(model::kMetricName), {}); }
  Names LabelNames(const model::Matchers& matchers) override {
    std::set<std::string> names;
    for (const model::Labels& labels : Matching(lately_, matchers)) {
      for (const model::LabelView& label : labels) names.emplace(label.name);
    }
    return std::vector<std::string>(names.begin(), names.end());
  }
  Names LabelValues(const std::string& label, const model::Matchers& matchers) override {
    std::set<std::string> values;
    for (const model::Labels& labels : Matching(lately_, matchers)) {
      if (labels.Has(label)) values.emplace(labels.Get(label));
    }
    return std::vector<std::string>(values.begin(), values.end());
  }
  std::optional<std::vector<model::Labels>> CurrentSeries(const model::Matchers& matchers,
                                                          size_t limit) override {
    std::vector<model::Labels> found = Matching(now_, matchers);
    if (found.size() > std::min(limit, most_series_)) return std::nullopt;
    return found;
  }
  std::optional<int64_t> ScrapeIntervalMs(const model::Matchers& matchers) override {
    std::optional<int64_t> ms;
    std::vector<model::Labels> found = Matching(lately_, matchers);
    for (const Interval& interval : intervals_) {
      bool fits =
          interval.of.empty() || std::ranges::any_of(found, [&](const model::Labels& labels) {
            return model::MatchesAll(interval.of, labels);
          });
      if (fits) ms = interval.ms;
    }
    return ms;
  }

 private:
  struct Interval {
    int64_t ms = 0;
    model::Matchers of;
  };

  static std::vector<model::Labels> Matching(const std::vector<model::Labels>& series,
                                             const model::Matchers& matchers) {
    std::vector<model::Labels> found;
    for (const model::Labels& labels : series) {
      if (model::MatchesAll(matchers, labels)) found.push_back(labels);
    }
    return found;
  }

  std::vector<model::Labels> now_;
  std::vector<model::Labels> lately_;
  std::map<std::string, model::MetricType> types_;
  std::vector<Interval> intervals_;
  size_t most_series_ = 40;  // small, so that a corpus can have too many
};

}  // namespace watchfire::advice
