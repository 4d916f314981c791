#include "net/response_reader.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::net {
namespace {

// What a promised length alone makes us allocate.
constexpr uint64_t kFirstReserve = 1 << 20;
constexpr size_t kMostShown = 100;
constexpr std::string_view kBroken = "net/http: HTTP/1.x transport connection broken: ";

std::string Shown(std::string_view text) {
  return GoQuote(text.substr(0, kMostShown));
}

bool IsTokenByte(char c) {
  bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alphanumeric || (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

bool IsValueByte(char c) {
  auto byte = static_cast<uint8_t>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

// The line at the front of `text`, without its end, and removes both; the caller knows there is
// one.
std::string_view TakeLine(std::string_view& text) {
  size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end, text.size() - 1) + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// The size of the head at the front of `text`, its empty line included; npos when it is not whole.
// Only line ends at or behind `from` are looked at.
size_t FindHeadEnd(std::string_view text, size_t from) {
  while (true) {
    size_t end = text.find('\n', from);
    if (end == std::string_view::npos) return end;
    size_t next = end + 1;
    if (next < text.size() && text[next] == '\r') ++next;
    if (next < text.size() && text[next] == '\n') return next + 1;
    from = end + 1;
  }
}

bool HasToken(const Headers& headers, std::string_view name, std::string_view token) {
  for (const auto& [key, value] : headers.all()) {
    if (!EqualsIgnoreCase(key, name)) continue;
    for (std::string_view part : Split(value, ',')) {
      if (EqualsIgnoreCase(TrimSpace(part), token)) return true;
    }
  }
  return false;
}

}  // namespace

void ResponseReader::Start(std::string buffer, uint64_t body_limit) {
  state_ = State::kHead;
  framing_ = Framing::kSized;
  keep_alive_ = excess_ = appending_ = false;
  head_bytes_ = 0;
  body_limit_ = body_limit;
  length_ = filled_ = 0;
  head_.clear();
  chunks_.reset();
  body_ = std::move(buffer);
  response_ = HttpResponse();
  error_.reset();
}

void ResponseReader::Fail(ErrorCode code, std::string message) {
  error_.emplace(code, std::move(message));
  state_ = State::kFailed;
}

void ResponseReader::Feed(std::string_view bytes) {
  if (bytes.empty()) return;
  if (state_ == State::kHead) return FeedHead(bytes);
  if (state_ == State::kBody) return FeedBody(bytes);
  excess_ = true;
}

void ResponseReader::FeedAhead(std::string_view head, size_t ahead) {
  WF_CHECK(untouched() && ahead <= body_.size());
  if (FindHeadEnd(head, 0) == head.size()) {
    Feed(head);
    if (state_ == State::kBody && sized() && ahead <= length_) return Filled(ahead);
    return Feed(body_.substr(0, ahead));
  }
  // The head is longer or shorter than guessed, or not whole yet, so this is not in its place.
  std::string misplaced = body_.substr(0, ahead);
  Feed(head);
  Feed(misplaced);
}

// Heads mostly come in one piece, which is read where it lies.
void ResponseReader::FeedHead(std::string_view bytes) {
  while (state_ == State::kHead && !bytes.empty()) {
    // An empty line may have begun in the last two bytes that were there before.
    size_t known = head_.size();
    std::string_view text = bytes;
    if (known > 0) {
      head_.append(bytes.substr(0, kMaxHeadBytes + 1 - std::min(kMaxHeadBytes, known)));
      text = head_;
    }
    size_t end = FindHeadEnd(text, known < 2 ? 0 : known - 2);
    size_t size = end == std::string_view::npos ? text.size() : end;
    if (head_bytes_ - known + size > kMaxHeadBytes) {
      return Fail(ErrorCode::kLimit,
                  fmt::format("server response headers exceeded {} bytes", kMaxHeadBytes));
    }
    head_bytes_ += size - known;
    if (end == std::string_view::npos) {
      if (known == 0) head_ = bytes;
      return;
    }
    std::string whole = std::move(head_);
    head_.clear();
    if (!ReadHead((known == 0 ? bytes : std::string_view(whole)).substr(0, end))) return;
    bytes.remove_prefix(end - known);
  }
  if (!bytes.empty()) Feed(bytes);
}

// False when it failed. After an interim response the state is still kHead.
bool ResponseReader::ReadHead(std::string_view head) {
  response_.headers = Headers();
  if (!ReadStatusLine(TakeLine(head))) return false;
  std::string folded;
  while (true) {
    std::string_view line = TakeLine(head);
    bool continued = !head.empty() && IsBlank(head.front()) && !line.empty();
    if (!folded.empty() || continued) {
      folded += folded.empty() ? std::string(line) : " " + std::string(TrimSpace(line));
      if (continued) continue;
      line = folded;
    }
    if (line.empty()) break;
    if (!ReadHeaderLine(line)) return false;
    folded.clear();
  }
  int status = response_.status;
  if (status == 101) {
    Fail(ErrorCode::kIo, fmt::format("{}unexpected switch of protocols", kBroken));
    return false;
  }
  if (status < 200) return true;
  return ReadFraming();
}

bool ResponseReader::ReadStatusLine(std::string_view line) {
  auto digit = [&](size_t at) { return line[at] >= '0' && line[at] <= '9'; };
  bool good = line.size() >= 12 && line.starts_with("HTTP/") && line[8] == ' ' && digit(9) &&
              digit(10) && digit(11) && (line.size() == 12 || line[12] == ' ');
  if (!good) {
    Fail(ErrorCode::kIo, fmt::format("{}malformed HTTP response {}", kBroken, Shown(line)));
    return false;
  }
  std::string_view version = line.substr(5, 3);
  http_1_0_ = version == "1.0";
  if (!http_1_0_ && version != "1.1") {
    Fail(ErrorCode::kIo,
         fmt::format("{}malformed HTTP version {}", kBroken, Shown(line.substr(0, 8))));
    return false;
  }
  response_.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (response_.status < 100) {
    Fail(ErrorCode::kIo,
         fmt::format("{}malformed HTTP status code {}", kBroken, Shown(line.substr(9, 3))));
    return false;
  }
  return true;
}

bool ResponseReader::ReadHeaderLine(std::string_view line) {
  size_t colon = line.find(':');
  std::string_view name = line.substr(0, colon);
  bool good = colon != std::string_view::npos && !name.empty() &&
              std::all_of(name.begin(), name.end(), IsTokenByte);
  std::string_view value;
  if (good) {
    value = TrimSpace(line.substr(colon + 1));
    good = std::all_of(value.begin(), value.end(), IsValueByte);
  }
  if (!good) {
    Fail(ErrorCode::kIo, fmt::format("{}malformed MIME header line: {}", kBroken, Shown(line)));
    return false;
  }
  response_.headers.Add(std::string(name), std::string(value));
  return true;
}

bool ResponseReader::ReadFraming() {
  const Headers& headers = response_.headers;
  state_ = State::kBody;
  keep_alive_ = http_1_0_ ? HasToken(headers, "Connection", "keep-alive")
                          : !HasToken(headers, "Connection", "close");
  if (response_.status == 204 || response_.status == 304) {
    framing_ = Framing::kSized;
    state_ = State::kDone;
    return true;
  }
  if (headers.Has("Transfer-Encoding")) {
    size_t count = 0;
    for (const auto& header : headers.all()) {
      count += EqualsIgnoreCase(header.first, "Transfer-Encoding") ? 1 : 0;
    }
    std::string_view coding = headers.Get("Transfer-Encoding");
    if (count > 1 || !EqualsIgnoreCase(coding, "chunked")) {
      Fail(ErrorCode::kIo,
           fmt::format("{}unsupported transfer encoding: {}", kBroken, Shown(coding)));
      return false;
    }
    framing_ = Framing::kChunked;
    appending_ = false;
    chunks_.emplace(body_limit_ - 1);
    return true;
  }
  if (headers.Has("Content-Length")) return ReadLength();
  framing_ = Framing::kUntilEnd;
  keep_alive_ = false;
  return true;
}

bool ResponseReader::ReadLength() {
  std::string_view text = response_.headers.Get("Content-Length");
  std::optional<uint64_t> length = ParseUint(text);
  for (const auto& [name, value] : response_.headers.all()) {
    if (EqualsIgnoreCase(name, "Content-Length") && value != text) length.reset();
  }
  bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!length || !digits) {
    Fail(ErrorCode::kIo, fmt::format("{}bad Content-Length {}", kBroken, Shown(text)));
    return false;
  }
  framing_ = Framing::kSized;
  length_ = *length;
  if (length_ >= body_limit_) {
    error_ = BodyLimitError();
    state_ = State::kFailed;
    return false;
  }
  if (length_ == 0) state_ = State::kDone;
  Reserve(std::min(length_, kFirstReserve));
  return true;
}

void ResponseReader::Reserve(uint64_t least) {
  if (body_.size() >= least) return;
  // The next body may be somewhat longer.
  if (body_.capacity() < least) body_.reserve(least + least / 8);
  body_.resize(least);
}

void ResponseReader::FeedBody(std::string_view bytes) {
  if (framing_ == Framing::kSized) return FeedSized(bytes);
  if (!std::exchange(appending_, true)) body_.clear();
  return framing_ == Framing::kChunked ? FeedChunked(bytes) : FeedUntilEnd(bytes);
}

void ResponseReader::FeedSized(std::string_view bytes) {
  while (state_ == State::kBody && !bytes.empty()) {
    std::span<char> room = Room();
    size_t size = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), size);
    Filled(size);
    bytes.remove_prefix(size);
  }
  if (!bytes.empty()) excess_ = true;
}

void ResponseReader::FeedChunked(std::string_view bytes) {
  size_t used = chunks_->Feed(bytes, body_);
  switch (chunks_->state()) {
    case ChunkDecoder::State::kMore:
      return;
    case ChunkDecoder::State::kDone:
      state_ = State::kDone;
      excess_ = used < bytes.size();
      return;
    case ChunkDecoder::State::kTooLarge:
      error_ = BodyLimitError();
      state_ = State::kFailed;
      return;
    case ChunkDecoder::State::kBad:
      return Fail(ErrorCode::kIo, "malformed chunked encoding");
  }
}

void ResponseReader::FeedUntilEnd(std::string_view bytes) {
  if (body_.size() + bytes.size() >= body_limit_) {
    error_ = BodyLimitError();
    state_ = State::kFailed;
    return;
  }
  body_.append(bytes);
}

std::span<char> ResponseReader::Room() {
  if (state_ != State::kBody || !sized()) return {};
  if (filled_ == body_.size()) Reserve(std::min<uint64_t>(length_, filled_ * 2 + kFirstReserve));
  return {body_.data() + filled_, std::min<uint64_t>(length_, body_.size()) - filled_};
}

void ResponseReader::Filled(size_t bytes) {
  filled_ += bytes;
  WF_CHECK(filled_ <= length_);
  if (filled_ == length_) state_ = State::kDone;
}

void ResponseReader::End() {
  if (state_ == State::kHead) {
    if (untouched()) return Fail(ErrorCode::kIo, "EOF");
    if (head_.empty() || head_.starts_with("HTTP/")) return Fail(ErrorCode::kIo, "unexpected EOF");
    std::string_view text = head_;
    ReadStatusLine(TakeLine(text));
    WF_CHECK(state_ == State::kFailed);
    return;
  }
  if (state_ != State::kBody) return;
  if (framing_ != Framing::kUntilEnd) return Fail(ErrorCode::kIo, "unexpected EOF");
  if (!appending_) body_.clear();
  state_ = State::kDone;
}

HttpResponse ResponseReader::Take() {
  WF_CHECK(state_ == State::kDone);
  if (sized()) body_.resize(filled_);
  response_.body = std::move(body_);
  return std::move(response_);
}

}  // namespace watchfire::net
