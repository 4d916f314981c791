#include <algorithm>
#include <optional>

#include "tsdb/head/head.h"
#include "tsdb/head/head_series_set.h"

namespace watchfire::head {

class HeadQuerier final : public storage::Querier {
 public:
  HeadQuerier(Head* head, TimeMs mint, TimeMs maxt)
      : head_(head),
        snapshot_(&head->samples_),
        view_{mint, maxt, &snapshot_, head->out_of_order_.stores(), head->deletions_.Get()} {}

  std::unique_ptr<storage::SeriesSet> Select(bool sorted, const storage::SelectHints& hints,
                                             const model::Matchers& matchers) override;
  bool MayHave(TimeMs mint, TimeMs maxt) const override {
    return MayHaveSamples(std::max(mint, view_.mint), std::min(maxt, view_.maxt));
  }
  Result<std::vector<std::string>> LabelNames(const model::Matchers& matchers,
                                              uint64_t limit) override;
  Result<std::vector<std::string>> LabelValues(const std::string& name,
                                               const model::Matchers& matchers,
                                               uint64_t limit) override;

 private:
  bool Overlaps() const { return MayHaveSamples(view_.mint, view_.maxt); }
  bool MayHaveSamples(TimeMs mint, TimeMs maxt) const {
    return (mint <= head_->max_time_.load(std::memory_order_relaxed) &&
            maxt >= head_->min_time_.load(std::memory_order_relaxed)) ||
           std::any_of(view_.late.begin(), view_.late.end(), [&](const auto& store) {
             return mint <= store->maxt() && maxt >= store->mint();
           });
  }
  // What the lists are restricted to; nullopt: nothing.
  std::optional<std::vector<SeriesId>> Among(const model::Matchers& matchers) const {
    if (matchers.empty()) return std::nullopt;
    return head_->index_.Select(matchers);
  }

  Head* head_;
  Snapshot snapshot_;
  View view_;
};

std::unique_ptr<storage::SeriesSet> HeadQuerier::Select(bool sorted,
                                                        const storage::SelectHints& hints,
                                                        const model::Matchers& matchers) {
  std::vector<SeriesId> ids;
  if (MayHave(hints.start, hints.end)) {
    ids = head_->index_.Select(matchers);
    if (sorted) head_->index_.SortByLabels(&ids);
  }
  return std::make_unique<HeadSeriesSet>(head_, view_, std::move(ids), hints);
}

namespace {

std::vector<std::string> Limited(std::vector<std::string> all, uint64_t limit) {
  if (limit > 0 && all.size() > limit) all.resize(static_cast<size_t>(limit));
  return all;
}

}  // namespace

Result<std::vector<std::string>> HeadQuerier::LabelNames(const model::Matchers& matchers,
                                                         uint64_t limit) {
  if (!Overlaps()) return std::vector<std::string>();
  auto among = Among(matchers);
  return Limited(head_->index_.LabelNames(among ? &*among : nullptr), limit);
}

Result<std::vector<std::string>> HeadQuerier::LabelValues(const std::string& name,
                                                          const model::Matchers& matchers,
                                                          uint64_t limit) {
  if (!Overlaps()) return std::vector<std::string>();
  auto among = Among(matchers);
  return Limited(head_->index_.LabelValues(name, among ? &*among : nullptr), limit);
}

Result<std::unique_ptr<storage::Querier>> Head::NewQuerier(TimeMs mint, TimeMs maxt) {
  return std::unique_ptr<storage::Querier>(std::make_unique<HeadQuerier>(this, mint, maxt));
}

}  // namespace watchfire::head
