#pragma once
// TimeArrays: timestamp arrays, each distinct one kept once and in place as long as this lives.
// Series of one scrape target have equal timestamps, and sharing the array lets readers compare
// pointers instead. One thread.

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/clock.h"

namespace watchfire::block {

class TimeArrays {
 public:
  // The kept array that equals `times`; a copy is made if there was none.
  std::span<const TimeMs> Keep(std::span<const TimeMs> times);
  size_t size() const { return arrays_.size(); }

 private:
  using Array = std::vector<TimeMs>;
  std::unordered_multimap<uint64_t, std::unique_ptr<const Array>> arrays_;  // by their hash
  const Array* newest_ = nullptr;  // neighbours often have the same
};

}  // namespace watchfire::block
