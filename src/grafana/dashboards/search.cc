#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "grafana/dashboards/impl.h"

namespace watchfire::grafana {
namespace {

// Each word of the query somewhere in the title, in any case.
class Words {
 public:
  explicit Words(std::string_view text) {
    for (std::string_view word : Split(text, ' ')) {
      if (!TrimSpace(word).empty()) words_.push_back(ToLowerUtf8(TrimSpace(word)));
    }
  }
  bool In(std::string_view title) const {
    if (words_.empty()) return true;
    std::string lower = ToLowerUtf8(title);
    return std::all_of(words_.begin(), words_.end(), [&](const std::string& word) {
      return lower.find(word) != std::string::npos;
    });
  }

 private:
  std::vector<std::string> words_;
};

class Filter {
 public:
  explicit Filter(const SearchQuery& query) : query_(query), words_(query.text) {
    if (query.uids) uids_.emplace(query.uids->begin(), query.uids->end());
    if (!query.folder_uids) return;
    folders_.emplace(query.folder_uids->begin(), query.folder_uids->end());
    if (folders_->contains("general")) folders_->insert("");
  }

  bool Takes(const SearchHit& hit) const {
    if (uids_ && !uids_->contains(hit.uid)) return false;
    if (folders_ && !folders_->contains(hit.folder_uid)) return false;
    bool tagged = std::all_of(query_.tags.begin(), query_.tags.end(), [&](const std::string& tag) {
      return std::find(hit.tags.begin(), hit.tags.end(), tag) != hit.tags.end();
    });
    return tagged && words_.In(hit.title);
  }

 private:
  const SearchQuery& query_;
  Words words_;
  std::optional<std::set<std::string, std::less<>>> uids_, folders_;
};

void Sort(std::vector<SearchHit>& hits, bool descending) {
  std::vector<std::pair<std::string, size_t>> keys;
  keys.reserve(hits.size());
  for (size_t i = 0; i < hits.size(); ++i) keys.emplace_back(ToLowerUtf8(hits[i].title), i);
  std::sort(keys.begin(), keys.end(), [descending](const auto& a, const auto& b) {
    if (a.first != b.first) return descending ? b.first < a.first : a.first < b.first;
    return a.second < b.second;
  });
  std::vector<SearchHit> sorted;
  sorted.reserve(hits.size());
  for (const auto& key : keys) sorted.push_back(std::move(hits[key.second]));
  hits = std::move(sorted);
}

SearchHit HitOf(const Folder& folder) {
  SearchHit hit;
  hit.is_folder = true;
  hit.id = folder.id;
  hit.uid = folder.uid;
  hit.title = folder.title;
  hit.slug = Slug(folder.title);
  hit.folder_uid = folder.parent_uid;
  return hit;
}

SearchHit HitOf(DashboardMeta meta) {
  SearchHit hit;
  hit.id = meta.id;
  hit.uid = std::move(meta.uid);
  hit.title = std::move(meta.title);
  hit.slug = std::move(meta.slug);
  hit.folder_uid = std::move(meta.folder_uid);
  hit.tags = std::move(meta.tags);
  hit.deleted = meta.deleted;
  return hit;
}

}  // namespace

Result<std::vector<SearchHit>> Dashboards::Search(const SearchQuery& query) const {
  std::vector<Folder> folders = TRY(Folders());
  std::map<std::string, const Folder*, std::less<>> by_uid;
  for (const Folder& folder : folders) by_uid.emplace(folder.uid, &folder);
  Filter filter(query);
  std::vector<SearchHit> hits;
  auto take = [&](SearchHit hit) {
    if (!filter.Takes(hit)) return;
    auto parent = by_uid.find(hit.folder_uid);
    if (parent != by_uid.end()) {
      hit.folder_title = parent->second->title;
      hit.folder_id = parent->second->id;
    }
    hits.push_back(std::move(hit));
  };
  if (query.folders && !query.deleted) {
    for (const Folder& folder : folders) take(HitOf(folder));
  }
  if (query.dashboards) {
    std::string_view where = query.deleted ? "WHERE deleted > ?" : "WHERE deleted = ?";
    int64_t bound = query.deleted ? std::max<TimeMs>(0, impl_->Now() - kTrashMs) : 0;
    for (DashboardMeta& meta : TRY(impl_->FindMetas(where, {bound}))) take(HitOf(std::move(meta)));
  }
  Sort(hits, query.descending);
  size_t limit = std::max<size_t>(query.limit, 1);
  size_t page = std::max<size_t>(query.page, 1);
  // Without overflow: nobody has that many.
  size_t begin = page - 1 > hits.size() / limit ? hits.size() : (page - 1) * limit;
  size_t end = std::min(hits.size(), begin + std::min(limit, hits.size()));
  return std::vector<SearchHit>(
      std::make_move_iterator(hits.begin() + static_cast<ptrdiff_t>(begin)),
      std::make_move_iterator(hits.begin() + static_cast<ptrdiff_t>(end)));
}

}  // namespace watchfire::grafana
