#pragma once
// Structured logging in upstream's form and key order:
//   time=2026-11-21T03:29:43.120Z level=INFO source=head.cc:12 msg="Block written" component=tsdb
//
//   WF_LOG(kInfo, "Block written", {"component", "tsdb"}, {"duration_ms", took_ms});
//
// The message is constant text; facts are fields. One line per event. Lines go to standard error
// through one sink (logfmt or JSON, chosen by flag). Secrets never: types that hold one print
// "<secret>". Thread-safe; may block for the write of a line, so no lock is held while logging.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : uint8_t { kLogfmt, kJson };

struct LogField {
  LogField(std::string_view key_in, std::string_view value_in) : key(key_in), value(value_in) {}
  LogField(std::string_view key_in, const std::string& value_in) : key(key_in), value(value_in) {}
  LogField(std::string_view key_in, const char* value_in) : key(key_in), value(value_in) {}
  LogField(std::string_view key_in, bool v) : key(key_in), value(v ? "true" : "false") {}
  LogField(std::string_view key_in, const Error& error) : key(key_in), value(error.message()) {}
  template <typename T>
  requires std::is_arithmetic_v<T> LogField(std::string_view key_in, T v)
      : key(key_in), value(fmt::format("{}", v)) {}

  std::string key;
  std::string value;
};

// Sets the threshold and form of all later lines; called once by main and on reload.
void ConfigureLogging(LogLevel level, LogFormat format);
bool LogEnabled(LogLevel level);
Result<LogLevel> ParseLogLevel(std::string_view text);
Result<LogFormat> ParseLogFormat(std::string_view text);

// Tests read lines here instead of standard error; nullptr restores it. Not thread-safe.
void CaptureLogs(std::string* into);

void LogLine(LogLevel level, const char* file, int line, std::string_view message,
             std::initializer_list<LogField> fields);

}  // namespace watchfire

#define WF_LOG(level, message, ...)                                                   \
  do {                                                                                \
    if (::watchfire::LogEnabled(::watchfire::LogLevel::level)) {                      \
      ::watchfire::LogLine(::watchfire::LogLevel::level, __FILE__, __LINE__, message, \
                           {__VA_ARGS__});                                            \
    }                                                                                 \
  } while (false)
