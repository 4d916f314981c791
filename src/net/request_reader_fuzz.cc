// Hostile bytes against the request reader: the first byte chooses the size of the pieces in which
// the rest arrives. A request that is accepted must be the same however it was cut.

#include <cstdint>

#include "base/check.h"
#include "net/request_reader.h"

namespace watchfire::net {
namespace {

std::string Outcome(std::string_view bytes, size_t piece) {
  RequestLimits limits;
  limits.header_bytes = 4096;
  limits.url_bytes = 1024;
  limits.body_bytes = 4096;
  RequestReader reader(limits);
  std::string input;
  while (!bytes.empty() && reader.state() != RequestReader::State::kFailed &&
         reader.state() != RequestReader::State::kDone) {
    input += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    size_t used = reader.Feed(input);
    WF_CHECK(used <= input.size());
    input.erase(0, used);
    WF_CHECK(reader.body_size() <= limits.body_bytes);
  }
  if (reader.state() != RequestReader::State::kDone) return {};
  Request request = reader.Take();
  WF_CHECK(!request.path.empty());
  (void)request.Form();
  return request.method + " " + request.path + "?" + request.raw_query + "\n" + request.body;
}

}  // namespace
}  // namespace watchfire::net

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  WF_CHECK(watchfire::net::Outcome(bytes, bytes.size()) ==
           watchfire::net::Outcome(bytes, 1 + data[0] % 64));
  return 0;
}
