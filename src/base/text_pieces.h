#pragma once
// A long text as a list of pieces: what a large answer is written into. Growing never copies what
// is there, the memory is not cleared first, and whoever sends the pieces can free each as it goes
// out. The first piece is small, later ones double up to 256 KiB. Thread-compatible; moved-from
// objects are empty.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace watchfire {

class TextPieces {
 public:
  struct Piece {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
    std::string_view view() const { return {bytes.get(), size}; }
  };

  TextPieces() = default;
  TextPieces(TextPieces&& other) noexcept;
  TextPieces& operator=(TextPieces&& other) noexcept;

  // Where at least `n` more bytes can be written, one after the other; Took says where they end.
  // The place stays valid until the next call of Room or Append.
  char* Room(size_t n) {
    if (static_cast<size_t>(limit_ - at_) < n) Grow(n);
    return at_;
  }
  void Took(char* end) { at_ = end; }
  void Append(std::string_view text);

  size_t size() const { return closed_bytes_ + Open(); }
  bool empty() const { return size() == 0; }
  // What was allocated for it.
  size_t capacity() const { return capacity_; }

  // Empty this object.
  std::vector<Piece> TakePieces();
  std::string TakeJoined();

 private:
  // Bytes of the last piece, whose size is not written down before the next one begins.
  size_t Open() const {
    return pieces_.empty() ? 0 : static_cast<size_t>(at_ - pieces_.back().bytes.get());
  }
  void Grow(size_t n);
  void Reset();

  std::vector<Piece> pieces_;
  char* at_ = nullptr;
  char* limit_ = nullptr;
  size_t closed_bytes_ = 0;
  size_t capacity_ = 0;
};

}  // namespace watchfire
