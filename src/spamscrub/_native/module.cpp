// The extension spamscrub._fast: judging in native code, with the same answers as the Python modules.
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "judge.hpp"
#include "language_module.hpp"
#include "matcher_module.hpp"
#include "separators.hpp"

#define SCRUB_WRITTEN(name) #name
#define SCRUB_NAME(name) SCRUB_WRITTEN(name)
#ifndef SCRUB_BUILD
#define SCRUB_BUILD // what this is compiled from, a word; an image is only kept where that is known
#endif

namespace scrub {

namespace {

// What a cleaner needs for every text: made once from its packs and weights.
struct Engine {
    Engine(PyObject* packs, bool folded, PyObject* weights) : matcher(made(packs, folded)), languages(make_language_tables()), weights(weights) {}
    Matcher matcher;
    std::shared_ptr<LanguageTables> languages;
    Weights weights;

  private:
    struct Bytes : Py_buffer {
        explicit Bytes(PyObject* object) {
            if (PyObject_GetBuffer(object, this, PyBUF_SIMPLE) < 0) throw PythonError();
        }
        Bytes(const Bytes&) = delete;
        Bytes& operator=(const Bytes&) = delete;
        ~Bytes() { PyBuffer_Release(this); }
    };
    // Of packs, or of the bytes of their tables.
    static Matcher made(PyObject* packs, bool folded) {
        if (!PyObject_CheckBuffer(packs)) return Matcher(packs, folded);
        Bytes tables(packs);
        return Matcher(static_cast<const char*>(tables.buf), static_cast<size_t>(tables.len));
    }
};

struct EngineObject {
    PyObject_HEAD
    Engine* engine;
    PyObject* evidence; // the class spamscrub.spans.Evidence
};

// One thread at a time: what is remembered is shared, and Python may switch threads wherever it is asked something.
class Turn {
  public:
    Turn() {
        if (owner == PyThread_get_thread_ident()) throw Unsupported("a text that is judged while another is, by one thread");
        if (!PyThread_acquire_lock(lock(), NOWAIT_LOCK)) {
            Py_BEGIN_ALLOW_THREADS
            PyThread_acquire_lock(lock(), WAIT_LOCK);
            Py_END_ALLOW_THREADS
        }
        owner = PyThread_get_thread_ident();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        owner = 0;
        PyThread_release_lock(lock());
    }
    static PyThread_type_lock lock() {
        static PyThread_type_lock made = PyThread_allocate_lock();
        return made;
    }

  private:
    static inline unsigned long owner = 0;
};

// Runs what throws, and leaves a Python error behind: NotImplementedError where only the Python modules know the answer.
template <class Body> PyObject* guarded(Body body) {
    try {
        Turn turn;
        return body();
    } catch (const PythonError&) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "an error without a name");
    } catch (const Unsupported& problem) {
        PyErr_SetString(PyExc_NotImplementedError, problem.what());
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::exception& problem) {
        PyErr_SetString(PyExc_RuntimeError, problem.what());
    }
    return nullptr;
}

// One name for what a document is written in, as scripts.host_script gives it.
const char* host_script(const Document& document) {
    if (document.letters.empty()) return nullptr;
    int first = document.letters.front().first;
    bool eastern = first == HAN || first == HIRAGANA || first == KATAKANA;
    return eastern && document.japanese ? "Japanese" : SCRIPT_NAMES[first];
}

Ref text_or_none(const char* text) {
    if (text) return Ref::checked(PyUnicode_InternFromString(text));
    Py_INCREF(Py_None);
    return Ref(Py_None);
}

Ref detail_of(const std::string& detail) { return Ref::checked(PyUnicode_DecodeUTF8(detail.data(), static_cast<Py_ssize_t>(detail.size()), "surrogatepass")); }

// The names of features as Python has them.
PyObject* feature_name(int feature) {
    static auto* const names = new std::vector<PyObject*>(feature_names().size());
    PyObject*& name = (*names)[static_cast<size_t>(feature)];
    if (!name) name = Ref::checked(PyUnicode_InternFromString(feature_names()[feature].c_str())).release();
    return name;
}

// `type` is a class of named tuples.
Ref evidence_of(const Evidence& one, PyTypeObject* type) {
    Ref detail = detail_of(one.detail), weight = Ref::checked(PyFloat_FromDouble(one.weight)), made = Ref::checked(type->tp_alloc(type, 3));
    PyObject* name = feature_name(one.feature);
    Py_INCREF(name);
    PyTuple_SET_ITEM(made.get(), 0, name);
    PyTuple_SET_ITEM(made.get(), 1, weight.release());
    PyTuple_SET_ITEM(made.get(), 2, detail.release());
    return made;
}

Ref evidence_tuple(const Judged& one, PyObject* type) {
    Ref evidence = Ref::checked(PyTuple_New(static_cast<Py_ssize_t>(one.evidence.size())));
    for (size_t n = 0; n < one.evidence.size(); n++) PyTuple_SET_ITEM(evidence.get(), n, evidence_of(one.evidence[n], reinterpret_cast<PyTypeObject*>(type)).release());
    return evidence;
}

Ref judged_of(const Judged& one, const Matcher& matcher, PyObject* type) {
    return Ref::checked(Py_BuildValue("(iissN)", one.start, one.end, source_name(one.source), label_name(matcher, one.label).c_str(), evidence_tuple(one, type).release()));
}

Held checked_text(PyObject* text) {
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "a text is wanted, not %.100s", Py_TYPE(text)->tp_name);
        throw PythonError();
    }
    if (PyUnicode_GET_LENGTH(text) > 0x3fffffff) throw Unsupported("a text of more than a thousand million characters");
    return Held(text);
}

// The bytes of a text that is all ASCII.
const unsigned char* bytes_of(PyObject* text) { return PyUnicode_IS_ASCII(text) ? static_cast<const unsigned char*>(PyUnicode_DATA(text)) : nullptr; }

PyObject* engine_tables(PyObject* self, PyObject*) {
    return guarded([&]() -> PyObject* {
        std::string image = reinterpret_cast<EngineObject*>(self)->engine->matcher.image();
        return PyBytes_FromStringAndSize(image.data(), static_cast<Py_ssize_t>(image.size()));
    });
}

PyObject* engine_judge(PyObject* self, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject* given;
        double floor;
        if (!PyArg_ParseTuple(arguments, "Ud", &given, &floor)) throw PythonError();
        auto* object = reinterpret_cast<EngineObject*>(self);
        Engine& engine = *object->engine;
        Held text = checked_text(given);
        Document document(text.view(), bytes_of(given));
        HostModel model(*engine.languages, document);
        Page page(document, engine.matcher, model);
        std::vector<Judged> judged = judge(page, engine.weights, floor);
        Ref list = Ref::checked(PyList_New(0));
        for (const Judged& one : judged)
            if (PyList_Append(list.get(), judged_of(one, engine.matcher, object->evidence).get()) < 0) throw PythonError();
        return Py_BuildValue("(NNN)", text_or_none(host_script(document)).release(), text_or_none(model.language()).release(), list.release());
    });
}

// The winners with their spans: those that will be cut take their separators along.
std::vector<std::pair<Span, const Judged*>> with_spans(const Document& document, const std::vector<Judged>& found, double remove_at) {
    std::vector<std::pair<Span, const Judged*>> placed, cuts;
    std::vector<Span> contents;
    for (const Judged& one : found) {
        Span span{one.start, one.end};
        bool doubtful = one.score() < remove_at;
        (doubtful ? placed : cuts).push_back({span, &one});
        if (!doubtful) contents.push_back(span);
    }
    std::vector<Span> spans = with_separators(document, contents);
    if (spans.size() != cuts.size()) throw Unsupported("ads that claim one stretch"); // as zip(strict=True) in cleaner.py
    for (size_t n = 0; n < cuts.size(); n++) placed.push_back({spans[n], cuts[n].second});
    std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first.start < b.first.start; });
    return placed;
}

// (host script, language, winners) of a text; nothing at all where there are none and the host is not asked for.
Ref findings_of(EngineObject* object, PyObject* given, double review_at, double remove_at, bool wants_host) {
    Engine& engine = *object->engine;
    Held text = checked_text(given);
    Document document(text.view(), bytes_of(given));
    HostModel model(*engine.languages, document);
    Page page(document, engine.matcher, model);
    std::vector<Judged> found = winners(page, engine.weights, review_at);
    if (found.empty() && !wants_host) return text_or_none(nullptr);
    Ref list = Ref::checked(PyList_New(0));
    for (const auto& [span, one] : with_spans(document, found, remove_at)) {
        Ref row(Py_BuildValue("(iisdN)", span.start, span.end, label_name(engine.matcher, one->label).c_str(), one->score(), evidence_tuple(*one, object->evidence).release()));
        if (!row || PyList_Append(list.get(), row.get()) < 0) throw PythonError();
    }
    return Ref::checked(Py_BuildValue("(NNN)", text_or_none(host_script(document)).release(), text_or_none(model.language()).release(), list.release()));
}

PyObject* engine_findings(PyObject* self, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject* given;
        double review_at, remove_at;
        if (!PyArg_ParseTuple(arguments, "Udd", &given, &review_at, &remove_at)) throw PythonError();
        return findings_of(reinterpret_cast<EngineObject*>(self), given, review_at, remove_at, true).release();
    });
}

// Text by text, so that other threads and Ctrl-C have their turn in between.
PyObject* engine_findings_of_each(PyObject* self, PyObject* arguments) {
    PyObject* texts;
    double review_at, remove_at;
    int hosts;
    if (!PyArg_ParseTuple(arguments, "O!ddp", &PyTuple_Type, &texts, &review_at, &remove_at, &hosts)) return nullptr;
    Ref found(PyList_New(PyTuple_GET_SIZE(texts)));
    for (Py_ssize_t n = 0; found && n < PyTuple_GET_SIZE(texts); n++) {
        PyObject* one = guarded([&] { return findings_of(reinterpret_cast<EngineObject*>(self), PyTuple_GET_ITEM(texts, n), review_at, remove_at, hosts != 0).release(); });
        if (!one) return nullptr;
        PyList_SET_ITEM(found.get(), n, one);
        try {
            Breath::pause();
        } catch (const PythonError&) {
            return nullptr;
        }
    }
    return found.release();
}

Ref features_of(const Sink& sink) {
    Ref list = Ref::checked(PyList_New(0));
    for (size_t n = 0; n < sink.numbers.size(); n++) {
        Ref feature(Py_BuildValue("(sdN)", feature_names()[sink.numbers[n]].c_str(), sink.values[n], detail_of(sink.details[n]).release()));
        if (!feature || PyList_Append(list.get(), feature.get()) < 0) throw PythonError();
    }
    return list;
}

// For the benchmark: the seconds that each stage of finding ads in a text takes.
PyObject* engine_stages(PyObject* self, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject* given;
        double review_at;
        if (!PyArg_ParseTuple(arguments, "Ud", &given, &review_at)) throw PythonError();
        Engine& engine = *reinterpret_cast<EngineObject*>(self)->engine;
        using Clock = std::chrono::steady_clock;
        Clock::time_point last = Clock::now();
        auto lap = [&] {
            Clock::time_point before = std::exchange(last, Clock::now());
            return std::chrono::duration<double>(last - before).count();
        };
        Held text = checked_text(given);
        Document document(text.view(), bytes_of(given));
        double lines = lap();
        HostModel model(*engine.languages, document);
        double language = lap();
        Page page(document, engine.matcher, model);
        double words = lap();
        winners(page, engine.weights, review_at);
        double scores = lap();
        return Py_BuildValue("{sdsdsdsd}", "lines and scripts", lines, "language of the host", language, "words of ads", words, "candidates and scores", scores);
    });
}

// For the tests: every candidate with a reason, and what all classifiers see in it.
PyObject* engine_observe(PyObject* self, PyObject* given) {
    return guarded([&]() -> PyObject* {
        Engine& engine = *reinterpret_cast<EngineObject*>(self)->engine;
        Held text = checked_text(given);
        Document document(text.view(), bytes_of(given));
        HostModel model(*engine.languages, document);
        Page page(document, engine.matcher, model);
        Ref list = Ref::checked(PyList_New(0));
        for (const Candidate& candidate : candidates(page)) {
            Scene scene(page, candidate);
            if (!has_reason(scene)) continue;
            Sink sink(true);
            observe(scene, sink);
            Ref row(Py_BuildValue("(iiissN)", candidate.start, candidate.end, candidate.line, source_name(candidate.source), name_of(scene.kind()), features_of(sink).release()));
            if (!row || PyList_Append(list.get(), row.get()) < 0) throw PythonError();
        }
        return list.release();
    });
}

int engine_init(PyObject* self, PyObject* arguments, PyObject* names) {
    static const char* known[] = {"packs", "weights", "folded", nullptr};
    PyObject *packs, *weights;
    int folded = 0;
    if (!PyArg_ParseTupleAndKeywords(arguments, names, "OO|p", const_cast<char**>(known), &packs, &weights, &folded)) return -1;
    auto* object = reinterpret_cast<EngineObject*>(self);
    PyObject* done = guarded([&]() -> PyObject* {
        auto engine = std::make_unique<Engine>(packs, folded != 0, weights);
        object->evidence = attribute("spans", "Evidence").release();
        delete object->engine;
        object->engine = engine.release();
        Py_RETURN_NONE;
    });
    Py_XDECREF(done);
    return done ? 0 : -1;
}

void engine_dealloc(PyObject* self) {
    auto* object = reinterpret_cast<EngineObject*>(self);
    PyTypeObject* type = Py_TYPE(self);
    delete object->engine;
    Py_XDECREF(object->evidence);
    type->tp_free(self);
    Py_DECREF(type);
}

PyMethodDef engine_methods[] = {
    {"judge", engine_judge, METH_VARARGS, "judge(text, floor) -> (host script, language, [(start, end, source, label, evidence)])"},
    {"findings", engine_findings, METH_VARARGS, "findings(text, review_at, remove_at) -> (host script, language, [(start, end, label, score, evidence)])"},
    {"findings_of_each", engine_findings_of_each, METH_VARARGS, "findings_of_each(tuple of texts, review_at, remove_at, hosts) -> [the same, or without `hosts` None for a text without any]"},
    {"tables", engine_tables, METH_NOARGS, "tables() -> bytes, which the same build (BUILD) takes in the place of the packs"},
    {"stages", engine_stages, METH_VARARGS, "stages(text, review_at) -> {stage: seconds}, for the benchmark"},
    {"observe", engine_observe, METH_O, "observe(text) -> [(start, end, line, source, kind, [(name, value, detail)])]"},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot engine_slots[] = {
    {Py_tp_init, reinterpret_cast<void*>(engine_init)},
    {Py_tp_dealloc, reinterpret_cast<void*>(engine_dealloc)},
    {Py_tp_methods, engine_methods},
    {Py_tp_new, reinterpret_cast<void*>(PyType_GenericNew)},
    {Py_tp_doc, const_cast<char*>("Engine(packs or their tables, weights, folded=False): judges texts; NotImplementedError where only the Python modules can.")},
    {0, nullptr},
};

PyType_Spec engine_spec = {"spamscrub._fast.Engine", sizeof(EngineObject), 0, Py_TPFLAGS_DEFAULT, engine_slots};

PyObject* debug_regex(PyObject*, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject *pattern, *text;
        int flags, pos, end;
        const char* how;
        if (!PyArg_ParseTuple(arguments, "UiUiis", &pattern, &flags, &text, &pos, &end, &how)) throw PythonError();
        return regex_debug(pattern, flags, text, pos, end, how);
    });
}

PyObject* debug_language(PyObject*, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject *text, *requests;
        if (!PyArg_ParseTuple(arguments, "UO", &text, &requests)) throw PythonError();
        return language_debug(text, requests);
    });
}

} // namespace

} // namespace scrub

static PyMethodDef functions[] = {
    {"matcher", scrub::matcher_make, METH_VARARGS, "For the tests: a matcher of packs."},
    {"fold", scrub::matcher_fold, METH_O, "For the tests: folded text and its pieces."},
    {"read", scrub::matcher_read, METH_VARARGS, "For the tests: lines with triggers, and the vocabulary."},
    {"hits", scrub::matcher_hits, METH_VARARGS, "For the tests: the hits of a stretch."},
    {"regex", scrub::debug_regex, METH_VARARGS, "For the tests: the matches of a pattern."},
    {"language", scrub::debug_language, METH_VARARGS, "For the tests: what HostModel answers."},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fast", "Judging in native code.", -1, functions, nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit__fast() {
    scrub::Ref made(PyModule_Create(&module));
    if (!made) return nullptr;
    PyObject* engine = PyType_FromSpec(&scrub::engine_spec);
    if (!engine || PyModule_AddObject(made.get(), "Engine", engine) < 0) return nullptr;
    if (PyModule_AddStringConstant(made.get(), "BUILD", SCRUB_NAME(SCRUB_BUILD)) < 0) return nullptr;
    return made.release();
}
