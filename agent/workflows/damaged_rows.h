#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/sync.h"
#include "agent/model/node.h"
#include "agent/ports/journal.h"
#include "agent/workflows/records.h"

namespace imprint::workflows {

/// What of the journal and of the store cannot be read, and which orders are refused while that
/// stands: those on what a damaged job may have been changing, and all that change anything where
/// its row does not say what that is. Thread-safe.
class DamagedRows {
 public:
  /// `is_newer`: a newer version wrote them, and may have meant what this one does not know.
  DamagedRows(Journal& journal, Records& records, bool is_newer)
      : journal_{journal}, records_{records}, is_newer_{is_newer} {}

  /// Reads the records, the jobs that have not ended, and of those that have a part: the newest at
  /// first, older ones with each further call, then the newest again. What was not known before is
  /// logged as an error. What is known stays if one of them does not answer.
  Result<> look();

  [[nodiscard]] std::vector<Damage> all();
  [[nodiscard]] std::vector<DamagedJob> jobs();
  /// Whether an order on this subject may be taken. Errc::conflict names the row that forbids it.
  Result<> permit(const std::string& subject);
  /// Whether the image that `ref` means is known. Errc::conflict: a damaged record of an image may
  /// be a newer version of the bare name.
  Result<> permit_image(const std::string& ref);
  /// Whether it is known who uses an image. Errc::conflict names an instance's damaged record.
  Result<> permit_deletion();

 private:
  struct Found {
    std::vector<DamagedJob> jobs;  ///< ended ones last
    std::vector<DamagedRecord> records;
  };
  /// What the parts that were read so far had.
  struct Ended {
    std::map<std::int64_t, DamagedJob> jobs;  ///< by position
    std::optional<std::int64_t> below;        ///< where the next part begins; none: at the newest
  };

  Result<std::vector<DamagedJob>> look_at_ended();
  Result<> require_no_record(std::string_view prefix, std::string_view unknown);

  Journal& journal_;
  Records& records_;
  const bool is_newer_;
  Sync<Ended> ended_;
  Sync<Found> found_;
};

}  // namespace imprint::workflows
