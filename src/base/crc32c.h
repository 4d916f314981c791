#pragma once
// CRC-32C (Castagnoli), the checksum of every Prometheus file. Uses the SSE4.2 instruction where
// the processor has it, a table elsewhere.

#include <cstdint>
#include <string_view>

namespace watchfire {

// Continues `crc` (0 at the start) over `bytes`.
uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0);

namespace internal {
// The portable twin, for tests and other processors.
uint32_t Crc32cTable(std::string_view bytes, uint32_t crc);
}  // namespace internal

}  // namespace watchfire
