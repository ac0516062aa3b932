// SPDX-License-Identifier: Apache-2.0
//
// A pool goes from these books to others: its image into a file, and a file into the command that
// takes it in. The file is JSON around the image's one encoding in hexadecimal, since that is what
// the hash is of: a form for people would have to be proved equal to it.
#include "cofferdam/base/binary.h"
#include "cofferdam/books/pool/attach_pool.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/engine/detach.h"
#include "cofferdam/journal/disk.h"
#include "cofferdam/operation/input_file.h"
#include "cofferdam/operation/tasks.h"

namespace cofferdam::operation {

inline constexpr std::string_view kImageFileFormat = "cofferdam pool image 1";
// Beyond what the journal takes as one command: its own rule then refuses.
inline constexpr std::size_t kImageFileBytesMax = std::size_t{256} << 20;

struct ImageParameters {
  std::string pool;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "code of the pool, frozen or detached");
  }
};

template <>
struct FieldForms<ImageParameters> {
  static constexpr std::array<std::string_view, 1> kRequired{"pool"};
};

struct AdoptParameters {
  std::string file;
  std::string hash;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("file", self.file, "what pool image wrote in the other books");
    visit("hash", self.hash,
          "the hash that the other side told, to compare; from the file if absent");
  }
};

template <>
struct FieldForms<AdoptParameters> {
  static constexpr std::array<std::string_view, 1> kRequired{"file"};
};

struct ImageFile {
  std::string format;
  std::string venue;
  std::string pool;
  std::string hash;
  std::string image;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("format", self.format, "name of this form");
    visit("venue", self.venue, "the venue that the pool comes from");
    visit("pool", self.pool, "code of the pool");
    visit("hash", self.hash, "SHA-256 of the image");
    visit("image", self.image, "the image's encoding, hexadecimal");
  }
};

template <>
struct FieldForms<ImageFile> {
  static constexpr std::array<std::string_view, 4> kRequired{"format", "pool", "hash", "image"};
};

namespace {

Result<Document> pool_image(Session& session, const ImageParameters& parameters,
                            Progress& /*progress*/) {
  const engine::State& state = session.engine().state();
  const pool::Pool* row = pool::find_pool(state.pool, parameters.pool);
  if (row == nullptr)
    return base::malformed("pool", parameters.pool, "must be the code of a pool that exists");
  if (row->state != pool::PoolState::frozen && row->state != pool::PoolState::detached)
    return std::unexpected(
        Error{.kind = base::ErrorKind::refused,
              .field = "pool",
              .value = parameters.pool,
              .rule = "an image is taken of a frozen pool, which does not move while it is carried",
              .hint = "cofferdam pool freeze --pool " + parameters.pool});
  // An image that may not be followed by pool.detach would make the pool twice.
  if (const auto obstacle = engine::check_detachable(row->id, state);
      row->state == pool::PoolState::frozen && obstacle != pool::PoolLifeStatus::ok)
    return std::unexpected(Error{
        .kind = base::ErrorKind::refused,
        .field = "pool",
        .value = parameters.pool,
        .rule = std::string(
            base::EnumText<pool::PoolLifeStatus>::kDocs[static_cast<std::size_t>(obstacle)])});
  const pool::PoolImage image = pool::image_of(state.pool, state.ledger, state.fact, row->id);
  const std::string bytes = base::encode(image);
  const ImageFile file{.format = std::string(kImageFileFormat),
                       .venue = state.venue.venues.at(0).code,
                       .pool = row->code,
                       .hash = crypto::to_hex(pool::pool_hash(image)),
                       .image = crypto::bytes_to_hex(
                           {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()})};
  return Document(to_json(file, session.codec()));
}

Result<pool::PoolImage> image_in(const ImageFile& file, const std::string& path) {
  std::string bytes(file.image.size() / 2, '\0');
  if (!crypto::bytes_from_hex(file.image,
                              {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}))
    return base::malformed("image", "", "must be hexadecimal");
  auto image = base::decode<pool::PoolImage>(bytes);
  const std::string hash = image ? crypto::to_hex(pool::pool_hash(*image)) : std::string();
  if (image && hash == file.hash) return std::move(*image);
  return std::unexpected(Error{.kind = base::ErrorKind::integrity,
                               .field = path,
                               .value = hash,
                               .rule = image ? "the image must have the hash that the file names"
                                             : "the image must be whole",
                               .hint = "take the image again in the books that it comes from"});
}

Result<Document> pool_adopt(Session& session, const AdoptParameters& parameters,
                            Progress& /*progress*/) {
  const Result<std::string> text =
      read_input_file(session.disk(), parameters.file, kImageFileBytesMax);
  if (!text) return std::unexpected(text.error());
  const Result<Json> json = parse_json(*text, {.bytes_max = kImageFileBytesMax,
                                               .text_bytes_max = kImageFileBytesMax,
                                               .values_max = kManyJsonValues});
  if (!json) return std::unexpected(json.error());
  const Result<ImageFile> file = read_json<ImageFile>(*json, session.codec());
  if (!file) return std::unexpected(file.error());
  if (file->format != kImageFileFormat)
    return base::malformed("format", file->format,
                           "must be '" + std::string(kImageFileFormat) + "'");
  Result<pool::PoolImage> image = image_in(*file, parameters.file);
  if (!image) return std::unexpected(std::move(image).error());
  if (!parameters.hash.empty() && parameters.hash != file->hash)
    return std::unexpected(Error{.kind = base::ErrorKind::integrity,
                                 .field = parameters.file,
                                 .value = file->hash,
                                 .rule = "must be the hash that was told, " + parameters.hash});
  Result<Answer> answer =
      give_command(session, pool::AttachPool{.image = std::move(*image), .hash = file->hash});
  if (!answer) return std::unexpected(std::move(answer).error());
  Json answer_json = std::move(answer->json);
  answer_json.add("hash", file->hash);
  return Document(std::move(answer_json));
}

}  // namespace

void register_pool_tasks(Registry& registry) {
  add_task<ImageParameters>(registry, "pool.image",
                            "A frozen pool as a file that other books can take in, with its hash.",
                            &pool_image);
  add_task<AdoptParameters>(registry, "pool.adopt",
                            "Take in a pool from the file that pool image wrote elsewhere.",
                            &pool_adopt);
}

}  // namespace cofferdam::operation
