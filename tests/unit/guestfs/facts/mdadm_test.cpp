#include "guestfs/facts/mdadm.h"

#include <gmock/gmock.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* uuid = "b750f417:d0e3fcc8:71350803:d8ee9269";

TEST(MdadmConf, NamesArraysByTheirUuid) {
  EXPECT_THAT(parse_mdadm_conf("MAILADDR root\nAUTO +imsm +1.x -all\n"
                               "ARRAY /dev/md0 level=raid1 num-devices=2 "
                               "UUID=b750f417:d0e3fcc8:71350803:d8ee9269\n"),
              ElementsAre(MdArray{"/dev/md0", uuid}));
}

TEST(MdadmConf, TakesShortNamesOtherLettersAndContinuedLines) {
  EXPECT_THAT(
      parse_mdadm_conf("arr home metadata=1.2 # ours\n"
                       "\tuuid=B750F417-D0E3-FCC8-7135-0803D8EE9269\n"
                       "ARRAY /dev/md/1 UUID=b750f417d0e3fcc871350803d8ee9269 name=host:1\n"),
      ElementsAre(MdArray{"/dev/md/home", uuid}, MdArray{"/dev/md/1", uuid}));
}

TEST(MdadmConf, LeavesOutWhatNamesNoDeviceOrNoUuid) {
  EXPECT_THAT(parse_mdadm_conf("ARRAY <ignore> UUID=b750f417:d0e3fcc8:71350803:d8ee9269\n"
                               "ARRAY /dev/md2 devices=/dev/sda1,/dev/sdb1\n"
                               "ARRAY /dev/md3 UUID=b750f417\nARRAY\n\n  \n"),
              IsEmpty());
}

TEST(MdadmConf, IsReadWhereEitherFamilyHasIt) {
  const std::string line = std::string{"ARRAY /dev/md0 UUID="} + uuid + "\n";
  for (const char* path : {"/etc/mdadm.conf", "/etc/mdadm/mdadm.conf"}) {
    guest::MemoryFs fs;
    fs.file(path, line);
    guest::FollowingFs following{fs};
    EXPECT_THAT(read_md_arrays(following), ElementsAre(MdArray{"/dev/md0", uuid})) << path;
  }
  guest::MemoryFs none;
  guest::FollowingFs following{none};
  EXPECT_THAT(read_md_arrays(following), IsEmpty());
}

}  // namespace
}  // namespace imprint::facts
