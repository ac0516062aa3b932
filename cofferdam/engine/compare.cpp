// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/compare.h"

namespace cofferdam::engine {

namespace {

// Every leaf of a described value, as its path and its bytes, in order.
class Leaves {
 public:
  struct Leaf {
    std::string path;
    std::string bytes;
    friend bool operator==(const Leaf&, const Leaf&) = default;
  };

  template <class T>
  void operator()(std::string_view name, const T& field, std::string_view /*doc*/ = {}) {
    add(path_.empty() ? std::string(name) : path_ + "." + std::string(name), field);
  }

  [[nodiscard]] const std::vector<Leaf>& all() const { return all_; }

 private:
  template <class T>
  void add(std::string path, const T& value) {
    if constexpr (base::Described<T>) {
      std::swap(path_, path);
      T::fields(value, *this);
      std::swap(path_, path);
    } else if constexpr (base::kIsVector<T>) {
      for (std::size_t i = 0; i < value.size(); ++i)
        add(path + "[" + std::to_string(i) + "]", value[i]);
      all_.push_back({path + ".length", base::encode(static_cast<std::uint64_t>(value.size()))});
    } else {
      all_.push_back({std::move(path), base::encode(value)});
    }
  }

  std::string path_;
  std::vector<Leaf> all_;
};

[[nodiscard]] std::vector<Leaves::Leaf> leaves_of(const CommandRecord& record) {
  Leaves leaves;
  const auto command = decode_command(record.operation, record.version, record.content);
  if (command) std::visit([&](const auto& c) { leaves("content", c); }, *command);
  return leaves.all();
}

}  // namespace

std::optional<std::string> first_difference(const CommandRecord& asked,
                                            const CommandRecord& recorded) {
  if (asked.operation != recorded.operation) return "operation";
  if (asked.version != recorded.version) return "version";
  if (asked.principal != recorded.principal) return "principal";
  if (asked.content == recorded.content) return std::nullopt;
  const auto left = leaves_of(asked);
  const auto right = leaves_of(recorded);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
    if (!(left[i] == right[i])) return left[i].path;
  return "content";
}

}  // namespace cofferdam::engine
