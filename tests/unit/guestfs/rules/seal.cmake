target_sources(rules_test PRIVATE seal_account_rules_test.cpp seal_rules_test.cpp)
    target_link_libraries(rules_test PRIVATE crypt)
