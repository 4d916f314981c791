#pragma once
// What a program holds in memory only because it has just started. Reading configuration,
// registering and linking touch most pages of the program and its libraries once; the kernel maps
// them (in pieces of 64 KiB) and never takes them back while memory is plenty. Call it once, when
// starting is done: the pages stay in the page cache, and those that are needed are mapped again at
// next use.

namespace watchfire::app {

void ForgetStartupPages();

}  // namespace watchfire::app
