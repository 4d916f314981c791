#pragma once
// SilenceRecord: a silence as it lies in the snapshot and goes to peers (upstream's MeshSilence;
// docs/format/alertmanager-state.md). Both the list of matcher sets and, for older readers, a copy
// of the first set are written; reading takes either. Internal to the room; pure functions.

#include <string>
#include <string_view>

#include "alerting/silences/silences.h"

namespace watchfire::alerting {

struct SilenceRecord {
  Silence silence;
  int64_t expires_at_ns = 0;  // when it may be forgotten
};

// The message without its length. `for_old_readers`: with the copy of the first set.
std::string EncodeSilence(const SilenceRecord& record, bool for_old_readers = true);

// kCorrupt: this is no such message. kInvalid: it is one, with a matcher that cannot be evaluated.
Result<SilenceRecord> DecodeSilence(std::string_view message);

}  // namespace watchfire::alerting
