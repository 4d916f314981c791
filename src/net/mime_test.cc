#include "net/mime.h"

#include "base/text.h"

namespace watchfire::net {
namespace {

std::string Addresses(std::string_view text) {
  auto list = ParseAddressList(text);
  if (!list.ok()) return list.error().message();
  std::string out;
  for (const MailAddress& a : *list) out += fmt::format("[{}|{}]", a.name, a.address);
  return out;
}

TEST(Mime, AddressesAreReadInAllTheirForms) {
  EXPECT_EQ(Addresses("a@b.c"), "[|a@b.c]");
  EXPECT_EQ(Addresses(" a@b.c ,, d@e.f, "), "[|a@b.c][|d@e.f]");
  EXPECT_EQ(Addresses("John Doe <john@doe.org>"), "[John Doe|john@doe.org]");
  EXPECT_EQ(Addresses("\"Doe, John\" <john@doe.org>, x@y"), "[Doe, John|john@doe.org][|x@y]");
  EXPECT_EQ(Addresses("<john@doe.org>"), "[|john@doe.org]");
  EXPECT_EQ(Addresses("Jörg <joerg@doe.org> (home (or work))"), "[Jörg|joerg@doe.org]");
  EXPECT_EQ(Addresses("team: a@b.c, D <d@e.f>;, g@h.i"), "[|a@b.c][D|d@e.f][|g@h.i]");
  EXPECT_EQ(Addresses("nobody:;, g@h.i"), "[|g@h.i]");
  EXPECT_EQ(Addresses("\"odd local\"@b.c"), "[|\"odd local\"@b.c]");
  EXPECT_EQ(Addresses("\"easy\"@b.c"), "[|easy@b.c]");
  EXPECT_EQ(Addresses("a@[127.0.0.1]"), "[|a@[127.0.0.1]]");
  EXPECT_EQ(Addresses("o'neil+tag@b-c.example"), "[|o'neil+tag@b-c.example]");
}

TEST(Mime, AddressesThatAreNoneSayWhy) {
  EXPECT_EQ(Addresses(""), "mail: no address");
  EXPECT_EQ(Addresses("somebody"), "mail: missing '@' or angle-addr");
  EXPECT_EQ(Addresses("a@b.c d@e.f"), "mail: expected comma");
  EXPECT_EQ(Addresses("a@"), "mail: no domain in addr-spec");
  EXPECT_EQ(Addresses("a..b@c.d"), "mail: double dot in atom");
  EXPECT_EQ(Addresses(".a@c.d"), "mail: leading dot in atom");
  EXPECT_EQ(Addresses("John <john@doe.org"), "mail: unclosed angle-addr");
  EXPECT_EQ(Addresses("\"John <john@doe.org>"), "mail: unclosed quoted-string");
  EXPECT_EQ(Addresses("John (home <john@doe.org>"), "mail: misformatted parenthetical comment");
  EXPECT_EQ(Addresses("a@b.c\r\nBcc: x@y.z"), "mail: expected comma");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "a@b.c,";
  EXPECT_EQ(Addresses(many), "mail: too many addresses");
}

TEST(Mime, HeadersKeepPlainTextAndEncodeTheRest) {
  EXPECT_EQ(HeaderField("Subject", "[FIRING:1] up"), "Subject: [FIRING:1] up\r\n");
  EXPECT_EQ(HeaderField("Subject", "Wärme ?_="), "Subject: =?utf-8?q?W=C3=A4rme_=3F=5F=3D?=\r\n");
}

TEST(Mime, EncodedWordsAreCutBetweenCodePoints) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "ä€";
  std::string encoded = EncodeWords(text);
  std::string decoded;
  for (std::string_view word : Split(encoded, ' ')) {
    EXPECT_LE(word.size(), 75u);
    ASSERT_TRUE(word.starts_with("=?utf-8?q?") && word.ends_with("?="));
    std::string bytes;
    for (size_t i = 10; i + 2 < word.size(); i += 3) {
      bytes.push_back(
          static_cast<char>(std::stoi(std::string(word.substr(i + 1, 2)), nullptr, 16)));
    }
    EXPECT_TRUE(IsValidUtf8(bytes)) << word;
    decoded += bytes;
  }
  EXPECT_EQ(decoded, text);
}

TEST(Mime, NoValueEndsItsField) {
  for (std::string_view name : {"Subject", "To", "From", "X-Any"}) {
    for (std::string_view value :
         {"a@b.c\r\nBcc: spy@evil.org", "x\nBcc: y", "x\rBcc: y", "\r\n\r\n<html>", "a\0b\n",
          "\"a\nb\" <c@d.e>", "Jörg\r\n <a@b.c>"}) {
      std::string field = HeaderField(name, value);
      size_t at = 0;
      while ((at = field.find_first_of("\r\n", at)) != std::string::npos) {
        bool folded = field.substr(at, 3) == "\r\n ";
        bool last = at + 2 == field.size() && field[at] == '\r';
        ASSERT_TRUE(folded || last) << name << ": " << GoQuote(field);
        at += 2;
      }
    }
  }
}

TEST(Mime, OnlyNamesOfAddressesAreEncoded) {
  EXPECT_EQ(HeaderField("To", "Jörg <j@x.org>, a@b.c"),
            "To: =?utf-8?q?J=C3=B6rg?= <j@x.org>,\r\n a@b.c\r\n");
  EXPECT_EQ(HeaderField("To", "Doe <j@x.org>,a@b.c"), "To: Doe <j@x.org>,a@b.c\r\n");
}

TEST(Mime, LongFieldsAreFolded) {
  std::string list;
  for (int i = 0; i < 100; ++i) list += fmt::format("somebody{}@example.org, ", i);
  for (const std::string& field : {HeaderField("To", list), HeaderField("Subject", list)}) {
    for (std::string_view line : Split(field, '\n')) EXPECT_LE(line.size(), 999u);
  }
}

TEST(Mime, QuotedPrintableKeepsLinesShort) {
  EXPECT_EQ(QuotedPrintable("a=b\n"), "a=3Db\r\n");
  EXPECT_EQ(QuotedPrintable("ends in space \r\nand tab\t"), "ends in space=20\r\nand tab=09");
  EXPECT_EQ(QuotedPrintable("ü\rx"), "=C3=BC\r\nx");
  EXPECT_EQ(QuotedPrintable(std::string(80, 'x')),
            std::string(75, 'x') + "=\r\n" + std::string(5, 'x'));
  EXPECT_EQ(QuotedPrintable(std::string(74, 'x') + "="), std::string(74, 'x') + "=\r\n=3D");
}

TEST(Mime, BodiesAreMadeOfParts) {
  EXPECT_EQ(MultipartBody("B", {{"text/plain", "hi"}, {"text/html", "<b>hi</b>"}}),
            "--B\r\nContent-Transfer-Encoding: quoted-printable\r\n"
            "Content-Type: text/plain; charset=UTF-8\r\n\r\nhi\r\n"
            "--B\r\nContent-Transfer-Encoding: quoted-printable\r\n"
            "Content-Type: text/html; charset=UTF-8\r\n\r\n<b>hi</b>\r\n--B--\r\n");
  EXPECT_EQ(MultipartBody("B", {}), "\r\n--B--\r\n");
}

TEST(Mime, DatesAreThoseOfMail) {
  EXPECT_EQ(MailDate(0, 0), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(MailDate(1795266158999, -12600), "Sat, 21 Nov 2026 09:32:38 -0330");
  EXPECT_EQ(MailDate(-1, 3600), "Thu, 01 Jan 1970 00:59:59 +0100");
}

}  // namespace
}  // namespace watchfire::net
