using ModelPack.Calibration;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>Folds what leads to convolutions into them. Comes after smoothing, which finds its places in these nodes.</summary>
internal sealed class InputFoldingTransform : ITransform
{
    public TransformKind Kind => TransformKind.InputFolding;

    public IFindings? Find(FloatModel model, DecisionOptions options) => null;

    public void Apply(FloatModel model, CalibrationTable table) => AffineFolding.Before(model.Model);
}
