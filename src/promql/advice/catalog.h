#pragma once
// What advice asks about the data: which metrics there are, of which type, with which labels.
//
// Implemented over the storage and the targets by whoever owns them, over a text file in tests.
// Every call may be expensive; an implementation bounds each one and all together, and answers
// nullopt ("not known") when it may look no further, when the caller has gone, or when something
// failed. Advice never takes "not known" for "no". Called by one thread at a time.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/labels.h"
#include "model/matcher.h"
#include "model/metadata.h"

namespace watchfire::advice {

class Catalog {
 public:
  using Names = std::optional<std::vector<std::string>>;

  virtual ~Catalog() = default;

  // Of a family as metric pages name it; nullopt if no page says, or two differ.
  virtual std::optional<model::MetricType> FamilyType(const std::string& family) = 0;

  // ---- of the recent past (a day, say): what is not there, nobody has seen for long.
  // Whether any series matches.
  virtual std::optional<bool> Exists(const model::Matchers& matchers) = 0;
  // Sorted.
  virtual Names MetricNames() = 0;
  virtual Names LabelNames(const model::Matchers& matchers) = 0;
  virtual Names LabelValues(const std::string& label, const model::Matchers& matchers) = 0;

  // ---- of now
  // The series that an instant query would see; nullopt if they are more than `limit`.
  virtual std::optional<std::vector<model::Labels>> CurrentSeries(const model::Matchers& matchers,
                                                                  size_t limit) = 0;
  // How often the targets behind the series are scraped; the shortest, if they differ.
  virtual std::optional<int64_t> ScrapeIntervalMs(const model::Matchers& matchers) = 0;
};

}  // namespace watchfire::advice
