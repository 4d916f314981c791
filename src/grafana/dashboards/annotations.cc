#include "grafana/dashboards/annotations.h"

#include <algorithm>

#include "base/text.h"

namespace watchfire::grafana {
namespace {

using codec::Json;
using store::IntOf;
using store::TextOf;
using store::Value;

constexpr int64_t kMaxAnnotations = 200'000;
// So that not every addition looks for old ones.
constexpr int64_t kTrimEvery = 256;
constexpr size_t kMaxText = 64 << 10;
constexpr size_t kMaxData = 64 << 10;
constexpr size_t kMaxTags = 50;
constexpr size_t kMaxTag = 200;
constexpr size_t kMaxLimit = 10'000;

constexpr std::string_view kColumns =
    "id, dashboard_uid, panel_id, user_id, login, time, time_end, text, tags, alert_uid, "
    "alert_name, new_state, prev_state, data, created, updated";

Result<Annotation> OfRow(const store::Row& row) {
  Annotation a;
  a.id = IntOf(row[0]);
  a.dashboard_uid = TextOf(row[1]);
  a.panel_id = IntOf(row[2]);
  a.user_id = IntOf(row[3]);
  a.login = TextOf(row[4]);
  a.time = IntOf(row[5]);
  a.time_end = IntOf(row[6]);
  a.text = TextOf(row[7]);
  Json tags = TRY(Json::Parse(TextOf(row[8])));
  if (const Json::Array* list = tags.AsArray()) {
    for (const Json& tag : *list) {
      if (tag.AsString() != nullptr) a.tags.push_back(*tag.AsString());
    }
  }
  a.alert_uid = TextOf(row[9]);
  a.alert_name = TextOf(row[10]);
  a.new_state = TextOf(row[11]);
  a.prev_state = TextOf(row[12]);
  a.data = TRY(Json::Parse(TextOf(row[13])));
  a.created = IntOf(row[14]);
  a.updated = IntOf(row[15]);
  return a;
}

std::string TagsText(const std::vector<std::string>& tags) {
  codec::JsonWriter json;
  json.BeginArray();
  for (const std::string& tag : tags) json.String(tag);
  json.EndArray();
  return json.Take();
}

Result<void> Check(Annotation& a, TimeMs now) {
  if (a.time == 0) a.time = now;
  if (a.time_end == 0) a.time_end = a.time;
  if (a.time < 0 || a.time_end < a.time) {
    return Error::Invalid("an annotation ends before it begins");
  }
  if (a.text.empty() && a.new_state.empty())
    return Error::Invalid("text field should not be empty");
  if (a.text.size() > kMaxText) return Error::Invalid("text is longer than {} bytes", kMaxText);
  for (std::string& tag : a.tags) tag = std::string(TrimSpace(tag));
  std::sort(a.tags.begin(), a.tags.end());
  a.tags.erase(std::unique(a.tags.begin(), a.tags.end()), a.tags.end());
  std::erase(a.tags, "");
  if (a.tags.size() > kMaxTags) return Error::Invalid("more than {} tags", kMaxTags);
  for (const std::string& tag : a.tags) {
    if (tag.size() > kMaxTag) return Error::Invalid("a tag is longer than {} bytes", kMaxTag);
  }
  if (a.data.is_null()) a.data = Json::OfObject({});
  if (a.data.ToString().size() > kMaxData) {
    return Error::Invalid("data is larger than {} bytes", kMaxData);
  }
  return {};
}

Result<void> WriteTags(store::Connection& c, const Annotation& a) {
  TRY(c.Run("DELETE FROM annotation_tags WHERE annotation_id = ?", {a.id}));
  for (const std::string& tag : a.tags) {
    TRY(c.Run("INSERT INTO annotation_tags VALUES (?, ?)", {tag, a.id}));
  }
  return {};
}

// The text of a WHERE clause and what is bound to it. Its texts are few: each condition has one
// form.
struct Where {
  std::string sql = "1";
  std::vector<Value> values;

  void And(std::string_view condition, Value value) {
    sql += fmt::format(" AND {}", condition);
    values.push_back(std::move(value));
  }
};

Where WhereOf(const AnnotationQuery& query) {
  Where where;
  if (query.from > 0) where.And("time_end >= ?", query.from);
  if (query.to > 0) where.And("time <= ?", query.to);
  if (query.dashboard_uid) where.And("dashboard_uid = ?", *query.dashboard_uid);
  if (query.panel_id != 0) where.And("panel_id = ?", query.panel_id);
  if (query.user_id != 0) where.And("user_id = ?", query.user_id);
  if (!query.alert_uid.empty()) where.And("alert_uid = ?", query.alert_uid);
  if (!query.alerts) where.sql += " AND alert_uid = ''";
  if (!query.others) where.sql += " AND alert_uid <> ''";
  if (query.tags.empty()) return where;
  // A list as JSON, so that the statement is one text for any number of tags.
  where.And(
      "(SELECT count(*) FROM annotation_tags t WHERE t.annotation_id = annotations.id AND "
      "t.tag IN (SELECT value FROM json_each(?)))",
      TagsText(query.tags));
  where.sql += query.match_any ? " >= 1" : " >= ?";
  if (!query.match_any) where.values.emplace_back(static_cast<int64_t>(query.tags.size()));
  return where;
}

}  // namespace

Result<Annotation> Annotations::Add(Annotation annotation) {
  TRY(Check(annotation, clock_->Now()));
  annotation.created = annotation.updated = clock_->Now();
  Result<void> done = database_->Write([&](store::Connection& c) -> Result<void> {
    const Annotation& a = annotation;
    TRY(
        c.Run("INSERT INTO annotations (dashboard_uid, panel_id, user_id, login, time, time_end, "
              "text, tags, alert_uid, alert_name, new_state, prev_state, data, created, updated) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              {a.dashboard_uid, a.panel_id, a.user_id, a.login, a.time, a.time_end, a.text,
               TagsText(a.tags), a.alert_uid, a.alert_name, a.new_state, a.prev_state,
               a.data.ToString(), a.created, a.updated}));
    annotation.id = c.last_insert_id();
    TRY(WriteTags(c, annotation));
    if (annotation.id % kTrimEvery != 0) return {};
    return c.Run(
        "DELETE FROM annotations WHERE id IN (SELECT id FROM annotations ORDER BY time_end DESC, "
        "id DESC LIMIT -1 OFFSET ?)",
        {kMaxAnnotations});
  });
  if (!done.ok()) return done.error();
  return annotation;
}

Result<void> Annotations::Update(const Annotation& annotation) {
  Annotation a = annotation;
  TRY(Check(a, clock_->Now()));
  return database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run(
        "UPDATE annotations SET time = ?, time_end = ?, text = ?, tags = ?, data = ?, "
        "updated = ? WHERE id = ?",
        {a.time, a.time_end, a.text, TagsText(a.tags), a.data.ToString(), clock_->Now(), a.id}));
    if (c.changes() == 0) return Error::NotFound("Annotation not found");
    return WriteTags(c, a);
  });
}

Result<Annotation> Annotations::Find(int64_t id) const {
  store::Rows rows =
      TRY(database_->Read(fmt::format("SELECT {} FROM annotations WHERE id = ?", kColumns), {id}));
  if (rows.empty()) return Error::NotFound("Annotation not found");
  return OfRow(rows[0]);
}

Result<void> Annotations::Delete(int64_t id) {
  return database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM annotations WHERE id = ?", {id}));
    return c.changes() == 0 ? Error::NotFound("Annotation not found") : Result<void>();
  });
}

Result<int64_t> Annotations::DeleteOf(std::string_view dashboard_uid, int64_t panel_id) {
  int64_t deleted = 0;
  Result<void> done = database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM annotations WHERE dashboard_uid = ? AND (? = 0 OR panel_id = ?)",
              {std::string(dashboard_uid), panel_id, panel_id}));
    deleted = c.changes();
    return {};
  });
  if (!done.ok()) return done.error();
  return deleted;
}

Result<std::vector<Annotation>> Annotations::Query(const AnnotationQuery& query) const {
  Where where = WhereOf(query);
  where.values.emplace_back(static_cast<int64_t>(std::min(query.limit, kMaxLimit)));
  store::Rows rows = TRY(database_->Read(
      fmt::format("SELECT {} FROM annotations WHERE {} ORDER BY time_end DESC, id DESC LIMIT ?",
                  kColumns, where.sql),
      where.values));
  std::vector<Annotation> found;
  for (const store::Row& row : rows) found.push_back(TRY(OfRow(row)));
  return found;
}

Result<std::vector<Annotations::TagCount>> Annotations::Tags(std::string_view part,
                                                             size_t limit) const {
  store::Rows rows = TRY(database_->Read(
      "SELECT tag, count(*) FROM annotation_tags WHERE instr(lower(tag), lower(?)) > 0 OR ? = '' "
      "GROUP BY tag ORDER BY tag LIMIT ?",
      {std::string(part), std::string(part), static_cast<int64_t>(std::min(limit, kMaxLimit))}));
  std::vector<TagCount> tags;
  for (const store::Row& row : rows) tags.push_back({TextOf(row[0]), IntOf(row[1])});
  return tags;
}

Result<int64_t> Annotations::Count() const {
  store::Rows rows = TRY(database_->Read("SELECT count(*) FROM annotations"));
  return IntOf(rows[0][0]);
}

}  // namespace watchfire::grafana
