// WorkerInspector::inspect_together: several images in one worker, and what of its answers counts.

#include <algorithm>

#include "agent/base/command.h"
#include "agent/model/json.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/inspect/orders.h"
#include "guestfs/inspect/saved_state.h"
#include "guestfs/inspect/worker_command.h"
#include "guestfs/inspect/worker_inspector.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

/// A healthy image takes a second or a few. One that takes longer is given up and has the whole
/// time limit when it is inspected by itself.
constexpr std::chrono::seconds patience{60};

using Reports = std::vector<std::optional<ImageReport>>;

/// Takes the worker's lines as they come, because those of a worker that is killed count too.
class Answers {
 public:
  explicit Answers(const std::vector<fs::path>& images)
      : images_{images}, reports_(images.size()) {}

  void add(std::string_view output) {
    pending_ += output;
    for (std::size_t end = pending_.find('\n'); end != std::string::npos;
         end = pending_.find('\n')) {
      believed_ = believed_ && add_line(pending_.substr(0, end));
      pending_.erase(0, end + 1);
    }
  }

  Reports take() { return std::move(reports_); }

 private:
  /// Each image is told of once and in its turn; a worker that does otherwise is believed no more.
  bool add_line(const std::string& line) {
    const auto json = parse_json(line);
    if (!json || !json->is_object() || !json->contains("report")) return false;
    ObjectReader reader{*json, "answer"};
    const auto number = static_cast<std::size_t>(reader.number("image"));
    auto report = parse_image_report(reader.member("report"));
    if (!reader.finish() || !report || number < next_ || number >= images_.size() ||
        report->path != images_[number].string() || !report->undetermined.empty())
      return false;
    next_ = number + 1;
    reports_[number] = *std::move(report);
    return true;
  }

  const std::vector<fs::path>& images_;
  Reports reports_;
  std::string pending_;
  std::size_t next_ = 0;
  bool believed_ = true;
};

Inspection inspection_of(const Inspection& common, const fs::path& image) {
  Inspection inspection = common;
  inspection.image = image;
  return inspection;
}

Command command_for_batch(const Inspection& common, const Workplace& place,
                          const std::vector<fs::path>& images, const Orders& orders) {
  Command command = command_at(place, images, common.time_limit * static_cast<int>(images.size()));
  command.stall_limit = std::min<std::chrono::seconds>(patience, common.time_limit);
  command.arguments.insert(command.arguments.end(),
                           {"--batch", "--lang", common.language, "--profile", "-"});
  add_saved_state(command, place);
  command.arguments.emplace_back("--");
  for (const fs::path& image : images) command.arguments.push_back(image.string());
  command.input = dump_json(orders_to_json(orders));
  command.cancelled = common.cancelled;
  return command;
}

/// Those that may be opened, by absolute paths: the sandbox names what the worker may read, and
/// everything below a folder that was given as an image would be open to it.
std::vector<std::size_t> readable_of(const std::vector<fs::path>& images,
                                     std::vector<fs::path>& paths) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < images.size(); ++i) {
    std::error_code failed;
    const fs::path path = fs::absolute(images[i], failed);
    if (failed || !container::FileSource::open(path)) continue;
    numbers.push_back(i);
    paths.push_back(path);
  }
  return numbers;
}

}  // namespace

std::vector<std::optional<ImageReport>> WorkerInspector::inspect_together(
    const Inspection& common, const std::vector<fs::path>& images) {
  Reports reports(images.size());
  std::vector<fs::path> paths;
  const std::vector<std::size_t> numbers = readable_of(images, paths);
  // What cannot be had here is missed, and told of, when each is inspected by itself.
  const auto orders = orders_of(common, clock());
  if (numbers.size() < 2 || !orders || !common.restore || !common.passphrase.empty())
    return reports;
  auto found = find_workplace(settings_, true);
  if (!found) return reports;
  std::optional<Workplace> place = *std::move(found);
  if (!place) {
    for (std::size_t i = 0; i < numbers.size(); ++i)
      reports[numbers[i]] = ask_gate(inspection_of(common, paths[i]), settings_, *orders);
    if (std::ranges::all_of(numbers, [&](std::size_t i) { return reports[i].has_value(); }))
      return reports;
    auto prepared = prepare_workplace(settings_, true);
    if (!prepared) return reports;
    place.emplace(*std::move(prepared));
  }
  if (!place->saved) return reports;
  Answers answers{paths};
  Command command = command_for_batch(common, *place, paths, *orders);
  command.on_output = [&](std::string_view output) { answers.add(output); };
  static_cast<void>(run_command(command));
  Reports taken = answers.take();
  for (std::size_t i = 0; i < numbers.size(); ++i) reports[numbers[i]] = std::move(taken[i]);
  return reports;
}

}  // namespace imprint::inspect
