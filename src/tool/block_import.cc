#include "tool/block_import.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "storage/appender.h"
#include "tsdb/block/block.h"
#include "tsdb/block/block_writer.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::tool {
namespace {

constexpr int64_t kSmallestBlockMs = 2 * 3600 * 1000;

bool ByTime(const model::Sample& a, const model::Sample& b) {
  return a.t < b.t;
}

}  // namespace

int64_t CompatibleBlockMs(int64_t max_ms) {
  int64_t range_ms = kSmallestBlockMs;
  while (range_ms * 3 <= max_ms) range_ms *= 3;
  return range_ms;
}

TimeMs RangeStart(TimeMs t, int64_t range_ms) {
  TimeMs behind = t % range_ms;
  return t - (behind < 0 ? behind + range_ms : behind);
}

size_t BlockImport::AddSeries(model::Labels labels) {
  series_.push_back({std::move(labels), {}});
  return series_.size() - 1;
}

void BlockImport::ForgetSamples() {
  for (Series& series : series_) std::vector<model::Sample>().swap(series.samples);
  num_samples_ = 0;
}

// Texts may differ and mean the same labels: such series become one.
void BlockImport::MergeEqualLabels(std::vector<uint32_t>* order) {
  order->resize(series_.size());
  std::iota(order->begin(), order->end(), 0U);
  std::sort(order->begin(), order->end(), [&](uint32_t a, uint32_t b) {
    int compared = model::Labels::Compare(series_[a].labels, series_[b].labels);
    return compared != 0 ? compared < 0 : a < b;
  });
  size_t kept = 0;
  for (size_t i = 0; i < order->size(); ++i) {
    Series& one = series_[(*order)[i]];
    if (kept > 0 && series_[(*order)[kept - 1]].labels == one.labels) {
      std::vector<model::Sample>& into = series_[(*order)[kept - 1]].samples;
      into.insert(into.end(), one.samples.begin(), one.samples.end());
      one.samples.clear();
      continue;
    }
    (*order)[kept++] = (*order)[i];
  }
  order->resize(kept);
}

Result<void> BlockImport::SortSamples(Series* series) {
  std::vector<model::Sample>& samples = series->samples;
  if (!std::is_sorted(samples.begin(), samples.end(), ByTime)) {
    std::stable_sort(samples.begin(), samples.end(), ByTime);
  }
  size_t kept = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (kept > 0 && samples[kept - 1].t == samples[i].t) {
      if (model::SameBits(samples[kept - 1].v, samples[i].v)) continue;
      return Error::Invalid(
          "add sample: series {}: {}", series->labels.ToString(),
          storage::DuplicateSampleText(samples[i].t, samples[kept - 1].v, samples[i].v));
    }
    samples[kept++] = samples[i];
  }
  samples.resize(kept);
  return {};
}

Result<void> BlockImport::WriteBlock(const std::vector<uint32_t>& order, TimeMs mint, TimeMs maxt,
                                     std::vector<SizedMeta>* made) {
  struct Slice {
    const Series* series;
    std::span<const model::Sample> samples;
  };
  std::vector<Slice> slices;
  std::set<std::string_view> symbols;
  TimeMs first = kMaxTime;
  TimeMs last = kMinTime;
  for (uint32_t id : order) {
    const std::vector<model::Sample>& all = series_[id].samples;
    auto from = std::lower_bound(all.begin(), all.end(), model::Sample{mint, 0}, ByTime);
    auto to = std::lower_bound(from, all.end(), model::Sample{maxt, 0}, ByTime);
    if (from == to) continue;
    slices.push_back({&series_[id], {from, to}});
    first = std::min(first, from->t);
    last = std::max(last, (to - 1)->t);
    for (const model::LabelView& label : series_[id].labels) {
      symbols.insert(label.name);
      symbols.insert(label.value);
    }
  }
  if (slices.empty()) return {};
  block::BlockMeta meta;
  meta.ulid = block::Ulid::New(Clock::System()->Now());
  meta.mint = first;
  meta.maxt = last + 1;
  meta.sources = {meta.ulid};
  block::BlockWriterOptions options;
  options.fs = FileSystem::Local();
  options.parent = directory_;
  std::vector<std::string_view> texts(symbols.begin(), symbols.end());
  auto writer = TRY(block::BlockWriter::Create(options, meta, texts));
  std::vector<TimeMs> times;
  std::vector<double> values;
  std::vector<chunk::OwnedChunk> chunks;
  std::vector<chunk::ChunkView> views;
  for (const Slice& slice : slices) {
    times.clear();
    values.clear();
    chunks.clear();
    views.clear();
    for (const model::Sample& sample : slice.samples) {
      times.push_back(sample.t);
      values.push_back(sample.v);
    }
    chunk::EncodeFloats(times, values, chunk::kFullLimits, chunk::Encoding::kXor, &chunks);
    for (const chunk::OwnedChunk& one : chunks) views.push_back(one.view());
    TRY(writer->Add(slice.series->labels, views));
  }
  block::BlockMeta done = TRY(writer->Finish());
  auto opened = TRY(block::Block::Open(*options.fs, JoinPath(directory_, done.ulid.ToString())));
  made->push_back({done, opened->size_bytes()});
  return {};
}

Result<void> BlockImport::Write(std::vector<SizedMeta>* made) {
  std::vector<uint32_t> order;
  MergeEqualLabels(&order);
  std::set<TimeMs> ranges;
  for (uint32_t id : order) {
    TRY(SortSamples(&series_[id]));
    TimeMs known_until = kMinTime;
    for (const model::Sample& sample : series_[id].samples) {
      if (sample.t < known_until) continue;
      TimeMs start = RangeStart(sample.t, range_ms_);
      ranges.insert(start);
      known_until = start + range_ms_;
    }
  }
  TRY(FileSystem::Local()->CreateDirectories(directory_));
  for (TimeMs start : ranges) TRY(WriteBlock(order, start, start + range_ms_, made));
  ForgetSamples();
  return {};
}

}  // namespace watchfire::tool
