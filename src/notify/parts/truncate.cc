#include "notify/parts/truncate.h"

#include "base/text.h"
#include "template/number.h"

namespace watchfire::notify {
namespace {

constexpr std::string_view kEllipsis = "…";
constexpr size_t kNoRoomForEllipsis = 3;

using templates::RuneAt;

// Where the rune after `count` others begins, or npos if there are not more.
size_t After(std::string_view text, size_t count) {
  size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += RuneAt(text, at).size;
  return at < text.size() ? at : std::string_view::npos;
}

}  // namespace

bool LongerThanRunes(std::string_view text, size_t limit) {
  return After(text, limit) != std::string_view::npos;
}

std::string TruncateRunes(std::string_view text, size_t limit) {
  if (!LongerThanRunes(text, limit)) return std::string(text);
  bool marked = limit > kNoRoomForEllipsis;
  std::string out;
  size_t at = 0;
  for (size_t i = 0; i < (marked ? limit - 1 : limit); ++i) {
    templates::Rune rune = RuneAt(text, at);
    AppendUtf8(out, rune.code);
    at += rune.size;
  }
  if (marked) out += kEllipsis;
  return out;
}

std::string TruncateBytes(std::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  if (limit <= kNoRoomForEllipsis) {
    return limit == kNoRoomForEllipsis ? std::string(kEllipsis) : std::string(limit, '.');
  }
  size_t end = 0;
  while (true) {
    size_t next = end + RuneAt(text, end).size;
    if (next > limit - kEllipsis.size()) break;
    end = next;
  }
  return std::string(text.substr(0, end)) + std::string(kEllipsis);
}

}  // namespace watchfire::notify
