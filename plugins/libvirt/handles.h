#pragma once

#include <libvirt/libvirt.h>

#include <cstdlib>

#include "agent/base/owned.h"

namespace imprint::libvirt {

using ConnectionHandle = Owned<virConnect, virConnectClose>;
using Domain = Owned<virDomain, virDomainFree>;
using CString = Owned<char, std::free>;

}  // namespace imprint::libvirt
