#include "guestfs/facts/grub_machine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using guest::Match;

/// A BIOS guest with this grub.cfg and a file /k on its root file system.
Guest with_config(const std::string& config) {
  Guest guest = debian12_bios();
  guest.fs.file("/boot/grub/grub.cfg", config).file("/k", kernel_image("6.1.0-18-amd64"));
  return guest;
}

std::string default_title(const std::string& config) {
  const facts::Boot boot = with_config(config).boot();
  return boot.default_or_null() == nullptr ? "" : boot.default_or_null()->title;
}

std::string default_cmdline(const std::string& commands) {
  const facts::Boot boot = with_config("menuentry a {\n" + commands + "\n}\n").boot();
  return boot.default_or_null() == nullptr ? "no entry" : boot.default_or_null()->cmdline;
}

TEST(GrubMachine, ExpandsVariables) {
  EXPECT_EQ(default_cmdline("set x='b  c'\nlinux /k a$x ${x}d \"$x\" '$x' $none \"$none\""),
            "ab c b cd \"b  c\" $x ");
  EXPECT_EQ(default_cmdline("x=1\nunset x\nlinux /k \"[$x]\""), "[]");
}

TEST(GrubMachine, SearchesWithTheVariableBesideItsOption) {
  const std::string wanted = "--fs-uuid " + std::string{system_uuid};
  EXPECT_EQ(default_cmdline("search " + wanted + " --set x --no-floppy\nlinux /k $x"),
            "hd0,msdos1");
  EXPECT_EQ(default_cmdline("search --set " + std::string{system_uuid} +
                            " --no-floppy --fs-uuid\nlinux ($root)/k $root"),
            "hd0,msdos1");
}

TEST(GrubMachine, FollowsConditionsLoopsAndFunctions) {
  EXPECT_EQ(
      default_cmdline("if [ $grub_platform = pc ]; then linux /k bios; else linux /k other; fi"),
      "bios");
  EXPECT_EQ(default_cmdline("if false; then linux /k a; elif true; then linux /k b; fi"), "b");
  EXPECT_EQ(default_cmdline("set l=\nfor i in 1 2 3; do set l=\"$l$i\"; done\nlinux /k $l"), "123");
  EXPECT_EQ(default_cmdline("while [ \"$l\" != aaa ]; do set l=a$l; done\nlinux /k $l"), "aaa");
  EXPECT_EQ(default_cmdline("function f { linux /k $1 $#; return; linux /k no; }\nf x y"), "x 2");
  EXPECT_EQ(default_cmdline("if ! false; then linux /k yes; fi"), "yes");
}

TEST(GrubMachine, LeavesAsManyLoopsAsBreakAndContinueSay) {
  const std::string inner = "for j in x y; do if [ $i = 2 ]; then ";
  const std::string rest = "; fi; l=$l$i$j; done; l=$l-; done\nlinux /k $l";
  const auto after = [&](const std::string& command) {
    return default_cmdline("for i in 1 2 3; do " + inner + command + rest);
  };
  EXPECT_EQ(after("break"), "1x1y--3x3y-");
  EXPECT_EQ(after("continue"), "1x1y--3x3y-");
  EXPECT_EQ(after("break 2"), "1x1y-");
  EXPECT_EQ(after("continue 2"), "1x1y-3x3y-");
  EXPECT_EQ(after("break 9"), "1x1y-");
  EXPECT_EQ(after("break 0"), "1x1y-2x2y-3x3y-");
  EXPECT_EQ(default_cmdline("while [ \"$l\" != aaa ]; do l=a$l; continue; l=no; done\n"
                            "linux /k $l"),
            "aaa");
}

TEST(GrubMachine, ReturnsWhatAFunctionSays) {
  const auto of = [](const std::string& body) {
    return default_cmdline("function f { " + body +
                           "; l=behind; }\nif f; then l=$l-yes; else l=$l-no; fi\nlinux /k $l");
  };
  EXPECT_EQ(of("return"), "-yes");
  EXPECT_EQ(of("false; return"), "-no");
  EXPECT_EQ(of("return 1"), "-no");
  EXPECT_EQ(of("false; return 0"), "-yes");
  EXPECT_EQ(of("return what"), "behind-yes");
  EXPECT_EQ(default_title("return\nmenuentry a {\n linux /k\n}\n"), "a");
}

TEST(GrubMachine, ShiftsAndReplacesArguments) {
  const auto of = [](const std::string& body) {
    return default_cmdline("function f { " + body + "; linux /k $# $1 \"$*\"; }\nf a 'b c' d");
  };
  EXPECT_EQ(of("shift"), "2 b c \"b c d\"");
  EXPECT_EQ(of("shift 3"), "0 ");
  EXPECT_EQ(of("shift 4"), "3 a \"a b c d\"");
  EXPECT_EQ(of("setparams x y"), "2 x \"x y\"");
  EXPECT_EQ(default_cmdline("function f { for i in \"$@\"; do l=\"$l[$i]\"; done; }\nf a 'b c'\n"
                            "linux /k \"$l\""),
            "\"[a][b c]\"");
}

TEST(GrubMachine, RunsWhatEvalIsGiven) {
  EXPECT_EQ(default_cmdline("x='linux /k'\neval \"$x a;\" 'initrd /k'"), "a");
  EXPECT_EQ(default_title("eval \"menuentry 'made here' { linux /k; }\"\n"), "made here");
  Guest guest = with_config("\neval 'if true'\nmenuentry a {\n linux /k\n}\n");
  EXPECT_EQ(guest.finding_of("boot.grub2-parse").line, 2);
}

TEST(GrubMachine, TakesCommandsBeforeFunctionsOfTheirName) {
  EXPECT_EQ(default_cmdline("function linux { true; }\nlinux /k a"), "a");
}

TEST(GrubMachine, ReadsTextsToBeTranslated) {
  EXPECT_EQ(default_cmdline("x=1\nlinux /k $\"a$x\""), "a1");
}

TEST(GrubMachine, TakesBothArmsOfWhatItCannotDecide) {
  Guest guest = with_config(
      "menuentry a {\nif keystatus --shift; then linux /k root=/dev/vda1; else linux /k y; "
      "fi\n}\n");
  EXPECT_EQ(guest.undetermined(), std::vector<std::string>{"boot.grub2-parse"});
  EXPECT_TRUE(guest.boot().has_problem("boot.grub2-parse"));
  Guest same =
      with_config("menuentry a {\nif keystatus; then linux /k y; else linux /k y; fi\n}\n");
  EXPECT_FALSE(same.boot().has_problem("boot.grub2-parse"));
}

TEST(GrubMachine, ResolvesTheDefaultEntry) {
  const std::string menu =
      "menuentry A --id a { linux /k }\nsubmenu S --id=s {\n menuentry B --id b { linux /k }\n"
      " menuentry 'C>D' --id c { linux /k }\n}\nmenuentry E { linux /k }\n";
  EXPECT_EQ(default_title(menu), "A");
  EXPECT_EQ(default_title("set default=2\n" + menu), "E");
  EXPECT_EQ(default_title("set default=E\n" + menu), "E");
  EXPECT_EQ(default_title("set default=s\n" + menu), "B");
  EXPECT_EQ(default_title("set default='s>c'\n" + menu), "C>D");
  EXPECT_EQ(default_title("set default='S>C>>D'\n" + menu), "C>D");
  EXPECT_EQ(default_title("set default='1>1'\n" + menu), "C>D");
  EXPECT_EQ(default_title("set default=9\n" + menu), "A");
}

TEST(GrubMachine, FindsFilesByDeviceAndBySearch) {
  const auto kernel = [](const std::string& commands) {
    return with_config("menuentry a {\n" + commands + "\n}\n")
        .boot()
        .default_or_null()
        ->kernel.value();
  };
  EXPECT_EQ(kernel("linux (hd0,1)/k").path, "/k");
  EXPECT_EQ(kernel("linux (hd0,msdos1)/k").path, "/k");
  EXPECT_EQ(kernel("linux (hd0,msdos4)/k").match, Match::absent);
  EXPECT_EQ(kernel("linux (loop)/k").match, Match::unknown);
  EXPECT_EQ(kernel("set root='hd0,msdos7'\nsearch --file --set=root /k\nlinux /k").path, "/k");
  EXPECT_EQ(kernel("set root=(hd0,msdos7)\nlinux /k").match, Match::absent);
  EXPECT_EQ(kernel("set root='hd0,msdos7'\nsearch --no-floppy -u --hint hd0,msdos1 --set=root "
                   "1F5E0F3C-8E57-4B6B-A2F3-5D3F0E9B7A11\nlinux /k")
                .path,
            "/k");
  EXPECT_EQ(kernel(fmt::format("search --fs-uuid --set=root {}\nlinux /k", absent_uuid)).path,
            "/k");
}

TEST(GrubMachine, ReadsAHypervisorsModules) {
  const facts::Boot boot = with_config(
                               "menuentry xen {\nmultiboot2 /xen.gz placeholder\nmodule2 /k "
                               "placeholder root=x\nmodule2 --nounzip /i\n}\n")
                               .boot();
  EXPECT_EQ(boot.default_or_null()->kernel->path, "/k");
  EXPECT_EQ(boot.default_or_null()->cmdline, "placeholder root=x");
  ASSERT_EQ(boot.default_or_null()->initrds.size(), 1U);
  EXPECT_EQ(boot.default_or_null()->initrds[0].written, "/i");
}

TEST(GrubMachine, FollowsSourcedFilesAndNotInACircle) {
  Guest guest = with_config("source $prefix/more.cfg\n");
  guest.fs.file("/boot/grub/more.cfg", "menuentry M { linux /k }\n");
  EXPECT_EQ(guest.boot().default_or_null()->title, "M");
  Guest circle = with_config("source $prefix/grub.cfg\nmenuentry M { linux /k }\n");
  EXPECT_TRUE(circle.boot().has_problem("boot.grub2-parse"));
}

TEST(GrubMachine, EndsWhateverTheScriptDoes) {
  for (const char* script : {
           "while true; do set x=1; done\n",
           "function f { f; f; }\nf\n",
           "set x=aaaaaaaaaaaaaaaa\nwhile true; do set x=$x$x; done\n",
           "function f { if nothing; then f; else f; fi; }\nf\n",
           "while true; do menuentry a { linux /k }; done\n",
           "set i=0\nwhile true; do set i=1$i; set v$i=1; done\n",
       }) {
    EXPECT_TRUE(with_config(script).boot().has_problem("boot.grub2-parse")) << script;
  }
}

TEST(GrubMachine, GivesFunctionsMoreThanNineArguments) {
  EXPECT_EQ(default_cmdline("function f { linux /k $1 $10 ${11}; }\nf a 2 3 4 5 6 7 8 9 b c"),
            "a b c");
}

TEST(GrubMachine, LeavesTheEntryDecidedWhereOnlyTheSplashScreenIsOpen) {
  const std::string gfxmode =
      "function gfxmode {\nset gfxpayload=$1\nif [ \"$1\" = keep ]; then set "
      "vt_handoff=vt.handoff=7\nelse set vt_handoff=\nfi\n}\n"
      "if hwmatch $prefix/gfxblacklist.txt 3; then\n"
      "if [ $match = 0 ]; then set mode=keep; else set mode=text; fi\nfi\n";
  const facts::Boot boot =
      with_config(gfxmode + "menuentry a {\ngfxmode $mode\nlinux /k root=x $vt_handoff\n}\n")
          .boot();
  EXPECT_FALSE(boot.has_problem("boot.grub2-parse"));
  EXPECT_EQ(boot.default_or_null()->cmdline, "root=x vt.handoff=7");
  const std::string open = "if hwmatch x 3; then set y=root=a; else set y=root=b; fi\n";
  EXPECT_TRUE(
      with_config(open + "menuentry a { linux /k $y\n}\n").boot().has_problem("boot.grub2-parse"));
}

TEST(GrubMachine, TakesTheOnlyFilledPartitionForUsr) {
  Guest guest = with_config(
      "menuentry a {\ngptprio.next -d usr -u usr_uuid\nif [ $usr_uuid = aa ]; then\n"
      "linux /k mount.usr=PARTUUID=$usr_uuid root=x\nelse\nlinux /none root=y\nfi\n}\n");
  EXPECT_TRUE(guest.boot().has_problem("boot.grub2-parse"));
  guest.inventory.volumes[1].part_type = "5dfbf5f4-2848-4bac-aa5e-0d9a20b745a6";
  guest.inventory.volumes[1].part_uuid = "aa";
  const facts::Boot boot = guest.boot();
  EXPECT_FALSE(boot.has_problem("boot.grub2-parse"));
  EXPECT_EQ(boot.default_or_null()->cmdline, "mount.usr=PARTUUID=aa root=x");
}

TEST(GrubMachine, ProbesWhatTheInventoryTells) {
  EXPECT_EQ(default_cmdline("probe --set=u --fs-uuid $root\nprobe -s l -l (hd0,1)\nlinux /k $u $l"),
            std::string{system_uuid} + " root");
  EXPECT_TRUE(with_config("menuentry a {\nprobe --set d --driver $root\nlinux /k $d\n}\n")
                  .boot()
                  .has_problem("boot.grub2-parse"));
}

TEST(GrubMachine, LeavesWhatAnExpressionCapturesOpen) {
  const facts::Boot boot =
      with_config("menuentry a {\nregexp --set 1:x '(.*)' $root\nlinux ($x)/k\n}\n").boot();
  EXPECT_EQ(boot.default_or_null()->kernel->match, Match::unknown);
}

TEST(GrubMachine, ReadsBlocksOfOtherProgramsWithoutComplaint) {
  Guest guest =
      with_config("load_env -f /boot/photon.cfg\nmenuentry a {\nlinux /$photon_linux root=$r\n}\n");
  guest.fs.file("/boot/photon.cfg", "# GRUB Environment Block\nphoton_linux=k\nr=x\n");
  const facts::Boot boot = guest.boot();
  EXPECT_FALSE(boot.has_problem("boot.grubenv-corrupt"));
  EXPECT_EQ(boot.default_or_null()->kernel->path, "/k");
}

TEST(GrubMachine, ShowsSubmenusAndOtherFilesOnlyWhatIsExported) {
  const std::string menu =
      "set a=1\nset b=2\nexport b\nsubmenu S {\nset c=3\nmenuentry E { linux /k [$a] [$b] [$c] "
      "[$grub_platform]\n}\n}\n";
  EXPECT_EQ(with_config(menu).boot().default_or_null()->cmdline, "[] [2] [3] [pc]");
  Guest guest =
      with_config("set a=1\nset b=2\nexport b\nset default=1\nconfigfile $prefix/more.cfg\n");
  guest.fs.file("/boot/grub/more.cfg",
                "menuentry M { linux /k [$a] [$b]\n}\nmenuentry N { linux /k\n}\n");
  EXPECT_EQ(guest.boot().default_or_null()->cmdline, "[] [2]");
}

TEST(GrubMachine, HandsOverIsUndetermined) {
  Guest guest = with_config("menuentry Windows { chainloader +1 }\n");
  EXPECT_EQ(guest.undetermined(), std::vector<std::string>{"boot.kernel-missing"});
}

}  // namespace
}  // namespace imprint::guests
