#include "guestfs/report/disk_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "guestfs/language/say.h"
#include "guestfs/report/markup.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

constexpr std::size_t most_pieces = 64;
constexpr double least_percent = 4;
/// Partitions start at whole MiB, and GPT keeps a copy of itself at the end.
constexpr std::uint64_t smallest_gap = std::uint64_t{4} << 20;
/// Shares of the bar from which a label fits a wide window, and a phone.
constexpr double room_for_a_label = 11;
constexpr double room_for_a_label_on_a_phone = 34;

std::string class_of(PieceKind kind) {
  switch (kind) {
    case PieceKind::root:
      return "root";
    case PieceKind::boot:
      return "boot";
    case PieceKind::firmware:
      return "firmware";
    case PieceKind::swap:
      return "swap";
    case PieceKind::volumes:
      return "volumes";
    case PieceKind::files:
      return "files";
    case PieceKind::free:
      return "free";
  }
  return "";
}

/// Those that lie on the disk themselves, in the order of the disk. An MBR's extended partition
/// only holds others.
std::vector<const PartitionFacts*> in_order(const DiskFacts& disk) {
  std::vector<const PartitionFacts*> parts;
  for (const PartitionFacts& part : disk.partitions)
    if ((part.kind == "partition" || part.kind == "disk" || part.kind.empty()) &&
        purpose_of(part) != Purpose::extended)
      parts.push_back(&part);
  std::ranges::stable_sort(parts, {}, &PartitionFacts::start);
  if (parts.size() > most_pieces / 2) parts.resize(most_pieces / 2);
  return parts;
}

/// Gives each its share, but no less than the least: what that costs, the others pay by their size.
void lay_out(std::vector<Piece>& pieces) {
  const double least = std::min(least_percent, 60.0 / static_cast<double>(pieces.size()));
  double total = 0;
  for (const Piece& piece : pieces) total += static_cast<double>(piece.size);
  const double shared = 100 - least * static_cast<double>(pieces.size());
  double x = 0;
  for (Piece& piece : pieces) {
    piece.x = x;
    piece.width = least + shared * (total > 0 ? static_cast<double>(piece.size) / total : 0);
    x += piece.width;
  }
}

std::string short_name(const PartitionFacts& part) {
  const std::string purpose = word_of(purpose_of(part));
  if (!part.mount.empty()) return part.mount;
  if (!purpose.empty()) return purpose;
  return part.label.empty() ? part.filesystem : part.label;
}

std::string text_at(const Piece& piece, std::string_view y, std::string_view css,
                    const std::string& text) {
  return fmt::format(R"(<text x="{}%" y="{}" class="{}">{}</text>)",
                     number(piece.x + piece.width / 2), y, css, escaped(text, 60));
}

std::string labels(const Piece& piece) {
  if (piece.partition == nullptr)
    return piece.width < room_for_a_label
               ? ""
               : text_at(piece, "50%", "faint wide", say("free")) +
                     text_at(piece, "72%", "faint wide", human_size(piece.size));
  const PartitionFacts& part = *piece.partition;
  const std::string name = part.number > 0 ? fmt::format("{}", part.number) : "";
  if (piece.width < room_for_a_label) return text_at(piece, "56%", "name", name);
  const std::string css = piece.width < room_for_a_label_on_a_phone ? "wide" : "";
  return text_at(piece, "30%", "name", name) + text_at(piece, "56%", css, short_name(part)) +
         text_at(piece, "80%", css, human_size(part.size));
}

std::string bar(const DiskFacts& disk, const std::vector<Piece>& pieces) {
  std::string out =
      fmt::format(R"(<svg class="disk" role="img" aria-label="{}" height="72" width="100%">)",
                  escaped(say("{} to scale, with {} pieces", disk.device, pieces.size())));
  for (const Piece& piece : pieces) {
    const std::string title =
        piece.partition == nullptr
            ? say("free: {}", human_size(piece.size))
            : fmt::format("{}: {}, {}", piece.partition->device, short_name(*piece.partition),
                          human_size(piece.size));
    out += fmt::format(
        R"(<g class="piece {}"><title>{}</title><rect x="{}%" y="0" width="{}%" height="100%"/>{}</g>)",
        class_of(piece.kind), escaped(title), number(piece.x), number(piece.width), labels(piece));
  }
  return out + "</svg>";
}

std::string row(const PartitionFacts& part) {
  const bool is_root = part.mount == "/";
  std::string use = part.mount.empty() ? word_of(purpose_of(part)) : part.mount;
  if (is_root) use = say("/ (root)");
  if (part.bootable) use += use.empty() ? say("active") : ", " + say("active");
  return fmt::format(
      R"(<tr><td><span class="key {}"></span><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class="wide"><code>{}</code></td></tr>)",
      class_of(kind_of(part)), escaped(part.device), escaped(human_size(part.size)),
      escaped(part.filesystem), escaped(use), escaped(part.label, 60), escaped(part.uuid, 60));
}

std::string heading(const DiskFacts& disk) {
  std::string text = disk.device.empty() ? say("disk") : disk.device;
  if (disk.size > 0) text += ", " + human_size(disk.size);
  if (disk.table == "none") text += ", " + say("no partition table");
  if (disk.table == "mbr") text += ", MBR";
  if (disk.table == "gpt") text += ", GPT";
  return text;
}

}  // namespace

PieceKind kind_of(const PartitionFacts& partition) {
  if (partition.mount == "/") return PieceKind::root;
  switch (purpose_of(partition)) {
    case Purpose::efi_system:
    case Purpose::bios_boot:
    case Purpose::prep_boot:
      return PieceKind::firmware;
    case Purpose::swap:
      return PieceKind::swap;
    case Purpose::lvm:
    case Purpose::raid:
    case Purpose::encrypted:
    case Purpose::extended:
      return PieceKind::volumes;
    case Purpose::files:
      return partition.mount == "/boot" ? PieceKind::boot : PieceKind::files;
  }
  return PieceKind::files;
}

std::vector<Piece> pieces_of(const DiskFacts& disk) {
  std::vector<Piece> pieces;
  if (disk.size == 0) return pieces;
  std::uint64_t end = 0;
  const auto add_gap = [&](std::uint64_t to) {
    if (to > end && to - end >= smallest_gap)
      pieces.push_back({PieceKind::free, nullptr, to - end});
  };
  for (const PartitionFacts* part : in_order(disk)) {
    add_gap(std::min(part->start, disk.size));
    pieces.push_back({kind_of(*part), part, part->size});
    const std::uint64_t room = disk.size - std::min(part->start, disk.size);
    end = std::max(end, disk.size - room + std::min(part->size, room));
  }
  add_gap(disk.size);
  if (!pieces.empty()) lay_out(pieces);
  return pieces;
}

std::string disk_map(const DiskFacts& disk) {
  std::string out = fmt::format("<h4>{}</h4>", escaped(heading(disk)));
  if (const auto pieces = pieces_of(disk); !pieces.empty()) out += bar(disk, pieces);
  if (disk.partitions.empty()) return out;
  out += fmt::format(
      R"(<div class="scroll"><table><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th class="wide">UUID</th></tr>)",
      say("device"), say("size"), say("file system"), say("for"), say("label"));
  for (const PartitionFacts& part : disk.partitions) out += row(part);
  return out + "</table></div>";
}

}  // namespace imprint::report
