#include <algorithm>

#include "base/log.h"
#include "tsdb/head/head.h"
#include "tsdb/head/head_metrics.h"
#include "tsdb/head/series_chunks.h"
#include "tsdb/samples/sample_reader.h"

namespace watchfire::head {

// The head's own log comes first, since it names the series. Should the other fail then, what came
// in order is logged and shows, and the error is told: sending the transaction again does no harm.
Result<void> Head::CommitLate(Transaction transaction) {
  TRY(Log(EncodeWhole(transaction)));
  MutexLock lock(out_of_order_.commit_mutex());
  Result<void> logged = out_of_order_.Log(Encode(transaction.late));
  if (!logged) transaction.late = {};
  Publish(transaction);
  return logged;
}

void Head::PublishLate(const Samples& late, uint64_t sequence,
                       uint64_t watermark) NO_THREAD_SAFETY_ANALYSIS {
  OooStore& store = out_of_order_.current();
  uint64_t floats = 0;
  uint64_t histograms = 0;
  for (const auto& [t, row] : late.rows) {
    for (size_t i = 0; i < row.ids.size(); ++i) {
      floats += store.Append(row.ids[i], t, row.values[i], sequence, watermark) ? 1 : 0;
    }
  }
  auto add = [&](wal::Ref ref, chunk::HistogramPoint point) {
    auto id = static_cast<SeriesId>(ref);
    histograms += store.AppendHistogram(id, std::move(point), sequence, watermark) ? 1 : 0;
  };
  for (const wal::HistogramRecord& one : late.histograms) {
    add(one.ref, {one.t, 0, false, one.histogram, {}});
  }
  for (const wal::FloatHistogramRecord& one : late.float_histograms) {
    add(one.ref, {one.t, 0, true, {}, one.histogram});
  }
  out_of_order_.Announce();
  metrics_->appended_floats->Increment(static_cast<double>(floats));
  metrics_->appended_histograms->Increment(static_cast<double>(histograms));
  metrics_->late_floats->Increment(static_cast<double>(floats));
  metrics_->late_histograms->Increment(static_cast<double>(histograms));
}

// The marks that Prometheus leaves of chunks in chunks_head are passed over: the log still has all
// samples of those.
Result<void> Head::ReplayOutOfOrder(const std::function<std::optional<SeriesId>(wal::Ref)>& find,
                                    ReplayResult* result) {
  std::vector<wal::SampleRecord> floats;
  std::vector<wal::HistogramRecord> histograms;
  std::vector<wal::FloatHistogramRecord> float_histograms;
  uint64_t unknown = 0;
  uint64_t unknown_records = 0;
  auto known = [&](wal::Ref* ref) {
    std::optional<SeriesId> id = find(*ref);
    if (!id) ++unknown;
    if (id) *ref = *id;
    return id.has_value();
  };
  auto apply = [&](std::string_view record) -> Result<void> {
    Transaction transaction;
    Samples& late = transaction.late;
    switch (wal::TypeOf(record)) {
      case wal::RecordType::kSamples:
      case wal::RecordType::kSamplesV2:
        TRY(wal::DecodeSamples(record, &floats));
        for (wal::SampleRecord& one : floats) {
          if (!known(&one.ref)) continue;
          Row& row = late.rows[one.t];
          row.ids.push_back(static_cast<SeriesId>(one.ref));
          row.values.push_back(one.v);
          ++result->samples;
        }
        break;
      case wal::RecordType::kHistograms:
      case wal::RecordType::kCustomHistograms:
      case wal::RecordType::kHistogramsV2:
        TRY(wal::DecodeHistograms(record, &histograms));
        for (wal::HistogramRecord& one : histograms) {
          if (!ValidateHistogram(one.histogram) || !known(&one.ref)) continue;
          late.histograms.push_back(std::move(one));
        }
        break;
      case wal::RecordType::kFloatHistograms:
      case wal::RecordType::kCustomFloatHistograms:
      case wal::RecordType::kFloatHistogramsV2:
        TRY(wal::DecodeFloatHistograms(record, &float_histograms));
        for (wal::FloatHistogramRecord& one : float_histograms) {
          if (!ValidateHistogram(one.histogram) || !known(&one.ref)) continue;
          late.float_histograms.push_back(std::move(one));
        }
        break;
      case wal::RecordType::kUnknown:
        ++unknown_records;
        break;
      default:
        break;
    }
    if (!late.empty()) Publish(transaction);
    return {};
  };
  if (TRY(out_of_order_.Replay(apply))) result->repaired = true;
  if (unknown > 0) {
    metrics_->wbl_unknown_refs->Increment(static_cast<double>(unknown));
    WF_LOG(kWarn, "Unknown series references for out-of-order samples", {"samples", unknown});
  }
  if (unknown_records > 0) {
    WF_LOG(kWarn, "Skipped records of unknown types in the out-of-order log",
           {"records", unknown_records});
  }
  return {};
}

namespace {

// What a series has in all stores; of equal times the one of the older store shows.
void ReadAll(const OooStores& stores, SeriesId id, TimeMs mint, TimeMs maxt, uint64_t sequence,
             OooSamples* out) {
  *out = {};
  OooSamples part;
  for (const auto& store : stores) {
    store->Read(id, mint, maxt, sequence, &part);
    out->times.insert(out->times.end(), part.times.begin(), part.times.end());
    out->values.insert(out->values.end(), part.values.begin(), part.values.end());
    std::move(part.points.begin(), part.points.end(), std::back_inserter(out->points));
  }
  if (stores.size() > 1) SortByTime(out);
}

}  // namespace

class LateSource final : public chunk::ChunkSource {
 public:
  LateSource(Head* head, const OutOfOrderCut& cut, TimeMs mint, TimeMs maxt)
      : head_(head),
        cut_(cut),
        mint_(mint),
        last_(mint < maxt ? maxt - 1 : mint),
        deleted_(head->deletions_.Get()) {
    if (mint >= maxt) return;
    for (const auto& store : cut.stores) {
      std::vector<SeriesId> ids = store->SeriesIn(mint_, last_);
      ids_.insert(ids_.end(), ids.begin(), ids.end());
    }
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    head->index_.SortByLabels(&ids_);
  }

  Result<std::vector<std::string_view>> Symbols() override { return head_->index_.SymbolsOf(ids_); }
  Result<std::unique_ptr<chunk::ChunkSeriesSet>> Series() override {
    return std::unique_ptr<chunk::ChunkSeriesSet>(std::make_unique<Set>(this));
  }

 private:
  class Set final : public chunk::ChunkSeriesSet {
   public:
    explicit Set(const LateSource* source) : source_(source) {}
    bool Next() override {
      while (next_ < source_->ids_.size()) {
        SeriesId id = source_->ids_[next_++];
        ReadAll(source_->cut_.stores, id, source_->mint_, source_->last_, UINT64_MAX, &samples_);
        chunks_.Encode({samples_.times, samples_.values}, &samples_.points,
                       Deletions::Of(source_->deleted_, id));
        if (chunks_.views().empty()) continue;
        labels_ = source_->head_->index_.LabelsOf(id);
        return true;
      }
      return false;
    }
    const model::Labels& labels() const override { return labels_; }
    std::span<const chunk::ChunkView> chunks() const override { return chunks_.views(); }
    Result<void> status() const override { return {}; }

   private:
    const LateSource* source_;
    size_t next_ = 0;
    OooSamples samples_;
    SeriesChunks chunks_;
    model::Labels labels_;
  };

  Head* head_;
  const OutOfOrderCut& cut_;
  const TimeMs mint_;
  const TimeMs last_;
  Deletions::Snapshot deleted_;
  std::vector<SeriesId> ids_;
};

std::unique_ptr<chunk::ChunkSource> Head::OutOfOrderSource(const OutOfOrderCut& cut, TimeMs mint,
                                                           TimeMs maxt) {
  return std::make_unique<LateSource>(this, cut, mint, maxt);
}

Result<uint64_t> Head::AddRecovered(const model::Labels& labels, storage::Columns floats,
                                    std::span<const chunk::HistogramPoint> points) {
  if (floats.t.empty() && points.empty()) return 0;
  // As a transaction, so that the series does not go before it has its samples.
  uint64_t number = appenders_.Enter([this] { return AppendBound(); }).number;
  Result<uint64_t> added = AddRecoveredIn(labels, floats, points);
  appenders_.Leave(number);
  return added;
}

Result<uint64_t> Head::AddRecoveredIn(const model::Labels& labels, storage::Columns floats,
                                      std::span<const chunk::HistogramPoint> points) {
  auto [id, created] = TRY(index_.FindOrCreate(labels));
  if (created) {
    metrics_->series->Increment();
    metrics_->series_created->Increment();
  }
  TimeMs mint = kMaxTime;
  TimeMs maxt = kMinTime;
  auto span = [&](TimeMs first, TimeMs last) {
    mint = std::min(mint, first);
    maxt = std::max(maxt, last);
  };
  if (!floats.t.empty()) span(floats.t.front(), floats.t.back());
  if (!points.empty()) span(points.front().t, points.back().t);
  std::vector<TimeMs> there;
  {
    Snapshot snapshot(&samples_);
    SampleReader reader(&samples_, &snapshot);
    storage::Columns known = reader.Read(id, mint, maxt);
    there.assign(known.t.begin(), known.t.end());
    std::vector<chunk::HistogramPoint> known_points;
    histograms_.Read(id, mint, maxt, snapshot.sequence(), &known_points);
    for (const chunk::HistogramPoint& one : known_points) there.push_back(one.t);
    OooSamples late;
    ReadAll(out_of_order_.stores(), id, mint, maxt, snapshot.sequence(), &late);
    there.insert(there.end(), late.times.begin(), late.times.end());
    for (const chunk::HistogramPoint& one : late.points) there.push_back(one.t);
    std::sort(there.begin(), there.end());
  }
  auto is_new = [&](TimeMs t) { return !std::binary_search(there.begin(), there.end(), t); };
  uint64_t added = 0;
  Transaction transaction;
  for (size_t i = 0; i < floats.t.size(); ++i) {
    if (!is_new(floats.t[i])) continue;
    Row& row = transaction.late.rows[floats.t[i]];
    row.ids.push_back(id);
    row.values.push_back(floats.v[i]);
    ++added;
  }
  for (const chunk::HistogramPoint& one : points) {
    if (!is_new(one.t)) continue;
    if (one.is_float) {
      transaction.late.float_histograms.push_back({id, one.t, one.floating});
    } else {
      transaction.late.histograms.push_back({id, one.t, one.integer});
    }
    ++added;
  }
  TRY(Commit(std::move(transaction)));
  return added;
}

}  // namespace watchfire::head
