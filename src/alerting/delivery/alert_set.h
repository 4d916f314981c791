#pragma once
// The alerts of a flush as the log stores them: one blob for all integrations, and for all
// ticks until something changes. Each alert is its fingerprint, whether it was resolved, and what
// muted it; equal causes are written once. In order of fingerprints, so that equal sets are equal
// bytes. Drawn in docs/format/watchfire-db.md. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/alerts/flush_record.h"
#include "base/result.h"

namespace watchfire::alerting {

struct MuteCause {
  MuteKind kind = MuteKind::kNone;
  std::vector<std::string> by;
  bool operator==(const MuteCause&) const = default;
};

struct SetAlert {
  uint64_t fingerprint = 0;
  bool resolved = false;
  uint32_t cause = 0;  // 0: not muted; else causes[cause - 1]
};

struct AlertSet {
  std::vector<MuteCause> causes;
  std::vector<SetAlert> alerts;  // by fingerprint
};

std::string EncodeAlertSet(const std::vector<FlushedAlert>& alerts);
// kCorrupt.
Result<AlertSet> DecodeAlertSet(std::string_view bytes);

// Those of `a` that are not in `b`; both by fingerprint.
std::vector<uint64_t> MissingFrom(const AlertSet& b, const AlertSet& a);

}  // namespace watchfire::alerting
