#include "tool/read_only_files.h"

namespace watchfire::tool {
namespace {

class ForgetfulFile final : public AppendFile {
 public:
  explicit ForgetfulFile(uint64_t size) : size_(size) {}
  Result<void> Append(std::string_view bytes) override {
    size_ += bytes.size();
    return {};
  }
  Result<void> Sync() override { return {}; }
  Result<void> Truncate(uint64_t size) override {
    size_ = size;
    return {};
  }
  Result<void> Close() override { return {}; }
  uint64_t size() const override { return size_; }

 private:
  uint64_t size_;
};

}  // namespace

Result<std::unique_ptr<AppendFile>> ReadOnlyFiles::OpenAppend(const std::string& path,
                                                              bool truncate) {
  uint64_t size = 0;
  if (!truncate && under_->Exists(path)) size = TRY(under_->OpenRead(path))->size();
  return std::unique_ptr<AppendFile>(std::make_unique<ForgetfulFile>(size));
}

}  // namespace watchfire::tool
