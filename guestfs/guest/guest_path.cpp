#include "guestfs/guest/guest_path.h"

#include "guestfs/language/say.h"

namespace imprint::guest {
namespace {

constexpr std::size_t longest_path = 4096;

/// Applies the components of `relative` to a canonical path.
void apply(std::string& path, std::string_view relative) {
  while (!relative.empty()) {
    const std::size_t slash = relative.find('/');
    const std::string_view component = relative.substr(0, slash);
    relative.remove_prefix(slash == std::string_view::npos ? relative.size() : slash + 1);
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      path.erase(path.rfind('/'));
    } else {
      if (path == "/") path.clear();
      path.append("/").append(component);
    }
    if (path.empty()) path.push_back('/');
  }
}

}  // namespace

Result<GuestPath> GuestPath::parse(std::string_view text) {
  if (text.empty() || text.front() != '/')
    return make_error(Errc::invalid, "{}",
                      say("'{}' is not an absolute path", text.substr(0, 256)));
  if (text.size() > longest_path)
    return make_error(Errc::invalid, "{}", say("a path of {} bytes is too long", text.size()));
  if (text.find('\0') != std::string_view::npos)
    return make_error(Errc::invalid, "{}", say("a path holds a NUL byte"));
  std::string canonical = "/";
  apply(canonical, text);
  return GuestPath{std::move(canonical)};
}

GuestPath GuestPath::operator/(std::string_view relative) const {
  std::string text = text_;
  apply(text, relative);
  return GuestPath{std::move(text)};
}

GuestPath GuestPath::parent() const {
  return *this / "..";
}

std::string_view GuestPath::name() const& {
  return std::string_view{text_}.substr(text_.rfind('/') + 1);
}

std::vector<std::string_view> GuestPath::components() const& {
  std::vector<std::string_view> result;
  std::string_view rest = std::string_view{text_}.substr(1);
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    result.push_back(rest.substr(0, slash));
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  }
  return result;
}

bool GuestPath::is_below(const GuestPath& folder) const {
  if (folder.text_ == "/") return true;
  return text_.starts_with(folder.text_) &&
         (text_.size() == folder.text_.size() || text_[folder.text_.size()] == '/');
}

}  // namespace imprint::guest
