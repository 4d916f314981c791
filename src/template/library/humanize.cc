#include "template/library/humanize.h"

#include <fmt/core.h>

#include <array>
#include <cmath>

#include "base/numbers.h"
#include "base/text.h"
#include "template/number.h"

namespace watchfire::templates {
namespace {

constexpr std::array<std::string_view, 8> kLarge = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
constexpr std::array<std::string_view, 8> kLarge1024 = {"ki", "Mi", "Gi", "Ti",
                                                        "Pi", "Ei", "Zi", "Yi"};
constexpr std::array<std::string_view, 8> kSmall = {"m", "u", "n", "p", "f", "a", "z", "y"};

std::string FourDigits(double v) {
  return FormatFloat(v, 'g', 4);
}

std::string Divided(double v, double unit, const std::array<std::string_view, 8>& prefixes) {
  std::string_view prefix;
  for (std::string_view next : prefixes) {
    if (std::fabs(v) < unit) break;
    prefix = next;
    v /= unit;
  }
  return FourDigits(v) + std::string(prefix);
}

std::string Multiplied(double v) {
  std::string_view prefix;
  for (std::string_view next : kSmall) {
    if (std::fabs(v) >= 1) break;
    prefix = next;
    v *= 1000;
  }
  return FourDigits(v) + std::string(prefix);
}

Result<int64_t> Nanoseconds(double v, std::string_view what) {
  double nanos = v * 1e9;
  // 2^63 is a double, the largest int64 is none.
  if (nanos >= 9223372036854775808.0 || nanos < -9223372036854775808.0) {
    return Error::Invalid("{} cannot be represented as a nanoseconds {} since it overflows int64",
                          FormatFloat(v, 'g', -1), what);
  }
  return static_cast<int64_t>(nanos);
}

}  // namespace

Result<double> ConvertToFloat(const Value& value) {
  switch (value.kind()) {
    case Kind::kFloat:
      return value.number();
    case Kind::kString: {
      auto number = ParseGoFloat(value.text());
      if (!number) number = ParseFloat(value.text());
      if (number) return *number;
      return Error::Invalid("strconv.ParseFloat: parsing {}: invalid syntax",
                            GoQuote(value.text()));
    }
    case Kind::kInt:
      if (value.IsDuration()) return static_cast<double>(value.integer()) / 1e9;
      return static_cast<double>(value.integer());
    case Kind::kUint:
      return static_cast<double>(value.unsigned_integer());
    default:
      return Error::Invalid("can't convert {} to float", value.held_type_name());
  }
}

std::string Humanize(double v) {
  if (v == 0 || !std::isfinite(v)) return FourDigits(v);
  return std::fabs(v) >= 1 ? Divided(v, 1000, kLarge) : Multiplied(v);
}

std::string Humanize1024(double v) {
  if (!(std::fabs(v) > 1) || !std::isfinite(v)) return FourDigits(v);
  return Divided(v, 1024, kLarge1024);
}

std::string HumanizeDuration(double v) {
  if (!std::isfinite(v)) return FourDigits(v);
  if (v == 0) return FourDigits(v) + "s";
  if (std::fabs(v) < 1) return Multiplied(v) + "s";
  std::string_view sign = v < 0 ? "-" : "";
  v = std::fabs(v);
  // Longer than the age of everything; Go's conversion would be undefined.
  auto whole = static_cast<int64_t>(std::min(v, 9e18));
  int64_t seconds = whole % 60;
  int64_t minutes = whole / 60 % 60;
  int64_t hours = whole / 3600 % 24;
  int64_t days = whole / 86400;
  if (days != 0) return fmt::format("{}{}d {}h {}m {}s", sign, days, hours, minutes, seconds);
  if (hours != 0) return fmt::format("{}{}h {}m {}s", sign, hours, minutes, seconds);
  if (minutes != 0) return fmt::format("{}{}m {}s", sign, minutes, seconds);
  return fmt::format("{}{}s", sign, FourDigits(v));
}

std::string HumanizePercentage(double v) {
  return FourDigits(v * 100) + "%";
}

Result<GoTime> TimeOfSeconds(double v) {
  if (!std::isfinite(v)) return Error::Invalid("value is NaN or Inf");
  int64_t nanos = TRY(Nanoseconds(v, "timestamp"));
  return GoTime::OfMs(nanos / 1'000'000);
}

Result<int64_t> DurationOfSeconds(double v) {
  if (!std::isfinite(v)) return Error::Invalid("value is NaN or Inf");
  return Nanoseconds(v, "duration");
}

Result<std::string> HumanizeTimestamp(double v) {
  if (!std::isfinite(v)) return FourDigits(v);
  return FormatTime(TRY(TimeOfSeconds(v)), kTimeStringLayout);
}

}  // namespace watchfire::templates
