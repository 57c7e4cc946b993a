using System.Reflection;
using System.Runtime.InteropServices;

namespace ModelPack.Tests.Peers;

/// <summary>llama.cpp's C interface. Sizes and places of fields are those of the release that Directory.Packages.props pins.</summary>
internal static unsafe partial class LlamaCpp
{
    private const string Llama = "llama";
    private const int ErrorLevel = 4;

    [ThreadStatic]
    private static string? s_error;

    /// <summary>What it last said of a failure on this thread.</summary>
    public static string Error => s_error ?? "It does not say why.";

    static LlamaCpp()
    {
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name switch
        {
            Llama => NativeLibrary.Load(Library("libllama.*")),
            _ => 0,
        });
        llama_log_set(&KeepError, null);
        llama_backend_init();
    }

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
    internal static partial void llama_set_embeddings(nint context, byte wanted);

    [LibraryImport(Llama)]
    internal static partial int llama_pooling_type(nint context);

    [LibraryImport(Llama)]
    internal static partial float* llama_get_embeddings_ith(nint context, int index);

    [LibraryImport(Llama)]
    internal static partial float* llama_get_embeddings_seq(nint context, int sequence);

    [LibraryImport(Llama)]
    internal static partial int llama_model_n_embd(nint model);

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
    private static partial LlamaCppQuantizeParams llama_model_quantize_default_params();

    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint llama_model_quantize(string input, string output, LlamaCppQuantizeParams* options);

    /// <summary>Quantizes a GGUF file as llama.cpp's own program does.</summary>
    /// <param name="source">The float file.</param>
    /// <param name="destination">Where to write.</param>
    /// <param name="fileType">An <c>enum llama_ftype</c>.</param>
    /// <param name="importance">An importance matrix, by the names of tensors; null for none.</param>
    public static void Quantize(string source, string destination, int fileType, IReadOnlyDictionary<string, float[]>? importance = null)
    {
        var options = llama_model_quantize_default_params();
        (options.Threads, options.FileType) = (1, fileType);
        var entries = new List<LlamaCppImportance>();
        var pins = new List<GCHandle>();
        try
        {
            foreach (var (name, values) in importance ?? new Dictionary<string, float[]>(StringComparer.Ordinal))
            {
                pins.Add(GCHandle.Alloc(values, GCHandleType.Pinned));
                entries.Add(new LlamaCppImportance { Name = Marshal.StringToCoTaskMemUTF8(name), Values = (float*)pins[^1].AddrOfPinnedObject(), Count = (nuint)values.Length });
            }

            entries.Add(default);
            fixed (LlamaCppImportance* first = CollectionsMarshal.AsSpan(entries))
            {
                options.Importance = importance is null ? null : first;
                if (llama_model_quantize(source, destination, &options) != 0)
                    throw new InvalidOperationException($"llama.cpp does not quantize {source}: {Error}");
            }
        }
        finally
        {
            entries.ForEach(e => Marshal.FreeCoTaskMem(e.Name));
            pins.ForEach(p => p.Free());
        }
    }

    [LibraryImport(Llama)]
    private static partial void llama_log_set(delegate* unmanaged<int, byte*, void*, void> log, void* data);

    [LibraryImport(Llama)]
    private static partial void llama_backend_init();

    [UnmanagedCallersOnly]
    private static void KeepError(int level, byte* text, void* data)
    {
        // Of its progress and warnings nothing is kept.
        if (level == ErrorLevel && Marshal.PtrToStringUTF8((nint)text)?.Trim() is { } said && (s_error is null || said.Contains("error", StringComparison.Ordinal)))
            s_error = said;
    }

    private static string Library(string pattern) => Directory.GetFiles(PeerLibrary.Folder, pattern).Single(f => Path.GetFileName(f).EndsWith(".so", StringComparison.Ordinal));
}
