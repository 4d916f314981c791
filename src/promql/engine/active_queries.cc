#include "promql/engine/active_queries.h"

#include <algorithm>
#include <cstring>

#include "base/log.h"
#include "codec/json_writer.h"

namespace watchfire::promql {
namespace {

constexpr size_t kSlotBytes = 1000;
// Far above any sensible number of slots; a file of another kind is not read whole.
constexpr uint64_t kMostBytes = 64 << 20;

// Where the rune that byte `at` belongs to begins.
size_t RuneStart(std::string_view text, size_t at) {
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

// The JSON of a note, cut to a slot: an escape or a rune is never cut in two, since the query is
// cut and not its JSON.
std::string NoteOf(std::string_view query, TimeMs now) {
  size_t keep = std::min(query.size(), kSlotBytes);
  while (true) {
    std::string_view kept = query.substr(0, keep);
    if (keep < query.size()) kept = kept.substr(0, RuneStart(query, keep));
    codec::JsonWriter json;
    json.BeginObject().Field("query", kept).Field("timestamp_sec", now / 1000).EndObject();
    std::string note = json.Take();
    if (note.size() < kSlotBytes) return note;
    // An escape has at most six bytes, so this is never too much.
    keep = kept.size() - std::min(kept.size(), (note.size() - kSlotBytes) / 6 + 1);
  }
}

// What is left of an unclean end, as a JSON array; "" if nothing is.
std::string Unfinished(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
  if (text.size() <= 1) return "";
  if (text.back() == ',') text.pop_back();
  return text + "]";
}

}  // namespace

ActiveQueries::ActiveQueries(SharedMap map, size_t slots, const Clock* clock)
    : clock_(clock), map_(std::move(map)) {
  map_.bytes()[0] = '[';
  for (size_t i = slots; i-- > 0;) free_.push_back(i);
}

Result<std::unique_ptr<ActiveQueries>> ActiveQueries::Open(const std::string& path, size_t slots,
                                                           FileSystem& files, const Clock* clock) {
  if (files.Exists(path)) {
    Result<std::string> old = files.ReadFile(path, kMostBytes);
    std::string unfinished = old.ok() ? Unfinished(std::move(*old)) : "";
    if (!old.ok()) {
      WF_LOG(kError, "Failed to read the queries of the last run", {"err", old.error()});
    } else if (!unfinished.empty()) {
      WF_LOG(kInfo, "These queries didn't finish in the last run", {"queries", unfinished});
    }
  }
  slots = std::max<size_t>(slots, 1);
  SharedMap map = TRY(SharedMap::Create(path, 1 + slots * kSlotBytes));
  return std::unique_ptr<ActiveQueries>(new ActiveQueries(std::move(map), slots, clock));
}

ActiveQueries::~ActiveQueries() = default;

size_t ActiveQueries::Insert(std::string_view query) {
  std::string note = NoteOf(query, clock_->Now());
  MutexLock lock(mutex_);
  if (free_.empty()) return kNone;
  size_t slot = free_.back();
  free_.pop_back();
  char* at = map_.bytes().data() + 1 + slot * kSlotBytes;
  std::memcpy(at, note.data(), note.size());
  at[kSlotBytes - 1] = ',';
  return slot;
}

void ActiveQueries::Remove(size_t slot) {
  MutexLock lock(mutex_);
  std::memset(map_.bytes().data() + 1 + slot * kSlotBytes, 0, kSlotBytes);
  free_.push_back(slot);
}

}  // namespace watchfire::promql
