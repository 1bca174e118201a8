// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace ffdump {

/// A thread made while it lives gets no signals. They are for the main thread; SIGPIPE must not end
/// the program when OpenSSL writes to a connection that was closed.
class SignalsBlocked {
 public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
    sigset_t before_{};
};

}  // namespace ffdump
