#pragma once
// What a reimage loses and keeps, in sentences, and the guard of data disks. Pure.

#include <string>
#include <vector>

#include "agent/model/instance.h"

namespace imprint::policy {

/// Errc::invalid unless the loss is accepted; the message says what is lost.
Result<> require_acceptance(const Instance& instance, bool accept_data_loss);

std::vector<std::string> lost_by_reimage(const Instance& instance);
/// `until`: RFC 3339, or empty if the old system is not kept.
std::vector<std::string> kept_by_reimage(const Instance& instance, const std::string& until);

/// Errc::denied if the disk is, by role, path or serial, one of the data disks that exist.
Result<> refuse_data_disk(const Disk& disk, const std::vector<Disk>& data_disks);

/// Errc::internal unless both hold the same data disks, disk by disk: an exchange of systems must
/// not touch them.
Result<> require_same_data_disks(const Instance& before, const Instance& after);

}  // namespace imprint::policy
