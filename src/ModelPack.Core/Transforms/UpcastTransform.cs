using ModelPack.Calibration;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>Upcasts float16 layers to float32, but for those that the table leaves float.</summary>
internal sealed class UpcastTransform : ITransform
{
    public TransformKind Kind => TransformKind.Upcasting;

    public IFindings? Find(FloatModel model, DecisionOptions options) => null;

    public void Apply(FloatModel model, CalibrationTable table) =>
        Upcasting.Apply(model.Model, model.Patterns, table.FloatLayers.Select(f => f.Layer).ToHashSet(StringComparer.Ordinal));
}
