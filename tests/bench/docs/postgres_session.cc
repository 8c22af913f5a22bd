// SPDX-License-Identifier: BSD-3-Clause
// PostgreSQL: the table orders(id bigint primary key, doc jsonb), prepared statements, each a
// transaction of its own. tests/bench/compare_docs.py makes the table and its indexes.
#include <postgresql/libpq-fe.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "tests/bench/docs/session.h"

namespace veddb::bench {
namespace {

struct Statement {
  const char* name;
  const char* sql;
};

constexpr Statement kInsert = {"insert", "INSERT INTO orders VALUES ($1::bigint, $2::jsonb)"};
constexpr Statement kGet = {"get", "SELECT doc FROM orders WHERE id = $1::bigint"};
constexpr Statement kCustomer = {
    "customer", "SELECT doc FROM orders WHERE (doc->'customer'->>'id')::bigint = $1::bigint"};
constexpr Statement kMade = {
    "made",
    "SELECT doc FROM orders WHERE doc->>'created' >= $1 AND doc->>'created' < $2 "
    "ORDER BY doc->>'created' LIMIT $3::bigint"};
constexpr Statement kIncrement = {
    "increment",
    "UPDATE orders SET doc = jsonb_set(doc, '{views}', to_jsonb((doc->>'views')::bigint + 1)) "
    "WHERE id = $1::bigint"};
constexpr Statement kReturned = {"returned",
                                 "SELECT count(*) FROM orders WHERE doc->>'status' = 'returned' "
                                 "AND (doc->>'total')::float8 > 200"};
constexpr Statement kCustomers = {
    "customers",
    "SELECT count(*) FROM orders WHERE (doc->'customer'->>'id')::bigint >= $1::bigint "
    "AND (doc->'customer'->>'id')::bigint < $2::bigint"};
constexpr Statement kByState = {
    "bystate",
    "SELECT count(*) AS n, sum((doc->>'total')::float8), avg((doc->>'total')::float8), "
    "doc->>'status' AS state FROM orders GROUP BY state ORDER BY state"};
constexpr Statement kBestSold = {
    "bestsold",
    "SELECT sum((item->>'quantity')::bigint)::bigint AS n, item->>'sku' AS sku "
    "FROM orders, jsonb_array_elements(doc->'items') AS item "
    "GROUP BY sku ORDER BY n DESC, sku LIMIT 10"};
constexpr Statement kCustomerStates = {
    "customerstates",
    "SELECT count(*) AS n, sum((doc->>'total')::float8), doc->>'status' AS state FROM orders "
    "WHERE (doc->'customer'->>'id')::bigint >= $1::bigint "
    "AND (doc->'customer'->>'id')::bigint < $2::bigint GROUP BY state ORDER BY state"};
constexpr Statement kYears = {
    "years",
    "SELECT count(*) AS n, sum((doc->>'total')::float8) AS total, doc->>'status' AS state, "
    "substr(doc->>'created', 1, 4) AS year FROM orders WHERE (doc->>'total')::float8 > 100 "
    "GROUP BY state, year ORDER BY total DESC LIMIT 5"};
constexpr std::array kStatements = {kInsert,   kGet,       kCustomer, kMade,     kIncrement,
                                    kReturned, kCustomers, kByState,  kBestSold, kCustomerStates,
                                    kYears};

class PostgresSession final : public Session {
 public:
  PostgresSession(PGconn* connection, const OrderSet& orders)
      : connection_(connection), orders_(orders) {}

  void Prepare(bool durable) {
    Expect(PQexec(connection_.get(),
                  durable ? "SET synchronous_commit = on" : "SET synchronous_commit = off"));
    for (const Statement& statement : kStatements) {
      Expect(PQprepare(connection_.get(), statement.name, statement.sql, 0, nullptr));
    }
  }

  uint64_t Insert(uint64_t number) override {
    return Changed(kInsert, {std::to_string(number), orders_.Json(number, DateForm::kIsoText)});
  }
  uint64_t Get(uint64_t number) override { return Rows(kGet, {std::to_string(number)}); }
  uint64_t FindOfCustomer(uint64_t customer) override {
    return Rows(kCustomer, {std::to_string(customer)});
  }
  uint64_t FindMade(int64_t from_ms, int64_t to_ms) override {
    return Rows(kMade, {IsoText(from_ms), IsoText(to_ms), std::to_string(kFoundLimit)});
  }
  uint64_t Increment(uint64_t number) override {
    return Changed(kIncrement, {std::to_string(number)});
  }
  uint64_t CountReturned() override { return Number(kReturned, {}); }
  uint64_t CountOfCustomers(uint64_t from, uint64_t to) override {
    return Number(kCustomers, {std::to_string(from), std::to_string(to)});
  }
  uint64_t GroupByState() override { return Number(kByState, {}); }
  uint64_t BestSold() override { return Number(kBestSold, {}); }
  uint64_t GroupOfCustomers(uint64_t from, uint64_t to) override {
    return Number(kCustomerStates, {std::to_string(from), std::to_string(to)});
  }
  uint64_t YearsByTotal() override { return Number(kYears, {}); }

 private:
  struct FreeConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  struct FreeResult {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Parameters = std::vector<std::string>;

  void Expect(PGresult* result) {
    result_.reset(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
    Fail(std::string("PostgreSQL: ") + PQerrorMessage(connection_.get()));
  }
  void Run(const Statement& statement, const Parameters& parameters) {
    values_.clear();
    for (const std::string& parameter : parameters) values_.push_back(parameter.c_str());
    Expect(PQexecPrepared(connection_.get(), statement.name, static_cast<int>(values_.size()),
                          values_.data(), nullptr, nullptr, 0));
  }
  uint64_t Rows(const Statement& statement, const Parameters& parameters) {
    Run(statement, parameters);
    return static_cast<uint64_t>(PQntuples(result_.get()));
  }
  uint64_t Changed(const Statement& statement, const Parameters& parameters) {
    Run(statement, parameters);
    return std::strtoull(PQcmdTuples(result_.get()), nullptr, 10);
  }
  uint64_t Number(const Statement& statement, const Parameters& parameters) {
    Run(statement, parameters);
    return std::strtoull(PQgetvalue(result_.get(), 0, 0), nullptr, 10);
  }

  std::unique_ptr<PGconn, FreeConnection> connection_;
  std::unique_ptr<PGresult, FreeResult> result_;
  const OrderSet orders_;
  std::vector<const char*> values_;
};

}  // namespace

std::unique_ptr<Session> OpenPostgres(const Target& target, const OrderSet& orders) {
  const std::string where =
      "host=127.0.0.1 dbname=postgres sslmode=disable port=" + std::to_string(target.port) +
      " user=" + target.user;
  PGconn* connection = PQconnectdb(where.c_str());
  if (PQstatus(connection) != CONNECTION_OK) Fail(PQerrorMessage(connection));
  auto session = std::make_unique<PostgresSession>(connection, orders);
  session->Prepare(target.durable);
  return session;
}

}  // namespace veddb::bench
