#pragma once
// The command line: one table of flags drives parsing, --help, /api/v1/status/flags and the
// documentation. Names, defaults and meanings are Prometheus' (docs/user/flags.md lists them);
// flags that only mean something to a Go program are accepted and shown, so that existing unit and
// compose files work unchanged. An unknown flag is refused, with the nearest known one suggested.
// Flags is a value; parsing happens once, in main.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace watchfire::app {

enum class FlagKind : uint8_t { kString, kBool, kInt, kFloat, kDuration, kSize, kList };

struct FlagSpec {
  std::string_view name;
  FlagKind kind;
  std::string_view initial;  // default, as text
  std::string_view help;
  bool hidden = false;
};

// What a Prometheus server has, and an Alertmanager; the names of both programs.
std::span<const FlagSpec> PrometheusFlags();
std::span<const FlagSpec> AlertmanagerFlags();
// Those of the Grafana side, which has more in its ini file and variables.
std::span<const FlagSpec> GrafanaFlags();
// What watchfire has: Prometheus' flags, Alertmanager's with "alertmanager." before them, and those
// of the Grafana side.
std::span<const FlagSpec> AllFlags();

class Flags {
 public:
  // `arguments` without the program's name. `@file` is replaced by the lines of that file.
  // kInvalid: what is wrong, as kingpin words it (`unknown long flag '--x'`).
  static Result<Flags> Parse(std::vector<std::string> arguments,
                             std::span<const FlagSpec> table = AllFlags());

  // The name must be in the table and of that kind.
  const std::string& String(std::string_view name) const;
  bool Bool(std::string_view name) const;
  int64_t Int(std::string_view name) const;
  int64_t DurationMs(std::string_view name) const;
  uint64_t SizeBytes(std::string_view name) const;
  const std::vector<std::string>& List(std::string_view name) const;
  // Whether it was given on the command line.
  bool IsSet(std::string_view name) const;

  bool help() const { return help_; }
  bool version() const { return version_; }

  // Name → value as text, sorted by name; what /status/flags shows.
  std::vector<std::pair<std::string, std::string>> AsTexts() const;

 private:
  const FlagSpec& SpecOf(std::string_view name) const;

  std::span<const FlagSpec> table_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::map<std::string, bool, std::less<>> set_;
  bool help_ = false;
  bool version_ = false;
};

// The text of --help: visible flags, wrapped at 80 columns.
std::string HelpText(std::span<const FlagSpec> table = AllFlags());

}  // namespace watchfire::app
