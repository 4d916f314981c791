#pragma once
// WriteReceiver: POST /api/v1/write without the HTTP: headers and body in, status and text out.
// Takes remote write 1.0 (prometheus.WriteRequest) and 2.0 (io.prometheus.write.v2.Request),
// compressed as snappy blocks, with upstream's status codes and words:
//
//   204  everything was taken
//   400  damaged, or refused by the storage: 1.0 keeps nothing then, 2.0 what was good
//   415  another encoding or message than is accepted
//   500  the storage failed; nothing is kept, and the sender will try again
//
// A request is one transaction and is on its way to disk before it is answered. Memory for a
// request is taken from a pool and given back, so a busy server allocates nothing per request.
// Bodies may be 32 MiB decoded; the HTTP server bounds them before. Thread-safe.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "client/registry.h"
#include "remote/series_cache.h"
#include "remote/write_request.h"
#include "remote/write_transaction.h"
#include "storage/appender.h"

namespace watchfire::remote {

// The messages' names, as content types and the flag have them.
std::string_view MessageName(WriteProtocol protocol);
// Values of --web.remote-write-receiver.accepted-protobuf-messages: names, or lists with commas.
Result<std::vector<WriteProtocol>> ParseAcceptedMessages(const std::vector<std::string>& values);

struct WriteReceiverOptions {
  // The database, which may be opened later than this is made.
  std::function<storage::Appendable*()> storage;
  client::Registry* registry = nullptr;  // required
  const Clock* clock = nullptr;          // required
  std::vector<WriteProtocol> accepted = {WriteProtocol::kV1, WriteProtocol::kV2};
};

struct WriteAnswer {
  int status = 204;
  std::string text;         // empty with 204
  bool has_counts = false;  // 2.0: they belong into the answer's headers
  WriteCounts counts;
};

class WriteReceiver {
 public:
  explicit WriteReceiver(WriteReceiverOptions options);
  ~WriteReceiver();

  WriteAnswer Write(std::string_view content_type, std::string_view content_encoding,
                    std::string_view body);

 private:
  struct Scratch;
  struct Metrics;

  Result<WriteProtocol> ProtocolOf(std::string_view content_type) const;
  WriteAnswer Store(WriteProtocol protocol, std::string_view message, Scratch& scratch);
  WriteAnswer Finish(const WriteTransaction& transaction, storage::Appender& appender,
                     WriteProtocol protocol);
  std::unique_ptr<Scratch> Borrow() EXCLUDES(mutex_);
  void Return(std::unique_ptr<Scratch> scratch) EXCLUDES(mutex_);

  const WriteReceiverOptions options_;
  std::unique_ptr<Metrics> metrics_;
  SeriesCache cache_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::remote
