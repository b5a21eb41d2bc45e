#pragma once
// The appliance's first program. It is linked statically and uses libc and libblkid alone: in the
// appliance it is also `udevadm` and `mount`, which guestfsd starts, so that neither costs a
// dynamic start.

#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>

namespace imprint::appliance_init {

/// Read by guestfsd's first `udevadm settle`, which therefore ends when the disks are there.
inline constexpr const char* go_fifo = "/run/imprint-go";
/// Written by that `udevadm settle`: guestfsd has done all it can do without disks.
inline constexpr const char* waiting_fifo = "/run/imprint-waiting";

/// What PID 1 does. Never returns: PID 1 must not.
[[noreturn]] void run_init();

/// `udevadm settle`: no udev runs here, so it only waits for go_fifo, if that is there.
int run_udevadm();

/// `mount -o OPTIONS -t TYPE DEVICE FOLDER`, as guestfsd calls it: one system call. NTFS is handed
/// to ntfs-3g. Returns mount(8)'s exit status: 0 or 32.
int run_mount(int count, char** arguments);

/// "OPTIONS TYPE DEVICE FOLDER": the same, into a new folder of that name right below
/// mounts_folder; what the kernel cannot mount by itself is left alone.
void mount_volume(int port, const char* line);

/// A kernel's virtual file systems, and the kernel modules that /modules.list names in order.
bool prepare_system();

/// The device node of the virtio-serial port with this name, or an empty text. The text lasts until
/// the next call.
const char* find_port(std::string_view name);

/// The port for an answer that is put together from pieces and goes out when the stream is closed:
/// under emulation each write to a port costs as much as a question. Null: no memory.
std::FILE* open_answer(int port);

/// Makes the disk with this SCSI target known to the kernel and waits for its partitions.
bool attach_disk(unsigned target);

/// Writes " NAME SECTORS" of the disk with this target and of each of its partitions.
void tell_sizes(int port, unsigned target);

/// The first line of a small file, without its end. False: it cannot be read.
bool read_line(const char* path, std::array<char, 128>& text);

/// Opens a file or folder below mounts_folder, its path given in hexadecimal digits, with open(2)'s
/// flags; -1: it cannot be opened, see errno. No link is followed.
int open_mounted(const char* path, int flags);

/// The next so many answers of the following three go out together.
void hold_answers(unsigned count);

/// Writes what lstat(2) and readlink(2) tell of a file, given as to open_mounted().
void tell_look(int port, const char* path);

/// Writes the names in a folder, given as to open_mounted(), and what tell_look() tells of each
/// entry if `details` are wanted.
void tell_folder(int port, const char* path, bool details);

/// Writes `size` bytes from `offset` of a regular file, given as to open_mounted(); fewer at its
/// end.
void tell_bytes(int port, const char* path, long long offset, std::size_t size);

/// Writes the letters that lsattr(1) prints for a file or folder, given as to open_mounted().
void tell_attributes(int port, const char* path);

/// Writes where on which disk the bytes of a file lie, given as to open_mounted(); nothing for one
/// whose bytes do not lie there as they are read.
void tell_extents(int port, const char* path);

/// Writes what blkid(8) finds on a device, given by its path below /dev; nothing if it is unsure.
void tell_signatures(int port, const char* device);

/// Notes what the machine is like before its first disk comes. Later calls do nothing.
void note_traces();

/// Unmounts and removes all disks. Returns what is not as note_traces() has found it, in one word:
/// "kernel" (it has complained of something), "taint", "mounts", "disks", "processes"; null: the
/// machine is as if no disk had ever been there.
const char* leave_disks(int guestfsd);

/// Starts a program and waits for its end.
void run_program(const char* const* arguments);

/// Says why on the console, which the host keeps while the appliance is made.
void complain(const char* what);

}  // namespace imprint::appliance_init
