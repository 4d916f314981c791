#include "net/url.h"

#include <gtest/gtest.h>

namespace watchfire::net {
namespace {

TEST(Url, ParsesAllParts) {
  Url url = Url::Parse("HTTPS://al%40ice:pa%3Ass@Example.com:8443/a%20b/c?x=1&y=2#top").value();
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.user, "al@ice");
  EXPECT_EQ(url.password->reveal(), "pa:ss");
  EXPECT_EQ(url.host, "Example.com");
  EXPECT_EQ(url.port, "8443");
  EXPECT_EQ(url.path, "/a%20b/c");
  EXPECT_EQ(url.query, "x=1&y=2");
  EXPECT_EQ(url.fragment, "top");
  EXPECT_EQ(url.EffectivePort(), 8443);
}

TEST(Url, PrintsWithoutThePassword) {
  Url url = Url::Parse("http://u:secret@h/p?q#f").value();
  EXPECT_EQ(url.Redacted(), "http://u:xxxxx@h/p?q#f");
  EXPECT_EQ(url.Reveal(), "http://u:secret@h/p?q#f");
  EXPECT_EQ(url.WithoutUser(), "http://h/p?q");
}

TEST(Url, KnowsIpv6AndDefaultPorts) {
  Url url = Url::Parse("http://[::1]:9090").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.HostPort(), "[::1]:9090");
  EXPECT_EQ(url.path, "");
  EXPECT_EQ(Url::Parse("https://h").value().EffectivePort(), 443);
  EXPECT_EQ(Url::Parse("http://h:/").value().EffectivePort(), 80);
}

TEST(Url, ComparesOrigins) {
  Url a = Url::Parse("http://h/x").value();
  EXPECT_TRUE(a.SameOrigin(Url::Parse("http://H:80/y").value()));
  EXPECT_FALSE(a.SameOrigin(Url::Parse("https://h/x").value()));
  EXPECT_FALSE(a.SameOrigin(Url::Parse("http://h:81/x").value()));
  EXPECT_FALSE(a.SameOrigin(Url::Parse("http://h.evil/x").value()));
}

TEST(Url, ResolvesReferences) {
  Url base = Url::Parse("http://u:p@h:1/a/b/c?q=1#f").value();
  const std::pair<const char*, const char*> kCases[] = {
      {"https://other/x", "https://other/x"},
      {"//other/x", "http://other/x"},
      {"/x?y=2#z", "http://h:1/x?y=2"},
      {"d", "http://h:1/a/b/d"},
      {"../d", "http://h:1/a/d"},
      {"../../../d", "http://h:1/d"},
      {"./", "http://h:1/a/b/"},
      {"?y=2", "http://h:1/a/b/c?y=2"},
      {"", "http://h:1/a/b/c?q=1"},
  };
  for (const auto& [reference, expected] : kCases) {
    EXPECT_EQ(base.Resolve(reference).value().Reveal(), expected) << reference;
  }
  EXPECT_EQ(Url::Parse("http://h").value().Resolve("x").value().Reveal(), "http://h/x");
  EXPECT_FALSE(base.Resolve("mailto:x").ok());
}

TEST(Url, RefusesWhatIsNoUrl) {
  for (const char* bad : {"", "h", "//h", "://h", "1://h", "http:/h", "http://[::1", "http://h:x/",
                          "http://h:70000/", "http://a b/", "http://h/\r\nX: y", "http://h/%zz",
                          "http://a[b/", "http://[1.2.3.4]/", "http://h%00/"}) {
    EXPECT_FALSE(Url::Parse(bad).ok()) << bad;
  }
}

TEST(SplitHostPort, TakesAllForms) {
  EXPECT_EQ(SplitHostPort("127.0.0.1:80").value().host, "127.0.0.1");
  EXPECT_EQ(SplitHostPort(":9090").value().host, "");
  EXPECT_EQ(SplitHostPort("[::1]:0").value().host, "::1");
  EXPECT_EQ(SplitHostPort("h:65535").value().port, 65535);
  for (const char* bad : {"", "h", "h:", "h:65536", "h:-1", "::1:80", "[::1:80", "h:http"}) {
    EXPECT_FALSE(SplitHostPort(bad).ok()) << bad;
  }
}

TEST(Url, KnowsThisMachineByItsForm) {
  for (const char* here :
       {"http://127.0.0.1:9090/m", "http://127.1.2.3/", "http://[::1]:1/", "https://LocalHost/"}) {
    EXPECT_TRUE(IsLoopback(here)) << here;
  }
  for (const char* other : {"http://128.0.0.1/", "http://127.example.com/", "http://[::2]/",
                            "http://localhost.example.com/", "no url"}) {
    EXPECT_FALSE(IsLoopback(other)) << other;
  }
}

}  // namespace
}  // namespace watchfire::net
