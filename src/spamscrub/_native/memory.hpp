// Memory for what grows with the text: in large pages where the system has them, which it hands out far quicker.
#pragma once
#include <cstdlib>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace scrub {

template <class T> struct Roomy {
    using value_type = T;
    Roomy() = default;
    template <class Other> Roomy(const Roomy<Other>&) {}

    T* allocate(size_t count) {
#if defined(__linux__)
        if (is_large(count)) {
            size_t bytes = (count * sizeof(T) + PAGE - 1) / PAGE * PAGE;
            void* found = std::aligned_alloc(PAGE, bytes);
            if (!found) throw std::bad_alloc();
            madvise(found, bytes, MADV_HUGEPAGE); // where that is not to be had all goes on as before
            return static_cast<T*>(found);
        }
#endif
        return static_cast<T*>(::operator new(count * sizeof(T)));
    }

    void deallocate(T* from, size_t count) {
#if defined(__linux__)
        if (is_large(count)) return std::free(from);
#endif
        (void)count;
        ::operator delete(from);
    }

    // Characters and numbers that are written before they are read need no zeros.
    template <class Other> void construct(Other* at) { ::new (static_cast<void*>(at)) Other; }
    template <class Other, class First, class... More> void construct(Other* at, First&& first, More&&... more) { ::new (static_cast<void*>(at)) Other(std::forward<First>(first), std::forward<More>(more)...); }

    friend bool operator==(const Roomy&, const Roomy&) { return true; }
    friend bool operator!=(const Roomy&, const Roomy&) { return false; }

  private:
    static constexpr size_t PAGE = size_t(1) << 21;
    static bool is_large(size_t count) { return count >= 2 * PAGE / sizeof(T); }
};

template <class T> using RoomyVector = std::vector<T, Roomy<T>>;

} // namespace scrub
