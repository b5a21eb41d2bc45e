#pragma once
// Images and instances in the Store, typed.
//   images/ID            an image's record        image-versions/NAME   the highest version ever
//   given to the name instances/ID         an instance's record     instance-names/NAME   the id of
//   the instance that has the name reports/ID           what a check said: under the image's id, or
//   under the job's when the image was refused holds/DIGEST/JOB     a job that is about to rest a
//   disk on these bytes

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/sync.h"
#include "agent/model/image.h"
#include "agent/model/instance.h"
#include "agent/ports/service.h"
#include "agent/ports/store.h"

namespace imprint::workflows {

/// A record that is there and cannot be read.
struct DamagedRecord {
  std::string key;
  std::string reason;
};

/// Every change is a compare-and-swap; one that stands already is fine. A lost answer
/// (Errc::unavailable) is resolved by calling again. Thread-safe.
class Records {
 public:
  explicit Records(Store& store) : store_{store} {}

  /// Records that cannot be read are passed over, for one bad record hides no other; damaged() has
  /// them.
  Result<std::vector<Image>> images();
  Result<std::vector<Instance>> instances();

  /// Errc::not_found.
  Result<Image> image(const ImageId& id);
  Result<Instance> instance(const InstanceId& id);
  /// By id or name. Errc::not_found.
  Result<Instance> find_instance(const std::string& ref);

  /// Takes the names and makes the records, all or none. Errc::conflict: another instance has one
  /// of the names.
  Result<> add_instances(const std::vector<Instance>& instances);
  /// `change` makes the record what it should be and says whether there was anything to do. The
  /// generation grows. Errc::not_found.
  Result<> change_instance(const InstanceId& id, const std::function<bool(Instance&)>& change);
  /// The same for several at once, all or none.
  Result<> change_instances(const std::vector<InstanceId>& ids,
                            const std::function<bool(Instance&)>& change);
  /// Removes records and names; nothing there is fine.
  Result<> forget_instances(const std::vector<Instance>& instances);

  /// Gives the image the next version of its name and lists it with its report; returns it as it is
  /// listed. An image of this id that is listed already is returned as it is.
  Result<Image> add_image(Image image, const Json& report);
  Result<> forget_image(const ImageId& id);

  Result<> save_report(const std::string& id, const Json& report);
  /// Errc::not_found.
  Result<Json> report(const std::string& id);
  Result<> forget_report(const std::string& id);

  /// The records that cannot be read. No call here changes one of them, or removes it.
  Result<std::vector<DamagedRecord>> damaged();
  /// What the other records say that the record of this key should be: the instance that has a
  /// name, the highest version of an image's name. None: nothing is known of it.
  Result<std::optional<std::string>> derived(const std::string& key);

  Result<> hold_bytes(const Sha256& digest, const JobId& job);
  Result<> release_bytes(const Sha256& digest, const JobId& job);
  /// Whether an image, a disk or a job needs these bytes. A record that cannot be read counts as
  /// one that does.
  Result<bool> bytes_used(const Sha256& digest);

 private:
  struct Parsed {
    Revision modified = 0;
    Instance instance;
  };

  Store& store_;
  /// What instances() has parsed, by key: a record that stands is not parsed again.
  Sync<std::map<std::string, Parsed>> parsed_;
};

/// That the caller's expectation, if there is one, holds. Errc::conflict.
Result<> require_generation(const Caller& caller, std::string_view noun, const std::string& name,
                            std::int64_t generation);

}  // namespace imprint::workflows
