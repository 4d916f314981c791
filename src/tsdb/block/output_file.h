#pragma once
// OutputFile: a file of a block being written, through a buffer of 1 MiB, so that the disk sees few
// large writes. It counts where the next byte will lie. After an error the file is of no use;
// whoever owns the block removes it. One thread.

#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace watchfire::block {

class OutputFile {
 public:
  static Result<OutputFile> Create(FileSystem& fs, const std::string& path);

  Result<void> Append(std::string_view bytes) {
    if (bytes.size() > kBufferBytes - buffer_.size()) return AppendSlow(bytes);
    buffer_.append(bytes);
    position_ += bytes.size();
    return {};
  }
  // Zeros up to a multiple of `alignment`.
  Result<void> Pad(size_t alignment);
  // Gives what is buffered to the file system, so that it can be read back.
  Result<void> Flush();
  // Flush, sync, close.
  Result<void> Finish();

  uint64_t position() const { return position_; }
  const std::string& path() const { return path_; }

 private:
  static constexpr size_t kBufferBytes = 1 << 20;

  OutputFile(std::unique_ptr<AppendFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {
    buffer_.reserve(kBufferBytes);
  }
  Result<void> AppendSlow(std::string_view bytes);

  std::unique_ptr<AppendFile> file_;
  std::string path_;
  std::string buffer_;
  uint64_t position_ = 0;
};

}  // namespace watchfire::block
