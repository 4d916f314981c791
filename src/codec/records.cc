#include "codec/records.h"

#include "base/bytes.h"

namespace watchfire {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr int64_t kYearOne = -62'135'596'800;
// Field numbers with their wire types.
constexpr uint64_t kSeconds = 1 << 3;
constexpr uint64_t kNanos = 2 << 3;

// Passes over a field that is not known; false if it is damaged.
bool Skip(ByteReader& reader, uint64_t tag) {
  switch (tag & 7) {
    case 0:
      reader.Uvarint();
      break;
    case 1:
      reader.Bytes(8);
      break;
    case 2:
      reader.String();
      break;
    case 5:
      reader.Bytes(4);
      break;
    default:
      return false;
  }
  return reader.ok();
}

}  // namespace

void AppendRecord(std::string& out, std::string_view record) {
  ByteWriter length;
  length.Uvarint(record.size());
  out += length.view();
  out += record;
}

Result<void> ForEachRecord(std::string_view bytes, size_t max_record,
                           const std::function<Result<void>(std::string_view)>& visit) {
  ByteReader reader(bytes);
  while (!reader.empty()) {
    size_t at = reader.offset();
    uint64_t size = reader.Uvarint();
    if (!reader.ok()) return Error::Corrupt("record at byte {}: its length is cut off", at);
    if (size > max_record) {
      return Error::Corrupt("record at byte {}: {} bytes are more than the {} allowed", at, size,
                            max_record);
    }
    if (size > reader.remaining()) {
      return Error::Corrupt("record at byte {}: {} bytes announced, {} left", at, size,
                            reader.remaining());
    }
    Result<void> visited = visit(reader.Bytes(size));
    if (!visited.ok()) return visited.error().With("record at byte {}", at);
  }
  return {};
}

std::string EncodeTimestamp(int64_t ns) {
  int64_t seconds = ns / kNsPerSecond;
  int64_t nanos = ns % kNsPerSecond;
  if (nanos < 0) {
    --seconds;
    nanos += kNsPerSecond;
  }
  ByteWriter out;
  if (seconds != 0) {
    out.Uvarint(kSeconds);
    out.Uvarint(static_cast<uint64_t>(seconds));
  }
  if (nanos != 0) {
    out.Uvarint(kNanos);
    out.Uvarint(static_cast<uint64_t>(nanos));
  }
  return out.Take();
}

Result<int64_t> DecodeTimestamp(std::string_view message) {
  ByteReader reader(message);
  int64_t seconds = 0;
  int64_t nanos = 0;
  while (!reader.empty()) {
    uint64_t tag = reader.Uvarint();
    if (tag == kSeconds) {
      seconds = static_cast<int64_t>(reader.Uvarint());
    } else if (tag == kNanos) {
      nanos = static_cast<int64_t>(reader.Uvarint());
    } else if (!Skip(reader, tag)) {
      return Error::Corrupt("timestamp: unknown field");
    }
    if (!reader.ok()) return Error::Corrupt("timestamp: cut off");
  }
  if (nanos < 0 || nanos >= kNsPerSecond) return Error::Corrupt("timestamp: {} nanoseconds", nanos);
  if (seconds <= kYearOne) return int64_t{0};
  if (seconds > INT64_MAX / kNsPerSecond - 1) return INT64_MAX;
  if (seconds < INT64_MIN / kNsPerSecond + 1) return INT64_MIN + 1;
  return seconds * kNsPerSecond + nanos;
}

}  // namespace watchfire
