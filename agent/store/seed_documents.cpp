#include "agent/store/seed_documents.h"

#include <algorithm>
#include <array>

#include "agent/model/json.h"

namespace imprint::store {
namespace {

bool is_one_line(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char each) {
    const auto c = static_cast<unsigned char>(each);
    return c < 0x20 || c == 0x7F;
  });
}

Result<> check_text(const std::string& text, std::string_view noun) {
  // What is no UTF-8 does not come back from its own JSON form unchanged.
  if (is_one_line(text) && parse_json(dump_json(text)).value() == Json(text)) return {};
  return make_error(Errc::invalid, "{} is not one line of UTF-8 text", noun);
}

Result<> check(const Seed& seed) {
  TRY(check_text(seed.cloud_instance_id, "the instance-id"));
  TRY(check_text(seed.hostname, "the hostname"));
  for (const auto& key : seed.ssh_keys) TRY(check_text(key, "an ssh key"));
  return check_text(seed.password_hash.reveal(), "the password hash");
}

std::string meta_data(const Seed& seed) {
  std::string text = "instance-id: " + dump_json(seed.cloud_instance_id) + "\n";
  text += "local-hostname: " + dump_json(seed.hostname) + "\n";
  if (!seed.ssh_keys.empty()) text += "public-keys: " + dump_json(Json(seed.ssh_keys)) + "\n";
  return text;
}

/// cloud-init takes `password` for a hash only in the forms that it knows; any other would become
/// the password itself.
bool is_known_hash(const std::string& hash) {
  constexpr std::array<std::string_view, 5> known{"$1$", "$2a$", "$2y$", "$5$", "$6$"};
  return std::any_of(known.begin(), known.end(),
                     [&](std::string_view start) { return hash.starts_with(start); });
}

void add_password(Json& config, const Secret& hash) {
  if (hash.empty()) return;
  if (is_known_hash(hash.reveal())) {
    config["password"] = hash.reveal();
    config["chpasswd"] = {{"expire", false}};
  } else {
    config["user"] = {{"hashed_passwd", hash.reveal()}, {"lock_passwd", false}};
  }
}

std::string cloud_config(const Json& config) {
  return "#cloud-config\n" + dump_json(config, 2) + "\n";
}

std::string generated_user_data(const Seed& seed) {
  Json config = Json::object();
  config["hostname"] = seed.hostname;
  if (!seed.ssh_keys.empty()) config["ssh_authorized_keys"] = seed.ssh_keys;
  add_password(config, seed.password_hash);
  return cloud_config(config);
}

}  // namespace

Result<std::vector<IsoFile>> seed_documents(const Seed& seed) {
  TRY(check(seed));
  std::vector<IsoFile> files{{"meta-data", meta_data(seed)}};
  if (seed.user_data.empty()) {
    files.push_back({"user-data", generated_user_data(seed)});
    return files;
  }
  files.push_back({"user-data", seed.user_data.reveal()});
  if (!seed.password_hash.empty()) {
    Json config = Json::object();
    add_password(config, seed.password_hash);
    files.push_back({"vendor-data", cloud_config(config)});
  }
  return files;
}

}  // namespace imprint::store
