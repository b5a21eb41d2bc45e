# What the family seal.* asks for
target_sources(imprint_facts PRIVATE homes.cpp permissions.cpp sshd.cpp)
