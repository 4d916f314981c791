#include "alerting/alerts/alert.h"

#include <algorithm>

#include "alerting/routing/route_tree.h"
#include "base/text.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

int64_t FloorDivide(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

int CompareTexts(std::string_view a, std::string_view b) {
  int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

template <typename Pairs>
Result<void> ValidatePairs(const Pairs& pairs) {
  for (const auto& [name, value] : pairs) {
    if (!model::IsValidLabelName(name)) return Error::Invalid("invalid name {}", GoQuote(name));
    if (!IsValidUtf8(value)) return Error::Invalid("invalid value {}", GoQuote(value));
  }
  return {};
}

// Takes the times' rule of Merge from the older report into the newer one.
void TakeTimes(const Alert& older, TimeMs now, Alert* newer) {
  bool later = newer->ends_at < older.ends_at;
  if (newer->ResolvedAt(now)) {
    if (later && older.ResolvedAt(now)) newer->ends_at = older.ends_at;
  } else if (later && !older.timeout) {
    newer->ends_at = older.ends_at;
  }
  if (older.starts_at < newer->starts_at) newer->starts_at = older.starts_at;
}

}  // namespace

TimeMs AlertTime::ms() const {
  return FloorDivide(unix_ns, kNsPerMs);
}

void Alert::Seal() {
  fingerprint = routing::Fingerprint(labels);
}

bool Alert::ResolvedAt(TimeMs now) const {
  if (ends_at.absent()) return false;
  // Compared as milliseconds: 2^63 ns is the year 2262, and `now` may be kMaxTime.
  TimeMs end = ends_at.ms();
  return end < now || (end == now && ends_at.unix_ns == end * kNsPerMs);
}

Result<void> Validate(const Alert& alert) {
  if (alert.starts_at.absent()) return Error::Invalid("start time missing");
  if (!alert.ends_at.absent() && alert.ends_at < alert.starts_at) {
    return Error::Invalid("start time must be before end time");
  }
  if (Result<void> labels = ValidatePairs(alert.labels); !labels.ok()) {
    return labels.error().With("invalid label set");
  }
  if (alert.labels.empty()) return Error::Invalid("at least one label pair required");
  if (Result<void> annotations = ValidatePairs(alert.annotations); !annotations.ok()) {
    return annotations.error().With("invalid annotations");
  }
  return {};
}

Alert Merge(const Alert& a, const Alert& b, TimeMs now) {
  bool b_is_newer = !(b.updated_at < a.updated_at);
  Alert merged = b_is_newer ? b : a;
  TakeTimes(b_is_newer ? a : b, now, &merged);
  return merged;
}

bool Overlap(const Alert& older, const Alert& newer) {
  auto within = [&older](const AlertTime& t) { return older.starts_at < t && t < older.ends_at; };
  return within(newer.ends_at) || within(newer.starts_at);
}

int CompareLabelSets(const model::Labels& a, const model::Labels& b) {
  if (a == b) return 0;
  size_t a_count = a.Count();
  size_t b_count = b.Count();
  if (a_count != b_count) return a_count < b_count ? -1 : 1;
  auto at_b = b.begin();
  for (const model::LabelView& label : a) {
    // The smaller name is missing on the other side, and who misses it comes first.
    if (int order = CompareTexts(label.name, at_b->name); order != 0) return -order;
    if (int order = CompareTexts(label.value, at_b->value); order != 0) return order;
    ++at_b;
  }
  return 0;
}

bool BeforeInGroup(const Alert& a, const Alert& b) {
  for (std::string_view name : {"job", "instance"}) {
    std::string_view a_value = a.labels.Get(name);
    std::string_view b_value = b.labels.Get(name);
    if (a_value == b_value) continue;
    if (a_value.empty()) return false;
    if (b_value.empty()) return true;
    return a_value < b_value;
  }
  return CompareLabelSets(a.labels, b.labels) < 0;
}

}  // namespace watchfire::alerting
