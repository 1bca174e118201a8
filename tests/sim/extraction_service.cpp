// SPDX-License-Identifier: Apache-2.0
#include "extraction_service.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ffdump {

namespace {

/// Faults that come in place of any work: the request is read and nothing is done for it.
bool comes_first(FaultKind kind) {
    return kind == FaultKind::status || kind == FaultKind::reset || kind == FaultKind::close ||
           kind == FaultKind::hang;
}

void note_asks(const ExtractionCall& call, RequestFacts& facts) {
    for (const ImageAsk& ask : call.asks) {
        facts.names.push_back(ask.part);
        facts.sizes.push_back(ask.bytes.size());
        facts.detectors.push_back(ask.detector);
    }
}

}  // namespace

ExtractionService::ExtractionService(const SimulatorOptions& options, const FaultPlan& faults,
                                     SlotGate& gate)
    : options_(options),
      faults_(faults),
      gate_(gate),
      shape_{options.response_key, options.v2_nested_attributes},
      cache_(options.dimension) {}

WireAnswer ExtractionService::answer(const WireRequest& request, RequestFacts& facts) {
    facts.kind = "extract";
    facts.number = ++requests_;
    const FaultRule* change = faults_.model_change(facts.number);
    facts.model = change != nullptr ? change->argument : options_.model;
    if (request.method != "POST") {
        facts.error = "the extraction-api takes POST only";
        WireAnswer answer = refusal_answer(405, facts.error);
        answer.headers.emplace_back("Allow", "POST");
        return answer;
    }
    const auto call = parse_call(request);
    if (!call) {
        facts.error = call.error().text;
        return refusal_answer(call.error().status, facts.error);
    }
    note_asks(*call, facts);
    const std::size_t most = options_.reject_over_images;
    if (most != 0 && call->asks.size() > most) {
        facts.error = fmt::format("more than {} images in a request", most);
        return refusal_answer(413, facts.error);
    }
    const FaultRule* fault = faults_.extraction_fault(facts.number);
    if (fault != nullptr && comes_first(fault->kind)) {
        facts.fault = fault->spec;
        WireAnswer answer;
        static_cast<void>(apply_transport_fault(*fault, answer));
        return answer;
    }
    return work(*call, fault, facts);
}

WireAnswer ExtractionService::work(const ExtractionCall& call, const FaultRule* fault,
                                   RequestFacts& facts) {
    const auto images = static_cast<std::int64_t>(call.asks.size());
    const SlotGate::Passage passage =
        gate_.pass(options_.delay + options_.delay_per_image * images);
    facts.in_flight = passage.in_flight;
    facts.waited = std::chrono::duration_cast<std::chrono::microseconds>(passage.waited);
    WireAnswer answer;
    if (passage.stopped) {
        facts.error = "the double was stopped";
        answer.ending = Ending::reset_first;
        return answer;
    }
    std::vector<std::string> list = responses(call, fault, facts);
    if (is_poisoned(facts)) {
        facts.error = "the batch holds a poisoned image";
        return refusal_answer(options_.poison_status, facts.error);
    }
    bool met = !facts.fault.empty();
    if (fault != nullptr && !met) {
        met = apply_list_fault(fault->kind, list);
    }
    answer.body = answer_json(list, shape_);
    if (fault != nullptr && !met) {
        met = apply_transport_fault(*fault, answer);
        if (fault->kind == FaultKind::malformed_json) {
            answer.body.resize(answer.body.size() / 2);
            met = true;
        }
    }
    facts.fault = met ? fault->spec : "";
    return answer;
}

bool ExtractionService::is_poisoned(const RequestFacts& facts) const {
    return std::ranges::any_of(options_.poison_sha256, [&](const std::string& digest) {
        return std::ranges::count(facts.digests, digest) != 0;
    });
}

std::vector<std::string> ExtractionService::responses(const ExtractionCall& call,
                                                      const FaultRule* fault, RequestFacts& facts) {
    std::vector<std::string> list;
    for (std::size_t i = 0; i < call.asks.size(); ++i) {
        AnsweredAsk answered{&call.asks[i], nullptr};
        if (!answered.ask->part.empty()) {
            answered.seen = cache_.look(answered.ask->bytes, facts.model);
        }
        facts.digests.push_back(answered.seen ? answered.seen->sha256 : "");
        std::vector<MadeFace> altered_faces;
        const std::vector<MadeFace>* faces = answered.seen ? &answered.seen->faces : &altered_faces;
        if (answered.seen && fault != nullptr && is_facen_fault(fault->kind) &&
            fault->meets_answer(i, answered.seen->sha256)) {
            AlteredFaces altered = alter_faces(fault->kind, *answered.seen,
                                               cache_.facens(answered.ask->bytes, facts.model));
            if (altered.altered) {
                facts.fault = fault->spec;
                altered_faces = std::move(altered.faces);
                faces = &altered_faces;
            }
        }
        list.push_back(response_json(answered, *faces, call.protocol, shape_));
    }
    return list;
}

}  // namespace ffdump
