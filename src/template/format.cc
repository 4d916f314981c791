#include "template/format.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/numbers.h"
#include "base/text.h"
#include "template/number.h"

namespace watchfire::templates {
namespace {

// Lists inside lists; what a caller's objects could nest at most.
constexpr int kMaxDepth = 60;
constexpr int kMaxWidth = 1'000'000;  // fmt's own

std::string QuoteAscii(std::string_view text) {
  std::string quoted = GoQuote(text);
  std::string out;
  for (size_t at = 0; at < quoted.size();) {
    Rune rune = RuneAt(quoted, at);
    if (rune.code < 0x80) {
      out += quoted[at];
    } else {
      out += rune.code < 0x10000 ? fmt::format("\\u{:04x}", rune.code)
                                 : fmt::format("\\U{:08x}", rune.code);
    }
    at += rune.size;
  }
  return out;
}

bool CanBackquote(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    Rune rune = RuneAt(text, at);
    if (rune.size == 1 && rune.code == 0xfffd) return false;
    if (rune.code == 0xfeff || rune.code == '`' || rune.code == 0x7f) return false;
    if (rune.code < 0x20 && rune.code != '\t') return false;
    at += rune.size;
  }
  return true;
}

bool TakesText(uint32_t verb) {
  return verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q';
}

}  // namespace

struct Printer::FormatState {
  std::string_view format;
  std::span<const Value> values;
  size_t at = 0;
  size_t next = 0;           // argument
  bool reordered = false;    // an index was used somewhere
  bool after_index = false;  // an index was used for what comes next
  bool good_index = true;
};

void Printer::Append(std::string_view text) {
  if (out_.size() + text.size() > limit_) {
    cut_ = true;
    return;
  }
  out_ += text;
}

void Printer::Repeat(char c, size_t count) {
  if (out_.size() + count > limit_) {
    cut_ = true;
    return;
  }
  out_.append(count, c);
}

void Printer::Pad(std::string_view text) {
  size_t runes = flags_.width_set ? CountRunes(text) : 0;
  size_t width = flags_.width_set ? static_cast<size_t>(flags_.width) : 0;
  if (width <= runes) {
    Append(text);
  } else if (flags_.minus) {
    Append(text);
    Repeat(' ', width - runes);
  } else {
    Repeat(flags_.zero ? '0' : ' ', width - runes);
    Append(text);
  }
}

void Printer::Print(std::span<const Value> values) {
  bool previous_text = false;
  for (size_t i = 0; i < values.size(); ++i) {
    bool text = values[i].kind() == Kind::kString;
    if (i > 0 && !text && !previous_text) Append(' ');
    flags_ = {};
    Argument(values[i], 'v', 0);
    previous_text = text;
  }
}

void Printer::Println(std::span<const Value> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) Append(' ');
    flags_ = {};
    Argument(values[i], 'v', 0);
  }
  Append('\n');
}

void Printer::ReadFlags(FormatState& state) {
  for (; state.at < state.format.size(); ++state.at) {
    switch (state.format[state.at]) {
      case '#':
        flags_.sharp = true;
        break;
      case '0':
        flags_.zero = true;
        break;
      case '+':
        flags_.plus = true;
        break;
      case '-':
        flags_.minus = true;
        break;
      case ' ':
        flags_.space = true;
        break;
      default:
        return;
    }
  }
}

// "[3]": the number of the argument to take next.
void Printer::ReadArgumentIndex(FormatState& state) {
  if (state.at >= state.format.size() || state.format[state.at] != '[') return;
  state.reordered = true;
  state.after_index = true;
  size_t close = state.format.find(']', state.at);
  if (close == std::string_view::npos) {
    state.good_index = false;
    ++state.at;
    return;
  }
  auto index = ParseInt(state.format.substr(state.at + 1, close - state.at - 1));
  state.at = close + 1;
  if (!index || *index < 1 || static_cast<size_t>(*index) > state.values.size()) {
    state.good_index = false;
    return;
  }
  state.next = static_cast<size_t>(*index) - 1;
}

namespace {

// A number of the format itself; −1 if there is none or it is too large.
int ReadNumber(std::string_view format, size_t* at) {
  int number = -1;
  size_t i = *at;
  for (; i < format.size() && IsDigit(static_cast<uint8_t>(format[i])); ++i) {
    number = std::max(number, 0) * 10 + (format[i] - '0');
    if (number > kMaxWidth) return -1;
  }
  *at = i;
  return number;
}

// The argument of a '*'.
std::optional<int> WidthArgument(std::span<const Value> values, size_t* next) {
  if (*next >= values.size()) return std::nullopt;
  const Value& value = values[(*next)++];
  int64_t width = 0;
  if (value.kind() == Kind::kInt) {
    width = value.integer();
  } else if (value.kind() == Kind::kUint && value.unsigned_integer() <= kMaxWidth) {
    width = static_cast<int64_t>(value.unsigned_integer());
  } else {
    return std::nullopt;
  }
  if (width > kMaxWidth || width < -kMaxWidth) return std::nullopt;
  return static_cast<int>(width);
}

}  // namespace

void Printer::ReadWidth(FormatState& state) {
  ReadArgumentIndex(state);
  if (state.at < state.format.size() && state.format[state.at] == '*') {
    ++state.at;
    auto width = WidthArgument(state.values, &state.next);
    if (!width) {
      Append("%!(BADWIDTH)");
    } else {
      flags_.width_set = true;
      flags_.width = std::abs(*width);
      if (*width < 0) {
        flags_.minus = true;
        flags_.zero = false;
      }
    }
    state.after_index = false;
    return;
  }
  int width = ReadNumber(state.format, &state.at);
  if (width < 0) return;
  flags_.width_set = true;
  flags_.width = width;
  if (state.after_index) state.good_index = false;  // "%[3]2d"
}

void Printer::ReadPrecision(FormatState& state) {
  if (state.at + 1 > state.format.size() || state.format[state.at] != '.') return;
  ++state.at;
  if (state.after_index) state.good_index = false;  // "%[3].2d"
  ReadArgumentIndex(state);
  if (state.at < state.format.size() && state.format[state.at] == '*') {
    ++state.at;
    auto precision = WidthArgument(state.values, &state.next);
    if (precision && *precision >= 0) {
      flags_.precision_set = true;
      flags_.precision = *precision;
    } else if (!precision) {
      Append("%!(BADPREC)");
    }
    state.after_index = false;
    return;
  }
  int precision = ReadNumber(state.format, &state.at);
  flags_.precision_set = true;
  flags_.precision = std::max(precision, 0);
}

void Printer::WriteVerb(FormatState& state) {
  Rune rune = RuneAt(state.format, state.at);
  state.at += rune.size;
  std::string verb;
  AppendUtf8(verb, rune.code);
  if (rune.code == '%') {
    Append('%');
  } else if (!state.good_index) {
    Append("%!" + verb + "(BADINDEX)");
  } else if (state.next >= state.values.size()) {
    Append("%!" + verb + "(MISSING)");
  } else {
    if (rune.code == 'v') {
      flags_.sharp_v = std::exchange(flags_.sharp, false);
      flags_.plus_v = std::exchange(flags_.plus, false);
    }
    Argument(state.values[state.next++], rune.code, 0);
  }
}

void Printer::WriteExtra(FormatState& state) {
  if (state.reordered || state.next >= state.values.size()) return;
  flags_ = {};
  Append("%!(EXTRA ");
  for (size_t i = state.next; i < state.values.size(); ++i) {
    if (i > state.next) Append(", ");
    if (!state.values[i].valid()) {
      Append("<nil>");
    } else {
      Append(state.values[i].held_type_name());
      Append('=');
      Argument(state.values[i], 'v', 0);
    }
  }
  Append(')');
}

void Printer::Printf(std::string_view format, std::span<const Value> values) {
  FormatState state{format, values};
  while (state.at < format.size() && !cut_) {
    size_t percent = std::min(format.find('%', state.at), format.size());
    Append(format.substr(state.at, percent - state.at));
    state.at = percent + 1;
    if (percent == format.size()) break;
    flags_ = {};
    state.good_index = true;
    state.after_index = false;
    ReadFlags(state);
    ReadWidth(state);
    ReadPrecision(state);
    if (!state.after_index) ReadArgumentIndex(state);
    if (state.at >= format.size()) {
      Append("%!(NOVERB)");
      break;
    }
    WriteVerb(state);
  }
  WriteExtra(state);
}

void Printer::BadVerb(const Value& value, uint32_t verb) {
  std::string start = "%!";
  AppendUtf8(start, verb);
  Append(start + "(");
  if (!value.valid()) {
    Append("<nil>");
  } else {
    Append(value.held_type_name());
    Append('=');
    Flags kept = std::exchange(flags_, {});
    // Without the String method, as fmt does.
    if (value.kind() == Kind::kInt) {
      Append(std::to_string(value.integer()));
    } else {
      Argument(value, 'v', 0);
    }
    flags_ = kept;
  }
  Append(')');
}

bool Printer::HandleMethods(const Value& value, uint32_t verb) {
  if (flags_.sharp_v || !TakesText(verb)) return false;
  auto text = value.StringMethod();
  if (!text) return false;
  TextVerb(value, *text, verb);
  return true;
}

void Printer::Argument(const Value& value, uint32_t verb, int depth) {
  if (cut_) return;
  if (depth > kMaxDepth) {
    Append("…");
    return;
  }
  if (verb == 'T') {
    TextVerb(value, value.held_type_name(), 's');
    return;
  }
  if (!value.valid()) {
    if (verb == 'v') {
      Pad("<nil>");
    } else {
      BadVerb(value, verb);
    }
    return;
  }
  if (HandleMethods(value, verb)) return;
  switch (value.kind()) {
    case Kind::kBool:
      if (verb != 't' && verb != 'v') return BadVerb(value, verb);
      return Pad(value.boolean() ? "true" : "false");
    case Kind::kInt: {
      int64_t v = value.integer();
      auto magnitude = static_cast<uint64_t>(v);
      return Integer(value, v < 0 ? 0 - magnitude : magnitude, v < 0, true, verb);
    }
    case Kind::kUint:
      return Integer(value, value.unsigned_integer(), false, false, verb);
    case Kind::kFloat:
      return FloatVerb(value, value.number(), verb);
    case Kind::kComplex:
      return ComplexVerb(value, verb);
    case Kind::kString:
      return TextVerb(value, value.text(), verb);
    case Kind::kList:
      return ListVerb(value, verb, depth);
    case Kind::kMap:
      return MapVerb(value, verb, depth);
    case Kind::kStruct:
      return StructVerb(value, verb, depth);
    case Kind::kInvalid:
      return;
  }
}

void Printer::Integer(const Value& value, uint64_t magnitude, bool negative, bool is_signed,
                      uint32_t verb) {
  switch (verb) {
    case 'v':
      if (flags_.sharp_v && !is_signed) {
        flags_.sharp = true;
        return Digits(magnitude, negative, 16, 'v', false);
      }
      return Digits(magnitude, negative, 10, verb, false);
    case 'd':
      return Digits(magnitude, negative, 10, verb, false);
    case 'b':
      return Digits(magnitude, negative, 2, verb, false);
    case 'o':
    case 'O':
      return Digits(magnitude, negative, 8, verb, false);
    case 'x':
      return Digits(magnitude, negative, 16, verb, false);
    case 'X':
      return Digits(magnitude, negative, 16, verb, true);
    case 'c':
      return Char(negative ? UINT64_MAX : magnitude);
    case 'q':
      return QuotedChar(negative ? UINT64_MAX : magnitude);
    case 'U':
      return UnicodePoint(negative ? 0 - magnitude : magnitude);
    default:
      return BadVerb(value, verb);
  }
}

void Printer::Digits(uint64_t magnitude, bool negative, unsigned base, uint32_t verb, bool upper) {
  const char* const alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  size_t least = 0;
  if (flags_.precision_set) {
    least = static_cast<size_t>(flags_.precision);
    if (least == 0 && magnitude == 0) {
      bool zero = std::exchange(flags_.zero, false);
      Pad("");
      flags_.zero = zero;
      return;
    }
  } else if (flags_.zero && flags_.width_set && !flags_.minus) {
    least = static_cast<size_t>(flags_.width);
    if (least > 0 && (negative || flags_.plus || flags_.space)) --least;
  }
  std::string digits;  // backwards
  do {
    digits += alphabet[magnitude % base];
    magnitude /= base;
  } while (magnitude > 0);
  if (least > digits.size()) digits.append(least - digits.size(), '0');
  if (flags_.sharp) {
    if (base == 2) digits += "b0";
    if (base == 8 && digits.back() != '0') digits += '0';
    if (base == 16) digits += upper ? "X0" : "x0";
  }
  if (verb == 'O') digits += "o0";
  if (negative) {
    digits += '-';
  } else if (flags_.plus) {
    digits += '+';
  } else if (flags_.space) {
    digits += ' ';
  }
  std::reverse(digits.begin(), digits.end());
  bool zero = std::exchange(flags_.zero, false);
  Pad(digits);
  flags_.zero = zero;
}

void Printer::Char(uint64_t code) {
  std::string text;
  AppendUtf8(text, code > 0x10ffff ? 0xfffd : static_cast<uint32_t>(code));
  Pad(text);
}

void Printer::QuotedChar(uint64_t code) {
  std::string text;
  AppendUtf8(text, code > 0x10ffff ? 0xfffd : static_cast<uint32_t>(code));
  std::string quoted = flags_.plus ? QuoteAscii(text) : GoQuote(text);
  std::string inner = quoted.substr(1, quoted.size() - 2);
  if (inner == "\\\"") inner = "\"";
  if (inner == "'") inner = "\\'";
  Pad("'" + inner + "'");
}

void Printer::UnicodePoint(uint64_t code) {
  size_t least = 4;
  if (flags_.precision_set) least = std::max(least, static_cast<size_t>(flags_.precision));
  std::string digits = fmt::format("{:X}", code);
  if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
  std::string text = "U+" + digits;
  if (flags_.sharp && code <= 0x10ffff && IsPrintable(static_cast<uint32_t>(code))) {
    text += " '";
    AppendUtf8(text, static_cast<uint32_t>(code));
    text += "'";
  }
  bool zero = std::exchange(flags_.zero, false);
  Pad(text);
  flags_.zero = zero;
}

namespace {

// The '#' of floats: a point always, and for g no trailing zeros lost.
std::string WithPoint(std::string number, char verb, int precision) {
  int digits = -1;
  if (verb == 'g' || verb == 'G' || verb == 'x' || verb == 'X') {
    digits = precision < 0 ? 6 : precision;
  }
  size_t exponent = number.find_first_of(verb == 'x' || verb == 'X' ? "pP" : "eE");
  std::string tail = exponent == std::string::npos ? "" : number.substr(exponent);
  number.resize(std::min(exponent, number.size()));
  bool point = number.find('.') != std::string::npos;
  bool nonzero = false;
  for (char c : number) {
    if (c == '.' || c == '+' || c == '-') continue;
    if (c != '0') nonzero = true;
    if (nonzero && digits > 0) --digits;
  }
  if (!point) {
    if (number.size() == 2 && number[1] == '0') --digits;  // "+0"
    number += '.';
  }
  if (digits > 0) number.append(static_cast<size_t>(digits), '0');
  return number + tail;
}

}  // namespace

void Printer::Float(double v, char verb, int precision) {
  if (flags_.precision_set) precision = flags_.precision;
  std::string number = FormatFloat(v, verb, precision);
  if (number[0] != '-' && number[0] != '+') number.insert(0, "+");
  if (flags_.space && number[0] == '+' && !flags_.plus) number[0] = ' ';
  if (number[1] == 'I' || number[1] == 'N') {
    bool zero = std::exchange(flags_.zero, false);
    if (number[1] == 'N' && !flags_.space && !flags_.plus) number.erase(0, 1);
    Pad(number);
    flags_.zero = zero;
    return;
  }
  if (flags_.sharp && verb != 'b') number = WithPoint(std::move(number), verb, precision);
  if (flags_.plus || number[0] != '+') {
    auto width = static_cast<size_t>(flags_.width);
    if (flags_.zero && !flags_.minus && flags_.width_set && width > number.size()) {
      Append(number[0]);
      Repeat('0', width - number.size());
      Append(std::string_view(number).substr(1));
      return;
    }
    Pad(number);
    return;
  }
  Pad(std::string_view(number).substr(1));
}

void Printer::FloatVerb(const Value& value, double v, uint32_t verb) {
  switch (verb) {
    case 'v':
      return Float(v, 'g', -1);
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      return Float(v, static_cast<char>(verb), -1);
    case 'f':
    case 'F':
    case 'e':
    case 'E':
      return Float(v, verb == 'F' ? 'f' : static_cast<char>(verb), 6);
    default:
      return BadVerb(value, verb);
  }
}

void Printer::ComplexVerb(const Value& value, uint32_t verb) {
  constexpr std::string_view kVerbs = "vbgGxXfFeE";
  if (verb > 127 || kVerbs.find(static_cast<char>(verb)) == std::string_view::npos) {
    return BadVerb(value, verb);
  }
  bool plus = flags_.plus;
  Append('(');
  FloatVerb(value, value.complex().real(), verb);
  flags_.plus = true;
  FloatVerb(value, value.complex().imag(), verb);
  Append("i)");
  flags_.plus = plus;
}

std::string_view Printer::Truncate(std::string_view text) const {
  if (!flags_.precision_set) return text;
  int left = flags_.precision;
  size_t at = 0;
  while (at < text.size() && left > 0) {
    at += RuneAt(text, at).size;
    --left;
  }
  return text.substr(0, at);
}

void Printer::Hex(std::string_view text, bool upper) {
  if (flags_.precision_set && static_cast<size_t>(flags_.precision) < text.size()) {
    text = text.substr(0, static_cast<size_t>(flags_.precision));
  }
  std::string out;
  const char* prefix = upper ? "0X" : "0x";
  if (flags_.sharp && !text.empty()) out += prefix;
  for (size_t i = 0; i < text.size(); ++i) {
    if (flags_.space && i > 0) {
      out += ' ';
      if (flags_.sharp) out += prefix;
    }
    auto byte = static_cast<uint8_t>(text[i]);
    out += upper ? fmt::format("{:02X}", byte) : fmt::format("{:02x}", byte);
  }
  Pad(out);
}

void Printer::TextVerb(const Value& value, std::string_view text, uint32_t verb) {
  switch (verb) {
    case 'v':
      if (flags_.sharp_v) return Pad(GoQuote(text));
      return Pad(Truncate(text));
    case 's':
      return Pad(Truncate(text));
    case 'x':
    case 'X':
      return Hex(text, verb == 'X');
    case 'q':
      text = Truncate(text);
      if (flags_.sharp && CanBackquote(text)) return Pad("`" + std::string(text) + "`");
      return Pad(flags_.plus ? QuoteAscii(text) : GoQuote(text));
    default:
      return BadVerb(value, verb);
  }
}

void Printer::ListVerb(const Value& value, uint32_t verb, int depth) {
  const Object& list = value.object();
  if (flags_.sharp_v) Append(list.type_name());
  Append(flags_.sharp_v ? '{' : '[');
  for (size_t i = 0; i < list.size() && !cut_; ++i) {
    if (i > 0) Append(flags_.sharp_v ? ", " : " ");
    Argument(list.At(i), verb, depth + 1);
  }
  Append(flags_.sharp_v ? '}' : ']');
}

void Printer::MapVerb(const Value& value, uint32_t verb, int depth) {
  const Object& map = value.object();
  if (flags_.sharp_v) {
    Append(map.type_name());
    Append('{');
  } else {
    Append("map[");
  }
  for (size_t i = 0; i < map.size() && !cut_; ++i) {
    if (i > 0) Append(flags_.sharp_v ? ", " : " ");
    Argument(Value::View(map.NameAt(i)), verb, depth + 1);
    Append(':');
    Argument(map.At(i), verb, depth + 1);
  }
  Append(flags_.sharp_v ? '}' : ']');
}

void Printer::StructVerb(const Value& value, uint32_t verb, int depth) {
  const Object& object = value.object();
  std::string_view type = object.type_name();
  if (type.substr(0, 1) == "*") Append('&');
  if (flags_.sharp_v) Append(type.substr(0, 1) == "*" ? type.substr(1) : type);
  Append('{');
  for (size_t i = 0; i < object.size() && !cut_; ++i) {
    if (i > 0) Append(flags_.sharp_v ? ", " : " ");
    if (flags_.plus_v || flags_.sharp_v) {
      Append(object.NameAt(i));
      Append(':');
    }
    Argument(object.At(i), verb, depth + 1);
  }
  Append('}');
}

namespace {

Result<std::string> Finish(Printer&& printer, Budget& budget) {
  if (printer.cut()) return Error::Make(ErrorCode::kLimit, "template makes too much text");
  std::string out = printer.Take();
  TRY(budget.Charge(out.size()));
  return out;
}

}  // namespace

Result<std::string> Sprint(std::span<const Value> values, Budget& budget) {
  Printer printer(budget.bytes_left());
  printer.Print(values);
  return Finish(std::move(printer), budget);
}

Result<std::string> Sprintln(std::span<const Value> values, Budget& budget) {
  Printer printer(budget.bytes_left());
  printer.Println(values);
  return Finish(std::move(printer), budget);
}

Result<std::string> Sprintf(std::string_view format, std::span<const Value> values,
                            Budget& budget) {
  Printer printer(budget.bytes_left());
  printer.Printf(format, values);
  return Finish(std::move(printer), budget);
}

std::string Describe(const Value& value) {
  constexpr size_t kLongest = 4096;
  Printer printer(kLongest);
  printer.Print(std::span<const Value>(&value, 1));
  return printer.Take();
}

}  // namespace watchfire::templates
