# SPDX-License-Identifier: Apache-2.0
# cmake -DFILES=a.yaml;b.yaml -DTEMPLATE=x.cpp.in -DOUTPUT=x.cpp -P embed_profiles.cmake
# Writes the files' bytes as character lists: no content can end a literal or be too long for one.
set(PROFILE_BYTES "")
set(PROFILE_ENTRIES "")
set(number 0)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" hex HEX)
  string(LENGTH "${hex}" digits)
  if(digits EQUAL 0)
    message(FATAL_ERROR "${file} is empty")
  endif()
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND PROFILE_BYTES "constexpr std::array<char, ${size}> kBytes${number} = {${bytes}};\n")
  string(APPEND PROFILE_ENTRIES
    "    ProfileText{\"${name}\", {kBytes${number}.data(), kBytes${number}.size()}},\n")
  math(EXPR number "${number} + 1")
endforeach()
configure_file("${TEMPLATE}" "${OUTPUT}" @ONLY)
