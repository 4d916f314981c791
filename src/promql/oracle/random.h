#pragma once
// Random: choices for generators. Unlike the distributions of <random>, it gives the same choices
// for the same seed with every library, so that a seed in a test's output means the same anywhere.
// A value of one thread.

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

namespace watchfire::promql {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // 0 … n - 1; n must be positive.
  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  // low … high.
  int Between(int low, int high) { return low + Below(high - low + 1); }
  // True in `percent` of 100 calls.
  bool Chance(int percent) { return Below(100) < percent; }

  std::string Pick(std::initializer_list<const char*> options) {
    return *(options.begin() + Below(static_cast<int>(options.size())));
  }
  template <typename T>
  const T& Pick(const std::vector<T>& options) {
    return options[static_cast<size_t>(Below(static_cast<int>(options.size())))];
  }
  // An index, each as often as its weight tells.
  int PickWeighted(std::initializer_list<int> weights) {
    int total = 0;
    for (int weight : weights) total += weight;
    int at = Below(total);
    int index = 0;
    for (int weight : weights) {
      if (at < weight) return index;
      at -= weight;
      ++index;
    }
    return 0;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace watchfire::promql
