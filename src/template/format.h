#pragma once
// Printer: Go's fmt.Sprint, Sprintln and Sprintf over template values: all verbs, flags, widths,
// precisions and argument indexes, and the words for wrong use (`%!d(string=x)`). What is printed
// is charged to the budget; a text that does not fit in it is an error. Made for one text, one
// thread's.

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "template/function.h"
#include "template/value.h"

namespace watchfire::templates {

Result<std::string> Sprint(std::span<const Value> values, Budget& budget);
Result<std::string> Sprintln(std::span<const Value> values, Budget& budget);
Result<std::string> Sprintf(std::string_view format, std::span<const Value> values, Budget& budget);
// %v of one value, for messages: cut where it grows long.
std::string Describe(const Value& value);

class Printer {
 public:
  // Stops writing at `limit` bytes.
  explicit Printer(size_t limit) : limit_(limit) {}
  void Print(std::span<const Value> values);
  void Println(std::span<const Value> values);
  void Printf(std::string_view format, std::span<const Value> values);
  bool cut() const { return cut_; }
  std::string Take() { return std::move(out_); }

 private:
  struct Flags {
    bool width_set = false;
    bool precision_set = false;
    bool minus = false;
    bool plus = false;
    bool sharp = false;
    bool space = false;
    bool zero = false;
    bool plus_v = false;
    bool sharp_v = false;
    int width = 0;
    int precision = 0;
  };
  struct FormatState;  // where Printf is in its format and arguments

  void Append(std::string_view text);
  void Append(char c) { Append(std::string_view(&c, 1)); }
  void Repeat(char c, size_t count);
  void Pad(std::string_view text);

  void ReadFlags(FormatState& state);
  void ReadArgumentIndex(FormatState& state);
  void ReadWidth(FormatState& state);
  void ReadPrecision(FormatState& state);
  void WriteVerb(FormatState& state);
  void WriteExtra(FormatState& state);

  void Argument(const Value& value, uint32_t verb, int depth);
  bool HandleMethods(const Value& value, uint32_t verb);
  void BadVerb(const Value& value, uint32_t verb);
  void Integer(const Value& value, uint64_t magnitude, bool negative, bool is_signed,
               uint32_t verb);
  void Digits(uint64_t magnitude, bool negative, unsigned base, uint32_t verb, bool upper);
  void Char(uint64_t code);
  void QuotedChar(uint64_t code);
  void UnicodePoint(uint64_t code);
  void Float(double v, char verb, int precision);
  void FloatVerb(const Value& value, double v, uint32_t verb);
  void ComplexVerb(const Value& value, uint32_t verb);
  void TextVerb(const Value& value, std::string_view text, uint32_t verb);
  void Hex(std::string_view text, bool upper);
  std::string_view Truncate(std::string_view text) const;
  void ListVerb(const Value& value, uint32_t verb, int depth);
  void MapVerb(const Value& value, uint32_t verb, int depth);
  void StructVerb(const Value& value, uint32_t verb, int depth);

  std::string out_;
  size_t limit_;
  bool cut_ = false;
  Flags flags_;
};

}  // namespace watchfire::templates
