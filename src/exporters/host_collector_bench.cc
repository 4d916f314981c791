// One scrape of the machine this runs on, and its page. Aim: at most 3 ms of CPU.

#include <benchmark/benchmark.h>

#include "client/text_writer.h"
#include "exporters/host_collector.h"

namespace watchfire::exporters {
namespace {

void BM_CollectHost(benchmark::State& state) {
  HostCollector collector;
  size_t bytes = 0;
  for (auto unused : state) bytes = client::WriteText(collector.Collect()).size();
  state.counters["page_bytes"] = static_cast<double>(bytes);
}
BENCHMARK(BM_CollectHost)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace watchfire::exporters
