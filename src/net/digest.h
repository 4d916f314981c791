#pragma once
// Digests of short texts for protocols that are spoken over this room's connections: keys derived
// from names, signed requests, challenges. OpenSSL stays behind this header. Pure functions.

#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire::net {

// 32 raw bytes.
std::string Sha256(std::string_view text);
std::string HmacSha256(std::string_view key, std::string_view text);
// 16 raw bytes; only for the mail servers that still ask for it.
std::string HmacMd5(std::string_view key, std::string_view text);

// Lower-case hexadecimal digits.
std::string Hex(std::string_view bytes);
// The standard alphabet, padded.
std::string EncodeBase64(std::string_view bytes);
// Takes it without padding too. kInvalid for anything else.
Result<std::string> DecodeBase64(std::string_view text);

}  // namespace watchfire::net
