#include "tsdb/compact/series_chunks.h"

#include <algorithm>

#include "tsdb/chunk/xor_join.h"

namespace watchfire::compact {
namespace {

using block::Intervals;
using chunk::ChunkView;
using chunk::Encoding;
using chunk::HistogramPoint;

// The two bits of a histogram chunk's header that tell of counter resets.
enum ResetFlag : uint8_t { kUnknownReset = 0, kNoReset = 1, kReset = 2, kGauge = 3 };
constexpr int kResetFlagShift = 6;

// Chunks of about this size come from Prometheus' head and have windows that can be chosen better,
// which saves 5–15 %; larger ones have been through our hands.
constexpr uint64_t kPrometheusSamples = 150;

bool HasStarts(Encoding encoding) {
  return encoding == Encoding::kXor2 || encoding == Encoding::kHistogramSt ||
         encoding == Encoding::kFloatHistogramSt;
}

size_t ResetFlagByte(Encoding encoding) {
  return HasStarts(encoding) ? 0 : 2;
}

ResetFlag ResetFlagOf(const ChunkView& chunk) {
  size_t at = ResetFlagByte(chunk.encoding);
  if (chunk.data.size() <= at) return kUnknownReset;
  return static_cast<ResetFlag>(static_cast<uint8_t>(chunk.data[at]) >> kResetFlagShift);
}

// The chunk has a header.
void SetResetFlag(chunk::OwnedChunk* chunk, ResetFlag flag) {
  char& header = chunk->data[ResetFlagByte(chunk->encoding)];
  header = static_cast<char>((header & ((1 << kResetFlagShift) - 1)) | (flag << kResetFlagShift));
}

model::HistogramLayout& LayoutOf(HistogramPoint& point) {
  if (point.is_float) return point.floating;
  return point.integer;
}

// The sample before this one is not the one that the hint was about.
void ForgetHint(HistogramPoint& point) {
  model::CounterReset& hint = LayoutOf(point).reset_hint;
  if (hint != model::CounterReset::kGauge) hint = model::CounterReset::kUnknown;
}

bool SameChunk(const ChunkView& a, const ChunkView& b) {
  return a.mint == b.mint && a.maxt == b.maxt && a.encoding == b.encoding && a.data == b.data;
}

bool Overlaps(const Intervals& intervals, const ChunkView& chunk) {
  return std::any_of(intervals.begin(), intervals.end(), [&](const block::Interval& interval) {
    return interval.mint <= chunk.maxt && interval.maxt >= chunk.mint;
  });
}

}  // namespace

void SeriesChunks::Reset() {
  num_sources_ = 0;
  pieces_.clear();
  sorted_ = true;
  pending_.clear();
  previous_.reset();
  any_previous_ = false;
  owned_.clear();
  result_.clear();
}

void SeriesChunks::Add(std::span<const ChunkView> chunks, const Intervals* deleted) {
  uint32_t source = num_sources_++;
  for (size_t i = 0; i < chunks.size(); ++i) {
    const ChunkView& chunk = chunks[i];
    if (chunk.maxt < options_.mint || chunk.mint >= options_.maxt) continue;
    Piece piece;
    piece.chunk = chunk;
    piece.origin = {source, static_cast<uint32_t>(i), i + 1 == chunks.size()};
    piece.clipped = chunk.mint < options_.mint || chunk.maxt >= options_.maxt;
    if (deleted != nullptr && Overlaps(*deleted, chunk)) {
      if (block::IsCovered(chunk.mint, chunk.maxt, *deleted)) continue;
      piece.deleted = deleted;
    }
    sorted_ = sorted_ && (pieces_.empty() || pieces_.back().chunk.mint < chunk.mint);
    pieces_.push_back(piece);
  }
}

Result<std::span<const ChunkView>> SeriesChunks::Finish() {
  if (!sorted_) {
    std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
      if (a.chunk.mint != b.chunk.mint) return a.chunk.mint < b.chunk.mint;
      return a.origin.source < b.origin.source;
    });
  }
  for (size_t i = 0; i < pieces_.size();) {
    size_t end = i + 1;
    TimeMs maxt = pieces_[i].chunk.maxt;
    while (end < pieces_.size() && pieces_[end].chunk.mint <= maxt) {
      maxt = std::max(maxt, pieces_[end++].chunk.maxt);
    }
    TRY(AddGroup(std::span(pieces_).subspan(i, end - i)));
    i = end;
  }
  TRY(FlushPending());
  return std::span<const ChunkView>(result_);
}

// Pieces whose ranges hang together.
Result<void> SeriesChunks::AddGroup(std::span<Piece> group) {
  size_t kept = 0;
  for (const Piece& piece : group) {
    bool again = piece.untouched() &&
                 std::any_of(group.begin(), group.begin() + static_cast<ptrdiff_t>(kept),
                             [&](const Piece& other) {
                               return other.untouched() && SameChunk(other.chunk, piece.chunk);
                             });
    if (!again) group[kept++] = piece;
  }
  group = group.first(kept);
  if (group.size() > 1) return MergeGroup(group);
  if (group[0].untouched()) return Push(AsItCame(group[0]));
  Part part = TRY(Decode(group[0]));
  return part.num_samples == 0 ? Result<void>() : Push(std::move(part));
}

Encoding SeriesChunks::TargetOf(Encoding encoding) const {
  // Start timestamps that are there stay.
  return encoding == Encoding::kXor ? options_.float_encoding : encoding;
}

SeriesChunks::Part SeriesChunks::AsItCame(const Piece& piece) const {
  Part part;
  part.is_float = chunk::HoldsFloats(piece.chunk.encoding);
  part.chunk = piece.chunk;
  part.encoding = TargetOf(piece.chunk.encoding);
  part.num_samples = chunk::SampleCount(piece.chunk);
  part.num_bytes = piece.chunk.data.size();
  if (!part.is_float) part.reset_flag = ResetFlagOf(piece.chunk);
  part.first = piece.origin;
  part.last = piece.origin;
  return part;
}

// The samples that are neither deleted nor out of range; perhaps none.
Result<SeriesChunks::Part> SeriesChunks::Decode(const Piece& piece) const {
  Part part = AsItCame(piece);
  part.decoded = true;
  TimeMs mint = std::max(options_.mint, piece.chunk.mint);
  TimeMs maxt = std::min(options_.maxt - 1, piece.chunk.maxt);
  auto is_deleted = [&](TimeMs t) {
    return piece.deleted != nullptr && block::IsCovered(t, *piece.deleted);
  };
  if (part.is_float) {
    Floats& floats = part.floats;
    TRY(chunk::DecodeFloats(piece.chunk, mint, maxt, &floats.times, &floats.values,
                            &floats.starts));
    size_t kept = 0;
    for (size_t i = 0; i < floats.times.size(); ++i) {
      if (is_deleted(floats.times[i])) continue;
      floats.times[kept] = floats.times[i];
      floats.values[kept] = floats.values[i];
      floats.starts[kept++] = floats.starts[i];
    }
    floats.times.resize(kept);
    floats.values.resize(kept);
    floats.starts.resize(kept);
    part.num_samples = kept;
  } else {
    TRY(chunk::DecodeHistograms(piece.chunk, mint, maxt, &part.points));
    std::erase_if(part.points, [&](const HistogramPoint& point) { return is_deleted(point.t); });
    part.num_samples = part.points.size();
    bool whole = !part.points.empty() && part.points[0].t == piece.chunk.mint;
    if (!whole && part.reset_flag != kGauge) part.reset_flag = kUnknownReset;
  }
  if (!piece.untouched()) {
    part.first.reset();
    part.last.reset();
  }
  return part;
}

// Decodes the pieces of an overlap and pushes their samples in order of time as parts of one kind
// each.
Result<void> SeriesChunks::MergeGroup(std::span<const Piece> group) {
  std::vector<Part> parts;
  std::vector<SampleView> samples;
  Encoding encoding = options_.float_encoding;
  for (const Piece& piece : group) {
    Part& part = parts.emplace_back(TRY(Decode(piece)));
    if (part.encoding == Encoding::kXor2) encoding = Encoding::kXor2;
    for (size_t i = 0; i < part.num_samples; ++i) {
      samples.push_back({part.is_float ? part.floats.times[i] : part.points[i].t,
                         piece.origin.source, static_cast<uint32_t>(parts.size() - 1),
                         static_cast<uint32_t>(i)});
    }
  }
  std::sort(samples.begin(), samples.end(), [](const SampleView& a, const SampleView& b) {
    return a.t != b.t ? a.t < b.t : a.source < b.source;
  });
  Part merged;
  const SampleView* last = nullptr;
  for (const SampleView& sample : samples) {
    if (last != nullptr && sample.t == last->t) continue;
    Part& from = parts[sample.piece];
    if (merged.num_samples > 0 && merged.is_float != from.is_float) {
      TRY(Push(std::exchange(merged, Part())));
    }
    merged.is_float = from.is_float;
    merged.decoded = true;
    ++merged.num_samples;
    if (from.is_float) {
      merged.encoding = encoding;
      merged.floats.times.push_back(sample.t);
      merged.floats.values.push_back(from.floats.values[sample.index]);
      merged.floats.starts.push_back(from.floats.starts[sample.index]);
    } else {
      if (merged.num_samples == 1 || HasStarts(from.encoding)) merged.encoding = from.encoding;
      HistogramPoint& point = from.points[sample.index];
      bool follows =
          last != nullptr && last->piece == sample.piece && last->index + 1 == sample.index;
      if (!follows) ForgetHint(point);
      merged.points.push_back(std::move(point));
    }
    last = &sample;
  }
  return merged.num_samples == 0 ? Result<void>() : Push(std::move(merged));
}

// A hint at a counter reset, or at none, is about the chunk that went before when the hint was
// made; with another one before it, nothing is known.
void SeriesChunks::MendResetHint(Part* part) {
  bool stays = !any_previous_;
  if (part->first && previous_) {
    stays = part->first->source == previous_->source
                ? part->first->number == previous_->number + 1
                : part->first->number == 0 && previous_->is_last;
  }
  if (stays || part->is_float) return;
  if (part->reset_flag == kUnknownReset || part->reset_flag == kGauge) return;
  part->reset_flag = kUnknownReset;
  if (part->decoded) return;
  chunk::OwnedChunk mended{part->chunk.mint, part->chunk.maxt, part->chunk.encoding,
                           std::string(part->chunk.data)};
  SetResetFlag(&mended, kUnknownReset);
  part->chunk = owned_.emplace_back(std::move(mended)).view();
}

bool SeriesChunks::IsFull(const Part& part) const {
  return part.num_samples * 2 >= options_.limits.max_samples ||
         part.num_bytes * 2 >= options_.limits.max_bytes;
}

bool SeriesChunks::MayJoin(const Part& part) const {
  const Part& last = pending_.back();
  if (part.is_float != last.is_float || part.encoding != last.encoding) return false;
  if (!part.is_float && part.reset_flag != kNoReset && part.reset_flag != kGauge) return false;
  uint64_t samples = part.num_samples;
  size_t bytes = part.num_bytes;
  for (const Part& other : pending_) {
    samples += other.num_samples;
    bytes += other.num_bytes;
  }
  return samples <= options_.limits.max_samples && bytes <= options_.limits.max_bytes;
}

Result<void> SeriesChunks::Push(Part part) {
  MendResetHint(&part);
  any_previous_ = true;
  previous_ = part.last;
  bool alone = !options_.fill_chunks || IsFull(part);
  if (!pending_.empty() && (alone || !MayJoin(part))) TRY(FlushPending());
  pending_.push_back(std::move(part));
  return alone ? FlushPending() : Result<void>();
}

Result<void> SeriesChunks::FlushPending() {
  if (pending_.empty()) return {};
  if (pending_.size() == 1 && !pending_[0].decoded) {
    result_.push_back(pending_[0].chunk);
  } else if (pending_[0].is_float) {
    TRY(EncodePendingFloats());
  } else {
    TRY(EncodePendingHistograms());
  }
  pending_.clear();
  return {};
}

void SeriesChunks::Emit(std::vector<chunk::OwnedChunk> chunks) {
  for (chunk::OwnedChunk& chunk : chunks) {
    result_.push_back(owned_.emplace_back(std::move(chunk)).view());
  }
}

// Joins what is pending without encoding it again, where that can be and is not worth it.
bool SeriesChunks::JoinPending() {
  uint64_t samples = 0;
  for (const Part& part : pending_) samples += part.num_samples;
  if (samples <= pending_.size() * kPrometheusSamples) return false;
  std::vector<ChunkView> chunks;
  for (const Part& part : pending_) {
    bool joinable =
        !part.decoded && part.encoding == Encoding::kXor && part.chunk.encoding == Encoding::kXor;
    if (!joinable) return false;
    chunks.push_back(part.chunk);
  }
  Result<chunk::OwnedChunk> joined = chunk::JoinXor(chunks);
  if (!joined) return false;  // whoever decodes it will tell why
  result_.push_back(owned_.emplace_back(std::move(*joined)).view());
  return true;
}

Result<void> SeriesChunks::EncodePendingFloats() {
  if (JoinPending()) return {};
  floats_.times.clear();
  floats_.values.clear();
  floats_.starts.clear();
  bool keep_starts = HasStarts(pending_[0].encoding);
  for (Part& part : pending_) {
    if (part.decoded) {
      floats_.times.insert(floats_.times.end(), part.floats.times.begin(), part.floats.times.end());
      floats_.values.insert(floats_.values.end(), part.floats.values.begin(),
                            part.floats.values.end());
      floats_.starts.insert(floats_.starts.end(), part.floats.starts.begin(),
                            part.floats.starts.end());
    } else {
      TRY(chunk::DecodeFloats(part.chunk, kMinTime, kMaxTime, &floats_.times, &floats_.values,
                              keep_starts ? &floats_.starts : nullptr));
    }
  }
  std::vector<chunk::OwnedChunk> chunks;
  chunk::EncodeFloats(
      floats_.times, floats_.values, options_.limits, pending_[0].encoding, &chunks,
      keep_starts ? std::span<const TimeMs>(floats_.starts) : std::span<const TimeMs>());
  Emit(std::move(chunks));
  return {};
}

Result<void> SeriesChunks::EncodePendingHistograms() {
  std::vector<HistogramPoint> points;
  bool must_encode = false;
  for (Part& part : pending_) {
    must_encode = must_encode || part.decoded;
    if (part.decoded) {
      std::move(part.points.begin(), part.points.end(), std::back_inserter(points));
    } else {
      TRY(chunk::DecodeHistograms(part.chunk, kMinTime, kMaxTime, &points));
    }
  }
  std::vector<chunk::OwnedChunk> chunks;
  chunk::EncodeHistograms(points, HasStarts(pending_[0].encoding), &chunks, options_.limits);
  // The encoder does not know what goes before.
  if (ResetFlagOf(chunks[0].view()) == kUnknownReset) {
    SetResetFlag(&chunks[0], static_cast<ResetFlag>(pending_[0].reset_flag));
  }
  if (must_encode || chunks.size() < pending_.size()) {
    Emit(std::move(chunks));
  } else {
    // Resets or new layouts keep them apart.
    for (const Part& part : pending_) result_.push_back(part.chunk);
  }
  return {};
}

}  // namespace watchfire::compact
