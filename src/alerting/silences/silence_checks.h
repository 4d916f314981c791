#pragma once
// What a silence must be like to be taken, and whether a change may be made in place, after which
// nobody could tell what was silenced before. Internal to the room; pure functions.

#include "alerting/silences/silences.h"

namespace watchfire::alerting {

inline constexpr int64_t kNsPerMs = 1'000'000;

// A time that nobody gave: 0 or AlertTime::kAbsent.
inline bool IsUnset(int64_t ns) {
  return ns == 0 || ns == INT64_MIN;
}

// Sum that stays at the end of the range.
int64_t AddNs(int64_t a, int64_t b);

// Upstream's texts after `invalid silence: `. kInvalid.
Result<void> CheckSilence(const Silence& silence, amconfig::MatcherSyntax syntax);

// Whether `before` may become `after` under its id.
bool CanUpdate(const Silence& before, const Silence& after, TimeMs now);

// `{a="b"} or {c="d"}`.
std::string MatcherSetsText(const Silence& silence);

// A random one, version 4.
std::string NewUuid();

}  // namespace watchfire::alerting
