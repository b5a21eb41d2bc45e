#include "agent/model/image_format.h"

#include "agent/model/words.h"

namespace imprint {
namespace {

constexpr Words<ImageFormat, 5> formats{{{ImageFormat::qcow2, "qcow2"},
                                         {ImageFormat::raw, "raw"},
                                         {ImageFormat::vmdk, "vmdk"},
                                         {ImageFormat::vhd, "vhd"},
                                         {ImageFormat::vhdx, "vhdx"}}};

}  // namespace

std::string_view to_string(ImageFormat format) noexcept {
  return word_of(formats, format);
}

Result<ImageFormat> parse_image_format(std::string_view text) {
  return parse_word(formats, text, "format that images are imported from");
}

}  // namespace imprint
