#include "alerting/cluster/msgpack.h"

namespace watchfire::alerting::msgpack {
namespace {

constexpr size_t kMaxFields = 32;
constexpr size_t kMaxText = 256 << 20;

void Append(std::string& out, uint64_t value, size_t bytes) {
  for (size_t i = bytes; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

Error TooShort() {
  return Error::Unavailable("message ends too early");
}

}  // namespace

Writer& Writer::Map(size_t fields) {
  out_.push_back(static_cast<char>(0x80 | fields));
  return *this;
}

void Writer::Text(std::string_view text) {
  if (text.size() < 32) {
    out_.push_back(static_cast<char>(0xa0 | text.size()));
  } else if (text.size() < 1 << 16) {
    out_.push_back('\xda');
    Append(out_, text.size(), 2);
  } else {
    out_.push_back('\xdb');
    Append(out_, text.size(), 4);
  }
  out_.append(text);
}

void Writer::Number(uint64_t value) {
  if (value < 128) {
    out_.push_back(static_cast<char>(value));
    return;
  }
  size_t bytes = value < 1ULL << 8 ? 1 : value < 1ULL << 16 ? 2 : value < 1ULL << 32 ? 4 : 8;
  out_.push_back(bytes == 1 ? '\xcc' : bytes == 2 ? '\xcd' : bytes == 4 ? '\xce' : '\xcf');
  Append(out_, value, bytes);
}

Writer& Writer::Field(std::string_view name, uint64_t value) {
  Text(name);
  Number(value);
  return *this;
}

Writer& Writer::Field(std::string_view name, std::string_view value) {
  Text(name);
  Text(value);
  return *this;
}

Writer& Writer::FieldBool(std::string_view name, bool value) {
  Text(name);
  out_.push_back(value ? '\xc3' : '\xc2');
  return *this;
}

uint64_t Struct::Number(const std::string& name) const {
  auto found = numbers_.find(name);
  return found == numbers_.end() ? 0 : found->second;
}

const std::string& Struct::Text(const std::string& name) const {
  static const std::string kNone;
  auto found = texts_.find(name);
  return found == texts_.end() ? kNone : found->second;
}

Result<std::string_view> Reader::Take(size_t bytes) {
  if (bytes > kMaxText) return Error::Corrupt("a text of {} bytes", bytes);
  if (bytes_.size() - at_ < bytes) return TooShort();
  std::string_view taken = bytes_.substr(at_, bytes);
  at_ += bytes;
  return taken;
}

Result<uint64_t> Reader::BigEndian(size_t bytes) {
  std::string_view raw = TRY(Take(bytes));
  uint64_t value = 0;
  for (char c : raw) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

Result<std::string_view> Reader::ReadText(uint8_t tag) {
  if ((tag & 0xe0) == 0xa0) return Take(tag & 0x1f);
  switch (tag) {
    case 0xc0:
      return std::string_view();
    case 0xc4:
    case 0xd9:
    case 0xc5:
    case 0xda:
    case 0xc6:
    case 0xdb: {
      bool one = tag == 0xc4 || tag == 0xd9;
      bool two = tag == 0xc5 || tag == 0xda;
      uint64_t size = TRY(BigEndian(one ? 1 : two ? 2 : 4));
      return Take(size);
    }
    default:
      return Error::Corrupt("no text at {}", at_);
  }
}

Result<std::string> Reader::ReadList(size_t count) {
  if (count > 256) return Error::Corrupt("a list of {}", count);
  std::string bytes;
  for (size_t i = 0; i < count; ++i) {
    Struct element;
    TRY(ReadValue("", &element));
    bytes.push_back(static_cast<char>(element.Number("")));
  }
  return bytes;
}

Result<void> Reader::ReadValue(const std::string& name, Struct* out) {
  auto tag = static_cast<uint8_t>(TRY(BigEndian(1)));
  if (tag < 0x80) {
    out->numbers_[name] = tag;
    return {};
  }
  if (tag >= 0xe0) {  // a small negative number
    out->numbers_[name] = static_cast<uint64_t>(static_cast<int8_t>(tag));
    return {};
  }
  if ((tag & 0xf0) == 0x90) {
    out->texts_[name] = TRY(ReadList(tag & 0x0f));
    return {};
  }
  switch (tag) {
    case 0xc2:
    case 0xc3:
      out->numbers_[name] = tag & 1;
      return {};
    case 0xcc:
    case 0xd0:
      out->numbers_[name] = TRY(BigEndian(1));
      return {};
    case 0xcd:
    case 0xd1:
      out->numbers_[name] = TRY(BigEndian(2));
      return {};
    case 0xce:
    case 0xd2:
      out->numbers_[name] = TRY(BigEndian(4));
      return {};
    case 0xcf:
    case 0xd3:
      out->numbers_[name] = TRY(BigEndian(8));
      return {};
    case 0xdc: {
      uint64_t count = TRY(BigEndian(2));
      out->texts_[name] = TRY(ReadList(count));
      return {};
    }
    default:
      out->texts_[name] = std::string(TRY(ReadText(tag)));
      return {};
  }
}

Result<Struct> Reader::Read() {
  auto tag = static_cast<uint8_t>(TRY(BigEndian(1)));
  size_t fields = 0;
  if ((tag & 0xf0) == 0x80) {
    fields = tag & 0x0f;
  } else if (tag == 0xde) {
    fields = TRY(BigEndian(2));
  } else {
    return Error::Corrupt("no map at {}", at_ - 1);
  }
  if (fields > kMaxFields) return Error::Corrupt("a map of {} fields", fields);
  Struct out;
  for (size_t i = 0; i < fields; ++i) {
    auto name_tag = static_cast<uint8_t>(TRY(BigEndian(1)));
    std::string name(TRY(ReadText(name_tag)));
    TRY(ReadValue(name, &out));
  }
  return out;
}

}  // namespace watchfire::alerting::msgpack
