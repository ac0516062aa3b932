// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  try {
    return cofferdam::cli::run(argc, argv);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "cofferdam: %s\n", exception.what());
    return 4;
  }
}
