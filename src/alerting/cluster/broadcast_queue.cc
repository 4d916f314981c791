#include "alerting/cluster/broadcast_queue.h"

#include <algorithm>
#include <cmath>

namespace watchfire::alerting {
namespace {

constexpr int kRetransmitMultiplier = 4;

int TellingsFor(size_t nodes) {
  return kRetransmitMultiplier *
         static_cast<int>(std::ceil(std::log10(static_cast<double>(nodes) + 1)));
}

}  // namespace

void BroadcastQueue::Push(std::string key, std::string message) {
  if (!key.empty()) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key; });
  }
  entries_.push_back({std::move(key), std::move(message), 0});
}

std::vector<std::string> BroadcastQueue::Take(size_t nodes, size_t overhead, size_t room) {
  std::vector<std::string> out;
  if (entries_.empty()) return out;
  // Newest first among those told equally often, as news spread fastest then.
  std::vector<size_t> order(entries_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = order.size() - 1 - i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return entries_[a].told < entries_[b].told; });
  for (size_t i : order) {
    Entry& entry = entries_[i];
    if (entry.message.size() + overhead > room || out.size() == 255) continue;
    room -= entry.message.size() + overhead;
    out.push_back(entry.message);
    ++entry.told;
  }
  int most = std::max(1, TellingsFor(nodes));
  std::erase_if(entries_, [most](const Entry& entry) { return entry.told >= most; });
  return out;
}

size_t BroadcastQueue::Prune(size_t most) {
  if (entries_.size() <= most) return 0;
  size_t dropped = entries_.size() - most;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(dropped));
  return dropped;
}

}  // namespace watchfire::alerting
