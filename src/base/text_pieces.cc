#include "base/text_pieces.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace watchfire {
namespace {

constexpr size_t kFirstPiece = 4 << 10;
constexpr size_t kLargestPiece = 256 << 10;

}  // namespace

TextPieces::TextPieces(TextPieces&& other) noexcept {
  *this = std::move(other);
}

TextPieces& TextPieces::operator=(TextPieces&& other) noexcept {
  if (this == &other) return *this;
  pieces_ = std::move(other.pieces_);
  at_ = other.at_;
  limit_ = other.limit_;
  closed_bytes_ = other.closed_bytes_;
  capacity_ = other.capacity_;
  other.Reset();
  return *this;
}

void TextPieces::Append(std::string_view text) {
  if (text.empty()) return;
  std::memcpy(Room(text.size()), text.data(), text.size());
  at_ += text.size();
}

void TextPieces::Grow(size_t n) {
  closed_bytes_ += Open();
  if (!pieces_.empty()) pieces_.back().size = Open();
  size_t size = std::max(n, std::clamp(capacity_, kFirstPiece, kLargestPiece));
  pieces_.push_back({std::make_unique_for_overwrite<char[]>(size), 0});
  at_ = pieces_.back().bytes.get();
  limit_ = at_ + size;
  capacity_ += size;
}

void TextPieces::Reset() {
  pieces_.clear();
  at_ = limit_ = nullptr;
  closed_bytes_ = capacity_ = 0;
}

std::vector<TextPieces::Piece> TextPieces::TakePieces() {
  if (!pieces_.empty()) pieces_.back().size = Open();
  std::vector<Piece> pieces = std::move(pieces_);
  Reset();
  return pieces;
}

std::string TextPieces::TakeJoined() {
  std::string text;
  text.reserve(size());
  for (Piece& piece : TakePieces()) {
    text.append(piece.view());
    piece.bytes.reset();
  }
  return text;
}

}  // namespace watchfire
