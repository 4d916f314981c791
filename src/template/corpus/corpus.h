#pragma once
// The little language of tests/template: cases of a template, its data and what comes out.
//
//   === {{ .a }}
//   data: {"a": 1}
//   missingkey: error
//   want: 1
//
// The template is the case's name, or in `template` where it has lines. `template`, `want` and
// `error` may be blocks: `want<<`, lines, `>>`. `error` is the whole message, of parsing or of
// execution. Header only, for tests.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "codec/json.h"
#include "template/value.h"

namespace watchfire::templates {

struct CorpusCase {
  std::string file;
  int line = 0;
  std::string name;
  std::map<std::string, std::string> fields;

  bool Has(const std::string& key) const { return fields.count(key) > 0; }
  std::string Get(const std::string& key) const { return Has(key) ? fields.at(key) : ""; }
  std::string Template() const { return Has("template") ? Get("template") : name; }
};

inline std::vector<CorpusCase> ReadCorpus(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  std::vector<CorpusCase> cases;
  std::string line;
  int number = 0;
  while (std::getline(in, line)) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (line.rfind("=== ", 0) == 0) {
      cases.push_back({path, number, line.substr(4), {}});
      continue;
    }
    if (line.size() > 2 && line.compare(line.size() - 2, 2, "<<") == 0 &&
        line.find(':') == std::string::npos) {
      std::string key = line.substr(0, line.size() - 2);
      std::string text;
      bool first = true;
      while (std::getline(in, line) && line != ">>") {
        ++number;
        text += (first ? "" : "\n") + line;
        first = false;
      }
      ++number;
      cases.back().fields[key] = text;
      continue;
    }
    size_t colon = line.find(':');
    if (colon == std::string::npos || cases.empty()) {
      ADD_FAILURE() << path << ":" << number << ": not understood: " << line;
      continue;
    }
    std::string rest = line.substr(colon + 1);
    if (!rest.empty() && rest[0] == ' ') rest.erase(0, 1);
    cases.back().fields[line.substr(0, colon)] = rest;
  }
  return cases;
}

// JSON as Go reads it into interface {}, but for whole numbers, which are ints.
inline Value ValueOf(const codec::Json& json) {
  if (auto v = json.AsBool()) return Value::Bool(*v);
  if (auto v = json.AsInt()) return Value::Int(*v);
  if (auto v = json.AsDouble()) return Value::Float(*v);
  if (auto* v = json.AsString()) return Value::Text(*v);
  if (auto* v = json.AsArray()) {
    std::vector<Value> values;
    for (const auto& element : *v) values.push_back(ValueOf(element));
    return Value::Make<List>(std::move(values));
  }
  if (auto* v = json.AsObject()) {
    Map::Entries entries;
    for (const auto& member : *v) entries.emplace_back(member.name, ValueOf(member.value));
    return Value::Make<Map>(std::move(entries));
  }
  return Value();
}

inline Value DataOf(const CorpusCase& test) {
  if (!test.Has("data")) return Value();
  auto json = codec::Json::Parse(test.Get("data"));
  EXPECT_TRUE(json.ok()) << test.file << ":" << test.line << ": " << json.error().message();
  return json.ok() ? ValueOf(*json) : Value();
}

// Compares with `want` or `error`.
inline void ExpectOutcome(const CorpusCase& test, const Result<std::string>& got) {
  SCOPED_TRACE(test.file + ":" + std::to_string(test.line) + ": " + test.Template());
  if (test.Has("error")) {
    if (got.ok()) {
      ADD_FAILURE() << "no error, but " << *got;
    } else {
      EXPECT_EQ(test.Get("error"), got.error().message());
    }
    return;
  }
  ASSERT_TRUE(test.Has("want")) << "neither want nor error";
  ASSERT_TRUE(got.ok()) << got.error().message();
  EXPECT_EQ(test.Get("want"), *got);
}

}  // namespace watchfire::templates
