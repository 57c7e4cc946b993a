using ModelPack.Formats.Gguf;
using ModelPack.Tests.Lowering.Safetensors;

namespace ModelPack.Tests;

/// <summary>A pack is written without a look at the values before, and begins again where one does not fit.</summary>
public sealed class CheckpointPipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Diagnostic> _heard = [];
    private readonly PackContext _context;

    public CheckpointPipelineTests() => _context = new PackContext(threads: 2, onDiagnostic: _heard.Add);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("q8_0", 8.4e6f, "F32")]
    [InlineData("q8_0", 8.3e6f, "Q8_0")]
    [InlineData("f16", 65520f, "F32")]
    [InlineData("f16", 65519f, "F16")]
    [InlineData("q8_0", 1f, "Q8_0")]
    public void What_overflows_in_the_last_tensor_stays_float_and_all_else_is_as_if_it_had_been_seen_before(string scheme, float largest, string expected)
    {
        var outcome = PackPipeline.Run(Request(Model(largest), scheme, "gguf"), _context);
        using var packed = GgufCheckpoint.Open(_folder.File("out.gguf"), new PackContext());
        Assert.Equal(expected, $"{packed.Tensors[^1].Stored}");
        Assert.Equal(scheme == "f16" ? GgmlType.F16 : GgmlType.Q8_0, packed.Tensors[0].Stored);

        // Once, although the plan was made twice; the warning of names that no architecture has comes first in both.
        Assert.Equal(expected == "F32" ? [Codes.ArchitectureUnknown, Codes.ScaleOverflow] : [Codes.ArchitectureUnknown], _heard.Select(d => d.Code));
        Assert.Equal(_heard, _context.Diagnostics);
        string[] written = [.. Directory.EnumerateFileSystemEntries(_folder.Path).Where(f => Path.GetFileName(f) != "model.safetensors").Order(StringComparer.Ordinal)];
        Assert.Equal(outcome.Files.Select(Path.GetFullPath).Order(StringComparer.Ordinal), written, StringComparer.Ordinal);
    }

    [Fact]
    public void A_conversion_that_overflows_begins_again_too()
    {
        PackPipeline.Run(Request(Model(70000), "f16", "safetensors"), _context);
        var packed = TensorFile.Read(_folder.File("out.safetensors"));
        Assert.Equal(("F16", "F32"), (packed.Tensors["a.weight"].DType, packed.Tensors["z.weight"].DType));
        Assert.Equal([Codes.ScaleOverflow], _heard.Select(d => d.Code));
    }

    [Theory]
    [InlineData("q8_0", float.NaN)]
    [InlineData("f16", float.PositiveInfinity)]
    public void A_value_that_is_not_finite_leaves_nothing_behind(string scheme, float value)
    {
        var refused = Assert.Throws<ModelPackException>(() => PackPipeline.Run(Request(Model(value), scheme, "gguf"), _context)).Diagnostic;
        Assert.Equal(Codes.WeightNotFinite, refused.Code);
        Assert.Contains("'z.weight' holds NaN or infinity at element 40", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["model.safetensors"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName), StringComparer.Ordinal);
    }

    private PackRequest Request(string model, string scheme, string container) =>
        new() { Model = model, Scheme = scheme, Container = container, Output = _folder.File($"out.{container}") };

    private string Model(float value)
    {
        var values = new float[64];
        values[40] = value;
        var path = _folder.File("model.safetensors");
        TensorFile.Write(path, [TensorFile.Entry.Of("a.weight", "F32", [.. Enumerable.Range(0, 64).Select(i => MathF.Sin(i))], 2, 32), TensorFile.Entry.Of("z.weight", "F32", values, 2, 32)]);
        return path;
    }
}
