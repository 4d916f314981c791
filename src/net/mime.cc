#include "net/mime.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/time_zone.h"

namespace watchfire::net {
namespace {

constexpr size_t kMaxPrintableLine = 76;
constexpr size_t kMaxFieldLine = 998;  // RFC 5322, without the CRLF
constexpr size_t kMaxAddressText = 64 << 10;
constexpr size_t kMaxAddresses = 1000;
constexpr char kHexDigits[] = "0123456789ABCDEF";
constexpr std::string_view kWordBegin = "=?utf-8?q?";
constexpr std::string_view kWordEnd = "?=";
// RFC 2047: an encoded word has at most 75 characters.
constexpr size_t kMaxWordContent = 75 - kWordBegin.size() - kWordEnd.size();

bool IsPrintable(char c) {
  return c >= ' ' && c <= '~';
}

bool NeedsEncoding(std::string_view text) {
  return !std::all_of(text.begin(), text.end(), [](char c) { return IsPrintable(c) || c == '\t'; });
}

void AppendHexByte(std::string& out, char c) {
  out.push_back('=');
  out.push_back(kHexDigits[static_cast<uint8_t>(c) >> 4]);
  out.push_back(kHexDigits[static_cast<uint8_t>(c) & 15]);
}

// The bytes of the code point at the beginning; 1 for what is none.
size_t RuneSize(std::string_view text) {
  for (size_t n = 2; n <= 4 && n <= text.size(); ++n) {
    if (IsValidUtf8(text.substr(0, n))) return static_cast<uint8_t>(text[0]) < 0x80 ? 1 : n;
  }
  return 1;
}

// All of the text, whether it needs it or not. Words are cut between code points only.
std::string ForceEncodeWords(std::string_view text, std::string_view between) {
  std::string out(kWordBegin);
  size_t length = 0;
  while (!text.empty()) {
    char c = text[0];
    bool plain = IsPrintable(c) && c != '=' && c != '?' && c != '_';
    size_t size = plain ? 1 : RuneSize(text);
    size_t encoded = plain ? 1 : 3 * size;
    if (length + encoded > kMaxWordContent) {
      out.append(kWordEnd).append(between).append(kWordBegin);
      length = 0;
    }
    for (char byte : text.substr(0, size)) {
      if (!plain) {
        AppendHexByte(out, byte);
      } else {
        out.push_back(byte == ' ' ? '_' : byte);
      }
    }
    length += encoded;
    text.remove_prefix(size);
  }
  return out.append(kWordEnd);
}

bool IsAtomChar(char c, bool dot) {
  if (static_cast<uint8_t>(c) >= 0x80) return true;  // RFC 6532
  if (c >= '0' && c <= '9') return true;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return (dot && c == '.') ||
         (c != '\0' && std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos);
}

// Go's net/mail, but for the decoding of encoded words in names.
class AddressReader {
 public:
  explicit AddressReader(std::string_view text) : rest_(text) {}
  Result<std::vector<MailAddress>> List();

 private:
  Result<void> Address(bool groups, std::vector<MailAddress>& out);
  Result<void> Group(std::vector<MailAddress>& out);
  Result<std::string> AddrSpec();
  Result<std::string> Phrase();
  Result<std::string> QuotedString();
  Result<std::string> Atom(bool dot, bool permissive);
  // White space and comments.
  Result<void> Skip();
  void SkipSpace();
  bool Take(char c);
  bool At(char c) const { return !rest_.empty() && rest_[0] == c; }

  std::string_view rest_;
};

void AddressReader::SkipSpace() {
  while (At(' ') || At('\t') || At('\r') || At('\n')) rest_.remove_prefix(1);
}

bool AddressReader::Take(char c) {
  if (!At(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

Result<void> AddressReader::Skip() {
  SkipSpace();
  while (At('(')) {
    size_t depth = 0;
    size_t i = 0;
    for (; i < rest_.size(); ++i) {
      if (rest_[i] == '\\')
        ++i;
      else if (rest_[i] == '(')
        ++depth;
      else if (rest_[i] == ')' && --depth == 0)
        break;
    }
    if (i >= rest_.size()) return Error::Invalid("mail: misformatted parenthetical comment");
    rest_.remove_prefix(i + 1);
    SkipSpace();
  }
  return {};
}

Result<std::string> AddressReader::Atom(bool dot, bool permissive) {
  size_t size = 0;
  while (size < rest_.size() && IsAtomChar(rest_[size], dot)) ++size;
  if (size == 0) return Error::Invalid("mail: invalid string");
  std::string atom(rest_.substr(0, size));
  if (!IsValidUtf8(atom))
    return Error::Invalid("mail: invalid utf-8 in address: {}", GoQuote(atom));
  rest_.remove_prefix(size);
  if (permissive || !dot) return atom;
  if (atom.starts_with('.')) return Error::Invalid("mail: leading dot in atom");
  if (atom.find("..") != std::string::npos) return Error::Invalid("mail: double dot in atom");
  if (atom.ends_with('.')) return Error::Invalid("mail: trailing dot in atom");
  return atom;
}

Result<std::string> AddressReader::QuotedString() {
  WF_CHECK(Take('"'));
  std::string out;
  while (!rest_.empty()) {
    char c = rest_[0];
    rest_.remove_prefix(1);
    if (c == '"') return out;
    if (c == '\\') {
      if (rest_.empty()) break;
      c = rest_[0];
      rest_.remove_prefix(1);
    }
    bool text = IsPrintable(c) || c == '\t' || static_cast<uint8_t>(c) >= 0x80;
    if (!text) return Error::Invalid("mail: bad character in quoted-string: {}", GoQuote({&c, 1}));
    out.push_back(c);
  }
  return Error::Invalid("mail: unclosed quoted-string");
}

// local@domain; the local part may be quoted.
Result<std::string> AddressReader::AddrSpec() {
  std::string_view before = rest_;
  SkipSpace();
  if (rest_.empty()) return Error::Invalid("mail: no addr-spec");
  std::string local;
  if (At('"')) {
    local = TRY(QuotedString());
    if (local.empty()) return Error::Invalid("mail: empty quoted string in addr-spec");
  } else {
    local = TRY(Atom(true, false));
  }
  if (!Take('@')) {
    rest_ = before;
    return Error::Invalid("mail: missing @ in addr-spec");
  }
  SkipSpace();
  if (rest_.empty()) return Error::Invalid("mail: no domain in addr-spec");
  std::string domain;
  if (At('[')) {
    size_t end = rest_.find(']');
    if (end == std::string_view::npos) return Error::Invalid("mail: unclosed domain-literal");
    domain = rest_.substr(0, end + 1);
    bool good = std::all_of(domain.begin() + 1, domain.end() - 1, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             c == '.' || c == ':';
    });
    if (!good) return Error::Invalid("mail: bad character in domain-literal");
    rest_.remove_prefix(end + 1);
  } else {
    domain = TRY(Atom(true, false));
  }
  bool plain =
      std::all_of(local.begin(), local.end(), [](char c) { return IsAtomChar(c, true); }) &&
      !local.starts_with('.') && !local.ends_with('.') && local.find("..") == std::string::npos;
  if (!plain) {
    local = "\"" + ReplaceAll(ReplaceAll(local, "\\", "\\\\"), "\"", "\\\"") + "\"";
  }
  return local + "@" + domain;
}

// Words before an angle or a colon.
Result<std::string> AddressReader::Phrase() {
  std::string out;
  while (true) {
    TRY(Skip());
    if (rest_.empty()) break;
    Result<std::string> word = At('"') ? QuotedString() : Atom(true, true);
    if (!word.ok()) {
      if (out.empty() || At('"')) return word.error();
      break;
    }
    if (!out.empty()) out.push_back(' ');
    out += *word;
  }
  if (out.empty()) return Error::Invalid("mail: missing word in phrase");
  return out;
}

Result<void> AddressReader::Group(std::vector<MailAddress>& out) {
  SkipSpace();
  if (Take(';')) return {};
  while (true) {
    SkipSpace();
    TRY(Address(false, out));
    TRY(Skip());
    if (Take(';')) return {};
    if (!Take(',')) return Error::Invalid("mail: expected comma");
  }
}

Result<void> AddressReader::Address(bool groups, std::vector<MailAddress>& out) {
  if (out.size() >= kMaxAddresses) return Error::Limit("mail: too many addresses");
  SkipSpace();
  if (rest_.empty()) return Error::Invalid("mail: no address");
  std::string_view before = rest_;
  Result<std::string> spec = AddrSpec();
  if (spec.ok()) {
    out.push_back({"", std::move(*spec)});
    return {};
  }
  rest_ = before;
  std::string name;
  if (!At('<')) {
    auto phrase = Phrase();
    // The words of an address that is none: it is the address that is wrong.
    if (!phrase.ok()) return phrase.error();
    name = std::move(*phrase);
  }
  SkipSpace();
  if (groups && Take(':')) return Group(out);
  if (!Take('<')) {
    // Whoever wrote an @ meant an address alone.
    bool bare = std::all_of(name.begin(), name.end(), [](char c) { return IsAtomChar(c, true); });
    if (bare && spec.error().message() != "mail: missing @ in addr-spec") return spec.error();
    return Error::Invalid("mail: missing '@' or angle-addr");
  }
  out.push_back({std::move(name), TRY(AddrSpec())});
  if (!Take('>')) return Error::Invalid("mail: unclosed angle-addr");
  return {};
}

Result<std::vector<MailAddress>> AddressReader::List() {
  std::vector<MailAddress> out;
  while (true) {
    SkipSpace();
    if (Take(',')) continue;  // empty entries are allowed
    TRY(Address(true, out));
    TRY(Skip());
    if (rest_.empty()) return out;
    if (!At(',')) return Error::Invalid("mail: expected comma");
    while (Take(',')) SkipSpace();
    if (rest_.empty()) return out;
  }
}

bool IsAddressField(std::string_view name) {
  static constexpr std::string_view kNames[] = {"From", "To", "Cc", "Bcc", "Sender", "Reply-To"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view known) { return EqualsIgnoreCase(known, name); });
}

std::string ShowAddress(const MailAddress& address) {
  if (address.name.empty()) return address.address;
  if (NeedsEncoding(address.name)) {
    return ForceEncodeWords(address.name, " ") + " <" + address.address + ">";
  }
  std::string quoted = ReplaceAll(ReplaceAll(address.name, "\\", "\\\\"), "\"", "\\\"");
  return "\"" + quoted + "\" <" + address.address + ">";
}

}  // namespace

Result<std::vector<MailAddress>> ParseAddressList(std::string_view text) {
  if (text.size() > kMaxAddressText) return Error::Limit("mail: list of addresses too long");
  return AddressReader(text).List();
}

std::string EncodeWords(std::string_view text) {
  return NeedsEncoding(text) ? ForceEncodeWords(text, " ") : std::string(text);
}

bool IsHeaderName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return c > ' ' && c <= '~' && c != ':'; });
}

std::string HeaderField(std::string_view name, std::string_view value) {
  std::string field = fmt::format("{}: ", name);
  size_t room = kMaxFieldLine - std::min(field.size(), kMaxFieldLine);
  if (IsAddressField(name) && (NeedsEncoding(value) || value.size() > room)) {
    auto addresses = ParseAddressList(value);
    if (addresses.ok()) {
      bool first = true;
      for (const MailAddress& address : *addresses) {
        field += first ? "" : ",\r\n ";
        field += ShowAddress(address);
        first = false;
      }
      return field + "\r\n";
    }
  }
  std::string encoded = EncodeWords(value);
  if (encoded.size() > room) encoded = ForceEncodeWords(value, "\r\n ");
  return field + encoded + "\r\n";
}

std::string QuotedPrintable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  size_t length = 0;  // of the line
  auto room_for = [&](size_t n) {
    if (length + n <= kMaxPrintableLine - 1) return;
    out += "=\r\n";
    length = 0;
  };
  auto encode = [&](char c) {
    room_for(3);
    AppendHexByte(out, c);
    length += 3;
  };
  // White space may not end a line.
  auto end_line = [&] {
    if (length == 0 || (out.back() != ' ' && out.back() != '\t')) return;
    char last = out.back();
    out.pop_back();
    --length;
    encode(last);
  };
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\n' || c == '\r') {
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      end_line();
      out += "\r\n";
      length = 0;
    } else if ((IsPrintable(c) && c != '=') || c == '\t') {
      room_for(1);
      out.push_back(c);
      ++length;
    } else {
      encode(c);
    }
  }
  end_line();
  return out;
}

std::string MultipartBody(std::string_view boundary, const std::vector<MailPart>& parts) {
  std::string out;
  for (const MailPart& part : parts) {
    if (!out.empty()) out += "\r\n";
    out += fmt::format(
        "--{}\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        "Content-Type: {}; charset=UTF-8\r\n\r\n{}",
        boundary, part.type, QuotedPrintable(part.text));
  }
  return out + fmt::format("\r\n--{}--\r\n", boundary);
}

std::string MailDate(TimeMs t, int32_t offset_s) {
  static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int64_t seconds = (t - (t % 1000 + 1000) % 1000) / 1000;
  CivilTime c = CivilFromSeconds(seconds + offset_s);
  int32_t minutes = std::abs(offset_s) / 60;
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} {}{:02}{:02}",
                     kDays[static_cast<size_t>(c.weekday)], c.day,
                     kMonths[static_cast<size_t>(c.month - 1)], c.year, c.hour, c.minute, c.second,
                     offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace watchfire::net
