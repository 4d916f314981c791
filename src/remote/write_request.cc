#include "remote/write_request.h"

#include <algorithm>

#include "base/hash.h"
#include "remote/messages.h"
#include "remote/wire.h"

namespace watchfire::remote {
namespace {

using enum WireType;
// WriteRequest (v1) and Request (v2).
constexpr uint64_t kSeriesV1 = Tag(1, kBytes);
constexpr uint64_t kSymbol = Tag(4, kBytes);
constexpr uint64_t kSeriesV2 = Tag(5, kBytes);
// TimeSeries of both.
constexpr uint64_t kLabels = Tag(1, kBytes);
constexpr uint64_t kReference = Tag(1, kVarint);  // v2, not packed
constexpr uint64_t kSample = Tag(2, kBytes);
constexpr uint64_t kExemplarV1 = Tag(3, kBytes);
constexpr uint64_t kHistogramV1 = Tag(4, kBytes);
constexpr uint64_t kHistogramV2 = Tag(3, kBytes);
constexpr uint64_t kExemplarV2 = Tag(4, kBytes);
constexpr uint64_t kMetadataV2 = Tag(5, kBytes);
// Sample.
constexpr uint64_t kValue = Tag(1, kFixed64);
constexpr uint64_t kTimestamp = Tag(2, kVarint);

constexpr std::string_view kMalformed = "proto: malformed message or unexpected EOF";

SeriesKey KeyOf(std::string_view bytes) {
  return {KeyedHash(bytes), static_cast<uint8_t>(bytes.size())};
}

}  // namespace

Result<void> WriteRequestView::Parse(WriteProtocol protocol, std::string_view bytes) {
  protocol_ = protocol;
  series_.clear();
  samples_.clear();
  extras_.clear();
  symbols_.clear();
  joined_.clear();
  if (!ParseMessage(bytes)) return Error::Corrupt("{}", kMalformed);
  return {};
}

bool WriteRequestView::ParseMessage(std::string_view bytes) {
  WireView wire(bytes);
  uint64_t series_tag = protocol_ == WriteProtocol::kV1 ? kSeriesV1 : kSeriesV2;
  while (!wire.empty()) {
    uint64_t tag = wire.Varint();
    if (tag == series_tag) {
      std::string_view series = wire.Bytes();
      if (!wire.ok()) return false;
      if (protocol_ == WriteProtocol::kV1 && Guess(series)) continue;
      if (!ParseSeries(series, &series_.emplace_back())) return false;
    } else if (tag == kSymbol && protocol_ == WriteProtocol::kV2) {
      symbols_.push_back(wire.Bytes());
    } else {
      // v1's metadata among them: it belongs to no series, and upstream drops it, too.
      wire.Skip(tag);
    }
  }
  return wire.ok() && (protocol_ == WriteProtocol::kV1 || HashReferences());
}

// `12 10` `09` value `10` time: a sample whose time has six bytes, as all from 1971 to 2109 have.
bool WriteRequestView::Guess(std::string_view bytes) {
  constexpr size_t kSampleBytes = 18;
  if (bytes.size() < kSampleBytes) return false;
  const char* tail = bytes.data() + bytes.size() - kSampleBytes;
  uint64_t last = 0;
  std::memcpy(&last, tail + kSampleBytes - sizeof last, sizeof last);
  uint64_t time = last >> 16;
  bool fits = tail[0] == static_cast<char>(kSample) && tail[1] == kSampleBytes - 2 &&
              tail[2] == static_cast<char>(kValue) && tail[11] == static_cast<char>(kTimestamp) &&
              (time & 0x8080'8080'8080) == 0x0080'8080'8080;
  if (!fits) return false;
  // Six groups of seven bits: two neighbours at a time, then the three pairs.
  time = (time & 0x007f'007f'007f) | (time & 0x7f00'7f00'7f00) >> 1;
  time = (time & 0x3fff) | (time >> 16 & 0x3fff) << 14 | (time >> 32 & 0x3fff) << 28;
  model::Sample sample;
  std::memcpy(&sample.v, tail + 3, sizeof sample.v);
  sample.t = static_cast<TimeMs>(time);
  SeriesView& series = series_.emplace_back();
  series.guessed = true;
  series.all = bytes;
  series.labels = bytes.substr(0, bytes.size() - kSampleBytes);
  series.key = KeyOf(series.labels);
  series.first_sample = static_cast<uint32_t>(samples_.size());
  series.num_samples = 1;
  samples_.push_back(sample);
  return true;
}

Result<void> WriteRequestView::Reread(size_t index) {
  std::string_view all = series_[index].all;
  if (!ParseSeries(all, &series_[index])) return Error::Corrupt("{}", kMalformed);
  return {};
}

bool WriteRequestView::ParseSeries(std::string_view bytes, SeriesView* out) {
  const bool v1 = protocol_ == WriteProtocol::kV1;
  const uint64_t exemplar = v1 ? kExemplarV1 : kExemplarV2;
  const uint64_t histogram = v1 ? kHistogramV1 : kHistogramV2;
  SeriesView series;
  series.first_sample = static_cast<uint32_t>(samples_.size());
  series.first_extra = static_cast<uint32_t>(extras_.size());
  WireView wire(bytes);
  while (!wire.empty()) {
    const char* start = wire.position();
    uint64_t tag = wire.Varint();
    if (tag == kLabels) {
      std::string_view field = wire.Bytes();
      // v1 keeps the fields as they are, v2 what is in them.
      if (v1) field = {start, static_cast<size_t>(wire.position() - start)};
      AddLabels(field, &series.labels);
    } else if (tag == kSample) {
      if (!AddSample(wire.Bytes())) return false;
    } else if (tag == histogram) {
      extras_.push_back({ExtraKind::kHistogram, wire.Bytes()});
      ++series.num_histograms;
    } else if (tag == exemplar) {
      extras_.push_back({ExtraKind::kExemplar, wire.Bytes()});
    } else if (tag == kMetadataV2 && !v1) {
      extras_.push_back({ExtraKind::kMetadata, wire.Bytes()});
    } else if (tag == kReference && !v1) {
      const char* value = wire.position();
      wire.Varint();
      AddLabels({value, static_cast<size_t>(wire.position() - value)}, &series.labels);
    } else {
      wire.Skip(tag);
    }
  }
  series.num_samples = static_cast<uint32_t>(samples_.size()) - series.first_sample;
  series.num_extras = static_cast<uint32_t>(extras_.size()) - series.first_extra;
  if (v1) series.key = KeyOf(series.labels);
  *out = series;
  return wire.ok();
}

void WriteRequestView::AddLabels(std::string_view field, std::string_view* labels) {
  if (labels->empty()) {
    *labels = field;
  } else if (labels->data() + labels->size() == field.data()) {
    *labels = {labels->data(), labels->size() + field.size()};
  } else {
    // Legal, though nobody writes messages so: something else lies between the labels.
    if (joined_.empty() || joined_.back().data() != labels->data()) joined_.emplace_back(*labels);
    joined_.back().append(field);
    *labels = joined_.back();
  }
}

bool WriteRequestView::AddSample(std::string_view bytes) {
  model::Sample sample;
  WireView wire(bytes);
  while (!wire.empty()) {
    uint64_t tag = wire.Varint();
    if (tag == kValue) {
      sample.v = wire.Double();
    } else if (tag == kTimestamp) {
      sample.t = static_cast<TimeMs>(wire.Varint());
    } else {
      wire.Skip(tag);
    }
  }
  samples_.push_back(sample);
  return wire.ok();
}

// References mean something in their request only: a series' key is made of the hashes of the texts
// that they lead to, and each text is hashed once.
bool WriteRequestView::HashReferences() {
  symbol_hashes_.clear();
  for (std::string_view symbol : symbols_) symbol_hashes_.push_back(KeyedHash(symbol));
  for (SeriesView& series : series_) {
    hashes_.clear();
    WireView wire(series.labels);
    while (!wire.empty()) {
      uint64_t reference = wire.Varint();
      hashes_.push_back(reference < symbols_.size() ? symbol_hashes_[reference] : 0);
    }
    if (!wire.ok()) return false;
    series.key = KeyOf({reinterpret_cast<const char*>(hashes_.data()), hashes_.size() * 8});
  }
  return true;
}

Result<void> WriteRequestView::ReadLabels(const SeriesView& series,
                                          std::vector<model::LabelView>* out) const {
  out->clear();
  if (protocol_ == WriteProtocol::kV1) {
    WireView wire(series.labels);
    while (!wire.empty()) {
      wire.Varint();
      out->push_back(TRY(ReadLabelMessage(wire.Bytes())));
    }
  } else {
    std::vector<uint32_t> references = TRY(ReadReferences(series.labels));
    TRY(Desymbolize(references, out));
  }
  std::stable_sort(out->begin(), out->end(),
                   [](const auto& a, const auto& b) { return a.name < b.name; });
  return {};
}

Result<void> WriteRequestView::Desymbolize(const std::vector<uint32_t>& references,
                                           std::vector<model::LabelView>* out) const {
  if (references.size() % 2 != 0) {
    return Error::Invalid("invalid labelRefs length {}", references.size());
  }
  for (size_t i = 0; i < references.size(); i += 2) {
    uint32_t name = references[i];
    uint32_t value = references[i + 1];
    if (name >= symbols_.size() || value >= symbols_.size()) {
      return Error::Invalid("labelRefs {} (name) = {} (value) outside of symbols table (size {})",
                            name, value, symbols_.size());
    }
    out->push_back({symbols_[name], symbols_[value]});
  }
  return {};
}

std::string WriteRequestView::ReferencesText(const SeriesView& series) const {
  std::string text = "[";
  Result<std::vector<uint32_t>> references = ReadReferences(series.labels);
  if (references.ok()) {
    for (uint32_t reference : *references) {
      text += fmt::format("{}{}", text.size() > 1 ? " " : "", reference);
    }
  }
  return text + "]";
}

Result<model::Exemplar> WriteRequestView::ReadExemplar(std::string_view exemplar) const {
  ExemplarMessage message = TRY(ReadExemplarMessage(exemplar, protocol_ == WriteProtocol::kV1));
  TRY(Desymbolize(message.references, &message.labels));
  model::Exemplar out;
  out.labels = model::Labels::FromPairs(std::move(message.labels));
  out.value = message.value;
  out.t = message.t;
  out.has_t = true;
  return out;
}

Result<model::Metadata> WriteRequestView::ReadMetadata(std::string_view metadata) const {
  MetadataMessage message = TRY(ReadMetadataMessage(metadata));
  for (uint32_t reference : {message.help, message.unit}) {
    if (reference >= symbols_.size()) {
      return Error::Invalid("metadata reference {} outside of symbols table (size {})", reference,
                            symbols_.size());
    }
  }
  model::Metadata out;
  out.type = message.type;
  out.help = symbols_[message.help];
  out.unit = symbols_[message.unit];
  return out;
}

size_t WriteRequestView::CapacityBytes() const {
  return series_.capacity() * sizeof(SeriesView) + samples_.capacity() * sizeof(model::Sample) +
         extras_.capacity() * sizeof(ExtraView) + symbols_.capacity() * sizeof(std::string_view) +
         (symbol_hashes_.capacity() + hashes_.capacity()) * sizeof(uint64_t);
}

}  // namespace watchfire::remote
