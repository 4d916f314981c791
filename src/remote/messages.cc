#include "remote/messages.h"

#include <protozero/pbf_reader.hpp>

namespace watchfire::remote {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::tag_and_type;

constexpr auto kBytes = pbf_wire_type::length_delimited;
constexpr auto kVarint = pbf_wire_type::varint;
constexpr auto kFixed64 = pbf_wire_type::fixed64;

std::string_view View(protozero::data_view view) {
  return {view.data(), view.size()};
}

// The library throws on damage.
template <typename Body>
Result<void> Read(std::string_view bytes, Body field) {
  try {
    pbf_reader message(bytes.data(), bytes.size());
    while (message.next()) field(message);
  } catch (const protozero::exception& damage) {
    return Error::Corrupt("proto: {}", damage.what());
  }
  return {};
}

template <typename Range, typename T>
void Append(const Range& range, std::vector<T>* out) {
  for (auto value : range) out->push_back(value);
}

Result<model::Span> ReadSpan(std::string_view bytes) {
  model::Span span;
  TRY(Read(bytes, [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case tag_and_type(1, kVarint):
        span.offset = field.get_sint32();
        break;
      case tag_and_type(2, kVarint):
        span.length = field.get_uint32();
        break;
      default:
        field.skip();
    }
  }));
  return span;
}

// A histogram as it lies in the message: which kind it is, is known at its end only.
struct RawHistogram {
  TimeMs t = 0;
  bool is_float = false;
  uint64_t count_int = 0;
  double count_float = 0;
  uint64_t zero_int = 0;
  double zero_float = 0;
  double sum = 0;
  model::HistogramLayout layout;
  std::vector<std::string_view> positive_spans;
  std::vector<std::string_view> negative_spans;
  std::vector<int64_t> positive_deltas;
  std::vector<int64_t> negative_deltas;
  std::vector<double> positive_counts;
  std::vector<double> negative_counts;

  // Each false when the field is not its own.
  bool TakeNumber(pbf_reader& field);
  bool TakeBuckets(pbf_reader& field);
};

bool RawHistogram::TakeNumber(pbf_reader& field) {
  switch (field.tag_and_type()) {
    case tag_and_type(1, kVarint):
      count_int = field.get_uint64();
      is_float = false;
      return true;
    case tag_and_type(2, kFixed64):
      count_float = field.get_double();
      is_float = true;
      return true;
    case tag_and_type(3, kFixed64):
      sum = field.get_double();
      return true;
    case tag_and_type(4, kVarint):
      layout.schema = field.get_sint32();
      return true;
    case tag_and_type(5, kFixed64):
      layout.zero_threshold = field.get_double();
      return true;
    case tag_and_type(6, kVarint):
      zero_int = field.get_uint64();
      return true;
    case tag_and_type(7, kFixed64):
      zero_float = field.get_double();
      return true;
    case tag_and_type(14, kVarint): {
      int32_t hint = field.get_enum();
      layout.reset_hint = hint >= 0 && hint <= static_cast<int32_t>(model::CounterReset::kGauge)
                              ? static_cast<model::CounterReset>(hint)
                              : model::CounterReset::kUnknown;
      return true;
    }
    case tag_and_type(15, kVarint):
      t = field.get_int64();
      return true;
    default:
      return false;
  }
}

bool RawHistogram::TakeBuckets(pbf_reader& field) {
  switch (field.tag_and_type()) {
    case tag_and_type(8, kBytes):
      negative_spans.push_back(View(field.get_view()));
      return true;
    case tag_and_type(9, kBytes):
      Append(field.get_packed_sint64(), &negative_deltas);
      return true;
    case tag_and_type(9, kVarint):
      negative_deltas.push_back(field.get_sint64());
      return true;
    case tag_and_type(10, kBytes):
      Append(field.get_packed_double(), &negative_counts);
      return true;
    case tag_and_type(10, kFixed64):
      negative_counts.push_back(field.get_double());
      return true;
    case tag_and_type(11, kBytes):
      positive_spans.push_back(View(field.get_view()));
      return true;
    case tag_and_type(12, kBytes):
      Append(field.get_packed_sint64(), &positive_deltas);
      return true;
    case tag_and_type(12, kVarint):
      positive_deltas.push_back(field.get_sint64());
      return true;
    case tag_and_type(13, kBytes):
      Append(field.get_packed_double(), &positive_counts);
      return true;
    case tag_and_type(13, kFixed64):
      positive_counts.push_back(field.get_double());
      return true;
    case tag_and_type(16, kBytes):
      Append(field.get_packed_double(), &layout.custom_values);
      return true;
    case tag_and_type(16, kFixed64):
      layout.custom_values.push_back(field.get_double());
      return true;
    default:
      return false;
  }
}

Result<std::vector<model::Span>> ReadSpans(const std::vector<std::string_view>& messages) {
  std::vector<model::Span> spans;
  spans.reserve(messages.size());
  for (std::string_view bytes : messages) spans.push_back(TRY(ReadSpan(bytes)));
  return spans;
}

}  // namespace

Result<model::LabelView> ReadLabelMessage(std::string_view bytes) {
  model::LabelView label;
  TRY(Read(bytes, [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case tag_and_type(1, kBytes):
        label.name = View(field.get_view());
        break;
      case tag_and_type(2, kBytes):
        label.value = View(field.get_view());
        break;
      default:
        field.skip();
    }
  }));
  return label;
}

Result<std::vector<uint32_t>> ReadReferences(std::string_view bytes) {
  std::vector<uint32_t> references;
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  try {
    while (at != end) {
      references.push_back(static_cast<uint32_t>(protozero::decode_varint(&at, end)));
    }
  } catch (const protozero::exception& damage) {
    return Error::Corrupt("proto: {}", damage.what());
  }
  return references;
}

Result<ExemplarMessage> ReadExemplarMessage(std::string_view bytes, bool v1) {
  ExemplarMessage out;
  std::vector<std::string_view> labels;
  TRY(Read(bytes, [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case tag_and_type(1, kBytes):
        if (v1) {
          labels.push_back(View(field.get_view()));
        } else {
          Append(field.get_packed_uint32(), &out.references);
        }
        break;
      case tag_and_type(2, kFixed64):
        out.value = field.get_double();
        break;
      case tag_and_type(3, kVarint):
        out.t = field.get_int64();
        break;
      default:
        field.skip();
    }
  }));
  for (std::string_view label : labels) out.labels.push_back(TRY(ReadLabelMessage(label)));
  return out;
}

Result<MetadataMessage> ReadMetadataMessage(std::string_view bytes) {
  using enum model::MetricType;
  static constexpr model::MetricType kTypes[] = {kUnknown,        kCounter, kGauge, kHistogram,
                                                 kGaugeHistogram, kSummary, kInfo,  kStateset};
  MetadataMessage out;
  TRY(Read(bytes, [&](pbf_reader& field) {
    switch (field.tag_and_type()) {
      case tag_and_type(1, kVarint): {
        int32_t type = field.get_enum();
        bool known = type >= 0 && type < static_cast<int32_t>(std::size(kTypes));
        out.type = known ? kTypes[type] : kUnknown;
        break;
      }
      case tag_and_type(3, kVarint):
        out.help = field.get_uint32();
        break;
      case tag_and_type(4, kVarint):
        out.unit = field.get_uint32();
        break;
      default:
        field.skip();
    }
  }));
  return out;
}

Result<HistogramMessage> ReadHistogramMessage(std::string_view bytes) {
  RawHistogram raw;
  TRY(Read(bytes, [&](pbf_reader& field) {
    if (!raw.TakeNumber(field) && !raw.TakeBuckets(field)) field.skip();
  }));
  raw.layout.positive_spans = TRY(ReadSpans(raw.positive_spans));
  raw.layout.negative_spans = TRY(ReadSpans(raw.negative_spans));
  HistogramMessage out;
  out.t = raw.t;
  if (raw.is_float) {
    model::FloatHistogram histogram;
    static_cast<model::HistogramLayout&>(histogram) = std::move(raw.layout);
    histogram.count = raw.count_float;
    histogram.sum = raw.sum;
    histogram.zero_count = raw.zero_float;
    histogram.positive_buckets = std::move(raw.positive_counts);
    histogram.negative_buckets = std::move(raw.negative_counts);
    out.histogram = std::move(histogram);
  } else {
    model::Histogram histogram;
    static_cast<model::HistogramLayout&>(histogram) = std::move(raw.layout);
    histogram.count = raw.count_int;
    histogram.sum = raw.sum;
    histogram.zero_count = raw.zero_int;
    histogram.positive_deltas = std::move(raw.positive_deltas);
    histogram.negative_deltas = std::move(raw.negative_deltas);
    out.histogram = std::move(histogram);
  }
  return out;
}

}  // namespace watchfire::remote
