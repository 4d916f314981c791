#pragma once
// Time zones: what a wall clock shows at a moment in "Europe/Berlin". A zone is read from a TZif
// file (RFC 9636, as in /usr/share/zoneinfo) and its closing rule, which holds for all times after
// the last change in the file. The bytes come through a FileSystem, so tests need no zone database
// and nothing asks the C library, whose idea of the zone is one per process.
//
//   ZoneLoader zones = SystemZones(FileSystem::Local());
//   TimeZone berlin = TRY(zones("Europe/Berlin"));
//   CivilTime wall = berlin.Civil(now);
//
// Files are hostile: sizes and every index are checked. TimeZone is immutable and cheap to copy;
// all of this is thread-safe.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"

namespace watchfire {

// A moment on a wall clock, in the Gregorian calendar at all times.
struct CivilTime {
  int64_t year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
  int hour = 0;
  int minute = 0;
  int second = 0;
  int weekday = 4;   // 0 is Sunday
  int year_day = 1;  // 1..366
  bool operator==(const CivilTime&) const = default;
};

bool IsLeapYear(int64_t year);
int DaysInMonth(int64_t year, int month);
// Days since 1970-01-01; months and days beyond their range carry over.
int64_t DaysFromCivil(int64_t year, int64_t month, int64_t day);
// Seconds since the epoch on a clock that shows UTC.
CivilTime CivilFromSeconds(int64_t seconds);
int64_t SecondsFromCivil(const CivilTime& time);

class TimeZone {
 public:
  // What the clocks of a zone do at a moment.
  struct Offset {
    int32_t seconds = 0;  // east of Greenwich
    bool is_dst = false;
    std::string abbreviation = "UTC";
  };

  // UTC.
  TimeZone();
  // `bytes`: a TZif file of version 1 to 4.
  static Result<TimeZone> Parse(const std::string& name, std::string_view bytes);
  // The same offset at all times.
  static TimeZone Fixed(const std::string& name, int32_t seconds);

  // As it was asked for: "UTC", "Local", "Europe/Berlin".
  const std::string& name() const;
  Offset At(int64_t seconds) const;
  CivilTime Civil(TimeMs t) const;
  // The moment when this zone's clocks show `time`. A time that clocks skip or show twice is taken
  // with the offset in force before the change.
  int64_t SecondsAt(const CivilTime& time) const;

 private:
  struct Impl;
  explicit TimeZone(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

// Finds a zone by its name; `unknown time zone X` if there is none.
using ZoneLoader = std::function<Result<TimeZone>(const std::string& name)>;

// Zones of the machine, each read once: "" and "UTC" need no file, "Local" is what the variable TZ
// names, else /etc/localtime (UTC without either); all else lies under `directory`. `files` must
// outlive the loader.
ZoneLoader SystemZones(FileSystem* files, const std::string& directory = "/usr/share/zoneinfo");

}  // namespace watchfire
