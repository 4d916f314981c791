#include "model/duration.h"

#include <array>
#include <limits>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::model {
namespace {

struct Unit {
  std::string_view name;
  int64_t ms;
};
constexpr std::array<Unit, 7> kUnits = {{{"y", 365LL * 24 * 3600 * 1000},
                                         {"w", 7LL * 24 * 3600 * 1000},
                                         {"d", 24LL * 3600 * 1000},
                                         {"h", 3600LL * 1000},
                                         {"m", 60LL * 1000},
                                         {"s", 1000},
                                         {"ms", 1}}};
// Upstream counts nanoseconds in an int64.
constexpr uint64_t kMaxMs = std::numeric_limits<int64_t>::max() / 1'000'000;

size_t UnitIndex(std::string_view name) {
  for (size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits[i].name == name) return i;
  }
  return kUnits.size();
}

}  // namespace

Result<int64_t> ParseDurationMs(std::string_view text) {
  if (text == "0") return 0;
  if (text.empty()) return Error::Invalid("empty duration string");
  uint64_t total = 0;
  size_t last_unit = 0;
  bool first = true;
  std::string_view rest = text;
  auto invalid = [&] { return Error::Invalid("not a valid duration string: {}", GoQuote(text)); };
  while (!rest.empty()) {
    size_t digits = 0;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
    if (digits == 0) return invalid();
    std::optional<uint64_t> number = ParseUint(rest.substr(0, digits));
    if (!number) return Error::Invalid("duration out of range");
    rest.remove_prefix(digits);
    size_t letters = 0;
    while (letters < rest.size() && (rest[letters] < '0' || rest[letters] > '9')) ++letters;
    if (letters == 0) return invalid();
    size_t unit = UnitIndex(rest.substr(0, letters));
    if (unit == kUnits.size()) {
      return Error::Invalid("unknown unit {} in duration {}", GoQuote(rest.substr(0, letters)),
                            GoQuote(text));
    }
    if (!first && unit <= last_unit) return invalid();
    first = false;
    last_unit = unit;
    rest.remove_prefix(letters);
    auto scale = static_cast<uint64_t>(kUnits[unit].ms);
    if (*number > kMaxMs / scale) return Error::Invalid("duration out of range");
    total += *number * scale;
    if (total > kMaxMs) return Error::Invalid("duration out of range");
  }
  return static_cast<int64_t>(total);
}

std::string FormatDuration(int64_t ms) {
  if (ms == 0) return "0s";
  std::string out;
  // In unsigned space, so that the most negative value has a magnitude.
  uint64_t rest = static_cast<uint64_t>(ms);
  if (ms < 0) {
    out = "-";
    rest = 0 - rest;
  }
  for (const Unit& unit : kUnits) {
    auto scale = static_cast<uint64_t>(unit.ms);
    bool exact_only = unit.name == "y" || unit.name == "w";
    if (exact_only && rest % scale != 0) continue;
    if (uint64_t n = rest / scale; n > 0) {
      out += std::to_string(n);
      out += unit.name;
      rest -= n * scale;
    }
  }
  return out;
}

Result<uint64_t> ParseSizeBytes(std::string_view text) {
  size_t at = text.find_first_not_of("0123456789.");
  std::string_view unit = at == std::string_view::npos ? std::string_view() : text.substr(at);
  std::optional<double> number = ParseFloat(text.substr(0, at));
  if (!number || *number < 0) return Error::Invalid("units: invalid {}", text);
  constexpr std::string_view kPrefixes = "KMGTPE";
  double scale = 0;
  if (unit == "B") {
    scale = 1;
  } else if (unit.size() >= 2 && (unit.substr(1) == "B" || unit.substr(1) == "iB")) {
    size_t power = kPrefixes.find(unit[0]);
    if (power != std::string_view::npos) scale = static_cast<double>(1ULL << (10 * (power + 1)));
  }
  if (scale == 0) return Error::Invalid("units: unknown unit {} in {}", unit, text);
  double bytes = *number * scale;
  if (bytes >= 9.2e18) return Error::Invalid("units: {} is out of range", text);
  return static_cast<uint64_t>(bytes);
}

std::string FormatSizeBytes(uint64_t bytes) {
  constexpr std::string_view kPrefixes = "KMGTPE";
  if (bytes == 0) return "0B";
  size_t power = 0;
  while (power < kPrefixes.size() && bytes % 1024 == 0) {
    bytes /= 1024;
    ++power;
  }
  if (power == 0) return std::to_string(bytes) + "B";
  return std::to_string(bytes) + kPrefixes[power - 1] + "iB";
}

}  // namespace watchfire::model
