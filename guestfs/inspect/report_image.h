#pragma once

#include <functional>

#include "guestfs/inspect/inspect_image.h"
#include "guestfs/inspect/ledger.h"

namespace imprint::inspect {

/// The report of the task's image: `read` is called to fill the ledger and the report, unless the
/// file is none that may be opened, and the digest is computed beside it. Never fails: what cannot
/// be read is undetermined, and so is everything if the image or a companion changes meanwhile.
ImageReport report_image(const Task& task, const std::function<void(Ledger&, ImageReport&)>& read);

}  // namespace imprint::inspect
