#pragma once

#include <signal.h>
#include <sqlite3.h>

#include <cstdint>

namespace eventsdk::test {

/// SQLite's default file system with a process that dies at one of its steps: a write, sync, truncation or deletion of
/// any file. While it lives it is the default for all connections. Syncs are steps and do nothing else: a killed process
/// loses nothing that was written.
class KillingVfs {
public:
    KillingVfs() : real_{sqlite3_vfs_find(nullptr)}, vfs_{*real_} {
        current_ = this;
        vfs_.zName = "killing";
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
        vfs_.xOpen = open;
        vfs_.xDelete = remove;
        sqlite3_vfs_register(&vfs_, 1);
    }
    KillingVfs(const KillingVfs&) = delete;
    KillingVfs& operator=(const KillingVfs&) = delete;
    ~KillingVfs() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real_, 1);
        current_ = nullptr;
    }

    /// Dies (SIGKILL) instead of step `step`, counted from 0; a write that is `torn` reaches the file by half.
    void die_at(int step, bool torn) noexcept {
        left_ = step;
        torn_ = torn;
    }

private:
    struct File : sqlite3_file {
        sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
    };
    static sqlite3_file* real(sqlite3_file* file) noexcept { return static_cast<File*>(file)->real(); }

    static bool is_last() noexcept { return current_->left_ >= 0 && current_->left_-- == 0; }
    static void step() noexcept {
        if (is_last()) ::raise(SIGKILL);
    }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
        const int code = current_->real_->xOpen(current_->real_, name, real(file), flags, out);
        file->pMethods = real(file)->pMethods != nullptr ? &methods() : nullptr;
        return code;
    }
    static int remove(sqlite3_vfs*, const char* name, int sync) {
        step();
        (void)sync;
        return current_->real_->xDelete(current_->real_, name, 0);
    }
    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 place) {
        const auto* methods = real(file)->pMethods;
        if (is_last()) {
            if (current_->torn_) methods->xWrite(real(file), bytes, size / 2, place);
            ::raise(SIGKILL);
        }
        return methods->xWrite(real(file), bytes, size, place);
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        step();
        return real(file)->pMethods->xTruncate(real(file), size);
    }
    static int sync(sqlite3_file*, int) {
        step();
        return SQLITE_OK;
    }

    /// The steps, and everything else as it is.
    static const sqlite3_io_methods& methods() {
        static const sqlite3_io_methods made{
            2,  // without memory-mapped reads
            [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
            [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
                return real(f)->pMethods->xRead(real(f), to, n, at);
            },
            write,
            truncate,
            sync,
            [](sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); },
            [](sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); },
            [](sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); },
            [](sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); },
            [](sqlite3_file* f, int what, void* arg) { return real(f)->pMethods->xFileControl(real(f), what, arg); },
            [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
            [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
            [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
                return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
            },
            [](sqlite3_file* f, int at, int n, int flags) {
                return real(f)->pMethods->xShmLock(real(f), at, n, flags);
            },
            [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
            [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
            nullptr,
            nullptr};
        return made;
    }

    static inline KillingVfs* current_ = nullptr;
    sqlite3_vfs* real_;
    sqlite3_vfs vfs_;
    int left_ = -1;
    bool torn_ = false;
};

}  // namespace eventsdk::test
