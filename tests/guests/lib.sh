# Shared by the builders of test guests: assembling bootable disks without loop devices, mounts or root.
# shellcheck shell=bash

grub_pc=/usr/lib/grub/i386-pc
grub_efi=/usr/lib/grub/x86_64-efi
mib=$((1024 * 1024))

die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# The newest of Debian's cloud kernels in /boot; prints its release.
cloud_kernel() {
  local newest
  newest=$(find /boot -maxdepth 1 -name 'vmlinuz-*-cloud-amd64' -printf '%f\n' | sort -V | tail -n 1)
  [ -n "$newest" ] || die "no kernel /boot/vmlinuz-*-cloud-amd64: install linux-image-cloud-amd64"
  echo "${newest#vmlinuz-}"
}

# make_ext4 IMAGE TREE SIZE_MIB LABEL UUID: an ext4 file system that holds the tree, owned by root.
make_ext4() {
  local image=$1 tree=$2 size=$3 label=$4 uuid=$5
  truncate -s "${size}M" "$image"
  mke2fs -q -F -t ext4 -O ^metadata_csum_seed -L "$label" -U "$uuid" -E root_owner=0:0 -d "$tree" "$image"
}

# make_esp IMAGE SIZE_MIB LABEL TREE: a FAT file system that holds the tree.
make_esp() {
  local image=$1 size=$2 label=$3 tree=$4
  truncate -s "${size}M" "$image"
  mkfs.vfat -n "$label" "$image" >/dev/null
  (cd "$tree" && mcopy -s -i "$image" ./* ::)
}

# install_grub_bios DISK PREFIX FIRST_SECTOR MODULES...: boot code into the MBR, and the core image from FIRST_SECTOR on.
# The boot code loads the core image from the sector named at 0x5c (struct in GRUB's boot.S: kernel_sector), and the
# core image's first sector names where its rest lies (diskboot.S: the block list's start at 0x1f4).
install_grub_bios() {
  local disk=$1 prefix=$2 first=$3
  shift 3
  local work
  work=$(mktemp -d)
  grub-mkimage -O i386-pc -d "$grub_pc" -p "$prefix" -o "$work/core.img" "$@"
  dd if="$grub_pc/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
  write_le64 "$disk" $((0x5c)) "$first"
  write_le64 "$work/core.img" $((0x1f4)) $((first + 1))
  dd if="$work/core.img" of="$disk" bs=512 seek="$first" conv=notrunc status=none
  rm -r "$work"
}

# write_le64 FILE OFFSET NUMBER
write_le64() {
  python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<Q", int(sys.argv[1])))' "$3" |
    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# put_at DISK IMAGE OFFSET_MIB: copies a file system into its partition, holes kept.
put_at() {
  dd if="$2" of="$1" bs=1M seek="$3" conv=notrunc,sparse status=none
}

# to_qcow2 RAW OUT: published by rename, so that a builder that was ended leaves no half image.
to_qcow2() {
  qemu-img convert -f raw -O qcow2 "$1" "$2.part"
  mv "$2.part" "$2"
}
