// SPDX-License-Identifier: Apache-2.0
//
// HugePages: an allocator for large arrays that are read at random. A block of several megabytes
// asks the kernel for pages of 2 MiB, so that a million rows need a few hundred entries of the
// translation cache and not sixty thousand. Small blocks come from the heap as ever.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace cofferdam::base {

template <class T>
struct HugePages {
  using value_type = T;

  HugePages() = default;

  template <class U>
  HugePages(const HugePages<U>& /*other*/) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kLarge) return static_cast<T*>(::operator new(bytes, kAlignment));
    const std::size_t whole = (bytes + kPage - 1) / kPage * kPage;
    void* memory = std::aligned_alloc(kPage, whole);
    if (memory == nullptr) throw std::bad_alloc();
    // Where the kernel does not grant it, the block lies on ordinary pages.
    (void)::madvise(memory, whole, MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }

  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) < kLarge)
      ::operator delete(memory, kAlignment);
    else
      std::free(memory);
  }

  friend bool operator==(const HugePages& /*a*/, const HugePages& /*b*/) { return true; }

 private:
  static constexpr std::size_t kPage = std::size_t{1} << 21;
  static constexpr std::size_t kLarge = 2 * kPage;
  static constexpr std::align_val_t kAlignment{alignof(T) > 16 ? alignof(T) : 16};
};

}  // namespace cofferdam::base
