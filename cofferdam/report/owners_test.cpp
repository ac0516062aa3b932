// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/owners.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace cofferdam::report {
namespace {

class OwnersTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "cofferdam-owners-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string bytes() const {
    std::ifstream file(folder_ + "/private/owners.db", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
};

TEST_F(OwnersTest, SetGetErase) {
  const base::OwnerId owner(base::kU128Max - 1);
  auto owners = Owners::open(folder_);
  ASSERT_TRUE(owners) << owners.error().text();
  EXPECT_EQ(owners->get(owner).value(), std::nullopt);
  ASSERT_TRUE(owners->set(owner, "Ann Example, 3 Some Street"));
  EXPECT_EQ(owners->get(owner).value(), "Ann Example, 3 Some Street");
  EXPECT_NE(bytes().find("Ann Example"), std::string::npos);
  EXPECT_EQ(OwnerLabels::read(folder_)->of(owner), "Ann Example, 3 Some Street");
  EXPECT_TRUE(owners->erase(owner).value());
  EXPECT_FALSE(owners->erase(owner).value());
  EXPECT_EQ(bytes().find("Ann Example"), std::string::npos);
  EXPECT_EQ(OwnerLabels::read(folder_)->of(owner), "340282366920938463463374607431768211454");
}

TEST_F(OwnersTest, OnlyTheirOwnerMayRead) {
  ASSERT_TRUE(Owners::open(folder_));
  struct stat facts{};
  ASSERT_EQ(stat((folder_ + "/private/owners.db").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(OwnersTest, ReadingCreatesNothing) {
  EXPECT_EQ(OwnerLabels::read(folder_)->of(base::OwnerId(7)), "7");
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/private"));
}

TEST_F(OwnersTest, RefusesBadLabelsWholly) {
  auto owners = Owners::open(folder_);
  ASSERT_TRUE(owners);
  EXPECT_FALSE(owners->set(base::OwnerId(1), ""));
  EXPECT_FALSE(owners->set(base::OwnerId(), "x"));
  EXPECT_FALSE(owners->set(base::OwnerId(1), std::string(kOwnerLabelMax + 1, 'x')));
  EXPECT_FALSE(owners->set_all({{base::OwnerId(1), "good"}, {base::OwnerId(2), "\xff"}}));
  EXPECT_EQ(owners->get(base::OwnerId(1)).value(), std::nullopt);
}

}  // namespace
}  // namespace cofferdam::report
