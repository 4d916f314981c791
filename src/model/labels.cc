#include "model/labels.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace watchfire::model {
namespace {

void AppendText(std::string& out, std::string_view text) {
  size_t n = text.size();
  while (n >= 0x80) {
    out.push_back(static_cast<char>(n | 0x80));
    n >>= 7;
  }
  out.push_back(static_cast<char>(n));
  out.append(text);
}

std::string_view ReadText(const char*& at) {
  size_t n = 0;
  for (unsigned shift = 0;; shift += 7) {
    auto byte = static_cast<uint8_t>(*at++);
    n |= static_cast<size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  std::string_view text(at, n);
  at += n;
  return text;
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::string LabelList(const Labels& labels, bool skip_name, std::string_view separator) {
  std::string out;
  for (const LabelView& label : labels) {
    if (skip_name && label.name == kMetricName) continue;
    if (!out.empty()) out += separator;
    out += IsLegacyLabelName(label.name) ? std::string(label.name) : GoQuote(label.name);
    out += '=';
    out += GoQuote(label.value);
  }
  return out;
}

}  // namespace

void Labels::Iterator::Read() {
  at_ = next_;
  if (next_ == end_) return;
  label_.name = ReadText(next_);
  label_.value = ReadText(next_);
}

Labels Labels::Of(std::initializer_list<LabelView> labels) {
  return FromPairs(std::vector<LabelView>(labels));
}

Labels Labels::FromPairs(std::vector<LabelView> labels) {
  std::stable_sort(labels.begin(), labels.end(),
                   [](const LabelView& a, const LabelView& b) { return a.name < b.name; });
  size_t kept = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    bool overridden = i + 1 < labels.size() && labels[i + 1].name == labels[i].name;
    if (!overridden) labels[kept++] = labels[i];
  }
  return FromSortedPairs(std::span(labels).first(kept));
}

Labels Labels::FromSortedPairs(std::span<const LabelView> labels) {
  Labels out;
  size_t size = 0;
  for (const LabelView& label : labels) size += label.name.size() + label.value.size() + 4;
  out.data_.reserve(size);
  for (const LabelView& label : labels) {
    if (label.value.empty()) continue;
    AppendText(out.data_, label.name);
    AppendText(out.data_, label.value);
  }
  return out;
}

size_t Labels::Count() const {
  return static_cast<size_t>(std::distance(begin(), end()));
}

std::string_view Labels::Get(std::string_view name) const {
  for (const LabelView& label : *this) {
    if (label.name == name) return label.value;
    if (label.name > name) break;
  }
  return {};
}

Labels Labels::Keep(const std::vector<std::string>& names) const {
  Labels out;
  for (const LabelView& label : *this) {
    if (!std::binary_search(names.begin(), names.end(), label.name)) continue;
    AppendText(out.data_, label.name);
    AppendText(out.data_, label.value);
  }
  return out;
}

Labels Labels::Drop(const std::vector<std::string>& names) const {
  Labels out;
  for (const LabelView& label : *this) {
    if (std::binary_search(names.begin(), names.end(), label.name)) continue;
    AppendText(out.data_, label.name);
    AppendText(out.data_, label.value);
  }
  return out;
}

Labels Labels::WithoutName() const {
  return Drop({std::string(kMetricName)});
}

uint64_t Labels::Hash() const {
  return watchfire::Hash(data_);
}

uint64_t Labels::StableHash() const {
  std::string text;
  text.reserve(data_.size() + 16);
  for (const LabelView& label : *this) {
    text.append(label.name).push_back('\xff');
    text.append(label.value).push_back('\xff');
  }
  return XxHash64(text);
}

std::string Labels::ToString() const {
  return "{" + LabelList(*this, false, ", ") + "}";
}

std::string Labels::ToMetricString() const {
  std::string_view name = metric_name();
  std::string rest = LabelList(*this, true, ", ");
  if (!name.empty() && !IsLegacyMetricName(name)) {
    return "{" + GoQuote(name) + (rest.empty() ? "" : ", " + rest) + "}";
  }
  if (rest.empty() && !name.empty()) return std::string(name);
  return std::string(name) + "{" + rest + "}";
}

int Labels::Compare(const Labels& a, const Labels& b) {
  Iterator i = a.begin();
  Iterator j = b.begin();
  for (; i != a.end() && j != b.end(); ++i, ++j) {
    if (int order = i->name.compare(j->name); order != 0) return order;
    if (int order = i->value.compare(j->value); order != 0) return order;
  }
  if (i != a.end()) return 1;
  return j != b.end() ? -1 : 0;
}

void LabelsBuilder::Reset(const Labels& base) {
  pairs_.clear();
  for (const LabelView& label : base) pairs_.emplace_back(label.name, label.value);
}

LabelsBuilder& LabelsBuilder::Set(std::string_view name, std::string_view value) {
  auto at = std::lower_bound(pairs_.begin(), pairs_.end(), name,
                             [](const auto& pair, std::string_view n) { return pair.first < n; });
  bool found = at != pairs_.end() && at->first == name;
  if (value.empty()) {
    if (found) pairs_.erase(at);
  } else if (found) {
    at->second = value;
  } else {
    pairs_.emplace(at, std::string(name), std::string(value));
  }
  return *this;
}

std::string_view LabelsBuilder::Get(std::string_view name) const {
  auto at = std::lower_bound(pairs_.begin(), pairs_.end(), name,
                             [](const auto& pair, std::string_view n) { return pair.first < n; });
  return at != pairs_.end() && at->first == name ? std::string_view(at->second)
                                                 : std::string_view();
}

Labels LabelsBuilder::Build() const {
  Labels out;
  size_t size = 0;
  for (const auto& [name, value] : pairs_) size += name.size() + value.size() + 4;
  out.data_.reserve(size);
  for (const auto& [name, value] : pairs_) {
    AppendText(out.data_, name);
    AppendText(out.data_, value);
  }
  return out;
}

bool IsLegacyMetricName(std::string_view name) {
  if (name.empty() || !(IsLetter(name[0]) || name[0] == ':')) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c) || c == ':'; });
}

bool IsLegacyLabelName(std::string_view name) {
  if (name.empty() || !IsLetter(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return IsLetter(c) || IsDigit(c); });
}

bool IsValidMetricName(std::string_view name, NameScheme scheme) {
  if (scheme == NameScheme::kLegacy) return IsLegacyMetricName(name);
  return !name.empty() && IsValidUtf8(name);
}

bool IsValidLabelName(std::string_view name, NameScheme scheme) {
  if (scheme == NameScheme::kLegacy) return IsLegacyLabelName(name);
  return !name.empty() && IsValidUtf8(name);
}

}  // namespace watchfire::model
