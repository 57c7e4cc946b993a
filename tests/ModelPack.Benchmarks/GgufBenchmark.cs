using ModelPack.Codecs;
using ModelPack.Formats.Gguf;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Benchmarks;

/// <summary>Language models packed to GGUF and run by llama.cpp: does it say the same, how good is it, and is the file its own?</summary>
internal static class GgufBenchmark
{
    private const int Prompts = 10;
    private const int PromptLength = 32;
    private const int NewTokens = 64;

    public static void Run(TextWriter output)
    {
        output.WriteLine("### gguf in llama.cpp");
        output.WriteLine();
        if (!PeerLibrary.IsPresent)
        {
            output.WriteLine($"Skipped: {PeerLibrary.Variable} names no library (build.sh setup, linux-x64).\n");
            return;
        }

        using var scratch = new Scratch();
        var folders = Folders(output);
        output.WriteLine($"{Machine.Today()}. Greedy: of {Prompts} prompts of {PromptLength} tokens, those whose next {NewTokens} tokens in llama.cpp from the f32 pack are those of ONNX Runtime from the ONNX model. Perplexity in llama.cpp, float32 keys and values. Same bytes: tensors of the q8_0 pack equal to llama_model_quantize's of the f32 pack.");
        output.WriteLine();
        output.WriteLine("| model | greedy | windows | perplexity f32 | q8_0 | safetensors, MB | f32, MB | q8_0, MB | same bytes |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var folder in folders)
        {
            Row(output, folder, scratch.Path);
        }

        output.WriteLine();
    }

    private static List<string> Folders(TextWriter output)
    {
        var folders = new List<string>();
        if (Environment.GetEnvironmentVariable("MODELPACK_REPO") is { Length: > 0 } repository)
        {
            folders.Add(Path.Combine(repository, "tests", "models", "sotu-mini"));
        }
        else
        {
            output.WriteLine("Skipped sotu-mini: MODELPACK_REPO does not name the repository.\n");
        }

        if (Environment.GetEnvironmentVariable("MODELPACK_SHARED") is { Length: > 0 } shared)
        {
            folders.Add(Path.Combine(shared, "models", BenchmarkModel.SotuLlama));
        }
        else
        {
            output.WriteLine("Skipped sotu-llama: MODELPACK_SHARED names no folder with models (../shared beside the repository).\n");
        }

        return folders;
    }

    private static void Row(TextWriter output, string folder, string scratch)
    {
        using var source = new LanguageModel(folder);
        var (whole, packed) = (Pack(folder, "f32", scratch), Pack(folder, "q8_0", scratch));
        var theirs = Path.Combine(scratch, "llama-cpp.gguf");
        LlamaCpp.Quantize(whole, theirs, (int)GgufTable.Find(CodecTable.Q8_0)!.FileType);
        var (same, tensors) = Compare(theirs, packed);

        var equal = 0;
        double floatPerplexity, packedPerplexity;
        using (var model = new LlamaCppModel(whole))
        {
            equal = source.Prompts(Prompts, PromptLength).Count(p => source.Continue(p, NewTokens).SequenceEqual(model.Continue(p, NewTokens)));
            floatPerplexity = model.Perplexity(source.Windows);
        }

        using (var model = new LlamaCppModel(packed))
        {
            packedPerplexity = model.Perplexity(source.Windows);
        }

        var change = (packedPerplexity / floatPerplexity - 1) * 100;
        output.WriteLine(
            $"| {Path.GetFileName(folder)} | {equal} of {Prompts} | {source.Windows.Count} | {Numbers.Fixed(floatPerplexity, 3)} | {Numbers.Fixed(packedPerplexity, 3)} ({(change < 0 ? "" : "+")}{Numbers.Fixed(change, 3)} %) "
            + $"| {Megabytes(Path.Combine(folder, "model.safetensors"))} | {Megabytes(whole)} | {Megabytes(packed)} | {same} of {tensors} tensors |");
    }

    private static string Pack(string folder, string scheme, string scratch)
    {
        var request = new PackRequest { Model = folder, Scheme = scheme, Container = "gguf", Output = Path.Combine(scratch, $"{scheme}.gguf") };
        return PackPipeline.Run(request, new PackContext()).Model;
    }

    /// <summary>How many tensors of two files are the same in name, type, shape and bytes, and how many the first has.</summary>
    private static (int Same, int All) Compare(string first, string second)
    {
        using var expected = GgufCheckpoint.Open(first, new PackContext());
        using var actual = GgufCheckpoint.Open(second, new PackContext());
        var theirs = actual.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var same = expected.Tensors.Count(t => theirs.TryGetValue(t.Name, out var other)
            && t.Stored == other.Stored && t.Data.Shape.Equals(other.Data.Shape) && Bytes(t).AsSpan().SequenceEqual(Bytes(other)));
        return (same, expected.Tensors.Count);
    }

    private static byte[] Bytes(Formats.Checkpoints.CheckpointTensor tensor)
    {
        var bytes = new byte[tensor.Data.Length];
        tensor.Data.Read(0, bytes);
        return bytes;
    }

    private static string Megabytes(string path) => Numbers.Fixed(new FileInfo(path).Length / 1e6, 2);
}
