#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tsdb/wal/sample_codec.h"
#include "tsdb/wal/writer.h"

namespace watchfire::wal {
namespace {

// The values of metric pages as they lie in $WATCHFIRE_PAGES (a directory); without it a page of
// constants, counters and fractions is made up.
std::vector<std::vector<double>> Pages() {
  std::vector<std::vector<double>> pages;
  if (const char* directory = std::getenv("WATCHFIRE_PAGES")) {
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      std::ifstream file(entry.path());
      std::vector<double> values;
      for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        size_t labels = line.rfind('}');
        size_t space = line.find(' ', labels == std::string::npos ? 0 : labels);
        values.push_back(std::strtod(line.c_str() + space + 1, nullptr));
      }
      pages.push_back(std::move(values));
    }
  } else {
    std::vector<double> values;
    for (size_t i = 0; i < 1000; ++i) {
      auto x = static_cast<double>(i * 2654435761 % 1'000'003);
      values.push_back(i % 3 == 0 ? 0 : i % 3 == 1 ? x : x / 997);
    }
    pages.push_back(std::move(values));
  }
  return pages;
}

// Encoding and compressing one scrape, as every commit does.
void BM_LogRow(benchmark::State& state) {
  auto compression = static_cast<Compression>(state.range(0));
  std::vector<std::vector<double>> pages = Pages();
  std::vector<std::vector<Ref>> refs;
  Ref next = 57'031;
  for (const auto& page : pages) {
    refs.emplace_back();
    for (size_t i = 0; i < page.size(); ++i) refs.back().push_back(next++);
  }
  ByteWriter out;
  uint64_t samples = 0;
  uint64_t bytes = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < pages.size(); ++i) {
      out.clear();
      SamplesEncoder encoder(BaseRef(refs[i]), 1'700'000'000'123, &out);
      encoder.AddRow(refs[i], 1'700'000'000'123, pages[i], BestOrder(compression));
      bytes += Prepare(compression, out.view()).bytes.size();
      samples += refs[i].size();
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
  state.counters["bytes/sample"] = static_cast<double>(bytes) / static_cast<double>(samples);
  state.counters["s/sample"] = benchmark::Counter(
      static_cast<double>(samples), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_LogRow)
    ->Arg(static_cast<int>(Compression::kNone))
    ->Arg(static_cast<int>(Compression::kSnappy))
    ->Arg(static_cast<int>(Compression::kZstd));

}  // namespace
}  // namespace watchfire::wal
