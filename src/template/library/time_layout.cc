// Go's time layouts: a reference moment (Mon Jan 2 15:04:05 MST 2006), written as the result shall
// look, is what names the parts.

#include <fmt/core.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "template/duration.h"
#include "template/library/go_time.h"

namespace watchfire::templates {
namespace {

enum class Part : uint8_t {
  kNone,
  kLongMonth,
  kMonth,
  kNumMonth,
  kZeroMonth,
  kLongWeekday,
  kWeekday,
  kDay,
  kUnderDay,
  kZeroDay,
  kUnderYearDay,
  kZeroYearDay,
  kHour,
  kHour12,
  kZeroHour12,
  kMinute,
  kZeroMinute,
  kSecond,
  kZeroSecond,
  kLongYear,
  kYear,
  kUpperPm,
  kLowerPm,
  kZoneName,
  kZone,       // in one of kZoneForms
  kFraction0,  // .000
  kFraction9   // .999
};

// "-07:00", and whether UTC is a "Z".
struct ZoneForm {
  std::string_view text;
  bool z = false;
  bool colon = false;
  bool minutes = false;
  bool seconds = false;
};

constexpr std::array<ZoneForm, 10> kZoneForms = {{
    {"-070000", false, false, true, true},
    {"-07:00:00", false, true, true, true},
    {"-0700", false, false, true, false},
    {"-07:00", false, true, true, false},
    {"-07", false, false, false, false},
    {"Z070000", true, false, true, true},
    {"Z07:00:00", true, true, true, true},
    {"Z0700", true, false, true, false},
    {"Z07:00", true, true, true, false},
    {"Z07", true, false, false, false},
}};

struct Chunk {
  Part part = Part::kNone;
  std::string_view before;  // literal text
  std::string_view text;    // the part itself
  std::string_view after;
  const ZoneForm* zone = nullptr;
};

bool IsDigitAt(std::string_view text, size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

bool LowerAt(std::string_view text, size_t at) {
  return at < text.size() && text[at] >= 'a' && text[at] <= 'z';
}

struct Word {
  std::string_view text;
  Part part;
};

// Longer words first.
constexpr std::array<Word, 23> kWords = {{
    {"January", Part::kLongMonth}, {"Monday", Part::kLongWeekday},
    {"MST", Part::kZoneName},      {"01", Part::kZeroMonth},
    {"02", Part::kZeroDay},        {"03", Part::kZeroHour12},
    {"04", Part::kZeroMinute},     {"05", Part::kZeroSecond},
    {"06", Part::kYear},           {"002", Part::kZeroYearDay},
    {"15", Part::kHour},           {"1", Part::kNumMonth},
    {"2006", Part::kLongYear},     {"2", Part::kDay},
    {"__2", Part::kUnderYearDay},  {"_2", Part::kUnderDay},
    {"3", Part::kHour12},          {"4", Part::kMinute},
    {"5", Part::kSecond},          {"PM", Part::kUpperPm},
    {"pm", Part::kLowerPm},        {"Jan", Part::kMonth},
    {"Mon", Part::kWeekday},
}};

// The part that begins at `at`, if any.
Chunk PartAt(std::string_view layout, size_t at) {
  std::string_view rest = layout.substr(at);
  Chunk chunk;
  chunk.before = layout.substr(0, at);
  auto found = [&](Part part, size_t size) {
    chunk.part = part;
    chunk.text = rest.substr(0, size);
    chunk.after = rest.substr(size);
    return chunk;
  };
  if (rest.starts_with("_2006")) {
    // A literal underscore before a year.
    chunk.before = layout.substr(0, at + 1);
    rest = rest.substr(1);
    return found(Part::kLongYear, 4);
  }
  for (const Word& word : kWords) {
    if (!rest.starts_with(word.text)) continue;
    bool name = word.part == Part::kMonth || word.part == Part::kWeekday;
    if (name && LowerAt(rest, word.text.size())) continue;
    return found(word.part, word.text.size());
  }
  for (const ZoneForm& form : kZoneForms) {
    if (!rest.starts_with(form.text)) continue;
    chunk.zone = &form;
    return found(Part::kZone, form.text.size());
  }
  bool fraction =
      (rest[0] == '.' || rest[0] == ',') && rest.size() > 1 && (rest[1] == '0' || rest[1] == '9');
  if (fraction) {
    size_t end = 1;
    while (end < rest.size() && rest[end] == rest[1]) ++end;
    if (!IsDigitAt(rest, end)) {
      return found(rest[1] == '0' ? Part::kFraction0 : Part::kFraction9, end);
    }
  }
  return {};
}

Chunk NextChunk(std::string_view layout) {
  for (size_t at = 0; at < layout.size(); ++at) {
    Chunk chunk = PartAt(layout, at);
    if (chunk.part != Part::kNone) return chunk;
  }
  return {Part::kNone, layout, {}, {}, nullptr};
}

std::string FormatZone(const ZoneForm& form, int32_t offset_s) {
  if (form.z && offset_s == 0) return "Z";
  int32_t rest = offset_s < 0 ? -offset_s : offset_s;
  std::string out = fmt::format("{}{:02}", offset_s < 0 ? '-' : '+', rest / 3600);
  std::string_view colon = form.colon ? ":" : "";
  if (form.minutes) out += fmt::format("{}{:02}", colon, rest / 60 % 60);
  if (form.seconds) out += fmt::format("{}{:02}", colon, rest % 60);
  return out;
}

std::string FormatFraction(const Chunk& chunk, int32_t nanos) {
  size_t digits = chunk.text.size() - 1;
  std::string out = fmt::format("{:09}", nanos);
  if (digits > out.size()) out.append(digits - out.size(), '0');
  out.resize(digits);
  if (chunk.part == Part::kFraction9) {
    out.erase(out.find_last_not_of('0') + 1);
    if (out.empty()) return out;
  }
  return chunk.text[0] + out;
}

std::string FormatDate(const Chunk& chunk, const CivilTime& civil) {
  switch (chunk.part) {
    case Part::kLongMonth:
      return MonthName(civil.month);
    case Part::kMonth:
      return MonthName(civil.month).substr(0, 3);
    case Part::kNumMonth:
      return std::to_string(civil.month);
    case Part::kZeroMonth:
      return fmt::format("{:02}", civil.month);
    case Part::kLongWeekday:
      return WeekdayName(civil.weekday);
    case Part::kWeekday:
      return WeekdayName(civil.weekday).substr(0, 3);
    case Part::kDay:
      return std::to_string(civil.day);
    case Part::kUnderDay:
      return fmt::format("{:2}", civil.day);
    case Part::kZeroDay:
      return fmt::format("{:02}", civil.day);
    case Part::kUnderYearDay:
      return fmt::format("{:3}", civil.year_day);
    case Part::kZeroYearDay:
      return fmt::format("{:03}", civil.year_day);
    case Part::kLongYear:
      return fmt::format("{}{:04}", civil.year < 0 ? "-" : "", std::abs(civil.year));
    case Part::kYear:
      return fmt::format("{:02}", civil.year < 0 ? 0 : civil.year % 100);
    default:
      return {};
  }
}

std::string FormatClock(const Chunk& chunk, const CivilTime& civil) {
  int hour12 = civil.hour % 12 == 0 ? 12 : civil.hour % 12;
  switch (chunk.part) {
    case Part::kHour:
      return fmt::format("{:02}", civil.hour);
    case Part::kHour12:
      return std::to_string(hour12);
    case Part::kZeroHour12:
      return fmt::format("{:02}", hour12);
    case Part::kMinute:
      return std::to_string(civil.minute);
    case Part::kZeroMinute:
      return fmt::format("{:02}", civil.minute);
    case Part::kSecond:
      return std::to_string(civil.second);
    case Part::kZeroSecond:
      return fmt::format("{:02}", civil.second);
    case Part::kUpperPm:
      return civil.hour >= 12 ? "PM" : "AM";
    case Part::kLowerPm:
      return civil.hour >= 12 ? "pm" : "am";
    default:
      return {};
  }
}

constexpr ZoneForm kPlainZone = {"-0700", false, false, true, false};

// What a text said of a moment.
struct Parsed {
  CivilTime civil{.year = 0};
  int32_t nanos = 0;
  bool pm_set = false;
  bool pm = false;
  std::optional<int> year_day;
  std::optional<int32_t> offset_s;
  std::string zone_name;
  std::string out_of_range;  // which part
};

// Reads a number of `min` to `max` digits.
std::optional<int> TakeNumber(std::string_view* text, size_t min, size_t max) {
  size_t size = 0;
  int value = 0;
  while (size < max && IsDigitAt(*text, size)) value = value * 10 + ((*text)[size++] - '0');
  if (size < min) return std::nullopt;
  text->remove_prefix(size);
  return value;
}

template <typename Name>
std::optional<int> TakeName(std::string_view* text, int first, int last, size_t length, Name name) {
  for (int i = first; i <= last; ++i) {
    std::string word = name(i);
    if (length > 0) word.resize(length);
    if (!EqualsIgnoreCase(text->substr(0, word.size()), word)) continue;
    text->remove_prefix(word.size());
    return i;
  }
  return std::nullopt;
}

bool TakeZone(const ZoneForm& form, std::string_view* text, Parsed* parsed) {
  if (form.z && text->starts_with('Z')) {
    text->remove_prefix(1);
    parsed->offset_s = 0;
    return true;
  }
  if (text->empty() || ((*text)[0] != '+' && (*text)[0] != '-')) return false;
  int32_t sign = (*text)[0] == '-' ? -1 : 1;
  text->remove_prefix(1);
  auto hours = TakeNumber(text, 2, 2);
  if (!hours || *hours > 24) return false;
  int32_t total = *hours * 3600;
  int32_t unit = 60;
  for (bool wanted : {form.minutes, form.seconds}) {
    if (!wanted) break;
    if (form.colon) {
      if (!text->starts_with(':')) return false;
      text->remove_prefix(1);
    }
    auto part = TakeNumber(text, 2, 2);
    if (!part || *part > 60) return false;
    total += *part * unit;
    unit = 1;
  }
  parsed->offset_s = sign * total;
  return true;
}

// ".123", of any length for .999 and where the layout has no fraction.
bool TakeFraction(std::string_view* text, size_t digits, Parsed* parsed) {
  if (text->empty() || ((*text)[0] != '.' && (*text)[0] != ',')) return false;
  size_t size = 1;
  int64_t scale = 100'000'000;
  int64_t nanos = 0;
  for (; IsDigitAt(*text, size); ++size) {
    nanos += ((*text)[size] - '0') * scale;
    scale /= 10;
  }
  if (digits > 0 && size - 1 != digits) return false;
  parsed->nanos = static_cast<int32_t>(nanos);
  text->remove_prefix(size);
  return true;
}

// One number of the text; *into is set, `name` noted when it is out of range.
bool TakePart(std::string_view* text, size_t min, size_t max, int least, int most,
              std::string_view name, int* into, Parsed* parsed) {
  auto number = TakeNumber(text, min, max);
  if (!number) return false;
  if (*number < least || *number > most) parsed->out_of_range = name;
  *into = *number;
  return true;
}

bool TakeDate(Part part, std::string_view* text, Parsed* parsed) {
  CivilTime& civil = parsed->civil;
  auto set = [](std::optional<int> number, int* into) {
    if (number) *into = *number;
    return number.has_value();
  };
  switch (part) {
    case Part::kLongMonth:
      return set(TakeName(text, 1, 12, 0, MonthName), &civil.month);
    case Part::kMonth:
      return set(TakeName(text, 1, 12, 3, MonthName), &civil.month);
    case Part::kNumMonth:
    case Part::kZeroMonth:
      return TakePart(text, part == Part::kZeroMonth ? 2 : 1, 2, 1, 12, "month", &civil.month,
                      parsed);
    case Part::kLongWeekday:
      return TakeName(text, 0, 6, 0, WeekdayName).has_value();
    case Part::kWeekday:
      return TakeName(text, 0, 6, 3, WeekdayName).has_value();
    case Part::kDay:
    case Part::kUnderDay:
    case Part::kZeroDay:
      if (part == Part::kUnderDay && text->starts_with(' ')) text->remove_prefix(1);
      return TakePart(text, part == Part::kZeroDay ? 2 : 1, 2, 0, 99, "", &civil.day, parsed);
    case Part::kUnderYearDay:
    case Part::kZeroYearDay: {
      for (int i = 0; i < 2 && part == Part::kUnderYearDay && text->starts_with(' '); ++i) {
        text->remove_prefix(1);
      }
      int day = 0;
      if (!TakePart(text, 1, 3, 1, 366, "day-of-year", &day, parsed)) return false;
      parsed->year_day = day;
      return true;
    }
    case Part::kLongYear:
    case Part::kYear: {
      size_t digits = part == Part::kLongYear ? 4 : 2;
      auto year = TakeNumber(text, digits, digits);
      if (!year) return false;
      civil.year = digits == 4 ? *year : *year >= 69 ? *year + 1900 : *year + 2000;
      return true;
    }
    default:
      return false;
  }
}

bool TakeClock(const Chunk& chunk, std::string_view* text, Parsed* parsed) {
  CivilTime& civil = parsed->civil;
  switch (chunk.part) {
    case Part::kHour:
      return TakePart(text, 1, 2, 0, 23, "hour", &civil.hour, parsed);
    case Part::kHour12:
    case Part::kZeroHour12:
      return TakePart(text, chunk.part == Part::kHour12 ? 1 : 2, 2, 0, 12, "hour", &civil.hour,
                      parsed);
    case Part::kMinute:
    case Part::kZeroMinute:
      return TakePart(text, chunk.part == Part::kMinute ? 1 : 2, 2, 0, 59, "minute", &civil.minute,
                      parsed);
    case Part::kSecond:
    case Part::kZeroSecond: {
      size_t least = chunk.part == Part::kSecond ? 1 : 2;
      if (!TakePart(text, least, 2, 0, 59, "second", &civil.second, parsed)) return false;
      // A fraction may follow though the layout has none.
      Part next = NextChunk(chunk.after).part;
      bool has_own = next == Part::kFraction0 || next == Part::kFraction9;
      if (!has_own && text->size() > 1 && IsDigitAt(*text, 1)) TakeFraction(text, 0, parsed);
      return true;
    }
    case Part::kUpperPm:
    case Part::kLowerPm: {
      bool upper = chunk.part == Part::kUpperPm;
      std::string_view word = text->substr(0, 2);
      bool pm = word == (upper ? "PM" : "pm");
      if (!pm && word != (upper ? "AM" : "am")) return false;
      parsed->pm_set = true;
      parsed->pm = pm;
      text->remove_prefix(2);
      return true;
    }
    case Part::kFraction0:
      return TakeFraction(text, chunk.text.size() - 1, parsed);
    case Part::kFraction9:
      if (text->size() > 1 && ((*text)[0] == '.' || (*text)[0] == ',') && IsDigitAt(*text, 1)) {
        return TakeFraction(text, 0, parsed);
      }
      return true;
    default:
      return false;
  }
}

bool TakeZoneName(std::string_view* text, Parsed* parsed) {
  size_t size = 0;
  while (size < text->size() && size < 5 && (*text)[size] >= 'A' && (*text)[size] <= 'Z') ++size;
  if (size < 3) return false;
  parsed->zone_name = text->substr(0, size);
  text->remove_prefix(size);
  return true;
}

bool TakeChunk(const Chunk& chunk, std::string_view* text, Parsed* parsed) {
  if (chunk.part == Part::kZone) return TakeZone(*chunk.zone, text, parsed);
  if (chunk.part == Part::kZoneName) return TakeZoneName(text, parsed);
  if (TakeDate(chunk.part, text, parsed)) return true;
  return TakeClock(chunk, text, parsed);
}

GoTime MomentOf(const Parsed& parsed) {
  GoTime time;
  time.nanos = parsed.nanos;
  // An unknown name of a zone is at no offset, as in Go.
  int32_t offset_s = parsed.offset_s.value_or(0);
  time.seconds = SecondsFromCivil(parsed.civil) - offset_s;
  bool utc = offset_s == 0 && (parsed.zone_name.empty() || parsed.zone_name == "UTC");
  if (!utc) time.zone = TimeZone::Fixed(parsed.zone_name, offset_s);
  return time;
}

}  // namespace

std::string FormatTime(const GoTime& time, std::string_view layout) {
  TimeZone::Offset moment = time.zone.At(time.seconds);
  CivilTime civil = CivilFromSeconds(time.seconds + moment.seconds);
  std::string out;
  while (!layout.empty()) {
    Chunk chunk = NextChunk(layout);
    out += chunk.before;
    layout = chunk.after;
    switch (chunk.part) {
      case Part::kNone:
        return out;
      case Part::kZone:
        out += FormatZone(*chunk.zone, moment.seconds);
        break;
      case Part::kZoneName:
        if (!moment.abbreviation.empty()) {
          out += moment.abbreviation;
        } else {
          out += FormatZone(kPlainZone, moment.seconds);
        }
        break;
      case Part::kFraction0:
      case Part::kFraction9:
        out += FormatFraction(chunk, time.nanos);
        break;
      default:
        out += FormatDate(chunk, civil);
        out += FormatClock(chunk, civil);
    }
  }
  return out;
}

Result<GoTime> ParseTime(std::string_view layout, std::string_view text) {
  std::string_view whole_layout = layout;
  std::string_view whole_text = text;
  auto fail = [&](std::string_view rest, std::string_view part) {
    return Error::Invalid("parsing time {} as {}: cannot parse {} as {}", GoQuote(whole_text),
                          GoQuote(whole_layout), GoQuote(rest), GoQuote(part));
  };
  auto out_of_range = [&](std::string_view part) {
    return Error::Invalid("parsing time {}: {} out of range", GoQuote(whole_text), part);
  };
  Parsed parsed;
  for (;;) {
    Chunk chunk = NextChunk(layout);
    if (!text.starts_with(chunk.before)) return fail(text, chunk.before);
    text.remove_prefix(chunk.before.size());
    if (chunk.part == Part::kNone) break;
    std::string_view before = text;
    if (!TakeChunk(chunk, &text, &parsed)) return fail(before, chunk.text);
    if (!parsed.out_of_range.empty()) return out_of_range(parsed.out_of_range);
    layout = chunk.after;
  }
  if (!text.empty()) {
    return Error::Invalid("parsing time {}: extra text: {}", GoQuote(whole_text), GoQuote(text));
  }
  CivilTime& civil = parsed.civil;
  if (parsed.pm_set && parsed.pm && civil.hour < 12) civil.hour += 12;
  if (parsed.pm_set && !parsed.pm && civil.hour == 12) civil.hour = 0;
  if (parsed.year_day) {
    civil.month = 1;
    civil.day = *parsed.year_day;
  } else if (civil.day < 1 || civil.day > DaysInMonth(civil.year, civil.month)) {
    return out_of_range("day");
  }
  return MomentOf(parsed);
}

}  // namespace watchfire::templates
