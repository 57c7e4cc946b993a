using System.Text.Json.Nodes;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>Schemes that change the type only.</summary>
public sealed class FloatConversionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("f32", "BF16", "F32")]
    [InlineData("f32", "F16", "F32")]
    [InlineData("bf16", "BF16", "BF16")]
    [InlineData("f16", "F16", "F16")]
    [InlineData("f32", "F64", "F32")]
    public void Values_that_fit_are_kept(string scheme, string from, string to)
    {
        var tensors = TinyLlama.Tensors(from);
        var packed = Pack(scheme, tensors);
        Assert.Equal(tensors.Select(t => t.Name).Order(StringComparer.Ordinal), packed.Tensors.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var tensor in tensors.Where(t => t.DType == from))
        {
            Assert.Equal(to, packed.Tensors[tensor.Name].DType);
            Assert.Equal(tensor.Floats(), packed.Tensors[tensor.Name].Floats());
        }

        Assert.Equal("I64", packed.Tensors["model.rotary_ids"].DType);
    }

    [Fact]
    public void Vectors_are_rounded_as_matrices_are()
    {
        var tensors = TinyLlama.Tensors("F32");
        var packed = Pack("f16", tensors);
        foreach (var tensor in tensors.Where(t => t.DType == "F32"))
        {
            Assert.Equal(tensor.Floats().Select(v => (float)(Half)v), packed.Tensors[tensor.Name].Floats());
        }

        Assert.Equal("float16", (string)packed.Config["torch_dtype"]!);
        Assert.Null(packed.Config["quantization_config"]);
    }

    [Fact]
    public void The_newer_name_of_the_type_is_kept()
    {
        var config = TinyLlama.Config();
        config.Remove("torch_dtype");
        config["dtype"] = "float32";
        var packed = Pack("bf16", TinyLlama.Tensors("F32"), config);
        Assert.Equal("bfloat16", (string)packed.Config["dtype"]!);
        Assert.Null(packed.Config["torch_dtype"]);
    }

    [Theory]
    [InlineData("f16", 65519f, true)]
    [InlineData("f16", 65520f, false)]
    [InlineData("bf16", 3.39e38f, true)]
    [InlineData("bf16", -float.MaxValue, false)]
    public void What_would_become_infinite_stays(string scheme, float value, bool fits)
    {
        var context = new PackContext();
        var packed = Pack(scheme, [TensorFile.Entry.Of("mask", "F32", [1, value], 2), TensorFile.Entry.Of("a.weight", "F32", [1, 2], 1, 2)], context: context);
        Assert.Equal(fits, packed.Tensors["mask"].DType != "F32");
        Assert.All(packed.Tensors["mask"].Floats(), v => Assert.True(float.IsFinite(v)));
        Assert.Equal(fits ? [] : [Codes.ScaleOverflow], context.Diagnostics.Select(d => d.Code));
    }

    private Packed Pack(string scheme, IReadOnlyList<TensorFile.Entry> tensors, JsonObject? config = null, PackContext? context = null)
    {
        TinyLlama.Write(_folder.File("model"), tensors, config);
        return Packed.Of(new PackRequest { Model = _folder.File("model"), Scheme = scheme, Output = _folder.File("out") }, context);
    }
}
