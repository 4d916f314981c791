// What receiving costs before the storage does its work: requests of 2,000 known series with one
// sample each, labels as a node exporter in a cluster has them. The storage here takes rows and
// forgets them.
#include <benchmark/benchmark.h>

#include <protozero/pbf_reader.hpp>

#include "base/hash.h"
#include "remote/testing_request.h"
#include "remote/write_receiver.h"

namespace watchfire::remote {
namespace {

using testing::Message;
using testing::Pairs;

constexpr int kSeries = 2000;

class ForgetfulAppender final : public storage::Appender {
 public:
  explicit ForgetfulAppender(storage::SeriesRef* next) : next_(next) {}
  Result<storage::SeriesRef> GetRef(const model::Labels&) override { return ++*next_; }
  Result<storage::SeriesRef> Append(storage::SeriesRef ref, const model::Labels&, TimeMs, double,
                                    storage::AppendError*) override {
    return ref;
  }
  void AppendRow(TimeMs, std::span<const storage::SeriesRef> refs, std::span<const double> values,
                 std::vector<storage::RowError>*) override {
    benchmark::DoNotOptimize(refs.data());
    benchmark::DoNotOptimize(values.data());
  }
  Result<storage::SeriesRef> AppendHistogram(storage::SeriesRef ref, const model::Labels&, TimeMs,
                                             const model::Histogram&) override {
    return ref;
  }
  Result<storage::SeriesRef> AppendFloatHistogram(storage::SeriesRef ref, const model::Labels&,
                                                  TimeMs, const model::FloatHistogram&) override {
    return ref;
  }
  Result<void> AppendExemplar(storage::SeriesRef, const model::Exemplar&) override { return {}; }
  Result<void> Commit() override { return {}; }
  void Rollback() override {}

 private:
  storage::SeriesRef* next_;
};

class ForgetfulStorage final : public storage::Appendable {
 public:
  std::unique_ptr<storage::Appender> NewAppender() override {
    return std::make_unique<ForgetfulAppender>(&next_);
  }

 private:
  storage::SeriesRef next_ = 0;
};

Pairs LabelsOf(int request, int i) {
  return {{"__name__", "node_network_receive_bytes_total"},
          {"cluster", "production-eu-west-1"},
          {"device", fmt::format("eth{}", i % 20)},
          {"instance", fmt::format("10.0.{}.{}:9100", request % 256, i / 20)},
          {"job", "node-exporter"},
          {"namespace", "monitoring"},
          {"pod", fmt::format("node-exporter-{:05x}", request * 100 + i / 20)}};
}

Message RequestV1(int request) {
  Message message;
  for (int i = 0; i < kSeries; ++i) {
    message.Add(1, testing::SeriesV1(LabelsOf(request, i))
                       .Add(2, testing::Sample(i * 1.5, 1'760'000'000'000)));
  }
  return message;
}

Message RequestV2(int request) {
  testing::Symbols symbols;
  std::vector<Message> series;
  for (int i = 0; i < kSeries; ++i) {
    series.push_back(Message()
                         .Bytes(1, symbols.References(LabelsOf(request, i)))
                         .Add(2, testing::Sample(i * 1.5, 1'760'000'000'000)));
  }
  return symbols.Request(series);
}

// `state.range(0)` requests with other series each are sent round robin.
void Receive(benchmark::State& state, Message (*make)(int), const char* content_type) {
  std::vector<std::string> bodies;
  for (int i = 0; i < state.range(0); ++i) bodies.push_back(make(i).Snappy());
  ForgetfulStorage storage;
  client::Registry registry;
  WriteReceiver receiver({[&] { return &storage; }, &registry, Clock::System()});
  for (const std::string& body : bodies) receiver.Write(content_type, "snappy", body);
  size_t next = 0;
  for (auto _ : state) {
    WriteAnswer answer = receiver.Write(content_type, "snappy", bodies[next++ % bodies.size()]);
    if (answer.status != 204) state.SkipWithError(answer.text.c_str());
  }
  state.SetItemsProcessed(state.iterations() * kSeries);
}

void BM_ReceiveV1(benchmark::State& state) {
  Receive(state, RequestV1, "application/x-protobuf");
}
BENCHMARK(BM_ReceiveV1)->Arg(1)->Arg(50)->Arg(500);

void BM_ReceiveV2(benchmark::State& state) {
  Receive(state, RequestV2, "application/x-protobuf;proto=io.prometheus.write.v2.Request");
}
BENCHMARK(BM_ReceiveV2)->Arg(1)->Arg(50);

void BM_Snappy(benchmark::State& state) {
  std::string body = RequestV1(0).Snappy();
  std::string out(codec::SnappyDecompressedSize(body).value(), '\0');
  for (auto _ : state) {
    benchmark::DoNotOptimize(codec::SnappyDecompressTo(body, out).ok());
  }
  state.SetItemsProcessed(state.iterations() * kSeries);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(out.size()));
}
BENCHMARK(BM_Snappy);

void BM_Parse(benchmark::State& state) {
  Message message = RequestV1(0);
  WriteRequestView request;
  for (auto _ : state) {
    benchmark::DoNotOptimize(request.Parse(WriteProtocol::kV1, message.text()).ok());
  }
  state.SetItemsProcessed(state.iterations() * kSeries);
}
BENCHMARK(BM_Parse);

// The same walk with the library's reader, for comparison.
void BM_ParseWithLibrary(benchmark::State& state) {
  Message message = RequestV1(0);
  for (auto _ : state) {
    double sum = 0;
    protozero::pbf_reader request(message.text().data(), message.text().size());
    while (request.next(1)) {
      auto view = request.get_view();
      protozero::pbf_reader series(view);
      const char* labels_end = view.data();
      while (series.next()) {
        if (series.tag() == 1) {
          auto label = series.get_view();
          labels_end = label.data() + label.size();
        } else if (series.tag() == 2) {
          protozero::pbf_reader sample = series.get_message();
          while (sample.next()) {
            if (sample.tag() == 1) {
              sum += sample.get_double();
            } else {
              sum += static_cast<double>(sample.get_int64());
            }
          }
        } else {
          series.skip();
        }
      }
      uint64_t key = KeyedHash({view.data(), static_cast<size_t>(labels_end - view.data())});
      sum += static_cast<double>(key);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * kSeries);
}
BENCHMARK(BM_ParseWithLibrary);

}  // namespace
}  // namespace watchfire::remote
