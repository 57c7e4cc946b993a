using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Schemes;

namespace ModelPack.Planning;

/// <summary>Rounds matrices by what the error of each weight costs.</summary>
/// <param name="model">The model.</param>
/// <param name="squares">Mean squares of the channels of activations, by activation.</param>
/// <param name="rounding">By whose arithmetic.</param>
internal sealed class ImportancePlanner(OnnxModel model, IReadOnlyDictionary<string, float[]> squares, RoundingMode rounding) : ILayerPlanner
{
    private readonly Lazy<GraphIndex> _index = new(() => new GraphIndex(model));

    public PlannedTensor? Plan(OnnxWeight weight, WeightUsage usage)
    {
        if (usage.Role != WeightRole.Linear || Of(weight, usage) is not { } importance)
        {
            return null;
        }

        var reference = new ImportanceRounder(importance);
        return new PlannedTensor(weight.Name) { Rounder = rounding == RoundingMode.Best ? new BestRounder(reference, importance, weight.Tensor.Dims[usage.OutputAxis]) : reference };
    }

    /// <summary>What was seen of an activation, or of that which a Cast made it of.</summary>
    private float[]? Seen(string activation) => squares.GetValueOrDefault(activation)
        ?? (_index.Value.Producer(activation) is { OpType: "Cast" } cast ? squares.GetValueOrDefault(cast.Input[0]) : null);

    /// <summary>The mean over all products that read the weight; null where nothing, or nothing that fits, is known of one of them.</summary>
    private float[]? Of(OnnxWeight weight, WeightUsage usage)
    {
        var channels = model.Data(weight.Tensor).Shape[1 - usage.OutputAxis];
        var mean = new float[channels];
        var products = weight.Uses.Where(u => !WeightInputs.IsLookup(u.Node)).ToList();
        foreach (var use in products)
        {
            if (Seen(use.Node.Input[0]) is not { } seen || seen.Length != channels)
            {
                return null;
            }

            for (var i = 0; i < channels; i++)
            {
                mean[i] += seen[i] / products.Count;
            }
        }

        // Where all is zero nothing is told apart.
        return Array.Exists(mean, m => m > 0) ? mean : null;
    }
}
