#include "plugins/loader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint {
namespace {

const std::filesystem::path folder{PLUGIN_FOLDER};

Error error_of(const std::filesystem::path& where, std::string_view name,
               const PluginSettings& settings = {}) {
  const auto loaded = load_hypervisor(where, name, settings);
  EXPECT_FALSE(loaded) << name << " was loaded";
  return loaded ? Error{} : loaded.error();
}

bool names(const Error& error, const std::string& text) {
  return error.message.find(text) != std::string::npos;
}

TEST(PluginLoader, CreatesTheHypervisorOfAPlugin) {
  auto loaded = load_hypervisor(folder, "fake", {{"state_folder", "/nowhere"}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const auto info = (*loaded)->info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->version, "fake 1");
}

TEST(PluginLoader, LetsGoOfTheLibraryAfterTheHypervisor) {
  for (int round = 0; round < 3; ++round) {
    auto loaded = load_hypervisor(folder, "fake", {});
    ASSERT_TRUE(loaded);
    LoadedHypervisor hypervisor = std::move(*loaded);
    EXPECT_TRUE(hypervisor->list());
    hypervisor.reset();
  }
}

TEST(PluginLoader, LoadsThePluginForLibvirtMoreThanOnce) {
  for (int round = 0; round < 2; ++round) {
    auto loaded = load_hypervisor(LIBVIRT_PLUGIN_FOLDER, "libvirt",
                                  {{"uri", "test:///default"}, {"accelerator", "tcg"}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto info = (*loaded)->info();
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->accelerator, "tcg");
  }
}

TEST(PluginLoader, NamesTheFileOfAMissingPlugin) {
  const Error error = error_of(folder, "absent");
  EXPECT_EQ(error.code, Errc::not_found);
  EXPECT_TRUE(names(error, (folder / "imprint-absent.so").string())) << error.message;
}

TEST(PluginLoader, RefusesAnotherVersionOfTheInterfaceBeforeItRunsAnything) {
  const Error error = error_of(folder, "future");
  EXPECT_EQ(error.code, Errc::invalid);
  EXPECT_TRUE(names(error, "imprint-future.so")) << error.message;
  EXPECT_TRUE(names(error, "version 9999")) << error.message;
}

TEST(PluginLoader, RefusesALibraryWithoutAnEntry) {
  const Error error = error_of(folder, "empty");
  EXPECT_EQ(error.code, Errc::invalid);
  EXPECT_TRUE(names(error, "imprint_plugin")) << error.message;
}

TEST(PluginLoader, RefusesAFileThatIsNoLibrary) {
  const test::TempFolder scratch;
  std::ofstream{scratch / "imprint-text.so"} << "not an object file";
  const Error error = error_of(scratch.path(), "text");
  EXPECT_EQ(error.code, Errc::invalid);
  EXPECT_TRUE(names(error, "imprint-text.so")) << error.message;

  std::filesystem::create_directory(scratch / "imprint-folder.so");
  EXPECT_EQ(error_of(scratch.path(), "folder").code, Errc::not_found);
}

TEST(PluginLoader, TakesNoPathForAName) {
  for (const char* name : {"", "../fake", "a/b", "FAKE", "a b"})
    EXPECT_EQ(error_of(folder, name).code, Errc::invalid) << name;
}

TEST(PluginLoader, PassesOnWhatThePluginSaysOfItsSettings) {
  const Error error = error_of(folder, "fake", {{"colour", "blue"}});
  EXPECT_EQ(error.code, Errc::invalid);
  EXPECT_TRUE(names(error, "unknown setting 'colour'")) << error.message;
  EXPECT_TRUE(names(error, "imprint-fake.so")) << error.message;
}

}  // namespace
}  // namespace imprint
