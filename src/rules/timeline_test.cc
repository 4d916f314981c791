// Runs tests/rules/*.timeline: rules over series, and what is to be seen after each evaluation. The
// language is told in tests/rules/README.md.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"
#include "model/sample.h"
#include "promql/parser/series_desc.h"
#include "rules/rule_world_test.h"

namespace watchfire::rules {
namespace {

int64_t DurationOf(std::string_view text) {
  if (text == "0") return 0;
  Result<int64_t> ms = model::ParseDurationMs(text);
  WF_CHECK(ms.ok());
  return *ms;
}

// One line of a script and those below it that are indented.
struct Block {
  std::vector<std::string> words;
  std::string rest;  // behind the first word
  std::vector<std::string> lines;
};

std::vector<Block> ReadBlocks(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  std::vector<Block> blocks;
  for (std::string line; std::getline(in, line);) {
    if (TrimSpace(line).empty() || line[0] == '#') continue;
    if (line[0] == ' ') {
      WF_CHECK(!blocks.empty());
      blocks.back().lines.push_back(line.substr(2));
      continue;
    }
    Block& block = blocks.emplace_back();
    std::istringstream words(line);
    for (std::string word; words >> word;) block.words.push_back(word);
    if (block.words.size() > 1) block.rest = line.substr(line.find(' ') + 1);
  }
  return blocks;
}

class Timeline {
 public:
  void Run(const Block& block) {
    const std::string& what = block.words[0];
    if (what == "case") {
      NewCase(block.rest);
    } else if (what == "external_labels") {
      config_.global.external_labels = promql::ParseSeries(block.rest)->labels;
    } else if (what == "resend") {
      world_->services.resend_delay_ms = DurationOf(block.words[1]);
    } else if (what == "grace") {
      world_->services.grace_period_ms = DurationOf(block.words[1]);
    } else if (what == "load") {
      Load(block);
    } else if (what == "rules") {
      SetRules(block, false);
    } else if (what == "restart") {
      group_.reset();
      SetRules(block, true);
    } else if (what == "at") {
      At(block);
    } else {
      FAIL() << "unknown: " << what;
    }
  }

 private:
  void NewCase(const std::string& name) {
    name_ = name;
    group_.reset();
    world_ = std::make_unique<RuleWorld>();
    config_ = config::Config();
    next_ = 0;
  }

  void Load(const Block& block) {
    int64_t step = DurationOf(block.words[1]);
    for (const std::string& line : block.lines) {
      auto series = promql::ParseSeries(line);
      ASSERT_TRUE(series.ok()) << name_ << ": " << line;
      for (size_t i = 0; i < series->values.size(); ++i) {
        const promql::SeriesValue& value = series->values[i];
        TimeMs t = kBase + static_cast<int64_t>(i) * step;
        if (value.omitted) continue;
        if (value.run != nullptr) {
          world_->storage.AddHistogram(series->labels, t, value.run->base);
        } else {
          world_->storage.Add(series->labels, t, value.value);
        }
      }
    }
  }

  void SetRules(const Block& block, bool restore) {
    std::string text;
    bool whole = !block.lines.empty() && block.lines[0].starts_with("groups:");
    if (!whole) text = "groups:\n- name: g\n  interval: 1m\n  rules:\n";
    for (const std::string& line : block.lines) text += (whole ? "" : "  ") + line + "\n";
    Result<GroupSpecs> specs = ReadGroups(text, "rules.yml", config_, promql::ParseOptions{});
    ASSERT_TRUE(specs.ok()) << name_ << ": " << specs.error().message();
    spec_ = specs->front();
    if (!restore && group_ != nullptr) {
      auto group = std::make_unique<Group>(spec_, &world_->services);
      group->CopyState(*group_);
      group_ = std::move(group);
    } else {
      group_ = std::make_unique<Group>(spec_, &world_->services, restore);
    }
  }

  // Evaluates up to this time and compares what is to be seen then.
  void At(const Block& block) {
    int64_t t = DurationOf(block.words[1]);
    if (block.words.size() > 2 && block.words[2] == "first") next_ = t;
    std::vector<std::string> seen;
    for (; next_ <= t; next_ += spec_->interval_ms) {
      world_->clock.Jump(kBase + next_ - world_->clock.Now());
      group_->Evaluate(kBase + next_);
      std::vector<std::string> sent = Sent();
      if (next_ == t) seen = std::move(sent);
    }
    Describe(t, &seen);
    std::sort(seen.begin(), seen.end());
    std::vector<std::string> wanted = block.lines;
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ("\n" + Join(wanted, "\n") + "\n", "\n" + Join(seen, "\n") + "\n")
        << name_ << " at " << block.words[1];
  }

  static std::string Since(TimeMs t) {
    int64_t ms = t - kBase;
    return ms < 0 ? "-" + model::FormatDuration(-ms) : model::FormatDuration(ms);
  }
  static std::string Texts(const alerting::Annotations& annotations) {
    std::string text;
    for (const auto& [name, value] : annotations) text += " " + name + "=" + GoQuote(value);
    return text;
  }

  void Describe(int64_t t, std::vector<std::string>* seen) {
    for (const RuleView& rule : group_->View(true).rules) {
      if (!rule.last_error.empty()) {
        seen->push_back("error " + rule.spec->name + ": " + rule.last_error);
      }
      for (const AlertView& alert : rule.alerts) {
        std::string line = fmt::format("{} {} value {} since {}", AlertStateText(alert.state),
                                       alert.labels.ToString(), FormatFloatGo(alert.value),
                                       Since(alert.active_at));
        if (alert.keep_firing_since) line += " kept since " + Since(*alert.keep_firing_since);
        seen->push_back(line + Texts(*alert.annotations));
      }
    }
    std::set<std::string> loaded;
    for (const auto& [labels, series] : *world_->storage.Snapshot()) {
      if (labels.metric_name().starts_with("in_")) continue;
      TimeMs now = kBase + t - spec_->query_offset_ms;
      for (const model::Sample& sample : series.floats) {
        if (sample.t != now) continue;
        std::string value = model::IsStaleNan(sample.v) ? "stale" : FormatFloatGo(sample.v);
        if (labels.metric_name() == "ALERTS_FOR_STATE" && value != "stale") {
          value = Since(static_cast<TimeMs>(sample.v) * 1000);
        }
        seen->push_back("write " + labels.ToMetricString() + " " + value);
      }
      for (const storage::HistogramSample& sample : series.histograms) {
        if (sample.t == now) seen->push_back("write " + labels.ToMetricString() + " histogram");
      }
    }
  }

  std::vector<std::string> Sent() {
    std::vector<std::string> lines;
    for (const alerting::Alert& alert : world_->sink.Take()) {
      EXPECT_TRUE(alerting::Validate(alert).ok());
      bool resolved = alert.ends_at.ms() <= world_->clock.Now();
      lines.push_back(fmt::format("send {} {} from {} to {}{}", resolved ? "resolved" : "firing",
                                  alert.labels.ToString(), Since(alert.starts_at.ms()),
                                  Since(alert.ends_at.ms()), Texts(alert.annotations)));
    }
    return lines;
  }

  std::string name_;
  std::unique_ptr<RuleWorld> world_ = std::make_unique<RuleWorld>();
  config::Config config_;
  std::shared_ptr<const GroupSpec> spec_;
  std::unique_ptr<Group> group_;
  int64_t next_ = 0;
};

TEST(TimelineTest, EveryScriptRunsAsWritten) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator("tests/rules")) {
    if (entry.path().extension() == ".timeline") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  ASSERT_FALSE(paths.empty());
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    Timeline timeline;
    for (const Block& block : ReadBlocks(path)) timeline.Run(block);
  }
}

}  // namespace
}  // namespace watchfire::rules
