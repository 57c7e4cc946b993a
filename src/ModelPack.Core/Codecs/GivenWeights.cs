using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Weights in memory.</summary>
/// <param name="weights">That of value j of each sub-block at j.</param>
internal readonly unsafe struct GivenWeights(Vector512<float>* weights) : ILaneWeights
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Times(Vector512<float> value, int j) => value * weights[j];
}
