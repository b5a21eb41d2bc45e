#pragma once
// Who uses an image, and whether it may go. Pure.

#include <string>
#include <vector>

#include "agent/model/image.h"
#include "agent/model/instance.h"

namespace imprint::policy {

/// The instances whose present or retained system was made of the image.
std::vector<Instance> users_of(const std::vector<Instance>& instances, const Image& image);

/// Errc::conflict, naming the instances, if any uses it and `force` is not given. By force the
/// record goes; the bytes stay for as long as a disk rests on them.
Result<> may_delete_image(const std::vector<Instance>& instances, const Image& image, bool force);

/// Whether any disk of an instance rests on these bytes.
bool rests_on(const Instance& instance, const Sha256& digest);

}  // namespace imprint::policy
