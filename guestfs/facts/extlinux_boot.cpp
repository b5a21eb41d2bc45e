#include <algorithm>

#include "guestfs/facts/boot_readers.h"
#include "guestfs/facts/extlinux.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::Match;

namespace {

constexpr std::size_t most_files = 16;

/// "/a/../b" -> "/b": tools write paths from the configuration's folder upwards.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> names;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash);
    path.remove_prefix(std::min(path.size(), slash + 1));
    if (name == ".." && !names.empty()) names.pop_back();
    if (!name.empty() && name != "." && name != "..") names.push_back(name);
  }
  std::string result;
  for (const std::string_view name : names) result.append("/").append(name);
  return result.empty() ? "/" : result;
}

class ExtlinuxReader {
 public:
  ExtlinuxReader(const BootTree& tree, const guest::GuestPath& config, Boot& boot)
      : tree_{tree}, boot_{boot}, folder_{config.parent()}, home_{tree.on_volume(folder_)} {}

  void read(const guest::GuestPath& config) {
    add_file(config, {config.str(), 0, {}});
    for (std::size_t i = 0; i < menu_.includes.size(); ++i) include(menu_.includes[i]);
    for (const ExtlinuxLabel& label : menu_.labels) boot_.entries.push_back(entry_of(label));
    if (!menu_.labels.empty() || menu_.default_label) choose_default();
  }

 private:
  void problem(Place place, std::string message, bool undetermined,
               std::optional<Severity> severity) {
    boot_.problems.push_back(
        {"boot.extlinux", std::move(place), std::move(message), undetermined, severity});
  }

  void add_file(const guest::GuestPath& path, Place place) {
    const auto text = tree_.fs().read_text(path);
    if (!text) {
      const bool gone = text.error().code == Errc::not_found || text.error().code == Errc::invalid;
      return problem(std::move(place), text.error().message, !gone, Severity::warning);
    }
    boot_.configs.insert(boot_.configs.begin(), text->found.str());
    parse_extlinux(text->text, text->found.str(), menu_);
  }

  void include(const ExtlinuxValue& name) {
    if (++files_ > most_files) return;
    const BootFile file = look_up(name);
    const auto path = guest::GuestPath::parse(file.path);
    if (file.match == Match::found && path)
      add_file(*path, name.place);
    else
      problem(name.place, say("the included file '{}' cannot be read: {}", name.text, file.why),
              file.match == Match::unknown, Severity::warning);
  }

  [[nodiscard]] BootFile look_up(const ExtlinuxValue& name) const {
    if (!home_)
      return {name.text, name.place, Match::unknown, {}, 0, say("no file system is mounted there")};
    const std::string folder = home_->path == "/" ? "" : home_->path;
    const std::string path = name.text.starts_with('/') ? name.text : folder + "/" + name.text;
    return tree_.boot_file({home_->volume, without_dots(path)}, name.text, name.place);
  }

  BootEntry entry_of(const ExtlinuxLabel& label) {
    BootEntry entry;
    entry.title = label.title.empty() ? label.name : label.title;
    entry.id = label.name;
    entry.place = label.place;
    entry.hands_over = label.hands_over;
    if (label.kernel) entry.kernel = look_up(*label.kernel);
    for (const ExtlinuxValue& initrd : label.initrds) entry.initrds.push_back(look_up(initrd));
    const std::optional<ExtlinuxValue>& append = label.append ? label.append : menu_.append;
    if (!append || append->text == "-") return entry;
    entry.cmdline = append->text;
    entry.cmdline_place = append->place;
    if (!label.initrds.empty()) return entry;
    if (const auto list = cmdline_value(append->text, "initrd"))
      add_initrds(entry, *list, append->place);
    return entry;
  }

  void add_initrds(BootEntry& entry, const std::string& list, const Place& place) {
    std::size_t begin = 0;
    while (begin < list.size()) {
      const std::size_t end = std::min(list.find(',', begin), list.size());
      if (end > begin) entry.initrds.push_back(look_up({list.substr(begin, end - begin), place}));
      begin = end + 1;
    }
  }

  void choose_default() {
    const std::optional<ExtlinuxValue>& wanted =
        menu_.on_timeout ? menu_.on_timeout : menu_.default_label;
    const auto marked = std::find_if(menu_.labels.begin(), menu_.labels.end(),
                                     [](const ExtlinuxLabel& label) { return label.menu_default; });
    if (!menu_.labels.empty())
      boot_.default_entry = marked == menu_.labels.end()
                                ? 0
                                : static_cast<std::size_t>(marked - menu_.labels.begin());
    if (!wanted) {
      if (!menu_.has_interface)
        problem({boot_.configs.empty() ? "" : boot_.configs.back(), 0, {}},
                say("neither DEFAULT nor UI says what boots"), false, Severity::warning);
      return;
    }
    const std::string name = wanted->text.substr(0, wanted->text.find_first_of(" \t"));
    // A menu compares the whole line, and names with blanks are in use; a prompt the first word.
    for (const std::string& text : {wanted->text, name}) {
      for (std::size_t i = 0; i < menu_.labels.size(); ++i) {
        if (menu_.labels[i].name != text) continue;
        boot_.default_entry = i;
        return;
      }
    }
    take_command_line(*wanted, name);
  }

  /// A default that is no label is a kernel with its options.
  void take_command_line(const ExtlinuxValue& wanted, const std::string& name) {
    ExtlinuxLabel label;
    label.name = name;
    label.place = wanted.place;
    label.kernel = ExtlinuxValue{name, wanted.place};
    label.append = ExtlinuxValue{wanted.text.substr(name.size()), wanted.place};
    BootEntry entry = entry_of(label);
    if (entry.kernel->match == Match::absent)
      return problem(wanted.place, say("no LABEL is called '{}'", name), false, std::nullopt);
    boot_.default_entry = boot_.entries.size();
    boot_.entries.push_back(std::move(entry));
  }

  const BootTree& tree_;
  Boot& boot_;
  guest::GuestPath folder_;
  std::optional<VolumePath> home_;
  ExtlinuxMenu menu_;
  std::size_t files_ = 0;
};

}  // namespace

void read_extlinux(const BootTree& tree, const guest::GuestPath& config, Boot& boot) {
  ExtlinuxReader{tree, config, boot}.read(config);
}

}  // namespace imprint::facts
