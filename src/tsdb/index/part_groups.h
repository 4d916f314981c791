#pragma once
// PartGroups: into which group of an aggregation each series falls, without its labels. What a
// grouping keeps of a shape, and of a target, is worked out once for each of these; a series is two
// look-ups and a third for the pair. Groups are numbered from 0 in order of appearance; only the
// labels of a group, when they are asked for, are texts. One thread per object; the store must be
// held meanwhile, and series be there when it was taken.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/labels.h"
#include "tsdb/index/label_store.h"

namespace watchfire::index {

class PartGroups {
 public:
  // `by`: only the labels `names` are kept, else all but these and the metric name.
  PartGroups(const LabelStore& store, const std::vector<std::string>& names, bool by);
  ~PartGroups();

  // The groups of ids[from[i]] for each i.
  void Find(std::span<const SeriesId> ids, std::span<const uint32_t> from, uint32_t* groups) {
    if (sides_[0].all_alike && sides_[1].all_alike) {
      if (from.empty()) return;
      std::fill_n(groups, from.size(), GroupOf(0, 0, ids[from[0]]));
      return;
    }
    for (uint32_t place : from) *groups++ = Find(ids[place]);
  }
  uint32_t Find(SeriesId id) {
    uint32_t shape = sides_[0].all_alike ? 0 : ClassOf(Side::kShape, shapes_of_.At(id));
    uint32_t target = sides_[1].all_alike ? 0 : ClassOf(Side::kTarget, targets_of_.At(id));
    return GroupOf(shape, target, id);
  }
  const model::Labels& LabelsOf(uint32_t group) const;
  size_t size() const { return examples_.size(); }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Classes;
  struct SideState {
    bool all_alike = false;         // the grouping keeps nothing of this side
    std::vector<uint32_t> classes;  // by part
    std::unique_ptr<Classes> known;
  };

  uint32_t ClassOf(Side which, PartId part) {
    const std::vector<uint32_t>& classes = sides_[static_cast<size_t>(which)].classes;
    if (part < classes.size() && classes[part] != kNone) return classes[part];
    return FindClass(which, part);
  }
  uint32_t FindClass(Side which, PartId part);
  uint32_t GroupOf(uint32_t shape, uint32_t target, SeriesId id) {
    const std::vector<uint32_t>& row = groups_[shape];
    if (target < row.size() && row[target] != kNone) return row[target];
    return Add(shape, target, id);
  }
  uint32_t Add(uint32_t shape, uint32_t target, SeriesId id);
  bool Keeps(NameId name) const { return name < listed_.size() ? listed_[name] == by_ : !by_; }

  const LabelStore& store_;
  StableArray<PartId>::Cursor shapes_of_;
  StableArray<PartId>::Cursor targets_of_;
  const bool by_;
  std::vector<bool> listed_;  // by name id
  std::array<SideState, 2> sides_;
  std::vector<std::vector<uint32_t>> groups_;  // by class of shape, then of target
  std::vector<SeriesId> examples_;             // one of each group
  mutable std::vector<std::unique_ptr<model::Labels>> labels_;
};

}  // namespace watchfire::index
