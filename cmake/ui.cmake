# The web UI: npm builds ui/dist, tools/embed_ui.py turns it into the library wf_ui_assets. Without
# WF_UI (or without sources) the table is empty and the server answers its API only.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(ui ${CMAKE_SOURCE_DIR}/ui)
set(generated ${CMAKE_BINARY_DIR}/ui)
set(inputs ${CMAKE_SOURCE_DIR}/tools/embed_ui.py)

if(WF_UI AND EXISTS ${ui}/package.json)
  find_program(NPM npm REQUIRED)
  file(GLOB_RECURSE ui_sources CONFIGURE_DEPENDS ${ui}/src/* ${ui}/public/*)
  list(APPEND ui_sources ${ui}/index.html ${ui}/package.json ${ui}/vite.config.ts)
  add_custom_command(
    OUTPUT ${ui}/node_modules/.installed
    # Not `npm ci`: it refuses lock files without download addresses of other platforms.
    COMMAND ${NPM} install --no-save --no-audit --no-fund --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${ui}/node_modules/.installed
    WORKING_DIRECTORY ${ui} DEPENDS ${ui}/package-lock.json
    COMMENT "Installing the packages of the web UI" USES_TERMINAL)
  add_custom_command(
    OUTPUT ${generated}/dist/index.html
    COMMAND ${NPM} run --silent build -- --outDir ${generated}/dist --emptyOutDir --logLevel error
    WORKING_DIRECTORY ${ui} DEPENDS ${ui}/node_modules/.installed ${ui_sources}
    COMMENT "Building the web UI" USES_TERMINAL)
  list(APPEND inputs ${generated}/dist/index.html)
endif()

add_custom_command(
  OUTPUT ${generated}/ui_assets_data.cc
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_ui.py ${generated}/dist ${generated}
  DEPENDS ${inputs} COMMENT "Embedding the web UI")
add_library(wf_ui_assets STATIC ${generated}/ui_assets_data.cc)
target_include_directories(wf_ui_assets PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(wf_ui_assets PRIVATE wf_lib_fmt)
