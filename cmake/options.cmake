# Compiler settings that every target of ours takes, through the interface target imprint_options.
set(CMAKE_CXX_STANDARD 20)  # 20, not 23: clang-tidy 14 cannot read libstdc++ 12's <expected>; agent/base/result.h stands in
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)  # the libvirt plugin is a shared object that links our static libraries

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# -g1: enough for a backtrace with lines; full debug information would cost half the build time again.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

# The units and the programs name each other by absolute paths, and the packages install below /usr.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "Install prefix" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Paths below the project are hashed as relative ones, so that every clone shares one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

add_library(imprint_options INTERFACE)
target_include_directories(imprint_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(imprint_options INTERFACE
  -Wall -Wextra -Wpedantic
  -Wshadow             # a shadowed name in a TRY or a lambda has hidden real faults
  -Wconversion         # sizes and offsets of disks: a silent narrowing is data loss
  -Wsuggest-override   # ports are abstract classes: a misspelt override would be a new function
  -Wold-style-cast
  $<$<CONFIG:Debug>:-Werror>)  # developers build Debug; a user's other compiler must not stop at a warning
target_link_options(imprint_options INTERFACE -Wl,--as-needed)  # what a program links is loaded whether it is used or not
target_compile_definitions(imprint_options INTERFACE IMPRINT_VERSION="${PROJECT_VERSION}")

set(IMPRINT_SANITIZE "" CACHE STRING "Comma-separated sanitizers, for example address,undefined")
if(IMPRINT_SANITIZE)
  target_compile_options(imprint_options INTERFACE -fsanitize=${IMPRINT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(imprint_options INTERFACE -fsanitize=${IMPRINT_SANITIZE})
else()
  target_compile_options(imprint_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2 -fstack-protector-strong>)
  target_link_options(imprint_options INTERFACE -Wl,-z,relro,-z,now)
endif()

# imprint_library(NAME SOURCES... [LINK TARGETS...]): one static library per folder.
function(imprint_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC imprint_options ${ARG_LINK})
endfunction()
