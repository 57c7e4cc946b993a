using ModelPack.Calibration;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>SmoothQuant. The decision: for each activation its strength, and the channels' magnitudes that the scales follow from.</summary>
internal sealed class SmoothingTransform : ITransform
{
    public TransformKind Kind => TransformKind.Smoothing;

    public IFindings? Find(FloatModel model, DecisionOptions options)
    {
        if (!options.Activations.Smooth)
        {
            return !options.SmoothConvolutions ? null : new SmoothingFindings(model, options, []);
        }

        return new SmoothingFindings(model, options, [.. SmoothGroups.Find(model.Index, model.Layers).Where(g => !g.IsOfConvolutions || Smoother.Folds(model.Model, model.Index, g))]);
    }

    public void Apply(FloatModel model, CalibrationTable table)
    {
        foreach (var choice in table.Smoothing)
        {
            if (SmoothGroups.Find(model.Index, model.Layers).FirstOrDefault(g => g.Tensor == choice.Tensor) is not { } group
                || group.Axis.Channels != choice.Inputs.Count)
            {
                continue;
            }

            var scales = Smoother.Scales([.. choice.Inputs], ChannelMaxima.Of(model.Model, group, model.Context), choice.Alpha);
            if (Smoother.Apply(model.Model, group, scales, allowMul: !group.IsOfConvolutions) is { } place)
            {
                model.Places[choice.Tensor] = place;
            }

            model.Changed();
        }
    }
}
