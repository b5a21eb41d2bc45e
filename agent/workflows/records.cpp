#include "agent/workflows/records.h"

#include <algorithm>
#include <charconv>

#include "agent/model/json.h"
#include "agent/policy/deletion.h"
#include "agent/workflows/record_text.h"

namespace imprint::workflows {
namespace {

constexpr int tries = 16;  // others change the same record seldom: one job at a time per instance

std::string key_of(const ImageId& id) {
  return "images/" + id.str();
}
std::string key_of(const InstanceId& id) {
  return "instances/" + id.str();
}
std::string version_key(const std::string& name) {
  return "image-versions/" + name;
}
std::string name_key(const std::string& name) {
  return "instance-names/" + name;
}
std::string report_key(const std::string& id) {
  return "reports/" + id;
}
std::string hold_key(const Sha256& digest, const JobId& job) {
  return fmt::format("holds/{}/{}", digest.hex(), job.str());
}

template <class T>
Result<T> parse_entry(const Entry& entry, Result<T> (*parse)(const Json&)) {
  const auto broken = [&](const Error& error) {
    return make_error(Errc::corrupt, "record '{}': {}", entry.key, error.message);
  };
  const auto json = read_record(entry.value);
  if (!json) return broken(json.error());
  auto value = parse(*json);
  if (!value) return broken(value.error());
  return value;
}

template <class T>
Result<std::vector<T>> list_of(Store& store, const std::string& prefix,
                               Result<T> (*parse)(const Json&)) {
  const Listing listing = TRY(store.list(prefix));
  std::vector<T> values;
  for (const Entry& entry : listing.entries) {
    auto value = parse_entry(entry, parse);
    if (value) values.push_back(*std::move(value));
  }
  return values;
}

template <class T>
Result<T> get_of(Store& store, const std::string& key, Result<T> (*parse)(const Json&),
                 std::string_view noun, const std::string& id) {
  const auto entry = TRY(store.get(key));
  if (!entry) return make_error(Errc::not_found, "{} '{}' does not exist", noun, id);
  return parse_entry(*entry, parse);
}

/// What `build` returns is committed; after a conflict it is built anew from what is there then.
Result<> commit_anew(Store& store,
                     const std::function<Result<std::optional<Transaction>>()>& build) {
  for (int i = 0;; ++i) {
    const auto transaction = TRY(build());
    if (!transaction) return {};
    auto committed = store.commit(*transaction);
    if (committed) return {};
    if (committed.error().code != Errc::conflict || i == tries) return committed.error();
  }
}

Result<> put_anyway(Store& store, const std::string& key, const std::string& value) {
  TRY(store.commit({.compare = {}, .put = {{key, value, std::nullopt}}, .erase = {}}));
  return {};
}

Result<> erase_keys(Store& store, std::vector<std::string> keys) {
  TRY(store.commit({.compare = {}, .put = {}, .erase = std::move(keys)}));
  return {};
}

Result<int> parse_number(const Entry& entry) {
  int number = 0;
  const char* end = entry.value.data() + entry.value.size();
  const auto [stop, fault] = std::from_chars(entry.value.data(), end, number);
  if (fault == std::errc{} && stop == end && number > 0) return number;
  return make_error(Errc::corrupt, "record '{}': is no version", entry.key);
}

Result<InstanceId> parse_holder(const Entry& entry) {
  auto id = InstanceId::parse(entry.value);
  if (id) return id;
  return make_error(Errc::corrupt, "record '{}': {}", entry.key, id.error().message);
}

Result<Json> parse_report_text(const Entry& entry) {
  auto report = parse_json(entry.value);
  if (report) return report;
  return make_error(Errc::corrupt, "record '{}': {}", entry.key, report.error().message);
}

/// What is wrong with the entry; empty: nothing.
std::string fault_of(const Entry& entry) {
  const auto told = [](const auto& read) { return read ? "" : read.error().message; };
  const std::string_view key = entry.key;
  if (key.starts_with("images/")) return told(parse_entry<Image>(entry, parse_image));
  if (key.starts_with("instances/")) return told(parse_entry<Instance>(entry, parse_instance));
  if (key.starts_with("image-versions/")) return told(parse_number(entry));
  if (key.starts_with("instance-names/")) return told(parse_holder(entry));
  if (key.starts_with("reports/")) return told(parse_report_text(entry));
  return "";
}

}  // namespace

Result<std::vector<Image>> Records::images() {
  return list_of<Image>(store_, "images/", parse_image);
}
Result<std::vector<Instance>> Records::instances() {
  Listing listing = TRY(store_.list("instances/"));
  const auto parsed = parsed_.lock();
  std::map<std::string, Parsed> before = std::exchange(*parsed, {});
  std::vector<Instance> instances;
  instances.reserve(listing.entries.size());
  for (Entry& entry : listing.entries) {
    auto known = before.extract(entry.key);
    if (known.empty() || known.mapped().modified != entry.modified) {
      auto instance = parse_entry<Instance>(entry, parse_instance);
      if (!instance) continue;
      instances.push_back(*instance);
      parsed->emplace(std::move(entry.key), Parsed{entry.modified, *std::move(instance)});
      continue;
    }
    instances.push_back(known.mapped().instance);
    parsed->insert(std::move(known));
  }
  return instances;
}

Result<Image> Records::image(const ImageId& id) {
  return get_of<Image>(store_, key_of(id), parse_image, "image", id.str());
}

Result<Instance> Records::instance(const InstanceId& id) {
  return get_of<Instance>(store_, key_of(id), parse_instance, "instance", id.str());
}

Result<Instance> Records::find_instance(const std::string& ref) {
  const auto id = InstanceId::parse(ref);
  if (id) {
    auto found = instance(*id);
    if (found || found.error().code != Errc::not_found) return found;
  }
  TRY(parse_name(ref, "instance"));
  const auto named = TRY(store_.get(name_key(ref)));
  if (!named) return make_error(Errc::not_found, "instance '{}' does not exist", ref);
  return instance(TRY(parse_holder(*named)));
}

Result<> Records::add_instances(const std::vector<Instance>& instances) {
  return commit_anew(store_, [&]() -> Result<std::optional<Transaction>> {
    Transaction transaction;
    for (const Instance& instance : instances) {
      const auto named = TRY(store_.get(name_key(instance.name)));
      if (named && named->value != instance.id.str())
        return make_error(Errc::conflict, "instance '{}' exists: {}", instance.name, named->value);
      if (named) return std::optional<Transaction>{};  // all came in one transaction
      transaction.compare.push_back({name_key(instance.name), 0});
      transaction.compare.push_back({key_of(instance.id), 0});
      transaction.put.push_back({name_key(instance.name), instance.id.str(), std::nullopt});
      transaction.put.push_back(
          {key_of(instance.id), write_record(to_json(instance)), std::nullopt});
    }
    return std::optional{std::move(transaction)};
  });
}

Result<> Records::change_instance(const InstanceId& id,
                                  const std::function<bool(Instance&)>& change) {
  return change_instances({id}, change);
}

Result<> Records::change_instances(const std::vector<InstanceId>& ids,
                                   const std::function<bool(Instance&)>& change) {
  return commit_anew(store_, [&]() -> Result<std::optional<Transaction>> {
    Transaction transaction;
    for (const InstanceId& id : ids) {
      const auto entry = TRY(store_.get(key_of(id)));
      if (!entry) return make_error(Errc::not_found, "instance '{}' does not exist", id.str());
      Instance instance = TRY(parse_entry<Instance>(*entry, parse_instance));
      if (!change(instance)) continue;
      ++instance.generation;
      transaction.compare.push_back({entry->key, entry->modified});
      transaction.put.push_back({entry->key, write_record(to_json(instance)), std::nullopt});
    }
    if (transaction.put.empty()) return std::optional<Transaction>{};
    return std::optional{std::move(transaction)};
  });
}

Result<> Records::forget_instances(const std::vector<Instance>& instances) {
  return commit_anew(store_, [&]() -> Result<std::optional<Transaction>> {
    Transaction transaction;
    for (const Instance& instance : instances) {
      transaction.erase.push_back(key_of(instance.id));
      const auto named = TRY(store_.get(name_key(instance.name)));
      if (!named || named->value != instance.id.str()) continue;
      transaction.compare.push_back({named->key, named->modified});
      transaction.erase.push_back(named->key);
    }
    return std::optional{std::move(transaction)};
  });
}

Result<Image> Records::add_image(Image image, const Json& report) {
  TRY(commit_anew(store_, [&]() -> Result<std::optional<Transaction>> {
    const auto listed = TRY(store_.get(key_of(image.id)));
    if (listed) {
      image = TRY(parse_entry<Image>(*listed, parse_image));
      return std::optional<Transaction>{};
    }
    const auto last = TRY(store_.get(version_key(image.name)));
    image.version = (last ? TRY(parse_number(*last)) : 0) + 1;
    return std::optional{Transaction{
        .compare = {{key_of(image.id), 0}, {version_key(image.name), last ? last->modified : 0}},
        .put = {{key_of(image.id), write_record(to_json(image)), std::nullopt},
                {version_key(image.name), std::to_string(image.version), std::nullopt},
                {report_key(image.id.str()), dump_json(report), std::nullopt}},
        .erase = {}}};
  }));
  return image;
}

Result<> Records::forget_image(const ImageId& id) {
  return erase_keys(store_, {key_of(id), report_key(id.str())});
}

Result<> Records::save_report(const std::string& id, const Json& report) {
  return put_anyway(store_, report_key(id), dump_json(report));
}

Result<Json> Records::report(const std::string& id) {
  const auto entry = TRY(store_.get(report_key(id)));
  if (!entry) return make_error(Errc::not_found, "there is no report of '{}'", id);
  return parse_report_text(*entry);
}

Result<> Records::forget_report(const std::string& id) {
  return erase_keys(store_, {report_key(id)});
}

Result<std::vector<DamagedRecord>> Records::damaged() {
  std::vector<DamagedRecord> damaged;
  const Listing all = TRY(store_.list(""));
  for (const Entry& entry : all.entries)
    if (std::string fault = fault_of(entry); !fault.empty())
      damaged.push_back({entry.key, std::move(fault)});
  return damaged;
}

Result<std::optional<std::string>> Records::derived(const std::string& key) {
  const auto all_instances = TRY(instances());
  for (const Instance& instance : all_instances)
    if (name_key(instance.name) == key) return std::optional{instance.id.str()};
  int highest = 0;
  const auto all_images = TRY(images());
  for (const Image& image : all_images)
    if (version_key(image.name) == key) highest = std::max(highest, image.version);
  return highest > 0 ? std::optional{std::to_string(highest)} : std::nullopt;
}

Result<> Records::hold_bytes(const Sha256& digest, const JobId& job) {
  return put_anyway(store_, hold_key(digest, job), job.str());
}

Result<> Records::release_bytes(const Sha256& digest, const JobId& job) {
  return erase_keys(store_, {hold_key(digest, job)});
}

Result<> require_generation(const Caller& caller, std::string_view noun, const std::string& name,
                            std::int64_t generation) {
  if (caller.expected_generation.value_or(generation) == generation) return {};
  return make_error(Errc::conflict,
                    "{} '{}' has generation {}, not {}: it has changed since it was looked at",
                    noun, name, generation, *caller.expected_generation);
}

Result<bool> Records::bytes_used(const Sha256& digest) {
  if (!TRY(store_.list("holds/" + digest.hex() + "/")).entries.empty()) return true;
  const Listing images = TRY(store_.list("images/"));
  const Listing instances = TRY(store_.list("instances/"));
  for (const Entry& entry : images.entries) {
    const auto image = parse_entry<Image>(entry, parse_image);
    if (!image || image->digest == digest) return true;
  }
  for (const Entry& entry : instances.entries) {
    const auto instance = parse_entry<Instance>(entry, parse_instance);
    if (!instance || policy::rests_on(*instance, digest)) return true;
  }
  return false;
}

}  // namespace imprint::workflows
