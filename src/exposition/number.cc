#include "exposition/number.h"

#include <optional>

namespace watchfire::exposition::internal {

const char* ReadNumberSlowly(const char* at, const char* end, double* value) {
  const char* stop = at;
  while (stop != end && *stop != '\n' && *stop != ' ' && *stop != '\t') ++stop;
  std::optional<double> v = ParseFloat({at, static_cast<size_t>(stop - at)});
  if (!v) return nullptr;
  *value = *v;
  return stop;
}

}  // namespace watchfire::exposition::internal
