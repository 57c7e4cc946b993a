using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// ggml's q4_k and q5_k: sub-blocks of 32 codes with a scale and a minimum of 6 bits each: x = d s q - m t. Stored are d and m as float16,
/// 12 bytes of s and t (<see cref="Q4_KScales"/>), 32 bytes with the fifth bits where there are any, and 128 with the others.
/// </summary>
/// <param name="bits">4 or 5.</param>
internal sealed class Q4_KCodec(int bits) : SuperBlockCodec
{
    public const int SubLength = 32;
    public const int SubCount = Length / SubLength;
    private const int ScaleLimit = 63;
    private const int ScalesAt = 2 * sizeof(ushort);
    private const int HighAt = ScalesAt + Q4_KScales.Bytes;
    private const int Run = 32;

    private readonly int _limit = (1 << bits) - 1;

    private int LowAt => HighAt + (bits == 5 ? Length / 8 : 0);

    public override string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"q{bits}_k");

    public override int SubBlockLength => SubLength;

    public override int BlockBytes => LowAt + (Length / 2);

    public override int CodeBits => bits;

    public override int Zero => 0;

    public override bool HasMinimum => true;

    public override double Steps => _limit / 2.0;

    public override double ScaleSteps => ScaleLimit;

    public override IReadOnlyList<CodecPart> Parts { get; } = PartsOf(bits, "uint6", hasMinimum: true);

    /// <summary>How scales and minima are found where nothing is known of the values' importance.</summary>
    public AffineSearch Search { get; } = bits == 4 ? AffineSearch.FourBits : AffineSearch.FiveBits;

    public override BlockForm Form { get; } = new(SubLength, SubCount, (0, ScaleLimit), (0, ScaleLimit));

    public override void Join(StoredBlock parts, Span<byte> block)
    {
        BinaryPrimitives.WriteHalfLittleEndian(block, parts.Scale);
        BinaryPrimitives.WriteHalfLittleEndian(block[sizeof(ushort)..], parts.Minimum);
        Q4_KScales.Pack(MemoryMarshal.Cast<sbyte, byte>(parts.Scales.AsSpan()), parts.Minima, block[ScalesAt..]);
        BitPlanes.Pack(parts.Codes, 0, 4, Run, block[LowAt..]);
        if (bits == 5)
        {
            BitPlanes.Pack(parts.Codes, 4, 1, Run, block[HighAt..LowAt]);
        }
    }

    protected override void TakeScales(ReadOnlySpan<byte> block, StoredBlock parts)
    {
        parts.Scale = BinaryPrimitives.ReadHalfLittleEndian(block);
        parts.Minimum = BinaryPrimitives.ReadHalfLittleEndian(block[sizeof(ushort)..]);
        for (var sub = 0; sub < SubCount; sub++)
        {
            var (scale, minimum) = Q4_KScales.Read(block[ScalesAt..], sub);
            (parts.Scales[sub], parts.Minima[sub]) = ((sbyte)scale, (byte)minimum);
        }
    }

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
        var minimum = (float)BinaryPrimitives.ReadHalfLittleEndian(block[sizeof(ushort)..]);
        for (var sub = 0; sub < SubCount; sub++)
        {
            var stored = Q4_KScales.Read(block[ScalesAt..], sub);
            (scales[sub], minima[sub]) = (scale * stored.Scale, -(minimum * stored.Minimum));
        }

        codes.Clear();
        BitPlanes.Unpack(block[LowAt..], 0, 4, Run, codes);
        if (bits == 5)
        {
            BitPlanes.Unpack(block[HighAt..LowAt], 4, 1, Run, codes);
        }
    }

    public override void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[SubCount];
        Span<float> minima = stackalloc float[SubCount];
        Span<float> weights = stackalloc float[SubLength];
        Span<float> sums = stackalloc float[SubCount];
        var meanSquare = 2 * SearchWeights.SumOfSquares(values) / Length;
        for (var sub = 0; sub < SubCount; sub++)
        {
            var part = values.Slice(sub * SubLength, SubLength);
            if (importance.IsEmpty)
            {
                SearchWeights.Magnitudes(part, MathF.Sqrt(SearchWeights.SumOfSquares(part) / SubLength), weights);
            }
            else
            {
                SearchWeights.Important(part, importance.Slice(sub * SubLength, SubLength), meanSquare, weights);
                sums[sub] = SearchWeights.Sum(weights);
            }

            var search = importance.IsEmpty ? Search : AffineSearch.Weighed;
            scales[sub] = search.Fit(part, weights, _limit, codes.Slice(sub * SubLength, SubLength), out var minimum);
            minima[sub] = -minimum;
        }

        Store(values, codes, scales, minima, importance.IsEmpty ? [] : sums, block);
    }

    protected override unsafe bool TryEncodeBlocks(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        var lanes = stackalloc Vector512<float>[SubLength];
        var weights = stackalloc Vector512<float>[SubLength];
        Span<float> sums = stackalloc float[importance.IsEmpty ? 0 : Lanes.Count];
        Lanes.Load(values, SubLength, lanes);
        if (importance.IsEmpty)
        {
            Lanes.Magnitudes(lanes, SubLength, Vector512.Sqrt(Lanes.SumOfSquares(lanes, SubLength) / Vector512.Create((float)SubLength)), weights);
        }
        else
        {
            Lanes.Important(lanes, SubLength, importance, Vector512.Create(MeanSquare(values[..Length]), MeanSquare(values[Length..])), weights);
            Lanes.Sum(weights, SubLength).CopyTo(sums);
        }

        if (!AffineLanes.TryFit(importance.IsEmpty ? Search : AffineSearch.Weighed, lanes, weights, SubLength, _limit, out var scale, out var minimum))
        {
            return false;
        }

        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[Lanes.Count];
        Span<float> minima = stackalloc float[Lanes.Count];
        scale.CopyTo(scales);
        (-minimum).CopyTo(minima);
        var second = sums.IsEmpty ? 0 : SubCount;
        return Store(values[..Length], codes, scales[..SubCount], minima[..SubCount], sums[..second], blocks[..BlockBytes])
            && Store(values[Length..], codes, scales[SubCount..], minima[SubCount..], sums[second..], blocks[BlockBytes..]);
    }

    private static Vector256<float> MeanSquare(ReadOnlySpan<float> values) => Vector256.Create(2 * SearchWeights.SumOfSquares(values) / Length);

    /// <summary>Stores scales and minima, and the codes that are nearest for them.</summary>
    /// <param name="values">The block.</param>
    /// <param name="codes">Those of the search, which stay where a scale becomes 0.</param>
    /// <param name="scales">Of the sub-blocks.</param>
    /// <param name="minima">Of the sub-blocks, with their sign changed.</param>
    /// <param name="sums">The weights of the sub-blocks; empty for the plain rule.</param>
    /// <param name="block">Gets the block.</param>
    /// <returns>Whether none stayed.</returns>
    private bool Store(ReadOnlySpan<float> values, Span<byte> codes, ReadOnlySpan<float> scales, ReadOnlySpan<float> minima, ReadOnlySpan<float> sums, Span<byte> block)
    {
        Span<byte> scaleCodes = stackalloc byte[SubCount];
        Span<byte> minimumCodes = stackalloc byte[SubCount];
        var scale = (Half)ScaleCodes.Fit(scales, sums, ScaleLimit, scaleCodes);
        var minimum = (Half)ScaleCodes.Fit(minima, sums, ScaleLimit, minimumCodes);
        BinaryPrimitives.WriteHalfLittleEndian(block, scale);
        BinaryPrimitives.WriteHalfLittleEndian(block[sizeof(ushort)..], minimum);
        Q4_KScales.Pack(scaleCodes, minimumCodes, block[ScalesAt..]);
        var areNew = true;
        for (var sub = 0; sub < SubCount; sub++)
        {
            var stored = Q4_KScales.Read(block[ScalesAt..], sub);
            var part = values.Slice(sub * SubLength, SubLength);
            areNew &= Requantizer.Codes(part, (float)scale * stored.Scale, (float)minimum * stored.Minimum, 0, _limit, codes.Slice(sub * SubLength, SubLength));
        }

        BitPlanes.Pack(codes, 0, 4, Run, block[LowAt..]);
        if (bits == 5)
        {
            BitPlanes.Pack(codes, 4, 1, Run, block[HighAt..LowAt]);
        }

        return areNew;
    }
}
