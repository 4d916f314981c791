#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/text.h"

namespace watchfire {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};
std::atomic<LogFormat> g_format{LogFormat::kLogfmt};
std::atomic<std::string*> g_capture{nullptr};
Mutex g_capture_mutex;  // threads of what is tested log at the same time

spdlog::logger& Sink() {
  // Leaked on purpose: threads may log until the very end of the process.
  static spdlog::logger* logger = [] {
    auto* made = new spdlog::logger("watchfire", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarn:
      return "WARN";
    case LogLevel::kError:
      return "ERROR";
  }
  return "INFO";
}

bool NeedsQuotes(std::string_view value) {
  if (value.empty()) return true;
  for (char c : value) {
    if (c <= ' ' || c == '"' || c == '=' || c == 0x7f || static_cast<unsigned char>(c) >= 0x80) {
      return true;
    }
  }
  return false;
}

void AppendLogfmt(std::string& out, std::string_view key, std::string_view value) {
  if (!out.empty()) out += ' ';
  out.append(key).append("=");
  if (NeedsQuotes(value)) {
    out += GoQuote(value);
  } else {
    out += value;
  }
}

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendJson(std::string& out, std::string_view key, std::string_view value) {
  out += out.empty() ? '{' : ',';
  AppendJsonString(out, key);
  out += ':';
  AppendJsonString(out, value);
}

}  // namespace

void ConfigureLogging(LogLevel level, LogFormat format) {
  g_level = level;
  g_format = format;
}

bool LogEnabled(LogLevel level) {
  return level >= g_level.load(std::memory_order_relaxed);
}

Result<LogLevel> ParseLogLevel(std::string_view text) {
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  if (text == "warn") return LogLevel::kWarn;
  if (text == "error") return LogLevel::kError;
  return Error::Invalid("unrecognized log level {}", text);
}

Result<LogFormat> ParseLogFormat(std::string_view text) {
  if (text == "logfmt") return LogFormat::kLogfmt;
  if (text == "json") return LogFormat::kJson;
  return Error::Invalid("unrecognized log format {}", text);
}

void CaptureLogs(std::string* into) {
  g_capture = into;
}

void LogLine(LogLevel level, const char* file, int line, std::string_view message,
             std::initializer_list<LogField> fields) {
  std::string_view path(file);
  size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  bool json = g_format.load(std::memory_order_relaxed) == LogFormat::kJson;
  auto append = json ? AppendJson : AppendLogfmt;
  std::string out;
  append(out, "time", FormatRfc3339(Clock::System()->Now()));
  append(out, "level", LevelName(level));
  append(out, "source", fmt::format("{}:{}", path, line));
  append(out, "msg", message);
  for (const LogField& field : fields) append(out, field.key, field.value);
  if (json) out += '}';
  if (std::string* capture = g_capture.load()) {
    MutexLock lock(g_capture_mutex);
    capture->append(out).push_back('\n');
    return;
  }
  Sink().info("{}", out);
}

}  // namespace watchfire
