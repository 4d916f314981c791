// info(): labels of info series (target_info and the like) added to series that name the same
// instance and job. The base vector is kept whole; of the info series only this is kept: for each
// group (same name, instance and job) and step, which of its series has the newest sample.

#include <algorithm>

#include <fmt/core.h>

#include "base/hash_map.h"
#include "promql/operators/scan.h"

namespace watchfire::promql {
namespace {

// What identifies a target; upstream has them fixed, too.
const std::vector<std::string>& IdentifyingLabels() {
  static const std::vector<std::string> kLabels = {"instance", "job"};
  return kLabels;
}

constexpr uint32_t kNobody = UINT32_MAX;

// Info series of one name with the same identifying labels.
struct InfoGroup {
  std::string name;
  std::vector<uint32_t> winner;  // a step's index into the labels of all info series, or kNobody
  std::vector<TimeMs> newest;    // time of the winner's sample
};

class InfoSeries {
 public:
  InfoSeries(QueryContext& context, const PlanNode& selector, const Grid& grid)
      : context_(context), selector_(selector), grid_(grid), held_(context) {}

  // `ids`: values of the identifying labels that somebody asks for, a set for each of them;
  // `asked`: steps with any base series that may be enriched.
  using IdSets = std::vector<HashSet<std::string>>;
  void Read(const IdSets& ids, const std::vector<uint8_t>& asked);

  std::vector<InfoGroup>* Find(const model::Labels& base) {
    auto found = groups_.find(base.Keep(IdentifyingLabels()));
    return found == groups_.end() ? nullptr : &found->second;
  }
  const model::Labels& labels(uint32_t series) const { return labels_[series]; }

 private:
  void Add(storage::Series& series, const std::vector<uint8_t>& asked);
  void Compete(InfoGroup& group, size_t step, TimeMs t, uint32_t series) const;

  QueryContext& context_;
  const PlanNode& selector_;
  Grid grid_;
  HeldSamples held_;
  std::vector<model::Labels> labels_;
  HashMap<model::Labels, std::vector<InfoGroup>, std::hash<model::Labels>> groups_;
};

void InfoSeries::Read(const IdSets& ids, const std::vector<uint8_t>& asked) {
  bool any = std::any_of(ids.begin(), ids.end(), [](const auto& set) { return !set.empty(); });
  if (!any) return;
  auto set = OpenSeries(context_, selector_, grid_, false);
  while (set->Next()) {
    storage::Series& series = set->At();
    const model::Labels& labels = series.labels();
    bool wanted = true;
    for (size_t i = 0; i < ids.size(); ++i) {
      wanted = wanted &&
               (ids[i].empty() || ids[i].contains(std::string(labels.Get(IdentifyingLabels()[i]))));
    }
    context_.Tick(grid_.count);
    if (wanted) Add(series, asked);
  }
  if (Result<void> status = set->status(); !status.ok()) ThrowStorageError(status.error());
}

void InfoSeries::Add(storage::Series& series, const std::vector<uint8_t>& asked) {
  auto number = static_cast<uint32_t>(labels_.size());
  labels_.push_back(series.labels());
  std::vector<InfoGroup>& groups = groups_[labels_.back().Keep(IdentifyingLabels())];
  std::string_view name = labels_.back().metric_name();
  auto group = std::find_if(groups.begin(), groups.end(),
                            [name](const InfoGroup& known) { return known.name == name; });
  if (group == groups.end()) {
    held_.Add(grid_.count);
    groups.push_back({std::string(name), std::vector<uint32_t>(grid_.count, kNobody),
                      std::vector<TimeMs>(grid_.count)});
    group = groups.end() - 1;
  }
  TimeMs mint = selector_.TimeOf(grid_.start) - context_.lookback_ms + 1;
  TimeMs maxt = selector_.TimeOf(grid_.end());
  storage::Columns floats = series.Read(mint, maxt);
  std::vector<storage::HistogramSample> histograms = series.ReadHistograms(mint, maxt);
  context_.stats.samples_read += floats.t.size() + histograms.size();
  size_t f = 0;
  size_t h = 0;
  for (size_t i = 0; i < grid_.count; ++i) {
    TimeMs at = selector_.TimeOf(grid_.at(i));
    while (f < floats.t.size() && floats.t[f] <= at) ++f;
    while (h < histograms.size() && histograms[h].t <= at) ++h;
    TimeMs oldest = at - context_.lookback_ms;
    bool has_float = f > 0 && floats.t[f - 1] > oldest;
    bool has_histogram = h > 0 && histograms[h - 1].t > oldest &&
                         (!has_float || histograms[h - 1].t > floats.t[f - 1]);
    if (!asked[i]) continue;
    if (has_histogram) {
      if (model::IsStaleNan(histograms[h - 1].histogram.sum)) continue;
      throw QueryError("info sample should be float");
    }
    if (has_float && !model::IsStaleNan(floats.v[f - 1])) {
      context_.stats.total_queryable_samples += 1;
      Compete(*group, i, floats.t[f - 1], number);
    }
  }
}

void InfoSeries::Compete(InfoGroup& group, size_t step, TimeMs t, uint32_t series) const {
  uint32_t& winner = group.winner[step];
  TimeMs& newest = group.newest[step];
  if (winner != kNobody && newest == t) {
    throw QueryError(
        fmt::format("found duplicate series for info metric: existing {} @ {}, new {} @ {}",
                    labels_[winner].ToString(), newest, labels_[series].ToString(), t));
  }
  if (winner != kNobody && newest > t) return;
  winner = series;
  newest = t;
}

class InfoJoin {
 public:
  InfoJoin(QueryContext& context, const PlanNode& call, const Grid& grid)
      : context_(context), call_(call), grid_(grid), held_(context) {
    for (const model::Matcher& matcher : call.children[1]->selector().matchers) {
      bool name = matcher.name() == model::kMetricName;
      (name ? name_matchers_ : data_matchers_).push_back(matcher);
    }
  }
  std::vector<Row> Run();

 private:
  // A series that is itself one of the info series asked for.
  bool IsInfo(const model::Labels& labels) const {
    return std::all_of(
        name_matchers_.begin(), name_matchers_.end(),
        [&](const model::Matcher& matcher) { return matcher.Matches(labels.metric_name()); });
  }
  void ReadBase();
  void Enrich(Row& base, InfoSeries& info);
  // Of one base series with the series that won at some step.
  Row* Target(const Row& base, const InfoSeries& info, const std::vector<uint32_t>& winners);
  model::Labels Combine(const model::Labels& base, const InfoSeries& info,
                        const std::vector<uint32_t>& winners) const;

  QueryContext& context_;
  const PlanNode& call_;
  Grid grid_;
  HeldSamples held_;
  model::Matchers name_matchers_;
  model::Matchers data_matchers_;
  std::vector<Row> base_;
  std::vector<Row> out_;
  // Rows of out_ made of the current base series, by the winners they were made with.
  std::vector<std::pair<std::vector<uint32_t>, size_t>> targets_;
};

void InfoJoin::ReadBase() {
  StreamPtr stream = MakeStream(context_, *call_.children[0], grid_);
  while (stream->Next()) {
    Column& column = stream->column();
    context_.Tick(grid_.count);
    size_t samples = column.CountSamples();
    if (samples == 0) continue;
    held_.Add(samples);
    base_.push_back({stream->labels(), stream->drop_name(), column});
  }
}

std::vector<Row> InfoJoin::Run() {
  ReadBase();
  const std::vector<std::string>& names = IdentifyingLabels();
  InfoSeries::IdSets ids(names.size());
  std::vector<uint8_t> asked(grid_.count);
  for (const Row& row : base_) {
    if (IsInfo(row.labels)) continue;
    for (size_t i = 0; i < names.size(); ++i) {
      std::string_view value = row.labels.Get(names[i]);
      if (!value.empty()) ids[i].insert(std::string(value));
    }
    for (size_t i = 0; i < grid_.count; ++i) {
      if (row.column.Has(i)) asked[i] = 1;
    }
  }
  InfoSeries info(context_, *call_.children[1], grid_);
  info.Read(ids, asked);
  for (Row& row : base_) {
    if (IsInfo(row.labels)) {
      out_.push_back(std::move(row));
    } else {
      Enrich(row, info);
    }
  }
  return std::move(out_);
}

void InfoJoin::Enrich(Row& base, InfoSeries& info) {
  std::vector<InfoGroup>* groups = info.Find(base.labels);
  std::vector<uint32_t> winners(groups ? groups->size() : 0, kNobody);
  targets_.clear();
  Row* target = nullptr;
  bool fresh = true;
  for (size_t i = 0; i < grid_.count; ++i) {
    if (!base.column.Has(i)) continue;
    for (size_t g = 0; g < winners.size(); ++g) {
      fresh = fresh || winners[g] != (*groups)[g].winner[i];
      winners[g] = (*groups)[g].winner[i];
    }
    if (fresh) target = Target(base, info, winners);
    fresh = false;
    if (!target) continue;
    if (base.column.HasHistogram(i)) {
      target->column.SetHistogram(i, base.column.h[i]);
    } else {
      target->column.v[i] = base.column.v[i];
    }
  }
}

// Null where series without a match are dropped.
Row* InfoJoin::Target(const Row& base, const InfoSeries& info,
                      const std::vector<uint32_t>& winners) {
  for (const auto& [known, row] : targets_) {
    if (known == winners) return &out_[row];
  }
  bool matched = std::any_of(winners.begin(), winners.end(),
                             [](uint32_t winner) { return winner != kNobody; });
  bool may_be_missing =
      std::all_of(data_matchers_.begin(), data_matchers_.end(),
                  [](const model::Matcher& matcher) { return matcher.MatchesEmpty(); });
  if (!matched && !may_be_missing) return nullptr;
  held_.Add(grid_.count);
  targets_.emplace_back(winners, out_.size());
  Row row;
  row.labels = matched ? Combine(base.labels, info, winners) : base.labels;
  row.drop_name = base.drop_name;
  row.column.Reset(grid_.count);
  out_.push_back(std::move(row));
  return &out_.back();
}

model::Labels InfoJoin::Combine(const model::Labels& base, const InfoSeries& info,
                                const std::vector<uint32_t>& winners) const {
  model::LabelsBuilder added;
  for (uint32_t winner : winners) {
    if (winner == kNobody) continue;
    for (const model::LabelView& label : info.labels(winner)) {
      if (label.name == model::kMetricName || base.Has(label.name)) continue;
      bool asked = data_matchers_.empty() ||
                   std::any_of(data_matchers_.begin(), data_matchers_.end(),
                               [&](const model::Matcher& m) { return m.name() == label.name; });
      if (!asked) continue;
      std::string_view other = added.Get(label.name);
      if (!other.empty() && other != label.value) {
        throw QueryError(fmt::format("conflicting label: {}", label.name));
      }
      added.Set(label.name, label.value);
    }
  }
  model::LabelsBuilder result(base);
  for (const auto& [name, value] : added.pairs()) result.Set(name, value);
  return result.Build();
}

}  // namespace

StreamPtr MakeInfo(QueryContext& context, const PlanNode& call, const Grid& grid) {
  std::vector<Row> rows = InfoJoin(context, call, grid).Run();
  return MakeDistinctCheck(context, std::make_unique<RowStream>(std::move(rows)));
}

}  // namespace watchfire::promql
