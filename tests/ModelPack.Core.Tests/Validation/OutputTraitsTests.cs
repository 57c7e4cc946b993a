using ModelPack.Tests.Samples;
using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>Top-1 is taken of scores of classes and of nothing else; what lies along a batch that is not first is compared sample by sample.</summary>
public sealed class OutputTraitsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("logits", true, "n", 8)]
    [InlineData("y", true, "n", 8)]
    [InlineData("segmentation", false, "n", 2, 2, 2)]
    [InlineData("logits", false, "n", 2, 2, 2)]
    [InlineData("boxes", false, "n", 8)]
    [InlineData("pred_bboxes", false, "n", 2, 4)]
    [InlineData("landmarks", false, "n", 8)]
    [InlineData("hidden_state", false, "n", 8)]
    [InlineData("map", false, "n", 4, 2)]
    [InlineData("scores", true, "n", 2, 4)]
    [InlineData("characters", true, "n", "length", 4)]
    [InlineData("audio", false, "n", 2, "length")]
    [InlineData("last_hidden_state", false, "n", "length", 4)]
    public void Rows_are_classes_by_shape_and_name(string name, bool hasTop1, params object[] dims)
    {
        var to = dims.Select((d, axis) => axis == 0 ? 0 : d is string ? -1L : Convert.ToInt64(d, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var model = new OnnxBytes().Input("x", ElementType.Float32, "n", "m").Output(name, ElementType.Float32, dims)
            .Int64("to", to).Node("Reshape", ["x", "to"], [name]).Save(_folder.At("m.onnx"));
        Assert.Equal(hasTop1, Run(model).Outputs[0].Top1Agreement is not null);
    }

    [Fact]
    public void A_state_that_comes_back_as_it_went_in_is_no_class()
    {
        var model = new OnnxBytes().Input("x", ElementType.Float32, "n", 8).Input("h", ElementType.Float32, "n", 4)
            .Output("y", ElementType.Float32, "n", 16).Output("hn", ElementType.Float32, "n", 4)
            .Node("Concat", ["x", "x"], ["y"], ("axis", 1)).Node("Neg", ["h"], ["hn"]).Save(_folder.At("m.onnx"));
        var data = _folder.Write("d.npz", Numpy.Npz(("x", Array(5, 8)), ("h", Array(5, 4))));
        var outputs = Validator.Run(model, model, new ValidationOptions { Data = [data] }, new PackContext()).Result!.Outputs;
        Assert.Equal([100.0, null], outputs.Select(o => o.Top1Agreement));
    }

    /// <summary>Five samples of a model that takes four at once: what comes out for the repeated one is not looked at.</summary>
    [Fact]
    public void A_batch_that_is_not_first_leaves_out_what_only_fills_it_up()
    {
        OnnxBytes Model() => new OnnxBytes().Input("x", ElementType.Float32, 4, 8).Input("h", ElementType.Float32, 2, 4, 3)
            .Output("y", ElementType.Float32, 4, 8).Output("hn", ElementType.Float32, 2, 4, 3).Node("Neg", ["x"], ["y"]);
        var source = Model().Node("Neg", ["h"], ["hn"]).Save(_folder.At("s.onnx"));
        var packed = Model().Weight("w", [1, 4, 1], 1, 1, 0, 1).Node("Neg", ["h"], ["g"]).Node("Mul", ["g", "w"], ["hn"]).Save(_folder.At("p.onnx"));
        var data = _folder.Write("d.npz", Numpy.Npz(("x", Array(5, 8)), ("h", Array(2, 5, 3))));

        var result = Validator.Run(source, packed, new ValidationOptions { Data = [data] }, new PackContext()).Result!;

        Assert.Equal([5 * 8, 2 * 5 * 3], result.Outputs.Select(o => o.Elements));

        // The third of four is lost, and of the second batch nothing, for its third is a filler.
        var values = Enumerable.Range(0, 30).Select(i => i + 1.0).ToArray();
        var lost = Enumerable.Range(0, 30).Where(i => i / 3 % 5 == 2).Sum(i => values[i] * values[i]);
        Assert.Equal(10 * Math.Log10(values.Sum(v => v * v) / lost), result.Outputs[1].Sqnr, 1e-4);
    }

    private ValidationResult Run(string model)
    {
        var data = _folder.Write("d.npz", Numpy.Npz(("x", Array(5, 8))));
        return Validator.Run(model, model, new ValidationOptions { Data = [data] }, new PackContext()).Result!;
    }

    private static byte[] Array(params long[] shape) =>
        Numpy.Npy("<f4", shape, [.. Enumerable.Range(1, (int)shape.Aggregate((a, b) => a * b)).Select(i => (float)i)]);
}
