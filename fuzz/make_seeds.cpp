// SPDX-License-Identifier: Apache-2.0
//
// make_seeds FOLDER: writes the inputs that fuzzing starts from, a folder for each target. What is
// binary comes from simulated lives of the books (tests/simulation), what is text from the examples
// of the operations' schemas and from a few lines below.
#include "cofferdam/base/check.h"
#include "cofferdam/engine/record.h"
#include "cofferdam/engine/replay.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/operation/registry.h"
#include "cofferdam/operation/schema.h"

#include "tests/simulation/simulation.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

namespace {

namespace base = cofferdam::base;
namespace engine = cofferdam::engine;
namespace fs = std::filesystem;
namespace operation = cofferdam::operation;

constexpr std::uint64_t kLives = 16;
constexpr std::size_t kSteps = 60;
constexpr std::size_t kInputBytesMax = 32768;
constexpr std::size_t kRecordsOfAKind = 4;

class Seeds {
 public:
  explicit Seeds(fs::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, std::string_view bytes) {
    fs::create_directories(folder_ / target);
    const fs::path path = folder_ / target / std::to_string(++count_[target]);
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    COFFERDAM_CHECK(file.good(), "seeds can be written");
  }

  [[nodiscard]] const std::map<std::string, std::size_t>& count() const { return count_; }

 private:
  fs::path folder_;
  std::map<std::string, std::size_t> count_;
};

template <class Integer>
void put(std::string& bytes, Integer value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// As door_fuzz reads a step.
[[nodiscard]] std::string step_of(const engine::CommandRecord& record) {
  std::string step;
  put(step, record.operation);
  put(step, static_cast<std::uint8_t>(record.principal.value()));
  put(step, std::uint32_t{1});
  put(step, static_cast<std::uint16_t>(record.content.size()));
  return step + record.content;
}

void from_life(std::uint64_t seed, const std::string& scratch,
               std::map<std::uint16_t, std::size_t>& seen, Seeds& seeds) {
  cofferdam::simulation::Simulation life(
      {.seed = seed, .steps = kSteps, .scratch = scratch, .without_faults = true});
  const auto failure = life.run();
  COFFERDAM_CHECK(!failure, failure.value_or(""));
  auto reader = cofferdam::journal::Reader::open(life.disk(), {life.folder() + "/journal"}).value();
  std::string steps;
  while (const auto* record = reader->next().value()) {
    if (record->kind == engine::kCheckpointRecord)
      seeds.add("record", '\2' + std::string(record->body));
    const auto command = base::decode<engine::CommandRecord>(record->body);
    if (record->kind != engine::kCommandRecord || !command) continue;
    const std::string step = step_of(*command);
    if (command->content.size() < 0xFFFF && steps.size() + step.size() <= kInputBytesMax)
      steps += step;
    if (++seen[command->operation] > kRecordsOfAKind) continue;
    seeds.add("record", '\1' + std::string(record->body));
    std::string content(1, '\0');
    put(content, command->operation);
    seeds.add("record", content + command->content);
  }
  seeds.add("door", steps);
  const auto replayed = engine::replay(life.disk(), life.folder(), {.index_table_ids = 4096});
  COFFERDAM_CHECK(replayed.has_value(), "a simulated journal can be replayed");
  base::Encoder out;
  engine::encode_state(*replayed->state, out);
  if (out.buffer().size() < kInputBytesMax) seeds.add("snapshot", '\2' + out.take());
}

void from_schemas(Seeds& seeds) {
  operation::Registry registry;
  operation::register_commands(registry);
  for (const auto& entry : registry.commands) {
    operation::Json line = operation::Json::object();
    line.add("operation", entry.name);
    line.add("content", operation::example_of(*entry.type));
    seeds.add("json_command", operation::write_json(line));
  }
}

void from_lines(Seeds& seeds) {
  seeds.add("csv", "time,account,amount\n2023-01-02,a,1.50\n2023-01-03,\"b, c\",-2\n");
  seeds.add("csv", "a;b\r\n\"x \"\"y\"\"\";1\r\n");
  seeds.add("statement_csv",
            "record,statement,as_of,asset,opening,closing,amount,reference\n"
            "balance,1,2026-01-05T18:00:00Z,USD,0,5.00,,\n"
            "entry,1,2026-01-05T18:00:00Z,USD,,,5.00,B1\n");
  seeds.add(
      "camt053",
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>"
      "<Id>1</Id><Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"USD\">0</Amt>"
      "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal><Bal><Tp><CdOrPrtry><Cd>"
      "CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"USD\">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>"
      "2026-01-05</Dt></Dt></Bal><Ntry><Amt Ccy=\"USD\">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
      "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt><AcctSvcrRef>B1"
      "</AcctSvcrRef></Ntry></Stmt></BkToCstmrStmt></Document>");
  seeds.add("hledger",
            "; a comment\n2023-01-02 * (7) deposit  ; note\n    assets:bank  100.00 USD\n"
            "    liabilities:clients\n\n2023-01-03 trade\n    a:b  -1,000 \"BTC-PERP\" @ 2 USD\n"
            "    c  2000 USD\n");
  seeds.add("hledger", "commodity 1.000,00 EUR\naccount a\n2023/1/2 x\n  a  1.00 EUR\n  b\n");
  seeds.add("journal", std::string("\0\5\0\1\0\0", 6));
  seeds.add("journal", std::string("\1\13\0", 3));
  seeds.add("index", std::string("\0\0\0", 3));
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 2;
  Seeds seeds(words[1]);
  const fs::path scratch = fs::path(words[1]) / "scratch";
  std::map<std::uint16_t, std::size_t> seen;
  for (std::uint64_t seed = 1; seed <= kLives; ++seed)
    from_life(seed, scratch.string(), seen, seeds);
  fs::remove_all(scratch);
  from_schemas(seeds);
  from_lines(seeds);
  return 0;
}
