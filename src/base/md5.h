#pragma once
// MD5 (RFC 1321), for the one place where users see it: the `hashmod` relabel action, whose
// buckets must be those that Prometheus would choose. Not for anything that must be safe.

#include <array>
#include <cstdint>
#include <string_view>

namespace watchfire {

std::array<uint8_t, 16> Md5(std::string_view bytes);

}  // namespace watchfire
