#include "tsdb/block/section.h"

#include "base/bytes.h"
#include "base/crc32c.h"

namespace watchfire::block {
namespace {

constexpr size_t kLengthBytes = 4;
constexpr size_t kChecksumBytes = 4;

}  // namespace

Result<std::string_view> SectionAt(std::string_view file, uint64_t offset) {
  if (offset > file.size()) return Error::Corrupt("invalid size");
  ByteReader in(file.substr(static_cast<size_t>(offset)));
  uint32_t length = in.Be32();
  if (!in.ok() || in.remaining() < uint64_t{length} + kChecksumBytes) {
    return Error::Corrupt("invalid size");
  }
  return in.Bytes(length);
}

Result<std::string_view> CheckedSectionAt(std::string_view file, uint64_t offset) {
  std::string_view bytes = TRY(SectionAt(file, offset));
  size_t behind = static_cast<size_t>(offset) + kLengthBytes + bytes.size();
  if (ByteReader(file.substr(behind)).Be32() != Crc32c(bytes)) {
    return Error::Corrupt("invalid checksum");
  }
  return bytes;
}

}  // namespace watchfire::block
