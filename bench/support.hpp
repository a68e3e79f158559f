#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

// What the end-to-end benchmarks share: measuring one run, medians, arguments.
namespace bench {

/// One run: wall clock, and the CPU time of the whole process.
struct Run {
    double records_per_second = 0;
    double cpu_us_per_record = 0;
};

class Measure {
public:
    Measure() : wall_{std::chrono::steady_clock::now()}, cpu_us_{cpu_us()} {}
    [[nodiscard]] Run end(std::size_t records) const {
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - wall_;
        const auto n = static_cast<double>(records);
        return {n / wall.count(), (cpu_us() - cpu_us_) / n};
    }

private:
    static double cpu_us() {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        const auto us = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
        };
        return us(usage.ru_utime) + us(usage.ru_stime);
    }
    std::chrono::steady_clock::time_point wall_;
    double cpu_us_;
};

inline double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

inline Run median(const std::vector<Run>& runs) {
    std::vector<double> rates;
    std::vector<double> cpu;
    for (const Run& run : runs) {
        rates.push_back(run.records_per_second);
        cpu.push_back(run.cpu_us_per_record);
    }
    return {median(rates), median(cpu)};
}

inline void print(std::string_view name, const Run& run) {
    std::printf("  %-22.*s %9.0f records/s  %6.2f us CPU/record\n", static_cast<int>(name.size()), name.data(),
                run.records_per_second, run.cpu_us_per_record);
    std::fflush(stdout);
}

inline void print_ratio(const Run& sdk, const Run& bare) {
    std::printf("ratio to bare: %.2f of the rate, %+.2f us CPU per record\n",
                sdk.records_per_second / bare.records_per_second, sdk.cpu_us_per_record - bare.cpu_us_per_record);
}

/// "--name value" among the arguments, else the default.
inline std::size_t argument(int count, char** values, std::string_view name, std::size_t otherwise) {
    for (int i = 1; i + 1 < count; ++i)
        if (values[i] == name) return static_cast<std::size_t>(std::strtoull(values[i + 1], nullptr, 10));
    return otherwise;
}

/// Memory of the process now, and the most that it ever was.
inline long resident_kib() {
    long pages = 0;
    std::ifstream{"/proc/self/statm"}.ignore(64, ' ') >> pages;
    return pages * (::sysconf(_SC_PAGESIZE) / 1'024);
}
inline long peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/// Ends the benchmark when something that must work did not.
[[noreturn]] inline void give_up(const std::string& what) {
    std::fprintf(stderr, "bench: %s\n", what.c_str());
    std::exit(1);
}

}  // namespace bench
