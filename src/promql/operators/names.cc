// Names that functions take away, and label sets that become equal by it.

#include <bit>

#include "base/hash_map.h"
#include "model/histogram_math.h"
#include "promql/operators/operator.h"

namespace watchfire::promql {
namespace {

// Remembers at which steps each label set had a value.
class PresenceMap {
 public:
  void Add(const model::Labels& labels, const Column& column) {
    size_t words = (column.v.size() + 63) / 64;
    std::vector<uint64_t>& seen = seen_[labels];
    seen.resize(words);
    for (size_t i = 0; i < column.v.size(); ++i) {
      if (!column.Has(i)) continue;
      uint64_t bit = uint64_t{1} << (i % 64);
      if (seen[i / 64] & bit) ThrowSameLabelset();
      seen[i / 64] |= bit;
    }
  }

 private:
  HashMap<model::Labels, std::vector<uint64_t>, std::hash<model::Labels>> seen_;
};

class NameDropStream final : public MapStream {
 public:
  NameDropStream(QueryContext& context, StreamPtr child, bool check, bool whole_series)
      : MapStream(context, std::move(child)),
        delayed_(context.options.delayed_name_removal),
        check_(check),
        whole_series_(whole_series) {}

  bool Next() override {
    if (!child_->Next()) return false;
    ready_ = false;
    if (check_) Check();
    return true;
  }
  const model::Labels& labels() override {
    if (delayed_) return child_->labels();
    if (!ready_) {
      labels_ = DropReserved(child_->labels());
      ready_ = true;
    }
    return labels_;
  }
  bool drop_name() override { return delayed_; }
  Pull NextBatch(Batch* batch) override {
    if (check_) return MapStream::NextBatch(batch);
    ready_ = false;
    return child_->NextBatch(batch);
  }

 private:
  void Apply(Column&) override {}
  void Check() {
    const Column& column = child_->column();
    if (whole_series_) {
      if (!column.AnyValue()) return;
      if (!whole_.insert(labels()).second) ThrowSameLabelset();
      return;
    }
    presence_.Add(labels(), column);
  }

  bool delayed_;
  bool check_;
  bool whole_series_;  // functions of ranges do not allow equal labels even at different steps
  bool ready_ = false;
  model::Labels labels_;
  PresenceMap presence_;
  HashSet<model::Labels, std::hash<model::Labels>> whole_;
};

class DistinctStream final : public MapStream {
 public:
  using MapStream::MapStream;

 private:
  void Apply(Column& column) override { presence_.Add(child_->labels(), column); }
  PresenceMap presence_;
};

}  // namespace

const model::Labels& Stream::group_labels(uint32_t) {
  WF_CHECK(false && "no leaf that tells groups");
  return labels();
}

bool Column::AnyValue() const {
  for (size_t i = 0; i < v.size(); ++i) {
    if (Has(i)) return true;
  }
  return false;
}

size_t Column::CountSamples() const {
  size_t count = 0;
  for (double value : v) count += IsAbsent(value) ? 0 : 1;
  for (const HistogramPtr& histogram : h) {
    if (histogram) count += model::SizeInSamples(*histogram);
  }
  return count;
}

bool MapStream::Next() {
  if (!child_->Next()) return false;
  Column& column = child_->column();
  context_.Tick(column.v.size());
  Apply(column);
  return true;
}

model::Labels DropReserved(const model::Labels& labels) {
  static const std::vector<std::string> kReserved = {"__name__", "__type__", "__unit__"};
  return labels.Drop(kReserved);
}

void ThrowSameLabelset() {
  throw QueryError("vector cannot contain metrics with the same labelset");
}

StreamPtr MakeNameDrop(QueryContext& context, StreamPtr child, const PlanNode& node) {
  bool check = !node.distinct && !context.options.delayed_name_removal;
  bool whole_series = false;
  for (const PlanPtr& arg : node.children) {
    whole_series = whole_series || arg->type == ValueType::kMatrix;
  }
  return std::make_unique<NameDropStream>(context, std::move(child), check, whole_series);
}

StreamPtr MakeDistinctCheck(QueryContext& context, StreamPtr child) {
  return std::make_unique<DistinctStream>(context, std::move(child));
}

bool MergeColumn(Column& into, Column&& from) {
  for (size_t i = 0; i < from.v.size(); ++i) {
    if (!from.Has(i)) continue;
    if (into.Has(i)) return false;
    if (from.HasHistogram(i)) {
      into.SetHistogram(i, std::move(from.h[i]));
    } else {
      into.v[i] = from.v[i];
    }
  }
  return true;
}

std::vector<Row> ReadMerged(QueryContext& context, Stream& stream, HeldSamples& held) {
  std::vector<Row> rows;
  HashMap<model::Labels, size_t, std::hash<model::Labels>> index;
  while (stream.Next()) {
    Column& column = stream.column();
    context.Tick(column.v.size());
    size_t samples = column.CountSamples();
    if (samples == 0) continue;
    held.Add(samples);
    auto [at, fresh] = index.try_emplace(stream.labels(), rows.size());
    if (fresh) {
      rows.push_back({stream.labels(), stream.drop_name(), column});
      continue;
    }
    Row& row = rows[at->second];
    row.drop_name = row.drop_name || stream.drop_name();
    if (!MergeColumn(row.column, std::move(column))) ThrowSameLabelset();
  }
  return rows;
}

}  // namespace watchfire::promql
