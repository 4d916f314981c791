// Runs tests/alerts/*.timeline: stories of alerts, told in seconds, with everything that receivers
// hear. tests/alerts/README.md draws the language.

#include <dirent.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "alerting/amconfig/matcher.h"
#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"
#include "testing/alert_world.h"

namespace watchfire::alerting {
namespace {

struct Step {
  TimeMs at = 0;
  std::string what;
};

struct Story {
  std::string name;
  std::string place;
  std::string config;
  std::map<std::string, std::string> settings;
  std::vector<Step> steps;
  std::vector<std::string> expected;
};

TimeMs TimeOf(std::string_view seconds) {
  std::optional<double> value = ParseFloat(seconds);
  EXPECT_TRUE(value.has_value()) << seconds;
  return kTestStart + static_cast<TimeMs>(std::llround(value.value_or(0) * 1000));
}

std::vector<Story> ReadStories(const std::string& path) {
  std::vector<Story> stories;
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (line.rfind("--- ", 0) == 0) {
      stories.emplace_back();
      stories.back().name = line.substr(4);
      stories.back().place = fmt::format("{}:{}", path, number);
      continue;
    }
    Story& story = stories.back();
    if (line[0] == '|') {
      story.config += line.substr(std::min<size_t>(2, line.size())) + "\n";
    } else if (line.rfind("= ", 0) == 0) {
      story.expected.push_back(line.substr(2));
    } else if (line.rfind("set ", 0) == 0) {
      size_t space = line.find(' ', 4);
      story.settings[line.substr(4, space - 4)] = line.substr(space + 1);
    } else {
      size_t space = line.find(' ');
      story.steps.push_back({TimeOf(line.substr(0, space)), line.substr(space + 1)});
    }
  }
  return stories;
}

class Runner {
 public:
  explicit Runner(const Story& story) : story_(story) {
    size_t count = 1;
    if (story.settings.count("nodes") > 0) count = *ParseUint(story.settings.at("nodes"));
    for (size_t i = 0; i < count; ++i) {
      Node::Options options;
      if (count > 1) {
        options.prefix = fmt::format("{}:", static_cast<char>('a' + i));
        options.position = [i] { return i; };
      }
      if (story.settings.count("start_delay") > 0) {
        options.start_delay_ms = *model::ParseDurationMs(story.settings.at("start_delay"));
      }
      nodes_.push_back(std::make_unique<Node>(&world_, options));
      all_.push_back(nodes_.back().get());
    }
    if (count > 1) Connect();
    for (Node* node : all_) node->Configure(story.config);
  }

  std::vector<std::string> Run() {
    for (const Step& step : story_.steps) {
      AdvanceTo(&world_, all_, step.at);
      Do(step.what);
    }
    world_.threads.End();
    for (Node* node : all_) node->dispatcher.Stop();
    return world_.told;
  }

 private:
  // Everything that one node learns, the others learn at once.
  void Connect() {
    for (size_t i = 0; i < all_.size(); ++i) {
      all_[i]->nflog.SetBroadcast([this, i](std::string records) {
        for (size_t j = 0; j < all_.size(); ++j) {
          if (j == i) continue;
          EXPECT_TRUE(all_[j]->nflog.Merge(records).ok());
        }
      });
      all_[i]->silences.SetBroadcast([this, i](std::string records) {
        for (size_t j = 0; j < all_.size(); ++j) {
          if (j == i) continue;
          EXPECT_TRUE(all_[j]->silences.Merge(records).ok());
        }
      });
    }
  }

  void Do(const std::string& what) {
    size_t space = std::min(what.find(' '), what.size());
    std::string verb = what.substr(0, space);
    std::string rest = space < what.size() ? what.substr(space + 1) : "";
    if (verb == "push") {
      Push(rest);
    } else if (verb == "silence") {
      Silence_(rest);
    } else if (verb == "expire") {
      EXPECT_TRUE(all_[0]->silences.Expire(silences_.at(rest)).ok());
    } else if (verb == "reload") {
      if (!rest.empty()) {
        for (Node* node : all_) {
          std::string config = story_.config;
          size_t equal = rest.find(" -> ");
          node->Configure(ReplaceAll(config, rest.substr(0, equal), rest.substr(equal + 4)));
        }
      } else {
        for (Node* node : all_) node->Apply();
      }
    } else if (verb == "receiver") {
      Receiver(rest);
    } else if (verb == "jump") {
      world_.clock.Jump(*ParseInt(rest) * 1000);
    } else {
      EXPECT_EQ(verb, "end") << story_.place << ": unknown step " << what;
    }
  }

  // `test lbl=v ~ann=x @1-4.8; other`
  void Push(const std::string& text) {
    std::vector<Alert> alerts;
    for (std::string_view one : Split(text, ';')) {
      model::LabelsBuilder labels;
      Annotations annotations;
      AlertTime starts;
      AlertTime ends;
      for (std::string_view word : Split(TrimSpace(one), ' ')) {
        size_t equal = word.find('=');
        if (word[0] == '@') {
          size_t dash = word.find('-');
          if (dash > 1) starts = AlertTime::OfMs(TimeOf(word.substr(1, dash - 1)));
          if (dash + 1 < word.size()) ends = AlertTime::OfMs(TimeOf(word.substr(dash + 1)));
        } else if (word[0] == '~') {
          annotations.emplace_back(word.substr(1, equal - 1), word.substr(equal + 1));
        } else if (equal != std::string_view::npos) {
          labels.Set(word.substr(0, equal), word.substr(equal + 1));
        } else {
          labels.Set("alertname", word);
        }
      }
      alerts.push_back(PostedAlert(labels.Build(), starts, ends, world_.clock.Now(),
                                   all_[0]->config.global.resolve_timeout_ms));
      alerts.back().annotations = std::move(annotations);
    }
    for (Node* node : all_) node->store.Put(alerts);
  }

  // `s1 4.5 alertname=test`: from now until then
  void Silence_(const std::string& text) {
    std::vector<std::string_view> words = Split(text, ' ');
    Silence silence;
    silence.starts_at_ns = world_.clock.Now() * 1'000'000;
    silence.ends_at_ns = TimeOf(words[1]) * 1'000'000;
    silence.comment = "test";
    silence.created_by = "test";
    silence.matcher_sets = {*amconfig::ParseMatchers(words[2], amconfig::MatcherSyntax::kFallback)};
    Result<std::string> id = all_[0]->silences.Set(silence);
    ASSERT_TRUE(id.ok()) << id.error().message();
    silences_[std::string(words[0])] = *id;
  }

  // `hook/webhook[0] retries|fails|ok [takes 0.5]`
  void Receiver(const std::string& text) {
    std::vector<std::string_view> words = Split(text, ' ');
    Behaviour behaviour;
    if (words[1] == "retries") behaviour.answer = Behaviour::Answer::kRetry;
    if (words[1] == "fails") behaviour.answer = Behaviour::Answer::kFail;
    if (words.size() > 3) behaviour.takes_ms = TimeOf(words[3]) - kTestStart;
    MutexLock lock(world_.mutex);
    world_.behaviours[std::string(words[0])] = behaviour;
  }

  const Story& story_;
  World world_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Node*> all_;
  std::map<std::string, std::string> silences_;
};

// What is said in one moment has no order of its own.
std::string Text(std::vector<std::string> lines) {
  std::stable_sort(lines.begin(), lines.end(), [](const std::string& a, const std::string& b) {
    TimeMs a_time = TimeOf(a.substr(0, a.find(' ')));
    TimeMs b_time = TimeOf(b.substr(0, b.find(' ')));
    return a_time != b_time ? a_time < b_time : a < b;
  });
  return Join(lines, "\n");
}

TEST(Timeline, EveryStoryGoesAsItIsTold) {
  const std::string directory = "tests/alerts";
  DIR* dir = opendir(directory.c_str());
  ASSERT_NE(dir, nullptr) << "run from the repository's root";
  std::vector<std::string> files;
  while (dirent* entry = readdir(dir)) {
    std::string name = entry->d_name;
    if (name.size() > 9 && name.substr(name.size() - 9) == ".timeline") files.push_back(name);
  }
  closedir(dir);
  ASSERT_FALSE(files.empty());
  size_t stories = 0;
  for (const std::string& file : files) {
    for (const Story& story : ReadStories(directory + "/" + file)) {
      Runner runner(story);
      EXPECT_EQ(Text(runner.Run()), Text(story.expected)) << story.place << ": " << story.name;
      ++stories;
    }
  }
  EXPECT_GE(stories, 20u);
}

}  // namespace
}  // namespace watchfire::alerting
