#pragma once
// Writes remote write requests for tests and benchmarks, field by field, with nothing of the code
// that reads them. Only tests include it.

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "codec/compress.h"

namespace watchfire::remote::testing {

// One protobuf message.
class Message {
 public:
  Message& Varint(uint32_t number, uint64_t v) {
    out_.Uvarint(number << 3);
    out_.Uvarint(v);
    return *this;
  }
  Message& Signed(uint32_t number, int64_t v) { return Varint(number, ZigZag(v)); }
  Message& Double(uint32_t number, double v) {
    out_.Uvarint(number << 3 | 1);
    out_.Le64(std::bit_cast<uint64_t>(v));
    return *this;
  }
  Message& Bytes(uint32_t number, std::string_view bytes) {
    out_.Uvarint(number << 3 | 2);
    out_.String(bytes);
    return *this;
  }
  Message& Add(uint32_t number, const Message& message) { return Bytes(number, message.text()); }
  Message& Raw(std::string_view bytes) {
    out_.Bytes(bytes);
    return *this;
  }
  std::string_view text() const { return out_.view(); }
  std::string Snappy() const { return codec::SnappyCompress(text()); }

 private:
  ByteWriter out_;
};

inline std::string PackedVarints(const std::vector<uint64_t>& values) {
  ByteWriter out;
  for (uint64_t v : values) out.Uvarint(v);
  return out.Take();
}
inline std::string PackedSigned(const std::vector<int64_t>& values) {
  ByteWriter out;
  for (int64_t v : values) out.Varint(v);
  return out.Take();
}
inline std::string PackedDoubles(const std::vector<double>& values) {
  ByteWriter out;
  for (double v : values) out.Le64(std::bit_cast<uint64_t>(v));
  return out.Take();
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline Message Sample(double v, int64_t t) {
  return Message().Double(1, v).Varint(2, static_cast<uint64_t>(t));
}

// ---- protocol 1.0
inline Message SeriesV1(const Pairs& labels) {
  Message series;
  for (const auto& [name, value] : labels) {
    series.Add(1, Message().Bytes(1, name).Bytes(2, value));
  }
  return series;
}
inline Message ExemplarV1(const Pairs& labels, double v, int64_t t) {
  return SeriesV1(labels).Double(2, v).Varint(3, static_cast<uint64_t>(t));
}

// ---- protocol 2.0
class Symbols {
 public:
  Symbols() { Of(""); }
  uint64_t Of(const std::string& text) {
    auto [found, inserted] = known_.try_emplace(text, known_.size());
    if (inserted) list_.push_back(text);
    return found->second;
  }
  std::string References(const Pairs& labels) {
    std::vector<uint64_t> references;
    for (const auto& [name, value] : labels) {
      references.push_back(Of(name));
      references.push_back(Of(value));
    }
    return PackedVarints(references);
  }
  size_t size() const { return list_.size(); }
  // The whole request: the symbols, then the series.
  Message Request(const std::vector<Message>& series) const {
    Message request;
    for (const std::string& text : list_) request.Bytes(4, text);
    for (const Message& one : series) request.Add(5, one);
    return request;
  }

 private:
  std::map<std::string, uint64_t> known_;
  std::vector<std::string> list_;
};

}  // namespace watchfire::remote::testing
