#pragma once
// The page layouts in use by the targets of one pool, so that targets whose pages have the same
// keys share one copy. Holds no layout alive. Thread-safe.

#include <cstdint>
#include <map>
#include <memory>

#include "base/mutex.h"
#include "exposition/page_layout.h"

namespace watchfire::scrape {

class LayoutTable {
 public:
  using Layout = std::shared_ptr<const exposition::PageLayout>;

  // An equal layout that is in use, or `layout` itself.
  Layout Share(Layout layout) {
    MutexLock lock(mutex_);
    auto [at, end] = layouts_.equal_range(layout->hash());
    while (at != end) {
      Layout known = at->second.lock();
      if (known && *known == *layout) return known;
      at = known ? std::next(at) : layouts_.erase(at);
    }
    layouts_.emplace(layout->hash(), layout);
    if (layouts_.size() > 2 * swept_ + 64) Sweep();
    return layout;
  }

  // Of the distinct layouts: their number, their lines that are no samples, the bytes of those.
  struct Sizes {
    size_t layouts = 0;
    size_t meta_lines = 0;
    size_t meta_bytes = 0;
  };
  Sizes Count() {
    MutexLock lock(mutex_);
    Sweep();
    Sizes sizes;
    for (const auto& [hash, weak] : layouts_) {
      Layout layout = weak.lock();
      if (!layout) continue;
      ++sizes.layouts;
      sizes.meta_lines += layout->meta_count();
      sizes.meta_bytes += layout->meta_bytes();
    }
    return sizes;
  }

 private:
  void Sweep() REQUIRES(mutex_) {
    std::erase_if(layouts_, [](const auto& entry) { return entry.second.expired(); });
    swept_ = layouts_.size();
  }

  Mutex mutex_;
  std::multimap<uint64_t, std::weak_ptr<const exposition::PageLayout>> layouts_ GUARDED_BY(mutex_);
  size_t swept_ GUARDED_BY(mutex_) = 0;
};

}  // namespace watchfire::scrape
