// SPDX-License-Identifier: Apache-2.0
//
// Telling a supervisor how far the program is: one datagram to the socket that NOTIFY_SOCKET names,
// as sd_notify(3) describes it. Without that variable nothing is sent.
#pragma once

#include <string_view>

namespace cofferdam::cli {

// "READY=1", "STOPPING=1", "STATUS=...", lines of one message. A supervisor that cannot be reached
// is no reason to stop.
void notify_supervisor(std::string_view message);

}  // namespace cofferdam::cli
