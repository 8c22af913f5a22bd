// SPDX-License-Identifier: BSD-3-Clause
// What COMMAND INFO, COMMAND DOCS and HELP say of a command, all of it derived from its spec.
#pragma once
#include <optional>
#include <span>

#include "base/bytes.h"
#include "command/registry.h"
#include "command/spec.h"
#include "resp/reply.h"

namespace veddb {

class Call;

// The ten elements of COMMAND INFO, subcommands included.
void ReplyCommandInfo(Reply& reply, const Command& command);
// The map that COMMAND DOCS gives for a command: history and deprecation are not told; the tree of
// arguments is the approximation that syntax.h describes.
void ReplyCommandDocs(Reply& reply, const Command& command);
// "RW", "access" … as a set.
void ReplyAccess(Reply& reply, Access access);

// By the word after '@', any case.
std::optional<Category> FindCategory(Bytes word);

// --- HELP ---

struct HelpEntry {
  Bytes name;  // any case
  Bytes syntax;
  Bytes summary;
};
// "NAME <subcommand> …", and two lines an entry.
void ReplyHelp(Reply& reply, Bytes command, std::span<const HelpEntry> entries);
// Handler of a row named help: lists the subcommands of its container.
void HelpHandler(Call& call);
// For a subcommand that got more or other arguments than its arity alone can tell.
void ReplySubcommandError(Call& call);

// The bytes of an argument that a message about it shows: the first ones, up to a NUL, as Redis's
// messages do.
inline constexpr size_t kShownArgumentBytes = 128;
Bytes ShownArgument(Bytes argument, size_t bytes_max = kShownArgumentBytes);

}  // namespace veddb
