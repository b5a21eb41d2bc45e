#include "guestfs/facts/services.h"

#include <algorithm>
#include <array>
#include <set>

#include "guestfs/facts/look.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

using guest::FileType;
using guest::FolderEntry;
using guest::FollowingFs;
using guest::GuestPath;

constexpr std::size_t most_links = 4000;
constexpr std::array<std::string_view, 8> unit_kinds{
    ".service", ".socket", ".target", ".timer", ".path", ".mount", ".swap", ".automount"};

bool is_unit_name(std::string_view name) {
  return std::any_of(unit_kinds.begin(), unit_kinds.end(),
                     [&](std::string_view kind) { return name.ends_with(kind); });
}

/// "getty@tty1.service" is made from "getty@.service".
std::string template_of(std::string_view unit) {
  const std::size_t at = unit.find('@');
  const std::size_t dot = unit.rfind('.');
  if (at == std::string_view::npos || dot == std::string_view::npos || dot < at) return {};
  return std::string{unit.substr(0, at + 1)} + std::string{unit.substr(dot)};
}

std::string_view without_service(std::string_view name) {
  constexpr std::string_view ending = ".service";
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name;
}

/// "S55sshd" starts "sshd"; "K25sshd" stops it.
std::string_view started_by_link(std::string_view link) {
  const bool starts = link.size() > 3 && link[0] == 'S' && link[1] >= '0' && link[1] <= '9' &&
                      link[2] >= '0' && link[2] <= '9';
  return starts ? link.substr(3) : std::string_view{};
}

class ServiceReader {
 public:
  ServiceReader(FollowingFs& fs, Init init, ServiceFacts& facts)
      : fs_{fs}, look_{fs, facts.unknown}, init_{init}, facts_{facts} {}

  void read() {
    read_scripts();
    if (init_ == Init::systemd || init_ == Init::unknown) read_units();
    if (init_ == Init::openrc) return read_run_levels();
    if (init_ == Init::mountall) read_jobs();
    if (init_ != Init::busybox) read_rc_links();
  }

 private:
  bool leads_somewhere(const std::string& text) {
    const auto path = GuestPath::parse(text);
    if (!path) return false;
    const auto there = fs_.exists(*path);
    // What cannot be looked at is not called dangling.
    return there ? *there : !is_of_the_guest(there.error().code);
  }

  /// The text of a link; its folder may itself be reached by links.
  std::string link_text(const std::string& folder, const std::string& name) {
    const auto path = GuestPath::parse(folder);
    if (!path) return {};
    const auto real = fs_.resolve(*path);
    if (!real) return {};
    auto text = fs_.raw().read_link(*real / name);
    return text ? *std::move(text) : std::string{};
  }

  void read_scripts() {
    for (const char* folder : {"/etc/init.d", "/etc/rc.d/init.d"})
      for (const FolderEntry& entry : look_.list(folder))
        if (entry.type != FileType::folder)
          facts_.scripts.emplace(entry.name, std::string{folder} + "/" + entry.name);
  }

  /// In the order in which systemd looks: what is found first counts.
  void read_units() {
    constexpr std::array<const char*, 5> folders{
        "/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
        "/lib/systemd/system", "/etc/systemd/system.attached"};
    std::set<GuestPath> seen;
    std::vector<std::pair<std::string, FolderEntry>> wants;
    for (const char* folder : folders) {
      const auto path = GuestPath::parse(folder);
      const auto real = path ? fs_.resolve(*path) : Result<GuestPath>{path.error()};
      if (!real) {
        look_.note(folder, real.error());
        continue;
      }
      // /lib is a link to /usr/lib nearly everywhere.
      if (seen.insert(*real).second) read_unit_folder(folder, wants);
    }
    for (const auto& [folder, entry] : wants) read_wants(folder, entry.name);
    judge_aliases();
  }

  void read_unit_folder(const std::string& folder,
                        std::vector<std::pair<std::string, FolderEntry>>& wants) {
    for (FolderEntry& entry : look_.list(folder)) {
      if (entry.name.ends_with(".wants") || entry.name.ends_with(".requires")) {
        wants.emplace_back(folder, std::move(entry));
      } else if (is_unit_name(entry.name) && is_in_bounds()) {
        read_unit(folder, entry);
      }
    }
  }

  void read_unit(const std::string& folder, const FolderEntry& entry) {
    const std::string path = folder + "/" + entry.name;
    if (entry.type == FileType::link) {
      std::string target = link_text(folder, entry.name);
      if (target == "/dev/null") {
        if (!facts_.units.contains(entry.name))
          facts_.masked.emplace(entry.name, Place{path, 0, target});
        facts_.units.emplace(entry.name, path);
        return;
      }
      if (!leads_somewhere(path)) {
        if (folder.starts_with("/etc/"))
          facts_.aliases.push_back({{path, 0, target}, entry.name, target, true});
        return;
      }
      if (folder.starts_with("/etc/"))
        facts_.aliases.push_back({{path, 0, target}, entry.name, target, false});
    }
    facts_.units.emplace(entry.name, path);
  }

  /// systemd goes by the name of what a link of a .wants folder leads to, wherever a unit of that
  /// name is.
  void read_wants(const std::string& folder, const std::string& name) {
    const std::string path = folder + "/" + name;
    const std::string target = name.substr(0, name.rfind('.'));
    for (const FolderEntry& entry : look_.list(path)) {
      if (!is_unit_name(entry.name) || !is_in_bounds()) continue;
      std::string text = entry.type == FileType::link ? link_text(path, entry.name) : "";
      ServiceStart start;
      start.name = entry.name;
      start.wanted_by = target;
      start.required = name.ends_with(".requires");
      start.by_admin = folder.starts_with("/etc/");
      start.dangling = !is_known_unit(entry.name) && !leads_somewhere(path + "/" + entry.name);
      start.place = {path + "/" + entry.name, 0, std::move(text)};
      facts_.starts.push_back(std::move(start));
    }
  }

  [[nodiscard]] bool is_known_unit(const std::string& unit) const {
    return facts_.units.contains(unit) || facts_.units.contains(template_of(unit)) ||
           facts_.scripts.contains(without_service(unit));
  }

  void judge_aliases() {
    for (UnitAlias& alias : facts_.aliases) {
      const std::size_t slash = alias.target.rfind('/');
      const std::string unit = alias.target.substr(slash == std::string::npos ? 0 : slash + 1);
      // A link to a file that moved is harmless where the unit is found by its name.
      if (alias.dangling && unit != alias.name && is_known_unit(unit)) alias.dangling = false;
      if (alias.dangling && facts_.units.contains(alias.name)) alias.dangling = false;
    }
  }

  void read_rc_links() {
    std::set<GuestPath> seen;
    for (const char* base : {"/etc/rc", "/etc/rc.d/rc", "/etc/init.d/rc"})
      for (const char level : {'2', '3', '4', '5'}) {
        const std::string folder = base + std::string{level, '.', 'd'};
        const auto path = GuestPath::parse(folder);
        const auto real = path ? fs_.resolve(*path) : Result<GuestPath>{path.error()};
        if (real && seen.insert(*real).second) read_rc_folder(folder);
      }
  }

  void read_rc_folder(const std::string& folder) {
    for (const FolderEntry& entry : look_.list(folder)) {
      const std::string name{started_by_link(entry.name)};
      if (name.empty() || !is_in_bounds()) continue;
      const bool has_unit = facts_.units.contains(name + ".service");
      if (has_unit && init_ == Init::systemd) continue;
      ServiceStart start;
      start.starter = Starter::sysvinit;
      start.name = name;
      start.wanted_by = folder.substr(folder.rfind('/') + 1);
      start.place = {folder + "/" + entry.name, 0, link_text(folder, entry.name)};
      start.dangling = !leads_somewhere(start.place.path);
      facts_.starts.push_back(std::move(start));
    }
  }

  void read_run_levels() {
    for (const char* level : {"sysinit", "boot", "default"}) {
      const std::string folder = std::string{"/etc/runlevels/"} + level;
      for (const FolderEntry& entry : look_.list(folder)) {
        if (!is_in_bounds()) continue;
        ServiceStart start;
        start.starter = Starter::openrc;
        start.name = entry.name;
        start.wanted_by = level;
        start.place = {folder + "/" + entry.name, 0, link_text(folder, entry.name)};
        start.dangling = !leads_somewhere(start.place.path);
        facts_.starts.push_back(std::move(start));
      }
    }
  }

  /// A job with a "start on" starts by itself, unless an override says "manual".
  void read_jobs() {
    constexpr std::string_view ending = ".conf";
    for (const FolderEntry& entry : look_.list("/etc/init")) {
      if (!entry.name.ends_with(ending) || !is_in_bounds()) continue;
      const std::string name = entry.name.substr(0, entry.name.size() - ending.size());
      const SourceFile job = read_source(fs_, "/etc/init/" + entry.name);
      if (job.is_read() && has_line(job.text, "start on") && !has_line(job.text, "manual") &&
          !has_line(read_source(fs_, "/etc/init/" + name + ".override").text, "manual"))
        facts_.starts.push_back({{job.path, 0, {}}, name, {}, Starter::upstart});
    }
  }

  static bool has_line(std::string_view text, std::string_view beginning) {
    const auto lines = split_lines(text);
    return std::any_of(lines.begin(), lines.end(), [&](const TextLine& line) {
      return trim(line.text).starts_with(beginning);
    });
  }

  bool is_in_bounds() {
    ++links_;
    if (links_ == most_links + 1)
      facts_.unknown.push_back(say("only the first {} links of services are read", most_links));
    return links_ <= most_links;
  }

  FollowingFs& fs_;
  Look look_;
  Init init_;
  ServiceFacts& facts_;
  std::size_t links_ = 0;
};

bool is_same_service(std::string_view one, std::string_view other) {
  return one == other || without_service(one) == without_service(other);
}

}  // namespace

const ServiceStart* ServiceFacts::start_of(std::string_view name) const {
  if (is_masked(name)) return nullptr;
  const auto start = std::find_if(starts.begin(), starts.end(), [&](const ServiceStart& each) {
    return !each.dangling && is_same_service(each.name, name);
  });
  return start == starts.end() ? nullptr : &*start;
}

bool ServiceFacts::is_installed(std::string_view name) const {
  return units.contains(name) || units.contains(std::string{name} + ".service") ||
         scripts.contains(without_service(name));
}

bool ServiceFacts::is_masked(std::string_view name) const {
  return masked.contains(name) || masked.contains(std::string{name} + ".service");
}

ServiceFacts read_services(FollowingFs& fs, Init init) {
  ServiceFacts facts;
  ServiceReader{fs, init, facts}.read();
  return facts;
}

}  // namespace imprint::facts
