// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/input_file.h"

#include "cofferdam/journal/simulated_disk.h"

#include <gtest/gtest.h>

namespace cofferdam::operation {
namespace {

TEST(InputFile, IsReadWholeUpToItsBound) {
  journal::SimulatedDisk disk;
  ASSERT_TRUE(disk.create_folder("f"));
  ASSERT_TRUE(journal::write_file(disk, "f", "a", "0123456789"));
  EXPECT_EQ(read_input_file(disk, "f/a", 10).value(), "0123456789");
  const auto large = read_input_file(disk, "f/a", 9);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().text(), "file 'f/a': has at most 9 bytes");
}

TEST(InputFile, ThatIsAbsentIsMalformedInput) {
  journal::SimulatedDisk disk;
  const auto absent = read_input_file(disk, "f/b", 10);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, base::ErrorKind::malformed);
  EXPECT_EQ(absent.error().field, "file");
  EXPECT_EQ(absent.error().value, "f/b");
}

}  // namespace
}  // namespace cofferdam::operation
