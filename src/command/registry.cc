// SPDX-License-Identifier: BSD-3-Clause
#include "command/registry.h"

#include <algorithm>

#include "base/glob.h"
#include "base/hash.h"

namespace veddb {
namespace {

constexpr size_t kNameMax = 64;
constexpr size_t kSlotsMin = 1024;

// Lower-cased copy in a buffer of the caller; empty if the name is too long to be a command's.
Bytes Lower(Bytes name, std::array<char, kNameMax>& buffer) {
  if (name.size() > buffer.size()) return {};
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    buffer[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return {buffer.data(), name.size()};
}

}  // namespace

Category CategoriesOf(const CommandSpec& spec) {
  Category all = spec.categories;
  if (Has(spec.flags, Flag::kWrite)) all = all | Category::kWrite;
  if (Has(spec.flags, Flag::kReadonly) && !Has(all, Category::kScripting)) {
    all = all | Category::kRead;
  }
  if (Has(spec.flags, Flag::kAdmin)) all = all | Category::kAdmin | Category::kDangerous;
  if (Has(spec.flags, Flag::kPubsub)) all = all | Category::kPubsub;
  if (Has(spec.flags, Flag::kBlocking)) all = all | Category::kBlocking;
  return all | (Has(spec.flags, Flag::kFast) ? Category::kFast : Category::kSlow);
}

bool ArityFits(const CommandSpec& spec, size_t arguments) {
  if (spec.arity >= 0) return arguments == static_cast<size_t>(spec.arity);
  return arguments >= static_cast<size_t>(-spec.arity);
}

Status CommandRegistry::Add(std::span<const CommandSpec> specs) {
  for (const CommandSpec& spec : specs) {
    auto command = std::make_unique<Command>();
    command->spec = &spec;
    command->id = static_cast<uint32_t>(commands_.size());
    command->categories = CategoriesOf(spec);
    if (spec.parent.empty()) {
      command->full_name = std::string(spec.name);
      if (FindTop(spec.name) != nullptr) return Err("command '" + command->full_name + "' twice");
      Insert(command->full_name, command.get());
    } else {
      command->full_name = std::string(spec.parent) + "|" + std::string(spec.name);
      Command* parent = FindTop(spec.parent);
      if (parent == nullptr || !parent->spec->is_container) {
        return Err("no container for '" + command->full_name + "'");
      }
      parent->subcommands.push_back(command.get());
    }
    commands_.push_back(std::move(command));
  }
  return Ok();
}

void CommandRegistry::Insert(std::string name, Command* command) {
  if (slots_.empty() || used_ * 2 >= slots_.size()) Grow();
  size_t at = Hash64(name) & (slots_.size() - 1);
  while (slots_[at].command != nullptr) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {std::move(name), command};
  ++used_;
}

void CommandRegistry::Grow() {
  std::vector<Slot> old(std::max(kSlotsMin, slots_.size() * 2));
  old.swap(slots_);
  used_ = 0;
  for (Slot& slot : old) {
    if (slot.command != nullptr) Insert(std::move(slot.name), slot.command);
  }
}

Command* CommandRegistry::FindTop(Bytes name) const {
  std::array<char, kNameMax> buffer;
  const Bytes lower = Lower(name, buffer);
  if (lower.empty() || slots_.empty()) return nullptr;
  for (size_t at = Hash64(lower) & (slots_.size() - 1); slots_[at].command != nullptr;
       at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].name == lower) return slots_[at].command;
  }
  return nullptr;
}

Command* CommandRegistry::Find(std::span<const Bytes> argv) const {
  Command* command = FindTop(argv[0]);
  if (command == nullptr || !command->spec->is_container || argv.size() < 2) return command;
  for (Command* sub : command->subcommands) {
    if (EqualsIgnoreCase(sub->spec->name, argv[1])) return sub;
  }
  return command;
}

Command* CommandRegistry::FindByFullName(Bytes name) const {
  const size_t bar = name.find('|');
  if (bar == Bytes::npos) return FindTop(name);
  const Command* container = FindTop(name.substr(0, bar));
  if (container == nullptr) return nullptr;
  for (Command* sub : container->subcommands) {
    if (EqualsIgnoreCase(sub->spec->name, name.substr(bar + 1))) return sub;
  }
  return nullptr;
}

std::vector<Command*> CommandRegistry::All() const {
  std::vector<Command*> all;
  for (const Slot& slot : slots_) {
    if (slot.command != nullptr) all.push_back(slot.command);
  }
  std::sort(all.begin(), all.end(),
            [](const Command* a, const Command* b) { return a->full_name < b->full_name; });
  return all;
}

Status CommandRegistry::Rename(Bytes from, Bytes to) {
  std::array<char, kNameMax> buffer;
  Command* command = FindTop(from);
  if (command == nullptr) return Err("No such command in rename-command");
  if (!to.empty() && (Lower(to, buffer).empty() || FindTop(to) != nullptr)) {
    return Err("Target command name already exists");
  }
  std::vector<Slot> old(slots_.size());
  old.swap(slots_);
  used_ = 0;
  for (Slot& slot : old) {
    if (slot.command == nullptr) continue;
    if (slot.command != command) {
      Insert(std::move(slot.name), slot.command);
    } else if (!to.empty()) {
      Insert(std::string(Lower(to, buffer)), command);
    }
  }
  return Ok();
}

void CommandRegistry::ResetStats() {
  for (auto& command : commands_) command->stats = {};
}

}  // namespace veddb
