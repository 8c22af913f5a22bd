// SPDX-License-Identifier: BSD-3-Clause
// veddb-server --verify and --repair: what an operator runs on a data directory that no server
// uses, in the process's directory. Both tell on standard output what they find and do.
#pragma once

namespace veddb {

// Reads log and store from end to end and changes nothing. The exit code: 0 all is whole, 1 not.
int VerifyData();
// Makes the log one that a server starts with, where that means to give something up: cuts at the
// first damage, keeps what it cuts in side files, and says what they are and what is lost. 0: a
// server can start.
int RepairData();

}  // namespace veddb
