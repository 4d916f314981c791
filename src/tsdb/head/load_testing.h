#pragma once
// For the benchmarks of the head: one with many targets that are scraped, and no disk that could be
// slow.

#include <unistd.h>

#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tsdb/head/head.h"

namespace watchfire::head {

inline constexpr size_t kPerTarget = 1000;

// Throws log bytes away, to measure the head alone.
class NullFile final : public AppendFile {
 public:
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
  uint64_t size_ = 0;
};

class NullFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string&, bool) override {
    return std::unique_ptr<AppendFile>(std::make_unique<NullFile>());
  }
  Result<MappedFile> Map(const std::string& path) override { return Error::NotFound("{}", path); }
  Result<void> HardLink(const std::string& from, const std::string&) override {
    return Error::NotFound("{}", from);
  }
  Result<std::string> ReadFile(const std::string& path, uint64_t) override { return None(path); }
  Result<std::unique_ptr<ReadFileHandle>> OpenRead(const std::string& path) override {
    return None(path);
  }
  Result<void> WriteFileAtomically(const std::string&, std::string_view) override { return {}; }
  Result<void> CreateDirectories(const std::string&) override { return {}; }
  Result<std::vector<DirEntry>> ListDirectory(const std::string&) override {
    return std::vector<DirEntry>();
  }
  Result<void> Rename(const std::string&, const std::string&) override { return {}; }
  Result<void> Remove(const std::string&) override { return {}; }
  Result<void> RemoveRecursively(const std::string&) override { return {}; }
  Result<void> SyncDirectory(const std::string&) override { return {}; }
  bool Exists(const std::string&) override { return false; }

 private:
  static Error None(const std::string& path) { return Error::NotFound("{}", path); }
};

inline model::Labels SeriesLabels(size_t i) {
  size_t line = i % kPerTarget;
  std::string instance = "host-" + std::to_string(i / kPerTarget) + ":9100";
  std::string metric = "some_metric_name_" + std::to_string(line / 10) + "_total";
  std::string device = "dev" + std::to_string(line % 10);
  std::string value = "v" + std::to_string(line % 500);
  return model::Labels::Of({{"__name__", metric},
                            {"device", device},
                            {"distinct", value},
                            {"instance", instance},
                            {"job", "node"},
                            {"env", "production"},
                            {"region", "eu-west-1"}});
}

inline size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

// `count` series in targets of a thousand lines, and one row for each target after the other.
class Load {
 public:
  explicit Load(size_t count, FileSystem* files = nullptr, const std::string& directory = "")
      : count_(count), values_(count) {
    HeadOptions options;
    options.fs = files == nullptr ? &files_ : files;
    options.wal_directory = directory;
    options.clock = Clock::System();
    options.registry = &registry_;
    head_ = std::make_unique<Head>(options);
    if (!head_->OpenLog().ok()) std::abort();
    auto appender = head_->NewAppender();
    for (size_t i = 0; i < count; ++i) refs_.push_back(*appender->GetRef(SeriesLabels(i)));
    std::mt19937_64 random(1);
    for (double& v : values_) v = static_cast<double>(random() % 100000);
  }

  // One scrape of every target; every `change_every`-th line has a new value.
  void Scrape(size_t change_every) {
    auto appender = head_->NewAppender();
    now_ += 15000;
    for (size_t from = 0; from < count_; from += kPerTarget) {
      if (change_every != 0) {
        for (size_t i = from; i < from + kPerTarget; i += change_every) {
          values_[i] += static_cast<double>((i * 7 + static_cast<size_t>(now_ / 15000) * 13) % 97);
        }
      }
      appender->AppendRow(now_ + static_cast<TimeMs>(from),
                          std::span(refs_).subspan(from, kPerTarget),
                          std::span(values_).subspan(from, kPerTarget), nullptr);
      if (!appender->Commit().ok()) std::abort();
    }
  }

  Head& head() { return *head_; }
  size_t count() const { return count_; }
  TimeMs now() const { return now_; }

 private:
  size_t count_;
  NullFileSystem files_;
  client::Registry registry_;
  std::unique_ptr<Head> head_;
  std::vector<storage::SeriesRef> refs_;
  std::vector<double> values_;
  TimeMs now_ = 1'700'000'000'000 / kEraMs * kEraMs;
};

}  // namespace watchfire::head
