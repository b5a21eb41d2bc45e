#pragma once
// Whether the lines of passwd and shadow are written as their programs read them.

#include <string_view>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// The rule shadow.parse.
Answer judge_account_lines(const Context& context);

/// Whether there is anything in the file to judge.
bool is_filled(const facts::SourceFile& file);

/// Lines of NIS, which mean "and all of the network's users".
bool is_nis_line(std::string_view name);

}  // namespace imprint::rules
