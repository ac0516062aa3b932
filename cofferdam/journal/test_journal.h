// SPDX-License-Identifier: Apache-2.0
//
// What tests of archives and of backups begin with: fifty records in small segments, in folder "j".
#pragma once

#include "cofferdam/crypto/sha256.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/simulated_disk.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace cofferdam::journal {

class TestJournal : public ::testing::Test {
 protected:
  static constexpr Options kSmall{.segment_bytes = 20480,
                                  .sector_bytes = 512,
                                  .background = false,
                                  .journal_id = JournalId{3, 1, 4}};

  void SetUp() override {
    auto journal = Journal::open(disk_, "j", kSmall);
    ASSERT_TRUE(journal);
    journal_ = std::move(*journal);
    add(50);
  }

  void add(Sequence last) {
    for (Sequence n = journal_->next_sequence(); n <= last; ++n) {
      const std::string body(n * 97 % 800, static_cast<char>('a' + n % 26));
      ASSERT_TRUE(journal_->reserve(body.size()));
      ASSERT_TRUE(journal_->commit(journal_->append(1, 2, body)));
      hashes_.push_back(journal_->chain_hash());
    }
  }

  SimulatedDisk disk_;
  std::unique_ptr<Journal> journal_;
  std::vector<crypto::Hash> hashes_;  // the chain's after each record
};

}  // namespace cofferdam::journal
