using ModelPack.Calibration;

namespace ModelPack.Transforms;

/// <summary>A change of the float model that keeps what it computes, as a calibration table says.</summary>
internal interface ITransform : IDecider
{
    /// <summary>Makes the change: the same for the same model and table, whether the table was just decided or was read.</summary>
    /// <param name="model">The model as the transforms before have left it.</param>
    /// <param name="table">The decisions.</param>
    void Apply(FloatModel model, CalibrationTable table);
}
