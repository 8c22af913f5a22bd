# What we build on: Debian's packages (the list is in scripts/install-packages).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(absl REQUIRED)
find_package(spdlog REQUIRED)
pkg_check_modules(uv REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(rocksdb REQUIRED IMPORTED_TARGET rocksdb)
pkg_check_modules(bson REQUIRED IMPORTED_TARGET libbson-1.0)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
find_path(RAPIDJSON_INCLUDE rapidjson/reader.h REQUIRED)
find_path(CONCURRENTQUEUE_INCLUDE concurrentqueue/moodycamel/concurrentqueue.h
          PATHS /usr/include)

# One static library a folder; a folder links only what it names, so the linker is a second fence
# beside tests/tidy.
function(veddb_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# A test that would tell nothing in builds with a sanitizer, for that reason: ctest shows it as not
# run, with the label left-out.
function(veddb_leave_out_of_sanitizers name reason)
  if(VEDDB_SANITIZE)
    message(STATUS "left out: test ${name} (${reason})")
    set_property(TEST ${name} PROPERTY DISABLED ON)
    set_property(TEST ${name} APPEND PROPERTY LABELS left-out)
  endif()
endfunction()

# Like TIMEOUT, in seconds, for the tests named after it; sanitizers get more of them.
function(veddb_time_limit seconds)
  if(VEDDB_SANITIZE)
    math(EXPR seconds "6 * ${seconds}")
  endif()
  set_tests_properties(${ARGN} PROPERTIES TIMEOUT ${seconds})
endfunction()

# A GoogleTest binary a folder of tests, registered with CTest as one test per binary.
function(veddb_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest_main GTest::gtest)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS unit)
  veddb_time_limit(600 ${name})
endfunction()
