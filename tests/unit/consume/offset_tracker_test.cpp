#include "consume/offset_tracker.hpp"

#include "support/catch.hpp"

#include <map>
#include <random>

using namespace eventsdk;
using consume::OffsetRange;
using consume::OffsetTracker;

TEST_CASE("a tracker commits only below the first unfinished record", "[consume][unit]") {
    OffsetTracker tracker{10};
    REQUIRE(tracker.position() == 10);
    const auto a = tracker.deliver(10);
    const auto b = tracker.deliver(11);
    const auto c = tracker.deliver(15);  // 12…14: control records
    REQUIRE(tracker.position() == 10);
    tracker.finish(b);
    REQUIRE(tracker.position() == 10);
    REQUIRE(tracker.finished_beyond() == std::vector<OffsetRange>{{11, 15}});
    tracker.finish(a);
    REQUIRE(tracker.position() == 15);
    REQUIRE(tracker.finished_beyond().empty());
    tracker.finish(c);
    REQUIRE(tracker.position() == 16);
    REQUIRE(tracker.unfinished() == 0);
}

TEST_CASE("what was finished beyond the prefix survives a restart that reads only half of it again",
          "[consume][unit]") {
    OffsetTracker tracker{10, {{11, 20}, {25, 30}}};
    REQUIRE_FALSE(tracker.finished_before(10));
    const auto waiting = tracker.deliver(10);
    REQUIRE(tracker.finished_before(11));
    tracker.skip(11);
    REQUIRE(tracker.finished_beyond() == std::vector<OffsetRange>{{11, 20}, {25, 30}});
    tracker.finish(waiting);
    REQUIRE(tracker.position() == 12);
    REQUIRE(tracker.finished_beyond() == std::vector<OffsetRange>{{12, 20}, {25, 30}});
    REQUIRE_FALSE(tracker.finished_before(20));
    REQUIRE(tracker.finished_before(29));
    REQUIRE_FALSE(tracker.finished_before(30));
}

TEST_CASE("finished ranges come back from a commit's metadata as they went in", "[consume][unit]") {
    std::mt19937_64 random{7};
    for (int round = 0; round < 2'000; ++round) {
        const std::int64_t committed = static_cast<std::int64_t>(random() % 1'000'000'000'000U);
        std::vector<OffsetRange> ranges;
        std::int64_t at = committed;
        for (std::uint64_t count = random() % 40; count > 0; --count) {
            const auto from = at + 1 + static_cast<std::int64_t>(random() % (1U << (random() % 20)));
            at = from + 1 + static_cast<std::int64_t>(random() % (1U << (random() % 20)));
            ranges.push_back({from, at});
        }
        const auto encoded = consume::encode_finished(committed, ranges);
        REQUIRE(encoded.complete);
        REQUIRE(consume::decode_finished(committed, encoded.text) == ranges);
    }
}

TEST_CASE("metadata never grows beyond its bound and keeps the first ranges", "[consume][unit]") {
    std::vector<OffsetRange> ranges;
    for (std::int64_t at = 1; at < 20'000; at += 2) ranges.push_back({at, at + 1});
    const auto encoded = consume::encode_finished(0, ranges);
    REQUIRE_FALSE(encoded.complete);
    REQUIRE(encoded.text.size() <= consume::max_metadata_bytes);
    const auto back = consume::decode_finished(0, encoded.text);
    REQUIRE(back.size() > 1'500);
    REQUIRE(back ==
            std::vector<OffsetRange>(ranges.begin(), ranges.begin() + static_cast<std::ptrdiff_t>(back.size())));
    REQUIRE(consume::encode_finished(0, ranges, 4).text.empty());
}

TEST_CASE("metadata of others, torn or hostile, says nothing", "[consume][unit]") {
    const std::string good = consume::encode_finished(5, std::vector<OffsetRange>{{6, 400}}).text;
    REQUIRE(consume::decode_finished(5, good).size() == 1);
    for (const std::string bad :
         {"", "ev1.", "ev1.!!!!", "ev2.AQE", "node-17", "ev1.gICAgICAgICAgICAgICA", "ev1.AQA", "ev1.AQ"}) {
        INFO(bad);
        REQUIRE(consume::decode_finished(5, bad).empty());
    }
    REQUIRE(consume::decode_finished(-1, good).empty());
    REQUIRE(consume::decode_finished(9'223'372'036'854'775'800, good).empty());
    REQUIRE(consume::decode_finished(0, "ev1." + std::string(5'000, 'A')).empty());
}

namespace {

/// The model: each offset delivered and whether it is finished.
struct Model {
    std::int64_t start = 0;
    std::map<std::int64_t, bool> done{};

    [[nodiscard]] std::int64_t position() const {
        for (const auto& [offset, finished] : done) {
            if (!finished) return offset;
        }
        return done.empty() ? start : done.rbegin()->first + 1;
    }
};

void check(const OffsetTracker& tracker, const Model& model) {
    REQUIRE(tracker.position() == model.position());
    const auto encoded = consume::encode_finished(tracker.position(), tracker.finished_beyond());
    OffsetTracker restarted{tracker.position(), consume::decode_finished(tracker.position(), encoded.text)};
    for (auto at = model.done.lower_bound(model.position()); at != model.done.end(); ++at) {
        REQUIRE(restarted.finished_before(at->first) == at->second);
    }
}

}  // namespace

TEST_CASE("a tracker agrees with a map of offsets over many interleavings", "[consume][unit]") {
    std::mt19937_64 random{11};
    for (int round = 0; round < 3'000; ++round) {
        const auto start = static_cast<std::int64_t>(random() % 100);
        OffsetTracker tracker{start};
        Model model{start};
        std::vector<std::pair<std::int64_t, OffsetTracker::Ticket>> open;
        std::int64_t offset = start;
        for (int step = 0; step < 40; ++step) {
            if (open.empty() || random() % 2 == 0) {
                offset += static_cast<std::int64_t>(random() % 3);  // gaps
                model.done[offset] = false;
                open.emplace_back(offset, tracker.deliver(offset));
                ++offset;
            } else {
                const std::size_t pick = random() % open.size();
                tracker.finish(open[pick].second);
                model.done[open[pick].first] = true;
                open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
            }
        }
        check(tracker, model);
        REQUIRE(tracker.unfinished() == open.size());
    }
}

TEST_CASE("attempts stand behind finished ranges in the metadata, as far as it reaches", "[consume][unit]") {
    using consume::Tries;
    const std::vector<Tries> tries{{5, 1}, {6, 3}, {900, 2}};
    const std::string ranges = consume::encode_finished(5, std::vector<OffsetRange>{{7, 400}}).text;
    for (const std::string& finished : {std::string{}, ranges}) {
        const std::string text = consume::with_tries(finished, 5, tries);
        REQUIRE(consume::decode_tries(5, text) == tries);
        REQUIRE(consume::decode_finished(5, text) == consume::decode_finished(5, finished));
    }
    REQUIRE(consume::with_tries(ranges, 5, {}) == ranges);
    REQUIRE(consume::decode_tries(5, ranges).empty());
    std::vector<Tries> many;
    for (std::int64_t offset = 10; offset < 5'000; ++offset) many.push_back({offset, 2});
    const std::string full = consume::with_tries(ranges, 5, many);
    REQUIRE(full.size() <= consume::max_metadata_bytes);
    REQUIRE(full.size() > consume::max_metadata_bytes - 4);
    const auto kept = consume::decode_tries(5, full);
    REQUIRE(kept.size() > 1'000);
    REQUIRE(std::equal(kept.begin(), kept.end(), many.begin()));
    REQUIRE(consume::decode_finished(5, full) == consume::decode_finished(5, ranges));
    for (const std::string bad : {"", "x", "ev1.", "ev1..", "ev1..!", "ev1..B", "ev2..AAB", "ev1..__________8B"})
        REQUIRE(consume::decode_tries(5, bad).empty());
}
