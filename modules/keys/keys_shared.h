// SPDX-License-Identifier: BSD-3-Clause
// What the files of this module share: their tables, and how keys are looked at.
#pragma once
#include <cstdint>
#include <span>

#include "command/call.h"
#include "command/spec.h"
#include "modules/keys/keys_module.h"

namespace veddb {

std::span<const CommandSpec> KeysBasicCommands();
std::span<const CommandSpec> KeysExpireCommands();
std::span<const CommandSpec> KeysTtlCommands();
std::span<const CommandSpec> KeysRenameCommands();
std::span<const CommandSpec> KeysDatabaseCommands();
std::span<const CommandSpec> KeysScanCommands();
std::span<const CommandSpec> KeysRandomCommands();
std::span<const CommandSpec> KeysObjectCommands();

// What SetKeysModuleMemory said.
AccessMeasure KeysModuleAccessMeasure();
bool KeysModuleSharesIntegers();

// As TYPE answers it and SCAN's TYPE compares it.
Bytes TypeName(ObjectType type);

// Like Call::LookupRead, but looking is no use of the key: idle time and frequency stay.
Entry* PeekRead(const Call& call, KeyRef& key);

// A database number among the arguments.
Result<uint32_t> ParseDatabase(Bytes text, const Databases& databases);

}  // namespace veddb
