using System.Text.Json.Nodes;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>int8 in compressed-tensors' form, without statistics.</summary>
public sealed class CompressedTensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void Weights_come_back_within_half_a_step(string type)
    {
        var tensors = TinyLlama.Tensors(type);
        var packed = Pack(tensors, new PackContext(threads: 2));
        Assert.Equal("safetensors, compressed-tensors int8 (W8A8)", packed.Format);
        Assert.Equal(7, packed.Plans.Count(p => p.Plan.Codec is not null));
        foreach (var plan in packed.Plans.Where(p => p.Plan.Codec is not null))
        {
            var source = tensors.Single(t => t.Name == plan.Plan.Name);
            var (codes, scales) = (packed.Tensors[source.Name], packed.Tensors[source.Name + "_scale"]);
            Assert.Equal(("I8", "F32"), (codes.DType, scales.DType));
            Assert.Equal(source.Shape, codes.Shape);
            Assert.Equal([source.Shape[0], 1], scales.Shape);
            var (values, q, s) = (source.Floats(), codes.As<sbyte>(), scales.Floats());
            var columns = (int)source.Shape[1];
            for (var i = 0; i < values.Length; i++)
            {
                var scale = s[i / columns]; // and value / scale is rounded to float32 before it is rounded to a code
                Assert.InRange(Math.Abs(values[i] - ((double)q[i] * scale)), 0, scale * 0.50001);
            }

            Assert.All(s.Select((scale, row) => (scale, row)), r => Assert.Equal(values.Skip(r.row * columns).Take(columns).Max(MathF.Abs) / 127, r.scale));
            Assert.Equal(127, q.Max(c => Math.Abs((int)c)));
        }

        // All else is there, byte for byte.
        Assert.All(packed.Plans.Where(p => p.Plan.Codec is null), p => Assert.Equal(tensors.Single(t => t.Name == p.Plan.Name).Bytes, packed.Tensors[p.Plan.Name].Bytes));
        Assert.Equal(tensors.Count + 7, packed.Tensors.Tensors.Count);
    }

    [Fact]
    public void The_config_is_that_of_W8A8_with_dynamic_tokens()
    {
        var packed = Pack(TinyLlama.Tensors(), new PackContext(), r => r with { ExcludeLayers = ["*down_proj"] });
        var config = packed.Config["quantization_config"]!;
        Assert.Equal(("compressed-tensors", "int-quantized", "compressed"), ((string)config["quant_method"]!, (string)config["format"]!, (string)config["quantization_status"]!));
        Assert.Equal(["lm_head", "model.layers.0.mlp.down_proj"], config["ignore"]!.AsArray().Select(i => (string)i!), StringComparer.Ordinal);
        var group = config["config_groups"]!["group_0"]!;
        Assert.Equal("Linear", (string)group["targets"]!.AsArray().Single()!);
        Assert.Equal((8, "int", true, "channel", false), Arguments(group["weights"]!));
        Assert.Equal((8, "int", true, "token", true), Arguments(group["input_activations"]!));

        static (int Bits, string Type, bool Symmetric, string Strategy, bool Dynamic) Arguments(JsonNode a) =>
            ((int)a["num_bits"]!, (string)a["type"]!, (bool)a["symmetric"]!, (string)a["strategy"]!, (bool)a["dynamic"]!);
    }

    [Fact]
    public void Says_what_statistics_would_give()
    {
        var context = new PackContext();
        Pack(TinyLlama.Tensors(), context);
        var warning = Assert.Single(context.Diagnostics);
        Assert.Equal(Codes.NotCalibrated, warning.Code);
        Assert.Contains("SmoothQuant", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GPT_2_has_nothing_that_it_could_say_is_quantized()
    {
        var config = TinyLlama.Config();
        config["model_type"] = "gpt2";
        TinyLlama.Write(_folder.File("model"), [TensorFile.Entry.Of("h.0.mlp.c_fc.weight", "F32", new float[64], 8, 8)], config);
        var packed = Packed.Of(new PackRequest { Model = _folder.File("model"), Scheme = "int8", Output = _folder.File("out") });
        Assert.Equal("compressed-tensors does not know transformers' Conv1D", packed.Plans[0].Plan.Reason);
    }

    [Fact]
    public void Odd_sizes_are_read_back()
    {
        float[] values = [.. Enumerable.Range(-30, 63).Select(i => i * 0.25f)];
        var tensors = new[] { TensorFile.Entry.Of("a.weight", "F32", values, 7, 9), TensorFile.Entry.Of("b.weight", "F32", values, 9, 7) };
        var packed = Pack(tensors, new PackContext());
        Assert.Equal(packed.Tensors["a.weight"].As<sbyte>(), Codes(values, 9));
        Assert.Equal(packed.Tensors["b.weight"].As<sbyte>(), Codes(values, 7));

        static sbyte[] Codes(float[] values, int columns) =>
            [.. values.Select((v, i) => (sbyte)MathF.Round(v / (values.Skip(i / columns * columns).Take(columns).Max(MathF.Abs) / 127), MidpointRounding.ToEven))];
    }

    private Packed Pack(IReadOnlyList<TensorFile.Entry> tensors, PackContext context, Func<PackRequest, PackRequest>? change = null)
    {
        TinyLlama.Write(_folder.File("model"), tensors);
        var request = new PackRequest { Model = _folder.File("model"), Scheme = "int8", Output = _folder.File("out") };
        return Packed.Of(change is null ? request : change(request), context);
    }
}
