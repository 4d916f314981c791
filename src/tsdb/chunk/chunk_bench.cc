// Float chunks: items are samples. "real": the series of three exporters' pages as captured
// (WATCHFIRE_DATA names the folder with capture.tar.zst, ../shared/data by default), without it a
// synthetic mix like them: 70 % of series never change, 17 % of samples do. All stamped every 15 s.
// Argument 0: Prometheus' limits, 1: full chunks with planned windows.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/chunk/xor_encoder.h"

namespace watchfire::chunk {
namespace {

constexpr TimeMs kStart = 1'700'000'000'000;
constexpr size_t kSamples = 454;

using Column = std::vector<double>;

void ReadPage(const std::filesystem::path& path, std::map<std::string, Column>* series) {
  std::ifstream page(path);
  std::string line;
  while (std::getline(page, line)) {
    size_t space = line.rfind(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    (*series)[line.substr(0, space)].push_back(std::strtod(line.c_str() + space, nullptr));
  }
}

std::vector<Column> Captured() {
  const char* set = std::getenv("WATCHFIRE_DATA");
  std::string archive = std::string(set != nullptr ? set : "../shared/data") + "/capture.tar.zst";
  std::vector<Column> columns;
  if (!std::filesystem::exists(archive)) return columns;
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("chunks-" + std::to_string(getpid()));
  std::filesystem::create_directories(directory);
  std::string command =
      "zstd -dc --long=27 '" + archive + "' | tar x -C '" + directory.string() + "'";
  if (std::system(command.c_str()) == 0) {
    for (const char* exporter : {"prometheus", "node_exporter", "victoriametrics"}) {
      std::vector<std::filesystem::path> pages;
      for (const auto& entry : std::filesystem::directory_iterator(directory / exporter)) {
        pages.push_back(entry.path());
      }
      std::sort(pages.begin(), pages.end());
      std::map<std::string, Column> series;
      for (const auto& page : pages) ReadPage(page, &series);
      for (auto& [name, column] : series) {
        if (column.size() < kSamples) continue;
        column.resize(kSamples);
        columns.push_back(std::move(column));
      }
    }
  }
  std::filesystem::remove_all(directory);
  return columns;
}

std::vector<Column> Invented() {
  std::mt19937_64 random(1);
  std::vector<Column> columns;
  for (size_t s = 0; s < 1700; ++s) {
    Column column;
    double v = static_cast<double>(random() % 1'000'000) / (s % 4 == 0 ? 1000 : 1);
    for (size_t i = 0; i < kSamples; ++i) {
      if (s % 10 >= 7 && random() % 100 < 57) v += static_cast<double>(random() % 1000) / 8;
      column.push_back(v);
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

const std::vector<Column>& Real() {
  static const std::vector<Column> columns = [] {
    std::vector<Column> captured = Captured();
    return captured.empty() ? Invented() : captured;
  }();
  return columns;
}

const std::vector<Column>& RandomDoubles() {
  static const std::vector<Column> columns = [] {
    std::mt19937_64 random(2);
    std::uniform_real_distribution<double> uniform;
    std::vector<Column> out(200, Column(kSamples));
    for (Column& column : out)
      std::generate(column.begin(), column.end(), [&] { return uniform(random); });
    return out;
  }();
  return columns;
}

const std::vector<Column>& Counters() {
  static const std::vector<Column> columns = [] {
    std::mt19937_64 random(3);
    std::vector<Column> out(200, Column(kSamples));
    for (Column& column : out) {
      double v = static_cast<double>(random() % 100'000);
      for (double& sample : column) sample = v += static_cast<double>(random() % 1000);
    }
    return out;
  }();
  return columns;
}

const std::vector<Column>& Constants() {
  static const std::vector<Column> columns(200, Column(kSamples, 42.0));
  return columns;
}

std::vector<TimeMs> Times() {
  std::vector<TimeMs> times;
  for (size_t i = 0; i < kSamples; ++i) times.push_back(kStart + static_cast<TimeMs>(i) * 15000);
  return times;
}

const ChunkLimits& Limits(const benchmark::State& state) {
  return state.range(0) == 0 ? kUpstreamLimits : kFullLimits;
}

std::vector<OwnedChunk> EncodeAll(const std::vector<Column>& columns, const ChunkLimits& limits,
                                  Encoding encoding) {
  std::vector<TimeMs> times = Times();
  std::vector<OwnedChunk> chunks;
  for (const Column& column : columns) EncodeFloats(times, column, limits, encoding, &chunks);
  return chunks;
}

void Count(benchmark::State& state, const std::vector<Column>& columns, size_t bytes) {
  auto samples = static_cast<double>(columns.size() * kSamples);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(samples));
  state.counters["bytes/sample"] = static_cast<double>(bytes) / samples;
}

using Source = const std::vector<Column>& (*)();

template <Source source, Encoding encoding>
void BM_Decode(benchmark::State& state) {
  std::vector<OwnedChunk> chunks = EncodeAll(source(), Limits(state), encoding);
  std::vector<TimeMs> times;
  std::vector<double> values;
  size_t bytes = 0;
  for (const OwnedChunk& chunk : chunks) bytes += chunk.data.size();
  for (auto unused : state) {
    for (const OwnedChunk& chunk : chunks) {
      if (times.size() >= kSamples) {
        times.clear();
        values.clear();
      }
      DecodeFloats(chunk.view(), INT64_MIN, INT64_MAX, &times, &values).value();
    }
    benchmark::DoNotOptimize(values.data());
  }
  Count(state, source(), bytes);
}

template <Source source, Encoding encoding>
void BM_Encode(benchmark::State& state) {
  std::vector<TimeMs> times = Times();
  std::vector<OwnedChunk> chunks;
  size_t bytes = 0;
  for (auto unused : state) {
    bytes = 0;
    for (const Column& column : source()) {
      chunks.clear();
      EncodeFloats(times, column, Limits(state), encoding, &chunks);
      for (const OwnedChunk& chunk : chunks) bytes += chunk.data.size();
    }
  }
  Count(state, source(), bytes);
}

template <Source source>
void BM_EncodeOneByOne(benchmark::State& state) {
  std::vector<TimeMs> times = Times();
  XorEncoder encoder;
  size_t bytes = 0;
  for (auto unused : state) {
    bytes = 0;
    for (const Column& column : source()) {
      for (size_t i = 0; i < kSamples; ++i) {
        if (encoder.count() == 120) bytes += encoder.Finish().data.size();
        encoder.Append(times[i], column[i]);
      }
      bytes += encoder.Finish().data.size();
    }
  }
  Count(state, source(), bytes);
}

template <Source source>
void BM_LastFloat(benchmark::State& state) {
  std::vector<OwnedChunk> chunks = EncodeAll(source(), Limits(state), Encoding::kXor);
  for (auto unused : state) {
    for (const OwnedChunk& chunk : chunks) {
      benchmark::DoNotOptimize(LastFloat(chunk.view(), INT64_MAX).value());
    }
  }
  Count(state, source(), 0);
}

BENCHMARK(BM_Decode<Real, Encoding::kXor>)->Name("xor_decode_real")->Arg(0)->Arg(1);
BENCHMARK(BM_Decode<RandomDoubles, Encoding::kXor>)->Name("xor_decode_random")->Arg(0)->Arg(1);
BENCHMARK(BM_Decode<Counters, Encoding::kXor>)->Name("xor_decode_counters")->Arg(0)->Arg(1);
BENCHMARK(BM_Decode<Constants, Encoding::kXor>)->Name("xor_decode_constants")->Arg(0)->Arg(1);
BENCHMARK(BM_Decode<Real, Encoding::kXor2>)->Name("xor2_decode_real")->Arg(0)->Arg(1);
BENCHMARK(BM_LastFloat<Real>)->Name("xor_last_real")->Arg(0)->Arg(1);
BENCHMARK(BM_Encode<Real, Encoding::kXor>)->Name("xor_encode_real")->Arg(0)->Arg(1);
BENCHMARK(BM_Encode<RandomDoubles, Encoding::kXor>)->Name("xor_encode_random")->Arg(0)->Arg(1);
BENCHMARK(BM_Encode<Counters, Encoding::kXor>)->Name("xor_encode_counters")->Arg(0)->Arg(1);
BENCHMARK(BM_Encode<Real, Encoding::kXor2>)->Name("xor2_encode_real")->Arg(0)->Arg(1);
BENCHMARK(BM_EncodeOneByOne<Real>)->Name("xor_encoder_real");

}  // namespace
}  // namespace watchfire::chunk
