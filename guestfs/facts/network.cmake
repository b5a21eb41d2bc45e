# Services, network, cloud-init.
target_sources(imprint_facts PRIVATE
  cloud_init.cpp ini_text.cpp network.cpp network_files.cpp network_scripts.cpp services.cpp yaml_text.cpp)
target_link_libraries(imprint_facts PRIVATE PkgConfig::YAML_CPP)
