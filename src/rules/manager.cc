#include "rules/manager.h"

#include <algorithm>

#include "base/log.h"

namespace watchfire::rules {
namespace {

// How long the scheduler sleeps at most: it notices soon when somebody sets the machine's clock.
constexpr int64_t kMaxSleepMs = 1000;

GroupKey KeyOf(const GroupSpec& spec) {
  return {spec.file, spec.name};
}

ManagerOptions OnlyReading(promql::ParseOptions parse) {
  ManagerOptions options;
  options.parse = parse;
  return options;
}

}  // namespace

Manager::Manager(promql::ParseOptions parse) : Manager(OnlyReading(parse)) {}

Manager::Manager(ManagerOptions options)
    : parse_(options.parse),
      cancelled_(std::make_shared<std::atomic<bool>>(false)),
      metrics_(options.registry == nullptr ? nullptr
                                           : std::make_unique<Metrics>(*options.registry)),
      slots_(options.max_concurrent_evals == 0
                 ? nullptr
                 : std::make_unique<EvaluationSlots>(options.max_concurrent_evals)),
      services_(std::move(options.services)),
      threads_(std::max<size_t>(options.threads, 1)) {
  services_.metrics = metrics_.get();
  services_.slots = slots_.get();
  services_.cancelled = cancelled_;
}

Manager::~Manager() {
  Stop();
}

void Manager::Attach(storage::Queryable* queryable, storage::Appendable* appendable,
                     alerting::AlertSink* sink) {
  WF_CHECK(pool_ == nullptr);
  services_.queryable = queryable;
  services_.appendable = appendable;
  services_.sink = sink;
}

Result<std::shared_ptr<const GroupSpecs>> Manager::Load(const config::Config& config,
                                                        FileSystem& files) const {
  GroupSpecs specs = TRY(LoadAll(config, parse_, files));
  return std::make_shared<const GroupSpecs>(std::move(specs));
}

void Manager::Replace(std::shared_ptr<const GroupSpecs> specs) {
  bool restore = !loaded_;
  loaded_ = true;
  std::map<GroupKey, const GroupSpec*> wanted;
  for (const auto& spec : *specs) wanted[KeyOf(*spec)] = spec.get();
  std::vector<GroupKey> gone;
  {
    MutexLock lock(mutex_);
    for (const auto& [key, entry] : groups_) {
      if (!wanted.contains(key)) gone.push_back(key);
    }
  }
  for (const GroupKey& key : gone) Retire(key);
  for (const auto& spec : *specs) {
    if (std::shared_ptr<Group> old = Claim(KeyOf(*spec))) {
      if (SameGroup(old->spec(), *spec)) {
        Release(KeyOf(*spec), nullptr);
        continue;
      }
      auto group = std::make_shared<Group>(spec, &services_, false);
      group->CopyState(*old);
      Release(KeyOf(*spec), std::move(group));
    } else {
      Insert(std::make_shared<Group>(spec, &services_, restore));
    }
  }
  Changed();
}

// Waits until the group is idle and keeps it so. Null: there is none.
std::shared_ptr<Group> Manager::Claim(const GroupKey& key) {
  MutexLock lock(mutex_);
  auto at = groups_.find(key);
  if (at == groups_.end()) return nullptr;
  while (at->second.running) changed_.Wait(mutex_);
  at->second.running = true;
  return at->second.group;
}

// Gives back what Claim gave, or another group in its place.
void Manager::Release(const GroupKey& key, std::shared_ptr<Group> group) {
  TimeMs now = Now();
  MutexLock lock(mutex_);
  Entry& entry = groups_[key];
  entry.running = false;
  if (group == nullptr) return;
  entry.next = group->SlotAt(now) + group->spec().interval_ms;
  entry.group = std::move(group);
}

void Manager::Insert(std::shared_ptr<Group> group) {
  Entry entry;
  entry.next = group->SlotAt(Now()) + group->spec().interval_ms;
  entry.group = std::move(group);
  GroupKey key = KeyOf(entry.group->spec());
  MutexLock lock(mutex_);
  groups_[key] = std::move(entry);
}

void Manager::Retire(const GroupKey& key) {
  std::shared_ptr<Group> group = Claim(key);
  TimeMs now = Now();
  Ending ending;
  const GroupSpec& spec = group->spec();
  // Time enough for a group with another name to go on with the series.
  ending.due = now + 2 * spec.interval_ms;
  ending.t = now - spec.query_offset_ms;
  ending.series = group->WrittenSeries();
  {
    MutexLock lock(mutex_);
    groups_.erase(key);
    if (!ending.series.empty()) endings_.push_back(std::move(ending));
  }
  if (metrics_ != nullptr) metrics_->Forget(spec.key());
}

void Manager::Start() {
  WF_CHECK(pool_ == nullptr && services_.engine != nullptr && services_.queryable != nullptr &&
           services_.appendable != nullptr);
  TimeMs now = Now();
  {
    MutexLock lock(mutex_);
    stopping_ = false;
    for (auto& [key, entry] : groups_) {
      entry.next = entry.group->SlotAt(now) + entry.group->spec().interval_ms;
    }
  }
  pool_ = std::make_unique<ThreadPool>("rule-group", threads_);
  scheduler_ = Thread("rules", [this] { RunScheduler(); });
}

void Manager::Stop() {
  if (pool_ == nullptr) return;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  cancelled_->store(true);
  Changed();
  scheduler_.Join();
  pool_.reset();
}

bool Manager::TakeDue(TimeMs now, std::vector<Job>* jobs, std::vector<Ending>* endings) {
  for (auto& [key, entry] : groups_) {
    if (entry.running) continue;
    int64_t interval = entry.group->spec().interval_ms;
    // The clock was set back; the slot would be far away.
    if (entry.next > now + interval) entry.next = entry.group->SlotAt(now) + interval;
    if (entry.next > now) continue;
    TimeMs slot = std::max(entry.next, entry.group->SlotAt(now));
    auto missed = static_cast<uint64_t>((slot - entry.next) / interval);
    jobs->push_back({key, entry.group, slot, missed});
    entry.next = slot + interval;
    entry.running = true;
  }
  auto due = std::stable_partition(endings_.begin(), endings_.end(),
                                   [now](const Ending& ending) { return ending.due > now; });
  std::move(due, endings_.end(), std::back_inserter(*endings));
  endings_.erase(due, endings_.end());
  return !jobs->empty() || !endings->empty();
}

TimeMs Manager::NextDueLocked() const {
  TimeMs next = kMaxTime;
  for (const auto& [key, entry] : groups_) {
    if (!entry.running) next = std::min(next, entry.next);
  }
  for (const Ending& ending : endings_) next = std::min(next, ending.due);
  return next;
}

TimeMs Manager::NextDue() const {
  MutexLock lock(mutex_);
  return NextDueLocked();
}

void Manager::Run(const Job& job) {
  job.group->CountMissed(job.missed);
  job.group->Evaluate(job.slot);
  {
    MutexLock lock(mutex_);
    groups_[job.key].running = false;
  }
  Changed();
}

void Manager::Changed() {
  changed_.NotifyAll();
  waiter_.Wake();
}

void Manager::RunScheduler() {
  while (true) {
    std::vector<Job> jobs;
    std::vector<Ending> endings;
    int64_t wait_ms = 0;
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      TimeMs now = Now();
      if (!TakeDue(now, &jobs, &endings)) {
        wait_ms = std::clamp<int64_t>(NextDueLocked() - now, 1, kMaxSleepMs);
      }
    }
    if (wait_ms > 0) {
      waiter_.Wait(wait_ms);
      continue;
    }
    for (const Ending& ending : endings) {
      MarkStale(*services_.appendable, ending.series, ending.t);
    }
    for (Job& job : jobs) {
      pool_->Submit([this, taken = std::move(job)] { Run(taken); });
    }
  }
}

void Manager::EvaluateDue(TimeMs now) {
  std::vector<Job> jobs;
  std::vector<Ending> endings;
  {
    MutexLock lock(mutex_);
    TakeDue(now, &jobs, &endings);
  }
  for (const Ending& ending : endings) {
    MarkStale(*services_.appendable, ending.series, ending.t);
  }
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const Job& a, const Job& b) { return a.slot < b.slot; });
  for (const Job& job : jobs) Run(job);
}

std::vector<GroupView> Manager::Views(bool with_alerts) const {
  std::vector<std::pair<std::shared_ptr<Group>, TimeMs>> groups;
  {
    MutexLock lock(mutex_);
    for (const auto& [key, entry] : groups_) groups.emplace_back(entry.group, entry.next);
  }
  std::vector<GroupView> views;
  for (const auto& [group, next] : groups) {
    views.push_back(group->View(with_alerts));
    views.back().next_evaluation = next;
  }
  return views;
}

std::vector<AlertView> Manager::Alerts() const {
  std::vector<AlertView> alerts;
  for (GroupView& group : Views()) {
    for (RuleView& rule : group.rules) {
      std::move(rule.alerts.begin(), rule.alerts.end(), std::back_inserter(alerts));
    }
  }
  return alerts;
}

namespace {

// The alert with most labels that all are among `labels`.
const AlertView* BestOf(const std::vector<AlertView>& alerts, const model::Labels& labels) {
  const AlertView* best = nullptr;
  for (const AlertView& alert : alerts) {
    bool part = std::all_of(
        alert.labels.begin(), alert.labels.end(),
        [&labels](const model::LabelView& label) { return labels.Get(label.name) == label.value; });
    if (part && (best == nullptr || alert.labels.Count() > best->labels.Count())) best = &alert;
  }
  return best;
}

}  // namespace

std::optional<AlertOrigin> Manager::FindAlert(const model::Labels& labels) const {
  std::string_view name = labels.Get("alertname");
  std::vector<std::shared_ptr<Group>> groups;
  {
    MutexLock lock(mutex_);
    for (const auto& [key, entry] : groups_) groups.push_back(entry.group);
  }
  std::optional<AlertOrigin> found;
  size_t candidates = 0;
  for (const std::shared_ptr<Group>& group : groups) {
    const std::vector<RuleSpec>& rules = group->spec().rules;
    for (size_t i = 0; i < rules.size(); ++i) {
      if (!rules[i].alerting || rules[i].name != name) continue;
      ++candidates;
      RuleView view = group->ViewRule(i, true);
      const AlertView* best = BestOf(view.alerts, labels);
      bool better = best != nullptr && (!found || !found->alert ||
                                        best->labels.Count() > found->alert->labels.Count());
      if (!better && found) continue;
      AlertOrigin origin;
      origin.group = group->shared_spec();
      if (best != nullptr) origin.alert = *best;
      view.alerts.clear();
      origin.rule = std::move(view);
      found = std::move(origin);
    }
  }
  if (found && !found->alert && candidates > 1) return std::nullopt;
  return found;
}

}  // namespace watchfire::rules
