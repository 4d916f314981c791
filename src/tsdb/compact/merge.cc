#include "tsdb/compact/merge.h"

#include <algorithm>

#include "model/labels.h"
#include "tsdb/compact/series_chunks.h"

namespace watchfire::compact {
namespace {

class MergeSet final : public chunk::ChunkSeriesSet {
 public:
  explicit MergeSet(const MergeOptions& options) : chunks_(options) {}

  Result<void> AddInput(const MergeInput& input) {
    cursors_.push_back({TRY(input.source->Series()), input.tombstones});
    Advance(cursors_.size() - 1);
    return {};
  }

  bool Next() override {
    while (status_) {
      for (size_t i : current_) Advance(i);
      current_.clear();
      result_ = {};
      if (!status_ || heap_.empty()) break;
      TakeSeries();
      auto made = chunks_.Finish();
      if (!made) {
        status_ = made.error().With("series {}", labels().ToString());
        break;
      }
      result_ = *made;
      if (!result_.empty()) return true;
    }
    return false;
  }
  const model::Labels& labels() const override { return cursors_[current_[0]].set->labels(); }
  std::span<const chunk::ChunkView> chunks() const override { return result_; }
  Result<void> status() const override { return status_; }

 private:
  struct Cursor {
    std::unique_ptr<chunk::ChunkSeriesSet> set;
    std::shared_ptr<const block::Tombstones> tombstones;
  };

  // Of equal series the earlier input comes first.
  bool After(size_t a, size_t b) const {
    int order = model::Labels::Compare(cursors_[a].set->labels(), cursors_[b].set->labels());
    return order != 0 ? order > 0 : a > b;
  }

  // Moves a cursor that is not in the heap.
  void Advance(size_t i) {
    if (cursors_[i].set->Next()) {
      heap_.push_back(i);
      std::push_heap(heap_.begin(), heap_.end(),
                     [this](size_t a, size_t b) { return After(a, b); });
      return;
    }
    Result<void> ended = cursors_[i].set->status();
    if (!ended && status_) status_ = ended;
  }

  // The first series, from all cursors that have it.
  void TakeSeries() {
    chunks_.Reset();
    do {
      std::pop_heap(heap_.begin(), heap_.end(), [this](size_t a, size_t b) { return After(a, b); });
      size_t i = heap_.back();
      heap_.pop_back();
      current_.push_back(i);
      const Cursor& cursor = cursors_[i];
      const block::Intervals* deleted = nullptr;
      if (cursor.tombstones != nullptr) {
        auto found = cursor.tombstones->find(cursor.set->ref());
        if (found != cursor.tombstones->end()) deleted = &found->second;
      }
      chunks_.Add(cursor.set->chunks(), deleted);
    } while (!heap_.empty() && cursors_[heap_.front()].set->labels() == labels());
  }

  std::vector<Cursor> cursors_;
  std::vector<size_t> heap_;     // of cursors that stand on a series
  std::vector<size_t> current_;  // cursors that stand on the current series
  SeriesChunks chunks_;
  std::span<const chunk::ChunkView> result_;  // of chunks_
  Result<void> status_;
};

}  // namespace

Result<std::vector<std::string_view>> MergeSource::Symbols() {
  std::vector<std::string_view> merged;
  for (const MergeInput& input : inputs_) {
    std::vector<std::string_view> symbols = TRY(input.source->Symbols());
    if (merged.empty()) {
      merged = std::move(symbols);
      continue;
    }
    // Blocks of one server have most symbols in common: only what is new is put in.
    std::vector<std::string_view> added;
    std::set_difference(symbols.begin(), symbols.end(), merged.begin(), merged.end(),
                        std::back_inserter(added));
    auto middle = static_cast<ptrdiff_t>(merged.size());
    merged.insert(merged.end(), added.begin(), added.end());
    std::inplace_merge(merged.begin(), merged.begin() + middle, merged.end());
  }
  return merged;
}

Result<std::unique_ptr<chunk::ChunkSeriesSet>> MergeSource::Series() {
  auto set = std::make_unique<MergeSet>(options_);
  for (const MergeInput& input : inputs_) TRY(set->AddInput(input));
  return std::unique_ptr<chunk::ChunkSeriesSet>(std::move(set));
}

}  // namespace watchfire::compact
