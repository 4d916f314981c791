#pragma once
// GoTime: a moment as Go's time.Time has it, in nanoseconds and with a zone to show it in; its
// layouts ("2006-01-02 15:04:05"), reading and writing; and the object that templates see, with
// the methods users call. Values; any thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/time_zone.h"
#include "template/function.h"
#include "template/value.h"

namespace watchfire::templates {

struct GoTime {
  // Go's zero time is the start of year 1.
  static constexpr int64_t kZeroSeconds = -62135596800;

  int64_t seconds = kZeroSeconds;  // since the epoch
  int32_t nanos = 0;
  TimeZone zone = {};  // to show it in

  static GoTime OfMs(TimeMs ms);
  static GoTime OfNanos(int64_t nanos);
  bool IsZero() const { return seconds == kZeroSeconds && nanos == 0; }
  // −1, 0, 1; zones do not count.
  int Compare(const GoTime& other) const;
  // this − other in nanoseconds, held at the ends of int64.
  int64_t Since(const GoTime& other) const;
  GoTime Plus(int64_t duration_nanos) const;
};

// What functions and methods of time ask for while rendering; the pointers outlive it.
struct TimeEnvironment : Environment {
  const Clock* clock = nullptr;       // null: the system's
  const ZoneLoader* zones = nullptr;  // null: only UTC

  // "Local" is the machine's zone.
  Result<TimeZone> Zone(std::string_view name) const;
};

std::string FormatTime(const GoTime& time, std::string_view layout);
// Without a zone in the text, it is UTC. Errors are Go's.
Result<GoTime> ParseTime(std::string_view layout, std::string_view text);

// As fmt prints it: 2006-01-02 15:04:05.999999999 -0700 MST.
inline constexpr std::string_view kTimeStringLayout = "2006-01-02 15:04:05.999999999 -0700 MST";
inline constexpr std::string_view kRfc3339NanoLayout = "2006-01-02T15:04:05.999999999Z07:00";
// The same text as FormatTime makes of that layout, at a tenth of the price: notifications hold two
// for each alert.
std::string Rfc3339NanoText(const GoTime& time);

class TimeObject : public Object {
 public:
  explicit TimeObject(GoTime time, std::string_view type = "time.Time")
      : time_(std::move(time)), type_(type) {}
  Kind kind() const override { return Kind::kStruct; }
  std::string_view type_name() const override { return type_; }
  std::span<const Method> methods() const override;
  std::optional<std::string> Text() const override;
  std::optional<std::string> JsonText() const override;
  bool Equals(const Object& other) const override;
  const GoTime& time() const { return time_; }

 private:
  GoTime time_;
  std::string_view type_;
};

inline Value MakeTime(GoTime time) {
  return Value::Make<TimeObject>(std::move(time));
}

}  // namespace watchfire::templates
