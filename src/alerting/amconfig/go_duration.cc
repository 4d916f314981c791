#include "alerting/amconfig/go_duration.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace watchfire::amconfig {
namespace {

using Wide = __int128;

constexpr std::array<std::pair<std::string_view, int64_t>, 8> kUnits = {{
    {"ns", 1},
    {"us", 1'000},
    {"\xc2\xb5s", 1'000},
    {"\xce\xbcs", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
}};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::string Decimal(int64_t value, int64_t unit) {
  std::string out = std::to_string(value / unit);
  int64_t rest = value % unit;
  if (rest == 0) return out;
  std::string digits = std::to_string(unit + rest).substr(1);
  while (digits.back() == '0') digits.pop_back();
  return out + "." + digits;
}

}  // namespace

Result<int64_t> ParseGoDuration(std::string_view text) {
  std::string_view rest = text;
  auto invalid = [&] { return Error::Invalid("time: invalid duration {}", GoQuote(text)); };
  bool negative = !rest.empty() && rest[0] == '-';
  if (negative || (!rest.empty() && rest[0] == '+')) rest.remove_prefix(1);
  if (rest == "0") return int64_t{0};
  if (rest.empty()) return invalid();
  Wide total = 0;
  while (!rest.empty()) {
    Wide whole = 0;
    Wide fraction = 0;
    Wide scale = 1;
    size_t digits = 0;
    for (; !rest.empty() && IsDigit(rest[0]); rest.remove_prefix(1), ++digits) {
      whole = whole * 10 + (rest[0] - '0');
      if (whole > INT64_MAX) return invalid();
    }
    if (!rest.empty() && rest[0] == '.') {
      rest.remove_prefix(1);
      for (; !rest.empty() && IsDigit(rest[0]); rest.remove_prefix(1), ++digits) {
        if (scale >= 1'000'000'000'000'000) continue;
        fraction = fraction * 10 + (rest[0] - '0');
        scale *= 10;
      }
    }
    if (digits == 0) return invalid();
    size_t size = 0;
    while (size < rest.size() && rest[size] != '.' && !IsDigit(rest[size])) ++size;
    std::string_view name = rest.substr(0, size);
    if (name.empty()) return Error::Invalid("time: missing unit in duration {}", GoQuote(text));
    int64_t unit = 0;
    for (const auto& [known, ns] : kUnits) {
      if (known == name) unit = ns;
    }
    if (unit == 0) {
      return Error::Invalid("time: unknown unit {} in duration {}", GoQuote(name), GoQuote(text));
    }
    total += whole * unit + fraction * unit / scale;
    if (total > INT64_MAX) return invalid();
    rest.remove_prefix(size);
  }
  return static_cast<int64_t>(negative ? -total : total);
}

std::string FormatGoDuration(int64_t ns) {
  if (ns == 0) return "0s";
  if (ns < 0) return "-" + FormatGoDuration(ns == INT64_MIN ? INT64_MAX : -ns);
  if (ns < 1'000) return std::to_string(ns) + "ns";
  if (ns < 1'000'000) return Decimal(ns, 1'000) + "\xc2\xb5s";
  if (ns < 1'000'000'000) return Decimal(ns, 1'000'000) + "ms";
  int64_t minutes = ns / 60'000'000'000;
  std::string out;
  if (minutes >= 60) out += std::to_string(minutes / 60) + "h";
  if (minutes > 0) out += std::to_string(minutes % 60) + "m";
  return out + Decimal(ns % 60'000'000'000, 1'000'000'000) + "s";
}

}  // namespace watchfire::amconfig
