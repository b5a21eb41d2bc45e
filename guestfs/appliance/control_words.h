#pragma once
// clang-format off: it would fill the lines of the table below.
// What host and appliance say to each other over a virtio-serial port, one line each:
//   appliance: "ready KEY"              it waits for its disks; the machine can be saved
//   host:      "go NONCE DISKS"         so many disks are attached, as SCSI targets 0, 1, ...
//   appliance: "here KEY NONCE DISKS"   the kernel knows them
//              "found sda 8192 sda1 ..." disks and partitions with their sizes in 512-byte sectors;
//                                       guestfsd starts to answer
//   host:      "assemble"               start RAID arrays and logical volumes
//   appliance: "assembled"
//   host:      "mount OPTIONS TYPE DEVICE FOLDER"
//                                       into a new folder, by guestfsd's path
//   appliance: "mounted"
//              "not mounted"            nothing has changed: guestfsd can say why
//   host:      "attributes PATH"        what lsattr(1) tells of a file; the path is guestfsd's, in
//                                       hexadecimal digits, for it may hold any character
//   appliance: "attributes LETTERS"     "-" before them; nothing where the file has none to tell
//   host:      "extents PATH"           where the bytes of a file lie
//   appliance: "extents sda 0 1048576 4096 ..."
//                                       the disk; of each piece the offset in the file, that on the
//                                       disk, and the length; nothing where the bytes do not lie
//                                       there as they are read
//   host:      "look PATH"              what lstat(2) tells of a file
//              "names PATH"             what is in a folder
//              "folder PATH"            the same, with what "look" tells of each entry
//              "bytes OFFSET SIZE PATH" of a regular file
//              "many COUNT"             the answers to so many of these four that follow go out
//              together
//   appliance: "told SIZE"              so many bytes follow: those of the file; or of the file
//   that
//                                       was looked at " MODE UID GID SIZE MODIFIED" in hexadecimal
//                                       digits, and a link's target, each ended by NUL; or of each
//                                       entry its name, a letter for its type with those numbers
//                                       behind, and a link's target. No bytes: there is no such
//                                       file
//              "untold"                 it is not to be had so: guestfsd may tell more
//   host:      "probe sda1"             what blkid(8) finds on a device, by its path below /dev
//   appliance: "probed TYPE=65787434 ..."
//                                       the values in hexadecimal digits; nothing if it is unsure
//   host:      "leave NONCE"            unmount everything and remove the disks; others may come by
//                                       "go"
//   appliance: "left KEY NONCE"         nothing is left of them, and the kernel has not complained
//              "unsound KEY NONCE WHAT" something is: the machine is not to be used any more
// clang-format on
// KEY names the state (see SnapshotKey), so a foreign one betrays itself; NONCE is new each time.
// Also included by the appliance's own program, which knows nothing else of the host's.

namespace imprint {

inline constexpr const char* control_port = "imprint.control";
inline constexpr const char* channel_port = "org.libguestfs.channel.0";  ///< libguestfs's name
inline constexpr const char* mounts_folder = "/sysroot";  ///< guestfsd's root of what it mounts

}  // namespace imprint
