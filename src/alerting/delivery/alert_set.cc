#include "alerting/delivery/alert_set.h"

#include <algorithm>

#include "base/bytes.h"

namespace watchfire::alerting {
namespace {

constexpr uint8_t kVersion = 1;

// Alerts of one flush have few causes, and neighbours often the same.
class CauseTable {
 public:
  uint32_t IndexOf(const FlushedAlert& alert) {
    if (alert.muted == MuteKind::kNone) return 0;
    if (last_ != 0 && Matches(last_, alert)) return last_;
    for (last_ = 1; last_ <= causes_.size(); ++last_) {
      if (Matches(last_, alert)) return last_;
    }
    causes_.push_back(&alert);
    return last_;
  }
  void WriteTo(ByteWriter& out) const {
    out.Uvarint(causes_.size());
    for (const FlushedAlert* cause : causes_) {
      out.U8(static_cast<uint8_t>(cause->muted));
      out.Uvarint(cause->muted_by.size());
      for (const std::string& by : cause->muted_by) out.String(by);
    }
  }

 private:
  bool Matches(uint32_t index, const FlushedAlert& alert) const {
    const FlushedAlert& known = *causes_[index - 1];
    return known.muted == alert.muted && known.muted_by == alert.muted_by;
  }
  std::vector<const FlushedAlert*> causes_;
  uint32_t last_ = 0;
};

}  // namespace

std::string EncodeAlertSet(const std::vector<FlushedAlert>& alerts) {
  std::vector<const FlushedAlert*> sorted;
  sorted.reserve(alerts.size());
  for (const FlushedAlert& alert : alerts) sorted.push_back(&alert);
  std::sort(sorted.begin(), sorted.end(), [](const FlushedAlert* a, const FlushedAlert* b) {
    return a->alert->fingerprint < b->alert->fingerprint;
  });
  CauseTable causes;
  ByteWriter body;
  body.Uvarint(sorted.size());
  for (const FlushedAlert* alert : sorted) {
    body.Be64(alert->alert->fingerprint);
    body.Uvarint(uint64_t{causes.IndexOf(*alert)} << 1 | (alert->resolved ? 1 : 0));
  }
  ByteWriter out;
  out.U8(kVersion);
  causes.WriteTo(out);
  out.Bytes(body.view());
  return out.Take();
}

Result<AlertSet> DecodeAlertSet(std::string_view bytes) {
  ByteReader reader(bytes);
  AlertSet set;
  if (reader.U8() != kVersion) return Error::Corrupt("delivery log: unknown kind of alert set");
  for (uint64_t n = reader.Uvarint(); n > 0 && reader.ok(); --n) {
    MuteCause& cause = set.causes.emplace_back();
    cause.kind = static_cast<MuteKind>(reader.U8());
    if (cause.kind > MuteKind::kActiveInterval) return Error::Corrupt("delivery log: unknown mute");
    for (uint64_t m = reader.Uvarint(); m > 0 && reader.ok(); --m) {
      cause.by.emplace_back(reader.String());
    }
  }
  for (uint64_t n = reader.Uvarint(); n > 0 && reader.ok(); --n) {
    SetAlert& alert = set.alerts.emplace_back();
    alert.fingerprint = reader.Be64();
    uint64_t state = reader.Uvarint();
    alert.resolved = (state & 1) != 0;
    alert.cause = static_cast<uint32_t>(state >> 1);
    if (alert.cause > set.causes.size()) reader.Bytes(SIZE_MAX);
  }
  if (!reader.ok() || !reader.empty()) return Error::Corrupt("delivery log: damaged alert set");
  return set;
}

std::vector<uint64_t> MissingFrom(const AlertSet& b, const AlertSet& a) {
  std::vector<uint64_t> missing;
  auto at = b.alerts.begin();
  for (const SetAlert& alert : a.alerts) {
    while (at != b.alerts.end() && at->fingerprint < alert.fingerprint) ++at;
    if (at == b.alerts.end() || at->fingerprint != alert.fingerprint) {
      missing.push_back(alert.fingerprint);
    }
  }
  return missing;
}

}  // namespace watchfire::alerting
