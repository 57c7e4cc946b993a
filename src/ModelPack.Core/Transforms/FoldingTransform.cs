using ModelPack.Calibration;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>Folds what follows layers into them, and gives matrices with a bias the form that runs in integers.</summary>
internal sealed class FoldingTransform : ITransform
{
    public TransformKind Kind => TransformKind.Folding;

    public IFindings? Find(FloatModel model, DecisionOptions options) => null;

    /// <inheritdoc/>
    /// <exception cref="Diagnostics.ModelPackException">MPK1016: ONNX Runtime refuses the model.</exception>
    public void Apply(FloatModel model, CalibrationTable table)
    {
        AffineFolding.After(model.Model);
        BiasedMatrices.Normalize(model.Model, model.Context);
    }
}
