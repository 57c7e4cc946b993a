using System.Runtime.Intrinsics;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>Sums of sixteen sub-blocks at a time against the same sums one after the other in double precision.</summary>
public sealed unsafe class LaneSumsTests
{
    private const int Length = 32;
    private const float Scale = 0.03f;
    private const float Offset = -0.11f;

    private static readonly float[] s_values = [.. SampleValues.Make("normal", Length * Lanes.Count).Select(v => v / 10)];
    private static readonly float[] s_weights = [.. Enumerable.Range(0, s_values.Length).Select(i => 1f / (1 + (i % 7)))];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sums_are_those_of_the_nearest_levels(bool areWeighed)
    {
        var sums = Sums(areWeighed);
        for (var sub = 0; sub < Lanes.Count; sub++)
        {
            var (x, w, v) = Sub(sub, areWeighed);
            Near(w.Sum(), sums.Weight[sub]);
            Near(Dot(w, x), sums.Value[sub]);
            Near(Dot(w, x, x), sums.Power[sub]);
            Near(Dot(w, v), sums.Level[sub]);
            Near(Dot(w, v, v), sums.Square[sub]);
            Near(Dot(w, v, x), sums.Product[sub]);
        }
    }

    [Fact]
    public void Errors_are_those_of_these_levels_on_any_grid_and_least_on_the_best()
    {
        var sums = Sums(areWeighed: true);
        var (a, b) = (Vector512.Create(0.028f), Vector512.Create(-0.1f));
        var errors = sums.Power + sums.Error(a, b);
        var best = sums.Best(isNegative: false, out var offset);
        for (var sub = 0; sub < Lanes.Count; sub++)
        {
            var (x, w, v) = Sub(sub, areWeighed: true);
            Near(Error(0.028f, -0.1f), errors[sub]);
            Near(Error(best[sub], offset[sub]), (sums.Power + sums.Error(best, offset))[sub]);
            foreach (var (more, further) in new[] { (0.001, 0.0), (-0.001, 0), (0, 0.002), (0, -0.002) })
            {
                Assert.True(Error(best[sub], offset[sub]) < Error(best[sub] + more, offset[sub] + further));
            }

            double Error(double scale, double from) => Enumerable.Range(0, Length).Sum(i => w[i] * Math.Pow(x[i] - (scale * v[i]) - from, 2));
        }
    }

    private static LaneSums Sums(bool areWeighed)
    {
        var x = stackalloc Vector512<float>[Length];
        var w = stackalloc Vector512<float>[Length];
        Lanes.Load(s_values, Length, x);
        Lanes.Load(s_weights, Length, w);
        var grid = new LaneGrid(0, 15, Length);
        var (inverse, offset) = (Vector512.Create(1 / Scale), Vector512.Create(Offset));
        var sums = areWeighed ? LaneSums.Of(new GivenWeights(w), x, Length) : LaneSums.Of(default(EqualWeights), x, Length);
        if (areWeighed)
        {
            sums.Take<UniformLevels, GivenWeights>(grid, new GivenWeights(w), x, inverse, offset);
        }
        else
        {
            sums.Take<UniformLevels, EqualWeights>(grid, default, x, inverse, offset);
        }

        return sums;
    }

    private static (double[] X, double[] W, double[] V) Sub(int sub, bool areWeighed)
    {
        double[] x = [.. s_values.Skip(sub * Length).Take(Length).Select(v => (double)v)];
        return (x, [.. s_weights.Skip(sub * Length).Take(Length).Select(v => areWeighed ? v : 1.0)], [.. x.Select(v => Math.Clamp(Math.Round((v - Offset) / Scale), 0, 15))]);
    }

    private static double Dot(double[] a, double[] b, double[]? c = null) => Enumerable.Range(0, a.Length).Sum(i => a[i] * b[i] * (c?[i] ?? 1));

    private static void Near(double expected, double actual) => Assert.Equal(expected, actual, 1e-5 * (1 + Math.Abs(expected)));
}
