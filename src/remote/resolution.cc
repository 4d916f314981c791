#include "remote/resolution.h"

namespace watchfire::remote {
namespace {

constexpr int32_t kFinestReserved = 52;

bool IsTooFine(const model::HistogramLayout& layout) {
  return layout.schema > kFinestSchema && layout.schema <= kFinestReserved;
}

void Add(int64_t more, int64_t* sum) {
  *sum = static_cast<int64_t>(static_cast<uint64_t>(*sum) + static_cast<uint64_t>(more));
}
void Add(double more, double* sum) {
  *sum += more;
}

// Sums the buckets of one side by their index in the coarser schema; indices ascend.
template <typename T>
Result<void> MergeSide(std::string_view side, int32_t shift, std::vector<model::Span>* spans,
                       std::vector<T>* counts) {
  std::vector<model::Span> merged_spans;
  std::vector<T> merged;
  size_t next = 0;
  int64_t index = 0;
  int64_t last = 0;
  for (const model::Span& span : *spans) {
    index += span.offset;
    if (span.length > counts->size() - next) next = counts->size() + 1;
    if (next > counts->size()) break;
    for (uint32_t i = 0; i < span.length; ++i, ++index) {
      int64_t coarse = ((index - 1) >> shift) + 1;
      if (!merged.empty() && coarse == last) {
        Add((*counts)[next++], &merged.back());
        continue;
      }
      if (!merged.empty() && coarse < last) {
        return Error::Invalid("{} side: histogram has a span whose offset is negative", side);
      }
      if (!merged.empty() && coarse == last + 1) {
        ++merged_spans.back().length;
      } else {
        int64_t offset = merged.empty() ? coarse : coarse - last - 1;
        merged_spans.push_back({static_cast<int32_t>(offset), 1});
      }
      merged.push_back((*counts)[next++]);
      last = coarse;
    }
  }
  if (next != counts->size()) {
    return Error::Invalid(
        "{} side: histogram spans specify different number of buckets than "
        "provided",
        side);
  }
  *spans = std::move(merged_spans);
  *counts = std::move(merged);
  return {};
}

// Differences to the bucket before ↔ counts. Wraps as the sender's numbers do.
void ToCounts(std::vector<int64_t>* deltas) {
  uint64_t sum = 0;
  for (int64_t& delta : *deltas) {
    sum += static_cast<uint64_t>(delta);
    delta = static_cast<int64_t>(sum);
  }
}

void ToDeltas(std::vector<int64_t>* counts) {
  uint64_t before = 0;
  for (int64_t& count : *counts) {
    auto now = static_cast<uint64_t>(count);
    count = static_cast<int64_t>(now - before);
    before = now;
  }
}

}  // namespace

Result<void> ReduceToFinestSchema(model::Histogram* h) {
  if (!IsTooFine(*h)) return {};
  int32_t shift = h->schema - kFinestSchema;
  ToCounts(&h->positive_deltas);
  ToCounts(&h->negative_deltas);
  TRY(MergeSide("positive", shift, &h->positive_spans, &h->positive_deltas));
  TRY(MergeSide("negative", shift, &h->negative_spans, &h->negative_deltas));
  ToDeltas(&h->positive_deltas);
  ToDeltas(&h->negative_deltas);
  h->schema = kFinestSchema;
  return {};
}

Result<void> ReduceToFinestSchema(model::FloatHistogram* h) {
  if (!IsTooFine(*h)) return {};
  int32_t shift = h->schema - kFinestSchema;
  TRY(MergeSide("positive", shift, &h->positive_spans, &h->positive_buckets));
  TRY(MergeSide("negative", shift, &h->negative_spans, &h->negative_buckets));
  h->schema = kFinestSchema;
  return {};
}

}  // namespace watchfire::remote
