// One program under several names, as BusyBox does it.

#include <cstring>

#include "guestfs/appliance/init/init.h"

int main(int count, char** arguments) {
  using namespace imprint::appliance_init;
  const char* slash = std::strrchr(arguments[0], '/');
  const std::string_view name = slash != nullptr ? slash + 1 : arguments[0];
  if (name == "udevadm") return run_udevadm();
  if (name == "mount") return run_mount(count, arguments);
  run_init();
}
