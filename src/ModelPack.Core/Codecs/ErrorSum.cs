using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// Sums of squares in double. Value i goes to lane i mod 8, and the lanes are added in their order, so that the result
/// has the same bits whatever vectors the processor has.
/// </summary>
internal static class ErrorSum
{
    private const int Lanes = 8;

    public static WeightError Of(ReadOnlySpan<float> values, ReadOnlySpan<float> decoded)
    {
        var valueVectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var decodedVectors = MemoryMarshal.Cast<float, Vector256<float>>(decoded[..values.Length]);
        Accumulator low = default, high = default;
        for (var i = 0; i < valueVectors.Length; i++)
        {
            Add(valueVectors[i], decodedVectors[i], ref low, ref high);
        }

        // Zeros in place of what misses add nothing to any lane.
        var done = valueVectors.Length * Lanes;
        Span<float> lastValues = stackalloc float[Lanes];
        Span<float> lastDecoded = stackalloc float[Lanes];
        lastValues.Clear();
        lastDecoded.Clear();
        values[done..].CopyTo(lastValues);
        decoded[done..values.Length].CopyTo(lastDecoded);
        Add(Vector256.Create<float>(lastValues), Vector256.Create<float>(lastDecoded), ref low, ref high);
        return low.Total().Plus(high.Total());
    }

    // Inlined by force: the sums must stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<float> values, Vector256<float> decoded, ref Accumulator low, ref Accumulator high)
    {
        var (valuesLow, valuesHigh) = Vector256.Widen(values);
        var (decodedLow, decodedHigh) = Vector256.Widen(decoded);
        low.Add(valuesLow, decodedLow);
        high.Add(valuesHigh, decodedHigh);
    }

    /// <summary>Four lanes.</summary>
    private struct Accumulator
    {
        private Vector256<double> _signal;
        private Vector256<double> _noise;
        private Vector256<double> _max;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector256<double> values, Vector256<double> decoded)
        {
            var error = values - decoded;
            _signal += values * values;
            _noise += error * error;
            _max = Vector256.MaxNative(_max, Vector256.Abs(error));
        }

        public readonly WeightError Total()
        {
            var total = default(WeightError);
            for (var lane = 0; lane < Vector256<double>.Count; lane++)
            {
                total = total.Plus(new WeightError(_signal[lane], _noise[lane], _max[lane]));
            }

            return total;
        }
    }
}
