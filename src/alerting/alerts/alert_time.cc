
#include "alerting/alerts/alert.h"
#include "base/time_zone.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;
// What fits in nanoseconds: the years 1677 to 2262. Ends beyond ("9999-12-31") mean "for ever".
constexpr int64_t kMaxSeconds = INT64_MAX / kNsPerSecond - 1;
constexpr int64_t kMinSeconds = INT64_MIN / kNsPerSecond + 1;
constexpr int64_t kYearOneSeconds = -62'135'596'800;

class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  bool AtEnd() const { return text_.empty(); }
  bool Take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits within a range.
  bool Number(size_t count, int min, int max, int* out) {
    if (text_.size() < count) return false;
    int value = 0;
    for (char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    if (value < min || value > max) return false;
    text_.remove_prefix(count);
    *out = value;
    return true;
  }
  // The digits behind a point; those behind the ninth are dropped.
  bool Nanos(int64_t* out) {
    size_t digits = 0;
    int64_t value = 0;
    for (; !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; text_.remove_prefix(1)) {
      if (digits++ < 9) value = value * 10 + (text_[0] - '0');
    }
    if (digits == 0) return false;
    for (; digits < 9; ++digits) value *= 10;
    *out = value;
    return true;
  }
  // "Z", "+02:00", "+0200"; nothing at all is UTC.
  bool Zone(int32_t* offset_s) {
    *offset_s = 0;
    if (AtEnd() || Take('Z')) return AtEnd();
    bool east = Take('+');
    if (!east && !Take('-')) return false;
    int hours = 0;
    int minutes = 0;
    if (!Number(2, 0, 23, &hours)) return false;
    Take(':');
    if (!Number(2, 0, 59, &minutes)) return false;
    *offset_s = (east ? 1 : -1) * (hours * 3600 + minutes * 60);
    return AtEnd();
  }

 private:
  std::string_view text_;
};

struct Parts {
  CivilTime civil;
  int64_t nanos = 0;
  int32_t offset_s = 0;
};

std::optional<Parts> ReadParts(std::string_view text) {
  TimeReader reader(text);
  Parts parts;
  CivilTime& civil = parts.civil;
  int year = 0;
  if (!reader.Number(4, 0, 9999, &year) || !reader.Take('-')) return std::nullopt;
  if (!reader.Number(2, 1, 12, &civil.month) || !reader.Take('-')) return std::nullopt;
  civil.year = year;
  if (!reader.Number(2, 1, DaysInMonth(year, civil.month), &civil.day)) return std::nullopt;
  if (reader.AtEnd()) return parts;
  if (!reader.Take('T') && !reader.Take(' ')) return std::nullopt;
  if (!reader.Number(2, 0, 23, &civil.hour) || !reader.Take(':')) return std::nullopt;
  if (!reader.Number(2, 0, 59, &civil.minute)) return std::nullopt;
  if (reader.Take(':')) {
    if (!reader.Number(2, 0, 59, &civil.second)) return std::nullopt;
    if ((reader.Take('.') || reader.Take(',')) && !reader.Nanos(&parts.nanos)) return std::nullopt;
  }
  if (!reader.Zone(&parts.offset_s)) return std::nullopt;
  return parts;
}

// Everything but the fraction and the zone.
std::string SecondsText(int64_t local_seconds) {
  CivilTime civil = CivilFromSeconds(local_seconds);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year, civil.month, civil.day,
                     civil.hour, civil.minute, civil.second);
}

std::string ZoneText(int32_t offset_s) {
  if (offset_s == 0) return "Z";
  int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
  return fmt::format("{}{:02}:{:02}", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

struct Split {
  int64_t seconds = 0;
  int64_t nanos = 0;
};
Split SplitNs(int64_t unix_ns) {
  int64_t nanos = unix_ns % kNsPerSecond;
  if (nanos < 0) nanos += kNsPerSecond;
  return {(unix_ns - nanos) / kNsPerSecond, nanos};
}

}  // namespace

std::optional<AlertTime> ParseAlertTime(std::string_view text) {
  std::optional<Parts> parts = ReadParts(text);
  if (!parts) return std::nullopt;
  int64_t seconds = SecondsFromCivil(parts->civil) - parts->offset_s;
  if (seconds == kYearOneSeconds && parts->nanos == 0) return AlertTime();
  if (seconds > kMaxSeconds) return AlertTime{kMaxSeconds * kNsPerSecond, parts->offset_s};
  if (seconds < kMinSeconds) return AlertTime{kMinSeconds * kNsPerSecond, parts->offset_s};
  return AlertTime{seconds * kNsPerSecond + parts->nanos, parts->offset_s};
}

std::string FormatMillis(const AlertTime& time) {
  if (time.absent()) return "0001-01-01T00:00:00.000Z";
  Split split = SplitNs(time.unix_ns);
  return fmt::format("{}.{:03}{}", SecondsText(split.seconds + time.offset_s),
                     split.nanos / 1'000'000, ZoneText(time.offset_s));
}

std::string FormatNanos(const AlertTime& time) {
  if (time.absent()) return "0001-01-01T00:00:00Z";
  Split split = SplitNs(time.unix_ns);
  std::string fraction;
  if (split.nanos != 0) {
    fraction = fmt::format(".{:09}", split.nanos);
    fraction.erase(fraction.find_last_not_of('0') + 1);
  }
  return SecondsText(split.seconds + time.offset_s) + fraction + ZoneText(time.offset_s);
}

}  // namespace watchfire::alerting
