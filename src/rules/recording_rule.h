#pragma once
// RecordingRule: writes the answer of its query under another name.

#include "rules/rule.h"

namespace watchfire::rules {

class RecordingRule final : public Rule {
 public:
  using Rule::Rule;

 protected:
  Result<size_t> Compute(const Evaluation& evaluation) override;

 private:
  model::Labels LabelsOf(const model::Labels& source) const;
};

}  // namespace watchfire::rules
