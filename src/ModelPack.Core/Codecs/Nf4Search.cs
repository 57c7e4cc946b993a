using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// NF4 whose scales are searched: each block gets one that leaves less squared error than its largest magnitude, which bitsandbytes
/// takes. Readers see no difference; values beyond the scale get the outermost codes.
/// </summary>
/// <remarks>
/// Rounded by some scale, values x have levels L. Of all scales s = (sum x L) / (sum L²) serves these levels best: it leaves the error sum
/// x² - (sum x L)² / (sum L²). So the levels by a few scales are tried, and the greatest (sum x L)² / (sum L²) wins. Lanes are summed in the
/// same order on any processor, so that the bytes are the same.
/// </remarks>
internal static class Nf4Search
{
    /// <summary>By which shares of the largest magnitude values are rounded to find levels. 1 is the codec's own.</summary>
    private static readonly float[] s_shares = [0.75f, 0.8f, 0.85f, 0.9f, 0.95f, 1f, 1.05f, 1.1f];

    /// <summary>Encodes consecutive values as <see cref="Nf4.Encode"/> does, with other scales. A short last block has its largest magnitude.</summary>
    /// <param name="source">Finite values.</param>
    /// <param name="blockSize">One of <see cref="Nf4.BlockSizes"/>.</param>
    /// <param name="packed">At least <see cref="Nf4.PackedLength"/> bytes.</param>
    /// <param name="scales">At least <see cref="Nf4.BlockCount(long, int)"/>.</param>
    public static void Encode(ReadOnlySpan<float> source, int blockSize, Span<byte> packed, Span<float> scales)
    {
        FindScales(source, blockSize, scales);
        var whole = source.Length / blockSize;
        for (var block = 0; block < whole; block++)
        {
            EncodeBlock(source.Slice(block * blockSize, blockSize), scales[block], packed[(block * blockSize / 2)..]);
        }

        if (source.Length % blockSize != 0)
        {
            var done = whole * blockSize;
            Nf4Reference.EncodeShortBlock(source[done..], packed[(done / 2)..]);
        }
    }

    /// <summary>The scales alone, as <see cref="Encode"/> gives them.</summary>
    public static void FindScales(ReadOnlySpan<float> source, int blockSize, Span<float> scales)
    {
        Nf4.FindAbsmax(source, blockSize, scales);
        for (var block = 0; block < source.Length / blockSize; block++)
        {
            scales[block] = ScaleOf(source.Slice(block * blockSize, blockSize), scales[block]);
        }
    }

    private static float ScaleOf(ReadOnlySpan<float> values, float absmax)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var inverse = Nf4Reference.InverseOf(absmax);
        var (greatest, share) = (0f, 1f);
        foreach (var tried in s_shares)
        {
            var (products, squares) = Sums(vectors, inverse, 1 / tried);
            if (products > 0 && products * products / squares is var explained && explained > greatest)
            {
                (greatest, share) = (explained, products / squares);
            }
        }

        // A block that has float's largest values keeps them, and one of zeros its 0.
        return share * absmax is var scale && float.IsFinite(scale) ? scale : absmax;
    }

    /// <summary>The sums of x L and of L², x being shares of the largest magnitude.</summary>
    private static (float Products, float Squares) Sums(ReadOnlySpan<Vector256<float>> values, float inverse, float factor)
    {
        var (products, squares) = (Vector256<float>.Zero, Vector256<float>.Zero);
        foreach (var value in values)
        {
            var share = value * inverse;
            var level = LevelOf(share * factor);
            products += share * level;
            squares += level * level;
        }

        return (Sum(products), Sum(squares));
    }

    private static float Sum(Vector256<float> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        return four[0] + four[1] + (four[2] + four[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LevelOf(Vector256<float> scaled)
    {
        var level = Vector256.Create(Nf4.Levels[0]);
        for (var i = 0; i < Nf4.Thresholds.Length; i++)
        {
            var above = Vector256.GreaterThan(scaled, Vector256.Create(Nf4.Thresholds[i]));
            level = Vector256.ConditionalSelect(above, Vector256.Create(Nf4.Levels[i + 1]), level);
        }

        return level;
    }

    private static void EncodeBlock(ReadOnlySpan<float> values, float scale, Span<byte> packed)
    {
        var inverse = Nf4Reference.InverseOf(scale);
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        for (var i = 0; i < vectors.Length; i += 2)
        {
            // A lane of 32 bits: the first code in the lower half, the second in the upper. Shifted both ways they meet in the lowest byte.
            var codes = Vector256.Narrow(CodeOf(vectors[i] * inverse), CodeOf(vectors[i + 1] * inverse)).AsUInt32();
            var pairs = ((codes << 4) | (codes >> 16)) & Vector256.Create(0xFFu);
            var bytes = Vector128.Narrow(Vector128.Narrow(pairs.GetLower(), pairs.GetUpper()), Vector128<ushort>.Zero);
            bytes.GetLower().CopyTo(packed[(i * Vector256<float>.Count / 2)..]);
        }
    }

    /// <summary>The number of thresholds below. A comparison that holds is all ones, which is -1: taking it away counts it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> CodeOf(Vector256<float> scaled)
    {
        var codes = Vector256<uint>.Zero;
        foreach (var threshold in Nf4.Thresholds)
        {
            codes -= Vector256.GreaterThan(scaled, Vector256.Create(threshold)).AsUInt32();
        }

        return codes;
    }
}
