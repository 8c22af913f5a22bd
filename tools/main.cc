// SPDX-License-Identifier: BSD-3-Clause
// veddb-tool: documents into a server and out of it (docs/veddb-tool.md).
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <vector>

#include "tools/connection.h"
#include "tools/export/exporter.h"
#include "tools/import/importer.h"
#include "tools/options.h"
#include "tools/progress.h"

namespace veddb::tool {
namespace {

// The server's own errors with their codes, those of the tool as sentences.
std::string TextOf(const Error& error) {
  const bool own = error.code == ErrorCode::kErr || error.code == ErrorCode::kIoErr;
  return own ? error.message : error.Wire();
}

ExitCode Fail(Progress& progress, const Error& error) {
  progress.Say(TextOf(error));
  return ExitCode::kIncomplete;
}

ExitCode Tell(const Importer& importer, const Status& ended, Progress& progress) {
  const uint64_t rejected = importer.rejects().total();
  std::string summary = Grouped(importer.imported()) + " documents imported";
  if (rejected > 0) summary += ", " + importer.rejects().Summary();
  if (!ended.ok() || rejected > 0 || progress.on_terminal()) progress.Say(summary);
  if (!ended.ok()) return Fail(progress, Status(ended).error());
  return rejected > 0 ? ExitCode::kRejected : ExitCode::kDone;
}

Result<ExitCode> Import(Options options, Progress& progress) {
  const std::unique_ptr<Input> input = TRY(Input::Open(options.file));
  if (!options.format) options.format = TRY(GuessFormat(options.file, *input));
  const ReaderOptions reading{*options.format, options.columns_have_types, options.ignore_blanks,
                              kTextBytesMax};
  const std::unique_ptr<Reader> reader = TRY(MakeReader(input.get(), reading));
  Connection connection = TRY(Connection::Open(options.server));
  Importer importer(&options, input.get(), reader.get(), &connection, &progress);
  const Status ended = importer.Run();
  return Tell(importer, ended, progress);
}

Result<ExitCode> Export(const Options& options, Progress& progress) {
  Connection connection = TRY(Connection::Open(options.server));
  const uint64_t documents = TRY(tool::Export(options, connection, progress));
  if (progress.on_terminal()) progress.Say(Grouped(documents) + " documents exported");
  return ExitCode::kDone;
}

void Print(const std::string& text) { std::fputs(text.c_str(), stdout); }

bool Asks(const std::vector<Bytes>& words, Bytes option) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), end, option) != end;
}

ExitCode Run(const std::vector<Bytes>& words) {
  if (words.empty() || Asks(words, "--help")) {
    const bool of_import = !words.empty() && words[0] == "import";
    const bool of_export = !words.empty() && words[0] == "export";
    Print(HelpText(of_import   ? std::optional(Command::kImport)
                   : of_export ? std::optional(Command::kExport)
                               : std::nullopt));
    return words.empty() ? ExitCode::kIncomplete : ExitCode::kDone;
  }
  if (Asks(words, "--version")) {
    Print("veddb-tool " VEDDB_VERSION "\n");
    return ExitCode::kDone;
  }
  Result<Options> options = ParseOptions(words);
  if (!options.ok()) {
    std::fprintf(stderr, "veddb-tool: %s\nveddb-tool --help tells more.\n",
                 options.error().message.c_str());
    return ExitCode::kIncomplete;
  }
  Progress progress(options->collection);
  const Result<ExitCode> code = options->command == Command::kImport
                                    ? Import(options.TakeValue(), progress)
                                    : Export(*options, progress);
  return code.ok() ? *code : Fail(progress, code.error());
}

}  // namespace
}  // namespace veddb::tool

int main(int argc, char** argv) {
  // A reader of our output, or a server, that goes away is told by an error of write.
  std::signal(SIGPIPE, SIG_IGN);
  return static_cast<int>(veddb::tool::Run({argv + 1, argv + argc}));
}
