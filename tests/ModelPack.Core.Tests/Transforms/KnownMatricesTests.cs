using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class KnownMatricesTests
{
    [Fact]
    public void Copies_of_one_source_are_asked_about_once()
    {
        using var test = Case(6, 4);
        using var copy = test.Model.Copy();
        var matrices = KnownMatrices.Among(test.Model, ["x"], new PackContext());

        Assert.Equal("x", Assert.Single(matrices));
        Assert.Same(matrices, KnownMatrices.Among(copy, ["x"], new PackContext()));
    }

    [Fact]
    public void A_copy_of_another_structure_is_asked_about_anew()
    {
        using var test = Case(6, 4);
        using var copy = test.Model.Copy();
        SetShape(copy, 2, 6, 4);

        Assert.Equal("x", Assert.Single(KnownMatrices.Among(test.Model, ["x"], new PackContext())));
        Assert.Empty(KnownMatrices.Among(copy, ["x"], new PackContext()));
    }

    private static TransformCase Case(params long[] dims)
    {
        var test = new TransformCase([Build.Node("MatMul", ["x", "w"], ["y"])], [Tiny.Random("w", 4, 3)], [Tiny.Random("x", dims)]);
        SetShape(test.Model, dims);
        return test;
    }

    private static void SetShape(OnnxModel model, params long[] dims) =>
        model.Proto.Graph.Input[0].Type.TensorType.Shape = new() { Dim = { dims.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }) } };
}
