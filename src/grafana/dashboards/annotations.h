#pragma once
// Annotations: moments and spans of time with a text and tags, of a dashboard's panel or of no one
// in particular: what people and deployments note down, and the state changes of alert rules. One
// table of the server's database, at most 200,000 rows; the oldest go. MigrateRecords makes the
// tables (records.h). Thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "store/database.h"

namespace watchfire::grafana {

struct Annotation {
  int64_t id = 0;
  std::string dashboard_uid;  // "": of the organisation
  int64_t panel_id = 0;
  int64_t user_id = 0;
  std::string login;
  TimeMs time = 0, time_end = 0;  // equal: a moment
  std::string text;
  std::vector<std::string> tags;
  // Of alert rules; empty otherwise.
  std::string alert_uid, alert_name, new_state, prev_state;
  codec::Json data;
  TimeMs created = 0, updated = 0;
};

struct AnnotationQuery {
  TimeMs from = 0, to = 0;  // 0: open; those that touch the span
  std::optional<std::string> dashboard_uid;
  int64_t panel_id = 0, user_id = 0;
  std::string alert_uid;
  std::vector<std::string> tags;
  bool match_any = false;  // of the tags; else all
  bool alerts = true, others = true;
  size_t limit = 100;
};

class Annotations {
 public:
  Annotations(store::Database* database, const Clock* clock) : database_(database), clock_(clock) {}

  // Without a time: now; without an end: a moment. kInvalid: no text and no state, too large, an
  // end before the beginning.
  Result<Annotation> Add(Annotation annotation);
  Result<void> Update(const Annotation& annotation);
  Result<Annotation> Find(int64_t id) const;
  Result<void> Delete(int64_t id);
  // Of that dashboard, and of that panel if it is not 0; how many.
  Result<int64_t> DeleteOf(std::string_view dashboard_uid, int64_t panel_id);
  // Newest first.
  Result<std::vector<Annotation>> Query(const AnnotationQuery& query) const;
  struct TagCount {
    std::string tag;
    int64_t count = 0;
  };
  // Those that contain `part`, by name.
  Result<std::vector<TagCount>> Tags(std::string_view part, size_t limit) const;
  Result<int64_t> Count() const;

 private:
  store::Database* database_;
  const Clock* clock_;
};

}  // namespace watchfire::grafana
