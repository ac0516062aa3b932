# room(PATH FLOOR n [DEPENDS room...] [LINK target...]): one folder = one library = one floor.
# PATH is the folder below cofferdam/, for instance books/ledger; its target is
# cofferdam_books_ledger, its alias cofferdam::books_ledger. Refused at configure time: a dependency
# that does not point strictly downward. A header that cannot stand alone fails the target
# all_verify_interface_header_sets.
function(room path)
  cmake_parse_arguments(PARSE_ARGV 1 R "" "FLOOR" "DEPENDS;LINK")
  string(REPLACE "/" "_" name ${path})
  set(below)
  foreach(dep IN LISTS R_DEPENDS)
    string(REPLACE "/" "_" dep_name ${dep})
    if(NOT TARGET cofferdam_${dep_name})
      message(FATAL_ERROR "room ${path} depends on ${dep}, which is not declared before it")
    endif()
    get_target_property(dep_floor cofferdam_${dep_name} COFFERDAM_FLOOR)
    if(NOT dep_floor LESS R_FLOOR)
      message(FATAL_ERROR
        "room ${path} (floor ${R_FLOOR}) may not depend on ${dep} (floor ${dep_floor})")
    endif()
    list(APPEND below cofferdam::${dep_name})
  endforeach()

  file(GLOB headers CONFIGURE_DEPENDS ${path}/*.h)
  file(GLOB sources CONFIGURE_DEPENDS ${path}/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS ${path}/*_test.cpp)
  if(tests)
    list(REMOVE_ITEM sources ${tests})
  endif()

  # A room that is declared but not yet built, or that has headers only, is an empty library.
  if(NOT sources)
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp)
    file(CONFIGURE OUTPUT ${sources} CONTENT "" @ONLY)
  endif()

  if(NOT sources)
    message(FATAL_ERROR "room ${path} has no source file")
  endif()

  set(target cofferdam_${name})
  add_library(${target} STATIC ${sources})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  add_library(cofferdam::${name} ALIAS ${target})
  target_sources(${target} PUBLIC
    FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  target_compile_features(${target} PUBLIC cxx_std_23)
  set_target_properties(${target} PROPERTIES
    COFFERDAM_FLOOR ${R_FLOOR} CXX_EXTENSIONS OFF VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(${target} PUBLIC ${below} ${R_LINK})

  if(tests AND BUILD_TESTING)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE cofferdam::${name} GTest::gmock_main
                          ${COFFERDAM_RAPIDCHECK})
    set_target_properties(${target}_test PROPERTIES CXX_EXTENSIONS OFF)
    gtest_discover_tests(${target}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
                         WORKING_DIRECTORY ${PROJECT_BINARY_DIR})
  endif()
endfunction()
