#include "alerting/manager/acknowledgements.h"

#include <charconv>
#include <set>

#include "alerting/routing/route_tree.h"
#include "base/log.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
// A silence needs an end. Nobody leaves an alert acknowledged for longer, or should.
constexpr int64_t kLongestMs = 365LL * 24 * 3'600'000;
// How long after a start an alert may be unknown: rules with long intervals report late.
constexpr int64_t kGraceNs = 15LL * 60 * 1'000 * kNsPerMs;

std::optional<uint64_t> FingerprintOf(const Silence& silence) {
  auto found = silence.annotations.find(std::string(kAcknowledgedAnnotation));
  if (found == silence.annotations.end()) return std::nullopt;
  const std::string& text = found->second;
  uint64_t fingerprint = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fingerprint, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return fingerprint;
}

}  // namespace

Acknowledgements::Acknowledgements(Silences* silences, const AlertStore* store, const Clock* clock)
    : silences_(silences),
      store_(store),
      clock_(clock),
      start_ns_(clock->MonotonicNs()),
      started_(clock->Now()) {}

Result<std::string> Acknowledgements::Acknowledge(uint64_t fingerprint, const std::string& by,
                                                  const std::string& comment) {
  TimeMs now = clock_->Now();
  AlertPtr alert = store_->Get(fingerprint);
  if (alert == nullptr) {
    return Error::NotFound("no alert {}", routing::FingerprintText(fingerprint));
  }
  if (alert->ResolvedAt(now)) return Error::Invalid("the alert is resolved");
  Check();
  {
    MutexLock lock(mutex_);
    auto known = ids_.find(fingerprint);
    if (known != ids_.end()) return known->second.front();
  }
  Silence silence;
  amconfig::Matchers matchers;
  for (const model::LabelView& label : alert->labels) {
    matchers.push_back(TRY(amconfig::Matcher::Make(
        amconfig::MatchType::kEqual, std::string(label.name), std::string(label.value))));
  }
  silence.matcher_sets.push_back(std::move(matchers));
  silence.starts_at_ns = now * kNsPerMs;
  silence.ends_at_ns = (now + kLongestMs) * kNsPerMs;
  silence.created_by = by;
  silence.comment = comment.empty() ? "Acknowledged" : comment;
  silence.annotations[std::string(kAcknowledgedAnnotation)] = routing::FingerprintText(fingerprint);
  std::string id = TRY(silences_->Set(std::move(silence)));
  {
    MutexLock lock(mutex_);
    ids_[fingerprint].push_back(id);
  }
  // It may have ended since we looked.
  if (AlertPtr current = store_->Get(fingerprint)) Heard({current});
  return id;
}

void Acknowledgements::Heard(const std::vector<AlertPtr>& alerts) {
  TimeMs now = clock_->Now();
  std::map<uint64_t, std::vector<std::string>> ended;
  {
    MutexLock lock(mutex_);
    if (ids_.empty()) return;
    for (const AlertPtr& alert : alerts) {
      auto known = ids_.find(alert->fingerprint);
      if (known == ids_.end() || !alert->ResolvedAt(now)) continue;
      ended.insert(ids_.extract(known));
    }
  }
  for (const auto& [fingerprint, ids] : ended) End(fingerprint, ids);
}

void Acknowledgements::Check() {
  TimeMs now = clock_->Now();
  bool grace = clock_->MonotonicNs() - start_ns_ < kGraceNs;
  std::map<uint64_t, std::vector<std::string>> active;
  std::set<uint64_t> older;  // than this process
  for (const Silence& silence : silences_->All()) {
    std::optional<uint64_t> fingerprint = FingerprintOf(silence);
    if (fingerprint && silence.StateAt(now) == SilenceState::kActive) {
      active[*fingerprint].push_back(silence.id);
      if (silence.starts_at_ns / kNsPerMs <= started_) older.insert(*fingerprint);
    }
  }
  std::map<uint64_t, std::vector<std::string>> ended;
  for (auto it = active.begin(); it != active.end();) {
    AlertPtr alert = store_->Get(it->first);
    bool over = alert != nullptr ? alert->ResolvedAt(now) : !grace && older.contains(it->first);
    if (over) {
      ended.insert(active.extract(it++));
    } else {
      ++it;
    }
  }
  {
    MutexLock lock(mutex_);
    ids_ = std::move(active);
  }
  for (const auto& [fingerprint, ids] : ended) End(fingerprint, ids);
}

void Acknowledgements::End(uint64_t fingerprint, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    Result<void> expired = silences_->Expire(id);
    if (!expired.ok()) {
      WF_LOG(kWarn, "Ending an acknowledgement failed", {"component", "alertmanager"},
             {"silence", id}, {"fingerprint", routing::FingerprintText(fingerprint)},
             {"err", expired.error()});
    }
  }
}

}  // namespace watchfire::alerting
