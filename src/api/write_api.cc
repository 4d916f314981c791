// Remote write: POST /api/v1/write.
#include "api/prometheus_api.h"

namespace watchfire::api {
namespace {

// As Go's http.Error answers.
net::Response PlainError(int status, std::string text) {
  net::Response response = net::Response::Text(status, std::move(text) + "\n");
  response.headers.Set("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace

net::Response PrometheusApi::RemoteWrite(const net::Request& request) {
  if (!*deps_.ready) return NotReady();
  if (deps_.write_receiver == nullptr) {
    return PlainError(404,
                      "remote write receiver needs to be enabled with "
                      "--web.enable-remote-write-receiver");
  }
  remote::WriteAnswer answer = deps_.write_receiver->Write(
      request.headers.Get("Content-Type"), request.headers.Get("Content-Encoding"), request.body);
  net::Response response =
      answer.status == 204 ? NoContent() : PlainError(answer.status, std::move(answer.text));
  if (answer.has_counts) {
    auto count = [&](const char* what, uint64_t n) {
      response.headers.Set(fmt::format("X-Prometheus-Remote-Write-{}-Written", what),
                           std::to_string(n));
    };
    count("Samples", answer.counts.samples);
    count("Histograms", answer.counts.histograms);
    count("Exemplars", answer.counts.exemplars);
  }
  return response;
}

}  // namespace watchfire::api
