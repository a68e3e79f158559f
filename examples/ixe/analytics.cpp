#include "services.hpp"

using namespace eventsdk;

namespace ixe {

Projection make_analytics(AnalyticsLog& log) {
    Projection analytics{"ixe-analytics"};
    analytics.on<AnswerSubmitted>([&log](const AnswerSubmitted&, const Delivery& delivery) {
        return log.append(std::string{delivery.record().value.value_or("null")});
    });
    return analytics;
}

}  // namespace ixe
