#include "tsdb/chunk/change_decode.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "tsdb/chunk/bits.h"
#include "tsdb/chunk/change_stream.h"

namespace watchfire::chunk {
namespace {

// Peeks of the last event may look so far beyond it.
constexpr size_t kPadding = 32;
constexpr size_t kCacheLine = 64;

// The top `n` bits, n ≤ 64.
uint64_t TopBits(uint64_t word, uint32_t n) {
  return n == 0 ? 0 : word >> (64 - n);
}

uint32_t LeadingOnes(uint64_t word, uint32_t limit) {
  return std::min(static_cast<uint32_t>(std::countl_one(word)), limit);
}

// The decoder's state, as the encoder's.
class Events {
 public:
  Events(const uint8_t* flat, uint64_t end, const StreamHead& head)
      : in_{flat, 0},
        end_(end),
        index_(head.start),
        mode_(head.first_mode),
        value_(std::bit_cast<double>(head.first)),
        previous_(FirstPrevious(head.first, head.first_mode)) {}

  uint32_t index() const { return index_; }
  double value() const { return value_; }

  bool Next() {
    if (in_.position >= end_) return false;
    uint64_t word = in_.Peek();
    // The usual events come first: told by branches, they let the next peek begin before this one
    // is worked out.
    if (word >> 61 == 0b010) {  // no gap, known width or window
      ++index_;
      in_.position += 3 + width_;
      if (mode_ != kXor) {
        AddDelta(TopBits(word << 3, width_));
      } else {
        in_.position -= width_;
        AddXor();
      }
      return true;
    }
    if (word >> 62 == 0b00) {  // no gap, nothing new
      ++index_;
      in_.position += 2;
      Repeat();
      return true;
    }
    ReadOther(word);
    return true;
  }

 private:
  void ReadOther(uint64_t word) {
    static constexpr std::array<uint8_t, 5> kLength = {1, 5, 9, 14, 20};
    static constexpr std::array<uint16_t, 5> kBase = {0, 1, 9, 73, 0};
    static constexpr std::array<uint16_t, 5> kMask = {0, 7, 63, 1023, 65535};
    uint32_t size_class = LeadingOnes(word, 4);
    uint32_t length = kLength[size_class];
    index_ +=
        1U + kBase[size_class] + (static_cast<uint32_t>(word >> (64 - length)) & kMask[size_class]);
    word <<= length;
    in_.position += length;
    uint32_t kind = LeadingOnes(word, 3);
    if (kind == 3) {
      ReadEscape();
    } else if (kind == 0) {
      in_.position += 1;
      Repeat();
    } else if (mode_ == kXor) {
      if (kind == 2) {
        leading_ = static_cast<uint8_t>((word >> 56) & 31);
        width_ = static_cast<uint8_t>(((word >> 50) & 63) + 1);
      }
      in_.position += kind == 2 ? 14 : 2;
      AddXor();
    } else {
      if (kind == 2) width_ = static_cast<uint8_t>((word >> 55) & 63);
      in_.position += kind == 2 ? 9 : 2;
      uint64_t code = TopBits(in_.Peek(), width_);
      in_.position += width_;
      AddDelta(code);
    }
  }

  void AddDelta(uint64_t code) {
    delta_ = UnZigZag(code);
    previous_ += static_cast<uint64_t>(delta_);
    SetScaled();
  }
  void Repeat() {
    if (mode_ == kXor) {
      value_ = std::bit_cast<double>(previous_);
    } else {
      previous_ += static_cast<uint64_t>(delta_);
      SetScaled();
    }
  }
  void SetScaled() {
    value_ = static_cast<double>(static_cast<int64_t>(previous_));
    if (mode_ != 0) value_ /= kPowers[mode_];
  }
  void AddXor() {
    previous_ ^= TopBits(in_.Peek(), width_) << ((64U - leading_ - width_) & 63);
    in_.position += width_;
    value_ = std::bit_cast<double>(previous_);
  }

  void ReadEscape() {
    auto what = static_cast<Escape>((in_.Peek() >> 59) & 3);
    in_.position += 5;
    if (what == Escape::kStale) {
      value_ = std::bit_cast<double>(kStaleBits);
      return;
    }
    mode_ = kXor;
    if (what == Escape::kScale) {
      mode_ = static_cast<uint8_t>(in_.Peek() >> 60);
      in_.position += 4;
    }
    uint64_t bits = in_.Peek();
    in_.position += 64;
    delta_ = 0;
    width_ = 0;
    leading_ = 0;
    previous_ = FirstPrevious(bits, mode_);
    value_ = std::bit_cast<double>(bits);
  }

  RawBits in_;
  uint64_t end_;
  uint32_t index_;
  uint8_t mode_;
  uint8_t leading_ = 0;
  uint8_t width_ = 0;
  double value_;
  uint64_t previous_;
  int64_t delta_ = 0;
};

// Of known sizes, which spares the calls.
void Copy(const char* data, uint32_t size, uint8_t* out) {
  switch (size) {
    case kCellBytes[0]:
      std::memcpy(out, data, kCellBytes[0]);
      break;
    case kCellBytes[1]:
      std::memcpy(out, data, kCellBytes[1]);
      break;
    case kCellBytes[2]:
      std::memcpy(out, data, kCellBytes[2]);
      break;
    case kCellBytes[3]:
      std::memcpy(out, data, kCellBytes[3]);
      break;
    case kCellBytes[4]:
      std::memcpy(out, data, kCellBytes[4]);
      break;
    default:
      std::memcpy(out, data, kCellBytes[5]);
  }
}

// Writes in fours: what is too much is written over, or slack.
double* Fill(double* out, uint32_t count, double value) {
  for (uint32_t i = 0; i < count; i += ChangeDecoder::kSlack) {
    for (uint32_t k = 0; k < ChangeDecoder::kSlack; ++k) out[i + k] = value;
  }
  return out + count;
}

}  // namespace

// Takes the job's next cell; false when it was the last.
bool ChangeDecoder::FetchCell(size_t number) {
  Job& job = jobs_[number];
  std::vector<uint8_t>& flat = flat_[number];
  const Arena& arena = *job.arena;
  char* cell = arena.At(job.cell);
  uint32_t size = CellData(job.cells);
  if (flat.size() < job.bytes + size + kPadding) flat.resize(2 * (job.bytes + size + kPadding));
  Copy(DataOf(cell, job.cells), size, flat.data() + job.bytes);
  if (job.cell == HeadOf(arena, job.segment->stream).tail) return false;
  std::memcpy(&job.cell, LinkOf(cell, job.cells), sizeof job.cell);
  const char* next = arena.At(job.cell);
  __builtin_prefetch(next);
  __builtin_prefetch(next + kCacheLine);
  job.bytes += size;
  ++job.cells;
  return true;
}

void ChangeDecoder::FetchStreams() {
  std::array<uint8_t, kJobs> waiting;
  size_t left = 0;
  for (size_t i = 0; i < count_; ++i) {
    if (!NeedsStream(jobs_[i])) continue;
    jobs_[i].cell = jobs_[i].segment->stream;
    waiting[left++] = static_cast<uint8_t>(i);
  }
  while (left > 0) {
    size_t kept = 0;
    for (size_t i = 0; i < left; ++i) {
      waiting[kept] = waiting[i];
      kept += FetchCell(waiting[i]) ? 1 : 0;
    }
    left = kept;
  }
}

void ChangeDecoder::Decode(const Job& job, const uint8_t* flat) {
  uint32_t begin = job.begin;
  double* out = job.out;
  const StreamHead& head = HeadOf(*job.arena, job.segment->stream);
  Events events(flat, uint64_t{job.bytes} * 8 + head.tail_used, head);
  while (true) {
    double value = events.value();
    if (!events.Next() || events.index() >= job.end) {
      Fill(out, job.end - begin, value);
      return;
    }
    if (events.index() <= begin) continue;
    out = Fill(out, events.index() - begin, value);
    begin = events.index();
  }
}

void ChangeDecoder::Finish() {
  FetchStreams();
  for (size_t i = 0; i < count_; ++i) {
    const Job& job = jobs_[i];
    if (NeedsStream(job)) {
      Decode(job, flat_[i].data());
    } else {  // a constant's last event is its first sample
      Fill(job.out, job.end - job.begin, std::bit_cast<double>(job.segment->last_bits));
    }
  }
  count_ = 0;
}

}  // namespace watchfire::chunk
