#pragma once
// Reads members of Settings out of its sections, and keeps the first value that makes no sense.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grafana/settings/settings.h"

namespace watchfire::grafana {

class SettingsReader {
 public:
  explicit SettingsReader(const Settings& settings) : settings_(settings) {}

  std::string Text(std::string_view section, std::string_view key) const {
    return settings_.Get(section, key);
  }
  Secret Hidden(std::string_view section, std::string_view key) const {
    return Secret(settings_.Get(section, key));
  }
  bool Bool(std::string_view section, std::string_view key, bool otherwise);
  int64_t Int(std::string_view section, std::string_view key, int64_t least, int64_t most,
              int64_t otherwise);
  int64_t DurationMs(std::string_view section, std::string_view key, int64_t otherwise);
  // One of `allowed`, in any case, as it is spelt there; the first where nothing is set.
  std::string Word(std::string_view section, std::string_view key,
                   std::initializer_list<std::string_view> allowed);
  // Separated by commas or spaces.
  std::vector<std::string> List(std::string_view section, std::string_view key) const;

  // `[section] key: …`.
  void Fail(std::string_view section, std::string_view key, std::string_view problem);
  const std::optional<Error>& error() const { return error_; }

 private:
  const Settings& settings_;
  std::optional<Error> error_;
};

std::optional<bool> ParseSettingBool(std::string_view text);
std::vector<std::string> SplitList(std::string_view text);

// oauth.cc: the enabled providers, with what their services have in common filled in.
std::vector<OAuthSettings> ReadOAuth(const Settings& settings, SettingsReader* reader,
                                     std::vector<std::string>* warnings);

}  // namespace watchfire::grafana
