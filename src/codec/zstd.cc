#include "codec/zstd.h"

#include <zstd.h>

#include <memory>

#include "base/check.h"
#include "codec/compress.h"

namespace watchfire::codec {
namespace {

// Any text that is compressed this way fits in one block or a few of them.
constexpr int kWindowLog = 18;

class Compressor {
 public:
  Compressor() : context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    WF_CHECK(context_ != nullptr);
    Set(ZSTD_c_windowLog, kWindowLog);
    Set(ZSTD_c_targetLength, 0);
    Set(ZSTD_c_strategy, ZSTD_fast);
  }
  ZSTD_CCtx* Tuned(const ZstdTuning& tuning) {
    if (tuning.hash_log != tuned_.hash_log) Set(ZSTD_c_hashLog, tuning.hash_log);
    if (tuning.min_match != tuned_.min_match) Set(ZSTD_c_minMatch, tuning.min_match);
    tuned_ = tuning;
    return context_.get();
  }

 private:
  void Set(ZSTD_cParameter parameter, int value) {
    WF_CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), parameter, value)) == 0);
  }
  std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context_;
  ZstdTuning tuned_{0, 0};
};

ZSTD_DCtx* LocalDecompressor() {
  thread_local std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                          ZSTD_freeDCtx);
  WF_CHECK(context != nullptr);
  return context.get();
}

}  // namespace

void ZstdCompressTo(std::string_view bytes, const ZstdTuning& tuning, std::string* out) {
  thread_local Compressor compressor;
  size_t bound = ZSTD_compressBound(bytes.size());
  if (out->size() < bound) out->resize(bound);
  size_t size = ZSTD_compress2(compressor.Tuned(tuning), out->data(), out->size(), bytes.data(),
                               bytes.size());
  WF_CHECK(ZSTD_isError(size) == 0);
  out->resize(size);
}

Result<void> ZstdDecompressTo(std::string_view bytes, uint64_t limit, std::string* out) {
  unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR) return Error::Invalid("zstd: corrupt input");
  if (size == ZSTD_CONTENTSIZE_UNKNOWN) {
    *out = TRY(ZstdDecompress(bytes, limit));
    return {};
  }
  if (size > limit) return Error::Limit("zstd: decoded size exceeds {} bytes", limit);
  // The size is only a claim until the content is there: a small record makes no large buffer.
  constexpr uint64_t kTrusted = 1 << 20;
  if (size > kTrusted && size / 32768 > bytes.size()) {
    return Error::Invalid("zstd: corrupt input");
  }
  out->resize(size);
  size_t got = ZSTD_decompressDCtx(LocalDecompressor(), out->data(), out->size(), bytes.data(),
                                   bytes.size());
  if (ZSTD_isError(got) != 0 || got != size) return Error::Invalid("zstd: corrupt input");
  return {};
}

}  // namespace watchfire::codec
