// Hostile bytes against the response reader. The first byte chooses the size of the pieces in which
// the rest arrives, the second how long the receiver guesses the head is: a response must be the
// same however it was cut and wherever it was put.

#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "net/response_reader.h"

namespace watchfire::net {
namespace {

constexpr uint64_t kLimit = 4096;

std::string Outcome(ResponseReader& reader) {
  reader.End();
  if (reader.state() == ResponseReader::State::kFailed) return "failed";
  WF_CHECK(reader.state() == ResponseReader::State::kDone);
  bool reusable = reader.reusable();
  HttpResponse response = reader.Take();
  WF_CHECK(response.status >= 200 && response.body.size() < kLimit);
  std::string text = fmt::format("{} {}\n", response.status, reusable);
  for (const auto& [name, value] : response.headers.all()) text += name + ": " + value + "\n";
  return text + response.body;
}

std::string InPieces(std::string_view bytes, size_t piece) {
  ResponseReader reader;
  reader.Start({}, kLimit);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    std::span<char> room = reader.Room();
    size_t size = std::min(piece, bytes.size());
    if (!room.empty() && room.size() >= size) {
      std::memcpy(room.data(), bytes.data(), size);
      reader.Filled(size);
    } else {
      reader.Feed(bytes.substr(0, piece));
    }
  }
  return Outcome(reader);
}

std::string Guessed(std::string_view bytes, size_t guess) {
  ResponseReader reader;
  reader.Start({}, kLimit);
  std::span<char> ahead = reader.Ahead(64);
  size_t head = std::min(guess, bytes.size());
  size_t body = std::min(bytes.size() - head, ahead.size());
  std::memcpy(ahead.data(), bytes.data() + head, body);
  reader.FeedAhead(bytes.substr(0, head), body);
  reader.Feed(bytes.substr(head + body));
  return Outcome(reader);
}

}  // namespace
}  // namespace watchfire::net

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire::net;
  if (size < 3) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::string whole = InPieces(bytes, bytes.size());
  WF_CHECK(whole == InPieces(bytes, 1 + data[0] % 64));
  WF_CHECK(whole == Guessed(bytes, 1 + data[1]));
  return 0;
}
