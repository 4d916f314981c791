#pragma once
// LabelGroups numbers the groups that series fall into when only some labels are kept (`by`) or
// some are dropped (otherwise, and the metric name with them), as aggregations do. Groups are
// numbered from 0 in order of appearance. One thread.

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash_map.h"
#include "model/labels.h"

namespace watchfire::storage {

class LabelGroups {
 public:
  // `names`: sorted.
  LabelGroups(std::vector<std::string> names, bool by);
  uint32_t Find(const model::Labels& labels);
  const model::Labels& labels(uint32_t group) const { return labels_[group]; }
  size_t size() const { return labels_.size(); }

 private:
  std::vector<std::string> names_;
  bool by_;
  std::vector<model::Labels> labels_;
  HashMap<model::Labels, uint32_t, std::hash<model::Labels>> index_;
};

}  // namespace watchfire::storage
