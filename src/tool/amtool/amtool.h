#pragma once
// amtool: what operators ask of a running Alertmanager, or check before it runs, with the commands,
// flags, output and exit codes of upstream's tool, so that scripts go on as they are:
//
//   amtool alert [query] [-i -s -a -u -r RECEIVER] [MATCHER…]
//   amtool alert add LABEL… [--annotation= --generator-url= --start= --end=]
//   amtool silence [query] [--expired -q --created-by= --id= --within=] [MATCHER…]
//   amtool silence add|update|expire|import …
//   amtool check-config [FILE…]
//   amtool config [show], amtool config routes [show|test] …
//   amtool cluster [show]
//   amtool template render --template.glob= --template.text= …
//
// The program called by that name runs it; `watchfire tool` knows the same commands, and
// `watchfire tool check alertmanager-config`. Results go to stdout, failures to stderr as
// `amtool: error: …` with exit code 1. Flags may be set in $HOME/.config/amtool/config.yml and
// /etc/amtool/config.yml. Talks to whatever has version 2 of the API.

#include <string>
#include <vector>

namespace watchfire::amtool {

// `arguments` behind the program's name; `name` is what usage calls the program.
int Run(const std::vector<std::string>& arguments, const std::string& name = "amtool");

}  // namespace watchfire::amtool
