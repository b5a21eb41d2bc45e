#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "guestfs/appliance/init/init.h"

namespace imprint::appliance_init {
namespace {

struct Letter {
  unsigned long flag;
  char letter;
};

/// In the order of flags_array in e2fsprogs' lib/e2p/pf.c.
constexpr std::array<Letter, 22> letters{
    {{FS_SECRM_FL, 's'},       {FS_UNRM_FL, 'u'},         {FS_SYNC_FL, 'S'},
     {FS_DIRSYNC_FL, 'D'},     {FS_IMMUTABLE_FL, 'i'},    {FS_APPEND_FL, 'a'},
     {FS_NODUMP_FL, 'd'},      {FS_NOATIME_FL, 'A'},      {FS_COMPR_FL, 'c'},
     {FS_ENCRYPT_FL, 'E'},     {FS_JOURNAL_DATA_FL, 'j'}, {FS_INDEX_FL, 'I'},
     {FS_NOTAIL_FL, 't'},      {FS_TOPDIR_FL, 'T'},       {FS_EXTENT_FL, 'e'},
     {FS_NOCOW_FL, 'C'},       {FS_DAX_FL, 'x'},          {FS_CASEFOLD_FL, 'F'},
     {FS_INLINE_DATA_FL, 'N'}, {FS_PROJINHERIT_FL, 'P'},  {FS_VERITY_FL, 'V'},
     {FS_NOCOMP_FL, 'm'}}};

bool read_flags(const char* digits, unsigned long& flags) {
  const int file = open_mounted(digits, O_RDONLY | O_NONBLOCK);
  if (file < 0) return false;
  unsigned value = 0;  // the kernel writes an int, whatever the request's name says
  const bool read = ::ioctl(file, FS_IOC_GETFLAGS, &value) == 0;
  ::close(file);
  flags = value;
  return read;
}

}  // namespace

void tell_attributes(int port, const char* path) {
  std::array<char, letters.size() + 2> text{};
  unsigned long flags = 0;
  std::size_t used = 0;
  if (read_flags(path, flags)) {
    text[used++] = '-';
    for (const auto& [flag, letter] : letters)
      if ((flags & flag) != 0) text[used++] = letter;
  }
  ::dprintf(port, "attributes %s\n", text.data());
}

}  // namespace imprint::appliance_init
