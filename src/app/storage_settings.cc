#include "app/storage_settings.h"

#include <sys/statvfs.h>

#include <filesystem>

#include "base/log.h"
#include "base/text.h"
#include "model/duration.h"

namespace watchfire::app {
namespace {

constexpr int64_t kDefaultRetentionMs = 15LL * 24 * 3600 * 1000;
constexpr uint64_t kMiB = 1 << 20;
constexpr int64_t kDefaultMaxExemplars = 100'000;

// Flags that say how upstream goes about something that is done in another way here.
struct Unused {
  std::string_view flag;
  std::string_view reason;
};
constexpr Unused kUnused[] = {
    {"storage.tsdb.head-chunks-write-queue-size", "the head writes no chunk files"},
    {"storage.tsdb.samples-per-chunk", "chunks are cut by their size"},
    {"storage.tsdb.delay-compact-file.path", "compaction does not wait for uploads"},
    {"storage.tsdb.delayed-compaction.max-percent", "compaction is not delayed"},
    {"storage.tsdb.allow-overlapping-compaction", "overlapping blocks are always merged"},
    {"storage.tsdb.block-reload-interval", "blocks are looked for once a minute"},
};

Result<void> RefuseAgentFlags(const Flags& flags) {
  std::vector<std::string> given;
  for (const FlagSpec& spec : AllFlags()) {
    bool agents = spec.name.rfind("storage.agent.", 0) == 0;
    if (agents && flags.IsSet(spec.name)) given.push_back(GoQuote("--" + std::string(spec.name)));
  }
  if (given.empty()) return {};
  return Error::Invalid("The following flag(s) can not be used in server mode: [{}]",
                        Join(given, " "));
}

void TellUnused(const Flags& flags) {
  for (const Unused& unused : kUnused) {
    if (!flags.IsSet(unused.flag)) continue;
    WF_LOG(kWarn, "Flag is accepted and has no effect", {"flag", unused.flag},
           {"reason", unused.reason});
  }
}

Result<void> ReadBlockSizes(const Flags& flags, tsdb::DbOptions* options) {
  if (uint64_t bytes = flags.SizeBytes("storage.tsdb.wal-segment-size"); bytes != 0) {
    if (bytes < 10 * kMiB || bytes > 256 * kMiB) {
      return Error::Invalid(
          "flag 'storage.tsdb.wal-segment-size' must be set between 10MB and 256MB");
    }
    options->wal_segment_bytes = bytes;
  }
  if (uint64_t bytes = flags.SizeBytes("storage.tsdb.max-block-chunk-segment-size"); bytes != 0) {
    if (bytes < kMiB) {
      return Error::Invalid(
          "flag 'storage.tsdb.max-block-chunk-segment-size' must be set over 1MB");
    }
    options->max_chunk_segment_bytes = bytes;
  }
  options->min_block_ms = flags.DurationMs("storage.tsdb.min-block-duration");
  options->max_block_ms = flags.DurationMs("storage.tsdb.max-block-duration");
  if (options->min_block_ms <= 0) {
    return Error::Invalid("flag 'storage.tsdb.min-block-duration' must be positive");
  }
  if (options->max_block_ms != 0) {
    options->max_block_ms = std::max(options->max_block_ms, options->min_block_ms);
  }
  return {};
}

}  // namespace

RetentionSettings ReadRetention(const Flags& flags, const config::Config* config) {
  if (config != nullptr && config->storage.tsdb && config->storage.tsdb->retention) {
    const config::TsdbRetentionConfig& section = *config->storage.tsdb->retention;
    return {section.time_ms, section.size, section.percentage};
  }
  RetentionSettings retention;
  retention.time_ms = flags.DurationMs("storage.tsdb.retention.time");
  retention.size_bytes = flags.SizeBytes("storage.tsdb.retention.size");
  if (retention.time_ms == 0 && retention.size_bytes == 0) retention.time_ms = kDefaultRetentionMs;
  return retention;
}

std::string RetentionText(const RetentionSettings& retention) {
  std::vector<std::string> parts;
  if (retention.time_ms > 0) parts.push_back(model::FormatDuration(retention.time_ms));
  if (retention.size_bytes > 0) parts.push_back(model::FormatSizeBytes(retention.size_bytes));
  if (retention.percentage > 0) parts.push_back(fmt::format("{}%", retention.percentage));
  return Join(parts, " or ");
}

tsdb::Retention ToDbRetention(const RetentionSettings& retention, const std::string& path) {
  tsdb::Retention out;
  out.duration_ms = retention.time_ms;
  out.bytes = retention.size_bytes;
  if (retention.percentage <= 0) return out;
  std::error_code error;
  std::filesystem::path existing = std::filesystem::absolute(path, error);
  while (!std::filesystem::exists(existing, error) && existing.has_relative_path()) {
    existing = existing.parent_path();
  }
  struct statvfs disk {};
  if (statvfs(existing.c_str(), &disk) != 0) {
    WF_LOG(kWarn, "Size of the file system is not known; its percentage is not applied",
           {"path", path});
    return out;
  }
  double bytes = static_cast<double>(disk.f_blocks) * static_cast<double>(disk.f_frsize);
  out.bytes = static_cast<uint64_t>(bytes * retention.percentage / 100);
  return out;
}

uint64_t ReadMaxExemplars(const Features& features, const config::Config& config) {
  if (!features.exemplar_storage) return 0;
  int64_t most =
      config.storage.exemplars ? config.storage.exemplars->max_exemplars : kDefaultMaxExemplars;
  return static_cast<uint64_t>(std::max<int64_t>(most, 0));
}

Result<tsdb::DbOptions> ReadStorageOptions(const Flags& flags, const Features& features,
                                           const config::Config& config) {
  TRY(RefuseAgentFlags(flags));
  TellUnused(flags);
  tsdb::DbOptions options;
  options.path = flags.String("storage.tsdb.path");
  options.no_lockfile = flags.Bool("storage.tsdb.no-lockfile");
  options.retention = ToDbRetention(ReadRetention(flags, &config), options.path);
  TRY(ReadBlockSizes(flags, &options));
  options.wal_compression = tsdb::Compression::kNone;
  if (flags.Bool("storage.tsdb.wal-compression")) {
    options.wal_compression =
        TRY(tsdb::ParseCompression(flags.String("storage.tsdb.wal-compression-type")));
  }
  if (config.storage.tsdb) {
    options.out_of_order_window_ms = config.storage.tsdb->out_of_order_time_window_ms;
  }
  std::string_view floats = config.storage.tsdb
                                ? std::string_view(config.storage.tsdb->chunk_encoding.floats)
                                : std::string_view();
  options.xor2_chunks = floats.empty() ? features.xor2_chunks : floats == "xor2";
  options.metadata_records = features.metadata_records;
  options.max_exemplars = ReadMaxExemplars(features, config);
  return options;
}

}  // namespace watchfire::app
