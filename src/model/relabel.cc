#include "model/relabel.h"

#include <array>

#include "base/md5.h"
#include "base/text.h"

namespace watchfire::model {
namespace {

struct ActionName {
  RelabelAction action;
  std::string_view name;
};
constexpr std::array<ActionName, 11> kActions = {{{RelabelAction::kReplace, "replace"},
                                                  {RelabelAction::kKeep, "keep"},
                                                  {RelabelAction::kDrop, "drop"},
                                                  {RelabelAction::kKeepEqual, "keepequal"},
                                                  {RelabelAction::kDropEqual, "dropequal"},
                                                  {RelabelAction::kHashMod, "hashmod"},
                                                  {RelabelAction::kLabelMap, "labelmap"},
                                                  {RelabelAction::kLabelDrop, "labeldrop"},
                                                  {RelabelAction::kLabelKeep, "labelkeep"},
                                                  {RelabelAction::kLowercase, "lowercase"},
                                                  {RelabelAction::kUppercase, "uppercase"}}};

constexpr std::string_view kDefaultSeparator = ";";
constexpr std::string_view kDefaultRegex = "(.*)";
constexpr std::string_view kDefaultReplacement = "$1";

bool HasVariable(std::string_view text) {
  return text.find('$') != std::string_view::npos;
}

// A label name in which $1, ${1} and ${name} may stand. UTF-8 names may hold `$` and braces anyway.
bool IsValidTemplate(std::string_view text, NameScheme scheme) {
  if (scheme == NameScheme::kUtf8) return IsValidLabelName(text, scheme);
  bool needs_start = true;  // a digit may not begin the name
  size_t i = 0;
  auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  auto skip_word = [&] {
    size_t start = i;
    while (i < text.size() && is_word(text[i])) ++i;
    return i > start;
  };
  while (i < text.size()) {
    char c = text[i];
    if (c == '$') {
      ++i;
      bool braces = i < text.size() && text[i] == '{';
      if (braces) ++i;
      if (!skip_word()) return false;
      if (braces && (i == text.size() || text[i++] != '}')) return false;
    } else {
      bool digit = c >= '0' && c <= '9';
      if ((needs_start && digit) || !skip_word()) return false;
    }
    needs_start = false;
  }
  return !needs_start;
}

bool NeedsTarget(RelabelAction action) {
  switch (action) {
    case RelabelAction::kReplace:
    case RelabelAction::kHashMod:
    case RelabelAction::kLowercase:
    case RelabelAction::kUppercase:
    case RelabelAction::kKeepEqual:
    case RelabelAction::kDropEqual:
      return true;
    default:
      return false;
  }
}

bool FixesReplacement(RelabelAction action) {
  return NeedsTarget(action) && action != RelabelAction::kReplace &&
         action != RelabelAction::kHashMod;
}

Result<void> CheckNames(const RelabelConfig& config) {
  std::string_view action = RelabelActionName(config.action);
  if (NeedsTarget(config.action)) {
    if (config.target_label.empty()) {
      return Error::Invalid("relabel configuration for {} action requires 'target_label' value",
                            action);
    }
    bool is_template = config.action == RelabelAction::kReplace && HasVariable(config.target_label);
    bool valid = is_template ? IsValidTemplate(config.target_label, config.scheme)
                             : IsValidLabelName(config.target_label, config.scheme);
    if (!valid) {
      return Error::Invalid("{} is invalid 'target_label' for {} action",
                            GoQuote(config.target_label), action);
    }
  }
  if (FixesReplacement(config.action) && config.replacement != kDefaultReplacement) {
    return Error::Invalid("'replacement' can not be set for {} action", action);
  }
  if (config.action == RelabelAction::kLabelMap &&
      !IsValidTemplate(config.replacement, config.scheme)) {
    return Error::Invalid("{} is invalid 'replacement' for {} action", GoQuote(config.replacement),
                          action);
  }
  return {};
}

Result<void> CheckUnusedFields(const RelabelConfig& config) {
  std::string_view action = RelabelActionName(config.action);
  bool plain = config.modulus == 0 && config.separator == kDefaultSeparator &&
               config.replacement == kDefaultReplacement;
  bool equal =
      config.action == RelabelAction::kKeepEqual || config.action == RelabelAction::kDropEqual;
  if (equal && !(plain && config.regex_text == kDefaultRegex)) {
    return Error::Invalid(
        "{} action requires only 'source_labels' and `target_label`, and no other fields", action);
  }
  bool by_name =
      config.action == RelabelAction::kLabelDrop || config.action == RelabelAction::kLabelKeep;
  if (by_name && !(plain && config.source_labels.empty() && config.target_label.empty())) {
    return Error::Invalid("{} action requires only 'regex', and no other fields", action);
  }
  return {};
}

std::string JoinSources(const RelabelConfig& config, const LabelsBuilder& labels) {
  std::string value;
  for (size_t i = 0; i < config.source_labels.size(); ++i) {
    if (i > 0) value += config.separator;
    value += labels.Get(config.source_labels[i]);
  }
  return value;
}

void Replace(const RelabelConfig& config, const std::string& value, LabelsBuilder& labels) {
  std::string replacement;
  if (!config.regex->Expand(value, config.replacement, &replacement)) return;
  if (!HasVariable(config.target_label)) {
    labels.Set(config.target_label, replacement);
    return;
  }
  std::string target;
  config.regex->Expand(value, config.target_label, &target);
  if (IsValidLabelName(target, config.scheme)) labels.Set(target, replacement);
}

// The last eight bytes of the digest as a big-endian number.
uint64_t HashValue(const std::string& value) {
  auto digest = Md5(value);
  uint64_t hash = 0;
  for (size_t i = 8; i < 16; ++i) hash = hash << 8 | digest[i];
  return hash;
}

void MapNames(const RelabelConfig& config, LabelsBuilder& labels) {
  auto before = labels.pairs();  // new labels are not mapped again
  std::string name;
  for (const auto& [old_name, value] : before) {
    if (config.regex->Expand(old_name, config.replacement, &name) && !name.empty()) {
      labels.Set(name, value);
    }
  }
}

void FilterNames(const RelabelConfig& config, LabelsBuilder& labels) {
  bool drop_matching = config.action == RelabelAction::kLabelDrop;
  auto before = labels.pairs();
  for (const auto& [name, value] : before) {
    if (config.regex->Matches(name) == drop_matching) labels.Delete(name);
  }
}

bool Apply(const RelabelConfig& config, LabelsBuilder& labels) {
  WF_CHECK(config.regex.has_value());
  std::string value = JoinSources(config, labels);
  switch (config.action) {
    case RelabelAction::kDrop:
      return !config.regex->Matches(value);
    case RelabelAction::kKeep:
      return config.regex->Matches(value);
    case RelabelAction::kDropEqual:
      return labels.Get(config.target_label) != value;
    case RelabelAction::kKeepEqual:
      return labels.Get(config.target_label) == value;
    case RelabelAction::kReplace:
      Replace(config, value, labels);
      break;
    case RelabelAction::kLowercase:
      labels.Set(config.target_label, ToLowerUtf8(value));
      break;
    case RelabelAction::kUppercase:
      labels.Set(config.target_label, ToUpperUtf8(value));
      break;
    case RelabelAction::kHashMod:
      labels.Set(config.target_label, std::to_string(HashValue(value) % config.modulus));
      break;
    case RelabelAction::kLabelMap:
      MapNames(config, labels);
      break;
    case RelabelAction::kLabelDrop:
    case RelabelAction::kLabelKeep:
      FilterNames(config, labels);
      break;
  }
  return true;
}

}  // namespace

std::string_view RelabelActionName(RelabelAction action) {
  for (const ActionName& entry : kActions) {
    if (entry.action == action) return entry.name;
  }
  return "replace";
}

Result<RelabelAction> ParseRelabelAction(std::string_view text) {
  if (text.empty()) return Error::Invalid("relabel action cannot be empty");
  for (const ActionName& entry : kActions) {
    if (EqualsIgnoreCase(text, entry.name)) return entry.action;
  }
  return Error::Invalid("unknown relabel action {}", GoQuote(text));
}

bool RelabelConfig::operator==(const RelabelConfig& other) const {
  return source_labels == other.source_labels && separator == other.separator &&
         regex_text == other.regex_text && modulus == other.modulus &&
         target_label == other.target_label && replacement == other.replacement &&
         action == other.action && scheme == other.scheme;
}

Result<void> RelabelConfig::Prepare() {
  regex = TRY(Regex::Compile(regex_text));
  if (action == RelabelAction::kHashMod && modulus == 0) {
    return Error::Invalid("relabel configuration for hashmod requires non-zero modulus");
  }
  TRY(CheckNames(*this));
  return CheckUnusedFields(*this);
}

bool Relabel(const RelabelConfigs& configs, LabelsBuilder& labels) {
  for (const RelabelConfig& config : configs) {
    if (!Apply(config, labels)) return false;
  }
  return true;
}

}  // namespace watchfire::model
