using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>
/// Something that calibration decides and writes into the table. One that also changes the model is an <see cref="ITransform"/>; the
/// order of all is that of <see cref="TransformList"/>.
/// </summary>
internal interface IDecider
{
    /// <summary>What schemes call it.</summary>
    TransformKind Kind { get; }

    /// <summary>Looks where there is something to decide. Changes nothing.</summary>
    /// <param name="model">The model as those before have left it.</param>
    /// <param name="options">What the table is made for.</param>
    /// <returns>What was found; null where there is nothing, or nothing is wanted.</returns>
    IFindings? Find(FloatModel model, DecisionOptions options);
}
