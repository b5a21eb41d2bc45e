#include "guestfs/guest/deployments.h"

namespace imprint::guest {
namespace {

constexpr std::size_t most_deployments = 1000;
constexpr std::string_view stateroots = "ostree/deploy";

/// The folders in a folder; none where it is not one, or cannot be read.
Result<std::vector<std::string>> folders_in(GuestFs& fs, const GuestPath& folder) {
  std::vector<std::string> names;
  const auto entries = fs.list(folder);
  if (!entries && entries.error().code == Errc::unavailable) return entries.error();
  if (!entries) return names;
  for (const FolderEntry& entry : *entries)
    if (entry.type == FileType::folder) names.push_back(entry.name);
  return names;
}

Result<bool> has_usr(GuestFs& fs, const Deployment& deployment) {
  const auto info = fs.stat(deployment.root() / "usr");
  if (!info && info.error().code == Errc::unavailable) return info.error();
  return info && info->type == FileType::folder;
}

}  // namespace

GuestPath Deployment::root() const {
  return GuestPath{} / stateroots / stateroot / "deploy" / name;
}

GuestPath Deployment::var() const {
  return GuestPath{} / stateroots / stateroot / "var";
}

std::optional<Deployment> deployment_at(const GuestPath& path) {
  const std::vector<std::string_view> parts = path.components();
  if (parts.size() < 5) return std::nullopt;
  const Deployment deployment{std::string{parts[parts.size() - 3]}, std::string{parts.back()}};
  if (!path.str().ends_with(deployment.root().str())) return std::nullopt;
  return deployment;
}

Result<std::vector<Deployment>> list_deployments(GuestFs& fs) {
  std::vector<Deployment> found;
  const GuestPath top = GuestPath{} / stateroots;
  for (const std::string& stateroot : TRY(folders_in(fs, top)))
    for (std::string& name : TRY(folders_in(fs, top / stateroot / "deploy"))) {
      Deployment deployment{stateroot, std::move(name)};
      if (!TRY(has_usr(fs, deployment))) continue;
      found.push_back(std::move(deployment));
      if (found.size() == most_deployments) return found;
    }
  return found;
}

}  // namespace imprint::guest
