// SPDX-License-Identifier: Apache-2.0
//
// Queries over what has happened: transfers, histories of balances, commands, the journal itself.
#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/operation_names.h"
#include "cofferdam/operation/postings_of.h"
#include "cofferdam/operation/queries.h"
#include "cofferdam/operation/signature_form.h"

namespace cofferdam::operation {

struct TransferRow {
  std::string address;
  base::Time time;
  base::TransferId id;
  ledger::TransferStatus status = ledger::TransferStatus::ok;
  base::AccountId debit_account;
  base::AccountId credit_account;
  base::PoolId pool;
  base::AssetId asset;
  base::Amount amount;
  std::uint16_t code = 0;
  std::uint16_t flags = 0;
  base::TransferId pending_id;
  std::int32_t value_date = 0;
  std::uint32_t timeout_s = 0;
  base::u128 user_data_128 = 0;
  std::uint64_t user_data_64 = 0;
  std::uint32_t user_data_32 = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("address", self.address, "record and position in the journal");
    visit("time", self.time, "of booking");
    visit("id", self.id, "the client's id; null for postings of other commands");
    visit("status", self.status, "ok, or why the attempt was refused");
    visit("debit_account", self.debit_account, "account debited");
    visit("credit_account", self.credit_account, "account credited");
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what is counted");
    visit("amount", self.amount, "what was moved");
    visit("code", self.code, "reason");
    visit("flags", self.flags, "what it was");
    visit("pending_id", self.pending_id, "the hold that it resolved");
    visit("value_date", self.value_date, "null for the day of booking");
    visit("timeout_s", self.timeout_s, "seconds until a hold expires");
    visit("user_data_128", self.user_data_128, "reference");
    visit("user_data_64", self.user_data_64, "free");
    visit("user_data_32", self.user_data_32, "free");
  }
};

template <>
struct FieldForms<TransferRow> : TransferForms {};

struct TransferParameter {
  base::TransferId transfer;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("transfer", self.transfer, "id of the transfer");
  }
};

template <>
struct FieldForms<TransferParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"transfer"};
};

struct CommandParameter {
  base::CommandId command;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("command", self.command, "id of the command");
  }
};

template <>
struct FieldForms<CommandParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"command"};
};

struct HistoryFilter {
  base::AccountId account;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "id of the account");
    PageParameters::fields(self.page, visit);
  }
};

template <>
struct FieldForms<HistoryFilter> {
  static constexpr std::array<std::string_view, 1> kRequired{"account"};
};

namespace {

TransferRow transfer_row(const Posting& posting) {
  const ledger::Transfer& event = posting.stored.event;
  return {.address = address_text(posting.stored.address),
          .time = posting.stored.time,
          .id = event.id,
          .status = posting.stored.status,
          .debit_account = posting.debit_account,
          .credit_account = posting.credit_account,
          .pool = posting.pool,
          .asset = posting.asset,
          .amount = event.amount,
          .code = event.code,
          .flags = event.flags,
          .pending_id = event.pending_id,
          .value_date = event.value_date,
          .timeout_s = event.timeout_s,
          .user_data_128 = event.user_data_128,
          .user_data_64 = event.user_data_64,
          .user_data_32 = event.user_data_32};
}

Result<Listing> transfer_show(const View& view, const TransferParameter& parameters) {
  const auto stored = view.engine.find_transfer(parameters.transfer);
  if (!stored) return std::unexpected(stored.error());
  if (!*stored || ledger::sequence_of((*stored)->address) > view.sequence)
    return not_found("transfer", parameters.transfer.value());
  const Result<Posting> posting = complete(view.engine, view.state, **stored);
  if (!posting) return std::unexpected(posting.error());
  return single(transfer_row(*posting), view.codec);
}

struct TransferFilter {
  base::AccountId account;
  base::OwnerId owner;
  base::PoolId pool;
  base::AssetId asset;
  std::optional<std::uint16_t> code;
  std::optional<base::u128> reference;
  std::optional<base::Time> since;
  std::optional<base::Time> before;
  bool with_refused = false;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "only with this account on either side");
    visit("owner", self.owner, "only with an account of this owner");
    visit("pool", self.pool, "only in this pool");
    visit("asset", self.asset, "only of this asset");
    visit("code", self.code, "only with this code");
    visit("reference", self.reference, "only with this user_data_128");
    visit("since", self.since, "booked at this time or later");
    visit("before", self.before, "booked before this time");
    visit("with_refused", self.with_refused, "also attempts that were refused and burned their id");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> transfer_list(const View& view, const TransferFilter& filter) {
  const Result<std::uint64_t> start = start_of(filter.page);
  if (!start) return std::unexpected(start.error());
  const PostingFilter wanted{.account = filter.account,
                             .owner = filter.owner,
                             .pool = filter.pool,
                             .asset = filter.asset,
                             .code = filter.code,
                             .reference = filter.reference,
                             .since = filter.since,
                             .before = filter.before,
                             .with_refused = filter.with_refused,
                             .first_address = *start,
                             .last = view.sequence};
  Listing listing = listing_of<TransferRow>();
  const Result<void> walked =
      postings_of(view.engine, view.state, wanted, [&](const Posting& posting) {
        if (listing.rows.size() == filter.page.limit) {
          listing.next = std::to_string(posting.stored.address);
          return false;
        }
        listing.rows.push_back(to_json(transfer_row(posting), view.codec));
        return true;
      });
  if (!walked) return std::unexpected(walked.error());
  return listing;
}

struct HistoryRow {
  std::string address;
  base::Time time;
  base::TransferId transfer;
  base::AccountId account;
  base::AccountId other_account;
  std::uint16_t code = 0;
  base::Amount debit;
  base::Amount credit;
  base::Amount debits_pending;
  base::Amount debits_posted;
  base::Amount credits_pending;
  base::Amount credits_posted;
  base::SignedAmount balance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("address", self.address, "record and position in the journal");
    visit("time", self.time, "of booking");
    visit("transfer", self.transfer, "id of the transfer; null for postings of other commands");
    visit("account", self.account, "the account");
    visit("other_account", self.other_account, "the other side");
    visit("code", self.code, "reason");
    visit("debit", self.debit, "booked by this entry");
    visit("credit", self.credit, "booked by this entry");
    visit("debits_pending", self.debits_pending, "after this entry");
    visit("debits_posted", self.debits_posted, "after this entry");
    visit("credits_pending", self.credits_pending, "after this entry");
    visit("credits_posted", self.credits_posted, "after this entry");
    visit("balance", self.balance, "after this entry: credits booked less debits booked");
  }
};

// Adds an entry to the counters of one account. What it takes out of a hold was put in before.
void add_entry(const Posting& posting, HistoryRow& row) {
  const ledger::Transfer& event = posting.stored.event;
  const bool is_debit = posting.debit_account == row.account;
  base::Amount& pending = is_debit ? row.debits_pending : row.credits_pending;
  base::Amount& posted = is_debit ? row.debits_posted : row.credits_posted;
  row.debit = row.credit = base::Amount();
  if (event.is(ledger::kPending)) {
    pending += event.amount;
  } else {
    if (!event.pending_id.is_none()) pending = pending - posting.held;
    if (!event.is(ledger::kVoidPending) && !event.is(ledger::kExpiry)) {
      posted += event.amount;
      (is_debit ? row.debit : row.credit) = event.amount;
    }
  }
  row.address = address_text(posting.stored.address);
  row.time = posting.stored.time;
  row.transfer = event.id;
  row.other_account = is_debit ? posting.credit_account : posting.debit_account;
  row.code = event.code;
  row.balance = net(row.credits_posted, row.debits_posted);
}

Result<Listing> account_history(const View& view, const HistoryFilter& filter) {
  const Result<std::uint64_t> start = start_of(filter.page);
  if (!start) return std::unexpected(start.error());
  if (view.state.ledger.accounts.find(filter.account) == nullptr)
    return not_found("account", filter.account.value());
  Listing listing = listing_of<HistoryRow>();
  HistoryRow row{.account = filter.account};
  const Result<void> walked =
      postings_of(view.engine, view.state, {.account = filter.account, .last = view.sequence},
                  [&](const Posting& posting) {
                    if (listing.rows.size() == filter.page.limit) {
                      listing.next = std::to_string(posting.stored.address);
                      return false;
                    }
                    add_entry(posting, row);
                    if (posting.stored.address >= *start)
                      listing.rows.push_back(to_json(row, view.codec));
                    return true;
                  });
  if (!walked) return std::unexpected(walked.error());
  return listing;
}

struct WhyRow {
  std::string address;
  base::Time time;
  base::CommandId command;
  std::string operation;
  base::PrincipalId principal;
  base::TransferId transfer;
  base::AccountId account;
  base::AccountId other_account;
  std::uint16_t code = 0;
  base::Amount debit;
  base::Amount credit;
  base::SignedAmount balance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("address", self.address, "record and position in the journal");
    visit("time", self.time, "of booking");
    visit("command", self.command, "id of the command that booked it");
    visit("operation", self.operation, "what was asked");
    visit("principal", self.principal, "who asked");
    visit("transfer", self.transfer, "id of the transfer; null for postings of other commands");
    visit("account", self.account, "the account");
    visit("other_account", self.other_account, "the other side");
    visit("code", self.code, "reason");
    visit("debit", self.debit, "booked by this entry");
    visit("credit", self.credit, "booked by this entry");
    visit("balance", self.balance, "after this entry: credits booked less debits booked");
  }
};

WhyRow why_row(const Posting& posting, const HistoryRow& entry) {
  return {.address = entry.address,
          .time = entry.time,
          .command = posting.by->record.id,
          .operation = operation_name(posting.by->record.operation),
          .principal = posting.by->record.principal,
          .transfer = entry.transfer,
          .account = entry.account,
          .other_account = entry.other_account,
          .code = entry.code,
          .debit = entry.debit,
          .credit = entry.credit,
          .balance = entry.balance};
}

// The entries that were booked, with who asked for them. Their sum must be the balance that the
// books show: that it is not would be damage, and is said as such.
Result<Listing> account_why(const View& view, const HistoryFilter& filter) {
  const Result<std::uint64_t> start = start_of(filter.page);
  if (!start) return std::unexpected(start.error());
  const ledger::Account* account = view.state.ledger.accounts.find(filter.account);
  if (account == nullptr) return not_found("account", filter.account.value());
  Listing listing = listing_of<WhyRow>();
  HistoryRow row{.account = filter.account};
  const Result<void> walked =
      postings_of(view.engine, view.state,
                  {.account = filter.account, .with_command = true, .last = view.sequence},
                  [&](const Posting& posting) {
                    add_entry(posting, row);
                    const bool booked = !row.debit.is_zero() || !row.credit.is_zero();
                    if (!booked || posting.stored.address < *start) return true;
                    if (listing.rows.size() == filter.page.limit) {
                      if (listing.next.empty())
                        listing.next = std::to_string(posting.stored.address);
                      return true;
                    }
                    listing.rows.push_back(to_json(why_row(posting, row), view.codec));
                    return true;
                  });
  if (!walked) return std::unexpected(walked.error());
  if (row.debits_posted != account->debits_posted || row.credits_posted != account->credits_posted)
    return std::unexpected(Error{.kind = base::ErrorKind::integrity,
                                 .field = "account",
                                 .value = base::to_text(filter.account.value()),
                                 .rule = "its entries in the journal sum to its counters",
                                 .hint = "run a full verification"});
  return listing;
}

struct JournalRow {
  std::string venue;
  std::string books;
  base::Sequence sequence = 0;
  base::Time time;
  std::string chain_hash;
  std::string state_hash;
  base::Sequence snapshot_sequence = 0;
  std::uint64_t replayed_records = 0;
  std::uint64_t malformed = 0;
  std::string recovery;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("venue", self.venue, "whose books these are");
    visit("books", self.books, "id of the journal, that signatures name");
    visit("sequence", self.sequence, "of the last record");
    visit("time", self.time, "of the last record");
    visit("chain_hash", self.chain_hash, "of the last record");
    visit("state_hash", self.state_hash, "of the books after it");
    visit("snapshot_sequence", self.snapshot_sequence, "record of the newest snapshot");
    visit("replayed_records", self.replayed_records, "applied again at this start");
    visit("malformed", self.malformed, "commands answered and not recorded since this start");
    visit("recovery", self.recovery, "what this start had to mend; empty when all was well");
  }
};

struct NoParameters {
  template <class Self, class Visitor>
  static void fields(Self& /*self*/, Visitor&& /*visit*/) {}
};

Result<Listing> journal_status(const View& view, const NoParameters& /*parameters*/) {
  const engine::Figures& figures = view.engine.figures();
  JournalRow row{.books = journal::to_hex(view.engine.journal().id()),
                 .sequence = view.sequence,
                 .time = view.time,
                 .state_hash = crypto::to_hex(engine::state_hash(view.state)),
                 .snapshot_sequence = figures.snapshot_sequence,
                 .replayed_records = figures.replayed_records,
                 .malformed = figures.malformed,
                 .recovery = {}};
  for (const base::Error& skipped : figures.snapshots_skipped)
    row.recovery += (row.recovery.empty() ? "" : "; ") + skipped.text();
  if (const venue::Venue* venue = view.state.venue.venues.find(1)) row.venue = venue->code;
  if (view.sequence == view.engine.sequence())
    row.chain_hash = crypto::to_hex(view.engine.chain_hash());
  return single(row, view.codec);
}

struct RoomRow {
  std::string room;
  std::string hash;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("room", self.room, "name of the room");
    visit("hash", self.hash, "SHA-256 of its tables");
  }
};

Result<Listing> journal_rooms(const View& view, const NoParameters& /*parameters*/) {
  Listing listing = listing_of<RoomRow>();
  for (const engine::RoomHash& hash : engine::room_hashes(view.state))
    listing.rows.push_back(to_json(RoomRow{hash.room, crypto::to_hex(hash.hash)}, view.codec));
  return listing;
}

struct CommandRow {
  base::CommandId id;
  base::Sequence sequence = 0;
  base::Time time;
  base::PrincipalId principal;
  std::string operation;
  std::string status;
  std::string rule;
  base::u128 created = 0;
  std::uint32_t events = 0;
  std::uint32_t events_refused = 0;
  std::uint32_t postings = 0;
  std::vector<alert::AlertChange> alerts;
  std::string content;
  std::string signing_key;
  std::optional<base::Time> signed_time;
  base::Time signed_until;
  std::string signature;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the client's id of the command");
    visit("sequence", self.sequence, "its record");
    visit("time", self.time, "of booking");
    visit("principal", self.principal, "who asked");
    visit("operation", self.operation, "what was asked");
    visit("status", self.status, "what it came to");
    visit("rule", self.rule, "why it was refused; empty when it was not");
    visit("created", self.created, "number of what was created; 0 for nothing");
    visit("events", self.events, "of a batch");
    visit("events_refused", self.events_refused, "of a batch");
    visit("postings", self.postings, "legs booked by the system");
    visit("alerts", self.alerts, "what it did to alerts");
    visit("content", self.content, "of the command, as JSON");
    visit("signing_key", self.signing_key, "that signed it; empty when it came unsigned");
    visit("signed_time", self.signed_time,
          "time under the signature: that was given with the command; null when there was none");
    visit("signed_until", self.signed_until, "when the signature lapsed; null when there is none");
    visit("signature", self.signature, "of the principal");
  }
};

Result<Listing> command_show(const View& view, const CommandParameter& parameters) {
  const auto found = view.engine.find_command(parameters.command);
  if (!found) return std::unexpected(found.error());
  if (!*found || (*found)->sequence > view.sequence)
    return not_found("command", parameters.command.value());
  const engine::CommandRecord& record = (*found)->record;
  CommandRow row{.id = record.id,
                 .sequence = (*found)->sequence,
                 .time = (*found)->time,
                 .principal = record.principal,
                 .operation = operation_name(record.operation),
                 .status = "ok",
                 .created = record.outcome.created,
                 .events = static_cast<std::uint32_t>(record.outcome.event_statuses.size()),
                 .postings = static_cast<std::uint32_t>(record.outcome.postings.size()),
                 .alerts = record.outcome.alerts};
  for (const std::uint8_t status : record.outcome.event_statuses)
    row.events_refused += status == 0 ? 0U : 1U;
  if (const auto signature = engine::signature_of(record)) {
    const SignatureForm form = form_of(*signature);
    row.signing_key = form.key;
    row.signed_time = signature->time;
    row.signed_until = form.not_after;
    row.signature = form.signature;
  }
  const auto command = engine::decode_command(record.operation, record.version, record.content);
  if (command) {
    row.content = write_json(command_json(*command, view.codec));
    if (!record.outcome.ok()) {
      const engine::Refusal refusal = engine::refusal_of(*command, record.outcome);
      row.status = refusal.status;
      row.rule = refusal.rule;
    }
  }
  return single(row, view.codec);
}

}  // namespace

void register_journal_queries(Registry& registry) {
  add_query<TransferParameter, TransferRow>(registry, "transfer.show", "One transfer.",
                                            &transfer_show);
  add_query<TransferFilter, TransferRow>(
      registry, "transfer.list", "Transfers and postings in the order of booking.", &transfer_list);
  add_query<HistoryFilter, HistoryRow>(registry, "account.history",
                                       "Every entry of an account with the balance after it.",
                                       &account_history);
  add_query<HistoryFilter, WhyRow>(registry, "account.why",
                                   "The entries that make a balance, and the commands behind them.",
                                   &account_why);
  add_query<CommandParameter, CommandRow>(registry, "command.show",
                                          "A command as it was recorded, and what it came to.",
                                          &command_show);
  add_query<NoParameters, JournalRow>(registry, "journal.status",
                                      "How far the books have come, and their hashes.",
                                      &journal_status);
  add_query<NoParameters, RoomRow>(registry, "journal.rooms",
                                   "The hash of each room, from which the state hash is made.",
                                   &journal_rooms);
}

}  // namespace cofferdam::operation
