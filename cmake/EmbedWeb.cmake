# embed_web(TARGET): builds the dashboard (web/) and puts its files, packed, into TARGET behind
# cofferdam/server/web_assets.h. With COFFERDAM_WEB=OFF, or without node and npm, a page that says so
# is put in instead. npm runs only when package-lock.json has changed, vite only when web/ has.
find_program(COFFERDAM_NODE node)
find_program(COFFERDAM_NPM npm)
if(COFFERDAM_NODE AND COFFERDAM_NPM)
  set(web_default ON)
else()
  set(web_default OFF)
endif()
option(COFFERDAM_WEB "build the dashboard into the program; needs node 18 or later and npm" ${web_default})

function(embed_web target)
  set(web ${PROJECT_SOURCE_DIR}/web)
  set(output ${PROJECT_BINARY_DIR}/web)
  if(COFFERDAM_WEB)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/* ${web}/public/*)
    list(APPEND sources ${web}/index.html ${web}/package.json ${web}/package-lock.json
         ${web}/vite.config.ts ${web}/svelte.config.js ${web}/tsconfig.json ${web}/build.sh)
    set(pages ${output}/dist)
    set(make_pages COMMAND ${web}/build.sh ${pages})
  else()
    set(sources ${web}/notice/index.html)
    set(pages ${web}/notice)
    set(make_pages)
  endif()
  add_custom_command(
    OUTPUT ${output}/web_assets_table.cpp
    ${make_pages}
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/embed_web.py ${pages} ${output}
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/tools/embed_web.py
    COMMENT "Dashboard" VERBATIM)
  target_sources(${target} PRIVATE ${output}/web_assets_table.cpp)
  target_link_libraries(${target} PRIVATE ZLIB::ZLIB)
endfunction()
