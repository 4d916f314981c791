#pragma once
// A small Alertmanager in fake time, for tests: everything that decides is real (store, silences,
// inhibition, notification log, dispatcher), only receivers are made up: they note what they were
// told and do what the test says. Receivers that take their time run on threads of their own, which
// sleep in fake time; AdvanceTo stops at every moment at which something happens. Header only.

#include <cstdio>
#include <map>

#include "alerting/alerts/alert_store.h"
#include "alerting/amconfig/loader.h"
#include "alerting/dispatch/dispatcher.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "testing/fake_clock.h"

namespace watchfire::alerting {

inline constexpr TimeMs kTestStart = 1'700'000'000'000;

// Threads that sleep in fake time.
class FakeThreads : public Executor {
 public:
  explicit FakeThreads(testing::FakeClock* clock) : clock_(clock) {}
  ~FakeThreads() override {
    End();
    threads_.clear();
  }

  void Submit(const void*, std::function<void()> task) override {
    MutexLock lock(mutex_);
    ++busy_;
    threads_.emplace_back("fake-send", [this, task = std::move(task)] {
      task();
      MutexLock done(mutex_);
      --busy_;
      changed_.NotifyAll();
    });
  }
  // Called by a task.
  void Sleep(int64_t ms) {
    MutexLock lock(mutex_);
    auto self = sleepers_.emplace(clock_->Now() + ms, false);
    --busy_;
    changed_.NotifyAll();
    while (!self->second && !ending_) changed_.Wait(mutex_);
    if (!self->second) ++busy_;
    sleepers_.erase(self);
  }
  // Lets those go whose time has come, and waits until nobody does anything.
  void Settle() {
    std::vector<Thread> ended;  // joined after the lock
    MutexLock lock(mutex_);
    for (auto& [until, released] : sleepers_) {
      if (until > clock_->Now() || released) continue;
      released = true;
      ++busy_;
    }
    changed_.NotifyAll();
    while (busy_ > 0) changed_.Wait(mutex_);
    if (sleepers_.empty()) ended.swap(threads_);
  }
  std::optional<TimeMs> NextWake() const {
    MutexLock lock(mutex_);
    if (sleepers_.empty()) return std::nullopt;
    return sleepers_.begin()->first;
  }
  // Nobody sleeps any more.
  void End() {
    MutexLock lock(mutex_);
    ending_ = true;
    changed_.NotifyAll();
  }

 private:
  testing::FakeClock* clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::multimap<TimeMs, bool> sleepers_;  // until when; whether it was let go
  size_t busy_ = 0;
  bool ending_ = false;
  std::vector<Thread> threads_;
};

// What a receiver does when it is told something.
struct Behaviour {
  enum class Answer { kOk, kFail, kRetry } answer = Answer::kOk;
  int64_t takes_ms = 0;
};

// What all nodes of a test have in common.
struct World {
  testing::FakeClock clock{kTestStart};
  FakeThreads threads{&clock};
  Mutex mutex;
  std::map<std::string, Behaviour> behaviours;
  std::vector<std::string> told;  // in order of time

  double Seconds() const { return ToSeconds(clock.Now() - kTestStart); }
  void Tell(std::string line) {
    MutexLock lock(mutex);
    told.push_back(std::move(line));
  }
  Behaviour BehaviourOf(const std::string& name) {
    MutexLock lock(mutex);
    auto found = behaviours.find(name);
    return found == behaviours.end() ? Behaviour() : found->second;
  }
};

inline std::string SecondsText(TimeMs t) {
  return fmt::format("{:g}", ToSeconds(t - kTestStart));
}

// `test lbl=v ~ann=x @1-4.8`
inline std::string AlertText(const Alert& alert, TimeMs now) {
  std::string text(alert.name());
  for (const model::LabelView& label : alert.labels) {
    if (label.name != "alertname") text += fmt::format(" {}={}", label.name, label.value);
  }
  for (const auto& [name, value] : alert.annotations) text += fmt::format(" ~{}={}", name, value);
  text += " @" + SecondsText(alert.starts_at.ms()) + "-";
  if (alert.ResolvedAt(now)) text += SecondsText(alert.ends_at.ms());
  return text;
}

class RecordingNotifier : public Notifier {
 public:
  RecordingNotifier(World* world, std::string receiver, std::string integration, size_t index,
                    bool send_resolved)
      : world_(world),
        name_(fmt::format("{}/{}[{}]", receiver, integration, index)),
        integration_(std::move(integration)),
        index_(index),
        send_resolved_(send_resolved) {}
  std::string_view integration() const override { return integration_; }
  size_t index() const override { return index_; }
  bool send_resolved() const override { return send_resolved_; }

  Attempt Notify(const Notification& notification, const NotifyContext& context) override {
    std::string line = fmt::format("{} {}", SecondsText(world_->clock.Now()), name_);
    Behaviour behaviour = world_->BehaviourOf(name_);
    if (behaviour.takes_ms > 0) {
      world_->threads.Sleep(std::min(behaviour.takes_ms, context.timeout_ms));
    }
    Attempt attempt;
    if (behaviour.answer != Behaviour::Answer::kOk || *context.cancelled) {
      attempt.retry = behaviour.answer == Behaviour::Answer::kRetry;
      attempt.failure = FailureKind::kServerError;
      attempt.error = "unexpected status code 500";
      world_->Tell(line + " failed");
      return attempt;
    }
    attempt.delivered = true;
    line += fmt::format(" {}:", ReasonText(notification.reason));
    for (size_t i = 0; i < notification.alerts.size(); ++i) {
      line += (i == 0 ? " " : "; ") + AlertText(*notification.alerts[i], notification.now);
    }
    world_->Tell(line);
    return attempt;
  }

 private:
  World* world_;
  std::string name_;
  std::string integration_;
  size_t index_;
  bool send_resolved_;
};

inline ReceiverNotifiers MakeRecording(World* world, const amconfig::Receiver& receiver,
                                       const std::string& prefix) {
  ReceiverNotifiers made;
  made.receiver = receiver.name;
  size_t index = 0;
  for (const amconfig::WebhookConfig& config : receiver.webhook_configs) {
    made.notifiers.push_back(std::make_unique<RecordingNotifier>(
        world, prefix + receiver.name, "webhook", index++, config.send_resolved));
  }
  return made;
}

// One server.
class Node : public FlushLog {
 public:
  struct Options {
    std::string prefix;  // of its receivers' names in `told`
    int64_t start_delay_ms = 0;
    std::function<size_t()> position;
    std::function<bool()> ready;
  };
  Node(World* world, Options options)
      : world_(world),
        options_(std::move(options)),
        store({.per_alertname_limit = 0, .clock = &world->clock, .registry = &registry}),
        silences(SilenceOptions()),
        nflog(NflogOptions()),
        dispatcher(DispatcherOptions()) {
    store.Subscribe([this](const std::vector<AlertPtr>& alerts) {
      if (inhibitor != nullptr) inhibitor->Update(alerts);
      dispatcher.Insert(alerts);
    });
  }
  ~Node() override { dispatcher.Stop(); }

  void Configure(const std::string& yaml) {
    Result<amconfig::Config> loaded = amconfig::LoadConfig(yaml, "test.yml");
    if (!loaded.ok()) std::fprintf(stderr, "%s\n", loaded.error().message().c_str());
    WF_CHECK(loaded.ok());
    config = *loaded;
    Apply();
  }
  void Apply() {
    dispatcher.Clear();
    inhibitor = std::make_shared<Inhibitor>(config.inhibit_rules);
    inhibitor->Update(store.All());
    auto routing = std::make_shared<Routing>();
    routing->tree = std::make_shared<routing::RouteTree>(*config.route);
    routing->intervals = routing::TimeIntervals(config);
    routing->inhibitor = inhibitor;
    for (const amconfig::Receiver& receiver : config.receivers) {
      routing->receivers[receiver.name] = MakeRecording(world_, receiver, options_.prefix);
    }
    dispatcher.Apply(routing, store.All());
  }
  void Record(FlushRecord record) override {
    MutexLock lock(world_->mutex);
    records.push_back(std::move(record));
  }

 private:
  World* world_;
  Options options_;

  Silences::Options SilenceOptions() {
    Silences::Options out;
    out.clock = &world_->clock;
    return out;
  }
  NotificationLog::Options NflogOptions() {
    NotificationLog::Options out;
    out.clock = &world_->clock;
    return out;
  }
  Dispatcher::Options DispatcherOptions() {
    Dispatcher::Options out;
    out.clock = &world_->clock;
    out.silences = &silences;
    out.nflog = &nflog;
    out.flush_log = this;
    out.registry = &registry;
    out.ready = options_.ready;
    out.position = options_.position;
    out.start_delay_ms = options_.start_delay_ms;
    out.executor = &world_->threads;
    out.random = [] { return 0.5; };
    out.own_thread = false;
    return out;
  }

 public:
  client::Registry registry;
  AlertStore store;
  Silences silences;
  NotificationLog nflog;
  std::shared_ptr<Inhibitor> inhibitor;
  amconfig::Config config;
  Dispatcher dispatcher;
  std::vector<FlushRecord> records;
};

// Moves time on, stopping wherever something is due at a node or a receiver ends its work.
inline void AdvanceTo(World* world, const std::vector<Node*>& nodes, TimeMs target) {
  while (true) {
    world->threads.Settle();
    TimeMs next = target;
    int64_t now_ns = world->clock.MonotonicNs();
    for (Node* node : nodes) {
      std::optional<int64_t> due = node->dispatcher.NextDueNs();
      if (!due) continue;
      int64_t in_ms = std::max<int64_t>((*due - now_ns + 999'999) / 1'000'000, 0);
      next = std::min(next, world->clock.Now() + in_ms);
    }
    if (std::optional<TimeMs> wake = world->threads.NextWake()) next = std::min(next, *wake);
    bool due_now = false;
    for (Node* node : nodes) {
      std::optional<int64_t> due = node->dispatcher.NextDueNs();
      due_now = due_now || (due && *due <= now_ns);
    }
    if (next >= target && !due_now && world->clock.Now() >= target) return;
    world->clock.AdvanceTo(std::max(next, world->clock.Now()));
    world->threads.Settle();
    for (Node* node : nodes) {
      node->dispatcher.RunDue();
      world->threads.Settle();
    }
  }
}

// An alert as a client posts it: without an end, it gets one by resolve_timeout.
inline Alert PostedAlert(const model::Labels& labels, AlertTime starts, AlertTime ends, TimeMs now,
                         int64_t resolve_timeout_ms) {
  Alert alert;
  alert.labels = labels;
  alert.updated_at = AlertTime::OfMs(now);
  alert.starts_at = !starts.absent() ? starts : !ends.absent() ? ends : AlertTime::OfMs(now);
  alert.ends_at = ends;
  if (ends.absent()) {
    alert.timeout = true;
    alert.ends_at = AlertTime::OfMs(now + resolve_timeout_ms);
  }
  alert.Seal();
  return alert;
}

}  // namespace watchfire::alerting
