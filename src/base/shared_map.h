#pragma once
// A file of fixed size in writable memory: what is stored there is in the file even if the process
// is killed a moment later, without a system call. For small records of what is going on. The
// room on disk is taken when it is made, so that a full disk is an error then and not a signal
// later. Thread-compatible.

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace watchfire {

class SharedMap {
 public:
  // Creates the file, or empties it: all zeros. `size` > 0.
  static Result<SharedMap> Create(const std::string& path, size_t size);
  SharedMap(SharedMap&& other) noexcept;
  SharedMap& operator=(SharedMap&& other) noexcept;
  ~SharedMap();
  std::span<char> bytes() const { return {data_, size_}; }

 private:
  SharedMap(char* data, size_t size) : data_(data), size_(size) {}
  char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace watchfire
