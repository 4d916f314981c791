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
  Ref first = refs.empty() ? 0 : refs[0];
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

}  // namespace watchfire::wal
