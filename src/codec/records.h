#pragma once
// Streams of records, each with its length as a varint before it: how protobuf messages are kept
// one after another in a file and sent in one piece to peers. What the records say is not known
// here. Pure functions.
//
// Besides the frame, the one message that all such records share: google.protobuf.Timestamp, here
// nanoseconds since the epoch, 0 for a time that is not set (the zero time of Go's programs, the
// year 1, reads as that). What 64 bits of nanoseconds cannot say, before 1678 or after 2262, reads
// as the nearest time that they can.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire {

void AppendRecord(std::string& out, std::string_view record);

// Calls `visit` for each record in order. kCorrupt when a length is cut off, leads beyond the end
// or exceeds `max_record`; this and what `visit` returns name the byte where the record begins.
Result<void> ForEachRecord(std::string_view bytes, size_t max_record,
                           const std::function<Result<void>(std::string_view)>& visit);

// The message's bytes, without tag and length.
std::string EncodeTimestamp(int64_t ns);
Result<int64_t> DecodeTimestamp(std::string_view message);

}  // namespace watchfire
