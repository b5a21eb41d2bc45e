#include "guestfs/repair/plan.h"

#include <algorithm>

#include "agent/model/json.h"
#include "agent/model/words.h"
#include "guestfs/facts/secrets.h"
#include "guestfs/language/say.h"
#include "guestfs/repair/unified_diff.h"

namespace imprint::repair {
namespace {

using Action = Change::Action;

constexpr Words<Action, 6> actions{{{Action::unfreeze, "unfreeze"},
                                    {Action::rewrite, "rewrite"},
                                    {Action::empty, "empty"},
                                    {Action::remove, "remove"},
                                    {Action::remove_tree, "remove_tree"},
                                    {Action::create, "create"}}};

std::string to_code_points(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    if (code < 0x80) {
      text += byte;
    } else {
      text += static_cast<char>(0xC0 | (code >> 6));
      text += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return text;
}

std::string to_bytes(ObjectReader& reader, std::string_view key) {
  const std::string text = reader.text(key);
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes += text[i];
    } else if (lead <= 0xC3 && i + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[++i]);
      bytes += static_cast<char>((lead << 6) | (next & 0x3F));
    } else {
      reader.fail(key, "holds a code point that is no byte");
      return {};
    }
  }
  return bytes;
}

Json to_json(const Reason& reason) {
  return {{"rule", reason.rule}, {"text", reason.text}};
}

Json to_json(const Change& change) {
  Json reasons = Json::array();
  for (const Reason& reason : change.reasons) reasons.push_back(to_json(reason));
  return {{"action", to_string(change.action)},
          {"path", to_code_points(change.path)},
          {"before", to_code_points(change.before)},
          {"after", to_code_points(change.after)},
          {"reasons", std::move(reasons)}};
}

Json to_json(const WrittenVolume& volume) {
  return {{"device", volume.device},
          {"filesystem", volume.filesystem},
          {"mount_point", to_code_points(volume.mount_point)},
          {"folder", to_code_points(volume.folder)}};
}

Json to_json(const UnrepairedFinding& kept) {
  return {{"rule", kept.rule},
          {"path", to_code_points(kept.path)},
          {"line", to_json_or_null(kept.line)},
          {"why", kept.why}};
}

template <class T>
Json list_to_json(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

Result<Reason> parse_reason(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  Reason reason{reader.text("rule"), reader.text("text")};
  TRY(reader.finish());
  return reason;
}

Result<Change> parse_change(const Json& json) {
  ObjectReader reader{json, "changes"};
  Change change;
  const auto action = parse_action(reader.text("action"));
  if (action)
    change.action = *action;
  else
    reader.fail("action", action.error().message);
  change.path = to_bytes(reader, "path");
  change.before = to_bytes(reader, "before");
  change.after = to_bytes(reader, "after");
  for (const Json& item : reader.items("reasons"))
    change.reasons.push_back(TRY(parse_reason(item, "changes.reasons")));
  TRY(reader.finish());
  return change;
}

Result<WrittenVolume> parse_volume(const Json& json) {
  ObjectReader reader{json, "volumes"};
  WrittenVolume volume;
  volume.device = reader.text("device");
  volume.filesystem = reader.text("filesystem");
  volume.mount_point = to_bytes(reader, "mount_point");
  volume.folder = to_bytes(reader, "folder");
  TRY(reader.finish());
  return volume;
}

Result<UnrepairedFinding> parse_kept(const Json& json) {
  ObjectReader reader{json, "kept"};
  UnrepairedFinding kept;
  kept.rule = reader.text("rule");
  kept.path = to_bytes(reader, "path");
  if (const auto line = reader.optional_integer("line")) kept.line = static_cast<int>(*line);
  kept.why = reader.text("why");
  TRY(reader.finish());
  return kept;
}

std::string without_secrets(std::string_view line) {
  return facts::may_hold_secret(line) ? say("(not shown: it may hold a secret)")
                                      : std::string{line};
}

std::string diff_of(const Change& change) {
  if (facts::holds_secrets(change.path)) return "";
  const bool is_rewritten = change.action == Action::rewrite;
  return unified_diff({change.path, change.before},
                      {is_rewritten ? change.path : std::string{}, change.after}, without_secrets);
}

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

}  // namespace

std::string_view to_string(Action action) noexcept {
  return word_of(actions, action);
}

Result<Action> parse_action(std::string_view text) {
  return parse_word(actions, text, "action");
}

Json to_json(const RepairPlan& plan) {
  return {{"refusal", plan.refusal},
          {"volumes", list_to_json(plan.volumes)},
          {"changes", list_to_json(plan.changes)},
          {"kept", list_to_json(plan.kept)}};
}

Result<RepairPlan> parse_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  RepairPlan plan;
  plan.refusal = reader.text("refusal");
  for (const Json& item : reader.items("volumes")) plan.volumes.push_back(TRY(parse_volume(item)));
  for (const Json& item : reader.items("changes")) plan.changes.push_back(TRY(parse_change(item)));
  for (const Json& item : reader.items("kept")) plan.kept.push_back(TRY(parse_kept(item)));
  TRY(reader.finish());
  return plan;
}

std::vector<RepairChange> shown_changes(const RepairPlan& plan) {
  std::vector<RepairChange> shown;
  for (const Change& change : plan.changes) {
    RepairChange& each = shown.emplace_back();
    each.path = change.path;
    each.action = to_string(change.action);
    for (const Reason& reason : change.reasons) {
      add_once(each.rules, reason.rule);
      add_once(each.reasons, reason.text);
    }
    each.diff = diff_of(change);
  }
  return shown;
}

}  // namespace imprint::repair
