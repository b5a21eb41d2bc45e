#include "agent/policy/deletion.h"

#include <algorithm>

#include "agent/policy/image_choice.h"

namespace imprint::policy {

std::vector<Instance> users_of(const std::vector<Instance>& instances, const Image& image) {
  std::vector<Instance> users;
  std::ranges::copy_if(instances, std::back_inserter(users), [&](const Instance& instance) {
    return instance.system.image == image.id ||
           (instance.retained && instance.retained->system.image == image.id);
  });
  return users;
}

Result<> may_delete_image(const std::vector<Instance>& instances, const Image& image, bool force) {
  const std::vector<Instance> users = users_of(instances, image);
  if (force || users.empty()) return {};
  std::string names;
  for (const Instance& user : users)
    names += fmt::format("{}'{}' ({})", names.empty() ? "" : ", ", user.name, user.id.str());
  return make_error(Errc::conflict, "image '{}' is used by {}; delete it by force or reimage them",
                    name_and_version(image), names);
}

bool rests_on(const Instance& instance, const Sha256& digest) {
  return instance.system.disk.base_digest == digest ||
         (instance.retained && instance.retained->system.disk.base_digest == digest);
}

}  // namespace imprint::policy
