#include "tsdb/block/time_arrays.h"

#include <algorithm>

#include "base/hash.h"

namespace watchfire::block {
namespace {

bool AreEqual(std::span<const TimeMs> a, std::span<const TimeMs> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

std::span<const TimeMs> TimeArrays::Keep(std::span<const TimeMs> times) {
  if (times.empty()) return {};
  if (newest_ != nullptr && AreEqual(*newest_, times)) return *newest_;
  uint64_t hash = Hash({reinterpret_cast<const char*>(times.data()), times.size_bytes()});
  auto [begin, end] = arrays_.equal_range(hash);
  auto known =
      std::find_if(begin, end, [&](const auto& entry) { return AreEqual(*entry.second, times); });
  if (known == end) {
    known = arrays_.emplace(hash, std::make_unique<const Array>(times.begin(), times.end()));
  }
  newest_ = known->second.get();
  return *newest_;
}

}  // namespace watchfire::block
