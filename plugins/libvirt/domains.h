#pragma once
// The calls on single domains that the verbs are made of. Every domain handle is used within its
// lease only.

#include <chrono>
#include <optional>
#include <string>

#include "plugins/libvirt/definition.h"
#include "plugins/libvirt/handles.h"
#include "plugins/libvirt/link.h"
#include "plugins/libvirt/power_state.h"

namespace imprint::libvirt {

/// Nothing if there is no such domain.
Result<std::optional<Domain>> look_up(Lease& lease, const std::string& uuid);
Result<std::optional<Domain>> look_up_name(Lease& lease, const std::string& name);

/// Nothing for a domain that is not ours.
Result<std::optional<Mark>> mark_of(Lease& lease, const Domain& domain);

/// Errc::not_found: no such domain; denied: it does not carry our mark.
Result<Domain> find_ours(Lease& lease, const std::string& uuid);
/// The same, but nothing if there is no such domain.
Result<std::optional<Domain>> find_ours_if_any(Lease& lease, const std::string& uuid);

Result<Power> read_power(Lease& lease, const Domain& domain);

enum class Which { present, inactive };  ///< present: the running one while it runs
/// Secrets included, because an inactive definition may be written back.
Result<std::string> read_xml(Lease& lease, const Domain& domain, Which which);

/// Defines with validation against libvirt's schema.
Result<> define_xml(Lease& lease, const std::string& xml);

/// Throws the saved memory of a stopped machine away, if there is any.
Result<> drop_saved_state(Lease& lease, const Domain& domain);

}  // namespace imprint::libvirt
