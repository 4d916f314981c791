#pragma once
// Relabelling: rules that rewrite or drop label sets, applied in list order. Source of the
// semantics: Prometheus' relabel_config documentation. RelabelConfig is a plain value; Relabel is
// a pure function and thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "model/regex.h"

namespace watchfire::model {

enum class RelabelAction : uint8_t {
  kReplace,
  kKeep,
  kDrop,
  kKeepEqual,
  kDropEqual,
  kHashMod,
  kLabelMap,
  kLabelDrop,
  kLabelKeep,
  kLowercase,
  kUppercase,
};

std::string_view RelabelActionName(RelabelAction action);
// Case-insensitive; `unknown relabel action "x"` otherwise.
Result<RelabelAction> ParseRelabelAction(std::string_view text);

struct RelabelConfig {
  std::vector<std::string> source_labels;
  std::string separator = ";";
  // Unset means the default `(.*)`.
  std::string regex_text = "(.*)";
  std::optional<Regex> regex;
  uint64_t modulus = 0;
  std::string target_label;
  std::string replacement = "$1";
  RelabelAction action = RelabelAction::kReplace;
  NameScheme scheme = NameScheme::kUtf8;

  // By what was configured, not by the compiled regex.
  bool operator==(const RelabelConfig& other) const;

  // Compiles the regex and checks the combination of fields; errors are upstream's texts.
  Result<void> Prepare();
};

using RelabelConfigs = std::vector<RelabelConfig>;

// Applies the rules in place; false means that the label set is dropped (and `labels` is as it was
// when the dropping rule was met). Every config must be prepared.
bool Relabel(const RelabelConfigs& configs, LabelsBuilder& labels);

}  // namespace watchfire::model
