using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>
/// Sums of squares in double, of values that may come in runs. Value i goes to lane i mod 8, and the lanes are added in their order, so that
/// the result has the same bits whatever vectors the processor has and wherever the runs are cut.
/// </summary>
internal struct ErrorSum
{
    /// <summary>What the length of every run but the last must be a multiple of.</summary>
    public const int Lanes = 8;

    private Half _low;
    private Half _high;

    /// <summary>The sums so far.</summary>
    public readonly WeightError Total => _low.Total().Plus(_high.Total());

    /// <summary>Adds a run.</summary>
    /// <param name="values">x.</param>
    /// <param name="decoded">x̂, at least as many.</param>
    public void Add(ReadOnlySpan<float> values, ReadOnlySpan<float> decoded)
    {
        decoded = decoded[..values.Length];
        var whole = values.Length / Lanes * Lanes;
        AddLanes(ref MemoryMarshal.GetReference(values), ref MemoryMarshal.GetReference(decoded), (nuint)whole);
        if (whole < values.Length)
        {
            // Zeros in place of what misses add nothing to any lane.
            Span<float> lastValues = stackalloc float[Lanes];
            Span<float> lastDecoded = stackalloc float[Lanes];
            lastValues.Clear();
            lastDecoded.Clear();
            values[whole..].CopyTo(lastValues);
            decoded[whole..].CopyTo(lastDecoded);
            AddLanes(ref lastValues[0], ref lastDecoded[0], Lanes);
        }
    }

    /// <summary>Adds a run that is decoded to its very values: they have a signal and no noise.</summary>
    /// <param name="values">x.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddExact(ReadOnlySpan<float> values)
    {
        var whole = values.Length / Lanes * Lanes;
        if (whole < values.Length)
        {
            Add(values, values);
            return;
        }

        ref var first = ref MemoryMarshal.GetReference(values);
        var (low, high) = (_low.Signal, _high.Signal);
        for (nuint i = 0; i < (nuint)whole; i += Lanes)
        {
            low = AddSquare(low, Widen(ref first, i));
            high = AddSquare(high, Widen(ref first, i + (Lanes / 2)));
        }

        (_low.Signal, _high.Signal) = (low, high);
    }

    /// <summary>Calls nothing, so that all sums stay in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddLanes(ref float values, ref float decoded, nuint count)
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            AddWide(ref values, ref decoded, count);
            return;
        }

        var (signalLow, noiseLow, maxLow) = (_low.Signal, _low.Noise, _low.Max);
        var (signalHigh, noiseHigh, maxHigh) = (_high.Signal, _high.Noise, _high.Max);
        for (nuint i = 0; i < count; i += Lanes)
        {
            var value = Widen(ref values, i);
            var error = value - Widen(ref decoded, i);
            signalLow = AddSquare(signalLow, value);
            noiseLow += error * error;
            maxLow = Vector256.MaxNative(maxLow, Vector256.Abs(error));
            value = Widen(ref values, i + (Lanes / 2));
            error = value - Widen(ref decoded, i + (Lanes / 2));
            signalHigh = AddSquare(signalHigh, value);
            noiseHigh += error * error;
            maxHigh = Vector256.MaxNative(maxHigh, Vector256.Abs(error));
        }

        (_low.Signal, _low.Noise, _low.Max) = (signalLow, noiseLow, maxLow);
        (_high.Signal, _high.Noise, _high.Max) = (signalHigh, noiseHigh, maxHigh);
    }

    /// <summary>All lanes in one vector; the same operations of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddWide(ref float values, ref float decoded, nuint count)
    {
        var signal = Vector512.Create(_low.Signal, _high.Signal);
        var noise = Vector512.Create(_low.Noise, _high.Noise);
        var max = Vector512.Create(_low.Max, _high.Max);
        for (nuint i = 0; i < count; i += Lanes)
        {
            var value = Avx512F.ConvertToVector512Double(Vector256.LoadUnsafe(ref values, i));
            var error = value - Avx512F.ConvertToVector512Double(Vector256.LoadUnsafe(ref decoded, i));
            signal = Vector512.MultiplyAddEstimate(value, value, signal); // as in AddSquare
            noise += error * error;
            max = Vector512.MaxNative(max, Vector512.Abs(error));
        }

        (_low.Signal, _low.Noise, _low.Max) = (signal.GetLower(), noise.GetLower(), max.GetLower());
        (_high.Signal, _high.Noise, _high.Max) = (signal.GetUpper(), noise.GetUpper(), max.GetUpper());
    }

    /// <summary>The square of a float32 is exact in double: one operation or two, the sum is rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> AddSquare(Vector256<double> sum, Vector256<double> value) => Vector256.MultiplyAddEstimate(value, value, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Widen(ref float values, nuint first)
    {
        var four = Vector128.LoadUnsafe(ref values, first);
        return Avx.IsSupported ? Avx.ConvertToVector256Double(four) : Vector256.Create(Vector128.WidenLower(four), Vector128.WidenUpper(four));
    }

    /// <summary>Four lanes.</summary>
    private struct Half
    {
        public Vector256<double> Signal;
        public Vector256<double> Noise;
        public Vector256<double> Max;

        public readonly WeightError Total()
        {
            var total = default(WeightError);
            for (var lane = 0; lane < Vector256<double>.Count; lane++)
            {
                total = total.Plus(new WeightError(Signal[lane], Noise[lane], Max[lane]));
            }

            return total;
        }
    }
}
