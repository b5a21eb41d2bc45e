// imprintctl instance create.

#include <istream>

#include "agent/cli/follow.h"
#include "agent/cli/options.h"
#include "agent/cli/password.h"

namespace imprint::cli {
namespace {

const char* const examples = R"(Examples:
  imprintctl instance create --image debian12 --name web1
  imprintctl instance create --image debian12@3 --name db1 --cpus 2 --memory 4GiB --disk 40GiB --data-disk 100GiB \
      --ssh-key ~/.ssh/id_ed25519.pub --network default
  imprintctl instance create --image debian12 --name worker --count 20
  printf '%s\n' "$PASSWORD" | imprintctl instance create --image debian12 --name web1 --password-stdin)";

struct CreateOptions {
  std::string image;
  std::string name;
  int count = 0;
  int cpus = 1;
  std::string memory = "1GiB";
  std::string disk;
  std::vector<std::string> data_disks;
  std::string network;
  std::string hostname;
  std::vector<std::string> ssh_keys;
  std::string user_data;
  bool password = false;
  std::string firmware;
  ConfirmOptions confirm;
};

Result<CreateInstance> request_of(Session& session, const CreateOptions& options) {
  CreateInstance request;
  request.image = options.image;
  request.name = TRY(parse_name(options.name, "instance"));
  if (options.count > 0) request.count = options.count;
  request.cpus = options.cpus;
  request.memory = size_of(options.memory);
  if (!options.disk.empty()) request.disk = size_of(options.disk);
  for (const auto& size : options.data_disks) request.data_disks.push_back(size_of(size));
  if (!options.network.empty()) request.network = options.network;
  request.hostname = options.hostname;
  request.ssh_keys = TRY(read_ssh_keys(options.ssh_keys));
  if (!options.user_data.empty()) request.user_data = TRY(read_user_data(options.user_data));
  if (options.password) request.password_hash = TRY(hash_password(session.environment.in));
  if (!options.firmware.empty()) request.firmware = TRY(parse_firmware(options.firmware));
  request.confirm = TRY(confirm_of(options.confirm));
  return request;
}

Result<int> create(Session& session, const CreateOptions& options) {
  const CreateInstance request = TRY(request_of(session, options));
  return follow(session, session.service().create_instance(session.caller(), request));
}

void add_hardware(CLI::App* command, CreateOptions& options) {
  command->add_option("--cpus", options.cpus, "Virtual processors")
      ->check(CLI::Range(1, 512))
      ->capture_default_str();
  command->add_option("--memory", options.memory, "Main memory")
      ->check(a_size())
      ->capture_default_str();
  command->add_option("--disk", options.disk, "Size of the system disk; by default the image's")
      ->check(a_size());
  command
      ->add_option("--data-disk", options.data_disks, "A data disk of that size; may be repeated")
      ->allow_extra_args(false)
      ->check(a_size());
  command->add_option("--network", options.network,
                      "A libvirt network; without it there is no network card");
  command->add_option("--firmware", options.firmware, "By default what the image can, BIOS first")
      ->check(CLI::IsMember({"bios", "uefi"}));
}

void add_identity(CLI::App* command, CreateOptions& options) {
  command->add_option("--hostname", options.hostname, "By default the name");
  command
      ->add_option("--ssh-key", options.ssh_keys,
                   "A file of public keys for the default user; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_flag(
      "--password-stdin", options.password,
      "Read the default user's password from standard input; only its hash leaves this program");
  command->add_option("--user-data", options.user_data, "A user-data document for cloud-init")
      ->type_name("FILE");
}

}  // namespace

void add_instance_create(CLI::App& instance, Session& session) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* command = add_action(instance, session, "create",
                                 "Make a machine from an image and start it", options, create);
  command
      ->add_option("--image", options->image,
                   "Its id, its name (the newest version), or name@version")
      ->required();
  command->add_option("--name", options->name, "The machine's name")->required();
  command
      ->add_option("--count", options->count,
                   "So many at once, all or none, as NAME-1, NAME-2 and so on; one job makes them")
      ->check(CLI::Range(1, 100));
  add_hardware(command, *options);
  add_identity(command, *options);
  add_confirm(command, options->confirm);
  command->footer(examples);
}

}  // namespace imprint::cli
