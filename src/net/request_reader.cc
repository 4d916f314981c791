#include "net/request_reader.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/check.h"
#include "base/text.h"

namespace watchfire::net {
namespace {

namespace http = boost::beast::http;

constexpr size_t kMaxChunkLine = 16 << 10;

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
    parser.body_limit(limits.body_bytes);
    parser.eager(false);
  }

  RequestLimits limits;
  http::request_parser<http::string_body> parser;
  State state = State::kHeader;
  int failure = 0;
  bool line_seen = false;
  bool keep_alive = false;
  bool expects_continue = false;
  Request request;

  void Fail(int status) {
    state = State::kFailed;
    failure = status;
  }

  void FailWith(const boost::beast::error_code& error) {
    if (error == http::error::body_limit || error == http::error::buffer_overflow) return Fail(413);
    if (error == http::error::header_limit) return Fail(line_seen ? 431 : 414);
    if (error == http::error::bad_version) return Fail(505);
    Fail(400);
  }

  // Checks what the parser lets through and copies the header before trailers can touch it.
  void FinishHeader() {
    const auto& message = parser.get();
    if (message.target().size() > limits.url_bytes) return Fail(414);
    size_t header_bytes = 0;
    size_t hosts = 0;
    size_t encodings = 0;
    for (const auto& field : message) {
      header_bytes += field.name_string().size() + field.value().size() + 4;
      if (field.name() == http::field::host) ++hosts;
      if (field.name() == http::field::transfer_encoding) ++encodings;
      request.headers.Add(std::string(View(field.name_string())), std::string(View(field.value())));
    }
    if (header_bytes > limits.header_bytes) return Fail(431);
    if (hosts > 1 || (hosts == 0 && message.version() >= 11)) return Fail(400);
    std::string_view encoding = request.headers.Get("Transfer-Encoding");
    if (encodings > 1) return Fail(400);
    if (encodings == 1 && !EqualsIgnoreCase(TrimSpace(encoding), "chunked")) return Fail(501);

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
    state = parser.is_done() ? State::kDone : State::kBody;
    parser.eager(true);
  }
};

RequestReader::RequestReader(const RequestLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestReader::~RequestReader() = default;

size_t RequestReader::Feed(std::string_view bytes) {
  Impl& impl = *impl_;
  size_t used = 0;
  while (impl.state == State::kHeader || impl.state == State::kBody) {
    std::string_view rest = bytes.substr(used);
    if (rest.empty()) break;
    if (impl.state == State::kHeader) {
      size_t line = rest.find('\n');
      if (line != std::string_view::npos) impl.line_seen = true;
      // The end of a line that is already too long need not be waited for.
      if (!impl.line_seen && rest.size() > impl.limits.url_bytes + 64) {
        impl.Fail(414);
        break;
      }
    }
    boost::beast::error_code error;
    size_t taken = impl.parser.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    used += taken;
    if (error && error != http::error::need_more) {
      impl.FailWith(error);
      break;
    }
    if (impl.state == State::kHeader && impl.parser.is_header_done()) {
      impl.FinishHeader();
    } else if (impl.parser.is_done()) {
      impl.state = State::kDone;
    } else if (taken == 0 || error) {
      break;
    }
  }
  // Chunk sizes, their extensions and trailers end somewhere too.
  if (impl.state == State::kBody && bytes.size() - used > kMaxChunkLine) impl.Fail(400);
  return used;
}

RequestReader::State RequestReader::state() const {
  return impl_->state;
}
int RequestReader::failure() const {
  return impl_->failure;
}
size_t RequestReader::body_size() const {
  return impl_->parser.get().body().size();
}
bool RequestReader::keep_alive() const {
  return impl_->keep_alive;
}
bool RequestReader::expects_continue() const {
  return impl_->expects_continue;
}

Request RequestReader::Take() {
  WF_CHECK(impl_->state == State::kDone);
  impl_->request.body = std::move(impl_->parser.get().body());
  return std::move(impl_->request);
}

}  // namespace watchfire::net
