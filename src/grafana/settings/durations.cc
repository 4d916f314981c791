#include "grafana/settings/durations.h"

#include <utility>

namespace watchfire::grafana {
namespace {

constexpr int64_t kDay = 86'400'000;
constexpr int64_t kLongest = 100 * 365 * kDay;
constexpr std::pair<std::string_view, int64_t> kUnits[] = {
    {"ms", 1},   {"s", 1000},     {"m", 60'000},    {"h", 3'600'000},
    {"d", kDay}, {"w", 7 * kDay}, {"M", 30 * kDay}, {"y", 365 * kDay}};

}  // namespace

std::optional<int64_t> ParseSettingDuration(std::string_view text) {
  int64_t total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    size_t digits = 0;
    int64_t number = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      number = number * 10 + (text[digits++] - '0');
      if (number > kLongest) return std::nullopt;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    size_t letters = 0;
    while (letters < text.size() && (text[letters] < '0' || text[letters] > '9')) ++letters;
    int64_t unit = text.empty() && total == 0 ? 1000 : 0;
    for (const auto& [name, ms] : kUnits) {
      if (name == text.substr(0, letters)) unit = ms;
    }
    if (unit == 0 || number > kLongest / unit) return std::nullopt;
    total += number * unit;
    if (total > kLongest) return std::nullopt;
    text.remove_prefix(letters);
  }
  return total;
}

}  // namespace watchfire::grafana
