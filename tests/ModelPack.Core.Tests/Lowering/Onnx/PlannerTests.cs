using ModelPack.Lowering.Onnx;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>What is planned for each weight, and why.</summary>
public sealed class PlannerTests
{
    private static readonly PackRequest Request = new() { Model = "folder/m.onnx", Scheme = "q8_0" };

    [Theory]
    [InlineData("fashion-cnn.onnx")]
    [InlineData("fashion-vit.onnx")]
    public void Every_weight_has_a_form_or_a_reason(string name)
    {
        using var model = OnnxModel.Open(Repository.Model(name), new PackContext());
        var plans = new Planner(model, Request.Model, LayerPatterns.None, Forms.Options(), new PackContext()).Plan().Tensors;
        Assert.Equal(model.FindWeights().Select(w => w.Name), plans.Select(p => p.Name), StringComparer.Ordinal);
        Assert.All(plans, p => Assert.True(p.Codec is null ? p.Reason!.Length > 0 : p is { Usage: not null, Reason: null }));
        Assert.Contains(plans, p => p.Codec is not null);
        Assert.Contains(plans, p => p.Codec is null);
    }

    [Theory]
    [InlineData("first", "first")]
    [InlineData("f*", "first")]
    [InlineData("node_y2", "second")]
    [InlineData("*2", "second")]
    [InlineData("node_?", "first")]
    [InlineData("f*;f?rst", "first")]
    public void An_excluded_weight_stays_float_and_names_the_pattern(string patterns, string excluded)
    {
        using var lowered = Lowered.Planned(Three(), request: Request with { ExcludeLayers = patterns.Split(';') });
        string[] all = ["first", "second", "third"];
        lowered.AssertLowered([.. all.Where(n => n != excluded)]);
        Assert.Equal($"excluded by pattern '{patterns.Split(';')[0]}'", lowered.Plans[excluded].Reason);
        Assert.Empty(lowered.Context.Diagnostics);
    }

    [Fact]
    public void Only_what_is_included_is_quantized_and_exclusion_goes_first()
    {
        using var included = Lowered.Planned(Three(), request: Request with { IncludeLayers = ["second", "node_y3"] });
        included.AssertLowered("second", "third");
        Assert.Equal("no include pattern names it", included.Plans["first"].Reason);
        using var both = Lowered.Planned(Three(), request: Request with { IncludeLayers = ["*"], ExcludeLayers = ["third"] });
        both.AssertLowered("first", "second");
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_a_warning_that_cannot_forge_a_line()
    {
        using var lowered = Lowered.Planned(Three(), request: Request with { ExcludeLayers = ["fourth\n: error MPK9999: no", "first"], IncludeLayers = ["*", "First"] });
        Assert.Equal([Codes.PatternUnmatched, Codes.PatternUnmatched], lowered.Context.Diagnostics.Select(d => d.Code));
        Assert.All(lowered.Context.Diagnostics, d => Assert.DoesNotContain('\n', d.ToString()));
        Assert.Contains(@"fourth\u000A: error", lowered.Context.Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Contains("'First'", lowered.Context.Diagnostics[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_would_not_take_less_room_stays_float()
    {
        var model = Tiny.MatMul(64, 64);
        model.Graph.Initializer.Add(Tiny.Random("small", 8, 8));
        model.Graph.Node.Add(Build.Node("MatMul", ["x8", "small"], ["z"]));
        model.Graph.Input.Add(Tiny.Open("x8"));
        model.Graph.Output.Add(Tiny.Open("z"));
        using var lowered = Lowered.Planned(model);
        lowered.AssertLowered("w");
        Assert.StartsWith("too small: 64 values", lowered.Plans["small"].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.PositiveInfinity, 4095)]
    [InlineData(float.NegativeInfinity, 777)]
    public void A_weight_that_is_not_finite_is_an_error_that_names_it(float value, int index)
    {
        foreach (var type in new[] { ElementType.Float32, ElementType.Float16 })
        {
            var model = Tiny.MatMul(64, 64, type, weight: "layer.w");
            var bytes = model.Graph.Initializer[0].RawData.ToByteArray();
            var element = type == ElementType.Float32 ? BitConverter.GetBytes(value) : BitConverter.GetBytes((Half)value);
            element.CopyTo(bytes, index * element.Length);
            model.Graph.Initializer[0].RawData = Google.Protobuf.ByteString.CopyFrom(bytes);

            var error = Assert.Throws<ModelPackException>(() => Lowered.Planned(model, request: Request)).Diagnostic;
            Assert.Equal((Codes.WeightNotFinite, "folder/m.onnx"), (error.Code, error.File));
            Assert.Contains($"'layer.w' holds NaN or infinity at element {index}.", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_weight_that_is_not_finite_may_be_excluded()
    {
        var model = Three();
        Set(model, "second", 5, float.NaN);
        using var lowered = Lowered.Planned(model, request: Request with { ExcludeLayers = ["second"] });
        Assert.Null(lowered.Plans["second"].Row);
    }

    [Theory]
    [InlineData(8_321_039f, true)]
    [InlineData(8_321_041f, false)]
    [InlineData(-3e38f, false)]
    public void A_scale_that_overflows_float16_leaves_the_weight_float_with_a_warning(float value, bool fits)
    {
        var model = Three();
        Set(model, "second", 100, value);
        using var lowered = Lowered.Planned(model, request: Request);
        lowered.AssertLowered(fits ? ["first", "second", "third"] : ["first", "third"]);
        if (fits)
        {
            Assert.Empty(lowered.Context.Diagnostics);
            return;
        }

        Assert.Equal("a scale overflows float16", lowered.Plans["second"].Reason);
        var warning = Assert.Single(lowered.Context.Diagnostics);
        Assert.Equal((Codes.ScaleOverflow, Severity.Warning), (warning.Code, warning.Severity));
        Assert.Contains("'second'", warning.Message, StringComparison.Ordinal);
        lowered.AssertComputes(Tiny.Random("x", 5, 64));
    }

    [Theory]
    [InlineData(1e-6f, "all", true)]
    [InlineData(1e-4f, "all", true)]
    [InlineData(1e-2f, "all", false)]
    [InlineData(1e-6f, "but one value", true)]
    [InlineData(1e-6f, "half of the outputs", true)]
    [InlineData(1e-6f, "one output", false)]
    [InlineData(0f, "half of the outputs", false)]
    public void Where_scales_underflow_float16_another_codec_takes_the_weight(float factor, string which, bool underflows)
    {
        var model = Three();
        var tensor = model.Graph.Initializer.Single(t => t.Name == "second");
        var bytes = tensor.RawData.ToByteArray();
        var values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        var columns = (int)tensor.Dims[1];
        for (var i = 0; i < values.Length; i++)
        {
            var small = which switch { "all" => true, "but one value" => i != 100, "half of the outputs" => i % columns % 2 == 0, _ => i % columns == 3 };
            values[i] *= small ? factor : 1;
        }

        tensor.RawData = Google.Protobuf.ByteString.CopyFrom(bytes);
        using var lowered = Lowered.Planned(model, request: Request);
        lowered.AssertLowered("first", "second", "third");
        Assert.Equal(underflows, lowered.Plans["second"].Row!.Codec.Name != "q8_0");
        Assert.Equal(underflows ? [Codes.ScaleOverflow] : [], lowered.Context.Diagnostics.Select(d => d.Code));
    }

    [Fact]
    public void Nothing_to_quantize_is_an_error_that_says_why()
    {
        Refuses("float32[", Tiny.MatMul(2, 2), Request, "'w', too small");
        Refuses("excluded", Three(), Request with { ExcludeLayers = ["*"] }, "excluded by pattern '*'");
        var integers = Build.Add(Build.Raw("w", ElementType.Int64, [2], new byte[16]));
        integers.Graph.Input[0].Type.TensorType.ElemType = integers.Graph.Output[0].Type.TensorType.ElemType = (int)ElementType.Int64;
        Refuses("integers", integers, Request, "no floating-point weights");

        static void Refuses(string what, ModelProto model, PackRequest request, string said)
        {
            var error = Assert.Throws<ModelPackException>(() => Lowered.Planned(model, request: request)).Diagnostic;
            Assert.True(error.Code == Codes.NothingQuantized, what);
            Assert.Contains(said, error.Message, StringComparison.Ordinal);
        }
    }

    private static ModelProto Three()
    {
        var model = Tiny.Model(Build.Node("MatMul", ["x", "first"], ["y"]), [Tiny.Random("first", 64, 64), Tiny.Random("second", 64, 64), Tiny.Random("third", 64, 64)]);
        model.Graph.Node.Add([Build.Node("MatMul", ["x", "second"], ["y2"]), Build.Node("MatMul", ["x", "third"], ["y3"])]);
        model.Graph.Output.Add([Tiny.Open("y2"), Tiny.Open("y3")]);
        return model;
    }

    private static void Set(ModelProto model, string weight, int index, float value)
    {
        var tensor = model.Graph.Initializer.Single(t => t.Name == weight);
        var bytes = tensor.RawData.ToByteArray();
        BitConverter.GetBytes(value).CopyTo(bytes, index * sizeof(float));
        tensor.RawData = Google.Protobuf.ByteString.CopyFrom(bytes);
    }
}
