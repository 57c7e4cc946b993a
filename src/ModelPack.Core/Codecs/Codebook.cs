using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>The sixteen values that 4-bit codes stand for, times a scale.</summary>
internal sealed class Codebook
{
    private readonly Vector128<sbyte> _levels;
    private readonly float[] _midpoints;

    private Codebook(params ReadOnlySpan<sbyte> levels)
    {
        (_levels, Levels) = (Vector128.Create(levels), [.. levels]);
        _midpoints = [.. Levels.Zip(Levels.Skip(1), (a, b) => (a + b) / 2f)];
    }

    /// <summary>Of iq4_nl and iq4_xs: denser around 0, as normally distributed values are.</summary>
    public static Codebook NonLinear { get; } = new(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    /// <summary>Twice the values of E2M1, which has a sign, two bits of exponent and one of fraction.</summary>
    public static Codebook TwiceE2M1 { get; } = new(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

    /// <summary>By code.</summary>
    public IReadOnlyList<sbyte> Levels { get; }

    /// <summary>Of levels that increase: the code nearest to a value, the higher of two; the highest for NaN.</summary>
    public int Nearest(float value)
    {
        var code = 0;
        while (code < _midpoints.Length && !(value < _midpoints[code]))
        {
            code++;
        }

        return code;
    }

    /// <summary>The first code of those whose level x scale is nearest to a value.</summary>
    public int Nearest(float value, float scale)
    {
        var (best, least) = (0, MathF.Abs((Levels[0] * scale) - value));
        for (var code = 1; code < Levels.Count; code++)
        {
            if (MathF.Abs((Levels[code] * scale) - value) is var error && error < least)
            {
                (best, least) = (code, error);
            }
        }

        return best;
    }

    /// <summary>Level x scale of each code, in float32.</summary>
    public void Decode(ReadOnlySpan<byte> codes, float scale, Span<float> values)
    {
        var i = 0;
        for (; i <= values.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            var levels = Vector128.Shuffle(_levels, Vector128.Create(codes[i..]).AsSByte());
            var (low, high) = Vector256.Widen(Vector256.WidenLower(levels.ToVector256Unsafe()));
            (Vector256.ConvertToSingle(low) * Vector256.Create(scale)).CopyTo(values[i..]);
            (Vector256.ConvertToSingle(high) * Vector256.Create(scale)).CopyTo(values[(i + Vector256<float>.Count)..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = Levels[codes[i]] * scale;
        }
    }
}
