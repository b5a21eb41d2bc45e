// The menu that a script builds, and what choosing an entry of it loads.

#include <algorithm>

#include "guestfs/facts/grub_machine.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::size_t most_items = 1'000;
constexpr int most_submenus = 8;

}  // namespace

void GrubMachine::expand_submenus(std::vector<GrubMenuItem>& items, int level) {
  if (level >= most_submenus) return;
  for (GrubMenuItem& item : items) {
    if (!item.is_submenu || item.body == nullptr || exhausted_) continue;
    const State before = state_;
    if (item.context) state_ = *item.context;
    keep_exported();
    auto* const outer = std::exchange(open_menu_, &item.children);
    source_ = item.source;
    positional_.push_back(item.arguments);
    run_block(*item.body);
    positional_.pop_back();
    stay();
    finished_ = false;
    open_menu_ = outer;
    for (const auto& [name, value] : state_.variables) bytes_ += name.size() + value.text.size();
    const auto context = std::make_shared<const State>(std::exchange(state_, before));
    for (GrubMenuItem& child : item.children) child.context = context;
    expand_submenus(item.children, level + 1);
  }
}

void GrubMachine::add_item(const GrubCommand& command, Arguments words) {
  if (open_menu_ == nullptr) return;
  if (open_menu_->size() >= most_items) return exhaust();
  GrubMenuItem item;
  item.is_submenu = words[0].text == "submenu";
  item.place = here();
  item.body = &command.block;
  item.source = source_;
  item.uncertain = uncertain_ > 0;
  bool titled = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    const bool takes_value = word == "--class" || word == "--id" || word == "--users" ||
                             word == "--hotkey" || word == "--source" || word == "-c" ||
                             word == "-i" || word == "-u" || word == "-h";
    if (takes_value && i + 1 < words.size()) {
      if (word == "--id" || word == "-i") item.id = words[i + 1].text;
      ++i;
    } else if (word.starts_with("--id=")) {
      item.id = word.substr(5);
    } else if (!word.starts_with("--")) {
      if (!titled) item.title = word;
      titled = true;
      item.arguments.push_back(words[i]);
    }
  }
  if (item.id.empty()) item.id = item.title;
  open_menu_->push_back(std::move(item));
}

GrubLoaded GrubMachine::run_entry(const GrubMenuItem& item) {
  const State before = state_;
  if (item.context) state_ = *item.context;
  auto* const menu = std::exchange(open_menu_, nullptr);
  state_.loaded = {};
  stay();
  finished_ = false;
  if (item.bls) {
    load_bls_entry(item);
  } else if (item.body != nullptr) {
    source_ = item.source;
    positional_.push_back(item.arguments);
    run_block(*item.body);
    positional_.pop_back();
  }
  stay();
  finished_ = false;
  open_menu_ = menu;
  GrubLoaded loaded = std::move(state_.loaded);
  state_ = before;
  return loaded;
}

void GrubMachine::load_bls_entry(const GrubMenuItem& item) {
  const BlsEntry& entry = *item.bls;
  GrubLoaded& loaded = state_.loaded;
  std::vector<std::string> ignored;
  const auto file = [&](const std::string& name, const Place& place) {
    return tree_.boot_file({item.bls_volume, name}, name, place);
  };
  if (entry.linux)
    loaded.kernel = file(expand_text(entry.linux->text, ignored).text, entry.linux->place);
  loaded.hands_over = entry.efi.has_value();
  for (const BlsValue& line : entry.initrds)
    for (const std::string& name : split_words(expand_text(line.text, ignored).text))
      loaded.initrds.push_back(file(name, line.place));
  loaded.cmdline_place = item.place;
  for (const BlsValue& line : entry.options) {
    std::vector<std::string> undefined;
    const GrubValue options = expand_text(line.text, undefined);
    if (loaded.cmdline.empty()) loaded.cmdline_place = line.place;
    if (!loaded.cmdline.empty()) loaded.cmdline += ' ';
    loaded.cmdline += options.text;
    if (!options.known) loaded.undecided = say("its options depend on the running machine");
    if (std::find(undefined.begin(), undefined.end(), "kernelopts") != undefined.end())
      problem("boot.bls-kernelopts-undefined", line.place,
              say("'$kernelopts' is used, but neither grubenv nor the configuration defines it"));
  }
}

}  // namespace imprint::facts
