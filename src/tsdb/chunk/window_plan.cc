#include "tsdb/chunk/window_plan.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace watchfire::chunk {

void WindowPlan::Clear() {
  groups_.clear();
  best_.assign(1, 0);
  start_.assign(1, 0);
  leading_.clear();
  trailing_.clear();
}

// Bits up to the newest value if the last window begins at `start`, less what is common to all.
int64_t WindowPlan::CostFrom(uint32_t start, int64_t value_bits) const {
  return int64_t{best_[start]} - start * value_bits;
}

void WindowPlan::Keep(Group& group, uint32_t start) const {
  int64_t value_bits = group.value_bits();
  int64_t cost = CostFrom(start, value_bits);
  while (group.count > 0 && CostFrom(group.starts[group.count - 1], value_bits) >= cost) {
    --group.count;
  }
  WF_CHECK(group.count < kMaxStarts);
  group.starts[group.count++] = start;
}

// Widens the groups that are too narrow for the newest value; neighbours may become one.
void WindowPlan::Widen(uint8_t leading, uint8_t trailing) {
  size_t end = groups_.size();
  size_t out = end;
  while (out > 0 && (groups_[out - 1].leading > leading || groups_[out - 1].trailing > trailing)) {
    --out;
  }
  for (size_t i = out; i < end; ++i) {
    Group& group = groups_[i];
    group.leading = std::min(group.leading, leading);
    group.trailing = std::min(group.trailing, trailing);
    bool merges = out > 0 && groups_[out - 1].leading == group.leading &&
                  groups_[out - 1].trailing == group.trailing;
    Group& target = merges ? groups_[out - 1] : groups_[out++];
    unsigned count = group.count;
    if (!merges) {
      target.leading = group.leading;
      target.trailing = group.trailing;
      target.count = 0;
    }
    // The target may be the group itself: what is kept never overtakes what is read.
    for (unsigned k = 0; k < count; ++k) Keep(target, group.starts[k]);
  }
  groups_.resize(out);
}

void WindowPlan::Add(unsigned leading_zeros, unsigned trailing_zeros) {
  auto index = static_cast<uint32_t>(leading_.size());
  auto leading = static_cast<uint8_t>(leading_zeros);
  auto trailing = static_cast<uint8_t>(trailing_zeros);
  leading_.push_back(leading);
  trailing_.push_back(trailing);
  Widen(leading, trailing);
  if (groups_.empty() || groups_.back().leading != leading || groups_.back().trailing != trailing) {
    groups_.emplace_back();
    groups_.back().leading = leading;
    groups_.back().trailing = trailing;
  }
  Keep(groups_.back(), index);

  int64_t best = std::numeric_limits<int64_t>::max();
  uint32_t start = 0;
  for (const Group& group : groups_) {
    int64_t value_bits = group.value_bits();
    int64_t cost = CostFrom(group.starts[0], value_bits) + (index + 1) * value_bits + kOpenBits;
    if (cost < best) {
      best = cost;
      start = group.starts[0];
    }
  }
  best_.push_back(static_cast<uint32_t>(best));
  start_.push_back(start);
}

std::span<const Window> WindowPlan::Solve() {
  windows_.clear();
  auto end = static_cast<uint32_t>(leading_.size());
  while (end > 0) {
    Window window{start_[end], 0xff, 0xff};
    for (uint32_t i = window.first; i < end; ++i) {
      window.leading = std::min(window.leading, leading_[i]);
      window.trailing = std::min(window.trailing, trailing_[i]);
    }
    windows_.push_back(window);
    end = window.first;
  }
  std::reverse(windows_.begin(), windows_.end());
  return windows_;
}

}  // namespace watchfire::chunk
