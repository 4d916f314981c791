#pragma once
// Data sources on other machines: one HTTP client for each, with its connections, credentials and
// TLS, made anew when the source is changed. Internal to this room. Thread-safe; waits in the
// caller's thread, bounded by the source's timeouts. Errors never hold a credential.

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "grafana/datasources/datasources.h"
#include "grafana/queries/answer.h"
#include "grafana/queries/query_plan.h"
#include "net/http.h"
#include "net/http_client.h"

namespace watchfire::grafana {

inline constexpr uint64_t kMaxRemoteBytes = 64 << 20;

// How long a query of this source may take, by its settings; `otherwise` without any.
int64_t QueryTimeoutMs(const DataSource& source, int64_t otherwise);

class RemoteSources {
 public:
  explicit RemoteSources(int64_t timeout_ms) : timeout_ms_(timeout_ms) {}

  Outcome Ask(const DataSource& source, const QueryPlan& plan, bool instant,
              std::shared_ptr<const std::atomic<bool>> cancelled);
  // GET of a path below the source's address; any status is an answer.
  Result<net::HttpResponse> Get(const DataSource& source, std::string_view path);
  // The request as it came, without what was meant for us: cookies, our own credentials.
  Result<net::Response> Forward(const DataSource& source, std::string_view path,
                                const net::Request& request);

 private:
  struct Connection {
    std::unique_ptr<net::HttpClient> client;
    std::atomic<bool> get_only = false;  // POST was not allowed
  };
  struct Kept {
    int64_t version = 0;
    TimeMs updated = 0;
    std::string url;
    std::shared_ptr<Connection> connection;
  };

  Result<std::shared_ptr<Connection>> ConnectionOf(const DataSource& source);
  Result<net::HttpResponse> Send(Connection& connection, const DataSource& source,
                                 std::string_view path, const net::Values& form, bool post,
                                 std::shared_ptr<const std::atomic<bool>> cancelled);
  int64_t TimeoutMs(const DataSource& source) const;

  const int64_t timeout_ms_;
  Mutex mutex_;
  std::map<std::string, Kept> kept_ GUARDED_BY(mutex_);  // by uid
};

}  // namespace watchfire::grafana
