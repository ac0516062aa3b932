// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/random.h"

#include "cofferdam/models/numerics/philox_lanes.h"
#include "cofferdam/models/numerics/vector_kernels.h"

#include <algorithm>

namespace cofferdam::numerics {

std::array<std::uint32_t, 4> philox_words(const std::array<std::uint32_t, 4>& counter,
                                          const std::array<std::uint32_t, 2>& key) {
  const PhiloxWords<PortableLanes> words =
      philox<PortableLanes>({counter[0], counter[1], counter[2], counter[3]}, key[0], key[1]);
  return {static_cast<std::uint32_t>(words.w0), static_cast<std::uint32_t>(words.w1),
          static_cast<std::uint32_t>(words.w2), static_cast<std::uint32_t>(words.w3)};
}

void fill_normals(std::uint64_t key, std::uint64_t stream, std::uint64_t first_block,
                  std::span<double> out, InstructionSet set) {
  const VectorKernels& kernels = vector_kernels(set);
  const std::size_t whole = out.size() / kNormalsPerBlock;
  kernels.normals(key, stream, first_block, out.data(), whole);
  const std::span<double> rest = out.subspan(whole * kNormalsPerBlock);
  if (rest.empty()) return;
  std::array<double, kNormalsPerBlock> block{};
  kernels.normals(key, stream, first_block + whole, block.data(), 1);
  std::copy_n(block.begin(), rest.size(), rest.begin());
}

double normal_at(std::uint64_t key, std::uint64_t stream, std::uint64_t place) {
  std::array<double, kNormalsPerBlock> block{};
  vector_kernels(best_instruction_set())
      .normals(key, stream, place / kNormalsPerBlock, block.data(), 1);
  return block[place % kNormalsPerBlock];
}

}  // namespace cofferdam::numerics
