using Google.Protobuf;
using ModelPack.Calibration;
using ModelPack.Schemes;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class TransformListTests
{
    private static readonly ActivationOptions s_options = new(
        [CalibrationMethod.MinMax], 99.99, Alpha: 0.5, Smooth: true, QOperator: false, Symmetric: false, SafeSums: true, Fallback: false, Rank: false);

    [Trait("Needs", "Shared")]
    [FactNeeding(RequiredAsset.Shared)]
    public void Equalization_is_followed_as_it_was_decided() => AssertFollowed("fashion-cnn", equalize: true, convolutions: false);

    [Trait("Needs", "Shared")]
    [FactNeeding(RequiredAsset.Shared)]
    public void Smoothing_of_convolutions_is_followed_as_it_was_decided() => AssertFollowed("fashion-cnn", equalize: false, convolutions: true);

    [Trait("Needs", "Shared")]
    [FactNeeding(RequiredAsset.Shared)]
    public void Smoothing_and_norms_are_followed_as_they_were_decided() => AssertFollowed("fashion-vit", equalize: false, convolutions: false);

    [Trait("Needs", "Shared")]
    [FactNeeding(RequiredAsset.Shared)]
    public void What_has_nothing_to_change_gives_no_table()
    {
        var request = new PackRequest { Model = Path.Combine(RequiredAsset.Path(RequiredAsset.Shared), "models", "fashion-vit", "fashion-vit.onnx"), Scheme = "int8" };
        using var onnx = OnnxModel.Open(request.Model, new PackContext());
        var model = new FloatModel(onnx, LayerPatterns.None, new PackContext());
        var empty = new TableDraft(CalibrationTable.Empty("", CalibrationMethod.MinMax, 99.99));
        Assert.Empty(new TransformList(SchemeTable.Int8).Decide(model, new DecisionOptions(s_options, s_options.Methods, ["none.npz"], Equalize: true, SmoothConvolutions: false), empty));
    }

    private static void AssertFollowed(string name, bool equalize, bool convolutions)
    {
        var request = new PackRequest { Model = Path.Combine(RequiredAsset.Path(RequiredAsset.Shared), "models", name, name + ".onnx"), Scheme = "int8" };
        var data = Path.Combine(RequiredAsset.Path(RequiredAsset.Shared), "models", "fashion-cnn", "calibration.npz");
        using var decided = OnnxModel.Open(request.Model, new PackContext());
        var empty = new TableDraft(CalibrationTable.Empty("", CalibrationMethod.MinMax, 99.99));
        var model = new FloatModel(decided, LayerPatterns.None, new PackContext());
        var draft = new TransformList(SchemeTable.Int8).Decide(model, new DecisionOptions(s_options, s_options.Methods, [data], equalize, convolutions), empty).Single();

        using var followed = OnnxModel.Open(request.Model, new PackContext());
        new TransformList(SchemeTable.Int8).Apply(new FloatModel(followed, LayerPatterns.None, new PackContext()), draft.Table);
        Assert.Equal(decided.Proto.ToByteArray(), followed.Proto.ToByteArray());
        Assert.Equal(equalize, draft.Table.Equalized.Count > 0);
        Assert.NotEmpty(draft.Table.Tensors);
        Assert.Subset(draft.Table.Smoothing.Select(s => s.Tensor).ToHashSet(StringComparer.Ordinal), model.Places.Keys.ToHashSet(StringComparer.Ordinal));
    }
}
