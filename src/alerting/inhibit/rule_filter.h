#pragma once
// RuleFilter: of many lists of matchers, those that may match a set of labels. A list is filed
// under one label value that it demands (`severity="warning"`, `alertname=~"A|B"`), if there is
// one, so that an alert is only held against the rules that speak of it. Immutable after the last
// Add; internal to the room.

#include <cstdint>
#include <vector>

#include "alerting/amconfig/matcher.h"
#include "base/hash_map.h"

namespace watchfire::alerting {

class RuleFilter {
 public:
  // Rules come in ascending order.
  void Add(uint32_t rule, const amconfig::Matchers& matchers);
  // Those that may match, ascending, into `out`.
  void Find(const model::Labels& labels, std::vector<uint32_t>* out) const;

 private:
  using Rules = std::vector<uint32_t>;
  StringMap<StringMap<Rules>> by_label_;
  Rules rest_;
};

}  // namespace watchfire::alerting
