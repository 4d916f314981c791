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

void WindowPlan::Absorb(Group& group, const Group& newer) const {
  int64_t value_bits = group.value_bits();
  std::array<uint32_t, 2 * kMaxStarts> starts;
  size_t count = 0;
  auto add = [&](uint32_t start) {
    int64_t cost = CostFrom(start, value_bits);
    while (count > 0 && CostFrom(starts[count - 1], value_bits) >= cost) --count;
    starts[count++] = start;
  };
  for (size_t i = 0; i < group.count; ++i) add(group.starts[i]);
  for (size_t i = 0; i < newer.count; ++i) add(newer.starts[i]);
  WF_CHECK(count <= kMaxStarts);
  std::copy_n(starts.begin(), count, group.starts.begin());
  group.count = static_cast<uint8_t>(count);
}

void WindowPlan::Add(unsigned leading, unsigned trailing) {
  auto index = static_cast<uint32_t>(leading_.size());
  leading_.push_back(static_cast<uint8_t>(leading));
  trailing_.push_back(static_cast<uint8_t>(trailing));

  // The window that begins here, and those before that are not wide enough.
  Group newest{leading_.back(), trailing_.back(), 1, {index}};
  size_t narrow = groups_.size();
  while (narrow > 0 &&
         (groups_[narrow - 1].leading > leading || groups_[narrow - 1].trailing > trailing)) {
    --narrow;
  }
  size_t out = narrow;
  auto push = [&](const Group& group) {
    if (out > 0 && groups_[out - 1].leading == group.leading &&
        groups_[out - 1].trailing == group.trailing) {
      Absorb(groups_[out - 1], group);
    } else if (out == groups_.size()) {
      groups_.push_back(group);
      ++out;
    } else {
      groups_[out++] = group;
    }
  };
  for (size_t i = narrow; i < groups_.size(); ++i) {
    Group group = groups_[i];
    group.leading = std::min(group.leading, newest.leading);
    group.trailing = std::min(group.trailing, newest.trailing);
    Absorb(group, Group{});
    push(group);
  }
  push(newest);
  groups_.resize(out);

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
