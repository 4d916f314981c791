#pragma once
// MessagePack (the subset that cluster messages use): structs are maps from field names to whole
// numbers, truth values, texts, bytes or lists of numbers. Texts are written in the old raw form,
// which peers of every version read; both forms are understood. Pure; hostile bytes are errors.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire::alerting::msgpack {

class Writer {
 public:
  // Followed by `fields` calls of Field.
  Writer& Map(size_t fields);
  Writer& Field(std::string_view name, uint64_t value);
  Writer& Field(std::string_view name, std::string_view value);
  Writer& FieldBool(std::string_view name, bool value);
  std::string Take() { return std::move(out_); }

 private:
  void Text(std::string_view text);
  void Number(uint64_t value);
  std::string out_;
};

// A decoded map. Fields that are not there read as 0, "" or false.
class Struct {
 public:
  uint64_t Number(const std::string& name) const;
  const std::string& Text(const std::string& name) const;
  bool Bool(const std::string& name) const { return Number(name) != 0; }

 private:
  friend class Reader;
  std::map<std::string, uint64_t> numbers_;
  std::map<std::string, std::string> texts_;  // lists of small numbers too, one byte each
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  // kUnavailable: the bytes end too early; more may come. kCorrupt: they are no such thing.
  Result<Struct> Read();
  // How far it has read.
  size_t position() const { return at_; }

 private:
  Result<uint64_t> BigEndian(size_t bytes);
  Result<std::string_view> Take(size_t bytes);
  Result<std::string_view> ReadText(uint8_t tag);
  Result<void> ReadValue(const std::string& name, Struct* out);
  Result<std::string> ReadList(size_t count);

  std::string_view bytes_;
  size_t at_ = 0;
};

}  // namespace watchfire::alerting::msgpack
