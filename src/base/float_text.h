#pragma once
// Numbers into a buffer the caller owns: the inner loop of large query answers, where a call that
// may grow a string would cost more than the digits. Forms are those of base/numbers.h. Every
// function writes at `out`, returns the end of the text, and may scribble up to kNumberTextRoom
// bytes from `out` on, so the buffer has that much room. FloatTexts is thread-compatible, the
// functions are pure.

#include <cstddef>
#include <cstdint>

namespace watchfire {

inline constexpr size_t kNumberTextRoom = 48;

char* WriteUint(char* out, uint64_t v);
char* WriteInt(char* out, int64_t v);
// The API's form of a float (FormatFloatJson).
char* WriteFloatJson(char* out, double v);

// The same for the values of a series one after the other, which mostly have as many decimals as
// the one before: those are tried first and cost a division instead of a search.
class FloatTexts {
 public:
  char* Write(char* out, double v);

 private:
  char* WriteLong(char* out, double v);

  unsigned decimals_ = 2;  // 0: the last values were long
  unsigned long_row_ = 0;
};

}  // namespace watchfire
