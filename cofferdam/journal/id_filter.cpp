// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/id_filter.h"

#include "cofferdam/base/check.h"

#include <sys/mman.h>
#include <utility>

namespace cofferdam::journal {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kLargePage = std::size_t{2} << 20;

}  // namespace

LineMemory::LineMemory(std::size_t lines) {
  if (lines == 0) return;
  const std::size_t bytes = lines * sizeof(FilterLine);
  // A filter of at least a large page starts at the border of one. The slack is address space only.
  const bool large = bytes >= kLargePage;
  mapped_bytes_ = bytes + (large ? kLargePage : 0);
  mapping_ =
      ::mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  COFFERDAM_CHECK(mapping_ != MAP_FAILED, "memory for the filters of the id index");
  auto address = reinterpret_cast<std::uintptr_t>(mapping_);
  if (large) {
    address = (address + kLargePage - 1) / kLargePage * kLargePage;
    // The last, partly used large page is left in small pages.
    ::madvise(reinterpret_cast<void*>(address), bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
  }
  lines_ = {reinterpret_cast<FilterLine*>(address), lines};
  // A page that is read before it is written is mapped twice, and the second time the other
  // processors are interrupted.
  constexpr std::size_t kLinesPerPage = kPage / sizeof(FilterLine);
  for (std::size_t i = 0; i < lines; i += kLinesPerPage)
    *static_cast<volatile std::uint64_t*>(lines_[i].data()) = 0;
}

LineMemory::LineMemory(LineMemory&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)),
      mapped_bytes_(std::exchange(other.mapped_bytes_, 0)),
      lines_(std::exchange(other.lines_, {})) {}

LineMemory& LineMemory::operator=(LineMemory&& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(mapped_bytes_, other.mapped_bytes_);
  std::swap(lines_, other.lines_);
  return *this;
}

LineMemory::~LineMemory() {
  if (mapping_ != nullptr) ::munmap(mapping_, mapped_bytes_);
}

std::span<std::uint64_t> LineMemory::words() {
  if (lines_.empty()) return {};
  return {lines_.front().data(), lines_.size() * 8};
}

}  // namespace cofferdam::journal
