#include "template/template_set.h"

#include <set>

#include "template/parser.h"

namespace watchfire::templates {

TemplateSet::TemplateSet(const FunctionTable& functions, const Limits& limits)
    : functions_(&functions), limits_(limits) {}

TemplateSet::TemplateSet(std::shared_ptr<const TemplateSet> base)
    : functions_(&base->functions()), limits_(base->limits()), base_(std::move(base)) {}

Result<void> TemplateSet::Parse(std::string_view name, std::string_view text) {
  TreeMap trees = TRY(ParseTemplate(name, text, *functions_, limits_));
  for (auto& [tree_name, tree] : trees) {
    if (tree->IsEmpty() && Find(tree_name) != nullptr) continue;
    templates_.insert_or_assign(tree_name, EditedTree{tree, tree_name, {}});
  }
  return {};
}

const EditedTree* TemplateSet::Find(std::string_view name) const {
  auto at = templates_.find(name);
  if (at != templates_.end()) return &at->second;
  return base_ == nullptr ? nullptr : base_->Find(name);
}

std::vector<std::string> TemplateSet::Names() const {
  std::set<std::string> names;
  for (const TemplateSet* set = this; set != nullptr; set = set->base_.get()) {
    for (const auto& [name, tree] : set->templates_) names.insert(name);
  }
  return {names.begin(), names.end()};
}

}  // namespace watchfire::templates
