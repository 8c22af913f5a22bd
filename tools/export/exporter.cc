// SPDX-License-Identifier: BSD-3-Clause
#include "tools/export/exporter.h"

#include "tools/export/output.h"
#include "tools/export/pages.h"
#include "tools/export/writer.h"

namespace veddb::tool {
namespace {

// The figure of this name in the reply of DOC.STATS.
std::optional<uint64_t> FigureOf(const redisReply& stats, Bytes name) {
  for (size_t i = 0; i + 1 < stats.elements; i += 2) {
    const redisReply& value = *stats.element[i + 1];
    if (TextOf(*stats.element[i]) == name && value.type == REDIS_REPLY_INTEGER) {
      return static_cast<uint64_t>(value.integer);
    }
  }
  return std::nullopt;
}

}  // namespace

Result<uint64_t> Export(const Options& options, Connection& connection, Progress& progress) {
  const Reply stats = TRY(connection.Run({"DOC.STATS", options.collection}));
  if (options.filter == "{}") progress.set_total_documents(FigureOf(*stats, "documents"));
  Pages pages = TRY(Pages::Open(&connection, options));
  const std::unique_ptr<Output> output = TRY(Output::Open(options.file));
  const std::unique_ptr<Writer> writer = MakeWriter(output.get(), options);
  TRY(writer->Begin());
  uint64_t documents = 0;
  const auto take = [&](Bytes json) {
    ++documents;
    return writer->Write(json);
  };
  while (TRY(pages.Next(take))) progress.Show(output->bytes(), documents);
  TRY(writer->End());
  TRY(output->Finish());
  return documents;
}

}  // namespace veddb::tool
