#pragma once
// MatcherIndex: which silences may match a set of labels, without asking all of them. Every set of
// matchers is filed once, under what the labels must have for it to match: the value of a label, a
// beginning of a value, or at least the label; of several such conditions under the one that
// the fewest other sets share. A look-up goes through the labels and asks the sets it meets. Sets
// that want nothing to be there (`a!="b"` alone) match nearly everything and are always asked.
//
// Holds pointers: the owner sweeps entries before it frees them. Not thread-safe; internal to the
// room.

#include <cstdint>
#include <functional>
#include <vector>

#include "alerting/silences/silence_record.h"
#include "base/hash_map.h"

namespace watchfire::alerting {

struct SilenceEntry {
  SilenceRecord record;  // its matcher sets never change
  uint64_t version = 0;  // when it became known, or came back
  bool indexed = false;
  bool gone = false;  // forgotten or replaced
};

bool Matches(const SilenceEntry& entry, const model::Labels& labels);

class MatcherIndex {
 public:
  void Add(SilenceEntry& entry);
  // Forgets the entries that `drop` names.
  void Sweep(const std::function<bool(const SilenceEntry&)>& drop);
  // Those that match and did not end before `ended_before_ns`, each once, in no order. Returns how
  // many sets were asked.
  size_t Find(const model::Labels& labels, int64_t ended_before_ns,
              std::vector<SilenceEntry*>* out) const;
  size_t size() const { return sets_; }

 private:
  struct Filed {
    SilenceEntry* entry;
    size_t set;
  };
  using Bucket = std::vector<Filed>;
  struct Label {
    StringMap<Bucket> values;
    StringMap<Bucket> prefixes;
    std::vector<size_t> prefix_sizes;  // ascending
    Bucket present;
  };
  // Where a set could be filed.
  struct Place {
    enum class Kind : uint8_t { kRest, kValue, kPrefix, kPresent } kind = Kind::kRest;
    std::string name;
    std::vector<std::string> texts;  // values or one prefix
    size_t cost = SIZE_MAX;
  };

  Place PlaceOf(const amconfig::Matcher& matcher) const;
  void File(const Place& place, Filed filed);

  StringMap<Label> labels_;
  Bucket rest_;
  size_t sets_ = 0;
};

}  // namespace watchfire::alerting
