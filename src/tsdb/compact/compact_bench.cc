// Writing and merging blocks on the machine's temporary directory. Arguments are numbers of series
// with eight labels each; items are samples. `B/sample` is of chunk files, `index B/series` of the
// index, `extra MiB` how much the resident memory grew at its peak.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/log.h"
#include "tsdb/compact/compactor.h"
#include "tsdb/compact/testing_source.h"

namespace watchfire::compact {
namespace {

using block::Block;
using block::BlockMeta;
using model::Labels;

constexpr int kSamples = 480;
constexpr TimeMs kStep = 15'000;
constexpr TimeMs kRange = kSamples * kStep;
constexpr size_t kPerTarget = 1000;
constexpr size_t kShapes = 1000;

// Counters, gauges and constants as an idle fleet has them: 60 % never change.
std::vector<chunk::OwnedChunk> MakeChunks(TimeMs start, const chunk::ChunkLimits& limits,
                                          size_t shape) {
  std::mt19937_64 random(shape * 7919 + static_cast<uint64_t>(start));
  std::vector<TimeMs> times;
  std::vector<double> values;
  double v = static_cast<double>(random() % 100000);
  for (int i = 0; i < kSamples; ++i) {
    times.push_back(start + i * kStep);
    if (shape % 10 == 6 || shape % 10 == 7) v += static_cast<double>(random() % 100);
    if (shape % 10 == 8 && random() % 5 == 0) v += 1;
    if (shape % 10 == 9) v = std::round(std::sin(i * 0.01) * 1000) / 10;
    values.push_back(v);
  }
  std::vector<chunk::OwnedChunk> chunks;
  chunk::EncodeFloats(times, values, limits, chunk::Encoding::kXor, &chunks);
  return chunks;
}

// Many series whose chunks are those of a thousand.
class FleetSource final : public chunk::ChunkSource {
 public:
  FleetSource(size_t num_series, TimeMs start, const chunk::ChunkLimits& limits)
      : num_targets_(num_series / kPerTarget) {
    for (size_t i = 0; i < kShapes; ++i) chunks_.push_back(MakeChunks(start, limits, i));
    for (size_t i = 0; i < kPerTarget; ++i) {
      Add(fmt::format("some_metric_name_{:03}_total", i / 10));
      Add(fmt::format("dev{}", i % 10));
      Add(fmt::format("v{:03}", i % 500));
    }
    for (size_t i = 0; i < num_targets_; ++i) Add(Instance(i));
    for (const char* text : {"__name__", "device", "distinct", "instance", "job", "node", "mode",
                             "zone", "idle", "eu-1"}) {
      Add(text);
    }
  }
  Result<std::vector<std::string_view>> Symbols() override {
    return std::vector<std::string_view>(symbols_.begin(), symbols_.end());
  }
  Result<std::unique_ptr<chunk::ChunkSeriesSet>> Series() override {
    return std::unique_ptr<chunk::ChunkSeriesSet>(std::make_unique<Set>(this));
  }

 private:
  class Set final : public chunk::ChunkSeriesSet {
   public:
    explicit Set(FleetSource* source) : source_(source) {}
    bool Next() override {
      if (next_ == source_->num_targets_ * kPerTarget) return false;
      // Name and device first, as labels are sorted.
      size_t line = next_ / source_->num_targets_;
      std::string metric = fmt::format("some_metric_name_{:03}_total", line / 10);
      std::string device = fmt::format("dev{}", line % 10);
      std::string distinct = fmt::format("v{:03}", line % 500);
      std::string instance = Instance(next_ % source_->num_targets_);
      labels_ = Labels::Of({{"__name__", metric},
                            {"device", device},
                            {"distinct", distinct},
                            {"instance", instance},
                            {"job", "node"},
                            {"mode", "idle"},
                            {"zone", "eu-1"}});
      views_.clear();
      for (const auto& chunk : source_->chunks_[next_ * 31 % kShapes]) {
        views_.push_back(chunk.view());
      }
      ++next_;
      return true;
    }
    const Labels& labels() const override { return labels_; }
    std::span<const chunk::ChunkView> chunks() const override { return views_; }
    Result<void> status() const override { return {}; }

   private:
    FleetSource* source_;
    size_t next_ = 0;
    Labels labels_;
    std::vector<chunk::ChunkView> views_;
  };

  static std::string Instance(size_t i) { return fmt::format("host-{:06}:9100", i); }
  void Add(std::string text) { symbols_.insert(std::move(text)); }

  const size_t num_targets_;
  std::vector<std::vector<chunk::OwnedChunk>> chunks_;
  std::set<std::string> symbols_;
};

class Directory {
 public:
  Directory() : path_(std::filesystem::temp_directory_path() / "compact_bench_XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  uint64_t Size(const BlockMeta& meta, const std::string& below) const {
    uint64_t size = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             path_ + "/" + meta.ulid.ToString() + "/" + below)) {
      size += entry.file_size();
    }
    return size;
  }

 private:
  std::string path_;
};

double StatusMiB(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::stod(line.substr(key.size() + 1)) / 1024;
  }
  return 0;
}

// How far the resident memory rises above what it is now.
class MemoryWatch {
 public:
  MemoryWatch() {
    std::ofstream("/proc/self/clear_refs") << "5";
    before_ = StatusMiB("VmRSS:");
  }
  double ExtraMiB() const { return StatusMiB("VmHWM:") - before_; }

 private:
  double before_ = 0;
};

void Report(benchmark::State& state, const Directory& directory, const BlockMeta& meta,
            const MemoryWatch& memory) {
  auto samples = static_cast<double>(meta.stats.num_samples);
  auto index = std::filesystem::file_size(directory.path() + "/" + meta.ulid.ToString() + "/index");
  state.counters["B/sample"] = static_cast<double>(directory.Size(meta, "chunks")) / samples;
  state.counters["index B/series"] =
      static_cast<double>(index) / static_cast<double>(meta.stats.num_series);
  state.counters["extra MiB"] = memory.ExtraMiB();
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(meta.stats.num_samples));
}

struct Bench {
  Directory directory;
  client::Registry registry;
  std::string log;
  std::unique_ptr<Compactor> compactor;

  Bench() {
    CaptureLogs(&log);
    CompactorOptions options;
    options.directory = directory.path();
    compactor = std::make_unique<Compactor>(options, registry);
  }
  ~Bench() { CaptureLogs(nullptr); }
  // Chunks as they come from the source.
  std::shared_ptr<Block> Write(size_t num_series, int range, const chunk::ChunkLimits& limits) {
    FleetSource source(num_series, range * kRange, limits);
    BlockMeta meta;
    meta.ulid = block::Ulid::New(range);
    meta.mint = range * kRange;
    meta.maxt = (range + 1) * kRange;
    meta.sources = {meta.ulid};
    auto symbols = *source.Symbols();
    block::BlockWriterOptions options;
    options.fs = FileSystem::Local();
    options.parent = directory.path();
    auto writer = block::BlockWriter::Create(options, meta, symbols).value();
    auto set = source.Series().value();
    while (set->Next()) writer->Add(set->labels(), set->chunks()).value();
    writer->Finish().value();
    return *Block::Open(*options.fs, directory.path() + "/" + meta.ulid.ToString());
  }
};

// Everything but the encoding of chunks, which is the head's.
void BM_WriteBlock(benchmark::State& state) {
  Bench bench;
  auto num_series = static_cast<size_t>(state.range(0));
  FleetSource source(num_series, 0, chunk::kFullLimits);
  BlockMeta meta;
  MemoryWatch memory;
  for (auto _ : state) {
    meta = *bench.compactor->Write(source, {.mint = 0, .maxt = kRange}).value();
  }
  Report(state, bench.directory, meta, memory);
}
BENCHMARK(BM_WriteBlock)->Arg(100'000)->Unit(benchmark::kMillisecond)->Iterations(3);
// A million series is the size that budgets are made for; half a gigabyte of disk.
BENCHMARK(BM_WriteBlock)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

void Merge(benchmark::State& state, const chunk::ChunkLimits& limits) {
  Bench bench;
  std::vector<std::shared_ptr<Block>> blocks;
  for (int i = 0; i < 3; ++i) {
    blocks.push_back(bench.Write(static_cast<size_t>(state.range(0)), i, limits));
  }
  BlockMeta meta;
  MemoryWatch memory;
  for (auto _ : state) meta = *bench.compactor->Compact(blocks).value();
  Report(state, bench.directory, meta, memory);
}

void BM_MergeThreeOfOurs(benchmark::State& state) {
  Merge(state, chunk::kFullLimits);
}
BENCHMARK(BM_MergeThreeOfOurs)->Arg(100'000)->Unit(benchmark::kMillisecond)->Iterations(1);

void BM_MergeThreeOfPrometheus(benchmark::State& state) {
  Merge(state, chunk::kUpstreamLimits);
}
BENCHMARK(BM_MergeThreeOfPrometheus)->Arg(100'000)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace watchfire::compact
