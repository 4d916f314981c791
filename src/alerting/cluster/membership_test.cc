#include "alerting/cluster/membership.h"

namespace watchfire::alerting {
namespace {

AliveMessage NodeAt(const std::string& name, char last, uint32_t incarnation = 1) {
  AliveMessage alive;
  alive.node = name;
  alive.incarnation = incarnation;
  alive.address = {std::string("\x0a\0\0", 3) + last, 9094};
  return alive;
}

std::vector<std::string> Names(const Membership& membership) {
  std::vector<std::string> names;
  for (const Member* member : membership.Living()) names.push_back(member->alive.node);
  return names;
}

class MembershipTest : public testing::Test {
 protected:
  Membership membership_{NodeAt("m", 1), {1000, 30'000}, 0};
};

TEST_F(MembershipTest, WhoIsSaidToBeAliveJoinsAndIsTalkedAbout) {
  static_cast<void>(membership_.TakeBroadcasts());
  membership_.OnAlive(NodeAt("a", 2), 10);
  EXPECT_EQ(Names(membership_), (std::vector<std::string>{"a", "m"}));
  EXPECT_EQ(membership_.TakeBroadcasts().size(), 1U);
  auto events = membership_.TakeEvents();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, MemberEvent::Kind::kJoined);
  membership_.OnAlive(NodeAt("a", 2), 20);
  EXPECT_TRUE(membership_.TakeBroadcasts().empty()) << "old news are not passed on";
}

TEST_F(MembershipTest, ThereIsAnEndOfNewMembers) {
  for (int i = 0; i < 3000; ++i) membership_.OnAlive(NodeAt(std::to_string(i), 2), 0);
  EXPECT_EQ(Names(membership_).size(), 1024U);
  membership_.OnAlive(NodeAt("0", 2, 7), 0);
  EXPECT_EQ(membership_.Find("0")->alive.incarnation, 7U) << "who is known is still heard";
}

TEST_F(MembershipTest, ASuspectDiesUnlessItDeniesInTime) {
  membership_.OnAlive(NodeAt("a", 2), 0);
  membership_.OnAlive(NodeAt("b", 3), 0);
  membership_.OnSuspect({1, "a", "m"}, 100);
  membership_.OnSuspect({1, "b", "m"}, 100);
  membership_.OnAlive(NodeAt("b", 3, 2), 1000);
  membership_.Tick(4099);
  EXPECT_EQ(Names(membership_), (std::vector<std::string>{"a", "b", "m"}));
  membership_.Tick(4100);
  EXPECT_EQ(Names(membership_), (std::vector<std::string>{"b", "m"}));
  EXPECT_EQ(membership_.Find("a")->state, NodeState::kDead);
  EXPECT_EQ(membership_.Find("b")->state, NodeState::kAlive);
}

TEST_F(MembershipTest, AccusationsOfItselfAreRefutedByAHigherIncarnation) {
  membership_.OnDead({5, "m", "a"}, 0);
  EXPECT_EQ(membership_.self_alive().incarnation, 6U);
  membership_.OnSuspect({9, "m", "a"}, 0);
  EXPECT_EQ(membership_.self_alive().incarnation, 10U);
  EXPECT_EQ(Names(membership_), std::vector<std::string>{"m"});
}

TEST_F(MembershipTest, ARestartedMemberThatWasSaidToHaveLeftComesBack) {
  // Another member remembers that "m" left with incarnation 3.
  membership_.OnState({{NodeAt("m", 1, 3), NodeState::kLeft}}, 0);
  EXPECT_EQ(membership_.self_alive().incarnation, 4U);
}

TEST_F(MembershipTest, WhoLeavesHasLeftAndIsForgottenLater) {
  membership_.OnAlive(NodeAt("a", 2), 0);
  membership_.OnDead({1, "a", "a"}, 10);
  EXPECT_EQ(membership_.Find("a")->state, NodeState::kLeft);
  membership_.Tick(30'011);
  EXPECT_EQ(membership_.Find("a"), nullptr);
}

TEST_F(MembershipTest, WhatAPeerThinksDeadIsOnlySuspected) {
  membership_.OnAlive(NodeAt("a", 2), 0);
  membership_.OnState({{NodeAt("a", 2, 1), NodeState::kDead}}, 10);
  EXPECT_EQ(membership_.Find("a")->state, NodeState::kSuspect);
}

TEST_F(MembershipTest, AnotherAddressCannotTakeALivingName) {
  membership_.OnAlive(NodeAt("a", 2), 0);
  membership_.OnAlive(NodeAt("a", 9, 7), 10);
  EXPECT_EQ(membership_.Find("a")->alive.address.ip.back(), 2);
  EXPECT_EQ(membership_.conflicts(), 1U);
}

}  // namespace
}  // namespace watchfire::alerting
