#pragma once
// The text of a mail: header fields, multipart bodies and addresses (RFC 5322, 2045–2047), as Go's
// packages mime, quotedprintable and net/mail write and read them, which upstream uses. Whatever a
// template yields, it stays within its field: line ends and control characters are encoded.
// Pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace watchfire::net {

struct MailAddress {
  std::string name;     // as shown, decoded from quotes; may be empty
  std::string address;  // local@domain
};
// A list as a To field has it: `a@b.c, "Doe, J" <j@d.e>, team: x@y.z;`. Errors are Go's
// (`mail: missing '@' or angle-addr`), with the piece in question.
Result<std::vector<MailAddress>> ParseAddressList(std::string_view text);

// "Name: value\r\n". Printable ASCII stays as it is; anything else becomes Q-encoded UTF-8. In
// fields of addresses (From, To, Cc …) only names are encoded, so that the addresses can be read;
// fields that would be longer than SMTP allows are folded. The name must be a token.
std::string HeaderField(std::string_view name, std::string_view value);
bool IsHeaderName(std::string_view name);

// Q-encoding of RFC 2047, if the text needs it.
std::string EncodeWords(std::string_view text);
// Lines of at most 76 characters, ended by CRLF.
std::string QuotedPrintable(std::string_view text);

struct MailPart {
  std::string type;  // text/plain, text/html
  std::string text;
};
// The alternatives, the preferred one last.
std::string MultipartBody(std::string_view boundary, const std::vector<MailPart>& parts);

// RFC 1123 with a numeric zone: "Sat, 21 Nov 2026 13:02:38 +0000".
std::string MailDate(TimeMs t, int32_t offset_s);

}  // namespace watchfire::net
