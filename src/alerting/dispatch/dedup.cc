#include "alerting/dispatch/dedup.h"

#include <algorithm>

#include "model/duration.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

size_t Missing(const std::vector<uint64_t>& from, const std::vector<uint64_t>& in) {
  size_t missing = 0;
  for (uint64_t hash : from) {
    if (!std::binary_search(in.begin(), in.end(), hash)) ++missing;
  }
  return missing;
}

bool IsSubset(const std::vector<uint64_t>& part, const std::vector<uint64_t>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

std::string CountText(size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string QuietText(const DedupInput& input, const std::string& ago) {
  if (input.entry == nullptr) {
    return "Nothing fires any more and nobody was told that it did: nothing to say.";
  }
  if (input.firing->empty()) {
    return fmt::format("Nothing fires, and the last notification {} ago told of nothing firing.",
                       ago);
  }
  std::string text = fmt::format(
      "Nothing changed since the last notification {} ago; repeats "
      "after {}.",
      ago, model::FormatDuration(input.repeat_interval_ms));
  if (!input.send_resolved && !IsSubset(*input.resolved, input.entry->resolved)) {
    text += " Some alerts were resolved, but send_resolved is off.";
  }
  return text;
}

}  // namespace

Reason Decide(const DedupInput& input) {
  const NflogEntry* entry = input.entry;
  if (entry == nullptr) return input.firing->empty() ? Reason::kNone : Reason::kFirst;
  if (!IsSubset(*input.firing, entry->firing)) {
    return entry->firing.empty() ? Reason::kFirst : Reason::kNewAlerts;
  }
  if (input.firing->empty()) {
    // Whatever send_resolved says: the entry must learn that nothing fires. Alerts that fired and
    // ended between two ticks were never told of.
    return entry->firing.empty() ? Reason::kNone : Reason::kAllResolved;
  }
  if (input.send_resolved && !IsSubset(*input.resolved, entry->resolved)) {
    return Reason::kSomeResolved;
  }
  bool repeat = entry->timestamp_ns < (input.tick - input.repeat_interval_ms) * kNsPerMs;
  return repeat ? Reason::kRepeat : Reason::kNone;
}

std::string DecisionText(const DedupInput& input, Reason reason) {
  const NflogEntry* entry = input.entry;
  std::string ago;
  if (entry != nullptr) ago = AgeText(input.tick - entry->timestamp_ns / kNsPerMs);
  switch (reason) {
    case Reason::kNone:
      return QuietText(input, ago);
    case Reason::kFirst:
      if (entry == nullptr) return "First notification of this group.";
      return fmt::format("Alerts fire again after the last notification {} ago told of none.", ago);
    case Reason::kNewAlerts:
      return fmt::format("{} not in the last notification {} ago.",
                         CountText(Missing(*input.firing, entry->firing), "firing alert was",
                                   "firing alerts were"),
                         ago);
    case Reason::kAllResolved:
      if (input.send_resolved) return "All alerts are resolved.";
      return "All alerts are resolved; not sent, because send_resolved is off.";
    case Reason::kSomeResolved:
      return fmt::format(
          "{} resolved since the last notification {} ago.",
          CountText(Missing(*input.resolved, entry->resolved), "alert was", "alerts were"), ago);
    case Reason::kRepeat:
      return fmt::format(
          "Nothing changed, but the last notification is {} old and repeats after "
          "{}.",
          ago, model::FormatDuration(input.repeat_interval_ms));
    case Reason::kTest:
      return "Somebody tried this receiver.";
  }
  WF_CHECK(false);
}

std::string AgeText(int64_t ms) {
  ms = std::max<int64_t>(ms, 0);
  if (ms < 10'000) return fmt::format("{:.1f}s", static_cast<double>(ms) / 1000.0);
  int64_t unit = ms < 3'600'000 ? 1'000 : ms < 48LL * 3'600'000 ? 60'000 : 3'600'000;
  return model::FormatDuration(ms / unit * unit);
}

}  // namespace watchfire::alerting
