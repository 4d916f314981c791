#include "alerting/silences/matcher_index.h"

#include <algorithm>

namespace watchfire::alerting {
namespace {

using amconfig::Matcher;
using amconfig::Matchers;
using amconfig::MatchType;

// A regex of more alternatives is filed by its label alone.
constexpr size_t kMaxAlternatives = 64;
// How much worse than a value a beginning or a mere label is: it meets more labels.
constexpr size_t kPrefixCost = 8;
constexpr size_t kPresentCost = 16;

// The plain text that every match of a regex starts with. Patterns with a dot are compiled within
// a group, which hides it.
std::string PrefixOf(const Matcher& matcher) {
  if (!matcher.regex()->prefix().empty()) return matcher.regex()->prefix();
  if (matcher.value().find('.') == std::string::npos) return {};
  Result<model::Regex> bare = model::Regex::Compile(matcher.value());
  return bare.ok() ? bare->prefix() : std::string();
}

}  // namespace

bool Matches(const SilenceEntry& entry, const model::Labels& labels) {
  const std::vector<Matchers>& sets = entry.record.silence.matcher_sets;
  return std::any_of(sets.begin(), sets.end(), [&](const Matchers& set) {
    return !set.empty() && amconfig::MatchesAll(set, labels);
  });
}

MatcherIndex::Place MatcherIndex::PlaceOf(const Matcher& matcher) const {
  Place place;
  // What matches "" asks for nothing; negations are too wide to be worth a bucket of their own.
  if (matcher.Matches("")) return place;
  place.name = matcher.name();
  auto found = labels_.find(place.name);
  const Label* label = found == labels_.end() ? nullptr : &found->second;
  auto shared = [&](const StringMap<Bucket>& map, const std::string& text) {
    auto bucket = map.find(text);
    return bucket == map.end() ? 0 : bucket->second.size();
  };
  place.kind = Place::Kind::kPresent;
  place.cost = kPresentCost + (label == nullptr ? 0 : label->present.size());
  if (!matcher.is_equal()) return place;

  if (matcher.type() == MatchType::kEqual) {
    place.texts = {matcher.value()};
  } else if (matcher.regex()->set_matches().size() <= kMaxAlternatives) {
    place.texts = matcher.regex()->set_matches();
  }
  if (!place.texts.empty()) {
    place.kind = Place::Kind::kValue;
    place.cost = 0;
    for (const std::string& text : place.texts) {
      if (label != nullptr) place.cost = std::max(place.cost, shared(label->values, text));
    }
    return place;
  }
  std::string prefix = PrefixOf(matcher);
  if (prefix.empty()) return place;
  place.kind = Place::Kind::kPrefix;
  place.cost = kPrefixCost + (label == nullptr ? 0 : shared(label->prefixes, prefix));
  place.texts = {std::move(prefix)};
  return place;
}

void MatcherIndex::File(const Place& place, Filed filed) {
  if (place.kind == Place::Kind::kRest) {
    rest_.push_back(filed);
    return;
  }
  Label& label = labels_[place.name];
  switch (place.kind) {
    case Place::Kind::kValue:
      for (const std::string& text : place.texts) label.values[text].push_back(filed);
      break;
    case Place::Kind::kPrefix: {
      size_t size = place.texts[0].size();
      auto at = std::lower_bound(label.prefix_sizes.begin(), label.prefix_sizes.end(), size);
      if (at == label.prefix_sizes.end() || *at != size) label.prefix_sizes.insert(at, size);
      label.prefixes[place.texts[0]].push_back(filed);
      break;
    }
    default:
      label.present.push_back(filed);
  }
}

void MatcherIndex::Add(SilenceEntry& entry) {
  const std::vector<Matchers>& sets = entry.record.silence.matcher_sets;
  for (size_t i = 0; i < sets.size(); ++i) {
    // A set without matchers would match everything; nobody can have meant that.
    if (sets[i].empty()) continue;
    Place best;
    for (const Matcher& matcher : sets[i]) {
      Place place = PlaceOf(matcher);
      if (place.cost < best.cost) best = std::move(place);
    }
    File(best, {&entry, i});
    ++sets_;
  }
  entry.indexed = true;
}

void MatcherIndex::Sweep(const std::function<bool(const SilenceEntry&)>& drop) {
  size_t kept = 0;
  HashSet<const void*> seen;  // a set lies in several buckets if it has alternatives
  auto sweep = [&](Bucket& bucket) {
    std::erase_if(bucket, [&](const Filed& filed) { return drop(*filed.entry); });
    for (const Filed& filed : bucket) {
      kept += seen.insert(&filed.entry->record.silence.matcher_sets[filed.set]).second ? 1 : 0;
    }
    return bucket.empty();
  };
  erase_if(labels_, [&](auto& named) {
    Label& label = named.second;
    erase_if(label.values, [&](auto& item) { return sweep(item.second); });
    erase_if(label.prefixes, [&](auto& item) { return sweep(item.second); });
    sweep(label.present);
    HashSet<size_t> sizes;
    for (const auto& [prefix, bucket] : label.prefixes) sizes.insert(prefix.size());
    label.prefix_sizes.assign(sizes.begin(), sizes.end());
    std::sort(label.prefix_sizes.begin(), label.prefix_sizes.end());
    return label.values.empty() && label.prefixes.empty() && label.present.empty();
  });
  sweep(rest_);
  sets_ = kept;
}

size_t MatcherIndex::Find(const model::Labels& labels, int64_t ended_before_ns,
                          std::vector<SilenceEntry*>* out) const {
  size_t asked = 0;
  auto ask = [&](const Bucket& bucket) {
    for (const Filed& filed : bucket) {
      if (filed.entry->gone || filed.entry->record.silence.ends_at_ns < ended_before_ns) continue;
      ++asked;
      if (amconfig::MatchesAll(filed.entry->record.silence.matcher_sets[filed.set], labels)) {
        out->push_back(filed.entry);
      }
    }
  };
  for (const model::LabelView& label : labels) {
    auto found = labels_.find(label.name);
    if (found == labels_.end()) continue;
    const Label& at = found->second;
    auto value = at.values.find(label.value);
    if (value != at.values.end()) ask(value->second);
    for (size_t size : at.prefix_sizes) {
      if (size > label.value.size()) break;
      auto prefix = at.prefixes.find(label.value.substr(0, size));
      if (prefix != at.prefixes.end()) ask(prefix->second);
    }
    ask(at.present);
  }
  ask(rest_);
  if (out->size() > 1) {
    std::sort(out->begin(), out->end());
    out->erase(std::unique(out->begin(), out->end()), out->end());
  }
  return asked;
}

}  // namespace watchfire::alerting
