#include "remote/write_request.h"

#include <gtest/gtest.h>

#include "remote/messages.h"
#include "remote/testing_request.h"

namespace watchfire::remote {
namespace {

using namespace std::string_literals;
using testing::Message;
using testing::Pairs;

std::string LabelsOf(const WriteRequestView& request, size_t i) {
  std::vector<model::LabelView> labels;
  Result<void> read = request.ReadLabels(request.series()[i], &labels);
  if (!read.ok()) return read.error().message();
  std::string text;
  for (const auto& [name, value] : labels) text += fmt::format("{}={};", name, value);
  return text;
}

TEST(WriteRequest, ReadsARequestOfTheFirstProtocolByteByByte) {
  // {__name__="up",job="x"} 1.5 at 1000, as the specification's encoder writes it.
  std::string bytes =
      "\x0a\x2a"
      "\x0a\x0e\x0a\x08__name__\x12\x02up"
      "\x0a\x08\x0a\x03job\x12\x01x"
      "\x12\x0c\x09\x00\x00\x00\x00\x00\x00\xf8\x3f\x10\xe8\x07"s;
  bytes[1] = static_cast<char>(bytes.size() - 2);
  WriteRequestView request;
  ASSERT_TRUE(request.Parse(WriteProtocol::kV1, bytes).ok());
  ASSERT_EQ(request.series().size(), 1u);
  EXPECT_EQ(LabelsOf(request, 0), "__name__=up;job=x;");
  ASSERT_EQ(request.series()[0].num_samples, 1u);
  EXPECT_EQ(request.samples()[0].t, 1000);
  EXPECT_EQ(request.samples()[0].v, 1.5);
  EXPECT_FALSE(request.series()[0].guessed);
}

TEST(WriteRequest, GuessesSamplesOfTodayFromTheEnd) {
  for (TimeMs t : {1'760'000'000'123, 34'359'738'368, 4'398'046'511'103}) {
    Message series = testing::SeriesV1({{"__name__", "up"}}).Add(2, testing::Sample(-2.25, t));
    Message message;
    message.Add(1, series);
    WriteRequestView request;
    ASSERT_TRUE(request.Parse(WriteProtocol::kV1, message.text()).ok());
    const SeriesView guess = request.series()[0];
    EXPECT_TRUE(guess.guessed);
    EXPECT_EQ(request.samples()[0].t, t);
    EXPECT_EQ(request.samples()[0].v, -2.25);
    // Read again, it is the same.
    ASSERT_TRUE(request.Reread(0).ok());
    const SeriesView& series_view = request.series()[0];
    EXPECT_EQ(series_view.key.hash, guess.key.hash);
    EXPECT_EQ(series_view.labels, guess.labels);
    EXPECT_EQ(request.samples()[series_view.first_sample].t, t);
    EXPECT_EQ(request.samples()[series_view.first_sample].v, -2.25);
  }
}

TEST(WriteRequest, IsNotFooledForLongByALabelThatEndsLikeASample) {
  std::string tail(testing::Message().Add(2, testing::Sample(7, 1'760'000'000'000)).text());
  Message message;
  message.Add(1, testing::SeriesV1({{"__name__", "up"}, {"odd", "value" + tail}}));
  WriteRequestView request;
  ASSERT_TRUE(request.Parse(WriteProtocol::kV1, message.text()).ok());
  ASSERT_TRUE(request.series()[0].guessed);
  ASSERT_TRUE(request.Reread(0).ok());
  EXPECT_EQ(request.series()[0].num_samples, 0u);
  EXPECT_EQ(LabelsOf(request, 0), "__name__=up;odd=value" + tail + ";");
}

TEST(WriteRequest, GivesEqualLabelsEqualKeysWhateverFollowsThem) {
  Pairs labels = {{"__name__", "up"}, {"job", "x"}};
  Message message;
  message.Add(1, testing::SeriesV1(labels).Add(2, testing::Sample(1, 1'760'000'000'000)));
  message.Add(1, testing::SeriesV1(labels));
  message.Add(1, testing::SeriesV1(labels)
                     .Add(2, testing::Sample(1, 1'760'000'000'000))
                     .Add(2, testing::Sample(2, 1'760'000'015'000))
                     .Add(3, testing::ExemplarV1({{"trace_id", "a"}}, 1, 2)));
  message.Add(1, testing::SeriesV1({{"__name__", "up"}, {"job", "y"}}));
  WriteRequestView request;
  ASSERT_TRUE(request.Parse(WriteProtocol::kV1, message.text()).ok());
  const auto& series = request.series();
  ASSERT_EQ(series.size(), 4u);
  EXPECT_EQ(series[0].key.hash, series[1].key.hash);
  EXPECT_EQ(series[0].key.hash, series[2].key.hash);
  EXPECT_NE(series[0].key.hash, series[3].key.hash);
  EXPECT_EQ(series[2].num_samples, 2u);
  EXPECT_EQ(series[2].num_extras, 1u);
}

TEST(WriteRequest, TakesFieldsInAnyOrderAndSkipsUnknownOnes) {
  Message series;
  series.Varint(15, 3).Double(14, 2).Bytes(13, "new");
  series.Add(2, Message().Varint(2, 5000).Varint(9, 1).Double(1, 4));
  series.Add(1, Message().Bytes(2, "up").Bytes(1, "__name__").Bytes(3, "?"));
  series.Add(2, Message());  // zero at zero
  series.Add(1, Message().Bytes(1, "job").Bytes(2, "x"));
  series.Add(1, Message().Bytes(1, "a").Bytes(2, "b"));
  Message message;
  message.Bytes(3, "metadata").Add(1, series).Varint(9, 9);
  WriteRequestView request;
  ASSERT_TRUE(request.Parse(WriteProtocol::kV1, message.text()).ok());
  EXPECT_EQ(LabelsOf(request, 0), "__name__=up;a=b;job=x;");
  ASSERT_EQ(request.series()[0].num_samples, 2u);
  EXPECT_EQ(request.samples()[0].t, 5000);
  EXPECT_EQ(request.samples()[0].v, 4);
  EXPECT_EQ(request.samples()[1].t, 0);
}

TEST(WriteRequest, ReadsNegativeTimes) {
  Message message;
  message.Add(1, testing::SeriesV1({{"__name__", "up"}}).Add(2, testing::Sample(1, -5)));
  WriteRequestView request;
  ASSERT_TRUE(request.Parse(WriteProtocol::kV1, message.text()).ok());
  EXPECT_EQ(request.samples()[0].t, -5);
}

TEST(WriteRequest, ReadsTheSecondProtocol) {
  testing::Symbols symbols;
  Pairs labels = {{"__name__", "up"}, {"job", "x"}};
  Message first;
  first.Bytes(1, symbols.References(labels)).Add(2, testing::Sample(1, 1000).Varint(3, 500));
  first.Add(5, Message().Varint(1, 2).Varint(3, symbols.Of("Help.")).Varint(4, symbols.Of("By")));
  first.Add(
      4,
      Message().Bytes(1, symbols.References({{"trace_id", "abc"}})).Double(2, 0.5).Varint(3, 999));
  Message unpacked;  // allowed, too
  for (const auto& [name, value] : labels) {
    unpacked.Varint(1, symbols.Of(name)).Varint(1, symbols.Of(value));
  }
  unpacked.Add(2, testing::Sample(2, 2000));
  WriteRequestView request;
  Message message = symbols.Request({first, unpacked});
  ASSERT_TRUE(request.Parse(WriteProtocol::kV2, message.text()).ok());
  ASSERT_EQ(request.series().size(), 2u);
  EXPECT_EQ(LabelsOf(request, 0), "__name__=up;job=x;");
  EXPECT_EQ(LabelsOf(request, 1), "__name__=up;job=x;");
  EXPECT_EQ(request.series()[0].key.hash, request.series()[1].key.hash);
  EXPECT_EQ(request.samples()[0].t, 1000);
  ASSERT_EQ(request.series()[0].num_extras, 2u);
  Result<model::Metadata> metadata = request.ReadMetadata(request.extras()[0].bytes);
  ASSERT_TRUE(metadata.ok());
  EXPECT_EQ(metadata->type, model::MetricType::kGauge);
  EXPECT_EQ(metadata->help, "Help.");
  EXPECT_EQ(metadata->unit, "By");
  Result<model::Exemplar> exemplar = request.ReadExemplar(request.extras()[1].bytes);
  ASSERT_TRUE(exemplar.ok());
  EXPECT_EQ(exemplar->labels.ToString(), "{trace_id=\"abc\"}");
  EXPECT_EQ(exemplar->value, 0.5);
  EXPECT_EQ(exemplar->t, 999);
}

TEST(WriteRequest, KeysOfTheSecondProtocolDoNotDependOnTheSymbolTable) {
  testing::Symbols one;
  testing::Symbols other;
  other.Of("something else first");
  Pairs labels = {{"__name__", "up"}, {"job", "x"}};
  Message in_one = one.Request({Message().Bytes(1, one.References(labels))});
  Message in_other = other.Request({Message().Bytes(1, other.References(labels))});
  WriteRequestView request;
  ASSERT_TRUE(request.Parse(WriteProtocol::kV2, in_one.text()).ok());
  uint64_t hash = request.series()[0].key.hash;
  ASSERT_TRUE(request.Parse(WriteProtocol::kV2, in_other.text()).ok());
  EXPECT_EQ(request.series()[0].key.hash, hash);
}

TEST(WriteRequest, SaysWhichReferencesLeadNowhere) {
  testing::Symbols symbols;
  symbols.Of("__name__");
  Message message = symbols.Request({Message().Bytes(1, testing::PackedVarints({1, 999})),
                                     Message().Bytes(1, testing::PackedVarints({1}))});
  WriteRequestView request;
  ASSERT_TRUE(request.Parse(WriteProtocol::kV2, message.text()).ok());
  EXPECT_EQ(request.ReferencesText(request.series()[0]), "[1 999]");
  EXPECT_EQ(LabelsOf(request, 0),
            "labelRefs 1 (name) = 999 (value) outside of symbols table (size 2)");
  EXPECT_EQ(LabelsOf(request, 1), "invalid labelRefs length 1");
}

TEST(WriteRequest, NamesDamageOrReadsSomethingAtEveryTruncation) {
  Message v1;
  v1.Add(1, testing::SeriesV1({{"__name__", "up"}, {"job", "x"}})
                .Add(2, testing::Sample(1, 1000))
                .Add(3, testing::ExemplarV1({{"a", "b"}}, 1, 2)));
  WriteRequestView request;
  std::string text(v1.text());
  for (size_t n = 1; n < text.size(); ++n) {
    // Exact copies, so that a sanitizer sees a read past the end.
    std::unique_ptr<char[]> copy(new char[n]);
    std::memcpy(copy.get(), text.data(), n);
    EXPECT_FALSE(request.Parse(WriteProtocol::kV1, {copy.get(), n}).ok()) << n;
    static_cast<void>(request.Parse(WriteProtocol::kV2, {copy.get(), n}).ok());
  }
}

TEST(WriteRequest, RefusesGroupsAndFieldNumberZero) {
  WriteRequestView request;
  EXPECT_FALSE(request.Parse(WriteProtocol::kV1, "\x0b").ok());
  EXPECT_FALSE(request.Parse(WriteProtocol::kV1, std::string_view("\x00\x01", 2)).ok());
}

TEST(HistogramMessages, AreReadInBothKinds) {
  Message integer;
  integer.Varint(1, 7).Double(3, 18.4).Signed(4, 3).Double(5, 0.001).Varint(6, 2);
  integer.Add(11, Message().Signed(1, -2).Varint(2, 2))
      .Add(11, Message().Signed(1, 1).Varint(2, 1));
  integer.Bytes(12, testing::PackedSigned({1, 1, -1})).Varint(14, 3).Varint(15, 4000);
  Result<HistogramMessage> read = ReadHistogramMessage(integer.text());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->t, 4000);
  const auto& h = std::get<model::Histogram>(read->histogram);
  EXPECT_EQ(h.count, 7u);
  EXPECT_EQ(h.sum, 18.4);
  EXPECT_EQ(h.schema, 3);
  EXPECT_EQ(h.zero_threshold, 0.001);
  EXPECT_EQ(h.zero_count, 2u);
  EXPECT_EQ(h.reset_hint, model::CounterReset::kGauge);
  EXPECT_EQ(h.positive_spans, (std::vector<model::Span>{{-2, 2}, {1, 1}}));
  EXPECT_EQ(h.positive_deltas, (std::vector<int64_t>{1, 1, -1}));

  Message floats;
  floats.Double(2, 2.5).Double(3, 1).Signed(4, -53).Double(7, 0.5);
  floats.Add(11, Message().Varint(2, 2)).Bytes(13, testing::PackedDoubles({1, 1.5}));
  floats.Add(8, Message().Varint(2, 1)).Double(10, 3);
  floats.Bytes(16, testing::PackedDoubles({0.1, 5}));
  read = ReadHistogramMessage(floats.text());
  ASSERT_TRUE(read.ok());
  const auto& f = std::get<model::FloatHistogram>(read->histogram);
  EXPECT_EQ(f.count, 2.5);
  EXPECT_EQ(f.zero_count, 0.5);
  EXPECT_EQ(f.schema, model::kCustomBucketsSchema);
  EXPECT_EQ(f.positive_buckets, (std::vector<double>{1, 1.5}));
  EXPECT_EQ(f.negative_buckets, (std::vector<double>{3}));
  EXPECT_EQ(f.custom_values, (std::vector<double>{0.1, 5}));

  EXPECT_EQ(ReadHistogramMessage("\x0a\x05").error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace watchfire::remote
