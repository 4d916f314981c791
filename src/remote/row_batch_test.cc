#include "remote/row_batch.h"

#include <gtest/gtest.h>

#include "testing/test_storage.h"

namespace watchfire::remote {
namespace {

using storage::AppendError;
using storage::SeriesRef;

// Writes down what it is given.
class NotingAppender final : public storage::Appender {
 public:
  Result<SeriesRef> GetRef(const model::Labels&) override { return 1; }
  Result<SeriesRef> Append(SeriesRef ref, const model::Labels&, TimeMs t, double v,
                           AppendError*) override {
    notes += fmt::format("one {}@{}={} ", ref, t, v);
    return ref;
  }
  void AppendRow(TimeMs t, std::span<const SeriesRef> refs, std::span<const double> values,
                 std::vector<storage::RowError>* errors) override {
    notes += fmt::format("row @{}", t);
    for (size_t i = 0; i < refs.size(); ++i) {
      notes += fmt::format(" {}={}", refs[i], values[i]);
      if (refs[i] == refused) errors->push_back({i, AppendError::kOutOfOrder});
    }
    notes += "; ";
  }
  Result<SeriesRef> AppendHistogram(SeriesRef, const model::Labels&, TimeMs,
                                    const model::Histogram&) override {
    return 1;
  }
  Result<SeriesRef> AppendFloatHistogram(SeriesRef, const model::Labels&, TimeMs,
                                         const model::FloatHistogram&) override {
    return 1;
  }
  Result<void> AppendExemplar(SeriesRef, const model::Exemplar&) override { return {}; }
  Result<void> Commit() override { return {}; }
  void Rollback() override {}

  SeriesRef refused = 0;
  std::string notes;
};

std::string Flush(RowBatch& batch, SeriesRef refused = 0) {
  NotingAppender appender;
  appender.refused = refused;
  std::string text;
  batch.Flush(appender, [&](const RowBatch::Sample& sample, AppendError error) {
    text += fmt::format("refused {} of series {}: {}", sample.ref, sample.series,
                        storage::AppendErrorText(error));
  });
  return appender.notes + text;
}

TEST(RowBatch, HandsSamplesOfOneTimeOverAsOneRow) {
  RowBatch batch;
  batch.Add(0, 3, 100, 1);
  batch.Add(1, 5, 100, 2);
  batch.Add(2, 4, 100, 3);
  EXPECT_EQ(Flush(batch), "row @100 3=1 5=2 4=3; ");
  EXPECT_EQ(Flush(batch), "");
}

TEST(RowBatch, GathersSeriesWithSeveralSamplesByTime) {
  RowBatch batch;
  for (uint32_t series = 0; series < 3; ++series) {
    for (TimeMs t : {300, 100, 200}) batch.Add(series, series + 1, t, static_cast<double>(t));
  }
  EXPECT_EQ(Flush(batch),
            "row @100 1=100 2=100 3=100; row @200 1=200 2=200 3=200; row @300 1=300 2=300 3=300; ");
}

TEST(RowBatch, TakesAsManyTimesAsSamples) {
  RowBatch batch;
  for (uint32_t i = 0; i < 500; ++i) {
    batch.Add(i, i + 1, (i * 7919) % 500, 0);
  }
  std::string notes = Flush(batch);
  EXPECT_EQ(notes.substr(0, 30), "row @0 1=0; row @1 180=0; row ");
  EXPECT_EQ(std::count(notes.begin(), notes.end(), ';'), 500);
}

TEST(RowBatch, NeverRepeatsASeriesInARow) {
  RowBatch batch;
  batch.Add(0, 3, 100, 1);
  batch.Add(1, 2, 100, 2);
  batch.Add(2, 3, 100, 3);
  EXPECT_EQ(Flush(batch), "row @100 3=1 2=2; one 3@100=3 ");
}

TEST(RowBatch, TellsWhichSampleWasRefused) {
  RowBatch batch;
  for (uint32_t i = 0; i < 4; ++i) batch.Add(i, 10 - i, i % 2 == 0 ? 100 : 200, i);
  EXPECT_EQ(Flush(batch, 7),
            "row @100 10=0 8=2; row @200 9=1 7=3; refused 7 of series 3: out of order sample");
}

}  // namespace
}  // namespace watchfire::remote
