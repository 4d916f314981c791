#include "base/time_zone.h"

#include <time.h>

#include <cstdlib>

namespace watchfire {
namespace {

int64_t At(int64_t year, int month, int day, int hour = 0, int minute = 0) {
  CivilTime time;
  time.year = year;
  time.month = month;
  time.day = day;
  time.hour = hour;
  time.minute = minute;
  return SecondsFromCivil(time);
}

std::string Number(int64_t v, size_t bytes) {
  std::string out;
  for (size_t i = bytes; i-- > 0;) out += static_cast<char>(static_cast<uint64_t>(v) >> (8 * i));
  return out;
}

// A TZif file of version 2 with one change, at time 0, from +1h LMT to what the rule says.
std::string ZoneBytes(const std::string& rule) {
  std::string names = std::string("LMT\0STD\0", 8);
  auto block = [&](size_t time_size) {
    std::string out = "TZif2" + std::string(15, '\0');
    for (size_t count : {0, 0, 0, 1, 2, 8}) out += Number(static_cast<int64_t>(count), 4);
    out += Number(0, time_size) + std::string(1, '\1');
    out += Number(3600, 4) + std::string("\0\0", 2);
    out += Number(-7200, 4) + std::string("\0\4", 2);
    return out + names;
  };
  return block(4) + block(8) + "\n" + rule + "\n";
}

TimeZone Zone(const std::string& rule) {
  Result<TimeZone> zone = TimeZone::Parse("Test/Zone", ZoneBytes(rule));
  EXPECT_TRUE(zone.ok()) << rule;
  return zone.ok() ? *zone : TimeZone();
}

TEST(CivilTime, GoesThereAndBackForEveryDayOfEightCenturies) {
  CivilTime before = CivilFromSeconds(At(1600, 1, 1) - 86'400);
  for (int64_t s = At(1600, 1, 1); s < At(2400, 1, 1); s += 86'400) {
    CivilTime time = CivilFromSeconds(s);
    ASSERT_EQ(SecondsFromCivil(time), s);
    ASSERT_EQ(time.weekday, (before.weekday + 1) % 7);
    ASSERT_EQ(time.year_day, time.year == before.year ? before.year_day + 1 : 1);
    before = time;
  }
}

TEST(CivilTime, KnowsTimesBeforeTheEpoch) {
  CivilTime time = CivilFromSeconds(-1);
  EXPECT_EQ(time.year, 1969);
  EXPECT_EQ(time.month, 12);
  EXPECT_EQ(time.day, 31);
  EXPECT_EQ(time.hour, 23);
  EXPECT_EQ(time.second, 59);
  EXPECT_EQ(time.weekday, 3);
}

TEST(CivilTime, CarriesMonthsBeyondTheYear) {
  EXPECT_EQ(DaysFromCivil(2023, 14, 1), DaysFromCivil(2024, 2, 1));
  EXPECT_EQ(DaysFromCivil(2024, 0, 1), DaysFromCivil(2023, 12, 1));
}

TEST(TimeZone, IsUtcByDefault) {
  EXPECT_EQ(TimeZone().name(), "UTC");
  EXPECT_EQ(TimeZone().At(0).seconds, 0);
  EXPECT_EQ(TimeZone().At(0).abbreviation, "UTC");
}

TEST(TimeZone, UsesTheChangesOfTheFile) {
  TimeZone zone = Zone("");
  EXPECT_EQ(zone.At(-1).seconds, 3600);
  EXPECT_EQ(zone.At(-1).abbreviation, "LMT");
  EXPECT_EQ(zone.At(0).seconds, -7200);
  EXPECT_EQ(zone.At(1'000'000'000).abbreviation, "STD");
}

TEST(TimeZone, FollowsTheClosingRuleAfterThem) {
  TimeZone berlin = Zone("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(berlin.At(At(2050, 3, 27, 0, 59)).seconds, 3600);
  EXPECT_EQ(berlin.At(At(2050, 3, 27, 1, 0)).abbreviation, "CEST");
  EXPECT_EQ(berlin.At(At(2050, 10, 30, 0, 59)).seconds, 7200);
  EXPECT_EQ(berlin.At(At(2050, 10, 30, 1, 0)).abbreviation, "CET");
}

TEST(TimeZone, KnowsTheSouthernSummerAndOddRules) {
  TimeZone sydney = Zone("AEST-10AEDT,M10.1.0,M4.1.0/3");
  EXPECT_TRUE(sydney.At(At(2040, 1, 1)).is_dst);
  EXPECT_FALSE(sydney.At(At(2040, 7, 1)).is_dst);
  TimeZone nuuk = Zone("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  EXPECT_EQ(nuuk.At(At(2040, 7, 1)).abbreviation, "-01");
  TimeZone julian = Zone("AAA3BBB,J60/0,J300/0");
  EXPECT_FALSE(julian.At(At(2040, 3, 1, 2, 59)).is_dst);
  EXPECT_TRUE(julian.At(At(2040, 3, 1, 3, 0)).is_dst);
  EXPECT_EQ(Zone("<+0330>-3:30").At(At(2040, 1, 1)).seconds, 12'600);
}

TEST(TimeZone, FindsTheMomentOfAWallTime) {
  TimeZone berlin = Zone("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(berlin.SecondsAt(CivilFromSeconds(At(2050, 7, 1, 12))), At(2050, 7, 1, 10));
  EXPECT_EQ(berlin.SecondsAt(CivilFromSeconds(At(2050, 1, 1, 12))), At(2050, 1, 1, 11));
  // Half past two does not exist in March and exists twice in October.
  EXPECT_EQ(berlin.SecondsAt(CivilFromSeconds(At(2050, 3, 27, 2, 30))), At(2050, 3, 27, 1, 30));
  EXPECT_EQ(berlin.SecondsAt(CivilFromSeconds(At(2050, 10, 30, 2, 30))), At(2050, 10, 30, 0, 30));
}

TEST(TimeZone, RefusesEveryShortenedOrBentFile) {
  std::string bytes = ZoneBytes("CET-1CEST,M3.5.0,M10.5.0/3");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(TimeZone::Parse("x", bytes.substr(0, size)).ok()) << size;
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (char flip : {'\x80', '\x01', '\x7f'}) {
      std::string bent = bytes;
      bent[i] = static_cast<char>(bent[i] ^ flip);
      Result<TimeZone> zone = TimeZone::Parse("x", bent);
      if (zone.ok()) static_cast<void>(zone->Civil(0));
    }
  }
  for (const char* rule : {"X", "CET", "CET-1CEST,", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0",
                           "<CET-1", "CET-168"}) {
    EXPECT_FALSE(TimeZone::Parse("x", ZoneBytes(rule)).ok()) << rule;
  }
}

TEST(SystemZones, RefusesNamesThatLeaveTheFolder) {
  ZoneLoader zones = SystemZones(FileSystem::Local());
  for (const char* name : {"../../etc/passwd", "/etc/localtime", "Europe/../UTC", "a\\b"}) {
    Result<TimeZone> zone = zones(name);
    ASSERT_FALSE(zone.ok());
    EXPECT_EQ(zone.error().message(), "time: invalid location name");
  }
  EXPECT_EQ(zones("No/Where").error().message(), "unknown time zone No/Where");
  EXPECT_TRUE(zones("").ok());
  EXPECT_TRUE(zones("UTC").ok());
  EXPECT_TRUE(zones("Local").ok());
}

TEST(SystemZones, TakeLocalFromTheVariable) {
  if (!SystemZones(FileSystem::Local())("Asia/Kolkata").ok()) {
    GTEST_SKIP() << "no zone database on this machine";
  }
  const char* before = getenv("TZ");
  std::string kept = before == nullptr ? "" : before;
  for (const char* text : {"Asia/Kolkata", ":Asia/Kolkata"}) {
    setenv("TZ", text, 1);
    TimeZone zone = *SystemZones(FileSystem::Local())("Local");
    EXPECT_EQ(zone.At(0).abbreviation, "IST") << text;
    EXPECT_EQ(zone.name(), "Local");
  }
  for (const char* text : {"", "UTC", "No/Where", "../x"}) {
    setenv("TZ", text, 1);
    EXPECT_EQ((*SystemZones(FileSystem::Local())("Local")).At(0).seconds, 0) << text;
  }
  if (before == nullptr) {
    unsetenv("TZ");
  } else {
    setenv("TZ", kept.c_str(), 1);
  }
}

TEST(SystemZones, ReadEachFileOnce) {
  if (!SystemZones(FileSystem::Local())("Europe/Berlin").ok()) {
    GTEST_SKIP() << "no zone database on this machine";
  }
  ZoneLoader zones = SystemZones(FileSystem::Local());
  EXPECT_EQ(&(*zones("Europe/Berlin")).name(), &(*zones("Europe/Berlin")).name());
}

// The C library reads the same files; the two must agree.
TEST(SystemZones, AgreeWithTheCLibrary) {
  ZoneLoader zones = SystemZones(FileSystem::Local());
  if (!zones("Europe/Berlin").ok()) GTEST_SKIP() << "no zone database on this machine";
  const char* old = std::getenv("TZ");
  std::string saved = old == nullptr ? "" : old;
  for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                           "Asia/Kathmandu", "America/Nuuk", "Africa/Casablanca", "Pacific/Apia"}) {
    setenv("TZ", name, 1);
    tzset();
    TimeZone zone = *zones(name);
    for (int64_t s = At(1975, 1, 1); s < At(2075, 1, 1); s += 7 * 3600 + 13) {
      time_t when = s;
      tm parts{};
      localtime_r(&when, &parts);
      ASSERT_EQ(zone.At(s).seconds, parts.tm_gmtoff) << name << " at " << s;
      if (s % 97 != 0) continue;
      ASSERT_EQ(zone.At(s).abbreviation, parts.tm_zone) << name << " at " << s;
    }
  }
  if (old == nullptr) {
    unsetenv("TZ");
  } else {
    setenv("TZ", saved.c_str(), 1);
  }
  tzset();
}

}  // namespace
}  // namespace watchfire
