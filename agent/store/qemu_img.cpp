#include "agent/store/qemu_img.h"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "agent/base/command.h"
#include "agent/model/json.h"

namespace imprint::store {
namespace {

using std::filesystem::path;

constexpr std::uint64_t memory_limit = std::uint64_t{2} << 30;
constexpr std::chrono::minutes short_limit{2};
constexpr std::chrono::minutes stall_limit{5};
constexpr std::chrono::hours longest_copy{24 * 30};  // what gets on may take its time

/// The process limits are the sandbox's; its only files are those given.
Command qemu_img(std::vector<std::string> arguments, std::vector<path> read,
                 std::vector<path> write) {
  Command command;
  command.arguments = {"qemu-img"};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.time_limit = short_limit;
  command.sandbox = Sandbox{system_read_paths(), std::move(write), memory_limit};
  auto& readable = command.sandbox->read;
  readable.insert(readable.end(), read.begin(), read.end());
  return command;
}

bool says(const std::string& text, int error_number) {
  return text.find(std::generic_category().message(error_number)) != std::string::npos;
}

Result<CommandOutput> run(const Command& command) {
  CommandOutput output = TRY(run_command(command));
  if (output.status == 0) return output;
  const Errc code = says(output.err, ENOSPC) || says(output.err, EDQUOT) || says(output.err, EFBIG)
                        ? Errc::exhausted
                        : Errc::unavailable;
  return make_error(code, "qemu-img {} failed with status {}: {}", command.arguments[1],
                    output.status, output.err.substr(0, output.err.find('\n')));
}

std::string_view qemu_name(ImageFormat format) {
  return format == ImageFormat::vhd ? "vpc" : to_string(format);
}

std::optional<std::string> text_at(const Json& json, const char* pointer) {
  const Json::json_pointer place{pointer};
  if (!json.contains(place) || !json.at(place).is_string()) return std::nullopt;
  return json.at(place).get<std::string>();
}

std::uint64_t allocated_bytes(const path& file) {
  struct stat info {};
  constexpr std::uint64_t block = 512;  // of st_blocks, whatever the file system
  return ::stat(file.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * block : 0;
}

}  // namespace

Result<Qcow2Facts> read_qcow2(const path& file) {
  // -U: a machine that runs holds the lock; its header does not change under us.
  auto output =
      run(qemu_img({"info", "-U", "-f", "qcow2", "--output=json", file.string()}, {file}, {}));
  if (!output) {
    Error fault = with_context(std::move(output).error(), "'" + file.string() + "'");
    if (fault.code == Errc::unavailable &&
        fault.message.find("not in qcow2 format") != std::string::npos)
      fault.code = Errc::corrupt;
    return fault;
  }
  const Json json = TRY_WITH(parse_json(output->out), "qemu-img info of '" + file.string() + "'");
  const auto size = json.find("virtual-size");
  if (size == json.end() || !size->is_number_unsigned())
    return make_error(Errc::corrupt, "qemu-img info of '{}' tells no virtual size", file.string());
  return Qcow2Facts{size->get<std::uint64_t>(), text_at(json, "/backing-filename"),
                    text_at(json, "/format-specific/data/data-file")};
}

Result<> create_qcow2(const path& target, std::uint64_t size, const std::optional<path>& backing) {
  std::vector<std::string> arguments{"create", "-q", "-f", "qcow2"};
  std::vector<path> read;
  if (backing) {
    arguments.insert(arguments.end(), {"-F", "qcow2", "-b", backing->string()});
    read.push_back(*backing);
  }
  arguments.insert(arguments.end(), {target.string(), std::to_string(size)});
  TRY(run(qemu_img(std::move(arguments), std::move(read), {target})));
  return {};
}

Result<> convert_to_qcow2(const path& source, ImageFormat format, const path& target,
                          const std::function<bool()>& cancelled) {
  // -p: it prints each per cent, so that a copy of zeros is seen to get on too.
  Command command = qemu_img({"convert", "-p", "-f", std::string{qemu_name(format)}, "-O", "qcow2",
                              source.string(), target.string()},
                             {source}, {target});
  command.time_limit = longest_copy;
  command.stall_limit = stall_limit;
  command.progress = [&target] { return allocated_bytes(target); };
  command.cancelled = cancelled;
  TRY(run(command));
  return {};
}

}  // namespace imprint::store
