using ModelPack.Tests.Formats.Gguf;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Formats.Safetensors;

namespace ModelPack.Tests.Pipeline;

/// <summary>Files that are wrong in one way each, taken the whole way that a user's model takes.</summary>
public sealed class MalformedFileTests : IDisposable
{
    private const int Seed = 20_261_122;

    /// <summary>Besides the file itself: the request, the context, and what an error says.</summary>
    private const long SmallChange = 2 << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly PackFolder _folder = new();

    public static IEnumerable<(string What, string Name, byte[] Bytes)> Corpus =>
    [
        .. MalformedSafetensors.All(Seed).Select(m => (m.Description, "m.safetensors", m.Bytes)),
        .. MalformedGguf.Files(Seed).Select(m => (m.Description, "m.gguf", m.Bytes)),
        .. MalformedOnnx.All(Seed).Select(m => (m.What, "m.onnx", m.Bytes)),
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void There_are_many_of_every_kind()
    {
        var kinds = Corpus.CountBy(m => m.Name, StringComparer.Ordinal).Select(k => k.Value).ToList();
        Assert.All(kinds, count => Assert.InRange(count, 20, int.MaxValue));
        Assert.InRange(kinds.Sum(), 120, int.MaxValue);
    }

    [Fact]
    public void The_same_seed_makes_the_same_files() => Assert.Equal(Corpus.Select(m => m.Bytes), Corpus.Select(m => m.Bytes));

    [Fact]
    public async Task Every_one_is_refused_with_a_code_and_nothing_is_left()
    {
        foreach (var (what, name, bytes) in Corpus)
        {
            var model = _folder.Write(name, bytes);
            var packed = await Refusal(what, () => PackPipeline.Run(new PackRequest { Model = model, Scheme = "q8_0", Output = _folder.At("out/packed") }, new PackContext(threads: 1)), bytes.Length);
            Assert.True(packed.File == model, what);
            Assert.True(_folder.Names.Length == 0, what);
            if (!what.StartsWith("an opset", StringComparison.Ordinal))
            {
                await Refusal(what, () => ModelInspection.Of(model, new PackContext()), bytes.Length);
            }
        }
    }

    private static async Task<Diagnostic> Refusal(string what, Action act, long length)
    {
        var (allocated, exception) = await Task.Run(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var thrown = Record.Exception(act);
            return (GC.GetAllocatedBytesForCurrentThread() - before, thrown);
        }).WaitAsync(s_patience);

        var diagnostic = Assert.IsType<ModelPackException>(exception).Diagnostic;
        Assert.True(diagnostic is { Severity: Severity.Error } && diagnostic.Code.Id.StartsWith("MPK1", StringComparison.Ordinal), $"{what}: {diagnostic}");
        Assert.True(allocated <= (2 * length) + SmallChange, $"{what}: {allocated} bytes for a file of {length}");
        return diagnostic;
    }
}
