#include "codec/compress.h"

#include <libdeflate.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

namespace watchfire::codec {
namespace {

struct Compressors {
  // Contexts are reused per thread: making one costs more than compressing a small record.
  ~Compressors() {
    for (libdeflate_compressor* c : deflate) {
      if (c != nullptr) libdeflate_free_compressor(c);
    }
    if (zstd != nullptr) ZSTD_freeCCtx(zstd);
    if (zstd_in != nullptr) ZSTD_freeDCtx(zstd_in);
  }
  libdeflate_compressor* ForLevel(int level) {
    auto index = static_cast<size_t>(std::clamp(level, 1, 12));
    if (deflate[index] == nullptr) deflate[index] = libdeflate_alloc_compressor(level);
    return deflate[index];
  }
  libdeflate_compressor* deflate[13] = {};
  ZSTD_CCtx* zstd = nullptr;
  ZSTD_DCtx* zstd_in = nullptr;
};

Compressors& Local() {
  thread_local Compressors compressors;
  return compressors;
}

// Inflates gzip (window_bits 31) or zlib (15) in steps: the size is not known beforehand, and
// gzip may hold several members.
Result<std::string> Inflate(std::string_view bytes, uint64_t limit, int window_bits) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) return Error::Internal("inflate: no memory");
  std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int code = Z_OK;
  do {
    size_t old = out.size();
    size_t step = std::max<size_t>(bytes.size() * 4, 16384);
    out.resize(old + step);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + old);
    stream.avail_out = static_cast<uInt>(step);
    code = inflate(&stream, Z_NO_FLUSH);
    out.resize(old + step - stream.avail_out);
    if (out.size() > limit) return Error::Limit("decompressed size exceeds {} bytes", limit);
    if (code == Z_STREAM_END && stream.avail_in > 0) code = inflateReset(&stream);
    if (code == Z_BUF_ERROR && stream.avail_in == 0) break;
  } while (code == Z_OK);
  if (code != Z_STREAM_END) return Error::Invalid("corrupt or truncated compressed data");
  return out;
}

}  // namespace

std::string GzipCompress(std::string_view bytes, int level) {
  libdeflate_compressor* compressor = Local().ForLevel(level);
  std::string out(libdeflate_gzip_compress_bound(compressor, bytes.size()), '\0');
  out.resize(
      libdeflate_gzip_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
  return out;
}

Result<std::string> GzipDecompress(std::string_view bytes, uint64_t limit) {
  // The trailer holds the size (mod 2^32) of a single member: usually libdeflate, which is three
  // times as fast as zlib, can do it in one go.
  if (bytes.size() >= 18) {
    const auto* tail = reinterpret_cast<const unsigned char*>(bytes.data() + bytes.size() - 4);
    uint64_t size = static_cast<uint64_t>(tail[0]) | static_cast<uint64_t>(tail[1]) << 8 |
                    static_cast<uint64_t>(tail[2]) << 16 | static_cast<uint64_t>(tail[3]) << 24;
    if (size <= limit && size <= bytes.size() * 1032) {
      thread_local std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)>
          decompressor(libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
      std::string out(size, '\0');
      size_t got = 0;
      size_t used = 0;
      if (libdeflate_gzip_decompress_ex(decompressor.get(), bytes.data(), bytes.size(), out.data(),
                                        out.size(), &used, &got) == LIBDEFLATE_SUCCESS &&
          used == bytes.size() && got == size) {
        return out;
      }
    }
  }
  return Inflate(bytes, limit, 31);
}

std::string ZlibCompress(std::string_view bytes, int level) {
  libdeflate_compressor* compressor = Local().ForLevel(level);
  std::string out(libdeflate_zlib_compress_bound(compressor, bytes.size()), '\0');
  out.resize(
      libdeflate_zlib_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
  return out;
}

Result<std::string> ZlibDecompress(std::string_view bytes, uint64_t limit) {
  return Inflate(bytes, limit, 15);
}

std::string SnappyCompress(std::string_view bytes) {
  size_t size = snappy_max_compressed_length(bytes.size());
  std::string out(size, '\0');
  snappy_compress(bytes.data(), bytes.size(), out.data(), &size);
  out.resize(size);
  return out;
}

Result<uint64_t> SnappyDecompressedSize(std::string_view bytes) {
  size_t size = 0;
  if (snappy_uncompressed_length(bytes.data(), bytes.size(), &size) != SNAPPY_OK) {
    return Error::Invalid("snappy: corrupt input");
  }
  return size;
}

Result<void> SnappyDecompressTo(std::string_view bytes, std::span<char> out) {
  // The library trusts the size that it is given.
  uint64_t expected = TRY(SnappyDecompressedSize(bytes));
  size_t size = out.size();
  if (expected != size ||
      snappy_uncompress(bytes.data(), bytes.size(), out.data(), &size) != SNAPPY_OK) {
    return Error::Invalid("snappy: corrupt input");
  }
  return {};
}

Result<std::string> SnappyDecompress(std::string_view bytes, uint64_t limit) {
  uint64_t size = TRY(SnappyDecompressedSize(bytes));
  if (size > limit) return Error::Limit("snappy: decoded size exceeds {} bytes", limit);
  std::string out(size, '\0');
  TRY(SnappyDecompressTo(bytes, out));
  return out;
}

std::string ZstdCompress(std::string_view bytes, int level) {
  Compressors& local = Local();
  if (local.zstd == nullptr) local.zstd = ZSTD_createCCtx();
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  size_t size =
      ZSTD_compressCCtx(local.zstd, out.data(), out.size(), bytes.data(), bytes.size(), level);
  WF_CHECK(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

Result<std::string> ZstdDecompress(std::string_view bytes, uint64_t limit) {
  Compressors& local = Local();
  if (local.zstd_in == nullptr) local.zstd_in = ZSTD_createDCtx();
  unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR) return Error::Invalid("zstd: corrupt input");
  if (size != ZSTD_CONTENTSIZE_UNKNOWN) {
    if (size > limit) return Error::Limit("zstd: decoded size exceeds {} bytes", limit);
    std::string out(size, '\0');
    size_t got =
        ZSTD_decompressDCtx(local.zstd_in, out.data(), out.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(got) != 0 || got != size) return Error::Invalid("zstd: corrupt input");
    return out;
  }
  ZSTD_DCtx_reset(local.zstd_in, ZSTD_reset_session_only);
  std::string out;
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  size_t left = 1;
  while (in.pos < in.size) {
    size_t old = out.size();
    out.resize(old + ZSTD_DStreamOutSize());
    ZSTD_outBuffer buffer{out.data() + old, out.size() - old, 0};
    left = ZSTD_decompressStream(local.zstd_in, &buffer, &in);
    if (ZSTD_isError(left) != 0) return Error::Invalid("zstd: corrupt input");
    out.resize(old + buffer.pos);
    if (out.size() > limit) return Error::Limit("zstd: decoded size exceeds {} bytes", limit);
    if (buffer.pos == 0 && in.pos < in.size) break;
  }
  if (left != 0) return Error::Invalid("zstd: truncated input");
  return out;
}

}  // namespace watchfire::codec
