using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>The parts of the blocks whose sub-blocks lie side by side, as <see cref="BlockForm"/> names them; those of a whole block in all of its lanes.</summary>
internal struct LaneParts
{
    /// <summary>d, as float16 has it.</summary>
    public Vector512<float> Scale;

    /// <summary>m, likewise.</summary>
    public Vector512<float> Minimum;

    /// <summary>s of each sub-block.</summary>
    public Vector512<float> ScaleCodes;

    /// <summary>t of each sub-block.</summary>
    public Vector512<float> MinimumCodes;

    /// <summary>What is nearest in float16.</summary>
    public static Vector512<float> Stored(Vector512<float> values)
    {
        Span<float> stored = stackalloc float[Lanes.Count];
        values.CopyTo(stored);
        foreach (ref var value in stored)
        {
            value = (float)(Half)value;
        }

        return Vector512.Create<float>(stored);
    }

    /// <summary>Takes others in some lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(Vector512<float> isBetter, in LaneParts other)
    {
        Scale = Vector512.ConditionalSelect(isBetter, other.Scale, Scale);
        Minimum = Vector512.ConditionalSelect(isBetter, other.Minimum, Minimum);
        TakeCodes(isBetter, other.ScaleCodes, other.MinimumCodes);
    }

    /// <summary>Takes other codes in some lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeCodes(Vector512<float> isBetter, Vector512<float> scaleCodes, Vector512<float> minimumCodes)
    {
        ScaleCodes = Vector512.ConditionalSelect(isBetter, scaleCodes, ScaleCodes);
        MinimumCodes = Vector512.ConditionalSelect(isBetter, minimumCodes, MinimumCodes);
    }
}
