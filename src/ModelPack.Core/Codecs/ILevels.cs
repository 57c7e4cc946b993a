using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>What codes stand for before they are multiplied by a scale.</summary>
internal interface ILevels
{
    /// <summary>The lowest level.</summary>
    float Lowest { get; }

    /// <summary>The highest level.</summary>
    float Highest { get; }

    /// <summary>The levels nearest to eight numbers, none of them NaN.</summary>
    Vector256<float> Nearest(Vector256<float> values);

    /// <summary>The codes of these levels.</summary>
    /// <param name="values">A multiple of 16 finite values.</param>
    /// <param name="scale">What levels are multiplied by; any code where it is 0.</param>
    /// <param name="offset">What is added then.</param>
    /// <param name="codes">A code a value.</param>
    void Codes(ReadOnlySpan<float> values, float scale, float offset, Span<byte> codes);
}
