#include "rules/manager.h"

#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "model/sample.h"
#include "rules/rule_world_test.h"

namespace watchfire::rules {
namespace {

constexpr int64_t kMinute = 60'000;

class ManagerTest : public ::testing::Test {
 protected:
  ManagerTest() {
    char name[] = "/tmp/watchfire-rules-XXXXXX";
    directory_ = mkdtemp(name);
    config_.rule_files = {JoinPath(directory_, "*.yml")};
    Make({});
  }
  ~ManagerTest() override {
    manager_.reset();
    EXPECT_TRUE(files_.RemoveRecursively(directory_).ok());
  }
  void Make(ManagerOptions options) {
    options.services = world_.services;
    options.registry = &registry_;
    manager_ = std::make_unique<Manager>(std::move(options));
  }
  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(files_.WriteFileAtomically(JoinPath(directory_, name), text).ok());
  }
  Result<void> Update() {
    manager_->Replace(TRY(manager_->Load(config_, files_)));
    return {};
  }
  // Moves the clock and evaluates what is due.
  void AdvanceTo(TimeMs t) {
    world_.clock.Jump(t - world_.clock.Now());
    manager_->EvaluateDue(t);
  }
  // Times of a series' samples; stale markers are negative.
  std::vector<TimeMs> TimesOf(const std::string& name) {
    std::vector<TimeMs> times;
    for (const auto& [labels, series] : *world_.storage.Snapshot()) {
      if (labels.metric_name() != name) continue;
      for (const model::Sample& sample : series.floats) {
        times.push_back(model::IsStaleNan(sample.v) ? -sample.t : sample.t);
      }
    }
    return times;
  }
  // The value of a metric of the only group.
  double Metric(const std::string& name) {
    for (const client::MetricFamily& family : registry_.Gather()) {
      if (family.name == name && !family.points.empty()) return family.points[0].value;
    }
    return -1;
  }

  FileSystem& files_ = *FileSystem::Local();
  std::string directory_;
  config::Config config_;
  RuleWorld world_;
  client::Registry registry_;
  std::unique_ptr<Manager> manager_;
};

constexpr std::string_view kGood = R"(groups:
  - name: g
    labels: {team: a, severity: low}
    rules:
      - alert: Down
        expr: up   ==0
        for: 2m
        labels: {severity: high}
        annotations: {summary: it is down}
      - record: job:up:sum
        expr: sum(up) by (job)
)";
constexpr std::string_view kOnes = R"(groups:
  - name: ones
    interval: 1m
    rules:
      - record: one
        expr: vector(1)
)";

TEST_F(ManagerTest, ReadsGroupsWithMergedLabelsAndCanonicalQueries) {
  Write("a.yml", kGood);
  config_.global.evaluation_interval_ms = 15'000;
  Result<void> updated = Update();
  ASSERT_TRUE(updated.ok()) << updated.error().message();
  std::vector<GroupView> groups = manager_->Views();
  ASSERT_EQ(groups.size(), 1u);
  const GroupSpec& group = *groups.front().spec;
  EXPECT_EQ(group.interval_ms, 15'000);
  ASSERT_EQ(group.rules.size(), 2u);
  EXPECT_TRUE(group.rules[0].alerting);
  EXPECT_EQ(group.rules[0].query, "up == 0");
  EXPECT_EQ(group.rules[0].for_ms, 120'000);
  EXPECT_EQ(group.rules[0].label_set, model::Labels::Of({{"team", "a"}, {"severity", "high"}}));
  EXPECT_EQ(group.rules[1].query, "sum by (job) (up)");
  EXPECT_FALSE(groups.front().rules[0].state.has_value());
  EXPECT_EQ(groups.front().rules[0].health, Health::kUnknown);
}

TEST_F(ManagerTest, KeepsTheOldRulesWhenOneFileIsWrong) {
  Write("a.yml", kGood);
  ASSERT_TRUE(Update().ok());
  Write("b.yml", "groups:\n  - name: h\n    rules:\n      - alert: X\n        expr: sum(\n");
  Result<void> updated = Update();
  ASSERT_FALSE(updated.ok());
  EXPECT_NE(updated.error().message().find("b.yml"), std::string::npos);
  EXPECT_NE(updated.error().message().find("could not parse expression"), std::string::npos);
  EXPECT_EQ(manager_->Views().size(), 1u);
}

TEST_F(ManagerTest, RefusesTemplatesThatDoNotParse) {
  Write("a.yml",
        "groups:\n- name: g\n  rules:\n  - {alert: X, expr: up, annotations: {a: '{{ nope }}'}}\n");
  Result<void> updated = Update();
  ASSERT_FALSE(updated.ok());
  EXPECT_NE(updated.error().message().find("annotation \"a\": template: __alert_X:1:"),
            std::string::npos)
      << updated.error().message();
}

TEST_F(ManagerTest, TakesPatternsThatMatchNothing) {
  config_.rule_files = {JoinPath(directory_, "none/*.yml")};
  EXPECT_TRUE(Update().ok());
  EXPECT_TRUE(manager_->Views().empty());
  EXPECT_EQ(manager_->NextDue(), kMaxTime);
}

TEST_F(ManagerTest, EvaluatesAtTheSlotsOfItsNamesWhateverTimeItIs) {
  Write("a.yml", kOnes);
  ASSERT_TRUE(Update().ok());
  TimeMs first = manager_->NextDue();
  EXPECT_GT(first, kBase);
  EXPECT_LE(first, kBase + kMinute);
  // Upstream's slots: the hash of file and name, in nanoseconds of the interval.
  model::Labels key =
      model::Labels::Of({{"file", JoinPath(directory_, "a.yml")}, {"name", "ones"}});
  uint64_t offset_ns = key.StableHash() % 60'000'000'000;
  EXPECT_EQ(first % kMinute, static_cast<TimeMs>(offset_ns / 1'000'000));
  AdvanceTo(first - 1);
  EXPECT_TRUE(TimesOf("one").empty());
  AdvanceTo(first + 700);
  AdvanceTo(first + kMinute + 900);
  EXPECT_EQ(TimesOf("one"), (std::vector<TimeMs>{first, first + kMinute}));
  GroupView view = manager_->Views()[0];
  EXPECT_EQ(view.last_evaluation, first + kMinute + 900);
  EXPECT_EQ(view.next_evaluation, first + 2 * kMinute);
  EXPECT_EQ(view.rules[0].health, Health::kOk);
  EXPECT_EQ(view.rules[0].samples, 1u);
}

TEST_F(ManagerTest, CountsSlotsThatWereMissedAndDoesNotMakeUpForThem) {
  Write("a.yml", kOnes);
  ASSERT_TRUE(Update().ok());
  TimeMs first = manager_->NextDue();
  AdvanceTo(first);
  AdvanceTo(first + 4 * kMinute + 10);
  EXPECT_EQ(TimesOf("one"), (std::vector<TimeMs>{first, first + 4 * kMinute}));
  EXPECT_EQ(manager_->Views()[0].missed_iterations, 3u);
  EXPECT_EQ(Metric("prometheus_rule_group_iterations_missed_total"), 3);
  EXPECT_EQ(Metric("prometheus_rule_group_iterations_total"), 5);
  EXPECT_EQ(Metric("prometheus_rule_evaluations_total"), 2);
  EXPECT_EQ(Metric("prometheus_rule_evaluation_failures_total"), 0);
  EXPECT_EQ(Metric("prometheus_rule_group_rules"), 1);
  EXPECT_EQ(Metric("prometheus_rule_group_interval_seconds"), 60);
  EXPECT_EQ(Metric("prometheus_rule_group_last_evaluation_samples"), 1);
}

TEST_F(ManagerTest, BeginsAnewWhenTheClockIsSetBack) {
  Write("a.yml",
        "groups:\n- name: g\n  interval: 1m\n  rules:\n  - {alert: A, expr: vector(1), for: 1m}\n");
  ASSERT_TRUE(Update().ok());
  TimeMs first = manager_->NextDue();
  AdvanceTo(first);
  AdvanceTo(first + kMinute);
  EXPECT_EQ(world_.sink.Take().size(), 1u);
  // A day back: the alert goes on firing, and is sent though it was sent "tomorrow".
  constexpr int64_t kDay = 24 * 60 * kMinute;
  AdvanceTo(first - kDay);
  EXPECT_EQ(manager_->NextDue(), first - kDay + kMinute);
  AdvanceTo(first - kDay + kMinute);
  ASSERT_EQ(manager_->Alerts().size(), 1u);
  EXPECT_EQ(manager_->Alerts()[0].state, AlertState::kFiring);
  EXPECT_EQ(world_.sink.Take().size(), 1u);
  EXPECT_EQ(manager_->Views()[0].missed_iterations, 0u);
}

TEST_F(ManagerTest, SkipsOverAJumpForwardInOneStep) {
  Write("a.yml", kOnes);
  ASSERT_TRUE(Update().ok());
  TimeMs first = manager_->NextDue();
  AdvanceTo(first);
  TimeMs later = first + 1'000'000 * kMinute;
  AdvanceTo(later);
  EXPECT_EQ(TimesOf("one"), (std::vector<TimeMs>{first, later}));
  EXPECT_EQ(manager_->NextDue(), later + kMinute);
}

TEST_F(ManagerTest, DoesNotTouchGroupsThatAReloadLeavesAsTheyAre) {
  Write("a.yml", kOnes);
  ASSERT_TRUE(Update().ok());
  TimeMs first = manager_->NextDue();
  AdvanceTo(first);
  auto before = manager_->Views()[0].spec;
  world_.clock.Jump(kMinute / 2);
  ASSERT_TRUE(Update().ok());
  EXPECT_EQ(manager_->Views()[0].spec, before);
  EXPECT_EQ(manager_->NextDue(), first + kMinute);
}

TEST_F(ManagerTest, EndsTheSeriesOfAGroupThatIsGoneAfterTwoIntervals) {
  Write("a.yml", kOnes);
  ASSERT_TRUE(Update().ok());
  TimeMs first = manager_->NextDue();
  AdvanceTo(first);
  ASSERT_TRUE(files_.Remove(JoinPath(directory_, "a.yml")).ok());
  world_.clock.Jump(1'000);
  ASSERT_TRUE(Update().ok());
  EXPECT_TRUE(manager_->Views().empty());
  EXPECT_EQ(Metric("prometheus_rule_group_rules"), -1);
  TimeMs due = first + 1'000 + 2 * kMinute;
  EXPECT_EQ(manager_->NextDue(), due);
  AdvanceTo(due - 1);
  EXPECT_EQ(TimesOf("one"), std::vector<TimeMs>{first});
  AdvanceTo(due);
  EXPECT_EQ(TimesOf("one"), (std::vector<TimeMs>{first, -(first + 1'000)}));
  EXPECT_EQ(manager_->NextDue(), kMaxTime);
}

TEST_F(ManagerTest, DoesNotEndSeriesThatARenamedGroupGoesOnWith) {
  Write("a.yml", kOnes);
  ASSERT_TRUE(Update().ok());
  AdvanceTo(manager_->NextDue());
  std::string renamed(kOnes);
  renamed.replace(renamed.find("name: ones"), 10, "name: uni ");
  Write("a.yml", renamed);
  world_.clock.Jump(1'000);
  ASSERT_TRUE(Update().ok());
  TimeMs end = world_.clock.Now() + 3 * kMinute;
  while (manager_->NextDue() < end) AdvanceTo(manager_->NextDue());
  std::vector<TimeMs> times = TimesOf("one");
  EXPECT_GE(times.size(), 3u);
  EXPECT_GT(times.front(), 0);
  EXPECT_GT(*std::min_element(times.begin(), times.end()), 0) << "a stale marker";
}

TEST_F(ManagerTest, FindsTheRuleOfAnAlert) {
  Write("a.yml", R"(groups:
- name: g
  interval: 1m
  rules:
  - {alert: Load, expr: in_load > 0.5, for: 1m, labels: {severity: page}}
  - {alert: Twice, expr: vector(1) > 2}
  - {alert: Twice, expr: vector(1) > 3}
)");
  ASSERT_TRUE(Update().ok());
  TimeMs first = manager_->NextDue();
  world_.storage.Add(model::Labels::Of({{"__name__", "in_load"}, {"host", "a"}}), first, 0.75);
  AdvanceTo(first);
  // With a label that was added on the way.
  auto origin = manager_->FindAlert(model::Labels::Of(
      {{"alertname", "Load"}, {"host", "a"}, {"severity", "page"}, {"region", "eu"}}));
  ASSERT_TRUE(origin.has_value());
  EXPECT_EQ(origin->group->name, "g");
  EXPECT_EQ(origin->rule.spec->query, "in_load > 0.5");
  ASSERT_TRUE(origin->rule.spec->threshold.has_value());
  EXPECT_EQ(origin->rule.spec->threshold->left, "in_load");
  EXPECT_EQ(origin->rule.spec->threshold->op, ">");
  EXPECT_EQ(origin->rule.spec->threshold->value, 0.5);
  ASSERT_TRUE(origin->alert.has_value());
  EXPECT_EQ(origin->alert->state, AlertState::kPending);
  EXPECT_EQ(origin->alert->value, 0.75);
  // One that is over: the rule is known, the alert is not.
  auto over = manager_->FindAlert(model::Labels::Of({{"alertname", "Load"}, {"host", "b"}}));
  ASSERT_TRUE(over.has_value());
  EXPECT_FALSE(over->alert.has_value());
  EXPECT_FALSE(manager_->FindAlert(model::Labels::Of({{"alertname", "Twice"}})).has_value());
  EXPECT_FALSE(manager_->FindAlert(model::Labels::Of({{"alertname", "None"}})).has_value());
}

TEST_F(ManagerTest, TellsOfAnErrorAndOfItsEnd) {
  Write("a.yml", "groups:\n- name: g\n  interval: 1m\n  rules:\n  - {record: a, expr: '\"x\"'}\n");
  ASSERT_TRUE(Update().ok());
  AdvanceTo(manager_->NextDue());
  RuleView rule = manager_->Views()[0].rules[0];
  EXPECT_EQ(rule.health, Health::kError);
  EXPECT_EQ(rule.last_error, "rule result is not a vector or scalar");
  EXPECT_EQ(Metric("prometheus_rule_evaluation_failures_total"), 1);
}

TEST_F(ManagerTest, TellsWhenTheStorageTakesNothing) {
  Write("a.yml", kOnes);
  ASSERT_TRUE(Update().ok());
  world_.storage.FailCommits(Error(ErrorCode::kIo, "the disk is full"));
  TimeMs first = manager_->NextDue();
  AdvanceTo(first);
  EXPECT_EQ(manager_->Views()[0].rules[0].last_error, "the disk is full");
  EXPECT_EQ(Metric("prometheus_rule_evaluation_failures_total"), 1);
  world_.storage.FailCommits({});
  AdvanceTo(first + kMinute);
  EXPECT_EQ(manager_->Views()[0].rules[0].health, Health::kOk);
  EXPECT_EQ(TimesOf("one"), std::vector<TimeMs>{first + kMinute});
}

// Waits for what other threads do, as long as it takes.
template <typename Condition>
void Await(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

TEST_F(ManagerTest, EvaluatesOnThreadsOfItsOwnUntilItIsStopped) {
  ManagerOptions options;
  options.max_concurrent_evals = 2;
  Make(options);
  std::string text = "groups:\n";
  for (int g = 0; g < 6; ++g) {
    text += "- name: g" + std::to_string(g) + "\n  interval: 1s\n  rules:\n";
    for (int r = 0; r < 4; ++r) {
      std::string name = "r" + std::to_string(g) + "_" + std::to_string(r);
      text += "  - {record: " + name + ", expr: vector(" + std::to_string(r) + ")}\n";
    }
    text += "  - {alert: A" + std::to_string(g) + ", expr: r" + std::to_string(g) + "_3 > 1}\n";
  }
  Write("a.yml", text);
  ASSERT_TRUE(Update().ok());
  manager_->Start();
  for (int round = 1; round <= 3; ++round) {
    world_.clock.Advance(1'000);
    Await([&] {
      std::vector<GroupView> groups = manager_->Views(false);
      return std::all_of(groups.begin(), groups.end(), [&](const GroupView& group) {
        return group.last_evaluation && *group.last_evaluation >= world_.clock.Now();
      });
    });
    // A reload amid it all.
    ASSERT_TRUE(Update().ok());
  }
  Await([&] { return manager_->Alerts().size() == 6; });
  manager_->Stop();
  size_t samples = TimesOf("r0_0").size();
  EXPECT_GE(samples, 3u);
  world_.clock.Advance(10'000);
  EXPECT_EQ(TimesOf("r0_0").size(), samples);
}

}  // namespace
}  // namespace watchfire::rules
