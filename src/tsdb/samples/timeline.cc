#include "tsdb/samples/timeline.h"

#include <algorithm>

namespace watchfire::head {

std::vector<Interval>::const_iterator IdSet::Behind(SeriesId id) const {
  return std::upper_bound(intervals_.begin(), intervals_.end(), id,
                          [](SeriesId a, const Interval& b) { return a < b.end(); });
}

bool IdSet::Contains(SeriesId id) const {
  auto at = Behind(id);
  return at != intervals_.end() && at->first <= id;
}

SeriesId IdSet::ChangesAfter(SeriesId id) const {
  auto at = Behind(id);
  if (at == intervals_.end()) return UINT32_MAX;
  return at->first <= id ? at->end() : at->first;
}

uint32_t IdSet::CountOf(std::span<const Interval> ids) const {
  uint32_t count = 0;
  auto mine = ids.empty() ? intervals_.end() : Behind(ids.front().first);
  for (size_t i = 0; i < ids.size() && mine != intervals_.end();) {
    SeriesId first = std::max(ids[i].first, mine->first);
    SeriesId end = std::min(ids[i].end(), mine->end());
    if (first < end) count += end - first;
    if (ids[i].end() < mine->end()) {
      ++i;
    } else {
      ++mine;
    }
  }
  return count;
}

void IdSet::Add(std::span<const Interval> ids) {
  std::vector<Interval> merged;
  merged.reserve(intervals_.size() + ids.size());
  auto push = [&](const Interval& next) {
    if (!merged.empty() && merged.back().end() >= next.first) {
      Interval& last = merged.back();
      last.length = std::max(last.end(), next.end()) - last.first;
    } else {
      merged.push_back(next);
    }
  };
  size_t mine = 0;
  for (const Interval& next : ids) {
    while (mine < intervals_.size() && intervals_[mine].first <= next.first) {
      push(intervals_[mine++]);
    }
    push(next);
  }
  while (mine < intervals_.size()) push(intervals_[mine++]);
  intervals_ = std::move(merged);
}

TimeMs Column::TimeAt(uint32_t index) const {
  return era->mint + offsets[index];
}

uint32_t Column::VisibleLength(uint64_t sequence) const {
  for (auto mark = marks.rbegin(); mark != marks.rend(); ++mark) {
    if (mark->sequence <= sequence) return mark->length;
  }
  return 0;
}

uint32_t Column::VisibleEnd(SeriesId id, uint32_t end, uint64_t sequence) const {
  auto fill = std::upper_bound(fills.begin(), fills.end(), sequence,
                               [](uint64_t s, const Fill& f) { return s < f.sequence; });
  // Series fill ascending indexes, so their first unknown one is where they end.
  for (; fill != fills.end(); ++fill) {
    if (id - fill->ids.first < fill->ids.length) return std::min(end, fill->index);
  }
  return end;
}

namespace {

void PushMember(std::vector<Interval>* members, SeriesId id) {
  if (!members->empty() && members->back().end() == id) {
    ++members->back().length;
  } else {
    members->push_back({id, 1});
  }
}

}  // namespace

void Timeline::SetMembers(std::span<const SeriesId> ids) {
  members.clear();
  num_members = static_cast<uint32_t>(ids.size());
  for (SeriesId series : ids) PushMember(&members, series);
  if (members.capacity() > 2 * members.size() + 4) members.shrink_to_fit();
}

void Timeline::RemoveMembers(std::span<const SeriesId> ids) {
  std::vector<Interval> left;
  left.reserve(members.size());
  for (const Interval& interval : members) {
    auto next = std::lower_bound(ids.begin(), ids.end(), interval.first);
    SeriesId from = interval.first;
    for (; next != ids.end() && *next < interval.end(); ++next) {
      if (*next > from) left.push_back({from, *next - from});
      from = *next + 1;
      --num_members;
    }
    if (from < interval.end()) left.push_back({from, interval.end() - from});
  }
  members = std::move(left);
}

void Timeline::InsertMembers(std::optional<SeriesId> before, std::span<const SeriesId> ids) {
  std::vector<Interval> added;
  for (SeriesId series : ids) PushMember(&added, series);
  num_members += static_cast<uint32_t>(ids.size());
  size_t at = 0;
  while (before && at < members.size() && *before - members[at].first >= members[at].length) ++at;
  if (!before || at == members.size()) {
    if (!members.empty() && members.back().end() == added.front().first) {
      members.back().length += added.front().length;
      added.erase(added.begin());
    }
    members.insert(members.end(), added.begin(), added.end());
    return;
  }
  uint32_t kept = *before - members[at].first + 1;
  Interval tail = {*before + 1, members[at].length - kept};
  members[at].length = kept;
  if (tail.length > 0) added.push_back(tail);
  if (added.front().first == members[at].end()) {
    members[at].length += added.front().length;
    added.erase(added.begin());
  }
  members.insert(members.begin() + static_cast<ptrdiff_t>(at) + 1, added.begin(), added.end());
}

bool Timeline::MembersAre(std::span<const SeriesId> ids) const {
  if (ids.size() != num_members) return false;
  const SeriesId* next = ids.data();
  for (const Interval& interval : members) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < interval.length; ++i) wrong |= next[i] ^ (interval.first + i);
    if (wrong != 0) return false;
    next += interval.length;
  }
  return true;
}

uint32_t Timeline::LengthOf(SeriesId series) const {
  if (open.empty()) return column->length();
  for (auto row = open.rbegin(); row != open.rend(); ++row) {
    if (row->filled.Contains(series)) return row->index + 1;
  }
  return open.front().index;
}

OpenRow* Timeline::OpenRowAt(TimeMs t) {
  for (OpenRow& row : open) {
    if (column->TimeAt(row.index) == t) return &row;
  }
  return nullptr;
}

void Timeline::TrimOpen() {
  auto wanted =
      std::find_if(open.begin(), open.end(), [](const OpenRow& r) { return r.missing > 0; });
  open.erase(open.begin(), wanted);
}

}  // namespace watchfire::head
