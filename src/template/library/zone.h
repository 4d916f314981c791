#pragma once
// Zone: the offsets from UTC of one time zone, over all time. Read from a TZif file (RFC 8536, the
// form of /usr/share/zoneinfo), whose bytes the caller hands in; times behind the file's last
// change follow the rule in its footer. Immutable; any thread.
//
// ZoneTable finds zones by name through a loader, and keeps what it found. Thread-safe.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"

namespace watchfire::templates {

class Zone {
 public:
  struct Moment {
    int32_t offset_s = 0;  // east of UTC
    std::string_view abbreviation;
  };

  static Result<Zone> Parse(std::string name, std::string_view tzif);
  // One offset for ever. An empty abbreviation shows as the offset.
  static std::shared_ptr<const Zone> Fixed(std::string abbreviation, int32_t offset_s);
  static std::shared_ptr<const Zone> Utc();

  // The view is valid as long as the zone.
  Moment At(int64_t unix_seconds) const;
  // The offset of a time of the wall clock, as seconds since the epoch were it UTC.
  int32_t OffsetOfLocal(int64_t local_seconds) const;
  const std::string& name() const { return name_; }

 private:
  struct Type {
    int32_t offset_s = 0;
    std::string abbreviation;
    bool daylight = false;
  };
  struct Change {
    int64_t at = 0;
    uint8_t type = 0;
  };
  // When a daylight period starts or ends in a year.
  struct Rule {
    enum class Form : uint8_t { kMonthWeekDay, kJulian, kDayOfYear };
    Form form = Form::kMonthWeekDay;
    int month = 0;
    int week = 0;
    int day = 0;
    int32_t time_s = 7200;
    int64_t SecondsIn(int64_t year) const;
  };
  struct Footer {
    Type standard;
    Type daylight;
    bool changes = false;
    Rule start;
    Rule end;
    const Type& At(int64_t unix_seconds) const;
  };
  class FooterReader;

  std::string name_;
  std::vector<Type> types_;
  std::vector<Change> changes_;
  std::optional<Footer> footer_;
};

class ZoneTable {
 public:
  // The bytes of a zone's file, or nullopt.
  using Loader = std::function<std::optional<std::string>(std::string_view name)>;
  explicit ZoneTable(Loader loader) : loader_(std::move(loader)) {}

  // "" and "UTC" need no file. Errors are Go's: `unknown time zone X`.
  Result<std::shared_ptr<const Zone>> Find(std::string_view name);

 private:
  Loader loader_;
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<const Zone>, std::less<>> zones_ GUARDED_BY(mutex_);
};

// Reads below a directory such as /usr/share/zoneinfo.
ZoneTable::Loader ZoneFilesIn(std::string directory);

}  // namespace watchfire::templates
