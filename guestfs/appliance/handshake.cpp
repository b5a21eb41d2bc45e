#include "guestfs/appliance/handshake.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <sstream>

#include "agent/base/hex.h"
#include "guestfs/appliance/control_words.h"

namespace imprint::appliance {
namespace {

Result<std::string> make_nonce() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return system_error(errno, "random bytes");
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

Result<> expect(const std::string& answer, const std::string& wanted) {
  if (answer == wanted) return {};
  return make_error(Errc::corrupt, "the restored machine answers '{:.100}' instead of '{}'", answer,
                    wanted);
}

Error makes_no_sense(const std::string& line) {
  return make_error(Errc::corrupt, "the restored machine answers '{:.100}'", line);
}

/// Folders can lie deeper than any system call takes a path, and init gives up at a longer order.
bool can_be_asked_of(const std::string& path) {
  return std::string_view{mounts_folder}.size() + path.size() < PATH_MAX;
}

Result<std::optional<std::string>> parse_attributes(const std::string& line) {
  constexpr std::string_view none = "attributes ";
  constexpr std::string_view some = "attributes -";
  if (line == none) return std::optional<std::string>{};
  if (line.starts_with(some)) return std::optional{line.substr(some.size())};
  return make_error(Errc::corrupt, "the appliance answers '{:.100}' to a question for attributes",
                    line);
}

}  // namespace

Result<std::optional<FileExtents>> parse_extents(const std::string& line) {
  constexpr std::uint64_t farthest = std::uint64_t{1} << 60;
  std::istringstream words{line};
  std::string word;
  if (!(words >> word) || word != "extents") return makes_no_sense(line);
  if (!(words >> word)) return std::optional<FileExtents>{};
  if (word.size() != 3 || !word.starts_with("sd") || word[2] < 'a' || word[2] > 'z')
    return makes_no_sense(line);
  FileExtents file{static_cast<unsigned>(word[2] - 'a'), {}};
  std::uint64_t end = 0;
  for (Extent next; words >> next.logical >> next.physical >> next.length;
       file.extents.push_back(next)) {
    if (next.physical > farthest || next.length > farthest) return makes_no_sense(line);
    if (next.logical != end) return std::optional<FileExtents>{};
    end += next.length;
  }
  if (!words.eof() || file.extents.empty()) return makes_no_sense(line);
  return std::optional{std::move(file)};
}

Result<Values> parse_probed(const std::string& line) {
  std::istringstream words{line};
  std::string word;
  if (!(words >> word) || word != "probed") return makes_no_sense(line);
  Values values;
  while (words >> word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return makes_no_sense(line);
    const auto value = parse_hex(std::string_view{word}.substr(equals + 1));
    if (!value) return makes_no_sense(line);
    values[word.substr(0, equals)] = *value;
  }
  return values;
}

Result<std::vector<BlockDevice>> parse_found(const std::string& line) {
  constexpr std::uint64_t sector = 512;
  constexpr std::uint64_t most_sectors = std::uint64_t{1} << 54;
  std::istringstream words{line};
  std::string name;
  if (!(words >> name) || name != "found")
    return make_error(Errc::corrupt, "the restored machine names no disks: '{:.100}'", line);
  std::vector<BlockDevice> devices;
  std::uint64_t sectors = 0;
  while (words >> name >> sectors) {
    BlockDevice device{name, 0, 0, sectors * sector};
    const char* end = name.data() + name.size();
    const bool is_disk =
        name.size() >= 3 && name.starts_with("sd") && name[2] >= 'a' && name[2] <= 'z';
    const bool is_partition = name.size() > 3;
    if (!is_disk || sectors > most_sectors ||
        (is_partition && std::from_chars(name.data() + 3, end, device.partition).ptr != end))
      return make_error(Errc::corrupt, "the restored machine names a disk '{:.100}'", name);
    device.disk = static_cast<unsigned>(name[2] - 'a');
    devices.push_back(std::move(device));
  }
  std::sort(devices.begin(), devices.end(), [](const BlockDevice& a, const BlockDevice& b) {
    return std::pair{a.disk, a.partition} < std::pair{b.disk, b.partition};
  });
  return devices;
}

Result<> Handshake::await_ready(Deadline deadline) {
  return expect(TRY(stream_.read_line(deadline)), "ready " + key_);
}

Result<std::vector<BlockDevice>> Handshake::send_disks(std::size_t disks, Deadline deadline) {
  const std::string nonce = TRY(make_nonce());
  TRY(stream_.write(fmt::format("go {} {}\n", nonce, disks)));
  TRY(expect(TRY(stream_.read_line(deadline)), fmt::format("here {} {} {}", key_, nonce, disks)));
  return parse_found(TRY(stream_.read_line(deadline)));
}

Error Handshake::lost_answer() {
  return make_error(Errc::unavailable, "an earlier question was not answered");
}

Result<> Handshake::leave_disks(Deadline deadline) {
  if (lost_) return lost_answer();
  const std::string nonce = TRY(make_nonce());
  foresight_.turn_over();
  TRY(stream_.write(fmt::format("leave {}\n", nonce)));
  const std::string answer = TRY(stream_.read_line(deadline));
  const std::string unsound = fmt::format("unsound {} {} ", key_, nonce);
  if (answer.starts_with(unsound))
    return make_error(Errc::conflict, "a disk has left something behind: {:.100}",
                      answer.substr(unsound.size()));
  return expect(answer, fmt::format("left {} {}", key_, nonce));
}

Result<> Handshake::assemble(Deadline deadline) {
  TRY(stream_.write("assemble\n"));
  return expect(TRY(stream_.read_line(deadline)), "assembled");
}

Result<bool> Handshake::mount(const std::string& options, const std::string& type,
                              const std::string& device, const std::string& folder,
                              Deadline deadline) {
  const std::string answer =
      TRY(ask(fmt::format("mount {} {} {} {}\n", options, type, device, folder), deadline));
  if (answer != "not mounted") TRY(check(expect(answer, "mounted")));
  return answer == "mounted";
}

Result<> Handshake::begin(const std::string& orders) {
  if (lost_) return lost_answer();
  lost_ = true;
  return stream_.write(orders);
}

Result<std::string> Handshake::ask(const std::string& order, Deadline deadline) {
  TRY(begin(order));
  std::string answer = TRY(stream_.read_line(deadline));
  lost_ = false;
  return answer;
}

template <class Answer>
Answer Handshake::check(Answer answer) {
  if (!answer) lost_ = true;
  return answer;
}

Result<std::optional<std::string>> Handshake::attributes(const std::string& path,
                                                         Deadline deadline) {
  if (!can_be_asked_of(path)) return std::optional<std::string>{};
  return check(parse_attributes(TRY(ask(fmt::format("attributes {}\n", to_hex(path)), deadline))));
}

Result<std::optional<FileExtents>> Handshake::extents(const std::string& path, Deadline deadline) {
  if (!can_be_asked_of(path)) return std::optional<FileExtents>{};
  return check(parse_extents(TRY(ask(fmt::format("extents {}\n", to_hex(path)), deadline))));
}

Result<std::optional<std::string>> Handshake::ask_for_bytes(const std::string& question,
                                                            const std::string& path,
                                                            Deadline deadline) {
  if (!can_be_asked_of(path)) return std::optional<std::string>{};
  const std::string order = fmt::format("{} {}\n", question, to_hex(path));
  foresight_.note(order);
  if (const auto* known = foresight_.find(order)) return *known;
  TRY(begin(order));
  auto told = TRY(read_told(deadline));
  lost_ = false;
  foresight_.keep(order, told);
  return told;
}

Result<> Handshake::foresee(const std::string& folder, std::chrono::seconds patience) {
  // No more than the machine takes in while it waits for its answers to be read.
  constexpr std::size_t at_once = 4096;
  const std::vector<std::string> orders = foresight_.expected_below(folder);
  for (auto next = orders.begin(); next != orders.end();) {
    std::string text;
    const auto first = next;
    while (next != orders.end() && (next == first || text.size() + next->size() <= at_once))
      text += *next++;
    TRY(begin(fmt::format("many {}\n{}", next - first, text)));
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    for (auto order = first; order != next; ++order)
      foresight_.keep(*order, TRY(read_told(deadline)));
    lost_ = false;
  }
  return {};
}

Result<std::optional<std::string>> Handshake::read_told(Deadline deadline) {
  constexpr std::string_view told = "told ";
  constexpr std::size_t most = std::size_t{1} << 20;
  const std::string answer = TRY(stream_.read_line(deadline));
  if (answer == "untold") return std::optional<std::string>{};
  std::size_t size = 0;
  const char* end = answer.data() + answer.size();
  if (!answer.starts_with(told) ||
      std::from_chars(answer.data() + told.size(), end, size).ptr != end || size > most)
    return makes_no_sense(answer);
  return std::optional{TRY(stream_.read_bytes(size, deadline))};
}

Result<std::optional<Look>> Handshake::look(const std::string& path, Deadline deadline) {
  const auto told = TRY(ask_for_bytes("look", path, deadline));
  if (!told) return std::optional<Look>{};
  return std::optional{TRY(check(parse_look(*told)))};
}

Result<std::optional<std::vector<ToldEntry>>> Handshake::folder(const std::string& path,
                                                                bool details, Deadline deadline) {
  const auto told = TRY(ask_for_bytes(details ? "folder" : "names", path, deadline));
  if (!told) return std::optional<std::vector<ToldEntry>>{};
  return std::optional{TRY(check(parse_folder(*told)))};
}

Result<std::optional<std::string>> Handshake::bytes(const std::string& path, std::uint64_t offset,
                                                    std::size_t size, Deadline deadline) {
  auto told = TRY(ask_for_bytes(fmt::format("bytes {} {}", offset, size), path, deadline));
  if (!told || told->size() <= size) return told;
  lost_ = true;
  return makes_no_sense("more bytes than were asked for");
}

Result<Values> Handshake::probe(const std::string& device, Deadline deadline) {
  return check(parse_probed(TRY(ask(fmt::format("probe {}\n", device), deadline))));
}

}  // namespace imprint::appliance
