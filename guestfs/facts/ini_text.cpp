#include "guestfs/facts/ini_text.h"

#include "guestfs/facts/text_lines.h"

namespace imprint::facts {

std::vector<IniSetting> parse_ini(std::string_view text, const std::string& path) {
  std::vector<IniSetting> settings;
  std::string section;
  for (const TextLine& line : split_lines(text)) {
    const std::string_view content = trim(line.text);
    if (content.empty() || content.front() == '#' || content.front() == ';') continue;
    if (content.front() == '[' && content.back() == ']') {
      section = content.substr(1, content.size() - 2);
      continue;
    }
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos) continue;
    settings.push_back({section, std::string{trim(content.substr(0, equals))},
                        std::string{trim(content.substr(equals + 1))}, place_of(path, line)});
  }
  return settings;
}

const IniSetting* find_ini(const std::vector<IniSetting>& settings, std::string_view section,
                           std::string_view key) {
  const IniSetting* found = nullptr;
  for (const IniSetting& setting : settings)
    if (setting.section == section && setting.key == key)
      found = setting.value.empty() ? nullptr : &setting;
  return found;
}

}  // namespace imprint::facts
