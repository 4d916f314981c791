#pragma once
// Sections of an index file: `be32 length, bytes, be32 CRC-32C of the bytes`. Pure functions over a
// mapped file that may be damaged anywhere: what they return lies inside of it.

#include <string_view>

#include "base/result.h"

namespace watchfire::block {

// The bytes of the section at `offset`, not compared with their checksum. kCorrupt: `invalid size`.
Result<std::string_view> SectionAt(std::string_view file, uint64_t offset);
// The same, compared. kCorrupt: `invalid checksum`.
Result<std::string_view> CheckedSectionAt(std::string_view file, uint64_t offset);

}  // namespace watchfire::block
