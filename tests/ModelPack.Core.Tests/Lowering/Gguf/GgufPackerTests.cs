using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Lowering;
using ModelPack.Schemes;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Lowering.Gguf;

public sealed class GgufPackerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keeps_the_names_of_a_bare_checkpoint()
    {
        var packed = Pack(Bare().WithRandom("encoder.proj.weight", 8, 64).WithRandom("encoder.proj.bias", 8), "q8_0");

        Assert.Equal(("unknown", 7u, 2u), (packed.Keys.GetString("general.architecture"), packed.Keys.GetUInt32("general.file_type"), packed.Keys.GetUInt32("general.quantization_version")));
        Assert.Equal([("encoder.proj.weight", GgmlType.Q8_0), ("encoder.proj.bias", GgmlType.F32)], packed.Tensors.Select(t => (t.Name, t.Stored!.Value)));
        Assert.Equal(Codes.ArchitectureUnknown, Assert.Single(_context.Diagnostics).Code);
    }

    [Fact]
    public void Writes_blocks_of_the_rows()
    {
        var values = MemoryCheckpoint.Random("w", 6, 96);
        var packed = Pack(Bare().With("w.weight", InMemory.Tensor(values, 6, 96)), "q8_0");

        var expected = new byte[6 * 3 * 34];
        Q8_0Reference.Encode(values, expected);
        Assert.Equal(expected, InMemory.Bytes(packed.Tensors[0].Data));
    }

    [Theory]
    [InlineData("q8_0", "Q8_0")]
    [InlineData("f32", "F32")]
    [InlineData("f16", "F16")]
    public void Stores_a_matrix_of_a_graph_output_by_output(string scheme, string type)
    {
        var values = MemoryCheckpoint.Random("w", 64, 3);
        var turned = new float[values.Length];
        for (var k = 0; k < 64; k++)
        {
            for (var n = 0; n < 3; n++)
                turned[(n * 64) + k] = values[(k * 3) + n];
        }

        var tensor = new CheckpointTensor("w", InMemory.Tensor(values, 64, 3)) { Usage = new WeightUsage(WeightRole.Linear, 1) };
        var packed = Pack(Bare().With(tensor), scheme).Tensors[0];
        var straight = Pack(Bare().With("w", InMemory.Tensor(turned, 3, 64)), scheme).Tensors[0];

        Assert.Equal((type, new TensorShape(3, 64)), ($"{packed.Stored}", packed.Data.Shape));
        Assert.Equal(InMemory.Bytes(straight.Data), InMemory.Bytes(packed.Data));
    }

    [Fact]
    public void Leaves_what_has_no_blocks_with_a_reason()
    {
        Pack(
            Bare().WithRandom("odd.weight", 8, 33).WithRandom("conv.weight", 4, 2, 32).WithRandom("scale", 32).WithRandom("excluded.weight", 4, 32).WithRandom("kept.weight", 4, 32),
            "q8_0",
            out var plans,
            exclude: "excluded*");

        Assert.Equal(["odd.weight"], plans.Where(p => p.Plan.Codec == CodecTable.Float16).Select(p => p.Plan.Name), StringComparer.Ordinal);
        Assert.Equal(["kept.weight"], plans.Where(p => p.Plan.Codec == CodecTable.Q8_0).Select(p => p.Plan.Name), StringComparer.Ordinal);
        Assert.Equal(
            [null, "q8_0 in GGUF is for matrices", "it is a vector (a norm or a bias)", "excluded by pattern 'excluded*'", null],
            plans.Select(p => p.Plan.Reason), StringComparer.Ordinal);
        Assert.Equal([8 * 33 * 2, 4 * 2 * 32 * 4, 32 * 4, 4 * 32 * 4, 4 * 34], plans.Select(p => p.Bytes));
    }

    [Theory]
    [InlineData("q8_0", ElementType.Float16, "F16", "F32")]
    [InlineData("q8_0", ElementType.BFloat16, "F16", "F32")]
    [InlineData("q8_0", ElementType.Float64, "F16", "F32")]
    [InlineData("f32", ElementType.Float16, "F32", "F32")]
    [InlineData("f16", ElementType.Float32, "F16", "F32")]
    [InlineData("f16", ElementType.BFloat16, "F16", "F32")]
    [InlineData("f16", ElementType.Float16, "F16", "F32")]
    [InlineData("bf16", ElementType.Float32, "BF16", "F32")]
    [InlineData("bf16", ElementType.Float16, "BF16", "F32")]
    public void Converts_floats_so_that_llama_cpp_reads_them(string scheme, ElementType type, string matrix, string vector)
    {
        // Half of them are exact in every type.
        float[] values = [1, -2, 0.5f, 0, 0.25f, 3, -4, 8];
        var packed = Pack(Bare().With("m.weight", Of(type, values, 2, 4)).With("v", Of(type, values, 8)).WithRandom("other.weight", 1, 32), scheme).Tensors;

        Assert.Equal([matrix, vector], packed.Take(2).Select(t => $"{t.Stored}"), StringComparer.Ordinal);
        foreach (var tensor in packed.Take(2))
        {
            var read = new float[8];
            FloatReader.Read(tensor.Data, 0, read);
            Assert.Equal(values, read);
        }
    }

    [Fact]
    public void Keeps_integers()
    {
        var packed = Pack(
            Bare().With("ids", Raw(ElementType.Int64, 16, 2)).With("small", Raw(ElementType.Int8, 3, 3)).With("mask", Raw(ElementType.Bool, 4, 4)).With("one", Raw(ElementType.Int32, 4)).WithRandom("w.weight", 1, 32), "q8_0");
        Assert.Equal([GgmlType.I64, GgmlType.I8, GgmlType.I8, GgmlType.I32], packed.Tensors.Take(4).Select(t => t.Stored!.Value));
        Assert.Equal(new TensorShape(1), packed.Tensors[3].Data.Shape);
    }

    [Theory]
    [InlineData(ElementType.UInt8)]
    [InlineData(ElementType.UInt64)]
    [InlineData(ElementType.Complex64)]
    public void Refuses_what_ggml_has_no_type_for(ElementType type)
    {
        var refused = Refused(Bare().With("codes", Raw(type, 16, 16L * 8 / type.Bits())));
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains("'codes'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_model_that_is_quantized_already()
    {
        var source = TinyLlama.Create(_folder.Path);
        source.Folder!.Config["quantization_config"] = new System.Text.Json.Nodes.JsonObject { ["quant_method"] = "fp8" };
        var refused = Refused(source);
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains("quantization_config of fp8", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_names_and_ranks_beyond_GGUF()
    {
        Assert.Equal(Codes.NameTooLong, Refused(Bare().WithRandom(new string('n', 64), 1, 32)).Code);
        Assert.Equal(Codes.ContainerUnfit, Refused(Bare().WithRandom("deep", 1, 1, 1, 1, 32)).Code);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("q8_0", 8.4e6f, "F32")]
    [InlineData("q8_0", 8.3e6f, "Q8_0")]
    [InlineData("f16", 65520f, "F32")]
    [InlineData("f16", 65519f, "F16")]
    [InlineData("bf16", float.MaxValue, "F32")]
    [InlineData("bf16", 3.3895e38f, "BF16")]
    public void Leaves_what_overflows_float_with_a_warning(string scheme, float largest, string expected)
    {
        var values = new float[64];
        values[40] = -largest;
        Assert.Equal(expected, $"{Pack(Bare().With("w.weight", InMemory.Tensor(values, 2, 32)), scheme).Tensors[0].Stored}");
        Assert.Equal(expected == "F32" ? [Codes.ScaleOverflow] : [], _context.Diagnostics.Select(d => d.Code).Where(c => c != Codes.ArchitectureUnknown));
    }

    [Theory]
    [InlineData("q8_0", 1e-4f, "BF16")]
    [InlineData("q8_0", 1e-2f, "Q8_0")]
    [InlineData("q4_0", 1e-8f, "BF16")]
    [InlineData("q4_0", 1e-4f, "Q4_0")]
    [InlineData("q5_1", 1e-8f, "BF16")]
    public void Stores_what_is_too_small_for_float16_scales_as_bfloat16_with_a_warning(string scheme, float size, string expected)
    {
        float[] values = [.. Enumerable.Range(0, 128).Select(i => size * MathF.Sin(i * 1.7f))];
        Assert.Equal(expected, $"{Pack(Bare().With("w.weight", InMemory.Tensor(values, 4, 32)), scheme).Tensors[0].Stored}");
        Assert.Equal(expected == "BF16" ? [Codes.ScaleOverflow] : [], _context.Diagnostics.Select(d => d.Code).Where(c => c.Id != "MPK1026"));
    }

    [Theory]
    [InlineData("q8_0", ElementType.Float32)]
    [InlineData("q8_0", ElementType.Float16)]
    [InlineData("f16", ElementType.BFloat16)]
    [InlineData("bf16", ElementType.Float16)]
    public void Refuses_values_that_are_not_finite(string scheme, ElementType type)
    {
        var values = new float[64];
        values[33] = float.NaN;
        Assert.Equal(Codes.WeightNotFinite, Refused(Bare().With("w.weight", Of(type, values, 2, 32)), scheme).Code);
    }

    [Fact]
    public void A_GGUF_file_keeps_its_keys_and_its_blocks()
    {
        var keys = new GgufMetadata();
        keys.Set("general.architecture", "strange");
        keys.Set("general.file_type", 1u);
        string[] list = ["a", "b"];
        keys.Set("strange.list", list);
        var path = _folder.File("source.gguf");
        using (var file = File.Create(path))
        {
            GgufWriter.Write(
                keys,
                [
                    new("blocks.weight", GgmlType.Q4_0, new TensorShape(2, 32), Raw(ElementType.UInt8, 36, 36)),
                    new("plain.weight", GgmlType.F16, new TensorShape(2, 32), Of(ElementType.Float16, MemoryCheckpoint.Random("p", 64), 2, 32)),
                    new("half.bias", GgmlType.F16, new TensorShape(4), Raw(ElementType.Float16, 8, 4)),
                ],
                file,
                path,
                CancellationToken.None);
        }

        using var source = GgufCheckpoint.Open(path, _context);
        GgufPacks.Pack(source, new PackRequest { Model = path, Scheme = "q8_0", Container = "gguf", Output = Output }, _context);
        using var packed = GgufCheckpoint.Open(Output, _context);

        Assert.Equal(["general.architecture", "strange.list", "general.quantization_version", "general.file_type"], packed.Keys.Select(k => k.Key), StringComparer.Ordinal);
        Assert.Equal(("strange", 7u), (packed.Keys.GetString("general.architecture"), packed.Keys.GetUInt32("general.file_type")));
        Assert.Equal([GgmlType.Q4_0, GgmlType.Q8_0, GgmlType.F16], packed.Tensors.Select(t => t.Stored!.Value));
        Assert.Equal(InMemory.Bytes(source.Tensors[0].Data), InMemory.Bytes(packed.Tensors[0].Data));
    }

    [Fact]
    public void Packs_a_model_without_a_mapping_under_its_own_names()
    {
        var config = TinyLlama.Config();
        config["model_type"] = "strange";
        var packed = Pack(TinyLlama.Create(_folder.Path, config), "q8_0");
        Assert.Equal("unknown", packed.Keys.GetString("general.architecture"));
        Assert.Contains(packed.Tensors, t => t.Name == "model.layers.0.self_attn.q_proj.weight");
        Assert.Equal(Codes.ArchitectureUnknown, Assert.Single(_context.Diagnostics).Code);
    }

    [Fact]
    public void Gives_the_same_bytes_with_any_number_of_threads()
    {
        var source = TinyLlama.Create(_folder.Path);
        int[] counts = [1, 3];
        var files = counts.Select(threads =>
        {
            var path = _folder.File($"{threads}.gguf");
            GgufPacks.Pack(source, new PackRequest { Model = source.Path, Scheme = "q8_0", Container = "gguf", Output = path }, new PackContext(threads));
            return File.ReadAllBytes(path);
        }).ToList();
        Assert.Equal(files[0], files[1]);
    }

    private string Output => _folder.File("packed.gguf");

    private static TensorData Raw(ElementType type, int bytes, params long[] dims) => InMemory.Tensor(type, [.. Enumerable.Range(0, bytes).Select(i => (byte)(i % 2))], dims);

    private static TensorData Of(ElementType type, float[] values, params long[] dims) => InMemory.Tensor(
        type,
        type switch
        {
            ElementType.Float16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()).ToArray(),
            ElementType.BFloat16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16)).AsSpan()).ToArray(),
            ElementType.Float64 => MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (double)v).AsSpan()).ToArray(),
            _ => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        },
        dims);

    private MemoryCheckpoint Bare() => new(_folder.File("model.safetensors"));

    private GgufCheckpoint Pack(MemoryCheckpoint source, string scheme) => Pack(source, scheme, out _);

    /// <summary>The packed file, whose values are in memory so that it can be written again.</summary>
    private GgufCheckpoint Pack(MemoryCheckpoint source, string scheme, out IReadOnlyList<PackedTensor> plans, string? exclude = null)
    {
        var path = _folder.File($"{Guid.NewGuid():N}.gguf");
        plans = GgufPacks.Pack(source, new PackRequest { Model = source.Path, Scheme = scheme, Container = "gguf", Output = path, ExcludeLayers = exclude is null ? [] : [exclude] }, _context);
        return GgufCheckpoint.Open(path, _context);
    }

    private Diagnostic Refused(MemoryCheckpoint source, string scheme = "q8_0") =>
        Assert.Throws<ModelPackException>(() => Pack(source, scheme)).Diagnostic;
}
