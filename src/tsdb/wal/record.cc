#include "tsdb/wal/record.h"

#include <optional>

namespace watchfire::wal {
namespace {

using model::FloatHistogram;
using model::Histogram;
using model::HistogramLayout;

Error Broken(std::string_view what) {
  return Error::Corrupt("decode {} record: invalid size", what);
}

void PutType(RecordType type, ByteWriter* out) {
  out->U8(static_cast<uint8_t>(type));
}

void PutLabels(const model::Labels& labels, ByteWriter* out) {
  out->Uvarint(labels.Count());
  for (const model::LabelView& label : labels) {
    out->String(label.name);
    out->String(label.value);
  }
}

// Logs have labels in order; whatever has not is brought into it. `pairs` is scratch.
model::Labels TakeLabels(ByteReader& in, std::vector<model::LabelView>* pairs) {
  pairs->clear();
  bool sorted = true;
  for (uint64_t i = 0, n = in.Uvarint(); i < n && in.ok(); ++i) {
    std::string_view name = in.String();
    std::string_view value = in.String();
    sorted = sorted && (pairs->empty() || pairs->back().name < name);
    pairs->push_back({name, value});
  }
  if (!in.ok()) return {};
  return sorted ? model::Labels::FromSortedPairs(*pairs) : model::Labels::FromPairs(*pairs);
}

// Samples of all kinds share this frame: the first ref and time, then differences to them.
struct Base {
  Ref ref = 0;
  TimeMs t = 0;
};
void PutBase(Ref ref, TimeMs t, ByteWriter* out) {
  out->Be64(ref);
  out->Be64(static_cast<uint64_t>(t));
}
Base TakeBase(ByteReader& in) {
  Base base;
  base.ref = in.Be64();
  base.t = static_cast<TimeMs>(in.Be64());
  return base;
}
// Differences wrap around, as upstream's arithmetic does.
Base TakeDelta(ByteReader& in, const Base& base) {
  auto dref = static_cast<uint64_t>(in.Varint());
  auto dt = static_cast<uint64_t>(in.Varint());
  return {base.ref + dref, static_cast<TimeMs>(static_cast<uint64_t>(base.t) + dt)};
}

void PutSpans(const std::vector<model::Span>& spans, ByteWriter* out) {
  out->Uvarint(spans.size());
  for (const model::Span& span : spans) {
    out->Varint(span.offset);
    out->Uvarint(span.length);
  }
}
std::vector<model::Span> TakeSpans(ByteReader& in) {
  std::vector<model::Span> spans;
  for (uint64_t i = 0, n = in.Uvarint(); i < n && in.ok(); ++i) {
    model::Span span;
    span.offset = static_cast<int32_t>(in.Varint());
    span.length = static_cast<uint32_t>(in.Uvarint());
    spans.push_back(span);
  }
  return spans;
}

void PutDoubles(const std::vector<double>& values, ByteWriter* out) {
  out->Uvarint(values.size());
  for (double v : values) out->BeDouble(v);
}
std::vector<double> TakeDoubles(ByteReader& in) {
  std::vector<double> values;
  for (uint64_t i = 0, n = in.Uvarint(); i < n && in.ok(); ++i) values.push_back(in.BeDouble());
  return values;
}
void PutInts(const std::vector<int64_t>& values, ByteWriter* out) {
  out->Uvarint(values.size());
  for (int64_t v : values) out->Varint(v);
}
std::vector<int64_t> TakeInts(ByteReader& in) {
  std::vector<int64_t> values;
  for (uint64_t i = 0, n = in.Uvarint(); i < n && in.ok(); ++i) values.push_back(in.Varint());
  return values;
}

void PutLayoutHead(const HistogramLayout& h, ByteWriter* out) {
  out->U8(static_cast<uint8_t>(h.reset_hint));
  out->Varint(h.schema);
  out->BeDouble(h.zero_threshold);
}
void TakeLayoutHead(ByteReader& in, HistogramLayout* h) {
  uint8_t hint = in.U8();
  h->reset_hint =
      hint <= 3 ? static_cast<model::CounterReset>(hint) : model::CounterReset::kUnknown;
  h->schema = static_cast<int32_t>(in.Varint());
  h->zero_threshold = in.BeDouble();
}

void PutBody(const Histogram& h, ByteWriter* out) {
  PutLayoutHead(h, out);
  out->Uvarint(h.zero_count);
  out->Uvarint(h.count);
  out->BeDouble(h.sum);
  PutSpans(h.positive_spans, out);
  PutSpans(h.negative_spans, out);
  PutInts(h.positive_deltas, out);
  PutInts(h.negative_deltas, out);
}
void TakeBody(ByteReader& in, Histogram* h) {
  TakeLayoutHead(in, h);
  h->zero_count = in.Uvarint();
  h->count = in.Uvarint();
  h->sum = in.BeDouble();
  h->positive_spans = TakeSpans(in);
  h->negative_spans = TakeSpans(in);
  h->positive_deltas = TakeInts(in);
  h->negative_deltas = TakeInts(in);
}

void PutBody(const FloatHistogram& h, ByteWriter* out) {
  PutLayoutHead(h, out);
  out->BeDouble(h.zero_count);
  out->BeDouble(h.count);
  out->BeDouble(h.sum);
  PutSpans(h.positive_spans, out);
  PutSpans(h.negative_spans, out);
  PutDoubles(h.positive_buckets, out);
  PutDoubles(h.negative_buckets, out);
}
void TakeBody(ByteReader& in, FloatHistogram* h) {
  TakeLayoutHead(in, h);
  h->zero_count = in.BeDouble();
  h->count = in.BeDouble();
  h->sum = in.BeDouble();
  h->positive_spans = TakeSpans(in);
  h->negative_spans = TakeSpans(in);
  h->positive_buckets = TakeDoubles(in);
  h->negative_buckets = TakeDoubles(in);
}

template <typename Record>
void EncodeHistogramRecords(RecordType type, std::span<const Record> records, bool custom,
                            ByteWriter* out) {
  PutType(type, out);
  if (records.empty()) return;
  Base base{records[0].ref, records[0].t};
  PutBase(base.ref, base.t, out);
  for (const Record& record : records) {
    out->Varint(static_cast<int64_t>(record.ref - base.ref));
    out->Varint(record.t - base.t);
    PutBody(record.histogram, out);
    if (custom) PutDoubles(record.histogram.custom_values, out);
  }
}

template <typename Record>
Result<void> DecodeHistogramRecords(std::string_view bytes, RecordType custom_type,
                                    std::string_view what, std::vector<Record>* out) {
  bool custom = TypeOf(bytes) == custom_type;
  ByteReader in(bytes.substr(1));
  if (in.empty()) return {};
  Base base = TakeBase(in);
  while (in.ok() && !in.empty()) {
    Base at = TakeDelta(in, base);
    Record record;
    record.ref = at.ref;
    record.t = at.t;
    TakeBody(in, &record.histogram);
    if (custom) record.histogram.custom_values = TakeDoubles(in);
    if (in.ok()) out->push_back(std::move(record));
  }
  if (!in.ok()) return Broken(what);
  return {};
}

// Version 2 writes the first sample's numbers whole, then the reference as the difference to the
// one before and the times as differences to the first.
struct Started {
  Ref ref = 0;
  TimeMs t = 0;
  TimeMs start_t = 0;
};
int64_t Minus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t Plus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

class StartedWriter {
 public:
  explicit StartedWriter(ByteWriter* out) : out_(out) {}
  void Put(const Started& now) {
    if (!first_) {
      out_->Varint(static_cast<int64_t>(now.ref));
      out_->Varint(now.t);
      out_->Varint(now.start_t);
      first_ = now;
    } else {
      out_->Varint(static_cast<int64_t>(now.ref - before_.ref));
      out_->Varint(Minus(now.t, first_->t));
      if (now.start_t == 0) {
        out_->U8(kNoStart);
      } else if (now.start_t == before_.start_t) {
        out_->U8(kSameStart);
      } else {
        out_->U8(kExplicitStart);
        out_->Varint(Minus(now.start_t, first_->start_t));
      }
    }
    before_ = now;
  }

 private:
  ByteWriter* out_;
  std::optional<Started> first_;
  Started before_;
};

class StartedReader {
 public:
  Started Take(ByteReader& in) {
    Started now;
    if (!first_) {
      now.ref = static_cast<Ref>(in.Varint());
      now.t = in.Varint();
      now.start_t = in.Varint();
      first_ = now;
    } else {
      now.ref = before_.ref + static_cast<Ref>(in.Varint());
      now.t = Plus(first_->t, in.Varint());
      uint8_t marker = in.U8();
      if (marker == kSameStart) now.start_t = before_.start_t;
      if (marker == kExplicitStart) now.start_t = Plus(first_->start_t, in.Varint());
    }
    before_ = now;
    return now;
  }

 private:
  std::optional<Started> first_;
  Started before_;
};

template <typename Record>
void EncodeStarted(RecordType type, std::span<const Record> records, ByteWriter* out) {
  PutType(type, out);
  StartedWriter writer(out);
  for (const Record& record : records) {
    writer.Put({record.ref, record.t, record.start_t});
    PutBody(record.histogram, out);
    if (record.histogram.schema == model::kCustomBucketsSchema) {
      PutDoubles(record.histogram.custom_values, out);
    }
  }
}

template <typename Record>
Result<void> DecodeStarted(std::string_view bytes, std::string_view what,
                           std::vector<Record>* out) {
  ByteReader in(bytes.substr(1));
  StartedReader reader;
  while (in.ok() && !in.empty()) {
    Started head = reader.Take(in);
    Record record;
    record.ref = head.ref;
    record.t = head.t;
    record.start_t = head.start_t;
    TakeBody(in, &record.histogram);
    if (record.histogram.schema == model::kCustomBucketsSchema) {
      record.histogram.custom_values = TakeDoubles(in);
    }
    if (in.ok()) out->push_back(std::move(record));
  }
  if (!in.ok()) return Broken(what);
  return {};
}

}  // namespace

RecordType TypeOf(std::string_view record) {
  if (record.empty()) return RecordType::kUnknown;
  auto type = static_cast<uint8_t>(record[0]);
  return type <= 13 ? static_cast<RecordType>(type) : RecordType::kUnknown;
}

void EncodeSeries(std::span<const SeriesRecord> series, ByteWriter* out) {
  PutType(RecordType::kSeries, out);
  for (const SeriesRecord& record : series) {
    out->Be64(record.ref);
    PutLabels(record.labels, out);
  }
}

Result<void> DecodeSeries(std::string_view record, std::vector<SeriesRecord>* out) {
  out->clear();
  ByteReader in(record.substr(1));
  std::vector<model::LabelView> pairs;
  while (in.ok() && !in.empty()) {
    SeriesRecord series;
    series.ref = in.Be64();
    series.labels = TakeLabels(in, &pairs);
    if (in.ok()) out->push_back(std::move(series));
  }
  if (!in.ok()) return Broken("series");
  return {};
}

void EncodeStartedSamples(std::span<const StartedSampleRecord> samples, ByteWriter* out) {
  PutType(RecordType::kSamplesV2, out);
  StartedWriter writer(out);
  for (const StartedSampleRecord& sample : samples) {
    writer.Put({sample.ref, sample.t, sample.start_t});
    out->BeDouble(sample.v);
  }
}

Result<void> DecodeStartedSamples(std::string_view record, std::vector<StartedSampleRecord>* out) {
  out->clear();
  ByteReader in(record.substr(1));
  StartedReader reader;
  while (in.ok() && !in.empty()) {
    Started head = reader.Take(in);
    double v = in.BeDouble();
    if (in.ok()) out->push_back({head.ref, head.t, head.start_t, v});
  }
  if (!in.ok()) return Broken("samples");
  return {};
}

void EncodeMmapMarkers(std::span<const MmapMarkerRecord> markers, ByteWriter* out) {
  PutType(RecordType::kMmapMarkers, out);
  for (const MmapMarkerRecord& marker : markers) {
    out->Be64(marker.ref);
    out->Be64(marker.chunk_ref);
  }
}

Result<void> DecodeMmapMarkers(std::string_view record, std::vector<MmapMarkerRecord>* out) {
  out->clear();
  ByteReader in(record.substr(1));
  while (in.ok() && !in.empty()) {
    MmapMarkerRecord marker;
    marker.ref = in.Be64();
    marker.chunk_ref = in.Be64();
    if (in.ok()) out->push_back(marker);
  }
  if (!in.ok()) return Broken("mmap markers");
  return {};
}

void EncodeTombstones(std::span<const TombstoneRecord> tombstones, ByteWriter* out) {
  PutType(RecordType::kTombstones, out);
  for (const TombstoneRecord& record : tombstones) {
    out->Be64(record.ref);
    out->Varint(record.mint);
    out->Varint(record.maxt);
  }
}

Result<void> DecodeTombstones(std::string_view record, std::vector<TombstoneRecord>* out) {
  out->clear();
  ByteReader in(record.substr(1));
  while (in.ok() && !in.empty()) {
    TombstoneRecord tombstone;
    tombstone.ref = in.Be64();
    tombstone.mint = in.Varint();
    tombstone.maxt = in.Varint();
    if (in.ok()) out->push_back(tombstone);
  }
  if (!in.ok()) return Broken("tombstones");
  return {};
}

void EncodeExemplars(std::span<const ExemplarRecord> exemplars, ByteWriter* out) {
  PutType(RecordType::kExemplars, out);
  if (exemplars.empty()) return;
  Base base{exemplars[0].ref, exemplars[0].exemplar.t};
  PutBase(base.ref, base.t, out);
  for (const ExemplarRecord& record : exemplars) {
    out->Varint(static_cast<int64_t>(record.ref - base.ref));
    out->Varint(record.exemplar.t - base.t);
    out->BeDouble(record.exemplar.value);
    PutLabels(record.exemplar.labels, out);
  }
}

Result<void> DecodeExemplars(std::string_view record, std::vector<ExemplarRecord>* out) {
  out->clear();
  ByteReader in(record.substr(1));
  if (in.empty()) return {};
  std::vector<model::LabelView> pairs;
  Base base = TakeBase(in);
  while (in.ok() && !in.empty()) {
    Base at = TakeDelta(in, base);
    ExemplarRecord exemplar;
    exemplar.ref = at.ref;
    exemplar.exemplar.t = at.t;
    exemplar.exemplar.has_t = true;
    exemplar.exemplar.value = in.BeDouble();
    exemplar.exemplar.labels = TakeLabels(in, &pairs);
    if (in.ok()) out->push_back(std::move(exemplar));
  }
  if (!in.ok()) return Broken("exemplars");
  return {};
}

void EncodeMetadata(std::span<const MetadataRecord> metadata, ByteWriter* out) {
  PutType(RecordType::kMetadata, out);
  for (const MetadataRecord& record : metadata) {
    out->Uvarint(record.ref);
    out->U8(static_cast<uint8_t>(record.metadata.type));
    out->Uvarint(2);
    out->String("UNIT");
    out->String(record.metadata.unit);
    out->String("HELP");
    out->String(record.metadata.help);
  }
}

Result<void> DecodeMetadata(std::string_view record, std::vector<MetadataRecord>* out) {
  out->clear();
  ByteReader in(record.substr(1));
  while (in.ok() && !in.empty()) {
    MetadataRecord metadata;
    metadata.ref = in.Uvarint();
    uint8_t type = in.U8();
    if (type <= 7) metadata.metadata.type = static_cast<model::MetricType>(type);
    for (uint64_t i = 0, n = in.Uvarint(); i < n && in.ok(); ++i) {
      std::string_view key = in.String();
      std::string_view value = in.String();
      if (key == "UNIT") metadata.metadata.unit = value;
      if (key == "HELP") metadata.metadata.help = value;
    }
    if (in.ok()) out->push_back(std::move(metadata));
  }
  if (!in.ok()) return Broken("metadata");
  return {};
}

void EncodeHistograms(std::span<const HistogramRecord> histograms, bool custom, ByteWriter* out) {
  EncodeHistogramRecords(custom ? RecordType::kCustomHistograms : RecordType::kHistograms,
                         histograms, custom, out);
}

void EncodeFloatHistograms(std::span<const FloatHistogramRecord> histograms, bool custom,
                           ByteWriter* out) {
  EncodeHistogramRecords(custom ? RecordType::kCustomFloatHistograms : RecordType::kFloatHistograms,
                         histograms, custom, out);
}

void EncodeStartedHistograms(std::span<const HistogramRecord> histograms, ByteWriter* out) {
  EncodeStarted(RecordType::kHistogramsV2, histograms, out);
}

void EncodeStartedFloatHistograms(std::span<const FloatHistogramRecord> histograms,
                                  ByteWriter* out) {
  EncodeStarted(RecordType::kFloatHistogramsV2, histograms, out);
}

Result<void> DecodeHistograms(std::string_view record, std::vector<HistogramRecord>* out) {
  out->clear();
  if (TypeOf(record) == RecordType::kHistogramsV2) return DecodeStarted(record, "histograms", out);
  return DecodeHistogramRecords(record, RecordType::kCustomHistograms, "histograms", out);
}

Result<void> DecodeFloatHistograms(std::string_view record,
                                   std::vector<FloatHistogramRecord>* out) {
  out->clear();
  if (TypeOf(record) == RecordType::kFloatHistogramsV2) {
    return DecodeStarted(record, "float histograms", out);
  }
  return DecodeHistogramRecords(record, RecordType::kCustomFloatHistograms, "float histograms",
                                out);
}

}  // namespace watchfire::wal
