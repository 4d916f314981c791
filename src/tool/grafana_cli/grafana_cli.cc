#include "tool/grafana_cli/grafana_cli.h"

#include <unistd.h>

#include <cstdio>

#include "base/log.h"
#include "base/numbers.h"
#include "base/text.h"
#include "codec/json.h"
#include "grafana/accounts/accounts.h"
#include "grafana/dashboards/dashboards.h"
#include "store/database.h"
#include "tool/grafana_cli/place.h"

namespace watchfire::tool {
namespace {

using grafana::Accounts;
using grafana::Dashboards;

constexpr size_t kMostPasswordBytes = 4096;
constexpr size_t kPageSize = 1000;

constexpr const char* kUsage =
    R"(Usage: grafana-cli [OPTIONS] COMMAND

Commands:
  admin reset-admin-password [--password-from-stdin] [--user-id N] NEW
                            Set the password of the administrator (or of user N).
  admin export-dashboard [--uid UID]... [--all] [--output-dir DIR]
                            Print dashboards as JSON, or write a file for each.
  plugins ls|install|remove|update-all
                            Plugins are not supported; these commands say so.

Options:
  --data-path DIR           The server's data directory.
  --config FILE             grafana.ini, for its [paths] data.
  --homepath DIR            Its folder "data" is looked at too.
  --configOverrides TEXT    "cfg:section.key=value", several with spaces between.
  --pluginsDir, --pluginUrl, --repo, --debug, --insecure
                            Taken for the sake of scripts.
)";

// The command line, cut into options and the words between them.
struct CommandLine {
  std::vector<std::string> words;
  PlaceOptions place;
  bool help = false, version = false;
  bool password_from_stdin = false, all = false;
  std::string output_dir, user_id;
  std::vector<std::string> uids;
};

Error WrongUsage(std::string text) {
  return Error(ErrorCode::kInvalid, std::move(text));
}

// Options without a value; false: it is none of them.
bool TakeFlag(const std::string& name, CommandLine* line) {
  if (name == "help" || name == "h") {
    line->help = true;
  } else if (name == "version" || name == "v") {
    line->version = true;
  } else if (name == "password-from-stdin") {
    line->password_from_stdin = true;
  } else if (name == "all") {
    line->all = true;
  } else {
    return name == "debug" || name == "insecure";
  }
  return true;
}

bool TakeOption(const std::string& name, const std::string& value, CommandLine* line) {
  if (name == "data-path") {
    line->place.data_path = value;
  } else if (name == "config") {
    line->place.config = value;
  } else if (name == "homepath") {
    line->place.homepath = value;
  } else if (name == "configOverrides") {
    for (std::string_view one : Split(value, ' ')) {
      if (!one.empty()) line->place.overrides.emplace_back(one);
    }
  } else if (name == "user-id") {
    line->user_id = value;
  } else if (name == "uid") {
    line->uids.push_back(value);
  } else if (name == "output-dir") {
    line->output_dir = value;
  } else {
    return name == "pluginsDir" || name == "pluginUrl" || name == "repo";
  }
  return true;
}

Result<CommandLine> Parse(const std::vector<std::string>& args) {
  CommandLine line;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (arg.starts_with("cfg:")) {
      line.place.overrides.push_back(arg);
      continue;
    }
    // A password may begin with a dash: behind "--" everything is a word.
    if (arg == "--") {
      line.words.insert(line.words.end(), args.begin() + static_cast<ptrdiff_t>(i) + 1, args.end());
      break;
    }
    size_t letter = arg.find_first_not_of('-');
    if (!arg.starts_with('-') || letter == std::string::npos) {
      line.words.push_back(arg);
      continue;
    }
    std::string name = arg.substr(letter, arg.find('=') - letter);
    if (TakeFlag(name, &line)) continue;
    std::string value;
    if (size_t equals = arg.find('='); equals != std::string::npos) {
      value = arg.substr(equals + 1);
    } else if (i + 1 < args.size()) {
      value = args[++i];
    } else {
      return WrongUsage("the option " + arg + " needs a value, if it is one");
    }
    if (!TakeOption(name, value, &line)) return WrongUsage("there is no option " + arg);
  }
  return line;
}

Result<std::unique_ptr<store::Database>> OpenDatabase(const CommandLine& line) {
  return store::Database::Open(TRY(FindDatabase(line.place, *FileSystem::Local())));
}

// ---- passwords

Result<std::string> ReadPassword() {
  std::string text;
  int c = 0;
  while ((c = std::getchar()) != EOF && c != '\n') {
    if (text.size() == kMostPasswordBytes) return Error::Invalid("the password is too long");
    text.push_back(static_cast<char>(c));
  }
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

// The one that was asked for, else user 1 if it still administrates, else the first who does.
Result<grafana::User> FindAdministrator(const Accounts& accounts, const std::string& user_id) {
  if (!user_id.empty()) {
    std::optional<int64_t> id = ParseInt(user_id);
    if (!id) return WrongUsage("--user-id: expected a number, got " + GoQuote(user_id));
    Result<grafana::User> user = accounts.FindUser(*id);
    if (!user.ok()) return Error::NotFound("there is no user with the id {}", *id);
    return user;
  }
  std::optional<grafana::User> first;
  std::vector<grafana::User> users = TRY(accounts.Users());
  for (const grafana::User& user : users) {
    if (user.server_admin && (!first || user.id < first->id)) first = user;
  }
  if (!first) return Error::NotFound("there is no administrator; name a user with --user-id");
  return *first;
}

Result<void> ResetPassword(const CommandLine& line) {
  std::string password;
  if (line.password_from_stdin) {
    password = TRY(ReadPassword());
  } else if (line.words.size() == 3) {
    password = line.words[2];
  } else {
    return WrongUsage("expected the new password, and nothing behind it");
  }
  std::unique_ptr<store::Database> database = TRY(OpenDatabase(line));
  grafana::AccountsOptions options;
  options.clock = Clock::System();
  options.create_admin = false;
  options.lock_out = false;
  std::unique_ptr<Accounts> accounts = TRY(Accounts::Open(database.get(), options));
  grafana::User user = TRY(FindAdministrator(*accounts, line.user_id));
  TRY(accounts->SetPassword(user.id, Secret(password)));
  if (user.disabled) {
    return Error::Unavailable("the password of {} is set, but the user is disabled", user.login);
  }
  // Reading it back is what signing in will do.
  if (!accounts->CheckPassword(user.login, password, "").ok()) {
    return Error::Internal("the password was written, but signing in with it fails");
  }
  std::printf("Admin password changed successfully ✔\nUser: %s (id %lld)\n", user.login.c_str(),
              static_cast<long long>(user.id));
  return {};
}

// ---- dashboards

// A dashboard as it is imported elsewhere: without the number that means something here alone.
Result<std::string> Exported(const Dashboards& dashboards, const std::string& uid,
                             std::string* file_name) {
  grafana::StoredDashboard stored = TRY(dashboards.Find(uid));
  codec::Json json = TRY(codec::Json::Parse(stored.json));
  json.Set("id", codec::Json());
  *file_name = stored.meta.slug + "-";
  for (char c : stored.meta.uid) file_name->push_back(c == '/' || c == '.' ? '_' : c);
  *file_name += ".json";
  return Indented(json.ToString());
}

Result<std::vector<std::string>> AllUids(const Dashboards& dashboards) {
  std::vector<std::string> uids;
  grafana::SearchQuery query;
  query.folders = false;
  query.limit = kPageSize;
  while (true) {
    std::vector<grafana::SearchHit> hits = TRY(dashboards.Search(query));
    for (const grafana::SearchHit& hit : hits) uids.push_back(hit.uid);
    if (hits.size() < query.limit) return uids;
    ++query.page;
  }
}

Result<void> ExportDashboards(const CommandLine& line) {
  if (line.words.size() != 2) return WrongUsage("expected no arguments; dashboards by --uid");
  std::unique_ptr<store::Database> database = TRY(OpenDatabase(line));
  Dashboards::Options options;
  options.clock = Clock::System();
  std::unique_ptr<Dashboards> dashboards = TRY(Dashboards::Open(database.get(), options));
  std::vector<std::string> uids = line.uids;
  if (uids.empty() || line.all) uids = TRY(AllUids(*dashboards));
  FileSystem& files = *FileSystem::Local();
  if (!line.output_dir.empty()) TRY(files.CreateDirectories(line.output_dir));
  std::vector<std::string> texts;
  for (const std::string& uid : uids) {
    std::string file_name;
    Result<std::string> text = Exported(*dashboards, uid, &file_name);
    if (!text.ok()) return text.error().With("dashboard {}", uid);
    if (line.output_dir.empty()) {
      texts.push_back(*std::move(text));
      continue;
    }
    std::string path = JoinPath(line.output_dir, file_name);
    TRY(files.WriteFileAtomically(path, *text));
    std::fprintf(stderr, "wrote %s\n", path.c_str());
  }
  std::fprintf(stderr, "exported %zu dashboard%s\n", uids.size(), uids.size() == 1 ? "" : "s");
  if (!line.output_dir.empty()) return {};
  // One is itself, so that it can be imported as it is; several are a list.
  std::string out;
  if (texts.size() == 1 && !line.all) {
    out = texts[0];
  } else {
    out = "[\n";
    for (size_t i = 0; i < texts.size(); ++i) {
      texts[i].pop_back();
      out += texts[i] + (i + 1 < texts.size() ? ",\n" : "\n");
    }
    out += "]\n";
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
  return {};
}

// ---- the rest

Result<void> RunAdmin(const CommandLine& line) {
  const std::string command = line.words.size() > 1 ? line.words[1] : "";
  if (command == "reset-admin-password") return ResetPassword(line);
  if (command == "export-dashboard" || command == "export-dashboards") {
    return ExportDashboards(line);
  }
  if (command == "data-migration" || command == "secrets-migration" || command == "user-manager" ||
      command == "flush-rbac-seed-assignment") {
    std::fprintf(stderr, "%s: there is nothing to do; this server keeps its data in its own form\n",
                 command.c_str());
    return {};
  }
  return WrongUsage("there is no command admin " + command);
}

Result<void> RunPlugins(const CommandLine& line) {
  const std::string command = line.words.size() > 1 ? line.words[1] : "";
  if (command == "ls") {
    std::printf("installed plugins:\n");
    return {};
  }
  for (const char* known : {"install", "remove", "uninstall", "update", "upgrade", "update-all",
                            "upgrade-all", "list-remote", "list-versions"}) {
    if (command != known) continue;
    std::fprintf(stderr, "plugins are not supported; nothing was done\n");
    return {};
  }
  return WrongUsage("there is no command plugins " + command);
}

}  // namespace

int RunGrafanaCli(const std::vector<std::string>& args) {
  ConfigureLogging(LogLevel::kWarn, LogFormat::kLogfmt);  // the log is for servers
  Result<CommandLine> line = Parse(args);
  Result<void> done;
  if (!line.ok()) {
    done = line.error();
  } else if (line->version) {
    std::printf("grafana-cli of watchfire\n");
  } else if (line->help || line->words.empty()) {
    std::fputs(kUsage, line->help ? stdout : stderr);
    return line->help ? 0 : 2;
  } else {
    for (char** variable = environ; *variable != nullptr; ++variable) {
      std::string_view pair = *variable;
      size_t equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      line->place.environment.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    }
    if (line->words[0] == "admin") {
      done = RunAdmin(*line);
    } else if (line->words[0] == "plugins") {
      done = RunPlugins(*line);
    } else {
      done = WrongUsage("there is no command " + line->words[0]);
    }
  }
  std::fflush(stdout);
  if (done.ok()) return 0;
  std::fprintf(stderr, "grafana-cli: error: %s\n", done.error().message().c_str());
  return done.error().code() == ErrorCode::kInvalid ? 2 : 1;
}

}  // namespace watchfire::tool
