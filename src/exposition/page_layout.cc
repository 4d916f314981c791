#include "exposition/page_layout.h"

#include <bit>
#include <map>

#include "base/hash.h"
#include "exposition/text_parser.h"

namespace watchfire::exposition {

void PageLayout::BuildIndex() const {
  size_t size = std::bit_ceil(sample_count_ * 2 + 2);
  index_.assign(size, 0);
  index_bytes_ = size * sizeof(uint32_t);
  for (size_t line = 0; line < lines_.size(); ++line) {
    if (kind(line) == LineKind::kMeta) continue;
    std::string_view text = key(line);
    size_t at = Hash(text) & (size - 1);
    bool known = false;
    while (index_[at] != 0 && !known) {
      known = key(index_[at] - 1) == text;
      if (!known) at = (at + 1) & (size - 1);
    }
    if (!known) index_[at] = static_cast<uint32_t>(line + 1);
  }
}

std::optional<size_t> PageLayout::FindSample(std::string_view series) const {
  std::call_once(index_once_, [this] { BuildIndex(); });
  size_t mask = index_.size() - 1;
  for (size_t at = Hash(series) & mask; index_[at] != 0; at = (at + 1) & mask) {
    size_t line = index_[at] - 1;
    if (key(line) == series) return line;
  }
  return std::nullopt;
}

std::optional<model::MetricType> PageLayout::AnnouncedType(size_t line) const {
  if (kind(line) != LineKind::kMeta || key(line).find("TYPE") == std::string_view::npos) {
    return std::nullopt;
  }
  TextParser parser(key(line));
  Result<EntryKind> entry = parser.Next();
  if (!entry.ok() || *entry != EntryKind::kType) return std::nullopt;
  return parser.entry().type;
}

std::vector<std::pair<std::string, model::Metadata>> PageLayout::Metadata() const {
  std::vector<std::pair<std::string, model::Metadata>> out;
  std::map<std::string, size_t> positions;  // in out
  for (size_t line = 0; line < lines_.size(); ++line) {
    if (kind(line) != LineKind::kMeta) continue;
    TextParser parser(key(line));
    Result<EntryKind> entry = parser.Next();
    if (!entry.ok() || (*entry != EntryKind::kHelp && *entry != EntryKind::kType)) continue;
    std::string family = UnescapeText(parser.entry().family, EscapeRules::kLabelValue);
    auto [at, fresh] = positions.try_emplace(std::move(family), out.size());
    if (fresh) out.emplace_back(at->first, model::Metadata());
    model::Metadata& metadata = out[at->second].second;
    if (*entry == EntryKind::kType) {
      metadata.type = parser.entry().type;
    } else {
      metadata.help = UnescapeText(parser.entry().text, EscapeRules::kHelp);
    }
  }
  return out;
}

size_t PageLayout::size_bytes() const {
  return sizeof(*this) + text_.capacity() + lines_.capacity() * sizeof(Line) + index_bytes_.load();
}

bool PageLayout::operator==(const PageLayout& other) const {
  if (hash_ != other.hash_ || text_ != other.text_ || lines_.size() != other.lines_.size()) {
    return false;
  }
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].end != other.lines_[i].end || lines_[i].kind != other.lines_[i].kind) {
      return false;
    }
  }
  return true;
}

void PageLayoutBuilder::Add(PageLayout::LineKind kind, std::string_view key) {
  PageLayout& layout = *layout_;
  if (layout.text_.size() + key.size() > kMaxTextBytes || layout.sample_count_ >= kMaxSamples) {
    overflow_ = true;
    return;
  }
  layout.text_.append(key);
  PageLayout::Line line;
  line.end = static_cast<uint32_t>(layout.text_.size());
  line.sample = static_cast<uint32_t>(layout.sample_count_) & 0x3fffffffu;
  line.kind = static_cast<uint32_t>(kind) & 3u;
  layout.lines_.push_back(line);
  if (kind == PageLayout::LineKind::kMeta) {
    layout.meta_bytes_ += key.size();
  } else {
    ++layout.sample_count_;
  }
}

void PageLayoutBuilder::AddRange(const PageLayout& other, size_t from, size_t count) {
  for (size_t line = from; line < from + count; ++line) Add(other.kind(line), other.key(line));
}

std::shared_ptr<const PageLayout> PageLayoutBuilder::Finish() {
  PageLayout& layout = *layout_;
  layout.text_.shrink_to_fit();
  layout.lines_.shrink_to_fit();
  uint64_t hash = Hash(layout.text_);
  layout.hash_ = HashCombine(hash, Hash({reinterpret_cast<const char*>(layout.lines_.data()),
                                         layout.lines_.size() * sizeof(PageLayout::Line)}));
  return std::exchange(layout_, std::shared_ptr<PageLayout>(new PageLayout()));
}

}  // namespace watchfire::exposition
