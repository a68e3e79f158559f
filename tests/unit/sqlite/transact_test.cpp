#include <eventsdk/sqlite/database.hpp>

#include "support/catch.hpp"
#include "support/sqlite_file.hpp"

#include <stdexcept>

using namespace eventsdk;
using Rows = std::vector<std::vector<std::string>>;

namespace {

struct Library {
    test::SqliteFile file;
    sqlite::Database database = sqlite::Database::open(file.path()).value();

    Library() {
        REQUIRE(database.transact([](sqlite::Transaction& db) -> Result<void> {
            auto made = db.execute("CREATE TABLE books(title TEXT PRIMARY KEY, copies INTEGER)");
            return made ? Result<void>{} : Result<void>{made.error()};
        }));
    }
    Rows books() {
        Rows rows;
        REQUIRE(database.transact([&](sqlite::Transaction& db) -> Result<void> {
            rows = db.query("SELECT title, copies FROM books WHERE title <> ? ORDER BY title", {"Faust"}).value();
            return {};
        }));
        return rows;
    }
};

}  // namespace

TEST_CASE("a service's own work is one transaction, and its rows are read as text", "[sqlite][unit]") {
    Library library;
    CHECK(library.database.transact([](sqlite::Transaction& db) -> Result<void> {
        db.execute("INSERT INTO books VALUES(?, ?)", {"Emma", std::int64_t{3}}).value();
        db.execute("INSERT INTO books VALUES(?, ?)", {"Atlas", nullptr}).value();
        db.execute("INSERT INTO books VALUES('Faust', 1)").value();
        return {};
    }));
    CHECK(library.books() == Rows{{"Atlas", ""}, {"Emma", "3"}});
}

TEST_CASE("own work that ends with an error or an exception leaves nothing", "[sqlite][unit]") {
    Library library;
    const Error own{.kind = ErrorKind::conflict, .code = "library.late", .message = "somebody was first"};
    const auto ended = library.database.transact([&](sqlite::Transaction& db) -> Result<void> {
        db.execute("INSERT INTO books VALUES('Emma', 3)").value();
        return own;
    });
    CHECK(ended.error().code == "library.late");
    CHECK_THROWS_AS(library.database.transact([](sqlite::Transaction& db) -> Result<void> {
        db.execute("INSERT INTO books VALUES('Emma', 3)").value();
        throw std::runtime_error{"gone"};
    }),
                    std::runtime_error);
    CHECK(library.books().empty());
}

TEST_CASE("a statement that the database refuses says why", "[sqlite][unit]") {
    Library library;
    CHECK(library.database.transact([](sqlite::Transaction& db) -> Result<void> {
        CHECK(db.query("SELECT author FROM books").error().message.find("author") != std::string::npos);
        return {};
    }));
}
