# Run by `cmake --install`: the units with the paths of this installation, and a configuration where
# there is none. One that somebody has changed stays as it is.
set(CMAKE_INSTALL_FULL_BINDIR "${CMAKE_INSTALL_PREFIX}/${cofferdam_bindir}")
set(CMAKE_INSTALL_FULL_SYSCONFDIR "${CMAKE_INSTALL_PREFIX}/etc")
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(CMAKE_INSTALL_FULL_SYSCONFDIR "/etc")
endif()
foreach(unit cofferdam cofferdam-backup)
  configure_file("${cofferdam_packaging}/${unit}.service.in" "${cofferdam_generated}/${unit}.service"
                 @ONLY)
  file(INSTALL "${cofferdam_generated}/${unit}.service"
       DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
endforeach()
file(INSTALL "${cofferdam_packaging}/cofferdam-backup.timer"
     DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
set(etc "${CMAKE_INSTALL_FULL_SYSCONFDIR}/cofferdam")
if(NOT EXISTS "$ENV{DESTDIR}${etc}/cofferdam.toml")
  file(INSTALL "${cofferdam_generated}/cofferdam.toml" DESTINATION "${etc}")
endif()
