#include "guestfs/container/qemu_img.h"

#include <system_error>

#include "agent/base/command.h"
#include "guestfs/container/bytes.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::uint64_t memory_limit = std::uint64_t{2} << 30;
constexpr std::uint64_t processor_seconds = 30;
constexpr std::chrono::seconds time_limit{60};
constexpr std::size_t answer_limit = std::size_t{4} << 20;

Command info_command(const std::filesystem::path& image, std::string_view format) {
  Command command;
  command.arguments = {"qemu-img",          "info",        "--output=json", "-U", "-f",
                       std::string{format}, image.string()};
  command.time_limit = time_limit;
  command.output_limit = answer_limit;
  command.sandbox = Sandbox{};
  command.sandbox->read = system_read_paths();
  command.sandbox->read.push_back(image);
  command.sandbox->memory_limit = memory_limit;
  command.sandbox->cpu_seconds = processor_seconds;
  return command;
}

}  // namespace

Result<std::string> qemu_img_info(const std::filesystem::path& path, std::string_view format) {
  // An absolute name: QEMU takes what stands before a ':' in a relative one for a protocol.
  std::error_code fault;
  const auto image = std::filesystem::canonical(path, fault);
  if (fault) return system_error(fault.value(), say("image '{}'", path.string()));
  CommandOutput output = TRY(run_command(info_command(image, format)));
  if (output.status == 0) return std::move(output.out);
  const std::string reason = printable(std::as_bytes(std::span{output.err}));
  if (output.status >= 128)
    return make_error(
        Errc::unavailable, "{}",
        say("qemu-img was killed by signal {} on image '{}'", output.status - 128, path.string()));
  return make_error(Errc::corrupt, "{}",
                    say("qemu-img refuses image '{}' as {}: {}", path.string(), format, reason));
}

}  // namespace imprint::container
