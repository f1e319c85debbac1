// Tables as bytes and back, so that what takes long to build is built once. A class tells its members to an image in `pass`,
// which is called for both ways. An image is only good for the build that made it; whoever keeps it sees to that.
#pragma once
#include <cstring>
#include <type_traits>

#include "base.hpp"

namespace scrub {

// What both ways have in common.
template <class Way> class ImageOf {
  public:
    template <class T> void operator()(T& value) {
        if constexpr (std::is_trivially_copyable_v<T>) way().raw(&value, sizeof(T));
        else value.pass(way());
    }
    template <class T, class A> void operator()(std::vector<T, A>& values) { way().row(values); }
    template <class C> void operator()(std::basic_string<C>& text) { way().row(text); }

  private:
    Way& way() { return static_cast<Way&>(*this); }
};

class ImageWriter : public ImageOf<ImageWriter> {
  public:
    std::string done() { return std::move(bytes); }

  private:
    friend ImageOf<ImageWriter>;
    std::string bytes;

    void raw(const void* from, size_t size) { bytes.append(static_cast<const char*>(from), size); }
    template <class Row> void row(Row& values) {
        uint64_t size = values.size();
        raw(&size, sizeof size);
        if constexpr (std::is_trivially_copyable_v<typename Row::value_type>) raw(values.data(), size * sizeof(typename Row::value_type));
        else
            for (auto& value : values) (*this)(value);
    }
};

class ImageReader : public ImageOf<ImageReader> {
  public:
    ImageReader(const char* bytes, size_t size) : at(bytes), end(bytes + size) {}
    bool is_done() const { return at == end; }

  private:
    friend ImageOf<ImageReader>;
    const char *at, *end;

    void raw(void* to, size_t size) {
        if (size > static_cast<size_t>(end - at)) throw Unsupported("an image that is cut short");
        if (size) std::memcpy(to, at, size);
        at += size;
    }
    template <class Row> void row(Row& values) {
        using Value = typename Row::value_type;
        uint64_t size;
        raw(&size, sizeof size);
        constexpr size_t least = std::is_trivially_copyable_v<Value> ? sizeof(Value) : 1; // bytes of each
        if (size > static_cast<size_t>(end - at) / least) throw Unsupported("an image that is cut short");
        if constexpr (std::is_trivially_copyable_v<Value>) {
            values.resize(size);
            raw(values.data(), size * sizeof(Value));
        } else {
            values.clear();
            for (uint64_t n = 0; n < size; n++) (*this)(values.emplace_back());
        }
    }
};

} // namespace scrub
