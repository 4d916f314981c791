#include "promql/kernels/accumulators.h"

#include <bit>
#include <cmath>
#include <limits>

#include "base/vector_clones.h"

namespace watchfire::promql {

__attribute__((optimize("O3"))) WF_VECTOR_CLONES void AddToSums(size_t n, const double* v,
                                                                double* sum, double* c,
                                                                uint8_t* seen) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto absent = std::bit_cast<int64_t>(kAbsent);
  for (size_t i = 0; i < n; ++i) {
    bool has = std::bit_cast<int64_t>(v[i]) != absent;
    double x = has ? v[i] : 0;
    double s = sum[i];
    double t = s + x;
    bool larger = std::fabs(s) >= std::fabs(x);
    double lost = larger ? (s - t) + x : (x - t) + s;
    double kept = std::fabs(t) == infinity ? 0 : c[i] + lost;
    sum[i] = has ? t : s;
    c[i] = has ? kept : c[i];
  }
  for (size_t i = 0; i < n; ++i) {
    seen[i] |= static_cast<uint8_t>(std::bit_cast<int64_t>(v[i]) != absent);
  }
}

}  // namespace watchfire::promql
