# The family seal.*, and what it shares with the login
target_sources(imprint_rules PRIVATE
  login_rules.cpp seal_account_rules.cpp seal_identity_rules.cpp seal_key_rules.cpp seal_password_rules.cpp seal_permission_rules.cpp
  seal_rules.cpp seal_service_rules.cpp seal_trace_rules.cpp)
target_link_libraries(imprint_rules PRIVATE crypt)
