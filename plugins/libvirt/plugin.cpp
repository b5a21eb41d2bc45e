#include "plugins/plugin.h"

#include "plugins/libvirt/libvirt_hypervisor.h"

IMPRINT_PLUGIN("libvirt", imprint::libvirt::LibvirtHypervisor::create);
