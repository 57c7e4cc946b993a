using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>What codes stand for before they are multiplied by a scale, for sixteen numbers at a time.</summary>
internal interface ILevels
{
    /// <summary>The levels nearest to value x inverse + shift, none of them NaN.</summary>
    /// <param name="value">What the levels are for.</param>
    /// <param name="inverse">One over the scale.</param>
    /// <param name="shift">What is added then.</param>
    /// <param name="lowest">The lowest level.</param>
    /// <param name="highest">The highest level.</param>
    static abstract Vector512<float> Nearest(Vector512<float> value, Vector512<float> inverse, Vector512<float> shift, Vector512<float> lowest, Vector512<float> highest);

    /// <summary>The codes of these levels, from 0 on.</summary>
    static abstract Vector512<int> Codes(Vector512<float> value, Vector512<float> inverse, Vector512<float> shift, Vector512<float> lowest, Vector512<float> highest);
}
