#pragma once
// A remote write request as it came over the wire, taken apart but not copied: series, samples and
// the places of what is rarer (histograms, exemplars, metadata). Both protocols end in the same
// shape; they differ in how a series names its labels, which stays hidden behind ReadLabels.
//
// One pass finds everything and hashes each series' label bytes; the hash is the key under which
// the receiver remembers the series (remote/series_cache.h), so that the labels of a known series
// are never looked at again. Hence a damaged label is only found when the labels are read.
//
// Walking over the labels to the sample behind them is most of the work. A message of 1.0 that ends
// as one sample does is therefore read from its end, and what is before is taken for its labels.
// If the receiver knows those bytes, they are labels, and the guess is proved; if it does not, the
// message must be read again, from the front.
//
// Parse never trusts a length and never reads past the end. A WriteRequestView is reused from
// request to request and keeps its memory; all it gives out is valid until the next Parse and as
// long as the bytes that were parsed. Source: the remote write specifications 1.0 and 2.0. One
// thread.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/exemplar.h"
#include "model/labels.h"
#include "model/metadata.h"
#include "model/sample.h"
#include "remote/series_cache.h"

namespace watchfire::remote {

enum class WriteProtocol : uint8_t { kV1, kV2 };

struct SeriesView {
  SeriesKey key;
  std::string_view labels;  // v1: the label fields; v2: the packed references
  uint32_t first_sample = 0;
  uint32_t num_samples = 0;
  uint32_t first_extra = 0;
  uint32_t num_extras = 0;
  uint32_t num_histograms = 0;  // among the extras
  // Read from its end, see WriteRequestView::Reread. `all`: the whole message, then.
  bool guessed = false;
  std::string_view all;
};

enum class ExtraKind : uint8_t { kHistogram, kExemplar, kMetadata };

// A message inside a series.
struct ExtraView {
  ExtraKind kind;
  std::string_view bytes;
};

class WriteRequestView {
 public:
  // kCorrupt: not the message that it should be. This holds for the readers below, too.
  Result<void> Parse(WriteProtocol protocol, std::string_view bytes);

  WriteProtocol protocol() const { return protocol_; }
  const std::vector<SeriesView>& series() const { return series_; }
  const std::vector<model::Sample>& samples() const { return samples_; }
  const std::vector<ExtraView>& extras() const { return extras_; }

  // Reads a series that was guessed; what was known of it before is void.
  Result<void> Reread(size_t index);

  // Names and values in order of names, as they were sent: perhaps empty, invalid or repeated.
  // v2: kInvalid if a reference leads nowhere.
  Result<void> ReadLabels(const SeriesView& series, std::vector<model::LabelView>* out) const;
  // v2: kInvalid as above.
  Result<model::Exemplar> ReadExemplar(std::string_view exemplar) const;
  // v2: the references of a series as an error shows them, `[1 2]`.
  std::string ReferencesText(const SeriesView& series) const;
  // v2: kInvalid as above.
  Result<model::Metadata> ReadMetadata(std::string_view metadata) const;

  // Memory kept for the next request.
  size_t CapacityBytes() const;

 private:
  bool ParseMessage(std::string_view bytes);
  bool ParseSeries(std::string_view bytes, SeriesView* series);
  bool Guess(std::string_view bytes);
  bool AddSample(std::string_view bytes);
  void AddLabels(std::string_view field, std::string_view* labels);
  Result<void> Desymbolize(const std::vector<uint32_t>& references,
                           std::vector<model::LabelView>* out) const;
  bool HashReferences();

  WriteProtocol protocol_ = WriteProtocol::kV1;
  std::vector<SeriesView> series_;
  std::vector<model::Sample> samples_;
  std::vector<ExtraView> extras_;
  std::vector<std::string_view> symbols_;  // v2
  std::vector<uint64_t> symbol_hashes_;
  std::vector<uint64_t> hashes_;    // scratch
  std::deque<std::string> joined_;  // label fields that did not lie side by side
};

}  // namespace watchfire::remote
