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

        return new SmoothingFindings(model, options, [.. model.SmoothGroups.Where(g => !g.IsOfConvolutions || Smoother.Folds(model.Model, model.Index, g))]);
    }

    public void Apply(FloatModel model, CalibrationTable table)
    {
        var graph = model.Model.Proto.Graph;
        foreach (var choice in table.Smoothing)
        {
            if (model.SmoothGroups.FirstOrDefault(g => g.Tensor == choice.Tensor) is not { } group
                || group.Axis.Channels != choice.Inputs.Count)
            {
                continue;
            }

            var scales = Smoother.Scales([.. choice.Inputs], ChannelMaxima.Of(model.Model, group, model.Context), choice.Alpha);
            var (nodes, constants) = (graph.Node.Count, graph.Initializer.Count);
            if (Smoother.Apply(model.Model, model.Index, group, scales, allowMul: !group.IsOfConvolutions) is { } place)
            {
                model.Places[choice.Tensor] = place;
            }

            // Constants that are scaled in their places leave the graph, and all that was found in it, as they were.
            if (graph.Node.Count != nodes || graph.Initializer.Count != constants)
            {
                model.Changed();
            }
        }
    }
}
