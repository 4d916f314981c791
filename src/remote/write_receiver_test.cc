#include "remote/write_receiver.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "client/text_writer.h"
#include "remote/testing_request.h"
#include "testing/test_storage.h"

namespace watchfire::remote {
namespace {

using testing::Message;
using testing::Pairs;

constexpr std::string_view kV1 = "application/x-protobuf";
constexpr std::string_view kV2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
constexpr TimeMs kNow = 1'760'000'000'000;

class FixedClock final : public Clock {
 public:
  TimeMs Now() const override { return kNow; }
  int64_t MonotonicNs() const override { return 0; }
};

class WriteReceiverTest : public ::testing::Test {
 protected:
  WriteReceiverTest() { CaptureLogs(&log_); }
  ~WriteReceiverTest() override { CaptureLogs(nullptr); }

  WriteAnswer Send(const Message& message, std::string_view type = kV1) {
    return receiver_.Write(type, "snappy", message.Snappy());
  }
  WriteAnswer SendV2(testing::Symbols& symbols, const std::vector<Message>& series) {
    return Send(symbols.Request(series), kV2);
  }
  // `labels value@time value@time; …`
  std::string Stored() {
    std::string text;
    for (const auto& [labels, series] : *storage_.Snapshot()) {
      text += labels.ToMetricString();
      for (const auto& [t, v] : series.floats) text += fmt::format(" {}@{}", v, t - kNow);
      for (const auto& h : series.histograms)
        text += fmt::format(" h{}@{}", h.histogram.count, h.t - kNow);
      for (const auto& e : series.exemplars) text += " " + e.labels.ToString();
      text += "; ";
    }
    return text;
  }
  double Metric(std::string_view name) {
    for (const auto& family : registry_.Gather()) {
      if (family.name == name) return family.points[0].value;
    }
    ADD_FAILURE() << "no metric " << name;
    return -1;
  }

  FixedClock clock_;
  ::watchfire::testing::TestStorage storage_;
  client::Registry registry_;
  WriteReceiver receiver_{{[this] { return &storage_; }, &registry_, &clock_}};
  std::string log_;
};

Message Up(double v, TimeMs ahead, const char* job = "x") {
  return testing::SeriesV1({{"__name__", "up"}, {"job", job}})
      .Add(2, testing::Sample(v, kNow + ahead));
}

TEST_F(WriteReceiverTest, StoresWhatItIsSent) {
  Message first;
  first.Add(1, Up(1, 0)).Add(1, Up(2, 0, "y")).Bytes(3, "some metadata");
  EXPECT_EQ(Send(first).status, 204);
  Message second;
  second.Add(1, Up(3, 15'000)).Add(1, Up(4, 15'000, "y")).Add(1, Up(5, 15'000, "z"));
  WriteAnswer answer = Send(second);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.text, "");
  EXPECT_FALSE(answer.has_counts);
  EXPECT_EQ(Stored(),
            "up{job=\"x\"} 1@0 3@15000; up{job=\"y\"} 2@0 4@15000; up{job=\"z\"} 5@15000; ");
  EXPECT_EQ(Metric("prometheus_remote_storage_samples_in_total"), 5);
  EXPECT_EQ(Metric("prometheus_api_remote_write_without_metadata_appended_samples_total"), 5);
  EXPECT_EQ(Metric("watchfire_remote_write_cached_series"), 3);
}

TEST_F(WriteReceiverTest, SortsLabelsAndDropsEmptyOnes) {
  Message message;
  message.Add(1, testing::SeriesV1({{"z", "1"}, {"empty", ""}, {"__name__", "up"}, {"a", "2"}})
                     .Add(2, testing::Sample(1, kNow)));
  EXPECT_EQ(Send(message).status, 204);
  EXPECT_EQ(Stored(), "up{a=\"2\", z=\"1\"} 1@0; ");
}

TEST_F(WriteReceiverTest, TakesSeveralSamplesOfASeriesInAnyOrderOfSeries) {
  Message message;
  for (const char* job : {"b", "a"}) {
    message.Add(
        1,
        Up(1, 0, job).Add(2, testing::Sample(2, kNow + 10)).Add(2, testing::Sample(3, kNow + 20)));
  }
  EXPECT_EQ(Send(message).status, 204);
  EXPECT_EQ(Stored(), "up{job=\"a\"} 1@0 2@10 3@20; up{job=\"b\"} 1@0 2@10 3@20; ");
}

TEST_F(WriteReceiverTest, DropsInvalidSeriesOfTheFirstProtocolSilently) {
  Message message;
  message.Add(1, testing::SeriesV1({{"job", "nameless"}}).Add(2, testing::Sample(1, kNow)));
  message.Add(1, testing::SeriesV1({{"__name__", ""}}).Add(2, testing::Sample(1, kNow)));
  message.Add(1,
              testing::SeriesV1({{"__name__", "up"}, {"", "x"}}).Add(2, testing::Sample(1, kNow)));
  message.Add(
      1, testing::SeriesV1({{"__name__", "up"}, {"a", "\xff"}}).Add(2, testing::Sample(1, kNow)));
  message.Add(1, testing::SeriesV1({{"__name__", "up"}, {"a", "1"}, {"a", ""}})
                     .Add(2, testing::Sample(1, kNow)));
  message.Add(
      1,
      testing::SeriesV1({{"__name__", "über"}, {"größe", "ok"}}).Add(2, testing::Sample(1, kNow)));
  EXPECT_EQ(Send(message).status, 204);
  EXPECT_EQ(Stored(), "{\"über\", \"größe\"=\"ok\"} 1@0; ");
  EXPECT_EQ(Metric("prometheus_api_remote_write_invalid_labels_samples_total"), 5);
  EXPECT_NE(log_.find("{job=\\\"nameless\\\"}"), std::string::npos) << log_;
}

TEST_F(WriteReceiverTest, KeepsNothingOfARequestOfTheFirstProtocolThatIsRefused) {
  Message first;
  first.Add(1, Up(1, 1000));
  ASSERT_EQ(Send(first).status, 204);
  Message late;
  late.Add(1, Up(9, 2000, "good")).Add(1, Up(1, 500));
  WriteAnswer answer = Send(late);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text, "out of order sample");
  Message twice;
  twice.Add(1, Up(7, 1000)).Add(1, Up(9, 2000, "good"));
  answer = Send(twice);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text,
            "duplicate sample for timestamp 1760000001000; overrides not allowed: existing 1, new "
            "value 7");
  Message ahead;
  ahead.Add(1, Up(9, 2000, "good")).Add(1, Up(1, 600'001));
  answer = Send(ahead);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text, "out of bounds: timestamp is too far in the future");
  EXPECT_EQ(Stored(), "up{job=\"x\"} 1@1000; ");
  // The same sample again is no news.
  EXPECT_EQ(Send(first).status, 204);
  Message just_ahead;
  just_ahead.Add(1, Up(1, 600'000));
  EXPECT_EQ(Send(just_ahead).status, 204);
}

TEST_F(WriteReceiverTest, NamesTheFirstRefusalOfARequest) {
  Message first;
  first.Add(1, Up(1, 1000, "a")).Add(1, Up(1, 1000, "b"));
  ASSERT_EQ(Send(first).status, 204);
  Message bad;
  bad.Add(1, Up(2, 1000, "a")).Add(1, Up(1, 500, "b")).Add(1, Up(1, 600'001, "c"));
  EXPECT_EQ(Send(bad).text,
            "duplicate sample for timestamp 1760000001000; overrides not allowed: existing 1, new "
            "value 2");
}

TEST_F(WriteReceiverTest, RefusesDamagedBodies) {
  EXPECT_EQ(receiver_.Write(kV1, "snappy", "").status, 400);
  EXPECT_EQ(receiver_.Write(kV1, "snappy", "garbage").text, "snappy: corrupt input");
  EXPECT_EQ(Send(Message().Raw("\x0a\x40")).status, 400);
  EXPECT_EQ(Send(Message().Raw("\x0a\x40"), kV2).status, 400);
  // Damage inside of a label, in a message that is sound outside.
  Message message;
  message.Add(1, Up(1, 0));
  message.Add(1, Message().Bytes(1, "\x0a\x7f").Add(2, testing::Sample(1, kNow)));
  EXPECT_EQ(Send(message).status, 400);
  // Where a label's length leads past its series.
  Message runaway;
  runaway.Add(1, Message().Raw("\x0a\x7f").Raw("0123456789").Add(2, testing::Sample(1, kNow)));
  EXPECT_EQ(Send(runaway).status, 400);
  Message histogram;
  histogram.Add(1, testing::SeriesV1({{"__name__", "h"}}).Bytes(4, "\x0a"));
  EXPECT_EQ(Send(histogram).status, 400);
  EXPECT_EQ(Stored(), "");
}

TEST_F(WriteReceiverTest, RefusesBodiesThatUnpackToTooMuch) {
  std::string bomb = codec::SnappyCompress(std::string((32 << 20) + 1, '\0'));
  WriteAnswer answer = receiver_.Write(kV1, "snappy", bomb);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text, "decoded size exceeds the 33554432 bytes limit");
}

TEST_F(WriteReceiverTest, NegotiatesEncodingAndMessage) {
  Message message;
  message.Add(1, Up(1, 0));
  std::string body = message.Snappy();
  EXPECT_EQ(receiver_.Write("", "", body).status, 204);
  EXPECT_EQ(receiver_.Write("application/x-protobuf;proto=prometheus.WriteRequest", "snappy", body)
                .status,
            204);
  EXPECT_EQ(receiver_.Write(kV1, "gzip", body).status, 415);
  EXPECT_EQ(
      receiver_.Write(kV1, "gzip", body).text,
      "gzip encoding (compression) is not accepted by this server; only snappy is acceptable");
  EXPECT_EQ(
      receiver_.Write("text/plain", "snappy", body).text,
      "expected application/x-protobuf as the first (media) part, got text/plain content-type");
  EXPECT_EQ(receiver_.Write("application/x-protobuf;proto", "snappy", body).status, 415);
  WriteAnswer answer = receiver_.Write("application/x-protobuf;proto=x.Y", "snappy", body);
  EXPECT_EQ(answer.status, 415);
  EXPECT_EQ(answer.text,
            "got application/x-protobuf;proto=x.Y content type; unknown type for remote write "
            "protobuf message x.Y, supported: prometheus.WriteRequest, "
            "io.prometheus.write.v2.Request");
  client::Registry registry;
  WriteReceiver only_v1({[this] { return &storage_; }, &registry, &clock_, {WriteProtocol::kV1}});
  EXPECT_EQ(only_v1.Write(kV2, "snappy", body).text,
            "io.prometheus.write.v2.Request protobuf message is not accepted by this server; only "
            "accepts prometheus.WriteRequest");
  EXPECT_EQ(only_v1.Write(kV2, "snappy", body).status, 415);
}

TEST_F(WriteReceiverTest, ReadsTheFlagOfAcceptedMessages) {
  EXPECT_EQ(*ParseAcceptedMessages({"prometheus.WriteRequest,io.prometheus.write.v2.Request"}),
            (std::vector{WriteProtocol::kV1, WriteProtocol::kV2}));
  EXPECT_EQ(*ParseAcceptedMessages({"io.prometheus.write.v2.Request"}),
            std::vector{WriteProtocol::kV2});
  EXPECT_EQ(ParseAcceptedMessages({"x"}).error().message(),
            "unknown type for remote write protobuf message x, supported: prometheus.WriteRequest, "
            "io.prometheus.write.v2.Request");
}

TEST_F(WriteReceiverTest, AnswersAFailingStorageWith500AndKeepsNothing) {
  storage_.FailCommits(Error::Io("no space left on device"));
  Message message;
  message.Add(1, Up(1, 0));
  WriteAnswer answer = Send(message);
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.text, "no space left on device");
  EXPECT_EQ(Metric("prometheus_remote_storage_samples_in_total"), 0);
  storage_.FailCommits({});
  EXPECT_EQ(Send(message).status, 204);
  EXPECT_EQ(Stored(), "up{job=\"x\"} 1@0; ");
}

Message IntegerHistogram(uint64_t count, TimeMs ahead, int64_t schema = 0) {
  return Message()
      .Varint(1, count)
      .Double(3, 1)
      .Signed(4, schema)
      .Add(11, Message().Signed(1, 0).Varint(2, 2))
      .Bytes(12, testing::PackedSigned({1, 0}))
      .Varint(15, static_cast<uint64_t>(kNow + ahead));
}

TEST_F(WriteReceiverTest, StoresHistogramsAndExemplars) {
  Message message;
  message.Add(1, testing::SeriesV1({{"__name__", "h"}})
                     .Add(4, IntegerHistogram(2, 0))
                     .Add(4, IntegerHistogram(3, 10, 20)));
  message.Add(1, testing::SeriesV1({{"__name__", "f"}})
                     .Add(4, Message().Double(2, 2.5).Varint(15, static_cast<uint64_t>(kNow))));
  message.Add(1, Up(1, 0).Add(3, testing::ExemplarV1({{"trace_id", "abc"}}, 1, kNow)));
  EXPECT_EQ(Send(message).status, 204);
  EXPECT_EQ(Stored(), "f h2.5@0; h h2@0 h3@10; up{job=\"x\"} 1@0 {trace_id=\"abc\"}; ");
  EXPECT_EQ(storage_.Snapshot()->begin()->second.histograms[0].histogram.schema, 0);
  auto reduced = std::next(storage_.Snapshot()->begin())->second.histograms[1].histogram;
  EXPECT_EQ(reduced.schema, 8);
  EXPECT_EQ(Metric("prometheus_remote_storage_histograms_in_total"), 3);
  EXPECT_EQ(Metric("prometheus_remote_storage_exemplars_in_total"), 1);
  // Exemplars come in series of their own from a Prometheus, after the samples.
  Message alone;
  alone.Add(1, testing::SeriesV1({{"__name__", "up"}, {"job", "x"}})
                   .Add(3, testing::ExemplarV1({{"trace_id", "def"}}, 1, kNow)));
  alone.Add(1, testing::SeriesV1({{"__name__", "unheard_of"}})
                   .Add(3, testing::ExemplarV1({{"trace_id", "ghi"}}, 1, kNow)));
  EXPECT_EQ(Send(alone).status, 204);
  EXPECT_EQ(Stored(),
            "f h2.5@0; h h2@0 h3@10; up{job=\"x\"} 1@0 {trace_id=\"abc\"} {trace_id=\"def\"}; ");
}

TEST_F(WriteReceiverTest, CountsWhatWasWrittenOfTheSecondProtocol) {
  testing::Symbols symbols;
  std::string up = symbols.References({{"__name__", "up"}, {"job", "x"}});
  std::string h = symbols.References({{"__name__", "h"}});
  std::string trace = symbols.References({{"trace_id", "abc"}});
  WriteAnswer answer = SendV2(
      symbols,
      {Message()
           .Bytes(1, up)
           .Add(2, testing::Sample(1, kNow))
           .Add(2, testing::Sample(2, kNow + 10))
           .Add(4, Message().Bytes(1, trace).Double(2, 1).Varint(3, static_cast<uint64_t>(kNow))),
       Message().Bytes(1, h).Add(3, IntegerHistogram(2, 0))});
  EXPECT_EQ(answer.status, 204) << answer.text;
  EXPECT_TRUE(answer.has_counts);
  EXPECT_EQ(answer.counts.samples, 2u);
  EXPECT_EQ(answer.counts.histograms, 1u);
  EXPECT_EQ(answer.counts.exemplars, 1u);
  EXPECT_EQ(Stored(), "h h2@0; up{job=\"x\"} 1@0 2@10 {trace_id=\"abc\"}; ");
}

TEST_F(WriteReceiverTest, KeepsTheGoodPartsOfARequestOfTheSecondProtocol) {
  testing::Symbols symbols;
  std::string up = symbols.References({{"__name__", "up"}});
  std::string nameless = symbols.References({{"job", "x"}});
  std::string twice = symbols.References({{"__name__", "a"}, {"job", "x"}, {"job", "y"}});
  std::string good = symbols.References({{"__name__", "good"}});
  ASSERT_EQ(SendV2(symbols, {Message().Bytes(1, up).Add(2, testing::Sample(1, kNow))}).status, 204);
  Message sample = testing::Sample(5, kNow - 10);
  WriteAnswer answer = SendV2(
      symbols, {Message().Bytes(1, up).Add(2, sample),
                Message().Bytes(1, nameless).Add(2, sample).Add(2, sample),
                Message().Bytes(1, twice).Add(2, sample), Message().Bytes(1, good),
                Message().Bytes(1, testing::PackedVarints({1, 999})).Add(2, sample),
                Message().Bytes(1, good).Add(2, sample).Add(2, testing::Sample(1, kNow + 700'000)),
                Message().Bytes(1, good).Add(3, IntegerHistogram(1, 700'000))});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(
      answer.text,
      "out of order sample for series {__name__=\"up\"}\n"
      "invalid metric name or labels, got {job=\"x\"}\n"
      "invalid labels for series, labels {__name__=\"a\", job=\"x\", job=\"y\"}, duplicated "
      "label job\n"
      "TimeSeries must contain at least one sample or histogram for series "
      "{__name__=\"good\"}\n"
      "parsing labels for series [1 999]: labelRefs 1 (name) = 999 (value) outside of symbols "
      "table (size 8)\n"
      "out of bounds: timestamp is too far in the future for series {__name__=\"good\"}\n"
      "out of bounds: timestamp is too far in the future for series {__name__=\"good\"}");
  EXPECT_TRUE(answer.has_counts);
  EXPECT_EQ(answer.counts.samples, 1u);
  EXPECT_EQ(answer.counts.histograms, 0u);
  EXPECT_EQ(Stored(), "good 5@-10; up 1@0; ");
  EXPECT_EQ(Metric("prometheus_api_remote_write_invalid_labels_samples_total"), 4);
}

TEST_F(WriteReceiverTest, FailsTheSecondProtocolWholeWhenTheStorageFails) {
  testing::Symbols symbols;
  std::string up = symbols.References({{"__name__", "up"}});
  storage_.FailCommits(Error::Io("disk"));
  WriteAnswer answer = SendV2(symbols, {Message().Bytes(1, up).Add(2, testing::Sample(1, kNow))});
  EXPECT_EQ(answer.status, 500);
  EXPECT_TRUE(answer.has_counts);
  EXPECT_EQ(answer.counts.samples, 0u);
}

// A storage that forgets all numbers when told to.
class ForgettingStorage final : public storage::Appendable {
 public:
  class Appender final : public storage::Appender {
   public:
    explicit Appender(ForgettingStorage* storage) : storage_(storage) {}
    Result<storage::SeriesRef> GetRef(const model::Labels&) override {
      ++storage_->lookups;
      return storage_->generation * 100 + storage_->lookups;
    }
    Result<storage::SeriesRef> Append(storage::SeriesRef ref, const model::Labels&, TimeMs, double,
                                      storage::AppendError* error) override {
      if (ref / 100 == storage_->generation) {
        ++storage_->samples;
        return ref;
      }
      *error = storage::AppendError::kUnknownRef;
      return Error::NotFound("unknown");
    }
    void AppendRow(TimeMs t, std::span<const storage::SeriesRef> refs,
                   std::span<const double> values,
                   std::vector<storage::RowError>* errors) override {
      for (size_t i = 0; i < refs.size(); ++i) {
        storage::AppendError error = storage::AppendError::kNone;
        if (!Append(refs[i], {}, t, values[i], &error).ok()) errors->push_back({i, error});
      }
    }
    Result<storage::SeriesRef> AppendHistogram(storage::SeriesRef ref, const model::Labels&, TimeMs,
                                               const model::Histogram&) override {
      return Append(ref, {}, 0, 0, &ignored_);
    }
    Result<storage::SeriesRef> AppendFloatHistogram(storage::SeriesRef ref, const model::Labels&,
                                                    TimeMs, const model::FloatHistogram&) override {
      return Append(ref, {}, 0, 0, &ignored_);
    }
    Result<void> AppendExemplar(storage::SeriesRef, const model::Exemplar&) override { return {}; }
    Result<void> Commit() override { return {}; }
    void Rollback() override {}

   private:
    ForgettingStorage* storage_;
    storage::AppendError ignored_ = storage::AppendError::kNone;
  };
  std::unique_ptr<storage::Appender> NewAppender() override {
    return std::make_unique<Appender>(this);
  }
  uint64_t generation = 1;
  uint64_t lookups = 0;
  uint64_t samples = 0;
};

TEST(WriteReceiver, LooksSeriesUpOnceAndAgainWhenTheStorageHasForgottenThem) {
  ForgettingStorage storage;
  client::Registry registry;
  FixedClock clock;
  WriteReceiver receiver({[&] { return &storage; }, &registry, &clock});
  Message message;
  message.Add(1, Up(1, 0)).Add(1, Up(1, 0, "y"));
  message.Add(1, testing::SeriesV1({{"__name__", "h"}}).Add(4, IntegerHistogram(2, 0)));
  std::string body = message.Snappy();
  EXPECT_EQ(receiver.Write(kV1, "snappy", body).status, 204);
  EXPECT_EQ(receiver.Write(kV1, "snappy", body).status, 204);
  EXPECT_EQ(storage.lookups, 3u);
  storage.generation = 2;
  EXPECT_EQ(receiver.Write(kV1, "snappy", body).status, 204);
  EXPECT_EQ(receiver.Write(kV1, "snappy", body).status, 204);
  EXPECT_EQ(storage.lookups, 6u);
  EXPECT_EQ(storage.samples, 12u);
}

}  // namespace
}  // namespace watchfire::remote
