#include "plugins/libvirt/domains.h"

#include "plugins/libvirt/error.h"

namespace imprint::libvirt {
namespace {

Result<std::optional<Domain>> found_or_none(Lease& lease, Domain domain, std::string_view what) {
  if (domain) return std::optional<Domain>{std::move(domain)};
  if (last_error_is(VIR_ERR_NO_DOMAIN)) return std::optional<Domain>{};
  return lease.failed(what);
}

std::string label(const Domain& domain) {
  const char* name = virDomainGetName(domain.get());
  return fmt::format("machine '{}'", name == nullptr ? "" : name);
}

/// The error is taken before the name is asked for, which would clear it.
Error failed(Lease& lease, const Domain& domain, std::string_view what) {
  Error error = lease.failed(what);
  error.message = fmt::format("{}: {}", label(domain), error.message);
  return error;
}

}  // namespace

Result<std::optional<Domain>> look_up(Lease& lease, const std::string& uuid) {
  Domain domain{virDomainLookupByUUIDString(lease.connection(), uuid.c_str())};
  return found_or_none(lease, std::move(domain), fmt::format("machine '{}'", uuid));
}

Result<std::optional<Domain>> look_up_name(Lease& lease, const std::string& name) {
  Domain domain{virDomainLookupByName(lease.connection(), name.c_str())};
  return found_or_none(lease, std::move(domain), fmt::format("machine '{}'", name));
}

Result<std::optional<Mark>> mark_of(Lease& lease, const Domain& domain) {
  const CString xml{virDomainGetMetadata(domain.get(), VIR_DOMAIN_METADATA_ELEMENT, mark_namespace,
                                         VIR_DOMAIN_AFFECT_CURRENT)};
  if (xml) return std::optional<Mark>{TRY(read_mark(xml.get()))};
  if (last_error_is(VIR_ERR_NO_DOMAIN_METADATA)) return std::optional<Mark>{};
  return failed(lease, domain, "its mark");
}

Result<std::optional<Domain>> find_ours_if_any(Lease& lease, const std::string& uuid) {
  std::optional<Domain> domain = TRY(look_up(lease, uuid));
  if (domain && !TRY(mark_of(lease, *domain)))
    return make_error(Errc::denied, "{} does not carry our mark", label(*domain));
  return domain;
}

Result<Domain> find_ours(Lease& lease, const std::string& uuid) {
  std::optional<Domain> domain = TRY(find_ours_if_any(lease, uuid));
  if (!domain) return make_error(Errc::not_found, "machine '{}': does not exist", uuid);
  return std::move(*domain);
}

Result<Power> read_power(Lease& lease, const Domain& domain) {
  int state = 0;
  int reason = 0;
  if (virDomainGetState(domain.get(), &state, &reason, 0) < 0)
    return failed(lease, domain, "its state");
  return power_of(state, reason);
}

Result<std::string> read_xml(Lease& lease, const Domain& domain, Which which) {
  const unsigned flags =
      which == Which::inactive
          ? static_cast<unsigned>(VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE)
          : 0U;
  const CString xml{virDomainGetXMLDesc(domain.get(), flags)};
  if (!xml) return failed(lease, domain, "its definition");
  return std::string{xml.get()};
}

Result<> define_xml(Lease& lease, const std::string& xml) {
  const Domain defined{
      virDomainDefineXMLFlags(lease.connection(), xml.c_str(), VIR_DOMAIN_DEFINE_VALIDATE)};
  if (!defined) return lease.failed("cannot define the machine");
  return {};
}

Result<> drop_saved_state(Lease& lease, const Domain& domain) {
  const int saved = virDomainHasManagedSaveImage(domain.get(), 0);
  if (saved < 0) return failed(lease, domain, "its saved state");
  if (saved == 1 && virDomainManagedSaveRemove(domain.get(), 0) < 0)
    return failed(lease, domain, "its saved state cannot be removed");
  return {};
}

}  // namespace imprint::libvirt
