#include "net/request_reader.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // gcc 12 with -fsanitize=address
#endif
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/text.h"
#include "net/chunk_decoder.h"

namespace watchfire::net {
namespace {

namespace http = boost::beast::http;

// Reserved at once for a body of known length; more only as it really arrives.
constexpr uint64_t kMaxReserve = 1 << 20;

std::string_view View(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// "/path?query" of origin form or absolute form ("http://host/path?query"); "" if it is neither.
std::string_view PathAndQuery(std::string_view target) {
  if (!target.empty() && target[0] != '/') {
    size_t authority = target.find("://");
    if (authority == std::string_view::npos || target.find('/') != authority + 1) return {};
    size_t path = target.find('/', authority + 3);
    if (path == std::string_view::npos) return "/";
    target.remove_prefix(path);
  }
  return target.substr(0, target.find('#'));
}

}  // namespace

struct RequestReader::Impl {
  explicit Impl(const RequestLimits& limits_in) : limits(limits_in) {
    // Room for the request line besides the header fields; each has its own limit.
    parser.header_limit(limits.header_bytes + limits.url_bytes);
    parser.body_limit(boost::none);
    parser.skip(true);  // the body is ours
  }

  RequestLimits limits;
  http::request_parser<http::empty_body> parser;
  State state = State::kHeader;
  int failure = 0;
  bool line_seen = false;
  bool keep_alive = false;
  bool expects_continue = false;
  uint64_t body_left = 0;  // of a body of known length
  std::optional<ChunkDecoder> chunks;
  Request request;

  void Fail(int status) {
    state = State::kFailed;
    failure = status;
  }

  size_t FeedHeader(std::string_view bytes);
  size_t FeedBody(std::string_view bytes);
  void FinishHeader();
  // What the parser lets through although it is ambiguous.
  int CheckFraming() const;
  void StartBody();
};

size_t RequestReader::Impl::FeedHeader(std::string_view bytes) {
  line_seen = line_seen || bytes.find('\n') != std::string_view::npos;
  // The end of a line that is already too long need not be waited for.
  if (!line_seen && bytes.size() > limits.url_bytes + 64) {
    Fail(414);
    return 0;
  }
  boost::beast::error_code error;
  size_t taken = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::header_limit) {
    Fail(line_seen ? 431 : 414);
  } else if (error == http::error::bad_version) {
    Fail(505);
  } else if (error && error != http::error::need_more) {
    Fail(400);
  } else if (parser.is_header_done()) {
    FinishHeader();
  }
  return taken;
}

size_t RequestReader::Impl::FeedBody(std::string_view bytes) {
  if (!chunks) {
    size_t size = std::min<uint64_t>(body_left, bytes.size());
    request.body.append(bytes.substr(0, size));
    body_left -= size;
    if (body_left == 0) state = State::kDone;
    return size;
  }
  size_t used = chunks->Feed(bytes, request.body);
  switch (chunks->state()) {
    case ChunkDecoder::State::kMore:
      break;
    case ChunkDecoder::State::kDone:
      state = State::kDone;
      break;
    case ChunkDecoder::State::kBad:
      Fail(400);
      break;
    case ChunkDecoder::State::kTooLarge:
      Fail(413);
      break;
  }
  return used;
}

int RequestReader::Impl::CheckFraming() const {
  size_t hosts = 0;
  size_t encodings = 0;
  for (const auto& field : parser.get()) {
    if (field.name() == http::field::host) ++hosts;
    if (field.name() == http::field::transfer_encoding) ++encodings;
  }
  bool is_http11 = parser.get().version() >= 11;
  if (hosts > 1 || (hosts == 0 && is_http11)) return 400;
  if (encodings == 0) return 0;
  if (encodings > 1 || !is_http11) return 400;
  std::string_view encoding = TrimSpace(request.headers.Get("Transfer-Encoding"));
  return EqualsIgnoreCase(encoding, "chunked") ? 0 : 501;
}

void RequestReader::Impl::FinishHeader() {
  const auto& message = parser.get();
  if (message.target().size() > limits.url_bytes) return Fail(414);
  size_t header_bytes = 0;
  for (const auto& field : message) {
    header_bytes += field.name_string().size() + field.value().size() + 4;
    request.headers.Add(std::string(View(field.name_string())), std::string(View(field.value())));
  }
  if (header_bytes > limits.header_bytes) return Fail(431);
  if (int status = CheckFraming(); status != 0) return Fail(status);

  std::string_view target = PathAndQuery(View(message.target()));
  size_t mark = target.find('?');
  Result<std::string> path = PercentDecode(target.substr(0, mark), false);
  if (!path.ok() || path->empty()) return Fail(400);
  request.path = std::move(*path);
  if (mark != std::string_view::npos) request.raw_query = target.substr(mark + 1);
  request.method = View(message.method_string());
  keep_alive = parser.keep_alive();
  if (request.headers.Has("Expect")) {
    if (!EqualsIgnoreCase(request.headers.Get("Expect"), "100-continue")) return Fail(417);
    expects_continue = message.version() >= 11;
  }
  StartBody();
}

void RequestReader::Impl::StartBody() {
  state = State::kBody;
  if (parser.chunked()) {
    chunks.emplace(limits.body_bytes);
    return;
  }
  body_left = parser.content_length().value_or(0);
  if (body_left > limits.body_bytes) return Fail(413);
  if (body_left == 0) state = State::kDone;
  request.body.reserve(std::min(body_left, kMaxReserve));
}

RequestReader::RequestReader(const RequestLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestReader::~RequestReader() = default;

size_t RequestReader::Feed(std::string_view bytes) {
  size_t used = 0;
  if (impl_->state == State::kHeader && !bytes.empty()) used = impl_->FeedHeader(bytes);
  if (impl_->state == State::kBody) used += impl_->FeedBody(bytes.substr(used));
  return used;
}

RequestReader::State RequestReader::state() const {
  return impl_->state;
}
int RequestReader::failure() const {
  return impl_->failure;
}
size_t RequestReader::body_size() const {
  return impl_->request.body.size();
}
bool RequestReader::keep_alive() const {
  return impl_->keep_alive;
}
bool RequestReader::expects_continue() const {
  return impl_->expects_continue;
}

Request RequestReader::Take() {
  WF_CHECK(impl_->state == State::kDone);
  return std::move(impl_->request);
}

}  // namespace watchfire::net
