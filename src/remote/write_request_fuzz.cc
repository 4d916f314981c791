// Any bytes as a remote write request of either protocol: nothing may be read that is not there,
// and what a message seems to say at its end must be what it says when it is read from the front.
#include "base/check.h"
#include "remote/messages.h"
#include "remote/resolution.h"
#include "remote/write_request.h"

namespace {

using namespace watchfire;
using namespace watchfire::remote;

void ReadAll(WriteRequestView& request) {
  std::vector<model::LabelView> labels;
  for (size_t i = 0; i < request.series().size(); ++i) {
    SeriesView guess = request.series()[i];
    if (guess.guessed && request.Reread(i).ok()) {
      const SeriesView& series = request.series()[i];
      if (series.key.hash == guess.key.hash && series.labels == guess.labels) {
        WF_CHECK(series.num_samples == 1 && series.num_extras == 0);
        const auto& samples = request.samples();
        WF_CHECK(samples[guess.first_sample].t == samples[series.first_sample].t);
        WF_CHECK(model::SameBits(samples[guess.first_sample].v, samples[series.first_sample].v));
      }
    }
    const SeriesView& series = request.series()[i];
    WF_CHECK(series.first_sample + series.num_samples <= request.samples().size());
    WF_CHECK(series.first_extra + series.num_extras <= request.extras().size());
    static_cast<void>(request.ReadLabels(series, &labels).ok());
    static_cast<void>(request.ReferencesText(series));
  }
  for (const ExtraView& extra : request.extras()) {
    if (extra.kind == ExtraKind::kExemplar) {
      static_cast<void>(request.ReadExemplar(extra.bytes).ok());
    } else if (extra.kind == ExtraKind::kMetadata) {
      static_cast<void>(request.ReadMetadata(extra.bytes).ok());
    } else if (auto read = ReadHistogramMessage(extra.bytes); read.ok()) {
      std::visit([](auto& h) { static_cast<void>(ReduceToFinestSchema(&h).ok()); },
                 read->histogram);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  WriteRequestView request;
  for (WriteProtocol protocol : {WriteProtocol::kV1, WriteProtocol::kV2}) {
    if (request.Parse(protocol, bytes).ok()) ReadAll(request);
  }
  return 0;
}
