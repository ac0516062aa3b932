// SPDX-License-Identifier: Apache-2.0
//
// The bytes of the worked example in docs/internals/journal.md. The expected hashes were computed
// with another program from the document's words; if this test fails, the format has changed.
#include "cofferdam/journal/format.h"

#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/simulated_disk.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace cofferdam::journal {
namespace {

TEST(FormatTest, TheWorkedExample) {
  SimulatedDisk disk;
  JournalId id{};
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(i);
  auto journal = Journal::open(
      disk, "j",
      {.segment_bytes = 20480, .sector_bytes = 512, .background = false, .journal_id = id});
  ASSERT_TRUE(journal);
  constexpr std::int64_t kTime = 1'700'000'000'000'000'000;
  ASSERT_TRUE((*journal)->reserve(11));
  (*journal)->append(1, kTime, "open pool 1");
  EXPECT_EQ(crypto::to_hex((*journal)->chain_hash()),
            "d33546ead3c4b054d742ccbcd320e656de3f72358a8f8c6c4b31f28fdd849c48");
  ASSERT_TRUE((*journal)->reserve(10));
  (*journal)->append(2, kTime + 1, "deposit 25");
  ASSERT_TRUE((*journal)->commit(2));
  ASSERT_TRUE((*journal)->reserve(10));
  (*journal)->append(2, kTime + 2, "deposit 17");
  ASSERT_TRUE((*journal)->close());
  EXPECT_EQ(crypto::to_hex((*journal)->chain_hash()),
            "e01c92cf410a56136f9b0673905801e7fb066a8c9d3df41f0d1bf0847301999c");
  const std::string& bytes = disk.platter("j/0000000001.segment");
  EXPECT_EQ(crypto::to_hex(crypto::sha256(bytes)),
            "53547f18078cd944afcd03ce62c40954fae07405ced30fbd52819e394976eeed");
  const std::string dump = hex_dump(bytes, 0);
  EXPECT_NE(dump.find("004200   43 46 52 31 e9 56 52 a2  00 01 02 03 04 05 06 07  CFR1.VR....."),
            std::string::npos)
      << dump;
  const auto header = parse_record_header(std::string_view(bytes).substr(0x4200));
  ASSERT_TRUE(header);
  EXPECT_NE(dump_record_header(*header).find(" 24  durable_sequence 0200000000000000  = 2\n"),
            std::string::npos);
}

TEST(FormatTest, SegmentNames) {
  EXPECT_EQ(segment_name(1), "0000000001.segment");
  EXPECT_EQ(index_of_segment_name("0000000012.segment"), 12);
  EXPECT_EQ(index_of_segment_name("12345678901.segment"), 12345678901);
  for (const std::string_view bad : {"12.segment", "00000000012.segment", "0000000012.segment2",
                                     "000000001x.segment", ".segment", "1.prepared", ""}) {
    EXPECT_FALSE(index_of_segment_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace cofferdam::journal
