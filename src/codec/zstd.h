#pragma once
// zstd into and out of buffers that are used again, for those who compress many small texts: the
// write-ahead log makes one frame of each record. Contexts live as long as their thread, so that a
// small text pays for no set-up. The plain functions are in compress.h. Thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire::codec {

// How the fast strategy searches. A small table stays in the first-level cache.
struct ZstdTuning {
  int hash_log = 12;
  int min_match = 5;  // 4 … 7: shorter repetitions are not looked for
};

// Replaces `out`.
void ZstdCompressTo(std::string_view bytes, const ZstdTuning& tuning, std::string* out);
// Replaces `out`; kLimit when it would become larger than `limit`, kInvalid for damaged input.
Result<void> ZstdDecompressTo(std::string_view bytes, uint64_t limit, std::string* out);

}  // namespace watchfire::codec
