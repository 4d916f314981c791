#include "grafana/expressions/label_join.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

namespace watchfire::grafana {
namespace {

using model::Labels;
using Names = std::vector<std::string>;  // sorted

constexpr size_t kMaxNameSets = 1000;

std::map<Names, std::vector<uint32_t>> ByNames(const std::vector<Labels>& all) {
  std::map<Names, std::vector<uint32_t>> groups;
  for (uint32_t i = 0; i < all.size(); ++i) {
    Names names;
    for (const model::LabelView& label : all[i]) names.emplace_back(label.name);
    groups[std::move(names)].push_back(i);
  }
  return groups;
}

bool Holds(const Names& outer, const Names& inner) {
  return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end());
}

struct Side {
  const std::vector<Labels>* labels;
  const std::vector<uint32_t>* members;
};

// Pairs of two groups, compared by the names that both have.
Result<void> JoinGroups(const Side& left, const Side& right, const Names& common,
                        bool left_has_more, std::vector<JoinedPair>* out) {
  std::unordered_map<Labels, std::vector<uint32_t>> table;
  for (uint32_t i : *right.members) table[(*right.labels)[i].Keep(common)].push_back(i);
  for (uint32_t i : *left.members) {
    auto found = table.find((*left.labels)[i].Keep(common));
    if (found == table.end()) continue;
    for (uint32_t j : found->second) {
      if (out->size() >= kMaxJoined) {
        return Error::Make(ErrorCode::kLimit, "the operator joins more than {} values", kMaxJoined);
      }
      out->push_back({i, j, left_has_more ? (*left.labels)[i] : (*right.labels)[j]});
    }
  }
  return {};
}

Result<std::vector<JoinedPair>> Join(const std::vector<Labels>& left,
                                     const std::vector<Labels>& right) {
  std::map<Names, std::vector<uint32_t>> left_groups = ByNames(left);
  std::map<Names, std::vector<uint32_t>> right_groups = ByNames(right);
  if (left_groups.size() > kMaxNameSets || right_groups.size() > kMaxNameSets) {
    return Error::Make(ErrorCode::kLimit, "values with more than {} different sets of label names",
                       kMaxNameSets);
  }
  std::vector<JoinedPair> pairs;
  for (const auto& [left_names, left_members] : left_groups) {
    for (const auto& [right_names, right_members] : right_groups) {
      bool left_has_more = left_names.size() >= right_names.size();
      const Names& outer = left_has_more ? left_names : right_names;
      const Names& inner = left_has_more ? right_names : left_names;
      if (!Holds(outer, inner)) continue;
      TRY(JoinGroups({&left, &left_members}, {&right, &right_members}, inner, left_has_more,
                     &pairs));
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const JoinedPair& a, const JoinedPair& b) {
    return std::tie(a.left, a.right) < std::tie(b.left, b.right);
  });
  return pairs;
}

std::vector<Labels> WithoutNames(const std::vector<Labels>& all) {
  std::vector<Labels> out;
  out.reserve(all.size());
  for (const Labels& labels : all) out.push_back(labels.WithoutName());
  return out;
}

}  // namespace

Result<std::vector<JoinedPair>> JoinByLabels(const std::vector<Labels>& left,
                                             const std::vector<Labels>& right) {
  std::vector<JoinedPair> pairs = TRY(Join(left, right));
  if (!pairs.empty()) return pairs;
  if (left.size() == 1 && right.size() == 1) return std::vector<JoinedPair>{{0, 0, {}}};
  return Join(WithoutNames(left), WithoutNames(right));
}

}  // namespace watchfire::grafana
