#pragma once

#include "package_store.hpp"

#include <eventsdk/produce/producer.hpp>

#include <httplib.h>

#include <stop_token>

namespace qawave {

/// The front end's HTTP interface:
///
///     POST /api/packages                        {"scenarios": ["log in", …], …} -> 202 {"planId": "…"}, Location: /api/packages/…
///     GET  /api/packages/PLAN/events?since=N    -> {"events": […], "cursor": N, "complete": false}, to poll
///     GET  /api/packages/PLAN/stream?since=N    the same events as server-sent events, until the run is complete
///     GET  /                                    a page that shows a run
class Api {
public:
    /// @param page the folder of index.html
    Api(PackageStore& store, eventsdk::Producer& producer, const std::string& page);

    /// @param port 0: any that is free
    /// @return the port
    int bind(const std::string& host, int port);
    /// Serves until the stop: one of a Service's loops.
    eventsdk::Result<void> run(const std::stop_token& stop);

private:
    void request_package(const httplib::Request& request, httplib::Response& response);
    void poll(const httplib::Request& request, httplib::Response& response);
    void stream(const httplib::Request& request, httplib::Response& response);

    PackageStore* store_;
    eventsdk::Producer* producer_;
    httplib::Server server_;
};

/// Lets a Service run an Api beside its projections.
struct Serving {
    Api* api;
    eventsdk::Result<void> run(const std::stop_token& stop) { return api->run(stop); }
};

}  // namespace qawave
