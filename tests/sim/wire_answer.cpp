// SPDX-License-Identifier: Apache-2.0
#include "wire_answer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ffdump {

namespace {

constexpr std::uint64_t kDribblePauseMs = 100;

std::string_view phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 302:
            return "Found";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return "Simulated";
    }
}

std::string head_of(const WireAnswer& answer) {
    std::string head =
        fmt::format("HTTP/1.1 {} {}\r\nServer: ffdump-extraction-sim (test double)\r\n",
                    answer.status, phrase(answer.status));
    for (const auto& [name, value] : answer.headers) {
        head += fmt::format("{}: {}\r\n", name, value);
    }
    if (!answer.content_type.empty()) {
        head += fmt::format("Content-Type: {}\r\n", answer.content_type);
    }
    head += fmt::format("Content-Length: {}\r\n{}\r\n", answer.body.size(),
                        answer.close ? "Connection: close\r\n" : "");
    return head;
}

bool dribble(Wire& wire, std::string_view body, std::chrono::milliseconds pause, SlotGate& gate) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (!gate.pause(pause) || !wire.write(body.substr(i, 1))) {
            return false;
        }
    }
    return true;
}

}  // namespace

WireAnswer refusal_answer(int status, std::string_view text) {
    WireAnswer answer;
    answer.status = status;
    const nlohmann::ordered_json body{
        {"code", status >= 500 ? "SIMULATED_FAULT" : "REFUSED_BY_TEST_DOUBLE"}, {"desc", text}};
    answer.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return answer;
}

bool apply_transport_fault(const FaultRule& rule, WireAnswer& answer) {
    switch (rule.kind) {
        case FaultKind::status: {
            const bool head_only = answer.head_only;
            answer = refusal_answer(rule.status, "simulated fault " + rule.spec);
            answer.head_only = head_only;
            if (!rule.argument.empty()) {
                answer.headers.emplace_back("Retry-After", rule.argument);
            }
            return true;
        }
        case FaultKind::reset:
            answer.ending = Ending::reset_first;
            return true;
        case FaultKind::close:
            answer.ending = Ending::close_first;
            return true;
        case FaultKind::hang:
            answer.ending = Ending::silence;
            return true;
        case FaultKind::reset_body:
            answer.ending = Ending::reset_later;
            return true;
        case FaultKind::truncated:
            answer.ending = Ending::cut;
            return true;
        case FaultKind::slow_body:
            answer.ending = Ending::dribble;
            answer.byte_pause = std::chrono::milliseconds(rule.milliseconds(kDribblePauseMs));
            return true;
        case FaultKind::empty_body:
            answer.body.clear();
            return true;
        default:
            return false;
    }
}

bool deliver(Wire& wire, const WireAnswer& answer, SlotGate& gate) {
    if (answer.ending == Ending::silence) {
        wire.wait_until_gone();
        return false;
    }
    if (answer.ending == Ending::reset_first) {
        wire.reset();
        return false;
    }
    if (answer.ending == Ending::close_first) {
        wire.finish();
        return false;
    }
    const std::string_view body = answer.head_only ? std::string_view{} : answer.body;
    std::string head = head_of(answer);
    if (answer.ending == Ending::dribble) {
        return wire.write(head) && dribble(wire, body, answer.byte_pause, gate) && !answer.close;
    }
    const bool half = answer.ending != Ending::whole;
    head += half ? body.substr(0, body.size() / 2) : body;
    const bool written = wire.write(head);
    if (answer.ending == Ending::reset_later) {
        // What was sent must arrive before the reset, which may overtake unread bytes: the peer's
        // next read gets at least the head in practice on the loopback device.
        static_cast<void>(gate.pause(std::chrono::milliseconds(20)));
        wire.reset();
        return false;
    }
    if (half || answer.close) {
        wire.finish();
        return false;
    }
    return written;
}

}  // namespace ffdump
