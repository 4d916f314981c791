#include "alerting/silences/silence_checks.h"

#include <sys/random.h>

#include <array>

#include "base/text.h"

namespace watchfire::alerting {
namespace {

using amconfig::Matcher;
using amconfig::Matchers;

Result<void> CheckMatcher(const Matcher& matcher, amconfig::MatcherSyntax syntax) {
  if (!amconfig::IsLabelName(matcher.name(), syntax)) {
    return Error::Invalid("invalid label name {}", GoQuote(matcher.name()));
  }
  if (!matcher.is_regex() && !IsValidUtf8(matcher.value())) {
    return Error::Invalid("invalid label value {}", GoQuote(matcher.value()));
  }
  return {};
}

Result<void> CheckSet(const Matchers& set, size_t index, amconfig::MatcherSyntax syntax) {
  if (set.empty()) return Error::Invalid("matcher set {} is empty", index);
  bool all_match_empty = true;
  for (size_t i = 0; i < set.size(); ++i) {
    Result<void> checked = CheckMatcher(set[i], syntax);
    if (!checked.ok()) {
      return checked.error().With("invalid label matcher {} in set {}", i, index);
    }
    // Upstream lets negations pass here whatever they say.
    all_match_empty = all_match_empty && set[i].is_equal() && set[i].Matches("");
  }
  if (all_match_empty) {
    return Error::Invalid("matcher set {}: at least one matcher must not match the empty string",
                          index);
  }
  return {};
}

}  // namespace

int64_t AddNs(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return b < 0 ? INT64_MIN + 1 : INT64_MAX;
  return sum;
}

Result<void> CheckSilence(const Silence& silence, amconfig::MatcherSyntax syntax) {
  if (silence.matcher_sets.empty()) return Error::Invalid("at least one matcher set required");
  for (size_t i = 0; i < silence.matcher_sets.size(); ++i) {
    TRY(CheckSet(silence.matcher_sets[i], i, syntax));
  }
  if (IsUnset(silence.starts_at_ns)) return Error::Invalid("invalid zero start timestamp");
  if (IsUnset(silence.ends_at_ns)) return Error::Invalid("invalid zero end timestamp");
  if (silence.ends_at_ns < silence.starts_at_ns) {
    return Error::Invalid("end time must not be before start time");
  }
  return {};
}

bool CanUpdate(const Silence& before, const Silence& after, TimeMs now) {
  constexpr int64_t kSecond = 1000 * kNsPerMs;
  if (before.matcher_sets != after.matcher_sets) return false;
  switch (before.StateAt(now)) {
    case SilenceState::kActive:
      return before.starts_at_ns / kSecond == after.starts_at_ns / kSecond &&
             after.ends_at_ns >= now * kNsPerMs;
    case SilenceState::kPending:
      return after.starts_at_ns >= now * kNsPerMs;
    case SilenceState::kExpired:
      break;
  }
  return false;
}

std::string MatcherSetsText(const Silence& silence) {
  std::string out;
  for (const Matchers& set : silence.matcher_sets) {
    out += (out.empty() ? "" : " or ") + amconfig::MatchersText(set);
  }
  return out;
}

std::string NewUuid() {
  std::array<uint8_t, 16> bytes{};
  WF_CHECK(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", bytes[i]);
  }
  return out;
}

}  // namespace watchfire::alerting
