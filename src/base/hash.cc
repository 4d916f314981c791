#include "base/hash.h"

#define XXH_INLINE_ALL
#include <sys/random.h>
#include <xxhash.h>

#include <array>

#include "base/check.h"

namespace watchfire {
namespace {

using Secret = std::array<unsigned char, XXH3_SECRET_SIZE_MIN + 56>;

Secret DrawSecret() {
  Secret secret;
  // Up to 256 bytes come whole or not at all.
  WF_CHECK(getrandom(secret.data(), secret.size(), 0) == static_cast<ssize_t>(secret.size()));
  return secret;
}

}  // namespace

uint64_t Hash(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

uint64_t KeyedHash(std::string_view bytes) {
  static const Secret secret = DrawSecret();
  return XXH3_64bits_withSecret(bytes.data(), bytes.size(), secret.data(), secret.size());
}

uint64_t XxHash64(std::string_view bytes) {
  return XXH64(bytes.data(), bytes.size(), 0);
}

}  // namespace watchfire
