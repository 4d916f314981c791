#include "tsdb/index/part_groups.h"

#include <algorithm>

#include "base/hash_map.h"

namespace watchfire::index {

// What is kept of parts, encoded as a part is.
struct PartGroups::Classes {
  StringMap<uint32_t> numbers;
};

PartGroups::PartGroups(const LabelStore& store, const std::vector<std::string>& names, bool by)
    : store_(store),
      shapes_of_(store.parts_of(Side::kShape)),
      targets_of_(store.parts_of(Side::kTarget)),
      by_(by),
      listed_(store.num_names()) {
  std::array<size_t, 2> listed{};
  auto list = [&](std::string_view text) {
    // A walk over the names, since looking them up needs the store's lock.
    for (NameId name = 0; name < listed_.size(); ++name) {
      if (listed_[name] || store.NameText(name) != text) continue;
      listed_[name] = true;
      ++listed[static_cast<size_t>(SideOf(text))];
    }
  };
  for (const std::string& name : names) list(name);
  if (!by) list(model::kMetricName);
  for (size_t i = 0; i < sides_.size(); ++i) {
    sides_[i].all_alike = by && listed[i] == 0;
    if (sides_[i].all_alike) continue;
    sides_[i].known = std::make_unique<Classes>();
    sides_[i].classes.resize(store.parts(static_cast<Side>(i)).size(), kNone);
  }
  groups_.resize(1);
}

PartGroups::~PartGroups() = default;

uint32_t PartGroups::FindClass(Side which, PartId part) {
  SideState& side = sides_[static_cast<size_t>(which)];
  std::string kept;
  store_.parts(which).ForEach(part, [&](Pair pair) {
    if (Keeps(pair.name)) PartTable::Encode(pair, &kept);
  });
  auto fresh = static_cast<uint32_t>(side.known->numbers.size());
  uint32_t number = side.known->numbers.try_emplace(std::move(kept), fresh).first->second;
  if (part >= side.classes.size()) side.classes.resize(part + 1, kNone);
  side.classes[part] = number;
  if (which == Side::kShape && groups_.size() <= number) groups_.resize(number + 1);
  return number;
}

uint32_t PartGroups::Add(uint32_t shape, uint32_t target, SeriesId id) {
  std::vector<uint32_t>& row = groups_[shape];
  if (row.size() <= target) row.resize(std::max<size_t>(target + 1, row.size() * 2), kNone);
  row[target] = static_cast<uint32_t>(examples_.size());
  examples_.push_back(id);
  labels_.emplace_back();
  return row[target];
}

const model::Labels& PartGroups::LabelsOf(uint32_t group) const {
  std::unique_ptr<model::Labels>& labels = labels_[group];
  if (labels != nullptr) return *labels;
  LabelStore::Parts parts = store_.PartsOf(examples_[group]);
  std::vector<model::LabelView> kept;
  auto add = [&](Pair pair) {
    if (!Keeps(pair.name)) return;
    kept.push_back({store_.NameText(pair.name), store_.values(pair.name).Text(pair.value)});
  };
  store_.parts(Side::kShape).ForEach(parts.shape, add);
  store_.parts(Side::kTarget).ForEach(parts.target, add);
  labels = std::make_unique<model::Labels>(model::Labels::FromPairs(std::move(kept)));
  return *labels;
}

}  // namespace watchfire::index
