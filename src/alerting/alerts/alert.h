#pragma once
// Alert: what is wrong with which thing, since when and until when: the value that rules and
// clients hand in, that groups hold and that notifications tell of. Two alerts with the same labels
// are the same alert; a later report of it is merged into what is known.
//
// Times carry nanoseconds and the zone that the client wrote, because notifications show them so.
// An alert is resolved from ends_at on; who does not tell an end gets one (`timeout`), put off by
// every report. Values, immutable once shared; nothing here asks a clock.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/labels.h"

namespace watchfire::alerting {

struct AlertTime {
  static constexpr int64_t kAbsent = INT64_MIN;

  int64_t unix_ns = kAbsent;
  int32_t offset_s = 0;  // east of Greenwich; how it is shown

  static AlertTime OfMs(TimeMs ms) { return {ms * 1'000'000, 0}; }
  bool absent() const { return unix_ns == kAbsent; }
  // Only if not absent; rounded down.
  TimeMs ms() const;
  bool operator<(const AlertTime& other) const { return unix_ns < other.unix_ns; }
  bool operator==(const AlertTime& other) const { return unix_ns == other.unix_ns; }
};

// RFC 3339 and the forms that upstream's API takes besides (no zone, no seconds' fraction, a space
// for the T …). The year 1, which clients send for "not known", is absent.
std::optional<AlertTime> ParseAlertTime(std::string_view text);
// "2026-11-21T03:29:43.120Z", three digits, in the time's zone; absent: year 1.
std::string FormatMillis(const AlertTime& time);
// As many digits as needed, as Go's RFC3339Nano.
std::string FormatNanos(const AlertTime& time);

// Sorted by name, names unique; unlike labels, values may be empty.
using Annotations = std::vector<std::pair<std::string, std::string>>;

struct Alert {
  model::Labels labels;
  Annotations annotations;
  AlertTime starts_at;
  AlertTime ends_at;
  std::string generator_url;
  AlertTime updated_at;      // when it was handed in
  bool timeout = false;      // ends_at is our guess
  uint64_t fingerprint = 0;  // of labels; Seal sets it

  // Computes the fingerprint; before the alert is handed to anybody.
  void Seal();
  bool ResolvedAt(TimeMs now) const;
  std::string_view name() const { return labels.Get("alertname"); }
};

using AlertPtr = std::shared_ptr<const Alert>;

// What upstream's validation says (`at least one label pair required`, `start time must be before
// end time`, …). kInvalid.
Result<void> Validate(const Alert& alert);

// One alert of two reports of it whose times overlap; the newer decides all but the times
// (upstream's table: alertmanager alert.Merge).
Alert Merge(const Alert& a, const Alert& b, TimeMs now);
// Whether they are to be merged, else the newer replaces the older.
bool Overlap(const Alert& older, const Alert& newer);

// The order within a notification: by `job`, by `instance` (alerts that have the label first), then
// by label sets, fewer labels first.
bool BeforeInGroup(const Alert& a, const Alert& b);
// Upstream's order of label sets: fewer labels first, then the first difference.
int CompareLabelSets(const model::Labels& a, const model::Labels& b);

}  // namespace watchfire::alerting
