#include "exporters/host_page.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::exporters {

std::optional<std::string> ReadHostFile(const std::string& path) {
  constexpr size_t kMostBytes = 1 << 20;
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string text;
  char buffer[16384];
  ssize_t count = 0;
  // Files of /proc have no size: read until they end.
  while ((count = read(fd, buffer, sizeof buffer)) > 0 && text.size() < kMostBytes) {
    text.append(buffer, static_cast<size_t>(count));
  }
  close(fd);
  if (count < 0) return std::nullopt;  // Some of /sys can be opened but not read.
  return text;
}

std::optional<std::string> ReadHostLine(const std::string& path) {
  std::optional<std::string> text = ReadHostFile(path);
  if (!text) return std::nullopt;
  return std::string(TrimSpace(std::string_view(*text).substr(0, text->find('\n'))));
}

std::vector<std::string> ListHostDirectory(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = opendir(path.c_str());
  if (directory == nullptr) return names;
  while (dirent* entry = readdir(directory)) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines = Split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string_view> Fields(std::string_view line) {
  std::vector<std::string_view> fields;
  size_t at = 0;
  while (true) {
    at = line.find_first_not_of(" \t", at);
    if (at == std::string_view::npos) return fields;
    size_t end = std::min(line.find_first_of(" \t", at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = end;
  }
}

double NumberOf(std::string_view text) {
  if (text.starts_with("0x")) {
    uint64_t v = 0;
    std::from_chars(text.data() + 2, text.data() + text.size(), v, 16);
    return static_cast<double>(v);
  }
  return ParseFloat(text).value_or(0);
}

void HostPage::Add(std::string_view name, std::string_view help, client::MetricKind kind,
                   double value, Labels labels) {
  auto at = families_.find(name);
  if (at == families_.end()) {
    at = families_.emplace(name, client::MetricFamily()).first;
    at->second.name = name;
    at->second.help = help;
    at->second.kind = kind;
  }
  client::MetricPoint point;
  point.value = value;
  point.labels.reserve(labels.size());
  for (const HostLabel& label : labels) {
    // File and device names may be any bytes; a page is UTF-8.
    std::string text(label.value);
    if (!IsValidUtf8(text)) {
      std::replace_if(
          text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; },
          '?');
    }
    point.labels.push_back({std::string(label.name), std::move(text)});
  }
  at->second.points.push_back(std::move(point));
}

std::vector<client::MetricFamily> HostPage::Take() {
  std::vector<client::MetricFamily> out;
  out.reserve(families_.size());
  for (auto& [name, family] : families_) out.push_back(std::move(family));
  families_.clear();
  return out;
}

}  // namespace watchfire::exporters
