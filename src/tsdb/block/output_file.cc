#include "tsdb/block/output_file.h"

namespace watchfire::block {

Result<OutputFile> OutputFile::Create(FileSystem& fs, const std::string& path) {
  return OutputFile(TRY(fs.OpenAppend(path, /*truncate=*/true)), path);
}

Result<void> OutputFile::AppendSlow(std::string_view bytes) {
  TRY(Flush());
  if (bytes.size() >= kBufferBytes) {
    TRY(file_->Append(bytes));
  } else {
    buffer_.append(bytes);
  }
  position_ += bytes.size();
  return {};
}

Result<void> OutputFile::Pad(size_t alignment) {
  static constexpr char kZeros[64] = {};
  WF_CHECK(alignment <= sizeof(kZeros));
  size_t over = static_cast<size_t>(position_ % alignment);
  if (over == 0) return {};
  return Append({kZeros, alignment - over});
}

Result<void> OutputFile::Flush() {
  if (buffer_.empty()) return {};
  TRY(file_->Append(buffer_));
  buffer_.clear();
  return {};
}

Result<void> OutputFile::Finish() {
  TRY(Flush());
  TRY(file_->Sync());
  return file_->Close();
}

}  // namespace watchfire::block
