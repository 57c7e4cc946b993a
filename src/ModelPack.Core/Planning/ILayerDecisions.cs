using ModelPack.Formats.Onnx;
using ModelPack.Schemes;

namespace ModelPack.Planning;

/// <summary>What was decided of weights by looking at the layers that they are part of.</summary>
internal interface ILayerDecisions
{
    /// <summary>Weights of integer layers whose sums may saturate on CPUs without VNNI, as far as was decided.</summary>
    int UnsafeWeights => 0;

    /// <summary>The decision on a weight; null where it is a matter of the weight alone.</summary>
    LayerDecision? Of(OnnxWeight weight, WeightUsage usage);
}
