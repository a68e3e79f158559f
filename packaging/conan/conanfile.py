"""Conan 2 recipe: conan create packaging/conan, run from eventsdk's source tree."""
from pathlib import Path

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy
from conan.tools.gnu import PkgConfigDeps


class EventsdkConan(ConanFile):
    name = "eventsdk"
    version = "0.1.0"
    description = "Versioned domain events over Apache Kafka for C++20 services"
    license = "Apache-2.0"
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "fPIC": [True, False], "kafka": [True, False], "sqlite": [True, False],
               "postgres": [True, False], "prometheus": [True, False]}
    default_options = {"shared": False, "fPIC": True, "kafka": True, "sqlite": False, "postgres": False,
                       "prometheus": False}

    def export_sources(self):
        tree = Path(self.recipe_folder).parent.parent
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*", "schemas/*"):
            copy(self, pattern, tree, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def validate(self):
        check_min_cppstd(self, 20)

    def requirements(self):
        self.requires("nlohmann_json/3.11.3", transitive_headers=True)
        self.requires("fmt/[>=9.0]")
        self.requires("simdjson/[>=3.0]")
        self.requires("re2/[>=20230301]")
        self.requires("valijson/[>=1.0]")
        self.requires("openssl/[>=3.0 <4]")
        if self.options.kafka:
            self.requires("librdkafka/[>=2.8.0]", options={"ssl": True, "sasl": True})
        if self.options.sqlite:
            self.requires("sqlite3/[>=3.38.0]")
        if self.options.postgres:
            self.requires("libpq/[>=14]")
        if self.options.prometheus:
            self.requires("prometheus-cpp/[>=1.0]")

    def generate(self):
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()  # RE2 is found through pkg-config
        toolchain = CMakeToolchain(self)
        for part in ("kafka", "sqlite", "postgres", "prometheus"):
            toolchain.cache_variables[f"EVENTSDK_{part.upper()}"] = bool(self.options.get_safe(part))
        for part in ("TESTS", "EXAMPLES", "CLI"):
            toolchain.cache_variables[f"EVENTSDK_BUILD_{part}"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        # The package's own CMake files name its targets.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs.append("lib/cmake/eventsdk")
