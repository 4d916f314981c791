#include "base/text_pieces.h"

#include <cstring>

namespace watchfire {
namespace {

TEST(TextPieces, KeepsTheTextInOrderAcrossPieces) {
  TextPieces pieces;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = std::to_string(i) + (i % 1000 == 0 ? std::string(9'000, 'x') : ",");
    expected += text;
    if (i % 2 == 0) {
      pieces.Append(text);
    } else {
      char* at = pieces.Room(text.size() + 40);
      std::memcpy(at, text.data(), text.size());
      pieces.Took(at + text.size());
    }
  }
  EXPECT_EQ(pieces.size(), expected.size());
  EXPECT_GE(pieces.capacity(), pieces.size());
  std::vector<TextPieces::Piece> taken = pieces.TakePieces();
  EXPECT_GT(taken.size(), 2u);
  EXPECT_TRUE(pieces.empty());
  std::string joined;
  for (const TextPieces::Piece& piece : taken) joined += piece.view();
  EXPECT_EQ(joined, expected);
}

TEST(TextPieces, TakesATextLargerThanAPieceWhole) {
  TextPieces pieces;
  pieces.Append("a");
  pieces.Append(std::string(1 << 20, 'b'));
  pieces.Append("");
  pieces.Append("c");
  TextPieces moved = std::move(pieces);
  EXPECT_TRUE(pieces.empty());  // NOLINT: what is left behind is specified
  EXPECT_EQ(moved.size(), (1u << 20) + 2);
  EXPECT_EQ(moved.TakeJoined(), "a" + std::string(1 << 20, 'b') + "c");
  EXPECT_TRUE(moved.empty());
  EXPECT_EQ(moved.TakeJoined(), "");
  moved.Append("again");
  EXPECT_EQ(moved.TakeJoined(), "again");
}

}  // namespace
}  // namespace watchfire
