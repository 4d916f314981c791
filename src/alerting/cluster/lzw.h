#pragma once
// LZW as memberlist's peers compress: least significant bit first, 8-bit literals, codes of 9 to
// 12 bits, 256 clears the table, 257 ends (the variable-width form of GIF). Only decoding: nobody
// has to compress. Pure; hostile bytes are errors.

#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire::alerting {

// kLimit: the text would have more than `limit` bytes.
Result<std::string> DecodeLzw(std::string_view bytes, size_t limit);

}  // namespace watchfire::alerting
