#pragma once
// EntryRecord: an entry as it lies in the snapshot and goes to peers (upstream's MeshEntry;
// docs/format/alertmanager-state.md). Internal to the room; pure functions.

#include <string>
#include <string_view>

#include "alerting/nflog/notification_log.h"

namespace watchfire::alerting {

struct EntryRecord {
  NflogKey key;
  NflogEntry entry;
};

// The message without its length.
std::string EncodeEntry(const NflogKey& key, const NflogEntry& entry);

// kCorrupt: this is no such message.
Result<EntryRecord> DecodeEntry(std::string_view message);

}  // namespace watchfire::alerting
