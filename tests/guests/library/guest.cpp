#include "tests/guests/library/guest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace imprint::guests {
namespace {

using guest::GuestPath;

void make_unique(std::vector<std::string>& words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
}

GuestPath parsed(std::string_view path) {
  return GuestPath::parse(path).value();
}

}  // namespace

facts::Boot Guest::boot() {
  guest::FollowingFs following{fs};
  return facts::read_boot(following, inventory, mounts);
}

facts::Facts Guest::facts() {
  guest::FollowingFs following{fs};
  const auto& root = inventory.volumes[mounts.front().volume];
  if (root.filesystem == "ntfs") return facts::read_windows_facts(following, mounts);
  return facts::read_facts(following, inventory, mounts);
}

rules::Judgement Guest::judge(const rules::Profile& profile) {
  guest::FollowingFs following{fs};
  const auto read = facts();
  return rules::run_rules({inventory, following, read}, profile);
}

std::vector<std::string> Guest::complaints(const rules::Profile& profile) {
  return guests::complaints(judge(profile));
}

std::vector<std::string> Guest::undetermined() {
  std::vector<std::string> result;
  for (const Undetermined& each : judge().undetermined) result.push_back(each.rule);
  make_unique(result);
  return result;
}

Finding Guest::finding_of(std::string_view rule, const rules::Profile& profile) {
  return guests::finding_of(judge(profile), rule);
}

std::string Guest::text_of(std::string_view path) {
  guest::FollowingFs following{fs};
  const auto text = following.read_text(parsed(path));
  EXPECT_TRUE(text) << path;
  return text ? text->text : std::string{};
}

void Guest::write(std::string_view path, std::string text) {
  guest::FollowingFs following{fs};
  const auto resolved = following.resolve(parsed(path));
  if (!resolved) {
    fs.file(path, std::move(text));
    return;
  }
  const std::string& where = resolved->str();
  const auto info = fs.stat(*resolved);
  const auto label = fs.xattr(*resolved, "security.selinux");
  fs.file(where, std::move(text), info ? info->mode : 0644);
  if (info) fs.owner(where, info->uid, info->gid);
  if (label && *label) fs.xattr(where, "security.selinux", **label);
}

void Guest::edit(std::string_view path, std::string_view from, std::string_view to) {
  std::string text = text_of(path);
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from << " in " << path;
  write(path, text.replace(at, from.size(), to));
}

void Guest::edit_all(std::string_view path, std::string_view from, std::string_view to) {
  std::string text = text_of(path);
  std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from << " in " << path;
  for (; at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  write(path, std::move(text));
}

void Guest::append(std::string_view path, std::string_view text) {
  write(path, text_of(path).append(text));
}

std::vector<std::string> complaints(const rules::Judgement& judgement) {
  std::vector<std::string> result;
  for (const Finding& finding : judgement.findings)
    if (finding.severity != Severity::info)
      result.push_back(fmt::format("{} {}", finding.rule, to_string(finding.severity)));
  make_unique(result);
  return result;
}

Finding finding_of(const rules::Judgement& judgement, std::string_view rule) {
  for (const Finding& finding : judgement.findings)
    if (finding.rule == rule) return finding;
  return {};
}

}  // namespace imprint::guests
