#include "tool/block_import.h"

#include <algorithm>
#include <numeric>
#include <thread>

#include "base/hash_map.h"
#include "storage/appender.h"
#include "tsdb/block/block.h"
#include "tsdb/block/block_writer.h"

namespace watchfire::tool {
namespace {

constexpr int64_t kSmallestBlockMs = 2 * 3600 * 1000;

constexpr size_t kBatch = 1024;  // series
// The caller works, too. More would only hold more half-made blocks in memory.
constexpr size_t kMostWorkers = 7;

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

BlockImport::BlockImport(std::string directory, int64_t range_ms)
    : directory_(std::move(directory)),
      range_ms_(range_ms),
      workers_("import",
               std::clamp<size_t>(std::thread::hardware_concurrency(), 2, kMostWorkers + 1) - 1) {}

BlockImport::~BlockImport() {
  if (!staging_.empty()) (void)FileSystem::Local()->RemoveRecursively(staging_);
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

// Sorts the samples of all series and finds the ranges that have some.
Result<void> BlockImport::SortAll(const std::vector<uint32_t>& order, std::set<TimeMs>* ranges) {
  struct Part {
    std::set<TimeMs> ranges;
    Result<void> sorted;
  };
  std::vector<Part> parts((order.size() + kBatch - 1) / kBatch);
  workers_.ParallelFor(parts.size(), [&](size_t p) {
    size_t end = std::min(order.size(), (p + 1) * kBatch);
    for (size_t i = p * kBatch; i < end && parts[p].sorted; ++i) {
      parts[p].sorted = SortSamples(&series_[order[i]]);
      TimeMs known_until = kMinTime;
      for (const model::Sample& sample : series_[order[i]].samples) {
        if (sample.t < known_until) continue;
        TimeMs start = RangeStart(sample.t, range_ms_);
        parts[p].ranges.insert(start);
        known_until = start + range_ms_;
      }
    }
  });
  for (Part& part : parts) {
    TRY(std::move(part.sorted));
    ranges->merge(part.ranges);
  }
  return {};
}

std::vector<BlockImport::Slice> BlockImport::SlicesOf(const std::vector<uint32_t>& order,
                                                      TimeMs mint, TimeMs maxt) const {
  std::vector<Slice> slices;
  for (uint32_t id : order) {
    const std::vector<model::Sample>& all = series_[id].samples;
    auto from = std::lower_bound(all.begin(), all.end(), model::Sample{mint, 0}, ByTime);
    auto to = std::lower_bound(from, all.end(), model::Sample{maxt, 0}, ByTime);
    if (from != to) slices.push_back({&series_[id].labels, {from, to}});
  }
  return slices;
}

Result<SizedMeta> BlockImport::WriteBlock(const std::vector<uint32_t>& order, TimeMs mint,
                                          TimeMs maxt) {
  std::vector<Slice> slices = SlicesOf(order, mint, maxt);
  HashSet<std::string_view, StringHash, StringEqual> symbols;
  block::BlockMeta meta;
  meta.mint = kMaxTime;
  meta.maxt = kMinTime;
  for (const Slice& slice : slices) {
    meta.mint = std::min(meta.mint, slice.samples.front().t);
    meta.maxt = std::max(meta.maxt, slice.samples.back().t + 1);
    for (const model::LabelView& label : *slice.labels) {
      symbols.insert(label.name);
      symbols.insert(label.value);
    }
  }
  meta.ulid = block::Ulid::New(Clock::System()->Now());
  meta.sources = {meta.ulid};
  block::BlockWriterOptions options;
  options.fs = FileSystem::Local();
  options.parent = staging_;
  std::vector<std::string_view> texts(symbols.begin(), symbols.end());
  std::sort(texts.begin(), texts.end());
  auto writer = TRY(block::BlockWriter::Create(options, meta, texts));
  std::vector<chunk::ChunkView> views;
  for (size_t done = 0; done < slices.size();) {
    std::span<const Slice> batch =
        std::span(slices).subspan(done, std::min(kBatch, slices.size() - done));
    std::vector<std::vector<chunk::OwnedChunk>> chunks = Encode(batch);
    for (size_t i = 0; i < batch.size(); ++i) {
      views.clear();
      for (const chunk::OwnedChunk& one : chunks[i]) views.push_back(one.view());
      TRY(writer->Add(*batch[i].labels, views));
    }
    done += batch.size();
  }
  block::BlockMeta done = TRY(writer->Finish());
  auto opened = TRY(block::Block::Open(*options.fs, JoinPath(staging_, done.ulid.ToString())));
  return SizedMeta{done, opened->size_bytes()};
}

std::vector<std::vector<chunk::OwnedChunk>> BlockImport::Encode(std::span<const Slice> batch) {
  constexpr size_t kAtOnce = 64;
  std::vector<std::vector<chunk::OwnedChunk>> chunks(batch.size());
  workers_.ParallelFor((batch.size() + kAtOnce - 1) / kAtOnce, [&](size_t part) {
    std::vector<TimeMs> times;
    std::vector<double> values;
    size_t end = std::min(batch.size(), (part + 1) * kAtOnce);
    for (size_t i = part * kAtOnce; i < end; ++i) {
      times.clear();
      values.clear();
      for (const model::Sample& sample : batch[i].samples) {
        times.push_back(sample.t);
        values.push_back(sample.v);
      }
      chunk::EncodeFloats(times, values, chunk::kFullLimits, chunk::Encoding::kXor, &chunks[i]);
    }
  });
  return chunks;
}

Result<void> BlockImport::Write() {
  std::vector<uint32_t> order;
  MergeEqualLabels(&order);
  std::set<TimeMs> ranges;
  TRY(SortAll(order, &ranges));
  if (ranges.empty()) return {};
  if (staging_.empty()) {
    std::string name = block::Ulid::New(Clock::System()->Now()).ToString();
    staging_ = JoinPath(directory_, name.append(block::kCreationSuffix));
    TRY(FileSystem::Local()->CreateDirectories(staging_));
  }
  std::vector<TimeMs> starts(ranges.begin(), ranges.end());
  std::vector<Result<SizedMeta>> written(starts.size(), SizedMeta{});
  workers_.ParallelFor(starts.size(), [&](size_t i) {
    written[i] = WriteBlock(order, starts[i], starts[i] + range_ms_);
  });
  for (Result<SizedMeta>& one : written) staged_.push_back(TRY(std::move(one)));
  ForgetSamples();
  return {};
}

Result<void> BlockImport::Publish(std::vector<SizedMeta>* made) {
  FileSystem& fs = *FileSystem::Local();
  for (const SizedMeta& one : staged_) {
    std::string name = one.meta.ulid.ToString();
    TRY(fs.Rename(JoinPath(staging_, name), JoinPath(directory_, name)));
    made->push_back(one);
  }
  staged_.clear();
  if (staging_.empty()) return {};
  TRY(fs.RemoveRecursively(std::exchange(staging_, {})));
  return fs.SyncDirectory(directory_);
}

}  // namespace watchfire::tool
