#include "model/duration.h"

#include <algorithm>
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
    if (!number) return invalid();
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
    out.push_back('-');
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

namespace {

constexpr std::string_view kPrefixes = "KMGTPE";

// Bytes in one unit: B, KB and KiB alike, …; 0 for an unknown one.
double UnitBytes(std::string_view unit) {
  if (unit == "B") return 1;
  if (unit.size() < 2 || (unit.substr(1) != "B" && unit.substr(1) != "iB")) return 0;
  size_t power = kPrefixes.find(unit[0]);
  if (power == std::string_view::npos) return 0;
  return static_cast<double>(1ULL << (10 * (power + 1)));
}

}  // namespace

Result<uint64_t> ParseSizeBytes(std::string_view text) {
  std::string_view rest = text;
  if (rest == "0" || rest == "+0") return uint64_t{0};
  if (!rest.empty() && rest[0] == '+') rest.remove_prefix(1);
  if (rest.empty()) return Error::Invalid("units: invalid {}", text);
  double bytes = 0;
  while (!rest.empty()) {
    size_t end = std::min(rest.find_first_not_of("0123456789."), rest.size());
    std::optional<double> number = ParseFloat(rest.substr(0, end));
    if (!number) return Error::Invalid("units: invalid {}", text);
    rest.remove_prefix(end);
    size_t unit_end = std::min(rest.find_first_of("0123456789."), rest.size());
    std::string_view unit = rest.substr(0, unit_end);
    double scale = UnitBytes(unit);
    if (scale == 0) return Error::Invalid("units: unknown unit {} in {}", unit, text);
    rest.remove_prefix(unit_end);
    bytes += *number * scale;
  }
  if (bytes >= 9223372036854775807.0) return Error::Invalid("units: overflow parsing unit");
  return static_cast<uint64_t>(bytes);
}

std::string FormatSizeBytes(uint64_t bytes) {
  if (bytes == 0) return "0B";
  std::string out;
  for (size_t power = kPrefixes.size() + 1; power-- > 0;) {
    uint64_t unit = uint64_t{1} << (10 * power);
    uint64_t count = bytes / unit;
    bytes %= unit;
    if (count == 0) continue;
    out += std::to_string(count);
    out += power == 0 ? "B" : std::string(1, kPrefixes[power - 1]) + "iB";
  }
  return out;
}

}  // namespace watchfire::model
