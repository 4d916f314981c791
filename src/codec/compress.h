#pragma once
// Whole-buffer compression. Every decompressor takes a limit on the size of its output and answers
// kLimit beyond it, so that a small body cannot become a large one; damaged input is kInvalid.
// Functions are thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire::codec {

std::string GzipCompress(std::string_view bytes, int level = 6);
Result<std::string> GzipDecompress(std::string_view bytes, uint64_t limit);
// zlib framing, which HTTP calls "deflate".
std::string ZlibCompress(std::string_view bytes, int level = 6);
Result<std::string> ZlibDecompress(std::string_view bytes, uint64_t limit);
// Raw snappy block format, as remote write and the WAL have it.
std::string SnappyCompress(std::string_view bytes);
Result<std::string> SnappyDecompress(std::string_view bytes, uint64_t limit);
// For buffers that are used again: the size that the input says it has, and into just that many
// bytes.
Result<uint64_t> SnappyDecompressedSize(std::string_view bytes);
Result<void> SnappyDecompressTo(std::string_view bytes, std::span<char> out);
std::string ZstdCompress(std::string_view bytes, int level = 1);
Result<std::string> ZstdDecompress(std::string_view bytes, uint64_t limit);

}  // namespace watchfire::codec
