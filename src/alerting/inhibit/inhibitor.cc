#include "alerting/inhibit/inhibitor.h"

#include <algorithm>
#include <set>

#include "alerting/inhibit/rule_filter.h"
#include "base/bytes.h"
#include "base/mutex.h"

namespace watchfire::alerting {
namespace {

using amconfig::Matchers;

constexpr int64_t kNsPerMs = 1'000'000;

struct Rule {
  std::string name;
  Matchers source;
  Matchers target;
  std::vector<std::string> equal;
};

// The values of the labels of `equal`; a label that is not there is as good as an empty one.
std::string KeyOf(const Rule& rule, const model::Labels& labels) {
  ByteWriter key;
  for (const std::string& name : rule.equal) key.String(labels.Get(name));
  return key.Take();
}

// Sources with their ends, the last to end first: if that one is over, all are.
struct Source {
  int64_t ends_at_ns = 0;
  uint64_t fingerprint = 0;
  bool operator<(const Source& other) const {
    if (ends_at_ns != other.ends_at_ns) return ends_at_ns > other.ends_at_ns;
    return fingerprint < other.fingerprint;
  }
};
using Sources = std::set<Source>;

// Sources that agree in `equal`. Those that are targets of the rule too are kept apart, because
// they do not mute what is both as well.
struct Bucket {
  Sources one_sided;
  Sources two_sided;
  bool empty() const { return one_sided.empty() && two_sided.empty(); }
};

struct Held {
  std::string key;
  bool two_sided = false;
  int64_t ends_at_ns = 0;
};

struct RuleState {
  StringMap<Bucket> buckets;
  HashMap<uint64_t, Held> by_fingerprint;

  Sources& SourcesOf(const Held& held) {
    Bucket& bucket = buckets[held.key];
    return held.two_sided ? bucket.two_sided : bucket.one_sided;
  }
};

int64_t EndOf(const Alert& alert) {
  return alert.ends_at.absent() ? INT64_MAX : alert.ends_at.unix_ns;
}

const Source* LiveOf(const Sources& sources, int64_t now_ns) {
  if (sources.empty() || sources.begin()->ends_at_ns <= now_ns) return nullptr;
  return &*sources.begin();
}

}  // namespace

struct Inhibitor::Impl {
  std::vector<Rule> rules;
  RuleFilter by_source;
  RuleFilter by_target;
  mutable SharedMutex mutex;
  std::vector<RuleState> states GUARDED_BY(mutex);  // of each rule
};

Inhibitor::Inhibitor(const std::vector<amconfig::InhibitRule>& rules)
    : impl_(std::make_unique<Impl>()) {
  for (const amconfig::InhibitRule& rule : rules) {
    auto index = static_cast<uint32_t>(impl_->rules.size());
    impl_->rules.push_back(
        {rule.name,
         amconfig::JoinMatchers(rule.source_match, rule.source_match_re, rule.source_matchers),
         amconfig::JoinMatchers(rule.target_match, rule.target_match_re, rule.target_matchers),
         rule.equal});
    impl_->by_source.Add(index, impl_->rules.back().source);
    impl_->by_target.Add(index, impl_->rules.back().target);
  }
  WriterLock lock(impl_->mutex);
  impl_->states.resize(rules.size());
}

Inhibitor::~Inhibitor() = default;

size_t Inhibitor::rules() const {
  return impl_->rules.size();
}

void Inhibitor::Update(const std::vector<AlertPtr>& alerts) {
  struct Change {
    uint32_t rule;
    uint64_t fingerprint;
    Held held;
  };
  // Matching takes no lock.
  std::vector<Change> changes;
  std::vector<uint32_t> candidates;
  for (const AlertPtr& alert : alerts) {
    impl_->by_source.Find(alert->labels, &candidates);
    for (uint32_t index : candidates) {
      const Rule& rule = impl_->rules[index];
      if (!MatchesAll(rule.source, alert->labels)) continue;
      changes.push_back(
          {index,
           alert->fingerprint,
           {KeyOf(rule, alert->labels), MatchesAll(rule.target, alert->labels), EndOf(*alert)}});
    }
  }
  if (changes.empty()) return;
  WriterLock lock(impl_->mutex);
  for (Change& change : changes) {
    RuleState& state = impl_->states[change.rule];
    auto [known, fresh] = state.by_fingerprint.try_emplace(change.fingerprint);
    if (!fresh) {
      state.SourcesOf(known->second).erase({known->second.ends_at_ns, change.fingerprint});
    }
    known->second = std::move(change.held);
    state.SourcesOf(known->second).insert({known->second.ends_at_ns, change.fingerprint});
  }
}

std::optional<Inhibition> Inhibitor::Mutes(const model::Labels& labels, TimeMs now) const {
  std::vector<uint32_t> candidates;
  impl_->by_target.Find(labels, &candidates);
  int64_t now_ns = now * kNsPerMs;
  for (uint32_t index : candidates) {
    const Rule& rule = impl_->rules[index];
    if (!MatchesAll(rule.target, labels)) continue;
    bool two_sided = MatchesAll(rule.source, labels);
    std::string key = KeyOf(rule, labels);
    ReaderLock lock(impl_->mutex);
    const RuleState& state = impl_->states[index];
    auto bucket = state.buckets.find(key);
    if (bucket == state.buckets.end()) continue;
    const Source* source = LiveOf(bucket->second.one_sided, now_ns);
    if (source == nullptr && !two_sided) source = LiveOf(bucket->second.two_sided, now_ns);
    if (source != nullptr) return Inhibition{source->fingerprint, index, rule.name};
  }
  return std::nullopt;
}

void Inhibitor::Gc(TimeMs now) {
  int64_t now_ns = now * kNsPerMs;
  WriterLock lock(impl_->mutex);
  for (RuleState& state : impl_->states) {
    erase_if(state.by_fingerprint, [&](const auto& item) {
      const Held& held = item.second;
      if (held.ends_at_ns > now_ns) return false;
      state.SourcesOf(held).erase({held.ends_at_ns, item.first});
      return true;
    });
    erase_if(state.buckets, [](const auto& item) { return item.second.empty(); });
  }
}

}  // namespace watchfire::alerting
