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
  BlockMeta Write(chunk::ChunkSource& source, TimeMs mint = 0, TimeMs maxt = kMaxTime) {
    BlockMeta meta;
    meta.ulid = block::Ulid::New(mint);
    meta.mint = mint;
    meta.maxt = maxt;
    meta.sources = {meta.ulid};
    auto symbols = *source.Symbols();
    block::BlockWriterOptions options;
    options.fs = FileSystem::Local();
    options.parent = directory.path();
    auto writer = block::BlockWriter::Create(options, meta, symbols).value();
    auto set = source.Series().value();
    while (set->Next()) writer->Add(set->labels(), set->chunks()).value();
    return *writer->Finish();
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
    FleetSource source(static_cast<size_t>(state.range(0)), i * kRange, limits);
    BlockMeta meta = bench.Write(source, i * kRange, (i + 1) * kRange);
    std::string path = bench.directory.path() + "/" + meta.ulid.ToString();
    blocks.push_back(*Block::Open(*FileSystem::Local(), path));
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

// ---- what real exporters gave: three exporters' pages as captured (WATCHFIRE_DATA names the
// folder with capture.tar.zst, ../shared/data by default); skipped without it

using Series = std::map<std::string, std::pair<std::vector<TimeMs>, std::vector<double>>>;

Series Captured(const std::string& scratch) {
  namespace fs = std::filesystem;
  const char* set = std::getenv("WATCHFIRE_DATA");
  std::string archive = std::string(set != nullptr ? set : "../shared/data") + "/capture.tar.zst";
  Series series;
  std::string command = "zstd -dc --long=27 '" + archive + "' | tar x -C '" + scratch + "'";
  if (!fs::exists(archive) || std::system(command.c_str()) != 0) return series;
  for (const char* exporter : {"prometheus", "node_exporter", "victoriametrics"}) {
    std::map<TimeMs, fs::path> pages;
    for (const auto& page : fs::directory_iterator(scratch + "/" + exporter)) {
      pages[std::stoll(page.path().filename())] = page.path();
    }
    for (const auto& [t, path] : pages) {
      std::ifstream page(path);
      for (std::string line; std::getline(page, line);) {
        size_t space = line.rfind(' ');
        if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
        auto& [times, values] = series[exporter + (" " + line.substr(0, space))];
        times.push_back(t);
        values.push_back(std::strtod(line.c_str() + space, nullptr));
      }
    }
  }
  return series;
}

// Argument 0: chunks as Prometheus makes them, 1: full ones. Timestamps as scraped or, with the
// second argument, to the second.
void BM_WriteCaptured(benchmark::State& state) {
  Bench bench;
  Directory scratch;
  Series series = Captured(scratch.path());
  if (series.empty()) {
    state.SkipWithError("no captured data");
    return;
  }
  testing::FakeSource source;
  for (auto& [name, columns] : series) {
    if (state.range(1) == 1) {
      for (TimeMs& t : columns.first) t -= t % 1000;
    }
    auto& chunks = source.series[Labels::Of({{"__name__", name}})];
    chunk::EncodeFloats(columns.first, columns.second,
                        state.range(0) == 1 ? chunk::kFullLimits : chunk::kUpstreamLimits,
                        chunk::Encoding::kXor, &chunks);
  }
  BlockMeta meta;
  MemoryWatch memory;
  for (auto _ : state) meta = bench.Write(source);
  Report(state, bench.directory, meta, memory);
}
BENCHMARK(BM_WriteCaptured)->ArgsProduct({{0, 1}, {0, 1}})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::compact
