// SPDX-License-Identifier: Apache-2.0
//
// Memory of the room between commands: what can always be made again from the books.
#pragma once

#include <memory>

namespace cofferdam::margin {

class Mirror;  // mirror.h

class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] Mirror& mirror() { return *mirror_; }

 private:
  std::unique_ptr<Mirror> mirror_;
};

}  // namespace cofferdam::margin
