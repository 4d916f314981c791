// What a scrape costs in CPU before anything is parsed: 96 kB over loopback by kept connections.
// The server is another process, so that the counted time is the client's alone.

#include <benchmark/benchmark.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <semaphore>

#include "net/http_client.h"
#include "net/testing_socket.h"

namespace watchfire::net {
namespace {

constexpr size_t kBodyBytes = 96 << 10;

// Answers every complete request head of any number of connections.
void ServeForever(int listener) {
  std::string answer = fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
      "Date: Sat, 21 Nov 2026 03:29:43 GMT\r\nContent-Length: {}\r\n\r\n",
      kBodyBytes);
  answer += std::string(kBodyBytes, 'm');
  std::vector<struct pollfd> sockets = {{listener, POLLIN, 0}};
  while (poll(sockets.data(), sockets.size(), -1) > 0) {
    for (size_t i = 0; i < sockets.size(); ++i) {
      if (sockets[i].revents == 0) continue;
      if (i == 0) {
        sockets.push_back({accept(listener, nullptr, nullptr), POLLIN, 0});
        continue;
      }
      char head[4096];
      if (recv(sockets[i].fd, head, sizeof(head), 0) <= 0) {
        close(sockets[i].fd);
        sockets[i] = {-1, 0, 0};
      } else {
        (void)!send(sockets[i].fd, answer.data(), answer.size(), MSG_NOSIGNAL);
      }
    }
  }
}

class BenchServer {
 public:
  BenchServer() {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_ANY);
    socklen_t size = sizeof(at);
    WF_CHECK(bind(listener_, reinterpret_cast<struct sockaddr*>(&at), size) == 0);
    WF_CHECK(listen(listener_, 4096) == 0);
    getsockname(listener_, reinterpret_cast<struct sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    child_ = fork();
    if (child_ == 0) {
      ServeForever(listener_);
      _exit(0);
    }
    close(listener_);
  }
  ~BenchServer() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  // All of 127.0.0.0/8 is this machine: every target has a host of its own, as in life.
  std::string Url(size_t index) const {
    return fmt::format("http://127.0.{}.{}:{}/metrics", 1 + index / 200, 1 + index % 200, port_);
  }

 private:
  int listener_ = -1;
  pid_t child_ = -1;
  uint16_t port_ = 0;
};

double CpuSeconds() {
  struct timespec t {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

// `targets` keep connections; each iteration fetches all of them, 32 at a time.
void FetchRound(benchmark::State& state) {
  BenchServer server;
  HttpFetcher fetcher;
  auto profile = MakeHttpProfile({}).value();
  Headers headers;
  headers.Add("Accept", "text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
  headers.Add("Accept-Encoding", "identity");
  headers.Add("X-Prometheus-Scrape-Timeout-Seconds", "10");
  auto count = static_cast<size_t>(state.range(0));
  std::vector<std::shared_ptr<HttpTarget>> targets;
  std::vector<std::string> buffers(count);
  for (size_t i = 0; i < count; ++i) {
    targets.push_back(fetcher.AddTarget(profile, server.Url(i), headers).value());
  }
  std::counting_semaphore<> slots(32);
  auto round = [&] {
    for (size_t i = 0; i < count; ++i) {
      slots.acquire();
      fetcher.Fetch(targets[i], {.buffer = std::move(buffers[i])},
                    [&, i](Result<HttpResponse> response) {
                      WF_CHECK(response.ok() && response->body.size() == kBodyBytes);
                      buffers[i] = std::move(response->body);
                      slots.release();
                    });
    }
    for (int i = 0; i < 32; ++i) slots.acquire();
    slots.release(32);
  };
  round();
  double before = CpuSeconds();
  size_t fetches = 0;
  for (auto _ : state) {
    round();
    fetches += count;
  }
  state.counters["cpu_us_per_fetch"] = (CpuSeconds() - before) * 1e6 / static_cast<double>(fetches);
}
BENCHMARK(FetchRound)
    ->Arg(1)
    ->Arg(100)
    ->Arg(1000)
    ->Arg(5000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::net
