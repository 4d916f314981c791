#include "tsdb/wal/sample_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace watchfire::wal {
namespace {

// Below this, order does not matter.
constexpr size_t kMinToOrder = 16;

// Differences of one, two and three bytes begin here (zig-zag doubles them).
constexpr uint64_t kTwoBytes = 64;
constexpr uint64_t kThreeBytes = 8192;

bool Ascending(std::span<const Ref> refs) {
  bool ascending = true;
  for (size_t i = 1; i < refs.size(); ++i) ascending &= refs[i - 1] < refs[i];
  return ascending;
}

// Scratch memory of a thread; a few bytes a sample of the largest row.
struct Scratch {
  std::vector<uint32_t> order;
  std::vector<uint32_t> half_sorted;
  std::vector<uint64_t> seen;
};
Scratch& Local() {
  thread_local Scratch scratch;
  return scratch;
}

// True if no number appears twice; false also when finding out would take too much memory.
bool Distinct(std::span<const Ref> refs) {
  if (Ascending(refs)) return true;
  auto [least, greatest] = std::minmax_element(refs.begin(), refs.end());
  uint64_t range = *greatest - *least;
  if (range > refs.size() * 64 + 65536) return false;
  std::vector<uint64_t>& seen = Local().seen;
  seen.assign(range / 64 + 1, 0);
  uint64_t twice = 0;
  for (Ref ref : refs) {
    uint64_t& word = seen[(ref - *least) / 64];
    uint64_t bit = uint64_t{1} << ((ref - *least) % 64);
    twice |= word & bit;
    word |= bit;
  }
  return twice == 0;
}

// One stable pass of a radix sort.
template <size_t kBuckets, typename Key, typename Source>
void Distribute(size_t n, Key key, Source source, uint32_t* to) {
  std::array<uint32_t, kBuckets> start{};
  for (size_t i = 0; i < n; ++i) ++start[key(i)];
  uint32_t sum = 0;
  for (uint32_t& count : start) sum += std::exchange(count, sum);
  for (size_t i = 0; i < n; ++i) {
    uint32_t which = source(i);
    to[start[key(which)]++] = which;
  }
}

// By the number of trailing zero bits, then by sign and exponent: equal values come together,
// whole numbers of one size are neighbours, and fractions are apart from both.
std::span<const uint32_t> OrderByValue(std::span<const double> values) {
  Scratch& scratch = Local();
  size_t n = values.size();
  if (scratch.order.size() < n) {
    scratch.order.resize(n);
    scratch.half_sorted.resize(n);
  }
  auto low = [&](size_t i) { return std::bit_cast<uint64_t>(values[i]) >> 52 & 0xff; };
  auto high = [&](size_t i) {
    auto bits = std::bit_cast<uint64_t>(values[i]);
    auto zeros = static_cast<uint64_t>(std::countr_zero(bits | uint64_t{1} << 63));
    return zeros << 4 | bits >> 60;
  };
  uint32_t* half = scratch.half_sorted.data();
  Distribute<256>(
      n, low, [](size_t i) { return static_cast<uint32_t>(i); }, half);
  Distribute<1024>(
      n, high, [half](size_t i) { return half[i]; }, scratch.order.data());
  return std::span(scratch.order).first(n);
}

}  // namespace

Ref BaseRef(std::span<const Ref> refs) {
  Ref first = refs.empty() ? 0 : *std::min_element(refs.begin(), refs.end());
  uint64_t n = refs.size();
  uint64_t below = n <= kTwoBytes ? 0 : n <= kThreeBytes - kTwoBytes ? kTwoBytes : kThreeBytes;
  return first > below ? first - below : first;
}

RowOrder BestOrder(Compression compression) {
  return compression == Compression::kZstd ? RowOrder::kByValue : RowOrder::kAsGiven;
}

SamplesEncoder::SamplesEncoder(Ref base_ref, TimeMs base_t, ByteWriter* out)
    : base_ref_(base_ref), base_t_(base_t), out_(out) {
  out_->U8(static_cast<uint8_t>(RecordType::kSamples));
  out_->Be64(base_ref);
  out_->Be64(static_cast<uint64_t>(base_t));
}

void SamplesEncoder::AddRow(std::span<const Ref> refs, TimeMs t, std::span<const double> values,
                            RowOrder wanted) {
  ByteWriter time;
  time.Varint(t - base_t_);
  std::string_view time_bytes = time.view();
  std::span<const uint32_t> order;
  if (wanted == RowOrder::kByValue && refs.size() >= kMinToOrder && Distinct(refs)) {
    order = OrderByValue(values);
  }
  constexpr size_t kPiece = 128;
  char buffer[kPiece * (2 * kMaxVarintBytes + sizeof(double))];
  size_t used = 0;
  for (size_t i = 0; i < refs.size(); ++i) {
    size_t which = order.empty() ? i : order[i];
    uint64_t delta = ZigZag(static_cast<int64_t>(refs[which] - base_ref_));
    while (delta >= 0x80) {
      buffer[used++] = static_cast<char>(delta | 0x80);
      delta >>= 7;
    }
    buffer[used++] = static_cast<char>(delta);
    std::memcpy(buffer + used, time_bytes.data(), time_bytes.size());
    used += time_bytes.size();
    uint64_t bits = __builtin_bswap64(std::bit_cast<uint64_t>(values[which]));
    std::memcpy(buffer + used, &bits, sizeof bits);
    used += sizeof bits;
    if (i % kPiece == kPiece - 1) {
      out_->Bytes({buffer, used});
      used = 0;
    }
  }
  out_->Bytes({buffer, used});
}

namespace {

// How far one sample of version 1 reaches at most.
constexpr size_t kMaxSampleBytes = 2 * kMaxVarintBytes + sizeof(double);

// A varint of one to three bytes, of which at least four are there; false: it is longer.
inline bool TakeShort(const uint8_t** at, uint64_t* out) {
  uint32_t four = 0;
  std::memcpy(&four, *at, sizeof four);
  if ((four & 0x80) == 0) {
    *out = four & 0x7f;
    *at += 1;
    return true;
  }
  if ((four & 0x8000) == 0) {
    *out = (four & 0x7f) | (four >> 1 & 0x3f80);
    *at += 2;
    return true;
  }
  if ((four & 0x800000) == 0) {
    *out = (four & 0x7f) | (four >> 1 & 0x3f80) | (four >> 2 & 0x1fc000);
    *at += 3;
    return true;
  }
  return false;
}

class ColumnsDecoder {
 public:
  ColumnsDecoder(std::string_view record, SampleColumns* out) : in_(record), out_(out) {}

  Result<void> Version1() {
    in_.U8();
    if (in_.empty()) return Finish();
    base_ref_ = in_.Be64();
    base_t_ = in_.Be64();
    size_t expected = in_.remaining() / (2 + sizeof(double)) + 1;
    out_->refs.resize(expected);
    out_->values.resize(expected);
    while (in_.ok() && !in_.empty()) {
      QuickSamples();
      if (in_.empty()) break;
      auto dref = static_cast<uint64_t>(in_.Varint());
      auto dt = static_cast<uint64_t>(in_.Varint());
      double v = in_.BeDouble();
      if (in_.ok()) Put(base_ref_ + dref, dt, v);
    }
    return Finish();
  }

  Result<void> Version2() {
    in_.U8();
    size_t expected = in_.remaining() / (3 + sizeof(double)) + 1;
    out_->refs.resize(expected);
    out_->values.resize(expected);
    uint64_t ref = 0;
    for (bool first = true; in_.ok() && !in_.empty(); first = false) {
      ref += static_cast<uint64_t>(in_.Varint());
      auto dt = static_cast<uint64_t>(in_.Varint());
      if (first) {
        base_t_ = dt;
        dt = 0;
      }
      if (first || in_.U8() == kExplicitStart) in_.Varint();
      double v = in_.BeDouble();
      if (in_.ok()) Put(ref, dt, v);
    }
    return Finish();
  }

 private:
  // As long as whole samples are sure to be there and have short numbers.
  void QuickSamples() {
    std::string_view rest = in_.Peek();
    const auto* at = reinterpret_cast<const uint8_t*>(rest.data());
    const uint8_t* stop = at + rest.size();
    Ref* refs = out_->refs.data();
    double* values = out_->values.data();
    const uint64_t base_ref = base_ref_;
    size_t n = size_;
    while (static_cast<size_t>(stop - at) >= kMaxSampleBytes) {
      const uint8_t* start = at;
      uint64_t dref = 0;
      uint64_t zigzag_dt = 0;
      if (!TakeShort(&at, &dref) || !TakeShort(&at, &zigzag_dt)) {
        at = start;
        break;
      }
      auto dt = static_cast<uint64_t>(UnZigZag(zigzag_dt));
      if (dt != stretch_dt_) [[unlikely]] {
        size_ = n;
        SetTime(dt);
      }
      uint64_t bits = 0;
      std::memcpy(&bits, at, sizeof bits);
      at += sizeof bits;
      refs[n] = base_ref + static_cast<uint64_t>(UnZigZag(dref));
      values[n++] = std::bit_cast<double>(__builtin_bswap64(bits));
    }
    size_ = n;
    in_.Bytes(rest.size() - static_cast<size_t>(stop - at));
  }
  void Put(Ref ref, uint64_t dt, double v) {
    SetTime(dt);
    out_->refs[size_] = ref;
    out_->values[size_++] = v;
  }
  void SetTime(uint64_t dt) {
    if (dt == stretch_dt_) return;
    if (size_ > 0) EndStretch();
    stretch_dt_ = dt;
  }
  // Differences wrap around, as upstream's arithmetic does.
  void EndStretch() {
    out_->stretches.push_back({static_cast<TimeMs>(base_t_ + stretch_dt_), size_});
  }
  Result<void> Finish() {
    if (!in_.ok()) return Error::Corrupt("decode samples record: invalid size");
    if (size_ > 0) EndStretch();
    out_->refs.resize(size_);
    out_->values.resize(size_);
    return {};
  }

  ByteReader in_;
  SampleColumns* out_;
  uint64_t base_ref_ = 0;
  uint64_t base_t_ = 0;
  uint64_t stretch_dt_ = 0;
  size_t size_ = 0;
};

}  // namespace

Result<void> DecodeSampleColumns(std::string_view record, SampleColumns* out) {
  out->stretches.clear();
  ColumnsDecoder decoder(record, out);
  return TypeOf(record) == RecordType::kSamplesV2 ? decoder.Version2() : decoder.Version1();
}

Result<void> DecodeSamples(std::string_view record, std::vector<SampleRecord>* out) {
  SampleColumns columns;
  out->clear();
  TRY(DecodeSampleColumns(record, &columns));
  out->reserve(columns.refs.size());
  size_t i = 0;
  for (const SampleColumns::Stretch& stretch : columns.stretches) {
    for (; i < stretch.end; ++i) out->push_back({columns.refs[i], stretch.t, columns.values[i]});
  }
  return {};
}

}  // namespace watchfire::wal
