#include "net/response_reader.h"

#include <gtest/gtest.h>

#include <cstring>

namespace watchfire::net {
namespace {

using State = ResponseReader::State;

// Feeds `bytes` in pieces, then the end of the connection if `end`.
void Feed(ResponseReader& reader, std::string_view bytes, size_t piece, bool end) {
  for (size_t at = 0; at < bytes.size(); at += piece) reader.Feed(bytes.substr(at, piece));
  if (end) reader.End();
}

struct Read {
  State state = State::kHead;
  int status = 0;
  std::string headers;
  std::string body;
  bool reusable = false;
  std::string error;
};

Read Outcome(ResponseReader& reader) {
  Read read;
  read.state = reader.state();
  if (read.state == State::kFailed) read.error = reader.error().message();
  if (read.state != State::kDone) return read;
  read.reusable = reader.reusable();
  HttpResponse response = reader.Take();
  read.status = response.status;
  for (const auto& [name, value] : response.headers.all()) read.headers += name + "=" + value + ";";
  read.body = response.body;
  return read;
}

Read ReadAll(std::string_view bytes, bool end = false, uint64_t limit = 1000) {
  std::optional<Read> first;
  for (size_t piece : {bytes.size(), size_t{1}, size_t{2}, size_t{7}}) {
    ResponseReader reader;
    reader.Start("some old memory", limit);
    Feed(reader, bytes, std::max<size_t>(piece, 1), end);
    Read read = Outcome(reader);
    if (!first) first = read;
    // However it is cut.
    EXPECT_EQ(read.state, first->state) << bytes << " by " << piece;
    EXPECT_EQ(read.headers, first->headers);
    EXPECT_EQ(read.body, first->body);
    EXPECT_EQ(read.reusable, first->reusable);
    EXPECT_EQ(read.error, first->error);
  }
  return *first;
}

std::string ErrorOf(std::string_view bytes, bool end = false, uint64_t limit = 1000) {
  Read read = ReadAll(bytes, end, limit);
  return read.state == State::kFailed ? read.error : "no error";
}

TEST(ResponseReader, ReadsABodyOfKnownLength) {
  Read read = ReadAll("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a b \r\n\r\nhello");
  EXPECT_EQ(read.state, State::kDone);
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.headers, "Content-Length=5;X=a b;");
  EXPECT_EQ(read.body, "hello");
  EXPECT_TRUE(read.reusable);
  EXPECT_EQ(ReadAll("HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n").status, 503);
  EXPECT_EQ(ReadAll("HTTP/1.1 204\r\n\r\n").state, State::kDone);
  EXPECT_EQ(ReadAll("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").state, State::kDone);
}

TEST(ResponseReader, ReadsAChunkedBody) {
  Read read = ReadAll(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
      "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n");
  EXPECT_EQ(read.body, "hello world");
  EXPECT_TRUE(read.reusable);
  EXPECT_EQ(ReadAll("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").body, "");
  EXPECT_EQ(ErrorOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz"),
            "malformed chunked encoding");
  EXPECT_EQ(ErrorOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", true),
            "unexpected EOF");
}

TEST(ResponseReader, ReadsABodyUntilTheEnd) {
  Read read = ReadAll("HTTP/1.0 200 OK\r\nA: b\r\n\r\nhello", true);
  EXPECT_EQ(read.body, "hello");
  EXPECT_FALSE(read.reusable);
  EXPECT_EQ(ReadAll("HTTP/1.1 200 OK\r\n\r\n", true).state, State::kDone);
  EXPECT_EQ(ReadAll("HTTP/1.1 200 OK\r\n\r\nhello").state, State::kBody);
}

TEST(ResponseReader, KnowsWhetherTheConnectionCanBeKept) {
  auto kept = [](std::string_view head) {
    return ReadAll(std::string(head) + "Content-Length: 1\r\n\r\nx").reusable;
  };
  EXPECT_TRUE(kept("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1 200 OK\r\nConnection: Close\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1 200 OK\r\nConnection: x, close\r\n"));
  EXPECT_FALSE(kept("HTTP/1.0 200 OK\r\n"));
  EXPECT_TRUE(kept("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"));
  // What comes behind the response belongs to nobody.
  EXPECT_FALSE(
      ReadAll("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n").reusable);
  EXPECT_FALSE(
      ReadAll("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\ngarbage").reusable);
}

TEST(ResponseReader, SkipsInterimResponses) {
  Read read = ReadAll(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.headers, "Content-Length=2;");
  EXPECT_EQ(read.body, "ok");
  EXPECT_NE(ErrorOf("HTTP/1.1 101 Switching Protocols\r\n\r\n"), "no error");
}

TEST(ResponseReader, TakesBareLineFeedsAndFoldedLines) {
  Read read = ReadAll("HTTP/1.1 200 OK\nX: one\n  two\r\n\tthree\nContent-Length: 2\n\nok");
  EXPECT_EQ(read.headers, "X=one two three;Content-Length=2;");
  EXPECT_EQ(read.body, "ok");
}

TEST(ResponseReader, RefusesWhatIsNoResponse) {
  const std::string broken = "net/http: HTTP/1.x transport connection broken: ";
  EXPECT_EQ(ErrorOf("220 smtp.example.com ready\r\n", true),
            broken + "malformed HTTP response \"220 smtp.example.com ready\"");
  EXPECT_EQ(ErrorOf("HTTP/1.1 20x OK\r\n\r\n"),
            broken + "malformed HTTP response \"HTTP/1.1 20x OK\"");
  EXPECT_EQ(ErrorOf("HTTP/2.0 200 OK\r\n\r\n"), broken + "malformed HTTP version \"HTTP/2.0\"");
  EXPECT_EQ(ErrorOf("HTTP/1.1 099 OK\r\n\r\n"), broken + "malformed HTTP status code \"099\"");
  for (const char* line : {"no colon", "bad name: x", ": x", "X : y", "X: a\x01z", "X: a\x7f"}) {
    EXPECT_NE(ErrorOf(fmt::format("HTTP/1.1 200 OK\r\n{}\r\n\r\n", line)), "no error") << line;
  }
  EXPECT_NE(ErrorOf(std::string_view("HTTP/1.1 200 OK\r\nX: \0\r\n\r\n", 25)), "no error");
  for (const char* length :
       {"-1", "+1", "1 2", "0x1", "", "99999999999999999999", "1\r\nContent-Length: 2"}) {
    EXPECT_NE(ErrorOf(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", length)),
              "no error")
        << length;
  }
  EXPECT_NE(ErrorOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"), "no error");
}

TEST(ResponseReader, TellsHowAConnectionEnded) {
  EXPECT_EQ(ErrorOf("", true), "EOF");
  EXPECT_EQ(ErrorOf("HTTP/1.1 200", true), "unexpected EOF");
  EXPECT_EQ(ErrorOf("HTTP/1.1 100 Continue\r\n\r\n", true), "unexpected EOF");
  EXPECT_EQ(ErrorOf("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", true), "unexpected EOF");
}

TEST(ResponseReader, LimitsHeadsAndBodies) {
  std::string head = "HTTP/1.1 200 OK\r\nX: ";
  std::string long_line(ResponseReader::kMaxHeadBytes - head.size() - 4, 'x');
  EXPECT_EQ(ReadAll(head + long_line + "\r\n\r\n", true).state, State::kDone);
  EXPECT_EQ(ErrorOf(head + long_line + "x\r\n\r\n"),
            "server response headers exceeded 262144 bytes");
  std::string interim = "HTTP/1.1 100 Continue\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n";
  EXPECT_NE(ErrorOf(interim + interim + interim), "no error");
  for (const char* body :
       {"Content-Length: 10\r\n\r\n0123456789",
        "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n", "\r\n0123456789"}) {
    std::string page = std::string("HTTP/1.1 200 OK\r\n") + body;
    EXPECT_EQ(ReadAll(page, true, 11).body, "0123456789");
    EXPECT_EQ(ErrorOf(page, true, 10), "body size limit exceeded");
  }
}

TEST(ResponseReader, AllocatesForWhatComesNotForWhatIsPromised) {
  ResponseReader reader;
  reader.Start({}, uint64_t{1} << 40);
  reader.Feed("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\nx");
  EXPECT_EQ(reader.state(), State::kBody);
  EXPECT_LT(reader.Room().size(), size_t{2} << 20);
  EXPECT_LT(reader.TakeBuffer().capacity(), size_t{4} << 20);
}

// The receiver's guess of how long the head is may be right or wrong by any number of bytes.
TEST(ResponseReader, PutsBodiesInPlaceWhateverTheGuess) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n";
  std::string body(300, '\0');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 26);
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12c\r\n" + body + "\r\n0\r\n\r\n";
  for (const std::string& page : {head + body, chunked, head + body + "more"}) {
    for (size_t guess : {size_t{1}, head.size() - 1, head.size(), head.size() + 1,
                         chunked.find("\r\n\r\n") + 4, size_t{60}, size_t{200}}) {
      for (size_t arrived : {size_t{10}, head.size(), head.size() + 50, page.size()}) {
        ResponseReader reader;
        reader.Start(std::string(20, 'z'), 1000);
        std::span<char> ahead = reader.Ahead(100);
        size_t first = std::min(arrived, guess);
        size_t second = std::min(arrived - first, ahead.size());
        std::memcpy(ahead.data(), page.data() + first, second);
        reader.FeedAhead(std::string_view(page).substr(0, first), second);
        reader.Feed(std::string_view(page).substr(first + second));
        ASSERT_EQ(reader.state(), State::kDone) << guess << " " << arrived;
        EXPECT_EQ(reader.reusable(), !page.ends_with("more"));
        EXPECT_EQ(reader.Take().body, body) << guess << " " << arrived;
      }
    }
  }
}

TEST(ResponseReader, KeepsTheMemoryOfItsBuffer) {
  std::string buffer(1000, 'x');
  const char* memory = buffer.data();
  ResponseReader reader;
  reader.Start(std::move(buffer), 5000);
  reader.Feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  HttpResponse response = reader.Take();
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.body.data(), memory);
  reader.Start(std::move(response.body), 5000);
  reader.Feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(reader.Room().data(), memory);
  EXPECT_EQ(reader.Room().size(), 5u);
}

}  // namespace
}  // namespace watchfire::net
