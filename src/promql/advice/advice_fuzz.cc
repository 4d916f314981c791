// Any bytes: positions lie within the query, corrected queries parse, and nothing crashes.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "promql/advice/advice.h"

namespace watchfire::advice {
namespace {

// Answers at random, but the same each time.
class FuzzCatalog final : public Catalog {
 public:
  std::optional<model::MetricType> FamilyType(const std::string& family) override {
    return static_cast<model::MetricType>(family.size() % 8);
  }
  std::optional<bool> Exists(const model::Matchers& matchers) override {
    return matchers.empty() || matchers.back().value().size() % 3 != 0;
  }
  Names MetricNames() override { return Names({"a", "ab_total", "abc_bucket"}); }
  Names LabelNames(const model::Matchers&) override { return Names({"__name__", "a", "b", "le"}); }
  Names LabelValues(const std::string&, const model::Matchers&) override {
    return Names({"1", "2", "abc"});
  }
  std::optional<std::vector<model::Labels>> CurrentSeries(const model::Matchers& matchers,
                                                          size_t) override {
    return std::vector<model::Labels>{
        model::Labels::Of({{"__name__", "a"}, {"a", "1"}}),
        model::Labels::Of({{"__name__", "a"}, {"b", matchers.size() > 1 ? "2" : "3"}})};
  }
  std::optional<int64_t> ScrapeIntervalMs(const model::Matchers&) override { return 15'000; }
};

void Check(std::string_view query, const std::vector<Advice>& all, const Options& options) {
  WF_CHECK(all.size() <= kMaxAdvice);
  for (const Advice& advice : all) {
    WF_CHECK(advice.position.start <= advice.position.end);
    WF_CHECK(advice.position.end <= query.size());
    WF_CHECK(!advice.fix || promql::Parse(advice.fix->query, options.parse).ok());
  }
}

}  // namespace
}  // namespace watchfire::advice

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire::advice;  // NOLINT: the entry is in no namespace
  std::string_view query(reinterpret_cast<const char*>(data), size);
  FuzzCatalog catalog;
  Options alert = {.parse = {.experimental_functions = true}, .purpose = Purpose::kAlert};
  Check(query, Advise(query, {}), {});
  Check(query, Advise(query, alert, &catalog), alert);
  return 0;
}
