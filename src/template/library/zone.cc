#include "template/library/zone.h"

#include <algorithm>
#include <cstdlib>

#include "base/file.h"

namespace watchfire::templates {
namespace {

constexpr int64_t kDay = 86400;
constexpr size_t kMaxZones = 1000;
constexpr size_t kMaxFileBytes = 1 << 20;
constexpr size_t kHeaderBytes = 44;

// Days since 1970-01-01 of a civil date.
int64_t DaysOf(int64_t year, int64_t month, int64_t day) {
  if (month <= 2) --year;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

int64_t YearOf(int64_t unix_seconds) {
  int64_t days = unix_seconds / kDay - (unix_seconds % kDay < 0 ? 1 : 0);
  int64_t year = 1970 + days / 366 - (days < 0 ? 1 : 0);
  while (DaysOf(year + 1, 1, 1) <= days) ++year;
  return year;
}

bool IsLeap(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int64_t BigEndian(std::string_view bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  if (size == 4) return static_cast<int32_t>(static_cast<uint32_t>(value));
  return static_cast<int64_t>(value);
}

struct Header {
  size_t utc_flags = 0;
  size_t standard_flags = 0;
  size_t leaps = 0;
  size_t changes = 0;
  size_t types = 0;
  size_t names = 0;

  size_t BodyBytes(size_t time_size) const {
    return changes * time_size + changes + types * 6 + names + leaps * (time_size + 4) +
           standard_flags + utc_flags;
  }
};

std::optional<Header> ReadHeader(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || bytes.substr(0, 4) != "TZif") return std::nullopt;
  auto count = [&](size_t i) {
    return static_cast<size_t>(static_cast<uint32_t>(BigEndian(bytes, 20 + 4 * i, 4)));
  };
  Header header{count(0), count(1), count(2), count(3), count(4), count(5)};
  for (size_t i = 0; i < 6; ++i) {
    if (count(i) > kMaxFileBytes) return std::nullopt;
  }
  return header;
}

}  // namespace

// "CET-1CEST,M3.5.0,M10.5.0/3"
class Zone::FooterReader {
 public:
  explicit FooterReader(std::string_view text) : text_(text) {}

  std::optional<Footer> Read() {
    Footer footer;
    if (!Name(&footer.standard.abbreviation)) return std::nullopt;
    auto offset = Time();
    if (!offset) return std::nullopt;
    footer.standard.offset_s = -*offset;
    if (text_.empty()) return footer;
    footer.changes = true;
    footer.daylight.daylight = true;
    if (!Name(&footer.daylight.abbreviation)) return std::nullopt;
    footer.daylight.offset_s = footer.standard.offset_s + 3600;
    if (!text_.empty() && text_[0] != ',') {
      auto daylight = Time();
      if (!daylight) return std::nullopt;
      footer.daylight.offset_s = -*daylight;
    }
    if (!ReadRule(&footer.start) || !ReadRule(&footer.end) || !text_.empty()) return std::nullopt;
    return footer;
  }

 private:
  bool Take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool Name(std::string* name) {
    size_t end = 0;
    if (Take('<')) {
      end = text_.find('>');
      if (end == std::string_view::npos) return false;
      *name = text_.substr(0, end);
      text_.remove_prefix(end + 1);
    } else {
      while (end < text_.size() && (text_[end] | 0x20) >= 'a' && (text_[end] | 0x20) <= 'z') ++end;
      *name = text_.substr(0, end);
      text_.remove_prefix(end);
    }
    return name->size() >= 3;
  }
  std::optional<int> Number(int max) {
    int value = 0;
    size_t digits = 0;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9' && digits < 4) {
      value = value * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
      ++digits;
    }
    if (digits == 0 || value > max) return std::nullopt;
    return value;
  }
  // [+-]hh[:mm[:ss]] in seconds.
  std::optional<int32_t> Time() {
    bool negative = Take('-');
    if (!negative) Take('+');
    auto hours = Number(167);
    if (!hours) return std::nullopt;
    int32_t total = *hours * 3600;
    for (int unit : {60, 1}) {
      if (!Take(':')) break;
      auto part = Number(59);
      if (!part) return std::nullopt;
      total += *part * unit;
    }
    return negative ? -total : total;
  }
  bool ReadRule(Rule* rule) {
    if (!Take(',')) return false;
    std::optional<int> day;
    if (Take('M')) {
      auto month = Number(12);
      if (!month || !Take('.')) return false;
      auto week = Number(5);
      if (!week || !Take('.')) return false;
      day = Number(6);
      rule->month = *month;
      rule->week = *week;
    } else {
      rule->form = Take('J') ? Rule::Form::kJulian : Rule::Form::kDayOfYear;
      day = Number(365);
    }
    if (!day) return false;
    rule->day = *day;
    if (!Take('/')) return true;
    auto time = Time();
    if (time) rule->time_s = *time;
    return time.has_value();
  }

  std::string_view text_;
};

// Seconds since the epoch of the wall clock's moment.
int64_t Zone::Rule::SecondsIn(int64_t year) const {
  int64_t days = 0;
  if (form == Form::kMonthWeekDay) {
    int64_t first = DaysOf(year, month, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7;
    int64_t ahead = (day - weekday + 7) % 7 + (week - 1) * 7;
    int64_t next = month == 12 ? DaysOf(year + 1, 1, 1) : DaysOf(year, month + 1, 1);
    while (first + ahead >= next) ahead -= 7;
    days = first + ahead;
  } else {
    int64_t of_year = day;
    if (form == Form::kJulian) of_year -= IsLeap(year) && day >= 60 ? 0 : 1;
    days = DaysOf(year, 1, 1) + of_year;
  }
  return days * kDay + time_s;
}

const Zone::Type& Zone::Footer::At(int64_t unix_seconds) const {
  if (!changes) return standard;
  int64_t year = YearOf(unix_seconds + standard.offset_s);
  int64_t from = start.SecondsIn(year) - standard.offset_s;
  int64_t to = end.SecondsIn(year) - daylight.offset_s;
  bool inside = from < to ? unix_seconds >= from && unix_seconds < to
                          : !(unix_seconds >= to && unix_seconds < from);
  return inside ? daylight : standard;
}

Result<Zone> Zone::Parse(std::string name, std::string_view tzif) {
  Error bad = Error::Invalid("malformed time zone information");
  auto header = ReadHeader(tzif);
  if (!header) return bad;
  size_t time_size = 4;
  std::string_view body = tzif.substr(kHeaderBytes);
  if (tzif[4] >= '2') {  // a second part follows, with 64-bit times
    size_t skip = header->BodyBytes(4);
    if (skip > body.size()) return bad;
    body.remove_prefix(skip);
    header = ReadHeader(body);
    if (!header) return bad;
    body.remove_prefix(kHeaderBytes);
    time_size = 8;
  }
  size_t types_at = header->changes * (time_size + 1);
  size_t names_at = types_at + header->types * 6;
  if (header->BodyBytes(time_size) > body.size() || header->types == 0) return bad;
  std::string_view names = body.substr(names_at, header->names);
  Zone zone;
  zone.name_ = std::move(name);
  for (size_t i = 0; i < header->types; ++i) {
    size_t at = types_at + i * 6;
    auto name_at = static_cast<uint8_t>(body[at + 5]);
    if (name_at >= names.size()) return bad;
    std::string_view abbreviation = names.substr(name_at);
    abbreviation = abbreviation.substr(0, abbreviation.find('\0'));
    zone.types_.push_back({static_cast<int32_t>(BigEndian(body, at, 4)), std::string(abbreviation),
                           body[at + 4] != 0});
  }
  for (size_t i = 0; i < header->changes; ++i) {
    auto type = static_cast<uint8_t>(body[header->changes * time_size + i]);
    if (type >= zone.types_.size()) return bad;
    zone.changes_.push_back({BigEndian(body, i * time_size, time_size), type});
  }
  std::string_view rest = body.substr(header->BodyBytes(time_size));
  if (time_size == 8 && rest.size() > 2 && rest[0] == '\n') {
    size_t end = rest.find('\n', 1);
    if (end != std::string_view::npos && end > 1) {
      zone.footer_ = FooterReader(rest.substr(1, end - 1)).Read();
    }
  }
  return zone;
}

std::shared_ptr<const Zone> Zone::Fixed(std::string abbreviation, int32_t offset_s) {
  auto zone = std::make_shared<Zone>();
  zone->name_ = abbreviation;
  zone->types_.push_back({offset_s, std::move(abbreviation), false});
  return zone;
}

std::shared_ptr<const Zone> Zone::Utc() {
  static const std::shared_ptr<const Zone> utc = Fixed("UTC", 0);
  return utc;
}

Zone::Moment Zone::At(int64_t unix_seconds) const {
  auto moment = [](const Type& type) { return Moment{type.offset_s, type.abbreviation}; };
  if (changes_.empty()) return moment(footer_ ? footer_->At(unix_seconds) : types_[0]);
  if (unix_seconds < changes_.front().at) {
    // Before the first change the first standard time held.
    auto standard =
        std::find_if(types_.begin(), types_.end(), [](const Type& type) { return !type.daylight; });
    return moment(standard == types_.end() ? types_[0] : *standard);
  }
  auto after = std::upper_bound(changes_.begin(), changes_.end(), unix_seconds,
                                [](int64_t t, const Change& change) { return t < change.at; });
  if (after == changes_.end() && footer_) return moment(footer_->At(unix_seconds));
  return moment(types_[(after - 1)->type]);
}

int32_t Zone::OffsetOfLocal(int64_t local_seconds) const {
  // As Go's time.Date: guess, and look again with the offset before or after.
  int32_t offset = At(local_seconds).offset_s;
  if (offset == 0) return 0;
  int32_t again = At(local_seconds - offset).offset_s;
  return again;
}

Result<std::shared_ptr<const Zone>> ZoneTable::Find(std::string_view name) {
  if (name.empty() || name == "UTC") return Zone::Utc();
  bool outside = name[0] == '/' || name[0] == '\\' || name.find("..") != std::string_view::npos;
  if (outside) return Error::Invalid("time: invalid location name");
  {
    MutexLock lock(mutex_);
    auto at = zones_.find(name);
    if (at != zones_.end()) return at->second;
  }
  auto bytes = loader_ ? loader_(name) : std::nullopt;
  if (!bytes) return Error::Invalid("unknown time zone {}", name);
  auto zone = std::make_shared<const Zone>(TRY(Zone::Parse(std::string(name), *bytes)));
  MutexLock lock(mutex_);
  if (zones_.size() < kMaxZones) zones_.insert_or_assign(std::string(name), zone);
  return std::shared_ptr<const Zone>(zone);
}

ZoneTable::Loader ZoneFilesIn(std::string directory) {
  return [directory = std::move(directory)](std::string_view name) -> std::optional<std::string> {
    constexpr size_t kMaxName = 100;
    if (name.size() > kMaxName || name.find('\0') != std::string_view::npos) return std::nullopt;
    auto bytes = FileSystem::Local()->ReadFile(directory + "/" + std::string(name), kMaxFileBytes);
    if (!bytes.ok()) return std::nullopt;
    return std::move(bytes).value();
  };
}

}  // namespace watchfire::templates
