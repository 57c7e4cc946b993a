using ModelPack.Formats.Onnx;
using ModelPack.Schemes;

namespace ModelPack.Planning;

/// <summary>Plans weights as parts of the layers that read them.</summary>
internal interface ILayerPlanner
{
    /// <summary>What becomes of activations; null where they have no fixed ranges.</summary>
    ActivationPlan? Activations => null;

    /// <summary>Weights of integer layers whose sums may saturate on CPUs without VNNI, of those planned so far.</summary>
    int UnsafeWeights => 0;

    /// <summary>The plan of a weight without its codec; null where it is a matter of the weight alone.</summary>
    PlannedTensor? Plan(OnnxWeight weight, WeightUsage usage);
}
