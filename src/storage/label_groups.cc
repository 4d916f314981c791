#include "storage/label_groups.h"

#include <algorithm>

namespace watchfire::storage {

LabelGroups::LabelGroups(std::vector<std::string> names, bool by)
    : names_(std::move(names)), by_(by) {
  if (by_) return;
  names_.emplace_back(model::kMetricName);
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
}

uint32_t LabelGroups::Find(const model::Labels& labels) {
  if (by_ && names_.empty()) {
    if (labels_.empty()) labels_.emplace_back();
    return 0;
  }
  model::Labels key = by_ ? labels.Keep(names_) : labels.Drop(names_);
  auto [at, fresh] = index_.try_emplace(std::move(key), static_cast<uint32_t>(labels_.size()));
  if (fresh) labels_.push_back(at->first);
  return at->second;
}

}  // namespace watchfire::storage
