#include "alerting/silences/silences.h"

#include <algorithm>

#include "alerting/silences/matcher_index.h"
#include "alerting/silences/silence_cache.h"
#include "alerting/silences/silence_checks.h"
#include "alerting/silences/silence_metrics.h"
#include "alerting/silences/silence_record.h"
#include "base/log.h"
#include "base/mutex.h"
#include "codec/records.h"

namespace watchfire::alerting {
namespace {

// Nobody has so much; a file that says so is not ours.
constexpr uint64_t kMaxSnapshot = 1ULL << 30;
constexpr size_t kMaxRecord = 16 << 20;
// So many new silences are asked one by one; more go through the index.
constexpr size_t kFewNew = 32;
// How long an ended silence stays in the index and the cache: ticks may look back a little.
constexpr int64_t kLookBackNs = 3600LL * 1000 * kNsPerMs;

using EntryPtr = std::shared_ptr<SilenceEntry>;

struct LogLineOf {
  const char* what;
  Silence silence;
};

void Log(const LogLineOf& line) {
  const Silence& s = line.silence;
  WF_LOG(kInfo, line.what, {"component", "silences"}, {"id", s.id},
         {"matchers", MatcherSetsText(s)}, {"starts_at", FormatRfc3339(s.starts_at_ns / kNsPerMs)},
         {"ends_at", FormatRfc3339(s.ends_at_ns / kNsPerMs)}, {"created_by", s.created_by},
         {"comment", s.comment});
}

}  // namespace

std::string_view SilenceStateText(SilenceState state) {
  switch (state) {
    case SilenceState::kPending:
      return "pending";
    case SilenceState::kActive:
      return "active";
    case SilenceState::kExpired:
      break;
  }
  return "expired";
}

SilenceState Silence::StateAt(TimeMs now) const {
  int64_t now_ns = now * kNsPerMs;
  if (now_ns >= ends_at_ns) return SilenceState::kExpired;
  return now_ns < starts_at_ns ? SilenceState::kPending : SilenceState::kActive;
}

struct Silences::Impl {
  explicit Impl(Options o)
      : options(std::move(o)),
        own_registry(options.registry == nullptr ? std::make_unique<client::Registry>() : nullptr),
        metrics(own_registry ? *own_registry : *options.registry) {}

  // What a change leaves to do when the lock is free.
  struct After {
    std::vector<std::string> broadcasts;
    std::vector<LogLineOf> lines;
  };

  TimeMs Now() const { return options.clock->Now(); }
  SilenceRecord RecordOf(Silence silence) const;
  Result<void> CheckSize(const SilenceRecord& record) const;

  Result<std::string> SetLocked(Silence silence, TimeMs now, After& after) REQUIRES(mutex);
  void ExpireLocked(const EntryPtr& entry, TimeMs now, After& after) REQUIRES(mutex);
  // Puts a silence of this server, which is the newest of its kind.
  void PutOwn(SilenceRecord record, TimeMs now, After& after) REQUIRES(mutex);
  // Puts a record in place of what is there.
  void Put(SilenceRecord record, TimeMs now) REQUIRES(mutex);
  void UpdateSizes() REQUIRES(mutex);
  void Finish(const After& after) const EXCLUDES(mutex);

  // Brings a line of the cache up to the state.
  void Refresh(SilenceCache::Line& line, const model::Labels& labels, int64_t ended_before) const
      REQUIRES_SHARED(mutex);
  std::string MarshalLocked() const REQUIRES_SHARED(mutex);
  std::vector<client::MetricFamily> Collect() const;

  const Options options;
  std::unique_ptr<client::Registry> own_registry;
  SilenceMetrics metrics;

  mutable SharedMutex mutex;
  std::map<std::string, EntryPtr> entries GUARDED_BY(mutex);  // by id
  std::vector<EntryPtr> by_version GUARDED_BY(mutex);         // versions ascend
  MatcherIndex index GUARDED_BY(mutex);
  uint64_t version GUARDED_BY(mutex) = 1;
  mutable SilenceCache cache;
  std::function<void(std::string)> broadcast;
};

SilenceRecord Silences::Impl::RecordOf(Silence silence) const {
  int64_t expires = AddNs(silence.ends_at_ns, options.retention_ms * kNsPerMs);
  return {std::move(silence), expires};
}

Result<void> Silences::Impl::CheckSize(const SilenceRecord& record) const {
  if (options.max_silence_size_bytes == 0) return {};
  size_t size = EncodeSilence(record, false).size();
  if (size <= options.max_silence_size_bytes) return {};
  return Error::Make(ErrorCode::kLimit, "silence exceeded maximum size: {} bytes (limit: {} bytes)",
                     size, options.max_silence_size_bytes);
}

void Silences::Impl::Put(SilenceRecord record, TimeMs now) {
  EntryPtr& slot = entries[record.silence.id];
  bool same = slot && slot->indexed &&
              slot->record.silence.StateAt(now) != SilenceState::kExpired &&
              slot->record.silence.matcher_sets == record.silence.matcher_sets;
  if (same) {
    // Index and cache point to the matchers: they stay where they are.
    record.silence.matcher_sets = std::move(slot->record.silence.matcher_sets);
    slot->record = std::move(record);
    return;
  }
  // The old entry stays in the index until the next sweep; marked, it is passed over.
  if (slot) slot->gone = true;
  slot = std::make_shared<SilenceEntry>();
  slot->record = std::move(record);
  slot->version = ++version;
  by_version.push_back(slot);
  index.Add(*slot);
}

void Silences::Impl::PutOwn(SilenceRecord record, TimeMs now, After& after) {
  auto known = entries.find(record.silence.id);
  int64_t updated = now * kNsPerMs;
  // Peers take what was updated later; two changes within a tick of the clock must differ.
  if (known != entries.end()) {
    updated = std::max(updated, AddNs(known->second->record.silence.updated_at_ns, 1));
  }
  record.silence.updated_at_ns = updated;
  after.broadcasts.emplace_back();
  AppendRecord(after.broadcasts.back(), EncodeSilence(record));
  Put(std::move(record), now);
  UpdateSizes();
}

void Silences::Impl::ExpireLocked(const EntryPtr& entry, TimeMs now, After& after) {
  Silence silence = entry->record.silence;
  SilenceState state = silence.StateAt(now);
  if (state == SilenceState::kExpired) return;
  silence.ends_at_ns = now * kNsPerMs;
  if (state == SilenceState::kPending) silence.starts_at_ns = now * kNsPerMs;
  if (options.log) after.lines.push_back({"Silence expired", silence});
  PutOwn(RecordOf(std::move(silence)), now, after);
}

Result<std::string> Silences::Impl::SetLocked(Silence silence, TimeMs now, After& after) {
  EntryPtr previous;
  if (!silence.id.empty()) {
    auto found = entries.find(silence.id);
    if (found == entries.end()) return Error::NotFound("silence not found");
    previous = found->second;
  }
  bool in_place = previous && CanUpdate(previous->record.silence, silence, now);
  if (!in_place) {
    if (options.max_silences > 0 && entries.size() + 1 > options.max_silences) {
      return Error::Make(ErrorCode::kLimit, "exceeded maximum number of silences: {} (limit: {})",
                         entries.size(), options.max_silences);
    }
    silence.id = NewUuid();
    silence.starts_at_ns = std::max(silence.starts_at_ns, now * kNsPerMs);
  }
  silence.updated_at_ns = now * kNsPerMs;
  SilenceRecord record = RecordOf(std::move(silence));
  TRY(CheckSize(record));
  // What was silenced until now stays to be seen.
  if (!in_place && previous) ExpireLocked(previous, now, after);
  std::string id = record.silence.id;
  if (options.log) {
    after.lines.push_back({in_place ? "Silence updated" : "Silence created", record.silence});
  }
  PutOwn(std::move(record), now, after);
  return id;
}

void Silences::Impl::UpdateSizes() {
  metrics.state_size.Set(static_cast<double>(entries.size()));
  metrics.matcher_index_size.Set(static_cast<double>(index.size()));
  metrics.version_index_size.Set(static_cast<double>(by_version.size()));
}

void Silences::Impl::Finish(const After& after) const {
  for (const LogLineOf& line : after.lines) Log(line);
  if (!broadcast) return;
  for (const std::string& records : after.broadcasts) broadcast(records);
}

void Silences::Impl::Refresh(SilenceCache::Line& line, const model::Labels& labels,
                             int64_t ended_before) const {
  const Clock* clock = options.clock;
  int64_t start = clock->MonotonicNs();
  auto newer = std::upper_bound(by_version.begin(), by_version.end(), line.version,
                                [](uint64_t v, const EntryPtr& e) { return v < e->version; });
  auto few = static_cast<size_t>(by_version.end() - newer) <= kFewNew;
  size_t scanned = 0;
  if (line.version != 0 && few) {
    for (; newer != by_version.end(); ++newer) {
      ++scanned;
      if (!(*newer)->gone && Matches(**newer, labels)) line.matching.push_back(*newer);
    }
  } else {
    std::vector<SilenceEntry*> found;
    scanned = index.Find(labels, ended_before, &found);
    line.matching.clear();
    for (SilenceEntry* entry : found) {
      line.matching.push_back(entries.at(entry->record.silence.id));
    }
  }
  line.version = version;
  metrics.scanned.Increment(static_cast<double>(scanned));
  metrics.skipped.Increment(
      static_cast<double>(by_version.size() - std::min(scanned, by_version.size())));
  metrics.query_duration.Observe(static_cast<double>(clock->MonotonicNs() - start) / 1e9);
}

std::string Silences::Impl::MarshalLocked() const {
  std::string out;
  for (const auto& [id, entry] : entries) AppendRecord(out, EncodeSilence(entry->record));
  return out;
}

std::vector<client::MetricFamily> Silences::Impl::Collect() const {
  constexpr SilenceState kStates[] = {SilenceState::kActive, SilenceState::kExpired,
                                      SilenceState::kPending};
  std::map<SilenceState, double> counts;
  TimeMs now = Now();
  {
    ReaderLock lock(mutex);
    for (const auto& [id, entry] : entries) counts[entry->record.silence.StateAt(now)] += 1;
  }
  client::MetricFamily family{
      "alertmanager_silences", "How many silences by state.", client::MetricKind::kGauge, {}};
  for (SilenceState state : kStates) {
    client::MetricPoint point;
    point.labels = {{"state", std::string(SilenceStateText(state))}};
    point.value = counts[state];
    family.points.push_back(std::move(point));
  }
  return {std::move(family)};
}

Silences::Silences(Options options) : impl_(std::make_shared<Impl>(std::move(options))) {
  WF_CHECK(impl_->options.clock != nullptr);
  if (impl_->options.registry == nullptr) return;
  // The registry may outlive the silences.
  impl_->options.registry->AddCollector([weak = std::weak_ptr<Impl>(impl_)] {
    std::shared_ptr<Impl> impl = weak.lock();
    return impl ? impl->Collect() : std::vector<client::MetricFamily>();
  });
}

Silences::~Silences() = default;

Result<std::string> Silences::Set(Silence silence) {
  TimeMs now = impl_->Now();
  if (IsUnset(silence.starts_at_ns)) silence.starts_at_ns = now * kNsPerMs;
  Result<void> checked = CheckSilence(silence, impl_->options.syntax);
  if (!checked.ok()) return checked.error().With("invalid silence");
  Impl::After after;
  Result<std::string> id = [&] {
    WriterLock lock(impl_->mutex);
    return impl_->SetLocked(std::move(silence), now, after);
  }();
  impl_->Finish(after);
  return id;
}

Result<void> Silences::Expire(const std::string& id) {
  Impl::After after;
  TimeMs now = impl_->Now();
  {
    WriterLock lock(impl_->mutex);
    auto found = impl_->entries.find(id);
    if (found == impl_->entries.end()) return Error::NotFound("silence not found");
    impl_->ExpireLocked(EntryPtr(found->second), now, after);
  }
  impl_->Finish(after);
  return {};
}

Result<Silence> Silences::Get(const std::string& id) const {
  ReaderLock lock(impl_->mutex);
  impl_->metrics.queries.Increment();
  auto found = impl_->entries.find(id);
  if (found == impl_->entries.end()) return Error::NotFound("silence not found");
  return found->second->record.silence;
}

std::vector<Silence> Silences::All() const {
  ReaderLock lock(impl_->mutex);
  impl_->metrics.queries.Increment();
  std::vector<Silence> out;
  out.reserve(impl_->entries.size());
  for (const auto& [id, entry] : impl_->entries) out.push_back(entry->record.silence);
  return out;
}

std::vector<std::string> Silences::MutedBy(uint64_t fingerprint, const model::Labels& labels,
                                           TimeMs now) const {
  std::vector<std::string> out;
  int64_t ended_before = AddNs(now * kNsPerMs, -kLookBackNs);
  ReaderLock lock(impl_->mutex);
  SilenceCache::Shard& shard = impl_->cache.ShardOf(fingerprint);
  MutexLock shard_lock(shard.mutex);
  SilenceCache::Line& line = shard.LineOf(fingerprint, labels.Hash());
  if (line.version != impl_->version) {
    impl_->metrics.queries.Increment();
    impl_->Refresh(line, labels, ended_before);
  }
  std::erase_if(line.matching, [&](const EntryPtr& entry) {
    return entry->gone || entry->record.silence.ends_at_ns < ended_before;
  });
  for (const EntryPtr& entry : line.matching) {
    const Silence& silence = entry->record.silence;
    if (silence.StateAt(now) == SilenceState::kActive) out.push_back(silence.id);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void Silences::Forget(uint64_t fingerprint) {
  impl_->cache.Forget(fingerprint);
}

std::vector<Silence> Silences::Matching(const model::Labels& labels, TimeMs now) const {
  std::vector<SilenceEntry*> found;
  std::vector<Silence> out;
  ReaderLock lock(impl_->mutex);
  impl_->metrics.queries.Increment();
  impl_->metrics.scanned.Increment(
      static_cast<double>(impl_->index.Find(labels, now * kNsPerMs, &found)));
  for (const SilenceEntry* entry : found) {
    const Silence& silence = entry->record.silence;
    if (silence.StateAt(now) != SilenceState::kExpired) out.push_back(silence);
  }
  std::sort(out.begin(), out.end(), [](const Silence& a, const Silence& b) { return a.id < b.id; });
  return out;
}

size_t Silences::Gc(TimeMs now) {
  int64_t start = impl_->options.clock->MonotonicNs();
  int64_t now_ns = now * kNsPerMs;
  int64_t ended_before = AddNs(now_ns, -kLookBackNs);
  WriterLock lock(impl_->mutex);
  size_t forgotten = std::erase_if(impl_->entries, [&](const auto& item) {
    SilenceEntry& entry = *item.second;
    if (entry.record.expires_at_ns > now_ns) return false;
    // Only a foreign record has no such time.
    if (entry.record.expires_at_ns == 0) impl_->metrics.gc_errors.Increment();
    entry.gone = true;
    return true;
  });
  impl_->index.Sweep([&](const SilenceEntry& entry) {
    return entry.gone || entry.record.silence.ends_at_ns < ended_before;
  });
  for (const auto& [id, entry] : impl_->entries) {
    if (entry->record.silence.ends_at_ns < ended_before) entry->indexed = false;
  }
  std::erase_if(impl_->by_version, [](const EntryPtr& entry) { return entry->gone; });
  impl_->UpdateSizes();
  impl_->metrics.gc_duration.Observe(
      static_cast<double>(impl_->options.clock->MonotonicNs() - start) / 1e9);
  return forgotten;
}

namespace {

// Records whose matchers cannot be evaluated are left out: they could silence nothing.
Result<std::vector<SilenceRecord>> DecodeAll(std::string_view bytes, client::Counter& invalid) {
  std::vector<SilenceRecord> out;
  TRY(ForEachRecord(bytes, kMaxRecord, [&](std::string_view bytes_of_one) -> Result<void> {
    Result<SilenceRecord> record = DecodeSilence(bytes_of_one);
    if (record.ok()) {
      out.push_back(std::move(*record));
      return {};
    }
    if (record.error().code() == ErrorCode::kCorrupt) return record.error();
    invalid.Increment();
    WF_LOG(kError, "Failed to compile silence matchers", {"component", "silences"},
           {"err", record.error()});
    return {};
  }));
  return out;
}

}  // namespace

Result<void> Silences::Load(const std::string& path, FileSystem& files) {
  if (!files.Exists(path)) return {};
  std::string bytes = TRY(files.ReadFile(path, kMaxSnapshot));
  Result<std::vector<SilenceRecord>> records = DecodeAll(bytes, impl_->metrics.compile_errors_load);
  if (!records.ok()) return records.error().With("{}", path);
  TimeMs now = impl_->Now();
  WriterLock lock(impl_->mutex);
  for (const auto& [id, entry] : impl_->entries) entry->gone = true;
  impl_->entries.clear();
  impl_->by_version.clear();
  impl_->index = MatcherIndex();
  for (SilenceRecord& record : *records) impl_->Put(std::move(record), now);
  impl_->UpdateSizes();
  return {};
}

Result<void> Silences::Save(const std::string& path, FileSystem& files) const {
  int64_t start = impl_->options.clock->MonotonicNs();
  std::string bytes = Marshal();
  impl_->metrics.maintenance.Increment();
  impl_->metrics.snapshot_size.Set(static_cast<double>(bytes.size()));
  Result<void> written = files.WriteFileAtomically(path, bytes);
  if (!written.ok()) impl_->metrics.maintenance_errors.Increment();
  impl_->metrics.snapshot_duration.Observe(
      static_cast<double>(impl_->options.clock->MonotonicNs() - start) / 1e9);
  return written;
}

std::string Silences::Marshal() const {
  ReaderLock lock(impl_->mutex);
  return impl_->MarshalLocked();
}

Result<void> Silences::Merge(std::string_view bytes) {
  std::vector<SilenceRecord> records = TRY(DecodeAll(bytes, impl_->metrics.compile_errors_index));
  TimeMs now = impl_->Now();
  std::string news;
  {
    WriterLock lock(impl_->mutex);
    for (SilenceRecord& record : records) {
      if (record.expires_at_ns < now * kNsPerMs) continue;
      auto known = impl_->entries.find(record.silence.id);
      bool newer = known == impl_->entries.end() ||
                   known->second->record.silence.updated_at_ns < record.silence.updated_at_ns;
      if (!newer) continue;
      AppendRecord(news, EncodeSilence(record));
      impl_->metrics.propagated.Increment();
      impl_->Put(std::move(record), now);
    }
    impl_->UpdateSizes();
  }
  Impl::After after;
  if (!news.empty()) after.broadcasts.push_back(std::move(news));
  impl_->Finish(after);
  return {};
}

void Silences::SetBroadcast(std::function<void(std::string)> broadcast) {
  impl_->broadcast = std::move(broadcast);
}

}  // namespace watchfire::alerting
