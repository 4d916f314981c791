#pragma once
// What all aggregations share: group keys and the note about histograms that an aggregation leaves
// out. Used by the operators of one query, on its thread.

#include <string>
#include <vector>

#include "base/hash_map.h"
#include "promql/operators/operator.h"

namespace watchfire::promql {

// Numbers the groups of an aggregation in order of appearance. Labels of series are only asked for
// when the grouping needs them and the leaf does not tell their groups.
class GroupKeys {
 public:
  explicit GroupKeys(const PlanNode& node) : node_(node) {}
  // The group of the stream's current series.
  size_t Find(Stream& stream);
  // The same by the leaf's number.
  size_t FindTold(Stream& stream, uint32_t told) {
    if (told < told_.size() && told_[told] != kUnknown) return told_[told];
    return AddTold(stream, told);
  }
  size_t FindLabels(model::Labels labels);
  const model::Labels& labels(size_t group) const { return labels_[group]; }
  size_t size() const { return labels_.size(); }

 private:
  static constexpr uint32_t kUnknown = UINT32_MAX;
  const std::vector<std::string>& DropList();
  size_t AddTold(Stream& stream, uint32_t told);

  const PlanNode& node_;
  std::vector<uint32_t> told_;  // by the leaf's number
  std::vector<std::string> drop_;
  std::vector<model::Labels> labels_;
  HashMap<model::Labels, size_t, std::hash<model::Labels>> index_;
};

void NoteIgnoredHistogram(QueryContext& context, const PlanNode& aggregate);

}  // namespace watchfire::promql
