// imprint-inspect: opens one untrusted image, prints one report as JSON, or carries out the plan of
// a repair, and exits. Whoever starts it confines it first.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "agent/base/passphrase.h"
#include "agent/model/json.h"
#include "agent/ports/clock.h"
#include "guestfs/inspect/drop_root.h"
#include "guestfs/inspect/inspect_batch.h"
#include "guestfs/inspect/inspect_image.h"
#include "guestfs/inspect/orders.h"
#include "guestfs/inspect/repair_worker.h"
#include "guestfs/inspect/unpack_worker.h"
#include "guestfs/inspect/worker_inspector.h"
#include "guestfs/language/language.h"
#include "guestfs/profiles/load_manifest.h"
#include "guestfs/profiles/load_profile.h"

namespace {

constexpr int wrong_usage = 64;  // EX_USAGE of sysexits.h

struct Options {
  std::vector<std::string> images;
  bool batch = false;
  std::string format;
  std::string digest;
  std::string profile = "generic";
  std::vector<std::string> companions;
  std::string appliance;
  std::string accelerator = "tcg";
  std::string language = "en";
  bool plans_repair = false;
  bool repairs = false;
  bool container_only = false;
  std::string state_key;
  std::string wrapper;
  std::string features;
  int memory = -1;
  int devices = -1;
  std::string not_saved;
  std::string learn_features;
  std::string prepare;
  std::string unpack_to;
  std::uint64_t data_limit = 0;
  std::string passphrase_file;
};

void describe(CLI::App& app, Options& options) {
  app.add_option("image", options.images, "the disk image to read; with --batch several");
  app.add_flag("--batch", options.batch,
               "read the images one after the other in one saved appliance; print a line "
               "{image, report} for each whose report counts");
  app.add_option("--format", options.format, "its format; found by its content if not given")
      ->check(CLI::IsMember({"qcow2", "raw", "vmdk", "vhd", "vpc", "vhdx", "vdi"}));
  app.add_option("--sha256", options.digest, "its digest; computed if not given");
  app.add_option("--unpack-to", options.unpack_to,
                 "no report: unpack the image into this file, and nothing else");
  app.add_option("--data-limit", options.data_limit, "bytes that --unpack-to may write");
  app.add_flag("--container-only", options.container_only,
               "print the report if the container gate refuses the image, else null; needs no "
               "appliance");
  app.add_flag("--plan-repair", options.plans_repair,
               "print {report, plan}: the plan says what a repair would change");
  app.add_flag("--repair", options.repairs,
               "no report: write what the plan on standard input says into the image");
  app.add_option(
      "--profile", options.profile,
      "profiles' names or files, separated by commas; '-': on standard input, as JSON with all "
      "that the launcher has to say");
  app.add_option("--companion", options.companions,
                 "a further disk of the same machine, or a manifest (.toml) of such disks");
  app.add_option("--passphrase-file", options.passphrase_file,
                 "a file whose first line opens volumes of LUKS");
  app.add_option("--appliance", options.appliance, "folder of a fixed libguestfs appliance");
  app.add_option("--accelerator", options.accelerator, "how QEMU runs the appliance")
      ->check(CLI::IsMember({"kvm", "tcg"}));
  app.add_option("--state-key", options.state_key, "the saved appliance's key");
  app.add_option("--wrapper", options.wrapper, "imprint-appliance-qemu");
  app.add_option("--features", options.features, "folder of what libguestfs learned of QEMU");
  app.add_option("--memory", options.memory, "descriptor of the saved appliance's memory");
  app.add_option("--devices", options.devices, "descriptor of the saved appliance's devices");
  app.add_option("--not-saved", options.not_saved, "why no saved appliance is given");
  app.add_option("--learn-features", options.learn_features,
                 "no report: keep what libguestfs learns of QEMU in this folder");
  app.add_option("--prepare", options.prepare,
                 "no report: make the appliance and its saved state in this cache folder");
  app.add_option("--lang", options.language, "language of messages, effects and hints")
      ->check(CLI::IsMember({"en", "zh"}));
}

std::string read_input() {
  return {std::istreambuf_iterator<char>{std::cin}, {}};
}

using imprint::inspect::Orders;

imprint::Result<Orders> read_orders(const Options& options) {
  if (options.profile == "-")
    return imprint::inspect::parse_orders_json(TRY(imprint::parse_json(read_input())));
  Orders orders;
  orders.profiles = TRY(imprint::profiles::load_profiles(options.profile));
  orders.today = imprint::format_time(imprint::SystemClock{}.now()).substr(0, 10);
  for (const std::string& companion : options.companions)
    if (imprint::profiles::is_manifest(companion))
      for (auto& volume : TRY(imprint::profiles::load_manifest(companion)))
        orders.promised.push_back(std::move(volume));
  if (!options.passphrase_file.empty())
    orders.passphrase = TRY(imprint::read_passphrase(options.passphrase_file));
  return orders;
}

imprint::inspect::Task task_of(const Options& options) {
  imprint::inspect::Task task;
  task.image = options.images.front();
  if (!options.format.empty()) task.format = options.format;
  task.digest = options.digest;
  for (const std::string& companion : options.companions)
    if (!imprint::profiles::is_manifest(companion)) task.companions.emplace_back(companion);
  task.appliance = options.appliance;
  task.temp_folder = std::filesystem::temp_directory_path();
  task.kvm = options.accelerator == "kvm";
  task.not_saved = options.not_saved;
  if (!options.state_key.empty())
    task.saved =
        imprint::guest::SavedMachine{options.state_key, options.wrapper, options.features,
                                     imprint::Fd{options.memory}, imprint::Fd{options.devices}};
  return task;
}

imprint::Json answer(const imprint::inspect::Task& task, const Options& options) {
  if (options.container_only) {
    const auto refused = imprint::inspect::refuse_container(task);
    return refused ? to_json(*refused) : imprint::Json(nullptr);
  }
  if (!options.plans_repair) return to_json(imprint::inspect::inspect_image(task));
  const auto planned = imprint::inspect::plan_repair_of_image(task);
  return {{"report", to_json(planned.report)}, {"plan", to_json(planned.plan)}};
}

int run_batch(const imprint::inspect::Task& task, const Options& options) {
  const auto tell = [](std::size_t image, const imprint::ImageReport& report) {
    const imprint::Json line{{"image", image}, {"report", to_json(report)}};
    std::cout << imprint::dump_json(line) << std::endl;
  };
  imprint::inspect::inspect_batch(task, {options.images.begin(), options.images.end()}, tell);
  return std::cout ? 0 : 1;
}

int learn(const Options& options) {
  const auto learned =
      imprint::guest::learn_features(options.learn_features, options.appliance, options.wrapper);
  if (!learned) std::cerr << learned.error().message << '\n';
  return learned ? 0 : 1;
}

int prepare(const Options& options) {
  const auto prepared = imprint::inspect::prepare_for_checks(options.prepare);
  if (!prepared) std::cerr << prepared.error().message << '\n';
  return prepared ? 0 : 1;
}

int run(const Options& options) {
  if (!options.prepare.empty()) return prepare(options);
  if (!options.learn_features.empty()) return learn(options);
  imprint::language::speak(imprint::language::parse_language(options.language)
                               .value_or(imprint::language::Language::english));
  if (auto dropped = imprint::inspect::drop_root(); !dropped) {
    std::cerr << dropped.error().message << '\n';
    return 1;
  }
  if (!options.unpack_to.empty())
    return static_cast<int>(imprint::inspect::run_unpack(options.images.front(), options.unpack_to,
                                                         options.data_limit));
  imprint::inspect::Task task = task_of(options);
  if (options.repairs) return static_cast<int>(imprint::inspect::run_repair(task, read_input()));
  auto orders = read_orders(options);
  if (!orders) {
    std::cerr << orders.error().message << '\n';
    return wrong_usage;
  }
  task.profiles = std::move(orders->profiles);
  task.today = std::move(orders->today);
  task.promised = std::move(orders->promised);
  task.passphrase = std::move(orders->passphrase);
  if (options.batch) return run_batch(task, options);
  std::cout << imprint::dump_json(answer(task, options)) << '\n';
  return std::cout.flush() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app{"Reads one disk image and prints a report as JSON.", "imprint-inspect"};
  Options options;
  describe(app, options);
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return wrong_usage;
  }
  const bool wants_images = options.prepare.empty() && options.learn_features.empty();
  if (wants_images && (options.batch ? options.images.empty() : options.images.size() != 1)) {
    std::cerr << "an image is required\n";
    return wrong_usage;
  }
  const bool wants_appliance =
      options.unpack_to.empty() && options.prepare.empty() && !options.container_only;
  if (options.appliance.empty() && wants_appliance) {
    std::cerr << "--appliance is required\n";
    return wrong_usage;
  }
  return run(options);
}
