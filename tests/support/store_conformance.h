#pragma once
// The sentences of agent/ports/store.h as tests. A program includes this in one source file and
// names its stores:
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(StoreKind{"memory", make}),
//   name_of_kind);

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/ports/store.h"

namespace imprint::test {

/// The place where one store lives. Opened again after the first Store is gone, it shows the same
/// content.
class StorePlace {
 public:
  virtual ~StorePlace() = default;
  virtual std::unique_ptr<Store> open() = 0;
};

struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<StorePlace>()> make;
};

inline std::string name_of_kind(const testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

class StoreConformance : public testing::TestWithParam<StoreKind> {
 protected:
  using Milliseconds = std::chrono::milliseconds;

  void SetUp() override {
    place_ = GetParam().make();
    store_ = place_->open();
    ASSERT_NE(store_, nullptr);
  }
  void reopen() {
    store_.reset();
    store_ = place_->open();
    ASSERT_NE(store_, nullptr);
  }

  Revision put(const std::string& key, const std::string& value,
               std::optional<LeaseId> lease = {}) {
    return commit({{}, {{key, value, lease}}, {}});
  }
  Revision commit(const Transaction& transaction) {
    const auto revision = store_->commit(transaction);
    EXPECT_TRUE(revision) << (revision ? "" : revision.error().message);
    return revision ? *revision : -1;
  }
  Errc refused(const Transaction& transaction) {
    const auto revision = store_->commit(transaction);
    EXPECT_FALSE(revision);
    return revision ? Errc::internal : revision.error().code;
  }
  std::optional<Entry> get(const std::string& key) {
    const auto entry = store_->get(key);
    EXPECT_TRUE(entry) << (entry ? "" : entry.error().message);
    return entry ? *entry : std::nullopt;
  }
  std::string value(const std::string& key) {
    const auto entry = get(key);
    return entry ? entry->value : "(nothing)";
  }
  std::unique_ptr<Watch> watch(const std::string& prefix, Revision from) {
    auto watch = store_->watch(prefix, from);
    EXPECT_TRUE(watch) << (watch ? "" : watch.error().message);
    return watch ? *std::move(watch) : nullptr;
  }
  /// Events as words: "+key=value@revision" and "-key@revision".
  static std::vector<std::string> events(Watch& watch, Milliseconds wait = Milliseconds{0}) {
    std::vector<std::string> words;
    const auto next = watch.next(wait);
    if (!next) return {"error: " + next.error().message};
    for (const Event& event : *next)
      words.push_back((event.kind == Event::Kind::put
                           ? "+" + event.entry.key + "=" + event.entry.value
                           : "-" + event.entry.key) +
                      "@" + std::to_string(event.entry.modified));
    return words;
  }
  /// Whether watching from there is refused, by watch() or by the first next().
  bool is_compacted(Revision from) {
    auto watch = store_->watch("", from);
    if (!watch) return watch.error().code == Errc::exhausted;
    const auto next = (*watch)->next(Milliseconds{0});
    return !next && next.error().code == Errc::exhausted;
  }
  /// Waits until the key is gone; false after five seconds.
  bool vanishes(const std::string& key) {
    for (int i = 0; i < 500; ++i) {
      if (!get(key)) return true;
      std::this_thread::sleep_for(Milliseconds{10});
    }
    return false;
  }

  std::unique_ptr<StorePlace> place_;
  std::unique_ptr<Store> store_;
};

using Words = std::vector<std::string>;

TEST_P(StoreConformance, IsEmptyAtRevisionZeroAtFirst) {
  const auto listing = store_->list("");
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->revision, 0);
  EXPECT_TRUE(listing->entries.empty());
  EXPECT_FALSE(get("a"));
}

TEST_P(StoreConformance, CountsRevisionsAndVersions) {
  EXPECT_EQ(put("a", "1"), 1);
  EXPECT_EQ(put("b", "x"), 2);
  EXPECT_EQ(put("a", "2"), 3);
  const auto entry = get("a");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->value, "2");
  EXPECT_EQ(entry->created, 1);
  EXPECT_EQ(entry->modified, 3);
  EXPECT_EQ(entry->version, 2);
  EXPECT_FALSE(entry->lease);
}

TEST_P(StoreConformance, CountsAnErasedKeyFromOneAgain) {
  put("a", "1");
  EXPECT_EQ(commit({{}, {}, {"a"}}), 2);
  EXPECT_FALSE(get("a"));
  EXPECT_EQ(put("a", "3"), 3);
  EXPECT_EQ(get("a")->version, 1);
  EXPECT_EQ(get("a")->created, 3);
}

TEST_P(StoreConformance, PassesOverAnErasedKeyThatIsNotThere) {
  put("a", "1");
  EXPECT_EQ(commit({{}, {}, {"b"}}), 1) << "nothing changed, so the revision stays";
  EXPECT_EQ(commit({{}, {}, {"a", "a", "b"}}), 2);
}

TEST_P(StoreConformance, GivesOneRevisionToOneTransaction) {
  put("old", "1");
  EXPECT_EQ(commit({{}, {{"a", "1", {}}, {"b", "2", {}}}, {"old"}}), 2);
  EXPECT_EQ(get("a")->modified, 2);
  EXPECT_EQ(get("b")->modified, 2);
  EXPECT_FALSE(get("old"));
}

TEST_P(StoreConformance, ComparesBeforeItWrites) {
  put("a", "1");
  EXPECT_EQ(refused({{{"a", 7}}, {{"a", "2", {}}, {"b", "2", {}}}, {}}), Errc::conflict);
  EXPECT_EQ(value("a"), "1");
  EXPECT_FALSE(get("b")) << "all or nothing";
  EXPECT_EQ(commit({{{"a", 1}, {"b", 0}}, {{"a", "2", {}}}, {}}), 2);
  EXPECT_EQ(refused({{{"a", 0}}, {{"a", "3", {}}}, {}}), Errc::conflict)
      << "0 means: must not exist";
}

TEST_P(StoreConformance, NamesTheKeyOfAConflict) {
  const auto revision = store_->commit({{{"instances/i-1", 5}}, {}, {}});
  ASSERT_FALSE(revision);
  EXPECT_NE(revision.error().message.find("instances/i-1"), std::string::npos);
}

TEST_P(StoreConformance, RefusesATransactionThatContradictsItself) {
  EXPECT_EQ(refused({{}, {{"a", "1", {}}, {"a", "2", {}}}, {}}), Errc::invalid);
  EXPECT_EQ(refused({{}, {{"a", "1", {}}}, {"a"}}), Errc::invalid);
  EXPECT_EQ(refused({{}, {{"", "1", {}}}, {}}), Errc::invalid);
  EXPECT_EQ(refused({{}, {}, {""}}), Errc::invalid);
  EXPECT_EQ(store_->list("")->revision, 0);
}

TEST_P(StoreConformance, ListsByPrefixInOrder) {
  for (const char* key : {"b/2", "a/1", "b/1", "b", "c", "b0"}) put(key, key);
  Words keys;
  const auto listing = store_->list("b/");
  ASSERT_TRUE(listing);
  for (const Entry& entry : listing->entries) keys.push_back(entry.key);
  EXPECT_EQ(keys, (Words{"b/1", "b/2"}));
  EXPECT_EQ(listing->revision, 6);
  EXPECT_EQ(store_->list("")->entries.size(), 6U);
}

TEST_P(StoreConformance, KeepsAnyBytes) {
  const std::string key{"k\xff\0'\"%_", 7};
  const std::string bytes{"\0\xff\xfe' OR 1=1 --", 15};
  put(key, bytes);
  put(key + "z", "");
  EXPECT_EQ(value(key), bytes);
  EXPECT_EQ(value(key + "z"), "");
  EXPECT_EQ(store_->list("k\xff")->entries.size(), 2U);
  EXPECT_EQ(store_->list("\xff")->entries.size(), 0U);
  put("big", std::string(3 << 20, 'x'));
  EXPECT_EQ(value("big").size(), std::size_t{3} << 20);
}

TEST_P(StoreConformance, KeepsAllWhenItIsOpenedAgain) {
  put("a", "1");
  put("a", "2");
  commit({{}, {}, {"b"}});
  reopen();
  const auto entry = get("a");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->value, "2");
  EXPECT_EQ(entry->created, 1);
  EXPECT_EQ(entry->version, 2);
  EXPECT_EQ(put("b", "1"), 3);
  auto all = watch("", 1);
  EXPECT_EQ(events(*all), (Words{"+a=1@1", "+a=2@2", "+b=1@3"})) << "history too";
}

TEST_P(StoreConformance, WatchTellsHistoryThenWhatComes) {
  put("a/1", "x");
  put("b", "x");
  auto stream = watch("a/", 1);
  EXPECT_EQ(events(*stream), (Words{"+a/1=x@1"}));
  EXPECT_EQ(events(*stream), Words{});
  commit({{}, {{"a/2", "y", {}}}, {"a/1"}});
  EXPECT_EQ(events(*stream), (Words{"+a/2=y@3", "-a/1@3"})) << "all of a transaction together";
}

TEST_P(StoreConformance, WatchFromAListingMissesNothing) {
  put("a", "1");
  const Revision listed = store_->list("")->revision;
  put("a", "2");
  auto stream = watch("", listed + 1);
  EXPECT_EQ(events(*stream), (Words{"+a=2@2"}));
}

TEST_P(StoreConformance, WatchFromTheFutureWaitsForIt) {
  auto stream = watch("", 2);
  put("a", "1");
  EXPECT_EQ(events(*stream), Words{});
  put("a", "2");
  EXPECT_EQ(events(*stream), (Words{"+a=2@2"}));
}

TEST_P(StoreConformance, WatchWakesUpForACommit) {
  auto stream = watch("", 1);
  std::jthread writer{[&] {
    std::this_thread::sleep_for(Milliseconds{50});
    EXPECT_TRUE(store_->commit({{}, {{"a", "1", {}}}, {}}));
  }};
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(events(*stream, Milliseconds{20'000}), (Words{"+a=1@1"}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{10});
}

TEST_P(StoreConformance, WatchComesBackEmptyAfterItsWait) {
  auto stream = watch("", 1);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(events(*stream, Milliseconds{60}), Words{});
  EXPECT_GE(std::chrono::steady_clock::now() - start, Milliseconds{60});
}

TEST_P(StoreConformance, WatchOutlivesItsStore) {
  put("a", "1");
  auto stream = watch("", 1);
  store_.reset();
  EXPECT_EQ(events(*stream), (Words{"+a=1@1"}));
}

TEST_P(StoreConformance, ForgetsHistoryOnOrderOnly) {
  put("a", "1");
  put("a", "2");
  put("b", "3");
  EXPECT_TRUE(store_->compact(3));
  EXPECT_TRUE(is_compacted(1));
  EXPECT_TRUE(is_compacted(2));
  auto stream = watch("", 3);
  EXPECT_EQ(events(*stream), (Words{"+b=3@3"})) << "exclusive";
  EXPECT_EQ(value("a"), "2") << "what is there now stays";
  EXPECT_TRUE(store_->compact(1)) << "older than the last one: nothing to do";
  reopen();
  EXPECT_TRUE(is_compacted(2)) << "also when it is opened again";
  EXPECT_FALSE(is_compacted(3));
}

TEST_P(StoreConformance, RefusesToForgetTheFuture) {
  put("a", "1");
  EXPECT_EQ(store_->compact(3).error().code, Errc::invalid);
  EXPECT_TRUE(store_->compact(2));
}

TEST_P(StoreConformance, WatchThatIsOvertakenByACompactionSaysSo) {
  auto stream = watch("", 1);
  put("a", "1");
  put("a", "2");
  EXPECT_TRUE(store_->compact(2));
  const auto next = stream->next(Milliseconds{0});
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, Errc::exhausted);
}

TEST_P(StoreConformance, ErasesTheKeysOfALeaseThatEnds) {
  const auto lease = store_->grant_lease(Milliseconds{150});
  ASSERT_TRUE(lease);
  put("session", "x", *lease);
  put("other", "x");
  EXPECT_EQ(get("session")->lease, *lease);
  auto stream = watch("", 3);
  EXPECT_EQ(events(*stream, Milliseconds{20'000}), (Words{"-session@3"}))
      << "a watch is told without another call";
  EXPECT_FALSE(get("session"));
  EXPECT_TRUE(get("other"));
  EXPECT_EQ(store_->keep_lease(*lease).error().code, Errc::not_found);
  EXPECT_EQ(store_->revoke_lease(*lease).error().code, Errc::not_found);
  EXPECT_EQ(refused({{}, {{"session", "y", *lease}}, {}}), Errc::not_found);
}

TEST_P(StoreConformance, KeepsALeaseThatIsKept) {
  const auto lease = store_->grant_lease(Milliseconds{1500});
  ASSERT_TRUE(lease);
  put("session", "x", *lease);
  for (int i = 0; i < 4; ++i) {
    std::this_thread::sleep_for(Milliseconds{500});
    ASSERT_TRUE(store_->keep_lease(*lease));
  }
  EXPECT_TRUE(get("session"));
}

TEST_P(StoreConformance, RevokesALeaseAtOnce) {
  const auto lease = store_->grant_lease(std::chrono::hours{1});
  ASSERT_TRUE(lease);
  commit({{}, {{"a", "1", *lease}, {"b", "1", *lease}}, {}});
  put("b", "2");  // no longer of the lease
  EXPECT_TRUE(store_->revoke_lease(*lease));
  EXPECT_FALSE(get("a"));
  EXPECT_EQ(value("b"), "2");
}

TEST_P(StoreConformance, EndsALeaseAlsoAfterItIsOpenedAgain) {
  const auto lease = store_->grant_lease(Milliseconds{800});
  ASSERT_TRUE(lease);
  put("session", "x", *lease);
  reopen();
  EXPECT_TRUE(vanishes("session"));
  const auto next = store_->grant_lease(std::chrono::hours{1});
  ASSERT_TRUE(next);
  EXPECT_NE(*next, *lease) << "an id is never given twice";
}

TEST_P(StoreConformance, RefusesALeaseWithoutTime) {
  EXPECT_EQ(store_->grant_lease(Milliseconds{0}).error().code, Errc::invalid);
  EXPECT_EQ(store_->grant_lease(Milliseconds{-1}).error().code, Errc::invalid);
  EXPECT_EQ(store_->grant_lease(Milliseconds::max()).error().code, Errc::invalid);
}

TEST_P(StoreConformance, LosesNoIncrementOfManyWriters) {
  put("n", "0");
  constexpr int writers = 4;
  constexpr int each = 10;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < writers; ++i)
      threads.emplace_back([&] {
        for (int done = 0; done < each;) {
          const auto now = store_->get("n");
          ASSERT_TRUE(now);
          const auto next = std::to_string(std::stoi((*now)->value) + 1);
          const auto written = store_->commit({{{"n", (*now)->modified}}, {{"n", next, {}}}, {}});
          if (written) ++done;
          if (!written) {
            ASSERT_EQ(written.error().code, Errc::conflict);
          }
        }
      });
  }
  EXPECT_EQ(value("n"), std::to_string(writers * each));
  EXPECT_EQ(get("n")->version, writers * each + 1);
}

}  // namespace imprint::test
