// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/mirror.h"

namespace cofferdam::margin {

Scratch::Scratch() : mirror_(std::make_unique<Mirror>()) {}

Scratch::~Scratch() = default;

}  // namespace cofferdam::margin
