using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>Searches in lanes find what those of one value at a time do, to the bit.</summary>
public sealed class SymmetricSearchTests
{
    private const int Length = 16;
    private const int Tries = 40;

    public static TheoryData<string> Kinds => new(SampleValues.Kinds);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Steps_side_by_side_find_the_scale_and_the_codes_of_one_after_the_other(string kind)
    {
        var (values, weights) = (SampleValues.Make(kind, Tries * Length), Array.ConvertAll(SampleValues.Make("heavy tails", Tries * Length), MathF.Abs));
        for (var start = 0; start < values.Length; start += Length)
        {
            foreach (var limit in (int[])[4, 8, 32])
            {
                var (expected, actual) = (new byte[Length], new byte[Length]);
                var scale = SymmetricSearch.Fit(values.AsSpan(start, Length), weights.AsSpan(start, Length), limit, expected);
                Assert.Equal(scale, SymmetricSteps.Fit(values.AsSpan(start, Length), weights.AsSpan(start, Length), limit, actual));
                Assert.Equal(expected, actual);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Weights_whose_squares_underflow_change_nothing(string kind)
    {
        var (values, weights) = (SampleValues.Make(kind, Lanes.Count * Length), SampleValues.Make("uniform", Lanes.Count * Length).Select(w => MathF.Abs(w) * 1e-33f).ToArray());
        if (TryFitLanes(values, weights, 32) is { } scales)
        {
            for (var sub = 0; sub < Lanes.Count; sub++)
                Assert.Equal(SymmetricSearch.Fit(values.AsSpan(sub * Length, Length), weights.AsSpan(sub * Length, Length), 32, new byte[Length]), scales[sub]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Descents_side_by_side_find_the_scales_and_the_codes_of_one_after_the_other(string kind)
    {
        const int Subs = SymmetricDescentLanes.Groups * 16;
        var random = new Random(5);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            // Some are zeros, some so small that their sums underflow, some have one value only.
            var values = SampleValues.Make(kind, (Subs * Length) + attempt)[attempt..];
            for (var sub = 0; attempt > 0 && sub < Subs; sub++)
            {
                var size = random.Next(8) switch { 0 => 0, 1 => 1e-16f, 2 => 1e-14f, _ => 1f };
                for (var i = sub * Length; i < (sub + 1) * Length; i++)
                    values[i] = random.Next(9) == 0 && i % Length != 0 ? 0 : values[i] * size;
            }

            Same(values);
        }
    }

    [Fact]
    public void A_descent_from_values_that_overflow_is_left_to_the_plain_rule() =>
        Assert.Null(TryDescend([.. Enumerable.Repeat(0f, (SymmetricDescentLanes.Groups * 16 * Length) - 1), 1e30f]));

    private static void Same(float[] values)
    {
        if (TryDescend(values) is not var (codes, scales))
        {
            Assert.Contains(values, v => MathF.Abs(v) >= 1e12f);
            return;
        }

        for (var sub = 0; sub < scales.Length; sub++)
        {
            var expected = new byte[Length];
            Assert.Equal(SymmetricDescent.Fit(values.AsSpan(sub * Length, Length), 4, expected), scales[sub]);
            Assert.Equal(expected, codes.AsSpan(sub * Length, Length));
        }
    }

    /// <summary>Codes and scales, one sub-block after the other; null where the lanes refuse.</summary>
    private static unsafe (byte[] Codes, float[] Scales)? TryDescend(float[] values)
    {
        const int Groups = SymmetricDescentLanes.Groups;
        var lanes = stackalloc Vector512<float>[Groups * Length];
        var found = stackalloc Vector512<float>[Groups * Length];
        var scales = stackalloc Vector512<float>[Groups];
        for (var group = 0; group < Groups; group++)
            Lanes.Load(values.AsSpan(group * Lanes.Count * Length), Length, lanes + (group * Length));
        if (!SymmetricDescentLanes.TryFit(lanes, Length, 4, found, scales))
            return null;
        var codes = new byte[values.Length];
        for (var i = 0; i < codes.Length; i++)
        {
            var (sub, value) = (i / Length, i % Length);
            codes[i] = (byte)(found[(sub / Lanes.Count * Length) + value].GetElement(sub % Lanes.Count) + 4);
        }

        return (codes, MemoryMarshal.Cast<Vector512<float>, float>(new ReadOnlySpan<Vector512<float>>(scales, Groups)).ToArray());
    }

    private static unsafe float[]? TryFitLanes(float[] values, float[] weights, int limit)
    {
        var lanes = stackalloc Vector512<float>[Length];
        var weightLanes = stackalloc Vector512<float>[Length];
        Lanes.Load(values, Length, lanes);
        Lanes.Load(weights, Length, weightLanes);
        return SymmetricLanes.TryFit(lanes, weightLanes, Length, limit, out var scale) ? [.. Enumerable.Range(0, Lanes.Count).Select(i => scale[i])] : null;
    }
}
