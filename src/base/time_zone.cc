#include "base/time_zone.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

#include "base/mutex.h"

namespace watchfire {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr uint64_t kMaxZoneFileBytes = 1 << 20;

int64_t FloorDiv(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// One end of daylight saving in a closing rule: `Jn`, `n` or `Mm.w.d`, and when on that day.
struct DayRule {
  enum class Kind : uint8_t { kJulian, kDayOfYear, kMonthWeekDay };
  Kind kind = Kind::kMonthWeekDay;
  int month = 0;
  int week = 0;  // 5: the last
  int day = 0;
  int64_t time = 2 * 3600;  // seconds of wall time after midnight, may be negative
};

struct Rule {
  TimeZone::Offset standard;
  std::optional<TimeZone::Offset> daylight;
  DayRule begin;
  DayRule end;
};

// Seconds from the start of the year on the wall clock before the change.
int64_t SecondsIntoYear(const DayRule& rule, int64_t year) {
  int64_t first = DaysFromCivil(year, 1, 1);
  int64_t day = 0;
  switch (rule.kind) {
    case DayRule::Kind::kJulian:
      // February 29 is never counted.
      day = rule.day - 1 + (IsLeapYear(year) && rule.day >= 60 ? 1 : 0);
      break;
    case DayRule::Kind::kDayOfYear:
      day = rule.day;
      break;
    case DayRule::Kind::kMonthWeekDay: {
      int64_t month_start = DaysFromCivil(year, rule.month, 1);
      int weekday = CivilFromSeconds(month_start * kSecondsPerDay).weekday;
      int in_month = (rule.day - weekday + 7) % 7 + 7 * (rule.week - 1);
      if (in_month >= DaysInMonth(year, rule.month)) in_month -= 7;
      day = month_start - first + in_month;
      break;
    }
  }
  return day * kSecondsPerDay + rule.time;
}

const TimeZone::Offset& OffsetByRule(const Rule& rule, int64_t seconds) {
  if (!rule.daylight) return rule.standard;
  int64_t year = CivilFromSeconds(seconds + rule.standard.seconds).year;
  int64_t start = DaysFromCivil(year, 1, 1) * kSecondsPerDay;
  int64_t begin = start + SecondsIntoYear(rule.begin, year) - rule.standard.seconds;
  int64_t end = start + SecondsIntoYear(rule.end, year) - rule.daylight->seconds;
  bool is_dst =
      begin <= end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end;
  return is_dst ? *rule.daylight : rule.standard;
}

// Reads the closing rule, e.g. `CET-1CEST,M3.5.0,M10.5.0/3`.
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}

  std::optional<Rule> Read() {
    Rule rule;
    int64_t offset = 0;
    if (!Name(rule.standard.abbreviation) || !Time(offset)) return std::nullopt;
    rule.standard.seconds = static_cast<int32_t>(-offset);
    if (rest_.empty()) return rule;
    TimeZone::Offset daylight{rule.standard.seconds + 3600, true, ""};
    if (!Name(daylight.abbreviation)) return std::nullopt;
    if (!rest_.empty() && rest_[0] != ',') {
      if (!Time(offset)) return std::nullopt;
      daylight.seconds = static_cast<int32_t>(-offset);
    }
    rule.daylight = daylight;
    if (rest_.empty()) rest_ = ",M3.2.0,M11.1.0";
    if (!Day(rule.begin) || !Day(rule.end) || !rest_.empty()) return std::nullopt;
    return rule;
  }

 private:
  bool Skip(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool Name(std::string& name) {
    size_t size = 0;
    if (Skip('<')) {
      size = rest_.find('>');
      if (size == std::string_view::npos) return false;
      name = rest_.substr(0, size);
      rest_.remove_prefix(size + 1);
      return true;
    }
    auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    while (size < rest_.size() && is_letter(rest_[size])) ++size;
    if (size < 3) return false;
    name = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  bool Number(int& value, int min, int max) {
    size_t size = 0;
    value = 0;
    while (size < rest_.size() && size < 4 && rest_[size] >= '0' && rest_[size] <= '9') {
      value = value * 10 + (rest_[size++] - '0');
    }
    rest_.remove_prefix(size);
    return size > 0 && value >= min && value <= max;
  }
  // `[+-]h[:m[:s]]`
  bool Time(int64_t& seconds) {
    bool negative = Skip('-');
    if (!negative) Skip('+');
    int hours = 0;
    int minutes = 0;
    int rest = 0;
    if (!Number(hours, 0, 167)) return false;
    if (Skip(':') && !Number(minutes, 0, 59)) return false;
    if (Skip(':') && !Number(rest, 0, 59)) return false;
    seconds = (negative ? -1 : 1) * (int64_t{hours} * 3600 + minutes * 60 + rest);
    return true;
  }
  bool Day(DayRule& rule) {
    if (!Skip(',')) return false;
    if (Skip('J')) {
      rule.kind = DayRule::Kind::kJulian;
      if (!Number(rule.day, 1, 365)) return false;
    } else if (Skip('M')) {
      rule.kind = DayRule::Kind::kMonthWeekDay;
      if (!Number(rule.month, 1, 12) || !Skip('.') || !Number(rule.week, 1, 5) || !Skip('.') ||
          !Number(rule.day, 0, 6)) {
        return false;
      }
    } else {
      rule.kind = DayRule::Kind::kDayOfYear;
      if (!Number(rule.day, 0, 365)) return false;
    }
    return !Skip('/') || Time(rule.time);
  }

  std::string_view rest_;
};

// The six counts of a TZif header, in its order.
struct Counts {
  size_t isut = 0;
  size_t isstd = 0;
  size_t leap = 0;
  size_t times = 0;
  size_t types = 0;
  size_t chars = 0;

  size_t Bytes(size_t time_size) const {
    return times * (time_size + 1) + types * 6 + chars + leap * (time_size + 4) + isstd + isut;
  }
};

class ZoneFile {
 public:
  explicit ZoneFile(std::string_view bytes) : bytes_(bytes) {}

  bool Read() {
    Counts counts;
    if (!Header(counts)) return false;
    if (version_ == 0) return Body(counts, 4);
    // A newer file repeats itself with 64 bits for each time.
    if (bytes_.size() < counts.Bytes(4)) return false;
    bytes_.remove_prefix(counts.Bytes(4));
    return Header(counts) && Body(counts, 8) && Footer();
  }

  std::vector<int64_t> changes;
  std::vector<uint8_t> change_types;  // parallel to `changes`
  std::vector<TimeZone::Offset> types;
  std::optional<Rule> rule;

 private:
  int64_t Big(size_t at, size_t size) const {
    uint64_t v = 0;
    for (size_t i = 0; i < size; ++i) v = v << 8 | static_cast<uint8_t>(bytes_[at + i]);
    if (size == 4) return static_cast<int32_t>(static_cast<uint32_t>(v));
    return static_cast<int64_t>(v);
  }
  bool Header(Counts& counts) {
    constexpr size_t kHeaderBytes = 44;
    if (bytes_.size() < kHeaderBytes || bytes_.substr(0, 4) != "TZif") return false;
    version_ = bytes_[4];
    const std::array<size_t*, 6> fields = {&counts.isut,  &counts.isstd, &counts.leap,
                                           &counts.times, &counts.types, &counts.chars};
    for (size_t i = 0; i < fields.size(); ++i) {
      int64_t n = Big(20 + i * 4, 4);
      if (n < 0 || n > static_cast<int64_t>(kMaxZoneFileBytes)) return false;
      *fields[i] = static_cast<size_t>(n);
    }
    bytes_.remove_prefix(kHeaderBytes);
    return true;
  }
  bool Body(const Counts& counts, size_t time_size) {
    if (bytes_.size() < counts.Bytes(time_size) || counts.types == 0) return false;
    for (size_t i = 0; i < counts.times; ++i) changes.push_back(Big(i * time_size, time_size));
    if (!std::is_sorted(changes.begin(), changes.end())) return false;
    size_t at = counts.times * time_size;
    for (size_t i = 0; i < counts.times; ++i) {
      uint8_t type = static_cast<uint8_t>(bytes_[at + i]);
      if (type >= counts.types) return false;
      change_types.push_back(type);
    }
    at += counts.times;
    std::string_view names = bytes_.substr(at + counts.types * 6, counts.chars);
    for (size_t i = 0; i < counts.types; ++i, at += 6) {
      size_t name = static_cast<uint8_t>(bytes_[at + 5]);
      if (name >= names.size()) return false;
      std::string_view abbreviation = names.substr(name);
      abbreviation = abbreviation.substr(0, abbreviation.find('\0'));
      types.push_back(
          {static_cast<int32_t>(Big(at, 4)), bytes_[at + 4] != 0, std::string(abbreviation)});
      if (std::abs(int64_t{types.back().seconds}) > 26 * 3600) return false;
    }
    bytes_.remove_prefix(counts.Bytes(time_size));
    return true;
  }
  bool Footer() {
    if (bytes_.empty() || bytes_[0] != '\n') return false;
    bytes_.remove_prefix(1);
    size_t end = bytes_.find('\n');
    if (end == std::string_view::npos) return false;
    if (end == 0) return true;
    rule = RuleReader(bytes_.substr(0, end)).Read();
    return rule.has_value();
  }

  std::string_view bytes_;
  char version_ = 0;
};

bool IsZoneName(const std::string& name) {
  bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+' || c == '.';
  });
  return plain && name[0] != '/' && name.find("..") == std::string::npos;
}

}  // namespace

bool IsLeapYear(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int DaysInMonth(int64_t year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  WF_CHECK(month >= 1 && month <= 12);
  return month == 2 && IsLeapYear(year) ? 29 : kDays[static_cast<size_t>(month - 1)];
}

// Years are counted from March, so that the leap day is the last one.
int64_t DaysFromCivil(int64_t year, int64_t month, int64_t day) {
  year += FloorDiv(month - 1, 12);
  month = (month - 1) - FloorDiv(month - 1, 12) * 12 + 1;
  if (month <= 2) --year;
  int64_t era = FloorDiv(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468 + day - 1;
}

CivilTime CivilFromSeconds(int64_t seconds) {
  int64_t days = FloorDiv(seconds, kSecondsPerDay);
  int64_t rest = seconds - days * kSecondsPerDay;
  CivilTime out;
  out.hour = static_cast<int>(rest / 3600);
  out.minute = static_cast<int>(rest / 60 % 60);
  out.second = static_cast<int>(rest % 60);
  out.weekday = static_cast<int>((days % 7 + 11) % 7);
  int64_t shifted = days + 719'468;
  int64_t era = FloorDiv(shifted, 146'097);
  int64_t day_of_era = shifted - era * 146'097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t march_month = (5 * day_of_year + 2) / 153;
  out.day = static_cast<int>(day_of_year - (153 * march_month + 2) / 5 + 1);
  out.month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
  out.year = year_of_era + era * 400 + (out.month <= 2 ? 1 : 0);
  out.year_day = static_cast<int>(days - DaysFromCivil(out.year, 1, 1) + 1);
  return out;
}

int64_t SecondsFromCivil(const CivilTime& time) {
  return DaysFromCivil(time.year, time.month, time.day) * kSecondsPerDay + time.hour * 3600 +
         time.minute * 60 + time.second;
}

struct TimeZone::Impl {
  std::string name = "UTC";
  std::vector<int64_t> changes;
  std::vector<uint8_t> change_types;
  std::vector<Offset> types = {Offset()};
  std::optional<Rule> rule;
};

TimeZone::TimeZone() {
  static const std::shared_ptr<const Impl> kUtc = std::make_shared<Impl>();
  impl_ = kUtc;
}

Result<TimeZone> TimeZone::Parse(const std::string& name, std::string_view bytes) {
  ZoneFile file(bytes);
  if (!file.Read()) return Error::Invalid("malformed time zone information for {}", name);
  auto impl = std::make_shared<Impl>();
  impl->name = name;
  impl->changes = std::move(file.changes);
  impl->change_types = std::move(file.change_types);
  impl->types = std::move(file.types);
  impl->rule = std::move(file.rule);
  return TimeZone(std::move(impl));
}

TimeZone TimeZone::Fixed(const std::string& name, int32_t seconds) {
  auto impl = std::make_shared<Impl>();
  impl->name = name;
  impl->types = {Offset{seconds, false, name}};
  return TimeZone(std::move(impl));
}

const std::string& TimeZone::name() const {
  return impl_->name;
}

TimeZone::Offset TimeZone::At(int64_t seconds) const {
  const Impl& zone = *impl_;
  auto after = std::upper_bound(zone.changes.begin(), zone.changes.end(), seconds);
  if (after == zone.changes.end() && zone.rule) return OffsetByRule(*zone.rule, seconds);
  // Before the first change the first type holds.
  if (after == zone.changes.begin()) return zone.types[0];
  return zone.types[zone.change_types[static_cast<size_t>(after - zone.changes.begin() - 1)]];
}

CivilTime TimeZone::Civil(TimeMs t) const {
  int64_t seconds = FloorDiv(t, 1000);
  return CivilFromSeconds(seconds + At(seconds).seconds);
}

int64_t TimeZone::SecondsAt(const CivilTime& time) const {
  int64_t wall = SecondsFromCivil(time);
  // Offsets are less than a day and a change seldom moves the clock by more than an hour or two.
  int32_t before = At(wall - kSecondsPerDay).seconds;
  int64_t seconds = wall - before;
  int32_t there = At(seconds).seconds;
  if (there == before) return seconds;
  int64_t other = wall - there;
  return At(other).seconds == there ? other : seconds;
}

namespace {

// The zones of one loader, as far as they were asked for.
class MachineZones {
 public:
  MachineZones(FileSystem* files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  Result<TimeZone> Find(const std::string& name) {
    {
      MutexLock lock(mutex_);
      auto known = known_.find(name);
      if (known != known_.end()) return known->second;
    }
    TimeZone zone = TRY(name == "Local" ? Local() : Read(name, JoinPath(directory_, name), name));
    MutexLock lock(mutex_);
    if (known_.size() < kMaxZones) known_.insert_or_assign(name, zone);
    return zone;
  }

 private:
  static constexpr size_t kMaxZones = 1000;  // more names than there are zones are a mistake

  Result<TimeZone> Read(const std::string& name, const std::string& path,
                        const std::string& shown) {
    Result<std::string> bytes = files_->ReadFile(path, kMaxZoneFileBytes);
    if (!bytes.ok()) return Error::Invalid("unknown time zone {}", name);
    return TimeZone::Parse(shown, *bytes);
  }
  // As Go does it: what cannot be read is UTC.
  Result<TimeZone> Local() {
    const char* variable = std::getenv("TZ");
    std::string name = variable == nullptr ? "" : variable;
    if (name.starts_with(':')) name.erase(0, 1);
    std::string path = "/etc/localtime";
    if (variable != nullptr) {
      if (name.empty() || name == "UTC") return TimeZone();
      if (name[0] != '/' && !IsZoneName(name)) return TimeZone();
      path = name[0] == '/' ? name : JoinPath(directory_, name);
    }
    Result<TimeZone> zone = Read(name, path, "Local");
    return zone.ok() ? zone : TimeZone();
  }

  FileSystem* files_;
  std::string directory_;
  Mutex mutex_;
  std::map<std::string, TimeZone> known_ GUARDED_BY(mutex_);
};

}  // namespace

ZoneLoader SystemZones(FileSystem* files, const std::string& directory) {
  auto zones = std::make_shared<MachineZones>(files, directory);
  return [zones](const std::string& name) -> Result<TimeZone> {
    if (name.empty() || name == "UTC") return TimeZone();
    if (name != "Local" && !IsZoneName(name)) return Error::Invalid("time: invalid location name");
    return zones->Find(name);
  };
}

}  // namespace watchfire
