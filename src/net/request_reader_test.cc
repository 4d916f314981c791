#include "net/request_reader.h"

#include <gtest/gtest.h>

#include <random>

namespace watchfire::net {
namespace {

using State = RequestReader::State;

// What came of the first request in `bytes` when they arrive in pieces of the given sizes.
std::string Outcome(std::string_view bytes, const std::vector<size_t>& pieces) {
  RequestLimits limits;
  limits.body_bytes = 1000;
  limits.header_bytes = 1000;
  limits.url_bytes = 300;
  RequestReader reader(limits);
  std::string input;
  size_t piece = 0;
  while (!bytes.empty() && reader.state() != State::kDone && reader.state() != State::kFailed) {
    size_t size = std::min(bytes.size(), pieces[piece++ % pieces.size()]);
    input += bytes.substr(0, size);
    bytes.remove_prefix(size);
    input.erase(0, reader.Feed(input));
  }
  // A header that is wrong may be refused at once or only when its end has come.
  if (reader.state() != State::kDone) return "none";
  Request request = reader.Take();
  std::string out = request.method + " " + request.path + "?" + request.raw_query + "\n";
  for (const auto& [name, value] : request.headers.all()) out += name + "=" + value + "\n";
  return out + request.body + (reader.keep_alive() ? " keep" : " close");
}

constexpr std::string_view kChunked =
    "POST /a%20b?c=d#e HTTP/1.1\r\nHost: h\r\nX-Long: a,\r\n b\r\nTransfer-Encoding: Chunked\r\n"
    "\r\n4;ext=1\r\nabcd\r\n00A\r\n0123456789\r\n0\r\nAuthorization: late\r\n\r\n";

TEST(RequestReader, ReadsAChunkedRequestAndDropsTrailers) {
  std::string outcome = Outcome(kChunked, {1000});
  EXPECT_TRUE(outcome.starts_with("POST /a b?c=d\n")) << outcome;
  EXPECT_TRUE(outcome.ends_with("abcd0123456789 keep")) << outcome;
  EXPECT_EQ(outcome.find("late"), std::string::npos);
}

TEST(RequestReader, RefusesEveryMalformedChunk) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body : {"\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n",
                           "3\r\nabc0\r\n\r\n", "-3\r\nabc\r\n", "0x3\r\nabc\r\n", " 3\r\nabc\r\n",
                           "3 \r\nabc\r\n", "0\r\nA: b\n\r\n", "0\r\nA: b\rc\r\n\r\n", "0\r\n\rX",
                           "0\r\n\n", "10000000000000000\r\n", "3;a\nb\r\nabc\r\n0\r\n\r\n"}) {
    RequestReader reader((RequestLimits()));
    reader.Feed(head + body);
    EXPECT_EQ(reader.state(), State::kFailed) << body;
    EXPECT_EQ(reader.failure(), 400) << body;
  }
  RequestReader open((RequestLimits()));
  open.Feed(head + "3\r\nabc\r\n0\r\nA: b\r\n");
  EXPECT_EQ(open.state(), State::kBody);
}

TEST(RequestReader, LeavesTheNextRequestAlone) {
  std::string_view bytes = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
  RequestReader first((RequestLimits()));
  size_t used = first.Feed(bytes);
  ASSERT_EQ(first.state(), State::kDone);
  EXPECT_EQ(used, bytes.size() / 2);
  RequestReader second((RequestLimits()));
  second.Feed(bytes.substr(used));
  EXPECT_EQ(second.Take().path, "/2");
}

TEST(RequestReader, DoesNotDependOnHowBytesArrive) {
  const std::string_view kSeeds[] = {
      kChunked,
      "GET /x?y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
      "PUT http://h:1/p HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
  };
  std::mt19937 random(1);
  int finished = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(kSeeds[random() % std::size(kSeeds)]);
    size_t changes = random() % 4;
    for (size_t i = 0; i < changes; ++i) {
      static constexpr std::string_view kBytes = "\r\n :;,0aZ%\0\x7f\xff/";
      size_t at = random() % bytes.size();
      char c = kBytes[random() % kBytes.size()];
      switch (random() % 3) {
        case 0:
          bytes[at] = c;
          break;
        case 1:
          bytes.insert(at, 1 + random() % 3, c);
          break;
        default:
          bytes.erase(at, 1 + random() % 5);
      }
      if (bytes.empty()) bytes = "x";
    }
    std::string whole = Outcome(bytes, {bytes.size()});
    std::vector<size_t> pieces;
    for (int i = 0; i < 5; ++i) pieces.push_back(1 + random() % 20);
    EXPECT_EQ(Outcome(bytes, pieces), whole) << bytes;
    finished += whole != "none" ? 1 : 0;
  }
  EXPECT_GT(finished, 5000);
}

}  // namespace
}  // namespace watchfire::net
