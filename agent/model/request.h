#pragma once
// The closed set of what can be asked. Parsed strictly at the edge; the core sees only these types.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/confirm.h"
#include "agent/model/image.h"
#include "agent/model/instance.h"

namespace imprint {

/// A text that must never be logged, recorded or put on a command line.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_{std::move(text)} {}
  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

 private:
  std::string text_;
};

struct ImportImage {
  std::string source;  ///< an absolute path on the node, or an http or https URL
  std::string name;
  std::optional<Sha256> sha256;  ///< what the source's bytes must be; none: not checked
  std::optional<std::string>
      format;  ///< of ImageFormat: what the caller says it is, unpacked; a lie is refused
  ImageKind kind = ImageKind::custom;
  std::string provider;
  std::optional<ConfirmSignal> confirm;
};

struct CreateInstance {
  std::string image;  ///< ImageRef
  std::string name;
  std::optional<int> count;  ///< so many at once, NAME-1 to NAME-count; none: one, NAME
  int cpus = 1;
  std::uint64_t memory = std::uint64_t{1} << 30;
  std::optional<std::uint64_t> disk;      ///< size of the system disk in bytes; none: the image's
  std::vector<std::uint64_t> data_disks;  ///< sizes in bytes
  std::optional<std::string> network;
  std::string hostname;  ///< empty: the name; of many it gets their numbers, too
  std::vector<std::string> ssh_keys;
  Secret user_data;
  Secret password_hash;  ///< crypt(5) hash for the image's default user; never the password
  std::optional<Firmware> firmware;  ///< none: what the image can, BIOS first
  std::optional<ConfirmSignal> confirm;
};

struct ReimageInstance {
  std::string image;
  bool accept_data_loss = false;  ///< the system disk's content is lost: must be said
  std::chrono::seconds keep_old{24 * 3600};
  std::optional<std::uint64_t> disk;  ///< none: the larger of the old disk's and the image's
  std::optional<Secret> user_data;    ///< none: as at create
  std::optional<ConfirmSignal> confirm;
};

struct StopInstance {
  std::chrono::seconds grace{
      60};  ///< asked politely for so long, then by force; 0: by force at once
};

Result<ImportImage> parse_import_image(const Json& json);
Result<CreateInstance> parse_create_instance(const Json& json);
Result<ReimageInstance> parse_reimage_instance(const Json& json);
Result<StopInstance> parse_stop_instance(const Json& json);

/// The name of one of many: "web-3".
std::string numbered(const std::string& name, int number);

/// For the wire, secrets included.
Json to_json(const ImportImage& request);
Json to_json(const CreateInstance& request);
Json to_json(const ReimageInstance& request);
Json to_json(const StopInstance& request);

/// The same for records and logs: each secret is replaced by its SHA-256, so that a repeat can
/// still be recognised.
Json to_record(const CreateInstance& request);
Json to_record(const ReimageInstance& request);

/// What a reimage would do, for `--dry-run`.
struct PlanStep {
  std::string name;
  std::string text;
};
struct Plan {
  std::vector<PlanStep> steps;
  std::vector<std::string> lost;  ///< what is lost: sentences that name the disk
  std::vector<std::string>
      kept;  ///< what is kept: each data disk by serial, the old system disk until when
  std::uint64_t space_needed = 0;  ///< bytes, at most
};
Json to_json(const Plan& plan);
Result<Plan> parse_plan(const Json& json);

}  // namespace imprint
