# The families net.*, agent.* and ci.*, and the rules about the platform.
target_sources(imprint_rules PRIVATE
  agent_rules.cpp cloud_init_rules.cpp end_of_life.cpp mount_unit_rules.cpp network_host_rules.cpp network_rules.cpp platform_rules.cpp ssh_rules.cpp)
