target_sources(facts_test PRIVATE cloud_init_test.cpp network_test.cpp yaml_text_test.cpp)
