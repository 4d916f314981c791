#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace watchfire {

uint64_t Hash(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

uint64_t XxHash64(std::string_view bytes) {
  return XXH64(bytes.data(), bytes.size(), 0);
}

}  // namespace watchfire
