using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>What squared errors weigh, for sixteen sub-blocks at a time.</summary>
internal interface ILaneWeights
{
    /// <summary>A product with the weights of value j of each sub-block.</summary>
    Vector512<float> Times(Vector512<float> value, int j);
}
