// amtool silence import: silences as `silence query -o json` prints them, posted by several threads
// at once.
#include <atomic>
#include <cstdio>
#include <thread>

#include "base/mutex.h"
#include "base/numbers.h"
#include "tool/amtool/commands.h"

namespace watchfire::amtool {
namespace {

using codec::Json;

constexpr int64_t kMaxWorkers = 64;

// What only the server knows of a silence is left out.
Json Postable(const Json& silence, bool as_new) {
  Json posted = Json::OfObject({});
  if (silence.AsObject() == nullptr) return posted;
  for (const Json::Member& member : *silence.AsObject()) {
    bool theirs = member.name == "status" || member.name == "updatedAt";
    if (!theirs && !(as_new && member.name == "id")) posted.Set(member.name, member.value);
  }
  return posted;
}

bool NamesNone(const Error& error) {
  return error.message().find("[404]") != std::string::npos ||
         error.message().find("not found") != std::string::npos;
}

class Import {
 public:
  Import(Client& client, const Json::Array& silences, bool force)
      : client_(client), silences_(silences), force_(force) {}

  size_t Run(size_t workers) {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < workers; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
    return failed_;
  }

 private:
  void Work() {
    for (size_t i = next_++; i < silences_.size(); i = next_++) {
      Result<Json> answer =
          client_.Post("/silences", Postable(silences_[i], force_), "postSilences");
      if (!answer.ok() && NamesNone(answer.error())) {
        // It is not there yet: as a new one, then.
        answer = client_.Post("/silences", Postable(silences_[i], true), "postSilences");
      }
      MutexLock lock(mutex_);
      if (answer.ok()) {
        Print(TextOf(*answer, "silenceID") + "\n");
      } else {
        ++failed_;
        std::fprintf(stderr, "Error adding silence id='%s': %s\n",
                     force_ ? "" : TextOf(silences_[i], "id").c_str(),
                     answer.error().message().c_str());
      }
    }
  }

  Client& client_;
  const Json::Array& silences_;
  const bool force_;
  std::atomic<size_t> next_{0};
  Mutex mutex_;
  size_t failed_ = 0;  // read when all threads have ended
};

}  // namespace

Result<int> ImportSilences(const Invocation& asked) {
  std::optional<int64_t> workers = ParseInt(asked.Text("worker"));
  if (!workers || *workers < 1 || *workers > kMaxWorkers) {
    return Error::Invalid("--worker must be a number from 1 to {}", kMaxWorkers);
  }
  std::string text = TRY(ReadInput(asked.arguments.empty() ? "" : asked.arguments[0]));
  Result<Json> input = Json::Parse(text);
  if (!input.ok()) return input.error().With("couldn't unmarshal input data, is it JSON?");
  if (input->AsArray() == nullptr) {
    return Error::Invalid("couldn't unmarshal input data, is it JSON?: no array of silences");
  }
  const Json::Array& silences = *input->AsArray();
  std::unique_ptr<Client> client = TRY(Connect(asked));
  size_t failed = Import(*client, silences, asked.On("force"))
                      .Run(std::min(static_cast<size_t>(*workers), silences.size()));
  if (failed == 0) return 0;
  return Error::Invalid("couldn't import {} out of {} silences", failed, silences.size());
}

}  // namespace watchfire::amtool
