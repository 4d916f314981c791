#include "alerting/manager/alertmanager.h"

#include <filesystem>

#include "alerting/alerts/alert.h"
#include "base/md5.h"
#include "base/thread.h"
#include "base/waiter.h"
#include "client/text_writer.h"
#include "testing/alert_world.h"

namespace watchfire::alerting {
namespace {

constexpr std::string_view kConfig = R"(
global: {resolve_timeout: 1h}
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 1h
  routes:
  - matchers: [team="db"]
    receiver: db
  - matchers: [team="night"]
    receiver: hook
    mute_time_intervals: [evening]
time_intervals:
- name: evening
  time_intervals: [{times: [{start_time: "22:00", end_time: "22:30"}]}]
inhibit_rules:
- source_matchers: [alertname="Down"]
  target_matchers: [alertname="Slow"]
  equal: [instance]
receivers:
- name: hook
  webhook_configs: [{url: "http://127.0.0.1/"}]
- name: db
  webhook_configs:
  - {url: "http://127.0.0.1/"}
  - {url: "http://127.0.0.1/", send_resolved: false}
- name: nobody
- name: spare
  webhook_configs: [{url: "http://127.0.0.1/"}]
)";

class KeptRecords : public FlushLog {
 public:
  void Record(FlushRecord record) override {
    MutexLock lock(mutex_);
    records_.push_back(std::move(record));
  }
  std::vector<FlushRecord> Take() {
    MutexLock lock(mutex_);
    return std::exchange(records_, {});
  }

 private:
  Mutex mutex_;
  std::vector<FlushRecord> records_;
};

class ManagerTest : public ::testing::Test {
 protected:
  ManagerTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "manager-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~ManagerTest() override {
    world_.threads.End();
    manager_.reset();
    std::filesystem::remove_all(directory_);
  }

  AlertmanagerOptions Options() {
    AlertmanagerOptions options;
    options.storage_path = directory_;
    options.clock = &world_.clock;
    options.files = FileSystem::Local();
    options.registry = registry_.get();
    options.flush_log = &records_;
    options.executor = &world_.threads;
    options.own_threads = false;
    options.build_receiver = [this](const amconfig::Receiver& receiver) {
      if (receiver.name == broken_) return Result<ReceiverNotifiers>(Error::Invalid("broken"));
      return Result<ReceiverNotifiers>(MakeRecording(&world_, receiver, ""));
    };
    return options;
  }
  static LoadedConfig Load(std::string_view text) {
    Result<LoadedConfig> loaded =
        LoadConfigText(text, "am.yml", amconfig::MatcherSyntax::kFallback, *FileSystem::Local());
    EXPECT_TRUE(loaded.ok()) << loaded.error().message();
    return *loaded;
  }
  void Start(std::string_view config = kConfig) {
    registry_ = std::make_unique<client::Registry>();
    Result<std::unique_ptr<Alertmanager>> made = Alertmanager::Make(Options());
    ASSERT_TRUE(made.ok()) << made.error().message();
    manager_ = *std::move(made);
    Result<void> applied = manager_->Apply(Load(config));
    ASSERT_TRUE(applied.ok()) << applied.error().message();
  }
  // Moves on to a second of the story.
  void At(double seconds) {
    TimeMs target = kTestStart + static_cast<TimeMs>(seconds * 1000);
    while (true) {
      world_.threads.Settle();
      std::optional<int64_t> due = manager_->NextDueNs();
      int64_t now_ns = world_.clock.MonotonicNs();
      bool due_now = due && *due <= now_ns;
      TimeMs next = target;
      if (due) next = std::min(next, world_.clock.Now() + (*due - now_ns + 999'999) / 1'000'000);
      if (std::optional<TimeMs> wake = world_.threads.NextWake()) next = std::min(next, *wake);
      if (!due_now && world_.clock.Now() >= target) return;
      world_.clock.AdvanceTo(std::max(next, world_.clock.Now()));
      world_.threads.Settle();
      manager_->RunDue();
    }
  }
  static model::Labels LabelsOf(std::string_view name, std::string_view team = "",
                                std::string_view instance = "") {
    return model::Labels::Of({{"alertname", name}, {"team", team}, {"instance", instance}});
  }
  uint64_t Push(const model::Labels& labels, int64_t ends_s = 0) {
    AlertTime ends;
    if (ends_s != 0) ends = AlertTime::OfMs(kTestStart + ends_s * 1000);
    Alert alert = PostedAlert(labels, AlertTime(), ends, world_.clock.Now(), 3'600'000);
    uint64_t fingerprint = alert.fingerprint;
    manager_->Put({std::move(alert)});
    return fingerprint;
  }
  void Resolve(const model::Labels& labels) {
    manager_->Put({PostedAlert(labels, AlertTime(), AlertTime::OfMs(world_.clock.Now()),
                               world_.clock.Now(), 3'600'000)});
  }
  std::vector<std::string> Told() {
    MutexLock lock(world_.mutex);
    return std::exchange(world_.told, {});
  }
  std::string Metric(const std::string& line) {
    std::string page = client::WriteText(registry_->Gather());
    size_t at = page.find("\n" + line);
    if (at == std::string::npos) return "none";
    size_t value = at + 1 + line.size() + 1;
    return page.substr(value, page.find('\n', value) - value);
  }

  World world_;
  std::string directory_;
  std::string broken_;
  std::unique_ptr<client::Registry> registry_;
  KeptRecords records_;
  std::unique_ptr<Alertmanager> manager_;
};

using Lines = std::vector<std::string>;

TEST_F(ManagerTest, ARestartLosesNothingAndTellsNothingTwice) {
  Start();
  Push(LabelsOf("A"));
  At(15);
  EXPECT_EQ(Told(), (Lines{"10 hook/webhook[0] first notification: A @0-"}));
  manager_->Stop();
  manager_.reset();

  // Reports of A, and of B, which nobody was told of.
  world_.clock.Advance(20'000);
  Start();
  TimeMs start = kTestStart;
  auto report = [&](std::string_view instance) {
    Alert alert = PostedAlert(LabelsOf("A", "", instance), AlertTime::OfMs(start), AlertTime(),
                              world_.clock.Now(), 3'600'000);
    manager_->Put({alert});
  };
  report("");
  At(40);
  EXPECT_EQ(Told(), Lines{});
  report("i1");
  At(100);
  EXPECT_EQ(Told(), (Lines{"95 hook/webhook[0] new alerts added: A instance=i1 @0-; A @0-"}));
}

TEST_F(ManagerTest, RefusesACorruptSnapshotAndNamesIt) {
  ASSERT_TRUE(FileSystem::Local()->WriteFileAtomically(directory_ + "/nflog", "\xff\xff").ok());
  registry_ = std::make_unique<client::Registry>();
  Result<std::unique_ptr<Alertmanager>> made = Alertmanager::Make(Options());
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code(), ErrorCode::kCorrupt);
  EXPECT_NE(made.error().message().find("nflog"), std::string::npos) << made.error().message();
}

TEST_F(ManagerTest, AConfigurationThatCannotBeAppliedChangesNothing) {
  Start();
  Push(LabelsOf("A"));
  broken_ = "db";
  Result<void> applied = manager_->Apply(Load(kConfig));
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().message(), "receiver db: broken");
  EXPECT_EQ(Metric("alertmanager_config_last_reload_successful"), "0");
  At(15);
  EXPECT_EQ(Told(), (Lines{"10 hook/webhook[0] first notification: A @0-"}));
  broken_.clear();
  ASSERT_TRUE(manager_->Apply(Load(kConfig)).ok());
  EXPECT_EQ(Metric("alertmanager_config_last_reload_successful"), "1");
}

TEST_F(ManagerTest, CountsWhatIsConfigured) {
  Start();
  EXPECT_EQ(Metric("alertmanager_receivers"), "2");  // those that routes name
  EXPECT_EQ(Metric("alertmanager_integrations"), "3");
  EXPECT_EQ(Metric("alertmanager_inhibition_rules"), "1");
  EXPECT_EQ(Metric("alertmanager_config_last_reload_success_timestamp_seconds"), "1.7e+09");
}

TEST_F(ManagerTest, CountsAlertsByState) {
  Start();
  Push(LabelsOf("Down", "", "i1"));
  Push(LabelsOf("Slow", "", "i1"));
  Push(LabelsOf("Slow", "", "i2"));
  EXPECT_EQ(Metric("alertmanager_alerts{state=\"unprocessed\"}"), "3");
  At(15);
  EXPECT_EQ(Metric("alertmanager_alerts{state=\"unprocessed\"}"), "0");
  EXPECT_EQ(Metric("alertmanager_alerts{state=\"active\"}"), "2");
  EXPECT_EQ(Metric("alertmanager_alerts{state=\"suppressed\"}"), "1");
  EXPECT_EQ(Metric("alertmanager_notifications_suppressed_total{reason=\"inhibition\"}"), "1");
  EXPECT_EQ(Metric("alertmanager_notifications_total{integration=\"webhook\"}"), "2");
  EXPECT_EQ(Metric("alertmanager_dispatcher_aggregation_groups"), "2");
  EXPECT_EQ(
      Metric("alertmanager_notifications_failed_total{integration=\"email\",reason=\"other\"}"),
      "0");
}

TEST_F(ManagerTest, ShowsAlertsAndGroups) {
  Start();
  Push(LabelsOf("Down", "", "i1"));
  uint64_t slow = Push(LabelsOf("Slow", "", "i1"));
  Push(LabelsOf("Over", "", "i1"), -5);
  At(15);
  std::vector<AlertView> alerts = manager_->Alerts();
  ASSERT_EQ(alerts.size(), 2u);
  for (const AlertView& view : alerts) {
    EXPECT_EQ(view.receivers, Lines{"hook"});
    EXPECT_EQ(view.mutes.inhibited_by.size(), view.alert->fingerprint == slow ? 1u : 0u);
  }
  std::vector<GroupView> groups = manager_->Groups();
  ASSERT_EQ(groups.size(), 2u);  // the group of what was over is gone
  EXPECT_EQ(groups[0].labels.Get("alertname"), "Down");
  EXPECT_EQ(groups[0].receiver, "hook");
  EXPECT_EQ(groups[0].group_key, "{}:{alertname=\"Down\"}");
  EXPECT_EQ(groups[0].last_flush, kTestStart + 10'000);
  EXPECT_EQ(groups[0].next_flush, kTestStart + 70'000);
  EXPECT_EQ(groups[0].group_interval_ms, 60'000);
  ASSERT_EQ(groups[1].alerts.size(), 1u);
  EXPECT_EQ(groups[1].alerts[0].mutes.inhibited_by.size(), 1u);
}

TEST_F(ManagerTest, AnAcknowledgedAlertIsQuietUntilItIsResolved) {
  Start();
  uint64_t fingerprint = Push(LabelsOf("A", "", "i1"));
  At(5);
  Result<std::string> id = manager_->Acknowledge(fingerprint, "me", "on it");
  ASSERT_TRUE(id.ok()) << id.error().message();
  EXPECT_EQ(manager_->MutesOf(fingerprint, LabelsOf("A", "", "i1")).silenced_by, Lines{*id});
  // Nobody else's alert.
  uint64_t other = Push(LabelsOf("A", "", "i2"));
  EXPECT_FALSE(manager_->MutesOf(other, LabelsOf("A", "", "i2")).any());
  EXPECT_EQ(*manager_->Acknowledge(fingerprint, "me", "again"), *id);
  At(75);
  EXPECT_EQ(Told(), (Lines{"10 hook/webhook[0] first notification: A instance=i2 @5-"}));

  Resolve(LabelsOf("A", "", "i1"));
  EXPECT_EQ(manager_->silences().Get(*id)->StateAt(world_.clock.Now()), SilenceState::kExpired);
  Push(LabelsOf("A", "", "i1"));
  At(135);
  EXPECT_EQ(Told(),
            (Lines{"130 hook/webhook[0] new alerts added: A instance=i1 @75-; A instance=i2 @5-"}));
}

TEST_F(ManagerTest, AnAcknowledgementEndsWhenTheAlertsTimePasses) {
  Start();
  uint64_t fingerprint = Push(LabelsOf("A"), 100);
  std::string id = *manager_->Acknowledge(fingerprint, "me", "");
  At(95);
  EXPECT_EQ(manager_->silences().Get(id)->StateAt(world_.clock.Now()), SilenceState::kActive);
  At(111);
  EXPECT_EQ(manager_->silences().Get(id)->StateAt(world_.clock.Now()), SilenceState::kExpired);
  EXPECT_EQ(manager_->Acknowledge(fingerprint, "me", "").error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(manager_->Acknowledge(1, "me", "").error().code(), ErrorCode::kNotFound);
}

TEST_F(ManagerTest, AnAcknowledgementOutlivesARestartBeforeTheAlertIsReportedAgain) {
  Start();
  uint64_t fingerprint = Push(LabelsOf("A"));
  std::string id = *manager_->Acknowledge(fingerprint, "me", "");
  manager_.reset();
  Start();
  At(300);
  EXPECT_EQ(manager_->silences().Get(id)->StateAt(world_.clock.Now()), SilenceState::kActive);
  At(300 + 16 * 60);  // nobody reported it: it is over
  EXPECT_EQ(manager_->silences().Get(id)->StateAt(world_.clock.Now()), SilenceState::kExpired);
}

TEST_F(ManagerTest, AnAcknowledgementOfAPeersAlertIsThePeersToEnd) {
  Start();
  At(20 * 60);
  Silence silence;
  silence.matcher_sets = {
      {*amconfig::Matcher::Make(amconfig::MatchType::kEqual, "alertname", "OfAPeer")}};
  silence.ends_at_ns = (world_.clock.Now() + 24 * 3'600'000) * 1'000'000;
  silence.annotations[std::string(kAcknowledgedAnnotation)] = "00000000000000ff";
  std::string id = *manager_->silences().Set(std::move(silence));
  At(60 * 60);
  EXPECT_EQ(manager_->silences().Get(id)->StateAt(world_.clock.Now()), SilenceState::kActive);
}

TEST_F(ManagerTest, TellsAReceiverWhatSomebodyTries) {
  Start();
  Result<std::vector<IntegrationRecord>> sent = manager_->SendTest("db", "", 0, std::nullopt);
  ASSERT_TRUE(sent.ok());
  ASSERT_EQ(sent->size(), 2u);
  EXPECT_TRUE((*sent)[0].delivered);
  EXPECT_EQ((*sent)[1].index, 1u);
  ASSERT_TRUE(manager_->SendTest("spare", "webhook", 0, std::nullopt).ok());  // not routed to
  EXPECT_EQ(Told().size(), 3u);
  std::vector<FlushRecord> records = records_.Take();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_TRUE(records[0].test);
  EXPECT_EQ(records[0].integrations.size(), 2u);
  EXPECT_EQ(records[0].integrations[0].reason, Reason::kTest);

  EXPECT_EQ(manager_->SendTest("x", "", 0, std::nullopt).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(manager_->SendTest("db", "slack", 0, std::nullopt).error().message(),
            "receiver db has no slack[0]");
  EXPECT_EQ(manager_->SendTest("nobody", "", 0, std::nullopt).error().code(), ErrorCode::kNotFound);
}

TEST_F(ManagerTest, EveryFlushLeavesARecord) {
  Start();
  Push(LabelsOf("Down", "", "i1"));
  Push(LabelsOf("Slow", "", "i1"));
  At(75);
  std::vector<FlushRecord> records = records_.Take();
  ASSERT_EQ(records.size(), 4u);  // two groups, two ticks
  for (const FlushRecord& record : records) {
    ASSERT_EQ(record.alerts.size(), 1u);
    bool slow = record.group_labels.Get("alertname") == "Slow";
    EXPECT_EQ(record.alerts[0].muted, slow ? MuteKind::kInhibition : MuteKind::kNone);
    EXPECT_EQ(record.integrations.size(), slow ? 0u : 1u);
    if (slow) continue;
    const IntegrationRecord& integration = record.integrations[0];
    bool first = record.tick == kTestStart + 10'000;
    EXPECT_EQ(integration.reason, first ? Reason::kFirst : Reason::kNone);
    EXPECT_EQ(integration.delivered, first);
    EXPECT_EQ(integration.attempts.size(), first ? 1u : 0u);
    EXPECT_EQ(integration.decision,
              first ? "First notification of this group."
                    : "Nothing changed since the last notification 1m ago; repeats after 1h.");
  }
}

// ---- explanations

TEST_F(ManagerTest, ExplainsAnAlertThatWaits) {
  Start();
  Push(LabelsOf("A", "db"));
  At(3);
  Explanation about = manager_->Explain(LabelsOf("A", "db"));
  ASSERT_NE(about.alert, nullptr);
  ASSERT_EQ(about.routes.size(), 1u);
  const RouteExplanation& route = about.routes[0];
  EXPECT_EQ(route.path, (Lines{"{}", "{team=\"db\"}"}));
  EXPECT_EQ(route.receiver, "db");
  EXPECT_TRUE(route.group_exists);
  ASSERT_EQ(route.integrations.size(), 2u);
  EXPECT_EQ(route.integrations[0].next_reason, Reason::kFirst);
  EXPECT_EQ(route.integrations[0].next_send, kTestStart + 10'000);
  EXPECT_EQ(route.integrations[0].verdict,
            "First notification of this group. Will be sent in 7.0s.");
  EXPECT_EQ(about.verdict, "Not sent yet: the group waits. Next: in 7.0s.");
}

TEST_F(ManagerTest, ExplainsWhatMutesAnAlert) {
  Start();
  Push(LabelsOf("Down", "", "i1"));
  uint64_t slow = Push(LabelsOf("Slow", "", "i1"));
  Explanation about = manager_->Explain(LabelsOf("Slow", "", "i1"));
  EXPECT_EQ(about.verdict, "Not sent: inhibited by {alertname=\"Down\", instance=\"i1\"}.");
  Resolve(LabelsOf("Down", "", "i1"));
  ASSERT_TRUE(manager_->Acknowledge(slow, "me", "on it").ok());
  about = manager_->Explain(LabelsOf("Slow", "", "i1"));
  EXPECT_EQ(about.verdict, "Not sent: silenced until it is resolved by me (on it).");
  EXPECT_EQ(about.routes[0].integrations[0].next_send, 0);
  Push(LabelsOf("N", "night"));
  about = manager_->Explain(LabelsOf("N", "night"));
  EXPECT_EQ(about.mutes.muted_by, Lines{"evening"});
  EXPECT_EQ(about.verdict,
            "Not sent: the route is muted by time interval evening. Next: in 17m10s.");
}

TEST_F(ManagerTest, ExplainsAnAlertThatIsNotThere) {
  Start();
  Explanation about = manager_->Explain(LabelsOf("X", "db"));
  EXPECT_EQ(about.alert, nullptr);
  EXPECT_EQ(about.verdict, "There is no such alert; it would go to 1 group.");
  EXPECT_FALSE(about.routes[0].group_exists);
  EXPECT_EQ(about.routes[0].group_key, "{}/{team=\"db\"}:{alertname=\"X\"}");
  EXPECT_EQ(about.routes[0].integrations[0].next_send, kTestStart + 10'000);
}

TEST_F(ManagerTest, ExplainsAFailure) {
  Start();
  world_.behaviours["hook/webhook[0]"].answer = Behaviour::Answer::kFail;
  Push(LabelsOf("A"));
  At(12);
  Explanation about = manager_->Explain(LabelsOf("A"));
  const RouteExplanation::Integration& hook = about.routes[0].integrations[0];
  EXPECT_NE(hook.last_error.find("unexpected status code 500"), std::string::npos);
  EXPECT_EQ(hook.last_error_at, kTestStart + 10'000);
  EXPECT_EQ(hook.next_send, kTestStart + 70'000);
  EXPECT_EQ(about.verdict.rfind("Sending to hook/webhook[0] fails: ", 0), 0u) << about.verdict;
}

// What is promised is what happens: for many moments, the first thing told afterwards comes when
// the explanation said.
TEST_F(ManagerTest, PromisesWhatHappens) {
  for (int64_t asked_s : {0, 5, 10, 11, 69, 70, 71, 600, 3'500, 3'609, 3'611, 3'671, 3'700}) {
    world_.threads.End();
    manager_.reset();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    world_.clock.AdvanceTo(world_.clock.Now() + 60'000);
    TimeMs start = world_.clock.Now();
    Start();
    auto at = [&](int64_t s) { At(ToSeconds(start - kTestStart) + static_cast<double>(s)); };
    model::Labels labels = LabelsOf("A", "", std::to_string(asked_s));
    Alert alert = PostedAlert(labels, AlertTime(), AlertTime::OfMs(start + 36'000'000), start, 0);
    manager_->Put({alert});
    Silence silence;
    silence.matcher_sets = {
        {*amconfig::Matcher::Make(amconfig::MatchType::kEqual, "alertname", "A")}};
    silence.starts_at_ns = start * 1'000'000;
    silence.ends_at_ns = (start + 65'000) * 1'000'000;
    silence.created_by = silence.comment = "x";
    ASSERT_TRUE(manager_->silences().Set(silence).ok());
    at(asked_s);
    Told();
    TimeMs promised = manager_->Explain(labels).routes[0].integrations[0].next_send;
    ASSERT_NE(promised, 0) << asked_s;
    double before = ToSeconds(promised - kTestStart) - 0.001;
    At(before);
    EXPECT_EQ(Told(), Lines{}) << asked_s;
    At(before + 0.001);
    EXPECT_EQ(Told().size(), 1u) << asked_s;
  }
}

TEST_F(ManagerTest, LookingAheadUnmutesNothing) {
  Start();
  uint64_t fingerprint = Push(LabelsOf("A"));
  Silence silence;
  silence.matcher_sets = {
      {*amconfig::Matcher::Make(amconfig::MatchType::kEqual, "alertname", "A")}};
  silence.starts_at_ns = kTestStart * 1'000'000;
  silence.ends_at_ns = (kTestStart + 600'000) * 1'000'000;
  silence.created_by = silence.comment = "x";
  ASSERT_TRUE(manager_->silences().Set(silence).ok());
  EXPECT_EQ(manager_->Explain(LabelsOf("A")).routes[0].integrations[0].next_send,
            kTestStart + 610'000);
  EXPECT_TRUE(manager_->MutesOf(fingerprint, LabelsOf("A")).any());
  At(15);
  EXPECT_EQ(Told(), Lines{});
}

// ---- dry runs

TEST_F(ManagerTest, TriesAnotherConfiguration) {
  Start();
  Push(LabelsOf("A", "db"));
  Push(LabelsOf("B"));
  Push(LabelsOf("C", "night"));
  At(15);
  Told();
  DryRun same = manager_->Try(Load(kConfig));
  EXPECT_EQ(same.alerts, 3u);
  EXPECT_EQ(same.changes.size(), 0u);
  EXPECT_EQ(same.groups.size(), 0u);

  std::string text(kConfig);
  text.replace(text.find("team=\"db\""), 9, "team=\"no\"");
  text.replace(text.find("    mute_time_intervals: [evening]\n"), 35, "");
  DryRun other = manager_->Try(Load(text));
  ASSERT_EQ(other.changes.size(), 2u);
  for (const DryRunChange& change : other.changes) {
    bool db = change.alert->name() == "A";
    EXPECT_EQ(change.before, Lines{db ? "db" : "hook"});
    EXPECT_EQ(change.after, Lines{"hook"});
  }
  ASSERT_EQ(other.groups.size(), 3u);
  for (const DryRun::GroupChange& group : other.groups) {
    EXPECT_EQ(group.notifies, group.receiver == "hook") << group.group_key;
    EXPECT_EQ(group.alerts_after, group.receiver == "hook" ? 1u : 0u) << group.group_key;
  }
  EXPECT_EQ(Told(), Lines{});  // nothing was sent, and nothing changed
  EXPECT_EQ(manager_->Explain(LabelsOf("A", "db")).routes[0].receiver, "db");
}

// ---- configuration files

TEST_F(ManagerTest, ReadsTemplatesOfGlobsInOrder) {
  FileSystem& files = *FileSystem::Local();
  ASSERT_TRUE(files.WriteFileAtomically(directory_ + "/b.tmpl", "{{define \"x\"}}b{{end}}").ok());
  ASSERT_TRUE(files.WriteFileAtomically(directory_ + "/a.tmpl", "{{define \"x\"}}a{{end}}").ok());
  std::string config =
      "route: {receiver: r}\nreceivers: [{name: r}]\ntemplates: ['none/*.tmpl', '*.tmpl']\n";
  std::string path = directory_ + "/am.yml";
  ASSERT_TRUE(files.WriteFileAtomically(path, config).ok());
  Result<LoadedConfig> loaded = LoadConfigFile(path, amconfig::MatcherSyntax::kFallback, files);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_EQ(loaded->template_texts,
            (Lines{"{{define \"x\"}}a{{end}}", "{{define \"x\"}}b{{end}}"}));
  std::array<uint8_t, 16> sum = Md5(config);
  double hash = 0;
  for (size_t i = 6; i-- > 0;) hash = hash * 256 + sum[i];
  EXPECT_EQ(loaded->hash, hash);

  ASSERT_TRUE(files.WriteFileAtomically(directory_ + "/c.tmpl", "{{define").ok());
  loaded = LoadConfigFile(path, amconfig::MatcherSyntax::kFallback, files);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().message().rfind("failed to parse templates: template: ", 0), 0u)
      << loaded.error().message();
}

TEST_F(ManagerTest, WarnsOfTemplatesThatWillFail) {
  LoadedConfig loaded = Load(
      "route: {receiver: r}\n"
      "receivers:\n"
      "- name: r\n"
      "  slack_configs: [{api_url: 'http://127.0.0.1/', title: '{{ .Nothing'}]\n");
  ASSERT_FALSE(loaded.warnings.empty());
  EXPECT_EQ(loaded.warnings[0].rfind("receiver \"r\": slack_configs[0].title: ", 0), 0u)
      << loaded.warnings[0];
}

TEST_F(ManagerTest, WarnsOfARepeatBeyondTheRetention) {
  Start("route: {receiver: r, repeat_interval: 30d}\nreceivers: [{name: r}]\n");
  ASSERT_EQ(manager_->config()->warnings.size(), 1u);
  EXPECT_NE(manager_->config()->warnings[0].find("longer than the retention 5d"),
            std::string::npos);
}

TEST_F(ManagerTest, WithoutAFileThereIsAReceiverThatTellsNobody) {
  registry_ = std::make_unique<client::Registry>();
  manager_ = *Alertmanager::Make(Options());
  ASSERT_TRUE(manager_->Apply(BuiltInConfig()).ok());
  Push(LabelsOf("A"));
  EXPECT_EQ(manager_->Alerts()[0].receivers, Lines{"default"});
  EXPECT_EQ(manager_->Explain(LabelsOf("A")).verdict,
            "Not sent: its receivers have no integrations.");
}

// ---- the real threads

class CountingNotifier : public Notifier {
 public:
  explicit CountingNotifier(std::function<void(size_t)> heard) : heard_(std::move(heard)) {}
  std::string_view integration() const override { return "webhook"; }
  size_t index() const override { return 0; }
  bool send_resolved() const override { return true; }
  Attempt Notify(const Notification& notification, const NotifyContext&) override {
    heard_(notification.alerts.size());
    Attempt attempt;
    attempt.delivered = true;
    return attempt;
  }

 private:
  std::function<void(size_t)> heard_;
};

TEST_F(ManagerTest, TellsOfEveryAlertThoughThreadsPutReloadAndAskAtOnce) {
  constexpr int kThreads = 3;
  constexpr int kRounds = 60;
  std::atomic<size_t> heard = 0;
  Waiter waiter;
  registry_ = std::make_unique<client::Registry>();
  AlertmanagerOptions options = Options();
  options.clock = Clock::System();
  options.executor = nullptr;
  options.own_threads = true;
  options.build_receiver = [&](const amconfig::Receiver& receiver) {
    ReceiverNotifiers made;
    made.receiver = receiver.name;
    made.notifiers.push_back(std::make_unique<CountingNotifier>([&](size_t alerts) {
      heard += alerts;
      waiter.Wake();
    }));
    return Result<ReceiverNotifiers>(std::move(made));
  };
  manager_ = *Alertmanager::Make(std::move(options));
  LoadedConfig loaded = Load(
      "route: {receiver: r, group_by: ['...'], group_wait: 0s, group_interval: 1h}\n"
      "receivers: [{name: r}]\n");
  ASSERT_TRUE(manager_->Apply(loaded).ok());
  {
    std::vector<Thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back("put", [&, t] {
        for (int i = 0; i < kRounds; ++i) {
          TimeMs now = Clock::System()->Now();
          model::Labels labels = LabelsOf("A", std::to_string(t), std::to_string(i));
          manager_->Put({PostedAlert(labels, AlertTime(), AlertTime(), now, 3'600'000)});
        }
      });
    }
    threads.emplace_back("ask", [&] {
      for (int i = 0; i < kRounds; ++i) {
        manager_->Groups();
        manager_->Alerts();
        manager_->Explain(LabelsOf("A", "0", std::to_string(i)));
        registry_->Gather();
      }
    });
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(manager_->Apply(loaded).ok());
  }
  // A reload may cut off what is being said before it is written down, and then says it again:
  // every alert at least once.
  while (manager_->Groups().size() < kThreads * kRounds || heard < kThreads * kRounds) {
    waiter.Wait(10);
  }
  manager_->Stop();
  EXPECT_GE(heard, static_cast<size_t>(kThreads * kRounds));
}

}  // namespace
}  // namespace watchfire::alerting
