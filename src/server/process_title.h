// SPDX-License-Identifier: BSD-3-Clause
// The process's title: what ps shows as its command line (set-proc-title, proc-title-template).
// Linux shows the memory that the arguments came in; a title is written over them, and over the
// environment behind them, which is copied elsewhere first. Owned by: the main thread.
#pragma once
#include <string>

#include "base/bytes.h"
#include "config/config.h"

namespace veddb {

// First thing in main: notes where the arguments lie, and moves the environment away.
void KeepTitleSpace(int argc, char** argv);
// Without KeepTitleSpace it does nothing. What does not fit is cut off.
void SetProcessTitle(Bytes title);

// The template with its variables replaced. REQUIRES: the option's check has accepted it.
std::string ExpandTitle(const Config& config, Bytes program, Bytes config_file);
// argv[0], as KeepTitleSpace saw it.
const std::string& ProgramName();

}  // namespace veddb
