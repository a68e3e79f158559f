#include "schema/evaluator.hpp"

#include "schema/evaluate_containers.hpp"
#include "schema/evaluate_in_place.hpp"
#include "schema/evaluate_names.hpp"
#include "schema/evaluate_scalars.hpp"
#include "schema/evaluate_unevaluated.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

template class Evaluator<false>;
template class Evaluator<true>;

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
