#include "agent/store/stored_images.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "agent/base/atomic_file.h"
#include "agent/base/digest.h"
#include "agent/base/file_version.h"
#include "agent/model/json.h"
#include "agent/store/image_seal.h"
#include "agent/store/new_file.h"
#include "agent/store/qemu_img.h"

namespace imprint::store {
namespace {

using std::filesystem::path;

std::string note_of(const StoredImage& image) {
  return dump_json(Json{{"digest", image.digest.hex()},
                        {"file_size", image.file_size},
                        {"virtual_size", image.virtual_size}});
}

Result<StoredImage> parse_note(const std::string& text) {
  const Json json = TRY(parse_json(text));
  ObjectReader reader{json, "note"};
  auto digest = Sha256::parse(reader.text("digest"));
  const auto file_size = reader.integer("file_size");
  const auto virtual_size = reader.integer("virtual_size");
  TRY(reader.finish());
  return StoredImage{TRY(std::move(digest)), static_cast<std::uint64_t>(file_size),
                     static_cast<std::uint64_t>(virtual_size)};
}

/// What a standalone qcow2 file is, once it is in the store.
Result<StoredImage> describe(const path& file, const std::optional<Sha256>& known,
                             const std::function<bool()>& cancelled) {
  const Qcow2Facts facts = TRY(read_qcow2(file));
  if (facts.backing || facts.data_file)
    return make_error(Errc::invalid, "'{}' refers to another file, '{}'", file.string(),
                      facts.backing.value_or(facts.data_file.value_or("")));
  const std::uint64_t size = TRY(regular_file_size(file));
  if (known) return StoredImage{*known, size, facts.virtual_size};
  const std::string digest = TRY(digest_of_file(file, cancelled));
  return StoredImage{TRY(Sha256::parse(digest)), size, facts.virtual_size};
}

/// The digest that was computed of the file, if the file is still the same.
Result<std::optional<Sha256>> known_digest(const path& file, const std::optional<Hashed>& hashed) {
  if (!hashed || TRY(file_version(file)) != hashed->seal) return std::optional<Sha256>{};
  return std::optional{hashed->digest};
}

/// A file of the incoming folder and all that was made of it.
Result<> remove_with_neighbours(const path& incoming) {
  TRY(remove_file(StatePaths::adopted(incoming)));
  TRY(remove_file(StatePaths::converted(incoming)));
  return remove_file(incoming);
}

}  // namespace

Result<path> StoredImages::prepare_incoming(const JobId& job) {
  TRY(discard_incoming(job));
  return paths_.incoming(job);
}

Result<path> StoredImages::prepare_unpacked(const JobId& job) {
  TRY(remove_with_neighbours(paths_.unpacked(job)));
  return paths_.unpacked(job);
}

Result<> StoredImages::discard_incoming(const JobId& job) {
  TRY(remove_with_neighbours(paths_.unpacked(job)));
  return remove_with_neighbours(paths_.incoming(job));
}

Result<std::optional<StoredImage>> StoredImages::noted(const path& incoming) {
  const auto note = read_regular_file(StatePaths::adopted(incoming));
  if (!note) {
    if (note.error().code == Errc::not_found) return std::optional<StoredImage>{};
    return note.error();
  }
  auto image = parse_note(*note);
  if (!image) return std::optional<StoredImage>{};
  return std::optional{*std::move(image)};
}

Result<std::optional<StoredImage>> StoredImages::adopted_before(const path& incoming) const {
  auto image = TRY(noted(incoming));
  if (image && !probe(image->digest, image->file_size)) image.reset();
  return image;
}

Result<StoredImage> StoredImages::adopt(const path& incoming, ImageFormat format,
                                        const std::optional<Hashed>& hashed,
                                        const std::function<bool()>& cancelled) {
  if (incoming.parent_path() != paths_.incoming())
    return make_error(Errc::invalid, "'{}' is not in the folder '{}'", incoming.string(),
                      paths_.incoming().string());
  if (auto before = TRY(adopted_before(incoming))) {
    TRY(seal_if_unsealed(paths_.image(before->digest)));
    TRY(remove_file(incoming));
    return *before;
  }
  TRY(regular_file_size(incoming));
  if (format == ImageFormat::qcow2)
    return adopt_qcow2(incoming, incoming, TRY(known_digest(incoming, hashed)), cancelled);
  NewFile converted = TRY(NewFile::create(StatePaths::converted(incoming), 0600));
  TRY(convert_to_qcow2(incoming, format, converted.path(), cancelled));
  StoredImage image = TRY(adopt_qcow2(converted.path(), incoming, std::nullopt, cancelled));
  TRY(remove_file(incoming));
  return image;
}

Result<StoredImage> StoredImages::adopt_qcow2(const path& file, const path& incoming,
                                              const std::optional<Sha256>& digest,
                                              const std::function<bool()>& cancelled) {
  const StoredImage image = TRY(describe(file, digest, cancelled));
  const path target = paths_.image(image.digest);
  if (::chmod(file.c_str(), 0444) != 0) return system_error(errno, "file '" + file.string() + "'");
  // The note comes first: when the file has gone to its place, only the note still tells which one
  // it was.
  TRY(write_file_atomically(StatePaths::adopted(incoming), note_of(image)));
  const std::lock_guard lock{publishing_};
  if (probe(image.digest, image.file_size)) {
    TRY(remove_file(file));
    return image;
  }
  TRY(publish_file(file, target));
  TRY(seal_image(target));
  return image;
}

Result<> StoredImages::probe(const Sha256& digest, std::uint64_t file_size) const {
  const auto size = regular_file_size(paths_.image(digest));
  if (!size)
    return make_error(Errc::corrupt, "image {} is not in the store: {}", digest.hex(),
                      size.error().message);
  if (*size != file_size)
    return make_error(Errc::corrupt, "image {} has {} bytes, not {}", digest.hex(), *size,
                      file_size);
  return check_seal(paths_.image(digest));
}

Result<> StoredImages::verify(const Sha256& digest, const std::function<bool()>& cancelled) const {
  const path file = paths_.image(digest);
  const auto size = regular_file_size(file);
  if (!size && size.error().code == Errc::not_found)
    return make_error(Errc::corrupt, "image {} is not in the store", digest.hex());
  TRY(size);
  const std::string found = TRY(digest_of_file(file, cancelled));
  if (found != digest.hex())
    return make_error(Errc::corrupt, "image {} has changed: its digest is now {}", digest.hex(),
                      found);
  // Now it is known to be right, whatever has touched it.
  return check_seal(file) ? seal_if_unsealed(file) : seal_image(file);
}

Result<> StoredImages::remove(const Sha256& digest) {
  const std::lock_guard lock{publishing_};
  TRY(remove_seal(paths_.image(digest)));
  return remove_file(paths_.image(digest));
}

}  // namespace imprint::store
