#include "tool/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace watchfire::tool {
namespace {

constexpr size_t kMinWidth = 13;
constexpr size_t kPadding = 2;

}  // namespace

std::string Align(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), kMinWidth);
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size() + kPadding);
    }
  }
  std::string out;
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - row[i].size(), ' ');
    }
    out += '\n';
  }
  return out;
}

std::string GoDuration(int64_t ms) {
  if (ms == 0) return "0s";
  std::string out = ms < 0 ? "-" : "";
  auto left = static_cast<uint64_t>(ms < 0 ? -ms : ms);
  if (left < 1000) return out + fmt::format("{}ms", left);
  uint64_t hours = left / 3'600'000;
  uint64_t minutes = left / 60'000 % 60;
  uint64_t seconds = left / 1000 % 60;
  uint64_t millis = left % 1000;
  if (hours > 0) out += fmt::format("{}h", hours);
  if (hours > 0 || minutes > 0) out += fmt::format("{}m", minutes);
  std::string fraction = fmt::format("{:03}", millis);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return out + fmt::format("{}{}{}s", seconds, fraction.empty() ? "" : ".", fraction);
}

std::string GoUtcTime(TimeMs t) {
  std::time_t seconds = t / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} +0000 UTC", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string BinarySize(uint64_t bytes) {
  if (bytes == 0) return "0B";
  constexpr std::array<const char*, 7> kUnits = {"EiB", "PiB", "TiB", "GiB", "MiB", "KiB", "B"};
  std::string out;
  for (size_t i = 0; i < kUnits.size(); ++i) {
    uint64_t count = bytes >> (10 * (kUnits.size() - 1 - i));
    if (i > 0) count &= 1023;
    if (count > 0) out += fmt::format("{}{}", count, kUnits[i]);
  }
  return out;
}

}  // namespace watchfire::tool
