#pragma once
// DataSources: where dashboards and managed rules ask, kept in the server's database. Secret values
// are sealed on disk and leave through Secret alone. A source that came from a provisioning file is
// read-only unless the file says editable. Thread-safe; reads come from a snapshot in memory.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "codec/json.h"
#include "store/database.h"

namespace watchfire::grafana {

struct DataSource {
  int64_t id = 0;
  std::string uid;
  std::string name;
  std::string type = "prometheus";
  std::string access = "proxy";
  std::string url, user, database;
  bool basic_auth = false;
  std::string basic_auth_user;
  bool with_credentials = false;
  bool is_default = false;
  bool read_only = false;
  bool provisioned = false;  // by a file; one that may be edited is not read_only
  int64_t version = 1;
  codec::Json json_data;                 // an object
  std::map<std::string, Secret> secure;  // basicAuthPassword, httpHeaderValue1, tlsClientKey, …
  TimeMs created = 0, updated = 0;
};

using DataSourcePtr = std::shared_ptr<const DataSource>;

// "P" and the first eight bytes of the name's SHA-256 in upper-case hex: what Grafana gives
// provisioned sources without a uid, and dashboards in the wild refer to.
std::string UidOfProvisioned(std::string_view name);

inline constexpr std::string_view kVersionConflict =
    "Datasource has already been updated by someone else. Please reload and try again";

// At most 40 letters, digits, dashes and underscores.
bool IsUid(std::string_view text);

class DataSources {
 public:
  static Result<std::unique_ptr<DataSources>> Open(store::Database* database, Secret key,
                                                   const Clock* clock);
  ~DataSources();

  std::vector<DataSourcePtr> All() const;           // by name, ignoring case
  DataSourcePtr ByUid(std::string_view uid) const;  // null: there is none
  DataSourcePtr ByName(std::string_view name) const;
  DataSourcePtr ById(int64_t id) const;
  // The default, else the first of type prometheus, else null.
  DataSourcePtr Default() const;
  // What a dashboard may write: a uid, a name (in any case), "" or "default" or "${DS_…}" (an
  // unresolved input) for the default.
  DataSourcePtr Resolve(std::string_view reference) const;

  // kExists: the name or uid is taken; kInvalid: no name, a bad uid.
  Result<DataSourcePtr> Create(DataSource source);
  // By uid. Secrets that are missing in `source.secure` keep their value; empty ones are deleted.
  // kNotFound, kDenied (read-only), kExists; kInvalid with kVersionConflict as its message when
  // `source.version` is not 0 and below that of the stored one.
  Result<DataSourcePtr> Update(DataSource source);
  Result<void> Delete(std::string_view uid);
  // Provisioning: makes or updates, without the read-only check; by uid, else by name.
  Result<DataSourcePtr> PutProvisioned(DataSource source);
  Result<void> DeleteProvisioned(std::string_view name);

 private:
  struct Impl;
  explicit DataSources(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::grafana
