#pragma once
// TemplateSet: templates by name, parsed from any number of texts, that call each other. A later
// definition replaces an earlier one of the same name, unless it is empty.
//
// A set can stand on another, which it does not change: the fields of a configuration are parsed
// each into a small set over the one of the template files. Build one on one thread; afterwards
// any thread may execute it.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "template/executor.h"
#include "template/function.h"
#include "template/tree.h"

namespace watchfire::templates {

class TemplateSet : public TemplateSource {
 public:
  // The table outlives the set.
  explicit TemplateSet(const FunctionTable& functions, const Limits& limits = {});
  explicit TemplateSet(std::shared_ptr<const TemplateSet> base);

  // Adds the text's templates; `name` is that of what is outside of definitions.
  Result<void> Parse(std::string_view name, std::string_view text);

  const EditedTree* Find(std::string_view name) const override;
  const FunctionTable& functions() const { return *functions_; }
  const Limits& limits() const { return limits_; }
  // Of this set and those below, sorted.
  std::vector<std::string> Names() const;

 private:
  const FunctionTable* functions_;
  Limits limits_;
  std::shared_ptr<const TemplateSet> base_;  // may be null
  std::map<std::string, EditedTree, std::less<>> templates_;
};

}  // namespace watchfire::templates
