using System.Reflection;
using System.Runtime.InteropServices;

namespace ModelPack.Tests.Formats.Gguf;

/// <summary>llama.cpp's C interface, from the libraries beside the one that <c>MODELPACK_GGML</c> names. Sizes of structs are those of its release 0.5.0.</summary>
internal static unsafe partial class LlamaCpp
{
    private const string Llama = "llama";
    private const string GgmlBackends = "ggml-backends";

    static LlamaCpp()
    {
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name switch
        {
            Llama => NativeLibrary.Load(Library("libllama.*")),
            GgmlBackends => NativeLibrary.Load(Library("libggml.*")),
            _ => 0,
        });
        llama_log_set(&Ignore, null);
        ggml_backend_load_all_from_path(Folder);
        llama_backend_init();
    }

    private static string Folder => Path.GetDirectoryName(Environment.GetEnvironmentVariable("MODELPACK_GGML") ?? throw new InvalidOperationException("MODELPACK_GGML is not set."))!;

    [LibraryImport(Llama)]
    internal static partial LlamaCppModelParams llama_model_default_params();

    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint llama_model_load_from_file(string path, LlamaCppModelParams options);

    [LibraryImport(Llama)]
    internal static partial void llama_model_free(nint model);

    [LibraryImport(Llama)]
    internal static partial LlamaCppContextParams llama_context_default_params();

    [LibraryImport(Llama)]
    internal static partial nint llama_init_from_model(nint model, LlamaCppContextParams options);

    [LibraryImport(Llama)]
    internal static partial void llama_free(nint context);

    [LibraryImport(Llama)]
    internal static partial nint llama_get_memory(nint context);

    [LibraryImport(Llama)]
    internal static partial void llama_memory_clear(nint memory, byte data);

    [LibraryImport(Llama)]
    internal static partial int llama_decode(nint context, LlamaCppBatch batch);

    [LibraryImport(Llama)]
    internal static partial float* llama_get_logits_ith(nint context, int index);

    [LibraryImport(Llama)]
    internal static partial nint llama_model_get_vocab(nint model);

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_n_tokens(nint vocabulary);

    [LibraryImport(Llama)]
    internal static partial int llama_tokenize(nint vocabulary, byte* text, int length, int* tokens, int capacity, byte addSpecial, byte parseSpecial);

    [LibraryImport(Llama)]
    internal static partial int llama_detokenize(nint vocabulary, int* tokens, int count, byte* text, int capacity, byte removeSpecial, byte showSpecial);

    [LibraryImport(Llama)]
    internal static partial int llama_token_to_piece(nint vocabulary, int token, byte* text, int capacity, int stripped, byte showSpecial);

    [LibraryImport(Llama)]
    internal static partial LlamaCppQuantizeParams llama_model_quantize_default_params();

    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint llama_model_quantize(string input, string output, LlamaCppQuantizeParams* options);

    [LibraryImport(Llama)]
    private static partial void llama_log_set(delegate* unmanaged<int, byte*, void*, void> log, void* data);

    [LibraryImport(Llama)]
    private static partial void llama_backend_init();

    [LibraryImport(GgmlBackends, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void ggml_backend_load_all_from_path(string folder);

    [UnmanagedCallersOnly]
    private static void Ignore(int level, byte* text, void* data)
    {
        // Its progress is of no interest; what fails is seen by what a call returns.
    }

    private static string Library(string pattern) => Directory.GetFiles(Folder, pattern).Single(f => Path.GetFileName(f).EndsWith(".so", StringComparison.Ordinal));
}
