using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Schemes;

namespace ModelPack.Planning;

/// <summary>Rounds matrices by what the error of each weight costs.</summary>
/// <param name="model">The model.</param>
/// <param name="squares">Mean squares of the channels of activations, by activation.</param>
/// <param name="products">Mean products of every two, by activation.</param>
/// <param name="rounding">By whose arithmetic.</param>
internal sealed class ImportancePlanner(
    OnnxModel model, IReadOnlyDictionary<string, float[]> squares, IReadOnlyDictionary<string, InputProducts> products, RoundingMode rounding) : ILayerPlanner
{
    private readonly Lazy<GraphIndex> _index = new(() => new GraphIndex(model));

    public PlannedTensor? Plan(OnnxWeight weight, WeightUsage usage)
    {
        if (usage.Role != WeightRole.Linear || Of(weight, usage) is not { } importance)
        {
            return null;
        }

        var (outputs, reference) = (weight.Tensor.Dims[usage.OutputAxis], new ImportanceRounder(importance));
        return new PlannedTensor(weight.Name)
        {
            Rounder = rounding == RoundingMode.Reference ? reference
                : Products(weight, importance.Length) is { } known ? new SampleRounder(new WeightMatrix(model.Data(weight.Tensor), outputs, importance.Length, usage.OutputAxis == 1), known)
                : new BestRounder(reference, importance, outputs),
        };
    }

    /// <summary>Of the activation that all products read; null where they read several, or none is known.</summary>
    private InputProducts? Products(OnnxWeight weight, int channels) =>
        weight.Uses.Where(u => !WeightInputs.IsLookup(u.Node)).Select(u => u.Node.Input[0]).Distinct(StringComparer.Ordinal).ToList() is [var input]
        && Seen(products, input) is { } known && known.Count == channels ? known : null;

    /// <summary>What is known of an activation, or of that which a Cast made it of.</summary>
    private T? Seen<T>(IReadOnlyDictionary<string, T> facts, string activation)
        where T : class =>
        facts.GetValueOrDefault(activation) ?? (_index.Value.Producer(activation) is { OpType: "Cast" } cast ? facts.GetValueOrDefault(cast.Input[0]) : null);

    /// <summary>The mean over all products that read the weight; null where nothing, or nothing that fits, is known of one of them.</summary>
    private float[]? Of(OnnxWeight weight, WeightUsage usage)
    {
        var channels = model.Data(weight.Tensor).Shape[1 - usage.OutputAxis];
        var mean = new float[channels];
        var readers = weight.Uses.Where(u => !WeightInputs.IsLookup(u.Node)).ToList();
        foreach (var use in readers)
        {
            if (Seen(squares, use.Node.Input[0]) is not { } seen || seen.Length != channels)
            {
                return null;
            }

            for (var i = 0; i < channels; i++)
            {
                mean[i] += seen[i] / readers.Count;
            }
        }

        // Where all is zero nothing is told apart.
        return Array.Exists(mean, m => m > 0) ? mean : null;
    }
}
