#include "guestfs/facts/extlinux.h"

#include <algorithm>

#include "guestfs/facts/boot_tree.h"
#include "guestfs/facts/kernel_cmdline.h"

namespace imprint::facts {
namespace {

constexpr std::size_t most_labels = 1000;

bool is_menu_program(std::string_view name) {
  return name.ends_with(".c32") || name.ends_with(".C32");
}

std::string without_caret(std::string text) {
  std::erase(text, '^');  // marks the hot key
  return text;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Cuts the first word off.
std::string take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  std::string word{rest.substr(0, end)};
  rest = trimmed(rest.substr(end));
  return word;
}

class Reader {
 public:
  Reader(ExtlinuxMenu& menu, const std::string& path) : menu_{menu}, path_{path} {}

  void line(std::string_view whole, int number) {
    const std::string_view content = trimmed(whole);
    if (content.empty() || content.starts_with('#')) return;
    place_ = {path_, number, std::string{content.substr(0, 1024)}};
    std::string_view rest = content;
    const std::string word = take_word(rest);
    if (in_text_) {
      in_text_ = !same_without_case(word, "ENDTEXT");
      return;
    }
    if (same_without_case(word, "TEXT"))
      in_text_ = true;
    else if (same_without_case(word, "LABEL"))
      add_label(rest);
    else if (same_without_case(word, "MENU"))
      take_menu(rest);
    else if (in_label_)
      take_in_label(word, rest);
    else
      take_global(word, rest);
  }

 private:
  void add_label(std::string_view name) {
    in_label_ = menu_.labels.size() < most_labels;
    if (in_label_)
      menu_.labels.push_back({std::string{name}, {}, place_, {}, {}, {}, false, false});
  }

  void take_menu(std::string_view rest) {
    const std::string word = take_word(rest);
    if (same_without_case(word, "INCLUDE")) menu_.includes.push_back({take_word(rest), place_});
    if (!in_label_) return;
    if (same_without_case(word, "DEFAULT")) menu_.labels.back().menu_default = true;
    if (same_without_case(word, "LABEL"))
      menu_.labels.back().title = without_caret(std::string{rest});
  }

  void take_in_label(const std::string& word, std::string_view rest) {
    ExtlinuxLabel& label = menu_.labels.back();
    if (same_without_case(word, "KERNEL") || same_without_case(word, "LINUX"))
      take_kernel(label, word, rest);
    else if (same_without_case(word, "INITRD"))
      take_initrds(label, rest);
    else if (same_without_case(word, "APPEND"))
      label.append = ExtlinuxValue{std::string{rest}, place_};
    else if (same_without_case(word, "LOCALBOOT") || same_without_case(word, "COM32") ||
             same_without_case(word, "BOOT"))
      label.hands_over = true;
    else
      take_global(word, rest);
  }

  void take_kernel(ExtlinuxLabel& label, const std::string& word, std::string_view rest) {
    const std::string name = take_word(rest);
    if (same_without_case(word, "KERNEL") && is_menu_program(name))
      label.hands_over = true;
    else
      label.kernel = ExtlinuxValue{name, place_};
  }

  void take_initrds(ExtlinuxLabel& label, std::string_view list) {
    label.initrds.clear();
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      if (comma > 0) label.initrds.push_back({std::string{trimmed(list.substr(0, comma))}, place_});
      list.remove_prefix(std::min(list.size(), comma + 1));
    }
  }

  void take_global(const std::string& word, std::string_view rest) {
    if (same_without_case(word, "DEFAULT")) {
      std::string_view options = rest;
      if (is_menu_program(take_word(options)))
        menu_.has_interface = true;
      else
        menu_.default_label = ExtlinuxValue{std::string{rest}, place_};
    } else if (same_without_case(word, "UI")) {
      menu_.has_interface = true;
    } else if (same_without_case(word, "ONTIMEOUT")) {
      menu_.on_timeout = ExtlinuxValue{std::string{rest}, place_};
    } else if (same_without_case(word, "INCLUDE")) {
      menu_.includes.push_back({take_word(rest), place_});
    } else if (same_without_case(word, "APPEND")) {
      menu_.append = ExtlinuxValue{std::string{rest}, place_};
    }
  }

  ExtlinuxMenu& menu_;
  const std::string& path_;
  Place place_;
  bool in_label_ = false;
  bool in_text_ = false;
};

}  // namespace

void parse_extlinux(std::string_view text, const std::string& path, ExtlinuxMenu& menu) {
  Reader reader{menu, path};
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    reader.line(text.substr(0, end), number);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace imprint::facts
