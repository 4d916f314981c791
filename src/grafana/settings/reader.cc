#include "grafana/settings/reader.h"

#include "base/numbers.h"
#include "base/text.h"
#include "grafana/settings/durations.h"

namespace watchfire::grafana {

std::optional<bool> ParseSettingBool(std::string_view text) {
  for (std::string_view word : {"1", "t", "true", "y", "yes", "on"}) {
    if (EqualsIgnoreCase(text, word)) return true;
  }
  for (std::string_view word : {"0", "f", "false", "n", "no", "off"}) {
    if (EqualsIgnoreCase(text, word)) return false;
  }
  return std::nullopt;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> out;
  std::string item;
  for (size_t i = 0; i <= text.size(); ++i) {
    bool ends =
        i == text.size() || text[i] == ',' || text[i] == ' ' || text[i] == '\t' || text[i] == '\n';
    if (!ends) {
      item.push_back(text[i]);
    } else if (!item.empty()) {
      out.push_back(std::move(item));
      item.clear();
    }
  }
  return out;
}

bool SettingsReader::Bool(std::string_view section, std::string_view key, bool otherwise) {
  std::string text = Text(section, key);
  if (text.empty()) return otherwise;
  std::optional<bool> value = ParseSettingBool(text);
  if (!value) Fail(section, key, fmt::format("expected true or false, got {}", GoQuote(text)));
  return value.value_or(otherwise);
}

int64_t SettingsReader::Int(std::string_view section, std::string_view key, int64_t least,
                            int64_t most, int64_t otherwise) {
  std::string text = Text(section, key);
  if (text.empty()) return otherwise;
  std::optional<int64_t> value = ParseInt(text);
  if (value && *value >= least && *value <= most) return *value;
  Fail(section, key,
       fmt::format("expected a number from {} to {}, got {}", least, most, GoQuote(text)));
  return otherwise;
}

int64_t SettingsReader::DurationMs(std::string_view section, std::string_view key,
                                   int64_t otherwise) {
  std::string text = Text(section, key);
  if (text.empty()) return otherwise;
  std::optional<int64_t> value = ParseSettingDuration(text);
  if (!value) {
    Fail(section, key, fmt::format("expected a duration like 10s or 7d, got {}", GoQuote(text)));
  }
  return value.value_or(otherwise);
}

std::string SettingsReader::Word(std::string_view section, std::string_view key,
                                 std::initializer_list<std::string_view> allowed) {
  std::string text = Text(section, key);
  std::vector<std::string> words;
  if (text.empty()) return std::string(*allowed.begin());
  for (std::string_view word : allowed) {
    if (EqualsIgnoreCase(word, text)) return std::string(word);
    words.push_back(word.empty() ? "\"\"" : std::string(word));
  }
  Fail(section, key, fmt::format("expected one of {}, got {}", Join(words, ", "), GoQuote(text)));
  return words[0];
}

std::vector<std::string> SettingsReader::List(std::string_view section,
                                              std::string_view key) const {
  return SplitList(Text(section, key));
}

void SettingsReader::Fail(std::string_view section, std::string_view key,
                          std::string_view problem) {
  if (!error_) error_ = Error::Invalid("[{}] {}: {}", section, key, problem);
}

}  // namespace watchfire::grafana
